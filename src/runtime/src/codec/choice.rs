//! Members of enumerations and values of `Literal`.
//!
//! In: a reader, and the choices of a plan. Out: the member or value with an equal value of the same sort (`true` is not
//! 1), or one rejection that lists the choices.

use super::decode::{any, one_of};
use super::objects;
use super::place::Place;
use super::plan::{Choice, Choices};
use super::reader::Reader;
use super::rejection::Decoded;
use super::scan::Kind;
use pyo3::prelude::*;
use pyo3::types::PyBool;
use tayberry_abi::Rejection;

type Object<'py> = Bound<'py, PyAny>;

/// A member of an `Enum` or a value of a `Literal`.
pub(super) fn choice<'py>(
    py: Python<'py>,
    reader: &mut Reader<'_>,
    place: *const Place,
    all: &Choices,
    kind: Rejection,
) -> Decoded<Object<'py>> {
    let fits = match reader.kind()? {
        Kind::String => all.strings,
        Kind::Int => all.ints,
        Kind::Bool => all.bools,
        Kind::Null => all.none,
        Kind::Float | Kind::Array | Kind::Object => false,
    };
    if !fits && !all.others {
        let failure = reader.reject(place, kind, one_of(&all.expected));
        return Err(reader.pass(failure));
    }
    if reader.byte() == Some(b'"') {
        let text = reader.string(place)?;
        if let Some(member) = find_string(py, all, text) {
            return Ok(member);
        }
        if !all.others {
            return Err(reader.reject(place, kind, one_of(&all.expected)));
        }
        let value = objects::string(py, text)?;
        return find_equal(py, all, &value)
            .ok_or_else(|| reader.reject(place, kind, one_of(&all.expected)));
    }
    let value = any(py, reader, place)?;
    find_equal(py, all, &value).ok_or_else(|| reader.reject(place, kind, one_of(&all.expected)))
}

/// The choice with this text.
pub(super) fn find_string<'py>(py: Python<'py>, all: &Choices, text: &str) -> Option<Object<'py>> {
    all.choices
        .iter()
        .find(|(choice, _)| matches!(choice, Choice::Str(each) if each == text))
        .map(|(_, member)| member.bind(py).clone())
}

/// The choice with an equal value of the same sort.
pub(super) fn find_equal<'py>(
    py: Python<'py>,
    all: &Choices,
    value: &Object<'py>,
) -> Option<Object<'py>> {
    let is_bool = value.is_instance_of::<PyBool>();
    let found = all.choices.iter().find(|(choice, _)| match choice {
        Choice::Str(each) => value.extract::<&str>().is_ok_and(|text| text == each),
        Choice::Int(each) => !is_bool && value.eq(each).unwrap_or(false),
        Choice::Bool(each) => is_bool && value.is_truthy().unwrap_or(false) == *each,
        Choice::None => value.is_none(),
        Choice::Other(each) => !is_bool && value.eq(each.bind(py)).unwrap_or(false),
    });
    found.map(|(_, member)| member.bind(py).clone())
}
