//! f-strings: their parts, with conversions and nested format specifications.

use rustpython_ast::{self as ast};
use rustpython_text_size::Ranged;

use super::function::{Translated, Translator};
use crate::hir::*;

impl Translator<'_> {
    pub(super) fn format_parts(
        &mut self,
        elements: &ast::InterpolatedStringElements,
        parts: &mut Vec<FormatPart>,
    ) -> Translated<()> {
        for element in elements {
            match element {
                ast::InterpolatedStringElement::Literal(text) => {
                    parts.push(FormatPart::Text(self.text(&text.value, text.range)?))
                }
                ast::InterpolatedStringElement::Interpolation(inner) => {
                    if inner.debug_text.is_some() {
                        return Err(self.reason("it uses `=` in an f-string", inner.range));
                    }
                    let value = self.expr(&inner.expression)?;
                    let conversion = match inner.conversion {
                        ast::ConversionFlag::None => None,
                        ast::ConversionFlag::Str => Some('s'),
                        ast::ConversionFlag::Ascii => Some('a'),
                        ast::ConversionFlag::Repr => Some('r'),
                    };
                    let spec = match &inner.format_spec {
                        Some(spec) => {
                            let mut inside = Vec::new();
                            self.format_parts(&spec.elements, &mut inside)?;
                            Some(inside)
                        }
                        None => None,
                    };
                    parts.push(FormatPart::Value {
                        value,
                        conversion,
                        spec,
                    });
                }
            }
        }
        Ok(())
    }

    /// The text of a literal. The parser has U+FFFD for a lone surrogate (`"\ud800"`), which Rust's strings cannot hold, so that
    /// nobody knows which of the two was written.
    pub(super) fn text(&self, value: &str, node: impl Ranged) -> Translated<String> {
        match value.contains(char::REPLACEMENT_CHARACTER) {
            true => Err(self.reason("a string in it has a lone surrogate or U+FFFD", node)),
            false => Ok(value.to_owned()),
        }
    }
}
