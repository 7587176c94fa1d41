//! What is wrong with a program, apart from its routes: names, calls, exceptions, dataclasses, coroutines.
//!
//! In: the trees of all modules with their tables. Out: diagnostics. One walk over each module, compiled or not, with the
//! scopes that are open at each place; the rules are functions that look at one statement or expression. What
//! cannot be said for certain is not said: a name that is bound twice, a decorated function, a module that changes
//! its own names at run time.

use std::cell::Cell;
use std::collections::BTreeSet;

use rustpython_ast::{self as ast, visitor::Visitor};
use rustpython_text_size::{Ranged, TextRange};

use super::names::{self, Symbol};
use super::{Tables, annotation, builtins};
use crate::diagnostics::Diagnostic;
use crate::parse::range_span;
use crate::source::{FileId, Sources, Span};

mod annotations;
pub mod answers;
mod assignments;
mod attributes;
mod builtin_members;
mod calls;
mod claims;
mod coroutines;
pub mod dataclasses;
mod enums;
mod exceptions;
mod imports;
mod integers;
mod members;
mod modules;
mod operators;
mod package;
pub mod scope;
pub mod statements;
mod stdlib;
mod stores;
mod uncalled;
pub mod values;
mod variables;
mod web;

use scope::{Opened, Scope};

/// What stands in the text of modules that make names at run time.
const DYNAMIC: &[&str] = &[
    "exec(",
    "globals()",
    "vars()",
    "locals()",
    "__builtins__",
    "__dict__",
    "f_locals",
    "global_enum",
    "_simple_enum",
    "_convert_(",
    "sys.modules[__name__]",
];

/// How much is compared to find names like those that are not there, in one module: letters of the one times letters of the
/// other. That is a tenth of a second; in a file with thousands of unknown names nothing is suggested for the last of them.
const COMPARED: usize = 40_000_000;

/// Finds what is wrong, in all modules.
///
/// `importable` are the modules from outside of the program that can be imported, where that is known.
pub fn find(
    tables: &Tables,
    sources: &Sources,
    importable: Option<&BTreeSet<String>>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let assigned = imports::assigned_attributes(tables);
    let stores = stores::collect(tables);
    let is_dynamic = |text: &str| DYNAMIC.iter().any(|each| text.contains(each));
    let dynamic: Vec<bool> = sources
        .files
        .iter()
        .map(|file| is_dynamic(&file.text))
        .collect();
    for (module, each) in tables.modules.iter().enumerate() {
        let mut walk = Walk {
            tables,
            module,
            file: FileId(module as u32),
            sources,
            assigned: &assigned,
            stores: &stores,
            importable,
            dynamic: &dynamic,
            scopes: Vec::new(),
            loops: Vec::new(),
            caught: BTreeSet::new(),
            compared: Cell::new(0),
            found: diagnostics,
        };
        imports::exports(&mut walk);
        modules::shadows(&mut walk);
        statements::block(&mut walk, &each.tree.body);
        walk.visit_body(&each.tree.body);
    }
}

/// The state of the walk over one module.
pub struct Walk<'a, 'd> {
    pub tables: &'a Tables,
    pub module: usize,
    pub file: FileId,
    pub sources: &'a Sources,
    /// Names that some statement of the program assigns as attributes of what may be a module.
    pub assigned: &'a BTreeSet<&'a str>,
    /// What statements of the program store into objects.
    pub stores: &'a stores::Stores<'a>,
    /// What can be imported from outside of the program; `None` where that is not known.
    pub importable: Option<&'a BTreeSet<String>>,
    /// Which modules may get names that no statement binds.
    dynamic: &'a [bool],
    /// Outermost first; the module's own is not among them.
    pub scopes: Vec<Scope<'a>>,
    /// The loops around this place within the innermost function.
    pub loops: Vec<TextRange>,
    /// Builtin exceptions that handlers around this place catch.
    pub caught: BTreeSet<&'a str>,
    /// What has been spent of `COMPARED`.
    compared: Cell<usize>,
    found: &'d mut Vec<Diagnostic>,
}

impl<'a> Walk<'a, '_> {
    /// The span of a node.
    pub fn span(&self, node: impl Ranged) -> Span {
        range_span(self.file, node.range())
    }

    /// Adds a finding.
    pub fn report(&mut self, finding: Diagnostic) {
        self.found.push(finding);
    }

    /// Whether this module puts other objects into the places of the program's, as tests do: what they have is not known.
    pub fn mocks(&self) -> bool {
        self.sources.files[self.module].text.contains("mock")
    }

    /// The names of this module's own scope.
    pub fn module_names(&self) -> &'a names::Module {
        &self.tables.modules[self.module]
    }

    /// The scope that binds a name here, outermost 0; `None` for names of the module and of `builtins`.
    pub fn scope_of(&self, name: &str) -> Option<usize> {
        let mut inner_function = false;
        for (at, scope) in self.scopes.iter().enumerate().rev() {
            if scope.globals.contains(name) {
                return None;
            }
            match scope.opened {
                // Functions do not see the names of the classes around them.
                Opened::Class(_) if inner_function => continue,
                Opened::Class(_) | Opened::Comprehension | Opened::TypeParameters => {}
                Opened::Function(_) | Opened::Lambda => inner_function = true,
            }
            if scope.names.contains(name) {
                return Some(at);
            }
        }
        None
    }

    /// What an expression means, if it is a name of the module or of `builtins`, or an attribute of a module.
    pub fn symbol(&self, expr: &ast::Expr) -> Option<Symbol> {
        let mut first = expr;
        let mut attributes = 0;
        while let ast::Expr::Attribute(attribute) = first {
            first = &attribute.value;
            attributes += 1;
            if attributes > names::LONGEST {
                return None;
            }
        }
        match first {
            ast::Expr::Name(name) if self.scope_of(&name.id).is_none() => {
                names::resolve_expr(&self.tables.modules, self.module, expr)
            }
            _ => None,
        }
    }

    /// The dotted name of something from outside the program: `time.sleep`, `builtins.len`.
    pub fn external(&self, expr: &ast::Expr) -> Option<String> {
        match self.symbol(expr)? {
            Symbol::External(name) => Some(name),
            _ => None,
        }
    }

    /// Whether a module may get names that no statement binds: `exec`, `globals()[…] = …`.
    pub fn is_dynamic(&self, module: usize) -> bool {
        self.dynamic[module]
    }

    /// The name that is most like one that is not there; `None` once too much has been compared in this module.
    pub fn closest<'n>(&self, name: &str, among: impl Iterator<Item = &'n str>) -> Option<&'n str> {
        let letters = name.chars().count();
        let most = letters.div_ceil(4);
        let mut best = None;
        if self.compared.get() >= COMPARED {
            return None;
        }
        for each in among.filter(|each| *each != name) {
            let others = each.chars().count();
            if others.abs_diff(letters) > most {
                continue;
            }
            let compared = letters
                .saturating_mul(others)
                .saturating_add(self.compared.get());
            self.compared.set(compared);
            if compared >= COMPARED {
                return None;
            }
            let distance = strsim::damerau_levenshtein(each, name);
            if distance <= most && best.is_none_or(|found| (distance, each) < found) {
                best = Some((distance, each));
            }
        }
        best.map(|(_, each)| each)
    }

    fn within(&mut self, scope: Scope<'a>, inside: impl FnOnce(&mut Self)) {
        self.scopes.push(scope);
        inside(self);
        self.scopes.pop();
    }

    fn within_type_parameters(
        &mut self,
        params: Option<&'a ast::TypeParams>,
        inside: impl FnOnce(&mut Self),
    ) {
        match params {
            None => inside(self),
            Some(params) => self.within(Scope::type_parameters(params), |this| {
                this.visit_type_params(params);
                inside(this);
            }),
        }
    }

    fn function_def(&mut self, def: &'a ast::StmtFunctionDef) {
        statements::function(self, def);
        web::decorators(self, def);
        for each in &def.decorator_list {
            self.visit_decorator(each);
        }
        for each in def.parameters.iter_non_variadic_params() {
            each.default.iter().for_each(|expr| self.visit_expr(expr));
        }
        self.within_type_parameters(def.type_params.as_deref(), |this| {
            for each in def.parameters.iter() {
                each.annotation()
                    .into_iter()
                    .for_each(|expr| this.visit_annotation(expr));
            }
            def.returns
                .iter()
                .for_each(|expr| this.visit_annotation(expr));
            let (loops, caught) = (
                std::mem::take(&mut this.loops),
                std::mem::take(&mut this.caught),
            );
            this.within(Scope::function(def), |this| {
                statements::block(this, &def.body);
                this.visit_body(&def.body);
            });
            (this.loops, this.caught) = (loops, caught);
        });
    }

    fn class_def(&mut self, def: &'a ast::StmtClassDef) {
        dataclasses::class(self, def);
        for each in &def.decorator_list {
            self.visit_decorator(each);
        }
        self.within_type_parameters(def.type_params.as_deref(), |this| {
            if let Some(arguments) = &def.arguments {
                this.visit_arguments(arguments);
            }
            this.within(Scope::class(def), |this| {
                statements::block(this, &def.body);
                this.visit_body(&def.body);
            });
        });
    }

    /// The first iterable belongs to the scope around, everything else to the comprehension's own.
    fn comprehension(&mut self, generators: &'a [ast::Comprehension], elements: &[&'a ast::Expr]) {
        for each in generators.iter().filter(|each| !each.is_async) {
            operators::iterated(self, &each.iter);
        }
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.within(Scope::comprehension(generators), |this| {
            for (at, each) in generators.iter().enumerate() {
                if at > 0 {
                    this.visit_expr(&each.iter);
                }
                this.visit_expr(&each.target);
                uncalled::comprehension(this, each);
                for test in &each.ifs {
                    coroutines::value(this, test, coroutines::CONDITION);
                    this.visit_expr(test);
                }
            }
            elements.iter().for_each(|each| this.visit_expr(each));
        });
    }

    fn in_loop(&mut self, range: TextRange, inside: impl FnOnce(&mut Self)) {
        self.loops.push(range);
        inside(self);
        self.loops.pop();
    }

    /// `with pytest.raises(ValueError):`, `with suppress(KeyError):` catch like `try`.
    fn with_statement(&mut self, stmt: &'a ast::StmtWith) {
        let before = self.caught.clone();
        for item in &stmt.items {
            self.visit_with_item(item);
            if let ast::Expr::Call(call) = &item.context_expr
                && last_name(&call.func).is_some_and(|name| {
                    name == "suppress" || name.to_lowercase().contains("raises")
                })
            {
                self.catch(call.arguments.args.iter());
            }
        }
        self.visit_body(&stmt.body);
        self.caught = before;
    }

    fn catch(&mut self, exceptions: impl Iterator<Item = &'a ast::Expr>) {
        for each in exceptions {
            match each {
                ast::Expr::Tuple(tuple) => {
                    self.caught.extend(tuple.elts.iter().filter_map(last_name))
                }
                one => self.caught.extend(last_name(one)),
            }
        }
    }

    fn try_statement(&mut self, stmt: &'a ast::StmtTry) {
        exceptions::handlers(self, stmt);
        let before = self.caught.clone();
        for handler in &stmt.handlers {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            match handler.type_.as_deref() {
                None => {
                    self.caught.insert("BaseException");
                }
                Some(types) => self.catch(std::iter::once(types)),
            }
        }
        self.visit_body(&stmt.body);
        // One of the parts is for another version of what is looked for.
        let looks = ["ImportError", "ModuleNotFoundError", "AttributeError"];
        let looks = looks.iter().any(|each| self.caught.contains(each));
        self.caught = before.clone();
        if looks {
            self.caught.extend(["ImportError", "AttributeError"]);
        }
        for handler in &stmt.handlers {
            self.visit_except_handler(handler);
        }
        self.visit_body(&stmt.orelse);
        self.caught = before;
        self.visit_body(&stmt.finalbody);
    }

    /// Whether a handler around this place catches one of these exceptions.
    pub fn catches(&self, exceptions: &[&str]) -> bool {
        exceptions
            .iter()
            .chain(&["Exception", "BaseException"])
            .any(|each| self.caught.contains(each))
    }
}

/// `if sys.version_info < (3, 12):`, `if TYPE_CHECKING:`
fn asks_for_environment(test: &ast::Expr) -> bool {
    struct Asks(bool);
    impl<'a> Visitor<'a> for Asks {
        fn visit_expr(&mut self, expr: &'a ast::Expr) {
            self.0 |= last_name(expr).is_some_and(|name| {
                [
                    "version_info",
                    "hexversion",
                    "platform",
                    "implementation",
                    "TYPE_CHECKING",
                ]
                .contains(&name)
                    || matches!(expr, ast::Expr::Attribute(each) if name == "name" && last_name(&each.value) == Some("os"))
                    || name.trim_start_matches('_').starts_with("PY")
                    || name.starts_with("HAS_")
                    || name.starts_with("HAVE_")
            });
            ast::visitor::walk_expr(self, expr);
        }
    }
    let mut asks = Asks(false);
    asks.visit_expr(test);
    asks.0
}

/// The conditions of an `if` and of its `elif`s.
fn tests(stmt: &ast::StmtIf) -> impl Iterator<Item = &ast::Expr> {
    let others = stmt.elif_else_clauses.iter();
    std::iter::once(&*stmt.test).chain(others.filter_map(|clause| clause.test.as_ref()))
}

/// `if hasattr(base64, "decodebytes"):`
fn asks_for_attribute(test: &ast::Expr) -> bool {
    let test = match test {
        ast::Expr::UnaryOp(unary) => &unary.operand,
        other => other,
    };
    matches!(test, ast::Expr::Call(call) if last_name(&call.func) == Some("hasattr"))
}

pub fn last_name(expr: &ast::Expr) -> Option<&str> {
    match expr {
        ast::Expr::Name(name) => Some(name.id.as_str()),
        ast::Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

impl<'a> Visitor<'a> for Walk<'a, '_> {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        coroutines::uses(self, stmt);
        uncalled::uses(self, stmt);
        match stmt {
            ast::Stmt::FunctionDef(def) => self.function_def(def),
            ast::Stmt::ClassDef(def) => self.class_def(def),
            ast::Stmt::For(each) => {
                if !each.is_async {
                    operators::iterated(self, &each.iter);
                }
                self.visit_expr(&each.iter);
                self.in_loop(each.range, |this| {
                    this.visit_expr(&each.target);
                    statements::block(this, &each.body);
                    this.visit_body(&each.body);
                });
                self.visit_body(&each.orelse);
            }
            ast::Stmt::While(each) => {
                self.in_loop(each.range, |this| {
                    this.visit_expr(&each.test);
                    statements::block(this, &each.body);
                    this.visit_body(&each.body);
                });
                self.visit_body(&each.orelse);
            }
            ast::Stmt::Try(each) => self.try_statement(each),
            ast::Stmt::With(each) => self.with_statement(each),
            ast::Stmt::TypeAlias(alias) => {
                self.within_type_parameters(alias.type_params.as_deref(), |this| {
                    this.visit_annotation(&alias.value);
                });
            }
            ast::Stmt::AnnAssign(assign) => {
                assignments::annotated(self, assign);
                self.visit_annotation(&assign.annotation);
                if let Some(value) = &assign.value {
                    self.visit_expr(value);
                }
                self.visit_expr(&assign.target);
            }
            ast::Stmt::Import(import) => modules::import(self, import),
            ast::Stmt::ImportFrom(import) => imports::imported(self, import),
            other => {
                match other {
                    ast::Stmt::Nonlocal(each) => variables::nonlocal(self, each),
                    ast::Stmt::Raise(each) => exceptions::raised(self, each),
                    ast::Stmt::Expr(each) => coroutines::statement(self, each),
                    ast::Stmt::Assign(each) => {
                        for target in &each.targets {
                            assignments::stored(self, target, &each.value);
                        }
                    }
                    ast::Stmt::Return(each) => statements::returned(self, each),
                    ast::Stmt::Assert(each) => statements::asserted(self, each),
                    ast::Stmt::If(each) if tests(each).any(asks_for_environment) => {
                        // One of the branches is for another Python, or for a type checker.
                        let before = self.caught.clone();
                        self.caught.insert("BaseException");
                        ast::visitor::walk_stmt(self, stmt);
                        self.caught = before;
                        return;
                    }
                    ast::Stmt::If(each) if tests(each).any(asks_for_attribute) => {
                        // One of the branches is for a version without it.
                        let before = self.caught.clone();
                        self.caught.extend(["ImportError", "AttributeError"]);
                        ast::visitor::walk_stmt(self, stmt);
                        self.caught = before;
                        return;
                    }
                    ast::Stmt::If(each) => {
                        statements::block(self, &each.body);
                        for clause in &each.elif_else_clauses {
                            statements::block(self, &clause.body);
                        }
                    }
                    _ => {}
                }
                ast::visitor::walk_stmt(self, stmt);
            }
        }
    }

    fn visit_annotation(&mut self, expr: &'a ast::Expr) {
        annotations::names(self, expr);
    }

    fn visit_expr(&mut self, expr: &'a ast::Expr) {
        coroutines::expression(self, expr);
        uncalled::expression(self, expr);
        match expr {
            ast::Expr::Name(name) if name.ctx.is_load() => variables::read(self, name),
            ast::Expr::Attribute(attribute) if attribute.ctx.is_load() => {
                imports::attribute(self, attribute);
                modules::attribute(self, attribute);
                package::attribute(self, attribute);
                attributes::read(self, attribute);
                enums::read(self, attribute);
                web::read(self, attribute);
                members::attribute(self, attribute);
                coroutines::used(self, &attribute.value, Some(&attribute.attr));
            }
            ast::Expr::Subscript(each) => {
                coroutines::used(self, &each.value, None);
                members::subscript(self, each);
            }
            ast::Expr::Attribute(attribute) => {
                dataclasses::assigned(self, expr);
                if attribute.ctx.is_store() {
                    attributes::stored(self, attribute);
                }
            }
            ast::Expr::Call(each) => {
                calls::call(self, each);
                coroutines::call(self, each);
                operators::called(self, each);
                members::call(self, each);
                answers::call(self, each);
                integers::call(self, each);
            }
            ast::Expr::Await(each) => coroutines::awaited(self, each),
            ast::Expr::Compare(each) => operators::compared(self, each),
            ast::Expr::Dict(each) => operators::dict(self, each),
            ast::Expr::BinOp(each) => operators::binary(self, each),
            _ => {}
        }
        match expr {
            ast::Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    for each in parameters.iter_non_variadic_params() {
                        each.default.iter().for_each(|expr| self.visit_expr(expr));
                    }
                }
                let loops = std::mem::take(&mut self.loops);
                self.within(Scope::lambda(lambda), |this| this.visit_expr(&lambda.body));
                self.loops = loops;
            }
            ast::Expr::ListComp(each) => self.comprehension(&each.generators, &[&each.elt]),
            ast::Expr::SetComp(each) => self.comprehension(&each.generators, &[&each.elt]),
            ast::Expr::Generator(each) => self.comprehension(&each.generators, &[&each.elt]),
            ast::Expr::DictComp(each) => {
                self.comprehension(&each.generators, &[&*each.key, &*each.value]);
            }
            _ => ast::visitor::walk_expr(self, expr),
        }
    }
}
