//! Modules that are not there, names that the standard library's modules do not have (TB203, TB204), and modules of the
//! program that stand in the standard library's way (TB209).
//!
//! What holds: nothing is said of an import that may fail unharmed (`try`, `if TYPE_CHECKING:`, `if sys.platform == …`), nor, of
//! modules from elsewhere, where it is not known what is installed or the program changes what can be imported.

use rustpython_ast::{self as ast, visitor::Visitor};
use rustpython_text_size::{Ranged, TextRange, TextSize};

use super::names::absolute;
use super::scope::Opened;
use super::{Symbol, Walk, stdlib};
use crate::diagnostics::Diagnostic;
use crate::parse::range_span;
use crate::source::FileId;

/// What stands in the text of programs that change where modules come from.
const IMPORTS_CHANGED: &[&str] = &[
    "sys.path",
    "sys.meta_path",
    "path_hooks",
    "sys.modules[",
    "modules.setdefault",
    "__path__",
];

/// `import a.b, c`
pub fn import<'a>(walk: &mut Walk<'a, '_>, import: &'a ast::StmtImport) {
    for alias in &import.names {
        if !may_fail(walk) {
            module(walk, &alias.name, alias.name.range());
            super::package::import(walk, alias);
        }
    }
}

/// `from a.b import c`
pub fn from_import<'a>(walk: &mut Walk<'a, '_>, import: &'a ast::StmtImportFrom, source: &str) {
    let Some(written) = &import.module else {
        return;
    };
    if may_fail(walk) || !module(walk, source, written.range()) || import.level > 0 {
        return;
    }
    if walk.tables.modules.iter().any(|each| each.name == source) {
        return;
    }
    for alias in &import.names {
        if alias.name.as_str() != "*" {
            member(walk, "TB203", source, &alias.name, alias.name.range());
        }
    }
}

/// `asyncio.slep`
pub fn attribute<'a>(walk: &mut Walk<'a, '_>, attribute: &'a ast::ExprAttribute) {
    let name = attribute.attr.as_str();
    if walk.assigned.contains(name) || walk.catches(&["AttributeError"]) {
        return;
    }
    if let Some(Symbol::External(source)) = walk.symbol(&attribute.value)
        && stdlib::module(&source).is_some()
        && imports_it(walk, &attribute.value)
    {
        member(walk, "TB204", &source, name, attribute.attr.range());
    }
}

/// Whether the first name of an expression is bound by `import`, which gives the module and nothing else.
fn imports_it(walk: &Walk<'_, '_>, expr: &ast::Expr) -> bool {
    let mut first = expr;
    while let ast::Expr::Attribute(attribute) = first {
        first = &attribute.value;
    }
    matches!(first, ast::Expr::Name(name)
        if matches!(walk.module_names().names.get(name.id.as_str()), Some(super::names::Binding::Import(_))))
}

fn may_fail(walk: &Walk<'_, '_>) -> bool {
    walk.catches(&["ImportError", "ModuleNotFoundError"])
}

/// Looks for a module; tells whether it is there, or may be.
fn module(walk: &mut Walk<'_, '_>, name: &str, place: TextRange) -> bool {
    let first = name.split('.').next().unwrap_or_default();
    if first.is_empty() || first.starts_with('_') {
        return true;
    }
    let modules = &walk.tables.modules;
    if modules.iter().any(|each| each.name == first) {
        return own_module(walk, name, place);
    }
    if stdlib::module(first).is_some() {
        let mut at = 0;
        for part in name.split('.') {
            if at > 0 && !part_is_there(walk, &name[..at - 1], part, at, name, place) {
                return false;
            }
            at += part.len() + 1;
        }
        return true;
    }
    foreign_module(walk, first, name, place)
}

/// A module below one of the standard library's.
fn part_is_there(
    walk: &mut Walk<'_, '_>,
    parent: &str,
    part: &str,
    at: usize,
    whole: &str,
    place: TextRange,
) -> bool {
    let Some(known) = stdlib::module(parent) else {
        return true;
    };
    let Some(names) = &known.names else {
        return true;
    };
    if part.starts_with('_') || names.contains(&part) {
        return true;
    }
    let start = at_part(place, whole, at);
    let place = TextRange::new(start, start + TextSize::of(part));
    let close = walk.closest(part, names.iter().copied());
    if known.varies && close.is_none() {
        return true;
    }
    report(
        walk,
        "TB203",
        format!("module `{parent}` has no module `{part}`"),
        part,
        close,
        place,
    );
    false
}

/// Where a part of a dotted name begins; the whole name where it is written with spaces.
fn at_part(place: TextRange, whole: &str, at: usize) -> TextSize {
    if place.len() == TextSize::of(whole) {
        place.start() + TextSize::try_from(at).unwrap_or_default()
    } else {
        place.start()
    }
}

/// A module of the program, or below one of its packages.
fn own_module(walk: &mut Walk<'_, '_>, name: &str, place: TextRange) -> bool {
    let modules = &walk.tables.modules;
    let Some(importable) = walk.importable else {
        return true;
    };
    if modules.iter().any(|each| each.name == name) || importable.contains(name) {
        return true;
    }
    let Some((parent, last)) = name.rsplit_once('.') else {
        return true;
    };
    let Some(package) = modules.iter().position(|each| each.name == parent) else {
        return true;
    };
    if walk.is_dynamic(package)
        || changes_imports(walk)
        || importable.contains(&format!("{parent}.*"))
    {
        return true;
    }
    let prefix = format!("{parent}.");
    let below = importable
        .iter()
        .map(String::as_str)
        .chain(modules.iter().map(|each| each.name.as_str()));
    let close = walk.closest(last, below.filter_map(|each| each.strip_prefix(&prefix)));
    let written = u32::from(place.len()) as usize;
    let place = if written >= last.len() {
        TextRange::new(place.end() - TextSize::of(last), place.end())
    } else {
        place
    };
    report(
        walk,
        "TB203",
        format!("`{parent}` has no module `{last}`"),
        last,
        close,
        place,
    );
    false
}

/// A module that is neither the program's nor the standard library's.
fn foreign_module(walk: &mut Walk<'_, '_>, first: &str, name: &str, place: TextRange) -> bool {
    let Some(importable) = walk.importable else {
        return true;
    };
    if first == "tayberry" || importable.contains(first) {
        return true;
    }
    let known = importable
        .iter()
        .map(String::as_str)
        .filter(|each| !each.contains('.'))
        .chain(stdlib::modules().map(|each| -> &str { each }))
        .chain(walk.tables.modules.iter().map(|each| each.name.as_str()));
    let close = walk.closest(first, known);
    // Functions import what not everybody has when they need it.
    let in_function = walk
        .scopes
        .iter()
        .any(|scope| matches!(scope.opened, Opened::Function(_)));
    if (in_function && close.is_none()) || is_optional(walk, first) || changes_imports(walk) {
        return true;
    }
    let start = at_part(place, name, 0);
    let place = TextRange::new(start, start + TextSize::of(first));
    let message = match close {
        Some(_) => format!("there is no module `{first}`"),
        None => format!(
            "there is no module `{first}`: neither beside the program nor installed for its interpreter"
        ),
    };
    report(walk, "TB203", message, first, close, place);
    false
}

/// A name in a module of the standard library.
fn member(walk: &mut Walk<'_, '_>, code: &'static str, source: &str, name: &str, place: TextRange) {
    let Some(known) = stdlib::module(source) else {
        return;
    };
    let Some(names) = &known.names else {
        return;
    };
    if name.starts_with('_') || names.contains(&name) {
        return;
    }
    let close = walk.closest(name, names.iter().copied());
    // A name of another platform is not one that is misspelt by a letter or two.
    let misspelt = |close| strsim::damerau_levenshtein(close, name) <= 2;
    if known.varies && (!close.is_some_and(misspelt) || name.chars().any(char::is_uppercase)) {
        return;
    }
    let message = format!("module `{source}` has no `{name}`");
    report(walk, code, message, name, close, place);
}

fn report(
    walk: &mut Walk<'_, '_>,
    code: &'static str,
    message: String,
    name: &str,
    close: Option<&str>,
    place: TextRange,
) {
    let span = walk.span(place);
    let mut finding = Diagnostic::new(code, message, span, "");
    if let Some(close) = close {
        finding = finding.help(format!("did you mean `{close}`?"));
        // Elsewhere in the file the name is written as here, or right already.
        let text = &walk.sources.files[walk.module].text;
        if code == "TB204" || words(text, name) == 1 {
            finding = finding.fix_replace(span, close);
        }
    }
    walk.report(finding);
}

/// How often a name stands in a text.
fn words(text: &str, name: &str) -> usize {
    text.split(|letter: char| letter != '_' && !letter.is_alphanumeric())
        .filter(|word| *word == name)
        .count()
}

/// Whether the program changes where modules come from.
fn changes_imports(walk: &Walk<'_, '_>) -> bool {
    let files = &walk.sources.files;
    files
        .iter()
        .any(|file| IMPORTS_CHANGED.iter().any(|each| file.text.contains(each)))
}

/// Whether the program looks somewhere whether it has a module: by its name in a text, or with an import that may fail.
fn is_optional(walk: &Walk<'_, '_>, name: &str) -> bool {
    struct Looks<'n> {
        name: &'n str,
        guarded: bool,
        found: bool,
    }
    impl Looks<'_> {
        fn is_it(&self, dotted: &str) -> bool {
            dotted.split('.').next() == Some(self.name)
        }
    }
    impl<'a> Visitor<'a> for Looks<'_> {
        fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
            let guarded = self.guarded;
            match stmt {
                ast::Stmt::Try(_) => self.guarded = true,
                ast::Stmt::If(each) if super::asks_for_environment(&each.test) => {
                    self.guarded = true;
                }
                ast::Stmt::Import(import) if guarded => {
                    self.found |= import.names.iter().any(|alias| self.is_it(&alias.name));
                }
                ast::Stmt::ImportFrom(import) if guarded && import.level == 0 => {
                    self.found |= import.module.as_ref().is_some_and(|name| self.is_it(name));
                }
                _ => {}
            }
            ast::visitor::walk_stmt(self, stmt);
            self.guarded = guarded;
        }
        fn visit_expr(&mut self, expr: &'a ast::Expr) {
            if let ast::Expr::StringLiteral(text) = expr {
                self.found |= self.is_it(text.value.to_str());
            }
            ast::visitor::walk_expr(self, expr);
        }
    }
    let mut looks = Looks {
        name,
        guarded: false,
        found: false,
    };
    for module in walk.tables.modules.iter() {
        looks.visit_body(&module.tree.body);
    }
    looks.found
}

/// A module of the program under a name of the standard library: which of the two an import gives depends on what was
/// imported before.
pub fn shadows(walk: &mut Walk<'_, '_>) {
    let tables = walk.tables;
    let own = tables.modules[walk.module].name.as_str();
    // An app's own file, that is; the package itself is a folder.
    let is_ours = own == "tayberry" && !tables.modules[walk.module].is_package;
    if !is_ours && (own.contains('.') || stdlib::module(own).is_none()) {
        return;
    }
    let (whose, which) = match is_ours {
        true => (
            "Tayberry's own package",
            "this file, where the package is meant",
        ),
        false => (
            "a module of the standard library",
            "one of the two, whichever was imported first",
        ),
    };
    let place = tables.modules.iter().enumerate().find_map(|(at, module)| {
        let file = FileId(at as u32);
        let mut found = Imported {
            of: own,
            by: (&module.name, module.is_package),
            place: None,
        };
        found.visit_body(&module.tree.body);
        found.place.map(|range| range_span(file, range))
    });
    let first = tables.modules[walk.module].tree.body.first();
    let Some(place) = place.or_else(|| Some(walk.span(first?))) else {
        return;
    };
    let path = &walk.sources.files[walk.module].path;
    walk.report(
        Diagnostic::new(
            "TB209",
            format!("`{path}` has the name of {whose}"),
            place,
            which,
        )
        .help("give the file another name"),
    );
}

/// Finds the first import of a module.
struct Imported<'n> {
    of: &'n str,
    by: (&'n str, bool),
    place: Option<TextRange>,
}

impl<'a> Visitor<'a> for Imported<'_> {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        let mut note = |name: &str, range: TextRange| {
            if name.split('.').next() == Some(self.of) {
                self.place.get_or_insert(range);
            }
        };
        match stmt {
            ast::Stmt::Import(import) => {
                for alias in &import.names {
                    note(&alias.name, alias.name.range());
                }
            }
            ast::Stmt::ImportFrom(import) => {
                if let Some(written) = &import.module
                    && let Some(source) = absolute(self.by.0, self.by.1, import.level, written)
                {
                    note(&source, written.range());
                }
            }
            _ => ast::visitor::walk_stmt(self, stmt),
        }
    }
}
