//! Which functions have bodies that may be left in the middle, and which of them really are.

use rustpython_ast::{self as ast, visitor::Visitor};

use crate::hir::*;

/// Whether there is a `yield` in the function itself.
pub fn is_generator(def: &ast::StmtFunctionDef) -> bool {
    yields(&def.body)
}

/// Whether a function with this body is a generator function. What is evaluated when an inner function or class is made
/// is part of the body: `def inner(a=(yield)): …`, `class Inner((yield)): …`.
pub fn yields(body: &[ast::Stmt]) -> bool {
    struct Finder(bool);
    impl<'a> Visitor<'a> for Finder {
        fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
            match stmt {
                ast::Stmt::FunctionDef(def) => {
                    for decorator in &def.decorator_list {
                        self.visit_decorator(decorator);
                    }
                    self.defaults(&def.parameters);
                }
                ast::Stmt::ClassDef(def) => {
                    for decorator in &def.decorator_list {
                        self.visit_decorator(decorator);
                    }
                    if let Some(arguments) = def.arguments.as_deref() {
                        self.visit_arguments(arguments);
                    }
                }
                _ => ast::visitor::walk_stmt(self, stmt),
            }
        }
        fn visit_expr(&mut self, expr: &'a ast::Expr) {
            match expr {
                ast::Expr::Yield(_) | ast::Expr::YieldFrom(_) => self.0 = true,
                ast::Expr::Lambda(lambda) => {
                    if let Some(parameters) = lambda.parameters.as_deref() {
                        self.defaults(parameters);
                    }
                }
                _ => ast::visitor::walk_expr(self, expr),
            }
        }
    }
    impl Finder {
        fn defaults(&mut self, parameters: &ast::Parameters) {
            for parameter in parameters.iter_non_variadic_params() {
                if let Some(default) = parameter.default.as_deref() {
                    self.visit_expr(default);
                }
            }
        }
    }
    let mut finder = Finder(false);
    finder.visit_body(body);
    finder.0
}

/// Whether there is an `async with` or `async for`, also in a comprehension.
pub fn waits_in_clauses(body: &[Stmt]) -> bool {
    fn inside(expr: &Expr) -> bool {
        let mut found = matches!(&expr.kind, ExprKind::Comprehension(each)
            if each.clauses.iter().any(|clause| clause.is_async));
        each_child(expr, &mut |child| found |= inside(child));
        found
    }
    let mut found = false;
    each_statement(body, &mut |stmt| {
        found |= matches!(
            stmt.kind,
            StmtKind::With { is_async: true, .. } | StmtKind::For { is_async: true, .. }
        );
    });
    each_expression(body, &mut |expr| found |= inside(expr));
    found
}

/// The first `await` of a body.
pub fn first_await(body: &[Stmt]) -> Option<&Expr> {
    let mut found = None;
    each_expression(body, &mut |expr| {
        if found.is_none() {
            found = await_in(expr);
        }
    });
    found
}

fn await_in(expr: &Expr) -> Option<&Expr> {
    if let ExprKind::Await(_) = expr.kind {
        return Some(expr);
    }
    let mut found = None;
    each_child(expr, &mut |child| {
        if found.is_none() {
            found = await_in(child);
        }
    });
    found
}

/// Whether a generator function is decorated with `types.coroutine`, which changes its code object.
pub fn becomes_awaitable(def: &ast::StmtFunctionDef) -> bool {
    def.decorator_list
        .iter()
        .any(|decorator| match &decorator.expression {
            ast::Expr::Name(name) => name.id.as_str() == "coroutine",
            ast::Expr::Attribute(attribute) => attribute.attr.as_str() == "coroutine",
            _ => false,
        })
}

/// What a body waits for.
#[derive(Default)]
struct Waits {
    /// For something of which nothing is known, or for whoever takes what is yielded.
    unknown: bool,
    natives: Vec<FunctionId>,
}

impl Waits {
    fn visit(&mut self, expr: &Expr) {
        if let ExprKind::Await(inner) = &expr.kind {
            match &inner.kind {
                ExprKind::Call(call) => match &call.callee {
                    Callee::Function { function, .. }
                    | Callee::Method { function, .. }
                    | Callee::SuperMethod {
                        function: Some(function),
                        ..
                    } => self.natives.push(*function),
                    _ => self.unknown = true,
                },
                _ => self.unknown = true,
            }
        }
        each_child(expr, &mut |child| self.visit(child));
    }
}

/// Sets `may_suspend` of every function.
pub fn mark(functions: &mut [Function]) {
    let waits: Vec<Waits> = functions
        .iter()
        .map(|function| {
            let mut waits = Waits::default();
            each_expression(&function.body, &mut |expr| waits.visit(expr));
            waits.unknown |= function.is_generator || waits_in_clauses(&function.body);
            waits
        })
        .collect();
    let mut changed = true;
    while changed {
        changed = false;
        for (at, waits) in waits.iter().enumerate() {
            let suspends = waits.unknown
                || waits.natives.iter().any(|callee| {
                    let callee = &functions[callee.index()];
                    callee.may_suspend || !callee.is_async
                });
            if suspends && !functions[at].may_suspend {
                functions[at].may_suspend = true;
                changed = true;
            }
        }
    }
}
