//! Exceptions: handlers that are never reached (TB310), things that are no exceptions (TB311).

use rustpython_ast::{self as ast};

use super::names::Symbol;
use super::values;
use super::{Walk, builtins};
use crate::diagnostics::Diagnostic;
use crate::types::Type;

/// Each builtin exception with its base.
const BASES: &[(&str, &str)] = &[
    ("GeneratorExit", "BaseException"),
    ("KeyboardInterrupt", "BaseException"),
    ("SystemExit", "BaseException"),
    ("BaseExceptionGroup", "BaseException"),
    ("Exception", "BaseException"),
    ("ExceptionGroup", "Exception"),
    ("ArithmeticError", "Exception"),
    ("FloatingPointError", "ArithmeticError"),
    ("OverflowError", "ArithmeticError"),
    ("ZeroDivisionError", "ArithmeticError"),
    ("AssertionError", "Exception"),
    ("AttributeError", "Exception"),
    ("BufferError", "Exception"),
    ("EOFError", "Exception"),
    ("ImportError", "Exception"),
    ("ModuleNotFoundError", "ImportError"),
    ("LookupError", "Exception"),
    ("IndexError", "LookupError"),
    ("KeyError", "LookupError"),
    ("MemoryError", "Exception"),
    ("NameError", "Exception"),
    ("UnboundLocalError", "NameError"),
    ("OSError", "Exception"),
    ("BlockingIOError", "OSError"),
    ("ChildProcessError", "OSError"),
    ("ConnectionError", "OSError"),
    ("BrokenPipeError", "ConnectionError"),
    ("ConnectionAbortedError", "ConnectionError"),
    ("ConnectionRefusedError", "ConnectionError"),
    ("ConnectionResetError", "ConnectionError"),
    ("FileExistsError", "OSError"),
    ("FileNotFoundError", "OSError"),
    ("InterruptedError", "OSError"),
    ("IsADirectoryError", "OSError"),
    ("NotADirectoryError", "OSError"),
    ("PermissionError", "OSError"),
    ("ProcessLookupError", "OSError"),
    ("TimeoutError", "OSError"),
    ("ReferenceError", "Exception"),
    ("RuntimeError", "Exception"),
    ("NotImplementedError", "RuntimeError"),
    ("PythonFinalizationError", "RuntimeError"),
    ("RecursionError", "RuntimeError"),
    ("StopAsyncIteration", "Exception"),
    ("StopIteration", "Exception"),
    ("SyntaxError", "Exception"),
    ("IndentationError", "SyntaxError"),
    ("TabError", "IndentationError"),
    ("SystemError", "Exception"),
    ("TypeError", "Exception"),
    ("ValueError", "Exception"),
    ("UnicodeError", "ValueError"),
    ("UnicodeDecodeError", "UnicodeError"),
    ("UnicodeEncodeError", "UnicodeError"),
    ("UnicodeTranslateError", "UnicodeError"),
    ("EnvironmentError", "OSError"),
    ("IOError", "OSError"),
];

/// A class with all that it inherits from, as far as that is known, nearest first.
fn ancestry(walk: &Walk<'_, '_>, symbol: Symbol) -> Vec<Symbol> {
    let mut all = vec![symbol];
    let mut at = 0;
    while at < all.len() && all.len() < 100 {
        match all[at].clone() {
            Symbol::External(name) => {
                let short = name.strip_prefix("builtins.");
                let base = BASES.iter().find(|(class, _)| Some(*class) == short);
                all.extend(base.map(|(_, base)| Symbol::External(format!("builtins.{base}"))));
            }
            Symbol::Class(module, position) => {
                if let ast::Stmt::ClassDef(class) = &walk.tables.modules[module].tree.body[position]
                {
                    let modules = &walk.tables.modules;
                    all.extend(
                        class
                            .bases()
                            .iter()
                            .filter_map(|base| super::names::resolve_expr(modules, module, base)),
                    );
                }
            }
            _ => {}
        }
        at += 1;
    }
    all
}

/// Looks at the handlers of a `try`.
pub fn handlers<'a>(walk: &mut Walk<'a, '_>, stmt: &'a ast::StmtTry) {
    let mut before: Vec<(Symbol, &'a ast::Expr)> = Vec::new();
    for handler in &stmt.handlers {
        let ast::ExceptHandler::ExceptHandler(handler) = handler;
        let Some(types) = handler.type_.as_deref() else {
            continue;
        };
        let types: Vec<&ast::Expr> = match types {
            ast::Expr::Tuple(tuple) => tuple.elts.iter().collect(),
            one => vec![one],
        };
        let mut caught = Vec::new();
        for each in &types {
            if !is_exception(walk, each) {
                walk.report(Diagnostic::new(
                    "TB311",
                    "this is no exception class, so it cannot be caught",
                    walk.span(each),
                    "raises TypeError when an exception gets here",
                ));
                continue;
            }
            let Some(symbol) = class_symbol(walk, each) else {
                continue;
            };
            let family = ancestry(walk, symbol.clone());
            if let Some((_, first)) = before.iter().find(|(known, _)| family.contains(known)) {
                caught.push((*each, *first));
            }
        }
        // One of several types that comes too late does no harm.
        if caught.len() == types.len()
            && let Some((each, first)) = caught.first()
        {
            walk.report(
                Diagnostic::new(
                    "TB310",
                    "this handler is never reached",
                    walk.span(each),
                    "caught before",
                )
                .label(walk.span(first), "this one catches it")
                .help("put the more special handler first"),
            );
        }
        for each in types {
            if let Some(symbol) = class_symbol(walk, each) {
                before.push((symbol, each));
            }
        }
    }
}

/// A class of the program or a builtin exception.
fn class_symbol(walk: &Walk<'_, '_>, expr: &ast::Expr) -> Option<Symbol> {
    match walk.symbol(expr)? {
        Symbol::External(name) => {
            // Two names of one class.
            let name = match name.as_str() {
                "builtins.IOError" | "builtins.EnvironmentError" => "builtins.OSError".to_owned(),
                _ => name,
            };
            name.strip_prefix("builtins.")
                .is_some_and(builtins::is_exception)
                .then_some(Symbol::External(name))
        }
        class @ Symbol::Class(..) => Some(class),
        _ => None,
    }
}

/// Looks at `raise`.
pub fn raised<'a>(walk: &mut Walk<'a, '_>, stmt: &'a ast::StmtRaise) {
    let Some(exception) = stmt.exc.as_deref() else {
        return;
    };
    if walk.catches(&["TypeError"]) {
        return;
    }
    let class = match exception {
        ast::Expr::Call(call) => &*call.func,
        other => other,
    };
    if is_exception(walk, class) && !matches!(exception, ast::Expr::NoneLiteral(_)) {
        return;
    }
    let mut found = Diagnostic::new(
        "TB311",
        "this is no exception, so it cannot be raised",
        walk.span(exception),
        "raises TypeError instead",
    );
    if walk.external(class).as_deref() == Some("builtins.NotImplemented") {
        found = found.help("did you mean `NotImplementedError`?");
    }
    walk.report(found);
}

/// False for what is certainly no exception class (nor an exception object).
fn is_exception(walk: &Walk<'_, '_>, expr: &ast::Expr) -> bool {
    match values::certain(walk, expr) {
        None | Some(Type::Class(_)) => {}
        // A parameter with a tuple of classes.
        Some(Type::Tuple(_) | Type::TupleOf(_)) if expr.is_name_expr() => {}
        Some(_) => return false,
    }
    match walk.symbol(expr) {
        Some(Symbol::External(name)) => match name.strip_prefix("builtins.") {
            Some(builtin) => {
                builtins::is_exception(builtin)
                    || matches!(builtin, "BaseExceptionGroup" | "ExceptionGroup")
                    || !(matches!(builtin, "NotImplemented" | "Ellipsis")
                        || matches!(
                            builtin,
                            "int"
                                | "str"
                                | "list"
                                | "dict"
                                | "set"
                                | "tuple"
                                | "float"
                                | "bytes"
                                | "bool"
                                | "object"
                        ))
            }
            None => true,
        },
        Some(Symbol::Class(module, at)) => match &walk.tables.modules[module].tree.body[at] {
            // A class without bases is an `object` and nothing more.
            ast::Stmt::ClassDef(class) => {
                class
                    .arguments
                    .as_ref()
                    .is_some_and(|each| !each.is_empty())
                    || !class.decorator_list.is_empty()
            }
            _ => true,
        },
        Some(Symbol::Module(_)) => false,
        _ => true,
    }
}
