//! Fields that a subclass declares again with another type.
//!
//! In: two claims about one field, a class's and that of a class below it. Out: whether a slot that holds the one also holds
//! the other, and the classes with such fields held as objects where it does not. What holds: code of either class reads from
//! the slot what was stored, as it was stored.

use super::Tables;
use crate::hir::ClassId;
use crate::members::derives;
use crate::types::Type;

/// A field that two classes declare with types of which no slot but an object's can hold both.
pub struct Conflict {
    /// The class that declares it again.
    pub class: ClassId,
    /// Its name.
    pub field: String,
}

/// Whether all that `below` claims may stand, unchanged, in a slot of `above`. Promotion changes a value: an int is none of
/// a float's.
pub fn holds(tables: &Tables, above: &Type, below: &Type) -> bool {
    let same = |above: &Type, below: &Type| holds(tables, above, below);
    match (above, below) {
        (Type::Object, _) => true,
        (_, Type::Union(members)) => members.iter().all(|member| same(above, member)),
        // A member that a float's promotion would take must not stand beside one.
        (Type::Union(members), Type::Int | Type::Bool) if members.contains(&Type::Float) => {
            members.contains(below)
        }
        (Type::Union(members), _) => members.iter().any(|member| same(member, below)),
        (Type::Class(above), Type::Class(below)) => derives(&tables.native_classes, *below, *above),
        (Type::List(above), Type::List(below))
        | (Type::Set(above), Type::Set(below))
        | (Type::FrozenSet(above), Type::FrozenSet(below))
        | (Type::TupleOf(above), Type::TupleOf(below)) => same(above, below),
        (Type::Dict(key, value), Type::Dict(below_key, below_value)) => {
            same(key, below_key) && same(value, below_value)
        }
        (Type::TupleOf(above), Type::Tuple(below)) => below.iter().all(|each| same(above, each)),
        (Type::Tuple(above), Type::Tuple(below)) => {
            above.len() == below.len()
                && above
                    .iter()
                    .zip(below)
                    .all(|(above, below)| same(above, below))
        }
        (above, below) => above == below,
    }
}

/// Holds each such field as an object, in all classes below the one that has it first. What is decoded into them and written
/// out of them is what each class's own annotations say, so their descriptions are made from those.
pub fn hold_as_objects(tables: &mut Tables, conflicts: &[Conflict]) {
    for conflict in conflicts {
        let first = first_with(tables, conflict);
        let classes = &tables.native_classes;
        let below: Vec<ClassId> = (0..classes.len() as u32)
            .map(ClassId)
            .filter(|id| derives(classes, *id, first))
            .collect();
        for id in below {
            let class = &mut tables.native_classes[id.index()];
            class.is_opaque = true;
            for field in class
                .fields
                .iter_mut()
                .filter(|field| field.name == conflict.field)
            {
                field.ty = Type::Object;
                field.wire = Type::Object;
            }
        }
    }
}

/// The class that has the field first, of the declaring class and those above it.
fn first_with(tables: &Tables, conflict: &Conflict) -> ClassId {
    let mut at = conflict.class;
    while let Some(base) = tables.native_classes[at.index()].base
        && tables.native_classes[base.index()]
            .fields
            .iter()
            .any(|field| field.name == conflict.field)
    {
        at = base;
    }
    at
}
