//! Line ends inside literals: Python's reader turns `\r\n` and a lone `\r` of a file into `\n` before it looks at
//! anything. Here places in the file have to stay what they are, so the values of literals are mended instead.
//!
//! In: the text of a file and its tree. Out: the tree, in which literals that go over several lines have the values that
//! Python gives them.

use rustpython_ast::{
    self as ast, StringFlags,
    visitor::transformer::{self, Transformer},
};
use rustpython_parser::parse_expression;
use rustpython_text_size::Ranged;

/// Gives literals of files with carriage returns their values.
pub fn mend(text: &str, tree: &mut ast::ModModule) {
    if text.contains('\r') {
        Mender(text).visit_body(&mut tree.body);
    }
}

struct Mender<'t>(&'t str);

impl Mender<'_> {
    /// The text of a node as Python reads it, if that is another than the file's.
    fn read(&self, node: &impl Ranged) -> Option<String> {
        let written = &self.0[node.range()];
        written
            .contains('\r')
            .then(|| written.replace("\r\n", "\n").replace('\r', "\n"))
    }

    fn elements(&self, elements: &mut [ast::InterpolatedStringElement], flags: impl StringFlags) {
        for element in elements {
            match element {
                ast::InterpolatedStringElement::Literal(literal) => {
                    if let Some(value) = self.read(literal).and_then(|read| part(&read, flags)) {
                        literal.value = value;
                    }
                }
                ast::InterpolatedStringElement::Interpolation(hole) => {
                    self.visit_expr(&mut hole.expression);
                    if let Some(spec) = &mut hole.format_spec {
                        self.elements(&mut spec.elements, flags);
                    }
                }
            }
        }
    }
}

impl Transformer for Mender<'_> {
    fn visit_string_literal(&self, literal: &mut ast::StringLiteral) {
        if let Some(ast::Expr::StringLiteral(read)) = self.read(literal).and_then(|it| parsed(&it))
        {
            literal.value = read.value.to_str().into();
        }
    }

    fn visit_bytes_literal(&self, literal: &mut ast::BytesLiteral) {
        if let Some(ast::Expr::BytesLiteral(read)) = self.read(literal).and_then(|it| parsed(&it)) {
            literal.value = read.value.bytes().collect();
        }
    }

    fn visit_f_string(&self, string: &mut ast::FString) {
        let flags = string.flags;
        self.elements(&mut string.elements, flags);
    }

    fn visit_t_string(&self, string: &mut ast::TString) {
        let flags = string.flags;
        self.elements(&mut string.elements, flags);
    }

    fn visit_expr(&self, expr: &mut ast::Expr) {
        transformer::walk_expr(self, expr);
    }
}

fn parsed(text: &str) -> Option<ast::Expr> {
    Some(*parse_expression(text).ok()?.into_syntax().body)
}

/// The value of what stands between the braces of an f-string with these quotes.
fn part(read: &str, flags: impl StringFlags) -> Option<Box<str>> {
    let raw = if flags.prefix().is_raw() { "r" } else { "" };
    let quotes = flags.quote_str();
    let ast::Expr::FString(string) = parsed(&format!("{raw}f{quotes}{read}{quotes}"))? else {
        return None;
    };
    let literals = string.value.elements().map(|element| match element {
        ast::InterpolatedStringElement::Literal(literal) => Some(&*literal.value),
        ast::InterpolatedStringElement::Interpolation(_) => None,
    });
    let parts: Option<String> = literals.collect();
    parts.map(Into::into)
}
