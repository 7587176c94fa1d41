//! Coroutines of suspending handlers, run on the process's event loop (`tayberry._loop`).

use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict, PyTuple};
use tokio::sync::oneshot;

/// Runs a coroutine and blocks until it has ended.
pub fn wait(py: Python<'_>, coroutine: &Py<PyAny>) -> PyResult<Py<PyAny>> {
    py.import("tayberry._loop")?
        .call_method1("wait", (coroutine,))
        .map(Bound::unbind)
}

/// A coroutine under way.
pub struct Task {
    /// Gives its result, or the exception it raised.
    pub result: oneshot::Receiver<PyResult<Py<PyAny>>>,
    cancel: Py<PyAny>,
}

impl Task {
    /// Asks the coroutine to end.
    pub fn cancel(&self) {
        Python::attach(|py| {
            if let Err(error) = self.cancel.bind(py).call0() {
                error.display(py);
            }
        });
    }
}

/// Starts a coroutine.
pub fn submit(py: Python<'_>, coroutine: &Py<PyAny>) -> PyResult<Task> {
    let (send, result) = oneshot::channel();
    let send = std::sync::Mutex::new(Some(send));
    let done = PyCFunction::new_closure(
        py,
        None,
        None,
        move |args: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>| -> PyResult<()> {
            let outcome = args.get_item(0)?.call_method0("result").map(Bound::unbind);
            if let Some(send) = send.lock().ok().and_then(|mut send| send.take()) {
                // The request may have been given up.
                let _ = send.send(outcome);
            }
            Ok(())
        },
    )?;
    let cancel = py
        .import("tayberry._loop")?
        .call_method1("submit", (coroutine, done))?
        .unbind();
    Ok(Task { result, cancel })
}
