//! The names that a scope binds: a function, a lambda, a class body, a comprehension.
//!
//! In: a tree. Out: a `Scope`. What holds: names bound in scopes inside are not in it, apart from those that `:=` in a
//! comprehension binds around it.

use std::collections::{BTreeMap, BTreeSet};

use rustpython_ast::{self as ast, visitor::Visitor};
use rustpython_text_size::{Ranged, TextSize};

use super::values::{self, Asked};
use crate::check::suspends::is_generator;

/// What opens a scope.
#[derive(Clone, Copy)]
pub enum Opened<'a> {
    Function(&'a ast::StmtFunctionDef),
    Lambda,
    Class(&'a ast::StmtClassDef),
    Comprehension,
    /// `def f[T]`, `class C[T]`, `type A[T]`
    TypeParameters,
}

/// Where the value of a name comes from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// `name = value`, `name := value`
    Value(&'a ast::Expr),
    /// `name: claim`, with a value or without
    Declared(&'a ast::Expr),
    /// `for name in iterable`; with a position `for _, name in iterable`
    Item(&'a ast::Expr, Option<usize>),
    /// Several of these.
    Several,
}

/// One scope of those that are open at a place.
pub struct Scope<'a> {
    pub opened: Opened<'a>,
    pub names: BTreeSet<&'a str>,
    /// Declared `global` here.
    pub globals: BTreeSet<&'a str>,
    /// Declared `nonlocal` here.
    pub nonlocals: BTreeSet<&'a str>,
    /// Where names are bound, while they are being collected.
    bindings: Vec<(&'a str, TextSize)>,
    /// What the first plain assignment, `name = value`, gives to a name.
    values: BTreeMap<&'a str, &'a ast::Expr>,
    sources: BTreeMap<&'a str, Source<'a>>,
    /// What imports bind names to: `time`, `time.sleep`.
    imports: BTreeMap<&'a str, String>,
    places: BTreeMap<&'a str, Vec<TextSize>>,
    /// Names that a function looks at the type of.
    asked: Asked<'a>,
    is_generator: bool,
}

impl<'a> Scope<'a> {
    /// A scope without names.
    pub fn new(opened: Opened<'a>) -> Scope<'a> {
        Scope {
            opened,
            names: BTreeSet::new(),
            globals: BTreeSet::new(),
            nonlocals: BTreeSet::new(),
            bindings: Vec::new(),
            values: BTreeMap::new(),
            sources: BTreeMap::new(),
            imports: BTreeMap::new(),
            places: BTreeMap::new(),
            asked: Asked::default(),
            is_generator: false,
        }
    }

    /// The scope of a function's body.
    pub fn function(def: &'a ast::StmtFunctionDef) -> Scope<'a> {
        let mut scope = Scope::new(Opened::Function(def));
        scope.parameters(&def.parameters);
        scope.body(&def.body);
        scope.finished()
    }

    /// The scope of a class body.
    pub fn class(def: &'a ast::StmtClassDef) -> Scope<'a> {
        let mut scope = Scope::new(Opened::Class(def));
        scope.body(&def.body);
        scope.finished()
    }

    /// The scope of a lambda's body.
    pub fn lambda(lambda: &'a ast::ExprLambda) -> Scope<'a> {
        let mut scope = Scope::new(Opened::Lambda);
        if let Some(parameters) = &lambda.parameters {
            scope.parameters(parameters);
        }
        Binder(&mut scope).visit_expr(&lambda.body);
        scope.finished()
    }

    /// The scope of a comprehension.
    pub fn comprehension(generators: &'a [ast::Comprehension]) -> Scope<'a> {
        let mut scope = Scope::new(Opened::Comprehension);
        for each in generators {
            if !each.is_async {
                scope.item(&each.target, &each.iter);
            }
            scope.target(&each.target);
        }
        scope.finished()
    }

    /// The scope of type parameters.
    pub fn type_parameters(params: &'a ast::TypeParams) -> Scope<'a> {
        let mut scope = Scope::new(Opened::TypeParameters);
        for each in &params.type_params {
            scope.names.insert(each.name().as_str());
        }
        scope
    }

    /// The value of a name that one plain assignment binds, and nothing else.
    pub fn only_value(&self, name: &str) -> Option<&'a ast::Expr> {
        let value = self.values.get(name).copied()?;
        (self.places(name).len() == 1).then_some(value)
    }

    /// What a name means that one import binds, and nothing else.
    pub fn only_import(&self, name: &str) -> Option<&str> {
        let source = self.imports.get(name)?;
        (self.places(name).len() == 1).then_some(source)
    }

    /// Where a name is bound, in source order: the place from which on it may have a value.
    pub fn places(&self, name: &str) -> &[TextSize] {
        self.places.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether the function looks at what a name of it holds: `isinstance(name, …)`, `name is None`, `match name`.
    pub fn asks_for_type(&self, name: &str) -> bool {
        self.asked.any.contains(name)
    }

    /// Whether the function tells values of a name apart by more than `is None`.
    pub fn narrows(&self, name: &str) -> bool {
        self.asked.beyond_none.contains(name)
    }

    /// Whether the function looks at what an attribute of this name holds: `isinstance(self.name, …)`.
    pub fn narrows_attribute(&self, name: &str) -> bool {
        self.asked.attributes.contains(name)
    }

    /// Where the value of a name comes from, whichever statement binds it.
    pub fn source(&self, name: &str) -> Option<Source<'a>> {
        match self.sources.get(name).copied()? {
            Source::Several => None,
            declared @ Source::Declared(_) => Some(declared),
            other => (self.places(name).len() == 1).then_some(other),
        }
    }

    /// Whether it is a function with `yield` of its own.
    pub fn is_generator(&self) -> bool {
        self.is_generator
    }

    /// The scope with what is known once all of it was seen.
    fn finished(mut self) -> Scope<'a> {
        for (name, from) in std::mem::take(&mut self.bindings) {
            self.places.entry(name).or_default().push(from);
        }
        if let Opened::Function(def) = self.opened {
            self.asked = values::asked_for_type(def);
            self.is_generator = is_generator(def);
        }
        self
    }

    fn parameters(&mut self, parameters: &'a ast::Parameters) {
        for each in parameters.iter() {
            self.bind(each.name(), each.range().start());
        }
    }

    fn body(&mut self, body: &'a [ast::Stmt]) {
        let mut binder = Binder(self);
        binder.visit_body(body);
        for name in self.globals.iter().chain(&self.nonlocals) {
            self.names.remove(name);
        }
    }

    fn bind(&mut self, name: &'a str, from: TextSize) {
        self.names.insert(name);
        self.bindings.push((name, from));
    }

    /// What a loop's names are items of.
    fn item(&mut self, target: &'a ast::Expr, iterable: &'a ast::Expr) {
        match target {
            ast::Expr::Name(name) => self.from(&name.id, Source::Item(iterable, None)),
            ast::Expr::Tuple(tuple) => {
                for (at, each) in tuple.elts.iter().enumerate() {
                    match each {
                        ast::Expr::Name(name) => {
                            self.from(&name.id, Source::Item(iterable, Some(at)));
                        }
                        ast::Expr::Starred(_) => return,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn from(&mut self, name: &'a str, source: Source<'a>) {
        let known = self.sources.entry(name).or_insert(source);
        match (&known, &source) {
            (Source::Declared(first), Source::Declared(again)) if !std::ptr::eq(*first, *again) => {
                *known = Source::Several;
            }
            (_, Source::Declared(_)) => *known = source,
            _ => {}
        }
    }

    fn target(&mut self, target: &'a ast::Expr) {
        self.target_from(target, target.range().end());
    }

    fn target_from(&mut self, target: &'a ast::Expr, from: TextSize) {
        match target {
            ast::Expr::Name(name) => self.bind(name.id.as_str(), from),
            ast::Expr::Tuple(tuple) => tuple
                .elts
                .iter()
                .for_each(|each| self.target_from(each, from)),
            ast::Expr::List(list) => list
                .elts
                .iter()
                .for_each(|each| self.target_from(each, from)),
            ast::Expr::Starred(star) => self.target_from(&star.value, from),
            _ => {}
        }
    }
}

/// Collects bindings of one scope.
struct Binder<'s, 'a>(&'s mut Scope<'a>);

impl<'a> Visitor<'a> for Binder<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        let scope = &mut *self.0;
        match stmt {
            ast::Stmt::FunctionDef(def) => {
                scope.bind(&def.name, def.range.end());
                // What is evaluated here and not inside: a walrus in a default binds here.
                def.decorator_list
                    .iter()
                    .for_each(|each| self.visit_decorator(each));
                for each in def.parameters.iter_non_variadic_params() {
                    each.default
                        .iter()
                        .for_each(|default| self.visit_expr(default));
                }
                return;
            }
            ast::Stmt::ClassDef(def) => {
                scope.bind(&def.name, def.range.end());
                def.decorator_list
                    .iter()
                    .for_each(|each| self.visit_decorator(each));
                if let Some(arguments) = &def.arguments {
                    self.visit_arguments(arguments);
                }
                return;
            }
            ast::Stmt::Assign(assign) => {
                for target in &assign.targets {
                    scope.target_from(target, assign.range.end());
                    if let ast::Expr::Name(name) = target {
                        scope.from(&name.id, Source::Value(&assign.value));
                        scope
                            .values
                            .entry(name.id.as_str())
                            .or_insert(&assign.value);
                    }
                }
            }
            ast::Stmt::AnnAssign(assign) => {
                if let ast::Expr::Name(name) = &*assign.target {
                    scope.names.insert(name.id.as_str());
                    scope.from(&name.id, Source::Declared(&assign.annotation));
                    if assign.value.is_some() {
                        scope.bind(&name.id, assign.range.end());
                    }
                }
            }
            ast::Stmt::AugAssign(assign) => scope.target_from(&assign.target, assign.range.end()),
            ast::Stmt::TypeAlias(alias) => scope.target_from(&alias.name, alias.range.end()),
            ast::Stmt::For(each) => {
                if !each.is_async {
                    scope.item(&each.target, &each.iter);
                }
                scope.target(&each.target);
            }
            ast::Stmt::With(with) => with
                .items
                .iter()
                .filter_map(|item| item.optional_vars.as_deref())
                .for_each(|target| scope.target(target)),
            ast::Stmt::Import(import) => {
                for alias in &import.names {
                    let name = match &alias.asname {
                        Some(name) => name.as_str(),
                        None => alias.name.split('.').next().unwrap_or_default(),
                    };
                    let source = if alias.asname.is_some() {
                        alias.name.as_str()
                    } else {
                        name
                    };
                    scope.imports.insert(name, source.to_owned());
                    scope.bind(name, import.range.end());
                }
            }
            ast::Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    if let (0, Some(module)) = (import.level, &import.module) {
                        let source = format!("{module}.{}", alias.name);
                        scope.imports.insert(name, source);
                    }
                    scope.bind(name, import.range.end());
                }
            }
            ast::Stmt::Global(global) => scope
                .globals
                .extend(global.names.iter().map(|name| name.as_str())),
            ast::Stmt::Nonlocal(nonlocal) => scope
                .nonlocals
                .extend(nonlocal.names.iter().map(|name| name.as_str())),
            ast::Stmt::Delete(delete) => {
                for target in &delete.targets {
                    if let ast::Expr::Name(name) = target {
                        scope.names.insert(name.id.as_str());
                    }
                }
            }
            _ => {}
        }
        ast::visitor::walk_stmt(self, stmt);
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.0.bind(name, name.range.end());
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
            self.0.bind(name, name.range.end());
        }
        ast::visitor::walk_pattern(self, pattern);
    }

    fn visit_expr(&mut self, expr: &'a ast::Expr) {
        match expr {
            ast::Expr::Named(named) => {
                if let ast::Expr::Name(name) = &*named.target {
                    self.0.from(&name.id, Source::Value(&named.value));
                }
                self.0.target_from(&named.target, named.range.end());
                self.visit_expr(&named.value);
            }
            ast::Expr::If(choice) => {
                // The test runs first, though it stands in the middle.
                let before = self.0.bindings.len();
                self.visit_expr(&choice.test);
                for (_, from) in &mut self.0.bindings[before..] {
                    *from = choice.range.start();
                }
                self.visit_expr(&choice.body);
                self.visit_expr(&choice.orelse);
            }
            // Its defaults are evaluated here.
            ast::Expr::Lambda(lambda) => {
                for each in lambda.parameters.iter() {
                    for each in each.iter_non_variadic_params() {
                        each.default
                            .iter()
                            .for_each(|default| self.visit_expr(default));
                    }
                }
            }
            // A walrus inside binds here, the loop variables do not: targets are bound by statements only.
            _ => ast::visitor::walk_expr(self, expr),
        }
    }

    fn visit_annotation(&mut self, _: &'a ast::Expr) {}
}
