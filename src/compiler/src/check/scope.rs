//! The names that a function, class body or annotation takes from the scopes around it, by Python's own rules.
//!
//! In: a definition inside a function. Out: the names that it, or anything in it, uses and does not bind. Those that are
//! variables of a function around it are the `co_freevars` of its code object, in sorted order. What annotations want counts
//! unless the module keeps them as text (`from __future__ import annotations`), which the argument `text` says.

use std::collections::BTreeSet;

use rustpython_ast::{self as ast, visitor::Visitor};

/// What a scope takes from outside.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// Names that it uses without binding them; also globals and builtins.
    pub names: BTreeSet<String>,
    /// Those that it binds there: `nonlocal`.
    pub rebound: BTreeSet<String>,
}

/// What a function's body wants; its defaults, decorators and annotations belong to the scope around it.
pub(super) fn of_function(parameters: &ast::Parameters, body: &[ast::Stmt], text: bool) -> Wanted {
    let mut walk = Walk::new(Kind::Function, text);
    walk.parameters(Some(parameters));
    walk.visit_body(body);
    walk.finish().0
}

/// The variables of a function.
pub(super) fn variables(parameters: &ast::Parameters, body: &[ast::Stmt]) -> BTreeSet<String> {
    let mut walk = Walk::new(Kind::Function, true);
    walk.parameters(Some(parameters));
    walk.visit_body(body);
    let Walk {
        mut bound,
        globals,
        nonlocals,
        ..
    } = walk;
    bound.retain(|name| !globals.contains(name) && !nonlocals.contains(name));
    bound
}

/// What the scopes inside a function's body want, from it and from those around it.
pub(super) fn inside(body: &[ast::Stmt], text: bool) -> Wanted {
    let mut walk = Walk::new(Kind::Function, text);
    walk.visit_body(body);
    Wanted {
        names: walk.passed,
        rebound: walk.rebound,
    }
}

/// What a lambda's body wants.
pub(super) fn of_lambda(lambda: &ast::ExprLambda) -> Wanted {
    // Nothing in an expression has annotations.
    let mut walk = Walk::new(Kind::Function, true);
    walk.parameters(lambda.parameters.as_deref());
    walk.visit_expr(&lambda.body);
    walk.finish().0
}

/// What a generator expression wants that is made to be consumed later; its first iterable belongs to the scope around it.
/// None if it binds a variable there with `:=`.
pub(super) fn of_generator(generator: &ast::ExprGenerator) -> Option<Wanted> {
    let mut walk = Walk::new(Kind::Comprehension, true);
    walk.clauses(&generator.generators, &generator.elt, None);
    let (wanted, hoisted) = walk.finish();
    hoisted.is_empty().then_some(wanted)
}

/// Whether a generator expression is an asynchronous one: it waits for something itself.
pub(super) fn is_asynchronous(generator: &ast::ExprGenerator) -> bool {
    struct Finder(bool);
    impl<'a> Visitor<'a> for Finder {
        fn visit_expr(&mut self, expr: &'a ast::Expr) {
            match expr {
                ast::Expr::Await(_) => self.0 = true,
                ast::Expr::Lambda(_) => {}
                ast::Expr::Generator(inner) => {
                    if let Some(first) = inner.generators.first() {
                        self.visit_expr(&first.iter);
                    }
                }
                _ => ast::visitor::walk_expr(self, expr),
            }
        }
        fn visit_comprehension(&mut self, each: &'a ast::Comprehension) {
            self.0 |= each.is_async;
            ast::visitor::walk_comprehension(self, each);
        }
    }
    let mut finder = Finder(false);
    finder.visit_expr(&generator.elt);
    for (at, each) in generator.generators.iter().enumerate() {
        finder.0 |= each.is_async;
        if at > 0 {
            finder.visit_expr(&each.iter);
        }
        each.ifs.iter().for_each(|test| finder.visit_expr(test));
    }
    finder.0
}

/// Whether a call looks as if it consumed the generator expression that is its only argument; what captures is then its
/// function itself.
pub(super) fn consumed(call: &ast::ExprCall) -> Option<&ast::ExprGenerator> {
    let [ast::Expr::Generator(generator)] = &*call.arguments.args else {
        return None;
    };
    let consumes = match &*call.func {
        ast::Expr::Name(name) => super::builtins::consumes_generator(name.id.as_str()),
        ast::Expr::Attribute(attribute) => attribute.attr.as_str() == "join",
        _ => false,
    };
    (consumes && can_be_inlined(generator)).then_some(generator)
}

/// Whether a generator expression that is consumed at once can be part of its function: it does not wait, and makes no
/// functions, whose code would be among its own constants.
pub(super) fn can_be_inlined(generator: &ast::ExprGenerator) -> bool {
    struct Finder(bool);
    impl<'a> Visitor<'a> for Finder {
        fn visit_expr(&mut self, expr: &'a ast::Expr) {
            match expr {
                ast::Expr::Lambda(_) | ast::Expr::Generator(_) => self.0 = true,
                ast::Expr::Call(call) if let Some(inner) = consumed(call) => {
                    self.visit_expr(&call.func);
                    if let Some(first) = inner.generators.first() {
                        self.visit_expr(&first.iter);
                    }
                }
                _ => ast::visitor::walk_expr(self, expr),
            }
        }
    }
    let mut finder = Finder(false);
    finder.visit_expr(&generator.elt);
    for (at, each) in generator.generators.iter().enumerate() {
        if at > 0 {
            finder.visit_expr(&each.iter);
        }
        each.ifs.iter().for_each(|test| finder.visit_expr(test));
    }
    !finder.0 && !is_asynchronous(generator)
}

/// What a class's body wants.
pub(super) fn of_class(body: &[ast::Stmt], text: bool) -> Wanted {
    let mut walk = Walk::new(Kind::Class, text);
    walk.visit_body(body);
    walk.finish().0
}

/// What the annotations of a function want.
pub(super) fn of_annotations(def: &ast::StmtFunctionDef) -> Wanted {
    let mut walk = Walk::new(Kind::Function, false);
    walk.annotations(&def.parameters, def.returns.as_deref());
    walk.finish().0
}

/// Whether a function has annotations.
pub(super) fn is_annotated(def: &ast::StmtFunctionDef) -> bool {
    def.returns.is_some()
        || def
            .parameters
            .iter()
            .any(|each| each.annotation().is_some())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Function,
    Class,
    /// Binds only its targets; `:=` binds in the scope around it.
    Comprehension,
}

struct Walk {
    kind: Kind,
    /// Annotations are kept as text, which wants nothing.
    text: bool,
    bound: BTreeSet<String>,
    globals: BTreeSet<String>,
    nonlocals: BTreeSet<String>,
    used: BTreeSet<String>,
    /// Wanted by scopes inside.
    passed: BTreeSet<String>,
    rebound: BTreeSet<String>,
    /// `:=` in a comprehension.
    hoisted: BTreeSet<String>,
}

impl Walk {
    fn new(kind: Kind, text: bool) -> Walk {
        Walk {
            kind,
            text,
            bound: BTreeSet::new(),
            globals: BTreeSet::new(),
            nonlocals: BTreeSet::new(),
            used: BTreeSet::new(),
            passed: BTreeSet::new(),
            rebound: BTreeSet::new(),
            hoisted: BTreeSet::new(),
        }
    }

    /// One for a scope inside.
    fn within(&self, kind: Kind) -> Walk {
        Walk::new(kind, self.text)
    }

    /// What it wants, and what its `:=` bind around it.
    fn finish(self) -> (Wanted, BTreeSet<String>) {
        let own = |name: &String| {
            (self.bound.contains(name) && !self.nonlocals.contains(name))
                || self.globals.contains(name)
        };
        let passed = self.passed.iter().filter(|name| match self.kind {
            Kind::Class => !matches!(name.as_str(), "__class__" | "__classdict__"),
            Kind::Function | Kind::Comprehension => !own(name),
        });
        let names = self
            .used
            .iter()
            .filter(|name| !own(name))
            .chain(passed)
            .chain(&self.nonlocals)
            .cloned()
            .collect();
        let rebound = self
            .rebound
            .iter()
            .filter(|name| self.kind == Kind::Class || !own(name))
            .chain(&self.nonlocals)
            .cloned()
            .collect();
        (Wanted { names, rebound }, self.hoisted)
    }

    /// Takes over what a scope inside wants.
    fn inner(&mut self, mut walk: Walk) {
        if walk.kind == Kind::Comprehension && self.kind != Kind::Class {
            // It has no code object of its own.
            let bound = std::mem::take(&mut walk.bound);
            let outer = |names: BTreeSet<String>| {
                names
                    .into_iter()
                    .filter(|name| !bound.contains(name))
                    .collect::<Vec<_>>()
            };
            self.used.extend(outer(walk.used));
            self.passed.extend(outer(walk.passed));
            self.rebound.extend(outer(walk.rebound));
            for name in walk.hoisted {
                self.bind_walrus(name);
            }
            return;
        }
        let (wanted, hoisted) = walk.finish();
        self.passed.extend(wanted.names);
        self.rebound.extend(wanted.rebound);
        for name in hoisted {
            self.bind_walrus(name);
        }
    }

    fn bind(&mut self, name: &str) {
        self.bound.insert(name.to_owned());
    }

    fn bind_walrus(&mut self, name: String) {
        if self.kind == Kind::Comprehension {
            self.used.insert(name.clone());
            self.hoisted.insert(name);
        } else {
            self.bound.insert(name);
        }
    }

    fn parameters(&mut self, parameters: Option<&ast::Parameters>) {
        for each in parameters.into_iter().flat_map(ast::Parameters::iter) {
            self.bind(each.name());
        }
    }

    fn annotations<'a>(&mut self, parameters: &'a ast::Parameters, returns: Option<&'a ast::Expr>) {
        if self.text {
            return;
        }
        for each in parameters.iter() {
            if let Some(annotation) = each.annotation() {
                self.visit_expr(annotation);
            }
        }
        if let Some(returns) = returns {
            self.visit_expr(returns);
        }
    }

    /// A scope for annotations, bounds of type parameters and the like.
    fn lazily(&mut self, fill: impl FnOnce(&mut Walk)) {
        let mut walk = self.within(Kind::Function);
        fill(&mut walk);
        if self.kind == Kind::Class {
            // Such a scope sees the names of the class that it stands in.
            let (wanted, _) = walk.finish();
            self.used.extend(wanted.names);
        } else {
            self.inner(walk);
        }
    }

    fn defaults(&mut self, parameters: &ast::Parameters) {
        for each in parameters.iter_non_variadic_params() {
            if let Some(default) = &each.default {
                self.visit_expr(default);
            }
        }
    }

    fn type_parameters(&mut self, parameters: Option<&ast::TypeParams>) {
        for each in parameters
            .into_iter()
            .flat_map(|all| all.type_params.iter())
        {
            self.bind(each.name());
            ast::visitor::walk_type_param(self, each);
        }
    }

    fn function(&mut self, def: &ast::StmtFunctionDef) {
        self.bind(&def.name);
        for each in &def.decorator_list {
            self.visit_expr(&each.expression);
        }
        self.defaults(&def.parameters);
        let mut body = self.within(Kind::Function);
        body.parameters(Some(&def.parameters));
        body.visit_body(&def.body);
        let annotations =
            |walk: &mut Walk| walk.annotations(&def.parameters, def.returns.as_deref());
        if def.type_params.is_some() {
            let mut around = self.within(Kind::Function);
            around.type_parameters(def.type_params.as_deref());
            annotations(&mut around);
            around.inner(body);
            self.inner(around);
        } else {
            self.lazily(annotations);
            self.inner(body);
        }
    }

    fn class(&mut self, def: &ast::StmtClassDef) {
        self.bind(&def.name);
        for each in &def.decorator_list {
            self.visit_expr(&each.expression);
        }
        let mut body = self.within(Kind::Class);
        body.visit_body(&def.body);
        if def.type_params.is_some() {
            let mut around = self.within(Kind::Function);
            around.type_parameters(def.type_params.as_deref());
            if let Some(arguments) = &def.arguments {
                around.visit_arguments(arguments);
            }
            around.inner(body);
            self.inner(around);
        } else {
            if let Some(arguments) = &def.arguments {
                self.visit_arguments(arguments);
            }
            self.inner(body);
        }
    }

    fn comprehension(
        &mut self,
        generators: &[ast::Comprehension],
        element: &ast::Expr,
        value: Option<&ast::Expr>,
    ) {
        let mut inside = self.within(Kind::Comprehension);
        inside.clauses(generators, element, value);
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.inner(inside);
    }

    /// All of a comprehension but its first iterable.
    fn clauses(
        &mut self,
        generators: &[ast::Comprehension],
        element: &ast::Expr,
        value: Option<&ast::Expr>,
    ) {
        for (at, each) in generators.iter().enumerate() {
            if at > 0 {
                self.visit_expr(&each.iter);
            }
            self.visit_expr(&each.target);
            each.ifs.iter().for_each(|test| self.visit_expr(test));
        }
        self.visit_expr(element);
        value.into_iter().for_each(|value| self.visit_expr(value));
    }

    /// A generator expression that has a code object of its own.
    fn generator(&mut self, generator: &ast::ExprGenerator) {
        if let Some(first) = generator.generators.first() {
            self.visit_expr(&first.iter);
        }
        let mut inside = self.within(Kind::Comprehension);
        inside.clauses(&generator.generators, &generator.elt, None);
        let (wanted, hoisted) = inside.finish();
        self.passed.extend(wanted.names);
        self.rebound.extend(wanted.rebound);
        for name in hoisted {
            self.bind_walrus(name);
        }
    }
}

impl<'a> Visitor<'a> for Walk {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        match stmt {
            ast::Stmt::FunctionDef(def) => return self.function(def),
            ast::Stmt::ClassDef(def) => return self.class(def),
            ast::Stmt::AnnAssign(assign) => {
                if self.kind == Kind::Class && !self.text {
                    self.lazily(|walk| walk.visit_expr(&assign.annotation));
                }
                if let Some(value) = &assign.value {
                    self.visit_expr(value);
                }
                if let ast::Expr::Name(name) = &*assign.target {
                    // It is a variable of this scope even without a value.
                    self.bind(&name.id);
                } else {
                    self.visit_expr(&assign.target);
                }
                return;
            }
            ast::Stmt::TypeAlias(alias) => {
                if let ast::Expr::Name(name) = &*alias.name {
                    self.bind(&name.id);
                }
                self.lazily(|walk| {
                    walk.type_parameters(alias.type_params.as_deref());
                    walk.visit_expr(&alias.value);
                });
                return;
            }
            ast::Stmt::Global(each) => self
                .globals
                .extend(each.names.iter().map(ToString::to_string)),
            ast::Stmt::Nonlocal(each) => self
                .nonlocals
                .extend(each.names.iter().map(ToString::to_string)),
            ast::Stmt::Import(each) => {
                for alias in &each.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.bind(name.split('.').next().unwrap_or_default());
                }
            }
            ast::Stmt::ImportFrom(each) => {
                for alias in &each.names {
                    self.bind(alias.asname.as_ref().unwrap_or(&alias.name));
                }
            }
            _ => {}
        }
        ast::visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a ast::Expr) {
        match expr {
            ast::Expr::Name(name) => match name.ctx {
                ast::ExprContext::Store | ast::ExprContext::Del => self.bind(&name.id),
                _ => {
                    self.used.insert(name.id.to_string());
                    if self.kind != Kind::Class && name.id == *"super" {
                        self.used.insert("__class__".to_owned());
                    }
                }
            },
            ast::Expr::Named(named) => {
                if let ast::Expr::Name(name) = &*named.target {
                    self.bind_walrus(name.id.to_string());
                }
                self.visit_expr(&named.value);
            }
            ast::Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.defaults(parameters);
                }
                let mut walk = self.within(Kind::Function);
                walk.parameters(lambda.parameters.as_deref());
                walk.visit_expr(&lambda.body);
                self.inner(walk);
            }
            ast::Expr::ListComp(each) => self.comprehension(&each.generators, &each.elt, None),
            ast::Expr::SetComp(each) => self.comprehension(&each.generators, &each.elt, None),
            ast::Expr::Generator(each) => self.generator(each),
            ast::Expr::Call(call) => match consumed(call) {
                Some(each) => {
                    self.visit_expr(&call.func);
                    self.comprehension(&each.generators, &each.elt, None);
                    for keyword in &call.arguments.keywords {
                        self.visit_expr(&keyword.value);
                    }
                }
                None => ast::visitor::walk_expr(self, expr),
            },
            ast::Expr::DictComp(each) => {
                self.comprehension(&each.generators, &each.key, Some(&each.value));
            }
            _ => ast::visitor::walk_expr(self, expr),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bind(name);
        }
        ast::visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        let name = match pattern {
            ast::Pattern::MatchAs(each) => each.name.as_ref(),
            ast::Pattern::MatchStar(each) => each.name.as_ref(),
            ast::Pattern::MatchMapping(each) => each.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind(name);
        }
        ast::visitor::walk_pattern(self, pattern);
    }
}
