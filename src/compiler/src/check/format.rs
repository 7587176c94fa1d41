//! f-strings: their parts, with conversions and nested format specifications.

use rustpython_ast::{self as ast};

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
}
