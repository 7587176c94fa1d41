//! Names that the program's modules do not have: imported (TB202), read as attributes (TB204), exported (TB207).

use std::collections::BTreeSet;

use rustpython_ast::{self as ast, visitor::Visitor};
use rustpython_text_size::Ranged;

use super::names::{absolute, resolve_member};
use super::{Symbol, Tables, Walk};
use crate::diagnostics::Diagnostic;

/// The names that are assigned or deleted as attributes anywhere, or named by text next to `setattr`: tests put such
/// names into modules.
pub fn assigned_attributes(tables: &Tables) -> BTreeSet<&str> {
    struct Assigned<'a>(BTreeSet<&'a str>);
    impl<'a> Visitor<'a> for Assigned<'a> {
        fn visit_expr(&mut self, expr: &'a ast::Expr) {
            match expr {
                ast::Expr::Attribute(attribute) if !attribute.ctx.is_load() => {
                    self.0.insert(attribute.attr.as_str());
                }
                ast::Expr::Call(call) => {
                    if let ast::Expr::Name(name) = &*call.func
                        && matches!(name.id.as_str(), "setattr" | "hasattr" | "getattr")
                        && let Some(ast::Expr::StringLiteral(text)) = call.arguments.args.get(1)
                    {
                        self.0.insert(text.value.to_str());
                    }
                }
                _ => {}
            }
            ast::visitor::walk_expr(self, expr);
        }
    }
    let mut assigned = Assigned(BTreeSet::new());
    for module in tables.modules.iter() {
        assigned.visit_body(&module.tree.body);
    }
    assigned.0
}

/// Whether a module of the program has all its names in its text.
fn is_complete(walk: &Walk<'_, '_>, module: usize) -> bool {
    let found = &walk.tables.modules[module];
    !found.star_import
        && !found.names.contains_key("__getattr__")
        // A file that did not parse is reported once.
        && !found.tree.body.is_empty()
}

fn lacks(walk: &Walk<'_, '_>, module: usize, name: &str) -> bool {
    !(name.starts_with("__") && name.ends_with("__"))
        && resolve_member(&walk.tables.modules, module, name).is_none()
        && is_complete(walk, module)
        && !walk.assigned.contains(name)
        && !walk.is_dynamic(module)
}

fn missing(
    walk: &mut Walk<'_, '_>,
    code: &'static str,
    module: usize,
    name: &str,
    place: impl Ranged,
) {
    let found = &walk.tables.modules[module];
    let mut finding = Diagnostic::new(
        code,
        format!("module `{}` has no `{name}`", found.name),
        walk.span(place),
        "",
    );
    if let Some(close) = walk.closest(name, found.names.keys().map(String::as_str)) {
        finding = finding.help(format!("did you mean `{close}`?"));
    }
    walk.report(finding);
}

/// Looks at `from … import …`.
pub fn imported<'a>(walk: &mut Walk<'a, '_>, import: &'a ast::StmtImportFrom) {
    let here = walk.module_names();
    let target = import.module.as_ref().map_or("", |name| name.as_str());
    let Some(source) = absolute(&here.name, here.is_package, import.level, target) else {
        return;
    };
    super::package::imported(walk, import, &source);
    super::modules::from_import(walk, import, &source);
    let Some(from) = walk
        .tables
        .modules
        .iter()
        .position(|each| each.name == source)
    else {
        return;
    };
    if walk.catches(&["ImportError"]) || from == walk.module {
        return;
    }
    for alias in &import.names {
        if alias.name.as_str() != "*" && lacks(walk, from, &alias.name) {
            missing(walk, "TB202", from, &alias.name, &alias.name);
        }
    }
}

/// Looks at `module.name`.
pub fn attribute<'a>(walk: &mut Walk<'a, '_>, attribute: &'a ast::ExprAttribute) {
    if walk.catches(&["AttributeError"]) {
        return;
    }
    if let Some(Symbol::Module(module)) = walk.symbol(&attribute.value)
        && lacks(walk, module, &attribute.attr)
    {
        missing(walk, "TB204", module, &attribute.attr, &attribute.attr);
    }
}

/// Looks at the names in a module's `__all__`.
pub fn exports(walk: &mut Walk<'_, '_>) {
    let module = walk.module;
    // A package may name modules in its folder that nothing imports.
    if walk.module_names().is_package || !is_complete(walk, module) {
        return;
    }
    let tables = walk.tables;
    let Some((home, value)) = tables.alias(module, "__all__") else {
        return;
    };
    let elements = match value {
        ast::Expr::List(list) => &list.elts,
        ast::Expr::Tuple(tuple) => &tuple.elts,
        _ => return,
    };
    if home != module {
        return;
    }
    for each in elements {
        if let ast::Expr::StringLiteral(text) = each
            && lacks(walk, module, text.value.to_str())
        {
            missing(walk, "TB207", module, text.value.to_str(), each);
        }
    }
}
