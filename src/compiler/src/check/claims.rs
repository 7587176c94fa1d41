//! What types say of containers that can be changed, and which values may have a say in operations with others.
//!
//! In: types. What holds: where nothing is known, the answer is the one that claims less.

use crate::types::Type;

/// Whether a type says what a container holds that can be changed.
pub fn claims(ty: &Type) -> bool {
    match ty {
        Type::List(item) | Type::Set(item) => **item != Type::Object,
        Type::Dict(key, value) => **key != Type::Object || **value != Type::Object,
        Type::Tuple(items) | Type::Union(items) => items.iter().any(claims),
        Type::TupleOf(item) | Type::FrozenSet(item) => claims(item),
        _ => false,
    }
}

/// The type without any claim about what is in containers that can be changed.
pub fn opened(ty: &Type) -> Type {
    let object = || Box::new(Type::Object);
    match ty {
        Type::List(_) => Type::List(object()),
        Type::Set(_) => Type::Set(object()),
        Type::Dict(..) => Type::Dict(object(), object()),
        Type::Tuple(items) => Type::Tuple(items.iter().map(opened).collect()),
        Type::TupleOf(item) => Type::TupleOf(Box::new(opened(item))),
        Type::FrozenSet(item) => Type::FrozenSet(Box::new(opened(item))),
        Type::Union(members) => Type::union(members.iter().map(opened)),
        other => other.clone(),
    }
}

/// Whether what is in a container is, or holds, a container of which something is claimed.
pub fn nests(ty: &Type) -> bool {
    match ty {
        Type::List(item) | Type::Set(item) | Type::FrozenSet(item) | Type::TupleOf(item) => {
            claims(item)
        }
        Type::Dict(_, value) => claims(value),
        Type::Tuple(items) => items.iter().any(claims),
        Type::Union(members) => members.iter().any(nests),
        _ => false,
    }
}

/// The same where the type says nothing: `rows[i]` may be a part of `rows`.
pub fn may_nest(ty: &Type) -> bool {
    *ty == Type::Object || nests(ty)
}

/// Whether an operation with a value may run a method that gets the other operand.
pub fn is_foreign(ty: &Type) -> bool {
    match ty {
        Type::Object | Type::Class(_) | Type::Enum(_) => true,
        Type::Union(members) => members.iter().any(is_foreign),
        _ => false,
    }
}

/// The same for what is in it.
pub fn holds_foreign(ty: &Type) -> bool {
    match ty {
        Type::List(item) | Type::Set(item) | Type::FrozenSet(item) | Type::TupleOf(item) => {
            holds_foreign(item)
        }
        Type::Dict(_, value) => holds_foreign(value),
        Type::Tuple(items) | Type::Union(items) => items.iter().any(holds_foreign),
        other => is_foreign(other),
    }
}
