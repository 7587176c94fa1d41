//! Integers that are outside of the range that they are said to be in (TB331): `i8(300)`.

use rustpython_ast as ast;

use super::Walk;
use crate::diagnostics::Diagnostic;

/// The least and the greatest value of `tayberry.i8` and its like.
fn range(name: &str) -> Option<(i128, i128)> {
    let name = name.strip_prefix("tayberry.")?;
    let bits: u32 = match name.get(1..)? {
        "8" => 8,
        "16" => 16,
        "32" => 32,
        "64" => 64,
        _ => return None,
    };
    match name.get(..1)? {
        "i" => Some((-(1 << (bits - 1)), (1 << (bits - 1)) - 1)),
        "u" => Some((0, (1 << bits) - 1)),
        _ => None,
    }
}

/// The value of a literal; what no 64 bits hold counts as the next one beyond them.
fn constant(expr: &ast::Expr) -> Option<i128> {
    match expr {
        ast::Expr::NumberLiteral(number) => match &number.value {
            ast::Number::Int(value) => Some(value.as_u64().map_or(1 << 64, i128::from)),
            _ => None,
        },
        ast::Expr::UnaryOp(unary) if unary.op == ast::UnaryOp::USub => {
            constant(&unary.operand).map(|value| -value)
        }
        _ => None,
    }
}

/// Looks at a call.
pub fn call<'a>(walk: &mut Walk<'a, '_>, call: &'a ast::ExprCall) {
    let [argument] = &*call.arguments.args else {
        return;
    };
    let Some(value) = constant(argument) else {
        return;
    };
    let Some(name) = walk.external(&call.func) else {
        return;
    };
    let Some((least, greatest)) = range(&name) else {
        return;
    };
    if (least..=greatest).contains(&value) || walk.catches(&["OverflowError", "ArithmeticError"]) {
        return;
    }
    let shown = name.trim_start_matches("tayberry.");
    walk.report(
        Diagnostic::new(
            "TB331",
            format!("this number is out of range for `{shown}`"),
            walk.span(argument),
            "raises OverflowError",
        )
        .help(format!("`{shown}` goes from {least} to {greatest}")),
    );
}
