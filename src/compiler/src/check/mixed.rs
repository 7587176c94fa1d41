//! Classes that another class combines with further bases: CPython cannot combine two different C layouts.
//!
//! In: the trees of all modules. Out: the classes that must stay without a layout of their own, so that
//! `class C(A, B)` works. What holds: of the bases of any class of the program at most one has a native layout, and
//! none where a base is of unknown layout (`class Failure(Mixin, ValueError)`).

use std::collections::BTreeSet;

use rustpython_ast::{self as ast, visitor::Visitor};

use super::names::{Module, Symbol, resolve_expr};

/// A class's module and the position of its statement.
type Place = (usize, usize);

/// The classes that may not be native for the sake of a class that inherits from several.
pub fn mixed(modules: &[Module]) -> BTreeSet<Place> {
    let mut found = BTreeSet::new();
    for (module, each) in modules.iter().enumerate() {
        let mut combined = Combined {
            modules,
            module,
            found: &mut found,
        };
        combined.visit_body(&each.tree.body);
    }
    found
}

/// Bases that have no fields in C.
const WITHOUT_LAYOUT: [&str; 7] = [
    "builtins.object",
    "abc.ABC",
    "typing.Generic",
    "typing.Protocol",
    "enum.Enum",
    "enum.Flag",
    "contextlib.ContextDecorator",
];

struct Combined<'a> {
    modules: &'a [Module],
    module: usize,
    found: &'a mut BTreeSet<Place>,
}

impl Combined<'_> {
    fn class(&mut self, class: &ast::StmtClassDef) {
        let Some(arguments) = &class.arguments else {
            return;
        };
        if arguments.args.len() < 2 {
            return;
        }
        let mut layout: Option<BTreeSet<Place>> = None;
        for base in &arguments.args {
            let mut above = BTreeSet::new();
            if !ancestors(self.modules, self.module, base, &mut above) {
                // Of unknown layout: it may be the one that counts.
                layout = Some(BTreeSet::new());
            }
        }
        for base in &arguments.args {
            let mut above = BTreeSet::new();
            ancestors(self.modules, self.module, base, &mut above);
            match &layout {
                Some(first) => self.found.extend(above.difference(first)),
                None if above.is_empty() => {}
                None => layout = Some(above),
            }
        }
    }
}

impl<'a> Visitor<'a> for Combined<'_> {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        if let ast::Stmt::ClassDef(class) = stmt {
            self.class(class);
        }
        ast::visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, _: &'a ast::Expr) {}
}

/// Whether objects of a class have a layout of their own as Python makes it: `__slots__`, or `slots=True` of a data class.
fn has_slots(class: &ast::StmtClassDef) -> bool {
    let by_option = class.decorator_list.iter().any(|each| {
        matches!(&each.expression, ast::Expr::Call(call) if call.arguments.find_keyword("slots").is_some())
    });
    let annotated = class.body.iter().any(|stmt| {
        matches!(stmt, ast::Stmt::AnnAssign(assign) if matches!(&*assign.target, ast::Expr::Name(name) if name.id.as_str() == "__slots__"))
    });
    by_option || annotated || super::class_body::binds(class, "__slots__")
}

/// Collects the program's classes that a base is or inherits from; false if it is or inherits from anything whose
/// layout is not known.
fn ancestors(
    modules: &[Module],
    module: usize,
    base: &ast::Expr,
    found: &mut BTreeSet<Place>,
) -> bool {
    let base = match base {
        ast::Expr::Subscript(subscript) => &subscript.value,
        other => other,
    };
    match resolve_expr(modules, module, base) {
        Some(Symbol::Class(in_module, at)) => {
            if !found.insert((in_module, at)) {
                return true;
            }
            let ast::Stmt::ClassDef(class) = &modules[in_module].tree.body[at] else {
                return false;
            };
            let bases = class.arguments.iter().flat_map(|each| each.args.iter());
            // All of them are looked at, whatever the first one says.
            let mut known = !has_slots(class);
            for each in bases {
                known &= ancestors(modules, in_module, each, found);
            }
            known
        }
        Some(Symbol::External(name)) => WITHOUT_LAYOUT.contains(&name.as_str()),
        _ => false,
    }
}
