//! A request and a reply as dispatch sees them: parsed heads and whole bodies, no sockets.
//!
//! Both hold hyper's own values, so that nothing is copied on the way in or out.

use std::cell::Cell;
use std::net::SocketAddr;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::{StatusCode, Version};

use crate::codec::Problem;
use crate::codec::problem;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const PROBLEM: HeaderValue = HeaderValue::from_static(problem::CONTENT_TYPE);

/// What a client asked.
#[derive(Debug)]
pub struct Request {
    /// Method, target, headers, version.
    pub head: Parts,
    /// The whole body.
    pub body: Bytes,
    /// The peer, if there is one.
    pub client: Option<SocketAddr>,
}

impl Request {
    /// In upper case.
    pub fn method(&self) -> &str {
        self.head.method.as_str()
    }

    /// Path and query as sent.
    pub fn target(&self) -> &str {
        self.head
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str())
    }

    /// The path as sent.
    pub fn path(&self) -> &str {
        self.head.uri.path()
    }

    /// The query as sent, empty if there is none.
    pub fn query(&self) -> &str {
        self.head.uri.query().unwrap_or_default()
    }

    /// All values of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.head
            .headers
            .get_all(name)
            .into_iter()
            .map(HeaderValue::as_bytes)
    }

    /// `1.1`
    pub fn version(&self) -> &'static str {
        match self.head.version {
            Version::HTTP_10 => "1.0",
            _ => "1.1",
        }
    }
}

/// What the body of a reply is, where the runtime itself has written it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Content {
    /// What the headers say.
    #[default]
    Given,
    /// `application/json`
    Json,
    /// `application/problem+json`
    Problem,
}

/// What is answered.
#[derive(Debug, Default)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// What the body is.
    pub content: Content,
    /// All other headers but `content-length` and `date`, which are the server's.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// A status alone.
    pub fn empty(status: StatusCode) -> Reply {
        Reply {
            status,
            ..Reply::default()
        }
    }

    /// JSON with a status; the statuses without a body have none.
    pub fn json(status: StatusCode, body: Vec<u8>) -> Reply {
        if has_no_body(status) {
            return Reply::empty(status);
        }
        Reply::written(status, Content::Json, body)
    }

    fn written(status: StatusCode, content: Content, body: Vec<u8>) -> Reply {
        Reply {
            status,
            content,
            headers: HeaderMap::new(),
            body,
        }
    }

    /// All headers.
    pub fn take_headers(&mut self) -> HeaderMap {
        let headers = std::mem::take(&mut self.headers);
        let content_type = match std::mem::take(&mut self.content) {
            Content::Given => return headers,
            Content::Json => JSON,
            Content::Problem => PROBLEM,
        };
        let mut all = spare_headers();
        all.insert(CONTENT_TYPE, content_type);
        if !headers.is_empty() {
            all.extend(headers);
        }
        all
    }

    /// With one more header.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Reply {
        self.headers.append(name, value);
        self
    }
}

/// Headers that a kept map has room for at most.
const KEPT: usize = 64;

thread_local! {
    /// The memory of a map that nobody reads any more.
    static SPARE: Cell<HeaderMap> = Cell::new(HeaderMap::new());
}

/// An empty map for a reply's headers, in memory that this thread has kept.
pub fn spare_headers() -> HeaderMap {
    SPARE.try_with(Cell::take).unwrap_or_default()
}

/// Keeps the memory of a map for the next reply: hyper takes a reply's map for the next request of its connection, so that
/// none has to be made.
pub fn keep_headers(mut headers: HeaderMap) {
    if (1..=KEPT).contains(&headers.capacity()) {
        headers.clear();
        // A thread that ends keeps nothing.
        let _ = SPARE.try_with(|spare| spare.set(headers));
    }
}

impl From<Problem> for Reply {
    fn from(problem: Problem) -> Reply {
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Reply::written(status, Content::Problem, problem.body())
    }
}

/// Whether a status never has a body.
pub fn has_no_body(status: StatusCode) -> bool {
    status.is_informational()
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::NOT_MODIFIED
}
