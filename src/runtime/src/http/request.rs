//! A request and a reply as dispatch sees them: parsed heads and whole bodies, no sockets.
//!
//! Both hold hyper's own values, so that nothing is copied on the way in or out.

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

/// What is answered.
#[derive(Debug, Default)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The `content-type` of a body that the runtime itself has written.
    pub content_type: Option<HeaderValue>,
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
        Reply::written(status, JSON, body)
    }

    fn written(status: StatusCode, content_type: HeaderValue, body: Vec<u8>) -> Reply {
        Reply {
            status,
            content_type: Some(content_type),
            headers: HeaderMap::new(),
            body,
        }
    }

    /// All headers, in `spare` where it has to be a new map: the request's, which nobody reads any more.
    pub fn take_headers(&mut self, mut spare: HeaderMap) -> HeaderMap {
        let headers = std::mem::take(&mut self.headers);
        let Some(content_type) = self.content_type.take() else {
            return headers;
        };
        spare.clear();
        spare.insert(CONTENT_TYPE, content_type);
        spare.extend(headers);
        spare
    }

    /// With one more header.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Reply {
        self.headers.append(name, value);
        self
    }
}

impl From<Problem> for Reply {
    fn from(problem: Problem) -> Reply {
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Reply::written(status, PROBLEM, problem.body())
    }
}

/// Whether a status never has a body.
pub fn has_no_body(status: StatusCode) -> bool {
    status.is_informational()
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::NOT_MODIFIED
}
