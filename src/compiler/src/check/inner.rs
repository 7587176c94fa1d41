//! Functions, lambdas and generator expressions inside functions, as candidates of their own.
//!
//! What holds: an inner function is compiled only if the one around it is, which makes its function object; one in the body
//! of a class inside a function is not a candidate.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rustpython_ast::{self as ast, visitor::Visitor};
use rustpython_text_size::{Ranged, TextRange};

use super::scope;
use super::{Candidate, Tables};
use crate::hir::{FunctionId, FunctionKind};

/// A module and the positions in its file where a definition begins and ends.
pub type Place = (usize, u32, u32);

/// A function inside another.
#[derive(Debug)]
pub(crate) struct Inner {
    /// Its definition; a lambda is one that returns its expression, a generator expression one that yields its elements. Annotations that name variables are left out, as they
    /// claim nothing that is known.
    pub def: ast::StmtFunctionDef,
    /// The variables of functions around it that it uses, sorted.
    pub free: Vec<String>,
    /// The function around it.
    pub outer: Place,
}

/// Where a definition stands.
pub(super) fn place(module: usize, range: TextRange) -> Place {
    (module, range.start().to_u32(), range.end().to_u32())
}

/// Where a candidate stands.
pub(super) fn place_of(tables: &Tables, candidate: &Candidate) -> Place {
    place(candidate.module, tables.def(candidate).range)
}

/// Inner functions by place.
pub(super) fn by_place(candidates: &[Candidate]) -> BTreeMap<Place, FunctionId> {
    candidates
        .iter()
        .enumerate()
        .filter_map(|(id, each)| {
            let inner = each.inner.as_ref()?;
            Some((place(each.module, inner.def.range), FunctionId(id as u32)))
        })
        .collect()
}

/// Whether a candidate is inside one that is dropped.
pub(super) fn stands_in(tables: &Tables, candidate: &Candidate, dropped: &[usize]) -> bool {
    candidate.inner.as_ref().is_some_and(|inner| {
        dropped
            .iter()
            .any(|at| place_of(tables, &tables.candidates[*at]) == inner.outer)
    })
}

/// Whether a candidate is a generator expression.
pub(super) fn is_generator_expression(tables: &Tables, candidate: &Candidate) -> bool {
    tables.def(candidate).name.as_str() == "<genexpr>"
}

/// Adds to what is dropped the functions inside it.
pub(super) fn drop_with_outer(tables: &Tables, candidates: &[Candidate], dropped: &mut Vec<usize>) {
    let mut gone: BTreeSet<Place> = dropped
        .iter()
        .map(|at| place_of(tables, &candidates[*at]))
        .collect();
    // An outer function stands before the functions inside it.
    for (at, candidate) in candidates.iter().enumerate() {
        if let Some(inner) = &candidate.inner
            && gone.contains(&inner.outer)
            && !dropped.contains(&at)
        {
            gone.insert(place(candidate.module, inner.def.range));
            dropped.push(at);
        }
    }
}

/// Whether a function's own type parameters are variables that it can read: they are in cells of its closure. Those of a
/// method may be its class's, which is made otherwise; annotations that are kept as text leave other cells.
pub(super) fn reads_type_parameters(tables: &Tables, candidate: &Candidate) -> bool {
    candidate.inner.is_none()
        && candidate.path.1.is_none()
        && !tables.modules[candidate.module].has_text_annotations()
}

/// The type parameters of a function of the module that it, or what is inside, reads, sorted: its `co_freevars`.
pub(super) fn type_parameters(tables: &Tables, candidate: &Candidate) -> Vec<String> {
    let def = tables.def(candidate);
    let Some(parameters) = &def.type_params else {
        return Vec::new();
    };
    if !reads_type_parameters(tables, candidate) {
        return Vec::new();
    }
    let mut read = scope::of_function(&def.parameters, &def.body, false).names;
    read.retain(|name| parameters.iter().any(|each| each.name().as_str() == name));
    read.into_iter().collect()
}

/// Adds the functions inside all candidates.
pub(super) fn candidates(tables: &Tables, all: &mut Vec<Candidate>) {
    let mut at = 0;
    while at < all.len() {
        let outer = all[at].clone();
        let def = tables.def(&outer);
        let mut names = scope::variables(&def.parameters, &def.body);
        if let Some(inner) = &outer.inner {
            names.extend(inner.free.iter().cloned());
        }
        names.extend(type_parameters(tables, &outer));
        let text = tables.modules[outer.module].has_text_annotations();
        let mut finder = Finder { found: Vec::new() };
        finder.visit_body(&def.body);
        for mut def in finder.found {
            let wanted = scope::of_function(&def.parameters, &def.body, text);
            let free: Vec<String> = wanted.names.intersection(&names).cloned().collect();
            forget_local_annotations(&mut def, &names);
            all.push(Candidate {
                module: outer.module,
                path: outer.path,
                qualname: format!("{}.<locals>.{}", outer.qualname, def.name),
                kind: FunctionKind::Plain,
                inner: Some(Rc::new(Inner {
                    def,
                    free,
                    outer: place_of(tables, &outer),
                })),
            });
        }
        at += 1;
    }
}

/// Finds the functions directly inside a body.
struct Finder {
    found: Vec<ast::StmtFunctionDef>,
}

impl Finder {
    fn defaults(&mut self, parameters: &ast::Parameters) {
        for each in parameters.iter_non_variadic_params() {
            if let Some(default) = &each.default {
                self.visit_expr(default);
            }
        }
    }
}

impl<'a> Visitor<'a> for Finder {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        match stmt {
            ast::Stmt::FunctionDef(def) => {
                for each in &def.decorator_list {
                    self.visit_expr(&each.expression);
                }
                self.defaults(&def.parameters);
                self.found.push(def.clone());
            }
            ast::Stmt::ClassDef(def) => {
                for each in &def.decorator_list {
                    self.visit_expr(&each.expression);
                }
                if let Some(arguments) = &def.arguments {
                    self.visit_arguments(arguments);
                }
            }
            ast::Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.visit_expr(value);
                }
                self.visit_expr(&assign.target);
            }
            _ => ast::visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a ast::Expr) {
        match expr {
            ast::Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.defaults(parameters);
                }
                self.found.push(function_of(lambda));
            }
            ast::Expr::Generator(generator) => {
                if let Some(first) = generator.generators.first() {
                    self.visit_expr(&first.iter);
                }
                self.found.push(generator_of(generator));
            }
            // What is consumed at once is part of the function.
            ast::Expr::Call(call) if let Some(generator) = scope::consumed(call) => {
                self.visit_expr(&call.func);
                self.visit_expr(&generator.elt);
                for each in &generator.generators {
                    self.visit_comprehension(each);
                }
                for each in &call.arguments.keywords {
                    self.visit_keyword(each);
                }
            }
            _ => ast::visitor::walk_expr(self, expr),
        }
    }
}

/// The one parameter of a generator expression: its first iterator.
pub(super) const FIRST: &str = ".0";

/// `(element for x in xs if test)` as a `def` that walks over its parameter and yields the elements.
fn generator_of(generator: &ast::ExprGenerator) -> ast::StmtFunctionDef {
    let range = generator.range;
    let name = || ast::Identifier::new(FIRST, range);
    let mut body = ast::Stmt::Expr(ast::StmtExpr {
        node_index: Default::default(),
        range: generator.elt.range(),
        value: Box::new(ast::Expr::Yield(ast::ExprYield {
            node_index: Default::default(),
            range: generator.elt.range(),
            value: Some(generator.elt.clone()),
        })),
    });
    for (at, each) in generator.generators.iter().enumerate().rev() {
        for test in each.ifs.iter().rev() {
            body = ast::Stmt::If(ast::StmtIf {
                node_index: Default::default(),
                range: test.range(),
                test: Box::new(test.clone()),
                body: vec![body],
                elif_else_clauses: Vec::new(),
            });
        }
        let given = ast::Expr::Name(ast::ExprName {
            node_index: Default::default(),
            range: each.iter.range(),
            id: name().id,
            ctx: ast::ExprContext::Load,
        });
        body = ast::Stmt::For(ast::StmtFor {
            node_index: Default::default(),
            range,
            is_async: each.is_async,
            target: Box::new(each.target.clone()),
            iter: Box::new(if at == 0 { given } else { each.iter.clone() }),
            body: vec![body],
            orelse: Vec::new(),
        });
    }
    let parameter = ast::ParameterWithDefault {
        node_index: Default::default(),
        range,
        parameter: ast::Parameter {
            node_index: Default::default(),
            range,
            name: name(),
            annotation: None,
        },
        default: None,
    };
    ast::StmtFunctionDef {
        node_index: Default::default(),
        range,
        is_async: scope::is_asynchronous(generator),
        decorator_list: Vec::new(),
        name: ast::Identifier::new("<genexpr>", range),
        type_params: None,
        parameters: Box::new(ast::Parameters {
            args: vec![parameter],
            ..Default::default()
        }),
        returns: None,
        body: vec![body],
    }
}

/// `lambda x: value` as a `def` that returns the value.
fn function_of(lambda: &ast::ExprLambda) -> ast::StmtFunctionDef {
    ast::StmtFunctionDef {
        node_index: Default::default(),
        range: lambda.range,
        is_async: false,
        decorator_list: Vec::new(),
        name: ast::Identifier::new("<lambda>", lambda.range),
        type_params: None,
        parameters: lambda.parameters.clone().unwrap_or_default(),
        returns: None,
        body: vec![ast::Stmt::Return(ast::StmtReturn {
            node_index: Default::default(),
            range: lambda.body.range(),
            value: Some(lambda.body.clone()),
        })],
    }
}

/// Takes away annotations that mention variables of functions.
fn forget_local_annotations(def: &mut ast::StmtFunctionDef, names: &BTreeSet<String>) {
    let mentions = |expr: &ast::Expr| {
        let mut finder = Mentions {
            names,
            found: false,
        };
        finder.visit_expr(expr);
        finder.found
    };
    let parameters = &mut def.parameters;
    let plain = parameters
        .posonlyargs
        .iter_mut()
        .chain(&mut parameters.args)
        .chain(&mut parameters.kwonlyargs)
        .map(|each| &mut each.parameter);
    for each in plain {
        if each.annotation.as_deref().is_some_and(mentions) {
            each.annotation = None;
        }
    }
    if def.returns.as_deref().is_some_and(mentions) {
        def.returns = None;
    }
}

struct Mentions<'n> {
    names: &'n BTreeSet<String>,
    found: bool,
}

impl<'a> Visitor<'a> for Mentions<'_> {
    fn visit_expr(&mut self, expr: &'a ast::Expr) {
        match expr {
            ast::Expr::Name(name) => self.found |= self.names.contains(name.id.as_str()),
            ast::Expr::StringLiteral(text) => {
                let text = text.value.to_str();
                self.found |= text
                    .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                    .any(|word| self.names.contains(word));
            }
            _ => ast::visitor::walk_expr(self, expr),
        }
    }
}
