//! `isinstance(value, int)` and `isinstance(value, (str, float))`: built-in types by name are checked without looking them up.
//!
//! What holds: every name is guarded like a builtin function's. The types are asked in source order, as the interpreter does,
//! since an object may answer for its `__class__` with code of its own.

use std::rc::Rc;

use super::call::Args;
use super::{Builder, Val};
use crate::hir::{Call, Element, Expr, ExprKind};
use crate::ir::{Const, Guard, Operand, Prim, Repr};
use crate::types::Type;

/// The types that `tb_isinstance_of` knows, in the order of its `TB_IS_…`.
const TYPES: &[&str] = &[
    "int",
    "str",
    "float",
    "bool",
    "list",
    "dict",
    "tuple",
    "bytes",
    "set",
    "frozenset",
];

/// The built-in types that an expression names, by position in `TYPES`.
fn named(classes: &Expr) -> Option<Vec<usize>> {
    let of_name = |each: &Expr| match &each.kind {
        ExprKind::Global(name) => TYPES.iter().position(|known| known == name),
        _ => None,
    };
    match &classes.kind {
        ExprKind::Tuple(items) if !items.is_empty() => items
            .iter()
            .map(|item| match item {
                Element::One(each) => of_name(each),
                Element::Star(_) => None,
            })
            .collect(),
        _ => Some(vec![of_name(classes)?]),
    }
}

impl<'a> Builder<'a> {
    /// A call of `isinstance` with built-in types; none if it is called in another way.
    pub(super) fn instance_of_builtins(&mut self, call: &'a Call, expr: &'a Expr) -> Option<Val> {
        let ([Element::One(value), Element::One(classes)], []) =
            (&call.args[..], &call.keywords[..])
        else {
            return None;
        };
        let types = named(classes)?;
        let value = self.expr(value);
        self.at_line(expr.span);
        let object = self.boxed(value);
        let mut guards = vec!["isinstance"];
        for each in &types {
            if !guards.contains(&TYPES[*each]) {
                guards.push(TYPES[*each]);
            }
        }
        let guards = guards
            .into_iter()
            .map(|name| Guard::Builtin(self.function.module, Rc::from(name)))
            .collect();
        let again = object.clone();
        Some(self.guarded_by(
            guards,
            &Type::Bool,
            |this| this.instance_of(object, &types),
            |this| {
                let callee = this.global("isinstance");
                let classes = this.expr(classes);
                this.at_line(expr.span);
                let value = Val {
                    op: again,
                    ty: Type::Object,
                };
                this.call_object(
                    callee,
                    Args {
                        positional: vec![value, classes],
                        keywords: Vec::new(),
                    },
                )
            },
        ))
    }

    /// Whether an object is of one of some types.
    fn instance_of(&mut self, object: Operand, types: &[usize]) -> Val {
        let kind = |each: &usize| Operand::Const(Const::C(*each as i32));
        if let [only] = types {
            return self.typed(Prim::IsInstanceOf, vec![object, kind(only)], Type::Bool);
        }
        let result = self.temp(Repr::Bool);
        let found = self.block("found");
        for (at, each) in types.iter().enumerate() {
            let is = self.prim(Prim::IsInstanceOf, vec![object.clone(), kind(each)]);
            self.store(result, is.clone());
            if at + 1 == types.len() {
                self.goto(found);
            } else {
                let next = self.block("next");
                self.branch(is, found, next);
                self.start(next);
            }
        }
        self.start(found);
        Val {
            op: self.take(result),
            ty: Type::Bool,
        }
    }
}
