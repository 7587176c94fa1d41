//! Built-in functions by what becomes of their arguments.
//!
//! In: a name or a call. What holds: a function that is not here may keep what it is given, or change it.

use super::builtins;
use crate::hir::*;

/// Built-in functions that keep nothing of their arguments.
pub const LOOKING: [&str; 26] = [
    "all",
    "any",
    "bool",
    "dict",
    "enumerate",
    "filter",
    "frozenset",
    "hash",
    "id",
    "isinstance",
    "iter",
    "len",
    "list",
    "map",
    "max",
    "min",
    "print",
    "range",
    "repr",
    "reversed",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
    "zip",
];

/// Those of them that give what is in their arguments.
pub const GIVING: [&str; 15] = [
    "dict",
    "enumerate",
    "filter",
    "frozenset",
    "iter",
    "list",
    "map",
    "max",
    "min",
    "reversed",
    "set",
    "sorted",
    "sum",
    "tuple",
    "zip",
];

/// Whether `isinstance` asks for classes that are Python's own.
pub fn is_of_builtins(call: &Call) -> bool {
    fn is_own(class: &Expr) -> bool {
        match &class.kind {
            ExprKind::Global(name) => builtins::is_builtin(name),
            ExprKind::Tuple(all) => ones(all).is_some_and(|all| all.into_iter().all(is_own)),
            _ => false,
        }
    }
    matches!(&call.args[..], [Element::One(_), Element::One(class)] if is_own(class))
}

/// The elements of a display without starred ones.
pub fn ones<'e>(all: &'e [Element]) -> Option<Vec<&'e Expr>> {
    let one = |each: &'e Element| match each {
        Element::One(value) => Some(value),
        Element::Star(_) => None,
    };
    all.iter().map(one).collect()
}
