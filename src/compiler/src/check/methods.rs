//! Which `def`s of a native class are compiled, and what each is to its class.
//!
//! In: the bodies of native classes. Out: candidates with their kind, and the names under which a class has something
//! other than a compiled method, which end the search for a method in its bases.

use rustpython_ast::{self as ast, visitor::Visitor};

use super::class_body;
use super::mangle::unmangled;
use super::names::{Binding, Module, Symbol, resolve_expr};
use super::{Candidate, Tables, redeclared};
use crate::hir::{ClassId, FunctionId, FunctionKind, Interpreted};
use crate::members;
use crate::parse::span;
use crate::source::FileId;
use crate::types::Type;

/// The methods of a native class that may become native; those that may not go to `interpreted`.
pub fn candidates(
    tables: &Tables,
    module: usize,
    at: usize,
    class: (&ast::StmtClassDef, ClassId),
    all: &mut Vec<Candidate>,
    interpreted: &mut Vec<(usize, Interpreted)>,
) {
    let (class, id) = class;
    for (inner, stmt) in class.body.iter().enumerate() {
        let ast::Stmt::FunctionDef(def) = stmt else {
            continue;
        };
        let qualname = format!("{}.{}", class.name, unmangled(&class.name, &def.name));
        let generic = class.type_params.as_deref();
        match type_parameters_matter(&tables.modules[module], generic, &def.body) {
            None => {
                let kind = kind(tables, module, class, inner, def, id);
                if kind != FunctionKind::Unbound || !is_declaration(def) {
                    all.push(Candidate {
                        module,
                        path: (at, Some(inner)),
                        qualname,
                        kind,
                        inner: None,
                    });
                }
            }
            Some(reason) => {
                let here = span(FileId(module as u32), def.name.range);
                interpreted.push((
                    module,
                    Interpreted {
                        qualname,
                        span: here,
                        reason: reason.into(),
                        at: here,
                    },
                ));
            }
        }
    }
}

/// The methods of a class that runs as Python. What decorates them, and how often their names are bound, does not
/// matter: Python calls them.
pub fn unbound(
    names: &Module,
    module: usize,
    at: usize,
    class: &ast::StmtClassDef,
    all: &mut Vec<Candidate>,
    interpreted: &mut Vec<(usize, Interpreted)>,
) {
    let generic = class.type_params.as_deref();
    for (inner, stmt) in class.body.iter().enumerate() {
        let ast::Stmt::FunctionDef(def) = stmt else {
            continue;
        };
        let qualname = format!("{}.{}", class.name, unmangled(&class.name, &def.name));
        if let Some(reason) = type_parameters_matter(names, generic, &def.body) {
            let here = span(FileId(module as u32), def.name.range);
            interpreted.push((
                module,
                Interpreted {
                    qualname,
                    span: here,
                    reason: reason.into(),
                    at: here,
                },
            ));
        } else if !is_declaration(def) {
            all.push(Candidate {
                module,
                path: (at, Some(inner)),
                qualname,
                kind: FunctionKind::Unbound,
                inner: None,
            });
        }
    }
}

/// Whether a body only says that there is such a method: `...`, perhaps after a docstring.
pub(super) fn is_declaration(def: &ast::StmtFunctionDef) -> bool {
    def.body.iter().all(|stmt| match stmt {
        ast::Stmt::Pass(_) => true,
        ast::Stmt::Expr(expr) => matches!(
            *expr.value,
            ast::Expr::StringLiteral(_) | ast::Expr::EllipsisLiteral(_)
        ),
        _ => false,
    })
}

/// What a `def` in the body is to its class: unbound where Python alone knows what becomes of it.
fn kind(
    tables: &Tables,
    module: usize,
    class: &ast::StmtClassDef,
    inner: usize,
    def: &ast::StmtFunctionDef,
    id: ClassId,
) -> FunctionKind {
    if matches!(
        def.name.as_str(),
        "__init_subclass__" | "__class_getitem__" | "__new__"
    ) {
        return FunctionKind::Unbound;
    }
    let decorators: Option<Vec<Decorator>> = def
        .decorator_list
        .iter()
        .map(|each| decorator(tables, module, (class, inner), &each.expression))
        .collect();
    let Some(decorators) = decorators else {
        return FunctionKind::Unbound;
    };
    // What only marks the function leaves it where it is.
    let shaping: Vec<Decorator> = decorators
        .into_iter()
        .filter(|each| *each != Decorator::Marker)
        .collect();
    let kind = match shaping.as_slice() {
        // A helper of the class body: it is called with anything.
        [] if is_called_in_body(class, def.name.as_str()) => return FunctionKind::Unbound,
        [] => FunctionKind::Method(id),
        [Decorator::Static] => FunctionKind::Static(id),
        [Decorator::Class] => FunctionKind::ClassMethod(id),
        [Decorator::Getter] => FunctionKind::Property(id),
        [Decorator::Setter] => FunctionKind::Setter(id),
        [Decorator::Deleter] => FunctionKind::Deleter(id),
        [Decorator::Wrapping, ..] if shaping.iter().all(|each| *each == Decorator::Wrapping) => {
            FunctionKind::Wrapped(id)
        }
        _ => return FunctionKind::Unbound,
    };
    let same_name = |other: &ast::Stmt| match other {
        ast::Stmt::FunctionDef(other) => other.name.as_str() == def.name.as_str(),
        ast::Stmt::Assign(assign) => assign
            .targets
            .iter()
            .any(|target| matches!(target, ast::Expr::Name(name) if name.id == *def.name.id)),
        _ => false,
    };
    // The overloads that stand before it are only for type checkers.
    let is_overload = |stmt: &ast::Stmt| match stmt {
        ast::Stmt::FunctionDef(def) => def.decorator_list.iter().any(|each| {
            matches!(resolve_expr(&tables.modules, module, &each.expression),
                Some(Symbol::External(name)) if name == "typing.overload")
        }),
        _ => false,
    };
    let alone = class
        .body
        .iter()
        .enumerate()
        .all(|(at, stmt)| at == inner || !same_name(stmt) || at < inner && is_overload(stmt));
    if alone {
        return match kind {
            // It belongs to a property of another class.
            FunctionKind::Setter(_) | FunctionKind::Deleter(_) => FunctionKind::Unbound,
            kind => kind,
        };
    }
    // A property's parts share its name: one getter first, then at most one setter and one deleter.
    let mut parts: Vec<Option<Decorator>> = Vec::new();
    let body = class.body.iter().enumerate();
    for (at, stmt) in body.filter(|(_, stmt)| same_name(stmt)) {
        parts.push(match stmt {
            ast::Stmt::FunctionDef(each) => match each.decorator_list.as_slice() {
                [one] => decorator(tables, module, (class, at), &one.expression),
                _ => None,
            },
            _ => None,
        });
    }
    let count = |wanted: Decorator| parts.iter().filter(|each| **each == Some(wanted)).count();
    let whole = parts[0] == Some(Decorator::Getter)
        && count(Decorator::Getter) == 1
        && count(Decorator::Setter) <= 1
        && count(Decorator::Deleter) <= 1
        && 1 + count(Decorator::Setter) + count(Decorator::Deleter) == parts.len();
    if whole { kind } else { FunctionKind::Unbound }
}

/// Whether the class body itself calls what has this name, or decorates something with it.
fn is_called_in_body(class: &ast::StmtClassDef, name: &str) -> bool {
    struct Finder<'n>(&'n str, bool);
    impl Finder<'_> {
        fn names(&self, expr: &ast::Expr) -> bool {
            matches!(expr, ast::Expr::Name(each) if each.id.as_str() == self.0)
        }
    }
    impl<'a> Visitor<'a> for Finder<'_> {
        fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
            let ast::Stmt::FunctionDef(def) = stmt else {
                return ast::visitor::walk_stmt(self, stmt);
            };
            for each in &def.decorator_list {
                self.1 |= self.names(&each.expression);
                self.visit_expr(&each.expression);
            }
            let defaults = def.parameters.iter_non_variadic_params();
            defaults
                .filter_map(|each| each.default.as_deref())
                .for_each(|default| self.visit_expr(default));
        }
        fn visit_expr(&mut self, expr: &'a ast::Expr) {
            self.1 |= matches!(expr, ast::Expr::Call(call) if self.names(&call.func));
            ast::visitor::walk_expr(self, expr);
        }
    }
    let mut finder = Finder(name, false);
    finder.visit_body(&class.body);
    finder.1
}

/// What a decorator does to a method.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Decorator {
    Static,
    Class,
    Getter,
    Setter,
    Deleter,
    /// Calls the function with the instance that it is called with itself.
    Wrapping,
    /// Gives the function itself back.
    Marker,
}

/// What a decorator of the `def` that is the statement `at` of a class's body does.
fn decorator(
    tables: &Tables,
    module: usize,
    (class, at): (&ast::StmtClassDef, usize),
    expr: &ast::Expr,
) -> Option<Decorator> {
    let own = match &class.body[at] {
        ast::Stmt::FunctionDef(def) => def.name.as_str(),
        _ => return None,
    };
    if let ast::Expr::Attribute(attribute) = expr
        && matches!(&*attribute.value, ast::Expr::Name(name) if name.id == *own)
    {
        return match attribute.attr.as_str() {
            "setter" => Some(Decorator::Setter),
            "deleter" => Some(Decorator::Deleter),
            _ => None,
        };
    }
    // `@lru_cache(maxsize=100)`: the decorator is what the call gives. No other decorator that is known here is a call.
    let (expr, is_called) = match expr {
        ast::Expr::Call(call) => (&*call.func, true),
        expr => (expr, false),
    };
    let Some(Symbol::External(name)) = resolve_expr(&tables.modules, module, expr) else {
        return None;
    };
    // What the body has bound to the name so far comes before what the module has.
    if class_body::binds_before(class, at, first_name(expr)?) {
        return None;
    }
    if is_called && name != "functools.lru_cache" {
        return None;
    }
    Some(match name.as_str() {
        "builtins.staticmethod" => Decorator::Static,
        "builtins.classmethod" => Decorator::Class,
        "builtins.property" => Decorator::Getter,
        "functools.cached_property"
        | "functools.cache"
        | "functools.lru_cache"
        | "contextlib.contextmanager"
        | "contextlib.asynccontextmanager" => Decorator::Wrapping,
        "abc.abstractmethod" | "typing.override" | "typing.final" => Decorator::Marker,
        _ => return None,
    })
}

/// The name that `a` and `a.b.c` begin with.
fn first_name(expr: &ast::Expr) -> Option<&str> {
    match expr {
        ast::Expr::Name(name) => Some(name.id.as_str()),
        ast::Expr::Attribute(attribute) => first_name(&attribute.value),
        _ => None,
    }
}

impl Tables {
    /// Enters the candidates that are still in the running as methods of their classes.
    pub(super) fn enter_methods(&mut self) {
        for class in &mut self.native_classes {
            class.methods.clear();
            class.setters.clear();
        }
        for (id, candidate) in self.candidates.iter().enumerate() {
            let name = self.def(candidate).name.to_string();
            let entry = (name, FunctionId(id as u32));
            match candidate.kind {
                FunctionKind::Method(class)
                | FunctionKind::Static(class)
                | FunctionKind::ClassMethod(class)
                | FunctionKind::Property(class) => {
                    self.native_classes[class.index()].methods.push(entry)
                }
                FunctionKind::Setter(class) => {
                    self.native_classes[class.index()].setters.push(entry)
                }
                FunctionKind::Deleter(_)
                | FunctionKind::Wrapped(_)
                | FunctionKind::Unbound
                | FunctionKind::Plain => {}
            }
        }
        for (&(module, at), kind) in &self.classes {
            let super::ClassKind::Native(id) = kind else {
                continue;
            };
            let ast::Stmt::ClassDef(def) = &self.modules[module].tree.body[at] else {
                continue;
            };
            let class = &mut self.native_classes[id.index()];
            for stmt in &def.body {
                if let ast::Stmt::FunctionDef(def) = stmt {
                    let name = def.name.as_str();
                    if !class.methods.iter().any(|(each, _)| each == name)
                        && !class.other_attributes.iter().any(|each| each == name)
                    {
                        class.other_attributes.push(name.to_owned());
                    }
                }
            }
        }
    }

    /// The compiled method, property or the like that a class has under a name, its own or an inherited one; none if
    /// something else is found there.
    pub(super) fn method(&self, class: ClassId, name: &str) -> Option<FunctionId> {
        members::method(&self.native_classes, class, name)
    }

    /// What the property or method that a class has under a name claims to give: nothing where a class below it has
    /// something there that does not claim as much.
    pub(super) fn claimed(&self, class: ClassId, name: &str, found: FunctionId) -> Type {
        let ty = self.returns(found);
        if ty == Type::Object || !self.native_classes[class.index()].has_subclasses {
            return ty;
        }
        let sort = |id: FunctionId| {
            let candidate = &self.candidates[id.index()];
            let getter = matches!(candidate.kind, FunctionKind::Property(_));
            (getter, self.def(candidate).is_async)
        };
        let keeps = |below: ClassId| {
            let fields = &self.native_classes[below.index()].fields;
            !fields.iter().any(|field| field.name == name)
                && self.method(below, name).is_some_and(|other| {
                    other == found
                        || sort(other) == sort(found)
                            && redeclared::holds(self, &ty, &self.returns(other))
                })
        };
        let below = members::derived(&self.native_classes, class);
        if below.into_iter().all(keeps) {
            ty
        } else {
            Type::Object
        }
    }
}

/// Whether a parameter of an operator's method may be given anything: one that returns `NotImplemented` for what it
/// does not know says with its annotation what it works with, not what it is called with.
pub fn takes_anything(def: &ast::StmtFunctionDef, kind: FunctionKind) -> bool {
    let name = def.name.as_str();
    matches!(kind, FunctionKind::Method(_) | FunctionKind::Unbound)
        && name.starts_with("__")
        && name.ends_with("__")
        && mentions_not_implemented(&def.body)
}

/// Whether a body mentions `NotImplemented`: what it returns is then not only what it claims.
pub fn mentions_not_implemented(body: &[ast::Stmt]) -> bool {
    mentions(body, &["NotImplemented"])
}

/// Why a function to which type parameters belong (`def first[T]`, a method of `class Repo[K, V]`) stays interpreted:
/// an annotation that names one says nothing about values, so it must not mean something else to us, and its value is in
/// a cell that only bytecode reads.
pub fn type_parameters_matter(
    module: &Module,
    parameters: Option<&ast::TypeParams>,
    body: &[ast::Stmt],
) -> Option<&'static str> {
    let names: Vec<&str> = parameters?
        .iter()
        .map(|param| param.name().as_str())
        .collect();
    if names.iter().any(|name| means_something(module, name)) {
        Some("a type parameter has the name of something else")
    } else {
        mentions(body, &names).then_some("it uses a type parameter")
    }
}

/// Whether a name of a module is, or may be, a type: then an annotation with it would be taken for a claim. The name of a
/// `TypeVar` claims nothing.
pub fn means_something(module: &Module, name: &str) -> bool {
    let Some(binding) = module.names.get(name) else {
        return super::builtins::is_builtin(name);
    };
    let value = match binding {
        Binding::Statement(at) => match &module.tree.body[*at] {
            ast::Stmt::Assign(assign) => &*assign.value,
            _ => return true,
        },
        _ => return true,
    };
    !matches!(value, ast::Expr::Call(call) if matches!(&*call.func, ast::Expr::Name(function)
        if matches!(function.id.as_str(), "TypeVar" | "ParamSpec" | "TypeVarTuple")))
}

/// Whether a body reads or binds one of some names. Annotations of its variables are never evaluated.
fn mentions(body: &[ast::Stmt], names: &[&str]) -> bool {
    struct Finder<'n>(&'n [&'n str], bool);
    impl<'a> Visitor<'a> for Finder<'_> {
        fn visit_expr(&mut self, expr: &'a ast::Expr) {
            self.1 |= matches!(expr, ast::Expr::Name(name) if self.0.contains(&name.id.as_str()));
            ast::visitor::walk_expr(self, expr);
        }
        fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
            match stmt {
                ast::Stmt::AnnAssign(assign) => {
                    self.visit_expr(&assign.target);
                    assign.value.iter().for_each(|value| self.visit_expr(value));
                }
                _ => ast::visitor::walk_stmt(self, stmt),
            }
        }
    }
    let mut finder = Finder(names, false);
    finder.visit_body(body);
    finder.1
}
