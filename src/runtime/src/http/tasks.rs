//! Coroutines of suspending handlers: eager tasks on the I/O thread's own event loop.

use std::rc::Rc;
use std::sync::Mutex;

use pyo3::prelude::*;
use tokio::sync::oneshot;

use super::guest::Guest;

/// Runs a coroutine on the process's loop for requests without a server, and blocks until it has ended.
pub fn wait(py: Python<'_>, coroutine: &Py<PyAny>) -> PyResult<Py<PyAny>> {
    py.import("tayberry._loop")?
        .call_method1("wait", (coroutine,))
        .map(Bound::unbind)
}

/// How far a coroutine got at once.
pub enum Started {
    /// To its end.
    Ended(PyResult<Py<PyAny>>),
    /// To its first suspension.
    Suspended(Task),
}

/// A coroutine under way. Dropping it lets the coroutine run to its end unheard.
pub struct Task {
    guest: Rc<Guest>,
    task: Py<PyAny>,
    ended: oneshot::Receiver<()>,
    is_over: bool,
}

impl Task {
    /// Waits for the result, or the exception that was raised.
    pub async fn result(&mut self) -> PyResult<Py<PyAny>> {
        // The sender goes only when it has been used, or with the loop.
        let _ = (&mut self.ended).await;
        self.is_over = true;
        Python::attach(|py| self.guest.result(self.task.bind(py)))
    }

    /// Asks the coroutine to end.
    pub fn cancel(&self) {
        Python::attach(|py| {
            if let Err(error) = self.task.bind(py).call_method0("cancel") {
                error.display(py);
            }
            self.guest.nudge(py);
        });
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if !self.is_over {
            Python::attach(|py| {
                if let Err(error) = self.guest.keep(self.task.bind(py)) {
                    error.display(py);
                }
            });
        }
    }
}

/// Starts a coroutine in a context.
pub fn start(
    py: Python<'_>,
    guest: &Rc<Guest>,
    coroutine: &Py<PyAny>,
    context: &Py<PyAny>,
) -> Started {
    let begun = guest
        .start(coroutine.bind(py), context.bind(py))
        .and_then(|task| {
            if guest.is_done(&task)? {
                return Ok(Started::Ended(guest.result(&task)));
            }
            let (send, ended) = oneshot::channel();
            guest.add_done(&task, Bell(Mutex::new(Some(send))), context.bind(py))?;
            Ok(Started::Suspended(Task {
                guest: Rc::clone(guest),
                task: task.unbind(),
                ended,
                is_over: false,
            }))
        });
    begun.unwrap_or_else(|error| Started::Ended(Err(error)))
}

/// The callback of a finished task. The loop calls it the moment that the task has ended: it runs no Python code.
#[pyclass(frozen, module = "tayberry._runtime")]
pub struct Bell(Mutex<Option<oneshot::Sender<()>>>);

#[pymethods]
impl Bell {
    /// Wakes the request.
    fn __call__(&self, _task: &Bound<'_, PyAny>) {
        if let Some(send) = self.0.lock().ok().and_then(|mut send| send.take()) {
            // The request may have been given up.
            let _ = send.send(());
        }
    }
}
