//! Any Python value as JSON.
//!
//! In: an object. Out: bytes appended to a buffer, or an exception: `TypeError` for a value without a JSON form,
//! `ValueError` for NaN, infinities, lone surrogates and a nesting that never ends. What holds: containers may be
//! changed by other threads or by Python code that runs in between; that gives an exception or either content, never
//! a crash.

use super::known::{self, classes};
use super::objects::{owned, raised};
use super::rejection::{Decoded, Failure};
use super::write::{Sink, write_escaped, write_float, write_integer, write_string};
use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyString, PyTuple, PyType};
use pyo3::{ffi, intern};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use tayberry_abi::Buffer;

/// How deep containers may be nested; deeper is taken for a cycle.
const DEPTH: usize = 1000;

/// Appends a value, as deep as C encoders are in theirs. Errors leave what was appended so far.
pub fn encode(py: Python<'_>, out: &mut Buffer, value: &Bound<'_, PyAny>) -> Decoded<()> {
    let depth = out.depth;
    encode_at(py, out, value, depth)
}

/// One level deeper: an error at the limit or when the C stack runs out.
pub(super) struct Level;

impl Level {
    pub(super) fn enter(py: Python<'_>, depth: usize) -> Decoded<Level> {
        if depth >= DEPTH {
            let error = PyValueError::new_err(format!(
                "nested more than {DEPTH} levels deep, or a circular reference"
            ));
            return Err(raised(py, error));
        }
        // SAFETY: the thread is attached; `drop` leaves again.
        if unsafe { ffi::Py_EnterRecursiveCall(c" while writing JSON".as_ptr()) } != 0 {
            return Err(Failure::Raised);
        }
        Ok(Level)
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        // SAFETY: entered by `enter` on this thread.
        unsafe { ffi::Py_LeaveRecursiveCall() };
    }
}

pub(super) fn encode_at(
    py: Python<'_>,
    out: &mut Buffer,
    value: &Bound<'_, PyAny>,
    depth: usize,
) -> Decoded<()> {
    let object = value.as_ptr();
    // SAFETY: the object is valid and the thread attached; the checks look at its type only.
    unsafe {
        if ffi::PyUnicode_CheckExact(object) != 0 {
            return encode_string(out, value);
        }
        if object == ffi::Py_None() {
            out.append(b"null");
            return Ok(());
        }
        if ffi::PyBool_Check(object) != 0 {
            out.append(if object == ffi::Py_True() {
                b"true"
            } else {
                b"false"
            });
            return Ok(());
        }
        if ffi::PyLong_CheckExact(object) != 0 {
            return encode_integer(py, out, value);
        }
        if ffi::PyFloat_CheckExact(object) != 0 {
            return encode_float(py, out, ffi::PyFloat_AS_DOUBLE(object));
        }
        if ffi::PyList_CheckExact(object) != 0 {
            return encode_list(py, out, value, depth, &mut |out, item, depth| {
                encode_at(py, out, item, depth)
            });
        }
        if ffi::PyDict_CheckExact(object) != 0 {
            return encode_plain_dict(py, out, value, depth);
        }
        if ffi::PyTuple_CheckExact(object) != 0 {
            return encode_tuple(py, out, value, depth, &mut |out, item, depth, _| {
                encode_at(py, out, item, depth)
            });
        }
    }
    encode_other(py, out, value, depth)
}

/// What is not exactly a built-in type of JSON's own.
fn encode_other(
    py: Python<'_>,
    out: &mut Buffer,
    value: &Bound<'_, PyAny>,
    depth: usize,
) -> Decoded<()> {
    let object = value.as_ptr();
    if value
        .is_instance(classes(py)?.enumeration.bind(py))
        .map_err(|error| raised(py, error))?
    {
        let _level = Level::enter(py, depth)?;
        let inner = value
            .getattr(intern!(py, "value"))
            .map_err(|error| raised(py, error))?;
        return encode_at(py, out, &inner, depth + 1);
    }
    if let Some(fields) = written_fields(py, &value.get_type())? {
        return encode_fields(py, out, value, &fields, depth);
    }
    out.append(b"\"");
    if known::write_text(py, out, value)? {
        out.append(b"\"");
        return Ok(());
    }
    out.length -= 1;
    // SAFETY: the object is valid and the thread attached; the checks look at its type only.
    unsafe {
        if ffi::PyUnicode_Check(object) != 0 {
            return encode_string(out, value);
        }
        if ffi::PyLong_Check(object) != 0 {
            return encode_integer(py, out, value);
        }
        if ffi::PyFloat_Check(object) != 0 {
            return encode_float(py, out, ffi::PyFloat_AS_DOUBLE(object));
        }
        if ffi::PyList_Check(object) != 0 {
            return encode_list(py, out, value, depth, &mut |out, item, depth| {
                encode_at(py, out, item, depth)
            });
        }
        if ffi::PyDict_Check(object) != 0 {
            return encode_plain_dict(py, out, value, depth);
        }
        if ffi::PyTuple_Check(object) != 0 {
            return encode_tuple(py, out, value, depth, &mut |out, item, depth, _| {
                encode_at(py, out, item, depth)
            });
        }
        if ffi::PyAnySet_Check(object) != 0 {
            return encode_iterable(py, out, value, depth, &mut |out, item, depth| {
                encode_at(py, out, item, depth)
            });
        }
        if ffi::PyBytes_Check(object) != 0 || ffi::PyByteArray_Check(object) != 0 {
            return encode_bytes(py, out, value);
        }
    }
    let name = type_name(value);
    Err(raised(
        py,
        PyTypeError::new_err(format!("{name} has no JSON form")),
    ))
}

/// A value's type as errors show it.
pub(super) fn type_name(value: &Bound<'_, PyAny>) -> String {
    if value.is_none() {
        return "None".to_owned();
    }
    // SAFETY: the type of a live object is live, and its name is a NUL-terminated string as long as it is.
    let name = unsafe { std::ffi::CStr::from_ptr((*ffi::Py_TYPE(value.as_ptr())).tp_name) };
    name.to_string_lossy().into_owned()
}

/// A `str` (or a subclass's text).
pub(super) fn encode_string(out: &mut Buffer, value: &Bound<'_, PyAny>) -> Decoded<()> {
    let mut length = 0;
    // SAFETY: the caller has checked for `str`. An ASCII string lends its own characters, another one makes its UTF-8
    // once and keeps it; either lives as long as the string, which never changes.
    let bytes = unsafe {
        let data = ffi::PyUnicode_AsUTF8AndSize(value.as_ptr(), &mut length);
        if data.is_null() {
            return Err(Failure::Raised);
        }
        std::slice::from_raw_parts(data.cast::<u8>(), length as usize)
    };
    out.append(b"\"");
    write_escaped(out, bytes);
    out.append(b"\"");
    Ok(())
}

/// An `int` of any size (or a subclass's number).
pub(super) fn encode_integer(
    py: Python<'_>,
    out: &mut Buffer,
    value: &Bound<'_, PyAny>,
) -> Decoded<()> {
    let mut overflow = 0;
    // SAFETY: the caller has checked for `int`.
    let number = unsafe { ffi::PyLong_AsLongLongAndOverflow(value.as_ptr(), &mut overflow) };
    if overflow == 0 {
        write_integer(out, number);
        return Ok(());
    }
    // SAFETY: `int.__repr__` takes any `int`; subclasses may have their own, which does not count here.
    let text = unsafe {
        let class = &raw mut ffi::PyLong_Type;
        (*class).tp_repr.map(|repr| repr(value.as_ptr()))
    };
    let text = owned(py, text.unwrap_or(std::ptr::null_mut()))?;
    let text = text
        .cast::<PyString>()
        .map_err(|error| raised(py, error.into()))?;
    out.append(text.to_str().map_err(|error| raised(py, error))?.as_bytes());
    Ok(())
}

/// A float; `ValueError` if JSON has no form of it.
pub(super) fn encode_float(py: Python<'_>, out: &mut Buffer, value: f64) -> Decoded<()> {
    if write_float(out, value) {
        return Ok(());
    }
    let shown = if value.is_nan() {
        "nan"
    } else if value > 0.0 {
        "inf"
    } else {
        "-inf"
    };
    Err(raised(
        py,
        PyValueError::new_err(format!("{shown} has no JSON form")),
    ))
}

/// A float or an `int`, as a float; `OverflowError` if it is too large.
pub(super) fn encode_promoted(
    py: Python<'_>,
    out: &mut Buffer,
    value: &Bound<'_, PyAny>,
) -> Decoded<()> {
    // SAFETY: a valid object.
    let number = unsafe { ffi::PyFloat_AsDouble(value.as_ptr()) };
    // SAFETY: the thread is attached.
    if number == -1.0 && !unsafe { ffi::PyErr_Occurred() }.is_null() {
        return Err(Failure::Raised);
    }
    encode_float(py, out, number)
}

fn encode_bytes(py: Python<'_>, out: &mut Buffer, value: &Bound<'_, PyAny>) -> Decoded<()> {
    let bytes: Vec<u8> = value.extract().map_err(|error| raised(py, error))?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => {
            write_string(out, text);
            Ok(())
        }
        Err(_) => Err(raised(
            py,
            PyValueError::new_err("bytes that are not UTF-8 have no JSON form"),
        )),
    }
}

/// Appends one item of a container.
pub(super) type Item<'a> = dyn FnMut(&mut Buffer, &Bound<'_, PyAny>, usize) -> Decoded<()> + 'a;
/// Appends one item of a tuple, told its position.
pub(super) type Positioned<'a> =
    dyn FnMut(&mut Buffer, &Bound<'_, PyAny>, usize, usize) -> Decoded<()> + 'a;

/// A list (or a subclass), by position, since it may change.
pub(super) fn encode_list(
    py: Python<'_>,
    out: &mut Buffer,
    value: &Bound<'_, PyAny>,
    depth: usize,
    write: &mut Item<'_>,
) -> Decoded<()> {
    let _level = Level::enter(py, depth)?;
    out.append(b"[");
    let mut index = 0;
    // SAFETY: the caller has checked for `list`; items come with a reference of their own.
    while index < unsafe { ffi::PyList_Size(value.as_ptr()) } {
        // SAFETY: as above.
        let item = unsafe { ffi::compat::PyList_GetItemRef(value.as_ptr(), index) };
        if item.is_null() {
            // SAFETY: the thread is attached.
            unsafe {
                if ffi::PyErr_ExceptionMatches(ffi::PyExc_IndexError) == 0 {
                    return Err(Failure::Raised);
                }
                // Another thread has shortened the list.
                ffi::PyErr_Clear();
            }
            break;
        }
        let item = owned(py, item)?;
        if index > 0 {
            out.append(b",");
        }
        write(out, &item, depth + 1)?;
        index += 1;
    }
    out.append(b"]");
    Ok(())
}

/// A tuple (or a subclass).
pub(super) fn encode_tuple(
    py: Python<'_>,
    out: &mut Buffer,
    value: &Bound<'_, PyAny>,
    depth: usize,
    write: &mut Positioned<'_>,
) -> Decoded<()> {
    let _level = Level::enter(py, depth)?;
    // SAFETY: the caller has checked for `tuple`.
    let tuple = unsafe { value.cast_unchecked::<PyTuple>() };
    out.append(b"[");
    for (index, item) in tuple.iter_borrowed().enumerate() {
        if index > 0 {
            out.append(b",");
        }
        write(out, &item, depth + 1, index)?;
    }
    out.append(b"]");
    Ok(())
}

/// A set, in its own order.
pub(super) fn encode_iterable(
    py: Python<'_>,
    out: &mut Buffer,
    value: &Bound<'_, PyAny>,
    depth: usize,
    write: &mut Item<'_>,
) -> Decoded<()> {
    let _level = Level::enter(py, depth)?;
    out.append(b"[");
    let items = value.try_iter().map_err(|error| raised(py, error))?;
    for (index, item) in items.enumerate() {
        let item = item.map_err(|error| raised(py, error))?;
        if index > 0 {
            out.append(b",");
        }
        write(out, &item, depth + 1)?;
    }
    out.append(b"]");
    Ok(())
}

/// A dict whose keys and values are anything.
pub(super) fn encode_plain_dict(
    py: Python<'_>,
    out: &mut Buffer,
    value: &Bound<'_, PyAny>,
    depth: usize,
) -> Decoded<()> {
    let keys =
        &mut |out: &mut Buffer, key: &Bound<'_, PyAny>, depth| encode_key(py, out, key, depth);
    let items =
        &mut |out: &mut Buffer, item: &Bound<'_, PyAny>, depth| encode_at(py, out, item, depth);
    encode_dict(py, out, value, depth, keys, items)
}

/// A dict; a subclass is asked for its items, whose order may be its own.
pub(super) fn encode_dict(
    py: Python<'_>,
    out: &mut Buffer,
    value: &Bound<'_, PyAny>,
    depth: usize,
    write_key: &mut Item<'_>,
    write: &mut Item<'_>,
) -> Decoded<()> {
    let _level = Level::enter(py, depth)?;
    out.append(b"{");
    // SAFETY: the caller has checked for `dict`.
    let dict = unsafe { value.cast_unchecked::<PyDict>() };
    // SAFETY: the object is valid.
    if unsafe { ffi::PyDict_CheckExact(value.as_ptr()) } != 0 {
        pyo3::sync::critical_section::with_critical_section(value, || {
            let size = dict.len();
            let mut position = 0;
            let mut first = true;
            loop {
                let (mut key, mut item) = (std::ptr::null_mut(), std::ptr::null_mut());
                // SAFETY: the dict is locked; both are borrowed from it and get references before anything else runs.
                let (key, item) = unsafe {
                    if ffi::PyDict_Next(value.as_ptr(), &mut position, &mut key, &mut item) == 0 {
                        return Ok(());
                    }
                    (
                        Bound::from_borrowed_ptr(py, key),
                        Bound::from_borrowed_ptr(py, item),
                    )
                };
                if !std::mem::take(&mut first) {
                    out.append(b",");
                }
                write_key(out, &key, depth)?;
                write(out, &item, depth + 1)?;
                if dict.len() != size {
                    return Err(raised(
                        py,
                        PyRuntimeError::new_err("dictionary changed size during iteration"),
                    ));
                }
            }
        })?;
    } else {
        // SAFETY: a dict is a mapping.
        let items = owned(py, unsafe { ffi::PyMapping_Items(value.as_ptr()) })?;
        for (index, pair) in items
            .try_iter()
            .map_err(|error| raised(py, error))?
            .enumerate()
        {
            let pair = pair.and_then(|pair| pair.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>());
            let (key, item) = pair.map_err(|error| raised(py, error))?;
            if index > 0 {
                out.append(b",");
            }
            write_key(out, &key, depth)?;
            write(out, &item, depth + 1)?;
        }
    }
    out.append(b"}");
    Ok(())
}

/// A key with its colon: text as it is; numbers, truth values and `None` as JSON writes them, in quotes.
pub(crate) fn encode_key(
    py: Python<'_>,
    out: &mut Buffer,
    key: &Bound<'_, PyAny>,
    depth: usize,
) -> Decoded<()> {
    let object = key.as_ptr();
    // SAFETY: the object is valid; the check looks at its type only.
    if unsafe { ffi::PyUnicode_CheckExact(object) } != 0 {
        encode_string(out, key)?;
        out.append(b":");
        return Ok(());
    }
    if key
        .is_instance(classes(py)?.enumeration.bind(py))
        .map_err(|error| raised(py, error))?
    {
        let _level = Level::enter(py, depth)?;
        let inner = key
            .getattr(intern!(py, "value"))
            .map_err(|error| raised(py, error))?;
        return encode_key(py, out, &inner, depth + 1);
    }
    // SAFETY: the object is valid; the checks look at its type only.
    unsafe {
        if ffi::PyUnicode_Check(object) != 0 {
            encode_string(out, key)?;
            out.append(b":");
            return Ok(());
        }
        out.append(b"\"");
        if object == ffi::Py_None() {
            out.append(b"null");
        } else if ffi::PyBool_Check(object) != 0 {
            out.append(if object == ffi::Py_True() {
                b"true"
            } else {
                b"false"
            });
        } else if ffi::PyLong_Check(object) != 0 {
            encode_integer(py, out, key)?;
        } else if ffi::PyFloat_Check(object) != 0 {
            encode_float(py, out, ffi::PyFloat_AS_DOUBLE(object))?;
        } else if !known::write_text(py, out, key)? {
            let name = type_name(key);
            return Err(raised(
                py,
                PyTypeError::new_err(format!("a key of type {name} has no JSON form")),
            ));
        }
    }
    out.append(b"\":");
    Ok(())
}

/// An attribute that is written for instances of a class.
struct Attribute {
    name: Py<PyString>,
    /// `"name":`
    prefix: Vec<u8>,
    /// Whether it is declared to be a float, so that an int is written as one: objects of native classes hold nothing else.
    is_float: bool,
}

type Written = Rc<[Attribute]>;
/// What is known of classes, by address.
type Classes = HashMap<usize, (Py<PyType>, Option<Written>)>;

thread_local! {
    // Classes are kept alive, so that their addresses stay theirs.
    static WRITTEN: RefCell<Classes> = RefCell::new(HashMap::new());
}

/// Classes beyond this many are forgotten, so that a program which makes classes all the time does not grow.
const REMEMBERED: usize = 4096;

fn written_fields(py: Python<'_>, class: &Bound<'_, PyType>) -> Decoded<Option<Written>> {
    let address = class.as_ptr() as usize;
    let known = WRITTEN.with(|written| {
        written
            .borrow()
            .get(&address)
            .map(|(_, fields)| fields.clone())
    });
    if let Some(fields) = known {
        return Ok(fields);
    }
    let ask = || -> PyResult<Option<Written>> {
        let answer = py
            .import(intern!(py, "tayberry._types"))?
            .call_method1(intern!(py, "written_fields"), (class,))?;
        if answer.is_none() {
            return Ok(None);
        }
        let mut fields = Vec::new();
        for each in answer.try_iter()? {
            let (name, is_float): (Bound<'_, PyString>, bool) = each?.extract()?;
            let mut prefix = Vec::new();
            write_string(&mut prefix, name.to_str()?);
            prefix.push(b':');
            fields.push(Attribute {
                name: name.unbind(),
                prefix,
                is_float,
            });
        }
        Ok(Some(fields.into()))
    };
    let fields = ask().map_err(|error| raised(py, error))?;
    let forgotten = WRITTEN.with(|written| {
        let mut written = written.borrow_mut();
        let forgotten = if written.len() >= REMEMBERED {
            std::mem::take(&mut *written)
        } else {
            HashMap::new()
        };
        written.insert(address, (class.clone().unbind(), fields.clone()));
        forgotten
    });
    drop(forgotten);
    Ok(fields)
}

/// Lets go of what this thread knows of classes: to be called before it ends.
pub(crate) fn forget(_attached: Python<'_>) {
    let forgotten = WRITTEN.try_with(|written| std::mem::take(&mut *written.borrow_mut()));
    drop(forgotten);
}

/// An instance as an object of its fields.
fn encode_fields(
    py: Python<'_>,
    out: &mut Buffer,
    value: &Bound<'_, PyAny>,
    fields: &[Attribute],
    depth: usize,
) -> Decoded<()> {
    let _level = Level::enter(py, depth)?;
    out.append(b"{");
    for (index, field) in fields.iter().enumerate() {
        // SAFETY: both are valid objects.
        let item = owned(py, unsafe {
            ffi::PyObject_GetAttr(value.as_ptr(), field.name.as_ptr())
        })?;
        if index > 0 {
            out.append(b",");
        }
        out.append(&field.prefix);
        if field.is_float && item.is_exact_instance_of::<PyInt>() {
            encode_promoted(py, out, &item)?;
        } else {
            encode_at(py, out, &item, depth + 1)?;
        }
    }
    out.append(b"}");
    Ok(())
}
