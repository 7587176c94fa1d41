//! Objects that get another class: `self.__class__ = Closed`.
//!
//! In: the trees of all modules. Out: the classes that must keep Python's layout for it: the one whose method says so, the one
//! that is named, and all above them. What holds: an object of a native class never changes to a class with another layout by a
//! statement that names the class.

use std::collections::BTreeSet;

use rustpython_ast::{self as ast, visitor::Visitor};

use super::names::{Module, Symbol, resolve_expr};
use super::overridden::{Place, collect_above};

/// Looks for them in all modules.
pub fn class_changes(modules: &[Module]) -> BTreeSet<Place> {
    let mut found = BTreeSet::new();
    for (module, each) in modules.iter().enumerate() {
        for (at, stmt) in each.tree.body.iter().enumerate() {
            let mut finder = Finder {
                modules,
                module,
                class: stmt.is_class_def_stmt().then_some((module, at)),
                found: &mut found,
            };
            finder.visit_stmt(stmt);
        }
    }
    found
}

struct Finder<'a> {
    modules: &'a [Module],
    module: usize,
    /// The class of the module that is looked at.
    class: Option<Place>,
    found: &'a mut BTreeSet<Place>,
}

impl Finder<'_> {
    fn keep(&mut self, place: Place) {
        self.found.insert(place);
        collect_above(self.modules, place, self.found);
    }
}

impl Visitor<'_> for Finder<'_> {
    fn visit_stmt(&mut self, stmt: &ast::Stmt) {
        if let ast::Stmt::Assign(assign) = stmt
            && assign.targets.iter().any(is_class_of)
            && let Some(Symbol::Class(module, at)) =
                resolve_expr(self.modules, self.module, &assign.value)
        {
            self.keep((module, at));
        }
        ast::visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &ast::Expr) {
        if is_class_of(expr)
            && let Some(class) = self.class
        {
            self.keep(class);
        }
        ast::visitor::walk_expr(self, expr);
    }
}

/// Whether an expression is the target `….__class__`.
fn is_class_of(expr: &ast::Expr) -> bool {
    matches!(expr, ast::Expr::Attribute(attribute) if attribute.ctx.is_store() && attribute.attr.as_str() == "__class__")
}
