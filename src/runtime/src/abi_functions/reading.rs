//! Reading: the contract's functions on a reader, and those on text.

use super::guard;
use super::writing::slice;
use crate::codec::known::{self, Known};
use crate::codec::place::Place;
use crate::codec::reader::Mark;
use crate::codec::scan::Kind;
use crate::codec::{self, Decoded, Failure, Reader, objects, text};
use pyo3::ffi;
use pyo3::prelude::*;
use std::ffi::{CStr, c_char, c_int, c_void};
use tayberry_abi::{
    FATAL, INVALID, JSON_ARRAY, JSON_BOOL, JSON_ERROR, JSON_FLOAT, JSON_INT, JSON_NULL,
    JSON_OBJECT, JSON_STRING, OK, Object, RAISED, Rejection, Slice,
};

/// The reader behind a `tb_reader *`.
///
/// # Safety
/// `reader` was made from a `&mut Reader` that is used by nobody else until the decoder returns.
unsafe fn reader<'a>(reader: *mut c_void) -> &'a mut Reader<'a> {
    // SAFETY: by this function's contract.
    unsafe { &mut *reader.cast() }
}

/// Stores a decoded value; the status.
///
/// # Safety
/// `out` is valid for writing.
unsafe fn store<T>(out: *mut T, value: Decoded<T>) -> c_int {
    match value {
        Ok(value) => {
            // SAFETY: by this function's contract.
            unsafe { out.write(value) };
            OK
        }
        Err(failure) => failure.status(),
    }
}

/// A new reference for C.
fn pointer(value: Bound<'_, PyAny>) -> *mut Object {
    value.into_ptr().cast()
}

/// A `tb_int`: a value of 63 bits shifted left by one, else a `PyLongObject *` plus one.
fn tagged(py: Python<'_>, digits: &[u8]) -> Decoded<Option<u64>> {
    const LIMIT: i64 = 1 << 62;
    if let Some(value) = objects::small(digits).filter(|value| (-LIMIT..LIMIT).contains(value)) {
        return Ok(Some((value << 1) as u64));
    }
    let Some(object) = objects::integer(py, digits)? else {
        return Ok(None);
    };
    let mut overflow = 0;
    // SAFETY: the object is an `int`.
    let value = unsafe { ffi::PyLong_AsLongLongAndOverflow(object.as_ptr(), &mut overflow) };
    if overflow == 0 && (-LIMIT..LIMIT).contains(&value) {
        return Ok(Some((value << 1) as u64));
    }
    Ok(Some(object.into_ptr() as u64 + 1))
}

/// `Runtime::peek`
pub(super) unsafe extern "C" fn peek(from: *mut c_void, _place: *const Place) -> c_int {
    guard(JSON_ERROR, |_| {
        // SAFETY: by the contract.
        match unsafe { reader(from) }.kind() {
            Ok(Kind::Null) => JSON_NULL,
            Ok(Kind::Bool) => JSON_BOOL,
            Ok(Kind::Int) => JSON_INT,
            Ok(Kind::Float) => JSON_FLOAT,
            Ok(Kind::String) => JSON_STRING,
            Ok(Kind::Array) => JSON_ARRAY,
            Ok(Kind::Object) => JSON_OBJECT,
            Err(_) => JSON_ERROR,
        }
    })
}

/// `Runtime::read_int`
pub(super) unsafe extern "C" fn read_int(
    from: *mut c_void,
    place: *const Place,
    out: *mut u64,
) -> c_int {
    guard(RAISED, |py| {
        // SAFETY: by the contract.
        let reader = unsafe { reader(from) };
        let value = reader.integer(place).and_then(|digits| tagged(py, digits));
        let value = value.and_then(|value| value.ok_or_else(|| reader.reject_too_large(place)));
        // SAFETY: by the contract.
        unsafe { store(out, value) }
    })
}

/// `Runtime::read_float`
pub(super) unsafe extern "C" fn read_float(
    from: *mut c_void,
    place: *const Place,
    out: *mut f64,
) -> c_int {
    // SAFETY: by the contract.
    guard(RAISED, |_| unsafe { store(out, reader(from).float(place)) })
}

/// `Runtime::read_bool`
pub(super) unsafe extern "C" fn read_bool(
    from: *mut c_void,
    place: *const Place,
    out: *mut u8,
) -> c_int {
    // SAFETY: by the contract.
    guard(RAISED, |_| unsafe {
        store(out, reader(from).boolean(place).map(u8::from))
    })
}

/// `Runtime::read_null`
pub(super) unsafe extern "C" fn read_null(from: *mut c_void, place: *const Place) -> c_int {
    guard(RAISED, |_| {
        // SAFETY: by the contract.
        unsafe { reader(from) }
            .null(place)
            .map_or_else(Failure::status, |()| OK)
    })
}

/// `Runtime::read_string`
pub(super) unsafe extern "C" fn read_string(
    from: *mut c_void,
    place: *const Place,
    out: *mut *mut Object,
) -> c_int {
    guard(RAISED, |py| {
        // SAFETY: by the contract.
        let text = unsafe { reader(from) }.string(place);
        let value = text.and_then(|text| objects::string(py, text)).map(pointer);
        // SAFETY: by the contract.
        unsafe { store(out, value) }
    })
}

/// `Runtime::read_text`
pub(super) unsafe extern "C" fn read_text(
    from: *mut c_void,
    place: *const Place,
    out: *mut Slice,
) -> c_int {
    guard(RAISED, |_| {
        // SAFETY: by the contract.
        let text = unsafe { reader(from) }.string(place);
        // SAFETY: by the contract.
        unsafe {
            store(
                out,
                text.map(|text| Slice {
                    data: text.as_ptr(),
                    length: text.len(),
                }),
            )
        }
    })
}

/// `Runtime::read_any`
pub(super) unsafe extern "C" fn read_any(
    from: *mut c_void,
    place: *const Place,
    out: *mut *mut Object,
) -> c_int {
    // SAFETY: by the contract.
    guard(RAISED, |py| unsafe {
        store(out, codec::any(py, reader(from), place).map(pointer))
    })
}

/// `Runtime::read_known`
pub(super) unsafe extern "C" fn read_known(
    from: *mut c_void,
    place: *const Place,
    which: c_int,
    out: *mut *mut Object,
) -> c_int {
    guard(RAISED, |py| {
        let Some(which) = Known::from_code(which) else {
            return unknown(py, which);
        };
        // SAFETY: by the contract.
        unsafe {
            store(
                out,
                codec::known_value(py, reader(from), place, which).map(pointer),
            )
        }
    })
}

fn unknown(py: Python<'_>, which: c_int) -> c_int {
    pyo3::exceptions::PySystemError::new_err(format!("no known class has the number {which}"))
        .restore(py);
    RAISED
}

/// `Runtime::skip`
pub(super) unsafe extern "C" fn skip(from: *mut c_void, _place: *const Place) -> c_int {
    guard(RAISED, |_| {
        // SAFETY: by the contract.
        unsafe { reader(from) }
            .skip()
            .map_or_else(Failure::status, |()| OK)
    })
}

/// `Runtime::next_key`
pub(super) unsafe extern "C" fn next_key(
    from: *mut c_void,
    _place: *const Place,
    first: c_int,
    out: *mut Slice,
) -> c_int {
    guard(FATAL, |_| {
        // SAFETY: by the contract.
        match unsafe { reader(from) }.next_key(first != 0) {
            Ok(Some(key)) => {
                let (data, length) = key.parts();
                // SAFETY: by the contract.
                unsafe { out.write(Slice { data, length }) };
                1
            }
            Ok(None) => 0,
            Err(_) => FATAL,
        }
    })
}

/// `Runtime::next_item`
pub(super) unsafe extern "C" fn next_item(
    from: *mut c_void,
    _place: *const Place,
    first: c_int,
) -> c_int {
    guard(FATAL, |_| {
        // SAFETY: by the contract.
        unsafe { reader(from) }
            .next_item(first != 0)
            .map_or(FATAL, c_int::from)
    })
}

/// `Runtime::mark`
pub(super) unsafe extern "C" fn mark(from: *mut c_void, words: *mut usize) {
    // SAFETY: by the contract, with room for two words.
    unsafe {
        words
            .cast::<[usize; 2]>()
            .write(reader(from).mark().words())
    };
}

/// `Runtime::rewind`
pub(super) unsafe extern "C" fn rewind(from: *mut c_void, words: *const usize) {
    // SAFETY: by the contract, with two words that `mark` has written.
    unsafe { reader(from).rewind(Mark::from_words(words.cast::<[usize; 2]>().read())) };
}

/// `Runtime::reject`
pub(super) unsafe extern "C" fn reject(
    from: *mut c_void,
    place: *const Place,
    kind: u32,
    expected: *const c_char,
) -> c_int {
    guard(RAISED, |py| {
        // SAFETY: by the contract.
        let reader = unsafe { reader(from) };
        let expected = if expected.is_null() {
            None
        } else {
            // SAFETY: by the contract: it ends with NUL.
            Some(unsafe { CStr::from_ptr(expected) }.to_string_lossy())
        };
        let Some(kind) = Rejection::from_code(kind) else {
            pyo3::exceptions::PySystemError::new_err(format!("no rejection has the number {kind}"))
                .restore(py);
            return RAISED;
        };
        match message(reader, kind, expected.as_deref()) {
            Ok(message) => reader.reject(place, kind, message).status(),
            Err(failure) => failure.status(),
        }
    })
}

/// The words for a rejection that C makes; those of wrong kinds say what comes next in the document.
fn message(reader: &mut Reader<'_>, kind: Rejection, expected: Option<&str>) -> Decoded<String> {
    let noun = match kind {
        Rejection::NoneRequired => "null",
        Rejection::BoolType | Rejection::BoolParsing => "a boolean",
        Rejection::IntType | Rejection::IntParsing => "an integer",
        Rejection::FloatType | Rejection::FloatParsing => "a number",
        Rejection::StringType | Rejection::BytesType => "a string",
        Rejection::ListType | Rejection::TupleType => "an array",
        Rejection::SetType if expected.is_none() => "an array",
        Rejection::DictType | Rejection::ModelType => "an object",
        Rejection::UuidParsing => Known::Uuid.noun(),
        Rejection::DateTimeParsing => Known::DateTime.noun(),
        Rejection::DateParsing => Known::Date.noun(),
        Rejection::TimeParsing => Known::Time.noun(),
        Rejection::TimeDeltaParsing => Known::TimeDelta.noun(),
        Rejection::DecimalParsing => Known::Decimal.noun(),
        Rejection::Missing => return Ok(codec::MISSING.into()),
        Rejection::ExtraForbidden => return Ok(codec::EXTRA.into()),
        Rejection::EnumMember | Rejection::LiteralValue => {
            return Ok(codec::one_of(expected.unwrap_or_default()));
        }
        Rejection::UnionMember => {
            return Ok(format!("expected {}", expected.unwrap_or("another type")));
        }
        Rejection::TupleLength => return Ok(codec::tuple_length(expected.unwrap_or("0"))),
        Rejection::IntTooLarge => return Ok(codec::too_large()),
        Rejection::SetType
        | Rejection::JsonInvalid
        | Rejection::TooDeep
        | Rejection::StringUnicode
        | Rejection::IntRange
        | Rejection::ValueError => return Ok(expected.unwrap_or("the value was refused").into()),
    };
    reader
        .kind()
        .map(|got| format!("expected {noun}, got {}", got.noun()))
}

/// `Runtime::text_int`
pub(super) unsafe extern "C" fn text_int(
    from: *mut c_void,
    place: *const Place,
    given: Slice,
    out: *mut u64,
) -> c_int {
    guard(RAISED, |py| {
        // SAFETY: by the contract.
        let (reader, bytes) = unsafe { (reader(from), slice(given.data, given.length)) };
        let digits = codec::accept(reader, place, text::integer(bytes));
        let value = digits.and_then(|digits| tagged(py, digits));
        let value = value.and_then(|value| value.ok_or_else(|| reader.reject_too_large(place)));
        // SAFETY: by the contract.
        unsafe { store(out, value) }
    })
}

/// `Runtime::text_float`
pub(super) unsafe extern "C" fn text_float(
    from: *mut c_void,
    place: *const Place,
    given: Slice,
    out: *mut f64,
) -> c_int {
    // SAFETY: by the contract.
    guard(RAISED, |_| unsafe {
        store(
            out,
            codec::accept(
                reader(from),
                place,
                text::float(slice(given.data, given.length)),
            ),
        )
    })
}

/// `Runtime::text_bool`
pub(super) unsafe extern "C" fn text_bool(
    from: *mut c_void,
    place: *const Place,
    given: Slice,
    out: *mut u8,
) -> c_int {
    guard(RAISED, |_| {
        // SAFETY: by the contract.
        let (reader, bytes) = unsafe { (reader(from), slice(given.data, given.length)) };
        // SAFETY: by the contract.
        unsafe {
            store(
                out,
                codec::accept(reader, place, text::boolean(bytes)).map(u8::from),
            )
        }
    })
}

/// `Runtime::text_string`
pub(super) unsafe extern "C" fn text_string(
    from: *mut c_void,
    place: *const Place,
    given: Slice,
    out: *mut *mut Object,
) -> c_int {
    guard(RAISED, |py| {
        // SAFETY: by the contract.
        let (reader, bytes) = unsafe { (reader(from), slice(given.data, given.length)) };
        let value = codec::accept(reader, place, text::string(bytes))
            .and_then(|text| objects::string(py, text));
        // SAFETY: by the contract.
        unsafe { store(out, value.map(pointer)) }
    })
}

/// `Runtime::text_known`
pub(super) unsafe extern "C" fn text_known(
    from: *mut c_void,
    place: *const Place,
    given: Slice,
    which: c_int,
    out: *mut *mut Object,
) -> c_int {
    guard(RAISED, |py| {
        let Some(which) = Known::from_code(which) else {
            return unknown(py, which);
        };
        // SAFETY: by the contract.
        let (reader, bytes) = unsafe { (reader(from), slice(given.data, given.length)) };
        let value = known::parse(py, which, bytes).and_then(|value| {
            value
                .map(pointer)
                .ok_or_else(|| reader.reject(place, which.rejection(), which.message(bytes)))
        });
        // SAFETY: by the contract.
        unsafe { store(out, value) }
    })
}

/// `Runtime::reject_raised`
pub(super) unsafe extern "C" fn reject_raised(from: *mut c_void, place: *const Place) -> c_int {
    guard(RAISED, |py| {
        // SAFETY: by the contract.
        codec::reject_raised(py, unsafe { reader(from) }, place).status()
    })
}

const _: () = assert!(
    INVALID == 1 && FATAL == 2,
    "`next_key` and `next_item` answer 1, 0 or FATAL"
);
