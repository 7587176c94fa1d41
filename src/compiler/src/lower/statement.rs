//! Statements without a way of their own through the program: assignment, deletion, `raise`, `assert`, `if`.

use std::collections::BTreeSet;

use super::{Builder, Place, Val};
use crate::hir::{self, Expr, ExprKind, LocalId, Stmt, StmtKind, Target};
use crate::ir::{self, Const, OpKind, Operand, Prim, Repr, Scope, State};
use crate::members;
use crate::source::Span;
use crate::types::Type;

impl<'a> Builder<'a> {
    pub(super) fn body(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            self.statement(stmt);
        }
    }

    fn statement(&mut self, stmt: &'a Stmt) {
        self.at_line(stmt.span);
        match &stmt.kind {
            StmtKind::Expr(expr) => {
                self.expr_discarded(expr);
            }
            StmtKind::Assign { targets, value } => self.assignment(targets, value),
            StmtKind::AugAssign { target, op, value } => {
                self.augmented(target, *op, value, stmt.span)
            }
            StmtKind::If { test, body, orelse } => {
                let (yes, after) = (self.block("then"), self.block("after"));
                let no = if orelse.is_empty() {
                    after
                } else {
                    self.block("else")
                };
                self.condition(test, yes, no);
                self.start(yes);
                self.body(body);
                self.goto(after);
                if !orelse.is_empty() {
                    self.start(no);
                    self.body(orelse);
                    self.goto(after);
                }
                self.start(after);
            }
            StmtKind::While { test, body, orelse } => self.while_loop(test, body, orelse),
            StmtKind::For {
                is_async: true,
                target,
                iter,
                body,
                orelse,
            } => self.async_for_loop(target, iter, body, orelse),
            StmtKind::For {
                is_async: false,
                target,
                iter,
                body,
                orelse,
            } => self.for_loop(target, iter, body, orelse),
            StmtKind::Return(value) => self.return_value(value.as_ref()),
            StmtKind::Raise { exception, cause } => {
                self.raise_statement(exception.as_ref(), cause.as_ref(), stmt.span)
            }
            StmtKind::Try {
                body,
                handlers,
                orelse,
                finally,
            } => self.try_statement(body, handlers, orelse, finally),
            StmtKind::With {
                is_async,
                items,
                body,
            } => self.with_statement(*is_async, items, body),
            StmtKind::Match { subject, cases } => self.match_statement(subject, cases),
            StmtKind::Assert {
                test,
                message,
                place,
            } => {
                let (fails, after) = (self.block("assert"), self.block("after"));
                self.condition(test, after, fails);
                self.start(fails);
                let message = match message {
                    Some(message) => self.object(message),
                    None => Operand::Const(Const::Null),
                };
                self.at_line(*place);
                self.raise(Prim::RaiseAssertion, vec![message], true);
                self.start(after);
            }
            StmtKind::Delete(targets) => targets
                .iter()
                .for_each(|target| self.delete(target, stmt.span)),
            StmtKind::Break => self.leave_loop(false),
            StmtKind::Continue => self.leave_loop(true),
            StmtKind::Pass => {}
        }
    }

    fn raise_statement(
        &mut self,
        exception: Option<&'a Expr>,
        cause: Option<&'a Expr>,
        span: Span,
    ) {
        let Some(exception) = exception else {
            self.raise(Prim::Reraise, Vec::new(), false);
            return;
        };
        let exception = self.object(exception);
        let cause = match cause {
            Some(cause) => self.object(cause),
            None => Operand::Const(Const::Null),
        };
        self.at_line(span);
        self.raise(Prim::Raise, vec![exception, cause], true);
    }

    fn assignment(&mut self, targets: &'a [Target], value: &'a Expr) {
        if let (
            [
                Target::Unpack {
                    before,
                    star: None,
                    after,
                    ..
                },
            ],
            ExprKind::Tuple(items),
        ) = (targets, &value.kind)
        {
            let plain: Option<Vec<_>> = items
                .iter()
                .map(|item| match item {
                    hir::Element::One(item) => Some(item),
                    hir::Element::Star(_) => None,
                })
                .collect();
            if let Some(items) = plain.filter(|items| items.len() == before.len() + after.len()) {
                let values: Vec<_> = items.into_iter().map(|item| self.expr(item)).collect();
                for (target, value) in before.iter().chain(after).zip(values) {
                    self.assign(target, value);
                }
                return;
            }
        }
        let value = self.expr(value);
        for target in targets {
            self.assign(target, value.clone());
        }
    }

    /// `target = value`
    pub(super) fn assign(&mut self, target: &'a Target, value: Val) {
        match target {
            Target::Local(local) => self.store_local(*local, value),
            Target::Global(name, span) => {
                self.at_line(*span);
                let value = self.boxed(value);
                let name = self.str(name);
                self.act(Prim::GlobalSet, vec![self.globals(), name, value]);
            }
            Target::Field {
                object,
                class,
                field,
                span,
            } => {
                let object = self.expr(object);
                self.at_line(*span);
                self.write_field(object, *class, *field, value);
            }
            Target::Attribute { object, name, span } => {
                let object = self.expr(object);
                self.at_line(*span);
                self.set_attribute(object, name, value);
            }
            Target::Item {
                object,
                index,
                span,
            } => {
                let object = self.expr(object);
                let index = self.expr(index);
                self.at_line(*span);
                self.set_item(object, index, value);
            }
            Target::Unpack {
                before,
                star,
                after,
                span,
            } => {
                self.at_line(*span);
                let types: Option<Vec<Type>> = match &value.ty {
                    Type::Tuple(types)
                        if star.is_none() && types.len() == before.len() + after.len() =>
                    {
                        Some(types.clone())
                    }
                    _ => None,
                };
                let value = self.boxed(value);
                let count = before.len() + usize::from(star.is_some()) + after.len();
                let (fixed, rest) = if star.is_some() {
                    (before.len(), after.len())
                } else {
                    (count, 0)
                };
                let kind = OpKind::Unpack {
                    value,
                    before: fixed as u32,
                    star: star.is_some(),
                    after: rest as u32,
                };
                let items = self.op(kind, &vec![Repr::Object; count]);
                for (at, (target, item)) in before
                    .iter()
                    .chain(star.as_deref())
                    .chain(after)
                    .zip(items)
                    .enumerate()
                {
                    let mut ty = Type::Object;
                    if star.is_some() && at == before.len() {
                        ty = Type::List(Box::new(Type::Object));
                    }
                    let mut item = Val {
                        op: Operand::Value(item),
                        ty,
                    };
                    if let Some(types) = &types {
                        // A claim on an element, proved as the element is read.
                        item = self.convert(item, &types[at]);
                    }
                    self.assign(target, item);
                }
            }
        }
    }

    pub(super) fn store_local(&mut self, local: LocalId, value: Val) {
        let ty = &self.function.locals[local.index()].ty;
        let value = self.convert(value, ty);
        match self.places[local.index()] {
            Place::Var(var) => self.store(var, value.op),
            Place::Cell(var) => self.write_cell(var, value),
            Place::Param(_) => {}
        }
    }

    pub(super) fn write_field(
        &mut self,
        object: Val,
        class: hir::ClassId,
        field: hir::FieldId,
        value: Val,
    ) {
        let found = &self.program.classes[class.index()];
        let name = &found.fields[field.index()].name;
        let intercepted = members::is_frozen(&self.program.classes, class)
            || self.has_attribute(class, "__setattr__");
        if intercepted || repr_is_not_instance(&object.ty) {
            let (object, value) = (self.boxed(object), self.boxed(value));
            let name = self.str(name);
            self.act(Prim::AttrSet, vec![object, name, value]);
            return;
        }
        let ty = found.fields[field.index()].ty.clone();
        let value = self.convert_at(value, &ty, ir::Place::Field(class, field));
        self.op(OpKind::FieldWrite(object.op, class, field, value.op), &[]);
    }

    /// Whether the class's own body defines that attribute.
    pub(super) fn defines(&self, class: hir::ClassId, name: &str) -> bool {
        let class = &self.program.classes[class.index()];
        class.other_attributes.iter().any(|each| each == name)
            || class.methods.iter().any(|(each, _)| each == name)
    }

    /// Whether the class or a native base defines that attribute itself.
    pub(super) fn has_attribute(&self, class: hir::ClassId, name: &str) -> bool {
        let mut at = Some(class);
        while let Some(id) = at {
            if self.defines(id, name) {
                return true;
            }
            at = self.program.classes[id.index()].base;
        }
        false
    }

    pub(super) fn set_item(&mut self, object: Val, index: Val, value: Val) {
        match (&object.ty, &index.ty) {
            (Type::List(_), Type::Int) => {
                let value = self.boxed(value);
                self.act(Prim::ListSet, vec![object.op, index.op, value]);
            }
            (container, _) => {
                let prim = if matches!(container, Type::Dict(..)) {
                    Prim::DictSet
                } else {
                    Prim::ItemSet
                };
                let (object, index, value) =
                    (self.boxed(object), self.boxed(index), self.boxed(value));
                self.act(prim, vec![object, index, value]);
            }
        }
    }

    fn delete(&mut self, target: &'a Target, span: Span) {
        match target {
            Target::Local(local) => {
                self.at_line(span);
                match self.places[local.index()] {
                    Place::Var(var) => {
                        self.op(OpKind::CheckBound(var, Scope::Local), &[]);
                        self.op(OpKind::Clear(var, State::Set), &[]);
                    }
                    Place::Cell(var) => self.delete_cell(*local, var),
                    Place::Param(_) => {}
                }
            }
            Target::Global(name, span) => {
                self.at_line(*span);
                let name = self.str(name);
                self.act(Prim::GlobalDelete, vec![self.globals(), name]);
            }
            Target::Field {
                object,
                class,
                field,
                span,
            } => {
                let object = self.object(object);
                self.at_line(*span);
                let name =
                    self.str(&self.program.classes[class.index()].fields[field.index()].name);
                self.act(Prim::AttrDelete, vec![object, name]);
            }
            Target::Attribute { object, name, span } => {
                let object = self.object(object);
                self.at_line(*span);
                let name = self.str(name);
                self.act(Prim::AttrDelete, vec![object, name]);
            }
            Target::Item {
                object,
                index,
                span,
            } => {
                let object = self.object(object);
                let index = self.object(index);
                self.at_line(*span);
                self.act(Prim::ItemDelete, vec![object, index]);
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
                    .for_each(|target| self.delete(target, span));
            }
        }
    }
}

/// Whether a value is not known to be an instance of a native class.
fn repr_is_not_instance(ty: &Type) -> bool {
    !matches!(ty, Type::Class(_))
}

/// Locals that statements assign or delete.
pub(super) fn assigned_in_body(body: &[Stmt], found: &mut BTreeSet<LocalId>) {
    for stmt in body {
        match &stmt.kind {
            StmtKind::Assign { targets, value } => {
                targets
                    .iter()
                    .for_each(|target| assigned_in_target(target, found));
                assigned_in_expr(value, found);
            }
            StmtKind::AugAssign { target, value, .. } => {
                assigned_in_target(target, found);
                assigned_in_expr(value, found);
            }
            StmtKind::If { test, body, orelse } | StmtKind::While { test, body, orelse } => {
                assigned_in_expr(test, found);
                assigned_in_body(body, found);
                assigned_in_body(orelse, found);
            }
            StmtKind::For {
                target,
                iter,
                body,
                orelse,
                ..
            } => {
                assigned_in_target(target, found);
                assigned_in_expr(iter, found);
                assigned_in_body(body, found);
                assigned_in_body(orelse, found);
            }
            StmtKind::Try {
                body,
                handlers,
                orelse,
                finally,
            } => {
                assigned_in_body(body, found);
                for handler in handlers {
                    found.extend(handler.name);
                    handler
                        .matches
                        .iter()
                        .for_each(|each| assigned_in_expr(each, found));
                    assigned_in_body(&handler.body, found);
                }
                assigned_in_body(orelse, found);
                assigned_in_body(finally, found);
            }
            StmtKind::With { items, body, .. } => {
                for item in items {
                    assigned_in_expr(&item.context, found);
                    item.target
                        .iter()
                        .for_each(|target| assigned_in_target(target, found));
                }
                assigned_in_body(body, found);
            }
            StmtKind::Match { subject, cases } => {
                assigned_in_expr(subject, found);
                for case in cases {
                    for target in case.pattern.captures() {
                        assigned_in_target(target, found);
                    }
                    case.guard
                        .iter()
                        .for_each(|guard| assigned_in_expr(guard, found));
                    assigned_in_body(&case.body, found);
                }
            }
            StmtKind::Delete(targets) => targets
                .iter()
                .for_each(|target| assigned_in_target(target, found)),
            StmtKind::Expr(value) => assigned_in_expr(value, found),
            StmtKind::Return(value) => value
                .iter()
                .for_each(|value| assigned_in_expr(value, found)),
            StmtKind::Raise { exception, cause } => {
                exception
                    .iter()
                    .chain(cause)
                    .for_each(|each| assigned_in_expr(each, found));
            }
            StmtKind::Assert { test, message, .. } => {
                assigned_in_expr(test, found);
                message
                    .iter()
                    .for_each(|each| assigned_in_expr(each, found));
            }
            StmtKind::Break | StmtKind::Continue | StmtKind::Pass => {}
        }
    }
}

fn assigned_in_target(target: &Target, found: &mut BTreeSet<LocalId>) {
    match target {
        Target::Local(local) => {
            found.insert(*local);
        }
        Target::Global(..) => {}
        Target::Field { object, .. } | Target::Attribute { object, .. } => {
            assigned_in_expr(object, found)
        }
        Target::Item { object, index, .. } => {
            assigned_in_expr(object, found);
            assigned_in_expr(index, found);
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
                .for_each(|each| assigned_in_target(each, found));
        }
    }
}

/// Locals that an expression assigns: `:=` and comprehensions' targets.
pub(super) fn assigned_in_expr(expr: &Expr, found: &mut BTreeSet<LocalId>) {
    super::expression::visit(expr, &mut |each| match &each.kind {
        ExprKind::Walrus { target, .. } => {
            found.insert(*target);
        }
        ExprKind::Comprehension(comprehension) => {
            comprehension
                .clauses
                .iter()
                .for_each(|clause| assigned_in_target(&clause.target, found));
        }
        _ => {}
    });
}
