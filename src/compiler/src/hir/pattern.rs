//! The patterns of `match` statements.
//!
//! What holds: names are bound after the whole pattern has matched, in the order of `Pattern::captures`; all
//! alternatives of an or-pattern bind the same names.

use super::{Expr, Stmt, Target};
use crate::source::Span;

/// One `case`.
#[derive(Debug, Clone)]
pub struct Case {
    /// What has to fit.
    pub pattern: Pattern,
    /// `if test`
    pub guard: Option<Expr>,
    /// What is done then.
    pub body: Vec<Stmt>,
}

/// A pattern with its place.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// What it asks.
    pub kind: PatternKind,
    /// Where.
    pub span: Span,
}

/// What a pattern asks of the subject.
#[derive(Debug, Clone)]
pub enum PatternKind {
    /// `_`: nothing.
    Any,
    /// A literal or a dotted name: `subject == value`.
    Value(Expr),
    /// `None`, `True`, `False`: `subject is value`.
    Singleton(Expr),
    /// `[a, *rest, b]`; no star: exactly so many items.
    #[allow(missing_docs)]
    Sequence {
        before: Vec<Pattern>,
        star: Option<Star>,
        after: Vec<Pattern>,
    },
    /// `{key: pattern, **rest}`
    #[allow(missing_docs)]
    Mapping {
        items: Vec<(Expr, Pattern)>,
        rest: Option<Target>,
    },
    /// `Class(pattern, name=pattern)`
    #[allow(missing_docs)]
    Class {
        class: Expr,
        positional: Vec<Pattern>,
        keywords: Vec<(String, Pattern)>,
    },
    /// `name`, or `pattern as name`.
    Capture(Option<Box<Pattern>>, Target),
    /// `a | b`
    Or(Vec<Pattern>),
}

/// `*name` or `*_` in a sequence pattern.
#[derive(Debug, Clone)]
pub enum Star {
    /// `*_`
    Any,
    /// `*name`
    Capture(Box<Target>),
}

impl Pattern {
    /// Whether every subject fits.
    pub fn is_irrefutable(&self) -> bool {
        match &self.kind {
            PatternKind::Any => true,
            PatternKind::Capture(inner, _) => inner.as_deref().is_none_or(Pattern::is_irrefutable),
            PatternKind::Or(alternatives) => alternatives.iter().any(Pattern::is_irrefutable),
            PatternKind::Value(_)
            | PatternKind::Singleton(_)
            | PatternKind::Sequence { .. }
            | PatternKind::Mapping { .. }
            | PatternKind::Class { .. } => false,
        }
    }

    /// The names that it binds, in the order in which they are bound.
    pub fn captures(&self) -> Vec<&Target> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Target>) {
        match &self.kind {
            PatternKind::Any | PatternKind::Value(_) | PatternKind::Singleton(_) => {}
            PatternKind::Sequence {
                before,
                star,
                after,
            } => {
                before.iter().for_each(|each| each.collect(found));
                if let Some(Star::Capture(target)) = star {
                    found.push(target);
                }
                after.iter().for_each(|each| each.collect(found));
            }
            PatternKind::Mapping { items, rest } => {
                items.iter().for_each(|(_, each)| each.collect(found));
                found.extend(rest);
            }
            PatternKind::Class {
                positional,
                keywords,
                ..
            } => {
                positional.iter().for_each(|each| each.collect(found));
                keywords.iter().for_each(|(_, each)| each.collect(found));
            }
            PatternKind::Capture(inner, target) => {
                inner.iter().for_each(|each| each.collect(found));
                found.push(target);
            }
            PatternKind::Or(alternatives) => {
                alternatives
                    .first()
                    .iter()
                    .for_each(|each| each.collect(found));
            }
        }
    }

    /// Calls `visit` on the expressions in it, in the order in which they are reached.
    pub fn each_expression<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match &self.kind {
            PatternKind::Any => {}
            PatternKind::Value(value) | PatternKind::Singleton(value) => visit(value),
            PatternKind::Sequence { before, after, .. } => {
                before
                    .iter()
                    .chain(after)
                    .for_each(|each| each.each_expression(visit));
            }
            PatternKind::Mapping { items, .. } => {
                items.iter().for_each(|(key, _)| visit(key));
                items
                    .iter()
                    .for_each(|(_, each)| each.each_expression(visit));
            }
            PatternKind::Class {
                class,
                positional,
                keywords,
            } => {
                visit(class);
                positional
                    .iter()
                    .chain(keywords.iter().map(|(_, each)| each))
                    .for_each(|each| each.each_expression(visit));
            }
            PatternKind::Capture(inner, _) => {
                inner.iter().for_each(|each| each.each_expression(visit));
            }
            PatternKind::Or(alternatives) => {
                alternatives
                    .iter()
                    .for_each(|each| each.each_expression(visit));
            }
        }
    }
}
