//! A request and a reply as dispatch sees them: owned bytes, no sockets.

use crate::codec::Problem;
use crate::codec::problem::CONTENT_TYPE;

/// What a client asked.
#[derive(Debug, Default)]
pub struct Request {
    /// Upper case.
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    /// The whole body.
    pub body: Vec<u8>,
    /// Address and port of the peer, if there is one.
    pub client: Option<(String, u16)>,
    /// `1.1`
    pub version: &'static str,
}

impl Request {
    /// The path as sent.
    pub fn path(&self) -> &str {
        self.target.split(['?', '#']).next().unwrap_or_default()
    }

    /// The query as sent, empty if there is none.
    pub fn query(&self) -> &str {
        self.target
            .split_once('?')
            .map_or("", |(_, query)| query.split('#').next().unwrap_or(query))
    }

    /// All values of a header, by its lower-case name.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> + 'a {
        self.headers
            .iter()
            .filter(move |(each, _)| each == name.as_bytes())
            .map(|(_, value)| value.as_slice())
    }
}

/// What is answered.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Names in lower case; `content-length` and `date` are the server's.
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// JSON with a status; the statuses without a body have none.
    pub fn json(status: u16, body: Vec<u8>) -> Reply {
        if has_no_body(status) {
            return Reply {
                status,
                headers: Vec::new(),
                body: Vec::new(),
            };
        }
        Reply {
            status,
            headers: vec![(b"content-type".to_vec(), b"application/json".to_vec())],
            body,
        }
    }

    /// With one more header.
    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Reply {
        self.headers.push((name.as_bytes().to_vec(), value.into()));
        self
    }
}

impl From<Problem> for Reply {
    fn from(problem: Problem) -> Reply {
        Reply {
            status: problem.status,
            headers: vec![(b"content-type".to_vec(), CONTENT_TYPE.as_bytes().to_vec())],
            body: problem.body(),
        }
    }
}

/// Whether a status never has a body.
pub fn has_no_body(status: u16) -> bool {
    matches!(status, 100..=199 | 204 | 304)
}
