//! What a test tells about local variables: `x is None`, `x is not None`, `isinstance(x, C)`, plain `x`, and their
//! combinations with `not`, `and`, `or`.

use super::function::Translator;
use crate::hir::{Callee, CompareOp, Element, Expr, ExprKind, LocalId, UnaryOp, each_child};
use crate::types::Type;

/// Locals whose type is known more exactly where `test` was true (or, with `positive` false, false).
pub fn narrowings(
    translator: &Translator<'_>,
    test: &Expr,
    positive: bool,
) -> Vec<(LocalId, Type)> {
    let mut found = told(translator, test, positive);
    let mut rebound = Vec::new();
    bound_within(test, &mut rebound);
    found.retain(|(local, _)| !translator.unsteady.contains(local) && !rebound.contains(local));
    found
}

/// What `:=` binds in a test, maybe after it was looked at.
fn bound_within(test: &Expr, found: &mut Vec<LocalId>) {
    if let ExprKind::Walrus { target, .. } = &test.kind {
        found.push(*target);
    }
    each_child(test, &mut |child| bound_within(child, found));
}

fn told(translator: &Translator<'_>, test: &Expr, positive: bool) -> Vec<(LocalId, Type)> {
    match &test.kind {
        ExprKind::Unary {
            op: UnaryOp::Not,
            operand,
        } => told(translator, operand, !positive),
        ExprKind::And(operands) if positive => operands
            .iter()
            .flat_map(|each| told(translator, each, true))
            .collect(),
        ExprKind::Or(operands) if !positive => operands
            .iter()
            .flat_map(|each| told(translator, each, false))
            .collect(),
        ExprKind::Compare { first, rest }
            if rest.len() == 1 && matches!(rest[0].1.kind, ExprKind::None) =>
        {
            let Some((local, ty)) = local_of(first) else {
                return Vec::new();
            };
            let is_none = match rest[0].0 {
                CompareOp::Is => positive,
                CompareOp::IsNot => !positive,
                _ => return Vec::new(),
            };
            match (is_none, ty.without_none()) {
                (false, Some(inner)) => vec![(local, inner)],
                _ => Vec::new(),
            }
        }
        ExprKind::Local(_) | ExprKind::Narrow(_) if positive => {
            let Some((local, ty)) = local_of(test) else {
                return Vec::new();
            };
            ty.without_none()
                .map(|inner| vec![(local, inner)])
                .unwrap_or_default()
        }
        ExprKind::Call(call) if positive => {
            let (Callee::Builtin(name), [Element::One(value), Element::One(class)]) =
                (&call.callee, call.args.as_slice())
            else {
                return Vec::new();
            };
            let (Some((local, _)), true, ExprKind::Global(class_name)) =
                (local_of(value), name == "isinstance", &class.kind)
            else {
                return Vec::new();
            };
            match translator.global_type(class_name) {
                // A class that is registered with an ABC passes too, whatever it is.
                Some(Type::Class(class))
                    if translator.tables.native_classes[class.index()].is_abc =>
                {
                    Vec::new()
                }
                // Subclasses pass `isinstance` too; `int` would let `bool` in and `float` subclasses of it.
                Some(ty @ (Type::Str | Type::Class(_) | Type::List(_) | Type::Dict(..))) => {
                    vec![(local, ty)]
                }
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

fn local_of(expr: &Expr) -> Option<(LocalId, &Type)> {
    match &expr.kind {
        ExprKind::Local(local) => Some((*local, &expr.ty)),
        ExprKind::Narrow(inner) => match &inner.kind {
            ExprKind::Local(local) => Some((*local, &expr.ty)),
            _ => None,
        },
        _ => None,
    }
}
