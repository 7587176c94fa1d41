//! Writing: the contract's `write_*` functions.

use super::guard;
use crate::codec::{buffer, encode, write};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::ffi::c_int;
use tayberry_abi::{Buffer, OK, Object, RAISED};

/// `Runtime::buffer_grow`
pub(super) unsafe extern "C" fn buffer_grow(out: *mut Buffer, extra: usize) {
    // SAFETY: by the contract a valid buffer of this runtime. Growing does not panic: without memory it aborts.
    unsafe { buffer::grow(&mut *out, extra) };
}

/// `Runtime::write_string`
pub(super) unsafe extern "C" fn write_string(out: *mut Buffer, data: *const u8, length: usize) {
    // SAFETY: by the contract a valid buffer of this runtime and UTF-8 text of that length.
    let (out, text) = unsafe { (&mut *out, slice(data, length)) };
    write::Sink::append(out, b"\"");
    write::write_escaped(out, text);
    write::Sink::append(out, b"\"");
}

/// `Runtime::write_int`
pub(super) unsafe extern "C" fn write_int(out: *mut Buffer, value: i64) {
    // SAFETY: by the contract a valid buffer of this runtime.
    write::write_integer(unsafe { &mut *out }, value);
}

/// `Runtime::write_float`
pub(super) unsafe extern "C" fn write_float(out: *mut Buffer, value: f64) -> c_int {
    // SAFETY: by the contract a valid buffer of this runtime.
    if write::write_float(unsafe { &mut *out }, value) {
        return OK;
    }
    guard(RAISED, |py| {
        let shown = if value.is_nan() {
            "nan"
        } else {
            ["-inf", "inf"][usize::from(value > 0.0)]
        };
        PyValueError::new_err(format!("{shown} has no JSON form")).restore(py);
        RAISED
    })
}

/// `Runtime::write_object`
pub(super) unsafe extern "C" fn write_object(out: *mut Buffer, value: *mut Object) -> c_int {
    guard(RAISED, |py| {
        // SAFETY: by the contract a valid buffer of this runtime and a borrowed reference.
        let (out, value) = unsafe { (&mut *out, Bound::from_borrowed_ptr(py, value.cast())) };
        encode::encode(py, out, &value).map_or_else(|failure| failure.status(), |()| OK)
    })
}

/// `Runtime::write_key`
pub(super) unsafe extern "C" fn write_key(out: *mut Buffer, value: *mut Object) -> c_int {
    guard(RAISED, |py| {
        // SAFETY: by the contract a valid buffer of this runtime and a borrowed reference.
        let (out, value) = unsafe { (&mut *out, Bound::from_borrowed_ptr(py, value.cast())) };
        // Those of the dict itself.
        let depth = out.depth.saturating_sub(1);
        encode::encode_key(py, out, &value, depth).map_or_else(
            |failure| failure.status(),
            |()| {
                // The colon.
                out.length -= 1;
                OK
            },
        )
    })
}

/// A slice whose pointer may be null when it is empty.
///
/// # Safety
/// Otherwise `data` points at `length` bytes that live and do not change as long as the slice is used.
pub(super) unsafe fn slice<'a>(data: *const u8, length: usize) -> &'a [u8] {
    if length == 0 {
        return &[];
    }
    // SAFETY: by this function's contract.
    unsafe { std::slice::from_raw_parts(data, length) }
}
