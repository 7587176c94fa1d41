//! The texts that a request has for a parameter.

use super::request::Request;
use crate::codec::Source;

/// A request with its parts split once, for the parameters of one route.
pub struct Parts<'a> {
    request: &'a Request,
    path: &'a [(String, Vec<u8>)],
    query: Vec<(Vec<u8>, Vec<u8>)>,
    cookies: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Parts<'a> {
    /// Splits the query if `wants_query`, the cookies if `wants_cookies`.
    pub fn new(
        request: &'a Request,
        path: &'a [(String, Vec<u8>)],
        wants_query: bool,
        wants_cookies: bool,
    ) -> Parts<'a> {
        let mut parts = Parts {
            request,
            path,
            query: Vec::new(),
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
    pub fn texts(&self, source: Source, name: &str) -> Vec<&[u8]> {
        match source {
            Source::Path => self
                .path
                .iter()
                .filter(|(each, _)| each == name)
                .map(|(_, value)| value.as_slice())
                .collect(),
            Source::Query => self
                .query
                .iter()
                .filter(|(each, _)| each == name.as_bytes())
                .map(|(_, value)| value.as_slice())
                .collect(),
            Source::Header => self
                .request
                .headers
                .iter()
                .filter(|(each, _)| each == name.as_bytes())
                .map(|(_, value)| value.as_slice())
                .collect(),
            Source::Cookie => self
                .cookies
                .iter()
                .filter(|(each, _)| *each == name.as_bytes())
                .map(|(_, value)| *value)
                .collect(),
            Source::Body => Vec::new(),
        }
    }
}

/// `a+b%20c` as a form writes it: `a b c`.
fn form_decoded(text: &str) -> Vec<u8> {
    let spaced: Vec<u8> = text
        .bytes()
        .map(|byte| if byte == b'+' { b' ' } else { byte })
        .collect();
    percent_encoding::percent_decode(&spaced).collect()
}

fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] => inner,
        _ => value,
    }
}
