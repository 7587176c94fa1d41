//! The codecs as Python functions, for tests and tools: `decode_json`, `decode_text`, `encode_json`, `Rejected`; and `forget`.

use super::{Failure, Output, Plan, Problem, Reader, Source};
use crate::abi_functions::{Call, handler_named};
use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

create_exception!(
    tayberry._runtime,
    Rejected,
    PyValueError,
    "Input was rejected: `status` and the `body` of the answer."
);

/// Adds the functions to the module `tayberry._runtime`.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(decode_json, module)?)?;
    module.add_function(wrap_pyfunction!(decode_text, module)?)?;
    module.add_function(wrap_pyfunction!(encode_json, module)?)?;
    module.add_function(wrap_pyfunction!(call_native, module)?)?;
    module.add_function(wrap_pyfunction!(forget, module)?)?;
    module.add_class::<Plan>()?;
    module.add("Rejected", module.py().get_type::<Rejected>())
}

/// Decodes a JSON document as a `tayberry._types.Type`; raises `Rejected`.
#[pyfunction]
fn decode_json<'py>(
    description: &Bound<'py, PyAny>,
    document: &Bound<'py, PyBytes>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = description.py();
    let plan = Plan::of(description)?;
    let mut reader = Reader::new();
    let value = match reader.open(document.as_bytes()) {
        Ok(()) => plan.get().decode_json(py, &mut reader),
        Err(failure) => Err(failure),
    };
    finish(py, value, &mut reader)
}

/// Decodes the texts given for a parameter of the query string as a `tayberry._types.Type`; raises `Rejected`.
#[pyfunction]
#[pyo3(signature = (description, texts, name = "value"))]
fn decode_text<'py>(
    description: &Bound<'py, PyAny>,
    texts: Vec<Vec<u8>>,
    name: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let py = description.py();
    let plan = Plan::of(description)?;
    let mut reader = Reader::new();
    reader.enter(Source::Query, name);
    let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
    let value = plan.get().decode_text(py, &mut reader, &texts);
    finish(py, value, &mut reader)
}

/// Encodes a value as JSON; checked against a `tayberry._types.Type` if one is given.
#[pyfunction]
#[pyo3(signature = (value, description = None))]
fn encode_json<'py>(
    value: &Bound<'py, PyAny>,
    description: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyBytes>> {
    let py = value.py();
    let mut output = Output::default();
    let written = match description {
        None => super::encode::encode(py, output.buffer(), value),
        Some(description) => Plan::of(description)?
            .get()
            .encode(py, output.buffer(), value),
    };
    match written {
        Ok(()) => Ok(PyBytes::new(py, output.bytes())),
        Err(_) => Err(PyErr::fetch(py)),
    }
}

/// Calls a compiled handler by its name (`module.qualname`) with one input per parameter: `bytes` is a JSON body, a list of
/// `bytes` the texts of a parameter of the query string, a tuple of one object that object. The result as JSON, from the handler's own encoder.
#[pyfunction]
fn call_native<'py>(
    py: Python<'py>,
    name: &str,
    inputs: Vec<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyBytes>> {
    let handler = handler_named(name)
        .ok_or_else(|| PyValueError::new_err(format!("no compiled handler is named {name}")))?;
    let mut call =
        Call::new(py, handler).ok_or_else(|| PyValueError::new_err("too many parameters"))?;
    let documents: Vec<Vec<u8>> = inputs
        .iter()
        .map(|input| input.extract().unwrap_or_default())
        .collect();
    let mut reader = Reader::new();
    for (index, input) in inputs.iter().enumerate() {
        let filled = if input.is_instance_of::<PyBytes>() {
            reader
                .open(&documents[index])
                .and_then(|()| call.json(index, &mut reader))
        } else if let Ok(texts) = input.cast::<pyo3::types::PyList>() {
            let texts: Vec<Vec<u8>> = texts.extract()?;
            reader.enter(Source::Query, "value");
            call.text(
                index,
                &mut reader,
                &texts.iter().map(Vec::as_slice).collect::<Vec<_>>(),
            )
        } else {
            call.object(index, &input.get_item(0)?)
        };
        if matches!(filled, Err(Failure::Raised)) {
            return Err(PyErr::fetch(py));
        }
    }
    if let Some(problem) = reader.problem() {
        return Err(rejected(py, &problem));
    }
    let mut output = Output::default();
    match call
        .invoke()
        .and_then(|returned| returned.encode(output.buffer()))
    {
        Ok(()) => Ok(PyBytes::new(py, output.bytes())),
        Err(_) => Err(PyErr::fetch(py)),
    }
}

/// Lets go of the program's classes, so that they can be finalised. For the end of the process: nothing happens while other threads run.
#[pyfunction]
fn forget(py: Python<'_>) {
    super::encode::forget(py);
    super::calls::forget(py);
}

fn finish<'py>(
    py: Python<'py>,
    value: Result<Bound<'py, PyAny>, Failure>,
    reader: &mut Reader<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    if matches!(value, Err(Failure::Raised)) {
        return Err(PyErr::fetch(py));
    }
    match (reader.problem(), value) {
        (None, Ok(value)) => Ok(value),
        (problem, _) => Err(rejected(py, &problem.unwrap_or_else(|| Problem::new(500)))),
    }
}

fn rejected(py: Python<'_>, problem: &Problem) -> PyErr {
    let error = Rejected::new_err(problem.detail.clone().unwrap_or_default());
    let value = error.value(py);
    let set = value
        .setattr("status", problem.status)
        .and_then(|()| value.setattr("body", PyBytes::new(py, &problem.body())));
    set.err().unwrap_or(error)
}
