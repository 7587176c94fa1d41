//! Operators on what cannot have them: `is` with a literal (TB319), a key twice (TB320), operands that do not go together
//! (TB325), what cannot be iterated over (TB326), `%` with the wrong number of values (TB327), what cannot be called (TB328).

use std::collections::BTreeMap;

use rustpython_ast::{self as ast};
use rustpython_text_size::Ranged;

use super::names::Symbol;
use super::values::{self, certain, kind};
use super::{Walk, annotation};
use crate::diagnostics::Diagnostic;
use crate::types::{Literal, Type};

/// Looks at a comparison.
pub fn compared<'a>(walk: &mut Walk<'a, '_>, compare: &'a ast::ExprCompare) {
    let [operator @ (ast::CmpOp::Is | ast::CmpOp::IsNot)] = *compare.ops else {
        return;
    };
    let literal = |expr: &ast::Expr| {
        matches!(
            expr,
            ast::Expr::StringLiteral(_) | ast::Expr::BytesLiteral(_) | ast::Expr::NumberLiteral(_)
        )
    };
    let [right] = &*compare.comparators else {
        return;
    };
    if !literal(right) && !literal(&compare.left) {
        return;
    }
    let (wrong, word) = if operator == ast::CmpOp::Is {
        ("is", "==")
    } else {
        ("is not", "!=")
    };
    let between = crate::source::Span {
        file: walk.file,
        start: compare.left.range().end().to_u32(),
        end: right.range().start().to_u32(),
    };
    let text = &walk.sources.files[walk.module].text;
    let written = text
        .get(between.start as usize..between.end as usize)
        .unwrap_or_default();
    let mut found = Diagnostic::new(
        "TB319",
        format!("`{wrong}` with a literal"),
        walk.span(compare),
        "whether equal values are the same object is chance",
    )
    .help(format!("write `{word}`"));
    let bare = written.trim_matches(|letter: char| letter.is_whitespace() || "()".contains(letter));
    if bare == wrong {
        found = found.fix_replace(between, &written.replace(wrong, word));
    }
    walk.report(found);
}

/// Looks at a dict display.
pub fn dict<'a>(walk: &mut Walk<'a, '_>, dict: &'a ast::ExprDict) {
    let mut seen: BTreeMap<String, &ast::Expr> = BTreeMap::new();
    for item in &dict.items {
        let Some(key) = &item.key else {
            // What is unpacked here may be meant to be overridden.
            seen.clear();
            continue;
        };
        if matches!(
            key,
            ast::Expr::List(_) | ast::Expr::Dict(_) | ast::Expr::Set(_)
        ) && !walk.catches(&["TypeError"])
        {
            let what = certain(walk, key).map_or("this", |ty| kind(&ty));
            walk.report(Diagnostic::new(
                "TB325",
                format!("{what} cannot be a key"),
                walk.span(key),
                "not hashable: raises TypeError",
            ));
            continue;
        }
        let Some(value) = annotation::literal(key) else {
            continue;
        };
        // `1` and `True` are one key.
        let shown = match value {
            Literal::Bool(value) => i64::from(value).to_string(),
            Literal::Int(value) => value.to_string(),
            Literal::Str(text) => format!("{text:?}"),
            Literal::None => "None".into(),
        };
        if let Some(first) = seen.insert(shown.clone(), key) {
            walk.report(
                Diagnostic::new(
                    "TB320",
                    format!("the key {shown} is given twice"),
                    walk.span(key),
                    "replaces the first value",
                )
                .label(walk.span(first), "first given here"),
            );
        }
    }
}

/// Looks at an arithmetic operator.
pub fn binary<'a>(walk: &mut Walk<'a, '_>, binary: &'a ast::ExprBinOp) {
    if walk.catches(&["TypeError", "ValueError"]) {
        return;
    }
    if binary.op == ast::Operator::Mod && matches!(&*binary.left, ast::Expr::StringLiteral(_)) {
        return percent(walk, binary);
    }
    let (Some(left), Some(right)) = (certain(walk, &binary.left), certain(walk, &binary.right))
    else {
        return;
    };
    // Classes may define the operator.
    let plain = |ty: &Type| !matches!(ty, Type::Class(_) | Type::FrozenSet(_));
    if !plain(&left) || !plain(&right) {
        return;
    }
    let number = |ty: &Type| matches!(ty, Type::Int | Type::Float | Type::Bool);
    let sequence = |ty: &Type| {
        matches!(
            ty,
            Type::Str | Type::Bytes | Type::List(_) | Type::Tuple(_) | Type::TupleOf(_)
        )
    };
    let whole = |ty: &Type| matches!(ty, Type::Int | Type::Bool);
    let same = kind(&left) == kind(&right);
    let works = match binary.op {
        ast::Operator::Add => (number(&left) && number(&right)) || (sequence(&left) && same),
        ast::Operator::Mult => {
            (number(&left) && number(&right))
                || (sequence(&left) && whole(&right))
                || (whole(&left) && sequence(&right))
        }
        ast::Operator::Sub | ast::Operator::Div => {
            (number(&left) && number(&right))
                || matches!((&left, &right), (Type::Set(_), Type::Set(_)))
        }
        // The rest is rare among literals.
        _ => true,
    };
    if works {
        return;
    }
    let mut found = Diagnostic::new(
        "TB325",
        format!(
            "`{}` does not go with {} and {}",
            binary.op,
            kind(&left),
            kind(&right)
        ),
        walk.span(binary),
        "raises TypeError",
    );
    if binary.op == ast::Operator::Add
        && (left == Type::Str || right == Type::Str)
        && (number(&left) || number(&right))
    {
        found = found.help("make the number text with `str()`, or write an f-string");
    }
    walk.report(found);
}

/// `"%s and %s" % (a,)`
fn percent(walk: &mut Walk<'_, '_>, binary: &ast::ExprBinOp) {
    let ast::Expr::StringLiteral(format) = &*binary.left else {
        return;
    };
    let Some(wanted) = placeholders(format.value.to_str()) else {
        return;
    };
    let given = match &*binary.right {
        ast::Expr::Tuple(tuple) if tuple.elts.iter().any(ast::Expr::is_starred_expr) => return,
        ast::Expr::Tuple(tuple) => tuple.elts.len(),
        // A dict may be given to a format without placeholders.
        ast::Expr::Dict(_) | ast::Expr::DictComp(_) => return,
        // Whatever has items may be meant as a mapping.
        other => match certain(walk, other) {
            Some(Type::Int | Type::Float | Type::Bool | Type::Str | Type::None) => 1,
            _ => return,
        },
    };
    if wanted != given {
        let values = |count: usize| {
            if count == 1 {
                "1 value".to_owned()
            } else {
                format!("{count} values")
            }
        };
        walk.report(Diagnostic::new(
            "TB327",
            format!("the format wants {}, but gets {}", values(wanted), given),
            walk.span(binary),
            "raises TypeError",
        ));
    }
}

/// How many values a format takes from a tuple; `None` if it takes them by name, or is not understood.
fn placeholders(format: &str) -> Option<usize> {
    let mut letters = format.chars();
    let mut count = 0;
    while let Some(letter) = letters.next() {
        if letter != '%' {
            continue;
        }
        loop {
            match letters.next()? {
                '%' => break,
                '(' => return None,
                '*' => count += 1,
                '-' | '+' | ' ' | '#' | '0'..='9' | '.' | 'l' | 'h' | 'L' => {}
                'd' | 'i' | 'o' | 'u' | 'x' | 'X' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'c'
                | 'r' | 's' | 'a' => {
                    count += 1;
                    break;
                }
                _ => return None,
            }
        }
    }
    Some(count)
}

/// Looks at what is iterated over.
pub fn iterated<'a>(walk: &mut Walk<'a, '_>, iterable: &'a ast::Expr) {
    if walk.catches(&["TypeError"]) {
        return;
    }
    let Some(ty @ (Type::Int | Type::Float | Type::Bool | Type::None)) = certain(walk, iterable)
    else {
        return;
    };
    let mut found = Diagnostic::new(
        "TB326",
        format!("{} cannot be iterated over", kind(&ty)),
        walk.span(iterable),
        "raises TypeError",
    );
    if ty == Type::Int {
        let place = walk.span(iterable);
        found = found
            .help("for the numbers below it write `range(…)`")
            .fix_insert(place, "range(")
            .fix_append(place, ")");
    }
    walk.report(found);
}

/// Looks at what is called.
pub fn called<'a>(walk: &mut Walk<'a, '_>, call: &'a ast::ExprCall) {
    if walk.catches(&["TypeError"]) {
        return;
    }
    let what = match walk.symbol(&call.func) {
        Some(Symbol::Module(_)) => Some("a module"),
        Some(_) => None,
        None => match &*call.func {
            ast::Expr::Call(_) => None,
            other => values::certain(walk, other)
                .filter(|ty| !matches!(ty, Type::Class(_)))
                .map(|ty| kind(&ty)),
        },
    };
    if let Some(what) = what {
        walk.report(Diagnostic::new(
            "TB328",
            format!("{what} cannot be called"),
            walk.span(call.func.range()),
            "raises TypeError",
        ));
    }
}
