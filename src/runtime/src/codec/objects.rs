//! Python objects made from scanned input: `str`, `int`, and keys that come again and again.
//!
//! In: UTF-8 text and decimal digits. Out: new references, or `Failure::Raised` with the exception set. What holds: the
//! thread is attached (callers have a `Python` token); keys are cached per thread, so nothing here is shared.

use super::rejection::{Decoded, Failure};
use pyo3::prelude::*;
use pyo3::{PyErr, ffi};
use std::cell::RefCell;
use std::sync::Mutex;

/// A new reference from a C function, or the exception that it set.
pub(crate) fn owned<'py>(
    py: Python<'py>,
    object: *mut ffi::PyObject,
) -> Decoded<Bound<'py, PyAny>> {
    if object.is_null() {
        return Err(Failure::Raised);
    }
    // SAFETY: C functions that return new references are called by the callers of this function, just before.
    Ok(unsafe { Bound::from_owned_ptr(py, object) })
}

/// Sets an exception that pyo3 has taken back in place.
pub fn raised(py: Python<'_>, error: PyErr) -> Failure {
    error.restore(py);
    Failure::Raised
}

/// A new `str`.
#[inline]
pub fn string<'py>(py: Python<'py>, text: &str) -> Decoded<Bound<'py, PyAny>> {
    owned(py, string_pointer(text))
}

/// A new `str` as a pointer, null with an exception; the thread must be attached.
#[inline]
pub(crate) fn string_pointer(text: &str) -> *mut ffi::PyObject {
    let length = text.len() as ffi::Py_ssize_t;
    // SAFETY: the thread is attached; the pointer and length are those of UTF-8 text; a new compact ASCII string has
    // `length` writable bytes behind its header, and nobody else has seen it yet.
    unsafe {
        // Strings of one character exist already.
        if text.len() < 2 || !text.is_ascii() {
            return ffi::PyUnicode_FromStringAndSize(text.as_ptr().cast(), length);
        }
        let object = ffi::PyUnicode_New(length, 127);
        if !object.is_null() {
            std::ptr::copy_nonoverlapping(
                text.as_ptr(),
                ffi::PyUnicode_DATA(object).cast::<u8>(),
                text.len(),
            );
        }
        object
    }
}

/// The value of decimal digits with an optional sign, if it fits 64 bits.
#[inline]
pub fn small(digits: &[u8]) -> Option<i64> {
    // Eighteen digits always fit.
    if digits.len() > 19 {
        return None;
    }
    let (negative, rest) = match digits {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if rest.len() > 18 {
        return None;
    }
    let value = rest
        .iter()
        .fold(0i64, |value, digit| value * 10 + i64::from(digit - b'0'));
    Some(if negative { -value } else { value })
}

/// A new `int` from decimal digits with an optional sign; none if there are more than the interpreter allows.
pub fn integer<'py>(py: Python<'py>, digits: &[u8]) -> Decoded<Option<Bound<'py, PyAny>>> {
    if let Some(value) = small(digits) {
        // SAFETY: the thread is attached.
        return owned(py, unsafe { ffi::PyLong_FromLongLong(value) }).map(Some);
    }
    let mut text = Vec::with_capacity(digits.len() + 1);
    text.extend_from_slice(digits);
    text.push(0);
    // SAFETY: the thread is attached; the text ends with NUL.
    let object = unsafe { ffi::PyLong_FromString(text.as_ptr().cast(), std::ptr::null_mut(), 10) };
    // SAFETY: the thread is attached.
    if object.is_null() && unsafe { ffi::PyErr_ExceptionMatches(ffi::PyExc_ValueError) } != 0 {
        // SAFETY: the thread is attached.
        unsafe { ffi::PyErr_Clear() };
        return Ok(None);
    }
    owned(py, object).map(Some)
}

const SLOTS: usize = 512;
const LONGEST: usize = 48;

/// Short ASCII strings that this thread has made before, by hash.
struct Keys {
    slots: Box<[*mut ffi::PyObject; SLOTS]>,
}

/// References of threads that have ended, to be released by one that is attached.
struct Orphans(Vec<*mut ffi::PyObject>);
// SAFETY: the pointers are strong references that nobody else uses; they are released by attached threads only.
unsafe impl Send for Orphans {}
static ORPHANS: Mutex<Orphans> = Mutex::new(Orphans(Vec::new()));

impl Drop for Keys {
    fn drop(&mut self) {
        // A thread that ends has given up its thread state.
        if let Ok(mut orphans) = ORPHANS.lock() {
            orphans
                .0
                .extend(self.slots.iter().copied().filter(|slot| !slot.is_null()));
        }
    }
}

thread_local! {
    static KEYS: RefCell<Option<Keys>> = const { RefCell::new(None) };
}

/// A `str` for an object's key.
pub fn key<'py>(py: Python<'py>, text: &str) -> Decoded<Bound<'py, PyAny>> {
    if text.len() < 2 || text.len() > LONGEST || !text.is_ascii() {
        return string(py, text);
    }
    let cached = KEYS.try_with(|keys| {
        let mut keys = keys.try_borrow_mut().ok()?;
        let keys = keys.get_or_insert_with(|| {
            release_orphans();
            Keys {
                slots: Box::new([std::ptr::null_mut(); SLOTS]),
            }
        });
        let slot = &mut keys.slots[hash(text.as_bytes()) % SLOTS];
        // SAFETY: slots hold strong references to compact ASCII strings of more than one character, which are read
        // here by the thread that made them.
        unsafe {
            if !slot.is_null() {
                let data = ffi::PyUnicode_DATA(*slot).cast::<u8>();
                let length = ffi::PyUnicode_GET_LENGTH(*slot) as usize;
                if std::slice::from_raw_parts(data, length) == text.as_bytes() {
                    ffi::Py_INCREF(*slot);
                    return Some(*slot);
                }
            }
            let made = string_pointer(text);
            if made.is_null() {
                return Some(made);
            }
            ffi::Py_INCREF(made);
            // A `str` runs no Python code when it goes.
            ffi::Py_XDECREF(std::mem::replace(slot, made));
            Some(made)
        }
    });
    match cached {
        Ok(Some(object)) => owned(py, object),
        _ => string(py, text),
    }
}

fn release_orphans() {
    let orphans = ORPHANS
        .lock()
        .map(|mut orphans| std::mem::take(&mut orphans.0))
        .unwrap_or_default();
    for orphan in orphans {
        // SAFETY: strong references left by a thread that ended; this thread is attached.
        unsafe { ffi::Py_DECREF(orphan) };
    }
}

fn hash(bytes: &[u8]) -> usize {
    let mut value = bytes.len() as u64;
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        value = (value ^ u64::from_le_bytes(word))
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(29);
    }
    (value >> 20) as usize
}
