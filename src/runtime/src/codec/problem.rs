//! Problem details (RFC 9457) as this server answers them.
//!
//! In: a status and, for rejected input, the rejections. Out: the status and the bytes of an
//! `application/problem+json` body.

use super::place::Step;
use super::write::{write_integer, write_string};

/// The media type of every problem.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// One rejected value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The machine-readable word: `int_type`.
    pub kind: &'static str,
    /// `path`, `query`, `header`, `cookie` or `body`.
    pub source: &'static str,
    /// The parameter's name on the wire (not for a body), then keys and indices.
    pub place: Vec<Step>,
    /// What is wrong, in words.
    pub message: String,
}

/// An answer that says what is wrong; it knows its own status and body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// What went wrong with this request, if there is more to say than the status.
    pub detail: Option<String>,
    /// The rejected values.
    pub errors: Vec<Entry>,
}

impl Problem {
    /// A problem that its status explains.
    pub fn new(status: u16) -> Problem {
        Problem {
            status,
            detail: None,
            errors: Vec::new(),
        }
    }

    /// A problem with an explanation.
    pub fn with_detail(status: u16, detail: impl Into<String>) -> Problem {
        Problem {
            status,
            detail: Some(detail.into()),
            errors: Vec::new(),
        }
    }

    /// The answer to rejected input; `errors` is not empty.
    pub fn rejected(status: u16, errors: Vec<Entry>) -> Problem {
        // Room for most of them.
        let mut detail = String::with_capacity(128);
        if let Some(first) = errors.first() {
            detail.push_str(first.source);
            detail.push_str(": ");
            if !first.place.is_empty() {
                push_place(&mut detail, &first.place);
                detail.push_str(": ");
            }
            detail.push_str(&first.message);
        }
        if errors.len() > 1 {
            detail.push_str(&format!(" (and {} more)", errors.len() - 1));
        }
        Problem {
            status,
            detail: Some(detail),
            errors,
        }
    }

    /// The answer to a JSON body sent under another media type.
    pub fn unsupported_media_type(given: Option<&str>) -> Problem {
        let given = given.map_or_else(|| "none".to_owned(), |given| format!("`{given}`"));
        Problem::with_detail(
            415,
            format!("expected a body of type `application/json`, got {given}"),
        )
    }

    /// The answer to a body beyond the limit.
    pub fn content_too_large(limit: usize) -> Problem {
        Problem::with_detail(413, format!("the body is larger than {limit} bytes"))
    }

    /// The JSON text.
    pub fn body(&self) -> Vec<u8> {
        let told = self.detail.as_ref().map_or(0, String::len);
        let mut out = Vec::with_capacity(128 + told + 192 * self.errors.len());
        out.extend_from_slice(b"{\"type\":\"about:blank\",\"title\":");
        write_string(&mut out, reason(self.status));
        out.extend_from_slice(b",\"status\":");
        write_integer(&mut out, i64::from(self.status));
        if let Some(detail) = &self.detail {
            out.extend_from_slice(b",\"detail\":");
            write_string(&mut out, detail);
        }
        if !self.errors.is_empty() {
            out.extend_from_slice(b",\"errors\":[");
            for (index, error) in self.errors.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_entry(&mut out, error);
            }
            out.push(b']');
        }
        out.push(b'}');
        out
    }
}

fn write_entry(out: &mut Vec<u8>, error: &Entry) {
    out.extend_from_slice(b"{\"type\":");
    write_string(out, error.kind);
    out.extend_from_slice(b",\"loc\":[");
    write_string(out, error.source);
    for step in &error.place {
        out.push(b',');
        match step {
            Step::Key(key) => write_string(out, key),
            Step::Index(index) => write_integer(out, *index as i64),
        }
    }
    out.extend_from_slice(b"],\"msg\":");
    write_string(out, &error.message);
    out.push(b'}');
}

/// Appends a place as people write it: `lines[2].qty`.
pub fn push_place(text: &mut String, place: &[Step]) {
    for (position, step) in place.iter().enumerate() {
        match step {
            Step::Key(key) => {
                if position > 0 {
                    text.push('.');
                }
                text.push_str(key);
            }
            Step::Index(index) => {
                text.push('[');
                text.push_str(itoa::Buffer::new().format(*index));
                text.push(']');
            }
        }
    }
}

/// Whether a `content-type` says JSON: `application/json` or anything ending in `+json`, parameters aside.
pub fn is_json(content_type: &[u8]) -> bool {
    let essence = content_type
        .split(|byte| *byte == b';')
        .next()
        .unwrap_or_default()
        .trim_ascii();
    essence.eq_ignore_ascii_case(b"application/json")
        || (essence.len() > 5
            && essence.contains(&b'/')
            && essence[essence.len() - 5..].eq_ignore_ascii_case(b"+json"))
}

/// The reason phrase of a status (RFC 9110 and its registry, as `http.HTTPStatus` has them).
pub fn reason(status: u16) -> &'static str {
    match status {
        203 => "Non-Authoritative Information",
        413 => "Content Too Large",
        418 => "I'm a Teapot",
        422 => "Unprocessable Content",
        other => http::StatusCode::from_u16(other)
            .ok()
            .and_then(|known| known.canonical_reason())
            .unwrap_or("Unknown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejected_input_names_the_first_place_and_counts_the_others() {
        let entry = |place: Vec<Step>| Entry {
            kind: "int_type",
            source: "body",
            place,
            message: "expected an integer, got a string".into(),
        };
        let lines = vec![
            Step::Key("lines".into()),
            Step::Index(2),
            Step::Key("qty".into()),
        ];
        let problem = Problem::rejected(422, vec![entry(lines), entry(vec![])]);
        assert_eq!(
            String::from_utf8(problem.body()).unwrap(),
            concat!(
                r#"{"type":"about:blank","title":"Unprocessable Content","status":422,"#,
                r#""detail":"body: lines[2].qty: expected an integer, got a string (and 1 more)","#,
                r#""errors":[{"type":"int_type","loc":["body","lines",2,"qty"],"msg":"expected an integer, got a string"},"#,
                r#"{"type":"int_type","loc":["body"],"msg":"expected an integer, got a string"}]}"#
            )
        );
    }

    #[test]
    fn json_media_types_are_recognised_with_parameters_and_suffixes() {
        assert!(is_json(b"application/json"));
        assert!(is_json(b"Application/JSON; charset=utf-8"));
        assert!(is_json(b"application/vnd.api+json"));
        assert!(!is_json(b"text/plain"));
        assert!(!is_json(b"+json"));
        assert!(!is_json(b"application/jsonp"));
    }
}
