//! Types of results: of operations, of iterations, of a variable that holds several.

use super::builtins;
use crate::hir::*;
use crate::types::Type;

/// The type of a variable that holds values of both types.
pub(super) fn join(a: &Type, b: &Type) -> Type {
    match (a, b) {
        _ if a == b => a.clone(),
        (Type::None, other) | (other, Type::None) => Type::optional(other.clone()),
        (Type::List(_), Type::List(_)) => Type::List(Box::new(Type::Object)),
        (Type::Dict(..), Type::Dict(..)) => {
            Type::Dict(Box::new(Type::Object), Box::new(Type::Object))
        }
        (Type::Set(_), Type::Set(_)) => Type::Set(Box::new(Type::Object)),
        (Type::Tuple(_) | Type::TupleOf(_), Type::Tuple(_) | Type::TupleOf(_)) => {
            Type::TupleOf(Box::new(Type::Object))
        }
        (Type::Union(members), other) | (other, Type::Union(members))
            if members.contains(other) =>
        {
            Type::Union(members.clone())
        }
        _ => Type::Object,
    }
}

/// What iterating over an expression's value claims to give.
pub fn element_type(iter: &Expr) -> Type {
    if let ExprKind::Call(call) = &iter.kind {
        let one = |at: usize| match call.args.get(at) {
            Some(Element::One(value)) => element_type(value),
            _ => Type::Object,
        };
        match &call.callee {
            Callee::Builtin(name) => match name.as_str() {
                "range" => return Type::Int,
                "enumerate" => return Type::Tuple(vec![Type::Int, one(0)]),
                "zip" if call.args.iter().all(|each| matches!(each, Element::One(_))) => {
                    return Type::Tuple((0..call.args.len()).map(one).collect());
                }
                "reversed" | "sorted" | "iter" => return one(0),
                _ => {}
            },
            Callee::BuiltinMethod { object, name } => {
                if let Type::Dict(key, value) = &object.ty {
                    match name.as_str() {
                        "keys" => return (**key).clone(),
                        "values" => return (**value).clone(),
                        "items" => return Type::Tuple(vec![(**key).clone(), (**value).clone()]),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    builtins::element(&iter.ty)
}

/// The type of a binary operation's result.
pub fn binary_type(op: BinOp, left: &Type, right: &Expr) -> Type {
    use BinOp::{
        Add, BitAnd, BitOr, BitXor, Div, FloorDiv, MatMul, Mod, Mul, Pow, ShiftLeft, ShiftRight,
        Sub,
    };
    match (left, &right.ty) {
        (Type::Int, Type::Int) => match op {
            Add | Sub | Mul | FloorDiv | Mod | BitAnd | BitOr | BitXor | ShiftLeft | ShiftRight => {
                Type::Int
            }
            Div => Type::Float,
            // A negative exponent gives a float.
            Pow if matches!(right.kind, ExprKind::Int(_)) => Type::Int,
            Pow | MatMul => Type::Object,
        },
        (Type::Float, Type::Float | Type::Int) | (Type::Int, Type::Float) => match op {
            Add | Sub | Mul | Div | FloorDiv | Mod => Type::Float,
            _ => Type::Object,
        },
        (Type::Str, Type::Str) if op == Add => Type::Str,
        (Type::Str, Type::Int) | (Type::Int, Type::Str) if op == Mul => Type::Str,
        (Type::Bytes, Type::Bytes) if op == Add => Type::Bytes,
        (Type::List(_), Type::Int | Type::Bool) if op == Mul => left.clone(),
        (Type::Int | Type::Bool, Type::List(_)) if op == Mul => right.ty.clone(),
        (Type::List(a), Type::List(b)) if op == Add => Type::List(Box::new(join(a, b))),
        _ => Type::Object,
    }
}

pub(super) fn numeric(ty: &Type) -> Type {
    match ty {
        Type::Int | Type::Float => ty.clone(),
        _ => Type::Object,
    }
}

/// Whether a comparison certainly gives `True` or `False`.
pub(super) fn gives_bool(op: CompareOp, left: &Type, right: &Type) -> bool {
    let simple = |ty: &Type| {
        matches!(
            ty,
            Type::Int | Type::Float | Type::Bool | Type::Str | Type::Bytes | Type::None
        )
    };
    match op {
        CompareOp::Is | CompareOp::IsNot | CompareOp::In | CompareOp::NotIn => true,
        _ => simple(left) && simple(right),
    }
}
