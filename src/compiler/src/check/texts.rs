//! Annotations as the texts that `from __future__ import annotations` keeps: what CPython writes for the usual ones.

use rustpython_ast::{self as ast};

/// Names and texts of a function's annotations, one after the other, in CPython's order; none if one is unusual.
pub(super) fn annotations(def: &ast::StmtFunctionDef) -> Option<Vec<String>> {
    let parameters = &def.parameters;
    let plain = |all: &'_ [ast::ParameterWithDefault]| -> Vec<ast::Parameter> {
        all.iter().map(|each| each.parameter.clone()).collect()
    };
    let mut ordered = plain(&parameters.args);
    ordered.extend(plain(&parameters.posonlyargs));
    ordered.extend(parameters.vararg.as_deref().cloned());
    ordered.extend(plain(&parameters.kwonlyargs));
    ordered.extend(parameters.kwarg.as_deref().cloned());
    let mut all = Vec::new();
    for parameter in &ordered {
        if let Some(annotation) = parameter.annotation.as_deref() {
            all.push(parameter.name.to_string());
            all.push(text(annotation)?);
        }
    }
    if let Some(returns) = def.returns.as_deref() {
        all.push("return".to_owned());
        all.push(text(returns)?);
    }
    Some(all)
}

fn text(expr: &ast::Expr) -> Option<String> {
    Some(match expr {
        ast::Expr::Name(name) => name.id.to_string(),
        ast::Expr::NoneLiteral(_) => "None".to_owned(),
        ast::Expr::EllipsisLiteral(_) => "...".to_owned(),
        ast::Expr::BooleanLiteral(value) => if value.value { "True" } else { "False" }.to_owned(),
        ast::Expr::NumberLiteral(number) => match &number.value {
            ast::Number::Int(value) => value.as_i64()?.to_string(),
            _ => return None,
        },
        ast::Expr::StringLiteral(literal) => {
            let text = literal.value.to_str();
            let plain = text
                .chars()
                .all(|each| (' '..='~').contains(&each) && each != '\'' && each != '\\');
            plain.then(|| format!("'{text}'"))?
        }
        ast::Expr::Attribute(attribute) => match &*attribute.value {
            value @ (ast::Expr::Name(_) | ast::Expr::Attribute(_)) => {
                format!("{}.{}", text(value)?, attribute.attr)
            }
            _ => return None,
        },
        ast::Expr::Subscript(subscript) => match &*subscript.value {
            value @ (ast::Expr::Name(_) | ast::Expr::Attribute(_)) => {
                format!("{}[{}]", text(value)?, index(&subscript.slice)?)
            }
            _ => return None,
        },
        ast::Expr::List(list) => format!("[{}]", joined(&list.elts)?),
        ast::Expr::BinOp(binary) if binary.op == ast::Operator::BitOr => {
            if matches!(&*binary.right, ast::Expr::BinOp(_)) {
                return None;
            }
            format!("{} | {}", text(&binary.left)?, text(&binary.right)?)
        }
        _ => return None,
    })
}

fn index(expr: &ast::Expr) -> Option<String> {
    match expr {
        ast::Expr::Tuple(tuple) => match tuple.elts.as_slice() {
            [] => Some("()".to_owned()),
            [one] => Some(format!("{},", text(one)?)),
            several => joined(several),
        },
        one => text(one),
    }
}

fn joined(all: &[ast::Expr]) -> Option<String> {
    let texts: Option<Vec<String>> = all.iter().map(text).collect();
    texts.map(|texts| texts.join(", "))
}
