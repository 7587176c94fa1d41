//! Writing a value that is declared to be of a type, checking it on the way.
//!
//! In: a value and a plan. Out: JSON bytes, byte for byte those of generated C encoders; a value of another type is a
//! `TypeError`: "expected int, got str".

use super::encode::{
    Level, encode_at, encode_dict, encode_integer, encode_iterable, encode_key, encode_list,
    encode_plain_dict, encode_promoted, encode_string, encode_tuple, type_name,
};
use super::known::{self, Known};
use super::objects::raised;
use super::plan::{Choice, Choices, Items, Model, Node, NodeId, Plan, Union};
use super::rejection::{Decoded, Failure};
use super::write::Sink;
use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};
use tayberry_abi::Buffer;

type Object<'a, 'py> = &'a Bound<'py, PyAny>;

impl Plan {
    /// Appends a value of the plan's type.
    pub fn encode(&self, py: Python<'_>, out: &mut Buffer, value: Object<'_, '_>) -> Decoded<()> {
        self.write(py, out, value, self.root(), 0)
    }

    fn write(
        &self,
        py: Python<'_>,
        out: &mut Buffer,
        value: Object<'_, '_>,
        node: NodeId,
        depth: usize,
    ) -> Decoded<()> {
        let node = self.node(node);
        if !fits(py, node, value)? {
            return Err(mismatch(py, &self.name(node), value));
        }
        match node {
            // Exactly a float or an int, as `fits` has found; an int of any class.
            Node::Float => encode_promoted(py, out, value),
            Node::Int(_) => encode_integer(py, out, value),
            Node::Str => encode_string(out, value),
            Node::List(items) if items.abstract_class.is_none() => {
                encode_list(py, out, value, depth, &mut |out, item, depth| {
                    self.write(py, out, item, items.item, depth)
                })
            }
            Node::TupleOf(items) => {
                encode_tuple(py, out, value, depth, &mut |out, item, depth, _| {
                    self.write(py, out, item, items.item, depth)
                })
            }
            // Of an abstract class it may be anything that can be gone through.
            Node::List(items) | Node::Set(items) | Node::FrozenSet(items) => {
                encode_iterable(py, out, value, depth, &mut |out, item, depth| {
                    self.write(py, out, item, items.item, depth)
                })
            }
            Node::Tuple { items, name, .. } => {
                let length = value.cast::<PyTuple>().map_or(0, PyTupleMethods::len);
                if length != items.len() {
                    let message = format!("expected {name}, got a tuple of {length}");
                    return Err(raised(py, PyTypeError::new_err(message)));
                }
                encode_tuple(py, out, value, depth, &mut |out, item, depth, at| {
                    self.write(py, out, item, items[at], depth)
                })
            }
            Node::Dict {
                value: inner,
                text_keys,
                ..
            } => {
                let text_keys = *text_keys;
                let keys = &mut |out: &mut Buffer, key: &Bound<'_, PyAny>, depth| {
                    if text_keys && !key.is_instance_of::<PyString>() {
                        return Err(mismatch(py, "str", key));
                    }
                    encode_key(py, out, key, depth)
                };
                let items = &mut |out: &mut Buffer, item: &Bound<'_, PyAny>, depth| {
                    self.write(py, out, item, *inner, depth)
                };
                encode_dict(py, out, value, depth, keys, items)
            }
            Node::Union(union) => self.write_union(py, out, value, union, depth),
            Node::Model(model) if value.get_type().is(&model.class) => {
                self.write_model(py, out, value, model, depth)
            }
            Node::TypedDict(model) => self.write_typed_dict(py, out, value, model, depth),
            // A subclass may be an enumeration or a model.
            Node::Known(_) if known::is_plain(py, value)? => {
                out.append(b"\"");
                known::write_text(py, out, value)?;
                out.append(b"\"");
                Ok(())
            }
            Node::Any
            | Node::None
            | Node::Bool
            | Node::Bytes
            | Node::Enum(_)
            | Node::Literal(_)
            | Node::Known(_)
            | Node::Model(_) => encode_at(py, out, value, depth),
        }
    }

    /// By the first member whose type the value has.
    fn write_union(
        &self,
        py: Python<'_>,
        out: &mut Buffer,
        value: Object<'_, '_>,
        union: &Union,
        depth: usize,
    ) -> Decoded<()> {
        if value.is_none() && union.optional {
            out.append(b"null");
            return Ok(());
        }
        // An int is written as a float, and what is of a subclass of `int` as one, only where no other member takes it.
        let is_int = value.is_exact_instance_of::<pyo3::types::PyInt>();
        let mut later = None;
        for member in &union.members {
            let node = self.node(*member);
            if !fits(py, node, value)? {
                continue;
            }
            let waits = match node {
                Node::Float => is_int,
                Node::Int(_) => !is_int,
                _ => false,
            };
            if waits {
                later = Some(*member);
            } else {
                // Two containers of one kind can only be told apart by what is in them.
                let alike = |other: &&NodeId| container(self.node(**other)) == container(node);
                if container(node).is_some() && union.members.iter().filter(alike).count() > 1 {
                    return encode_at(py, out, value, depth);
                }
                return self.write(py, out, value, *member, depth);
            }
        }
        match later {
            Some(member) => self.write(py, out, value, member, depth),
            None => Err(mismatch(py, &union.name, value)),
        }
    }

    fn write_model(
        &self,
        py: Python<'_>,
        out: &mut Buffer,
        value: Object<'_, '_>,
        model: &Model,
        depth: usize,
    ) -> Decoded<()> {
        let _level = Level::enter(py, depth)?;
        out.append(b"{");
        let mut first = true;
        model.instances.learn(value);
        for (at, field) in model.fields.iter().enumerate() {
            if !field.output {
                continue;
            }
            // What was written before may have changed the class.
            let item = model.instances.reader().read(value, at, &field.object)?;
            if !std::mem::take(&mut first) {
                out.append(b",");
            }
            out.append(&field.prefix);
            self.write(py, out, &item, field.node, depth + 1)?;
        }
        out.append(b"}");
        Ok(())
    }

    /// A dict whose declared keys have their types; others are written as they are.
    fn write_typed_dict(
        &self,
        py: Python<'_>,
        out: &mut Buffer,
        value: Object<'_, '_>,
        model: &Model,
        depth: usize,
    ) -> Decoded<()> {
        let dict = value
            .cast::<PyDict>()
            .map_err(|error| raised(py, error.into()))?;
        for field in &model.fields {
            let Some(item) = dict
                .get_item(&field.object)
                .map_err(|error| raised(py, error))?
            else {
                if matches!(field.default, super::plan::Filling::Required) {
                    let message = format!(
                        "expected {}, got a dict without {:?}",
                        model.name, field.name
                    );
                    return Err(raised(py, PyTypeError::new_err(message)));
                }
                continue;
            };
            if !fits(py, self.node(field.node), &item)? {
                return Err(mismatch(py, &self.name(self.node(field.node)), &item));
            }
        }
        encode_plain_dict(py, out, value, depth)
    }

    /// As errors show the type.
    fn name(&self, node: &Node) -> String {
        match node {
            Node::Any => "object",
            Node::None => "None",
            Node::Bool => "bool",
            Node::Int(_) => "int",
            Node::Float => "float",
            Node::Str => "str",
            Node::Bytes => "bytes",
            Node::Known(Known::Uuid) => "UUID",
            Node::Known(Known::DateTime) => "datetime",
            Node::Known(Known::Date) => "date",
            Node::Known(Known::Time) => "time",
            Node::Known(Known::TimeDelta) => "timedelta",
            Node::Known(Known::Decimal) => "Decimal",
            Node::List(items)
            | Node::Set(items)
            | Node::FrozenSet(items)
            | Node::TupleOf(items) => &items.name,
            Node::Tuple { name, .. } | Node::Dict { name, .. } => name,
            Node::Enum(all) | Node::Literal(all) => &all.name,
            Node::Union(union) => &union.name,
            Node::Model(model) | Node::TypedDict(model) => &model.name,
        }
        .to_owned()
    }
}

/// Which of the containers that are told apart by a look at the object itself.
#[derive(PartialEq, Eq)]
enum Container {
    List,
    Dict,
    Set,
    FrozenSet,
    Tuple,
}

fn container(node: &Node) -> Option<Container> {
    match node {
        Node::List(_) => Some(Container::List),
        Node::Dict { .. } | Node::TypedDict(_) => Some(Container::Dict),
        Node::Set(_) => Some(Container::Set),
        Node::FrozenSet(_) => Some(Container::FrozenSet),
        Node::TupleOf(_) | Node::Tuple { class: None, .. } => Some(Container::Tuple),
        _ => None,
    }
}

fn mismatch(py: Python<'_>, expected: &str, value: Object<'_, '_>) -> Failure {
    raised(
        py,
        PyTypeError::new_err(format!("expected {expected}, got {}", type_name(value))),
    )
}

/// Whether a value's own type, not those of its parts, is the declared one.
fn fits(py: Python<'_>, node: &Node, value: Object<'_, '_>) -> Decoded<bool> {
    let object = value.as_ptr();
    // SAFETY: the object is valid; the checks look at its type only.
    let built_in = unsafe {
        match node {
            Node::Any | Node::Union(_) => true,
            Node::None => value.is_none(),
            Node::Bool => ffi::PyBool_Check(object) != 0,
            Node::Int(_) => ffi::PyLong_Check(object) != 0,
            Node::Float => {
                ffi::PyFloat_CheckExact(object) != 0 || ffi::PyLong_CheckExact(object) != 0
            }
            Node::Str => ffi::PyUnicode_Check(object) != 0,
            Node::Bytes => ffi::PyBytes_Check(object) != 0,
            Node::List(Items {
                abstract_class: Some(class),
                ..
            })
            | Node::Set(Items {
                abstract_class: Some(class),
                ..
            }) => {
                let is_list = matches!(node, Node::List(_)) && ffi::PyList_CheckExact(object) != 0;
                return Ok(is_list || is_collection(py, value, class)?);
            }
            Node::Dict {
                abstract_class: Some(class),
                ..
            } => {
                return Ok(
                    ffi::PyDict_Check(object) != 0 || is_instance(py, value, class.bind(py))?
                );
            }
            Node::List(_) => ffi::PyList_Check(object) != 0,
            Node::Set(_) => ffi::PySet_Check(object) != 0,
            Node::FrozenSet(_) => ffi::PyFrozenSet_Check(object) != 0,
            Node::TupleOf(_) => ffi::PyTuple_Check(object) != 0,
            Node::Tuple {
                class: Some(class), ..
            } => value.get_type().is(class),
            Node::Tuple { class: None, .. } => ffi::PyTuple_Check(object) != 0,
            Node::Dict { .. } | Node::TypedDict(_) => ffi::PyDict_Check(object) != 0,
            Node::Known(Known::DateTime) => {
                known::classes(py).is_ok() && ffi::PyDateTime_Check(object) != 0
            }
            Node::Known(Known::Date) => {
                known::classes(py).is_ok() && ffi::PyDate_Check(object) != 0
            }
            Node::Known(Known::Time) => {
                known::classes(py).is_ok() && ffi::PyTime_Check(object) != 0
            }
            Node::Known(Known::TimeDelta) => {
                known::classes(py).is_ok() && ffi::PyDelta_Check(object) != 0
            }
            Node::Known(Known::Uuid) => {
                return is_instance(py, value, known::classes(py)?.uuid.bind(py));
            }
            Node::Known(Known::Decimal) => {
                return is_instance(py, value, known::classes(py)?.decimal.bind(py));
            }
            Node::Enum(all) => all
                .class
                .as_ref()
                .is_some_and(|class| value.get_type().is(class)),
            Node::Literal(all) => is_choice(py, all, value),
            Node::Model(model) => return is_instance(py, value, model.class.bind(py)),
        }
    };
    Ok(built_in)
}

/// Whether a value is of an abstract class and holds several: a tuple, a set, a `deque`, a dict's keys. A text is
/// one value, what has values for its keys is a mapping, and an iterator can be gone through only once.
fn is_collection(py: Python<'_>, value: Object<'_, '_>, class: &Py<PyType>) -> Decoded<bool> {
    let object = value.as_ptr();
    // SAFETY: the object is valid; the checks look at its type only.
    let other = unsafe {
        ffi::PyUnicode_Check(object) != 0
            || ffi::PyBytes_Check(object) != 0
            || ffi::PyByteArray_Check(object) != 0
            || ffi::PyIter_Check(object) != 0
    };
    let has_keys = || value.hasattr("keys").map_err(|error| raised(py, error));
    Ok(!other && is_instance(py, value, class.bind(py))? && !has_keys()?)
}

fn is_instance(
    py: Python<'_>,
    value: Object<'_, '_>,
    class: &Bound<'_, pyo3::types::PyType>,
) -> Decoded<bool> {
    value.is_instance(class).map_err(|error| raised(py, error))
}

/// Whether a value is one of a `Literal`'s: the same sort and equal (members of enumerations: the same).
fn is_choice(py: Python<'_>, all: &Choices, value: Object<'_, '_>) -> bool {
    all.choices.iter().any(|(choice, member)| {
        let member = member.bind(py);
        match choice {
            Choice::None => value.is_none() || value.is(member),
            _ => {
                value.is(member)
                    || (value.get_type().is(member.get_type()) && value.eq(member).unwrap_or(false))
            }
        }
    })
}
