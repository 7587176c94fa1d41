//! The routes of a program, read from its decorators, and what is wrong with them.

use std::collections::BTreeMap;

use rustpython_ast::{self as ast};

use super::annotation::annotation;
use super::names::{Binding, Symbol, resolve, resolve_expr};
use super::{Tables, effects};
use crate::app::{App, Route, Runs};
use crate::diagnostics::Diagnostic;
use crate::hir::{Function, FunctionId, Interpreted};
use crate::parse::span;
use crate::source::{FileId, Span};
use crate::types::{Known, Type};

const METHODS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options"];

/// An `App(...)` or `Router(...)` bound at module level.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Owner {
    module: usize,
    name: String,
}

/// Whether a decorator is a route decorator: `@app.get("/")`. It returns the function itself.
pub fn is_route_decorator(tables: &Tables, module: usize, decorator: &ast::Expr) -> bool {
    route_owner(tables, module, decorator).is_some()
}

fn route_owner<'a>(
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
    if !METHODS.contains(&method) && method != "route" {
        return None;
    }
    owner(tables, module, &attribute.value).map(|owner| (owner, call, method))
}

/// The app or router that an expression names, and where it is made.
fn owner(tables: &Tables, module: usize, expr: &ast::Expr) -> Option<Owner> {
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
fn constructor<'a>(tables: &'a Tables, owner: &Owner) -> Option<(&'a ast::ExprCall, bool)> {
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
    let prefixes = prefixes(tables);
    let blocking = effects::blocking(tables, functions);
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
                    prefixes.get(&owner).cloned().flatten(),
                    native,
                    &blocking,
                ) {
                    check_route(tables, module, def, &route, diagnostics);
                    app.routes.push(route);
                }
            }
        }
    }
    duplicates(&app, diagnostics);
    app
}

/// The statically known prefix under which each owner's routes are reached; `None` where it is not known.
fn prefixes(tables: &Tables) -> BTreeMap<Owner, Option<String>> {
    let mut own: BTreeMap<Owner, Option<String>> = BTreeMap::new();
    let mut included: Vec<(Owner, Owner, Option<String>)> = Vec::new();
    for (module, each) in tables.modules.iter().enumerate() {
        for name in each.names.keys() {
            let here = Owner {
                module,
                name: name.clone(),
            };
            if let Some((call, _)) = constructor(tables, &here)
                && matches!(each.names.get(name), Some(Binding::Statement(_)))
            {
                own.insert(here, keyword_text(call, "prefix"));
            }
        }
        for stmt in &each.tree.body {
            let ast::Stmt::Expr(expr) = stmt else {
                continue;
            };
            let ast::Expr::Call(call) = &*expr.value else {
                continue;
            };
            let ast::Expr::Attribute(attribute) = &*call.func else {
                continue;
            };
            if attribute.attr.as_str() == "include_router"
                && let (Some(outer), Some(inner)) = (
                    owner(tables, module, &attribute.value),
                    call.arguments
                        .args
                        .first()
                        .and_then(|each| owner(tables, module, each)),
                )
            {
                included.push((outer, inner, keyword_text(call, "prefix")));
            }
        }
    }
    let mut full = own.clone();
    // Routers inside routers: a few rounds reach any sensible depth.
    for _ in 0..8 {
        for (outer, inner, prefix) in &included {
            let joined = match (
                full.get(outer).cloned().flatten(),
                prefix,
                own.get(inner).cloned().flatten(),
            ) {
                (Some(outer), Some(prefix), Some(inner)) => Some(format!("{outer}{prefix}{inner}")),
                _ => None,
            };
            full.insert(inner.clone(), joined);
        }
    }
    full
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
    let methods = if method == "route" {
        match &call.arguments.find_keyword("methods")?.value {
            ast::Expr::List(list) => list
                .elts
                .iter()
                .filter_map(|each| match each {
                    ast::Expr::StringLiteral(text) => Some(text.value.to_str().to_uppercase()),
                    _ => None,
                })
                .collect(),
            _ => return None,
        }
    } else {
        vec![method.to_uppercase()]
    };
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

fn duplicates(app: &App, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<(String, String), Span> = BTreeMap::new();
    for route in &app.routes {
        if route.path.starts_with('…') {
            continue;
        }
        // Parameters' names do not tell routes apart.
        let shape: String = route
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { "/{}" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        for method in &route.methods {
            match seen.get(&(method.clone(), shape.clone())) {
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
                    seen.insert((method.clone(), shape.clone()), route.path_span);
                }
            }
        }
    }
}

/// Names in braces, with their byte offset in the path: `{rest:path}` is `rest`.
fn path_parameters(path: &str) -> Vec<(&str, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = path[from..].find('{') {
        let start = from + open + 1;
        let Some(close) = path[start..].find('}') else {
            break;
        };
        let inner = &path[start..start + close];
        found.push((inner.split(':').next().unwrap_or(inner), start));
        from = start + close;
    }
    found
}

fn check_route(
    tables: &Tables,
    module: usize,
    def: &ast::StmtFunctionDef,
    route: &Route,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let file = FileId(module as u32);
    let text = route.path.trim_start_matches('…');
    if !route.path.starts_with('/') && !route.path.starts_with('…') {
        diagnostics.push(
            Diagnostic::new(
                "TB405",
                "a route's path starts with `/`",
                route.path_span,
                "this one does not",
            )
            .help(format!("write `/{text}`")),
        );
    }
    let params: Vec<&ast::Parameter> = def
        .parameters
        .iter_non_variadic_params()
        .map(|each| &each.parameter)
        .collect();
    let named = path_parameters(text);
    let type_of = |param: &ast::Parameter| {
        param
            .annotation
            .as_deref()
            .map_or(Type::Object, |expr| annotation(tables, module, expr))
    };
    // A handler that takes the whole request finds the text in `path_params`.
    let takes_request = params
        .iter()
        .any(|param| type_of(param) == Type::Known(Known::Request));
    let unmatched: Vec<&&ast::Parameter> = params
        .iter()
        .filter(|param| {
            let has_default = def
                .parameters
                .find(&param.name)
                .is_some_and(|each| each.default.is_some());
            !has_default && !named.iter().any(|(name, _)| *name == param.name.as_str())
        })
        .collect();
    // Escapes and prefixes in the literal move things; then the whole literal is marked.
    let literal_length = (route.path_span.end - route.path_span.start) as usize;
    for (name, at) in &named {
        if takes_request
            || def.parameters.kwarg.is_some()
            || params.iter().any(|param| param.name.as_str() == *name)
        {
            continue;
        }
        let mut found = Diagnostic::new(
            "TB402",
            format!(
                "path parameter `{name}` has no matching parameter in `{}`",
                def.name
            ),
            if literal_length == text.len() + 2 {
                let start = route.path_span.start + 1 + *at as u32;
                Span {
                    start,
                    end: start + name.len() as u32,
                    ..route.path_span
                }
            } else {
                route.path_span
            },
            "named in the path",
        );
        if let [only] = unmatched.as_slice() {
            found = found
                .label(span(file, only.name.range), "the only unmatched parameter")
                .help(format!("rename `{}` to `{name}`", only.name));
        } else {
            found = found.label(route.handler_span, "this handler");
        }
        diagnostics.push(found);
    }
    let bodies: Vec<&&ast::Parameter> = params
        .iter()
        .filter(|param| !named.iter().any(|(name, _)| *name == param.name.as_str()))
        .filter(|param| is_body(&type_of(param)) && !is_marked(tables, module, param, def))
        .collect();
    if let [first, second, ..] = bodies.as_slice() {
        diagnostics.push(
            Diagnostic::new(
                "TB403",
                format!("`{}` takes two request bodies", def.name),
                span(file, second.range),
                "and this one",
            )
            .label(
                span(file, first.range),
                "this parameter comes from the body",
            )
            .help("put both into one dataclass"),
        );
    }
    if let ([first, ..], true) = (
        bodies.as_slice(),
        route
            .methods
            .iter()
            .all(|method| method == "GET" || method == "HEAD"),
    ) {
        diagnostics.push(
            Diagnostic::new(
                "TB404",
                format!(
                    "`{}` reads a request body on {}",
                    def.name,
                    route.methods.join(" and ")
                ),
                span(file, first.range),
                "this parameter comes from the body",
            )
            .help("use POST, or take single values from the query"),
        );
    }
}

fn is_body(ty: &Type) -> bool {
    match ty {
        Type::Class(_) | Type::Dict(..) => true,
        Type::List(item) | Type::Set(item) | Type::TupleOf(item) => is_body(item),
        Type::Union(members) => members.iter().any(is_body),
        Type::Known(Known::Request) => false,
        _ => false,
    }
}

/// Whether a parameter says itself where it comes from: `Annotated[T, Query()]` or a default `Query(...)`.
fn is_marked(
    tables: &Tables,
    module: usize,
    param: &ast::Parameter,
    def: &ast::StmtFunctionDef,
) -> bool {
    let marker = |expr: &ast::Expr| match expr {
        ast::Expr::Call(call) => match resolve_expr(&tables.modules, module, &call.func) {
            Some(Symbol::External(name)) => name.starts_with("tayberry."),
            _ => false,
        },
        _ => false,
    };
    let by_default = def
        .parameters
        .find(&param.name)
        .and_then(|each| each.default.as_deref())
        .is_some_and(marker);
    let by_annotation = match param.annotation.as_deref() {
        Some(ast::Expr::Subscript(subscript)) => match &*subscript.slice {
            ast::Expr::Tuple(tuple) => tuple.elts.iter().skip(1).any(marker),
            _ => false,
        },
        Some(ast::Expr::Name(name)) => matches!(
            resolve(&tables.modules, module, &name.id),
            Some(Symbol::Variable)
        ),
        _ => false,
    };
    by_default || by_annotation
}
