//! Instances of models from the values of their fields.
//!
//! In: a model of a plan and its values, `None` for a field that was not given. Out: a new instance; what a class's own
//! code refuses (`ValueError`, `AssertionError`) is a rejection, other exceptions stay: a `TypeError` is the program's fault.

use super::known::allocate;
use super::objects::raised;
use super::place::Place;
use super::plan::{Construct, Filling, Model};
use super::reader::Reader;
use super::rejection::{Decoded, Failure};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use tayberry_abi::Rejection;

type Object<'py> = Bound<'py, PyAny>;

/// Makes an instance from the values given.
pub(super) fn make<'py>(
    py: Python<'py>,
    reader: &mut Reader<'_>,
    place: *const Place,
    model: &Model,
    values: &mut [Option<Object<'py>>],
) -> Decoded<Object<'py>> {
    let class = model.class.bind(py);
    match model.construction(py) {
        Construct::Direct => {
            for (value, at) in values.iter_mut().zip(&model.inputs) {
                if value.is_none() {
                    *value = match &model.fields[*at].default {
                        Filling::Value(default) => Some(default.bind(py).clone()),
                        Filling::Factory(factory) => Some(
                            factory
                                .bind(py)
                                .call0()
                                .map_err(|error| raised(py, error))?,
                        ),
                        Filling::Required | Filling::Absent => None,
                    };
                }
            }
            if let Some(made) = model.instances.make(py, values) {
                return made;
            }
            let object = allocate(py, class)?;
            for (value, at) in values.iter_mut().zip(&model.inputs) {
                let Some(value) = value.take() else {
                    continue;
                };
                // SAFETY: all are valid objects. As the generated `__init__` does it, for frozen classes too.
                if unsafe {
                    ffi::PyObject_GenericSetAttr(
                        object.as_ptr(),
                        model.fields[*at].object.as_ptr(),
                        value.as_ptr(),
                    )
                } < 0
                {
                    return Err(Failure::Raised);
                }
            }
            model.instances.learn(&object);
            Ok(object)
        }
        Construct::Empty => {
            let made = class.call0().and_then(|object| {
                for (value, at) in values.iter_mut().zip(&model.inputs) {
                    if let Some(value) = value.take() {
                        object.setattr(&model.fields[*at].object, value)?;
                    }
                }
                Ok(object)
            });
            construct(py, reader, place, made)
        }
        Construct::Call => {
            let mut arguments: Vec<*mut ffi::PyObject> = Vec::with_capacity(values.len() + 1);
            arguments.push(std::ptr::null_mut());
            arguments.extend(values.iter().flatten().map(|value| value.as_ptr()));
            let names = if arguments.len() - 1 == values.len() {
                model.keywords.bind(py).clone()
            } else {
                let given = values
                    .iter()
                    .zip(&model.inputs)
                    .filter(|(value, _)| value.is_some());
                let names: Vec<_> = given
                    .map(|(_, at)| model.fields[*at].object.bind(py))
                    .collect();
                PyTuple::new(py, names).map_err(|error| raised(py, error))?
            };
            // SAFETY: one writable place stands before the arguments, as the flag promises; as many as there are names.
            let made = unsafe {
                ffi::PyObject_Vectorcall(
                    class.as_ptr(),
                    arguments.as_ptr().add(1),
                    ffi::PY_VECTORCALL_ARGUMENTS_OFFSET,
                    names.as_ptr(),
                )
            };
            // SAFETY: a new reference, or null with an exception set.
            construct(py, reader, place, unsafe {
                Bound::from_owned_ptr_or_err(py, made)
            })
        }
    }
}

/// What a constructor gave; its refusal is a rejection.
pub(super) fn construct<'py>(
    py: Python<'py>,
    reader: &mut Reader<'_>,
    place: *const Place,
    made: PyResult<Object<'py>>,
) -> Decoded<Object<'py>> {
    match made {
        Ok(object) => Ok(object),
        Err(error) => {
            error.restore(py);
            Err(reject_raised(py, reader, place))
        }
    }
}

/// Turns a pending `ValueError` or `AssertionError` into a rejection; any other stays.
pub(crate) fn reject_raised(
    py: Python<'_>,
    reader: &mut Reader<'_>,
    place: *const Place,
) -> Failure {
    // SAFETY: the thread is attached.
    let refused = unsafe {
        ffi::PyErr_ExceptionMatches(ffi::PyExc_ValueError) != 0
            || ffi::PyErr_ExceptionMatches(ffi::PyExc_AssertionError) != 0
    };
    if !refused {
        return Failure::Raised;
    }
    let Some(error) = PyErr::take(py) else {
        return Failure::Raised;
    };
    let message = error
        .value(py)
        .str()
        .map(|text| text.to_string_lossy().into_owned());
    // A plain `assert` has no words.
    let message = message.ok().filter(|text| !text.is_empty());
    reader.reject(
        place,
        Rejection::ValueError,
        message.unwrap_or_else(|| "the value was refused".into()),
    )
}
