//! Which compiled functions may block their thread: those that reach code of which nothing is known.

use std::collections::BTreeSet;

use super::Tables;
use super::builtins;
use super::names::{Symbol, resolve_expr};
use crate::hir::*;
use crate::members;
use crate::types::Type;

/// For each function that may block: the first clause that says why.
pub fn blocking(tables: &Tables, functions: &[Function]) -> Vec<Option<String>> {
    let mut reasons: Vec<Option<String>> = Vec::new();
    let mut calls: Vec<BTreeSet<usize>> = Vec::new();
    for function in functions {
        let mut found = Found {
            tables,
            module: function.module.index(),
            reason: None,
            calls: BTreeSet::new(),
        };
        each_expression(&function.body, &mut |expr| found.visit(expr));
        reasons.push(found.reason);
        calls.push(found.calls);
    }
    loop {
        let mut changed = false;
        for at in 0..functions.len() {
            if reasons[at].is_none()
                && let Some(callee) = calls[at]
                    .iter()
                    .copied()
                    .find(|callee| reasons[*callee].is_some())
            {
                reasons[at] = Some(format!(
                    "it calls `{}`, which may block",
                    functions[callee].qualname
                ));
                changed = true;
            }
        }
        if !changed {
            return reasons;
        }
    }
}

struct Found<'a> {
    tables: &'a Tables,
    module: usize,
    reason: Option<String>,
    calls: BTreeSet<usize>,
}

impl Found<'_> {
    /// A method or property of a native object runs, or one that a class below has in its place.
    fn method_called(&mut self, object: &Type, name: &str) {
        if let Type::Class(class) = object {
            let classes = &self.tables.native_classes;
            let look = |classes: &[Class], class| members::method(classes, class, name);
            let found = members::implementations(classes, *class, look);
            self.calls
                .extend(found.iter().map(|(_, function)| function.index()));
        }
    }

    fn visit(&mut self, expr: &Expr) {
        if let ExprKind::Attribute { object, name } = &expr.kind {
            self.method_called(&object.ty, name);
        }
        if let ExprKind::Call(call) = &expr.kind {
            match &call.callee {
                Callee::Method { object, name, .. } => self.method_called(&object.ty, name),
                Callee::SuperMethod { function, .. } => {
                    self.calls.extend(function.map(FunctionId::index));
                }
                Callee::Function { function, .. } => {
                    self.calls.insert(function.index());
                }
                Callee::Class { class, .. } => {
                    let methods = &self.tables.native_classes[class.index()].methods;
                    for (name, function) in methods {
                        if name == "__init__" || name == "__post_init__" {
                            self.calls.insert(function.index());
                        }
                    }
                }
                Callee::Builtin(name) if builtins::may_block(name) => {
                    self.note(format!("it calls `{name}()`, which may block"));
                }
                Callee::Builtin(_) | Callee::BuiltinMethod { .. } => {}
                Callee::Dynamic(callee) => match &callee.kind {
                    ExprKind::Global(name) if self.is_harmless(name) => {}
                    ExprKind::Global(name) => {
                        self.note(format!("it calls `{name}`, of which nothing is known"))
                    }
                    _ => self.note("it calls something of which nothing is known".into()),
                },
                Callee::Attribute { object, name } => {
                    let made_by = match &object.kind {
                        ExprKind::Global(variable) => self.tables.variable(self.module, variable).1,
                        _ => None,
                    };
                    let method = made_by
                        .and_then(|class| self.tables.method(class, name))
                        .map(FunctionId::index);
                    if let Some(method) = method {
                        self.calls.insert(method);
                    } else if !HARMLESS_METHODS.contains(&name.as_str()) {
                        self.note(format!(
                            "it calls the method `{name}` of an object of which nothing is known"
                        ));
                    }
                }
            }
        }
        each_child(expr, &mut |child| self.visit(child));
    }

    fn note(&mut self, reason: String) {
        self.reason.get_or_insert(reason);
    }

    /// Exceptions, responses and value types of libraries that only make an object.
    fn is_harmless(&self, name: &str) -> bool {
        let symbol = super::names::resolve(&self.tables.modules, self.module, name);
        match symbol {
            None => builtins::is_exception(name),
            Some(Symbol::External(path)) => {
                path.starts_with("tayberry.")
                    || matches!(
                        path.as_str(),
                        "dataclasses.replace"
                            | "dataclasses.asdict"
                            | "datetime.date"
                            | "datetime.datetime"
                            | "decimal.Decimal"
                            | "uuid.UUID"
                            | "uuid.uuid4"
                            | "math.sqrt"
                            | "math.floor"
                            | "math.ceil"
                    )
            }
            Some(Symbol::Class(module, at)) => {
                // Enumerations and exceptions of the program: a call makes or looks up an object.
                match &self.tables.modules[module].tree.body[at] {
                    rustpython_ast::Stmt::ClassDef(class) => class.arguments.iter().flat_map(|arguments| arguments.args.iter()).any(|base| {
                        matches!(resolve_expr(&self.tables.modules, module, base), Some(Symbol::External(path))
                            if path.starts_with("enum.") || path.starts_with("tayberry.") || builtins::is_exception(path.trim_start_matches("builtins.")))
                    }),
                    _ => false,
                }
            }
            _ => false,
        }
    }
}

/// Methods of built-in containers and text whose receiver's type was not inferred; objects that have a blocking
/// method of such a name would be unusual.
const HARMLESS_METHODS: &[&str] = &[
    "append",
    "extend",
    "items",
    "keys",
    "values",
    "lower",
    "upper",
    "strip",
    "split",
    "startswith",
    "endswith",
    "replace",
    "isoformat",
    "count",
    "index",
    "copy",
    "add",
    "discard",
    "setdefault",
    "casefold",
    "format",
    "set_cookie",
    "delete_cookie",
    "isalpha",
    "isdigit",
    "pop",
    "clear",
    "update",
    "join",
];
