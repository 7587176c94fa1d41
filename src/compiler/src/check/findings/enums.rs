//! Members that an enumeration of the program does not have (TB332): `Colour.PURPLE`, also as a default and in `case`.

use std::collections::BTreeSet;

use rustpython_ast::{self as ast};

use super::names::{Symbol, resolve_expr};
use super::{Walk, builtin_members};
use crate::check::classes::ClassKind;
use crate::diagnostics::Diagnostic;
use crate::types::Type;

/// What the class of an enumeration has besides its members and methods, without names that begin with `_`.
const OF_CLASS: &[&str] = &["mro", "name", "value"];

/// Looks at the reading of an attribute.
pub fn read<'a>(walk: &mut Walk<'a, '_>, attribute: &'a ast::ExprAttribute) {
    let name = attribute.attr.as_str();
    let stored = walk.stores.elsewhere.contains(name) || walk.stores.anything;
    if name.starts_with('_') || stored || walk.catches(&["AttributeError"]) {
        return;
    }
    let Some(Symbol::Class(module, at)) = walk.symbol(&attribute.value) else {
        return;
    };
    let Some(ClassKind::Enum(id)) = walk.tables.classes.get(&(module, at)) else {
        return;
    };
    let Some((class, known)) = names(walk, module, at) else {
        return;
    };
    if known.contains(name) {
        return;
    }
    let members = &walk.tables.enums[id.index()].members;
    let members: Vec<&'a str> = members.iter().map(|(name, _)| name.as_str()).collect();
    // Members are mostly mistaken for their values, or written as small as these.
    let same = members
        .iter()
        .find(|each| each.eq_ignore_ascii_case(name))
        .copied();
    let close = same.or_else(|| walk.closest(name, known.iter().copied()));
    let help = match close {
        Some(close) => format!("did you mean `{close}`?"),
        None if members.len() <= 8 => format!("there are {}", members.join(", ")),
        None => format!("there are {}, …", members[..8].join(", ")),
    };
    walk.report(
        Diagnostic::new(
            "TB332",
            format!("`{}` has no member `{name}`", class.name),
            walk.span(&attribute.attr),
            "raises AttributeError",
        )
        .label(
            crate::parse::span(crate::source::FileId(module as u32), &class.name),
            "this enumeration",
        )
        .help(help),
    );
}

/// The statement of an enumeration, with all names that it and its members have.
///
/// `None` where these are only known when the program runs: computed in the body, or inherited from elsewhere.
fn names<'a>(
    walk: &Walk<'a, '_>,
    module: usize,
    at: usize,
) -> Option<(&'a ast::StmtClassDef, BTreeSet<&'a str>)> {
    let modules = &walk.tables.modules;
    let ast::Stmt::ClassDef(class) = &modules[module].tree.body[at] else {
        return None;
    };
    let plain = |stmt: &ast::Stmt| {
        matches!(
            stmt,
            ast::Stmt::Assign(_)
                | ast::Stmt::AnnAssign(_)
                | ast::Stmt::FunctionDef(_)
                | ast::Stmt::Expr(_)
                | ast::Stmt::Pass(_)
        )
    };
    let decorated = class.decorator_list.iter().any(|each| {
        !matches!(resolve_expr(modules, module, &each.expression),
            Some(Symbol::External(name)) if name == "enum.unique")
    });
    let keywords = class.keywords().iter().next().is_some();
    if walk.is_dynamic(module) || decorated || keywords || !class.body.iter().all(plain) {
        return None;
    }
    let mut known: BTreeSet<&str> = walk.stores.own.get(&(module, at))?.clone()?;
    known.extend(OF_CLASS);
    for base in class.bases() {
        let Some(Symbol::External(base)) = resolve_expr(modules, module, base) else {
            return None;
        };
        match base.as_str() {
            "enum.Enum" => {}
            "builtins.str" | "enum.StrEnum" => {
                known.extend(builtin_members::of_str().map(|each| -> &'a str { each }))
            }
            "builtins.int" | "enum.IntEnum" => known.extend(builtin_members::INT),
            _ => return None,
        }
    }
    Some((class, known))
}

/// The same for a type.
pub fn of_type<'a>(
    walk: &Walk<'a, '_>,
    ty: &Type,
) -> Option<(usize, &'a ast::StmtClassDef, BTreeSet<&'a str>)> {
    let Type::Enum(wanted) = ty else {
        return None;
    };
    let mut all = walk.tables.classes.iter();
    let ((module, at), _) =
        all.find(|(_, kind)| matches!(kind, ClassKind::Enum(found) if found == wanted))?;
    let (class, known) = names(walk, *module, *at)?;
    Some((*module, class, known))
}
