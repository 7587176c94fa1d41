//! Responses that handlers give, made and read without running Python code.
//!
//! In: calls of `Response`, `PlainTextResponse` and `HTMLResponse`, and objects of these very classes. Out: the objects that
//! their `__init__` makes, and replies. What holds: while nothing about a class has changed since it was adopted (its
//! version says so), the result is what the Python code gives; everything else goes to that code: other classes, arguments
//! that need checking, objects that somebody else may be changing.

use std::sync::atomic::{AtomicPtr, Ordering};

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyInt, PyString, PyTuple, PyType};

use super::request::{Content, Reply, spare_headers};
use crate::codec::{assigned_version, call_python, slot, version};

/// Places of the slots in an object.
#[derive(Clone, Copy)]
struct Slots {
    status_code: isize,
    raw_headers: isize,
    body: isize,
}

/// A class whose construction is known.
struct Known {
    class: *mut ffi::PyTypeObject,
    /// Of the class when it was adopted; every change of it or of its bases makes another.
    version: u32,
    slots: Slots,
    /// The `content-type` line of its objects, a constant of Python code that is never freed.
    line: Option<Py<PyTuple>>,
    /// Its value for the wire.
    media_type: Option<HeaderValue>,
}

// SAFETY: the class is kept alive by its module and only compared, but for its version, which is read atomically.
unsafe impl Send for Known {}
// SAFETY: as above.
unsafe impl Sync for Known {}

struct Adopted {
    known: Vec<Known>,
    /// The parameters of `Response.__init__`, interned.
    parameters: [Py<PyString>; 4],
    usual_status: Py<PyInt>,
}

static ADOPTED: PyOnceLock<Adopted> = PyOnceLock::new();

/// Has the classes of `tayberry.responses` made and read natively from now on.
pub fn adopt(py: Python<'_>) -> PyResult<()> {
    let adopted = ADOPTED.get_or_try_init(py, || {
        let module = py.import("tayberry.responses")?;
        let mut known = Vec::new();
        for (name, media_type) in [
            ("Response", None),
            ("PlainTextResponse", Some("text/plain; charset=utf-8")),
            ("HTMLResponse", Some("text/html; charset=utf-8")),
        ] {
            let class = module.getattr(name)?.cast_into::<PyType>()?;
            if let Some(one) = Known::new(&module, &class, media_type)? {
                known.push(one);
            }
        }
        let name = |text| PyString::intern(py, text).unbind();
        Ok::<_, PyErr>(Adopted {
            known,
            parameters: [
                name("content"),
                name("status_code"),
                name("headers"),
                name("media_type"),
            ],
            usual_status: 200_i32.into_pyobject(py)?.unbind(),
        })
    })?;
    for one in &adopted.known {
        // SAFETY: the field of a live class; Python code that calls the class meanwhile sees the old value or the new one.
        let place = unsafe { AtomicPtr::from_ptr((&raw mut (*one.class).tp_vectorcall).cast()) };
        let construct: ffi::vectorcallfunc = construct;
        place.store(construct as *mut (), Ordering::Relaxed);
    }
    Ok(())
}

impl Known {
    /// None for a class that is not made as this module knows it.
    fn new(
        module: &Bound<'_, PyModule>,
        class: &Bound<'_, PyType>,
        media_type: Option<&'static str>,
    ) -> PyResult<Option<Known>> {
        let raw = class.as_type_ptr();
        let place = |name| -> PyResult<Option<isize>> { Ok(slot(class, &class.getattr(name)?)) };
        let (Some(status_code), Some(raw_headers), Some(body)) =
            (place("status_code")?, place("raw_headers")?, place("body")?)
        else {
            return Ok(None);
        };
        let line = match class.getattr("media_type")? {
            none if none.is_none() => None,
            media_type => Some(
                module
                    .getattr("_type_line")?
                    .call1((media_type,))?
                    .cast_into::<PyTuple>()?,
            ),
        };
        if let (Some(line), Some(expected)) = (&line, media_type) {
            let given: Bound<'_, PyBytes> = line.get_item(1)?.cast_into()?;
            if given.as_bytes() != expected.as_bytes() {
                return Ok(None);
            }
        }
        if line.is_some() != media_type.is_some() {
            return Ok(None);
        }
        // SAFETY: a live class. Another owner of its vectorcall keeps it.
        let is_free = unsafe { (*raw).tp_vectorcall.is_none() };
        let version = assigned_version(raw).filter(|_| is_free);
        Ok(version.map(|version| Known {
            class: raw,
            version,
            slots: Slots {
                status_code,
                raw_headers,
                body,
            },
            line: line.map(Bound::unbind),
            media_type: media_type.map(HeaderValue::from_static),
        }))
    }

    fn is_intact(&self) -> bool {
        version(self.class) == self.version
    }
}

/// `PlainTextResponse(…)`
unsafe extern "C" fn construct(
    class: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    count: usize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: called by Python code: attached, a class that `adopt` gave this function to, live arguments and names.
    unsafe {
        let py = Python::assume_attached();
        let made = ADOPTED.get(py).and_then(|adopted| {
            let known = adopted.known.iter().find(|one| one.class.cast() == class)?;
            known.make(py, adopted, args, count, names)
        });
        match made {
            Some(made) => made,
            None => call_python(class, args, count, names),
        }
    }
}

impl Known {
    /// The object, or null with an exception; none for what the Python code must look at.
    ///
    /// # Safety
    ///
    /// `args` and `names` must be those of a vectorcall.
    unsafe fn make(
        &self,
        py: Python<'_>,
        adopted: &Adopted,
        args: *const *mut ffi::PyObject,
        count: usize,
        names: *mut ffi::PyObject,
    ) -> Option<*mut ffi::PyObject> {
        if !self.is_intact() {
            return None;
        }
        // SAFETY: the caller's promise; all objects are alive through the call; those that are made are owned here.
        unsafe {
            let given = ffi::PyVectorcall_NARGS(count) as usize;
            let mut values = [std::ptr::null_mut(); 4];
            if given > values.len() {
                return None;
            }
            // A call without arguments has no address for them.
            if given > 0 {
                values[..given].copy_from_slice(std::slice::from_raw_parts(args, given));
            }
            let named = match names.is_null() {
                true => 0,
                false => ffi::PyTuple_GET_SIZE(names) as usize,
            };
            for at in 0..named {
                let name = ffi::PyTuple_GET_ITEM(names, at as isize);
                let place = adopted
                    .parameters
                    .iter()
                    .position(|it| it.as_ptr() == name)?;
                if !values[place].is_null() {
                    return None;
                }
                values[place] = *args.add(given + at);
            }
            let [content, status, headers, media_type] = values;
            let is_left_out = |it: *mut ffi::PyObject| it.is_null() || it == ffi::Py_None();
            if !is_left_out(headers) || !is_left_out(media_type) {
                return None;
            }
            let status = match status.is_null() {
                true => adopted.usual_status.as_ptr(),
                false => status,
            };
            if ffi::PyLong_CheckExact(status) == 0 {
                return None;
            }
            let mut overflow = 0;
            let number = ffi::PyLong_AsLongAndOverflow(status, &raw mut overflow);
            if !(200..=599).contains(&number) {
                return None;
            }
            let body = body(content)?;
            let made = self.fill(py, status, body);
            Some(made)
        }
    }

    /// A new object of a status that is borrowed and a body that is taken over; null with an exception.
    ///
    /// # Safety
    ///
    /// Both must be live objects.
    unsafe fn fill(
        &self,
        py: Python<'_>,
        status: *mut ffi::PyObject,
        body: Bound<'_, PyAny>,
    ) -> *mut ffi::PyObject {
        // SAFETY: nobody else knows the new objects before they are given back; the slots hold object references.
        unsafe {
            let lines = ffi::PyList_New(isize::from(self.line.is_some()));
            let Some(lines) = Bound::from_owned_ptr_or_opt(py, lines) else {
                return std::ptr::null_mut();
            };
            if let Some(line) = &self.line {
                ffi::PyList_SET_ITEM(lines.as_ptr(), 0, line.clone_ref(py).into_ptr());
            }
            let Some(allocate) = (*self.class).tp_alloc else {
                return ffi::PyErr_NoMemory();
            };
            let made = allocate(self.class, 0);
            if made.is_null() {
                return made;
            }
            let store = |offset: isize, value: *mut ffi::PyObject| {
                *made.byte_offset(offset).cast::<*mut ffi::PyObject>() = value;
            };
            ffi::Py_INCREF(status);
            store(self.slots.status_code, status);
            store(self.slots.raw_headers, lines.into_ptr());
            store(self.slots.body, body.into_ptr());
            made
        }
    }
}

/// The bytes of a text or of bytes; none for everything else, and for texts that are no UTF-8.
///
/// # Safety
///
/// `content` must be null or a live object; the thread must be attached.
unsafe fn body<'py>(content: *mut ffi::PyObject) -> Option<Bound<'py, PyAny>> {
    // SAFETY: the caller's promise; a text is held by the caller as long as its bytes are read.
    unsafe {
        let py = Python::assume_attached();
        if content.is_null() || content == ffi::Py_None() {
            return Some(PyBytes::new(py, b"").into_any());
        }
        if ffi::PyBytes_CheckExact(content) != 0 {
            return Some(Bound::from_borrowed_ptr(py, content));
        }
        if ffi::PyUnicode_CheckExact(content) == 0 {
            return None;
        }
        let encoded = ffi::PyUnicode_AsUTF8String(content);
        if encoded.is_null() {
            ffi::PyErr_Clear();
        }
        Bound::from_owned_ptr_or_opt(py, encoded)
    }
}

/// The reply that a response says, if it is of a known class and nobody else has it; none otherwise.
pub fn read(value: &Bound<'_, PyAny>) -> Option<Reply> {
    let py = value.py();
    let adopted = ADOPTED.get(py)?;
    let class = value.get_type_ptr();
    let known = adopted.known.iter().find(|one| one.class == class)?;
    // SAFETY: live objects; as nobody else has a reference to the response or to its list of lines, they do not change
    // while they are read, and what they hold stays alive. The slots hold object references or null.
    unsafe {
        if !known.is_intact() || ffi::PyUnstable_Object_IsUniquelyReferenced(value.as_ptr()) == 0 {
            return None;
        }
        let load = |offset: isize| {
            *value
                .as_ptr()
                .byte_offset(offset)
                .cast::<*mut ffi::PyObject>()
        };
        let (status, lines, body) = (
            load(known.slots.status_code),
            load(known.slots.raw_headers),
            load(known.slots.body),
        );
        if status.is_null()
            || lines.is_null()
            || body.is_null()
            || ffi::PyLong_CheckExact(status) == 0
            || ffi::PyList_CheckExact(lines) == 0
            || ffi::PyBytes_CheckExact(body) == 0
            || ffi::PyUnstable_Object_IsUniquelyReferenced(lines) == 0
        {
            return None;
        }
        let mut overflow = 0;
        let status = ffi::PyLong_AsLongAndOverflow(status, &raw mut overflow);
        let status = super::dispatch::final_status(u16::try_from(status).ok()?)?;
        let headers = known.headers(lines)?;
        let body = std::slice::from_raw_parts(
            ffi::PyBytes_AS_STRING(body).cast::<u8>(),
            ffi::PyBytes_Size(body) as usize,
        );
        Some(Reply {
            status,
            content: Content::Given,
            headers,
            body: body.to_vec(),
        })
    }
}

impl Known {
    /// The headers of a list with no line, or only that of the class; none for all others.
    ///
    /// # Safety
    ///
    /// `lines` must be a live list that does not change meanwhile.
    unsafe fn headers(&self, lines: *mut ffi::PyObject) -> Option<HeaderMap> {
        // SAFETY: the caller's promise.
        unsafe {
            match ffi::PyList_GET_SIZE(lines) {
                0 => Some(spare_headers()),
                1 => {
                    let (line, value) = (self.line.as_ref()?, self.media_type.as_ref()?);
                    if ffi::PyList_GET_ITEM(lines, 0) != line.as_ptr() {
                        return None;
                    }
                    let mut headers = spare_headers();
                    headers.insert(CONTENT_TYPE, value.clone());
                    Some(headers)
                }
                _ => None,
            }
        }
    }
}
