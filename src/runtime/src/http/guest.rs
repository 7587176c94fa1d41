//! The asyncio loop of an I/O thread, a guest of the thread's tokio reactor.
//!
//! In: coroutines of handlers. Out: their results, on the same thread. `tayberry._loop.GuestLoop` never waits: its epoll
//! file is registered with tokio, its next timer is a tokio timer, and `drive` runs one round of it whenever there is
//! work. What holds: the loop is the running loop of its thread from `new` to `leave`, so eager tasks can be started by
//! any code on this thread; the thread is attached to Python whenever it is not parked.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::os::fd::{BorrowedFd, RawFd};
use std::sync::atomic::{AtomicIsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PySet, PyTuple};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::Notify;

use super::tasks::Bell;
use super::wire;

/// After how many requests a thread settles that has no other reason to.
const REQUESTS_BETWEEN: u32 = 32;

/// After how many requests without a pause a thread detaches for a moment. Handlers that take long look for themselves.
const REQUESTS_A_BREATH: u32 = 4;

/// The loop of this thread.
pub struct Guest {
    event_loop: Py<PyAny>,
    selector: Py<PyAny>,
    /// `loop._ready`, the same deque for the loop's whole life.
    ready: Py<PyAny>,
    /// `loop._scheduled`, a heap of timers, which a round may replace.
    timers: RefCell<Py<PyList>>,
    /// How many timers there were when the wait was set up.
    known_timers: Cell<usize>,
    /// `loop._run_once`
    round: Py<PyAny>,
    /// `tayberry._loop.settle`, and how many requests have come since it was called.
    settle: Py<PyAny>,
    unsettled: Cell<u32>,
    /// `asyncio.Task`, its keyword arguments, of which only the context changes, and two of its methods.
    task: Py<PyAny>,
    keywords: Py<PyDict>,
    done: Py<PyAny>,
    result: Py<PyAny>,
    /// Another one, and the name of its keyword argument.
    add_done: Py<PyAny>,
    context: Py<PyTuple>,
    /// Tasks whose request has been given up: held here, as the loop itself holds tasks only weakly.
    abandoned: Py<PySet>,
    wake: Notify,
}

/// What the loop waits for.
enum Next {
    Now,
    In(Duration),
    Event,
}

/// Goes on when all tasks that can go on have had their turn.
async fn others_first() {
    let mut is_over = false;
    poll_fn(|context| match std::mem::replace(&mut is_over, true) {
        true => Poll::Ready(()),
        false => {
            context.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await;
}

impl Next {
    /// Waits for what is not an event; `has_just` run a round without having waited for anything before.
    async fn due(self, has_just: bool) {
        match self {
            // Connections get their turn between two rounds, too; from the second on, also those of which nobody knows
            // yet that something has come.
            Next::Now if has_just => tokio::task::yield_now().await,
            Next::Now => others_first().await,
            Next::In(wait) => tokio::time::sleep(wait).await,
            Next::Event => std::future::pending().await,
        }
    }
}

impl Guest {
    /// A loop that is running on this thread.
    pub fn new(py: Python<'_>) -> PyResult<Guest> {
        let module = py.import("tayberry._loop")?;
        let task = py.import("asyncio")?.getattr("Task")?;
        let event_loop = module.call_method1("new_loop", (py.get_type::<Bell>(),))?;
        Ok(Guest {
            settle: module.getattr("settle")?.unbind(),
            unsettled: Cell::new(0),
            selector: event_loop.getattr("_selector")?.unbind(),
            ready: event_loop.getattr("_ready")?.unbind(),
            timers: RefCell::new(timers(&event_loop)?),
            known_timers: Cell::new(0),
            round: event_loop.getattr("_run_once")?.unbind(),
            keywords: {
                let keywords = PyDict::new(py);
                keywords.set_item("loop", &event_loop)?;
                keywords.set_item("eager_start", true)?;
                keywords.set_item("context", py.None())?;
                keywords.unbind()
            },
            done: task.getattr("done")?.unbind(),
            add_done: task.getattr("add_done_callback")?.unbind(),
            context: PyTuple::new(py, ["context"])?.unbind(),
            result: task.getattr("result")?.unbind(),
            task: task.unbind(),
            abandoned: PySet::empty(py)?.unbind(),
            wake: Notify::new(),
            event_loop: event_loop.unbind(),
        })
    }

    /// Starts a task and runs it to its first suspension.
    pub fn start<'py>(
        &self,
        coroutine: &Bound<'py, PyAny>,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = coroutine.py();
        // The class takes a dict, which would otherwise be made for every call.
        let keywords = self.keywords.bind(py);
        let name = pyo3::intern!(py, "context");
        keywords.set_item(name, context)?;
        let task = self.task.bind(py).call((coroutine,), Some(keywords));
        keywords.set_item(name, py.None())?;
        self.nudge(py);
        task
    }

    /// Whether a task has ended.
    pub fn is_done(&self, task: &Bound<'_, PyAny>) -> PyResult<bool> {
        called(&self.done, task)?.is_truthy()
    }

    /// Has a bell rung when a task has ended. The context is any: the bell runs no Python code.
    pub fn add_done(
        &self,
        task: &Bound<'_, PyAny>,
        bell: Bell,
        context: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let py = task.py();
        let bell = Bound::new(py, bell)?;
        let args = [task.as_ptr(), bell.as_ptr(), context.as_ptr()];
        // SAFETY: two arguments and one by name, alive through the call, of a callable that the loop keeps.
        let none = unsafe {
            Bound::from_owned_ptr_or_err(
                py,
                ffi::PyObject_Vectorcall(
                    self.add_done.as_ptr(),
                    args.as_ptr(),
                    2,
                    self.context.as_ptr(),
                ),
            )
        };
        none.map(|_| ())
    }

    /// The result of a task that has ended, or the exception that was raised.
    pub fn result(&self, task: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        called(&self.result, task).map(Bound::unbind)
    }

    /// Makes sure that the loop gets a round for what Python code outside of it has asked for.
    pub fn nudge(&self, py: Python<'_>) {
        if size(self.ready.bind(py)) > 0
            || self.timers.borrow().bind(py).len() != self.known_timers.get()
        {
            self.wake.notify_one();
        }
    }

    /// Releases what other threads were the last to use of this thread's objects (`tayberry._loop.settle`).
    pub fn settle(&self, py: Python<'_>) {
        self.unsettled.set(0);
        if let Err(error) = self.settle.bind(py).call0() {
            error.display(py);
        }
    }

    /// Counts another request, and now and then lets others stop the world, or settles.
    pub fn count_request(&self) {
        let count = self.unsettled.get() + 1;
        self.unsettled.set(count);
        if count.is_multiple_of(REQUESTS_A_BREATH) {
            parking::breathe();
        }
        if count >= REQUESTS_BETWEEN {
            Python::attach(|py| self.settle(py));
        }
    }

    /// Keeps a task alive whose request is not waiting for it any more.
    pub fn keep(&self, task: &Bound<'_, PyAny>) -> PyResult<()> {
        let abandoned = self.abandoned.bind(task.py());
        abandoned.add(task)?;
        task.call_method1("add_done_callback", (abandoned.getattr("discard")?,))?;
        Ok(())
    }

    /// Runs rounds of the loop for ever.
    pub async fn drive(&self) -> std::io::Result<()> {
        let descriptor = Python::attach(|py| {
            self.selector
                .bind(py)
                .call_method0("fileno")?
                .extract::<RawFd>()
        });
        let descriptor = descriptor.map_err(|error| std::io::Error::other(error.to_string()))?;
        // SAFETY: the selector's file stays open until `leave`.
        let own = unsafe { BorrowedFd::borrow_raw(descriptor) }.try_clone_to_owned()?;
        // SAFETY: the file is owned by `events`, closed only with it, and never exchanged for another.
        let events = unsafe { AsyncFd::register_with_interest(own, Interest::READABLE) }?;
        let mut has_just = false;
        loop {
            let next = Python::attach(|py| self.next(py)).unwrap_or_else(|error| {
                Python::attach(|py| error.display(py));
                Next::Event
            });
            let is_now = matches!(next, Next::Now);
            tokio::select! {
                biased;
                ready = events.readable() => {
                    ready?.clear_ready();
                    self.events_are_due();
                }
                () = self.wake.notified() => {}
                () = next.due(has_just) => {}
            }
            has_just = is_now;
            Python::attach(|py| self.run_round(py));
        }
    }

    fn next(&self, py: Python<'_>) -> PyResult<Next> {
        let timers = timers(self.event_loop.bind(py))?;
        let count = timers.bind(py).len();
        self.known_timers.set(count);
        // Another thread may have taken it out meanwhile.
        let first = (count > 0).then(|| timers.bind(py).get_item(0).ok());
        let first = first.flatten();
        // The former list is dropped when nothing is borrowed any more.
        drop(self.timers.replace(timers));
        if size(self.ready.bind(py)) > 0 || self.is_due(py)? {
            return Ok(Next::Now);
        }
        let Some(first) = first else {
            return Ok(Next::Event);
        };
        let when: f64 = first.call_method0(pyo3::intern!(py, "when"))?.extract()?;
        let now: f64 = self
            .event_loop
            .bind(py)
            .call_method0(pyo3::intern!(py, "time"))?
            .extract()?;
        // asyncio takes a timer whose time is only a clock tick away; tokio's timers have milliseconds.
        let wait = (when - now).max(0.0);
        Ok(match Duration::try_from_secs_f64(wait) {
            Ok(wait) if wait.is_zero() => Next::Now,
            Ok(wait) => Next::In(wait),
            Err(_) => Next::Event,
        })
    }

    fn events_are_due(&self) {
        Python::attach(|py| {
            if let Err(error) = self
                .selector
                .bind(py)
                .setattr(pyo3::intern!(py, "due"), true)
            {
                error.display(py);
            }
        });
    }

    fn run_round(&self, py: Python<'_>) {
        // Only `SystemExit` and `KeyboardInterrupt` come out of a round; a server goes on after them.
        if let Err(error) = self.round.bind(py).call0() {
            error.display(py);
        }
        wire::tick();
    }

    /// Whether the selector is to be asked for events.
    fn is_due(&self, py: Python<'_>) -> PyResult<bool> {
        self.selector
            .bind(py)
            .getattr(pyo3::intern!(py, "due"))?
            .is_truthy()
    }

    /// Cancels what still runs, closes the loop, and leaves the thread without one.
    pub fn leave(&self, py: Python<'_>) {
        if let Err(error) = self.event_loop.bind(py).call_method0("leave") {
            error.display(py);
        }
    }
}

/// Calls a method of `asyncio.Task` without looking for it.
fn called<'py>(method: &Py<PyAny>, task: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let args = [task.as_ptr()];
    // SAFETY: one argument, alive through the call, of a callable that the loop keeps.
    unsafe {
        Bound::from_owned_ptr_or_err(
            task.py(),
            ffi::PyObject_Vectorcall(method.as_ptr(), args.as_ptr(), 1, std::ptr::null_mut()),
        )
    }
}

/// How many items an object of variable size has, as it says itself: the loop's deque.
fn size(object: &Bound<'_, PyAny>) -> usize {
    // SAFETY: a live deque, which counts its items in the head of every object of variable size; other threads may add to
    // it.
    let count = unsafe {
        AtomicIsize::from_ptr(&raw mut (*object.as_ptr().cast::<ffi::PyVarObject>()).ob_size)
    };
    count.load(Ordering::Relaxed).max(0) as usize
}

fn timers(event_loop: &Bound<'_, PyAny>) -> PyResult<Py<PyList>> {
    let timers = event_loop.getattr(pyo3::intern!(event_loop.py(), "_scheduled"))?;
    match timers.cast_into::<PyList>() {
        Ok(timers) => Ok(timers.unbind()),
        Err(_) => Err(PyRuntimeError::new_err(
            "asyncio keeps its timers in another way than in 3.14",
        )),
    }
}

/// Attachment to Python that ends while the reactor is parked.
pub mod parking {
    use super::super::wire;
    use super::{Cell, ffi};

    thread_local! {
        static PARKED: Cell<*mut ffi::PyThreadState> = const { Cell::new(std::ptr::null_mut()) };
    }

    /// Detaches this thread; for `on_thread_park`.
    pub fn park() {
        // SAFETY: the reactor runs inside `Python::attach`, so this thread is attached whenever it is not parked; no Python
        // code runs on it before `unpark`.
        PARKED.set(unsafe { ffi::PyEval_SaveThread() });
    }

    /// Attaches it again; for `on_thread_unpark`.
    pub fn unpark() {
        // SAFETY: `park` saved this thread's state.
        unsafe { ffi::PyEval_RestoreThread(PARKED.replace(std::ptr::null_mut())) };
        wire::tick();
    }

    /// Lets others stop the world in between, however busy this thread is.
    pub fn breathe() {
        // SAFETY: as in `park` and `unpark`.
        unsafe { ffi::PyEval_RestoreThread(ffi::PyEval_SaveThread()) };
    }
}
