//! Attributes that objects do not have (TB329): of the program's classes and of the interpreter's own types.
//!
//! Looked at are `self.name` in methods of dataclasses, and what is certain or declared to be of a type: `find(1).name`,
//! `item = Item(…)`, `order.lines[0].name`, `for each in order.lines`. What is stored into objects elsewhere in the program, or
//! asked for with `hasattr()`, may be there.

use std::collections::BTreeSet;

use rustpython_ast::{self as ast};

use super::names::{Symbol, resolve_expr};
use super::scope::Opened;
use super::{Walk, builtin_members, claims, dataclasses, enums, values};
use crate::check::classes::ClassKind;
use crate::diagnostics::Diagnostic;
use crate::types::Type;

/// A type that does not have an attribute.
struct Lack<'a> {
    /// `list`
    name: &'a str,
    /// The class's statement and its module.
    class: Option<(usize, &'a ast::StmtClassDef)>,
    known: BTreeSet<&'a str>,
}

/// Looks at the reading of an attribute.
pub fn read<'a>(walk: &mut Walk<'a, '_>, attribute: &'a ast::ExprAttribute) {
    let name = attribute.attr.as_str();
    if name.starts_with("__") || walk.catches(&["AttributeError"]) {
        return;
    }
    let lacks = lacking(walk, &attribute.value, name);
    let Some(first) = lacks.first() else {
        return;
    };
    let mocked = || walk.mocks() && lacks.iter().any(|each| each.class.is_some());
    if walk.stores.elsewhere.contains(name) || mocked() {
        return;
    }
    let message = match lacks.as_slice() {
        [one] => format!("`{}` has no attribute `{name}`", one.name),
        all => {
            let names: Vec<String> = all.iter().map(|each| format!("`{}`", each.name)).collect();
            format!("none of {} has an attribute `{name}`", names.join(", "))
        }
    };
    let mut found = Diagnostic::new(
        "TB329",
        message,
        walk.span(&attribute.attr),
        "raises AttributeError",
    );
    if let Some((module, class)) = first.class {
        found = found.label(
            crate::parse::span(crate::source::FileId(module as u32), &class.name),
            "this class",
        );
    }
    let all = first.known.iter().copied();
    let close = walk.closest(name, all.filter(|each| !each.starts_with("__")));
    if let Some(close) = close {
        found = found.help(format!("did you mean `{close}`?"));
    } else if first.class.is_none()
        && let Some(instead) = builtin_members::instead(first.name, name)
    {
        found = found.help(instead);
    }
    walk.report(found);
}

/// Looks at an assignment to an attribute: a dataclass has its fields.
pub fn stored<'a>(walk: &mut Walk<'a, '_>, attribute: &'a ast::ExprAttribute) {
    let name = attribute.attr.as_str();
    if name.starts_with('_') || walk.catches(&["AttributeError"]) {
        return;
    }
    let Some(Type::Class(id)) = claims::claim(walk, &attribute.value) else {
        return;
    };
    let Some((module, class)) = claims::statement(walk.tables, id) else {
        return;
    };
    if own_object(walk, &attribute.value)
        || dataclasses::options(walk.tables, module, class).is_none()
    {
        return;
    }
    let Some(lack) = class_lacks(walk, module, class, name) else {
        return;
    };
    let close = walk.closest(name, lack.known.iter().copied());
    if close.is_none() && walk.stores.read.contains(name) {
        return;
    }
    let mut found = Diagnostic::new(
        "TB329",
        format!("`{}` has no field `{name}`", class.name),
        walk.span(&attribute.attr),
        "nothing of the class reads this",
    )
    .label(
        crate::parse::span(crate::source::FileId(module as u32), &class.name),
        "this class",
    );
    if let Some(close) = close {
        found = found.help(format!("did you mean `{close}`?"));
    } else {
        found = found.help("declare it among the fields of the class");
    }
    walk.report(found);
}

/// The types of which an expression's value may be, if none of them has an attribute.
fn lacking<'a>(walk: &Walk<'a, '_>, value: &'a ast::Expr, name: &str) -> Vec<Lack<'a>> {
    let named = match value {
        ast::Expr::Name(object) => class_of(walk, object.id.as_str()),
        _ => None,
    };
    if let Some((module, class)) = named.or_else(|| certain_class(walk, value)) {
        // Other classes are often made to be completed by what inherits from them, elsewhere.
        let told =
            dataclasses::options(walk.tables, module, class).is_some() || !own_object(walk, value);
        let lack = told.then(|| class_lacks(walk, module, class, name));
        return lack.flatten().into_iter().collect();
    }
    if own_object(walk, value) {
        return Vec::new();
    }
    let Some(claim) = claims::claim(walk, value) else {
        return Vec::new();
    };
    let members = match claim {
        Type::Union(members) => members,
        one => vec![one],
    };
    let count = members.len();
    let mut all = Vec::new();
    for ty in members {
        let lack = match &ty {
            Type::Class(class) => claims::statement(walk.tables, *class)
                .and_then(|(module, class)| class_lacks(walk, module, class, name)),
            Type::None if count > 1 => continue,
            Type::Enum(_) => enum_lacks(walk, &ty, name),
            other => builtin_lacks(walk, other, name),
        };
        match lack {
            Some(lack) => all.push(lack),
            None => return Vec::new(),
        }
    }
    all
}

/// A type of the interpreter, if it has no such attribute and no class of the program may add one.
fn builtin_lacks<'a>(walk: &Walk<'a, '_>, ty: &Type, name: &str) -> Option<Lack<'a>> {
    let (of, known) = builtin_members::all(ty)?;
    let lacks =
        !known.contains(&name) && !walk.stores.extended.contains(name) && !walk.stores.anything;
    lacks.then(|| Lack {
        name: of,
        class: None,
        known: known.into_iter().collect(),
    })
}

/// An enumeration whose members have no such attribute.
fn enum_lacks<'a>(walk: &Walk<'a, '_>, ty: &Type, name: &str) -> Option<Lack<'a>> {
    let (module, class, known) = enums::of_type(walk, ty)?;
    let lacks = !known.contains(name) && !name.starts_with('_') && !walk.stores.anything;
    lacks.then(|| Lack {
        name: &class.name,
        class: Some((module, class)),
        known,
    })
}

/// A class, if its objects have no such attribute: neither it, nor what is above and below it.
fn class_lacks<'a>(
    walk: &Walk<'a, '_>,
    module: usize,
    class: &'a ast::StmtClassDef,
    name: &str,
) -> Option<Lack<'a>> {
    let own = |module: usize, class: &ast::StmtClassDef| {
        let body = &walk.tables.modules[module].tree.body;
        let at = body.iter().position(
            |stmt| matches!(stmt, ast::Stmt::ClassDef(found) if std::ptr::eq(found, class)),
        )?;
        let computed = walk.stores.computed.contains(&(module, at));
        walk.stores
            .own
            .get(&(module, at))?
            .as_ref()
            .filter(|_| !computed)
    };
    if walk.stores.anything || own(module, class)?.contains(name) {
        return None;
    }
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for (home, each) in family(walk, module, class)? {
        known.extend(own(home, each)?.iter().copied());
    }
    // Objects of a class without any name are there to be given some, also by other programs.
    let may_have = known.iter().all(|each| each.starts_with("__"))
        || known.contains(name)
        || known.contains("__getattr__")
        || known.contains("__getattribute__");
    (!may_have).then(|| Lack {
        name: &class.name,
        class: Some((module, class)),
        known,
    })
}

/// Whether an expression is the first parameter of the method around it.
fn own_object(walk: &Walk<'_, '_>, expr: &ast::Expr) -> bool {
    let ast::Expr::Name(name) = expr else {
        return false;
    };
    let Some(at) = walk.scope_of(&name.id) else {
        return false;
    };
    let (Some(Opened::Class(_)), Opened::Function(def)) = (
        at.checked_sub(1).map(|above| walk.scopes[above].opened),
        walk.scopes[at].opened,
    ) else {
        return false;
    };
    let first = def.parameters.iter_non_variadic_params().next();
    first.is_some_and(|first| first.parameter.name.as_str() == name.id.as_str())
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
    above(walk, &mut all, 0)?;
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
                    // What it has from other bases too.
                    let from = all.len() - 1;
                    above(walk, &mut all, from)?;
                    below.push(derived);
                }
            }
        }
    }
    Some(all)
}

/// Adds the classes above those from a position on.
fn above<'a>(walk: &Walk<'a, '_>, all: &mut Family<'a>, from: usize) -> Option<()> {
    let modules = &walk.tables.modules;
    let mut at = from;
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
    Some(())
}
