//! Methods that are used as if they were what they give (TB333): `ORDERS.get[1]`, `if order.is_paid:`, `f"{order.total}"`.
//!
//! Looked at are methods of the program's classes and of the interpreter's own types, of objects whose type is declared or
//! certain (`claims`). What holds: handing a method on, or comparing it with another one, is no finding.

use rustpython_ast::{self as ast};

use super::{Walk, builtin_members, claims};
use crate::diagnostics::Diagnostic;
use crate::types::Type;

/// A method that an expression names.
struct Method {
    /// `dict.get`
    shown: String,
    /// It may be called without arguments.
    bare: bool,
}

fn method(walk: &Walk<'_, '_>, expr: &ast::Expr) -> Option<Method> {
    let ast::Expr::Attribute(attribute) = expr else {
        return None;
    };
    let name = attribute.attr.as_str();
    if name.starts_with("__")
        || walk.assigned.contains(name)
        || walk.stores.anything
        || walk.symbol(expr).is_some()
    {
        return None;
    }
    let ty = claims::claim(walk, &attribute.value)?;
    let ty = ty.without_none().unwrap_or(ty);
    if let Type::Class(class) = ty {
        let (_, def) = claims::method(walk, attribute, 0)?;
        let parameters = &def.parameters;
        let mut rest = parameters.iter_non_variadic_params().skip(1);
        let class = &walk.tables.native_classes[class.index()];
        return Some(Method {
            shown: format!("{}.{name}", class.qualname),
            bare: rest.all(|each| each.default.is_some()) && !def.is_async,
        });
    }
    let whole = matches!(
        ty,
        Type::Str
            | Type::Bytes
            | Type::List(_)
            | Type::Dict(..)
            | Type::Set(_)
            | Type::FrozenSet(_)
    );
    let (of, known) = builtin_members::all(&ty)?;
    let is_method = whole && known.contains(&name) && name != "default_factory";
    (is_method && !walk.stores.extended.contains(name)).then(|| Method {
        shown: format!("{of}.{name}"),
        bare: BARE.contains(&name),
    })
}

/// Methods of the interpreter's types that are called without arguments.
const BARE: &[&str] = &[
    "capitalize",
    "casefold",
    "copy",
    "isalnum",
    "isalpha",
    "isdigit",
    "islower",
    "isspace",
    "isupper",
    "items",
    "keys",
    "lower",
    "lstrip",
    "popitem",
    "rstrip",
    "split",
    "splitlines",
    "strip",
    "title",
    "upper",
    "values",
];

fn value<'a>(walk: &mut Walk<'a, '_>, expr: &'a ast::Expr, label: &str) {
    if walk.catches(&["TypeError", "AttributeError"]) {
        return;
    }
    let Some(method) = method(walk, expr).filter(|_| !walk.mocks()) else {
        return;
    };
    let place = walk.span(expr);
    let mut found = Diagnostic::new(
        "TB333",
        format!("`{}` is a method and is not called", method.shown),
        place,
        label,
    );
    if method.bare {
        found = found.help("call it: `…()`").fix_append(place, "()");
    } else {
        found = found.help("call it: `…(…)`");
    }
    walk.report(found);
}

const CONDITION: &str = "a method is always true";

/// Looks at expressions that use what they are given.
pub fn expression<'a>(walk: &mut Walk<'a, '_>, expr: &'a ast::Expr) {
    match expr {
        // Items are mostly what `get` is to be called with.
        ast::Expr::Subscript(each) => value(walk, &each.value, "raises TypeError"),
        ast::Expr::Attribute(each) => {
            let name = each.attr.as_str();
            if !name.starts_with('_') && !walk.stores.elsewhere.contains(name) {
                value(
                    walk,
                    &each.value,
                    "has no such attribute: raises AttributeError",
                );
            }
        }
        ast::Expr::If(choice) => value(walk, &choice.test, CONDITION),
        ast::Expr::BoolOp(each) => {
            let count = each.values.len().saturating_sub(1);
            for operand in &each.values[..count] {
                value(walk, operand, CONDITION);
            }
        }
        ast::Expr::UnaryOp(each) if each.op == ast::UnaryOp::Not => {
            value(walk, &each.operand, CONDITION);
        }
        ast::Expr::UnaryOp(each) => value(walk, &each.operand, "raises TypeError"),
        ast::Expr::BinOp(each) => {
            value(walk, &each.left, "raises TypeError");
            value(walk, &each.right, "raises TypeError");
        }
        ast::Expr::Compare(each) => {
            // Methods may be looked for among others.
            let [operator] = *each.ops else { return };
            let [right] = &*each.comparators else { return };
            let ordered = matches!(
                operator,
                ast::CmpOp::Lt | ast::CmpOp::LtE | ast::CmpOp::Gt | ast::CmpOp::GtE
            );
            let equal = matches!(operator, ast::CmpOp::Eq | ast::CmpOp::NotEq);
            let label = if ordered {
                "raises TypeError"
            } else {
                "a method, not what it gives"
            };
            if ordered || equal && right.is_literal_expr() {
                value(walk, &each.left, label);
            }
            if ordered || equal && each.left.is_literal_expr() {
                value(walk, right, label);
            }
        }
        ast::Expr::FString(text) => {
            for each in text.value.elements() {
                if let ast::InterpolatedStringElement::Interpolation(part) = each
                    && part.debug_text.is_none()
                    && part.conversion.is_none()
                {
                    value(walk, &part.expression, "a method, not what it gives");
                }
            }
        }
        _ => {}
    }
}

/// Looks at statements that use what they are given.
pub fn uses<'a>(walk: &mut Walk<'a, '_>, stmt: &'a ast::Stmt) {
    match stmt {
        ast::Stmt::If(each) => {
            for test in super::tests(each) {
                value(walk, test, CONDITION);
            }
        }
        ast::Stmt::While(each) => value(walk, &each.test, CONDITION),
        ast::Stmt::For(each) => value(walk, &each.iter, "raises TypeError"),
        _ => {}
    }
}

/// Looks at what a comprehension walks over and its conditions.
pub fn comprehension<'a>(walk: &mut Walk<'a, '_>, generator: &'a ast::Comprehension) {
    value(walk, &generator.iter, "raises TypeError");
    for test in &generator.ifs {
        value(walk, test, CONDITION);
    }
}
