//! Sockets, limits and timeouts: hyper connections on a few single-threaded reactors.
//!
//! The calling thread accepts and hands each connection to the I/O thread with the fewest; a connection never changes
//! thread. Bodies are read whole, up to the limit, before the handler is called, so that a request whose framing is
//! broken is refused whatever its handler would answer. SIGTERM and SIGINT stop accepting and let requests finish.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::header::{ALLOW, CONNECTION, HOST, HeaderName, HeaderValue};
use hyper::{Response, StatusCode, Version};
use hyper_util::rt::{TokioIo, TokioTimer};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::sync::{Semaphore, mpsc, watch};

use super::application::Application;
use super::dispatch::{self, Step};
use super::log;
use super::request::{Reply, Request};
use super::tasks;
use crate::codec::Problem;

/// Where to listen.
pub struct Address<'a> {
    /// A name or an address.
    pub host: &'a str,
    /// 0 takes a free one.
    pub port: u16,
}

/// What an I/O thread works with.
struct Shared {
    app: Py<Application>,
    /// Calls that run or wait on the pool.
    pool: Semaphore,
    stop: watch::Receiver<bool>,
    access_log: bool,
}

impl Shared {
    fn app(&self) -> &Application {
        self.app.get()
    }
}

/// Serves until a signal.
pub fn serve(
    app: &Bound<'_, Application>,
    address: &Address<'_>,
    threads: usize,
    access_log: bool,
    ready: Option<Py<PyAny>>,
) -> PyResult<()> {
    if access_log {
        log::install();
    }
    let py = app.py();
    let listener = listen(address).map_err(os_error)?;
    let local = listener.local_addr().map_err(os_error)?;
    let (stop, stopped) = watch::channel(false);
    let limits = app.get().limits.clone();
    let shared = Arc::new(Shared {
        app: app.clone().unbind(),
        pool: Semaphore::new(limits.pool.0 + limits.pool.1),
        stop: stopped,
        access_log,
    });
    let mut workers = Vec::new();
    for at in 0..threads {
        let (send, receive) = mpsc::unbounded_channel();
        let (shared, load) = (Arc::clone(&shared), Arc::new(AtomicUsize::new(0)));
        let own = Arc::clone(&load);
        let thread = std::thread::Builder::new()
            .name(format!("tayberry-io-{at}"))
            .spawn(move || io_thread(&shared, receive, &own))
            .map_err(os_error)?;
        workers.push((send, load, thread));
    }
    if let Some(ready) = ready {
        ready.call1(py, (format!("http://{local}"),))?;
    }
    py.detach(|| -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            use tokio::signal::unix::{SignalKind, signal};
            let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
            let listener = tokio::net::TcpListener::from_std(listener)?;
            loop {
                tokio::select! {
                    accepted = listener.accept() => match accepted {
                        Ok((stream, peer)) => {
                            let least = workers.iter().min_by_key(|(_, load, _)| load.load(Ordering::Relaxed));
                            if let (Some((send, load, _)), Ok(stream)) = (least, stream.into_std()) {
                                load.fetch_add(1, Ordering::Relaxed);
                                // The thread lives as long as this loop.
                                let _ = send.send((stream, peer));
                            }
                        }
                        // Out of descriptors: wait until some connection ends.
                        Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                    },
                    _ = terminate.recv() => break,
                    _ = interrupt.recv() => break,
                }
            }
            drop(listener);
            // The threads hold receivers until they end.
            let _ = stop.send(true);
            // A second signal ends the process at once.
            let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
            let all_done = async {
                while workers.iter().any(|(_, _, thread)| !thread.is_finished()) {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            tokio::select! {
                () = all_done => {}
                _ = terminate.recv() => std::process::exit(130),
                _ = interrupt.recv() => std::process::exit(130),
            }
            Ok(())
        })
    })
    .map_err(os_error)
}

fn os_error(error: std::io::Error) -> PyErr {
    match error.raw_os_error() {
        Some(code) => {
            PyOSError::new_err((code, std::io::Error::from_raw_os_error(code).to_string()))
        }
        None => PyOSError::new_err(error.to_string()),
    }
}

fn listen(address: &Address<'_>) -> std::io::Result<TcpListener> {
    let target = (address.host, address.port)
        .to_socket_addrs()?
        .next()
        .ok_or_else(|| std::io::Error::other(format!("{} has no address", address.host)))?;
    let socket = Socket::new(
        Domain::for_address(target),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_reuse_address(true)?;
    // Several workers of one `tayberry run` listen on the same port.
    if std::env::var_os("TAYBERRY_REUSE_PORT").is_some() {
        socket.set_reuse_port(true)?;
    }
    socket.bind(&target.into())?;
    socket.listen(1024)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

type Accepted = (std::net::TcpStream, SocketAddr);

fn io_thread(
    shared: &Arc<Shared>,
    mut connections: mpsc::UnboundedReceiver<Accepted>,
    load: &Arc<AtomicUsize>,
) {
    let _state = ThreadState::keep();
    let limits = &shared.app().limits;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(limits.pool.0)
        .build();
    let Ok(runtime) = runtime else { return };
    let local = tokio::task::LocalSet::new();
    let mut stop = shared.stop.clone();
    local.block_on(&runtime, async {
        let mut open = tokio::task::JoinSet::new();
        loop {
            tokio::select! {
                accepted = connections.recv() => {
                    let Some((stream, peer)) = accepted else { break };
                    let (shared, load) = (Arc::clone(shared), Arc::clone(load));
                    open.spawn_local(async move {
                        connection(&shared, stream, peer).await;
                        load.fetch_sub(1, Ordering::Relaxed);
                    });
                }
                _ = open.join_next(), if !open.is_empty() => {}
                _ = stop.changed() => break,
            }
        }
        let drained = async { while open.join_next().await.is_some() {} };
        let grace = if limits.stop_timeout.is_zero() {
            Duration::from_secs(3600)
        } else {
            limits.stop_timeout
        };
        // What has not ended by then is cut off.
        let _ = tokio::time::timeout(grace, drained).await;
    });
    runtime.shutdown_timeout(Duration::from_millis(100));
}

/// Keeps this thread's Python thread state alive between requests, so that attaching is cheap.
struct ThreadState(pyo3::ffi::PyGILState_STATE, *mut pyo3::ffi::PyThreadState);

impl ThreadState {
    fn keep() -> ThreadState {
        // SAFETY: the interpreter is initialised: it is what called `serve`. The state is released on this thread, in `drop`.
        unsafe {
            let state = pyo3::ffi::PyGILState_Ensure();
            ThreadState(state, pyo3::ffi::PyEval_SaveThread())
        }
    }
}

impl Drop for ThreadState {
    fn drop(&mut self) {
        // SAFETY: the counterparts of `keep`, on the same thread, in reverse.
        unsafe {
            pyo3::ffi::PyEval_RestoreThread(self.1);
            pyo3::ffi::PyGILState_Release(self.0);
        }
    }
}

async fn connection(shared: &Arc<Shared>, stream: std::net::TcpStream, peer: SocketAddr) {
    let Ok(stream) = tokio::net::TcpStream::from_std(stream) else {
        return;
    };
    // Small replies must not wait for more.
    let _ = stream.set_nodelay(true);
    let limits = &shared.app().limits;
    let service = hyper::service::service_fn(|request| async move {
        Ok::<_, Infallible>(answer(shared, request, peer).await)
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder
        .half_close(true)
        .timer(TokioTimer::new())
        .max_buf_size(limits.max_header.max(8192));
    if !limits.header_timeout.is_zero() {
        builder.header_read_timeout(limits.header_timeout);
    }
    let mut serving = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut stop = shared.stop.clone();
    // A connection that breaks is the client's affair.
    let _ = tokio::select! {
        ended = serving.as_mut() => ended,
        _ = stop.changed() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
}

async fn answer(
    shared: &Arc<Shared>,
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
) -> Response<Full<Bytes>> {
    let begun = Instant::now();
    let (method, path) = match shared.access_log {
        true => (request.method().to_string(), request.uri().to_string()),
        false => (String::new(), String::new()),
    };
    let reply = match read(shared, request, peer).await {
        Ok(request) => run(shared, request).await,
        Err((problem, close)) => {
            let reply = Reply::from(problem);
            if close {
                reply.header("connection", "close")
            } else {
                reply
            }
        }
    };
    if shared.access_log {
        tracing::info!(target: "tayberry::access", client = %peer, method, path, status = reply.status, bytes = reply.body.len(), seconds = begun.elapsed().as_secs_f64());
    }
    response(reply)
}

/// The whole request, or what is wrong with it and whether the connection must be closed.
async fn read(
    shared: &Arc<Shared>,
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
) -> Result<Request, (Problem, bool)> {
    let limits = &shared.app().limits;
    let (head, body) = request.into_parts();
    let mut hosts = head.headers.get_all(HOST).iter();
    let valid = match (hosts.next(), hosts.next()) {
        (Some(host), None) => is_host(host.as_bytes()),
        (None, _) => head.version == Version::HTTP_10,
        (Some(_), Some(_)) => false,
    };
    if !valid {
        return Err((
            Problem::with_detail(400, "the Host header is missing, repeated or malformed"),
            true,
        ));
    }
    let target = head
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str())
        .to_owned();
    if target.len() > limits.max_uri {
        return Err((
            Problem::with_detail(
                414,
                format!("the target is longer than {} bytes", limits.max_uri),
            ),
            true,
        ));
    }
    if body.size_hint().lower() > limits.max_body as u64 {
        return Err((Problem::content_too_large(limits.max_body), true));
    }
    let body = if body.is_end_stream() {
        Bytes::new()
    } else {
        match Limited::new(body, limits.max_body).collect().await {
            Ok(collected) => collected.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                return Err((Problem::content_too_large(limits.max_body), true));
            }
            Err(_) => {
                return Err((
                    Problem::with_detail(400, "the body ends early or its framing is broken"),
                    true,
                ));
            }
        }
    };
    Ok(Request {
        method: head.method.as_str().to_owned(),
        target,
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().as_bytes().to_vec(), value.as_bytes().to_vec()))
            .collect(),
        body: body.to_vec(),
        client: Some((peer.ip().to_string(), peer.port())),
        version: if head.version == Version::HTTP_10 {
            "1.0"
        } else {
            "1.1"
        },
    })
}

/// `example.org`, `127.0.0.1:80`, `[::1]:8000`
fn is_host(host: &[u8]) -> bool {
    let (name, port) = match host.iter().rposition(|byte| *byte == b':') {
        Some(at) if !host.ends_with(b"]") => (&host[..at], &host[at + 1..]),
        _ => (host, &b""[..]),
    };
    let bracketed = name.starts_with(b"[") && name.ends_with(b"]");
    port.iter().all(u8::is_ascii_digit)
        && !name.is_empty()
        && name.iter().all(|byte| {
            byte.is_ascii_alphanumeric()
                || b"-._~%!$&'()*+,;=".contains(byte)
                || (bracketed && b"[]:".contains(byte))
        })
}

async fn run(shared: &Arc<Shared>, request: Request) -> Reply {
    let app = shared.app();
    let step = guarded(|| Python::attach(|py| dispatch::begin(py, app, &request)).into());
    let limit = match app.limits.handler_timeout {
        Duration::ZERO => Duration::from_secs(86_400 * 365),
        limit => limit,
    };
    let timed_out = || Reply::from(Problem::with_detail(503, "the handler took too long"));
    match step {
        Guarded::Step(Step::Reply(reply)) | Guarded::Reply(reply) => reply,
        Guarded::Step(Step::Call(call)) => {
            if shared.pool.available_permits() == 0 {
                return Problem::with_detail(503, "too many requests are waiting").into();
            }
            let inner = Arc::clone(shared);
            let running = tokio::task::spawn_blocking(move || {
                // Held until the call ends, even if the client is gone by then.
                let _place = inner.pool.try_acquire();
                match guarded(|| Guarded::Reply(Python::attach(|py| call.run(py, inner.app())))) {
                    Guarded::Reply(reply) => reply,
                    Guarded::Step(_) => Problem::new(500).into(),
                }
            });
            match tokio::time::timeout(limit, running).await {
                Ok(Ok(reply)) => reply,
                Ok(Err(_)) => Problem::new(500).into(),
                Err(_) => timed_out(),
            }
        }
        Guarded::Step(Step::Await(route, coroutine)) => {
            let task = match Python::attach(|py| {
                tasks::submit(py, &coroutine).map_err(|error| dispatch::raised(py, app, error))
            }) {
                Ok(task) => task,
                Err(reply) => return reply,
            };
            let mut task = task;
            let result = match tokio::time::timeout(limit, &mut task.result).await {
                Ok(Ok(result)) => result,
                Ok(Err(_)) => return Problem::new(500).into(),
                Err(_) => {
                    task.cancel();
                    return timed_out();
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

fn response(reply: Reply) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(reply.body)));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(&name),
            HeaderValue::from_bytes(&value),
        ) {
            headers.append(name, value);
        }
    }
    debug_assert!(reply.status != 405 || headers.contains_key(ALLOW));
    debug_assert!(headers.get_all(CONNECTION).iter().count() <= 1);
    response
}
