//! Compiled handlers: decoded straight into C slots, called, and encoded straight into the reply's body.

use std::ffi::c_void;

use pyo3::prelude::*;
use smallvec::SmallVec;
use tayberry_abi::{
    HANDLER_MAY_BLOCK, HANDLER_RETURNS_OBJECT, Handler, OK, RAISED, Slice, WAITING,
};

use super::application::{Application, Origin, Route};
use super::arguments::Parts;
use super::context::run_in;
use super::dispatch::{finish, raised, request_object, unfit};
use super::request::{Reply, Request};
use super::router::PathValue;
use crate::codec::{Output, Reader, Source};

/// Filled argument slots of one call.
pub struct Arguments {
    handler: &'static Handler,
    /// 16-byte units: the ABI aligns slots to 16.
    slots: SmallVec<[u128; 4]>,
    /// Which parameters own something in their slot.
    filled: SmallVec<[bool; 8]>,
}

// SAFETY: the slots hold plain values and owned references; they are used by one thread at a time, attached to Python.
unsafe impl Send for Arguments {}

impl Arguments {
    fn slot(&mut self, offset: u32) -> *mut c_void {
        // SAFETY: the compiler gives every parameter an offset inside `arguments_size`, for which there is room.
        unsafe {
            self.slots
                .as_mut_ptr()
                .cast::<u8>()
                .add(offset as usize)
                .cast()
        }
    }
}

impl Drop for Arguments {
    fn drop(&mut self) {
        if !self.filled.contains(&true) {
            return;
        }
        Python::attach(|_| {
            for at in 0..self.filled.len() {
                // SAFETY: there are `parameter_count` parameters, and this one's slot was filled and not consumed.
                let parameter = unsafe { &*self.handler.parameters.add(at) };
                if let (true, Some(drop)) = (self.filled[at], parameter.drop) {
                    // SAFETY: as above; the thread is attached.
                    unsafe { drop(self.slot(parameter.offset)) };
                }
            }
        });
    }
}

/// Decodes the arguments of a request, or answers what is wrong with it.
pub fn arguments(
    py: Python<'_>,
    app: &Application,
    route: &Route,
    handler: &'static Handler,
    request: &Request,
    parts: &Parts<'_>,
    path: &[PathValue<'_, '_>],
) -> Result<Arguments, Box<Reply>> {
    let count = handler.parameter_count as usize;
    let mut arguments = Arguments {
        handler,
        slots: SmallVec::from_elem(0, (handler.arguments_size as usize).div_ceil(16)),
        filled: SmallVec::from_elem(false, count),
    };
    let mut reader = Reader::new();
    for (at, param) in route.params.iter().enumerate().take(count) {
        // SAFETY: there are `parameter_count` parameters, in the order of the signature, as in the route.
        let parameter = unsafe { &*handler.parameters.add(at) };
        let slot = arguments.slot(parameter.offset);
        let from_object = |value: &Bound<'_, PyAny>| match parameter.from_object {
            // SAFETY: a live object, a slot of this parameter; the thread is attached.
            Some(store) => unsafe { store(value.as_ptr().cast(), slot) },
            None => RAISED,
        };
        let status = match (param.origin, &param.plan) {
            (Origin::Request, _) | (_, None) => {
                let value = request_object(py, app, request, path)
                    .map_err(|error| Box::new(raised(py, app, error)))?;
                from_object(&value)
            }
            (Origin::Part(source), Some(plan)) => {
                let texts = parts.texts(source, &param.alias);
                let is_body = source == Source::Body;
                let is_absent = if is_body {
                    request.body.is_empty()
                } else {
                    texts.is_empty()
                };
                reader.enter(source, if is_body { "" } else { &param.alias });
                if is_absent && param.required {
                    reader.reject_missing().status()
                } else if is_absent {
                    from_object(param.default.bind(py))
                } else if is_body {
                    json(&mut reader, &request.body, parameter, slot)
                } else if let Some(decode) = parameter.from_text {
                    let slices: SmallVec<[Slice; 2]> = texts
                        .iter()
                        .map(|text| Slice {
                            data: text.as_ptr(),
                            length: text.len(),
                        })
                        .collect();
                    // SAFETY: the reader is the runtime's own; the slices and the slot outlive the call.
                    unsafe {
                        decode(
                            (&raw mut reader).cast(),
                            std::ptr::null(),
                            slices.as_ptr(),
                            slices.len(),
                            slot,
                        )
                    }
                } else {
                    // A type that has no C form for text: decoded by its plan and stored as an object.
                    match plan.get().decode_text(py, &mut reader, &texts) {
                        Ok(value) => from_object(&value),
                        Err(failure) => failure.status(),
                    }
                }
            }
        };
        match status {
            OK => arguments.filled[at] = true,
            RAISED => return Err(Box::new(raised(py, app, PyErr::fetch(py)))),
            _ => {}
        }
    }
    match reader.problem() {
        Some(problem) => Err(Box::new(problem.into())),
        None => Ok(arguments),
    }
}

fn json<'a>(
    reader: &mut Reader<'a>,
    body: &'a [u8],
    parameter: &tayberry_abi::Parameter,
    slot: *mut c_void,
) -> i32 {
    if let Err(failure) = reader.open(body) {
        return failure.status();
    }
    let Some(decode) = parameter.from_json else {
        return RAISED;
    };
    // SAFETY: the reader is the runtime's own and has a document open; the slot is this parameter's.
    let status = unsafe { decode((&raw mut *reader).cast(), std::ptr::null(), slot) };
    if status == tayberry_abi::FATAL || status == RAISED {
        return status;
    }
    match reader.finish() {
        Ok(()) => status,
        Err(failure) => {
            if status == OK
                && let Some(drop) = parameter.drop
            {
                // SAFETY: the slot was just filled; the thread is attached.
                unsafe { drop(slot) };
            }
            failure.status()
        }
    }
}

/// What came of a call.
pub enum Outcome {
    /// The handler has ended.
    Reply(Reply),
    /// It waits: this is its coroutine, of which nothing that needs a task has run yet.
    Waits(Py<PyAny>),
}

/// Calls the handler with its slots and writes the reply.
pub fn invoke(
    py: Python<'_>,
    app: &Application,
    route: &Route,
    mut arguments: Arguments,
) -> Outcome {
    let handler = arguments.handler;
    let units = (handler.result_size as usize).div_ceil(16).max(1);
    let mut result: SmallVec<[u128; 4]> = SmallVec::from_elem(0, units);
    let slot: *mut c_void = result.as_mut_ptr().cast();
    let Some(call) = handler.invoke else {
        return Outcome::Reply(raised(py, app, PyErr::fetch(py)));
    };
    let mut called = || {
        // The call consumes the slots, also when it fails.
        arguments.filled.clear();
        // SAFETY: every slot is filled; the result has room; the thread is attached.
        match unsafe { call(arguments.slot(0), slot) } {
            RAISED => Err(PyErr::fetch(py)),
            status => Ok(status),
        }
    };
    let status = match handler.flags & HANDLER_MAY_BLOCK {
        0 => called(),
        // Code of which nothing is known may set context variables.
        _ => app
            .context
            .fresh(py)
            .and_then(|context| run_in(&context, called)),
    };
    match status {
        // SAFETY: the slot holds a new reference to the coroutine.
        Ok(WAITING) => match unsafe {
            Bound::from_owned_ptr_or_err(py, slot.cast::<*mut pyo3::ffi::PyObject>().read())
        } {
            Ok(coroutine) => return Outcome::Waits(coroutine.unbind()),
            Err(error) => return Outcome::Reply(raised(py, app, error)),
        },
        Ok(_) => {}
        Err(error) => return Outcome::Reply(raised(py, app, error)),
    }
    Outcome::Reply(returned(py, app, route, handler, slot))
}

/// The reply to what a compiled coroutine gave, as its handler's own encoder writes it; none for results that are not held
/// in C as the object that they are.
pub fn write(
    py: Python<'_>,
    app: &Application,
    route: &Route,
    value: &Bound<'_, PyAny>,
) -> Option<Reply> {
    let handler = route.compiled?;
    let encode = handler.encode?;
    // Something else may have been put in its place meanwhile.
    // SAFETY: a live object, a function when the application was made.
    let vectorcall = unsafe { pyo3::ffi::PyVectorcall_Function(route.handler.as_ptr()) }?;
    if vectorcall as *const c_void != handler.vectorcall {
        return None;
    }
    let class = route.returns.as_ref()?.get().model_class()?;
    if handler.flags & HANDLER_RETURNS_OBJECT != 0
        || value.get_type_ptr() != class.bind(py).as_type_ptr()
    {
        return None;
    }
    let mut out = Output::default();
    let mut slot = value.clone().into_ptr();
    // SAFETY: the coroutine is compiled and has checked its result; an object of a class is held as a reference to it, which
    // is consumed here.
    if unsafe { encode(out.buffer(), (&raw mut slot).cast()) } != OK {
        return Some(unfit(py, app, route, PyErr::fetch(py)));
    }
    Some(Reply::json(route.status, out.into_vec()))
}

/// Writes the reply of a handler that has ended; consumes its result.
fn returned(
    py: Python<'_>,
    app: &Application,
    route: &Route,
    handler: &Handler,
    slot: *mut c_void,
) -> Reply {
    if handler.flags & HANDLER_RETURNS_OBJECT == 0
        && let Some(encode) = handler.encode
    {
        let mut out = Output::default();
        // SAFETY: the result was filled by the call and is consumed here.
        if unsafe { encode(out.buffer(), slot) } != OK {
            return unfit(py, app, route, PyErr::fetch(py));
        }
        return Reply::json(route.status, out.into_vec());
    }
    let Some(object) = handler.result_object else {
        return raised(py, app, PyErr::fetch(py));
    };
    // SAFETY: as above; a new reference or null with an exception.
    let value = unsafe { Bound::from_owned_ptr_or_err(py, object(slot).cast()) };
    finish(py, app, route, value.map(Bound::unbind))
}
