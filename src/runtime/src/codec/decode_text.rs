//! Table-driven decoding of text: what a path, query string, header or cookie gives, and keys of objects.
//!
//! In: one text, or all that were given under a name. Out: a new object, or a failure whose rejections are recorded.

use super::choice::{find_equal, find_string};
use super::decode::{bounded, one_of};
use super::known;
use super::objects::{self, owned};
use super::place::{Place, WHOLE, indexed};
use super::plan::{Bounds, Choice, Choices, Node, NodeId, Plan, Union};
use super::reader::Reader;
use super::rejection::{Decoded, Failure};
use super::text::{self, Wrong};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFrozenSet, PyList, PySet, PyTuple};
use tayberry_abi::Rejection;

type Object<'py> = Bound<'py, PyAny>;

impl Plan {
    /// Decodes the texts given under a parameter's name, at least one; where one is wanted, the last counts.
    pub fn decode_text<'py>(
        &self,
        py: Python<'py>,
        reader: &mut Reader<'_>,
        texts: &[&[u8]],
    ) -> Decoded<Object<'py>> {
        self.decode_texts(py, reader, self.root(), texts)
    }

    fn decode_texts<'py>(
        &self,
        py: Python<'py>,
        reader: &mut Reader<'_>,
        node: NodeId,
        texts: &[&[u8]],
    ) -> Decoded<Object<'py>> {
        let item = match self.node(node) {
            Node::List(items)
            | Node::Set(items)
            | Node::FrozenSet(items)
            | Node::TupleOf(items) => items.item,
            Node::Union(union) if union.members.len() == 1 => {
                return self.decode_texts(py, reader, union.members[0], texts);
            }
            _ => {
                let last = texts
                    .last()
                    .copied()
                    .ok_or_else(|| reader.reject_missing())?;
                return self.decode_one(py, reader, WHOLE, node, last);
            }
        };
        let mut values = Vec::with_capacity(texts.len());
        let mut whole = Ok(());
        for (index, text) in texts.iter().enumerate() {
            match self.decode_one(py, reader, &indexed(WHOLE, index), item, text) {
                Ok(value) => values.push(value),
                Err(Failure::Invalid) => whole = Err(Failure::Invalid),
                Err(failure) => return Err(failure),
            }
        }
        whole?;
        let made = match self.node(node) {
            Node::Set(_) => PySet::new(py, values).map(Bound::into_any),
            Node::FrozenSet(_) => PyFrozenSet::new(py, values).map(Bound::into_any),
            Node::TupleOf(_) => PyTuple::new(py, values).map(Bound::into_any),
            _ => PyList::new(py, values).map(Bound::into_any),
        };
        made.map_err(|error| objects::raised(py, error))
    }

    pub(super) fn decode_one<'py>(
        &self,
        py: Python<'py>,
        reader: &mut Reader<'_>,
        place: *const Place,
        node: NodeId,
        bytes: &[u8],
    ) -> Decoded<Object<'py>> {
        match self.node(node) {
            Node::Int(bounds) => int(py, reader, place, bytes, bounds.as_ref()),
            Node::Float => {
                let value = accept(reader, place, text::float(bytes))?;
                // SAFETY: the thread is attached.
                owned(py, unsafe { ffi::PyFloat_FromDouble(value) })
            }
            Node::Bool => {
                let value = accept(reader, place, text::boolean(bytes))?;
                Ok(PyBool::new(py, value).to_owned().into_any())
            }
            Node::Str | Node::Any => {
                let value = accept(reader, place, text::string(bytes))?;
                objects::string(py, value)
            }
            Node::Bytes => Ok(PyBytes::new(py, bytes).into_any()),
            Node::Known(which) => match known::parse(py, *which, bytes)? {
                Some(value) => Ok(value),
                None => Err(reader.reject(place, which.rejection(), which.message(bytes))),
            },
            Node::Enum(choices) => member(py, reader, place, choices, bytes),
            Node::Literal(choices) => literal(py, choices, bytes).ok_or_else(|| {
                reader.reject(place, Rejection::LiteralValue, one_of(&choices.expected))
            }),
            Node::Union(union) => self.first(py, reader, place, union, bytes),
            Node::None
            | Node::List(_)
            | Node::Set(_)
            | Node::FrozenSet(_)
            | Node::TupleOf(_)
            | Node::Tuple { .. }
            | Node::Dict { .. }
            | Node::Model(_)
            | Node::TypedDict(_) => {
                Err(reader.reject(place, Rejection::NoneRequired, "no text is accepted here"))
            }
        }
    }

    fn first<'py>(
        &self,
        py: Python<'py>,
        reader: &mut Reader<'_>,
        place: *const Place,
        union: &Union,
        bytes: &[u8],
    ) -> Decoded<Object<'py>> {
        if let [only] = union.members.as_slice() {
            return self.decode_one(py, reader, place, *only, bytes);
        }
        let mark = reader.mark();
        for member in &union.members {
            match self.decode_one(py, reader, place, *member, bytes) {
                Err(Failure::Invalid) => reader.rewind(mark),
                other => return other,
            }
        }
        Err(reader.reject(
            place,
            Rejection::UnionMember,
            format!("expected {}", union.name.trim_end_matches(" | None")),
        ))
    }
}

/// A value, or its rejection at a place.
pub(crate) fn accept<T>(
    reader: &mut Reader<'_>,
    place: *const Place,
    value: Result<T, Wrong>,
) -> Decoded<T> {
    value.map_err(|(kind, message)| reader.reject(place, kind, message))
}

fn int<'py>(
    py: Python<'py>,
    reader: &mut Reader<'_>,
    place: *const Place,
    bytes: &[u8],
    bounds: Option<&Bounds>,
) -> Decoded<Object<'py>> {
    let digits = accept(reader, place, text::integer(bytes))?;
    match objects::integer(py, digits)? {
        Some(value) => bounded(reader, place, value, bounds),
        None => Err(reader.reject_too_large(place)),
    }
}

/// A member of an `Enum`: by a string value, else by an integer value, else by an equal text.
fn member<'py>(
    py: Python<'py>,
    reader: &mut Reader<'_>,
    place: *const Place,
    all: &Choices,
    bytes: &[u8],
) -> Decoded<Object<'py>> {
    let text = std::str::from_utf8(bytes).unwrap_or("\u{fffd}");
    let mut found = find_string(py, all, text);
    if found.is_none() && all.ints && text::integer(bytes).is_ok() {
        found = objects::integer(py, bytes)?.and_then(|value| find_equal(py, all, &value));
    }
    found.ok_or_else(|| reader.reject(place, Rejection::EnumMember, one_of(&all.expected)))
}

/// The value of a `Literal` that is written exactly so.
fn literal<'py>(py: Python<'py>, all: &Choices, bytes: &[u8]) -> Option<Object<'py>> {
    let found = all.choices.iter().find(|(choice, _)| match choice {
        Choice::Str(text) => text.as_bytes() == bytes,
        Choice::Int(number) => itoa::Buffer::new().format(*number).as_bytes() == bytes,
        Choice::Bool(true) => bytes == b"true",
        Choice::Bool(false) => bytes == b"false",
        Choice::None | Choice::Other(_) => false,
    });
    found.map(|(_, value)| value.bind(py).clone())
}
