//! The listener and the I/O threads: connections on a few single-threaded reactors.
//!
//! The calling thread accepts and hands each connection to the I/O thread with the fewest; a connection never changes
//! thread. SIGTERM and SIGINT stop accepting and let requests finish, for as long as the app allows.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pyo3::exceptions::{PyOSError, PyRuntimeError};
use pyo3::prelude::*;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::runtime::{LocalOptions, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};

use super::application::{Application, Limits};
use super::connection::connection;
use super::guest::{Guest, parking};
use super::log;
use super::pool::{self, Pool};
use super::wire::Watch;
use crate::codec::encode;

/// How often the accepting thread, which runs no Python otherwise, lets go of its objects that others used last.
const SETTLING: Duration = Duration::from_secs(5);

/// How long I/O threads may take to close what is cut off.
const CUTTING_OFF: Duration = Duration::from_secs(1);

/// Where to listen.
pub struct Address<'a> {
    /// A name or an address.
    pub host: &'a str,
    /// 0 takes a free one.
    pub port: u16,
}

/// What an I/O thread works with.
pub struct Shared {
    app: Py<Application>,
    /// Where handlers run that may block.
    pub pool: Pool,
    stop: watch::Receiver<bool>,
    /// Every answered request is logged.
    pub access_log: bool,
}

impl Shared {
    /// Routes, limits and classes.
    pub fn app(&self) -> &Application {
        self.app.get()
    }
}

/// What the caller wants to be told of.
pub struct Callbacks {
    /// Signals are heard from now on.
    pub hearing: Option<Py<PyAny>>,
    /// Connections are accepted at this address.
    pub ready: Option<Py<PyAny>>,
}

/// The signals that ask for a stop, heard from before the port is open, so that none is lost.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn hear(runtime: &Runtime) -> std::io::Result<Signals> {
        let _inside = runtime.enter();
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next one.
    async fn stop(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Serves until a signal. Whether all handlers have ended: one that never comes back has not.
pub fn serve(
    app: &Bound<'_, Application>,
    address: &Address<'_>,
    threads: usize,
    access_log: bool,
    callbacks: Callbacks,
) -> PyResult<bool> {
    if access_log {
        log::install();
    }
    let py = app.py();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(os_error)?;
    let mut signals = Signals::hear(&runtime).map_err(os_error)?;
    if let Some(hearing) = callbacks.hearing {
        hearing.call0(py)?;
    }
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
    if let Some(ready) = callbacks.ready {
        ready.call1(py, (format!("http://{local}"),))?;
    }
    let settle = py.import("tayberry._loop")?.getattr("settle")?.unbind();
    let grace = grace(&limits);
    py.detach(|| -> std::io::Result<bool> {
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let mut settling = tokio::time::interval(SETTLING);
            settling.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    _ = settling.tick() => Python::attach(|py| {
                        if let Err(error) = settle.bind(py).call0() {
                            error.display(py);
                        }
                    }),
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
                    () = signals.stop() => break,
                }
            }
            drop(listener);
            // The threads hold receivers until they end.
            let _ = stop.send(true);
            let all_done = async {
                while shared.pool.is_busy() || workers.iter().any(|(_, _, thread)| !thread.is_finished()) {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                // Threads that have nothing to do end at once, unless something that the program keeps for them does not let go.
                shared.pool.close();
                let gone = async {
                    while !shared.pool.is_gone() {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                };
                let _ = tokio::time::timeout(CUTTING_OFF, gone).await;
            };
            tokio::select! {
                () = all_done => Ok(true),
                // A handler that never comes back holds its thread, and perhaps locks that the end of the process asks for.
                () = tokio::time::sleep(grace + CUTTING_OFF) => Ok(false),
                // A second signal ends the process at once.
                () = signals.stop() => std::process::exit(130),
            }
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
pub struct Station {
    /// What all threads share.
    pub shared: Arc<Shared>,
    /// The thread's event loop.
    pub guest: Rc<Guest>,
    /// The server stops.
    pub is_stopping: Cell<bool>,
    /// The connections of this thread, by a number of their own.
    open: RefCell<HashMap<u64, Rc<Watch>>>,
}

impl Station {
    /// Lets every connection end as soon as it has no request.
    fn stop(&self) {
        self.is_stopping.set(true);
        for watch in self.open.borrow().values() {
            if let Some(waker) = watch.waker.borrow().as_ref() {
                waker.wake_by_ref();
            }
        }
    }
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
                .build_local(LocalOptions::default())
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
            is_stopping: Cell::new(false),
            open: RefCell::default(),
        });
        runtime.block_on(async {
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
        drop(runtime);
        station.guest.leave(py);
        encode::forget(py);
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
    let mut number = 0;
    loop {
        tokio::select! {
            accepted = connections.recv() => {
                let Some((stream, peer)) = accepted else { break };
                let (station, load) = (Rc::clone(station), Arc::clone(load));
                number += 1;
                open.spawn_local(async move {
                    let watch = Rc::new(Watch::new());
                    station.open.borrow_mut().insert(number, Rc::clone(&watch));
                    connection(&station, stream, peer, &watch).await;
                    station.open.borrow_mut().remove(&number);
                    load.fetch_sub(1, Ordering::Relaxed);
                });
            }
            _ = open.join_next(), if !open.is_empty() => {}
            _ = stop.changed() => break,
        }
    }
    station.stop();
    let drained = async { while open.join_next().await.is_some() {} };
    // What has not ended by then is cut off.
    let _ = tokio::time::timeout(grace(limits), drained).await;
}

/// How long requests may take to end once the server stops.
fn grace(limits: &Limits) -> Duration {
    match limits.stop_timeout {
        Duration::ZERO => Duration::from_secs(3600),
        some => some,
    }
}
