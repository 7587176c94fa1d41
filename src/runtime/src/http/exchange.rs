//! One request through the server: read it, run its handler where it belongs, and hand the answer to hyper.
//!
//! In: a request of a connection. Out: its response. What holds: inline handlers run right here, suspending ones on this
//! thread's event loop, blocking ones on the pool; whatever a handler or a bug does, there is an answer, and the thread
//! lives on.

use std::io::Cursor;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::Full;
use hyper::Response;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderMap, HeaderValue, RETRY_AFTER};
use pyo3::prelude::*;
use tokio::sync::oneshot;

use super::dispatch::{self, Step};
use super::guest::parking;
use super::incoming;
use super::request::{Reply, Request};
use super::server::Station;
use super::tasks::{self, Started};
use super::wire::{Phase, Watch};
use crate::codec::Problem;

/// The bytes of a body.
pub type Body = Cursor<Vec<u8>>;

/// Answers a request.
pub async fn answer(
    station: &Rc<Station>,
    watch: &Watch,
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
) -> Response<Full<Body>> {
    watch.enter(Phase::Busy);
    parking::breathe();
    station.guest.count_request();
    let shared = &station.shared;
    let logged = shared.access_log.then(|| {
        (
            Instant::now(),
            request.method().to_string(),
            request.uri().to_string(),
        )
    });
    let (reply, spare) = match incoming::read(request, &shared.app().limits, watch, peer).await {
        Ok(request) => run(station, request).await,
        Err(problem) => {
            watch.refuse();
            let reply = Reply::from(problem).header(CONNECTION, HeaderValue::from_static("close"));
            (reply, HeaderMap::new())
        }
    };
    if let Some((begun, method, path)) = logged {
        tracing::info!(target: "tayberry::access", client = %peer, method, path, status = reply.status.as_u16(), bytes = reply.body.len(), seconds = begun.elapsed().as_secs_f64());
    }
    watch.enter(Phase::Answer);
    response(reply, spare)
}

/// The reply, and the request's headers for the reply's to be put in.
async fn run(station: &Rc<Station>, request: Request) -> (Reply, HeaderMap) {
    let app = station.shared.app();
    let step = guarded(|| Python::attach(|py| dispatch::begin(py, app, &request)).into());
    (take(station, step).await, request.head.headers)
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
    // Handlers that ran inline may have started tasks or timers.
    Python::attach(|py| station.guest.nudge(py));
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

fn response(mut reply: Reply, spare: HeaderMap) -> Response<Full<Body>> {
    let headers = reply.take_headers(spare);
    let mut response = Response::new(Full::new(Cursor::new(reply.body)));
    *response.status_mut() = reply.status;
    *response.headers_mut() = headers;
    response
}
