//! One request through the server: read it, run its handler where it belongs, and hand the answer to hyper.
//!
//! In: a request of a connection. Out: its response. What holds: inline handlers run right here, suspending ones on this
//! thread's event loop, blocking ones on the pool; whatever a handler or a bug does, there is an answer, and the thread
//! lives on.

use std::cell::Cell;
use std::convert::Infallible;
use std::io::Cursor;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use hyper::body::{Body as _, Incoming};
use hyper::header::{CONNECTION, HeaderValue, RETRY_AFTER};
use pyo3::prelude::*;
use tokio::sync::oneshot;

use super::dispatch::{self, Step};
use super::incoming::{self, Collecting};
use super::request::{Reply, Request, keep_headers};
use super::server::Station;
use super::tasks::{self, Started};
use super::wire::{Phase, Watch, tick};
use crate::codec::Problem;

/// The bytes of a body.
pub type Body = Cursor<Vec<u8>>;

/// The answer to a request: there already, or under way.
///
/// Most requests are answered where they come in, or where the last of their body does, so that nothing is allocated for them.
pub enum Answer<'a> {
    /// There, until it is taken.
    Now(Option<Response<Full<Body>>>),
    /// Due when the body has come.
    Body(Arriving<'a>),
    /// Under way.
    Later(Pin<Box<dyn Future<Output = Response<Full<Body>>> + 'a>>),
}

impl Future for Answer<'_> {
    type Output = Result<Response<Full<Body>>, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = self.get_mut();
        if let Answer::Body(arriving) = answer {
            match arriving.poll(context) {
                Poll::Ready(next) => *answer = next,
                Poll::Pending => return Poll::Pending,
            }
        }
        match answer {
            // A future is not polled again after it was ready.
            Answer::Now(response) => response
                .take()
                .map_or(Poll::Pending, |it| Poll::Ready(Ok(it))),
            Answer::Later(answer) => answer.as_mut().poll(context).map(Ok),
            // A body that has come is followed by one of the others.
            Answer::Body(_) => Poll::Pending,
        }
    }
}

thread_local! {
    /// The memory in which a request waited for its body, for the next one.
    static PLACE: Cell<Option<Place>> = const { Cell::new(None) };
}

/// Where a request waits.
type Place = Box<Option<Request>>;

/// A request in memory of its own.
fn placed(request: Request) -> Place {
    let mut place = PLACE
        .try_with(Cell::take)
        .ok()
        .flatten()
        .unwrap_or_default();
    *place = Some(request);
    place
}

/// A request whose body is coming.
pub struct Arriving<'a> {
    station: &'a Rc<Station>,
    watch: &'a Watch,
    body: Collecting,
    /// The rest of it, until the body is there: apart, as hyper moves what it waits for.
    request: Option<Place>,
    logged: Option<Box<Logged>>,
}

impl<'a> Arriving<'a> {
    /// What follows the body.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Answer<'a>> {
        let limits = &self.station.shared.app().limits;
        let Poll::Ready(collected) = self.body.poll(context, limits) else {
            return Poll::Pending;
        };
        self.watch.enter(Phase::Busy);
        let logged = self.logged.take();
        let mut place = self.request.take();
        let request = place.as_mut().and_then(|it| it.take());
        // A thread that ends keeps nothing.
        let _ = PLACE.try_with(|kept| kept.set(place));
        Poll::Ready(match (collected, request) {
            (Ok(body), Some(mut request)) => {
                request.body = body;
                started(self.station, self.watch, request, logged)
            }
            (Err(problem), _) => Answer::Now(Some(refused(self.watch, problem, logged))),
            // A body ends once.
            (Ok(_), None) => Answer::Now(None),
        })
    }
}

/// What the access log says of a request.
struct Logged {
    begun: Instant,
    peer: SocketAddr,
    method: String,
    path: String,
}

/// Answers a request.
pub fn answer<'a>(
    station: &'a Rc<Station>,
    watch: &'a Watch,
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
) -> Answer<'a> {
    watch.enter(Phase::Busy);
    station.guest.count_request();
    let app = station.shared.app();
    let logged = station.shared.access_log.then(|| {
        Box::new(Logged {
            begun: Instant::now(),
            peer,
            method: request.method().to_string(),
            path: request.uri().to_string(),
        })
    });
    let (head, body) = request.into_parts();
    if let Some(problem) = incoming::refusal(&head, &body, &app.limits) {
        return Answer::Now(Some(refused(watch, problem, logged)));
    }
    let request = Request {
        head,
        body: Bytes::new(),
        client: Some(peer),
    };
    if body.is_end_stream() {
        return started(station, watch, request, logged);
    }
    watch.enter(Phase::Body);
    Answer::Body(Arriving {
        station,
        watch,
        body: Collecting::new(body),
        request: Some(placed(request)),
        logged,
    })
}

/// The answer to a request that is there as a whole. Inlined, so that the request is not moved.
#[inline(always)]
fn started<'a>(
    station: &'a Rc<Station>,
    watch: &'a Watch,
    request: Request,
    logged: Option<Box<Logged>>,
) -> Answer<'a> {
    match begin(station, &request) {
        Guarded::Step(Step::Reply(reply)) | Guarded::Reply(reply) => {
            Answer::Now(Some(response(watch, reply, request, logged)))
        }
        step => Answer::Later(Box::pin(async move {
            let reply = take(station, step).await;
            response(watch, reply, request, logged)
        })),
    }
}

/// Goes as far with a request as this thread can at once.
fn begin(station: &Station, request: &Request) -> Guarded {
    let app = station.shared.app();
    Python::attach(|py| {
        let step = guarded(|| dispatch::begin(py, app, request).into());
        // Handlers that ran inline may have started tasks or timers.
        station.guest.nudge(py);
        step
    })
}

/// Takes a request that has begun to its end.
async fn take(station: &Rc<Station>, step: Guarded) -> Reply {
    let shared = &station.shared;
    let app = shared.app();
    let limit = match app.limits.handler_timeout {
        Duration::ZERO => Duration::from_secs(86_400 * 365),
        limit => limit,
    };
    let timed_out = || Reply::from(Problem::with_detail(503, "the handler took too long"));
    match step {
        Guarded::Step(Step::Reply(reply)) | Guarded::Reply(reply) => reply,
        Guarded::Step(Step::Call(call)) => {
            let (send, reply) = oneshot::channel();
            let inner = Arc::clone(shared);
            let job = Box::new(move |py: Python<'_>| {
                // The request may have been given up.
                let _ = send.send(call.run(py, inner.app()));
            });
            if shared.pool.submit(job).is_err() {
                return Reply::from(Problem::with_detail(503, "too many requests are waiting"))
                    .header(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            let given = tokio::time::timeout(limit, reply).await;
            // The arguments were made on this thread and released on another.
            Python::attach(|py| station.guest.settle(py));
            match given {
                Ok(Ok(reply)) => reply,
                // The job panicked, and was logged.
                Ok(Err(_)) => Problem::new(500).into(),
                Err(_) => timed_out(),
            }
        }
        Guarded::Step(Step::Await(route, coroutine, context)) => {
            let started =
                Python::attach(|py| tasks::start(py, &station.guest, &coroutine, &context));
            let result = match started {
                Started::Ended(result) => result,
                Started::Suspended(mut task) => {
                    match tokio::time::timeout(limit, task.result()).await {
                        Ok(result) => result,
                        Err(_) => {
                            task.cancel();
                            return timed_out();
                        }
                    }
                }
            };
            Python::attach(|py| dispatch::awaited(py, app, &app.routes[route], result))
        }
    }
}

/// What a part of the work gave; a panic in it is a logged bug and a 500, never the end of the thread.
enum Guarded {
    Step(Step),
    Reply(Reply),
}

impl From<Step> for Guarded {
    fn from(step: Step) -> Guarded {
        Guarded::Step(step)
    }
}

fn guarded(work: impl FnOnce() -> Guarded) -> Guarded {
    std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        eprintln!("tayberry: a bug in the runtime ended this request; please report it with the lines above");
        Guarded::Reply(Problem::new(500).into())
    })
}

/// The answer to a request that nobody reads to its end.
fn refused(watch: &Watch, problem: Problem, logged: Option<Box<Logged>>) -> Response<Full<Body>> {
    watch.refuse();
    let reply = Reply::from(problem).header(CONNECTION, HeaderValue::from_static("close"));
    sent(watch, reply, logged)
}

/// The answer to a request that is over.
fn response(
    watch: &Watch,
    reply: Reply,
    request: Request,
    logged: Option<Box<Logged>>,
) -> Response<Full<Body>> {
    keep_headers(request.head.headers);
    sent(watch, reply, logged)
}

fn sent(watch: &Watch, mut reply: Reply, logged: Option<Box<Logged>>) -> Response<Full<Body>> {
    if let Some(logged) = logged {
        let Logged {
            begun,
            peer,
            method,
            path,
        } = *logged;
        tracing::info!(target: "tayberry::access", client = %peer, method, path, status = reply.status.as_u16(), bytes = reply.body.len(), seconds = begun.elapsed().as_secs_f64());
    }
    tick();
    watch.enter(Phase::Answer);
    let headers = reply.take_headers();
    let mut response = Response::new(Full::new(Cursor::new(reply.body)));
    *response.status_mut() = reply.status;
    *response.headers_mut() = headers;
    response
}
