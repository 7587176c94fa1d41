//! Context variables: every handler starts in a context of its own, so that what one request sets no other sees.
//!
//! In: the context in which the application was made. Out: a new context per call that begins as a copy of it.

use pyo3::ffi;
use pyo3::prelude::*;

/// The context that every handler's context is copied from; none if it holds nothing, which is the usual case and
/// spares the threads a shared reference count.
pub struct Base(Option<Py<PyAny>>);

impl Base {
    /// A copy of the caller's context.
    pub fn current(py: Python<'_>) -> PyResult<Base> {
        // SAFETY: attached; a new reference or null with an exception.
        let context = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyContext_CopyCurrent()) }?;
        let mut is_plain = true;
        for value in context.call_method0("values")?.try_iter()? {
            is_plain = is_plain && is_usual(&value?)?;
        }
        Ok(Base((!is_plain).then(|| context.unbind())))
    }

    /// A context for one call.
    pub fn fresh<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        // SAFETY: attached; `base` is a live context; a new reference or null with an exception.
        unsafe {
            let made = match &self.0 {
                None => ffi::PyContext_New(),
                Some(base) => ffi::PyContext_Copy(base.as_ptr()),
            };
            Bound::from_owned_ptr_or_err(py, made)
        }
    }
}

/// Whether a variable's value says no more than its absence: `warnings.catch_warnings` leaves "as for all" behind.
fn is_usual(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let class = value.get_type();
    Ok(class.name()? == "_GlobalContext" && class.module()? == "_py_warnings")
}

/// Runs Python code in a context that no other code is in.
pub fn run_in<'py, T>(
    context: &Bound<'py, PyAny>,
    work: impl FnOnce() -> PyResult<T>,
) -> PyResult<T> {
    /// Leaves the context also when `work` panics.
    struct Entered<'a, 'py>(&'a Bound<'py, PyAny>);
    impl Drop for Entered<'_, '_> {
        fn drop(&mut self) {
            // SAFETY: attached, and this thread entered the context in `run_in`; whatever was entered inside has been left.
            if unsafe { ffi::PyContext_Exit(self.0.as_ptr()) } != 0 {
                PyErr::fetch(self.0.py()).display(self.0.py());
            }
        }
    }
    // SAFETY: attached; `context` is a context object made by `Base::fresh`.
    if unsafe { ffi::PyContext_Enter(context.as_ptr()) } != 0 {
        return Err(PyErr::fetch(context.py()));
    }
    let _entered = Entered(context);
    work()
}
