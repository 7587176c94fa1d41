//! Which compiled functions may block their thread: those that reach code of which nothing is known.
//!
//! In: the checked functions. Out: for each that may block, why. What holds: what runs without a call in the source counts
//! like what is called (`implicit`).

use std::collections::{BTreeMap, BTreeSet};

use rustpython_ast as ast;

use super::Tables;
use super::builtins;
use super::findings::scope::Scope;
use super::names::{LONGEST, Symbol, resolve, resolve_expr, resolve_member};
use crate::hir::*;
use crate::members;
use crate::types::{Known, Type};

use super::specials::{Specials, class_of};

mod implicit;

/// For each function that may block: the first clause that says why.
pub fn blocking(tables: &Tables, functions: &[Function]) -> Vec<Option<String>> {
    let mut reasons: Vec<Option<String>> = Vec::new();
    let mut calls: Vec<Vec<usize>> = Vec::new();
    let specials = Specials::of(tables);
    for (at, function) in functions.iter().enumerate() {
        let mut found = Found {
            tables,
            specials: &specials,
            class: match &tables.candidates[at] {
                each if each.inner.is_none() => Some((each.module, each.path.0)),
                _ => None,
            },
            module: function.module.index(),
            function,
            scope: Scope::function(tables.def(&tables.candidates[at])),
            reason: None,
            calls: Vec::new(),
            likely: BTreeMap::new(),
            made: BTreeSet::new(),
        };
        found.note_locals(&function.body);
        each_expression(&function.body, &mut |expr| found.visit(expr));
        each_statement(&function.body, &mut |stmt| found.execute(stmt));
        if super::suspends::waits_in_clauses(&function.body) {
            found.note("it uses `async with` or `async for`".into());
        }
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
    specials: &'a Specials,
    /// Where the class statement stands in whose body the function is (or the function itself).
    class: Option<(usize, usize)>,
    module: usize,
    function: &'a Function,
    /// The names of its body.
    scope: Scope<'a>,
    reason: Option<String>,
    /// In the order in which they were found: the first that may block is the reason.
    calls: Vec<usize>,
    /// Locals that hold compiled functions made here.
    made: BTreeSet<LocalId>,
    /// What locals of no certain type very likely hold; `Object` where assignments disagree.
    likely: BTreeMap<LocalId, Type>,
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
        self.operate(expr);
        // Whoever gets a function that is made here may call it.
        if let ExprKind::Function(made) = &expr.kind {
            let native = self.function.inner[made.code].native;
            self.calls.extend(native.map(FunctionId::index));
        }
        if let ExprKind::Await(awaited) = &expr.kind
            && !matches!(awaited.kind, ExprKind::Call(_))
        {
            self.note("it awaits something of which nothing is known".into());
        }
        if let ExprKind::Call(call) = &expr.kind {
            match &call.callee {
                Callee::Method { object, name, .. } => self.named(&object.ty, name),
                Callee::SuperMethod { function, .. } => {
                    self.calls.extend(function.map(FunctionId::index));
                }
                Callee::Function { function, .. } => {
                    self.calls.push(function.index());
                }
                Callee::Class { class, .. } => {
                    if let Some(class) = class_of(self.tables, &Type::Class(*class)) {
                        self.construct(class);
                    }
                }
                Callee::Builtin(name) if builtins::may_block(name) => {
                    self.note(format!("it calls `{name}()`, which may block"));
                }
                Callee::Builtin(_) | Callee::Library(_) | Callee::BuiltinMethod { .. } => {}
                Callee::Dynamic(callee) => match &callee.kind {
                    ExprKind::Global(_) if self.is_super(callee) => {}
                    ExprKind::Global(name) => self.called(self.symbol(callee), name),
                    ExprKind::Local(local) if self.is_made_here(*local) => {}
                    ExprKind::Local(local) if !self.local(*local).starts_with('.') => {
                        let name = self.local(*local).to_owned();
                        self.note(format!("it calls `{name}`, of which nothing is known"));
                    }
                    _ => self.note("it calls something of which nothing is known".into()),
                },
                Callee::Attribute { object, name }
                    if self.is_module(object) && !HARMLESS_METHODS.contains(&name.as_str()) =>
                {
                    self.called(self.member(self.symbol(object), name), name);
                }
                Callee::Attribute { object, name } if self.is_super_call(object) => {
                    self.super_called(name);
                }
                Callee::Attribute { object, name } => {
                    let likely = self.likely(object);
                    self.named(&likely, name);
                    let is_known = matches!(likely, Type::Class(class) if self.tables.method(class, name).is_some());
                    if is_known {
                        self.method_called(&likely, name);
                    } else if !self.is_harmless_method(object, name) {
                        self.note(format!(
                            "it calls the method `{name}` of an object of which nothing is known"
                        ));
                    }
                }
            }
        }
        // A function that is handed on (`key=by_name`) may be called by whoever gets it.
        if let Some(Symbol::Function(module, at)) = self.symbol(expr) {
            match self.tables.by_path.get(&(module, at, None)) {
                Some(function) => {
                    self.calls.push(function.index());
                }
                None => self.note("it hands on an interpreted function".into()),
            }
        }
        each_child(expr, &mut |child| self.visit(child));
    }

    /// Notes a call of something that has a name in a module.
    fn called(&mut self, symbol: Option<Symbol>, name: &str) {
        if let Some(Symbol::Class(module, at)) = symbol {
            self.construct((module, at));
        }
        if matches!(symbol, Some(Symbol::Function(..))) {
            self.note(format!("it calls `{name}`, which is not called directly"));
        } else if !self.is_harmless(symbol, name) {
            self.note(format!("it calls `{name}`, of which nothing is known"));
        }
    }

    /// What a name, or a name in a module, means.
    fn symbol(&self, expr: &Expr) -> Option<Symbol> {
        let (mut first, mut names) = (expr, Vec::new());
        while let ExprKind::Attribute { object, name } = &first.kind {
            if names.len() == LONGEST {
                return None;
            }
            names.push(name);
            first = object;
        }
        let ExprKind::Global(name) = &first.kind else {
            return None;
        };
        let first = resolve(&self.tables.modules, self.module, name);
        names
            .into_iter()
            .rev()
            .fold(first, |owner, name| self.member(owner, name))
    }

    /// What an attribute of a module means.
    fn member(&self, owner: Option<Symbol>, name: &str) -> Option<Symbol> {
        match owner? {
            Symbol::Module(inner) => resolve_member(&self.tables.modules, inner, name),
            Symbol::External(path) => Some(Symbol::External(format!("{path}.{name}"))),
            Symbol::Function(..) | Symbol::Class(..) | Symbol::Variable => None,
        }
    }

    fn is_module(&self, expr: &Expr) -> bool {
        matches!(
            self.symbol(expr),
            Some(Symbol::Module(_) | Symbol::External(_))
        )
    }

    /// The module-level variable that an expression reads.
    fn variable<'e>(&self, expr: &'e Expr) -> Option<(usize, &'e str)> {
        match &expr.kind {
            ExprKind::Global(name) => Some((self.module, name)),
            ExprKind::Attribute { object, name } => match self.symbol(object)? {
                Symbol::Module(inner) => Some((inner, name)),
                _ => None,
            },
            ExprKind::Narrow(inner) => self.variable(inner),
            _ => None,
        }
    }

    /// The type of a value, where it is not certain the one that the program gives it: a variable holds what made it,
    /// a field what it is declared as.
    fn likely(&self, expr: &Expr) -> Type {
        self.likely_within(expr, LONGEST)
    }

    /// `likely`, by way of so many objects at most.
    fn likely_within(&self, expr: &Expr, left: usize) -> Type {
        let Some(left) = left.checked_sub(1) else {
            return Type::Object;
        };
        if expr.ty != Type::Object {
            return expr.ty.clone();
        }
        if let Some((module, variable)) = self.variable(expr)
            && let Some(class) = self.tables.variable(module, variable).1
        {
            return Type::Class(class);
        }
        match &expr.kind {
            ExprKind::Local(local) => self.likely.get(local).cloned().unwrap_or(Type::Object),
            ExprKind::Narrow(inner) => self.likely_within(inner, left),
            ExprKind::Attribute { object, name } => match self.likely_within(object, left) {
                Type::Known(Known::Request) => of_request(name),
                Type::Class(class) => self.tables.native_classes[class.index()]
                    .fields
                    .iter()
                    .find(|field| field.name == *name)
                    .map_or(Type::Object, |field| field.ty.clone()),
                _ => Type::Object,
            },
            ExprKind::Call(call) => match &call.callee {
                Callee::Attribute { object, name }
                    if name == "text"
                        && self.likely_within(object, left) == Type::Known(Known::Request) =>
                {
                    Type::Str
                }
                // What they give is iterated over like a list.
                Callee::Builtin(name) => match name.as_str() {
                    "range" => Type::List(Box::new(Type::Int)),
                    "enumerate" | "zip" | "map" | "filter" | "reversed" | "iter" => {
                        Type::List(Box::new(Type::Object))
                    }
                    _ => Type::Object,
                },
                Callee::BuiltinMethod { object, name } => match self.likely_within(object, left) {
                    Type::Dict(key, value) => match name.as_str() {
                        "keys" => Type::List(key),
                        "values" => Type::List(value),
                        "items" => Type::List(Box::new(Type::Tuple(vec![*key, *value]))),
                        "get" | "pop" | "setdefault" => Type::optional(*value),
                        _ => Type::Object,
                    },
                    Type::Set(item) if name == "pop" => *item,
                    _ => Type::Object,
                },
                Callee::Function { function, .. } | Callee::Method { function, .. } => {
                    let def = self.tables.def(&self.tables.candidates[function.index()]);
                    match super::suspends::is_generator(def) {
                        true => Type::List(Box::new(Type::Object)),
                        false => Type::Object,
                    }
                }
                _ => Type::Object,
            },
            ExprKind::Item { object, .. } => match self.likely_within(object, left) {
                Type::Dict(_, value) => *value,
                Type::List(item) | Type::TupleOf(item) => *item,
                _ => Type::Object,
            },
            _ => Type::Object,
        }
    }

    fn local(&self, local: LocalId) -> &str {
        &self.function.locals[local.index()].name
    }

    /// Whether a local holds a compiled function made here, whenever it is called: one `def` binds it and nothing else.
    fn is_made_here(&self, local: LocalId) -> bool {
        let (name, scope) = (self.local(local), &self.scope);
        self.made.contains(&local) && scope.places(name).len() == 1 && !scope.asks_for_type(name)
    }

    /// Methods of containers, texts and requests, and those that are called so of nothing else.
    fn is_harmless_method(&self, object: &Expr, name: &str) -> bool {
        HARMLESS_METHODS.contains(&name)
            || match self.likely(object) {
                Type::Known(Known::Request) => ["text", "json"].contains(&name),
                Type::Str | Type::Bytes | Type::List(_) | Type::Dict(..) | Type::Set(_) => true,
                _ => false,
            }
    }

    /// Fills `likely` from plain assignments, in source order.
    fn note_locals(&mut self, body: &[Stmt]) {
        each_statement(body, &mut |stmt| {
            let (target, ty) = match &stmt.kind {
                StmtKind::Assign { targets, value } => match targets.as_slice() {
                    [one] => (one, self.likely(value)),
                    _ => return,
                },
                StmtKind::For { target, iter, .. } => {
                    (target, super::builtins::element(&self.likely(iter)))
                }
                _ => return,
            };
            if let (Target::Local(local), StmtKind::Assign { value, .. }) = (target, &stmt.kind)
                && let ExprKind::Function(made) = &value.kind
                && self.function.inner[made.code].native.is_some()
            {
                self.made.insert(*local);
            }
            if let Target::Local(local) = target {
                let known = self.likely.entry(*local).or_insert_with(|| ty.clone());
                if *known != ty {
                    *known = Type::Object;
                }
            }
        });
    }

    fn note(&mut self, reason: String) {
        self.reason.get_or_insert(reason);
    }

    /// Exceptions, responses and value types of libraries that only make an object.
    fn is_harmless(&self, symbol: Option<Symbol>, name: &str) -> bool {
        match symbol {
            None => builtins::is_exception(name),
            Some(Symbol::External(path)) => {
                path.starts_with("tayberry.")
                    || path.starts_with("math.")
                    || matches!(
                        path.as_str(),
                        "dataclasses.replace"
                            | "dataclasses.asdict"
                            | "datetime.date"
                            | "datetime.datetime"
                            | "decimal.Decimal"
                            | "uuid.UUID"
                            | "uuid.uuid4"
                    )
            }
            Some(Symbol::Class(module, at)) => {
                // Enumerations and exceptions of the program: a call makes or looks up an object.
                match &self.tables.modules[module].tree.body[at] {
                    ast::Stmt::ClassDef(class) => class.arguments.iter().flat_map(|arguments| arguments.args.iter()).any(|base| {
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

/// What very likely stands under a name of a request; its mappings do nothing that a dict does not.
fn of_request(name: &str) -> Type {
    match name {
        "headers" | "query" | "cookies" | "path_params" => {
            Type::Dict(Box::new(Type::Str), Box::new(Type::Str))
        }
        "method" | "target" | "path" | "query_string" | "url" | "content_type" => Type::Str,
        "body" => Type::Bytes,
        _ => Type::Object,
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
    "title",
    "capitalize",
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
