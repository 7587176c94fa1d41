//! Fields that are something else in a class above or below: a field has a fixed place in every object, which only another
//! field can share.
//!
//! In: the trees of all modules. Out: the classes that must stay without a layout of their own, so that each class of a
//! hierarchy may have what it likes under a name. What holds: if a native class has a field, then no class of the program
//! above or below it has a method, a property, a class variable or an `InitVar` of the same name. A value that is no
//! descriptor may stand below: it is what the field is while an object has none. What a native class's own methods may set
//! no frozen data class below forbids.

use std::collections::{BTreeMap, BTreeSet};

use rustpython_ast as ast;

use super::class_body;
use super::classes::{class_def, init_fields};
use super::names::{Module, Symbol, resolve_expr};

/// A class's module and the position of its statement.
pub(super) type Place = (usize, usize);

/// What a class has of its own under a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    /// A field that the body declares.
    Declared,
    /// An attribute that `__init__` sets.
    Set,
    /// An argument of a data class's `__init__` alone.
    Initial,
    /// A value of the class: a class variable, a number, a list.
    Value,
    /// What may have a say in how it is read: a function, a property, a decorated thing.
    Descriptor,
}

/// The classes that may not be native because of what a class above or below has under the name of a field.
pub fn overridden(modules: &[Module]) -> BTreeSet<Place> {
    let mut bodies = BTreeMap::new();
    for (module, each) in modules.iter().enumerate() {
        for (at, stmt) in each.tree.body.iter().enumerate() {
            if let ast::Stmt::ClassDef(class) = stmt {
                bodies.insert((module, at), members(modules, module, class));
            }
        }
    }
    let mut found = BTreeSet::new();
    let mut above_each = BTreeMap::new();
    for (&place, body) in &bodies {
        let both = |name: &str| {
            let has = |wanted| {
                body.own
                    .iter()
                    .any(|(own, kind)| own == name && *kind == wanted)
            };
            (has(Member::Declared) || has(Member::Initial)) && has(Member::Descriptor)
        };
        if body.own.iter().any(|(name, _)| both(name)) {
            found.insert(place);
        }
        let mut above = BTreeSet::new();
        collect_above(modules, place, &mut above);
        for higher in &above {
            let higher = *higher;
            let Some(base) = bodies.get(&higher) else {
                continue;
            };
            if body.is_frozen && !base.is_dataclass {
                found.insert(higher);
            }
            // A value of the class's own stands before a slot, so that the object's goes to its dict.
            let hides = |name: &String| slot_names(modules, &bodies, higher).contains(name);
            if base.is_slotted && !body.is_slotted && body.bound.iter().any(hides) {
                found.insert(higher);
            }
            for (name, kind) in &body.own {
                for (_, theirs) in base.own.iter().filter(|(each, _)| each == name) {
                    match (theirs, kind) {
                        (Member::Declared | Member::Set | Member::Initial, Member::Descriptor)
                        | (Member::Declared | Member::Set, Member::Initial)
                        | (Member::Initial, Member::Declared | Member::Set | Member::Value) => {
                            found.insert(higher);
                        }
                        // What a class variable hides is no field of the class below any more.
                        (Member::Declared | Member::Set, Member::Value)
                            if body.class_variables.contains(name) =>
                        {
                            found.insert(higher);
                        }
                        // Of another class it is no field: what stands above is found as ever.
                        (
                            Member::Value | Member::Descriptor,
                            Member::Declared | Member::Initial,
                        ) if body.is_dataclass => {
                            found.insert(place);
                        }
                        _ => {}
                    }
                }
            }
        }
        above_each.insert(place, above);
    }
    // What a class without a layout has under a name hides the place that a class above it has for it.
    loop {
        let mut more: BTreeSet<Place> = BTreeSet::new();
        for (place, above) in &above_each {
            if found.contains(place) || above.iter().any(|each| found.contains(each)) {
                let hidden = |base: &Body| {
                    let is_field = |name: &String| {
                        base.own.iter().any(|(own, kind)| {
                            own == name && matches!(kind, Member::Declared | Member::Set)
                        })
                    };
                    let is_place = |(_, kind): &(String, Member)| {
                        matches!(kind, Member::Declared | Member::Set)
                    };
                    (bodies[place].is_slotted && base.own.iter().any(is_place))
                        || bodies[place].bound.iter().any(is_field)
                };
                let fields = above
                    .iter()
                    .filter(|each| bodies.get(each).is_some_and(hidden));
                more.extend(fields.filter(|each| !found.contains(*each)));
            }
        }
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// What a class's body has.
struct Body {
    is_dataclass: bool,
    is_frozen: bool,
    /// Its slots are for the fields of classes above it, too.
    is_slotted: bool,
    /// Names may stand in it twice.
    own: Vec<(String, Member)>,
    class_variables: Vec<String>,
    /// Names that the class itself has a value under.
    bound: Vec<String>,
}

fn members(modules: &[Module], module: usize, class: &ast::StmtClassDef) -> Body {
    let is = |expr: &ast::Expr, wanted: &str| {
        let head = match expr {
            ast::Expr::Call(call) => &call.func,
            ast::Expr::Subscript(subscript) => &subscript.value,
            other => other,
        };
        matches!(resolve_expr(modules, module, head), Some(Symbol::External(name)) if name == wanted)
    };
    let is_dataclass = class
        .decorator_list
        .iter()
        .any(|each| is(&each.expression, "dataclasses.dataclass"));
    let has_option = |name: &str| {
        class.decorator_list.iter().any(|each| {
            let ast::Expr::Call(call) = &each.expression else {
                return false;
            };
            let option = call.arguments.find_keyword(name);
            is_dataclass
                && option.is_some_and(
                    |each| !matches!(&each.value, ast::Expr::BooleanLiteral(value) if !value.value),
                )
        })
    };
    let (mut own, mut class_variables, mut bound) = (Vec::new(), Vec::new(), Vec::new());
    for stmt in &class.body {
        match stmt {
            ast::Stmt::AnnAssign(assign) => {
                let ast::Expr::Name(name) = &*assign.target else {
                    continue;
                };
                let kind = if is(&assign.annotation, "typing.ClassVar") {
                    class_variables.push(name.id.to_string());
                    Member::Value
                } else if is(&assign.annotation, "dataclasses.InitVar") {
                    Member::Initial
                } else if is_dataclass || assign.value.is_none() {
                    Member::Declared
                } else {
                    Member::Value
                };
                own.push((name.id.to_string(), kind));
                if assign.value.is_some() {
                    bound.push(name.id.to_string());
                }
            }
            ast::Stmt::FunctionDef(def) => {
                bound.push(def.name.to_string());
                own.push((def.name.to_string(), Member::Descriptor));
            }
            _ => {}
        }
    }
    for name in class_body::other_names(class) {
        let kind = if class_body::binds_made(class, &name) {
            Member::Descriptor
        } else {
            Member::Value
        };
        bound.push(name.clone());
        own.push((name, kind));
    }
    for stmt in &class.body {
        if let ast::Stmt::FunctionDef(def) = stmt
            && def.name.as_str() == "__init__"
        {
            for (name, ..) in init_fields(def) {
                if !own.iter().any(|(each, _)| each == name) {
                    own.push((name.to_owned(), Member::Set));
                }
            }
        }
    }
    Body {
        is_dataclass,
        is_frozen: has_option("frozen"),
        is_slotted: has_option("slots"),
        own,
        class_variables,
        bound,
    }
}

/// The fields of a data class and of those above it: what `slots=True` makes slots of.
fn slot_names(
    modules: &[Module],
    bodies: &BTreeMap<Place, Body>,
    place: Place,
) -> BTreeSet<String> {
    let mut all = BTreeSet::from([place]);
    collect_above(modules, place, &mut all);
    all.iter()
        .filter_map(|each| bodies.get(each))
        .flat_map(|body| &body.own)
        .filter(|(_, kind)| *kind == Member::Declared)
        .map(|(name, _)| name.clone())
        .collect()
}

/// The classes of the program that one inherits from, at any distance.
pub(super) fn collect_above(modules: &[Module], (module, at): Place, found: &mut BTreeSet<Place>) {
    for base in class_def(modules, module, at).bases() {
        let base = match base {
            ast::Expr::Subscript(subscript) => &subscript.value,
            other => other,
        };
        if let Some(Symbol::Class(in_module, position)) = resolve_expr(modules, module, base)
            && found.insert((in_module, position))
        {
            collect_above(modules, (in_module, position), found);
        }
    }
}
