//! Statements to HIR, and what tests before a statement tell inside and after it.

use rustpython_ast::{self as ast, visitor::Visitor};

use super::annotation::annotation;
use super::function::{Translated, Translator};
use super::locals::LocalFinder;
use super::narrow::narrowings;
use super::result_type::{binary_type, element_type};
use crate::hir::*;
use crate::source::Span;
use crate::types::Type;

/// `[]` or `{}`, of which nothing says what it is to hold.
fn is_empty_display(expr: &ast::Expr) -> bool {
    match expr {
        ast::Expr::List(list) => list.elts.is_empty(),
        ast::Expr::Dict(dict) => dict.items.is_empty(),
        _ => false,
    }
}

impl Translator<'_> {
    /// Statements in order; what a test tells holds until the block ends or the name is assigned.
    pub(super) fn block(&mut self, body: &[ast::Stmt]) -> Translated<Vec<Stmt>> {
        let mut all = Vec::new();
        for stmt in body {
            match stmt {
                ast::Stmt::Import(each) => self.import(each, &mut all),
                ast::Stmt::ImportFrom(each) => self.import_from(each, &mut all),
                other => all.push(self.statement(other)?),
            }
        }
        Ok(all)
    }

    /// A block that may run or not: narrowings inside do not reach out.
    fn branch(&mut self, facts: &[(LocalId, Type)], body: &[ast::Stmt]) -> Translated<Vec<Stmt>> {
        let before = self.narrowed.clone();
        self.narrowed.extend(facts.iter().cloned());
        let block = self.block(body)?;
        let after = std::mem::replace(&mut self.narrowed, before);
        // Only what also holds after the block survives.
        self.narrowed.retain(|id, ty| after.get(id) == Some(ty));
        Ok(block)
    }

    /// A loop's body: it may follow itself, so what it assigns is not known at its start.
    fn loop_body(
        &mut self,
        facts: &[(LocalId, Type)],
        body: &[ast::Stmt],
    ) -> Translated<Vec<Stmt>> {
        let mut finder = LocalFinder::default();
        finder.visit_body(body);
        for name in finder.names.keys() {
            if let Some(id) = self.by_name.get(name) {
                self.narrowed.remove(id);
            }
        }
        self.loop_depth += 1;
        let block = self.branch(facts, body);
        self.loop_depth -= 1;
        block
    }

    fn statement(&mut self, stmt: &ast::Stmt) -> Translated<Stmt> {
        let span = self.span(stmt);
        let kind = match stmt {
            ast::Stmt::Expr(expr) => {
                let mut value = self.expr(&expr.value)?;
                unclaimed(&mut value);
                StmtKind::Expr(value)
            }
            ast::Stmt::Assign(assign) => {
                let expected = match assign.targets.as_slice() {
                    [one] if self.promises(one) || is_empty_display(&assign.value) => {
                        self.target_type(one)
                    }
                    _ => None,
                };
                let value = self.expr_expecting(&assign.value, expected.as_ref())?;
                let targets: Translated<Vec<Target>> = assign
                    .targets
                    .iter()
                    .map(|target| self.target(target, &value.ty))
                    .collect();
                StmtKind::Assign {
                    targets: targets?,
                    value,
                }
            }
            ast::Stmt::AnnAssign(assign) => match &assign.value {
                Some(value) => {
                    let ty = annotation(self.tables, self.module, &assign.annotation);
                    let value = self.expr_expecting(value, Some(&ty))?;
                    let target = self.target(&assign.target, &value.ty)?;
                    StmtKind::Assign {
                        targets: vec![target],
                        value,
                    }
                }
                None => StmtKind::Pass,
            },
            ast::Stmt::AugAssign(assign) => {
                let value = self.expr(&assign.value)?;
                let op = binary_op(assign.op);
                let current = self.target_type(&assign.target).unwrap_or(Type::Object);
                let result = binary_type(op, &current, &value);
                let target = self.target(&assign.target, &result)?;
                StmtKind::AugAssign { target, op, value }
            }
            ast::Stmt::If(branch) => return self.if_statement(branch, span),
            ast::Stmt::While(each) => {
                let mut finder = LocalFinder::default();
                finder.visit_body(&each.body);
                for name in finder.names.keys() {
                    if let Some(id) = self.by_name.get(name) {
                        self.narrowed.remove(id);
                    }
                }
                let test = self.expr(&each.test)?;
                let facts = narrowings(self, &test, true);
                let body = self.loop_body(&facts, &each.body)?;
                let orelse = self.branch(&[], &each.orelse)?;
                StmtKind::While { test, body, orelse }
            }
            ast::Stmt::For(each) => {
                let iter = self.expr(&each.iter)?;
                let element = if each.is_async {
                    Type::Object
                } else {
                    element_type(&iter)
                };
                let target = self.target(&each.target, &element)?;
                let body = self.loop_body(&[], &each.body)?;
                let orelse = self.branch(&[], &each.orelse)?;
                StmtKind::For {
                    is_async: each.is_async,
                    target,
                    iter,
                    body,
                    orelse,
                }
            }
            ast::Stmt::Return(value) => {
                let returns = self.returns.clone();
                StmtKind::Return(
                    value
                        .value
                        .as_deref()
                        .map(|value| self.expr_expecting(value, Some(&returns)))
                        .transpose()?,
                )
            }
            ast::Stmt::Raise(raise) => StmtKind::Raise {
                exception: raise
                    .exc
                    .as_deref()
                    .map(|each| self.expr(each))
                    .transpose()?,
                cause: raise
                    .cause
                    .as_deref()
                    .map(|each| self.expr(each))
                    .transpose()?,
            },
            ast::Stmt::Try(each) => {
                if each.is_star {
                    return Err(self.reason("it uses `except*`", each.range));
                }
                let body = self.branch(&[], &each.body)?;
                let mut handlers = Vec::new();
                for handler in &each.handlers {
                    let ast::ExceptHandler::ExceptHandler(handler) = handler;
                    let matches = handler
                        .type_
                        .as_deref()
                        .map(|each| self.expr(each))
                        .transpose()?;
                    let name = match &handler.name {
                        Some(name) => {
                            let id = self.by_name.get(name.as_str()).copied();
                            let Some(id) = id else {
                                return Err(self
                                    .reason("an exception is bound to a global name", name.range));
                            };
                            self.assigned(id, &Type::Object);
                            Some(id)
                        }
                        None => None,
                    };
                    let body = self.branch(&[], &handler.body)?;
                    handlers.push(Handler {
                        matches,
                        name,
                        body,
                        span: self.span(handler.range),
                    });
                }
                let orelse = self.branch(&[], &each.orelse)?;
                let finally = self.branch(&[], &each.finalbody)?;
                StmtKind::Try {
                    body,
                    handlers,
                    orelse,
                    finally,
                }
            }
            ast::Stmt::With(with) => {
                let mut items = Vec::new();
                for item in &with.items {
                    let context = self.expr(&item.context_expr)?;
                    let target = item
                        .optional_vars
                        .as_deref()
                        .map(|target| self.target(target, &Type::Object))
                        .transpose()?;
                    items.push(WithItem { context, target });
                }
                StmtKind::With {
                    is_async: with.is_async,
                    items,
                    body: self.branch(&[], &with.body)?,
                }
            }
            ast::Stmt::Assert(assert) => {
                let test = self.expr(&assert.test)?;
                let facts = narrowings(self, &test, true);
                let message = assert
                    .msg
                    .as_deref()
                    .map(|each| self.expr(each))
                    .transpose()?;
                self.narrowed.extend(facts);
                let place = self.span(&*assert.test);
                StmtKind::Assert {
                    test,
                    message,
                    place,
                }
            }
            ast::Stmt::Delete(delete) => {
                let mut flat = Vec::new();
                delete
                    .targets
                    .iter()
                    .for_each(|target| flatten(target, &mut flat));
                let targets: Translated<Vec<Target>> = flat
                    .into_iter()
                    .map(|target| self.target(target, &Type::Object))
                    .collect();
                StmtKind::Delete(targets?)
            }
            ast::Stmt::Break(_) => StmtKind::Break,
            ast::Stmt::Continue(_) => StmtKind::Continue,
            ast::Stmt::Pass(_)
            | ast::Stmt::Global(_)
            | ast::Stmt::Nonlocal(_)
            | ast::Stmt::Import(_)
            | ast::Stmt::ImportFrom(_) => StmtKind::Pass,
            ast::Stmt::FunctionDef(def) => self.inner_function(def)?,
            ast::Stmt::ClassDef(def) => self.inner_class(def)?,
            ast::Stmt::Match(each) => self.match_statement(each)?,
            ast::Stmt::TypeAlias(each) => {
                return Err(self.reason("it defines a type alias inside", each.range));
            }
            ast::Stmt::IpyEscapeCommand(each) => {
                return Err(self.reason("it is not Python", each.range));
            }
        };
        Ok(Stmt { kind, span })
    }

    fn if_statement(&mut self, branch: &ast::StmtIf, span: Span) -> Translated<Stmt> {
        self.if_chain(&branch.test, &branch.body, &branch.elif_else_clauses, span)
    }

    fn if_chain(
        &mut self,
        test: &ast::Expr,
        body: &[ast::Stmt],
        rest: &[ast::ElifElseClause],
        span: Span,
    ) -> Translated<Stmt> {
        let test = self.expr(test)?;
        let (yes, no) = (
            narrowings(self, &test, true),
            narrowings(self, &test, false),
        );
        let before = self.narrowed.clone();
        self.narrowed.extend(yes);
        let then = self.block(body)?;
        let after_then = std::mem::replace(&mut self.narrowed, before);
        self.narrowed.extend(no);
        let orelse = match rest {
            [] => Vec::new(),
            [clause, more @ ..] => match &clause.test {
                Some(test) => {
                    vec![self.if_chain(test, &clause.body, more, self.span(clause.range))?]
                }
                None => self.block(&clause.body)?,
            },
        };
        // Where both ways reach the end, only what both know holds; a way that leaves tells nothing.
        if !leaves(&then) {
            if leaves(&orelse) {
                self.narrowed = after_then;
            } else {
                self.narrowed
                    .retain(|id, ty| after_then.get(id) == Some(ty));
            }
        }
        Ok(Stmt {
            kind: StmtKind::If {
                test,
                body: then,
                orelse,
            },
            span,
        })
    }
}

/// A result that nobody looks at may be anything: that of a mock, in the place of a function which gives none.
fn unclaimed(value: &mut Expr) {
    match &mut value.kind {
        ExprKind::Placed(inner) => unclaimed(inner),
        ExprKind::Call(_) | ExprKind::Await(_) => {}
        _ => return,
    }
    value.ty = Type::Object;
}

/// What `del` deletes one after the other.
fn flatten<'e>(target: &'e ast::Expr, flat: &mut Vec<&'e ast::Expr>) {
    match target {
        ast::Expr::Tuple(ast::ExprTuple { elts, .. })
        | ast::Expr::List(ast::ExprList { elts, .. }) => {
            elts.iter().for_each(|each| flatten(each, flat));
        }
        one => flat.push(one),
    }
}

/// Whether a block never reaches its end.
pub(super) fn leaves(body: &[Stmt]) -> bool {
    body.last().is_some_and(|stmt| match &stmt.kind {
        StmtKind::Return(_) | StmtKind::Raise { .. } | StmtKind::Break | StmtKind::Continue => true,
        StmtKind::If { body, orelse, .. } => leaves(body) && leaves(orelse),
        StmtKind::Match { cases, .. } => {
            cases.iter().all(|case| leaves(&case.body))
                && cases
                    .iter()
                    .any(|case| case.guard.is_none() && case.pattern.is_irrefutable())
        }
        _ => false,
    })
}

/// The operator.
pub(super) fn binary_op(op: ast::Operator) -> BinOp {
    match op {
        ast::Operator::Add => BinOp::Add,
        ast::Operator::Sub => BinOp::Sub,
        ast::Operator::Mult => BinOp::Mul,
        ast::Operator::MatMult => BinOp::MatMul,
        ast::Operator::Div => BinOp::Div,
        ast::Operator::Mod => BinOp::Mod,
        ast::Operator::Pow => BinOp::Pow,
        ast::Operator::LShift => BinOp::ShiftLeft,
        ast::Operator::RShift => BinOp::ShiftRight,
        ast::Operator::BitOr => BinOp::BitOr,
        ast::Operator::BitXor => BinOp::BitXor,
        ast::Operator::BitAnd => BinOp::BitAnd,
        ast::Operator::FloorDiv => BinOp::FloorDiv,
    }
}
