//! Types of expressions that are certain without running anything: literals, displays, results of a few builtins, of the
//! program's own functions and classes, and locals that are bound once to one of these.

use std::collections::BTreeSet;

use rustpython_ast::{self as ast, visitor::Visitor};

use super::scope::{Opened, Scope};
use super::{Symbol, Tables, Walk};
use crate::members::derives;
use crate::types::{Known, Literal, Type};

/// A chain of names, calls and items that is longer means nothing.
pub const DEEPEST: usize = 12;

/// The type that an expression's value has in any case.
pub fn certain(walk: &Walk<'_, '_>, expr: &ast::Expr) -> Option<Type> {
    certain_within(walk, expr, 0)
}

/// The same, so far from what was asked for.
pub fn certain_within(walk: &Walk<'_, '_>, expr: &ast::Expr, depth: usize) -> Option<Type> {
    if depth > DEEPEST {
        return None;
    }
    let anything = || Box::new(Type::Object);
    Some(match expr {
        ast::Expr::Name(name) => {
            return claimed(walk, &name.id).or_else(|| {
                let value = assigned(walk, &name.id)?;
                certain_within(walk, value, depth + 1)
            });
        }
        ast::Expr::Await(awaited) => return coroutine_within(walk, &awaited.value, depth + 1)?.1,
        ast::Expr::NoneLiteral(_) => Type::None,
        ast::Expr::BooleanLiteral(_) => Type::Bool,
        ast::Expr::StringLiteral(_) | ast::Expr::FString(_) => Type::Str,
        ast::Expr::BytesLiteral(_) => Type::Bytes,
        ast::Expr::NumberLiteral(number) => match &number.value {
            ast::Number::Int(_) => Type::Int,
            ast::Number::Float(_) => Type::Float,
            ast::Number::Complex { .. } => return None,
        },
        ast::Expr::UnaryOp(unary) if unary.op == ast::UnaryOp::USub => {
            match certain_within(walk, &unary.operand, depth)? {
                number @ (Type::Int | Type::Float) => number,
                _ => return None,
            }
        }
        ast::Expr::UnaryOp(unary) if unary.op == ast::UnaryOp::Not => Type::Bool,
        ast::Expr::Compare(compare) => {
            // What `==` and `<` give is for the operands to say; numbers and texts say a bool.
            let plain = |expr: &ast::Expr| {
                matches!(
                    certain_within(walk, expr, depth),
                    Some(Type::Int | Type::Float | Type::Bool | Type::Str)
                )
            };
            let decided = |op: &ast::CmpOp| {
                use ast::CmpOp::{In, Is, IsNot, NotIn};
                matches!(op, In | NotIn | Is | IsNot)
            };
            let certain = compare.ops.iter().all(decided)
                || plain(&compare.left) && compare.comparators.iter().all(plain);
            return certain.then_some(Type::Bool);
        }
        ast::Expr::List(_) | ast::Expr::ListComp(_) => Type::List(anything()),
        ast::Expr::Dict(_) | ast::Expr::DictComp(_) => Type::Dict(anything(), anything()),
        ast::Expr::Set(_) | ast::Expr::SetComp(_) => Type::Set(anything()),
        ast::Expr::Tuple(_) => Type::TupleOf(anything()),
        ast::Expr::Call(call) => {
            if let Some(Symbol::Class(module, at)) = walk.symbol(&call.func) {
                return match walk.tables.class_type(module, at) {
                    class @ Type::Class(_) => Some(class),
                    _ => None,
                };
            }
            if let Some(returned) = super::calls::returned(walk, &call.func) {
                return is_solid(&returned).then_some(returned);
            }
            let name = walk.external(&call.func)?;
            match (name.strip_prefix("builtins.")?, call.arguments.len()) {
                ("len" | "ord" | "id" | "hash", 1) => Type::Int,
                ("repr" | "ascii" | "chr" | "hex" | "bin" | "oct", 1) => Type::Str,
                ("isinstance" | "issubclass" | "hasattr", 2) | ("callable" | "any" | "all", 1) => {
                    Type::Bool
                }
                ("sorted", 1..) => Type::List(anything()),
                _ => return None,
            }
        }
        _ => return None,
    })
}

/// The type of a value that is given for a declared one: `certain`, or the class of an enumeration's member, `Level.low`,
/// whose operators are whatever its mix-in says.
fn given(walk: &Walk<'_, '_>, expr: &ast::Expr) -> Option<Type> {
    let ast::Expr::Attribute(member) = expr else {
        return certain(walk, expr);
    };
    let Some(Symbol::Class(module, at)) = walk.symbol(&member.value) else {
        return None;
    };
    let ty = walk.tables.class_type(module, at);
    let Type::Enum(id) = ty else { return None };
    let members = &walk.tables.enums[id.index()].members;
    let is_member = members
        .iter()
        .any(|(name, _)| *name == member.attr.as_str());
    is_member.then_some(ty)
}

/// The declared type of a parameter that its function binds nowhere else and whose type it does not ask for: compiled
/// functions enforce it.
fn claimed(walk: &Walk<'_, '_>, name: &str) -> Option<Type> {
    let at = walk.scope_of(name)?;
    let scope = &walk.scopes[at];
    let Opened::Function(def) = scope.opened else {
        return None;
    };
    // The annotation's names have to be those of the module.
    let outer = &walk.scopes[..at];
    if !outer
        .iter()
        .all(|each| matches!(each.opened, Opened::Class(_)))
    {
        return None;
    }
    if scope.places(name).len() != 1 {
        return None;
    }
    let param = def.parameters.find(name)?;
    if param
        .default
        .as_deref()
        .is_some_and(ast::Expr::is_none_literal_expr)
        || scope.asks_for_type(name)
    {
        return None;
    }
    let claim = param.parameter.annotation.as_deref()?;
    let ty = super::annotation::annotation(walk.tables, walk.module, claim);
    (ty != Type::None && is_solid(&ty)).then_some(ty)
}

/// Whether nothing but the declared type itself can be meant.
fn is_solid(ty: &Type) -> bool {
    !matches!(
        ty,
        Type::Object | Type::Union(_) | Type::Literal(_) | Type::Known(_) | Type::Enum(_)
    )
}

/// The value of a local that is bound by one plain assignment and whose type its function does not ask for.
pub fn assigned<'a>(walk: &Walk<'a, '_>, name: &str) -> Option<&'a ast::Expr> {
    let at = walk.scope_of(name)?;
    let scope = &walk.scopes[at];
    if !matches!(scope.opened, Opened::Function(_)) {
        return None;
    }
    let value = scope.only_value(name)?;
    // What the value's names mean there they have to mean here too.
    let inside = &walk.scopes[at + 1..];
    let same = |inner: &Scope<'_>| {
        matches!(inner.opened, Opened::Comprehension)
            && !names_in(value).any(|each| inner.names.contains(each))
    };
    (inside.iter().all(same) && !scope.asks_for_type(name)).then_some(value)
}

/// The names that an expression mentions.
pub fn names_in(expr: &ast::Expr) -> impl Iterator<Item = &str> {
    struct Names<'e>(Vec<&'e str>);
    impl<'e> Visitor<'e> for Names<'e> {
        fn visit_expr(&mut self, expr: &'e ast::Expr) {
            if let ast::Expr::Name(name) = expr {
                self.0.push(name.id.as_str());
            }
            ast::visitor::walk_expr(self, expr);
        }
    }
    let mut names = Names(Vec::new());
    names.visit_expr(expr);
    names.0.into_iter()
}

/// The call of an `async def` of the program whose coroutine an expression gives, with what awaiting it gives if that is certain.
pub fn coroutine<'e>(
    walk: &Walk<'e, '_>,
    expr: &'e ast::Expr,
) -> Option<(&'e ast::ExprCall, Option<Type>)> {
    coroutine_within(walk, expr, 0)
}

fn coroutine_within<'e>(
    walk: &Walk<'e, '_>,
    expr: &'e ast::Expr,
    depth: usize,
) -> Option<(&'e ast::ExprCall, Option<Type>)> {
    if depth > DEEPEST {
        return None;
    }
    let call = match expr {
        ast::Expr::Call(call) => call,
        ast::Expr::Name(name) => match assigned(walk, &name.id)? {
            ast::Expr::Call(call) => call,
            _ => return None,
        },
        _ => return None,
    };
    let (module, def) = match walk.symbol(&call.func) {
        Some(Symbol::Function(module, at)) => match &walk.tables.modules[module].tree.body[at] {
            ast::Stmt::FunctionDef(def) => (module, def),
            _ => return None,
        },
        Some(_) => return None,
        // `store.load(1)`, where the class of `store` is declared.
        None => match &*call.func {
            ast::Expr::Attribute(method) => super::claims::method(walk, method, depth)?,
            _ => return None,
        },
    };
    if !def.is_async || !def.decorator_list.is_empty() || crate::check::suspends::is_generator(def)
    {
        return None;
    }
    let returned = def
        .returns
        .as_deref()
        .map(|claim| super::annotation::annotation(walk.tables, module, claim));
    Some((call, returned.filter(is_solid)))
}

/// The names of which a function looks at what they hold.
#[derive(Default)]
pub struct Asked<'a> {
    /// `isinstance(name, …)`, `type(name)`, `name is None`, `match name`
    pub any: BTreeSet<&'a str>,
    /// The same without `name is None`.
    pub beyond_none: BTreeSet<&'a str>,
    /// Names of attributes that are asked: `isinstance(self.name, …)`, `self.name is None`.
    pub attributes: BTreeSet<&'a str>,
}

impl<'a> Asked<'a> {
    fn note(&mut self, expr: &'a ast::Expr, only_none: bool) {
        match expr {
            ast::Expr::Name(each) => {
                self.any.insert(each.id.as_str());
                if !only_none {
                    self.beyond_none.insert(each.id.as_str());
                }
            }
            ast::Expr::Attribute(each) => {
                self.attributes.insert(each.attr.as_str());
            }
            ast::Expr::Named(each) => {
                self.note(&each.target, only_none);
                self.note(&each.value, only_none);
            }
            // What an item is asked for holds for its container's items.
            ast::Expr::Subscript(each) => match &*each.value {
                ast::Expr::Name(name) => {
                    self.beyond_none.insert(name.id.as_str());
                }
                other => self.note(other, only_none),
            },
            _ => {}
        }
    }
}

/// The names of which a function looks at what they hold.
pub fn asked_for_type(def: &ast::StmtFunctionDef) -> Asked<'_> {
    struct Asks<'a>(Asked<'a>);
    impl<'a> Visitor<'a> for Asks<'a> {
        fn visit_expr(&mut self, expr: &'a ast::Expr) {
            match expr {
                ast::Expr::Call(call) => {
                    let asks = super::last_name(&call.func).is_some_and(|name| {
                        matches!(
                            name,
                            "isinstance" | "type" | "issubclass" | "callable" | "hasattr"
                        ) || name.starts_with("is")
                    });
                    if asks && let Some(first) = call.arguments.args.first() {
                        self.0.note(first, false);
                    }
                }
                ast::Expr::Attribute(each) if each.attr.as_str() == "__class__" => {
                    self.0.note(&each.value, false);
                }
                ast::Expr::Compare(compare) => {
                    let identity = compare
                        .ops
                        .iter()
                        .any(|op| matches!(op, ast::CmpOp::Is | ast::CmpOp::IsNot));
                    if identity {
                        let only_none = compare
                            .comparators
                            .iter()
                            .all(ast::Expr::is_none_literal_expr);
                        self.0.note(&compare.left, only_none);
                    }
                }
                _ => {}
            }
            ast::visitor::walk_expr(self, expr);
        }
        fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
            match stmt {
                ast::Stmt::Match(each) => self.0.note(&each.subject, false),
                // A function inside binds it anew.
                ast::Stmt::Nonlocal(each) => {
                    let names = each.names.iter().map(|name| name.as_str());
                    self.0.any.extend(names.clone());
                    self.0.beyond_none.extend(names);
                }
                _ => {}
            }
            ast::visitor::walk_stmt(self, stmt);
        }
    }
    let mut asks = Asks(Asked::default());
    asks.visit_body(&def.body);
    asks.0
}

/// What an expression's value is instead of the wanted type, in words; `None` if it may fit.
pub fn mismatch<'e>(walk: &Walk<'e, '_>, wanted: &Type, expr: &'e ast::Expr) -> Option<String> {
    if coroutine(walk, expr).is_some() && !fits(walk.tables, wanted, &Type::Known(Known::Request)) {
        return Some("a coroutine, which is not awaited".into());
    }
    let found = given(walk, expr)?;
    if let (Type::Literal(values), Some(value)) = (wanted, super::annotation::literal(expr)) {
        return (!values.contains(&value)).then(|| "this value".into());
    }
    (!fits(walk.tables, wanted, &found)).then(|| described(walk.tables, &found))
}

/// What to write instead, where a value is a number to Python and not to compiled code, which holds floats without their class.
pub fn advice(walk: &Walk<'_, '_>, wanted: &Type, expr: &ast::Expr) -> Option<String> {
    if *wanted != Type::Float {
        return None;
    }
    let is_number = match given(walk, expr)? {
        Type::Bool => true,
        Type::Enum(id) => walk.tables.enums[id.index()].mixin == Some(Type::Int),
        _ => false,
    };
    is_number.then(|| "compiled code takes no subclass of `int` here; write `float(…)`".into())
}

/// A value of a type, in words.
pub fn described(tables: &Tables, ty: &Type) -> String {
    match ty {
        Type::Class(class) => {
            let name = &tables.native_classes[class.index()].qualname;
            format!("an object of `{name}`")
        }
        Type::Enum(id) => format!("a member of `{}`", tables.enums[id.index()].qualname),
        other => kind(other).into(),
    }
}

/// Whether `None` is a value of a type.
pub fn takes_none(ty: &Type) -> bool {
    match ty {
        Type::Object | Type::None => true,
        Type::Union(members) => members.iter().any(takes_none),
        Type::Literal(values) => values.contains(&Literal::None),
        _ => false,
    }
}

/// Whether a value of the one type may be one of the other.
pub fn fits(tables: &Tables, wanted: &Type, found: &Type) -> bool {
    match (wanted, found) {
        (Type::Object, _) => true,
        (Type::Union(members), found) => members.iter().any(|member| fits(tables, member, found)),
        (Type::Float, Type::Int) | (Type::Int, Type::Bool) => true,
        (Type::Int, Type::Enum(id)) => tables.enums[id.index()].stands_for_int != Some(false),
        // Members may be of any class that theirs is mixed with, but of none that has an exact form in C.
        (Type::Float | Type::Bool | Type::None, Type::Enum(_)) => false,
        (Type::Enum(wanted), Type::Enum(found)) => wanted == found,
        (_, Type::Enum(_)) => true,
        (Type::Literal(values), found) => values.iter().any(|value| {
            matches!(
                (value, found),
                (Literal::Str(_), Type::Str)
                    | (Literal::Int(_), Type::Int | Type::Bool)
                    | (Literal::Bool(_), Type::Bool | Type::Int)
                    | (Literal::None, Type::None)
            )
        }),
        (Type::Tuple(_) | Type::TupleOf(_), Type::Tuple(_) | Type::TupleOf(_)) => true,
        // No class is below two native ones of which neither is below the other.
        (Type::Class(wanted), Type::Class(found)) => {
            let classes = &tables.native_classes;
            derives(classes, *found, *wanted) || derives(classes, *wanted, *found)
        }
        (Type::FrozenSet(_), Type::FrozenSet(_)) => true,
        (Type::List(_), Type::List(_))
        | (Type::Dict(..), Type::Dict(..))
        | (Type::Set(_), Type::Set(_)) => true,
        (wanted, found) => wanted == found,
    }
}

/// A type as a noun: `a string`.
pub fn kind(ty: &Type) -> &'static str {
    match ty {
        Type::FrozenSet(_) => "a frozenset",
        Type::None => "None",
        Type::Bool => "a bool",
        Type::Int => "an int",
        Type::Float => "a float",
        Type::Str => "a str",
        Type::Bytes => "bytes",
        Type::List(_) => "a list",
        Type::Dict(..) => "a dict",
        Type::Set(_) => "a set",
        Type::Tuple(_) | Type::TupleOf(_) => "a tuple",
        _ => "another object",
    }
}

/// A type as an annotation writes it.
pub fn shown(tables: &Tables, ty: &Type) -> String {
    let show = |ty: &Type| shown(tables, ty);
    let list = |all: &[Type], between: &str| {
        let all: Vec<String> = all.iter().map(|each| shown(tables, each)).collect();
        all.join(between)
    };
    match ty {
        Type::Object => "object".into(),
        Type::None => "None".into(),
        Type::Bool => "bool".into(),
        Type::Int => "int".into(),
        Type::Integer(integer) => integer.name(),
        Type::Float => "float".into(),
        Type::Str => "str".into(),
        Type::Bytes => "bytes".into(),
        Type::List(item) => format!("list[{}]", show(item)),
        Type::Dict(key, value) => format!("dict[{}, {}]", show(key), show(value)),
        Type::Set(item) => format!("set[{}]", show(item)),
        Type::FrozenSet(item) => format!("frozenset[{}]", show(item)),
        Type::Tuple(items) => format!("tuple[{}]", list(items, ", ")),
        Type::TupleOf(item) => format!("tuple[{}, ...]", show(item)),
        Type::Union(members) => list(members, " | "),
        Type::Class(class) => tables.native_classes[class.index()].qualname.clone(),
        Type::Enum(id) => tables.enums[id.index()].qualname.clone(),
        Type::Literal(values) => {
            let all: Vec<String> = values
                .iter()
                .map(|value| match value {
                    Literal::Str(text) => format!("{text:?}"),
                    Literal::Int(number) => number.to_string(),
                    Literal::Bool(value) => if *value { "True" } else { "False" }.into(),
                    Literal::None => "None".into(),
                })
                .collect();
            format!("Literal[{}]", all.join(", "))
        }
        Type::Known(known) => match known {
            Known::Uuid => "UUID",
            Known::DateTime => "datetime",
            Known::Date => "date",
            Known::Time => "time",
            Known::TimeDelta => "timedelta",
            Known::Decimal => "Decimal",
            Known::Request => "Request",
            Known::Response => "Response",
        }
        .into(),
    }
}
