//! Values that were refused, collected with their places.
//!
//! In: a kind, a place and a message. Out: up to `LIMIT` rejections in input order, or the one that ended the reading
//! of the document, turned into a `Problem`. What holds: nothing is allocated while every value is accepted.

use super::place::{Place, Step, steps};
use super::problem::{Entry, Problem};
use tayberry_abi::Rejection;

/// How many rejections of a request are reported.
pub const LIMIT: usize = 50;

/// Why a decoding function gave no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A rejection was recorded and the value passed over; decoding goes on to find more.
    Invalid,
    /// A rejection was recorded; the document cannot be read further.
    Fatal,
    /// A Python exception is set.
    Raised,
}

impl Failure {
    /// The contract's status code.
    pub fn status(self) -> i32 {
        match self {
            Failure::Invalid => tayberry_abi::INVALID,
            Failure::Fatal => tayberry_abi::FATAL,
            Failure::Raised => tayberry_abi::RAISED,
        }
    }
}

/// A value, or why there is none.
pub type Decoded<T> = Result<T, Failure>;

/// The part of a request a value comes from: the first step of its location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Source {
    Path,
    Query,
    Header,
    Cookie,
    Body,
}

impl Source {
    /// As it stands in locations and details.
    pub fn word(self) -> &'static str {
        match self {
            Source::Path => "path",
            Source::Query => "query",
            Source::Header => "header",
            Source::Cookie => "cookie",
            Source::Body => "body",
        }
    }
}

/// The rejections of one request.
#[derive(Debug, Default)]
pub struct Rejections {
    entries: Vec<Entry>,
    fatal: Option<Box<(u16, Entry)>>,
}

impl Rejections {
    /// Records a rejection at a place of a parameter (`name` is empty for a body).
    ///
    /// # Safety
    /// As `place::steps`.
    pub unsafe fn add(
        &mut self,
        source: Source,
        name: &str,
        place: *const Place,
        kind: Rejection,
        message: String,
    ) {
        if self.entries.len() < LIMIT {
            // SAFETY: by this function's contract.
            let place = unsafe { steps(named(name), place) };
            self.entries.push(entry(source, place, kind, message));
        }
    }

    /// Records what ends the reading of a document; the first such replaces all other rejections.
    pub fn end(
        &mut self,
        status: u16,
        source: Source,
        name: &str,
        kind: Rejection,
        message: String,
    ) {
        if self.fatal.is_none() {
            self.fatal = Some(Box::new((
                status,
                entry(source, Vec::from_iter(named(name)), kind, message),
            )));
        }
    }

    /// How many are recorded, not counting the one that ended the reading.
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// Forgets all but the first `count`.
    pub fn truncate(&mut self, count: usize) {
        self.entries.truncate(count);
    }

    /// True if nothing was rejected.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.fatal.is_none()
    }

    /// The answer to the request, if anything was rejected.
    pub fn problem(&mut self) -> Option<Problem> {
        if let Some(fatal) = self.fatal.take() {
            let (status, entry) = *fatal;
            return Some(Problem::rejected(status, vec![entry]));
        }
        if self.entries.is_empty() {
            return None;
        }
        Some(Problem::rejected(422, std::mem::take(&mut self.entries)))
    }
}

/// The step of a parameter's name; a body has none.
fn named(name: &str) -> Option<Step> {
    (!name.is_empty()).then(|| Step::Key(name.to_owned()))
}

fn entry(source: Source, place: Vec<Step>, kind: Rejection, message: String) -> Entry {
    Entry {
        kind: kind.word(),
        source: source.word(),
        place,
        message,
    }
}
