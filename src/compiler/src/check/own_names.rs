//! Annotations in the body of a class that mention a name which the body binds itself.
//!
//! In: a module's tree. Out: the same tree, where such a name (or a text with one) says nothing: it stands in a form that no
//! reader of annotations takes for a type. What holds: any other annotation means what it means at module level.
//!
//! Python looks such a name up in the class: a class inside another hides the module's class of that name, `int = str` hides
//! the builtin, and after `date: date = …` the annotation is the field's default. A `def` is no type, so whoever
//! annotates with its name means the module's; so does a field's name in annotations that are kept as texts.

use rustpython_ast::{self as ast, visitor::Visitor, visitor::transformer::*};
use rustpython_text_size::Ranged;

use super::class_body;

/// Goes through all classes of a module.
pub fn silence(tree: &mut ast::ModModule) {
    let texts = super::names::has_text_annotations(tree);
    Elsewhere { texts }.visit_body(&mut tree.body);
}

/// Outside of any class body.
struct Elsewhere {
    /// Annotations are kept as texts.
    texts: bool,
}

impl Transformer for Elsewhere {
    fn visit_stmt(&self, stmt: &mut ast::Stmt) {
        let ast::Stmt::ClassDef(class) = stmt else {
            return walk_stmt(self, stmt);
        };
        let names = class_body::names_of_types(class, self.texts);
        Body {
            names,
            texts: self.texts,
        }
        .visit_body(&mut class.body);
    }

    fn visit_expr(&self, _: &mut ast::Expr) {}
}

/// In the body of a class.
struct Body {
    names: Vec<String>,
    texts: bool,
}

impl Transformer for Body {
    fn visit_stmt(&self, stmt: &mut ast::Stmt) {
        let elsewhere = Elsewhere { texts: self.texts };
        match stmt {
            ast::Stmt::ClassDef(_) => elsewhere.visit_stmt(stmt),
            ast::Stmt::FunctionDef(def) => {
                for each in parameters(&mut def.parameters) {
                    each.annotation.iter_mut().for_each(|each| self.claim(each));
                }
                def.returns.iter_mut().for_each(|each| self.claim(each));
                elsewhere.visit_body(&mut def.body);
            }
            ast::Stmt::AnnAssign(assign) => self.claim(&mut assign.annotation),
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&self, _: &mut ast::Expr) {}
}

fn parameters(all: &mut ast::Parameters) -> impl Iterator<Item = &mut ast::Parameter> {
    let plain = all
        .posonlyargs
        .iter_mut()
        .chain(&mut all.args)
        .chain(&mut all.kwonlyargs)
        .map(|each| &mut each.parameter);
    let rest = all.vararg.iter_mut().chain(&mut all.kwarg);
    plain.chain(rest.map(|each| &mut **each))
}

impl Body {
    /// Takes what it says from the parts of an annotation that mention a name of the class.
    fn claim(&self, expr: &mut ast::Expr) {
        if self.names.is_empty() {
            return;
        }
        match expr {
            ast::Expr::Name(_) | ast::Expr::Attribute(_) | ast::Expr::StringLiteral(_)
                if self.mentions(expr) =>
            {
                mute(expr);
            }
            ast::Expr::Subscript(subscript) if self.mentions(&subscript.value) => mute(expr),
            ast::Expr::Subscript(subscript) => {
                match (last_name(&subscript.value), &mut *subscript.slice) {
                    // Its texts are values.
                    (Some("Literal"), _) => {}
                    (Some("Annotated"), ast::Expr::Tuple(tuple)) => {
                        tuple
                            .elts
                            .first_mut()
                            .into_iter()
                            .for_each(|each| self.claim(each));
                    }
                    (_, ast::Expr::Tuple(tuple)) => {
                        tuple.elts.iter_mut().for_each(|each| self.claim(each));
                    }
                    (_, slice) => self.claim(slice),
                }
            }
            ast::Expr::BinOp(binary) => {
                self.claim(&mut binary.left);
                self.claim(&mut binary.right);
            }
            ast::Expr::List(list) => list.elts.iter_mut().for_each(|each| self.claim(each)),
            _ => {}
        }
    }

    fn mentions(&self, expr: &ast::Expr) -> bool {
        let mut finder = Finder {
            names: &self.names,
            found: false,
        };
        finder.visit_expr(expr);
        finder.found
    }
}

/// The last name of a dotted one.
fn last_name(expr: &ast::Expr) -> Option<&str> {
    match expr {
        ast::Expr::Name(name) => Some(name.id.as_str()),
        ast::Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

/// Leaves an expression where it is, as the only operand of an `or`.
fn mute(expr: &mut ast::Expr) {
    let range = expr.range();
    let silent = ast::Expr::BoolOp(ast::ExprBoolOp {
        node_index: Default::default(),
        range,
        op: ast::BoolOp::Or,
        values: Vec::new(),
    });
    let said = std::mem::replace(expr, silent);
    if let ast::Expr::BoolOp(silent) = expr {
        silent.values.push(said);
    }
}

/// Looks for names, also in texts; what `Literal` lists is no name.
struct Finder<'n> {
    names: &'n [String],
    found: bool,
}

impl<'a> Visitor<'a> for Finder<'_> {
    fn visit_expr(&mut self, expr: &'a ast::Expr) {
        match expr {
            ast::Expr::Name(name) => self.found |= self.names.iter().any(|each| *each == *name.id),
            ast::Expr::StringLiteral(text) => {
                let tree = rustpython_parser::parse_expression(text.value.to_str());
                if let Ok(tree) = tree {
                    let mut inside = Finder {
                        names: self.names,
                        found: false,
                    };
                    inside.visit_expr(&tree.into_syntax().body);
                    self.found |= inside.found;
                }
            }
            ast::Expr::Subscript(subscript) if last_name(&subscript.value) == Some("Literal") => {
                self.visit_expr(&subscript.value);
            }
            _ => ast::visitor::walk_expr(self, expr),
        }
    }
}
