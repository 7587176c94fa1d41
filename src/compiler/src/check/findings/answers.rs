//! Calls of the package's exceptions and responses: arguments that they do not have (TB302) or want (TB301), of another type
//! (TB303), and statuses that they refuse (TB413).

use rustpython_ast::{self as ast};
use rustpython_text_size::Ranged;

use super::Walk;
use crate::diagnostics::Diagnostic;

/// What a class of the package is called with.
struct Signature {
    parameters: &'static [&'static str],
    required: usize,
    /// The statuses that it takes.
    statuses: (i64, i64),
}

const NAMED: &[&str] = &[
    "BadRequest",
    "Conflict",
    "ContentTooLarge",
    "Forbidden",
    "Gone",
    "InternalServerError",
    "MethodNotAllowed",
    "NotAcceptable",
    "NotFound",
    "PreconditionFailed",
    "ServiceUnavailable",
    "TooManyRequests",
    "Unauthorized",
    "UnprocessableContent",
    "UnsupportedMediaType",
];

fn signature(name: &str) -> Option<Signature> {
    let (parameters, required, statuses): (&[&str], usize, (i64, i64)) = match name {
        "HTTPException" => (&["status_code", "detail", "headers"], 1, (400, 599)),
        "Response" | "JSONResponse" | "HTMLResponse" | "PlainTextResponse" => (
            &["content", "status_code", "headers", "media_type"],
            0,
            (200, 599),
        ),
        "RedirectResponse" => (&["url", "status_code", "headers"], 1, (301, 308)),
        name if NAMED.contains(&name) => (&["detail", "headers"], 0, (0, 0)),
        _ => return None,
    };
    Some(Signature {
        parameters,
        required,
        statuses,
    })
}

/// The exception or response of the package that an external name is.
pub fn class_of(external: &str) -> Option<&str> {
    let name = external.strip_prefix("tayberry.")?;
    let name = name
        .strip_prefix("exceptions.")
        .or_else(|| name.strip_prefix("responses."))
        .unwrap_or(name);
    signature(name).map(|_| name)
}

/// Whether an external name is one of the package's exceptions.
pub fn is_exception(external: &str) -> bool {
    class_of(external).is_some_and(|name| name == "HTTPException" || NAMED.contains(&name))
}

/// What a parameter is called that other frameworks call so.
fn instead(name: &str) -> Option<&'static str> {
    Some(match name {
        "status" | "code" | "http_status" => "status_code",
        "message" | "msg" | "description" | "reason" | "error" => "detail",
        "body" | "data" | "text" | "json" => "content",
        "content_type" | "mimetype" | "mime_type" => "media_type",
        "location" => "url",
        _ => return None,
    })
}

/// Looks at a call.
pub fn call<'a>(walk: &mut Walk<'a, '_>, call: &'a ast::ExprCall) {
    let Some(external) = walk.external(&call.func) else {
        return;
    };
    let Some(name) = class_of(&external) else {
        return;
    };
    let Some(signature) = signature(name) else {
        return;
    };
    let arguments = &call.arguments;
    let unpacks = arguments.args.iter().any(ast::Expr::is_starred_expr)
        || arguments.keywords.iter().any(|each| each.arg.is_none());
    if unpacks || walk.catches(&["TypeError", "ValueError"]) {
        return;
    }
    let parameters = signature.parameters;
    if let Some(extra) = arguments.args.get(parameters.len()) {
        let message = format!("`{name}()` takes at most {} arguments", parameters.len());
        walk.report(
            Diagnostic::new("TB302", message, walk.span(extra.range()), "one too many")
                .help(format!("it is called with {}", parameters.join(", "))),
        );
        return;
    }
    let mut given: Vec<(&str, &ast::Expr)> =
        parameters.iter().copied().zip(&arguments.args).collect();
    for keyword in &arguments.keywords {
        let Some(written) = &keyword.arg else {
            continue;
        };
        if let Some(known) = parameters.iter().find(|each| **each == written.as_str()) {
            given.push((known, &keyword.value));
            continue;
        }
        let meant = instead(written).filter(|each| parameters.contains(each));
        let close = meant.or_else(|| walk.closest(written, parameters.iter().copied()));
        let found = Diagnostic::new(
            "TB302",
            format!("`{name}()` has no parameter `{written}`"),
            walk.span(written),
            "raises TypeError",
        );
        walk.report(found.help(match close {
            Some(close) => format!("it is `{close}`"),
            None => format!("it is called with {}", parameters.join(", ")),
        }));
        return;
    }
    for wanted in &parameters[..signature.required] {
        if !given.iter().any(|(each, _)| each == wanted) {
            let message = format!("`{name}()` is called without `{wanted}`");
            walk.report(Diagnostic::new(
                "TB301",
                message,
                walk.span(call),
                "raises TypeError",
            ));
        }
    }
    for (parameter, value) in given {
        let shown = match value {
            ast::Expr::StringLiteral(_) | ast::Expr::FString(_) => "a str",
            ast::Expr::NumberLiteral(_) => "a number",
            _ => continue,
        };
        let place = walk.span(value.range());
        let wrong = |what: &str, help: String| {
            let message = format!("`{parameter}` of `{name}()` is {what}, not {shown}");
            Diagnostic::new("TB303", message, place, "raises an exception").help(help)
        };
        match (parameter, value) {
            ("status_code", ast::Expr::NumberLiteral(number)) => {
                let (least, most) = signature.statuses;
                if let ast::Number::Int(status) = &number.value
                    && !status
                        .as_i64()
                        .is_some_and(|status| (least..=most).contains(&status))
                {
                    let message = format!("`{name}()` has no status {status}");
                    let label = format!("not in {least} to {most}");
                    walk.report(Diagnostic::new("TB413", message, place, label));
                }
            }
            ("status_code", _) => {
                let help = format!("it is called with {}", parameters.join(", "));
                walk.report(wrong("an int", help));
            }
            ("headers", _) => {
                let help = if NAMED.contains(&name) {
                    format!("`{name}` has its status: write `{name}(detail)`")
                } else {
                    format!("it is called with {}", parameters.join(", "))
                };
                walk.report(wrong("a mapping", help));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_signatures_are_those_of_the_package() {
        let exceptions = include_str!("../../../../../python/tayberry/exceptions.py");
        let written: Vec<&str> = exceptions
            .lines()
            .filter_map(|line| line.strip_prefix("class ")?.strip_suffix("(_Named):"))
            .collect();
        let mut sorted = written.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, super::NAMED);
        for line in [
            "self, status_code: int, detail: Any = None, headers: Mapping[str, str] | None = None",
            "def __init__(self, detail: Any = None, headers: Mapping[str, str] | None = None)",
            "if not 400 <= status_code <= 599:",
        ] {
            assert!(exceptions.contains(line), "{line}");
        }
        let responses = include_str!("../../../../../python/tayberry/responses.py");
        for line in [
            "content: Any = b\"\",\n        status_code: int = 200,\n        headers: HeadersLike | None = None,\n        media_type: str | None = None,",
            "def __init__(self, url: str, status_code: int = 307, headers: HeadersLike | None = None)",
            "if not 200 <= status_code <= 599:",
        ] {
            assert!(responses.contains(line), "{line}");
        }
        assert_eq!(responses.matches("def __init__").count(), 2);
    }
}
