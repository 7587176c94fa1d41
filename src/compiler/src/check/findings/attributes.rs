//! Attributes that the objects of a dataclass of the program do not have (TB329).
//!
//! Looked at are `self.name` in methods, `item.name` of parameters that are declared to be of such a class, and what else is
//! certain to be of it: `find(1).name`, `item = Item(…)`. What is assigned
//! as an attribute anywhere in the program, or asked for with `hasattr()`, may be there.

use std::collections::BTreeSet;

use rustpython_ast::{self as ast};

use super::dataclasses;
use super::names::{Symbol, resolve_expr};
use super::scope::{Opened, Scope};
use super::{Walk, values};
use crate::check::classes::ClassKind;
use crate::diagnostics::Diagnostic;
use crate::types::Type;

/// Looks at the reading of an attribute.
pub fn read<'a>(walk: &mut Walk<'a, '_>, attribute: &'a ast::ExprAttribute) {
    let name = attribute.attr.as_str();
    if name.starts_with("__") || walk.assigned.contains(name) || walk.catches(&["AttributeError"]) {
        return;
    }
    let named = match &*attribute.value {
        ast::Expr::Name(object) => class_of(walk, object.id.as_str()),
        _ => None,
    };
    let Some((module, class)) = named.or_else(|| certain_class(walk, &attribute.value)) else {
        return;
    };
    // Other classes are often made to be completed by what inherits from them, elsewhere.
    if dataclasses::options(walk.tables, module, class).is_none() {
        return;
    }
    let Some(family) = family(walk, module, class) else {
        return;
    };
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for (_, each) in &family {
        known.extend(Scope::class(each).names);
    }
    if known.contains(name) || known.contains("__getattr__") || known.contains("__getattribute__") {
        return;
    }
    let all = known.iter().copied().chain(walk.assigned.iter().copied());
    let close = walk.closest(name, all.filter(|each| !each.starts_with("__")));
    let mut found = Diagnostic::new(
        "TB329",
        format!("`{}` has no attribute `{name}`", class.name),
        walk.span(&attribute.attr),
        "raises AttributeError",
    )
    .label(
        crate::parse::span(crate::source::FileId(module as u32), &class.name),
        "this class",
    );
    if let Some(close) = close {
        found = found.help(format!("did you mean `{close}`?"));
    }
    walk.report(found);
}

/// The class that an expression's value is certainly of.
fn certain_class<'a>(
    walk: &Walk<'a, '_>,
    expr: &ast::Expr,
) -> Option<(usize, &'a ast::StmtClassDef)> {
    let Type::Class(wanted) = values::certain(walk, expr)? else {
        return None;
    };
    let mut classes = walk.tables.classes.iter();
    let (at, _) =
        classes.find(|(_, kind)| matches!(kind, ClassKind::Native(found) if *found == wanted))?;
    match &walk.tables.modules[at.0].tree.body[at.1] {
        ast::Stmt::ClassDef(class) => Some((at.0, class)),
        _ => None,
    }
}

/// The class of the program that a name's object is of: the first parameter of a method, or a parameter's declared class.
fn class_of<'a>(walk: &Walk<'a, '_>, name: &str) -> Option<(usize, &'a ast::StmtClassDef)> {
    let at = walk.scope_of(name)?;
    let scope = &walk.scopes[at];
    let Opened::Function(def) = scope.opened else {
        return None;
    };
    if scope.places(name).len() != 1 || scope.asks_for_type(name) {
        return None;
    }
    let param = def.parameters.find(name)?;
    match &walk.scopes[..at] {
        [outer] if def.decorator_list.is_empty() => {
            if let Opened::Class(class) = outer.opened
                && let Some(first) = def.parameters.iter_non_variadic_params().next()
                && first.parameter.name.as_str() == name
                && !matches!(
                    def.name.as_str(),
                    "__new__" | "__init_subclass__" | "__class_getitem__"
                )
            {
                return Some((walk.module, class));
            }
        }
        outer
            if !outer
                .iter()
                .all(|each| matches!(each.opened, Opened::Class(_))) =>
        {
            return None;
        }
        _ => {}
    }
    if param.default.is_some() {
        return None;
    }
    let claim = param.parameter.annotation.as_deref()?;
    match resolve_expr(&walk.tables.modules, walk.module, claim)? {
        Symbol::Class(module, position) => match &walk.tables.modules[module].tree.body[position] {
            ast::Stmt::ClassDef(class) => Some((module, class)),
            _ => None,
        },
        _ => None,
    }
}

type Family<'a> = Vec<(usize, &'a ast::StmtClassDef)>;

/// A class with all above and below it; `None` if one of them is not plain or not of the program.
fn family<'a>(
    walk: &Walk<'a, '_>,
    module: usize,
    class: &'a ast::StmtClassDef,
) -> Option<Family<'a>> {
    let modules = &walk.tables.modules;
    let mut all = vec![(module, class)];
    let mut at = 0;
    while at < all.len() {
        let (home, each) = all[at];
        let plain = each.decorator_list.is_empty()
            || dataclasses::options(walk.tables, home, each).is_some();
        if !plain || each.keywords().iter().next().is_some() || all.len() > 50 {
            return None;
        }
        for base in each.bases() {
            let Symbol::Class(above, position) = resolve_expr(modules, home, base)? else {
                return None;
            };
            if let ast::Stmt::ClassDef(base) = &modules[above].tree.body[position]
                && !all.iter().any(|(_, known)| std::ptr::eq(*known, base))
            {
                all.push((above, base));
            }
        }
        at += 1;
    }
    let mut below = vec![class];
    while let Some(base) = below.pop() {
        for (home, each) in modules.iter().enumerate() {
            for stmt in &each.tree.body {
                let ast::Stmt::ClassDef(derived) = stmt else {
                    continue;
                };
                let inherits = derived.bases().iter().any(|expr| match resolve_expr(modules, home, expr) {
                    Some(Symbol::Class(above, position)) => {
                        matches!(&modules[above].tree.body[position], ast::Stmt::ClassDef(found) if std::ptr::eq(found, base))
                    }
                    _ => false,
                });
                if inherits && !all.iter().any(|(_, known)| std::ptr::eq(*known, derived)) {
                    all.push((home, derived));
                    below.push(derived);
                }
            }
        }
    }
    Some(all)
}
