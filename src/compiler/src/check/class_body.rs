//! What the body of a class binds, and what in it keeps the class from having a native layout.
//!
//! In: a `class` statement. Out: the names that are neither fields nor methods of its own, and the first obstacle. Any
//! statement may stand in the body: Python runs it; what it binds is reached through the type.

use rustpython_ast::{self as ast, visitor::Visitor};
use rustpython_text_size::{Ranged, TextRange};

/// Why a class's body keeps it interpreted.
pub fn obstacle(class: &ast::StmtClassDef) -> Option<(&'static str, TextRange)> {
    for stmt in &class.body {
        match stmt {
            ast::Stmt::FunctionDef(def) => {
                if matches!(
                    def.name.as_str(),
                    "__new__"
                        | "__getattr__"
                        | "__getattribute__"
                        | "__setattr__"
                        | "__delattr__"
                        | "__init_subclass__"
                        | "__del__"
                        | "__class__"
                        | "__dict__"
                ) {
                    let reason = "it customises how instances are made or accessed";
                    return Some((reason, def.name.range));
                }
            }
            ast::Stmt::AnnAssign(assign) if assign.simple => {
                if let ast::Expr::Name(name) = &*assign.target
                    && is_special(&name.id)
                {
                    return Some(("it sets a special class attribute", stmt.range()));
                }
            }
            other => {
                let mut names = Names::default();
                names.visit_stmt(other);
                if names.global {
                    let reason = "its body has a statement that is more than a field or a method";
                    return Some((reason, stmt.range()));
                }
                if names.bound.iter().any(|name| is_special(name)) {
                    return Some(("it sets a special class attribute", stmt.range()));
                }
            }
        }
    }
    None
}

/// Names that say how instances are laid out, made or accessed.
fn is_special(name: &str) -> bool {
    matches!(
        name,
        "__slots__"
            | "__match_args__"
            | "__new__"
            | "__getattr__"
            | "__getattribute__"
            | "__setattr__"
            | "__delattr__"
            | "__init_subclass__"
            | "__del__"
            | "__class__"
            | "__dict__"
            | "__weakref__"
            | "__annotations__"
            | "__annotate__"
    )
}

/// Names bound by anything but the fields and methods that stand directly in the body.
pub fn other_names(class: &ast::StmtClassDef) -> Vec<String> {
    let mut names = Names::default();
    for stmt in &class.body {
        match stmt {
            ast::Stmt::FunctionDef(_) | ast::Stmt::AnnAssign(_) => {}
            other => names.visit_stmt(other),
        }
    }
    names.bound
}

/// Names that the body binds to what may be a type: anything but a `def`. With `texts`, for annotations that are kept as texts,
/// also but a field.
pub fn names_of_types(class: &ast::StmtClassDef, texts: bool) -> Vec<String> {
    let mut names = Names::default();
    for stmt in &class.body {
        match stmt {
            ast::Stmt::FunctionDef(_) => {}
            ast::Stmt::AnnAssign(assign) if texts || assign.value.is_none() => {}
            other => names.visit_stmt(other),
        }
    }
    names.bound
}

/// Whether the body binds a name to anything but a field.
pub fn binds(class: &ast::StmtClassDef, name: &str) -> bool {
    class.body.iter().any(|stmt| match stmt {
        ast::Stmt::FunctionDef(def) => def.name.as_str() == name,
        ast::Stmt::AnnAssign(assign) if assign.simple => false,
        other => {
            let mut names = Names::default();
            names.visit_stmt(other);
            names.bound.iter().any(|each| each == name)
        }
    })
}

/// Whether a class of numbers computes, compares or hashes in another way than `int`, but for `&`, `|`, `^` and `~`.
pub fn has_own_operators(class: &ast::StmtClassDef) -> bool {
    let operators = "add sub mul floordiv truediv mod divmod pow lshift rshift".split(' ');
    let with_sides =
        operators.flat_map(|each| [each.into(), format!("r{each}"), format!("i{each}")]);
    let others = "iand ior ixor neg pos abs bool int float index hash eq ne lt le gt ge"
        .split(' ')
        .map(str::to_owned);
    with_sides
        .chain(others)
        .any(|each| binds(class, &format!("__{each}__")))
}

/// Whether the statements of the body before the one at `end` bind a name.
pub fn binds_before(class: &ast::StmtClassDef, end: usize, name: &str) -> bool {
    let mut names = Names::default();
    class.body[..end]
        .iter()
        .filter(|stmt| !matches!(stmt, ast::Stmt::AnnAssign(assign) if assign.value.is_none()))
        .for_each(|stmt| names.visit_stmt(stmt));
    names.global || names.bound.iter().any(|each| each == name)
}

/// Whether the body may bind a name to a descriptor: to anything but a literal.
pub fn binds_descriptor(class: &ast::StmtClassDef, name: &str) -> bool {
    let literal = |stmt: &ast::Stmt| {
        matches!(stmt, ast::Stmt::Assign(assign) if matches!(
            *assign.value,
            ast::Expr::NumberLiteral(_)
                | ast::Expr::StringLiteral(_)
                | ast::Expr::BytesLiteral(_)
                | ast::Expr::BooleanLiteral(_)
                | ast::Expr::NoneLiteral(_)
        ))
    };
    let mut others = class.clone();
    others.body.retain(|stmt| !literal(stmt));
    binds(&others, name)
}

/// Whether the body may bind a name to a descriptor, by something else than a `def`: to what a call or a `lambda` makes,
/// or to a function by another name. A name that holds a descriptor by any other way is taken for a value.
pub fn binds_made(class: &ast::StmtClassDef, name: &str) -> bool {
    let made = |value: &ast::Expr| match value {
        ast::Expr::Call(_) | ast::Expr::Lambda(_) => true,
        ast::Expr::Name(name) => binds_function(class, &name.id),
        _ => false,
    };
    class.body.iter().any(|stmt| match stmt {
        ast::Stmt::Assign(assign) => {
            let mut names = Names::default();
            assign
                .targets
                .iter()
                .for_each(|each| names.bind_target(each));
            made(&assign.value) && names.bound.iter().any(|each| each == name)
        }
        ast::Stmt::FunctionDef(_) | ast::Stmt::AnnAssign(_) | ast::Stmt::ClassDef(_) => false,
        other => {
            let mut names = Names::default();
            names.visit_stmt(other);
            names.bound.iter().any(|each| each == name)
        }
    })
}

fn binds_function(class: &ast::StmtClassDef, name: &str) -> bool {
    class
        .body
        .iter()
        .any(|stmt| matches!(stmt, ast::Stmt::FunctionDef(def) if def.name.as_str() == name))
}

/// Names bound in a class's scope.
#[derive(Default)]
struct Names {
    bound: Vec<String>,
    /// There is a `global` or `nonlocal`, or a star import.
    global: bool,
}

impl Names {
    fn bind(&mut self, name: &str) {
        if !self.bound.iter().any(|each| each == name) {
            self.bound.push(name.to_owned());
        }
    }

    fn bind_target(&mut self, target: &ast::Expr) {
        match target {
            ast::Expr::Name(name) => self.bind(&name.id),
            ast::Expr::Tuple(tuple) => tuple.elts.iter().for_each(|each| self.bind_target(each)),
            ast::Expr::List(list) => list.elts.iter().for_each(|each| self.bind_target(each)),
            ast::Expr::Starred(star) => self.bind_target(&star.value),
            _ => {}
        }
    }
}

impl<'a> Visitor<'a> for Names {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        match stmt {
            // Their bodies are scopes of their own.
            ast::Stmt::FunctionDef(def) => return self.bind(&def.name),
            ast::Stmt::ClassDef(class) => return self.bind(&class.name),
            ast::Stmt::Assign(assign) => {
                assign
                    .targets
                    .iter()
                    .for_each(|target| self.bind_target(target));
            }
            ast::Stmt::AnnAssign(assign) => self.bind_target(&assign.target),
            ast::Stmt::AugAssign(assign) => self.bind_target(&assign.target),
            ast::Stmt::TypeAlias(alias) => self.bind_target(&alias.name),
            ast::Stmt::For(each) => self.bind_target(&each.target),
            ast::Stmt::With(with) => with
                .items
                .iter()
                .filter_map(|item| item.optional_vars.as_deref())
                .for_each(|target| self.bind_target(target)),
            ast::Stmt::Delete(delete) => delete
                .targets
                .iter()
                .for_each(|target| self.bind_target(target)),
            ast::Stmt::Import(import) => {
                for alias in &import.names {
                    let first = alias.name.split('.').next().unwrap_or_default();
                    self.bind(alias.asname.as_ref().map_or(first, |name| name.as_str()));
                }
            }
            ast::Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    self.global |= alias.name.as_str() == "*";
                    self.bind(alias.asname.as_ref().unwrap_or(&alias.name));
                }
            }
            ast::Stmt::Global(_) | ast::Stmt::Nonlocal(_) => self.global = true,
            _ => {}
        }
        ast::visitor::walk_stmt(self, stmt);
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bind(name);
        }
        ast::visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        let name = match pattern {
            ast::Pattern::MatchAs(each) => each.name.as_ref(),
            ast::Pattern::MatchStar(each) => each.name.as_ref(),
            ast::Pattern::MatchMapping(each) => each.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind(name);
        }
        ast::visitor::walk_pattern(self, pattern);
    }

    fn visit_expr(&mut self, expr: &'a ast::Expr) {
        if let ast::Expr::Named(named) = expr {
            self.bind_target(&named.target);
        }
        // A lambda's and a comprehension's own names are not the class's; to take them for such does no harm.
        ast::visitor::walk_expr(self, expr);
    }
}
