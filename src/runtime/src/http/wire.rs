//! The socket of one connection, and the watch over it: what the connection is doing and since when.
//!
//! In: reads and writes of hyper, and word from `exchange` that a request has come and an answer is ready. Out: bytes,
//! and for `connection` the moment at which the client has been waited for long enough. What holds: a request costs no
//! timer. One timer per connection fires as often as the shortest of its timeouts, looks at the watch, and sleeps on;
//! whatever begins in between is due later than that.

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use smallvec::SmallVec;

use super::application::Limits;

/// Answers of so many bytes, head and body, are written as one piece.
const TOGETHER: usize = 2048;

thread_local! {
    static NOW: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Looks at the clock for all watches of this thread: after it has slept, and after handlers have run.
pub fn tick() -> Instant {
    let now = Instant::now();
    NOW.set(Some(now));
    now
}

/// The time at the last tick, which is as good for timeouts and costs less than a look at the clock.
fn now() -> Instant {
    NOW.get().unwrap_or_else(tick)
}

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing has come yet.
    Fresh,
    /// Waiting for the next request.
    Idle,
    /// A request has begun to come.
    Head,
    /// Its body is coming.
    Body,
    /// The handler has it.
    Busy,
    /// The answer is being sent.
    Answer,
}

/// The watch over one connection.
#[derive(Debug)]
pub struct Watch {
    phase: Cell<Phase>,
    since: Cell<Instant>,
    /// The request was refused before all of it was read.
    is_refused: Cell<bool>,
    /// hyper has refused by itself what is not HTTP, with this status.
    refused_with: Cell<Option<u16>>,
    /// Wakes the connection's task when the server stops.
    pub waker: RefCell<Option<Waker>>,
}

impl Watch {
    /// Over a connection that has just been accepted.
    pub fn new() -> Watch {
        Watch {
            phase: Cell::new(Phase::Fresh),
            since: Cell::new(tick()),
            is_refused: Cell::new(false),
            refused_with: Cell::new(None),
            waker: RefCell::new(None),
        }
    }

    /// What the connection is doing.
    pub fn phase(&self) -> Phase {
        self.phase.get()
    }

    /// From now on, which is the last tick, it does something else.
    pub fn enter(&self, phase: Phase) {
        self.phase.set(phase);
        // No time runs while the handler has the request.
        if phase != Phase::Busy {
            self.since.set(now());
        }
    }

    /// The request is answered without being read to its end, and the connection closed.
    pub fn refuse(&self) {
        self.is_refused.set(true);
    }

    /// Whether the client may still be sending what nobody reads.
    pub fn is_refused(&self) -> bool {
        self.is_refused.get()
    }

    /// The status with which hyper has refused, by itself, what is not HTTP.
    pub fn refused_with(&self) -> Option<u16> {
        self.refused_with.get()
    }

    fn received(&self) {
        match self.phase.get() {
            Phase::Fresh | Phase::Idle => self.enter(Phase::Head),
            Phase::Body => self.since.set(now()),
            Phase::Head | Phase::Busy | Phase::Answer => {}
        }
    }

    fn sent(&self, bytes: &[u8]) {
        match self.phase.get() {
            // hyper refuses by itself what is not HTTP: `HTTP/1.1 431 …`.
            Phase::Head => {
                let status = bytes.get(9..12).and_then(|it| str::from_utf8(it).ok());
                self.refused_with.set(status.and_then(|it| it.parse().ok()));
                self.refuse();
                self.enter(Phase::Answer);
            }
            Phase::Answer => self.since.set(now()),
            Phase::Fresh | Phase::Idle | Phase::Body | Phase::Busy => {}
        }
    }

    fn flushed(&self) {
        if self.phase.get() == Phase::Answer {
            self.phase.set(Phase::Idle);
        }
    }

    /// When the client has been waited for long enough, as things stand.
    fn deadline(&self, limits: &Limits) -> Option<Instant> {
        let patience = match self.phase.get() {
            Phase::Fresh | Phase::Head => limits.header_timeout,
            Phase::Idle => limits.keep_alive_timeout,
            Phase::Body => limits.body_timeout,
            Phase::Answer => limits.write_timeout,
            Phase::Busy => Duration::ZERO,
        };
        match patience.is_zero() {
            true => None,
            false => self.since.get().checked_add(patience),
        }
    }

    /// Ends when the client has been waited for long enough.
    pub async fn expire(&self, limits: &Limits) {
        let shortest = [
            limits.header_timeout,
            limits.keep_alive_timeout,
            limits.body_timeout,
            limits.write_timeout,
        ]
        .into_iter()
        .filter(|each| !each.is_zero())
        .min();
        let Some(shortest) = shortest else {
            return std::future::pending().await;
        };
        loop {
            let now = tick();
            let next = now + shortest;
            let wake = match self.deadline(limits) {
                Some(deadline) if deadline <= now => return,
                Some(deadline) => deadline.min(next),
                None => next,
            };
            tokio::time::sleep_until(wake.into()).await;
        }
    }
}

/// A socket that tells its watch what passes.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    watch: Rc<Watch>,
}

impl Wire {
    /// A watched socket.
    pub fn new(stream: TcpStream, watch: Rc<Watch>) -> Wire {
        Wire { stream, watch }
    }

    /// The socket.
    pub fn into_stream(self) -> TcpStream {
        self.stream
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.watch.received();
        }
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if matches!(written, Poll::Ready(Ok(_))) {
            self.watch.sent(bytes);
        }
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let all: usize = parts.iter().map(|part| part.len()).sum();
        let written = if all <= TOGETHER {
            // One piece costs the system less than two, by more than it costs to put them together.
            let mut together = SmallVec::<[u8; TOGETHER]>::new();
            for part in parts {
                together.extend_from_slice(part);
            }
            Pin::new(&mut self.stream).poll_write(context, &together)
        } else {
            Pin::new(&mut self.stream).poll_write_vectored(context, parts)
        };
        if matches!(written, Poll::Ready(Ok(_))) {
            self.watch.sent(parts.first().map_or(&[], |first| first));
        }
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            self.watch.flushed();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits {
            header_timeout: Duration::from_secs(1),
            keep_alive_timeout: Duration::from_secs(5),
            body_timeout: Duration::from_secs(2),
            write_timeout: Duration::ZERO,
            ..Limits::default()
        }
    }

    #[test]
    fn every_phase_has_its_own_patience() {
        let (watch, limits) = (Watch::new(), limits());
        let patience = |phase| {
            watch.enter(phase);
            watch.deadline(&limits).map(|at| at - watch.since.get())
        };
        assert_eq!(patience(Phase::Fresh), Some(limits.header_timeout));
        assert_eq!(patience(Phase::Head), Some(limits.header_timeout));
        assert_eq!(patience(Phase::Idle), Some(limits.keep_alive_timeout));
        assert_eq!(patience(Phase::Body), Some(limits.body_timeout));
        assert_eq!(patience(Phase::Busy), None);
        assert_eq!(patience(Phase::Answer), None);
    }

    #[test]
    fn more_of_a_header_gives_no_more_time_but_more_of_a_body_does() {
        let watch = Watch::new();
        watch.received();
        assert_eq!(watch.phase(), Phase::Head);
        let begun = watch.since.get();
        std::thread::sleep(Duration::from_millis(2));
        tick();
        watch.received();
        assert_eq!(watch.since.get(), begun);
        watch.enter(Phase::Body);
        let begun = watch.since.get();
        std::thread::sleep(Duration::from_millis(2));
        tick();
        watch.received();
        assert!(watch.since.get() > begun);
    }

    #[test]
    fn an_answer_that_is_out_leaves_the_connection_idle() {
        let watch = Watch::new();
        watch.enter(Phase::Busy);
        watch.flushed();
        assert_eq!(watch.phase(), Phase::Busy, "hyper flushes early, too");
        watch.enter(Phase::Answer);
        watch.sent(b"HTTP/1.1 200 OK");
        watch.flushed();
        assert_eq!(watch.phase(), Phase::Idle);
        assert!(!watch.is_refused());
    }

    #[test]
    fn an_answer_to_half_a_header_is_a_refusal() {
        let watch = Watch::new();
        watch.received();
        watch.sent(b"HTTP/1.1 431 Request Header Fields Too Large");
        assert!(watch.is_refused());
        assert_eq!(watch.refused_with(), Some(431));
    }
}
