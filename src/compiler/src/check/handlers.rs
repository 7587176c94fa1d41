//! What is wrong with a route and its handler: the path, the sources of the parameters, their types, the result.
//!
//! In: a route decorator with its function. Out: diagnostics. The same things are refused by `tayberry._binding` when the
//! app starts; here they are seen before, with their places.

use rustpython_ast::{self as ast};
use rustpython_text_size::Ranged;

use super::annotation::annotation;
use super::findings::{answers, values};
use super::markers::{self, Marker};
use super::names::{Symbol, resolve_expr};
use super::suspends::is_generator;
use super::{Tables, forms, options, wire};
use crate::app::{Route, Runs};
use crate::diagnostics::Diagnostic;
use crate::parse::span;
use crate::source::{FileId, Span};
use crate::types::{Known, Type};

/// A placeholder of a path: `{rest:path}` is `rest`, with its byte offset.
struct Placeholder<'t> {
    name: &'t str,
    at: usize,
    takes_rest: bool,
}

/// A parameter of a handler.
struct Param<'a> {
    name: &'a str,
    node: &'a ast::Parameter,
    default: Option<&'a ast::Expr>,
    ty: Type,
    /// The sources that markers name, with the marker's call: `Annotated[int, Query()]`, `= Query(1)`.
    markers: Vec<Marker<'a>>,
}

impl Param<'_> {
    /// The name in the path of a parameter that is marked `Path()`.
    fn marked(&self, source: &str) -> bool {
        self.markers.iter().any(|(name, _)| name == source)
    }

    /// The name in the request, if a marker gives one.
    fn alias(&self) -> Option<&str> {
        self.markers.iter().find_map(|(_, marker)| match marker {
            ast::Expr::Call(call) => match &call.arguments.find_keyword("alias")?.value {
                ast::Expr::StringLiteral(text) => Some(text.value.to_str()),
                _ => None,
            },
            _ => None,
        })
    }
}

struct Check<'a, 'd> {
    tables: &'a Tables,
    module: usize,
    file: FileId,
    def: &'a ast::StmtFunctionDef,
    call: &'a ast::ExprCall,
    route: &'a Route,
    /// The path as far as it is known.
    text: &'a str,
    placeholders: Vec<Placeholder<'a>>,
    params: Vec<Param<'a>>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

/// Looks at one route.
pub fn check(
    tables: &Tables,
    module: usize,
    def: &ast::StmtFunctionDef,
    call: &ast::ExprCall,
    route: &Route,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let text = route.path.trim_start_matches('…');
    let params = def.parameters.iter_non_variadic_params().map(|each| {
        let node = &each.parameter;
        Param {
            name: node.name.as_str(),
            node,
            default: each.default.as_deref(),
            ty: node
                .annotation
                .as_deref()
                .map_or(Type::Object, |expr| annotation(tables, module, expr)),
            markers: markers::of_parameter(tables, module, node, each.default.as_deref()),
        }
    });
    let mut check = Check {
        tables,
        module,
        file: FileId(module as u32),
        def,
        call,
        route,
        text,
        placeholders: placeholders(text),
        params: params.collect(),
        diagnostics,
    };
    check.path();
    check.placeholders_have_parameters();
    check.parameters();
    for param in &check.params {
        markers::arguments(module, param.name, &param.markers, check.diagnostics);
    }
    check.bodies();
    check.options();
    check.result();
    check.cost();
}

fn placeholders(path: &str) -> Vec<Placeholder<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = path[from..].find('{') {
        let start = from + open + 1;
        let Some(close) = path[start..].find('}') else {
            break;
        };
        let inner = &path[start..start + close];
        let (name, kind) = inner.split_once(':').unwrap_or((inner, ""));
        found.push(Placeholder {
            name,
            at: start,
            takes_rest: kind == "path",
        });
        from = start + close;
    }
    found
}

impl<'a> Check<'a, '_> {
    fn report(&mut self, finding: Diagnostic) {
        self.diagnostics.push(finding);
    }

    fn span(&self, node: impl Ranged) -> Span {
        span(self.file, node)
    }

    fn is_in_path(&self, param: &Param<'_>) -> bool {
        if !param.markers.is_empty() && !param.marked("Path") {
            return false;
        }
        let name = param.alias().unwrap_or(param.name);
        self.placeholders.iter().any(|each| each.name == name)
    }

    /// Whether all placeholders are known: the prefix may have some.
    fn knows_prefix(&self) -> bool {
        !self.route.path.starts_with('…')
    }

    /// The place of a part of the path: escapes and prefixes in the literal move things; then the whole literal.
    fn place_in_path(&self, at: usize, length: usize) -> Span {
        let whole = self.route.path_span;
        if (whole.end - whole.start) as usize != self.text.len() + 2 {
            return whole;
        }
        let start = whole.start + 1 + at as u32;
        Span {
            start,
            end: start + length as u32,
            ..whole
        }
    }

    fn path(&mut self) {
        let own = match self.call.arguments.args.first() {
            Some(ast::Expr::StringLiteral(own)) => own.value.to_str(),
            _ => self.text,
        };
        if !own.is_empty() && !own.starts_with('/') {
            let place = self.route.path_span;
            let inside = Span {
                start: place.start + 1,
                end: place.start + 1,
                ..place
            };
            self.report(
                Diagnostic::new(
                    "TB405",
                    "a route's path starts with `/`",
                    place,
                    "this one does not",
                )
                .help(format!("write `/{own}`"))
                .fix_insert(inside, "/"),
            );
        }
        let mut faults: Vec<(String, usize, usize)> = Vec::new();
        let opened = self.text.matches('{').count();
        if opened != self.text.matches('}').count() || opened != self.placeholders.len() {
            faults.push((
                "the braces of the path do not match".into(),
                0,
                self.text.len(),
            ));
        } else {
            for (index, each) in self.placeholders.iter().enumerate() {
                let mut letters = each.name.chars();
                let is_name = letters
                    .next()
                    .is_some_and(|first| first == '_' || first.is_alphabetic())
                    && letters.all(|letter| letter == '_' || letter.is_alphanumeric());
                if !is_name {
                    let message = format!("`{}` is no name of a parameter", each.name);
                    faults.push((message, each.at, each.name.len().max(1)));
                } else if self.placeholders[..index]
                    .iter()
                    .any(|other| other.name == each.name)
                {
                    let message = format!("the path names `{}` twice", each.name);
                    faults.push((message, each.at, each.name.len()));
                } else if each.takes_rest
                    && self.text.len() > each.at + each.name.len() + ":path}".len()
                {
                    let message = format!(
                        "`{}` takes the rest of the path, but something follows",
                        each.name
                    );
                    faults.push((message, each.at, each.name.len()));
                }
            }
        }
        self.other_placeholders();
        for (message, at, length) in faults {
            let place = self.place_in_path(at, length);
            self.report(Diagnostic::new("TB407", message, place, "here"));
        }
    }

    /// `<item_id>` of other frameworks.
    fn other_placeholders(&mut self) {
        let mut found = Vec::new();
        for param in &self.params {
            let name = param.name;
            for (written, meant) in [
                (format!("<{name}>"), format!("{{{name}}}")),
                (format!("<int:{name}>"), format!("{{{name}}}")),
                (format!("<path:{name}>"), format!("{{{name}:path}}")),
            ] {
                if let Some(at) = self.text.find(&written) {
                    let message = format!("`{written}` is no placeholder");
                    let place = self.place_in_path(at, written.len());
                    found.push(
                        Diagnostic::new("TB407", message, place, "taken as it stands")
                            .help(format!("write `{meant}`")),
                    );
                }
            }
        }
        self.diagnostics.extend(found);
    }

    fn placeholders_have_parameters(&mut self) {
        // A handler that takes the whole request finds the text in `path_params`.
        let takes_request = self
            .params
            .iter()
            .any(|param| param.ty == Type::Known(Known::Request));
        if takes_request || self.def.parameters.kwarg.is_some() {
            return;
        }
        let unmatched: Vec<(&str, Span)> = self
            .params
            .iter()
            .filter(|param| param.default.is_none() && !self.is_in_path(param))
            .map(|param| (param.name, self.span(&param.node.name)))
            .collect();
        let mut found = Vec::new();
        for each in &self.placeholders {
            let name = each.name;
            let has_one = self
                .params
                .iter()
                .any(|param| param.alias().unwrap_or(param.name) == name || param.name == name);
            if has_one {
                continue;
            }
            let mut finding = Diagnostic::new(
                "TB402",
                format!(
                    "path parameter `{name}` has no matching parameter in `{}`",
                    self.def.name
                ),
                self.place_in_path(each.at, name.len()),
                "named in the path",
            );
            if let [(only, place)] = unmatched.as_slice() {
                finding = finding
                    .label(*place, "the only unmatched parameter")
                    .help(format!("rename `{only}` to `{name}`"));
            } else {
                finding = finding.label(self.route.handler_span, "this handler");
            }
            found.push(finding);
        }
        self.diagnostics.extend(found);
    }

    fn parameters(&mut self) {
        let mut found = Vec::new();
        let mut forms = Vec::new();
        let shown = &self.def.name;
        for (star, variadic) in [
            ("*", &self.def.parameters.vararg),
            ("**", &self.def.parameters.kwarg),
        ] {
            if let Some(each) = variadic {
                found.push(Diagnostic::new(
                    "TB411",
                    format!(
                        "`{star}{}` of `{shown}` cannot be filled from a request",
                        each.name
                    ),
                    self.span(&each.name),
                    "not a single value",
                ));
            }
        }
        for param in &self.params {
            let name = param.name;
            let plain = param.default.is_none() && param.node.annotation.is_none();
            if name == "request" && plain && !self.is_in_path(param) {
                let found = options::bare_request(self.tables, self.module, self.def, param.node);
                self.diagnostics.extend(found);
            }
            if let [(first, one), (second, other), ..] = param.markers.as_slice() {
                found.push(
                    Diagnostic::new(
                        "TB418",
                        format!("`{first}` and `{second}` both say where `{name}` comes from"),
                        self.span(other),
                        "and this one",
                    )
                    .label(self.span(one), "this marker"),
                );
                continue;
            }
            if param.marked("Path") && self.knows_prefix() && !self.is_in_path(param) {
                let wanted = param.alias().unwrap_or(name);
                found.push(
                    Diagnostic::new(
                        "TB406",
                        format!("`{wanted}` is not in the path"),
                        self.span(&param.node.name),
                        "marked as a part of the path",
                    )
                    .label(self.route.path_span, "this path")
                    .help(format!(
                        "write `{{{wanted}}}` into the path, or leave the marker out"
                    )),
                );
                continue;
            }
            if param.ty == Type::Known(Known::Response) {
                found.push(Diagnostic::new(
                    "TB408",
                    format!("`{name}` is a response, which no request has"),
                    self.span(param.node),
                    "cannot be filled from a request",
                ));
            } else if let Some(fault) = param.node.annotation.as_deref().and_then(|each| {
                let subject = format!("`{name}` cannot be read from a request");
                self.without_form("TB408", each, &subject, "the app does not start")
            }) {
                forms.push(fault.help(
                    "declare what a request can hold: single values, lists and dicts of them, dataclasses",
                ));
            } else if self.is_in_path(param) {
                if !wire::is_scalar(&param.ty) {
                    let place = param
                        .node
                        .annotation
                        .as_deref()
                        .map_or_else(|| self.span(param.node), |each| self.span(each));
                    found.push(Diagnostic::new(
                        "TB410",
                        format!(
                            "the path parameter `{name}` cannot be {}",
                            values::shown(self.tables, &param.ty)
                        ),
                        place,
                        "a part of a path is one text",
                    ));
                } else if let Some(default) = param.default
                    && !param.marked("Path")
                {
                    found.push(Diagnostic::new(
                        "TB420",
                        format!("the default of `{name}` is never used"),
                        self.span(default),
                        "a path always has all its parts",
                    ));
                }
            } else if ["Query", "Header", "Cookie"]
                .iter()
                .any(|each| param.marked(each))
                && !wire::has_text_form(&param.ty)
            {
                found.push(Diagnostic::new(
                    "TB410",
                    format!(
                        "`{name}` cannot be {}, as it comes from a text",
                        values::shown(self.tables, &param.ty)
                    ),
                    self.span(param.node),
                    "only single values and lists of them have a text form",
                ));
            }
        }
        self.diagnostics.extend(found);
        for each in forms {
            self.report_form(each);
        }
    }

    /// A finding about an annotation's type that JSON cannot hold, which may stand in a field of a model.
    fn without_form(
        &self,
        code: &'static str,
        annotation: &ast::Expr,
        subject: &str,
        consequence: &str,
    ) -> Option<Diagnostic> {
        let fault = forms::fault(self.tables, self.module, annotation)?;
        let Some((class, field)) = fault.field else {
            let message = format!("{subject}: {}", fault.what);
            return Some(Diagnostic::new(code, message, fault.place, consequence));
        };
        let message = format!("{subject}: in `{class}.{field}`, {}", fault.what);
        let route = format!(
            "{} {} needs it here",
            self.route.methods.join(" and "),
            self.route.path
        );
        let found = Diagnostic::new(code, message, fault.place, consequence);
        Some(found.label(self.span(annotation), route))
    }

    /// Reports what has no JSON form, unless another route has met it already: the error counts more than the warning.
    fn report_form(&mut self, finding: Diagnostic) {
        let same = |each: &Diagnostic| {
            ["TB408", "TB409"].contains(&each.code) && each.labels[0].0 == finding.labels[0].0
        };
        if let Some(before) = self.diagnostics.iter_mut().find(|each| same(each)) {
            if before.code > finding.code {
                *before = finding;
            }
            return;
        }
        self.report(finding);
    }

    fn bodies(&mut self) {
        let bodies: Vec<Span> = self
            .params
            .iter()
            .filter(|param| !self.is_in_path(param))
            .filter(|param| {
                param.marked("Body")
                    || (param.markers.is_empty()
                        && !self.is_aliased(param)
                        && wire::is_body(&param.ty))
            })
            .map(|param| self.span(param.node))
            .collect();
        let methods = &self.route.methods;
        if let [first, second, ..] = bodies.as_slice() {
            self.report(
                Diagnostic::new(
                    "TB403",
                    format!("`{}` takes two request bodies", self.def.name),
                    *second,
                    "and this one",
                )
                .label(*first, "this parameter comes from the body")
                .help("put both into one dataclass"),
            );
        }
        if let Some(first) = bodies.first()
            && !methods.is_empty()
            && methods
                .iter()
                .all(|method| method == "GET" || method == "HEAD")
        {
            let message = format!(
                "`{}` reads a request body on {}",
                self.def.name,
                methods.join(" and ")
            );
            self.report(
                Diagnostic::new(
                    "TB404",
                    message,
                    *first,
                    "this parameter comes from the body",
                )
                .help("use POST, or take single values from the query"),
            );
        }
    }

    /// Whether the annotation is a name of which a marker may be part.
    fn is_aliased(&self, param: &Param<'_>) -> bool {
        match param.node.annotation.as_deref() {
            Some(ast::Expr::Name(name)) => {
                matches!(
                    super::names::resolve(&self.tables.modules, self.module, &name.id),
                    Some(Symbol::Variable)
                )
            }
            _ => false,
        }
    }

    fn options(&mut self) {
        let keyword = |name: &str| self.call.arguments.find_keyword(name);
        let mut found = Vec::new();
        if let Some(status) = keyword("status_code")
            && let ast::Expr::NumberLiteral(number) = &status.value
            && let ast::Number::Int(value) = &number.value
        {
            match value.as_u16() {
                Some(204 | 304)
                    if !matches!(
                        self.route.returns,
                        Type::None | Type::Object | Type::Known(Known::Response)
                    ) =>
                {
                    let returns = self.def.returns.as_deref().map(|each| self.span(each));
                    let mut finding = Diagnostic::new(
                        "TB412",
                        format!(
                            "a response with status {value} has no body, but `{}` returns one",
                            self.def.name
                        ),
                        self.span(&status.value),
                        "without a body",
                    );
                    if let Some(place) = returns {
                        finding = finding.label(place, "declared here");
                    }
                    found.push(finding.help("return None, or use another status"));
                }
                Some(200..=599) => {}
                _ => found.push(Diagnostic::new(
                    "TB413",
                    format!("{value} is no HTTP status"),
                    self.span(&status.value),
                    "not in 200 to 599",
                )),
            }
        }
        if let Some(status) = keyword("status_code")
            && let ast::Expr::StringLiteral(text) = &status.value
        {
            found.push(
                Diagnostic::new(
                    "TB413",
                    "`status_code` is an int, not a str",
                    self.span(&status.value),
                    "the app does not start",
                )
                .help(format!("write `{}`", text.value.to_str())),
            );
        }
        if let Some(methods) = keyword("methods") {
            let wrong = |what: &str, place: Span| {
                Diagnostic::new("TB414", what, place, "refused when the module is imported")
            };
            match &methods.value {
                ast::Expr::StringLiteral(text) => found.push(
                    wrong("`methods` is a list", self.span(&methods.value))
                        .help(format!("write `[{:?}]`", text.value.to_str()))
                        .fix_insert(self.span(&methods.value), "[")
                        .fix_append(self.span(&methods.value), "]"),
                ),
                ast::Expr::List(list) if list.elts.is_empty() => {
                    found.push(wrong("a route has at least one method", self.span(list)));
                }
                ast::Expr::List(list) => {
                    for each in &list.elts {
                        if let ast::Expr::StringLiteral(text) = each
                            && (text.value.is_empty()
                                || !text
                                    .value
                                    .to_str()
                                    .chars()
                                    .all(|letter| letter.is_ascii_alphabetic() || letter == '-'))
                        {
                            let message = format!("{:?} is no HTTP method", text.value.to_str());
                            found.push(wrong(&message, self.span(each)));
                        }
                    }
                }
                _ => {}
            }
        }
        if let Some(blocking) = keyword("blocking")
            && matches!(&blocking.value, ast::Expr::BooleanLiteral(value) if value.value)
            && self.def.is_async
        {
            found.push(
                Diagnostic::new(
                    "TB415",
                    format!(
                        "`{}` is an `async def`, which runs on the event loop",
                        self.def.name
                    ),
                    self.span(blocking),
                    "only plain functions go to the thread pool",
                )
                .help("write a plain `def`"),
            );
        }
        self.diagnostics.extend(found);
    }

    fn result(&mut self) {
        if is_generator(self.def) {
            let what = if self.def.is_async {
                "an asynchronous generator"
            } else {
                "a generator"
            };
            self.report(
                Diagnostic::new(
                    "TB409",
                    format!(
                        "the result of `{}` cannot be written as JSON: its `yield` makes it {what}",
                        self.def.name
                    ),
                    self.route.handler_span,
                    "answered with status 500",
                )
                .help("return a list of what it would yield"),
            );
            return;
        }
        let subject = format!(
            "the result of `{}` cannot be written as JSON",
            self.def.name
        );
        if let Some(found) =
            self.def.returns.as_deref().and_then(|each| {
                self.without_form("TB409", each, &subject, "answered with status 500")
            })
        {
            self.report_form(
                found.help("return a dataclass, a list or dict, a single value, or a `Response`"),
            );
        }
        self.returned_exceptions();
        for stmt in &self.def.body {
            let ast::Stmt::Return(each) = stmt else {
                continue;
            };
            if let Some(ast::Expr::Call(call)) = each.value.as_deref()
                && matches!(resolve_expr(&self.tables.modules, self.module, &call.func), Some(Symbol::External(name)) if name == "json.dumps")
            {
                let place = self.span(call);
                self.report(
                    Diagnostic::new(
                        "TB416",
                        format!("`{}` writes its result as JSON twice", self.def.name),
                        place,
                        "this text is sent as a JSON string",
                    )
                    .help("return the value itself, or a `Response` with this text"),
                );
            }
        }
    }

    /// `return NotFound("…")`, which is no answer, in the handler's own blocks.
    fn returned_exceptions(&mut self) {
        struct Returned<'a>(Vec<&'a ast::StmtReturn>);
        impl<'a> ast::visitor::Visitor<'a> for Returned<'a> {
            fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
                match stmt {
                    ast::Stmt::Return(each) => self.0.push(each),
                    ast::Stmt::FunctionDef(_) | ast::Stmt::ClassDef(_) => {}
                    _ => ast::visitor::walk_stmt(self, stmt),
                }
            }
        }
        let mut returned = Returned(Vec::new());
        ast::visitor::Visitor::visit_body(&mut returned, &self.def.body);
        for each in returned.0 {
            let Some(ast::Expr::Call(call)) = each.value.as_deref() else {
                continue;
            };
            let symbol = resolve_expr(&self.tables.modules, self.module, &call.func);
            if let Some(Symbol::External(name)) = symbol
                && answers::is_exception(&name)
            {
                let keyword = Span {
                    end: self.span(each).start + "return".len() as u32,
                    ..self.span(each)
                };
                let message = format!(
                    "`{}` returns an exception, which is no answer",
                    self.def.name
                );
                self.report(
                    Diagnostic::new("TB409", message, keyword, "answered with status 500")
                        .help("write `raise`")
                        .fix_replace(keyword, "raise"),
                );
            }
        }
    }

    fn cost(&mut self) {
        let place = self.span(&self.def.name);
        if self.def.returns.is_none() {
            self.report(
                Diagnostic::new(
                    "TB801",
                    format!("`{}` does not say what it returns", self.def.name),
                    place,
                    "its result is looked at part by part for every request",
                )
                .help("annotate the result: `-> dict[str, int]`, `-> Item`, `-> None`"),
            );
        }
        let declared = self.call.arguments.find_keyword("blocking").is_some();
        if self.route.runs == Runs::Pool && self.route.native.is_ok() && !declared {
            self.report(
                Diagnostic::new(
                    "TB802",
                    format!(
                        "`{}` runs on the thread pool: {}",
                        self.def.name, self.route.why
                    ),
                    place,
                    "a change of threads for every request",
                )
                .help("if it never waits long, say so: `blocking=False`"),
            );
        }
    }
}
