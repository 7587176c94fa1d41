//! Coroutines: called and forgotten (TB312), blocked (TB313), `await` on what is none (TB314), used without `await` (TB330).

use rustpython_ast::{self as ast};
use rustpython_text_size::Ranged;

use super::scope::Opened;
use super::values;
use super::{Walk, calls, members};
use crate::diagnostics::Diagnostic;
use crate::types::Type;

/// Functions of libraries that hold up their thread, and what to call instead.
const BLOCKING: &[(&str, &str)] = &[
    ("time.sleep", "await asyncio.sleep(…)"),
    ("builtins.input", "await asyncio.to_thread(input)"),
    ("os.system", "await asyncio.create_subprocess_shell(…)"),
    ("subprocess.run", "await asyncio.create_subprocess_exec(…)"),
    ("subprocess.call", "await asyncio.create_subprocess_exec(…)"),
    (
        "subprocess.check_call",
        "await asyncio.create_subprocess_exec(…)",
    ),
    (
        "subprocess.check_output",
        "await asyncio.create_subprocess_exec(…)",
    ),
    (
        "urllib.request.urlopen",
        "await asyncio.to_thread(…), or an asynchronous client",
    ),
    (
        "socket.create_connection",
        "await asyncio.open_connection(…)",
    ),
    (
        "socket.getaddrinfo",
        "await asyncio.get_running_loop().getaddrinfo(…)",
    ),
    (
        "socket.gethostbyname",
        "await asyncio.get_running_loop().getaddrinfo(…)",
    ),
    (
        "urllib.request.urlretrieve",
        "await asyncio.to_thread(…), or an asynchronous client",
    ),
    (
        "subprocess.getoutput",
        "await asyncio.create_subprocess_shell(…)",
    ),
    (
        "subprocess.getstatusoutput",
        "await asyncio.create_subprocess_shell(…)",
    ),
    ("os.wait", "await asyncio.create_subprocess_exec(…)"),
    ("os.waitpid", "await asyncio.create_subprocess_exec(…)"),
    ("requests.get", "an asynchronous client"),
    ("requests.post", "an asynchronous client"),
    ("requests.put", "an asynchronous client"),
    ("requests.patch", "an asynchronous client"),
    ("requests.delete", "an asynchronous client"),
    ("requests.head", "an asynchronous client"),
    ("requests.options", "an asynchronous client"),
    ("requests.request", "an asynchronous client"),
    ("httpx.get", "`httpx.AsyncClient`"),
    ("httpx.post", "`httpx.AsyncClient`"),
    ("httpx.put", "`httpx.AsyncClient`"),
    ("httpx.delete", "`httpx.AsyncClient`"),
    ("httpx.patch", "`httpx.AsyncClient`"),
    ("httpx.head", "`httpx.AsyncClient`"),
    ("httpx.options", "`httpx.AsyncClient`"),
    ("httpx.request", "`httpx.AsyncClient`"),
];

/// Coroutine functions of the standard library that are easily called without `await`.
const COROUTINES: &[&str] = &[
    "asyncio.sleep",
    "asyncio.wait_for",
    "asyncio.wait",
    "asyncio.to_thread",
    "asyncio.open_connection",
];

/// The `async def` that the scopes are directly in, if they are.
fn in_async<'a>(walk: &Walk<'a, '_>) -> Option<&'a ast::StmtFunctionDef> {
    let mut scopes = walk.scopes.iter().rev();
    // A comprehension runs where it stands.
    match scopes
        .find(|each| !matches!(each.opened, Opened::Comprehension))?
        .opened
    {
        Opened::Function(def) if def.is_async => Some(def),
        _ => None,
    }
}

/// Looks at an expression that is a statement.
pub fn statement<'a>(walk: &mut Walk<'a, '_>, stmt: &'a ast::StmtExpr) {
    let ast::Expr::Call(call) = &*stmt.value else {
        return;
    };
    let shown = match values::coroutine(walk, &stmt.value) {
        Some((call, _)) => super::last_name(&call.func).unwrap_or("it").to_owned(),
        None => match external(walk, &call.func) {
            Some(name) if COROUTINES.contains(&name.as_str()) => name,
            _ => return,
        },
    };
    if walk.catches(&["RuntimeWarning", "TypeError"]) {
        return;
    }
    let mut found = Diagnostic::new(
        "TB312",
        format!("the coroutine of `{shown}()` is never awaited"),
        walk.span(call),
        "does nothing",
    );
    match in_async(walk) {
        Some(_) => {
            let at = walk.span(call);
            found = found
                .help("write `await` in front of it")
                .fix_insert(at, "await ");
        }
        None => {
            found = found.help("call it from an `async def` with `await`, or by `asyncio.run()`")
        }
    }
    walk.report(found);
}

/// The dotted name of something from outside the program, also where an import inside of a function binds it.
fn external(walk: &Walk<'_, '_>, expr: &ast::Expr) -> Option<String> {
    walk.external(expr).or_else(|| imported(walk, expr))
}

/// What a name means that an import inside of a function binds: `time.sleep` behind `import time`.
fn imported(walk: &Walk<'_, '_>, expr: &ast::Expr) -> Option<String> {
    let (name, attributes) = match expr {
        ast::Expr::Name(name) => (name, None),
        ast::Expr::Attribute(outer) => match &*outer.value {
            ast::Expr::Name(name) => (name, Some(outer.attr.to_string())),
            ast::Expr::Attribute(inner) => match &*inner.value {
                ast::Expr::Name(name) => (name, Some(format!("{}.{}", inner.attr, outer.attr))),
                _ => return None,
            },
            _ => return None,
        },
        _ => return None,
    };
    let scope = &walk.scopes[walk.scope_of(&name.id)?];
    let source = scope.only_import(&name.id)?;
    let first = source.split('.').next().unwrap_or(source);
    let own = |each: &crate::check::names::Module| each.name == first;
    if walk.tables.modules.iter().any(own) {
        return None;
    }
    Some(match attributes {
        Some(rest) => format!("{source}.{rest}"),
        None => source.to_owned(),
    })
}

/// Looks at a call.
pub fn call<'a>(walk: &mut Walk<'a, '_>, call: &'a ast::ExprCall) {
    let Some(def) = in_async(walk) else {
        return;
    };
    let Some(name) = external(walk, &call.func) else {
        return;
    };
    let Some((_, instead)) = BLOCKING.iter().find(|(each, _)| *each == name) else {
        return;
    };
    let shown = name.trim_start_matches("builtins.");
    let instead = if instead.contains(' ') && !instead.starts_with("await") {
        format!("use {instead}")
    } else {
        format!("write `{instead}`").replace("``", "`")
    };
    walk.report(
        Diagnostic::new(
            "TB313",
            format!("`{shown}()` blocks the event loop in `{}`", def.name),
            walk.span(call),
            "every other request of this thread waits",
        )
        .help(format!("{instead}, or make the handler a plain `def`")),
    );
}

/// Looks at `value.name` and `value[…]`: a coroutine has nothing of what it will give.
pub fn used<'a>(walk: &mut Walk<'a, '_>, value: &'a ast::Expr, attribute: Option<&str>) {
    let own = |name: &str| {
        ["send", "throw", "close"].contains(&name)
            || name.starts_with("cr_")
            || name.starts_with("__")
    };
    if attribute.is_some_and(own) || walk.catches(&["AttributeError", "TypeError"]) {
        return;
    }
    let Some((call, _)) = values::coroutine(walk, value) else {
        return;
    };
    report(
        walk,
        value,
        call,
        "a coroutine, not what it will return",
        true,
    );
}

/// Looks at a value that only its coroutine's result can be meant for: a condition, an operand, what a loop walks over.
pub fn value<'a>(walk: &mut Walk<'a, '_>, value: &'a ast::Expr, label: &str) {
    if walk.catches(&["TypeError"]) {
        return;
    }
    if let Some((call, _)) = values::coroutine(walk, value) {
        report(walk, value, call, label, false);
    }
}

/// What is said of a condition.
pub const CONDITION: &str = "a coroutine is always true";
/// What is said of operands, arguments and what is walked over.
pub const OPERAND: &str = "a coroutine: raises TypeError, or is never equal";

/// Builtin functions that do something with the value that they are given.
const WANT_VALUES: &[&str] = &[
    "abs",
    "all",
    "any",
    "bytes",
    "dict",
    "enumerate",
    "float",
    "frozenset",
    "int",
    "len",
    "list",
    "max",
    "min",
    "range",
    "reversed",
    "round",
    "set",
    "sorted",
    "sum",
    "tuple",
    "zip",
];

/// Looks at expressions that use what they are given.
pub fn expression<'a>(walk: &mut Walk<'a, '_>, expr: &'a ast::Expr) {
    match expr {
        ast::Expr::If(choice) => value(walk, &choice.test, CONDITION),
        // What stands last may be handed on.
        ast::Expr::BoolOp(each) => {
            let count = each.values.len().saturating_sub(1);
            for operand in &each.values[..count] {
                value(walk, operand, CONDITION);
            }
        }
        ast::Expr::UnaryOp(each) if each.op == ast::UnaryOp::Not => {
            value(walk, &each.operand, CONDITION);
        }
        ast::Expr::UnaryOp(each) => value(walk, &each.operand, OPERAND),
        ast::Expr::Compare(each) => {
            let identity = |op: &ast::CmpOp| matches!(op, ast::CmpOp::Is | ast::CmpOp::IsNot);
            if !each.ops.iter().any(identity) {
                value(walk, &each.left, OPERAND);
                for operand in &each.comparators {
                    value(walk, operand, OPERAND);
                }
            }
        }
        ast::Expr::BinOp(each) => {
            value(walk, &each.left, OPERAND);
            value(walk, &each.right, OPERAND);
        }
        ast::Expr::FString(text) => {
            for each in text.value.elements() {
                if let ast::InterpolatedStringElement::Interpolation(part) = each
                    && part.expression.is_call_expr()
                {
                    value(
                        walk,
                        &part.expression,
                        "a coroutine, not what it will return",
                    );
                }
            }
        }
        ast::Expr::Call(call) => {
            let name = walk.external(&call.func);
            let name = name
                .as_deref()
                .and_then(|name| name.strip_prefix("builtins."));
            if name.is_some_and(|name| WANT_VALUES.contains(&name)) {
                for each in &call.arguments.args {
                    // Several coroutines may be compared or put together as what they are.
                    if call.arguments.args.len() == 1 || !matches!(name, Some("max" | "min")) {
                        value(walk, each, OPERAND);
                    }
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
        ast::Stmt::Assert(each) => value(walk, &each.test, CONDITION),
        ast::Stmt::For(each) => value(walk, &each.iter, "a coroutine cannot be iterated over"),
        ast::Stmt::With(each) => {
            for item in &each.items {
                value(
                    walk,
                    &item.context_expr,
                    "a coroutine is no context manager",
                );
            }
        }
        ast::Stmt::AugAssign(each) => value(walk, &each.value, OPERAND),
        ast::Stmt::Assign(each) => {
            let several = |target: &ast::Expr| target.is_tuple_expr() || target.is_list_expr();
            if each.targets.iter().any(several) {
                value(walk, &each.value, "a coroutine cannot be taken apart");
            }
        }
        _ => {}
    }
}

fn report<'a>(
    walk: &mut Walk<'a, '_>,
    value: &'a ast::Expr,
    call: &'a ast::ExprCall,
    label: &str,
    binds_tighter: bool,
) {
    let called = walk.span(call);
    let name = super::last_name(&call.func).unwrap_or("it");
    let mut found = Diagnostic::new(
        "TB330",
        format!("the coroutine of `{name}()` is used in the place of its result"),
        walk.span(value),
        label,
    );
    let in_async = in_async(walk).is_some();
    if value.is_call_expr() {
        if in_async && binds_tighter {
            found = found
                .help(format!("write `(await {name}(…))`"))
                .fix_insert(called, "(await ")
                .fix_append(called, ")");
        } else if in_async {
            found = found
                .help(format!("write `await {name}(…)`"))
                .fix_insert(called, "await ");
        }
    } else {
        found = found.label(called, "not awaited here");
        if in_async {
            found = found.help(format!("write `await {name}(…)`"));
        }
    }
    if !in_async {
        found = found.help("call it from an `async def` with `await`, or by `asyncio.run()`");
    }
    walk.report(found);
}

/// Looks at `await`.
pub fn awaited<'a>(walk: &mut Walk<'a, '_>, expr: &'a ast::ExprAwait) {
    if walk.catches(&["TypeError"]) || members::awaited(walk, expr) {
        return;
    }
    let found = match &*expr.value {
        ast::Expr::Call(call) => match calls::returned(walk, &call.func) {
            Some(
                ty @ (Type::None
                | Type::Bool
                | Type::Int
                | Type::Float
                | Type::Str
                | Type::Bytes
                | Type::List(_)
                | Type::Dict(..)),
            ) => Some(ty),
            Some(_) => None,
            None => values::certain(walk, &expr.value),
        },
        other => values::certain(walk, other),
    };
    let found = found.filter(|ty| !matches!(ty, Type::Class(_)));
    let Some(ty) = found else {
        return;
    };
    let keyword = walk.span(expr);
    let value = walk.span(&*expr.value);
    walk.report(
        Diagnostic::new(
            "TB314",
            format!("{} cannot be awaited", values::kind(&ty)),
            walk.span(expr.value.range()),
            "this is no coroutine",
        )
        .help("leave `await` out")
        .fix_remove(keyword.start, value),
    );
}
