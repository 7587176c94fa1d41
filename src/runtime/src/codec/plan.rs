//! Type descriptions compiled into plans that decode and encode walk.
//!
//! In: a `tayberry._types.Type` graph, which may be cyclic. Out: an arena of nodes with classes, interned field names,
//! defaults and union tables at hand. What holds: a plan never changes, so threads share it without locks; nodes refer
//! to each other by index, and every index is valid.

use super::calls;
use super::instances::{Instances, assigned_version, version};
use super::known::Known;
use super::scan::Kind;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple, PyType};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

/// A node of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId(u32);

/// A compiled type description.
#[pyclass(frozen, module = "tayberry._runtime")]
#[derive(Debug)]
pub struct Plan {
    nodes: Vec<Node>,
    root: NodeId,
}

/// What a value must be.
#[derive(Debug)]
#[allow(missing_docs)]
pub(super) enum Node {
    Any,
    None,
    Bool,
    Int(Option<Bounds>),
    Float,
    Str,
    Bytes,
    Known(Known),
    List(Items),
    Set(Items),
    FrozenSet(Items),
    TupleOf(Items),
    Tuple {
        items: Vec<NodeId>,
        class: Option<Py<PyType>>,
        name: String,
    },
    Dict {
        key: NodeId,
        value: NodeId,
        /// Keys are taken as they are when read.
        plain_keys: bool,
        /// Keys must be `str` when written.
        text_keys: bool,
        name: String,
        /// As in `Items`: `Mapping[str, int]`.
        abstract_class: Option<Py<PyType>>,
    },
    Enum(Choices),
    Literal(Choices),
    Union(Union),
    Model(Model),
    TypedDict(Model),
}

/// The values of an int of limited range: `tayberry.u8`.
#[derive(Debug)]
pub(super) struct Bounds {
    pub(super) minimum: i128,
    pub(super) maximum: i128,
}

impl Bounds {
    /// The int itself, if it is one of these; else what is wrong with it.
    pub(super) fn check<'py>(&self, value: Bound<'py, PyAny>) -> Result<Bound<'py, PyAny>, String> {
        match value.extract::<i128>() {
            Ok(number) if (self.minimum..=self.maximum).contains(&number) => Ok(value),
            // Beyond 128 bits is beyond these.
            _ => Err(format!(
                "expected an integer from {} to {}",
                self.minimum, self.maximum
            )),
        }
    }

    /// From the pairs of a description; none are no bounds.
    fn of(values: &Bound<'_, PyAny>) -> PyResult<Option<Bounds>> {
        let pairs: Vec<(i128, Py<PyAny>)> = values.extract()?;
        Ok(match pairs.as_slice() {
            [(minimum, _), (maximum, _)] => Some(Bounds {
                minimum: *minimum,
                maximum: *maximum,
            }),
            _ => None,
        })
    }
}

/// A container of one type of items.
#[derive(Debug)]
pub(super) struct Items {
    pub(super) item: NodeId,
    /// As errors show the whole type.
    pub(super) name: String,
    /// The abstract class that a value to be written may be of, if one is declared: `Sequence[int]`.
    pub(super) abstract_class: Option<Py<PyType>>,
}

/// The values of an `Enum` or a `Literal`.
#[derive(Debug)]
pub(super) struct Choices {
    pub(super) choices: Vec<(Choice, Py<PyAny>)>,
    /// `'new', 'old'`
    pub(super) expected: String,
    pub(super) strings: bool,
    pub(super) ints: bool,
    pub(super) bools: bool,
    pub(super) none: bool,
    pub(super) others: bool,
    /// The enumeration.
    pub(super) class: Option<Py<PyType>>,
    pub(super) name: String,
}

/// A value of an `Enum` or a `Literal` as input gives it.
#[derive(Debug)]
pub(super) enum Choice {
    Str(String),
    Int(i64),
    Bool(bool),
    None,
    Other(Py<PyAny>),
}

/// A union, worked out by the kind of JSON value.
#[derive(Debug)]
pub(super) struct Union {
    /// Other than `None`, in order, `str` last.
    pub(super) members: Vec<NodeId>,
    pub(super) optional: bool,
    /// By `slot(kind)`: the members that can be written so.
    pub(super) by_kind: [Vec<NodeId>; 6],
    pub(super) tags: Option<Tags>,
    pub(super) name: String,
}

/// The field whose `Literal` strings tell classes apart.
#[derive(Debug)]
pub(super) struct Tags {
    pub(super) key: String,
    pub(super) values: Vec<(String, NodeId)>,
    /// The members where it has a default, in order.
    pub(super) untagged: Vec<NodeId>,
}

/// A class with fields.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) class: Py<PyType>,
    pub(super) name: String,
    /// Those that input may give come first in `inputs`, in order.
    pub(super) fields: Vec<FieldPlan>,
    pub(super) inputs: Vec<usize>,
    pub(super) construct: Construct,
    /// For which state of the class that is so, if it is direct.
    direct: Direct,
    pub(super) forbid: bool,
    /// The names of all inputs, for calls that give them all.
    pub(super) keywords: Py<PyTuple>,
    /// Its objects: all fields, in order.
    pub(super) instances: Arc<Instances>,
}

/// The version of a class whose objects are made by setting their fields.
#[derive(Debug, Default)]
struct Direct {
    version: AtomicU32,
    questions: AtomicU8,
}

/// So often a class may change that the question is asked anew.
const QUESTIONS: u8 = 16;

impl Model {
    /// How an object is made of the class as it is now.
    pub(super) fn construction(&self, py: Python<'_>) -> Construct {
        let class = self.class.bind(py);
        match self.construct {
            Construct::Direct if !self.direct.holds(class) => Construct::Call,
            it => it,
        }
    }
}

impl Direct {
    fn holds(&self, class: &Bound<'_, PyType>) -> bool {
        let now = version(class.as_type_ptr());
        if now != 0 && now == self.version.load(Ordering::Relaxed) {
            return true;
        }
        let more = |asked| (asked < QUESTIONS).then_some(asked + 1);
        let asked = (self.questions).fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        if asked.is_err() {
            return false;
        }
        // What changes after this has another version.
        match assigned_version(class.as_type_ptr()) {
            Some(now) if is_direct(class) => {
                self.version.store(now, Ordering::Relaxed);
                true
            }
            _ => false,
        }
    }
}

/// Whether making an object of the class does nothing but set its fields.
pub(super) fn is_direct(class: &Bound<'_, PyType>) -> bool {
    let py = class.py();
    py.import("tayberry._types")
        .and_then(|module| module.getattr("is_direct")?.call1((class,))?.is_truthy())
        .unwrap_or(false)
}

/// A field of a model.
#[derive(Debug)]
pub(super) struct FieldPlan {
    pub(super) name: String,
    pub(super) object: Py<PyString>,
    /// `"name":`
    pub(super) prefix: Vec<u8>,
    pub(super) node: NodeId,
    pub(super) default: Filling,
    pub(super) output: bool,
}

/// How an absent field is filled.
#[derive(Debug)]
pub(super) enum Filling {
    Required,
    Value(Py<PyAny>),
    Factory(Py<PyAny>),
    /// Not at all.
    Absent,
}

/// How an instance is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Construct {
    /// `cls.__new__`, then each field.
    Direct,
    /// `cls()`, then the fields that were given.
    Empty,
    /// `cls(field=value, …)`.
    Call,
}

impl Plan {
    /// The plan of a description; made once and kept on it.
    pub fn of(description: &Bound<'_, PyAny>) -> PyResult<Py<Plan>> {
        let py = description.py();
        let kept = description.getattr("_plan")?;
        if let Ok(plan) = kept.cast::<Plan>() {
            return Ok(plan.clone().unbind());
        }
        let mut builder = Builder {
            nodes: Vec::new(),
            known: HashMap::new(),
            kept: Vec::new(),
        };
        let root = builder.node(description)?;
        let nodes = builder
            .nodes
            .into_iter()
            .map(|node| node.unwrap_or(Node::Any))
            .collect();
        let plan = Py::new(py, Plan { nodes, root })?;
        description.setattr("_plan", &plan)?;
        Ok(plan)
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The class, if the whole type is a dataclass or an annotated class.
    pub fn model_class(&self) -> Option<&Py<PyType>> {
        match self.node(self.root) {
            Node::Model(model) => Some(&model.class),
            _ => None,
        }
    }

    /// The node of the whole type.
    pub fn root(&self) -> NodeId {
        self.root
    }
}

/// The row of a kind in `Union::by_kind`; null has none.
pub(super) fn slot(kind: Kind) -> Option<usize> {
    match kind {
        Kind::Null => None,
        Kind::Bool => Some(0),
        Kind::Int => Some(1),
        Kind::Float => Some(2),
        Kind::String => Some(3),
        Kind::Array => Some(4),
        Kind::Object => Some(5),
    }
}

struct Builder<'py> {
    nodes: Vec<Option<Node>>,
    known: HashMap<usize, NodeId>,
    // Descriptions whose addresses are keys of `known`.
    kept: Vec<Bound<'py, PyAny>>,
}

impl<'py> Builder<'py> {
    fn node(&mut self, description: &Bound<'py, PyAny>) -> PyResult<NodeId> {
        let address = description.as_ptr() as usize;
        if let Some(id) = self.known.get(&address) {
            return Ok(*id);
        }
        let id = NodeId(
            u32::try_from(self.nodes.len())
                .map_err(|_| PyTypeError::new_err("the type is too large"))?,
        );
        self.nodes.push(None);
        self.known.insert(address, id);
        self.kept.push(description.clone());
        let node = self.make(description)?;
        self.nodes[id.0 as usize] = Some(node);
        Ok(id)
    }

    fn make(&mut self, description: &Bound<'py, PyAny>) -> PyResult<Node> {
        let kind: String = description.getattr("kind")?.extract()?;
        let name: String = description.getattr("name")?.extract()?;
        Ok(match kind.as_str() {
            // Requests and responses are objects of the server, passed on as they are.
            "any" | "request" | "response" => Node::Any,
            "none" => Node::None,
            "bool" => Node::Bool,
            "int" => Node::Int(Bounds::of(&description.getattr("values")?)?),
            "float" => Node::Float,
            "str" => Node::Str,
            "bytes" => Node::Bytes,
            "uuid" => Node::Known(Known::Uuid),
            "datetime" => Node::Known(Known::DateTime),
            "date" => Node::Known(Known::Date),
            "time" => Node::Known(Known::Time),
            "timedelta" => Node::Known(Known::TimeDelta),
            "decimal" => Node::Known(Known::Decimal),
            "list" => Node::List(self.items(description, name)?),
            "set" => Node::Set(self.items(description, name)?),
            "frozenset" => Node::FrozenSet(self.items(description, name)?),
            "tuple_of" => Node::TupleOf(self.items(description, name)?),
            "tuple" => Node::Tuple {
                items: self.args(description)?,
                class: None,
                name,
            },
            "named_tuple" => {
                let class = description.getattr("cls")?.cast_into::<PyType>()?.unbind();
                Node::Tuple {
                    items: self.args(description)?,
                    class: Some(class),
                    name,
                }
            }
            "dict" => {
                let args = self.args(description)?;
                let key: String = description
                    .getattr("args")?
                    .get_item(0)?
                    .getattr("kind")?
                    .extract()?;
                Node::Dict {
                    key: args[0],
                    value: args[1],
                    plain_keys: key == "str" || key == "any",
                    text_keys: key == "str",
                    name,
                    abstract_class: abstract_class(description)?,
                }
            }
            "enum" => Node::Enum(choices(description, name)?),
            "literal" => Node::Literal(choices(description, name)?),
            "union" => Node::Union(self.union(description, name)?),
            "model" => Node::Model(self.model(description, name)?),
            "typed_dict" => Node::TypedDict(self.model(description, name)?),
            other => {
                return Err(PyTypeError::new_err(format!(
                    "{name} ({other}) is neither read nor written as JSON"
                )));
            }
        })
    }

    fn args(&mut self, description: &Bound<'py, PyAny>) -> PyResult<Vec<NodeId>> {
        description
            .getattr("args")?
            .try_iter()?
            .map(|each| self.node(&each?))
            .collect()
    }

    fn union(&mut self, description: &Bound<'py, PyAny>, name: String) -> PyResult<Union> {
        let mut members = Vec::new();
        let mut optional = false;
        for each in description.getattr("args")?.try_iter()? {
            let each = each?;
            let kind: String = each.getattr("kind")?.extract()?;
            if kind == "none" {
                optional = true;
            } else {
                members.push((self.node(&each)?, kind, each));
            }
        }
        // `str` takes every string, so it is tried last; an integer is taken as a float only where nothing else takes it.
        members.sort_by_key(|(_, kind, _)| kind == "str");
        let mut kinds = Vec::new();
        for (_, _, each) in &members {
            kinds.push(json_kinds(each, 0)?);
        }
        let takes_ints = members
            .iter()
            .zip(&kinds)
            .any(|((_, kind, _), kinds)| kind != "float" && kinds[1]);
        let mut by_kind: [Vec<NodeId>; 6] = std::array::from_fn(|_| Vec::new());
        for ((id, kind, _), kinds) in members.iter().zip(&kinds) {
            for row in 0..6 {
                if kinds[row] && !(row == 1 && takes_ints && kind == "float") {
                    by_kind[row].push(*id);
                }
            }
        }
        let objects: Vec<_> = members
            .iter()
            .filter(|(id, _, _)| by_kind[5].contains(id))
            .collect();
        let tags = if objects.len() > 1 {
            tags(&objects)?
        } else {
            None
        };
        Ok(Union {
            members: members.iter().map(|(id, _, _)| *id).collect(),
            optional,
            by_kind,
            tags,
            name,
        })
    }

    fn items(&mut self, description: &Bound<'py, PyAny>, name: String) -> PyResult<Items> {
        Ok(Items {
            item: self.args(description)?[0],
            name,
            abstract_class: abstract_class(description)?,
        })
    }

    fn model(&mut self, description: &Bound<'py, PyAny>, name: String) -> PyResult<Model> {
        let py = description.py();
        let missing = py.import("dataclasses")?.getattr("MISSING")?;
        let mut fields = Vec::new();
        let mut inputs = Vec::new();
        for field in description.getattr("fields")?.try_iter()? {
            let field = field?;
            let object = field.getattr("name")?.cast_into::<PyString>()?;
            let field_name: String = object.extract()?;
            let mut prefix = Vec::new();
            super::write::write_string(&mut prefix, &field_name);
            prefix.push(b':');
            let value = field.getattr("default")?;
            let factory = field.getattr("factory")?;
            let required: bool = field.getattr("required")?.extract()?;
            let default = if !value.is(&missing) {
                Filling::Value(value.unbind())
            } else if !factory.is(&missing) {
                Filling::Factory(factory.unbind())
            } else if required {
                Filling::Required
            } else {
                Filling::Absent
            };
            if field.getattr("init")?.extract()? {
                inputs.push(fields.len());
            }
            fields.push(FieldPlan {
                name: field_name,
                object: object.unbind(),
                prefix,
                node: self.node(&field.getattr("type")?)?,
                default,
                output: field.getattr("output")?.extract()?,
            });
        }
        let construct = match description
            .getattr("construct")?
            .extract::<String>()?
            .as_str()
        {
            "direct" => Construct::Direct,
            "empty" => Construct::Empty,
            _ => Construct::Call,
        };
        let names = inputs.iter().map(|at| fields[*at].object.bind(py));
        let keywords = PyTuple::new(py, names.collect::<Vec<_>>())?.unbind();
        let class = description.getattr("cls")?.cast_into::<PyType>()?;
        let names = fields.iter().map(|field| field.object.clone_ref(py));
        let instances = Arc::new(Instances::new(&class, names.collect()));
        if construct == Construct::Direct {
            let parameters = fields.iter().map(|field| {
                let is_made = matches!(field.default, Filling::Factory(_));
                (field.object.clone_ref(py), is_made)
            });
            calls::adopt(&instances, parameters.collect(), py);
        }
        Ok(Model {
            class: class.unbind(),
            instances,
            name,
            fields,
            inputs,
            construct,
            direct: Direct::default(),
            forbid: description.getattr("forbid")?.extract()?,
            keywords,
        })
    }
}

fn choices(description: &Bound<'_, PyAny>, name: String) -> PyResult<Choices> {
    let class = description
        .getattr("cls")?
        .cast_into::<PyType>()
        .ok()
        .map(Bound::unbind);
    let mut made = Choices {
        choices: Vec::new(),
        expected: String::new(),
        strings: false,
        ints: false,
        bools: false,
        none: false,
        others: false,
        class,
        name,
    };
    let mut shown: Vec<String> = Vec::new();
    for pair in description.getattr("values")?.try_iter()? {
        let (value, member): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair?.extract()?;
        shown.push(value.repr()?.to_str()?.to_owned());
        let choice = if let Ok(text) = value.cast::<PyString>() {
            made.strings = true;
            Choice::Str(text.to_str()?.to_owned())
        } else if let Ok(truth) = value.cast::<pyo3::types::PyBool>() {
            made.bools = true;
            Choice::Bool(truth.is_true())
        } else if value.is_none() {
            made.none = true;
            Choice::None
        } else if let Ok(number) = value.extract::<i64>() {
            made.ints = true;
            Choice::Int(number)
        } else {
            made.others = true;
            Choice::Other(value.clone().unbind())
        };
        made.choices.push((choice, member.unbind()));
    }
    made.expected = shown.join(", ");
    Ok(made)
}

/// Which kinds of JSON values can be one of this type, by `slot`.
fn json_kinds(description: &Bound<'_, PyAny>, depth: usize) -> PyResult<[bool; 6]> {
    let kind: String = description.getattr("kind")?.extract()?;
    Ok(match kind.as_str() {
        "none" => [false; 6],
        "bool" => [true, false, false, false, false, false],
        "int" => [false, true, false, false, false, false],
        "float" => [false, true, true, false, false, false],
        "timedelta" | "decimal" => [false, true, true, true, false, false],
        "str" | "bytes" | "uuid" | "datetime" | "date" | "time" => {
            [false, false, false, true, false, false]
        }
        "list" | "set" | "frozenset" | "tuple_of" | "tuple" | "named_tuple" => {
            [false, false, false, false, true, false]
        }
        "dict" | "model" | "typed_dict" => [false, false, false, false, false, true],
        "enum" | "literal" => {
            let all = choices(description, String::new())?;
            if all.others || (kind == "enum" && (all.bools || all.none)) {
                [true, true, true, true, false, false]
            } else {
                [all.bools, all.ints, false, all.strings, false, false]
            }
        }
        "union" if depth < 32 => {
            let mut whole = [false; 6];
            for each in description.getattr("args")?.try_iter()? {
                let part = json_kinds(&each?, depth + 1)?;
                whole
                    .iter_mut()
                    .zip(part)
                    .for_each(|(whole, part)| *whole |= part);
            }
            whole
        }
        _ => [true; 6],
    })
}

/// The class of a container's description, if it is one of `collections.abc`.
fn abstract_class(description: &Bound<'_, PyAny>) -> PyResult<Option<Py<PyType>>> {
    let class = description.getattr("cls")?.cast_into::<PyType>()?;
    let is_abstract = class.module()?.to_str()? == "collections.abc";
    Ok(is_abstract.then(|| class.unbind()))
}

type Member<'py> = (NodeId, String, Bound<'py, PyAny>);

/// A field as the search for tags sees it.
struct TagField {
    name: String,
    strings: Option<Vec<String>>,
    required: bool,
}

/// The first field of the first class that is a `Literal` of strings in all of them, no string in two.
fn tags(members: &[&Member<'_>]) -> PyResult<Option<Tags>> {
    let mut tables: Vec<Vec<TagField>> = Vec::new();
    for (_, kind, description) in members {
        if kind != "model" && kind != "typed_dict" {
            return Ok(None);
        }
        let mut table = Vec::new();
        for field in description.getattr("fields")?.try_iter()? {
            let field = field?;
            if !field.getattr("init")?.extract::<bool>()? {
                continue;
            }
            let described = field.getattr("type")?;
            let mut strings = None;
            if described.getattr("kind")?.extract::<String>()? == "literal" {
                let all = choices(&described, String::new())?;
                let texts = all.choices.into_iter().map(|(choice, _)| match choice {
                    Choice::Str(text) => Some(text),
                    _ => None,
                });
                strings = texts.collect();
            }
            table.push(TagField {
                name: field.getattr("name")?.extract()?,
                strings,
                required: field.getattr("required")?.extract()?,
            });
        }
        tables.push(table);
    }
    let Some(first) = tables.first() else {
        return Ok(None);
    };
    for TagField { name: key, .. } in first {
        let mut values: Vec<(String, NodeId)> = Vec::new();
        let told_apart = tables.iter().zip(members).all(|(table, (id, _, _))| {
            let found = table
                .iter()
                .find(|each| each.name == *key)
                .and_then(|each| each.strings.as_ref());
            found.is_some_and(|strings| {
                strings.iter().all(|text| {
                    let is_new = values.iter().all(|(each, _)| each != text);
                    values.push((text.clone(), *id));
                    is_new
                })
            })
        });
        if told_apart {
            let lacks =
                |table: &[TagField]| table.iter().any(|each| each.name == *key && !each.required);
            let untagged = tables.iter().zip(members);
            return Ok(Some(Tags {
                key: key.clone(),
                values,
                untagged: untagged
                    .filter(|(table, _)| lacks(table))
                    .map(|(_, (id, _, _))| *id)
                    .collect(),
            }));
        }
    }
    Ok(None)
}
