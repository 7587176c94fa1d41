//! The texts that a request has for a parameter.

use std::borrow::Cow;

use percent_encoding::percent_decode;
use smallvec::SmallVec;

use super::request::Request;
use super::router::PathValue;
use crate::codec::Source;

/// A text decoded from its percent-encoding.
type Text<'a> = Cow<'a, [u8]>;

/// A request with its parts split once, for the parameters of one route.
pub struct Parts<'a> {
    request: &'a Request,
    path: &'a [PathValue<'a, 'a>],
    query: SmallVec<[(Text<'a>, Text<'a>); 4]>,
    cookies: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Parts<'a> {
    /// Splits the query if `wants_query`, the cookies if `wants_cookies`.
    pub fn new(
        request: &'a Request,
        path: &'a [PathValue<'a, 'a>],
        wants_query: bool,
        wants_cookies: bool,
    ) -> Parts<'a> {
        let mut parts = Parts {
            request,
            path,
            query: SmallVec::new(),
            cookies: Vec::new(),
        };
        if wants_query {
            // Bytes that are not UTF-8 must reach the decoder as they are, to be refused there.
            parts.query = request
                .query()
                .split('&')
                .filter(|each| !each.is_empty())
                .map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (form_decoded(name), form_decoded(value))
                })
                .collect();
        }
        if wants_cookies {
            for line in request.header("cookie") {
                for pair in line.split(|byte| *byte == b';') {
                    if let Some(at) = pair.iter().position(|byte| *byte == b'=') {
                        parts.cookies.push((
                            pair[..at].trim_ascii(),
                            unquoted(pair[at + 1..].trim_ascii()),
                        ));
                    }
                }
            }
        }
        parts
    }

    /// All texts given under a name, in order.
    pub fn texts(&self, source: Source, name: &str) -> SmallVec<[&[u8]; 2]> {
        match source {
            Source::Path => self
                .path
                .iter()
                .filter(|(each, _)| *each == name)
                .map(|(_, value)| &**value)
                .collect(),
            Source::Query => self
                .query
                .iter()
                .filter(|(each, _)| **each == *name.as_bytes())
                .map(|(_, value)| &**value)
                .collect(),
            Source::Header => self.request.header(name).collect(),
            Source::Cookie => self
                .cookies
                .iter()
                .filter(|(each, _)| *each == name.as_bytes())
                .map(|(_, value)| *value)
                .collect(),
            Source::Body => SmallVec::new(),
        }
    }
}

/// `a+b%20c` as a form writes it: `a b c`.
fn form_decoded(text: &str) -> Text<'_> {
    if !text.contains('+') {
        return percent_decode(text.as_bytes()).into();
    }
    let spaced = text.replace('+', " ");
    Cow::Owned(percent_decode(spaced.as_bytes()).collect())
}

fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] => inner,
        _ => value,
    }
}
