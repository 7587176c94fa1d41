//! Names that mean nothing (TB201), and locals that have no value yet where they are read (TB205).

use rustpython_ast::{self as ast};
use rustpython_text_size::Ranged;

use super::scope::Opened;
use super::{Walk, builtins};
use crate::diagnostics::Diagnostic;

/// Names that every class body has.
const CLASS_NAMES: &[&str] = &[
    "__module__",
    "__qualname__",
    "__firstlineno__",
    "__classdict__",
    "__type_params__",
];

/// Looks at the reading of a name.
pub fn read<'a>(walk: &mut Walk<'a, '_>, name: &'a ast::ExprName) {
    let text = name.id.as_str();
    match walk.scope_of(text) {
        Some(at) => unbound(walk, name, at),
        None if is_known(walk, text) => {}
        None => {
            if walk.catches(&["NameError", "UnboundLocalError"]) || walk.is_dynamic(walk.module) {
                return;
            }
            let mut visible: Vec<&str> = walk
                .scopes
                .iter()
                .filter(|scope| !matches!(scope.opened, Opened::Class(_)))
                .flat_map(|scope| scope.names.iter().copied())
                .chain(walk.module_names().names.keys().map(String::as_str))
                .collect();
            visible.extend(builtins::names().map(|each| -> &'a str { each }));
            let mut found = Diagnostic::new(
                "TB201",
                format!("`{text}` is not defined"),
                walk.span(name),
                "not found in this scope",
            );
            let class_has_it = walk.scopes.iter().rev().any(|scope| {
                matches!(scope.opened, Opened::Class(_)) && scope.names.contains(text)
            });
            if class_has_it {
                found = found.help(format!("the class has it: write `self.{text}`"));
            } else if let Some(close) = walk.closest(text, visible.into_iter()) {
                found = found.help(format!("did you mean `{close}`?"));
            }
            walk.report(found);
        }
    }
}

/// Whether a name that no scope binds may mean something.
pub fn is_known(walk: &Walk<'_, '_>, text: &str) -> bool {
    let module = walk.module_names();
    if module.star_import
        || module.names.contains_key(text)
        || builtins::is_builtin(text)
        // Translation functions are installed into `builtins`; Windows has one more.
        || matches!(text, "_" | "WindowsError" | "_IncompleteInputError" | "__cached__" | "__class__" | "__conditional_annotations__" | "__annotate__")
        || walk.assigned.contains(text)
    {
        return true;
    }
    let in_class = walk
        .scopes
        .iter()
        .rev()
        .find(|scope| !matches!(scope.opened, Opened::Comprehension | Opened::TypeParameters));
    if let Some(Opened::Class(def)) = in_class.map(|scope| scope.opened) {
        // A metaclass may give the body names of its own.
        let has_keywords = def
            .arguments
            .as_ref()
            .is_some_and(|arguments| !arguments.keywords.is_empty());
        return has_keywords || CLASS_NAMES.contains(&text);
    }
    false
}

/// A local of the innermost function that is read before any statement can have bound it.
fn unbound<'a>(walk: &mut Walk<'a, '_>, name: &'a ast::ExprName, at: usize) {
    let scope = &walk.scopes[at];
    let Opened::Function(def) = scope.opened else {
        return;
    };
    // Inside a comprehension or a function within, the reading may come later.
    if at + 1 != walk.scopes.len() || walk.catches(&["NameError", "UnboundLocalError"]) {
        return;
    }
    let text = name.id.as_str();
    let places = scope.places(text);
    let here = name.range().start();
    let Some(first) = places.iter().min() else {
        return;
    };
    if *first <= here {
        return;
    }
    let in_loop = walk
        .loops
        .iter()
        .any(|each| places.iter().any(|from| each.contains_inclusive(*from)));
    if in_loop {
        return;
    }
    let mut found = Diagnostic::new(
        "TB205",
        format!("`{text}` is read before it has a value in `{}`", def.name),
        walk.span(name),
        "no statement has bound it yet",
    );
    let module = walk.module_names();
    if module.names.contains_key(text) {
        found = found.help(format!(
            "it is a local of the function, as it is assigned to there; for the module's write `global {text}`"
        ));
    }
    walk.report(found);
}

/// Looks at `nonlocal`: a function around has to bind the name.
pub fn nonlocal<'a>(walk: &mut Walk<'a, '_>, stmt: &'a ast::StmtNonlocal) {
    let outer = &walk.scopes[..walk.scopes.len().saturating_sub(1)];
    let bound: Vec<bool> = stmt
        .names
        .iter()
        .map(|name| {
            outer.iter().any(|scope| {
                !matches!(scope.opened, Opened::Class(_))
                    && (scope.names.contains(name.as_str())
                        || scope.nonlocals.contains(name.as_str()))
            })
        })
        .collect();
    for (name, bound) in stmt.names.iter().zip(bound) {
        if !bound && name.as_str() != "__class__" {
            walk.report(Diagnostic::error(
                "TB003",
                format!("no binding for nonlocal `{name}` found"),
                walk.span(name),
                "no function around binds it",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::source::{SourceFile, Sources};

    /// What is said about each unknown name of a program, in its order.
    fn helps(text: &str) -> Vec<Option<String>> {
        let sources = Sources::new(vec![SourceFile::new("app", "app.py", false, text)]);
        let found = crate::check(&sources, &crate::Options::default()).diagnostics;
        found.into_iter().map(|each| each.help).collect()
    }

    #[test]
    fn thousands_of_unknown_names_are_reported_and_the_first_of_them_get_suggestions() {
        let mut text = String::from("def f() -> None:\n");
        for at in 0..1000 {
            text += &format!("    the_known_name_number_{at} = the_unknown_name_number_{at}\n");
        }
        let helps = helps(&text);
        assert_eq!(helps.len(), 1000);
        assert_eq!(
            helps[0].as_deref(),
            Some("did you mean `the_known_name_number_0`?")
        );
        assert_eq!(helps[999], None);
    }

    #[test]
    fn names_of_a_hundred_thousand_letters_are_not_compared() {
        let long = "x".repeat(100_000);
        assert_eq!(helps(&format!("{long}y = 1\nprint({long}z)\n")), [None]);
    }
}
