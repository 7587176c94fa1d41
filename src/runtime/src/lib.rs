//! The runtime behind `tayberry._runtime`.

pub mod abi_functions;
pub mod codec;
pub mod http;

use pyo3::prelude::*;

/// The extension module.
#[pymodule(gil_used = false)]
fn _runtime(module: &Bound<'_, PyModule>) -> PyResult<()> {
    abi_functions::register(module)?;
    codec::register(module)?;
    http::register(module)
}
