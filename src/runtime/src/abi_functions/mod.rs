//! The bodies of the functions that generated code calls (`tb_runtime` of the contract), and the capsule that hands
//! them over.
//!
//! In: calls from C with an attached thread state. Out: status codes of the contract. What holds: no panic crosses into
//! C; a function that answers `RAISED` has set an exception, one that answers `INVALID` or `FATAL` has recorded a
//! rejection.

mod call;
mod reading;
mod registry;
mod writing;

pub use call::{Call, Returned};
pub use registry::{handler_named, native_handler};

use pyo3::ffi;
use pyo3::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tayberry_abi::{ABI_VERSION, Runtime};

static RUNTIME: Runtime = Runtime {
    abi_version: ABI_VERSION,
    size: size_of::<Runtime>() as u32,
    register: Some(registry::register),
    buffer_grow: Some(writing::buffer_grow),
    write_string: Some(writing::write_string),
    write_int: Some(writing::write_int),
    write_float: Some(writing::write_float),
    write_object: Some(writing::write_object),
    write_key: Some(writing::write_key),
    peek: Some(reading::peek),
    read_int: Some(reading::read_int),
    read_float: Some(reading::read_float),
    read_bool: Some(reading::read_bool),
    read_null: Some(reading::read_null),
    read_string: Some(reading::read_string),
    read_text: Some(reading::read_text),
    read_any: Some(reading::read_any),
    read_known: Some(reading::read_known),
    skip: Some(reading::skip),
    next_key: Some(reading::next_key),
    next_item: Some(reading::next_item),
    mark: Some(reading::mark),
    rewind: Some(reading::rewind),
    reject: Some(reading::reject),
    text_int: Some(reading::text_int),
    text_float: Some(reading::text_float),
    text_bool: Some(reading::text_bool),
    text_string: Some(reading::text_string),
    text_known: Some(reading::text_known),
    reject_raised: Some(reading::reject_raised),
};

/// Adds the capsule `abi` to the module `tayberry._runtime`.
pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let table = std::ptr::from_ref(&RUNTIME).cast_mut().cast();
    // SAFETY: the table is a static; readers do not write through the pointer; the name is a static string.
    let capsule = unsafe { ffi::PyCapsule_New(table, c"tayberry.abi".as_ptr(), None) };
    // SAFETY: a new reference, or null with an exception set.
    module.add("abi", unsafe {
        Bound::from_owned_ptr_or_err(module.py(), capsule)
    }?)
}

/// Runs the body of a function called from C: a panic in it becomes a `SystemError` and `failed`.
fn guard<T>(failed: T, body: impl FnOnce(Python<'_>) -> T) -> T {
    // SAFETY: the contract says that callers have an attached thread state.
    let run = || body(unsafe { Python::assume_attached() });
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(value) => value,
        Err(_) => {
            // SAFETY: as above.
            unsafe {
                ffi::PyErr_SetString(
                    ffi::PyExc_SystemError,
                    c"the runtime of tayberry panicked: this is our bug".as_ptr(),
                )
            };
            failed
        }
    }
}
