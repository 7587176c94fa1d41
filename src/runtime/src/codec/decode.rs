//! Table-driven decoding: the next JSON value of a reader into Python objects, by a plan.
//!
//! In: a reader, a place, a node. Out: a new object, or a failure whose rejections are recorded; a rejected value has
//! been passed over. What holds: the same rejections, in the same order, as generated C decoders make.

use super::choice::choice;
use super::construct::{construct, make};
use super::known::{self, Known};
use super::objects::{self, owned, raised};
use super::place::{Place, WHOLE, indexed, keyed};
use super::plan::{Bounds, Filling, Model, Node, NodeId, Plan, Tags, Union, slot};
use super::reader::Reader;
use super::rejection::{Decoded, Failure};
use super::scan::Kind;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyList, PySet, PyTuple, PyType};
use tayberry_abi::Rejection;

type Object<'py> = Bound<'py, PyAny>;

impl Plan {
    /// Decodes the document that the reader has opened, to its end.
    pub fn decode_json<'py>(
        &self,
        py: Python<'py>,
        reader: &mut Reader<'_>,
    ) -> Decoded<Object<'py>> {
        let value = self.decode(py, reader, WHOLE, self.root());
        if matches!(value, Err(Failure::Fatal | Failure::Raised)) {
            return value;
        }
        reader.finish()?;
        value
    }

    pub(super) fn decode<'py>(
        &self,
        py: Python<'py>,
        reader: &mut Reader<'_>,
        place: *const Place,
        node: NodeId,
    ) -> Decoded<Object<'py>> {
        match self.node(node) {
            Node::Any => any(py, reader, place),
            Node::None => reader.null(place).map(|()| py.None().into_bound(py)),
            Node::Bool => reader
                .boolean(place)
                .map(|value| PyBool::new(py, value).to_owned().into_any()),
            Node::Int(bounds) => int(py, reader, place, bounds.as_ref()),
            Node::Float => {
                let value = reader.float(place)?;
                // SAFETY: the thread is attached.
                owned(py, unsafe { ffi::PyFloat_FromDouble(value) })
            }
            Node::Str => {
                let text = reader.string(place)?;
                objects::string(py, text)
            }
            Node::Bytes => {
                let text = reader.string_as(place, Rejection::BytesType, "a string")?;
                Ok(pyo3::types::PyBytes::new(py, text.as_bytes()).into_any())
            }
            Node::Known(which) => known(py, reader, place, *which),
            Node::List(items) => {
                expect(reader, place, b'[', Rejection::ListType, "an array")?;
                self.items(py, reader, place, items.item)
                    .map(Bound::into_any)
            }
            Node::TupleOf(items) => {
                expect(reader, place, b'[', Rejection::TupleType, "an array")?;
                let list = self.items(py, reader, place, items.item)?;
                Ok(list.to_tuple().into_any())
            }
            Node::Set(items) => {
                expect(reader, place, b'[', Rejection::SetType, "an array")?;
                let set = PySet::empty(py)
                    .map_err(|error| raised(py, error))?
                    .into_any();
                self.members(py, reader, place, items.item, &set)?;
                Ok(set)
            }
            Node::FrozenSet(items) => {
                expect(reader, place, b'[', Rejection::SetType, "an array")?;
                // SAFETY: the thread is attached. A frozenset may be filled while nobody else has seen it.
                let set = owned(py, unsafe { ffi::PyFrozenSet_New(std::ptr::null_mut()) })?;
                self.members(py, reader, place, items.item, &set)?;
                Ok(set)
            }
            Node::Tuple { items, class, .. } => {
                self.tuple(py, reader, place, items, class.as_ref())
            }
            Node::Dict {
                key,
                value,
                plain_keys,
                ..
            } => self.dict(py, reader, place, (!plain_keys).then_some(*key), *value),
            Node::Enum(choices) => choice(py, reader, place, choices, Rejection::EnumMember),
            Node::Literal(choices) => choice(py, reader, place, choices, Rejection::LiteralValue),
            Node::Union(union) => self.union(py, reader, place, union),
            Node::Model(model) => self.model(py, reader, place, model),
            Node::TypedDict(model) => self.typed_dict(py, reader, place, model),
        }
    }

    /// The elements of an array, each decoded; the reader stands at `[`.
    fn items<'py>(
        &self,
        py: Python<'py>,
        reader: &mut Reader<'_>,
        place: *const Place,
        item: NodeId,
    ) -> Decoded<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        let mut whole = Ok(());
        let mut more = reader.next_item(true)?;
        let mut here = indexed(place, 0);
        while more {
            match self.decode(py, reader, &here, item) {
                Ok(value) => append(&list, &value)?,
                Err(Failure::Invalid) => whole = Err(Failure::Invalid),
                Err(failure) => return Err(failure),
            }
            here.length += 1;
            more = reader.next_item(false)?;
        }
        whole.map(|()| list)
    }

    fn members<'py>(
        &self,
        py: Python<'py>,
        reader: &mut Reader<'_>,
        place: *const Place,
        item: NodeId,
        set: &Object<'py>,
    ) -> Decoded<()> {
        let mut whole = Ok(());
        let mut more = reader.next_item(true)?;
        let mut here = indexed(place, 0);
        while more {
            match self.decode(py, reader, &here, item) {
                Ok(value) => {
                    // SAFETY: both are valid objects; the set is new and takes its own reference.
                    if unsafe { ffi::PySet_Add(set.as_ptr(), value.as_ptr()) } < 0 {
                        // SAFETY: the thread is attached.
                        if unsafe { ffi::PyErr_ExceptionMatches(ffi::PyExc_TypeError) } == 0 {
                            return Err(Failure::Raised);
                        }
                        // SAFETY: the thread is attached.
                        unsafe { ffi::PyErr_Clear() };
                        whole = Err(reader.reject(
                            &here,
                            Rejection::SetType,
                            "the value cannot be in a set",
                        ));
                    }
                }
                Err(Failure::Invalid) => whole = Err(Failure::Invalid),
                Err(failure) => return Err(failure),
            }
            here.length += 1;
            more = reader.next_item(false)?;
        }
        whole
    }

    fn tuple<'py>(
        &self,
        py: Python<'py>,
        reader: &mut Reader<'_>,
        place: *const Place,
        items: &[NodeId],
        class: Option<&Py<PyType>>,
    ) -> Decoded<Object<'py>> {
        expect(reader, place, b'[', Rejection::TupleType, "an array")?;
        let mut values = Vec::with_capacity(items.len());
        let mut whole = Ok(());
        let mut more = reader.next_item(true)?;
        let mut here = indexed(place, 0);
        while more {
            let value = match items.get(here.length) {
                Some(item) => self
                    .decode(py, reader, &here, *item)
                    .map(|value| values.push(value)),
                None => reader.skip(),
            };
            match value {
                Ok(()) => {}
                Err(Failure::Invalid) => whole = Err(Failure::Invalid),
                Err(failure) => return Err(failure),
            }
            here.length += 1;
            more = reader.next_item(false)?;
        }
        if here.length != items.len() {
            let message = tuple_length(&items.len().to_string());
            whole = Err(reader.reject(place, Rejection::TupleLength, message));
        }
        whole?;
        let tuple = PyTuple::new(py, values).map_err(|error| raised(py, error))?;
        match class {
            None => Ok(tuple.into_any()),
            Some(class) => construct(py, reader, place, class.bind(py).call1(tuple)),
        }
    }

    fn dict<'py>(
        &self,
        py: Python<'py>,
        reader: &mut Reader<'_>,
        place: *const Place,
        key: Option<NodeId>,
        value: NodeId,
    ) -> Decoded<Object<'py>> {
        expect(reader, place, b'{', Rejection::DictType, "an object")?;
        let dict = PyDict::new(py);
        let mut whole = Ok(());
        let mut next = reader.next_key(true)?;
        while let Some(lent) = next {
            // SAFETY: the reader outlives this call.
            let name = unsafe { lent.text() };
            let here = keyed(place, name.as_bytes());
            let key = match key {
                None => objects::key(py, name),
                Some(key) => self.decode_one(py, reader, &here, key, name.as_bytes()),
            };
            let key = match key {
                Err(failure @ (Failure::Fatal | Failure::Raised)) => return Err(failure),
                other => other,
            };
            match (key, self.decode(py, reader, &here, value)) {
                (_, Err(failure @ (Failure::Fatal | Failure::Raised))) => return Err(failure),
                (Ok(key), Ok(value)) => {
                    // SAFETY: all are valid objects; the dict takes its own references.
                    if unsafe { ffi::PyDict_SetItem(dict.as_ptr(), key.as_ptr(), value.as_ptr()) }
                        < 0
                    {
                        return Err(Failure::Raised);
                    }
                }
                _ => whole = Err(Failure::Invalid),
            }
            next = reader.next_key(false)?;
        }
        whole.map(|()| dict.into_any())
    }

    fn union<'py>(
        &self,
        py: Python<'py>,
        reader: &mut Reader<'_>,
        place: *const Place,
        union: &Union,
    ) -> Decoded<Object<'py>> {
        let kind = reader.kind()?;
        let Some(row) = slot(kind) else {
            if union.optional {
                return self.decode_null(py, reader, place);
            }
            return self.refuse_null(py, reader, place, union);
        };
        if let [only] = union.members.as_slice() {
            return self.decode(py, reader, place, *only);
        }
        match union.by_kind[row].as_slice() {
            [] => Err(refuse_union(reader, place, union)),
            [only] => self.decode(py, reader, place, *only),
            several => {
                let mut candidates = several;
                if let (Kind::Object, Some(tags)) = (kind, &union.tags) {
                    match tag(reader, tags)? {
                        Tag::Of(member) => return self.decode(py, reader, place, member),
                        Tag::Unknown => return Err(refuse_union(reader, place, union)),
                        Tag::Absent => candidates = tags.untagged.as_slice(),
                    }
                    if let [only] = candidates {
                        return self.decode(py, reader, place, *only);
                    }
                }
                let mark = reader.mark();
                for member in candidates {
                    match self.decode(py, reader, place, *member) {
                        Err(Failure::Invalid) => reader.rewind(mark),
                        other => return other,
                    }
                }
                Err(refuse_union(reader, place, union))
            }
        }
    }

    fn decode_null<'py>(
        &self,
        py: Python<'py>,
        reader: &mut Reader<'_>,
        place: *const Place,
    ) -> Decoded<Object<'py>> {
        reader.null(place).map(|()| py.None().into_bound(py))
    }

    /// `null` for a union without `None` at its top: a nested alias or a `Literal[None]` may still take it.
    fn refuse_null<'py>(
        &self,
        py: Python<'py>,
        reader: &mut Reader<'_>,
        place: *const Place,
        union: &Union,
    ) -> Decoded<Object<'py>> {
        let mark = reader.mark();
        for member in &union.members {
            let takes_null = match self.node(*member) {
                Node::Any => true,
                Node::Union(inner) => inner.optional,
                Node::Literal(choices) => choices.none,
                _ => false,
            };
            if takes_null {
                match self.decode(py, reader, place, *member) {
                    Err(Failure::Invalid) => reader.rewind(mark),
                    other => return other,
                }
            }
        }
        Err(refuse_union(reader, place, union))
    }

    /// The values of an object's fields: those given, in the order of `model.inputs`.
    fn fields<'py>(
        &self,
        py: Python<'py>,
        reader: &mut Reader<'_>,
        place: *const Place,
        model: &Model,
        values: &mut [Option<Object<'py>>],
    ) -> Decoded<()> {
        expect(reader, place, b'{', Rejection::ModelType, "an object")?;
        let mut whole = Ok(());
        // Fields that were given and rejected: they are not missing.
        let mut refused = Vec::new();
        let mut likely = 0;
        let mut next = reader.next_key(true)?;
        while let Some(lent) = next {
            // SAFETY: the reader outlives this call.
            let name = unsafe { lent.text() };
            let here = keyed(place, name.as_bytes());
            match find(model, name, likely) {
                Some(at) => {
                    likely = at + 1;
                    match self.decode(py, reader, &here, model.fields[model.inputs[at]].node) {
                        Ok(value) => values[at] = Some(value),
                        Err(Failure::Invalid) => {
                            whole = Err(Failure::Invalid);
                            refused.resize(values.len(), false);
                            refused[at] = true;
                        }
                        Err(failure) => return Err(failure),
                    }
                }
                None if model.forbid => {
                    let failure = reader.reject(&here, Rejection::ExtraForbidden, EXTRA);
                    whole = Err(reader.pass(failure));
                    if whole == Err(Failure::Fatal) {
                        return whole;
                    }
                }
                None => reader.skip()?,
            }
            next = reader.next_key(false)?;
        }
        for (at, field) in model.inputs.iter().map(|at| &model.fields[*at]).enumerate() {
            let present = values[at].is_some() || refused.get(at).copied().unwrap_or(false);
            if !present && matches!(field.default, Filling::Required) {
                let here = keyed(place, field.name.as_bytes());
                whole = Err(reader.reject(&here, Rejection::Missing, MISSING));
            }
        }
        whole
    }

    fn model<'py>(
        &self,
        py: Python<'py>,
        reader: &mut Reader<'_>,
        place: *const Place,
        model: &Model,
    ) -> Decoded<Object<'py>> {
        const FEW: usize = 16;
        if model.inputs.len() <= FEW {
            let mut few: [Option<Object<'py>>; FEW] = [const { None }; FEW];
            let values = &mut few[..model.inputs.len()];
            self.fields(py, reader, place, model, values)?;
            return make(py, reader, place, model, values);
        }
        let mut values = vec![None; model.inputs.len()];
        self.fields(py, reader, place, model, &mut values)?;
        make(py, reader, place, model, &mut values)
    }

    fn typed_dict<'py>(
        &self,
        py: Python<'py>,
        reader: &mut Reader<'_>,
        place: *const Place,
        model: &Model,
    ) -> Decoded<Object<'py>> {
        let mut values = vec![None; model.inputs.len()];
        self.fields(py, reader, place, model, &mut values)?;
        let dict = PyDict::new(py);
        for (value, at) in values.into_iter().zip(&model.inputs) {
            if let Some(value) = value {
                dict.set_item(&model.fields[*at].object, value)
                    .map_err(|error| raised(py, error))?;
            }
        }
        Ok(dict.into_any())
    }
}

/// The message of `missing`.
pub(crate) const MISSING: &str = "a value is required";
/// The message of `extra_forbidden`.
pub(crate) const EXTRA: &str = "this key is not expected";

/// The message of `tuple_length`.
pub(crate) fn tuple_length(count: &str) -> String {
    format!(
        "expected an array of {count} item{}",
        if count == "1" { "" } else { "s" }
    )
}

/// The message of `enum` and `literal_error`: the choices, as Python shows them.
pub(crate) fn one_of(expected: &str) -> String {
    let several = if expected.contains(", ") {
        "one of "
    } else {
        ""
    };
    format!("expected {several}{expected}")
}

fn append(list: &Bound<'_, PyList>, value: &Object<'_>) -> Decoded<()> {
    // SAFETY: both are valid objects; the list takes its own reference.
    if unsafe { ffi::PyList_Append(list.as_ptr(), value.as_ptr()) } < 0 {
        return Err(Failure::Raised);
    }
    Ok(())
}

fn expect(
    reader: &mut Reader<'_>,
    place: *const Place,
    byte: u8,
    kind: Rejection,
    expected: &str,
) -> Decoded<()> {
    if reader.byte() == Some(byte) {
        return Ok(());
    }
    Err(reader.reject_kind(place, kind, expected))
}

fn refuse_union(reader: &mut Reader<'_>, place: *const Place, union: &Union) -> Failure {
    let failure = reader.reject(
        place,
        Rejection::UnionMember,
        format!("expected {}", union.name),
    );
    reader.pass(failure)
}

/// Which input field a key names; objects mostly come in the order of their fields.
fn find(model: &Model, name: &str, likely: usize) -> Option<usize> {
    let is = |at: usize| {
        model
            .inputs
            .get(at)
            .is_some_and(|field| model.fields[*field].name == name)
    };
    if is(likely) {
        return Some(likely);
    }
    (0..model.inputs.len()).find(|at| is(*at))
}

/// What the next object has under the key that tells the members of a union apart.
enum Tag {
    Of(NodeId),
    Unknown,
    Absent,
}

/// What the next object's tag says; the reader does not move.
fn tag(reader: &mut Reader<'_>, tags: &Tags) -> Decoded<Tag> {
    let mark = reader.mark();
    let mut found = Tag::Absent;
    let mut next = reader.next_key(true)?;
    while let Some(lent) = next {
        // SAFETY: the reader outlives this call.
        if unsafe { lent.text() } == tags.key {
            found = Tag::Unknown;
            if reader.byte() == Some(b'"') {
                match reader.string(WHOLE) {
                    Ok(text) => {
                        found = tags
                            .values
                            .iter()
                            .find(|(each, _)| each == text)
                            .map_or(Tag::Unknown, |(_, member)| Tag::Of(*member))
                    }
                    Err(Failure::Invalid) => {}
                    Err(failure) => return Err(failure),
                }
            } else {
                reader.skip()?;
            }
        } else {
            reader.skip()?;
        }
        next = reader.next_key(false)?;
    }
    reader.rewind(mark);
    Ok(found)
}

/// An integer of any size.
fn int<'py>(
    py: Python<'py>,
    reader: &mut Reader<'_>,
    place: *const Place,
    bounds: Option<&Bounds>,
) -> Decoded<Object<'py>> {
    let digits = reader.integer(place)?;
    match objects::integer(py, digits)? {
        Some(value) => bounded(reader, place, value, bounds),
        None => Err(reader.reject_too_large(place)),
    }
}

/// An int that has to be within bounds, if there are any.
pub(super) fn bounded<'py>(
    reader: &mut Reader<'_>,
    place: *const Place,
    value: Object<'py>,
    bounds: Option<&Bounds>,
) -> Decoded<Object<'py>> {
    match bounds {
        None => Ok(value),
        Some(bounds) => bounds
            .check(value)
            .map_err(|message| reader.reject(place, Rejection::IntRange, message)),
    }
}

/// A value of a standard-library class.
pub(crate) fn known<'py>(
    py: Python<'py>,
    reader: &mut Reader<'_>,
    place: *const Place,
    which: Known,
) -> Decoded<Object<'py>> {
    if which.takes_numbers() && matches!(reader.byte(), Some(b'-' | b'0'..=b'9')) {
        let number = reader.number()?;
        let text = reader.document()[number.range].to_vec();
        return match known::parse(py, which, &text)? {
            Some(value) => Ok(value),
            None => Err(reader.reject(place, which.rejection(), which.message(&text))),
        };
    }
    let text = reader.string_as(place, which.rejection(), which.noun())?;
    if let Some(value) = known::parse(py, which, text.as_bytes())? {
        return Ok(value);
    }
    let message = which.message(text.as_bytes());
    Err(reader.reject(place, which.rejection(), message))
}

/// Any value, as `json.loads` makes it.
pub(crate) fn any<'py>(
    py: Python<'py>,
    reader: &mut Reader<'_>,
    place: *const Place,
) -> Decoded<Object<'py>> {
    match reader.byte() {
        Some(b'"') => {
            let text = reader.string(place)?;
            objects::string(py, text)
        }
        Some(b'{') => {
            let dict = PyDict::new(py);
            let mut whole = Ok(());
            let mut next = reader.next_key(true)?;
            while let Some(lent) = next {
                // SAFETY: the reader outlives this call.
                let name = unsafe { lent.text() };
                match any(py, reader, &keyed(place, name.as_bytes())) {
                    Ok(value) => {
                        let key = objects::key(py, name)?;
                        // SAFETY: all are valid objects; the dict takes its own references.
                        if unsafe {
                            ffi::PyDict_SetItem(dict.as_ptr(), key.as_ptr(), value.as_ptr())
                        } < 0
                        {
                            return Err(Failure::Raised);
                        }
                    }
                    Err(Failure::Invalid) => whole = Err(Failure::Invalid),
                    Err(failure) => return Err(failure),
                }
                next = reader.next_key(false)?;
            }
            whole.map(|()| dict.into_any())
        }
        Some(b'[') => {
            let list = PyList::empty(py);
            let mut whole = Ok(());
            let mut more = reader.next_item(true)?;
            let mut here = indexed(place, 0);
            while more {
                match any(py, reader, &here) {
                    Ok(value) => append(&list, &value)?,
                    Err(Failure::Invalid) => whole = Err(Failure::Invalid),
                    Err(failure) => return Err(failure),
                }
                here.length += 1;
                more = reader.next_item(false)?;
            }
            whole.map(|()| list.into_any())
        }
        Some(b't' | b'f') => reader
            .boolean(place)
            .map(|value| PyBool::new(py, value).to_owned().into_any()),
        Some(b'n') => reader.null(place).map(|()| py.None().into_bound(py)),
        Some(b'-' | b'0'..=b'9') => {
            let number = reader.number()?;
            if !number.integer {
                let value = reader.float_of(place, &number)?;
                // SAFETY: the thread is attached.
                return owned(py, unsafe { ffi::PyFloat_FromDouble(value) });
            }
            let digits = reader.digits(place, &number)?;
            match objects::integer(py, digits)? {
                Some(value) => Ok(value),
                None => Err(reader.reject_too_large(place)),
            }
        }
        _ => match reader.kind() {
            Ok(_) => Err(reader.pass(Failure::Invalid)),
            Err(failure) => Err(failure),
        },
    }
}
