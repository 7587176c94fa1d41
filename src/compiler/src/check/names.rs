//! What names mean at module level, across the program's modules.
//!
//! In: the trees of all files. Out: for each module a table from name to `Symbol`. A name bound more than once, or in
//! a place that may not run, is a `Variable`: only the running program knows what it is.

use std::collections::BTreeMap;

use rustpython_ast::{self as ast, visitor::Visitor};

/// No module of a program is nested so deep; a longer chain of attributes, which may be asked about at each of them, means nothing.
pub const LONGEST: usize = 16;

/// A position in the checker's table of definitions of one kind.
pub type Index = usize;

/// What a module-level name is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// A top-level `def`, by position in `Module::definitions`.
    Function(Index, Index),
    /// A top-level `class`.
    Class(Index, Index),
    /// A module of the program (`import a.b as c`, `from . import b`).
    Module(Index),
    /// Something imported from elsewhere: its dotted name, `dataclasses.dataclass`.
    External(String),
    /// Anything else.
    Variable,
}

/// A module's tree with its table.
pub struct Module {
    /// Dotted name.
    pub name: String,
    /// Whether it is a package's `__init__.py`.
    pub is_package: bool,
    /// The tree.
    pub tree: ast::ModModule,
    /// The text that it was read from.
    pub text: std::sync::Arc<str>,
    /// Names bound at module level.
    pub names: BTreeMap<String, Binding>,
    /// `from x import *` stands in the module: any name may come from there.
    pub star_import: bool,
}

/// How a name is bound.
#[derive(Clone, Debug)]
pub enum Binding {
    /// By the top-level statement at this position.
    Statement(usize),
    /// `import a.b` binds `a`; `import a.b as c` binds `c` to `a.b`.
    Import(String),
    /// `from a.b import c` (absolute module name after resolving dots).
    From(String, String),
    /// In several places or in a block.
    Several,
}

impl Module {
    /// `from __future__ import annotations`
    pub fn has_text_annotations(&self) -> bool {
        has_text_annotations(&self.tree)
    }

    /// The table of a tree.
    pub fn new(
        name: &str,
        is_package: bool,
        tree: ast::ModModule,
        text: std::sync::Arc<str>,
    ) -> Module {
        let mut collector = Collector {
            module: name,
            is_package,
            names: BTreeMap::new(),
            star: false,
            top: None,
        };
        for (at, stmt) in tree.body.iter().enumerate() {
            collector.top = Some(at);
            collector.visit_stmt(stmt);
        }
        let (names, star_import) = (collector.names, collector.star);
        Module {
            name: name.into(),
            is_package,
            tree,
            text,
            names,
            star_import,
        }
    }
}

/// `from __future__ import annotations`
pub fn has_text_annotations(tree: &ast::ModModule) -> bool {
    tree.body.iter().any(|stmt| {
        matches!(stmt, ast::Stmt::ImportFrom(import)
            if import.level == 0
                && import.module.as_ref().is_some_and(|name| name.as_str() == "__future__")
                && import.names.iter().any(|each| each.name.as_str() == "annotations"))
    })
}

/// The absolute name of the module that `from <dots><module> import` means.
pub fn absolute(module: &str, is_package: bool, level: u32, target: &str) -> Option<String> {
    if level == 0 {
        return Some(target.to_owned());
    }
    let mut parts: Vec<&str> = module.split('.').collect();
    let up = level as usize - usize::from(is_package);
    if up > parts.len() {
        return None;
    }
    parts.truncate(parts.len() - up);
    if !target.is_empty() {
        parts.push(target);
    }
    Some(parts.join("."))
}

struct Collector<'a> {
    module: &'a str,
    is_package: bool,
    names: BTreeMap<String, Binding>,
    star: bool,
    /// The position of the top-level statement being visited while it is not inside a block.
    top: Option<usize>,
}

impl Collector<'_> {
    fn bind(&mut self, name: &str, binding: Binding) {
        let binding = if self.top.is_none() || self.names.contains_key(name) {
            Binding::Several
        } else {
            binding
        };
        self.names.insert(name.to_owned(), binding);
    }

    fn bind_target(&mut self, target: &ast::Expr) {
        match target {
            ast::Expr::Name(name) => {
                let binding = self.top.map_or(Binding::Several, Binding::Statement);
                self.bind(&name.id, binding);
            }
            ast::Expr::Tuple(tuple) => tuple.elts.iter().for_each(|each| self.bind_target(each)),
            ast::Expr::List(list) => list.elts.iter().for_each(|each| self.bind_target(each)),
            ast::Expr::Starred(star) => self.bind_target(&star.value),
            _ => {}
        }
    }
}

impl<'a> Visitor<'a> for Collector<'_> {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        let here = self.top.map_or(Binding::Several, Binding::Statement);
        match stmt {
            ast::Stmt::FunctionDef(def) => {
                self.bind(&def.name, here);
                Globals(self).visit_body(&def.body);
            }
            ast::Stmt::ClassDef(class) => {
                self.bind(&class.name, here);
                Globals(self).visit_body(&class.body);
            }
            ast::Stmt::Assign(assign) => assign
                .targets
                .iter()
                .for_each(|target| self.bind_target(target)),
            ast::Stmt::AnnAssign(assign) => {
                if assign.value.is_some() {
                    self.bind_target(&assign.target);
                }
            }
            ast::Stmt::AugAssign(assign) => self.bind_target(&assign.target),
            ast::Stmt::TypeAlias(alias) => self.bind_target(&alias.name),
            ast::Stmt::Import(import) => {
                for alias in &import.names {
                    match &alias.asname {
                        Some(name) => self.bind(name, Binding::Import(alias.name.to_string())),
                        None => {
                            let first = alias.name.split('.').next().unwrap_or_default();
                            // `import a.b` and `import a.c` both bind `a`, to the same module.
                            if !matches!(self.names.get(first), Some(Binding::Import(known)) if known == first)
                            {
                                self.bind(first, Binding::Import(first.to_owned()));
                            }
                        }
                    }
                }
            }
            ast::Stmt::ImportFrom(import) => {
                let target = import
                    .module
                    .as_ref()
                    .map(|name| name.as_str())
                    .unwrap_or_default();
                let source = absolute(self.module, self.is_package, import.level, target)
                    .unwrap_or_default();
                for alias in &import.names {
                    if alias.name.as_str() == "*" {
                        self.star = true;
                        continue;
                    }
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.bind(name, Binding::From(source.clone(), alias.name.to_string()));
                }
            }
            ast::Stmt::Delete(delete) => {
                for target in &delete.targets {
                    if let ast::Expr::Name(name) = target {
                        self.names.insert(name.id.to_string(), Binding::Several);
                    }
                }
            }
            _ => {
                // Blocks: names bound there are bound conditionally, or several times.
                let top = self.top.take();
                if let ast::Stmt::For(each) = stmt {
                    self.bind_target(&each.target);
                }
                if let ast::Stmt::With(with) = stmt {
                    for item in &with.items {
                        if let Some(target) = &item.optional_vars {
                            self.bind_target(target);
                        }
                    }
                }
                ast::visitor::walk_stmt(self, stmt);
                self.top = top;
            }
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bind(name, Binding::Several);
        }
        ast::visitor::walk_except_handler(self, handler);
    }

    fn visit_expr(&mut self, expr: &'a ast::Expr) {
        if let ast::Expr::Named(named) = expr {
            self.bind_target(&named.target);
        }
        ast::visitor::walk_expr(self, expr);
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        let name = match pattern {
            ast::Pattern::MatchAs(found) => found.name.as_ref(),
            ast::Pattern::MatchStar(found) => found.name.as_ref(),
            ast::Pattern::MatchMapping(found) => found.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind(name, Binding::Several);
        }
        ast::visitor::walk_pattern(self, pattern);
    }
}

/// Finds `global name` in function bodies: such names are rebound at run time.
struct Globals<'b, 'c>(&'b mut Collector<'c>);

impl<'a> Visitor<'a> for Globals<'_, '_> {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        if let ast::Stmt::Global(global) = stmt {
            for name in &global.names {
                self.0.names.insert(name.to_string(), Binding::Several);
            }
        }
        ast::visitor::walk_stmt(self, stmt);
    }
    fn visit_expr(&mut self, _: &'a ast::Expr) {}
}

/// Resolves a module-level name, following imports between modules of the program.
pub fn resolve(modules: &[Module], module: usize, name: &str) -> Option<Symbol> {
    resolve_within(modules, module, name, 0)
}

fn resolve_within(modules: &[Module], module: usize, name: &str, depth: usize) -> Option<Symbol> {
    if depth > 20 {
        return Some(Symbol::Variable);
    }
    let find = |wanted: &str| modules.iter().position(|each| each.name == wanted);
    Some(match modules[module].names.get(name)? {
        Binding::Several => Symbol::Variable,
        Binding::Statement(at) => match &modules[module].tree.body[*at] {
            ast::Stmt::FunctionDef(_) => Symbol::Function(module, *at),
            ast::Stmt::ClassDef(_) => Symbol::Class(module, *at),
            _ => Symbol::Variable,
        },
        Binding::Import(target) => {
            find(target).map_or_else(|| Symbol::External(target.clone()), Symbol::Module)
        }
        Binding::From(source, member) => match find(source) {
            // A package that imports a name from itself means the module inside.
            Some(from) if from == module && member == name => {
                find(&format!("{source}.{member}")).map_or(Symbol::Variable, Symbol::Module)
            }
            Some(from) => match resolve_within(modules, from, member, depth + 1) {
                Some(symbol) => symbol,
                None => {
                    find(&format!("{source}.{member}")).map_or(Symbol::Variable, Symbol::Module)
                }
            },
            None => match find(&format!("{source}.{member}")) {
                Some(inner) => Symbol::Module(inner),
                None => Symbol::External(format!("{source}.{member}")),
            },
        },
    })
}

/// Resolves an attribute of a module: a name of its own, else a module inside it.
pub fn resolve_member(modules: &[Module], module: usize, name: &str) -> Option<Symbol> {
    resolve(modules, module, name).or_else(|| {
        let inner = format!("{}.{name}", modules[module].name);
        let found = modules.iter().position(|each| each.name == inner)?;
        Some(Symbol::Module(found))
    })
}

/// Resolves a dotted expression: `models.Item`, `datetime.datetime`.
pub fn resolve_expr(modules: &[Module], module: usize, expr: &ast::Expr) -> Option<Symbol> {
    let (mut first, mut attributes) = (expr, Vec::new());
    while let ast::Expr::Attribute(attribute) = first {
        if attributes.len() == LONGEST {
            return None;
        }
        attributes.push(&attribute.attr);
        first = &attribute.value;
    }
    let ast::Expr::Name(name) = first else {
        return None;
    };
    let first = match resolve(modules, module, &name.id) {
        None if crate::check::builtins::is_builtin(&name.id) => {
            Symbol::External(format!("builtins.{}", name.id))
        }
        found => found?,
    };
    attributes
        .into_iter()
        .rev()
        .try_fold(first, |owner, attribute| match owner {
            Symbol::Module(inner) => resolve_member(modules, inner, attribute),
            Symbol::External(prefix) => Some(Symbol::External(format!("{prefix}.{attribute}"))),
            _ => None,
        })
}
