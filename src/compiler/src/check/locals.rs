//! The names that a function's body binds.

use std::collections::{BTreeMap, BTreeSet};

use rustpython_ast::{self as ast, visitor::Visitor};
use rustpython_text_size::Ranged;

/// Names that a body binds (not inside comprehensions and inner scopes), and the first construct that is not compiled.
#[derive(Default)]
pub(super) struct LocalFinder<'a> {
    pub(super) names: BTreeMap<String, Option<&'a ast::Expr>>,
    /// All names in the order in which the interpreter's code for the body first has them: its variables have that order.
    mentioned: Vec<String>,
    seen: BTreeSet<String>,
    pub(super) globals: Vec<String>,
    pub(super) refused: Option<(&'static str, rustpython_text_size::TextRange)>,
}

impl<'a> LocalFinder<'a> {
    /// The names that the body binds, in the interpreter's order, with what annotations claim of them.
    pub(super) fn in_order(&mut self) -> Vec<(String, Option<&'a ast::Expr>)> {
        let mentioned = std::mem::take(&mut self.mentioned);
        let mut all: Vec<_> = mentioned
            .into_iter()
            .filter_map(|name| self.names.remove_entry(&name))
            .collect();
        all.extend(std::mem::take(&mut self.names));
        all
    }

    fn mention(&mut self, name: &str) {
        if !self.seen.contains(name) {
            self.seen.insert(name.to_owned());
            self.mentioned.push(name.to_owned());
        }
    }

    /// A name that is bound by something else than an expression.
    fn bind_name(&mut self, name: &str) {
        self.names.entry(name.to_owned()).or_insert(None);
        self.mention(name);
    }

    fn bind(&mut self, target: &'a ast::Expr) {
        match target {
            ast::Expr::Name(name) => {
                self.names.entry(name.id.to_string()).or_insert(None);
            }
            ast::Expr::Tuple(tuple) => tuple.elts.iter().for_each(|each| self.bind(each)),
            ast::Expr::List(list) => list.elts.iter().for_each(|each| self.bind(each)),
            ast::Expr::Starred(star) => self.bind(&star.value),
            _ => {}
        }
    }

    /// Defaults are evaluated outside of the function that has them.
    fn defaults(&mut self, parameters: &'a ast::Parameters) {
        for each in parameters.iter_non_variadic_params() {
            if let Some(default) = &each.default {
                self.visit_expr(default);
            }
        }
    }

    fn refuse(&mut self, reason: &'static str, node: impl Ranged) {
        self.refused.get_or_insert((reason, node.range()));
    }
}

impl<'a> Visitor<'a> for LocalFinder<'a> {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        match stmt {
            ast::Stmt::Assign(assign) => assign.targets.iter().for_each(|target| self.bind(target)),
            ast::Stmt::AnnAssign(assign) => {
                if let ast::Expr::Name(name) = &*assign.target {
                    self.names
                        .insert(name.id.to_string(), Some(&assign.annotation));
                }
                // Annotations of locals are never evaluated.
                if let Some(value) = &assign.value {
                    self.visit_expr(value);
                }
                self.visit_expr(&assign.target);
                return;
            }
            ast::Stmt::AugAssign(assign) => self.bind(&assign.target),
            ast::Stmt::For(each) => self.bind(&each.target),
            ast::Stmt::With(with) => with
                .items
                .iter()
                .filter_map(|item| item.optional_vars.as_deref())
                .for_each(|target| self.bind(target)),
            ast::Stmt::Delete(delete) => delete.targets.iter().for_each(|target| self.bind(target)),
            ast::Stmt::Import(each) => {
                for alias in &each.names {
                    let name = super::imports::bound_name(alias);
                    self.bind_name(name);
                }
            }
            ast::Stmt::ImportFrom(each) => {
                for alias in &each.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.bind_name(name);
                }
            }
            ast::Stmt::Global(global) => self
                .globals
                .extend(global.names.iter().map(ToString::to_string)),
            ast::Stmt::FunctionDef(def) => {
                for each in &def.decorator_list {
                    self.visit_expr(&each.expression);
                }
                self.defaults(&def.parameters);
                return self.bind_name(&def.name);
            }
            ast::Stmt::ClassDef(def) => {
                for each in &def.decorator_list {
                    self.visit_expr(&each.expression);
                }
                if let Some(arguments) = &def.arguments {
                    self.visit_arguments(arguments);
                }
                return self.bind_name(&def.name);
            }
            _ => {}
        }
        ast::visitor::walk_stmt(self, stmt);
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(class) = &inner.type_ {
            self.visit_expr(class);
        }
        if let Some(name) = &inner.name {
            self.bind_name(name);
        }
        self.visit_body(&inner.body);
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        let name = match pattern {
            ast::Pattern::MatchAs(each) => each.name.as_ref(),
            ast::Pattern::MatchStar(each) => each.name.as_ref(),
            ast::Pattern::MatchMapping(each) => each.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind_name(name);
        }
        ast::visitor::walk_pattern(self, pattern);
    }

    fn visit_expr(&mut self, expr: &'a ast::Expr) {
        match expr {
            ast::Expr::Lambda(each) => {
                if let Some(parameters) = &each.parameters {
                    self.defaults(parameters);
                }
                return;
            }
            ast::Expr::TString(each) => {
                return self.refuse("it uses a template string", each.range);
            }
            ast::Expr::Named(named) => self.bind(&named.target),
            ast::Expr::Name(name) => self.mention(&name.id),
            _ => {}
        }
        ast::visitor::walk_expr(self, expr);
    }
}
