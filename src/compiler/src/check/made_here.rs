//! Locals whose containers a function makes itself.
//!
//! In: a translated body. Out: the locals that ever get what is made in it, of whose members no annotation promises anything.

use std::collections::BTreeSet;

use crate::hir::*;

/// Of the locals in question those that ever get what is made here; the others have what somebody promised.
pub fn made_here(of_interest: &BTreeSet<LocalId>, body: &[Stmt]) -> BTreeSet<LocalId> {
    let mut own = BTreeSet::new();
    loop {
        let before = own.len();
        let mut note = |target: &Target, value: Option<&Expr>| {
            if value.is_none_or(|value| is_made_here(&own, value)) {
                let mut bound = Vec::new();
                bound_locals(target, &mut bound);
                own.extend(bound.into_iter().filter(|id| of_interest.contains(id)));
            }
        };
        each_statement(body, &mut |stmt| match &stmt.kind {
            StmtKind::Assign { targets, value } => {
                targets.iter().for_each(|target| note(target, Some(value)));
            }
            StmtKind::AugAssign { target, .. } => note(target, None),
            StmtKind::For { target, iter, .. } => note(target, Some(iter)),
            StmtKind::With { items, .. } => {
                items
                    .iter()
                    .filter_map(|each| each.target.as_ref())
                    .for_each(|each| note(each, None));
            }
            StmtKind::Match { cases, .. } => {
                cases
                    .iter()
                    .flat_map(|case| case.pattern.captures())
                    .for_each(|each| note(each, None));
            }
            _ => {}
        });
        each_expression(body, &mut |expr| each_binding(expr, &mut note));
        if own.len() == before {
            return own;
        }
    }
}

/// The bindings inside an expression: `:=` and the targets of comprehensions.
fn each_binding(expr: &Expr, note: &mut impl FnMut(&Target, Option<&Expr>)) {
    match &expr.kind {
        ExprKind::Walrus { target, value } => note(&Target::Local(*target), Some(value)),
        ExprKind::Comprehension(inner) => {
            inner
                .clauses
                .iter()
                .for_each(|each| note(&each.target, Some(&each.iter)));
        }
        _ => {}
    }
    each_child(expr, &mut |child| each_binding(child, note));
}

/// The locals that a target binds, in order; what it stores elsewhere is left out.
pub fn bound_locals(target: &Target, found: &mut Vec<LocalId>) {
    match target {
        Target::Local(id) => found.push(*id),
        Target::Unpack {
            before,
            star,
            after,
            ..
        } => {
            before
                .iter()
                .chain(star.as_deref())
                .chain(after)
                .for_each(|each| bound_locals(each, found));
        }
        Target::Global(..)
        | Target::Field { .. }
        | Target::Attribute { .. }
        | Target::Item { .. } => {}
    }
}

/// Whether what is claimed of a value is only known from this function's text.
pub fn is_made_here(own: &BTreeSet<LocalId>, value: &Expr) -> bool {
    let inner = |value: &Expr| is_made_here(own, value);
    match &value.kind {
        ExprKind::Local(id) => own.contains(id),
        ExprKind::Placed(value) | ExprKind::Narrow(value) | ExprKind::Walrus { value, .. } => {
            inner(value)
        }
        ExprKind::Item { object, .. } => inner(object),
        ExprKind::And(all) | ExprKind::Or(all) => all.iter().any(inner),
        ExprKind::IfElse { body, orelse, .. } => inner(body) || inner(orelse),
        ExprKind::Field { .. }
        | ExprKind::Attribute { .. }
        | ExprKind::Await(_)
        | ExprKind::Global(_) => false,
        ExprKind::Call(call) => !matches!(
            call.callee,
            Callee::Function { .. }
                | Callee::Class { .. }
                | Callee::Method { .. }
                | Callee::SuperMethod { .. }
        ),
        _ => true,
    }
}
