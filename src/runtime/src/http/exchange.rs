//! One request through the server: read it, run its handler where it belongs, and hand the answer to hyper.
//!
//! In: a request of a connection. Out: its response. What holds: inline handlers run right here, suspending ones on this
//! thread's event loop, blocking ones on the pool; whatever a handler or a bug does, there is an answer, and the thread
//! lives on.

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
use super::incoming;
use super::request::{Reply, Request, keep_headers};
use super::server::Station;
use super::tasks::{self, Started};
use super::wire::{Phase, Watch, tick};
use crate::codec::Problem;

/// The bytes of a body.
pub type Body = Cursor<Vec<u8>>;

/// The answer to a request: there already, or under way.
///
/// Most requests are answered where they come in, so that nothing of them is moved about as the state of a future.
pub enum Answer<'a> {
    /// There, until it is taken.
    Now(Option<Response<Full<Body>>>),
    /// Under way.
    Later(Pin<Box<dyn Future<Output = Response<Full<Body>>> + 'a>>),
}

impl Future for Answer<'_> {
    type Output = Result<Response<Full<Body>>, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            // A future is not polled again after it was ready.
            Answer::Now(response) => response
                .take()
                .map_or(Poll::Pending, |it| Poll::Ready(Ok(it))),
            Answer::Later(answer) => answer.as_mut().poll(context).map(Ok),
        }
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
    let logged = station.shared.access_log.then(|| Logged {
        begun: Instant::now(),
        peer,
        method: request.method().to_string(),
        path: request.uri().to_string(),
    });
    let (head, body) = request.into_parts();
    if let Some(problem) = incoming::refusal(&head, &body, &app.limits) {
        return Answer::Now(Some(refused(watch, problem, logged)));
    }
    let mut request = Request {
        head,
        body: Bytes::new(),
        client: Some(peer),
    };
    if body.is_end_stream() {
        return match begin(station, &request) {
            Guarded::Step(Step::Reply(reply)) | Guarded::Reply(reply) => {
                Answer::Now(Some(response(watch, reply, request, logged)))
            }
            step => Answer::Later(Box::pin(async move {
                let reply = take(station, step).await;
                response(watch, reply, request, logged)
            })),
        };
    }
    Answer::Later(Box::pin(async move {
        match incoming::collect(body, &app.limits, watch).await {
            Ok(body) => request.body = body,
            Err(problem) => return refused(watch, problem, logged),
        }
        let step = begin(station, &request);
        let reply = take(station, step).await;
        response(watch, reply, request, logged)
    }))
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
            Python::attach(|py| dispatch::finish(py, app, &app.routes[route], result))
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
fn refused(watch: &Watch, problem: Problem, logged: Option<Logged>) -> Response<Full<Body>> {
    watch.refuse();
    let reply = Reply::from(problem).header(CONNECTION, HeaderValue::from_static("close"));
    sent(watch, reply, logged)
}

/// The answer to a request that is over.
fn response(
    watch: &Watch,
    reply: Reply,
    request: Request,
    logged: Option<Logged>,
) -> Response<Full<Body>> {
    keep_headers(request.head.headers);
    sent(watch, reply, logged)
}

fn sent(watch: &Watch, mut reply: Reply, logged: Option<Logged>) -> Response<Full<Body>> {
    if let Some(Logged {
        begun,
        peer,
        method,
        path,
    }) = logged
    {
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
