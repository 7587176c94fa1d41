//! The thread pool of plain handlers that may block: bounded threads, bounded queue.
//!
//! In: jobs from I/O threads. Out: the jobs run, each on a thread with a Python thread state that lives as long as the
//! thread, so that thread-local data persists and attaching is cheap. What holds: at most `threads` jobs run and at most
//! `queue` wait; a job beyond that is given back at once.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use pyo3::prelude::*;

use crate::codec::encode;

/// Stack of a thread that runs Python: as much as CPython gives its own threads, so that recursion goes as deep.
pub const STACK: usize = 8 << 20;

/// Work for a pool thread.
pub type Job = Box<dyn FnOnce(Python<'_>) + Send>;

/// The threads. Dropping it closes it.
pub struct Pool {
    inner: Arc<Inner>,
    threads: usize,
    queue: usize,
}

/// The pool is full, or no thread could be started.
#[derive(Debug, PartialEq, Eq)]
pub struct Full;

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    idle: usize,
    threads: Vec<JoinHandle<()>>,
    is_closed: bool,
}

impl Pool {
    /// A pool without threads yet; they are started as jobs come.
    pub fn new(threads: usize, queue: usize) -> Pool {
        Pool {
            inner: Arc::default(),
            threads,
            queue,
        }
    }

    /// Runs a job as soon as a thread is free.
    pub fn submit(&self, job: Job) -> Result<(), Full> {
        let mut state = self.inner.state();
        // Threads that were woken but have not taken their job yet count as idle; their jobs stand in the queue.
        if state.idle <= state.jobs.len() {
            if state.threads.len() < self.threads {
                let inner = Arc::clone(&self.inner);
                let thread = std::thread::Builder::new()
                    .name(format!("tayberry-pool-{}", state.threads.len()))
                    .stack_size(STACK)
                    .spawn(move || inner.work())
                    .map_err(|_| Full)?;
                state.threads.push(thread);
                state.idle += 1;
            } else if state.jobs.len() - state.idle >= self.queue {
                return Err(Full);
            }
        }
        state.jobs.push_back(job);
        drop(state);
        self.inner.wake.notify_one();
        Ok(())
    }

    /// Whether some job runs or waits.
    pub fn is_busy(&self) -> bool {
        let state = self.inner.state();
        state.threads.len() > state.idle || !state.jobs.is_empty()
    }

    /// Lets the threads end after the jobs that wait.
    pub fn close(&self) {
        self.inner.state().is_closed = true;
        self.inner.wake.notify_all();
    }

    /// Whether all threads have ended, with what Python knew of them.
    pub fn is_gone(&self) -> bool {
        self.inner
            .state()
            .threads
            .iter()
            .all(JoinHandle::is_finished)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.close();
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        // No code of a job runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A pool thread's life. It counts as idle from the start.
    fn work(&self) {
        Python::attach(|py| {
            while let Some(job) = py.detach(|| self.next()) {
                if std::panic::catch_unwind(AssertUnwindSafe(|| job(py))).is_err() {
                    eprintln!(
                        "tayberry: a bug in the runtime ended a call on the pool; please report it with the lines above"
                    );
                }
                self.state().idle += 1;
            }
            encode::forget(py);
        });
    }

    fn next(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                state.idle -= 1;
                return Some(job);
            }
            if state.is_closed {
                return None;
            }
            state = self
                .wake
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    #[test]
    fn jobs_beyond_threads_and_queue_are_given_back() {
        Python::initialize();
        let pool = Pool::new(2, 1);
        let (started, starts) = mpsc::channel();
        let gate = Arc::new(Mutex::new(()));
        let closed = gate.lock().unwrap();
        let job = || -> Job {
            let (gate, started) = (Arc::clone(&gate), started.clone());
            Box::new(move |py| {
                started.send(()).unwrap();
                py.detach(|| drop(gate.lock()));
            })
        };
        assert_eq!(pool.submit(job()), Ok(()));
        assert_eq!(pool.submit(job()), Ok(()));
        for _ in 0..2 {
            starts.recv_timeout(Duration::from_secs(10)).unwrap();
        }
        assert_eq!(pool.submit(job()), Ok(()), "one may wait");
        assert_eq!(pool.submit(job()), Err(Full));
        drop(closed);
        starts.recv_timeout(Duration::from_secs(10)).unwrap();
        let (done, end) = mpsc::channel();
        while pool
            .submit({
                let done = done.clone();
                Box::new(move |_| done.send(()).unwrap())
            })
            .is_err()
        {
            std::thread::sleep(Duration::from_millis(5));
        }
        end.recv_timeout(Duration::from_secs(10)).unwrap();
    }

    #[test]
    fn a_job_that_panics_does_not_cost_its_thread() {
        Python::initialize();
        let pool = Pool::new(1, 8);
        pool.submit(Box::new(|_| panic!("wanted by the test")))
            .unwrap();
        let (done, end) = mpsc::channel();
        pool.submit(Box::new(move |_| done.send(()).unwrap()))
            .unwrap();
        end.recv_timeout(Duration::from_secs(10)).unwrap();
    }
}
