//! What statements of the program may give to objects besides what their classes declare: `order.note = …`,
//! `setattr(order, name, …)`, names of classes that extend others.
//!
//! In: the trees of all modules. Out: names. What holds: `self.name = …` in a method counts for its own class alone, which
//! is for who asks to look at (`own`).

use std::collections::{BTreeMap, BTreeSet};

use rustpython_ast::{self as ast, visitor::Visitor};

use super::names::{Symbol, resolve_expr};
use super::{Scope, Tables};

/// What the statements of a program store into objects.
#[derive(Default)]
pub struct Stores<'a> {
    /// Names that are assigned to anything but a method's own object, or named by text next to `setattr` and `getattr`.
    pub elsewhere: BTreeSet<&'a str>,
    /// Names in bodies of classes that have bases, and what their methods assign: a list may be of such a class.
    pub extended: BTreeSet<&'a str>,
    /// Names that are read as attributes.
    pub read: BTreeSet<&'a str>,
    /// Classes whose objects get attributes by names that only the running program knows.
    pub computed: BTreeSet<(usize, usize)>,
    /// Any object may get such attributes.
    pub anything: bool,
    /// What `own` says of the classes at module level.
    pub own: BTreeMap<(usize, usize), Option<BTreeSet<&'a str>>>,
}

/// Looks at all statements of a program.
pub fn collect(tables: &Tables) -> Stores<'_> {
    let mut found = Stores::default();
    for (module, each) in tables.modules.iter().enumerate() {
        let mut collector = Collector {
            tables,
            module,
            functions: Vec::new(),
            classes: Vec::new(),
            found: &mut found,
        };
        collector.visit_body(&each.tree.body);
        for (at, stmt) in each.tree.body.iter().enumerate() {
            if let ast::Stmt::ClassDef(class) = stmt {
                found.own.insert((module, at), own(class));
            }
        }
    }
    found
}

/// The names that a class's own statements give to its objects: those of its body, and what is assigned in its methods.
/// `None` where they are only known when the program runs.
fn own(class: &ast::StmtClassDef) -> Option<BTreeSet<&str>> {
    struct Own<'a>(BTreeSet<&'a str>, bool);
    impl<'a> Visitor<'a> for Own<'a> {
        fn visit_expr(&mut self, expr: &'a ast::Expr) {
            match expr {
                ast::Expr::Attribute(each) if each.attr.as_str() == "__dict__" => self.1 = true,
                ast::Expr::Attribute(each) if !each.ctx.is_load() => {
                    self.0.insert(each.attr.as_str());
                }
                ast::Expr::Call(call) => match super::last_name(&call.func) {
                    Some("setattr" | "__setattr__") => {
                        let mut all = call.arguments.args.iter();
                        match all.find_map(ast::Expr::as_string_literal_expr) {
                            Some(text) => _ = self.0.insert(text.value.to_str()),
                            None => self.1 = true,
                        }
                    }
                    Some("vars" | "locals" | "exec" | "eval") => self.1 = true,
                    _ => {}
                },
                _ => {}
            }
            ast::visitor::walk_expr(self, expr);
        }
    }
    let mut own = Own(Scope::class(class).names, false);
    own.visit_body(&class.body);
    (!own.1).then_some(own.0)
}

struct Collector<'a, 'f> {
    tables: &'a Tables,
    module: usize,
    functions: Vec<&'a ast::StmtFunctionDef>,
    /// The classes around this place; a function inside of a method is still the class's.
    classes: Vec<&'a ast::StmtClassDef>,
    found: &'f mut Stores<'a>,
}

impl<'a> Collector<'a, '_> {
    /// Whether an expression is the first parameter of a method around this place.
    fn is_own(&self, expr: &ast::Expr) -> bool {
        let ast::Expr::Name(name) = expr else {
            return false;
        };
        let first = |def: &ast::StmtFunctionDef| {
            let mut all = def.parameters.iter_non_variadic_params();
            all.next()
                .is_some_and(|first| first.parameter.name.as_str() == name.id.as_str())
        };
        !self.classes.is_empty() && self.functions.first().is_some_and(|def| first(def))
    }

    /// `setattr(object, name, value)` with a name that is computed.
    fn computed(&mut self, object: Option<&ast::Expr>) {
        if object.is_some_and(|each| self.is_own(each)) {
            return;
        }
        let class = || {
            let ast::Expr::Name(name) = object? else {
                return None;
            };
            let param = self.functions.last()?.parameters.find(&name.id)?;
            let claim = param.parameter.annotation.as_deref()?;
            match resolve_expr(&self.tables.modules, self.module, claim)? {
                Symbol::Class(module, at) => Some((module, at)),
                _ => None,
            }
        };
        match class() {
            Some(class) => _ = self.found.computed.insert(class),
            None => self.found.anything = true,
        }
    }
}

impl<'a> Visitor<'a> for Collector<'a, '_> {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        match stmt {
            ast::Stmt::FunctionDef(def) => {
                self.functions.push(def);
                ast::visitor::walk_stmt(self, stmt);
                self.functions.pop();
            }
            ast::Stmt::ClassDef(class) => {
                if class.bases().iter().len() > 0 {
                    self.found.extended.extend(Scope::class(class).names);
                }
                let functions = std::mem::take(&mut self.functions);
                self.classes.push(class);
                ast::visitor::walk_stmt(self, stmt);
                self.classes.pop();
                self.functions = functions;
            }
            _ => ast::visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a ast::Expr) {
        match expr {
            ast::Expr::Attribute(each) if each.ctx.is_load() => {
                self.found.read.insert(each.attr.as_str());
            }
            ast::Expr::Attribute(each) => {
                let name = each.attr.as_str();
                if !self.is_own(&each.value) {
                    self.found.elsewhere.insert(name);
                } else if self
                    .classes
                    .iter()
                    .any(|class| class.bases().iter().len() > 0)
                {
                    self.found.extended.insert(name);
                }
            }
            ast::Expr::Call(call) => {
                let function = super::last_name(&call.func);
                if let Some("setattr" | "hasattr" | "getattr" | "__setattr__") = function {
                    let arguments = &call.arguments.args;
                    let texts = arguments
                        .iter()
                        .filter_map(ast::Expr::as_string_literal_expr);
                    let mut texts = texts.map(|text| text.value.to_str()).peekable();
                    if texts.peek().is_some() {
                        self.found.elsewhere.extend(texts);
                    } else if function.is_some_and(|name| name.contains("setattr")) {
                        self.computed(arguments.first());
                    }
                }
            }
            _ => {}
        }
        ast::visitor::walk_expr(self, expr);
    }
}
