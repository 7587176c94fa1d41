//! Attributes that apps, routers and requests do not have (TB423), with what there is instead.
//!
//! Looked at are apps and routers bound at module level or by one assignment in a function, and parameters that are declared
//! to be a `Request`. What the program assigns as an attribute anywhere, or asks for with `hasattr()`, may be there.

use rustpython_ast as ast;

use super::names::{Symbol, resolve_expr};
use super::scope::Opened;
use super::{Walk, values};
use crate::check::routes;
use crate::diagnostics::Diagnostic;

const ROUTER: &[&str] = &[
    "delete",
    "entries",
    "get",
    "head",
    "include_router",
    "options",
    "patch",
    "post",
    "prefix",
    "put",
    "route",
    "routes",
    "tags",
];
/// What an app has besides.
const APP: &[&str] = &[
    "application",
    "debug",
    "lifespan",
    "limits",
    "settings",
    "state",
    "title",
    "trailing_slash",
    "version",
];
pub const REQUEST: &[&str] = &[
    "body",
    "client",
    "content_type",
    "cookies",
    "headers",
    "http_version",
    "json",
    "method",
    "path",
    "path_params",
    "query",
    "query_string",
    "target",
    "text",
    "url",
];

/// What an object is, as far as its attributes go.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    App,
    Router,
    Request,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::App => "App",
            Kind::Router => "Router",
            Kind::Request => "Request",
        }
    }

    fn attributes(self) -> impl Iterator<Item = &'static str> {
        let (own, more) = match self {
            Kind::App => (ROUTER, APP),
            Kind::Router => (ROUTER, [].as_slice()),
            Kind::Request => (REQUEST, [].as_slice()),
        };
        own.iter().chain(more).copied()
    }

    /// What to write in the place of an attribute that other frameworks have.
    fn instead(self, name: &str) -> Option<&'static str> {
        Some(match (self, name) {
            (Kind::Request, "query_params" | "args") => "it is `request.query`",
            (Kind::Request, "app") => "import the app where it is needed, or use its name",
            (Kind::Request, "state" | "session") => {
                "hand values on as arguments; what all requests share stands in `app.state`"
            }
            (Kind::Request, "form" | "files") => {
                "read `request.body`, with `urllib.parse.parse_qs` for a form"
            }
            (Kind::Request, "stream" | "data") => {
                "the body is read before the handler runs: `request.body`"
            }
            (Kind::Request, "get_json") => "it is `request.json()`",
            (Kind::Request, "url_for" | "base_url") => {
                "write the path; `request.url` is the address asked for"
            }
            (Kind::Request, _) => return None,
            (_, "middleware" | "add_middleware" | "before_request" | "after_request") => {
                "put a decorator of the program's own on the handlers, or a proxy in front"
            }
            (_, "exception_handler" | "add_exception_handler" | "errorhandler") => {
                "catch the exception in a decorator of the program's own on the handlers"
            }
            (_, "on_event" | "add_event_handler" | "on_startup" | "on_shutdown") => {
                "give `App(lifespan=…)` a context manager"
            }
            (_, "websocket" | "websocket_route" | "add_websocket_route") => {
                "there are no web sockets; a server of its own can stand beside this one"
            }
            (_, "mount") => "include a router, or put a server for the other app or files in front",
            (_, "api_route") => "it is `route`, with `methods=[…]`",
            (_, "add_api_route" | "add_route" | "add_url_rule") => {
                "call the decorator: `app.get(\"/path\")(handler)`"
            }
            (_, "register_blueprint" | "include") => "it is `include_router`",
            (_, "run") => "start it with `tayberry run`",
            (Kind::Router, name) if APP.contains(&name) => "apps have it, routers have not",
            _ => return None,
        })
    }
}

/// Looks at the reading of an attribute.
pub fn read<'a>(walk: &mut Walk<'a, '_>, attribute: &'a ast::ExprAttribute) {
    let name = attribute.attr.as_str();
    if name.starts_with('_')
        || walk.assigned.contains(name)
        || walk.catches(&["AttributeError"])
        || walk.is_dynamic(walk.module)
    {
        return;
    }
    let Some(kind) = owner(walk, &attribute.value).or_else(|| request(walk, &attribute.value))
    else {
        return;
    };
    if kind.attributes().any(|each| each == name) {
        return;
    }
    let help = match (kind.instead(name), walk.closest(name, kind.attributes())) {
        (Some(instead), _) => instead.to_owned(),
        (None, Some(close)) => format!("did you mean `{close}`?"),
        (None, None) => format!(
            "there are {}",
            kind.attributes().collect::<Vec<_>>().join(", ")
        ),
    };
    let found = Diagnostic::new(
        "TB423",
        format!("`{}` has no attribute `{name}`", kind.name()),
        walk.span(&attribute.attr),
        "raises AttributeError",
    );
    walk.report(found.help(help));
}

/// Looks at a function's decorators: `@app.get` without a path.
pub fn decorators<'a>(walk: &mut Walk<'a, '_>, def: &'a ast::StmtFunctionDef) {
    for decorator in &def.decorator_list {
        let ast::Expr::Attribute(attribute) = &decorator.expression else {
            continue;
        };
        let name = attribute.attr.as_str();
        if !routes::route_method(name) {
            continue;
        }
        let Some(kind) = owner(walk, &attribute.value) else {
            continue;
        };
        let place = walk.span(attribute);
        let shown = if kind == Kind::App { "app" } else { "router" };
        walk.report(
            Diagnostic::new(
                "TB405",
                format!("the route of `{}` has no path", def.name),
                place,
                "takes the function for its path",
            )
            .help(format!("write `@{shown}.{name}(\"/{}\")`", def.name)),
        );
    }
}

/// Whether an expression is certainly an app or a router.
fn owner<'a>(walk: &Walk<'a, '_>, expr: &'a ast::Expr) -> Option<Kind> {
    let mut first = expr;
    while let ast::Expr::Attribute(attribute) = first {
        first = &attribute.value;
    }
    let ast::Expr::Name(name) = first else {
        return None;
    };
    if walk.scope_of(&name.id).is_none() {
        let owner = routes::owner(walk.tables, walk.module, expr)?;
        let (_, is_app) = routes::constructor(walk.tables, &owner)?;
        return Some(if is_app { Kind::App } else { Kind::Router });
    }
    // A local that is an attribute's base is not the app itself.
    if !expr.is_name_expr() {
        return None;
    }
    let ast::Expr::Call(call) = values::assigned(walk, &name.id)? else {
        return None;
    };
    match walk.external(&call.func)?.as_str() {
        "tayberry.App" => Some(Kind::App),
        "tayberry.Router" => Some(Kind::Router),
        _ => None,
    }
}

/// Whether an expression is certainly a request.
pub fn is_request(walk: &Walk<'_, '_>, expr: &ast::Expr) -> bool {
    request(walk, expr).is_some()
}

/// Whether an expression is a parameter that is declared to be a request and stays what it is.
fn request(walk: &Walk<'_, '_>, expr: &ast::Expr) -> Option<Kind> {
    let ast::Expr::Name(name) = expr else {
        return None;
    };
    let name = name.id.as_str();
    let at = walk.scope_of(name)?;
    let scope = &walk.scopes[at];
    let Opened::Function(def) = scope.opened else {
        return None;
    };
    if scope.places(name).len() != 1 || scope.asks_for_type(name) {
        return None;
    }
    let claim = def.parameters.find(name)?.parameter.annotation.as_deref()?;
    // What the annotation's name means in the module it has to mean where the function stands.
    if let ast::Expr::Name(class) = claim
        && walk.scopes[..at]
            .iter()
            .any(|outer| outer.names.contains(class.id.as_str()))
    {
        return None;
    }
    match resolve_expr(&walk.tables.modules, walk.module, claim)? {
        Symbol::External(found) if found == "tayberry.Request" => Some(Kind::Request),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// The public attributes that a class of the package has, read from its text: methods, `self.name = …`.
    fn written(text: &'static str, class: &str) -> BTreeSet<&'static str> {
        let opening = format!("\nclass {class}");
        let (_, body) = text.split_once(&opening).expect("the class is there");
        let lines = body.lines().skip(1);
        let inside = lines.take_while(|line| line.is_empty() || line.starts_with("    "));
        inside
            .filter_map(|line| {
                let line = line.strip_prefix("    ")?;
                let method = line
                    .strip_prefix("def ")
                    .or_else(|| line.strip_prefix("async def "));
                let field = line
                    .strip_prefix("    self.")
                    .filter(|rest| rest.contains(" = "));
                let rest = method.or(field)?;
                let name = rest.split(|each: char| !each.is_alphanumeric() && each != '_');
                name.into_iter().next()
            })
            .filter(|name| !name.starts_with('_'))
            .collect()
    }

    #[test]
    fn the_lists_of_attributes_are_those_of_the_package() {
        let app = include_str!("../../../../../python/tayberry/app.py");
        let routing = include_str!("../../../../../python/tayberry/routing.py");
        let request = include_str!("../../../../../python/tayberry/request.py");
        let set = |names: &[&'static str]| names.iter().copied().collect::<BTreeSet<_>>();
        assert_eq!(written(app, "App(Router):"), set(super::APP));
        assert_eq!(written(routing, "Router:"), set(super::ROUTER));
        assert_eq!(written(request, "Request:"), set(super::REQUEST));
    }
}
