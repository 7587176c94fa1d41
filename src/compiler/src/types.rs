//! The types the compiler knows, and how each is held in C.
//!
//! A `Type` is what a checked program *claims* about a value. Claims come from annotations and from
//! inference over the bodies of functions; they are enforced where values cross into compiled code
//! (arguments, fields, annotated assignments, elements read from containers), so that inside a body a
//! value's representation can be trusted. A value of a type that is not understood is `Object`: a
//! `PyObject *` on which every operation is the interpreter's own.

use crate::hir::{ClassId, EnumId};

/// A static type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Type {
    /// Anything: `Any`, no annotation, or an annotation we do not model. Held as `PyObject *`.
    Object,
    /// `None`, held as nothing in arguments and returns and as `Py_None` where an object is wanted.
    None,
    /// `bool`, held as a C `uint8_t` 0 or 1. (At a boundary only the exact type `bool` is accepted.)
    Bool,
    /// `int` of any size, held as a tagged `tb_int`: a 63-bit small value or a `PyLongObject *`.
    /// A bool or a member of an enumeration of ints is held as the object that it is; see docs/language.md for the rule at boundaries.
    Int,
    /// `tayberry.u8` and its like: an `Int` of which a request may hold only these values. It stands in wire types
    /// (`hir::Field::wire`, `hir::Param::wire`) and nowhere else: what compiled code claims is [`Type::plain`].
    Integer(Integer),
    /// `float`, held as a C `double`.
    Float,
    /// `str`, held as `PyObject *` known to be exactly `PyUnicode_Type` or a subclass.
    Str,
    /// `bytes`, held as `PyObject *`.
    Bytes,
    /// `list[T]`; elements are claims, checked when read.
    List(Box<Type>),
    /// `dict[K, V]`; keys and values are claims, checked when read.
    Dict(Box<Type>, Box<Type>),
    /// `set[T]`.
    Set(Box<Type>),
    /// `frozenset[T]`.
    FrozenSet(Box<Type>),
    /// `tuple[A, B]`; held as `PyObject *` (unboxed in locals once the backend proves it useful).
    Tuple(Vec<Type>),
    /// `tuple[T, ...]`.
    TupleOf(Box<Type>),
    /// `A | B | None`, at least two members, no duplicates, `None` last. Held as `PyObject *`.
    Union(Vec<Type>),
    /// An instance of a native class (or of a subclass of it). Held as `PyObject *`.
    Class(ClassId),
    /// An `Enum` subclass defined in a compiled module. Held as `PyObject *` (the member).
    Enum(EnumId),
    /// `Literal[...]`. Held like the join of its values' types; the decoder checks membership.
    Literal(Vec<Literal>),
    /// A well-known class of the standard library that codecs understand. Held as `PyObject *`.
    Known(Known),
}

/// The ints of a fixed width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Integer {
    /// `i8`, or `u8`.
    pub signed: bool,
    /// 8, 16, 32 or 64.
    pub bits: u8,
}

impl Integer {
    /// By its name in the package.
    pub fn named(name: &str) -> Option<Integer> {
        let (signed, bits) = match name.split_at_checked(1)? {
            ("i", bits) => (true, bits),
            ("u", bits) => (false, bits),
            _ => return None,
        };
        let bits = match bits {
            "8" => 8,
            "16" => 16,
            "32" => 32,
            "64" => 64,
            _ => return None,
        };
        Some(Integer { signed, bits })
    }

    /// Its name in the package.
    pub fn name(self) -> String {
        format!("{}{}", if self.signed { 'i' } else { 'u' }, self.bits)
    }
}

/// One value of a `Literal[...]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Literal {
    /// A string.
    Str(String),
    /// An integer that fits 64 bits.
    Int(i64),
    /// A truth value.
    Bool(bool),
    /// `None`.
    None,
}

/// Classes outside the program that the codecs and the checker know by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Known {
    /// `uuid.UUID`
    Uuid,
    /// `datetime.datetime`
    DateTime,
    /// `datetime.date`
    Date,
    /// `datetime.time`
    Time,
    /// `datetime.timedelta`
    TimeDelta,
    /// `decimal.Decimal`
    Decimal,
    /// `tayberry.Request`
    Request,
    /// `tayberry.Response` and its subclasses
    Response,
}

impl Type {
    /// `T | None`, flattened.
    pub fn optional(inner: Type) -> Type {
        Type::union([inner, Type::None])
    }

    /// The union of `members`: flattened, without duplicates, `None` last; one member stands alone;
    /// a union with `Object` is `Object`.
    pub fn union(members: impl IntoIterator<Item = Type>) -> Type {
        let mut flat: Vec<Type> = Vec::new();
        let mut has_none = false;
        for member in members {
            match member {
                Type::None => has_none = true,
                Type::Object => return Type::Object,
                Type::Union(inner) => {
                    for each in inner {
                        if each == Type::None {
                            has_none = true;
                        } else if !flat.contains(&each) {
                            flat.push(each);
                        }
                    }
                }
                other if !flat.contains(&other) => flat.push(other),
                _ => {}
            }
        }
        if has_none {
            flat.push(Type::None);
        }
        match flat.len() {
            0 => Type::None,
            1 => flat.remove(0),
            _ => Type::Union(flat),
        }
    }

    /// What compiled code claims about a value of this wire type.
    pub fn plain(&self) -> Type {
        let one = |inner: &Type| Box::new(inner.plain());
        match self {
            Type::Integer(_) => Type::Int,
            Type::List(item) => Type::List(one(item)),
            Type::Dict(key, value) => Type::Dict(one(key), one(value)),
            Type::Set(item) => Type::Set(one(item)),
            Type::FrozenSet(item) => Type::FrozenSet(one(item)),
            Type::Tuple(items) => Type::Tuple(items.iter().map(Type::plain).collect()),
            Type::TupleOf(item) => Type::TupleOf(one(item)),
            Type::Union(members) => Type::union(members.iter().map(Type::plain)),
            Type::Object
            | Type::None
            | Type::Bool
            | Type::Int
            | Type::Float
            | Type::Str
            | Type::Bytes
            | Type::Class(_)
            | Type::Enum(_)
            | Type::Literal(_)
            | Type::Known(_) => self.clone(),
        }
    }

    /// The type without `None`, if `None` is one of its members.
    pub fn without_none(&self) -> Option<Type> {
        match self {
            Type::Union(members) if members.contains(&Type::None) => Some(Type::union(
                members
                    .iter()
                    .filter(|member| **member != Type::None)
                    .cloned(),
            )),
            _ => None,
        }
    }
}
