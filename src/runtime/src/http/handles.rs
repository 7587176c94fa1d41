//! The handles of asyncio's loops, made and run without Python code where nobody can tell the difference.
//!
//! In: calls of `loop.call_soon` (and of `call_later` and `call_at`, see `timers`) on the loops of I/O threads, and what these loops have ready. Out: `asyncio.Handle` objects as the
//! Python code makes them, and steps of tasks taken. What holds: only while nothing about the classes has changed, the loop
//! is open and not in debug mode; only callbacks that are steps of tasks are run here. All else goes to asyncio's own
//! code, and so does everything if somebody has put methods of their own into asyncio's classes before.

use std::ffi::CStr;

use pyo3::exceptions::{PyKeyboardInterrupt, PySystemExit, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyList, PyString, PyTuple, PyType};

use super::tasks::Bell;
use super::timers::seconds;
use crate::codec::Instances;

/// Slots of a handle, and those of a timer; attributes of a loop. By position.
const HANDLE: [&str; 7] = [
    "_callback",
    "_args",
    "_context",
    "_cancelled",
    "_loop",
    "_source_traceback",
    "_repr",
];
const TIMER: [&str; 2] = ["_when", "_scheduled"];
pub(super) const WHEN: usize = HANDLE.len();
const LOOP: [&str; 6] = [
    "_ready",
    "_closed",
    "_debug",
    "_scheduled",
    "_timer_cancelled_count",
    "_clock_resolution",
];
pub(super) const LATER: usize = 3;
const CANCELLED: usize = 4;
const RESOLUTION: usize = 5;

/// The methods that are made here.
const METHODS: [&CStr; 3] = [c"call_soon", c"call_later", c"call_at"];
const SOON: usize = 0;
const IN: usize = 1;
const AT: usize = 2;

/// The classes, and what is asked of them in other cases.
pub(super) struct Known {
    handles: Instances,
    pub(super) timers: Instances,
    loops: Instances,
    names: Vec<Py<PyString>>,
    /// Those of `asyncio.BaseEventLoop`.
    methods: Vec<Py<PyAny>>,
    pub(super) append: Py<PyString>,
    popleft: Py<PyString>,
    pub(super) time: Py<PyString>,
    /// Whether asyncio's classes were as asyncio makes them.
    is_usual: bool,
}

static KNOWN: PyOnceLock<Known> = PyOnceLock::new();

/// Gives `tayberry._loop.GuestLoop` its methods; once.
pub fn adopt(py: Python<'_>) -> PyResult<()> {
    KNOWN.get_or_try_init(py, || {
        let class = py
            .import("tayberry._loop")?
            .getattr("GuestLoop")?
            .cast_into::<PyType>()?;
        let asyncio = py.import("asyncio")?;
        let is_usual = (py.import("tayberry._loop")?)
            .getattr("is_usual")?
            .call0()?
            .is_truthy()?;
        let interned = |all: &[&str]| -> Vec<Py<PyString>> {
            let made = all.iter().map(|it| PyString::intern(py, it).unbind());
            made.collect()
        };
        let handle = asyncio.getattr("Handle")?.cast_into::<PyType>()?;
        let base = asyncio.getattr("BaseEventLoop")?;
        let mut methods = Vec::new();
        let own: [ffi::PyCFunctionFastWithKeywords; 3] = [entry::<SOON>, entry::<IN>, entry::<AT>];
        for (name, function) in METHODS.iter().zip(own) {
            let name_text = name.to_string_lossy();
            methods.push(base.getattr(&*name_text)?.unbind());
            // Lives as long as the method, which is as long as the process.
            let method = Box::leak(Box::new(ffi::PyMethodDef {
                ml_name: name.as_ptr(),
                ml_meth: ffi::PyMethodDefPointer {
                    PyCFunctionFastWithKeywords: function,
                },
                ml_flags: ffi::METH_FASTCALL | ffi::METH_KEYWORDS,
                ml_doc: c"As asyncio's own.".as_ptr(),
            }));
            // SAFETY: a live class; a new reference or null with an exception.
            let descriptor = unsafe {
                Bound::from_owned_ptr_or_err(
                    py,
                    ffi::PyDescr_NewMethod(class.as_type_ptr(), method),
                )
            }?;
            if is_usual {
                class.setattr(&*name_text, descriptor)?;
            }
        }
        let timer = asyncio.getattr("TimerHandle")?.cast_into::<PyType>()?;
        Ok::<_, PyErr>(Known {
            handles: Instances::new(&handle, interned(&HANDLE)),
            timers: Instances::new(&timer, interned(&[&HANDLE[..], &TIMER].concat())),
            loops: Instances::new(&class, interned(&LOOP)),
            names: interned(&LOOP),
            methods,
            append: PyString::intern(py, "append").unbind(),
            popleft: PyString::intern(py, "popleft").unbind(),
            time: PyString::intern(py, "time").unbind(),
            is_usual,
        })
    })?;
    Ok(())
}

/// Learns from a loop where it keeps what is read here, and from a handle of it.
pub fn learn(event_loop: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = event_loop.py();
    if let Some(known) = KNOWN.get(py) {
        known.loops.learn(event_loop);
        let asyncio = py.import("asyncio")?;
        let nothing = PyTuple::empty(py);
        let handle = asyncio
            .getattr("Handle")?
            .call1((py.None(), &nothing, event_loop))?;
        known.handles.learn(&handle);
        let timer =
            asyncio
                .getattr("TimerHandle")?
                .call1((0.0, py.None(), &nothing, event_loop))?;
        known.timers.learn(&timer);
    }
    Ok(())
}

/// `loop.call_soon(callback, *args, context=None)`, or one with a time before the callback.
unsafe extern "C" fn entry<const METHOD: usize>(
    event_loop: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    count: isize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: called by Python code as a method: attached, with live objects.
    unsafe {
        let py = Python::assume_attached();
        let Some(known) = KNOWN.get(py) else {
            return ffi::PyErr_NoMemory();
        };
        let event_loop = Bound::from_borrowed_ptr(py, event_loop);
        let made = match known.called(METHOD, &event_loop, args, count, names) {
            Ok(Some(made)) => Ok(made),
            Ok(None) => known.call_python(METHOD, &event_loop, args, count, names),
            Err(error) => Err(error),
        };
        match made {
            Ok(made) => made.into_ptr(),
            Err(error) => {
                error.restore(py);
                std::ptr::null_mut()
            }
        }
    }
}

impl Known {
    /// The handle of a callback that is put among those that are ready; none for what asyncio's own code must do.
    ///
    /// # Safety
    ///
    /// The arguments must be those of a vectorcall.
    unsafe fn called<'py>(
        &self,
        method: usize,
        event_loop: &Bound<'py, PyAny>,
        args: *const *mut ffi::PyObject,
        count: isize,
        names: *mut ffi::PyObject,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = event_loop.py();
        // SAFETY: the caller's promise; all objects are alive through the call.
        unsafe {
            // A time comes first.
            let own = isize::from(method != SOON);
            if count < 1 + own {
                return Ok(None);
            }
            let context = match names.is_null() || ffi::PyTuple_GET_SIZE(names) == 0 {
                true => std::ptr::null_mut(),
                // Tasks give a name that is not interned.
                false
                    if ffi::PyTuple_GET_SIZE(names) > 1
                        || ffi::PyUnicode_EqualToUTF8(
                            ffi::PyTuple_GET_ITEM(names, 0),
                            c"context".as_ptr(),
                        ) == 0 =>
                {
                    return Ok(None);
                }
                false => *args.offset(count),
            };
            let callback = Bound::from_borrowed_ptr(py, *args.offset(own));
            let given = Bound::from_borrowed_ptr(py, *args);
            if method == AT && !given.is_none() && given.extract::<f64>().is_err() {
                // asyncio would take it, and fail in every round from then on.
                let kind = given.get_type().name()?;
                let error = format!("the time of a timer must be a number, not {kind}");
                return Err(PyTypeError::new_err(error));
            }
            if method == SOON
                && let Ok(bell) = callback.cast::<Bell>()
            {
                bell.get().ring();
                // Only a task asks for this, which drops the handle.
                return Ok(Some(py.None().into_bound(py)));
            }
            let Some(ready) = self.ready(event_loop)? else {
                return Ok(None);
            };
            let rest = PyTuple::new(
                py,
                (1 + own..count).map(|at| Bound::from_borrowed_ptr(py, *args.offset(at))),
            )?;
            let context = match context.is_null() || context == ffi::Py_None() {
                true => Bound::from_owned_ptr_or_err(py, ffi::PyContext_CopyCurrent())?,
                false => Bound::from_borrowed_ptr(py, context),
            };
            let none = || Some(py.None().into_bound(py));
            let no = Bound::from_borrowed_ptr(py, ffi::Py_False());
            let mut values = Vec::with_capacity(WHEN + TIMER.len());
            values.extend([
                Some(callback),
                Some(rest.into_any()),
                Some(context),
                Some(no),
                Some(event_loop.clone()),
                none(),
                none(),
            ]);
            if method != SOON {
                if given.is_none() {
                    return Ok(None);
                }
                let when = match method {
                    IN => self.time(event_loop)?.add(given)?,
                    _ => given,
                };
                return self.timer(event_loop, when, values);
            }
            let handle = match self.handles.make(py, &mut values) {
                None => return Ok(None),
                Some(made) => made.map_err(|_| PyErr::fetch(py))?,
            };
            let append = [ready.as_ptr(), handle.as_ptr()];
            invoke(py, &self.append, &append)?;
            Ok(Some(handle))
        }
    }

    /// What is ready, of a loop that is open and not in debug mode.
    fn ready<'py>(&self, event_loop: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        // A class that has changed meanwhile may have other methods.
        if !self.is_usual
            || !self.loops.has(event_loop)
            || self.loops.reader().at_once(event_loop, 0).is_none()
        {
            return Ok(None);
        }
        // SAFETY: only the address counts.
        let no = unsafe { ffi::Py_False() };
        Ok(
            match self.read(event_loop, 1)?.as_ptr() == no
                && self.read(event_loop, 2)?.as_ptr() == no
            {
                true => Some(self.read(event_loop, 0)?),
                false => None,
            },
        )
    }

    /// An attribute of a loop of the class.
    pub(super) fn read<'py>(
        &self,
        event_loop: &Bound<'py, PyAny>,
        at: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let value = self.loops.reader().read(event_loop, at, &self.names[at]);
        value.map_err(|_| PyErr::fetch(event_loop.py()))
    }

    /// As asyncio does it.
    ///
    /// # Safety
    ///
    /// The arguments must be those of a vectorcall.
    unsafe fn call_python<'py>(
        &self,
        method: usize,
        event_loop: &Bound<'py, PyAny>,
        args: *const *mut ffi::PyObject,
        count: isize,
        names: *mut ffi::PyObject,
    ) -> PyResult<Bound<'py, PyAny>> {
        // SAFETY: the caller's promise.
        unsafe {
            let named = match names.is_null() {
                true => 0,
                false => ffi::PyTuple_GET_SIZE(names),
            };
            let mut all = vec![event_loop.as_ptr()];
            all.extend((0..count + named).map(|at| *args.offset(at)));
            Bound::from_owned_ptr_or_err(
                event_loop.py(),
                ffi::PyObject_Vectorcall(
                    self.methods[method].as_ptr(),
                    all.as_ptr(),
                    count as usize + 1,
                    names,
                ),
            )
        }
    }

    /// Takes the step of a task that a handle is for; whether it was one.
    fn step(&self, handle: &Bound<'_, PyAny>) -> PyResult<bool> {
        let py = handle.py();
        if !self.handles.has(handle) {
            return Ok(false);
        }
        let reader = self.handles.reader();
        let read = |at: usize| reader.at_once(handle, at);
        let (Some(callback), Some(args), Some(context), Some(cancelled)) =
            (read(0), read(1), read(2), read(3))
        else {
            return Ok(false);
        };
        // SAFETY: attached; live objects; the context is left again in every case.
        unsafe {
            if cancelled.as_ptr() != ffi::Py_False()
                || ffi::PyTuple_CheckExact(args.as_ptr()) == 0
                || ffi::PyContext_CheckExact(context.as_ptr()) == 0
                || !is_step(&callback)
            {
                return Ok(false);
            }
            if ffi::PyContext_Enter(context.as_ptr()) != 0 {
                // `Handle._run` says so.
                ffi::PyErr_Clear();
                return Ok(false);
            }
            let result = Bound::from_owned_ptr_or_err(
                py,
                ffi::PyObject_Call(callback.as_ptr(), args.as_ptr(), std::ptr::null_mut()),
            );
            if ffi::PyContext_Exit(context.as_ptr()) != 0 {
                return Err(PyErr::fetch(py));
            }
            match result {
                Ok(_) => Ok(true),
                Err(error)
                    if error.is_instance_of::<PySystemExit>(py)
                        || error.is_instance_of::<PyKeyboardInterrupt>(py) =>
                {
                    Err(error)
                }
                // A step that must not be taken (any more): what the task itself raises stays in it.
                Err(error) => {
                    let report = py.import("tayberry._loop")?.getattr("report")?;
                    report.call1((handle, error)).map(|_| true)
                }
            }
        }
    }
}

/// Runs all that is ready at the beginning of a round, and the timers that are due; false if asyncio's own code must do it.
pub fn round(event_loop: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = event_loop.py();
    let Some(known) = KNOWN.get(py) else {
        return Ok(false);
    };
    let Some(ready) = known.ready(event_loop)? else {
        return Ok(false);
    };
    let cancelled = known.read(event_loop, CANCELLED)?;
    let Ok(scheduled) = known.read(event_loop, LATER)?.cast_into::<PyList>() else {
        return Ok(false);
    };
    // Python code gets rid of timers that were cancelled.
    if cancelled.is_truthy()? {
        return Ok(false);
    }
    if !scheduled.is_empty() {
        let now = seconds(&known.time(event_loop)?)?;
        let end = now + seconds(&known.read(event_loop, RESOLUTION)?)?;
        if !known.fire(&scheduled, &ready, end)? {
            return Ok(false);
        }
    }
    for _ in 0..ready.len()? {
        let handle = invoke(py, &known.popleft, &[ready.as_ptr()])?;
        if !known.step(&handle)?
            && !handle
                .getattr(pyo3::intern!(py, "_cancelled"))?
                .is_truthy()?
        {
            handle.call_method0(pyo3::intern!(py, "_run"))?;
        }
    }
    Ok(true)
}

/// The beginning of CPython's `PyCFunctionObject`.
#[repr(C)]
struct Function {
    head: ffi::PyObject,
    definition: *const ffi::PyMethodDef,
}

/// Whether a callback is the step of a task, from which no ordinary exception comes.
fn is_step(callback: &Bound<'_, PyAny>) -> bool {
    // SAFETY: names of live types and functions end in a zero byte.
    unsafe {
        let name = |text: *const std::ffi::c_char| CStr::from_ptr(text).to_bytes();
        let class = callback.get_type_ptr();
        if class == &raw mut ffi::PyCFunction_Type {
            let function: *const Function = callback.as_ptr().cast();
            return name((*(*function).definition).ml_name) == b"task_wakeup";
        }
        name((*class).tp_name) == b"_asyncio.TaskStepMethWrapper"
    }
}

/// Calls a method without arguments by name.
pub(super) fn invoke<'py>(
    py: Python<'py>,
    name: &Py<PyString>,
    args: &[*mut ffi::PyObject],
) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: live objects, the first of which has the method.
    unsafe {
        Bound::from_owned_ptr_or_err(
            py,
            ffi::PyObject_VectorcallMethod(
                name.as_ptr(),
                args.as_ptr(),
                args.len(),
                std::ptr::null_mut(),
            ),
        )
    }
}
