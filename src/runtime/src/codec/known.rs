//! Values of standard-library classes: `UUID`, `datetime`, `date`, `time`, `timedelta`, `Decimal`.
//!
//! In: their text (or a JSON number for `Decimal` and `timedelta`). Out: new objects, none where the text is wrong;
//! and the other way round, objects to text.

use super::objects::{owned, raised, string};
use super::rejection::{Decoded, Failure};
use super::text::{is_decimal, show};
use super::write::{Sink, write_escaped, write_integer};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyTuple, PyType};
use pyo3::{ffi, intern};
use tayberry_abi::{Buffer, Rejection};

/// One of the classes, by the contract's number.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Known {
    Uuid = 0,
    DateTime = 1,
    Date = 2,
    Time = 3,
    TimeDelta = 4,
    Decimal = 5,
}

impl Known {
    /// From the contract's number.
    pub fn from_code(code: i32) -> Option<Known> {
        [
            Known::Uuid,
            Known::DateTime,
            Known::Date,
            Known::Time,
            Known::TimeDelta,
            Known::Decimal,
        ]
        .into_iter()
        .find(|each| *each as i32 == code)
    }

    /// The kind of rejection for a value that is none.
    pub fn rejection(self) -> Rejection {
        match self {
            Known::Uuid => Rejection::UuidParsing,
            Known::DateTime => Rejection::DateTimeParsing,
            Known::Date => Rejection::DateParsing,
            Known::Time => Rejection::TimeParsing,
            Known::TimeDelta => Rejection::TimeDeltaParsing,
            Known::Decimal => Rejection::DecimalParsing,
        }
    }

    /// With its article, for messages.
    pub fn noun(self) -> &'static str {
        match self {
            Known::Uuid => "a UUID",
            Known::DateTime => "a date and time",
            Known::Date => "a date",
            Known::Time => "a time",
            Known::TimeDelta => "a duration",
            Known::Decimal => "a decimal number",
        }
    }

    /// Whether JSON numbers are accepted.
    pub fn takes_numbers(self) -> bool {
        matches!(self, Known::TimeDelta | Known::Decimal)
    }

    /// The rejection's message for a text.
    pub fn message(self, text: &[u8]) -> String {
        format!("expected {}, got {}", self.noun(), show(text))
    }
}

/// The classes that are not reached through C tables.
pub(super) struct Classes {
    pub(super) uuid: Py<PyType>,
    unknown_safety: Py<PyAny>,
    pub(super) decimal: Py<PyType>,
    timedelta: Py<PyType>,
    pub(super) enumeration: Py<PyType>,
    no_arguments: Py<PyTuple>,
}

static CLASSES: PyOnceLock<Classes> = PyOnceLock::new();

pub(super) fn classes(py: Python<'_>) -> Decoded<&'static Classes> {
    CLASSES
        .get_or_try_init(py, || -> PyResult<Classes> {
            let class = |module: &str, name: &str| -> PyResult<Py<PyType>> {
                Ok(py
                    .import(module)?
                    .getattr(name)?
                    .cast_into::<PyType>()?
                    .unbind())
            };
            // SAFETY: the thread is attached.
            unsafe { ffi::PyDateTime_IMPORT() };
            if let Some(error) = PyErr::take(py) {
                return Err(error);
            }
            Ok(Classes {
                uuid: class("uuid", "UUID")?,
                unknown_safety: py
                    .import("uuid")?
                    .getattr("SafeUUID")?
                    .getattr("unknown")?
                    .unbind(),
                decimal: class("decimal", "Decimal")?,
                timedelta: class("datetime", "timedelta")?,
                enumeration: class("enum", "Enum")?,
                no_arguments: PyTuple::empty(py).unbind(),
            })
        })
        .map_err(|error| raised(py, error))
}

/// A new instance by `object.__new__`, without `__init__`.
pub(super) fn allocate<'py>(
    py: Python<'py>,
    class: &Bound<'py, PyType>,
) -> Decoded<Bound<'py, PyAny>> {
    let arguments = classes(py)?.no_arguments.as_ptr();
    let class = class.as_type_ptr();
    // SAFETY: callers pass classes whose `__new__` is `object.__new__`, so `tp_new` is set and takes an empty tuple.
    unsafe {
        let new = (*class).tp_new.ok_or(Failure::Raised)?;
        owned(py, new(class, arguments, std::ptr::null_mut()))
    }
}

/// Fractions of a second beyond microseconds are cut off.
const CUT: speedate::TimeConfig = speedate::TimeConfig {
    microseconds_precision_overflow_behavior:
        speedate::MicrosecondsPrecisionOverflowBehavior::Truncate,
    unix_timestamp_offset: None,
};

/// Whether only digits follow a point, where there is one: what is cut off a duration is not looked at otherwise.
fn ends_in_digits(text: &[u8]) -> bool {
    let mut rest = text.rsplitn(2, |byte| *byte == b'.');
    let fraction = rest.next().unwrap_or_default();
    rest.next().is_none() || fraction.iter().all(u8::is_ascii_digit)
}

/// A value from its text; none if the text is wrong.
pub fn parse<'py>(
    py: Python<'py>,
    known: Known,
    text: &[u8],
) -> Decoded<Option<Bound<'py, PyAny>>> {
    let all = classes(py)?;
    let made = match known {
        Known::Uuid => {
            let Ok(parsed) = uuid::Uuid::try_parse_ascii(text) else {
                return Ok(None);
            };
            return uuid_object(py, all, parsed.as_u128()).map(Some);
        }
        Known::DateTime => {
            let Ok(parsed) = speedate::DateTime::parse_bytes_rfc3339_with_config(text, &CUT) else {
                return Ok(None);
            };
            let Some(zone) = zone(py, parsed.time.tz_offset)? else {
                return Ok(None);
            };
            let (date, time) = (parsed.date, parsed.time);
            // SAFETY: the datetime C API was imported by `classes`; the zone is a tzinfo or None.
            unsafe {
                let api = ffi::PyDateTimeAPI();
                ((*api).DateTime_FromDateAndTime)(
                    date.year.into(),
                    date.month.into(),
                    date.day.into(),
                    time.hour.into(),
                    time.minute.into(),
                    time.second.into(),
                    time.microsecond as i32,
                    zone.as_ptr(),
                    (*api).DateTimeType,
                )
            }
        }
        Known::Date => {
            let Ok(date) = speedate::Date::parse_bytes_rfc3339(text) else {
                return Ok(None);
            };
            // SAFETY: as above.
            unsafe { ffi::PyDate_FromDate(date.year.into(), date.month.into(), date.day.into()) }
        }
        Known::Time => {
            let Ok(time) = speedate::Time::parse_bytes_with_config(text, &CUT) else {
                return Ok(None);
            };
            let Some(zone) = zone(py, time.tz_offset)? else {
                return Ok(None);
            };
            // SAFETY: as above.
            unsafe {
                let api = ffi::PyDateTimeAPI();
                ((*api).Time_FromTime)(
                    time.hour.into(),
                    time.minute.into(),
                    time.second.into(),
                    time.microsecond as i32,
                    zone.as_ptr(),
                    (*api).TimeType,
                )
            }
        }
        Known::TimeDelta => {
            if is_decimal(text) {
                return seconds(py, all, text);
            }
            if text.contains(&b':') && !ends_in_digits(text) {
                return Ok(None);
            }
            let Ok(parsed) = speedate::Duration::parse_bytes_with_config(text, &CUT) else {
                return Ok(None);
            };
            let sign = if parsed.positive { 1 } else { -1 };
            let Ok(days) = i32::try_from(parsed.day) else {
                return Ok(None);
            };
            // SAFETY: as above.
            unsafe {
                ffi::PyDelta_FromDSU(
                    sign * days,
                    sign * parsed.second as i32,
                    sign * parsed.microsecond as i32,
                )
            }
        }
        Known::Decimal => {
            if !is_decimal(text) {
                return Ok(None);
            }
            let text = string(py, std::str::from_utf8(text).unwrap_or_default())?;
            // SAFETY: both are valid objects.
            unsafe { ffi::PyObject_CallOneArg(all.decimal.as_ptr(), text.as_ptr()) }
        }
    };
    if made.is_null() {
        return wrong_value(py).map(|()| None);
    }
    owned(py, made).map(Some)
}

/// Takes back an exception that only says that a value is out of range.
fn wrong_value(py: Python<'_>) -> Decoded<()> {
    // SAFETY: the thread is attached.
    unsafe {
        // `decimal.InvalidOperation` and `OverflowError` are arithmetic errors.
        if ffi::PyErr_ExceptionMatches(ffi::PyExc_ValueError) != 0
            || ffi::PyErr_ExceptionMatches(ffi::PyExc_ArithmeticError) != 0
        {
            ffi::PyErr_Clear();
            return Ok(());
        }
    }
    let _ = py;
    Err(Failure::Raised)
}

/// `timedelta(seconds=…)` from a decimal number.
fn seconds<'py>(py: Python<'py>, all: &Classes, text: &[u8]) -> Decoded<Option<Bound<'py, PyAny>>> {
    let Some(value) = std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse::<f64>().ok())
    else {
        return Ok(None);
    };
    let call = || all.timedelta.bind(py).call1((0, value));
    match call() {
        Ok(made) => Ok(Some(made)),
        Err(error) => {
            error.restore(py);
            wrong_value(py).map(|()| None)
        }
    }
}

fn uuid_object<'py>(py: Python<'py>, all: &Classes, value: u128) -> Decoded<Bound<'py, PyAny>> {
    let Ok(number) = value.into_pyobject(py);
    let made = allocate(py, all.uuid.bind(py))?;
    // As `UUID.__init__` does it: by `object.__setattr__`, since instances refuse assignment.
    for (name, value) in [
        (intern!(py, "int"), number.as_any()),
        (intern!(py, "is_safe"), all.unknown_safety.bind(py)),
    ] {
        // SAFETY: all are valid objects.
        if unsafe { ffi::PyObject_GenericSetAttr(made.as_ptr(), name.as_ptr(), value.as_ptr()) } < 0
        {
            return Err(Failure::Raised);
        }
    }
    Ok(made)
}

/// `None`, `timezone.utc` or a fixed offset; none if it is out of range.
fn zone<'py>(py: Python<'py>, offset: Option<i32>) -> Decoded<Option<Bound<'py, PyAny>>> {
    match offset {
        None => Ok(Some(py.None().into_bound(py))),
        // SAFETY: the datetime C API was imported; its singleton is immortal in effect, and borrowed here.
        Some(0) => Ok(Some(unsafe {
            Bound::from_borrowed_ptr(py, ffi::PyDateTime_TimeZone_UTC())
        })),
        Some(offset) => {
            // SAFETY: the datetime C API was imported.
            let delta = owned(py, unsafe { ffi::PyDelta_FromDSU(0, offset, 0) })?;
            // SAFETY: as above, and the argument is a timedelta.
            let made = unsafe { ffi::PyTimeZone_FromOffset(delta.as_ptr()) };
            if made.is_null() {
                wrong_value(py).map(|()| None)
            } else {
                owned(py, made).map(Some)
            }
        }
    }
}

/// Whether an object is of one of the classes itself, not of a class derived from one.
pub(super) fn is_plain(py: Python<'_>, value: &Bound<'_, PyAny>) -> Decoded<bool> {
    let all = classes(py)?;
    let object = value.as_ptr();
    // SAFETY: the datetime C API was imported by `classes`; the object is valid.
    let is_time = unsafe {
        ffi::PyDateTime_CheckExact(object) != 0
            || ffi::PyDate_CheckExact(object) != 0
            || ffi::PyTime_CheckExact(object) != 0
            || ffi::PyDelta_CheckExact(object) != 0
    };
    Ok(is_time
        || value.is_exact_instance(all.uuid.bind(py))
        || value.is_exact_instance(all.decimal.bind(py)))
}

/// Appends the text of an object of one of the classes (without quotes); none of them: false.
pub fn write_text(py: Python<'_>, out: &mut Buffer, value: &Bound<'_, PyAny>) -> Decoded<bool> {
    let all = classes(py)?;
    let object = value.as_ptr();
    // SAFETY: the datetime C API was imported by `classes`; the object is valid.
    unsafe {
        if ffi::PyDateTime_Check(object) != 0
            || ffi::PyDate_Check(object) != 0
            || ffi::PyTime_Check(object) != 0
        {
            let text = owned(
                py,
                ffi::PyObject_CallMethodNoArgs(object, intern!(py, "isoformat").as_ptr()),
            )?;
            return append(out, &text).map(|()| true);
        }
        if ffi::PyDelta_Check(object) != 0 {
            let days = i64::from(ffi::PyDateTime_DELTA_GET_DAYS(object));
            let seconds = i64::from(ffi::PyDateTime_DELTA_GET_SECONDS(object));
            let microseconds = i64::from(ffi::PyDateTime_DELTA_GET_MICROSECONDS(object));
            write_duration(
                out,
                i128::from(days * 86_400 + seconds) * 1_000_000 + i128::from(microseconds),
            );
            return Ok(true);
        }
    }
    if value
        .is_instance(all.uuid.bind(py))
        .map_err(|error| raised(py, error))?
    {
        let number = value
            .getattr(intern!(py, "int"))
            .and_then(|number| number.extract::<u128>());
        let number = number.map_err(|error| raised(py, error))?;
        let mut text = [0; 36];
        out.append(
            uuid::Uuid::from_u128(number)
                .hyphenated()
                .encode_lower(&mut text)
                .as_bytes(),
        );
        return Ok(true);
    }
    if value
        .is_instance(all.decimal.bind(py))
        .map_err(|error| raised(py, error))?
    {
        // SAFETY: the object is valid.
        let text = owned(py, unsafe { ffi::PyObject_Str(object) })?;
        return append(out, &text).map(|()| true);
    }
    Ok(false)
}

fn append(out: &mut Buffer, text: &Bound<'_, PyAny>) -> Decoded<()> {
    let text = text
        .cast::<pyo3::types::PyString>()
        .map_err(|error| raised(text.py(), error.into()))?;
    let text = text.to_str().map_err(|error| raised(text.py(), error))?;
    write_escaped(out, text.as_bytes());
    Ok(())
}

/// An ISO 8601 duration of so many microseconds: `P1DT2H0.5S`, `-PT1M`, `PT0S`.
fn write_duration(out: &mut impl Sink, microseconds: i128) {
    if microseconds < 0 {
        out.append(b"-");
    }
    let total = microseconds.unsigned_abs();
    let fraction = (total % 1_000_000) as u32;
    let seconds = (total / 1_000_000) as i64;
    out.append(b"P");
    if seconds >= 86_400 {
        write_integer(out, seconds / 86_400);
        out.append(b"D");
    }
    let rest = seconds % 86_400;
    if rest == 0 && fraction == 0 && seconds > 0 {
        return;
    }
    out.append(b"T");
    for (unit, letter) in [(rest / 3600, b"H"), (rest / 60 % 60, b"M")] {
        if unit > 0 {
            write_integer(out, unit);
            out.append(letter);
        }
    }
    if rest % 60 > 0 || fraction > 0 || total == 0 {
        write_integer(out, rest % 60);
        if fraction > 0 {
            let digits = format!("{fraction:06}");
            out.append(b".");
            out.append(digits.trim_end_matches('0').as_bytes());
        }
        out.append(b"S");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_iso_8601() {
        for (microseconds, expected) in [
            (0, "PT0S"),
            (1, "PT0.000001S"),
            (500_000, "PT0.5S"),
            (60_000_000, "PT1M"),
            (-90_000_000, "-PT1M30S"),
            (86_400_000_000, "P1D"),
            (86_400_000_000 + 7_200_000_000 + 1_500_000, "P1DT2H1.5S"),
        ] {
            let mut out = Vec::new();
            write_duration(&mut out, microseconds);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
