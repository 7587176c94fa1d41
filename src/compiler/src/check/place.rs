//! Where an expression stands for tracebacks: the line that the interpreter gives for its instruction.
//!
//! In: expressions of the syntax tree. Out: their spans. That of an attribute, and of a method's call, starts at the
//! attribute's name if the name is on a later line than the expression's beginning: in a chain of calls over several
//! lines each call has a line of its own.

use rustpython_ast::{self as ast};

use super::function::Translator;
use super::names::Binding;
use crate::source::Span;

/// From so many arguments on the interpreter makes a tuple of them, and the call is no method's call to it.
const MANY_ARGUMENTS: usize = 30;

impl Translator<'_> {
    /// The span whose line is the expression's in tracebacks.
    pub(super) fn place(&self, expr: &ast::Expr) -> Span {
        let span = self.span(expr);
        match expr {
            ast::Expr::Attribute(attribute) if !is_super(&attribute.value) => {
                self.attribute_place(span, attribute)
            }
            ast::Expr::Call(call) => match &*call.func {
                ast::Expr::Attribute(attribute) if self.is_method_call(call) => {
                    self.attribute_place(span, attribute)
                }
                _ => span,
            },
            _ => span,
        }
    }

    /// The place of an attribute, or of its call, that has this span.
    pub(super) fn attribute_place(&self, span: Span, attribute: &ast::ExprAttribute) -> Span {
        let start = self.span(&attribute.attr).start;
        let text = self.tables.modules[self.module].text.as_bytes();
        let before = text
            .get(span.start as usize..start as usize)
            .unwrap_or_default();
        if before.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
            Span { start, ..span }
        } else {
            span
        }
    }

    /// Whether the interpreter looks up and calls a method in one step: few arguments, none of them starred, and not of
    /// what an import of the module binds.
    pub(super) fn is_method_call(&self, call: &ast::ExprCall) -> bool {
        let ast::Expr::Attribute(attribute) = &*call.func else {
            return false;
        };
        let is_imported = matches!(&*attribute.value, ast::Expr::Name(name)
        if matches!(
            self.tables.modules[self.module].names.get(name.id.as_str()),
            Some(Binding::Import(..) | Binding::From(..))
        ));
        let (args, keywords) = (&call.arguments.args, &call.arguments.keywords);
        !is_imported
            && args.len() + keywords.len() + usize::from(!keywords.is_empty()) < MANY_ARGUMENTS
            && !args
                .iter()
                .any(|each| matches!(each, ast::Expr::Starred(_)))
            && keywords.iter().all(|each| each.arg.is_some())
    }
}

/// Whether it is `super()`, whose attribute has the line of the call.
fn is_super(expr: &ast::Expr) -> bool {
    matches!(expr, ast::Expr::Call(call)
        if matches!(&*call.func, ast::Expr::Name(name) if name.id.as_str() == "super"))
}
