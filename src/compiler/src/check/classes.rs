//! Which classes get native layout, and their fields.
//!
//! A top-level `@dataclass` or annotated class whose bases are native (or none) is native if everything in its body is
//! understood; any other class runs as Python, with the reason noted.

use rustpython_ast::{self as ast, visitor::Visitor};

use super::annotation::{literal, wire};
use super::class_stores::{ClassStores, class_stores};
use super::names::{Module, Symbol, resolve_expr};
use super::redeclared::{self, Conflict};
use super::{Tables, class_body};
use crate::hir::{Class, ClassId, Dataclass, Enum, EnumId, Field, FieldDefault, ModuleId};
use crate::parse::span;
use crate::source::{FileId, Span};
use crate::types::Type;

/// What a class is to the compiler.
#[derive(Clone, Debug)]
pub enum ClassKind {
    /// Native layout.
    Native(ClassId),
    /// An enumeration.
    Enum(EnumId),
    /// Runs as Python, because of the clause at the span.
    Interpreted(String, Span),
}

/// Classifies every top-level class: natives and enums get ids in module order.
pub fn collect(tables: &mut Tables) {
    let mut order: Vec<(usize, usize)> = Vec::new();
    for (module, each) in tables.modules.iter().enumerate() {
        for (at, stmt) in each.tree.body.iter().enumerate() {
            if matches!(stmt, ast::Stmt::ClassDef(_)) {
                order.push((module, at));
            }
        }
    }
    // Bases first: a class is looked at when its bases have been.
    let mixed = super::mixed::mixed(&tables.modules);
    let overridden = super::overridden::overridden(&tables.modules);
    let changing = super::class_changes::class_changes(&tables.modules);
    let mut pending = order;
    while !pending.is_empty() {
        let before = pending.len();
        pending.retain(|(module, at)| {
            let ready = bases(tables, *module, *at)
                .into_iter()
                .all(|base| match base {
                    Some(Symbol::Class(in_module, position)) => {
                        tables.classes.contains_key(&(in_module, position))
                    }
                    _ => true,
                });
            if ready {
                let place = (*module, *at);
                let others = if mixed.contains(&place) {
                    Some("a class has it as one of several base classes")
                } else if changing.contains(&place) {
                    Some("an object changes to it or from it")
                } else {
                    overridden
                        .contains(&place)
                        .then_some("a field of it is something else in a class above or below")
                };
                let kind = classify(tables, *module, *at, others);
                tables.classes.insert((*module, *at), kind);
            }
            !ready
        });
        if pending.len() == before {
            for (module, at) in pending.drain(..) {
                let here = span(
                    FileId(module as u32),
                    class_def(&tables.modules, module, at).name.range,
                );
                tables.classes.insert(
                    (module, at),
                    ClassKind::Interpreted("its bases form a circle".into(), here),
                );
            }
        }
    }
    // Fields need all classes to be known by name, and those of the base. A base's id is the smaller one.
    let mut natives: Vec<(ClassId, usize, usize)> = tables
        .classes
        .iter()
        .filter_map(|(&(module, at), kind)| match kind {
            ClassKind::Native(id) => Some((*id, module, at)),
            _ => None,
        })
        .collect();
    natives.sort_unstable();
    let stores = class_stores(&tables.modules);
    let mut conflicts = Vec::new();
    for &(id, module, at) in &natives {
        fill(tables, module, at, id, &natives, &stores, &mut conflicts);
    }
    redeclared::hold_as_objects(tables, &conflicts);
    for id in 0..tables.native_classes.len() {
        if let Some(base) = tables.native_classes[id].base {
            tables.native_classes[base.index()].has_subclasses = true;
        }
    }
}

pub(super) fn class_def(modules: &[Module], module: usize, at: usize) -> &ast::StmtClassDef {
    match &modules[module].tree.body[at] {
        ast::Stmt::ClassDef(class) => class,
        _ => unreachable!("positions of classes are collected from class statements"),
    }
}

fn bases(tables: &Tables, module: usize, at: usize) -> Vec<Option<Symbol>> {
    let class = class_def(&tables.modules, module, at);
    class
        .arguments
        .iter()
        .flat_map(|arguments| arguments.args.iter())
        .map(|base| match base {
            // `Generic[T]`, `Page[int]`: the class itself is the base.
            ast::Expr::Subscript(subscript) => {
                resolve_expr(&tables.modules, module, &subscript.value)
            }
            other => resolve_expr(&tables.modules, module, other),
        })
        .collect()
}

/// Whether `C[…]` may be something else than `C` with arguments for its type parameters.
fn makes_own_items(tables: &Tables, module: usize, at: usize) -> bool {
    class_def(&tables.modules, module, at).body.iter().any(
        |stmt| matches!(stmt, ast::Stmt::FunctionDef(def) if def.name.as_str() == "__class_getitem__"),
    )
}

/// `others`: what about the classes above and below keeps this one without a layout.
fn classify(
    tables: &mut Tables,
    module: usize,
    at: usize,
    others: Option<&'static str>,
) -> ClassKind {
    let file = FileId(module as u32);
    let modules = tables.modules.clone();
    let class = class_def(&modules, module, at);
    let name_span = span(file, class.name.range);
    let interpreted = |reason: &str, at: Span| ClassKind::Interpreted(reason.to_owned(), at);
    let base_list = bases(tables, module, at);
    let externals: Vec<&str> = base_list
        .iter()
        .filter_map(|base| match base {
            Some(Symbol::External(name)) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    if externals
        .iter()
        .any(|name| matches!(*name, "enum.Enum" | "enum.StrEnum" | "enum.IntEnum"))
    {
        let mixin = if externals
            .iter()
            .any(|name| matches!(*name, "builtins.str" | "enum.StrEnum"))
        {
            Some(Type::Str)
        } else if externals
            .iter()
            .any(|name| matches!(*name, "builtins.int" | "enum.IntEnum"))
        {
            Some(Type::Int)
        } else {
            None
        };
        let known = |base: &Option<Symbol>| {
            matches!(base, Some(Symbol::External(name))
                if name.starts_with("enum.") || matches!(name.as_str(), "builtins.int" | "builtins.str"))
        };
        let stands_for_int = base_list
            .iter()
            .all(known)
            .then(|| mixin == Some(Type::Int) && !class_body::has_own_operators(class));
        let members = enum_members(class);
        let id = EnumId(tables.enums.len() as u32);
        let qualname = class.name.to_string();
        tables.enums.push(Enum {
            module: ModuleId(module as u32),
            qualname,
            mixin,
            stands_for_int,
            members,
        });
        return ClassKind::Enum(id);
    }
    if let Some(reason) = others {
        return interpreted(reason, name_span);
    }
    let shadowing = class
        .type_params
        .iter()
        .flat_map(|all| all.iter())
        .any(|each| super::methods::means_something(&modules[module], each.name().as_str()));
    if shadowing {
        let reason = "a type parameter has the name of something else";
        return interpreted(reason, name_span);
    }
    let mut keywords = class.arguments.iter().flat_map(|each| each.keywords.iter());
    let own_metaclass = |keyword: &&ast::Keyword| {
        keyword
            .arg
            .as_ref()
            .is_none_or(|name| name.as_str() == "metaclass")
    };
    if let Some(keyword) = keywords.find(own_metaclass) {
        return interpreted("it has a metaclass of its own", span(file, keyword.range));
    }
    let mut base = None;
    let mut is_abc = false;
    for (position, symbol) in base_list.iter().enumerate() {
        let here = class
            .arguments
            .as_ref()
            .map_or(name_span, |arguments| span(file, &arguments.args[position]));
        match symbol {
            Some(Symbol::External(name)) if name == "builtins.object" => {}
            // Neither adds anything to an object.
            Some(Symbol::External(name)) if name == "typing.Generic" => {}
            Some(Symbol::External(name)) if name == "abc.ABC" => is_abc = true,
            // The layout is that of the first base.
            Some(Symbol::Class(in_module, at))
                if position == 0 && !makes_own_items(tables, *in_module, *at) =>
            {
                match tables.classes.get(&(*in_module, *at)) {
                    Some(ClassKind::Native(id)) => base = Some(*id),
                    _ => return interpreted("its base class is interpreted", here),
                }
            }
            Some(Symbol::Class(..)) => return interpreted("it has several base classes", here),
            _ => return interpreted("its base class is not part of the program", here),
        }
    }
    let mut dataclass = None;
    for decorator in &class.decorator_list {
        match dataclass_options(tables, module, &decorator.expression) {
            Some(options) => dataclass = Some(options),
            None if gives_class_back(tables, module, &decorator.expression) => {}
            None => {
                return interpreted(
                    "it has a decorator other than `dataclass`",
                    span(file, decorator.range),
                );
            }
        }
    }
    if let Some((reason, range)) = class_body::obstacle(class) {
        return interpreted(reason, crate::parse::range_span(file, range));
    }
    if dataclass.is_some_and(|options| options.slots)
        && let Some(initial) = initial_only(tables, module, class)
    {
        // Objects have no slot for it, and methods may not make one.
        return interpreted("it has an `InitVar` beside slots", span(file, initial));
    }
    // A class with neither is a mark, a namespace or an exception's stand-in: nothing in it gains by being native.
    let has_field_or_method = class.body.iter().any(|stmt| match stmt {
        ast::Stmt::AnnAssign(assign) => assign.simple,
        other => matches!(other, ast::Stmt::FunctionDef(_)),
    });
    if base.is_none() && !has_field_or_method {
        return interpreted("it has no annotated fields and no methods", name_span);
    }
    if let Some(options) = &mut dataclass {
        options.has_post_init = class
            .body
            .iter()
            .any(|stmt| matches!(stmt, ast::Stmt::FunctionDef(def) if def.name.as_str() == "__post_init__"));
    }
    is_abc |= base.is_some_and(|base| tables.native_classes[base.index()].is_abc);
    let id = ClassId(tables.native_classes.len() as u32);
    let (qualname, span) = (class.name.to_string(), span(file, class));
    tables.native_classes.push(Class {
        module: ModuleId(module as u32),
        qualname,
        base,
        is_abc,
        fields: Vec::new(),
        is_opaque: false,
        dataclass,
        methods: Vec::new(),
        setters: Vec::new(),
        other_attributes: Vec::new(),
        has_subclasses: false,
        span,
    });
    ClassKind::Native(id)
}

/// Whether a class keeps Python's layout by what it is, so that nothing of it is said to be interpreted: exceptions; protocols;
/// typed dicts, whose objects are dicts; and named tuples, which are tuples. Their methods are native functions.
pub fn keeps_layout(tables: &Tables, module: usize, class: &ast::StmtClassDef) -> bool {
    let marks = ["typing.Protocol", "typing.NamedTuple"];
    let decorators = ["typing.runtime_checkable", "typing.final"];
    let plain = |each: &ast::Decorator| {
        is_named(tables, module, &each.expression, &decorators)
            || dataclass_options(tables, module, &each.expression).is_some()
    };
    // A class below a protocol is one itself only if it says so; objects of one below a named tuple have a dict.
    let is_mark = |each: &ast::Expr| is_named(tables, module, each, &marks);
    class.decorator_list.iter().all(plain)
        && (class.bases().iter().any(is_mark)
            || is_below(tables, module, class, 0, &|name| {
                name == "typing.TypedDict" || is_exception(name)
            }))
}

/// Whether a name from outside of the program is an exception's, as far as names tell.
fn is_exception(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    super::builtins::is_exception(last) || last.ends_with("Error") || last.ends_with("Exception")
}

/// Whether a class is below one from outside of the program with such a name.
fn is_below(
    tables: &Tables,
    module: usize,
    class: &ast::StmtClassDef,
    depth: usize,
    wanted: &dyn Fn(&str) -> bool,
) -> bool {
    depth < 20
        && class.bases().iter().any(|base| {
            match resolve_expr(&tables.modules, module, without_arguments(base)) {
                Some(Symbol::External(name)) => wanted(&name),
                Some(Symbol::Class(home, at)) => match &tables.modules[home].tree.body[at] {
                    ast::Stmt::ClassDef(above) => is_below(tables, home, above, depth + 1, wanted),
                    _ => false,
                },
                _ => false,
            }
        })
}

/// `Page` of `Page[int]`.
fn without_arguments(expr: &ast::Expr) -> &ast::Expr {
    match expr {
        ast::Expr::Subscript(subscript) => &subscript.value,
        other => other,
    }
}

/// Whether an expression, arguments in brackets left out, is one of some names of the standard library.
fn is_named(tables: &Tables, module: usize, expr: &ast::Expr, names: &[&str]) -> bool {
    matches!(resolve_expr(&tables.modules, module, without_arguments(expr)), Some(Symbol::External(name)) if names.contains(&name.as_str()))
}

/// Whether a decorator adds to a class without making another one.
fn gives_class_back(tables: &Tables, module: usize, decorator: &ast::Expr) -> bool {
    let known = ["functools.total_ordering", "typing.final"];
    matches!(resolve_expr(&tables.modules, module, decorator), Some(Symbol::External(name)) if known.contains(&name.as_str()))
}

/// The options of a `dataclass` decorator, if it is one and all its arguments are literal truth values.
fn dataclass_options(tables: &Tables, module: usize, decorator: &ast::Expr) -> Option<Dataclass> {
    let mut options = Dataclass {
        init: true,
        repr: true,
        eq: true,
        order: false,
        frozen: false,
        slots: false,
        kw_only: false,
        has_post_init: false,
    };
    let function = match decorator {
        ast::Expr::Call(call) => {
            if !call.arguments.args.is_empty() {
                return None;
            }
            for keyword in &call.arguments.keywords {
                let ast::Expr::BooleanLiteral(value) = &keyword.value else {
                    return None;
                };
                match keyword.arg.as_ref()?.as_str() {
                    "init" => options.init = value.value,
                    "repr" => options.repr = value.value,
                    "eq" => options.eq = value.value,
                    "order" => options.order = value.value,
                    "frozen" => options.frozen = value.value,
                    "slots" => options.slots = value.value,
                    "kw_only" => options.kw_only = value.value,
                    "unsafe_hash" | "match_args" => {}
                    "weakref_slot" if !value.value => {}
                    _ => return None,
                }
            }
            &call.func
        }
        other => other,
    };
    match resolve_expr(&tables.modules, module, function) {
        Some(Symbol::External(name)) if name == "dataclasses.dataclass" => Some(options),
        _ => None,
    }
}

fn enum_members(class: &ast::StmtClassDef) -> Vec<(String, Option<crate::types::Literal>)> {
    class
        .body
        .iter()
        .filter_map(|stmt| match stmt {
            ast::Stmt::Assign(assign) => match assign.targets.as_slice() {
                [ast::Expr::Name(name)] if !name.id.starts_with('_') => {
                    Some((name.id.to_string(), literal(&assign.value)))
                }
                _ => None,
            },
            _ => None,
        })
        .collect()
}

fn is_class_var(tables: &Tables, module: usize, annotation: &ast::Expr) -> bool {
    is_named(tables, module, annotation, &["typing.ClassVar"])
}

/// The first annotation of a class that declares an argument of `__init__` alone.
fn initial_only<'a>(
    tables: &Tables,
    module: usize,
    class: &'a ast::StmtClassDef,
) -> Option<&'a ast::Expr> {
    let annotations = class.body.iter().filter_map(|stmt| match stmt {
        ast::Stmt::AnnAssign(assign) => Some(&*assign.annotation),
        _ => None,
    });
    annotations
        .into_iter()
        .find(|each| is_named(tables, module, each, &["dataclasses.InitVar"]))
}

fn is_external(tables: &Tables, module: usize, expr: &ast::Expr, meant: &str) -> bool {
    matches!(resolve_expr(&tables.modules, module, expr), Some(Symbol::External(name)) if name == meant)
}

fn fill(
    tables: &mut Tables,
    module: usize,
    at: usize,
    id: ClassId,
    natives: &[(ClassId, usize, usize)],
    stores: &ClassStores,
    conflicts: &mut Vec<Conflict>,
) {
    // A data class's fields are its objects' whatever the class gets.
    let is_stored = |name: &str| {
        stores
            .get(&(module, at))
            .is_some_and(|all| all.contains(name))
    };
    let file = FileId(module as u32);
    let modules = tables.modules.clone();
    let class = class_def(&modules, module, at);
    let this = &tables.native_classes[id.index()];
    let (base, dataclass) = (this.base, this.dataclass);
    let mut fields = base.map_or_else(Vec::new, |base| {
        tables.native_classes[base.index()].fields.clone()
    });
    let inherited: Vec<String> = fields.iter().map(|each| each.name.clone()).collect();
    // Making an object of an abstract class is an error that only calling it raises.
    let mut is_opaque = this.is_abc;
    is_opaque |= base.is_some_and(|base| tables.native_classes[base.index()].is_opaque);
    let mut other_attributes = class_body::other_names(class);
    let mut class_values: Vec<&str> = Vec::new();
    // Objects without a dict get no attributes but those that are declared.
    let has_slots = |options: Option<Dataclass>| options.is_some_and(|options| options.slots);
    let above = std::iter::successors(base, |id| tables.native_classes[id.index()].base);
    let is_closed = has_slots(dataclass)
        && above
            .into_iter()
            .all(|id| has_slots(tables.native_classes[id.index()].dataclass));
    // `declared`: an annotation of the field itself says what it is.
    let mut add = |field: Field, declared: bool| match fields
        .iter_mut()
        .find(|known: &&mut Field| known.name == field.name)
    {
        // A redeclared field keeps its place, as in a dataclass, and the base's type, whose code reads it.
        Some(known) => {
            known.default = field.default;
            known.keyword_only = field.keyword_only;
            if declared && !redeclared::holds(tables, &known.ty, &field.ty) {
                conflicts.push(Conflict {
                    class: id,
                    field: field.name,
                });
            }
            known.wire != field.wire
        }
        None => {
            fields.push(field);
            false
        }
    };
    let mut keyword_only = dataclass.is_some_and(|options| options.kw_only);
    let mut declared: Vec<&str> = inherited.iter().map(String::as_str).collect();
    for stmt in &class.body {
        let ast::Stmt::AnnAssign(assign) = stmt else {
            continue;
        };
        let ast::Expr::Name(name) = &*assign.target else {
            continue;
        };
        let marker = "dataclasses.KW_ONLY";
        if dataclass.is_some() && is_external(tables, module, &assign.annotation, marker) {
            keyword_only = true;
            continue;
        }
        if is_class_var(tables, module, &assign.annotation) {
            other_attributes.push(name.id.to_string());
            continue;
        }
        declared.push(name.id.as_str());
        let is_inherited = inherited.iter().any(|each| *each == name.id.as_str());
        let taken = || base.is_some_and(|base| has_attribute(tables, natives, base, &name.id));
        let has_value = assign.value.is_some() || is_stored(&name.id);
        if dataclass.is_none() && !is_inherited && (has_value || taken()) {
            // The class's or a base's, until an object gets its own: reading it has to ask both, whatever they are by then.
            class_values.push(name.id.as_str());
            is_opaque = true;
            continue;
        }
        let default = match (&assign.value, dataclass) {
            (None, Some(_)) => FieldDefault::Required,
            (None, None) => FieldDefault::NotInInit,
            (Some(_), None) => FieldDefault::Value,
            (Some(value), Some(_)) => field_default(tables, module, value),
        };
        is_opaque |= super::annotation::is_opaque(tables, module, &assign.annotation);
        let meant = wire(tables, module, &assign.annotation);
        let field = Field {
            name: name.id.to_string(),
            ty: meant.plain(),
            wire: meant,
            default,
            is_final: dataclass.is_some_and(|options| options.frozen),
            keyword_only: own_keyword_only(assign.value.as_deref()).unwrap_or(keyword_only),
            span: span(file, name),
        };
        is_opaque |= add(field, true);
    }
    for stmt in &class.body {
        if let ast::Stmt::FunctionDef(def) = stmt
            && def.name.as_str() == "__init__"
        {
            for (name, claim, here) in init_fields(def) {
                let claim = match claim {
                    // Its default is no value of the annotation's.
                    Claim::Parameter(parameter)
                        if def.parameters.find(parameter).is_some_and(|each| {
                            let default = each.default.as_deref();
                            default.is_some_and(|expr| {
                                let meant = resolve_expr(&tables.modules, module, expr);
                                matches!(meant, Some(Symbol::Class(..)))
                            })
                        }) =>
                    {
                        is_opaque = true;
                        Claim::Nothing
                    }
                    claim => claim,
                };
                let meant = match claim {
                    Claim::Annotation(expr) => wire(tables, module, expr),
                    Claim::Parameter(parameter) => def
                        .parameters
                        .find(parameter)
                        .and_then(|each| each.parameter.annotation.as_deref())
                        .map_or(Type::Object, |expr| wire(tables, module, expr)),
                    Claim::Nothing => Type::Object,
                };
                // What the class or a base has under the name may be a property or another descriptor; names such as
                // `__class__` and `__qualname__` mean something else on objects than on the class that has the field.
                if dataclass.is_none()
                    && is_stored(name)
                    && !inherited.iter().any(|each| *each == name)
                    && !class_values.contains(&name)
                {
                    class_values.push(name);
                    is_opaque = true;
                }
                let taken = class_body::binds_descriptor(class, name)
                    || class_values.contains(&name)
                    || (is_closed && !declared.contains(&name))
                    || (name.starts_with("__") && name.ends_with("__"))
                    || base.is_some_and(|base| has_attribute(tables, natives, base, name));
                if !taken {
                    // What such a field says is not decoded by, but written by.
                    is_opaque |= match claim {
                        Claim::Annotation(expr) => Some(expr),
                        Claim::Parameter(parameter) => def
                            .parameters
                            .find(parameter)
                            .and_then(|each| each.parameter.annotation.as_deref()),
                        Claim::Nothing => None,
                    }
                    .is_some_and(|expr| super::annotation::is_opaque(tables, module, expr));
                    let field = Field {
                        name: name.to_owned(),
                        ty: meant.plain(),
                        wire: meant,
                        default: FieldDefault::NotInInit,
                        is_final: false,
                        keyword_only: false,
                        span: span(file, here),
                    };
                    let declared = matches!(claim, Claim::Annotation(_));
                    is_opaque |= add(field, declared) && declared;
                }
            }
        }
    }
    let this = &mut tables.native_classes[id.index()];
    this.fields = fields;
    this.is_opaque = is_opaque;
    other_attributes.extend(class_values.into_iter().map(str::to_owned));
    this.other_attributes = other_attributes;
}

/// Whether a native class or a base of it binds a name in its body to anything but a field.
fn has_attribute(
    tables: &Tables,
    natives: &[(ClassId, usize, usize)],
    class: ClassId,
    name: &str,
) -> bool {
    let mut at = Some(class);
    while let Some(id) = at {
        let (_, module, place) = natives[id.index()];
        let this = &tables.native_classes[id.index()];
        if class_body::binds(class_def(&tables.modules, module, place), name)
            || this.other_attributes.iter().any(|each| each == name)
        {
            return true;
        }
        at = this.base;
    }
    false
}

fn field_default(tables: &Tables, module: usize, value: &ast::Expr) -> FieldDefault {
    if let ast::Expr::Call(call) = value
        && matches!(resolve_expr(&tables.modules, module, &call.func), Some(Symbol::External(name)) if name == "dataclasses.field")
    {
        let has = |name: &str| call.arguments.find_keyword(name);
        if has("init").is_some_and(
            |keyword| !matches!(&keyword.value, ast::Expr::BooleanLiteral(value) if value.value),
        ) {
            return FieldDefault::NotInInit;
        }
        return if has("default_factory").is_some() {
            FieldDefault::Factory
        } else if has("default").is_some() {
            FieldDefault::Value
        } else {
            FieldDefault::Required
        };
    }
    FieldDefault::Value
}

/// What `field(kw_only=…)` says of a field, where it says something. What is no literal is found out at run time.
fn own_keyword_only(value: Option<&ast::Expr>) -> Option<bool> {
    match &value?
        .as_call_expr()?
        .arguments
        .find_keyword("kw_only")?
        .value
    {
        ast::Expr::BooleanLiteral(value) => Some(value.value),
        _ => None,
    }
}

pub(super) enum Claim<'a> {
    Annotation(&'a ast::Expr),
    Parameter(&'a str),
    Nothing,
}

/// Attributes that `__init__` sets on its first parameter, in order of appearance.
pub(super) fn init_fields(def: &ast::StmtFunctionDef) -> Vec<(&str, Claim<'_>, &ast::Expr)> {
    struct Finder<'a> {
        instance: &'a str,
        found: Vec<(&'a str, Claim<'a>, &'a ast::Expr)>,
    }
    impl<'a> Visitor<'a> for Finder<'a> {
        fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
            let instance = self.instance;
            let attribute = move |target: &'a ast::Expr| match target {
                ast::Expr::Attribute(attribute) if matches!(&*attribute.value, ast::Expr::Name(name) if name.id == *instance) => {
                    Some(attribute.attr.as_str())
                }
                _ => None,
            };
            match stmt {
                ast::Stmt::AnnAssign(assign) => {
                    if let Some(name) = attribute(&assign.target) {
                        self.found.push((
                            name,
                            Claim::Annotation(&assign.annotation),
                            &assign.target,
                        ));
                    }
                }
                ast::Stmt::Assign(assign) => {
                    for target in &assign.targets {
                        if let Some(name) = attribute(target) {
                            let claim = match &*assign.value {
                                ast::Expr::Name(value) => Claim::Parameter(&value.id),
                                _ => Claim::Nothing,
                            };
                            self.found.push((name, claim, target));
                        }
                    }
                }
                ast::Stmt::FunctionDef(_) | ast::Stmt::ClassDef(_) => {}
                _ => ast::visitor::walk_stmt(self, stmt),
            }
        }
    }
    let Some(first) = def
        .parameters
        .posonlyargs
        .first()
        .or(def.parameters.args.first())
    else {
        return Vec::new();
    };
    let mut finder = Finder {
        instance: first.parameter.name.as_str(),
        found: Vec::new(),
    };
    finder.visit_body(&def.body);
    // The first mention decides; a later annotation of the same attribute adds nothing.
    let mut seen = Vec::new();
    finder.found.retain(|(name, ..)| {
        let new = !seen.contains(name);
        seen.push(*name);
        new
    });
    finder.found
}
