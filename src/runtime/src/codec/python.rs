//! The codecs as Python functions, for tests and tools: `decode_json`, `decode_text`, `encode_json`, `Rejected`.

use super::{Failure, Output, Plan, Problem, Reader, Source};
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
    let mut output = Output::with_capacity(256);
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
