//! `match` statements: patterns with the types that their names get, and what a pattern that fits tells of the subject.

use rustpython_ast::{self as ast};
use rustpython_text_size::Ranged;

use super::builtins;
use super::function::{Translated, Translator};
use crate::hir::*;
use crate::types::Type;

impl Translator<'_> {
    /// `match subject: case …`
    pub(super) fn match_statement(&mut self, each: &ast::StmtMatch) -> Translated<StmtKind> {
        let subject = self.expr(&each.subject)?;
        let local = match &subject.kind {
            ExprKind::Local(id) => Some(*id),
            ExprKind::Narrow(inner) => match inner.kind {
                ExprKind::Local(id) => Some(id),
                _ => None,
            },
            _ => None,
        };
        let mut ty = subject.ty.clone();
        let mut cases = Vec::new();
        // What is known after the statement: what every way through it knows.
        let mut after = None;
        let mut before = self.narrowed.clone();
        for case in &each.cases {
            self.narrowed = before.clone();
            let pattern = self.pattern(&case.pattern, &ty)?;
            if let (Some(id), Some(fact)) = (local, self.fact(&pattern))
                && !self.unsteady.contains(&id)
                && !pattern
                    .captures()
                    .iter()
                    .any(|target| matches!(target, Target::Local(other) if *other == id))
            {
                self.narrowed.insert(id, fact);
            }
            let guard = case
                .guard
                .as_deref()
                .map(|guard| self.expr(guard))
                .transpose()?;
            if let Some(guard) = &guard {
                let facts = super::narrow::narrowings(self, guard, true);
                self.narrowed.extend(facts);
            }
            let body = self.block(&case.body)?;
            if !super::statement::leaves(&body) {
                meet(&mut after, &self.narrowed);
            }
            // A case may also fail after its names were bound.
            for target in pattern.captures() {
                if let Target::Local(id) = target {
                    before.remove(id);
                }
            }
            if guard.is_none()
                && matches!(&pattern.kind, PatternKind::Singleton(value) if value.ty == Type::None)
                && let Some(rest) = ty.without_none()
            {
                ty = rest.clone();
                if let Some(id) = local.filter(|id| !self.unsteady.contains(id)) {
                    before.insert(id, rest);
                }
            }
            cases.push(Case {
                pattern,
                guard,
                body,
            });
        }
        let exhausted = cases
            .iter()
            .any(|case| case.guard.is_none() && case.pattern.is_irrefutable());
        if !exhausted {
            meet(&mut after, &before);
        }
        self.narrowed = after.unwrap_or(before);
        Ok(StmtKind::Match { subject, cases })
    }

    /// What a subject that fits is. (Subclasses of `int` and `float` fit too, so those tell nothing.)
    fn fact(&self, pattern: &Pattern) -> Option<Type> {
        match &pattern.kind {
            PatternKind::Class { class, .. } => match &class.kind {
                ExprKind::Global(name) => match self.global_type(name)? {
                    // A class that is registered with an ABC fits too, whatever it is.
                    Type::Class(class) if self.tables.native_classes[class.index()].is_abc => None,
                    ty @ (Type::Str | Type::Class(_) | Type::List(_) | Type::Dict(..)) => Some(ty),
                    _ => None,
                },
                _ => None,
            },
            PatternKind::Capture(Some(inner), _) => self.fact(inner),
            _ => None,
        }
    }

    /// A name that a pattern binds to a value of type `ty`.
    pub(super) fn captured(&mut self, name: &ast::Identifier, ty: &Type) -> Target {
        match self.by_name.get(name.as_str()).copied() {
            Some(id) => {
                self.assigned(id, ty);
                Target::Local(id)
            }
            None => Target::Global(name.to_string(), self.span(name.range)),
        }
    }

    fn patterns(&mut self, all: &[ast::Pattern], ty: &Type) -> Translated<Vec<Pattern>> {
        all.iter().map(|each| self.pattern(each, ty)).collect()
    }

    fn pattern(&mut self, pattern: &ast::Pattern, ty: &Type) -> Translated<Pattern> {
        let span = self.span(pattern.range());
        let kind = match pattern {
            ast::Pattern::MatchValue(each) => PatternKind::Value(self.expr(&each.value)?),
            ast::Pattern::MatchSingleton(each) => {
                let (kind, ty) = match each.value {
                    ast::Singleton::None => (ExprKind::None, Type::None),
                    ast::Singleton::True => (ExprKind::Bool(true), Type::Bool),
                    ast::Singleton::False => (ExprKind::Bool(false), Type::Bool),
                };
                PatternKind::Singleton(Expr { kind, ty, span })
            }
            ast::Pattern::MatchSequence(each) => {
                let at = each
                    .patterns
                    .iter()
                    .position(|one| matches!(one, ast::Pattern::MatchStar(_)));
                let item = match ty {
                    Type::List(_) | Type::TupleOf(_) => builtins::element(ty),
                    _ => Type::Object,
                };
                let (before, rest) = each.patterns.split_at(at.unwrap_or(each.patterns.len()));
                let before = match ty {
                    // `match a, b:`, one pattern for each.
                    Type::Tuple(types) if at.is_none() && types.len() == before.len() => before
                        .iter()
                        .zip(types)
                        .map(|(one, ty)| self.pattern(one, ty))
                        .collect::<Translated<Vec<_>>>()?,
                    _ => self.patterns(before, &item)?,
                };
                let star = match rest.first() {
                    Some(ast::Pattern::MatchStar(star)) => Some(match &star.name {
                        Some(name) => Star::Capture(Box::new(
                            self.captured(name, &Type::List(Box::new(Type::Object))),
                        )),
                        None => Star::Any,
                    }),
                    _ => None,
                };
                let after = self.patterns(rest.get(1..).unwrap_or_default(), &item)?;
                PatternKind::Sequence {
                    before,
                    star,
                    after,
                }
            }
            ast::Pattern::MatchMapping(each) => {
                let mut items = Vec::new();
                let value = match ty {
                    Type::Dict(_, value) => (**value).clone(),
                    _ => Type::Object,
                };
                for (key, one) in each.keys.iter().zip(&each.patterns) {
                    let key = self.expr(key)?;
                    items.push((key, self.pattern(one, &value)?));
                }
                let rest = each.rest.as_ref().map(|name| {
                    self.captured(
                        name,
                        &Type::Dict(Box::new(Type::Object), Box::new(Type::Object)),
                    )
                });
                PatternKind::Mapping { items, rest }
            }
            ast::Pattern::MatchClass(each) => {
                let class = self.expr(&each.cls)?;
                let known = match &class.kind {
                    ExprKind::Global(name) => self.global_type(name),
                    _ => None,
                };
                let positional = match (&known, each.arguments.patterns.as_slice()) {
                    // `str(text)` binds the subject itself.
                    (Some(Type::Str), [one]) => vec![self.pattern(one, &Type::Str)?],
                    (_, all) => self.patterns(all, &Type::Object)?,
                };
                let mut keywords = Vec::new();
                for keyword in &each.arguments.keywords {
                    let ty = known
                        .as_ref()
                        .and_then(|known| self.field_of(known, &keyword.attr))
                        .map_or(Type::Object, |(class, field)| {
                            let fields = &self.tables.native_classes[class.index()].fields;
                            fields[field.index()].ty.clone()
                        });
                    keywords.push((
                        keyword.attr.to_string(),
                        self.pattern(&keyword.pattern, &ty)?,
                    ));
                }
                PatternKind::Class {
                    class,
                    positional,
                    keywords,
                }
            }
            ast::Pattern::MatchStar(_) => {
                return Err(self.reason("it unpacks in an unusual place", pattern));
            }
            ast::Pattern::MatchAs(each) => {
                let inner = each
                    .pattern
                    .as_deref()
                    .map(|inner| self.pattern(inner, ty))
                    .transpose()?;
                match (&each.name, inner) {
                    (None, _) => PatternKind::Any,
                    (Some(name), inner) => {
                        let ty = inner
                            .as_ref()
                            .and_then(|inner| self.fact(inner))
                            .unwrap_or_else(|| ty.clone());
                        let target = self.captured(name, &ty);
                        PatternKind::Capture(inner.map(Box::new), target)
                    }
                }
            }
            ast::Pattern::MatchOr(each) => PatternKind::Or(self.patterns(&each.patterns, ty)?),
        };
        Ok(Pattern { kind, span })
    }
}

type Facts = std::collections::BTreeMap<LocalId, Type>;

/// What both know.
fn meet(into: &mut Option<Facts>, from: &Facts) {
    match into {
        Some(known) => known.retain(|id, ty| from.get(id) == Some(ty)),
        None => *into = Some(from.clone()),
    }
}
