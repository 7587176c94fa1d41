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
            parts.query = Pairs(request.query().as_bytes()).collect();
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

/// The pairs of a query, with their names and values decoded.
struct Pairs<'a>(&'a [u8]);

impl<'a> Iterator for Pairs<'a> {
    type Item = (Text<'a>, Text<'a>);

    /// One look at each byte tells where the pair and its name end and whether there is anything to decode.
    fn next(&mut self) -> Option<Self::Item> {
        while let [b'&', rest @ ..] = self.0 {
            self.0 = rest;
        }
        if self.0.is_empty() {
            return None;
        }
        let (mut name, mut is_plain) = (None, [true; 2]);
        let mut end = self.0.len();
        for (at, byte) in self.0.iter().enumerate() {
            match byte {
                b'&' => {
                    end = at;
                    break;
                }
                b'=' if name.is_none() => name = Some(at),
                b'+' | b'%' => is_plain[usize::from(name.is_some())] = false,
                _ => {}
            }
        }
        let name_end = name.unwrap_or(end);
        let value = &self.0[(name_end + 1).min(end)..end];
        let pair = (
            form_decoded(&self.0[..name_end], is_plain[0]),
            form_decoded(value, is_plain[1]),
        );
        self.0 = &self.0[end..];
        Some(pair)
    }
}

/// `a+b%20c` as a form writes it: `a b c`. Bytes that are not UTF-8 must reach the decoder as they are, to be refused there.
fn form_decoded(text: &[u8], is_plain: bool) -> Text<'_> {
    if is_plain {
        return Cow::Borrowed(text);
    }
    if !text.contains(&b'+') {
        return percent_decode(text).into();
    }
    let spaced: Vec<u8> = text
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    Cow::Owned(percent_decode(&spaced).collect())
}

fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] => inner,
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::Pairs;

    fn pairs(query: &str) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Pairs(query.as_bytes())
            .map(|(name, value)| (text(&name), text(&value)))
            .collect()
    }

    #[test]
    fn a_query_is_split_as_forms_are() {
        let two = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(pairs("a=1&b=2"), [two("a", "1"), two("b", "2")]);
        assert_eq!(pairs("&&a=1&&b&"), [two("a", "1"), two("b", "")]);
        assert_eq!(
            pairs("a=b=c&=d&="),
            [two("a", "b=c"), two("", "d"), two("", "")]
        );
        assert_eq!(
            pairs("a%26b=c+d%3d&+=%2B"),
            [two("a&b", "c d="), two(" ", "+")]
        );
        assert_eq!(pairs("a=%&b=%4"), [two("a", "%"), two("b", "%4")]);
        assert_eq!(pairs(""), []);
    }
}
