//! Calls of data classes by interpreted code: `Item(id=1, name="tea")` without a tuple, a dict and a frame.
//!
//! In: classes whose generated `__init__` does nothing but store its arguments, and calls of them. Out: the objects that
//! `type.__call__` would give. What holds: a call is only answered here while nothing about the class or its `__init__` has changed since,
//! nobody watches the program's calls (profilers, debuggers, coverage), and every argument is where the signature has it; all else goes to
//! `type.__call__`, above all what it refuses.

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use smallvec::SmallVec;

use super::instances::{Instances, assigned_version, version};
use super::plan::is_direct;

/// How many classes are adopted at most, and the places of the table.
const CLASSES: usize = 1024;
const TABLE: usize = 2 * CLASSES;

/// The low bits of a thread's `eval_breaker`: requests; above them, which events are watched has changed so often.
const EVENT_BITS: u32 = 8;

/// The beginning of a `PyThreadState`.
#[repr(C)]
struct Thread {
    previous: *mut Thread,
    next: *mut Thread,
    interpreter: *mut ffi::PyInterpreterState,
    eval_breaker: AtomicUsize,
}

/// A `PyCodeObject` up to what says whether events of this code alone are watched, which no thread's `eval_breaker` tells.
#[repr(C)]
struct Code {
    head: ffi::PyVarObject,
    hot: [*mut ffi::PyObject; 3],
    numbers: [u32; 12],
    tables: [*mut ffi::PyObject; 7],
    executors: *mut c_void,
    cached: *mut c_void,
    instrumentation_version: usize,
    /// Null until somebody watches it.
    monitoring: AtomicPtr<c_void>,
}

/// A class that is called without its `__init__`.
struct Callable {
    version: u32,
    instances: Arc<Instances>,
    /// Its parameters, interned; places of default factories that are no plain values.
    parameters: Vec<Py<PyString>>,
    factories: Vec<bool>,
    init: Py<PyAny>,
    /// Of `init`, as they were.
    code: Py<PyAny>,
    defaults: Option<Py<PyTuple>>,
    vectorcall: Option<ffi::vectorcallfunc>,
}

/// Classes by address: a slot never changes once it is taken, and neither goes away before the process ends.
static KEYS: [AtomicPtr<ffi::PyObject>; TABLE] =
    [const { AtomicPtr::new(std::ptr::null_mut()) }; TABLE];
static CALLABLES: [AtomicPtr<Callable>; TABLE] =
    [const { AtomicPtr::new(std::ptr::null_mut()) }; TABLE];
static ADOPTING: Mutex<usize> = Mutex::new(0);

fn first_slot(class: *mut ffi::PyObject) -> usize {
    ((class as usize >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) % TABLE
}

/// The adopted class at an address.
fn find(class: *mut ffi::PyObject) -> Option<&'static Callable> {
    let mut slot = first_slot(class);
    loop {
        let key = KEYS[slot].load(Ordering::Acquire);
        if key == class {
            // SAFETY: put there before the key, and not freed while a thread may be here.
            return unsafe { CALLABLES[slot].load(Ordering::Acquire).as_ref() };
        }
        if key.is_null() {
            return None;
        }
        slot = (slot + 1) % TABLE;
    }
}

/// Has a class called here from now on, if its constructor is known: `instances` are its objects, whose fields are `fields` with
/// whether a factory makes the default. Other classes stay what they are.
pub(super) fn adopt(instances: &Arc<Instances>, fields: Vec<(Py<PyString>, bool)>, py: Python<'_>) {
    if let Ok(Some(callable)) = Callable::new(instances, fields, py) {
        callable.enter(py);
    }
}

/// Lets go of all classes, whose modules cannot be finalised before; they are called by `type.__call__` from now on. For the end of
/// the process: while other threads may be calling them, they are kept.
pub(super) fn forget(py: Python<'_>) {
    if !is_alone(py) {
        return;
    }
    let Ok(mut count) = ADOPTING.lock() else {
        return;
    };
    let mut forgotten = Vec::new();
    for (key, callable) in KEYS.iter().zip(&CALLABLES) {
        let class: *mut ffi::PyTypeObject = key.swap(std::ptr::null_mut(), Ordering::SeqCst).cast();
        let callable = callable.swap(std::ptr::null_mut(), Ordering::SeqCst);
        if class.is_null() || callable.is_null() {
            continue;
        }
        // SAFETY: the field of a class that the table has kept until here.
        let place = unsafe { AtomicPtr::from_ptr((&raw mut (*class).tp_vectorcall).cast()) };
        let own: ffi::vectorcallfunc = call;
        let _ = place.compare_exchange(
            own as *mut (),
            std::ptr::null_mut(),
            Ordering::SeqCst,
            Ordering::SeqCst,
        );
        forgotten.push(callable);
    }
    *count = 0;
    drop(count);
    // A thread that has come meanwhile may have found one; a later one finds none.
    if is_alone(py) {
        for callable in forgotten {
            // SAFETY: made by `Box::into_raw`, taken out of the table, and nobody else can have found it there.
            drop(unsafe { Box::from_raw(callable) });
        }
    }
}

/// Whether no other thread can run Python code now.
fn is_alone(_attached: Python<'_>) -> bool {
    // SAFETY: the thread is attached, so its interpreter and its own state, the last of the list, stay.
    unsafe {
        let own = ffi::PyThreadState_Get();
        ffi::PyInterpreterState_ThreadHead(ffi::PyInterpreterState_Get()) == own
            && ffi::PyThreadState_Next(own).is_null()
    }
}

impl Callable {
    fn new(
        instances: &Arc<Instances>,
        fields: Vec<(Py<PyString>, bool)>,
        py: Python<'_>,
    ) -> PyResult<Option<Callable>> {
        let class = instances.class(py);
        let raw = class.as_type_ptr();
        // SAFETY: the fields of a live class.
        let is_usual = unsafe {
            (*raw).tp_vectorcall.is_none()
                && ffi::Py_TYPE(raw.cast()) == &raw mut ffi::PyType_Type
                && (*raw).tp_flags.load(Ordering::Relaxed)
                    & (ffi::Py_TPFLAGS_HEAPTYPE | ffi::Py_TPFLAGS_IS_ABSTRACT)
                    == ffi::Py_TPFLAGS_HEAPTYPE
        };
        let Some(version) = assigned_version(raw).filter(|_| is_usual) else {
            return Ok(None);
        };
        // Asked after the version was read, so that a change since then shows.
        if !is_direct(class) {
            return Ok(None);
        }
        let init = class.getattr("__init__")?;
        // SAFETY: the type of a live object; then a function's own field.
        let vectorcall = unsafe {
            if ffi::PyFunction_Check(init.as_ptr()) == 0 {
                return Ok(None);
            }
            (*init.as_ptr().cast::<ffi::PyFunctionObject>()).vectorcall
        };
        let code = init.getattr("__code__")?;
        let count = fields.len() + 1;
        let names = code.getattr("co_varnames")?.cast_into::<PyTuple>()?;
        // `*args` and `**kwargs`.
        let gathers = code.getattr("co_flags")?.extract::<u32>()? & 0xc != 0;
        let is_known = !gathers
            && code.getattr("co_argcount")?.extract::<usize>()? == count
            && code.getattr("co_kwonlyargcount")?.extract::<usize>()? == 0
            && names.len() >= count
            && fields
                .iter()
                .enumerate()
                .all(|(at, (name, _))| names.get_item(at + 1).is_ok_and(|it| it.is(name)));
        if !is_known {
            return Ok(None);
        }
        let defaults = init.getattr("__defaults__")?;
        let defaults = match defaults.is_none() {
            true => None,
            false => Some(defaults.cast_into::<PyTuple>()?.unbind()),
        };
        let (parameters, factories) = fields.into_iter().unzip();
        Ok(Some(Callable {
            version,
            instances: Arc::clone(instances),
            parameters,
            factories,
            init: init.unbind(),
            code: code.unbind(),
            defaults,
            vectorcall,
        }))
    }

    /// Puts the class into the table, which keeps it, and has it called by `call`.
    fn enter(self, py: Python<'_>) {
        let raw = self.instances.class(py).as_type_ptr();
        let Ok(mut count) = ADOPTING.lock() else {
            return;
        };
        if *count >= CLASSES || find(raw.cast()).is_some() {
            return;
        }
        *count += 1;
        let mut slot = first_slot(raw.cast());
        while !KEYS[slot].load(Ordering::Relaxed).is_null() {
            slot = (slot + 1) % TABLE;
        }
        CALLABLES[slot].store(Box::into_raw(Box::new(self)), Ordering::Release);
        KEYS[slot].store(raw.cast(), Ordering::Release);
        drop(count);
        // SAFETY: the field of a live class; code that calls the class meanwhile sees the old value or the new one.
        let place = unsafe { AtomicPtr::from_ptr((&raw mut (*raw).tp_vectorcall).cast()) };
        let call: ffi::vectorcallfunc = call;
        place.store(call as *mut (), Ordering::Release);
    }

    /// Whether calling the class still means what it meant.
    fn is_intact(&self, class: *mut ffi::PyObject) -> bool {
        let defaults = self
            .defaults
            .as_ref()
            .map_or(std::ptr::null_mut(), |it| it.as_ptr());
        // SAFETY: a live function, whose fields are only compared; this thread's own state.
        unsafe {
            let init = self.init.as_ptr().cast::<ffi::PyFunctionObject>();
            let state: *const Thread = ffi::PyThreadState_GetUnchecked().cast();
            let code: *const Code = self.code.as_ptr().cast();
            version(class.cast()) == self.version
                && (*init).func_code == self.code.as_ptr()
                && (*init).func_defaults == defaults
                && (*init).vectorcall.map(|it| it as *const ())
                    == self.vectorcall.map(|it| it as *const ())
                && (*state).eval_breaker.load(Ordering::Relaxed) >> EVENT_BITS == 0
                && (*code).monitoring.load(Ordering::Relaxed).is_null()
        }
    }

    /// The object, or null with an exception; none for what `type.__call__` must look at.
    ///
    /// # Safety
    ///
    /// `args` and `names` must be those of a vectorcall.
    unsafe fn make(
        &self,
        py: Python<'_>,
        args: *const *mut ffi::PyObject,
        count: usize,
        names: *mut ffi::PyObject,
    ) -> Option<*mut ffi::PyObject> {
        // SAFETY: the caller's promise; all objects are alive through the call.
        unsafe {
            let given = ffi::PyVectorcall_NARGS(count) as usize;
            let total = self.parameters.len();
            if given > total {
                return None;
            }
            let mut values: SmallVec<[Option<Bound<'_, PyAny>>; 12]> =
                SmallVec::with_capacity(total);
            for at in 0..given {
                values.push(Some(Bound::from_borrowed_ptr(py, *args.add(at))));
            }
            values.resize(total, None);
            if !names.is_null() {
                let mut expected = given;
                for at in 0..ffi::PyTuple_GET_SIZE(names) as usize {
                    let name = ffi::PyTuple_GET_ITEM(names, at as isize);
                    // Mostly in order.
                    let is_next = self
                        .parameters
                        .get(expected)
                        .is_some_and(|it| it.as_ptr() == name);
                    let place = match is_next {
                        true => expected,
                        false => self.parameters.iter().position(|it| it.as_ptr() == name)?,
                    };
                    expected = place + 1;
                    if values[place].is_some() {
                        return None;
                    }
                    values[place] = Some(Bound::from_borrowed_ptr(py, *args.add(given + at)));
                }
            }
            let defaults = self.defaults.as_ref().map(|it| it.bind(py));
            let first = total - defaults.map_or(0, |it| it.len()).min(total);
            for (at, value) in values.iter_mut().enumerate() {
                if value.is_none() {
                    // What a factory makes is made in the frame of `__init__`.
                    if at < first || self.factories[at] {
                        return None;
                    }
                    *value = Some(defaults?.get_item(at - first).ok()?);
                } else if self.factories[at]
                    && defaults.is_some_and(|all| {
                        all.iter_borrowed()
                            .any(|one| value.as_ref().is_some_and(|it| it.is(&*one)))
                    })
                {
                    // Perhaps what stands for "nothing was given".
                    return None;
                }
            }
            match self.instances.make(py, &mut values)? {
                Ok(made) => Some(made.into_ptr()),
                Err(_) => Some(std::ptr::null_mut()),
            }
        }
    }
}

/// `Item(…)`
unsafe extern "C" fn call(
    class: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    count: usize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: called by Python code: attached, a class that this function was given to, live arguments and names.
    unsafe {
        let py = Python::assume_attached();
        let known = find(class).filter(|it| it.is_intact(class));
        let Some(known) = known else {
            return call_python(class, args, count, names);
        };
        if let Some(made) = known.make(py, args, count, names) {
            return made;
        }
        let made = call_python(class, args, count, names);
        if let Some(made) = Bound::from_borrowed_ptr_or_opt(py, made) {
            known.instances.learn(&made);
        }
        made
    }
}

/// As `type.__call__` does it.
///
/// # Safety
///
/// The arguments must be those of a vectorcall of a class.
pub(crate) unsafe fn call_python(
    class: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    count: usize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise; `type` can be called; what is made here is released here.
    unsafe {
        let py = Python::assume_attached();
        let given = ffi::PyVectorcall_NARGS(count);
        let positional = ffi::PyTuple_New(given);
        let Some(positional) = Bound::from_owned_ptr_or_opt(py, positional) else {
            return std::ptr::null_mut();
        };
        for at in 0..given {
            let value = *args.offset(at);
            ffi::Py_INCREF(value);
            ffi::PyTuple_SET_ITEM(positional.as_ptr(), at, value);
        }
        let mut keywords = None;
        if !names.is_null() {
            let Some(made) = Bound::from_owned_ptr_or_opt(py, ffi::PyDict_New()) else {
                return std::ptr::null_mut();
            };
            for at in 0..ffi::PyTuple_GET_SIZE(names) {
                let (name, value) = (ffi::PyTuple_GET_ITEM(names, at), *args.offset(given + at));
                if ffi::PyDict_SetItem(made.as_ptr(), name, value) < 0 {
                    return std::ptr::null_mut();
                }
            }
            keywords = Some(made);
        }
        let keywords = keywords
            .as_ref()
            .map_or(std::ptr::null_mut(), |it: &Bound<'_, PyAny>| it.as_ptr());
        match ffi::PyType_Type.tp_call {
            Some(call) => call(class, positional.as_ptr(), keywords),
            None => std::ptr::null_mut(),
        }
    }
}
