//! A request as hyper gives it, read to its end and checked, as the request that dispatch takes.
//!
//! In: hyper's head and body stream. Out: the whole body, or what is wrong with the request. What holds: a body is read whole, up to
//! the limit, before any handler is asked, so that a request whose framing is broken is refused whatever its handler
//! would answer; every refusal here ends the connection, as nobody knows where the next request begins.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Incoming};
use hyper::header::{HOST, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Version};

use super::application::Limits;
use crate::codec::Problem;

/// Why a request is refused on account of its head, if it is.
pub fn refusal(head: &Parts, body: &Incoming, limits: &Limits) -> Option<Problem> {
    if !has_valid_host(&head.headers, head.version) {
        return Some(Problem::with_detail(
            400,
            "the Host header is missing, repeated or malformed",
        ));
    }
    if head.method == Method::CONNECT {
        return Some(Problem::with_detail(501, "this server is no proxy"));
    }
    let target = head.uri.path_and_query();
    if target.is_some_and(|target| target.as_str().len() > limits.max_uri) {
        return Some(Problem::with_detail(
            414,
            format!("the target is longer than {} bytes", limits.max_uri),
        ));
    }
    if body.size_hint().lower() > limits.max_body as u64 {
        return Some(Problem::content_too_large(limits.max_body));
    }
    if !body.is_end_stream() && !is_coding_known(&head.headers) {
        return Some(Problem::with_detail(
            501,
            "the only transfer coding that this server knows is chunked, once",
        ));
    }
    None
}

/// A body that is coming.
pub struct Collecting {
    body: Incoming,
    /// What has come; nearly always one piece, which is not copied.
    first: Bytes,
    all: Vec<u8>,
}

impl Collecting {
    /// Nothing has come yet.
    pub fn new(body: Incoming) -> Collecting {
        Collecting {
            body,
            first: Bytes::new(),
            all: Vec::new(),
        }
    }

    /// The whole body, or why it is refused.
    pub fn poll(
        &mut self,
        context: &mut Context<'_>,
        limits: &Limits,
    ) -> Poll<Result<Bytes, Problem>> {
        loop {
            let piece = match Pin::new(&mut self.body).poll_frame(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => break,
                Poll::Ready(Some(Err(_))) => {
                    let what = "the body ends early or its framing is broken";
                    return Poll::Ready(Err(Problem::with_detail(400, what)));
                }
                // Trailers say nothing to anybody.
                Poll::Ready(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
            };
            let so_far = self.first.len().max(self.all.len());
            if piece.len() > limits.max_body.saturating_sub(so_far) {
                return Poll::Ready(Err(Problem::content_too_large(limits.max_body)));
            }
            if so_far == 0 {
                self.first = piece;
                continue;
            }
            if self.all.is_empty() {
                self.all.reserve(so_far + piece.len());
                self.all.extend_from_slice(&self.first);
            }
            self.all.extend_from_slice(&piece);
        }
        Poll::Ready(Ok(match self.all.is_empty() {
            true => std::mem::take(&mut self.first),
            false => std::mem::take(&mut self.all).into(),
        }))
    }
}

/// hyper takes away the last `chunked` and would hand what is below as it is.
fn is_coding_known(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => true,
        (Some(only), None) => only
            .as_bytes()
            .trim_ascii()
            .eq_ignore_ascii_case(b"chunked"),
        (Some(_), Some(_)) => false,
    }
}

fn has_valid_host(headers: &HeaderMap, version: Version) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => is_host(host.as_bytes()),
        (None, _) => version == Version::HTTP_10,
        (Some(_), Some(_)) => false,
    }
}

/// `example.org`, `127.0.0.1:80`, `[::1]:8000`
fn is_host(host: &[u8]) -> bool {
    let (name, port) = match host {
        [b'[', rest @ ..] => {
            let Some(end) = rest.iter().position(|byte| *byte == b']') else {
                return false;
            };
            let (inner, after) = (&rest[..end], &rest[end + 1..]);
            let is_address = !inner.is_empty()
                && inner
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || b":.%-_~".contains(byte));
            match after {
                [] if is_address => return true,
                [b':', port @ ..] if is_address => (&b"v6"[..], port),
                _ => return false,
            }
        }
        _ => match host.iter().position(|byte| *byte == b':') {
            Some(at) => (&host[..at], &host[at + 1..]),
            None => (host, &b""[..]),
        },
    };
    !name.is_empty()
        && port.len() <= 5
        && port.iter().all(u8::is_ascii_digit)
        && name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::is_host;

    #[test]
    fn names_and_addresses_are_hosts() {
        for host in [
            "a",
            "example.org",
            "example.org:80",
            "127.0.0.1:8000",
            "[::1]",
            "[::1]:80",
            "a:",
        ] {
            assert!(is_host(host.as_bytes()), "{host}");
        }
    }

    #[test]
    fn anything_else_is_none() {
        for host in [
            "", ":80", "a b", "a:b", "a:80:80", "a/b", "user@a", "[::1", "[]", "[::1]x", "[::1]:x",
            "::1", "a:123456", "a#", "a\\",
        ] {
            assert!(!is_host(host.as_bytes()), "{host}");
        }
    }
}
