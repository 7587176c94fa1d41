//! Walks over the checked program: direct sub-expressions of an expression, expressions of a block.
//!
//! Both visit in evaluation order and go no deeper than they say; who wants more calls them again.

use super::*;

/// Calls `visit` on every direct sub-expression, in evaluation order.
pub fn each_child<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    fn element<'a>(each: &'a Element, visit: &mut dyn FnMut(&'a Expr)) {
        match each {
            Element::One(value) | Element::Star(value) => visit(value),
        }
    }
    fn target<'a>(each: &'a Target, visit: &mut dyn FnMut(&'a Expr)) {
        match each {
            Target::Local(_) | Target::Global(..) => {}
            Target::Field { object, .. } | Target::Attribute { object, .. } => visit(object),
            Target::Item { object, index, .. } => {
                visit(object);
                visit(index);
            }
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
                    .for_each(|inner| target(inner, visit));
            }
        }
    }
    fn parts<'a>(all: &'a [FormatPart], visit: &mut dyn FnMut(&'a Expr)) {
        for part in all {
            if let FormatPart::Value { value, spec, .. } = part {
                visit(value);
                parts(spec.as_deref().unwrap_or_default(), visit);
            }
        }
    }
    match &expr.kind {
        ExprKind::None
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Str(_)
        | ExprKind::Bytes(_)
        | ExprKind::Ellipsis
        | ExprKind::OwnClass(_)
        | ExprKind::Local(_)
        | ExprKind::Import { .. }
        | ExprKind::Global(_) => {}
        ExprKind::Field { object, .. } | ExprKind::Attribute { object, .. } => visit(object),
        ExprKind::Item { object, index } => {
            visit(object);
            visit(index);
        }
        ExprKind::Slice {
            object,
            lower,
            upper,
            step,
        } => {
            visit(object);
            [lower, upper, step]
                .into_iter()
                .flatten()
                .for_each(|each| visit(each));
        }
        ExprKind::SliceObject { lower, upper, step } => [lower, upper, step]
            .into_iter()
            .flatten()
            .for_each(|each| visit(each)),
        ExprKind::Binary { left, right, .. } => {
            visit(left);
            visit(right);
        }
        ExprKind::ImportFrom { module, .. } => visit(module),
        ExprKind::Unary { operand, .. } => visit(operand),
        ExprKind::Function(make) => {
            make.defaults.iter().for_each(&mut *visit);
            make.keyword_defaults
                .iter()
                .for_each(|(_, each)| visit(each));
        }
        ExprKind::Compare { first, rest } => {
            visit(first);
            rest.iter().for_each(|(_, each)| visit(each));
        }
        ExprKind::And(operands) | ExprKind::Or(operands) => operands.iter().for_each(visit),
        ExprKind::IfElse { test, body, orelse } => {
            visit(test);
            visit(body);
            visit(orelse);
        }
        ExprKind::Walrus { value, .. }
        | ExprKind::Await(value)
        | ExprKind::YieldFrom(value)
        | ExprKind::Iterator { value, .. }
        | ExprKind::Narrow(value)
        | ExprKind::Placed(value) => visit(value),
        ExprKind::Yield(value) => value.iter().for_each(|value| visit(value)),
        ExprKind::Call(call) => {
            match &call.callee {
                Callee::Method { object, .. }
                | Callee::BuiltinMethod { object, .. }
                | Callee::Attribute { object, .. }
                | Callee::Dynamic(object) => {
                    visit(object);
                }
                Callee::Function { .. }
                | Callee::Class { .. }
                | Callee::SuperMethod { .. }
                | Callee::Builtin(_)
                | Callee::Library(_) => {}
            }
            call.args.iter().for_each(|each| element(each, visit));
            call.keywords.iter().for_each(|(_, each)| visit(each));
        }
        ExprKind::List(elements) | ExprKind::Tuple(elements) | ExprKind::Set(elements) => {
            elements.iter().for_each(|each| element(each, visit));
        }
        ExprKind::Dict(items) => {
            for (key, value) in items {
                key.iter().for_each(&mut *visit);
                visit(value);
            }
        }
        ExprKind::Comprehension(comprehension) => {
            for clause in &comprehension.clauses {
                visit(&clause.iter);
                target(&clause.target, visit);
                clause.tests.iter().for_each(&mut *visit);
            }
            visit(&comprehension.element);
            comprehension.value.iter().for_each(visit);
        }
        ExprKind::Format(all) => parts(all, visit),
    }
}

/// Calls `visit` on every expression that stands directly in a block's statements, inner blocks included.
pub fn each_expression<'a>(body: &'a [Stmt], visit: &mut dyn FnMut(&'a Expr)) {
    fn target<'a>(each: &'a Target, visit: &mut dyn FnMut(&'a Expr)) {
        match each {
            Target::Local(_) | Target::Global(..) => {}
            Target::Field { object, .. } | Target::Attribute { object, .. } => visit(object),
            Target::Item { object, index, .. } => {
                visit(object);
                visit(index);
            }
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
                    .for_each(|inner| target(inner, visit));
            }
        }
    }
    for stmt in body {
        match &stmt.kind {
            StmtKind::Expr(value) => visit(value),
            StmtKind::Assign { targets, value } => {
                visit(value);
                targets.iter().for_each(|each| target(each, visit));
            }
            StmtKind::AugAssign {
                target: place,
                value,
                ..
            } => {
                target(place, visit);
                visit(value);
            }
            StmtKind::If { test, body, orelse } | StmtKind::While { test, body, orelse } => {
                visit(test);
                each_expression(body, visit);
                each_expression(orelse, visit);
            }
            StmtKind::For {
                target: place,
                iter,
                body,
                orelse,
                ..
            } => {
                visit(iter);
                target(place, visit);
                each_expression(body, visit);
                each_expression(orelse, visit);
            }
            StmtKind::Return(value) => value.iter().for_each(&mut *visit),
            StmtKind::Raise { exception, cause } => {
                exception.iter().chain(cause).for_each(&mut *visit)
            }
            StmtKind::Try {
                body,
                handlers,
                orelse,
                finally,
            } => {
                each_expression(body, visit);
                for handler in handlers {
                    handler.matches.iter().for_each(&mut *visit);
                    each_expression(&handler.body, visit);
                }
                each_expression(orelse, visit);
                each_expression(finally, visit);
            }
            StmtKind::With { items, body, .. } => {
                for item in items {
                    visit(&item.context);
                    item.target.iter().for_each(|each| target(each, visit));
                }
                each_expression(body, visit);
            }
            StmtKind::Match { subject, cases } => {
                visit(subject);
                for case in cases {
                    case.pattern.each_expression(visit);
                    case.guard.iter().for_each(&mut *visit);
                    each_expression(&case.body, visit);
                }
            }
            StmtKind::Assert { test, message, .. } => {
                visit(test);
                message.iter().for_each(&mut *visit);
            }
            StmtKind::Delete(targets) => targets.iter().for_each(|each| target(each, visit)),
            StmtKind::Break | StmtKind::Continue | StmtKind::Pass => {}
        }
    }
}

/// Calls `visit` on every statement of a block and of the blocks inside, each before what it contains.
pub fn each_statement<'a>(body: &'a [Stmt], visit: &mut dyn FnMut(&'a Stmt)) {
    for stmt in body {
        visit(stmt);
        match &stmt.kind {
            StmtKind::If { body, orelse, .. }
            | StmtKind::While { body, orelse, .. }
            | StmtKind::For { body, orelse, .. } => {
                each_statement(body, visit);
                each_statement(orelse, visit);
            }
            StmtKind::Try {
                body,
                handlers,
                orelse,
                finally,
            } => {
                each_statement(body, visit);
                for handler in handlers {
                    each_statement(&handler.body, visit);
                }
                each_statement(orelse, visit);
                each_statement(finally, visit);
            }
            StmtKind::With { body, .. } => each_statement(body, visit),
            StmtKind::Match { cases, .. } => {
                for case in cases {
                    each_statement(&case.body, visit);
                }
            }
            StmtKind::Expr(_)
            | StmtKind::Assign { .. }
            | StmtKind::AugAssign { .. }
            | StmtKind::Return(_)
            | StmtKind::Raise { .. }
            | StmtKind::Assert { .. }
            | StmtKind::Delete(_)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Pass => {}
        }
    }
}
