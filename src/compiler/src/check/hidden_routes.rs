//! Handlers whose routes only running the program registers: by functions, on apps and routers that are not certain, or with
//! `app.get("/path")(handler)`.
//!
//! In: the modules. Out: the handlers' names, `module.outer.inner`, in source order. Only names are told, no paths: such
//! a function may run never or often. Whether `x.get("/path")` in these places is a route is guessed from its look.

use rustpython_ast::{self as ast, visitor::Visitor};

use super::Tables;
use super::routes::{is_route_decorator, route_method};

/// The handlers of routes that `routes::find` does not see.
pub fn hidden(tables: &Tables) -> Vec<String> {
    let mut found = Vec::new();
    for (module, each) in tables.modules.iter().enumerate() {
        let mut search = Search {
            tables,
            module,
            around: vec![each.name.as_str()],
            found: &mut found,
        };
        for stmt in &each.tree.body {
            search.visit_stmt(stmt);
        }
    }
    found
}

struct Search<'a, 'd> {
    tables: &'a Tables,
    module: usize,
    /// The module and the functions and classes around.
    around: Vec<&'a str>,
    found: &'d mut Vec<String>,
}

impl<'a> Search<'a, '_> {
    fn add(&mut self, name: &'a str) {
        let name = format!("{}.{name}", self.around.join("."));
        if !self.found.contains(&name) {
            self.found.push(name);
        }
    }

    fn within(&mut self, name: &'a str, body: &'a [ast::Stmt]) {
        self.around.push(name);
        self.visit_body(body);
        self.around.pop();
    }
}

impl<'a> Visitor<'a> for Search<'a, '_> {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        match stmt {
            ast::Stmt::FunctionDef(def) => {
                // Blocks of the module are not told from its top level by the functions around.
                let top = self.tables.modules[self.module]
                    .tree
                    .body
                    .iter()
                    .any(|each| std::ptr::eq(each, stmt));
                for each in &def.decorator_list {
                    let listed =
                        top && is_route_decorator(self.tables, self.module, &each.expression);
                    if !listed && looks_like_route(&each.expression) {
                        self.add(def.name.as_str());
                    }
                }
                self.within(def.name.as_str(), &def.body);
            }
            ast::Stmt::ClassDef(class) => self.within(class.name.as_str(), &class.body),
            _ => ast::visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a ast::Expr) {
        if let ast::Expr::Call(call) = expr
            && looks_like_route(&call.func)
            && let Some(handler) = call.arguments.args.first()
            && let Some(name) = super::findings::last_name(handler)
        {
            self.add(name);
        }
        ast::visitor::walk_expr(self, expr);
    }
}

/// `app.get("/path", …)` for any `app`.
fn looks_like_route(expr: &ast::Expr) -> bool {
    if let ast::Expr::Call(call) = expr
        && let ast::Expr::Attribute(attribute) = &*call.func
        && route_method(attribute.attr.as_str())
        && let Some(path) = call.arguments.find_argument_value("path", 0)
    {
        return match path {
            ast::Expr::StringLiteral(text) => text.value.to_str().starts_with('/'),
            ast::Expr::FString(_) => true,
            _ => false,
        };
    }
    false
}
