//! What an expression's value is claimed to be by the annotations around it, with the types of items and fields: an item of
//! `lines: list[Line]`, `order.lines[0]`, `for each in order.lines`, `ORDERS[1]`.
//!
//! In: an expression in the scopes that are open. Out: a type, or nothing where a statement may say otherwise. What holds: a
//! name has its claim only if nothing else binds it and its function does not ask what it holds. The claims are what a program
//! says; that values keep to them is for `values::certain` and for compiled code.

use rustpython_ast::{self as ast, visitor::Visitor};

use super::scope::{Opened, Source};
use super::{Symbol, Tables, Walk, annotation, values};
use crate::check::classes::ClassKind;
use crate::hir::ClassId;
use crate::types::Type;

/// Methods of texts that give a text.
const GIVE_TEXT: &[&str] = &[
    "capitalize",
    "casefold",
    "center",
    "expandtabs",
    "format",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "removeprefix",
    "removesuffix",
    "replace",
    "rjust",
    "rstrip",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
];

/// So far from what was asked for displays are looked into.
const NEAR: usize = 3;

/// What an expression's value is claimed to be; never `Object`.
pub fn claim(walk: &Walk<'_, '_>, expr: &ast::Expr) -> Option<Type> {
    within(walk, expr, 0)
}

fn within(walk: &Walk<'_, '_>, expr: &ast::Expr, depth: usize) -> Option<Type> {
    if depth > values::DEEPEST {
        return None;
    }
    let found = match expr {
        ast::Expr::Name(name) => named(walk, &name.id, depth),
        ast::Expr::Attribute(attribute) if walk.symbol(expr).is_none() => {
            let name = attribute.attr.as_str();
            if asks_for_attribute(walk, name) {
                return None;
            }
            match owner(walk, &attribute.value, depth)? {
                Type::Class(class) => match member(walk.tables, class, name)? {
                    Member::Field(ty) | Member::Property(Some(ty)) => Some(ty),
                    Member::Property(None) | Member::Method(..) => None,
                },
                _ => None,
            }
        }
        ast::Expr::Subscript(each) => {
            let owner = owner(walk, &each.value, depth)?;
            let slice = each.slice.is_slice_expr();
            match owner {
                Type::List(_) | Type::Str | Type::Bytes if slice => Some(owner),
                Type::List(item) | Type::TupleOf(item) if !slice => Some(*item),
                Type::Dict(_, value) => Some(*value),
                Type::Str => Some(Type::Str),
                Type::Tuple(items) => match annotation::literal(&each.slice)? {
                    crate::types::Literal::Int(at) => items.get(usize::try_from(at).ok()?).cloned(),
                    _ => None,
                },
                _ => None,
            }
        }
        ast::Expr::Call(call) => called(walk, expr, call, depth),
        ast::Expr::Await(awaited) => match &*awaited.value {
            ast::Expr::Call(call) => match &*call.func {
                ast::Expr::Attribute(each) if walk.symbol(&call.func).is_none() => {
                    match owner(walk, &each.value, depth)? {
                        Type::Class(class) => match member(walk.tables, class, &each.attr)? {
                            Member::Method(module, def) if def.is_async => {
                                result(walk.tables, module, def)
                            }
                            _ => None,
                        },
                        _ => None,
                    }
                }
                _ => values::certain_within(walk, expr, depth + 1),
            },
            _ => values::certain_within(walk, expr, depth + 1),
        },
        ast::Expr::Named(named) => within(walk, &named.value, depth + 1),
        ast::Expr::If(choice) => {
            let body = within(walk, &choice.body, depth + 1)?;
            let other = within(walk, &choice.orelse, depth + 1)?;
            Some(Type::union([body, other]))
        }
        ast::Expr::List(list) => {
            // What is far from what was asked for, or long, is not worth the time.
            let near = depth <= NEAR && list.elts.len() <= 20;
            let item = if near {
                common(walk, list.elts.iter(), depth)
            } else {
                Type::Object
            };
            Some(Type::List(Box::new(item)))
        }
        ast::Expr::Tuple(tuple) if depth > NEAR || tuple.elts.len() > 20 => {
            let any = |_: &ast::Expr| Type::Object;
            let starred = tuple.elts.iter().any(ast::Expr::is_starred_expr);
            (!starred).then(|| Type::Tuple(tuple.elts.iter().map(any).collect()))
        }
        ast::Expr::Tuple(tuple) if !tuple.elts.iter().any(ast::Expr::is_starred_expr) => {
            let item = |each| within(walk, each, depth + 1).unwrap_or(Type::Object);
            Some(Type::Tuple(tuple.elts.iter().map(item).collect()))
        }
        _ => values::certain_within(walk, expr, depth + 1),
    };
    found.filter(|ty| *ty != Type::Object)
}

/// What the owner of an attribute or of items is where reading them gives something.
fn owner(walk: &Walk<'_, '_>, expr: &ast::Expr, depth: usize) -> Option<Type> {
    let ty = within(walk, expr, depth + 1)?;
    Some(ty.without_none().unwrap_or(ty))
}

/// The one claim of several expressions, or `Object`.
fn common<'e>(
    walk: &Walk<'_, '_>,
    mut all: impl Iterator<Item = &'e ast::Expr>,
    depth: usize,
) -> Type {
    let first = all.next().and_then(|each| within(walk, each, depth + 1));
    match first {
        Some(ty) if all.all(|each| within(walk, each, depth + 1).as_ref() == Some(&ty)) => ty,
        _ => Type::Object,
    }
}

/// The method of one of the program's classes that an attribute of its object means.
pub fn method<'a>(
    walk: &Walk<'a, '_>,
    attribute: &ast::ExprAttribute,
    depth: usize,
) -> Option<(usize, &'a ast::StmtFunctionDef)> {
    let Type::Class(class) = within(walk, &attribute.value, depth + 1)? else {
        return None;
    };
    match member(walk.tables, class, &attribute.attr)? {
        Member::Method(module, def) => Some((module, def)),
        _ => None,
    }
}

/// Whether a function around this place looks at what an attribute of this name holds.
fn asks_for_attribute(walk: &Walk<'_, '_>, name: &str) -> bool {
    let mut scopes = walk.scopes.iter();
    scopes.any(|scope| scope.narrows_attribute(name))
}

fn named(walk: &Walk<'_, '_>, name: &str, depth: usize) -> Option<Type> {
    let Some(at) = walk.scope_of(name) else {
        return module_variable(walk, name);
    };
    let scope = &walk.scopes[at];
    // What is asked for a type in a function around may be anything here.
    if walk.scopes[..].iter().any(|scope| scope.narrows(name)) {
        return None;
    }
    let inside = &walk.scopes[at + 1..];
    let only =
        |each: &super::Scope<'_>| matches!(each.opened, Opened::Comprehension | Opened::Lambda);
    if !inside.iter().all(only) {
        return None;
    }
    let in_function = |each: &super::Scope<'_>| matches!(each.opened, Opened::Function(_));
    match scope.opened {
        Opened::Function(def) => {
            if let Some(param) = def.parameters.find(name) {
                if scope.places(name).len() != 1 {
                    return None;
                }
                if let Some(class) = own_class(walk, at, def, name) {
                    return Some(Type::Class(class));
                }
                let ty = declared(walk, param.parameter.annotation.as_deref()?)?;
                let none = param
                    .default
                    .as_deref()
                    .is_some_and(ast::Expr::is_none_literal_expr);
                return Some(if none { Type::optional(ty) } else { ty });
            }
        }
        Opened::Comprehension if walk.scopes[..at].iter().any(in_function) => {}
        _ => return None,
    }
    match scope.source(name)? {
        Source::Declared(claim) => declared(walk, claim),
        Source::Value(value) if same_names(walk, value, at) => within(walk, value, depth + 1),
        Source::Item(iterable, part) if same_names(walk, iterable, at) => {
            let item = item(walk, iterable, depth + 1)?;
            match (part, item) {
                (None, item) => Some(item),
                (Some(at), Type::Tuple(items)) => items.get(at).cloned(),
                (Some(_), Type::TupleOf(item)) => Some(*item),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether the names of an expression mean here what they mean in the scope at a position.
fn same_names(walk: &Walk<'_, '_>, value: &ast::Expr, at: usize) -> bool {
    let inside = &walk.scopes[at + 1..];
    values::names_in(value).all(|name| inside.iter().all(|each| !each.names.contains(name)))
}

/// The class of a method's first parameter.
fn own_class(
    walk: &Walk<'_, '_>,
    at: usize,
    def: &ast::StmtFunctionDef,
    name: &str,
) -> Option<ClassId> {
    let [outer] = &walk.scopes[..at] else {
        return None;
    };
    let Opened::Class(class) = outer.opened else {
        return None;
    };
    let first = def.parameters.iter_non_variadic_params().next()?;
    let plain = def.decorator_list.is_empty() || is_property(walk.tables, walk.module, def);
    let made = ["__new__", "__init_subclass__", "__class_getitem__"].contains(&def.name.as_str());
    if !plain || made || first.parameter.name.as_str() != name {
        return None;
    }
    native(walk.tables, walk.module, class)
}

/// The native class that a statement makes.
fn native(tables: &Tables, module: usize, class: &ast::StmtClassDef) -> Option<ClassId> {
    let body = &tables.modules[module].tree.body;
    let at = body
        .iter()
        .position(|stmt| matches!(stmt, ast::Stmt::ClassDef(each) if std::ptr::eq(each, class)))?;
    match tables.classes.get(&(module, at)) {
        Some(ClassKind::Native(id)) => Some(*id),
        _ => None,
    }
}

/// The statement that makes a native class, with its module.
pub fn statement(tables: &Tables, class: ClassId) -> Option<(usize, &ast::StmtClassDef)> {
    let mut all = tables.classes.iter();
    let (at, _) =
        all.find(|(_, kind)| matches!(kind, ClassKind::Native(found) if *found == class))?;
    match &tables.modules[at.0].tree.body[at.1] {
        ast::Stmt::ClassDef(class) => Some((at.0, class)),
        _ => None,
    }
}

/// The type of an annotation of this module whose names no open scope binds.
fn declared(walk: &Walk<'_, '_>, claim: &ast::Expr) -> Option<Type> {
    let bound = |name: &str| walk.scopes.iter().any(|scope| scope.names.contains(name));
    let texts = |expr: &ast::Expr| match expr {
        ast::Expr::StringLiteral(text) => text
            .value
            .to_str()
            .split(|each: char| !each.is_alphanumeric() && each != '_')
            .any(bound),
        _ => false,
    };
    if values::names_in(claim).any(bound) || any_within(claim, &texts) {
        return None;
    }
    let ty = annotation::annotation(walk.tables, walk.module, claim);
    (ty != Type::Object).then_some(ty)
}

fn any_within(expr: &ast::Expr, test: &dyn Fn(&ast::Expr) -> bool) -> bool {
    struct Any<'t>(&'t dyn Fn(&ast::Expr) -> bool, bool);
    impl<'a> Visitor<'a> for Any<'_> {
        fn visit_expr(&mut self, expr: &'a ast::Expr) {
            self.1 |= (self.0)(expr);
            ast::visitor::walk_expr(self, expr);
        }
    }
    let mut any = Any(test, false);
    any.visit_expr(expr);
    any.1
}

/// The claim of a variable of the module that one statement binds.
fn module_variable(walk: &Walk<'_, '_>, name: &str) -> Option<Type> {
    let tables = walk.tables;
    let asks = walk.scopes.iter().any(|scope| scope.narrows(name));
    let bound = super::names::resolve(&tables.modules, walk.module, name)?;
    if asks || bound != Symbol::Variable || walk.assigned.contains(name) {
        return None;
    }
    let (home, value) = tables.alias(walk.module, name)?;
    if walk.is_dynamic(home) {
        return None;
    }
    let (claim, made) = tables.variable(walk.module, name);
    let object = || Box::new(Type::Object);
    claim.or(made.map(Type::Class)).or(match value {
        ast::Expr::List(_) | ast::Expr::ListComp(_) => Some(Type::List(object())),
        ast::Expr::Dict(_) | ast::Expr::DictComp(_) => Some(Type::Dict(object(), object())),
        ast::Expr::Set(_) | ast::Expr::SetComp(_) => Some(Type::Set(object())),
        _ => None,
    })
}

/// What a loop over an expression gives.
fn item(walk: &Walk<'_, '_>, iterable: &ast::Expr, depth: usize) -> Option<Type> {
    if depth > values::DEEPEST {
        return None;
    }
    if let ast::Expr::Call(call) = iterable {
        let arguments = &call.arguments;
        if let ast::Expr::Attribute(method) = &*call.func
            && arguments.is_empty()
            && walk.symbol(&call.func).is_none()
            && let Some(Type::Dict(key, value)) = within(walk, &method.value, depth + 1)
        {
            return match method.attr.as_str() {
                "items" => Some(Type::Tuple(vec![*key, *value])),
                "keys" => Some(*key),
                "values" => Some(*value),
                _ => None,
            };
        }
        let name = walk.external(&call.func);
        match (name.as_deref(), arguments.args.first()) {
            (Some("builtins.enumerate"), Some(first)) => {
                let item = item(walk, first, depth + 1).unwrap_or(Type::Object);
                return Some(Type::Tuple(vec![Type::Int, item]));
            }
            (Some("builtins.reversed" | "builtins.iter"), Some(first)) if arguments.len() == 1 => {
                return item(walk, first, depth + 1);
            }
            (Some("builtins.range"), Some(_)) => return Some(Type::Int),
            (Some("builtins.zip"), Some(_)) => {
                let all = arguments.args.iter();
                let items = all.map(|each| item(walk, each, depth + 1).unwrap_or(Type::Object));
                return Some(Type::Tuple(items.collect()));
            }
            _ => {}
        }
    }
    match within(walk, iterable, depth + 1)? {
        Type::List(item)
        | Type::Set(item)
        | Type::FrozenSet(item)
        | Type::TupleOf(item)
        | Type::Dict(item, _) => Some(*item),
        Type::Str => Some(Type::Str),
        Type::Bytes => Some(Type::Int),
        _ => None,
    }
}

/// The result of a call.
fn called(
    walk: &Walk<'_, '_>,
    expr: &ast::Expr,
    call: &ast::ExprCall,
    depth: usize,
) -> Option<Type> {
    let arguments = &call.arguments;
    if let ast::Expr::Attribute(method) = &*call.func
        && walk.symbol(&call.func).is_none()
    {
        let name = method.attr.as_str();
        return match (owner(walk, &method.value, depth)?, name) {
            (Type::Class(class), _) => match member(walk.tables, class, name)? {
                Member::Method(module, def) if !def.is_async => result(walk.tables, module, def),
                _ => None,
            },
            (Type::List(item), "pop") => Some(*item),
            (list @ Type::List(_), "copy") => Some(list),
            (dict @ Type::Dict(..), "copy") => Some(dict),
            (Type::Dict(_, value), "pop") if arguments.len() == 1 => Some(*value),
            (Type::Dict(_, value), "get")
                if *value != Type::Object && arguments.len() == 1 && arguments.args.len() == 1 =>
            {
                Some(Type::optional(*value))
            }
            (Type::Str, "encode") => Some(Type::Bytes),
            (Type::Str, "split" | "rsplit" | "splitlines") => Some(Type::List(Box::new(Type::Str))),
            (Type::Str, name) if GIVE_TEXT.contains(&name) => Some(Type::Str),
            (Type::Bytes, "decode" | "hex") => Some(Type::Str),
            _ => None,
        };
    }
    if let Some(returned) = super::calls::returned(walk, &call.func) {
        let plain = match walk.symbol(&call.func) {
            Some(Symbol::Function(module, at)) => {
                match &walk.tables.modules[module].tree.body[at] {
                    ast::Stmt::FunctionDef(def) => !crate::check::suspends::is_generator(def),
                    _ => false,
                }
            }
            _ => false,
        };
        return plain.then_some(returned);
    }
    let name = walk.external(&call.func);
    let name = name
        .as_deref()
        .and_then(|name| name.strip_prefix("builtins."));
    match (name, arguments.args.as_ref()) {
        (Some("sorted" | "list"), [first, ..]) => {
            let item = item(walk, first, depth + 1).unwrap_or(Type::Object);
            Some(Type::List(Box::new(item)))
        }
        (Some("str"), [_, ..]) => Some(Type::Str),
        (Some("int"), [_, ..]) => Some(Type::Int),
        (Some("float"), [_]) => Some(Type::Float),
        _ => values::certain_within(walk, expr, depth + 1),
    }
}

/// What an object of a native class has under a name.
pub enum Member<'t> {
    /// A field with its claim.
    Field(Type),
    /// A property with its result, where it is declared.
    Property(Option<Type>),
    /// A method that takes the object: its module and its statement.
    Method(usize, &'t ast::StmtFunctionDef),
}

/// What objects of a class and of all classes below it have under a name, if that is the same everywhere.
pub fn member<'t>(tables: &'t Tables, class: ClassId, name: &str) -> Option<Member<'t>> {
    let classes = &tables.native_classes;
    let field = |id: ClassId| {
        let mut fields = classes[id.index()].fields.iter();
        fields.find(|field| field.name == name)
    };
    let below = crate::members::derived(classes, class);
    if let Some(own) = field(class) {
        let same = |each: &ClassId| field(*each).is_some_and(|found| found.ty == own.ty);
        return (below.iter().all(same) && own.ty != Type::Object)
            .then(|| Member::Field(own.ty.clone()));
    }
    if below.iter().any(|each| field(*each).is_some()) {
        return None;
    }
    // An overriding method may give something else.
    let own = |id: ClassId| {
        let (module, class) = statement(tables, id)?;
        let mut found = class.body.iter().filter_map(|stmt| match stmt {
            ast::Stmt::FunctionDef(def) if def.name.as_str() == name => Some((module, def)),
            _ => None,
        });
        let first = found.next()?;
        found.next().is_none().then_some(first)
    };
    let binds = |id: &ClassId| {
        statement(tables, *id)
            .is_none_or(|(_, class)| super::Scope::class(class).names.contains(name))
    };
    if below[1..].iter().any(binds) {
        return None;
    }
    let mut at = class;
    let (module, def) = loop {
        match own(at) {
            Some(found) => break found,
            None => at = classes[at.index()].base?,
        }
    };
    // Bound otherwise too, in a block or by an assignment.
    let bound = super::Scope::class(statement(tables, at)?.1);
    let shadowed =
        |claim: &ast::Expr| values::names_in(claim).any(|each| bound.names.contains(each));
    if bound.places(name).len() != 1 || def.returns.as_deref().is_some_and(shadowed) {
        return None;
    }
    if is_property(tables, module, def) {
        return Some(Member::Property(result(tables, module, def)));
    }
    def.decorator_list
        .is_empty()
        .then_some(Member::Method(module, def))
}

/// `@property`
fn is_property(tables: &Tables, module: usize, def: &ast::StmtFunctionDef) -> bool {
    let [only] = def.decorator_list.as_slice() else {
        return false;
    };
    let symbol = super::names::resolve_expr(&tables.modules, module, &only.expression);
    symbol == Some(Symbol::External("builtins.property".into()))
}

/// The declared result of a function of a class.
fn result(tables: &Tables, module: usize, def: &ast::StmtFunctionDef) -> Option<Type> {
    if crate::check::suspends::is_generator(def) || def.type_params.is_some() {
        return None;
    }
    let claim = def.returns.as_deref()?;
    let ty = annotation::annotation(tables, module, claim);
    (ty != Type::Object).then_some(ty)
}
