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
                    if let Some(around) = &inner.debug_text {
                        let shown = self.debug_text(inner, around)?;
                        parts.push(FormatPart::Text(shown));
                    }
                    let value = self.expr(&inner.expression)?;
                    let conversion = match inner.conversion {
                        // `{x = }` shows the value's `repr`, unless a specification says how it is shown.
                        ast::ConversionFlag::None => (inner.debug_text.is_some()
                            && inner.format_spec.is_none())
                        .then_some('r'),
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
                        span: self.span(inner),
                        spec,
                    });
                }
            }
        }
        Ok(())
    }

    /// What `{x = }` shows before the value: its own source text.
    fn debug_text(
        &self,
        inner: &ast::InterpolatedElement,
        around: &ast::DebugText,
    ) -> Translated<String> {
        let range = inner.expression.range();
        let source = &self.tables.modules[self.module].text[range];
        // CPython takes comments out and reads all ends of lines as `\n`.
        let whole = [&*around.leading, source, &*around.trailing].concat();
        if whole.contains(['#', '\r', '\u{fffd}', '\\']) {
            return Err(self.reason(
                "it uses `=` in an f-string with a comment or escape",
                inner.range,
            ));
        }
        Ok(whole)
    }
}
