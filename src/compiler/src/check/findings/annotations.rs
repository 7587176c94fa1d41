//! Names in annotations, also in those that are written as strings (TB206).

use rustpython_ast::{self as ast, visitor::Visitor};
use rustpython_text_size::{Ranged, TextRange};

use super::variables::is_known;
use super::{Walk, last_name};
use crate::diagnostics::Diagnostic;
use crate::parse::range_span;

/// Looks at the names in an annotation.
pub fn names<'a>(walk: &mut Walk<'a, '_>, expr: &'a ast::Expr) {
    let mut collector = Names {
        text: &walk.sources.files[walk.module].text,
        found: Vec::new(),
    };
    collector.visit_expr(expr);
    for (name, range) in collector.found {
        if walk.scope_of(&name).is_some()
            || is_known(walk, &name)
            // A class mentions its own names without `self`.
            || walk.scopes.iter().any(|scope| scope.names.contains(name.as_str()))
            || walk.is_dynamic(walk.module)
        {
            continue;
        }
        let mut finding = Diagnostic::new(
            "TB206",
            format!("the annotation names `{name}`, which is not defined"),
            range_span(walk.file, range),
            "not found in this scope",
        );
        let visible = walk.module_names().names.keys().map(String::as_str);
        let types = [
            "int", "str", "float", "bool", "bytes", "list", "dict", "set", "tuple", "None",
        ];
        if let Some(close) = walk.closest(&name, visible.chain(types)) {
            finding = finding.help(format!("did you mean `{close}`?"));
        }
        walk.report(finding);
    }
}

/// Collects the names that evaluating an annotation reads.
struct Names<'t> {
    text: &'t str,
    found: Vec<(String, TextRange)>,
}

impl<'e> Visitor<'e> for Names<'_> {
    fn visit_expr(&mut self, expr: &'e ast::Expr) {
        match expr {
            ast::Expr::Name(name) => self.found.push((name.id.to_string(), name.range())),
            ast::Expr::StringLiteral(text) => {
                if let Some(tree) = crate::parse::parse_annotation(self.text, text) {
                    self.visit_expr(&tree);
                }
            }
            ast::Expr::Subscript(subscript) => {
                self.visit_expr(&subscript.value);
                match (last_name(&subscript.value), &*subscript.slice) {
                    (Some("Literal"), _) => {}
                    (Some("Annotated"), ast::Expr::Tuple(tuple)) => {
                        tuple
                            .elts
                            .first()
                            .into_iter()
                            .for_each(|each| self.visit_expr(each));
                    }
                    (_, slice) => self.visit_expr(slice),
                }
            }
            // Calls, comparisons and the like are no annotations that a type is read from.
            ast::Expr::Attribute(_)
            | ast::Expr::BinOp(_)
            | ast::Expr::Tuple(_)
            | ast::Expr::List(_) => {
                ast::visitor::walk_expr(self, expr);
            }
            _ => {}
        }
    }
}
