//! What the options of apps, routers and routes are given (TB424): a text for `tags`, a lifespan that is called instead of
//! handed over, a module where a router is wanted; and `request` without an annotation (TB425).
//!
//! In: calls of `App`, `Router`, `include_router` and of route decorators. What holds: only literals and names of the program
//! are judged; `status_code` and `methods` have rules of their own.

use rustpython_ast::{self as ast};

use super::Tables;
use super::names::{Symbol, resolve_expr};
use crate::diagnostics::Diagnostic;
use crate::parse::span;
use crate::source::FileId;

/// The fields of `tayberry.limits.Limits`; the first ones are sizes and counts, which are whole numbers.
const WHOLE: &[&str] = &[
    "max_body",
    "max_header",
    "max_uri",
    "pool_threads",
    "pool_queue",
];
const TIMES: &[&str] = &[
    "header_timeout",
    "keep_alive_timeout",
    "body_timeout",
    "write_timeout",
    "handler_timeout",
    "stop_timeout",
];

const AT_IMPORT: &str = "refused when the module is imported";
const AT_START: &str = "refused when the app starts";

/// A handler's parameter `request` that nothing says to be the request (TB425).
pub fn bare_request(
    tables: &Tables,
    module: usize,
    def: &ast::StmtFunctionDef,
    param: &ast::Parameter,
) -> Option<Diagnostic> {
    // Another decorator may fill it, or show other parameters.
    let is_route =
        |each: &ast::Decorator| super::routes::is_route_decorator(tables, module, &each.expression);
    if !def.decorator_list.iter().all(is_route) {
        return None;
    }
    let place = span(FileId(module as u32), &param.name);
    let found = Diagnostic::new(
        "TB425",
        format!("`request` of `{}` has no annotation", def.name),
        place,
        "a value from the query string",
    );
    let imported = is_request(tables, module, "Request");
    Some(if imported {
        found
            .help("write `request: Request`")
            .fix_append(place, ": Request")
    } else {
        found.help("write `request: Request`, with `from tayberry import Request`")
    })
}

/// Whether a name of a module is `tayberry.Request`.
fn is_request(tables: &Tables, module: usize, name: &str) -> bool {
    matches!(super::names::resolve(&tables.modules, module, name),
        Some(Symbol::External(found))
            if matches!(found.as_str(), "tayberry.Request" | "tayberry.request.Request"))
}

/// Where options stand.
struct Place<'a, 'd> {
    tables: &'a Tables,
    module: usize,
    found: &'d mut Vec<Diagnostic>,
}

/// Looks at the options of a call.
pub fn values(
    tables: &Tables,
    module: usize,
    call: &ast::ExprCall,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut place = Place {
        tables,
        module,
        found: diagnostics,
    };
    for keyword in &call.arguments.keywords {
        let Some(name) = &keyword.arg else { continue };
        place.option(name, &keyword.value);
    }
}

/// Looks at what `include_router` is given.
pub fn included(
    tables: &Tables,
    module: usize,
    call: &ast::ExprCall,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let first = call.arguments.args.first();
    let given = first.or(call
        .arguments
        .find_keyword("router")
        .map(|each| &each.value));
    let Some(given) = given else { return };
    let mut place = Place {
        tables,
        module,
        found: diagnostics,
    };
    let what = match place.symbol(given) {
        Some(Symbol::Module(other)) => {
            let router = place.router_of(other);
            let help = match (router, given) {
                (Some(name), ast::Expr::Name(written)) => {
                    Some(format!("write `{}.{name}`", written.id))
                }
                (Some(name), _) => Some(format!("write `{name}` of the module")),
                _ => None,
            };
            place.wrong("a router is wanted, not a module", given, AT_IMPORT, help);
            return;
        }
        Some(Symbol::Function(..)) => "a function",
        Some(Symbol::Class(..)) => "a class",
        _ => match literal(given) {
            Some(kind) => kind,
            None => return,
        },
    };
    place.wrong(
        &format!("a router is wanted, not {what}"),
        given,
        AT_IMPORT,
        None,
    );
}

/// What a literal is, in words.
fn literal(expr: &ast::Expr) -> Option<&'static str> {
    Some(match expr {
        ast::Expr::StringLiteral(_) | ast::Expr::FString(_) => "a str",
        ast::Expr::BytesLiteral(_) => "bytes",
        ast::Expr::BooleanLiteral(_) => "a bool",
        ast::Expr::NoneLiteral(_) => "None",
        ast::Expr::NumberLiteral(number) if number.value.is_int() => "an int",
        ast::Expr::NumberLiteral(_) => "a float",
        ast::Expr::List(_) | ast::Expr::ListComp(_) => "a list",
        ast::Expr::Tuple(_) => "a tuple",
        ast::Expr::Set(_) | ast::Expr::SetComp(_) => "a set",
        ast::Expr::Dict(_) | ast::Expr::DictComp(_) => "a dict",
        ast::Expr::Lambda(_) => "a function",
        _ => return None,
    })
}

impl<'a> Place<'a, '_> {
    fn symbol(&self, expr: &ast::Expr) -> Option<Symbol> {
        resolve_expr(&self.tables.modules, self.module, expr)
    }

    fn wrong(&mut self, message: &str, place: &ast::Expr, label: &str, help: Option<String>) {
        let file = FileId(self.module as u32);
        let mut found = Diagnostic::new("TB424", message, span(file, place), label);
        found.help = help;
        self.found.push(found);
    }

    /// The name of the only router that a module makes.
    fn router_of(&self, module: usize) -> Option<&'a str> {
        let names = self.tables.modules[module].names.keys();
        let mut routers = names.filter(|name| {
            let owner = super::routes::Owner {
                module,
                name: (*name).clone(),
            };
            super::routes::constructor(self.tables, &owner).is_some()
        });
        let first = routers.next()?;
        routers.next().is_none().then_some(first.as_str())
    }

    fn option(&mut self, name: &str, value: &ast::Expr) {
        let kind = literal(value);
        let not_one_of = |kinds: &[&str]| kind.filter(|kind| !kinds.contains(kind));
        match name {
            "tags" => self.tags(value),
            "title" | "version" | "prefix" => {
                if let Some(kind) = not_one_of(&["a str"]) {
                    let label = if name == "prefix" {
                        AT_IMPORT
                    } else {
                        "not a text"
                    };
                    self.wrong(
                        &format!("`{name}` is a str, not {kind}"),
                        value,
                        label,
                        None,
                    );
                }
            }
            "name" | "summary" => {
                if let Some(kind) = not_one_of(&["a str", "None"]) {
                    let message = format!("`{name}` is a str, not {kind}");
                    self.wrong(&message, value, "not a text", None);
                }
            }
            "debug" | "deprecated" => {
                if let Some(kind) = not_one_of(&["a bool"]) {
                    let label = if name == "debug" {
                        AT_START
                    } else {
                        "not a bool"
                    };
                    self.wrong(
                        &format!("`{name}` is a bool, not {kind}"),
                        value,
                        label,
                        None,
                    );
                }
            }
            "blocking" => {
                if let Some(kind) = not_one_of(&["a bool", "None"]) {
                    let message = format!("`blocking` is a bool or None, not {kind}");
                    self.wrong(&message, value, "not a bool", None);
                }
            }
            "trailing_slash" => self.trailing_slash(value),
            "limits" => self.limits(value),
            "lifespan" => self.lifespan(value),
            _ => {}
        }
    }

    fn tags(&mut self, value: &ast::Expr) {
        match (literal(value), value) {
            (Some("a str"), _) => {
                let file = FileId(self.module as u32);
                let place = span(file, value);
                self.found.push(
                    Diagnostic::new(
                        "TB424",
                        "`tags` is a list of texts, not a str",
                        place,
                        "each letter would be a tag",
                    )
                    .help("write it in brackets: `[…]`")
                    .fix_insert(place, "[")
                    .fix_append(place, "]"),
                );
            }
            (_, ast::Expr::List(ast::ExprList { elts, .. }))
            | (_, ast::Expr::Tuple(ast::ExprTuple { elts, .. })) => {
                for each in elts {
                    if let Some(kind) = literal(each).filter(|kind| *kind != "a str") {
                        let message = format!("a tag is a str, not {kind}");
                        self.wrong(&message, each, "not a text", None);
                    }
                }
            }
            (
                Some(kind @ ("an int" | "a float" | "a bool" | "None" | "a function" | "bytes")),
                _,
            ) => {
                let message = format!("`tags` is a list of texts, not {kind}");
                self.wrong(&message, value, AT_IMPORT, None);
            }
            _ => {}
        }
    }

    fn trailing_slash(&mut self, value: &ast::Expr) {
        let wrong = match value {
            ast::Expr::StringLiteral(text) => {
                !["strict", "redirect", "ignore"].contains(&text.value.to_str())
            }
            other => literal(other).is_some_and(|kind| kind != "a str"),
        };
        if wrong {
            let message = "`trailing_slash` is \"strict\", \"redirect\" or \"ignore\"";
            self.wrong(message, value, AT_IMPORT, None);
        }
    }

    fn limits(&mut self, value: &ast::Expr) {
        if let Some(kind) = literal(value).filter(|kind| *kind != "None") {
            let help = "write `Limits(…)`, from `tayberry`".to_owned();
            let message = format!("`limits` is a `Limits`, not {kind}");
            self.wrong(&message, value, AT_START, Some(help));
            return;
        }
        let ast::Expr::Call(call) = value else { return };
        match self.symbol(&call.func) {
            Some(Symbol::External(name))
                if matches!(name.as_str(), "tayberry.Limits" | "tayberry.limits.Limits") => {}
            _ => return,
        }
        if let Some(first) = call
            .arguments
            .args
            .first()
            .filter(|each| !each.is_starred_expr())
        {
            let help = format!("there are {}, {}", WHOLE.join(", "), TIMES.join(", "));
            self.wrong("limits are given by name", first, AT_IMPORT, Some(help));
        }
        for keyword in &call.arguments.keywords {
            let Some(name) = &keyword.arg else { continue };
            let whole = WHOLE.contains(&name.as_str());
            if !whole && !TIMES.contains(&name.as_str()) {
                let close = WHOLE
                    .iter()
                    .chain(TIMES)
                    .map(|each| (strsim::damerau_levenshtein(each, name), each))
                    .filter(|(distance, _)| *distance <= 1 + name.len() / 4)
                    .min();
                let help = match close {
                    Some((_, close)) => format!("did you mean `{close}`?"),
                    None => format!("there are {}, {}", WHOLE.join(", "), TIMES.join(", ")),
                };
                let message = format!("there is no limit `{name}`");
                self.wrong(&message, &keyword.value, AT_IMPORT, Some(help));
                continue;
            }
            let fits = if whole {
                &["an int"][..]
            } else {
                &["an int", "a float"]
            };
            let kind = literal(&keyword.value);
            if let Some(kind) = kind.filter(|kind| !fits.contains(kind)) {
                let wanted = if whole {
                    "an int"
                } else {
                    "a number of seconds"
                };
                let message = format!("`{name}` is {wanted}, not {kind}");
                self.wrong(&message, &keyword.value, "refused", None);
            } else if matches!(&keyword.value, ast::Expr::UnaryOp(each) if each.op == ast::UnaryOp::USub && each.operand.is_number_literal_expr())
            {
                let message = format!("`{name}` must not be negative");
                self.wrong(&message, &keyword.value, AT_IMPORT, None);
            }
        }
    }

    fn lifespan(&mut self, value: &ast::Expr) {
        if let Some(kind) = literal(value) {
            if !matches!(kind, "None" | "a function") {
                let message = format!("`lifespan` is a function of the app, not {kind}");
                self.wrong(&message, value, AT_START, None);
            }
            return;
        }
        let (function, called) = match value {
            ast::Expr::Call(call) => (&*call.func, true),
            other => (other, false),
        };
        let Some(Symbol::Function(module, at)) = self.symbol(function) else {
            return;
        };
        let ast::Stmt::FunctionDef(def) = &self.tables.modules[module].tree.body[at] else {
            return;
        };
        let manages = def.decorator_list.iter().any(|each| {
            matches!(resolve_expr(&self.tables.modules, module, &each.expression),
                Some(Symbol::External(name))
                    if matches!(name.as_str(), "contextlib.asynccontextmanager" | "contextlib.contextmanager"))
        });
        let generator = super::suspends::is_generator(def);
        let only = def.decorator_list.len() == usize::from(manages);
        if !only {
            return;
        }
        if called {
            // A plain function may make the lifespan.
            if manages || generator || def.is_async {
                let file = FileId(self.module as u32);
                let whole = span(file, value);
                let written = span(file, function);
                let brackets = crate::source::Span {
                    start: written.end,
                    ..whole
                };
                self.found.push(
                    Diagnostic::new(
                        "TB424",
                        "`lifespan` is the function itself, not what it gives",
                        whole,
                        "called here, without the app",
                    )
                    .help(format!("write `lifespan={}`", def.name))
                    .fix_replace(brackets, ""),
                );
            }
            return;
        }
        if !manages && (generator || def.is_async) {
            let decorator = if def.is_async {
                "asynccontextmanager"
            } else {
                "contextmanager"
            };
            let help = format!("write `@contextlib.{decorator}` above `{}`", def.name);
            let message = format!("`{}` gives no context manager", def.name);
            self.wrong(&message, value, AT_START, Some(help));
            return;
        }
        let parameters = &def.parameters;
        let positional = || parameters.posonlyargs.iter().chain(&parameters.args);
        let required = positional().filter(|each| each.default.is_none()).count();
        let named = parameters
            .kwonlyargs
            .iter()
            .any(|each| each.default.is_none());
        let takes_one =
            (positional().count() >= 1 || parameters.vararg.is_some()) && required <= 1 && !named;
        if !takes_one {
            let message = format!("`{}` is called with the app alone", def.name);
            let help = format!("write `def {}(app: App)`", def.name);
            self.wrong(&message, value, AT_START, Some(help));
        }
    }
}
