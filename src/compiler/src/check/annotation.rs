//! Annotations to types. What is not understood is `Object`, never a guess.

use std::cell::Cell;

use rustpython_ast::{self as ast};

use super::Tables;
use super::names::{Symbol, resolve_expr};
use crate::types::{Integer, Known, Literal, Type};

/// The type that an annotation claims.
pub fn annotation(tables: &Tables, module: usize, expr: &ast::Expr) -> Type {
    wire(tables, module, expr).plain()
}

/// The type that an annotation means for a request's values: ints of a fixed width are told from others.
pub fn wire(tables: &Tables, module: usize, expr: &ast::Expr) -> Type {
    annotation_within(tables, module, expr, Inside::default(), &Cell::new(false))
}

/// Whether an annotation says more than its type here: named tuples, typed dicts, generic and interpreted classes and all that
/// is not known are `Object`, like `Any`, although not every value is meant.
pub fn is_opaque(tables: &Tables, module: usize, expr: &ast::Expr) -> bool {
    let opaque = Cell::new(false);
    annotation_within(tables, module, expr, Inside::default(), &opaque);
    opaque.get()
}

/// What an annotation is part of.
#[derive(Default, Clone, Copy)]
struct Inside<'a> {
    depth: usize,
    aliases: Option<&'a Alias<'a>>,
}

/// An alias that is being looked into, by what it stands for.
struct Alias<'a> {
    value: &'a ast::Expr,
    outer: Option<&'a Alias<'a>>,
}

impl Inside<'_> {
    fn deeper(self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self
        }
    }

    /// Whether an alias is part of what it stands for: `type Json = str | list[Json]`.
    fn is_within(self, value: &ast::Expr) -> bool {
        std::iter::successors(self.aliases, |each| each.outer)
            .any(|each| std::ptr::eq(each.value, value))
    }
}

fn annotation_within(
    tables: &Tables,
    module: usize,
    expr: &ast::Expr,
    inside: Inside<'_>,
    opaque: &Cell<bool>,
) -> Type {
    let unknown = || {
        opaque.set(true);
        Type::Object
    };
    if inside.depth > 30 {
        return unknown();
    }
    let inner = |expr: &ast::Expr| annotation_within(tables, module, expr, inside.deeper(), opaque);
    match expr {
        ast::Expr::NoneLiteral(_) => Type::None,
        ast::Expr::StringLiteral(text) => {
            match rustpython_parser::parse_expression(text.value.to_str()) {
                Ok(parsed) => annotation_within(
                    tables,
                    module,
                    &parsed.into_syntax().body,
                    inside.deeper(),
                    opaque,
                ),
                Err(_) => unknown(),
            }
        }
        ast::Expr::BinOp(binary) if binary.op == ast::Operator::BitOr => {
            Type::union([inner(&binary.left), inner(&binary.right)])
        }
        ast::Expr::Name(_) | ast::Expr::Attribute(_) => named(tables, module, expr, inside, opaque),
        ast::Expr::Subscript(subscript) => {
            let name = match resolve_expr(&tables.modules, module, &subscript.value) {
                Some(Symbol::External(name)) => name,
                // `Page[int]` is a `Page` of which more is known than we do.
                Some(Symbol::Class(in_module, at)) => {
                    opaque.set(true);
                    return tables.class_type(in_module, at);
                }
                _ => return unknown(),
            };
            let arguments: Vec<&ast::Expr> = match &*subscript.slice {
                ast::Expr::Tuple(tuple) => tuple.elts.iter().collect(),
                one => vec![one],
            };
            let first = || arguments.first().map_or_else(unknown, |each| inner(each));
            let second = || arguments.get(1).map_or_else(unknown, |each| inner(each));
            match name.as_str() {
                "builtins.list" | "typing.List" => Type::List(Box::new(first())),
                "builtins.dict" | "typing.Dict" => {
                    Type::Dict(Box::new(first()), Box::new(second()))
                }
                "builtins.set" | "typing.Set" => Type::Set(Box::new(first())),
                "builtins.frozenset" | "typing.FrozenSet" => Type::FrozenSet(Box::new(first())),
                "builtins.tuple" | "typing.Tuple" => match arguments.as_slice() {
                    [each, ast::Expr::EllipsisLiteral(_)] => Type::TupleOf(Box::new(inner(each))),
                    [ast::Expr::Tuple(empty)] if empty.elts.is_empty() => Type::Tuple(Vec::new()),
                    all => Type::Tuple(all.iter().map(|each| inner(each)).collect()),
                },
                "typing.Optional" => Type::optional(first()),
                "typing.Union" => Type::union(arguments.iter().map(|each| inner(each))),
                "typing.Annotated" | "typing.Final" | "typing.ClassVar" | "typing.Required"
                | "typing.NotRequired" => first(),
                "typing.Literal" => {
                    let values: Option<Vec<Literal>> =
                        arguments.iter().map(|each| literal(each)).collect();
                    values.map_or_else(unknown, Type::Literal)
                }
                _ => unknown(),
            }
        }
        _ => unknown(),
    }
}

fn named(
    tables: &Tables,
    module: usize,
    expr: &ast::Expr,
    inside: Inside<'_>,
    opaque: &Cell<bool>,
) -> Type {
    let unknown = || {
        opaque.set(true);
        Type::Object
    };
    let Some(symbol) = resolve_expr(&tables.modules, module, expr) else {
        return unknown();
    };
    match symbol {
        Symbol::Class(in_module, at) => match tables.class_type(in_module, at) {
            Type::Object => unknown(),
            known => known,
        },
        Symbol::External(name) => match name.as_str() {
            "builtins.int" => Type::Int,
            name if integer(name).is_some() => integer(name).map_or(Type::Int, Type::Integer),
            "builtins.float" => Type::Float,
            "builtins.bool" => Type::Bool,
            "builtins.str" => Type::Str,
            "builtins.bytes" => Type::Bytes,
            "builtins.list" | "typing.List" => Type::List(Box::new(Type::Object)),
            "builtins.dict" | "typing.Dict" => {
                Type::Dict(Box::new(Type::Object), Box::new(Type::Object))
            }
            "builtins.set" | "typing.Set" => Type::Set(Box::new(Type::Object)),
            "builtins.frozenset" | "typing.FrozenSet" => Type::FrozenSet(Box::new(Type::Object)),
            "builtins.tuple" | "typing.Tuple" => Type::TupleOf(Box::new(Type::Object)),
            "uuid.UUID" => Type::Known(Known::Uuid),
            "datetime.datetime" => Type::Known(Known::DateTime),
            "datetime.date" => Type::Known(Known::Date),
            "datetime.time" => Type::Known(Known::Time),
            "datetime.timedelta" => Type::Known(Known::TimeDelta),
            "decimal.Decimal" => Type::Known(Known::Decimal),
            "tayberry.Request" => Type::Known(Known::Request),
            "tayberry.Response"
            | "tayberry.JSONResponse"
            | "tayberry.HTMLResponse"
            | "tayberry.PlainTextResponse"
            | "tayberry.RedirectResponse" => Type::Known(Known::Response),
            "builtins.object" | "typing.Any" => Type::Object,
            _ => unknown(),
        },
        // `Price = float`, `Tags = list[str]`, `type Tags = list[str]`, `UserId = NewType("UserId", int)`
        Symbol::Variable => {
            let ast::Expr::Name(name) = expr else {
                return unknown();
            };
            tables
                .alias(module, &name.id)
                .map_or_else(unknown, |(home, value)| match value {
                    ast::Expr::Call(call) => match (
                        resolve_expr(&tables.modules, home, &call.func),
                        call.arguments.args.get(1),
                    ) {
                        (Some(Symbol::External(function)), Some(base))
                            if function == "typing.NewType" =>
                        {
                            annotation_within(tables, home, base, inside.deeper(), opaque)
                        }
                        _ => unknown(),
                    },
                    ast::Expr::Name(_)
                    | ast::Expr::Attribute(_)
                    | ast::Expr::Subscript(_)
                    | ast::Expr::BinOp(_) => {
                        if inside.is_within(value) {
                            return unknown();
                        }
                        let alias = Alias {
                            value,
                            outer: inside.aliases,
                        };
                        let inside = Inside {
                            aliases: Some(&alias),
                            ..inside.deeper()
                        };
                        annotation_within(tables, home, value, inside, opaque)
                    }
                    _ => unknown(),
                })
        }
        Symbol::Function(..) | Symbol::Module(_) => unknown(),
    }
}

/// The ints of a fixed width for which a name of the package stands: `tayberry.i64`.
pub fn integer(name: &str) -> Option<Integer> {
    let name = name.strip_prefix("tayberry.")?;
    Integer::named(name.strip_prefix("integers.").unwrap_or(name))
}

/// The value of a literal, as `Literal[...]` and enum members have them.
pub fn literal(expr: &ast::Expr) -> Option<Literal> {
    Some(match expr {
        // A lone surrogate reads as U+FFFD here.
        ast::Expr::StringLiteral(text)
            if text.value.to_str().contains(char::REPLACEMENT_CHARACTER) =>
        {
            return None;
        }
        ast::Expr::StringLiteral(text) => Literal::Str(text.value.to_str().to_owned()),
        ast::Expr::BooleanLiteral(value) => Literal::Bool(value.value),
        ast::Expr::NoneLiteral(_) => Literal::None,
        ast::Expr::NumberLiteral(number) => match &number.value {
            ast::Number::Int(value) => Literal::Int(value.as_i64()?),
            _ => return None,
        },
        ast::Expr::UnaryOp(unary) if unary.op == ast::UnaryOp::USub => {
            match literal(&unary.operand)? {
                Literal::Int(value) => Literal::Int(-value),
                _ => return None,
            }
        }
        _ => return None,
    })
}
