//! Markers of parameters: `Annotated[int, Query(alias="n")]`, `= Header("")`. Which there are, and what they do not take (TB422).

use rustpython_ast as ast;

use super::Tables;
use super::names::{Symbol, resolve_expr};
use crate::diagnostics::Diagnostic;
use crate::parse::span;
use crate::source::{FileId, Span};

/// The source that a marker names, with its call.
pub(super) type Marker<'a> = (String, &'a ast::Expr);

/// The markers of a parameter, by the name of their class.
pub(super) fn of_parameter<'a>(
    tables: &'a Tables,
    module: usize,
    param: &'a ast::Parameter,
    default: Option<&'a ast::Expr>,
) -> Vec<Marker<'a>> {
    let marker = |expr: &'a ast::Expr| {
        let class = match expr {
            ast::Expr::Call(call) => &*call.func,
            other => other,
        };
        match resolve_expr(&tables.modules, module, class)? {
            Symbol::External(name) => {
                let name = name.strip_prefix("tayberry.")?;
                ["Path", "Query", "Header", "Cookie", "Body"]
                    .contains(&name)
                    .then(|| (name.to_owned(), expr))
            }
            _ => None,
        }
    };
    let mut annotated = param.annotation.as_deref();
    // `Limit = Annotated[int, Query()]` elsewhere in the program.
    if let Some(ast::Expr::Name(name)) = annotated
        && let Some((home, value)) = tables.alias(module, &name.id)
        && home == module
    {
        annotated = Some(value);
    }
    let mut found = Vec::new();
    if let Some(ast::Expr::Subscript(subscript)) = annotated
        && let ast::Expr::Tuple(tuple) = &*subscript.slice
    {
        found.extend(tuple.elts.iter().skip(1).filter_map(marker));
    }
    found.extend(default.and_then(marker));
    found
}

/// Looks at the arguments of a parameter's markers.
pub(super) fn arguments(
    module: usize,
    param: &str,
    markers: &[Marker<'_>],
    found: &mut Vec<Diagnostic>,
) {
    let file = FileId(module as u32);
    let refused =
        |what: String, place: Span| Diagnostic::new("TB422", what, place, "the app does not start");
    for (marker, call) in markers {
        let ast::Expr::Call(call) = call else {
            continue;
        };
        if let [_, second, ..] = &*call.arguments.args {
            let what = format!("`{marker}()` takes one argument without a name, the default");
            found.push(
                refused(what, span(file, second))
                    .help("the others have names: `alias=`, `description=`"),
            );
        }
        for keyword in &call.arguments.keywords {
            let Some(name) = &keyword.arg else { continue };
            if !ARGUMENTS.contains(&name.as_str()) {
                let what = format!("`{marker}()` of `{param}` has no argument `{name}`");
                found.push(refused(what, span(file, keyword)).help(instead_of(name, param)));
            }
        }
    }
}

/// What markers take.
const ARGUMENTS: &[&str] = &["default", "alias", "description"];

/// What to do in the place of a marker's argument that there is not.
fn instead_of(argument: &str, param: &str) -> String {
    match argument {
        "ge" | "gt" | "le" | "lt" | "multiple_of" | "min_length" | "max_length" | "pattern"
        | "regex" | "max_digits" | "decimal_places" | "allow_inf_nan" | "strict" => format!(
            "look at `{param}` in the handler and `raise UnprocessableContent(…)`, or declare a type that says it: an `Enum`, a `Literal`"
        ),
        "validation_alias" | "serialization_alias" => "write `alias=`".into(),
        "title" => "write `description=`".into(),
        "convert_underscores" => "write `alias=` with the header's name".into(),
        "default_factory" => "give a `default`, or `None` and make the value in the handler".into(),
        "embed" => "declare a dataclass with this one field".into(),
        "media_type" => "take the `Request` and read its `body`".into(),
        _ => match ARGUMENTS
            .iter()
            .find(|each| strsim::damerau_levenshtein(each, argument) <= 2)
        {
            Some(close) => format!("did you mean `{close}`?"),
            None => "leave it out".into(),
        },
    }
}
