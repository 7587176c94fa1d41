//! The routes of a program, read from its decorators, and what is wrong with them.

use std::collections::BTreeMap;

use rustpython_ast::{self as ast};

use super::annotation::annotation;
use super::names::{Binding, Symbol, resolve_expr};
use super::{Tables, effects, handlers, hidden_routes, routers};
use crate::app::{App, Route, Runs};
use crate::diagnostics::Diagnostic;
use crate::hir::{Function, FunctionId, FunctionKind, Interpreted};
use crate::parse::span;
use crate::source::{FileId, Span};
use crate::types::Type;

const METHODS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options"];

/// An `App(...)` or `Router(...)` bound at module level.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// The module that makes it.
    pub module: usize,
    /// Its name there.
    pub name: String,
}

/// Whether a decorator is a route decorator: `@app.get("/")`. It returns the function itself.
pub fn is_route_decorator(tables: &Tables, module: usize, decorator: &ast::Expr) -> bool {
    route_owner(tables, module, decorator).is_some()
}

/// Whether apps and routers register routes with a method of this name.
pub fn route_method(name: &str) -> bool {
    METHODS.contains(&name) || name == "route"
}

/// The owner, the call and the method of a route decorator.
pub fn route_owner<'a>(
    tables: &Tables,
    module: usize,
    decorator: &'a ast::Expr,
) -> Option<(Owner, &'a ast::ExprCall, &'a str)> {
    let ast::Expr::Call(call) = decorator else {
        return None;
    };
    let ast::Expr::Attribute(attribute) = &*call.func else {
        return None;
    };
    let method = attribute.attr.as_str();
    if !route_method(method) {
        return None;
    }
    owner(tables, module, &attribute.value).map(|owner| (owner, call, method))
}

/// The app or router that an expression names, and where it is made.
pub fn owner(tables: &Tables, module: usize, expr: &ast::Expr) -> Option<Owner> {
    let (module, name) = match expr {
        ast::Expr::Name(name) => (module, name.id.as_str()),
        ast::Expr::Attribute(attribute) => {
            match resolve_expr(&tables.modules, module, &attribute.value)? {
                Symbol::Module(inner) => (inner, attribute.attr.as_str()),
                _ => return None,
            }
        }
        _ => return None,
    };
    let mut here = Owner {
        module,
        name: name.to_owned(),
    };
    for _ in 0..20 {
        match tables.modules[here.module].names.get(&here.name)? {
            Binding::Statement(_) => {
                constructor(tables, &here)?;
                return Some(here);
            }
            Binding::From(source, member) => {
                let from = tables
                    .modules
                    .iter()
                    .position(|each| each.name == *source)?;
                here = Owner {
                    module: from,
                    name: member.clone(),
                };
            }
            _ => return None,
        }
    }
    None
}

/// The `App(...)` or `Router(...)` call that makes an owner, and which of the two.
pub fn constructor<'a>(tables: &'a Tables, owner: &Owner) -> Option<(&'a ast::ExprCall, bool)> {
    let (home, value) = tables.alias(owner.module, &owner.name)?;
    let ast::Expr::Call(call) = value else {
        return None;
    };
    match resolve_expr(&tables.modules, home, &call.func)? {
        Symbol::External(name) if name == "tayberry.App" => Some((call, true)),
        Symbol::External(name) if name == "tayberry.Router" => Some((call, false)),
        _ => None,
    }
}

/// Finds all routes; functions are in the order of their ids.
pub fn find(
    tables: &Tables,
    functions: &[Function],
    interpreted: &[(usize, Interpreted)],
    diagnostics: &mut Vec<Diagnostic>,
) -> App {
    let places = places(tables);
    let mut seats = Vec::new();
    let mut blocking = effects::blocking(tables, functions);
    for (function, reason) in functions.iter().zip(&mut blocking) {
        let wraps = function.kind == FunctionKind::Plain && !function.direct_callable;
        if reason.is_none() && wraps {
            *reason = Some("a decorator of it may call something else in its place".to_owned());
        }
    }
    let mut app = App::default();
    for (module, each) in tables.modules.iter().enumerate() {
        for (at, stmt) in each.tree.body.iter().enumerate() {
            let ast::Stmt::FunctionDef(def) = stmt else {
                continue;
            };
            for decorator in &def.decorator_list {
                let Some((owner, call, method)) =
                    route_owner(tables, module, &decorator.expression)
                else {
                    continue;
                };
                let native = match tables.by_path.get(&(module, at, None)) {
                    Some(id) => Ok(*id),
                    None => Err(interpreted
                        .iter()
                        .find(|(in_module, each)| {
                            *in_module == module && each.qualname == def.name.as_str()
                        })
                        .map_or_else(
                            || "it is not at module level".to_owned(),
                            |(_, each)| each.reason.clone(),
                        )),
                };
                if let Some(route) = route(
                    tables,
                    module,
                    def,
                    call,
                    method,
                    places.get(&owner).map(|place| place.prefix.clone()),
                    native,
                    &blocking,
                ) {
                    handlers::check(tables, module, def, call, &route, diagnostics);
                    app.routes.push(route);
                    seats.push(places.get(&owner).map_or(owner, |place| place.app.clone()));
                } else {
                    app.hidden.push(format!("{}.{}", each.name, def.name));
                }
            }
        }
    }
    // The routes of a router that nothing includes are in no app, and do no harm there.
    let used = routers::uses(tables);
    let unused = |seat: &Owner| {
        !used.contains(seat) && constructor(tables, seat).is_some_and(|(_, is_app)| !is_app)
    };
    let placed = app.routes.iter().zip(&seats);
    duplicates(placed.filter(|(_, seat)| !unused(seat)), diagnostics);
    routers::check(tables, diagnostics);
    app.hidden.extend(hidden_routes::hidden(tables));
    app
}

/// Where the routes of an app or router are reached.
#[derive(Clone, PartialEq)]
struct Place {
    app: Owner,
    prefix: String,
}

/// The places that are certain: those of apps, and of routers that statements at module level include once in such a place.
fn places(tables: &Tables) -> BTreeMap<Owner, Place> {
    let mut places: BTreeMap<Owner, Place> = BTreeMap::new();
    let mut own: BTreeMap<Owner, Option<String>> = BTreeMap::new();
    let mut included: BTreeMap<Owner, Vec<(Owner, Option<String>)>> = BTreeMap::new();
    for (module, each) in tables.modules.iter().enumerate() {
        for name in each.names.keys() {
            let here = Owner {
                module,
                name: name.clone(),
            };
            if let Some((call, is_app)) = constructor(tables, &here)
                && matches!(each.names.get(name), Some(Binding::Statement(_)))
            {
                let prefix = keyword_text(call, "prefix");
                if is_app && let Some(prefix) = &prefix {
                    let place = Place {
                        app: here.clone(),
                        prefix: prefix.clone(),
                    };
                    places.insert(here.clone(), place);
                }
                own.insert(here, prefix);
            }
        }
        for stmt in &each.tree.body {
            if let ast::Stmt::Expr(expr) = stmt
                && let ast::Expr::Call(call) = &*expr.value
                && let ast::Expr::Attribute(attribute) = &*call.func
                && attribute.attr.as_str() == "include_router"
                && let Some(inner) = call.arguments.args.first()
                && let Some(inner) = owner(tables, module, inner)
                && let Some(outer) = owner(tables, module, &attribute.value)
            {
                let prefix = keyword_text(call, "prefix");
                included.entry(inner).or_default().push((outer, prefix));
            }
        }
    }
    // Routers inside routers: each round goes one deeper.
    loop {
        let mut found = BTreeMap::new();
        for (inner, outers) in &included {
            if let [(outer, Some(prefix))] = outers.as_slice()
                && !places.contains_key(inner)
                && let Some(place) = places.get(outer)
                && let Some(Some(own)) = own.get(inner)
            {
                let place = Place {
                    app: place.app.clone(),
                    prefix: format!("{}{prefix}{own}", place.prefix),
                };
                found.insert(inner.clone(), place);
            }
        }
        if found.is_empty() {
            return places;
        }
        places.extend(found);
    }
}

/// A keyword's literal text; absent means empty, anything computed means unknown.
fn keyword_text(call: &ast::ExprCall, name: &str) -> Option<String> {
    match call.arguments.find_keyword(name) {
        None => Some(String::new()),
        Some(keyword) => match &keyword.value {
            ast::Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
            _ => None,
        },
    }
}

/// The methods of a route decorator; `None` where they are computed.
fn methods(call: &ast::ExprCall, method: &str) -> Option<Vec<String>> {
    if method != "route" {
        return Some(vec![method.to_uppercase()]);
    }
    let given = call.arguments.find_keyword("methods");
    let elements = match given.map(|each| &each.value) {
        None => return Some(vec!["GET".to_owned()]),
        Some(ast::Expr::List(list)) => &list.elts[..],
        Some(ast::Expr::Tuple(tuple)) => &tuple.elts[..],
        // A fault, which is reported.
        Some(one @ ast::Expr::StringLiteral(_)) => std::slice::from_ref(one),
        Some(_) => return None,
    };
    let named = elements.iter().filter_map(|each| match each {
        ast::Expr::StringLiteral(text) => Some(text.value.to_str().to_uppercase()),
        _ => None,
    });
    Some(named.collect())
}

#[allow(clippy::too_many_arguments)]
fn route(
    tables: &Tables,
    module: usize,
    def: &ast::StmtFunctionDef,
    call: &ast::ExprCall,
    method: &str,
    prefix: Option<String>,
    native: Result<FunctionId, String>,
    blocking: &[Option<String>],
) -> Option<Route> {
    let file = FileId(module as u32);
    let path_expr = call.arguments.args.first().or_else(|| {
        call.arguments
            .find_keyword("path")
            .map(|keyword| &keyword.value)
    })?;
    let ast::Expr::StringLiteral(path) = path_expr else {
        return None;
    };
    let methods = methods(call, method)?;
    let override_blocking =
        call.arguments
            .find_keyword("blocking")
            .and_then(|keyword| match &keyword.value {
                ast::Expr::BooleanLiteral(value) => Some(value.value),
                _ => None,
            });
    let (runs, why) = match (&native, override_blocking) {
        (_, Some(true)) if !def.is_async => {
            (Runs::Pool, "declared with `blocking=True`".to_owned())
        }
        (_, Some(false)) if !def.is_async => {
            (Runs::Inline, "declared with `blocking=False`".to_owned())
        }
        (Ok(id), _) => match (&blocking[id.index()], def.is_async) {
            (None, _) => (
                Runs::Inline,
                "compiled, never blocks or suspends".to_owned(),
            ),
            (Some(reason), true) => (Runs::Task, reason.clone()),
            (Some(reason), false) => (Runs::Pool, reason.clone()),
        },
        (Err(reason), _) if def.is_async => (Runs::Task, format!("interpreted: {reason}")),
        (Err(reason), _) => (Runs::Pool, format!("interpreted: {reason}")),
    };
    let may_block = native
        .as_ref()
        .is_ok_and(|id| blocking[id.index()].is_some());
    let text = path.value.to_str();
    Some(Route {
        methods,
        path: match prefix {
            Some(prefix) => format!("{prefix}{text}"),
            None => format!("…{text}"),
        },
        path_span: span(file, path.range),
        span: span(file, call.range),
        handler: format!("{}.{}", tables.modules[module].name, def.name),
        handler_span: span(file, def.name.range),
        native,
        runs,
        why,
        may_block,
        returns: def
            .returns
            .as_deref()
            .map_or(Type::Object, |expr| annotation(tables, module, expr)),
    })
}

/// Tells of routes that are there twice: in an app, or in the same router where that is included nobody knows where.
fn duplicates<'a>(
    routes: impl Iterator<Item = (&'a Route, &'a Owner)>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut seen: BTreeMap<(&Owner, String, String), Span> = BTreeMap::new();
    for (route, seat) in routes {
        // Parameters' names do not tell routes apart.
        let shape: String = route
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { "/{}" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        for method in &route.methods {
            let key = (seat, method.clone(), shape.clone());
            match seen.get(&key) {
                Some(first) => diagnostics.push(
                    Diagnostic::new(
                        "TB401",
                        format!("{method} {} is routed twice", route.path),
                        route.path_span,
                        "again here",
                    )
                    .label(*first, "first routed here"),
                ),
                None => {
                    seen.insert(key, route.path_span);
                }
            }
        }
    }
}
