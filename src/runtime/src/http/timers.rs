//! The timers of asyncio's loops: `loop.call_later`, `loop.call_at`, and the heap of what they give.
//!
//! In: calls of these methods on the loops of I/O threads, and the time. Out: `asyncio.TimerHandle` objects as the Python code makes
//! them, in the loop's own list, in the order that `heapq` gives it; those that are due. What holds: as in `handles`;
//! objects of other classes are compared by Python.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyList};

use super::handles::{Known, LATER, invoke};

impl Known {
    /// The timer of a callback that is due at a time, among the loop's timers; none for what asyncio's own code must do.
    pub(super) fn timer<'py>(
        &self,
        event_loop: &Bound<'py, PyAny>,
        when: Bound<'py, PyAny>,
        mut values: Vec<Option<Bound<'py, PyAny>>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = event_loop.py();
        let Ok(scheduled) = self.read(event_loop, LATER)?.cast_into::<PyList>() else {
            return Ok(None);
        };
        values.push(Some(when));
        // SAFETY: the interpreter's own object.
        values.push(Some(unsafe {
            Bound::from_borrowed_ptr(py, ffi::Py_True())
        }));
        let timer = match self.timers.make(py, &mut values) {
            None => return Ok(None),
            Some(made) => made.map_err(|_| PyErr::fetch(py))?,
        };
        scheduled.append(&timer)?;
        self.sift_down(&scheduled, scheduled.len() - 1)?;
        Ok(Some(timer))
    }

    /// `loop.time()`
    pub(super) fn time<'py>(&self, event_loop: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        invoke(event_loop.py(), &self.time, &[event_loop.as_ptr()])
    }

    /// Has the timers that are due before a time run in this round; false if asyncio's own code must look at them.
    pub(super) fn fire(
        &self,
        scheduled: &Bound<'_, PyList>,
        ready: &Bound<'_, PyAny>,
        end: f64,
    ) -> PyResult<bool> {
        let py = ready.py();
        while let Ok(first) = scheduled.get_item(0) {
            let Some(when) = self.when(&first) else {
                return Ok(false);
            };
            if when >= end {
                break;
            }
            let timer = self.pop(scheduled)?;
            timer.setattr(pyo3::intern!(py, "_scheduled"), false)?;
            invoke(py, &self.append, &[ready.as_ptr(), timer.as_ptr()])?;
        }
        Ok(true)
    }

    /// When a timer is due, if that can be seen at once.
    fn when(&self, timer: &Bound<'_, PyAny>) -> Option<f64> {
        if !self.timers.has(timer) {
            return None;
        }
        let when = self.timers.reader().at_once(timer, super::handles::WHEN)?;
        // SAFETY: a live object; then a float.
        unsafe {
            (ffi::PyFloat_CheckExact(when.as_ptr()) != 0)
                .then(|| ffi::PyFloat_AS_DOUBLE(when.as_ptr()))
        }
    }

    /// `one < other`
    fn is_earlier(&self, one: &Bound<'_, PyAny>, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        match (self.when(one), self.when(other)) {
            (Some(one), Some(other)) => Ok(one < other),
            _ => one.lt(other),
        }
    }

    /// As `heapq.heappop`, of a list that is not empty.
    fn pop<'py>(&self, heap: &Bound<'py, PyList>) -> PyResult<Bound<'py, PyAny>> {
        let end = heap.len() - 1;
        let last = heap.get_item(end)?;
        heap.del_slice(end, end + 1)?;
        if end == 0 {
            return Ok(last);
        }
        let first = heap.get_item(0)?;
        heap.set_item(0, last)?;
        // The smaller child moves up, to a leaf.
        let mut at = 0;
        while at < end >> 1 {
            let mut child = 2 * at + 1;
            if child + 1 < end
                && !self.is_earlier(&heap.get_item(child)?, &heap.get_item(child + 1)?)?
            {
                child += 1;
            }
            let (up, down) = (heap.get_item(child)?, heap.get_item(at)?);
            heap.set_item(child, down)?;
            heap.set_item(at, up)?;
            at = child;
        }
        self.sift_down(heap, at)?;
        Ok(first)
    }

    /// Moves an item towards the root until it fits.
    fn sift_down(&self, heap: &Bound<'_, PyList>, mut at: usize) -> PyResult<()> {
        let item = heap.get_item(at)?;
        while at > 0 {
            let above = (at - 1) >> 1;
            let parent = heap.get_item(above)?;
            if !self.is_earlier(&item, &parent)? {
                break;
            }
            heap.set_item(above, &item)?;
            heap.set_item(at, parent)?;
            at = above;
        }
        Ok(())
    }
}

/// A float's value, or that of what can be made one.
pub(super) fn seconds(value: &Bound<'_, PyAny>) -> PyResult<f64> {
    match value.cast_exact::<PyFloat>() {
        Ok(exact) => Ok(exact.value()),
        Err(_) => value.extract(),
    }
}
