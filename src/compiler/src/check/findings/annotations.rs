//! Names in annotations, also in those that are written as strings (TB206).

use rustpython_ast::{self as ast, visitor::Visitor};
use rustpython_text_size::{Ranged, TextRange};

use super::variables::is_known;
use super::{Walk, last_name};
use crate::diagnostics::Diagnostic;
use crate::parse::range_span;

/// Looks at the names in an annotation.
pub fn names<'a>(walk: &mut Walk<'a, '_>, expr: &'a ast::Expr) {
    attributes_of_classes(walk, expr);
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

/// Classes of the standard library that are taken for their modules.
const CLASSES: &[&str] = &[
    "datetime.date",
    "datetime.datetime",
    "datetime.time",
    "datetime.timedelta",
    "decimal.Decimal",
    "uuid.UUID",
];

/// Looks for `datetime.datetime` where `datetime` is the class.
fn attributes_of_classes<'a>(walk: &mut Walk<'a, '_>, expr: &'a ast::Expr) {
    struct Attributes<'a>(Vec<&'a ast::Expr>);
    impl<'a> Visitor<'a> for Attributes<'a> {
        fn visit_expr(&mut self, expr: &'a ast::Expr) {
            if expr.is_attribute_expr() {
                self.0.push(expr);
            } else {
                ast::visitor::walk_expr(self, expr);
            }
        }
    }
    let mut attributes = Attributes(Vec::new());
    attributes.visit_expr(expr);
    for each in attributes.0 {
        let Some(external) = walk.external(each) else {
            continue;
        };
        let class = |class: &&&str| {
            let rest = external.strip_prefix(**class);
            rest.is_some_and(|rest| rest.starts_with('.'))
        };
        let Some(class) = CLASSES.iter().find(class) else {
            continue;
        };
        let last = last_name(each).unwrap_or_default();
        let name = class.rsplit('.').next().unwrap_or(class);
        let found = Diagnostic::new(
            "TB206",
            format!("the annotation names `{last}` of the class `{class}`, which is no type"),
            range_span(walk.file, each.range()),
            format!("`{name}` is the class itself here"),
        );
        walk.report(found.help(format!(
            "write `{last}`, imported from its module, or `import` the module"
        )));
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
