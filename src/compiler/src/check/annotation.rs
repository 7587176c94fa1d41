//! Annotations to types. What is not understood is `Object`, never a guess.

use rustpython_ast::{self as ast};

use super::Tables;
use super::names::{Symbol, resolve_expr};
use crate::types::{Known, Literal, Type};

/// The type that an annotation claims.
pub fn annotation(tables: &Tables, module: usize, expr: &ast::Expr) -> Type {
    annotation_within(tables, module, expr, 0)
}

fn annotation_within(tables: &Tables, module: usize, expr: &ast::Expr, depth: usize) -> Type {
    if depth > 30 {
        return Type::Object;
    }
    let inner = |expr: &ast::Expr| annotation_within(tables, module, expr, depth + 1);
    match expr {
        ast::Expr::NoneLiteral(_) => Type::None,
        ast::Expr::StringLiteral(text) => {
            match rustpython_parser::parse_expression(text.value.to_str()) {
                Ok(parsed) => {
                    annotation_within(tables, module, &parsed.into_syntax().body, depth + 1)
                }
                Err(_) => Type::Object,
            }
        }
        ast::Expr::BinOp(binary) if binary.op == ast::Operator::BitOr => {
            Type::union([inner(&binary.left), inner(&binary.right)])
        }
        ast::Expr::Name(_) | ast::Expr::Attribute(_) => named(tables, module, expr, depth),
        ast::Expr::Subscript(subscript) => {
            let Some(Symbol::External(name)) =
                resolve_expr(&tables.modules, module, &subscript.value)
            else {
                return Type::Object;
            };
            let arguments: Vec<&ast::Expr> = match &*subscript.slice {
                ast::Expr::Tuple(tuple) => tuple.elts.iter().collect(),
                one => vec![one],
            };
            let first = || arguments.first().map_or(Type::Object, |each| inner(each));
            let second = || arguments.get(1).map_or(Type::Object, |each| inner(each));
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
                    values.map_or(Type::Object, Type::Literal)
                }
                _ => Type::Object,
            }
        }
        _ => Type::Object,
    }
}

fn named(tables: &Tables, module: usize, expr: &ast::Expr, depth: usize) -> Type {
    let Some(symbol) = resolve_expr(&tables.modules, module, expr) else {
        return Type::Object;
    };
    match symbol {
        Symbol::Class(in_module, at) => tables.class_type(in_module, at),
        Symbol::External(name) => match name.as_str() {
            "builtins.int" => Type::Int,
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
            _ => Type::Object,
        },
        // `Price = float`, `Tags = list[str]`, `type Tags = list[str]`, `UserId = NewType("UserId", int)`
        Symbol::Variable => {
            let ast::Expr::Name(name) = expr else {
                return Type::Object;
            };
            tables
                .alias(module, &name.id)
                .map_or(Type::Object, |(home, value)| match value {
                    ast::Expr::Call(call) => match (
                        resolve_expr(&tables.modules, home, &call.func),
                        call.arguments.args.get(1),
                    ) {
                        (Some(Symbol::External(function)), Some(base))
                            if function == "typing.NewType" =>
                        {
                            annotation_within(tables, home, base, depth + 1)
                        }
                        _ => Type::Object,
                    },
                    ast::Expr::Name(_)
                    | ast::Expr::Attribute(_)
                    | ast::Expr::Subscript(_)
                    | ast::Expr::BinOp(_) => annotation_within(tables, home, value, depth + 1),
                    _ => Type::Object,
                })
        }
        Symbol::Function(..) | Symbol::Module(_) => Type::Object,
    }
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
