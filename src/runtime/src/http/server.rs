//! Sockets, limits and timeouts: hyper connections on a few single-threaded reactors.
//!
//! The calling thread accepts and hands each connection to the I/O thread with the fewest; a connection never changes
//! thread. Bodies are read whole, up to the limit, before the handler is called, so that a request whose framing is
//! broken is refused whatever its handler would answer. SIGTERM and SIGINT stop accepting and let requests finish.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::header::{ALLOW, CONNECTION, HOST, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode, Version};
use hyper_util::rt::{TokioIo, TokioTimer};
use pyo3::exceptions::{PyOSError, PyRuntimeError};
use pyo3::prelude::*;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::sync::{mpsc, oneshot, watch};

use super::application::Application;
use super::dispatch::{self, Step};
use super::guest::{Guest, parking};
use super::log;
use super::pool::{self, Pool};
use super::request::{Reply, Request};
use super::tasks::{self, Started};
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
    /// Where handlers run that may block.
    pool: Pool,
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
        pool: Pool::new(limits.pool.0, limits.pool.1),
        stop: stopped,
        access_log,
    });
    let mut workers = Vec::new();
    let (ready_send, ready_receive) = std::sync::mpsc::channel();
    for at in 0..threads {
        let (send, receive) = mpsc::unbounded_channel();
        let (shared, load) = (Arc::clone(&shared), Arc::new(AtomicUsize::new(0)));
        let own = Arc::clone(&load);
        let thread = std::thread::Builder::new()
            .name(format!("tayberry-io-{at}"))
            .stack_size(pool::STACK)
            .spawn({
                let ready = ready_send.clone();
                move || io_thread(&shared, receive, &own, &ready)
            })
            .map_err(os_error)?;
        workers.push((send, load, thread));
    }
    drop(ready_send);
    let started = py.detach(move || {
        (0..threads)
            .map(|_| ready_receive.recv())
            .collect::<Vec<_>>()
    });
    for thread in started {
        // A thread that ends without a word has panicked, and said so.
        thread.unwrap_or_else(|_| {
            Err(PyRuntimeError::new_err(
                "an I/O thread could not be started",
            ))
        })?;
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

/// What a connection works with: the thread's event loop, and what all threads share.
struct Station {
    shared: Arc<Shared>,
    guest: Rc<Guest>,
}

fn io_thread(
    shared: &Arc<Shared>,
    connections: mpsc::UnboundedReceiver<Accepted>,
    load: &Arc<AtomicUsize>,
    ready: &std::sync::mpsc::Sender<PyResult<()>>,
) {
    // Attached from here on, but for the times when the reactor is parked.
    Python::attach(|py| {
        let made = Guest::new(py).and_then(|guest| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .on_thread_park(parking::park)
                .on_thread_unpark(parking::unpark)
                .build()
                .map_err(os_error)?;
            Ok((guest, runtime))
        });
        let (guest, runtime) = match made {
            Ok(made) => made,
            Err(error) => {
                let _ = ready.send(Err(error));
                return;
            }
        };
        let _ = ready.send(Ok(()));
        let station = Rc::new(Station {
            shared: Arc::clone(shared),
            guest: Rc::new(guest),
        });
        let local = tokio::task::LocalSet::new();
        local.block_on(&runtime, async {
            let guest = Rc::clone(&station.guest);
            let driver = tokio::task::spawn_local(async move {
                if let Err(error) = guest.drive().await {
                    eprintln!("tayberry: the event loop of an I/O thread ended: {error}");
                }
            });
            serve_connections(&station, connections, load).await;
            driver.abort();
            let _ = driver.await;
        });
        drop(local);
        drop(runtime);
        station.guest.leave(py);
    });
}

/// Serves what is handed over until the server stops, and what is open then to its end.
async fn serve_connections(
    station: &Rc<Station>,
    mut connections: mpsc::UnboundedReceiver<Accepted>,
    load: &Arc<AtomicUsize>,
) {
    let limits = &station.shared.app().limits;
    let mut stop = station.shared.stop.clone();
    let mut open = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = connections.recv() => {
                let Some((stream, peer)) = accepted else { break };
                let (station, load) = (Rc::clone(station), Arc::clone(load));
                open.spawn_local(async move {
                    connection(&station, stream, peer).await;
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
}

async fn connection(station: &Rc<Station>, stream: std::net::TcpStream, peer: SocketAddr) {
    let Ok(stream) = tokio::net::TcpStream::from_std(stream) else {
        return;
    };
    // Small replies must not wait for more.
    let _ = stream.set_nodelay(true);
    let shared = &station.shared;
    let limits = &shared.app().limits;
    let service = hyper::service::service_fn(|request| async move {
        Ok::<_, Infallible>(answer(station, request, peer).await)
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
    station: &Rc<Station>,
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
) -> Response<Full<Bytes>> {
    parking::breathe();
    let shared = &station.shared;
    let begun = Instant::now();
    let (method, path) = match shared.access_log {
        true => (request.method().to_string(), request.uri().to_string()),
        false => (String::new(), String::new()),
    };
    let reply = match read(shared, request, peer).await {
        Ok(request) => run(station, request).await,
        Err((problem, close)) => {
            let reply = Reply::from(problem);
            if close {
                reply.header(CONNECTION, HeaderValue::from_static("close"))
            } else {
                reply
            }
        }
    };
    if shared.access_log {
        tracing::info!(target: "tayberry::access", client = %peer, method, path, status = reply.status.as_u16(), bytes = reply.body.len(), seconds = begun.elapsed().as_secs_f64());
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
    let target = head.uri.path_and_query();
    if target.is_some_and(|target| target.as_str().len() > limits.max_uri) {
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
        head,
        body,
        client: Some(peer),
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

async fn run(station: &Rc<Station>, request: Request) -> Reply {
    let shared = &station.shared;
    let app = shared.app();
    let step = guarded(|| Python::attach(|py| dispatch::begin(py, app, &request)).into());
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
            match tokio::time::timeout(limit, reply).await {
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

fn response(reply: Reply) -> Response<Full<Bytes>> {
    debug_assert!(
        reply.status != StatusCode::METHOD_NOT_ALLOWED || reply.headers.contains_key(ALLOW)
    );
    debug_assert!(reply.headers.get_all(CONNECTION).iter().count() <= 1);
    let mut response = Response::new(Full::new(reply.body));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response
}
