//! Statements that cannot mean what they say: after the end (TB324), always true (TB318), without a value (TB305, TB306), names
//! defined twice (TB208), methods without `self` (TB321), `__init__` with a result (TB322).

use rustpython_ast::{self as ast, visitor::Visitor};
use rustpython_text_size::Ranged;

use super::scope::{Opened, Scope};
use super::values;
use super::{Walk, annotation};
use crate::check::suspends::{is_generator, yields};
use crate::diagnostics::Diagnostic;
use crate::types::Type;

/// Looks at a block of statements.
pub fn block<'a>(walk: &mut Walk<'a, '_>, body: &'a [ast::Stmt]) {
    for pair in body.windows(2) {
        let word = match &pair[0] {
            ast::Stmt::Return(_) => "return",
            ast::Stmt::Raise(_) => "raise",
            ast::Stmt::Continue(_) => "continue",
            ast::Stmt::Break(_) => "break",
            _ => continue,
        };
        // `return` before `yield` makes an empty generator; a closing `pass` or text does no harm.
        let text = matches!(&pair[1], ast::Stmt::Expr(each) if !each.value.is_call_expr());
        let harmless = text
            || yields(&pair[1..])
            || matches!(
                &pair[1],
                ast::Stmt::Pass(_)
                    | ast::Stmt::Break(_)
                    | ast::Stmt::Return(_)
                    | ast::Stmt::Raise(_)
                    | ast::Stmt::Assert(_)
                    | ast::Stmt::Continue(_)
            );
        let after = body
            .iter()
            .skip_while(|each| each.range() != pair[1].range());
        if harmless || after.clone().any(|each| yields(std::slice::from_ref(each))) {
            continue;
        }
        walk.report(
            Diagnostic::new("TB324", "this is never reached", walk.span(&pair[1]), "")
                .label(walk.span(&pair[0]), format!("`{word}` ends the block here")),
        );
        break;
    }
    defined_twice(walk, body);
}

/// Undecorated functions and classes that a later one of the same block replaces without any use between.
fn defined_twice<'a>(walk: &mut Walk<'a, '_>, body: &'a [ast::Stmt]) {
    let named = |stmt: &'a ast::Stmt| match stmt {
        ast::Stmt::FunctionDef(def) if def.decorator_list.is_empty() => Some(&def.name),
        ast::Stmt::ClassDef(def) if def.decorator_list.is_empty() => Some(&def.name),
        _ => None,
    };
    for (at, stmt) in body.iter().enumerate() {
        let Some(name) = named(stmt) else { continue };
        if name.as_str() == "_" {
            continue;
        }
        let again = body[at + 1..].iter().position(|each| {
            let other = match each {
                ast::Stmt::FunctionDef(def) => &def.name,
                ast::Stmt::ClassDef(def) => &def.name,
                _ => return false,
            };
            other.as_str() == name.as_str()
        });
        let Some(again) = again.map(|found| at + 1 + found) else {
            continue;
        };
        let Some(second) = named(&body[again]) else {
            continue;
        };
        if body[at + 1..=again]
            .iter()
            .any(|each| mentions(each, name.as_str()))
        {
            continue;
        }
        walk.report(
            Diagnostic::new(
                "TB208",
                format!("`{name}` is defined twice"),
                walk.span(second),
                "replaces the first one",
            )
            .label(walk.span(name), "defined here and never used"),
        );
    }
}

fn mentions(stmt: &ast::Stmt, name: &str) -> bool {
    struct Mentions<'n>(&'n str, bool);
    impl<'a> Visitor<'a> for Mentions<'_> {
        fn visit_expr(&mut self, expr: &'a ast::Expr) {
            match expr {
                ast::Expr::Name(each) => self.1 |= each.id.as_str() == self.0,
                ast::Expr::Attribute(each) => self.1 |= each.attr.as_str() == self.0,
                _ => {}
            }
            ast::visitor::walk_expr(self, expr);
        }
        fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
            if let ast::Stmt::Global(each) = stmt {
                self.1 |= each.names.iter().any(|name| name.as_str() == self.0);
            }
            ast::visitor::walk_stmt(self, stmt);
        }
    }
    let mut found = Mentions(name, false);
    found.visit_stmt(stmt);
    found.1
}

/// Looks at a function: its result, its first parameter, its defaults.
pub fn function<'a>(walk: &mut Walk<'a, '_>, def: &'a ast::StmtFunctionDef) {
    let in_class = matches!(
        walk.scopes.last().map(|scope| scope.opened),
        Some(Opened::Class(_))
    );
    let no_parameters = def.parameters.iter().next().is_none();
    if in_class && no_parameters && def.decorator_list.is_empty() && !is_used_in_class(walk, def) {
        walk.report(
            Diagnostic::new(
                "TB321",
                format!("the method `{}` has no parameter for its object", def.name),
                walk.span(&def.name),
                "calling it on an object raises TypeError",
            )
            .help("write `self` as the first parameter, or decorate it with `@staticmethod`"),
        );
    }
    defaults(walk, def);
    falls_off(walk, def);
}

/// A helper for the class body itself needs no `self`.
fn is_used_in_class(walk: &Walk<'_, '_>, def: &ast::StmtFunctionDef) -> bool {
    let Some(Opened::Class(class)) = walk.scopes.last().map(|scope| scope.opened) else {
        return true;
    };
    // A metaclass, or a base, may make something else of it.
    class
        .arguments
        .as_ref()
        .is_some_and(|each| !each.is_empty())
        || !class.decorator_list.is_empty()
        || !class.body.iter().any(takes_self)
        || class.body.iter().any(|stmt| {
            stmt.range().start() != def.range.start() && mentions(stmt, def.name.as_str())
        })
}

fn takes_self(stmt: &ast::Stmt) -> bool {
    let first = match stmt {
        ast::Stmt::FunctionDef(def) => def.parameters.iter().next(),
        _ => None,
    };
    first.is_some_and(|first| first.name().as_str() == "self")
}

/// Defaults of another type (TB304), and mutable ones that the function changes (TB315).
fn defaults<'a>(walk: &mut Walk<'a, '_>, def: &'a ast::StmtFunctionDef) {
    for each in def.parameters.iter_non_variadic_params() {
        let Some(default) = each.default.as_deref() else {
            continue;
        };
        let name = &each.parameter.name;
        if super::dataclasses::mutable(default).is_some() && is_changed(def, name.as_str()) {
            walk.report(
                Diagnostic::new(
                    "TB315",
                    format!(
                        "the default of `{name}` is one object for all calls, and `{}` changes it",
                        def.name
                    ),
                    walk.span(default),
                    "made once, when the function is defined",
                )
                .help(format!(
                    "write `{name}=None` and make a new one in the body"
                )),
            );
        }
        let Some(claim) = each.parameter.annotation.as_deref() else {
            continue;
        };
        let wanted = annotation::annotation(walk.tables, walk.module, claim);
        // A name in a function's scope is not the module's.
        if !walk
            .scopes
            .iter()
            .all(|scope| matches!(scope.opened, Opened::Class(_)))
        {
            continue;
        }
        if let Some(found) = values::mismatch(walk, &wanted, default) {
            let shown = values::shown(walk.tables, &wanted);
            let mut finding = Diagnostic::new(
                "TB304",
                format!("the default of `{name}` is {found}, but the annotation says {shown}"),
                walk.span(default),
                "not of that type",
            )
            .label(walk.span(claim), "declared here");
            if matches!(default, ast::Expr::NoneLiteral(_))
                && !matches!(claim, ast::Expr::StringLiteral(_))
            {
                let place = walk.span(claim);
                finding = finding
                    .help(format!("write `{shown} | None`"))
                    .fix_append(place, " | None");
            }
            walk.report(finding);
        }
    }
}

/// Whether a function changes what a parameter holds and gives it to its caller. What it only keeps to itself is a cache.
fn is_changed(def: &ast::StmtFunctionDef, name: &str) -> bool {
    struct Changes<'n> {
        name: &'n str,
        found: bool,
        returned: bool,
    }
    impl Changes<'_> {
        fn is_it(&self, expr: &ast::Expr) -> bool {
            matches!(expr, ast::Expr::Name(each) if each.id.as_str() == self.name)
        }
    }
    impl<'a> Visitor<'a> for Changes<'_> {
        fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
            if let ast::Stmt::Return(each) = stmt {
                self.returned |= each.value.as_deref().is_some_and(|value| self.is_it(value));
            }
            ast::visitor::walk_stmt(self, stmt);
        }
        fn visit_expr(&mut self, expr: &'a ast::Expr) {
            match expr {
                ast::Expr::Call(call) => {
                    if let ast::Expr::Attribute(method) = &*call.func
                        && self.is_it(&method.value)
                        && matches!(
                            method.attr.as_str(),
                            "append"
                                | "extend"
                                | "insert"
                                | "add"
                                | "update"
                                | "setdefault"
                                | "pop"
                                | "popitem"
                                | "remove"
                                | "discard"
                                | "clear"
                                | "sort"
                                | "reverse"
                        )
                    {
                        self.found = true;
                    }
                }
                ast::Expr::Subscript(subscript) if !subscript.ctx.is_load() => {
                    self.found |= self.is_it(&subscript.value);
                }
                _ => {}
            }
            ast::visitor::walk_expr(self, expr);
        }
    }
    let mut changes = Changes {
        name,
        found: false,
        returned: false,
    };
    changes.visit_body(&def.body);
    // `items = list(items)` makes the name mean something else.
    struct Rebinds<'n>(&'n str, bool);
    impl<'a> Visitor<'a> for Rebinds<'_> {
        fn visit_expr(&mut self, expr: &'a ast::Expr) {
            if let ast::Expr::Name(name) = expr {
                self.1 |= name.ctx.is_store() && name.id.as_str() == self.0;
            }
            ast::visitor::walk_expr(self, expr);
        }
    }
    let mut rebinds = Rebinds(name, false);
    rebinds.visit_body(&def.body);
    changes.found && changes.returned && !rebinds.1
}

/// Looks at `return`.
pub fn returned<'a>(walk: &mut Walk<'a, '_>, stmt: &'a ast::StmtReturn) {
    let Some(Opened::Function(def)) = walk.scopes.last().map(|scope| scope.opened) else {
        return;
    };
    if def.name.as_str() == "__init__"
        && walk.scopes.len() > 1
        && matches!(walk.scopes[walk.scopes.len() - 2].opened, Opened::Class(_))
        && let Some(value) = stmt.value.as_deref()
        && values::certain(walk, value).is_some_and(|ty| ty != Type::None)
        && !walk.scopes.last().is_some_and(Scope::is_generator)
    {
        walk.report(Diagnostic::new(
            "TB322",
            "`__init__` returns a value",
            walk.span(value),
            "raises TypeError: it should return None",
        ));
        return;
    }
    let Some(wanted) = declared(walk, def) else {
        return;
    };
    let found = match stmt.value.as_deref() {
        Some(value) => values::mismatch(walk, &wanted, value),
        None if values::takes_none(&wanted) => None,
        None => Some("None".into()),
    };
    let Some(found) = found else { return };
    let place = match stmt.value.as_deref() {
        Some(value) => walk.span(value),
        None => walk.span(stmt),
    };
    let mut finding = Diagnostic::new(
        "TB305",
        format!(
            "`{}` returns {found}, but is declared to return {}",
            def.name,
            values::shown(walk.tables, &wanted)
        ),
        place,
        "not of that type",
    );
    if let Some(returns) = def.returns.as_deref() {
        finding = finding.label(walk.span(returns), "declared here");
    }
    finding.help = stmt
        .value
        .as_deref()
        .and_then(|value| values::advice(walk, &wanted, value));
    walk.report(finding);
}

/// The declared result of a function, where it says something about `return`.
fn declared(walk: &Walk<'_, '_>, def: &ast::StmtFunctionDef) -> Option<Type> {
    let returns = def.returns.as_deref()?;
    // Names in a function's scope are not those of the module.
    let outer = &walk.scopes[..walk.scopes.len().saturating_sub(1)];
    let plain = outer
        .iter()
        .all(|scope| matches!(scope.opened, Opened::Class(_)));
    if !plain || walk.scopes.last().is_some_and(Scope::is_generator) {
        return None;
    }
    let wanted = annotation::annotation(walk.tables, walk.module, returns);
    (wanted != Type::Object).then_some(wanted)
}

/// A function that promises a value and whose end can be reached.
fn falls_off<'a>(walk: &mut Walk<'a, '_>, def: &'a ast::StmtFunctionDef) {
    let Some(returns) = def.returns.as_deref() else {
        return;
    };
    let plain = walk
        .scopes
        .iter()
        .all(|scope| matches!(scope.opened, Opened::Class(_)));
    if !plain
        || is_generator(def)
        || is_stub(&def.body)
        || !def.decorator_list.iter().all(|each| {
            super::super::routes::is_route_decorator(walk.tables, walk.module, &each.expression)
        })
    {
        return;
    }
    let wanted = annotation::annotation(walk.tables, walk.module, returns);
    if wanted == Type::Object
        || wanted == Type::None
        || wanted.without_none().is_some()
        || ends(&def.body)
    {
        return;
    }
    let has_result = returns_value(&def.body);
    let Some(last) = def.body.last() else { return };
    walk.report(
        Diagnostic::new(
            "TB306",
            format!(
                "`{}` can end without a result, but is declared to return {}",
                def.name,
                values::shown(walk.tables, &wanted)
            ),
            walk.span(returns),
            "then it gives None",
        )
        .label(
            walk.span(last),
            if has_result {
                "nothing is returned after this"
            } else {
                "nothing is returned"
            },
        ),
    );
}

fn returns_value(body: &[ast::Stmt]) -> bool {
    struct Returns(bool);
    impl<'a> Visitor<'a> for Returns {
        fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
            match stmt {
                ast::Stmt::Return(each) => self.0 |= each.value.is_some(),
                ast::Stmt::FunctionDef(_) | ast::Stmt::ClassDef(_) => {}
                _ => ast::visitor::walk_stmt(self, stmt),
            }
        }
    }
    let mut found = Returns(false);
    found.visit_body(body);
    found.0
}

/// Only a docstring, `...`, `pass` or `raise`: something for others to fill in.
fn is_stub(body: &[ast::Stmt]) -> bool {
    body.iter().all(|stmt| match stmt {
        ast::Stmt::Pass(_) | ast::Stmt::Raise(_) => true,
        ast::Stmt::Expr(expr) => matches!(
            &*expr.value,
            ast::Expr::StringLiteral(_) | ast::Expr::EllipsisLiteral(_)
        ),
        _ => false,
    })
}

/// Functions and methods that come back.
const COMES_BACK: &[&str] = &[
    "print",
    "append",
    "extend",
    "insert",
    "add",
    "update",
    "remove",
    "discard",
    "clear",
    "sort",
    "reverse",
    "setdefault",
    "write",
    "debug",
    "info",
    "warning",
    "sleep",
];

/// Whether the end of a block is not reached, as far as can be told. A call at the end may never come back
/// (`sys.exit()`, `self.fail()`), `with` may swallow an exception, `match` may be complete: that counts as an end.
fn ends(body: &[ast::Stmt]) -> bool {
    if let Some(ast::Stmt::Expr(last)) = body.last()
        && let ast::Expr::Call(call) = &*last.value
        && super::last_name(&call.func).is_none_or(|name| !COMES_BACK.contains(&name))
    {
        return true;
    }
    body.iter().any(|stmt| match stmt {
        ast::Stmt::Return(_)
        | ast::Stmt::Raise(_)
        | ast::Stmt::Continue(_)
        | ast::Stmt::Break(_) => true,
        ast::Stmt::If(each) => {
            let has_else = each
                .elif_else_clauses
                .last()
                .is_some_and(|clause| clause.test.is_none());
            let always = matches!(&*each.test, ast::Expr::BooleanLiteral(value) if value.value);
            (always && ends(&each.body))
                || has_else
                    && ends(&each.body)
                    && each
                        .elif_else_clauses
                        .iter()
                        .all(|clause| ends(&clause.body))
        }
        // Only `break` gets out of such a loop.
        ast::Stmt::While(each) => {
            let forever = match &*each.test {
                ast::Expr::BooleanLiteral(value) => value.value,
                ast::Expr::NumberLiteral(_) => true,
                _ => false,
            };
            (forever && !breaks(&each.body)) || ends(&each.orelse)
        }
        ast::Stmt::For(each) => ends(&each.orelse),
        ast::Stmt::With(each) => ends(&each.body),
        ast::Stmt::Try(each) => {
            ends(&each.finalbody)
                || (ends(&each.body) || ends(&each.orelse))
                    && each.handlers.iter().all(|handler| {
                        let ast::ExceptHandler::ExceptHandler(handler) = handler;
                        ends(&handler.body)
                    })
        }
        ast::Stmt::Match(each) => each.cases.iter().all(|case| ends(&case.body)),
        ast::Stmt::Assert(each) => {
            matches!(&*each.test, ast::Expr::BooleanLiteral(value) if !value.value)
        }
        _ => false,
    })
}

/// Whether a loop's body has a `break` for it.
fn breaks(body: &[ast::Stmt]) -> bool {
    struct Breaks(bool);
    impl<'a> Visitor<'a> for Breaks {
        fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
            match stmt {
                ast::Stmt::Break(_) => self.0 = true,
                ast::Stmt::For(each) => self.visit_body(&each.orelse),
                ast::Stmt::While(each) => self.visit_body(&each.orelse),
                ast::Stmt::FunctionDef(_) | ast::Stmt::ClassDef(_) => {}
                _ => ast::visitor::walk_stmt(self, stmt),
            }
        }
    }
    let mut found = Breaks(false);
    found.visit_body(body);
    found.0
}

/// Looks at `assert`.
pub fn asserted<'a>(walk: &mut Walk<'a, '_>, stmt: &'a ast::StmtAssert) {
    if let ast::Expr::Tuple(tuple) = &*stmt.test
        && !tuple.elts.is_empty()
    {
        walk.report(
            Diagnostic::new(
                "TB318",
                "this assertion is always true",
                walk.span(&*stmt.test),
                "a tuple with something in it is true",
            )
            .help("leave the parentheses out: `assert test, message`"),
        );
    }
}
