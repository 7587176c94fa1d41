//! Syntax that is wrong only where it stands: `return` outside of a function, `await` in a plain one, a parameter twice.
//!
//! In: a tree that parses. Out: what CPython's compiler refuses in it. The parser's crate knows the rules; this walk tells it
//! what is around each place.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use rustpython_ast::{self as ast, PythonVersion, visitor::Visitor};
use rustpython_parser::semantic_errors::{
    LazyImportContext, SemanticSyntaxChecker, SemanticSyntaxContext, SemanticSyntaxError,
};
use rustpython_text_size::{Ranged, TextRange};

/// What is refused, with its message.
pub fn faults(text: &str, tree: &ast::ModModule) -> Vec<(TextRange, String)> {
    let around = Around {
        text,
        scopes: Vec::new(),
        loops: 0,
        future_annotations: has_future_annotations(tree),
        found: RefCell::new(Vec::new()),
    };
    let mut walk = Walk {
        checker: SemanticSyntaxChecker::new(),
        around,
    };
    walk.visit_body(&tree.body);
    let found = walk.around.found.into_inner();
    found
        .into_iter()
        .map(|error| (error.range(), error.to_string()))
        .collect()
}

fn has_future_annotations(tree: &ast::ModModule) -> bool {
    tree.body.iter().any(|stmt| match stmt {
        ast::Stmt::ImportFrom(import) => {
            import
                .module
                .as_ref()
                .is_some_and(|name| name.as_str() == "__future__")
                && import
                    .names
                    .iter()
                    .any(|alias| alias.name.as_str() == "annotations")
        }
        _ => false,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Function { is_async: bool },
    Lambda,
    Class,
    Comprehension { is_async: bool, is_generator: bool },
}

struct Scope {
    kind: Kind,
    parameters: BTreeSet<String>,
    globals: BTreeMap<String, TextRange>,
}

struct Around<'t> {
    text: &'t str,
    scopes: Vec<Scope>,
    loops: usize,
    future_annotations: bool,
    found: RefCell<Vec<SemanticSyntaxError>>,
}

impl Around<'_> {
    /// The scopes from the innermost outwards.
    fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.scopes.iter().rev().map(|scope| scope.kind)
    }
}

impl SemanticSyntaxContext for Around<'_> {
    fn future_annotations_or_stub(&self) -> bool {
        self.future_annotations
    }

    fn lazy_import_context(&self) -> Option<LazyImportContext> {
        None
    }

    fn python_version(&self) -> PythonVersion {
        PythonVersion::PY314
    }

    fn source(&self) -> &str {
        self.text
    }

    fn global(&self, name: &str) -> Option<TextRange> {
        self.scopes.last()?.globals.get(name).copied()
    }

    fn has_nonlocal_binding(&self, _: &str) -> bool {
        // Looked at where scopes and their names are known.
        true
    }

    fn in_async_context(&self) -> bool {
        self.kinds()
            .find_map(|kind| match kind {
                Kind::Function { is_async } => Some(is_async),
                Kind::Lambda | Kind::Class => Some(false),
                Kind::Comprehension { .. } => None,
            })
            .unwrap_or(false)
    }

    fn in_await_allowed_context(&self) -> bool {
        self.kinds()
            .find_map(|kind| match kind {
                Kind::Function { .. } | Kind::Lambda => Some(true),
                Kind::Class => Some(false),
                Kind::Comprehension { .. } => None,
            })
            .unwrap_or(false)
    }

    fn in_yield_allowed_context(&self) -> bool {
        matches!(
            self.kinds().next(),
            Some(Kind::Function { .. } | Kind::Lambda)
        )
    }

    fn in_sync_comprehension(&self) -> bool {
        self.kinds().any(|kind| {
            matches!(
                kind,
                Kind::Comprehension {
                    is_async: false,
                    is_generator: false
                }
            )
        })
    }

    fn in_module_scope(&self) -> bool {
        self.scopes.is_empty()
    }

    fn in_function_scope(&self) -> bool {
        matches!(self.kinds().next(), Some(Kind::Function { .. }))
    }

    fn in_generator_context(&self) -> bool {
        self.kinds().any(|kind| {
            matches!(
                kind,
                Kind::Comprehension {
                    is_generator: true,
                    ..
                }
            )
        })
    }

    fn in_notebook(&self) -> bool {
        false
    }

    fn report_semantic_error(&self, error: SemanticSyntaxError) {
        self.found.borrow_mut().push(error);
    }

    fn in_loop_context(&self) -> bool {
        self.loops > 0
    }

    fn is_bound_parameter(&self, name: &str) -> bool {
        self.scopes
            .last()
            .is_some_and(|scope| scope.parameters.contains(name))
    }
}

struct Walk<'t> {
    checker: SemanticSyntaxChecker,
    around: Around<'t>,
}

impl Walk<'_> {
    fn within(
        &mut self,
        kind: Kind,
        parameters: Option<&ast::Parameters>,
        body: &[ast::Stmt],
        inside: impl FnOnce(&mut Self),
    ) {
        let mut globals = Globals(BTreeMap::new());
        globals.visit_body(body);
        let parameters = parameters
            .into_iter()
            .flat_map(|each| each.iter())
            .map(|each| each.name().to_string())
            .collect();
        self.around.scopes.push(Scope {
            kind,
            parameters,
            globals: globals.0,
        });
        let loops = std::mem::take(&mut self.around.loops);
        inside(self);
        self.around.loops = loops;
        self.around.scopes.pop();
    }

    fn comprehension<'a>(
        &mut self,
        generators: &'a [ast::Comprehension],
        is_generator: bool,
        elements: &[&'a ast::Expr],
    ) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        let is_async = generators.iter().any(|each| each.is_async);
        self.within(
            Kind::Comprehension {
                is_async,
                is_generator,
            },
            None,
            &[],
            |this| {
                for (at, each) in generators.iter().enumerate() {
                    if at > 0 {
                        this.visit_expr(&each.iter);
                    }
                    this.visit_expr(&each.target);
                    each.ifs.iter().for_each(|test| this.visit_expr(test));
                }
                elements.iter().for_each(|each| this.visit_expr(each));
            },
        );
    }

    fn looped(&mut self, body: &[ast::Stmt]) {
        self.around.loops += 1;
        self.visit_body(body);
        self.around.loops -= 1;
    }
}

impl<'a> Visitor<'a> for Walk<'_> {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        self.checker.visit_stmt(stmt, &self.around);
        match stmt {
            ast::Stmt::FunctionDef(def) => {
                def.decorator_list
                    .iter()
                    .for_each(|each| self.visit_decorator(each));
                self.visit_parameters(&def.parameters);
                let kind = Kind::Function {
                    is_async: def.is_async,
                };
                self.within(kind, Some(&def.parameters), &def.body, |this| {
                    this.visit_body(&def.body)
                });
            }
            ast::Stmt::ClassDef(class) => {
                class
                    .decorator_list
                    .iter()
                    .for_each(|each| self.visit_decorator(each));
                if let Some(arguments) = &class.arguments {
                    self.visit_arguments(arguments);
                }
                self.within(Kind::Class, None, &class.body, |this| {
                    this.visit_body(&class.body)
                });
            }
            ast::Stmt::For(each) => {
                self.visit_expr(&each.iter);
                self.visit_expr(&each.target);
                self.looped(&each.body);
                self.visit_body(&each.orelse);
            }
            ast::Stmt::While(each) => {
                self.visit_expr(&each.test);
                self.looped(&each.body);
                self.visit_body(&each.orelse);
            }
            _ => ast::visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a ast::Expr) {
        self.checker.visit_expr(expr, &self.around);
        match expr {
            ast::Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.visit_parameters(parameters);
                }
                self.within(Kind::Lambda, lambda.parameters.as_deref(), &[], |this| {
                    this.visit_expr(&lambda.body);
                });
            }
            ast::Expr::ListComp(each) => self.comprehension(&each.generators, false, &[&each.elt]),
            ast::Expr::SetComp(each) => self.comprehension(&each.generators, false, &[&each.elt]),
            ast::Expr::Generator(each) => self.comprehension(&each.generators, true, &[&each.elt]),
            ast::Expr::DictComp(each) => {
                self.comprehension(&each.generators, false, &[&*each.key, &*each.value]);
            }
            _ => ast::visitor::walk_expr(self, expr),
        }
    }

    /// Never evaluated where it stands; the checker looks at annotations by itself.
    fn visit_annotation(&mut self, _: &'a ast::Expr) {}
}

/// The `global` declarations of a body, not those of functions inside.
struct Globals(BTreeMap<String, TextRange>);

impl<'a> Visitor<'a> for Globals {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        match stmt {
            ast::Stmt::Global(global) => {
                for name in &global.names {
                    self.0.entry(name.to_string()).or_insert(global.range());
                }
            }
            ast::Stmt::FunctionDef(_) | ast::Stmt::ClassDef(_) => {}
            _ => ast::visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, _: &'a ast::Expr) {}
}
