//! Attributes of classes that the program assigns to from outside of their bodies: `Environment.template_class = Template`.
//!
//! In: the trees of all modules. Out: for each class the names that some statement assigns to on it or on a class below it.
//! What holds: an object that has none of its own shows the class's value, as it is by then, so in a class that is no data
//! class such a name is no field at a fixed place.

use std::collections::{BTreeMap, BTreeSet};

use rustpython_ast::{self as ast, visitor::Visitor};

use super::names::{Module, Symbol, resolve_expr};
use super::overridden::{Place, collect_above};

/// The names assigned to, by class.
pub type ClassStores = BTreeMap<Place, BTreeSet<String>>;

/// Looks for them in all modules.
pub fn class_stores(modules: &[Module]) -> ClassStores {
    let mut found = ClassStores::new();
    for (module, each) in modules.iter().enumerate() {
        let mut finder = Finder {
            modules,
            module,
            found: &mut found,
        };
        finder.visit_body(&each.tree.body);
    }
    found
}

struct Finder<'a> {
    modules: &'a [Module],
    module: usize,
    found: &'a mut ClassStores,
}

impl Visitor<'_> for Finder<'_> {
    fn visit_expr(&mut self, expr: &ast::Expr) {
        if let ast::Expr::Attribute(attribute) = expr
            && attribute.ctx.is_store()
            && let Some(Symbol::Class(module, at)) =
                resolve_expr(self.modules, self.module, &attribute.value)
        {
            let mut places = BTreeSet::from([(module, at)]);
            collect_above(self.modules, (module, at), &mut places);
            for place in places {
                let names = self.found.entry(place).or_default();
                names.insert(attribute.attr.to_string());
            }
        }
        ast::visitor::walk_expr(self, expr);
    }
}
