//! The way of a request: bytes ─server→ request ─router→ route ─dispatch→ reply ─server→ bytes.
//!
//! `Application` holds what all threads share and nobody writes; `dispatch` turns one request into one reply and knows
//! nothing of sockets, so that the test client takes the same way. `server` owns the threads, `connection` a socket and its
//! timeouts, `exchange` the way of one request through them.

mod application;
mod arguments;
mod connection;
mod context;
mod dispatch;
mod exchange;
mod guest;
mod incoming;
mod log;
mod native;
mod pool;
mod request;
mod responses;
mod router;
mod server;
mod tasks;
mod wire;

pub use application::{Application, RouteError};

use pyo3::prelude::*;

/// Adds the classes to `tayberry._runtime`.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Application>()?;
    module.add("RouteError", module.py().get_type::<RouteError>())
}
