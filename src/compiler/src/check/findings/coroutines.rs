//! Coroutines: called and forgotten (TB312), blocked (TB313), `await` on what is none (TB314), used without `await` (TB330).

use rustpython_ast::{self as ast};
use rustpython_text_size::Ranged;

use super::names::Symbol;
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
    ("requests.get", "an asynchronous client"),
    ("requests.post", "an asynchronous client"),
    ("requests.put", "an asynchronous client"),
    ("requests.patch", "an asynchronous client"),
    ("requests.delete", "an asynchronous client"),
    ("requests.head", "an asynchronous client"),
    ("requests.request", "an asynchronous client"),
    ("httpx.get", "`httpx.AsyncClient`"),
    ("httpx.post", "`httpx.AsyncClient`"),
    ("httpx.put", "`httpx.AsyncClient`"),
    ("httpx.delete", "`httpx.AsyncClient`"),
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

/// The `async def` that the scopes are directly in.
fn in_async<'a>(walk: &Walk<'a, '_>) -> Option<&'a ast::StmtFunctionDef> {
    match walk.scopes.last()?.opened {
        Opened::Function(def) if def.is_async => Some(def),
        _ => None,
    }
}

/// Looks at an expression that is a statement.
pub fn statement<'a>(walk: &mut Walk<'a, '_>, stmt: &'a ast::StmtExpr) {
    let ast::Expr::Call(call) = &*stmt.value else {
        return;
    };
    let shown = match walk.symbol(&call.func) {
        Some(Symbol::Function(module, at)) => match &walk.tables.modules[module].tree.body[at] {
            ast::Stmt::FunctionDef(def)
                if def.is_async
                    && def.decorator_list.is_empty()
                    && !crate::check::suspends::is_generator(def) =>
            {
                def.name.to_string()
            }
            _ => return,
        },
        Some(Symbol::External(name)) if COROUTINES.contains(&name.as_str()) => name,
        _ => return,
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

/// Looks at a call.
pub fn call<'a>(walk: &mut Walk<'a, '_>, call: &'a ast::ExprCall) {
    let Some(def) = in_async(walk) else {
        return;
    };
    let Some(name) = walk.external(&call.func) else {
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
    let called = walk.span(call);
    let name = super::last_name(&call.func).unwrap_or("it");
    let mut found = Diagnostic::new(
        "TB330",
        format!("the coroutine of `{name}()` is used in the place of its result"),
        walk.span(value),
        "a coroutine, not what it will return",
    );
    let in_async = in_async(walk).is_some();
    if value.is_call_expr() {
        if in_async {
            found = found
                .help(format!("write `(await {name}(…))`"))
                .fix_insert(called, "(await ")
                .fix_append(called, ")");
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
