//! What the members of a request are: their attributes (TB423), calls of what is no method (TB328) and `await` on what is
//! not asynchronous (TB314).
//!
//! In: expressions whose object is certainly a `Request` (`web::request`). What holds: a member's attributes are all that its
//! class has, so that nothing is said of a text's own methods.

use rustpython_ast::{self as ast};

use super::{Walk, builtin_members, web};
use crate::diagnostics::Diagnostic;
use crate::source::Span;

/// What a member of a request is.
#[derive(Clone, Copy, PartialEq)]
enum Member {
    Text,
    Bytes,
    Mapping,
    Dict,
    Peer,
    Method,
}

impl Member {
    fn of(name: &str) -> Option<Member> {
        Some(match name {
            "method" | "target" | "path" | "query_string" | "url" | "content_type"
            | "http_version" => Member::Text,
            "body" => Member::Bytes,
            "query" | "headers" => Member::Mapping,
            "cookies" | "path_params" => Member::Dict,
            "client" => Member::Peer,
            "json" | "text" => Member::Method,
            _ => return None,
        })
    }

    fn shown(self) -> &'static str {
        match self {
            Member::Text => "a text",
            Member::Bytes => "bytes",
            Member::Mapping => "a mapping",
            Member::Dict => "a dict",
            Member::Peer => "a pair of address and port, or None",
            Member::Method => "a method",
        }
    }

    fn has(self, attribute: &str) -> bool {
        match self {
            Member::Text => builtin_members::of_str().any(|each| each == attribute),
            Member::Bytes => builtin_members::of_bytes().any(|each| each == attribute),
            Member::Mapping => MAPPING.contains(&attribute),
            Member::Dict => builtin_members::DICT.contains(&attribute),
            Member::Peer => ["count", "index"].contains(&attribute),
            Member::Method => false,
        }
    }
}

/// What `multidict.Headers` and `multidict.QueryParams` have.
const MAPPING: &[&str] = &["get", "get_all", "items", "keys", "pairs", "values"];
/// What to write for an attribute that the members of other frameworks' requests have.
fn instead(member: &str, attribute: &str) -> Option<String> {
    Some(match (member, attribute) {
        ("url", "path" | "raw_path") => "it is `request.path`".into(),
        ("url", "query" | "query_params") => "it is `request.query_string`".into(),
        ("url", "hostname" | "netloc" | "host" | "port") => {
            "it is in `request.headers[\"host\"]`".into()
        }
        ("url", _) => "take it apart with `urllib.parse.urlsplit(request.url)`".into(),
        ("client", "host") => "`request.client[0]`, where it is not None".into(),
        ("client", "port") => "`request.client[1]`, where it is not None".into(),
        ("query" | "headers", "getlist" | "getall" | "get_list" | "getlist_all") => {
            format!("it is `request.{member}.get_all`")
        }
        ("query" | "headers", "multi_items" | "raw" | "lists" | "to_dict" | "dict") => {
            format!("`request.{member}.pairs()` has all names with their values")
        }
        ("json" | "text", _) => format!("call it: `request.{member}()`"),
        _ => return None,
    })
}

/// The member of a request that an expression reads.
fn member<'e>(
    walk: &Walk<'_, '_>,
    expr: &'e ast::Expr,
) -> Option<(&'e ast::ExprAttribute, Member)> {
    let ast::Expr::Attribute(attribute) = expr else {
        return None;
    };
    let found = Member::of(attribute.attr.as_str())?;
    (!walk.assigned.contains(attribute.attr.as_str())
        && web::is_request(walk, &attribute.value)
        && !walk.is_dynamic(walk.module))
    .then_some((attribute, found))
}

/// Looks at `request.url.path`.
pub fn attribute<'a>(walk: &mut Walk<'a, '_>, outer: &'a ast::ExprAttribute) {
    let name = outer.attr.as_str();
    if name.starts_with('_') || walk.assigned.contains(name) || walk.catches(&["AttributeError"]) {
        return;
    }
    let Some((of, what)) = member(walk, &outer.value) else {
        return;
    };
    if what.has(name) {
        return;
    }
    let mut found = Diagnostic::new(
        "TB423",
        format!("`Request.{}` has no attribute `{name}`", of.attr),
        walk.span(&outer.attr),
        "raises AttributeError",
    )
    .label(walk.span(&of.attr), format!("this is {}", what.shown()));
    if let Some(instead) = instead(&of.attr, name) {
        found = found.help(instead);
    }
    walk.report(found);
}

/// Looks at `request.json["name"]`.
pub fn subscript<'a>(walk: &mut Walk<'a, '_>, outer: &'a ast::ExprSubscript) {
    if walk.catches(&["TypeError"]) {
        return;
    }
    let Some((of, Member::Method)) = member(walk, &outer.value) else {
        return;
    };
    let place = walk.span(of);
    walk.report(
        Diagnostic::new(
            "TB423",
            format!("`Request.{}` is a method and has no items", of.attr),
            place,
            "raises TypeError",
        )
        .help(format!("call it: `request.{}()`", of.attr))
        .fix_append(place, "()"),
    );
}

/// Looks at `request.body()`.
pub fn call<'a>(walk: &mut Walk<'a, '_>, call: &'a ast::ExprCall) {
    if walk.catches(&["TypeError"]) {
        return;
    }
    let Some((of, what)) = member(walk, &call.func) else {
        return;
    };
    if what == Member::Method {
        return;
    }
    let (place, whole) = (walk.span(of), walk.span(call));
    let mut found = Diagnostic::new(
        "TB328",
        format!(
            "`Request.{}` is {} and cannot be called",
            of.attr,
            what.shown()
        ),
        place,
        "raises TypeError",
    );
    found = match of.attr.as_str() {
        "body" => found.help(
            "the body is read before the handler runs: write `request.body`, without `await`",
        ),
        name => found.help(format!("write `request.{name}`")),
    };
    if call.arguments.is_empty() {
        let brackets = Span {
            start: place.end,
            ..whole
        };
        found = found.fix_replace(brackets, "");
    }
    walk.report(found);
}

/// Looks at `await request.json()`; tells whether this is the member of a request.
pub fn awaited<'a>(walk: &mut Walk<'a, '_>, expr: &'a ast::ExprAwait) -> bool {
    let (value, called) = match &*expr.value {
        ast::Expr::Call(call) => (&*call.func, true),
        other => (other, false),
    };
    let Some((of, what)) = member(walk, value) else {
        return false;
    };
    // The call of what is no method is one finding, which says this too.
    if called && what != Member::Method {
        return true;
    }
    let shown = format!("request.{}{}", of.attr, if called { "()" } else { "" });
    let why = match (what, called) {
        (Member::Method, false) => format!("is a method: write `{shown}()`, without `await`"),
        (Member::Method, true) => format!(
            "is a plain method, as the body is read before the handler runs: write `{shown}`"
        ),
        _ => format!("is {}: write `{shown}`", what.shown()),
    };
    let keyword = walk.span(expr);
    let inner = walk.span(&*expr.value);
    let mut found = Diagnostic::new(
        "TB314",
        format!("`{shown}` cannot be awaited"),
        inner,
        "this is no coroutine",
    )
    .help(format!("it {why}"))
    .fix_remove(keyword.start, inner);
    if what == Member::Method && !called {
        found = found.fix_append(inner, "()");
    }
    walk.report(found);
    true
}

#[cfg(test)]
mod tests {
    use super::Member;

    #[test]
    fn all_members_of_a_request_have_a_kind() {
        for name in super::web::REQUEST {
            assert!(Member::of(name).is_some(), "{name}");
        }
    }

    #[test]
    fn the_mappings_have_the_methods_of_the_package() {
        let text = include_str!("../../../../../python/tayberry/multidict.py");
        for name in ["get_all", "pairs"] {
            assert!(text.contains(&format!("    def {name}(")), "{name}");
        }
        for line in text.lines() {
            if line.starts_with("class MutableHeaders") {
                break;
            }
            if let Some(rest) = line.strip_prefix("    def ")
                && !rest.starts_with('_')
            {
                let name = rest.split('(').next().unwrap_or(rest);
                assert!(super::MAPPING.contains(&name), "{name}");
            }
        }
    }
}
