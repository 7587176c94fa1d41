//! Private names of classes as Python means them: `self.__count` in class `Order` is `self._Order__count`.
//!
//! In: a module's tree. Out: the same tree with such names written out, so that nothing after it needs to know.

use rustpython_ast::{self as ast, name::Name, visitor::transformer::*};

/// Writes private names out in all classes of a module.
pub fn write_out(tree: &mut ast::ModModule) {
    for stmt in &mut tree.body {
        Classes.visit_stmt(stmt);
    }
}

/// The name that a `def` in the body of a class had in the source.
pub fn unmangled<'a>(class: &str, name: &'a str) -> &'a str {
    let class = class.trim_start_matches('_');
    match name
        .strip_prefix('_')
        .and_then(|rest| rest.strip_prefix(class))
    {
        Some(rest) if !class.is_empty() && is_private(rest) => rest,
        _ => name,
    }
}

fn is_private(name: &str) -> bool {
    name.starts_with("__") && !name.ends_with("__") && !name.contains('.')
}

/// Looks for classes outside of any class.
struct Classes;

impl Transformer for Classes {
    fn visit_stmt(&self, stmt: &mut ast::Stmt) {
        match stmt {
            ast::Stmt::ClassDef(class) => enter(class),
            other => walk_stmt(self, other),
        }
    }
}

fn enter(class: &mut ast::StmtClassDef) {
    let name = class.name.trim_start_matches('_').to_owned();
    if name.is_empty() {
        Classes.visit_body(&mut class.body);
    } else {
        Private { class: name }.visit_body(&mut class.body);
    }
}

/// Inside a class.
struct Private {
    /// Its name without leading underscores.
    class: String,
}

impl Private {
    fn name(&self, name: &mut Name) {
        if is_private(name) {
            *name = Name::new(format!("_{}{name}", self.class));
        }
    }

    fn identifier(&self, identifier: &mut ast::Identifier) {
        self.name(&mut identifier.id);
    }
}

impl Transformer for Private {
    fn visit_stmt(&self, stmt: &mut ast::Stmt) {
        match stmt {
            ast::Stmt::ClassDef(class) => {
                self.identifier(&mut class.name);
                class
                    .decorator_list
                    .iter_mut()
                    .for_each(|each| self.visit_decorator(each));
                if let Some(arguments) = &mut class.arguments {
                    self.visit_arguments(arguments);
                }
                return enter(class);
            }
            ast::Stmt::FunctionDef(def) => self.identifier(&mut def.name),
            ast::Stmt::Global(global) => global
                .names
                .iter_mut()
                .for_each(|each| self.identifier(each)),
            ast::Stmt::Nonlocal(names) => names
                .names
                .iter_mut()
                .for_each(|each| self.identifier(each)),
            _ => {}
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&self, expr: &mut ast::Expr) {
        match expr {
            ast::Expr::Name(name) => self.name(&mut name.id),
            ast::Expr::Attribute(attribute) => self.identifier(&mut attribute.attr),
            _ => {}
        }
        walk_expr(self, expr);
    }

    fn visit_except_handler(&self, handler: &mut ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        inner.name.iter_mut().for_each(|each| self.identifier(each));
        walk_except_handler(self, handler);
    }

    fn visit_parameter(&self, parameter: &mut ast::Parameter) {
        self.identifier(&mut parameter.name);
        walk_parameter(self, parameter);
    }

    fn visit_keyword(&self, keyword: &mut ast::Keyword) {
        keyword
            .arg
            .iter_mut()
            .for_each(|each| self.identifier(each));
        walk_keyword(self, keyword);
    }

    fn visit_alias(&self, alias: &mut ast::Alias) {
        match &mut alias.asname {
            Some(name) => self.identifier(name),
            None => self.identifier(&mut alias.name),
        }
    }

    fn visit_pattern(&self, pattern: &mut ast::Pattern) {
        let name = match pattern {
            ast::Pattern::MatchAs(each) => &mut each.name,
            ast::Pattern::MatchStar(each) => &mut each.name,
            ast::Pattern::MatchMapping(each) => &mut each.rest,
            _ => &mut None,
        };
        name.iter_mut().for_each(|each| self.identifier(each));
        walk_pattern(self, pattern);
    }

    fn visit_pattern_keyword(&self, keyword: &mut ast::PatternKeyword) {
        self.identifier(&mut keyword.attr);
        walk_pattern_keyword(self, keyword);
    }
}
