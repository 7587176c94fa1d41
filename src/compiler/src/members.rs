//! What a native class has under a name: the search through its bases that Python does, on what the compiler knows.
//!
//! What holds: a class's own attributes come before those of its base, and a name that is bound to anything but a
//! compiled method (`Class::other_attributes`) ends the search.

use crate::hir::{Class, ClassId, Dataclass, FunctionId};

/// The compiled method, static or class method or property getter under a name.
pub fn method(classes: &[Class], class: ClassId, name: &str) -> Option<FunctionId> {
    find(classes, class, name, |each| &each.methods)
}

/// The compiled setter of the property under a name.
pub fn setter(classes: &[Class], class: ClassId, name: &str) -> Option<FunctionId> {
    // A class that makes the property anew without a setter has none, whatever its base has.
    find(classes, class, name, |each| &each.setters)
}

fn find<'a>(
    classes: &'a [Class],
    class: ClassId,
    name: &str,
    table: impl Fn(&'a Class) -> &'a Vec<(String, FunctionId)>,
) -> Option<FunctionId> {
    let mut at = Some(class);
    while let Some(id) = at {
        let each = &classes[id.index()];
        let found = table(each).iter().find(|(own, _)| own == name);
        if let Some((_, function)) = found {
            return Some(*function);
        }
        let other = |(own, _): &(String, FunctionId)| own == name;
        if each.other_attributes.iter().any(|own| own == name)
            || each.methods.iter().any(other)
            || each.dataclass.is_some_and(|made| generates(&made, name))
        {
            return None;
        }
        at = each.base;
    }
    None
}

/// Whether `@dataclass` makes a method of this name, unless the class has its own.
fn generates(options: &Dataclass, name: &str) -> bool {
    match name {
        "__init__" => options.init,
        "__repr__" => options.repr,
        "__eq__" | "__hash__" => options.eq,
        "__lt__" | "__le__" | "__gt__" | "__ge__" => options.order,
        "__replace__" => true,
        _ => false,
    }
}

/// The compiled `__init__` that makes objects of a class; none where `@dataclass` or something interpreted made it.
pub fn constructor(classes: &[Class], class: ClassId) -> Option<FunctionId> {
    let mut at = Some(class);
    while let Some(id) = at {
        let each = &classes[id.index()];
        let own = each.methods.iter().find(|(name, _)| name == "__init__");
        if own.is_some() {
            return own.map(|(_, function)| *function);
        }
        let generated = each.dataclass.is_some_and(|options| options.init);
        if generated || each.other_attributes.iter().any(|name| name == "__init__") {
            return None;
        }
        at = each.base;
    }
    None
}

/// Whether the class or one above it is a frozen data class, which refuses what is stored before any property sees it.
pub fn is_frozen(classes: &[Class], class: ClassId) -> bool {
    let mut at = Some(class);
    while let Some(id) = at {
        let each = &classes[id.index()];
        if each.dataclass.is_some_and(|options| options.frozen) {
            return true;
        }
        at = each.base;
    }
    false
}

/// Whether `derived` is `base` or one of its subclasses.
pub fn derives(classes: &[Class], derived: ClassId, base: ClassId) -> bool {
    let mut at = Some(derived);
    while let Some(class) = at {
        if class == base {
            return true;
        }
        at = classes[class.index()].base;
    }
    false
}

/// The class and all classes below it in the program.
pub fn derived(classes: &[Class], class: ClassId) -> Vec<ClassId> {
    let below = (0..classes.len() as u32)
        .map(ClassId)
        .filter(|each| *each != class && derives(classes, *each, class));
    [class].into_iter().chain(below).collect()
}

/// What the class and each class below it in the program has under a name, as `look` finds it: the class itself first.
/// Classes in which nothing compiled is found are left out.
pub fn implementations(
    classes: &[Class],
    class: ClassId,
    look: impl Fn(&[Class], ClassId) -> Option<FunctionId>,
) -> Vec<(ClassId, FunctionId)> {
    derived(classes, class)
        .into_iter()
        .filter_map(|each| look(classes, each).map(|function| (each, function)))
        .collect()
}
