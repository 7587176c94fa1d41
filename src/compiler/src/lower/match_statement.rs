//! `match`: each case tests the subject step by step and goes on with the next one where it does not fit.
//!
//! Names are bound when the whole pattern has matched, before the guard, as the interpreter does it.

use std::rc::Rc;

use super::{Builder, Val};
use crate::hir::{Case, CompareOp, Expr, Pattern, PatternKind, Star, Target};
use crate::ir::{BlockId, Const, OpKind, Operand, Prim, Repr};
use crate::types::Type;

/// Values to be bound, in order.
type Captures<'a> = Vec<(&'a Target, Val)>;

impl<'a> Builder<'a> {
    pub(super) fn match_statement(&mut self, subject: &'a Expr, cases: &'a [Case]) {
        let subject = self.expr(subject);
        let after = self.block("after");
        for case in cases {
            let next = self.block("case");
            let mut captures = Vec::new();
            self.pattern(&case.pattern, &subject, next, &mut captures);
            self.at_line(case.pattern.span);
            for (target, value) in captures {
                self.assign(target, value);
            }
            if let Some(guard) = &case.guard {
                let body = self.block("guarded");
                self.condition(guard, body, next);
                self.start(body);
            }
            self.body(&case.body);
            self.goto(after);
            self.start(next);
        }
        self.goto(after);
        self.start(after);
    }

    /// Goes on where the subject fits, having noted what is to be bound; otherwise goes to `fail`.
    fn pattern(
        &mut self,
        pattern: &'a Pattern,
        subject: &Val,
        fail: BlockId,
        captures: &mut Captures<'a>,
    ) {
        self.at_line(pattern.span);
        match &pattern.kind {
            PatternKind::Any => {}
            PatternKind::Value(value) => {
                let value = self.expr(value);
                self.at_line(pattern.span);
                let same = self.compare_truth(CompareOp::Equal, subject.clone(), value);
                self.demand(same, fail);
            }
            PatternKind::Singleton(value) => {
                let value = self.expr(value);
                let same = self.identity(true, subject.clone(), value);
                self.demand(same, fail);
            }
            PatternKind::Sequence {
                before,
                star,
                after,
            } => self.sequence_pattern(subject, (before, star.as_ref(), after), fail, captures),
            PatternKind::Mapping { items, rest } => {
                self.mapping_pattern(subject, items, rest.as_ref(), fail, captures);
            }
            PatternKind::Class {
                class,
                positional,
                keywords,
            } => self.class_pattern(
                (pattern, class),
                subject,
                (positional, keywords),
                fail,
                captures,
            ),
            PatternKind::Capture(inner, target) => {
                if let Some(inner) = inner {
                    self.pattern(inner, subject, fail, captures);
                }
                captures.push((target, subject.clone()));
            }
            PatternKind::Or(alternatives) => {
                self.alternatives(alternatives, subject, fail, captures);
            }
        }
    }

    /// Goes on if a truth value is true.
    fn demand(&mut self, truth: Operand, fail: BlockId) {
        let next = self.block("fits");
        match truth {
            Operand::Const(Const::Bool(truth)) => self.goto(if truth { next } else { fail }),
            truth => self.branch(truth, next, fail),
        }
        self.start(next);
    }

    fn demand_length(&mut self, subject: &Operand, compare: Prim, length: usize, fail: BlockId) {
        let found = self.prim(Prim::Len, vec![subject.clone()]);
        let wanted = Operand::Const(Const::Small(length as i64));
        let fits = self.prim(compare, vec![found, wanted]);
        self.demand(fits, fail);
    }

    fn sequence_pattern(
        &mut self,
        subject: &Val,
        (before, star, after): (&'a [Pattern], Option<&'a Star>, &'a [Pattern]),
        fail: BlockId,
        captures: &mut Captures<'a>,
    ) {
        let line = self.line;
        let object = self.boxed(subject.clone());
        let is = self.prim(Prim::MatchSequence, vec![object.clone()]);
        self.demand(is, fail);
        let count = before.len() + after.len();
        match star {
            None => self.demand_length(&object, Prim::IntEq, count, fail),
            Some(_) if count > 0 => self.demand_length(&object, Prim::IntGe, count, fail),
            Some(_) => {}
        }
        let is_any = |pattern: &Pattern| matches!(pattern.kind, PatternKind::Any);
        let only_any = before.iter().chain(after).all(is_any);
        match star {
            None | Some(Star::Any) if only_any => {}
            Some(Star::Any) => {
                // Items by position; those under the star are not looked at.
                for (at, pattern) in before.iter().enumerate() {
                    if !is_any(pattern) {
                        self.line = line;
                        let index = Operand::Const(Const::IntObject(Rc::from(at.to_string())));
                        self.item_pattern(&object, index, pattern, fail, captures);
                    }
                }
                for (at, pattern) in after.iter().enumerate() {
                    if !is_any(pattern) {
                        self.line = line;
                        let length = self.prim(Prim::Len, vec![object.clone()]);
                        let back = Operand::Const(Const::Small((after.len() - at) as i64));
                        let index = self.prim(Prim::IntSub, vec![length, back]);
                        let index = self.prim(Prim::IntToObject, vec![index]);
                        self.item_pattern(&object, index, pattern, fail, captures);
                    }
                }
            }
            star => {
                let kind = OpKind::Unpack {
                    value: object,
                    before: before.len() as u32,
                    star: star.is_some(),
                    after: after.len() as u32,
                };
                let total = count + usize::from(star.is_some());
                let items = self.op(kind, &vec![Repr::Object; total]);
                let (first, rest) = items.split_at(before.len());
                let value = |id: &crate::ir::ValueId| Val {
                    op: Operand::Value(*id),
                    ty: Type::Object,
                };
                for (pattern, item) in before.iter().zip(first) {
                    self.pattern(pattern, &value(item), fail, captures);
                }
                let rest = match (star, rest.split_first()) {
                    (Some(Star::Capture(target)), Some((list, rest))) => {
                        let list = Val {
                            op: Operand::Value(*list),
                            ty: Type::List(Box::new(Type::Object)),
                        };
                        captures.push((target, list));
                        rest
                    }
                    _ => rest,
                };
                for (pattern, item) in after.iter().zip(rest) {
                    self.pattern(pattern, &value(item), fail, captures);
                }
            }
        }
    }

    fn item_pattern(
        &mut self,
        object: &Operand,
        index: Operand,
        pattern: &'a Pattern,
        fail: BlockId,
        captures: &mut Captures<'a>,
    ) {
        let item = self.typed(Prim::ItemGet, vec![object.clone(), index], Type::Object);
        self.pattern(pattern, &item, fail, captures);
    }

    fn mapping_pattern(
        &mut self,
        subject: &Val,
        items: &'a [(Expr, Pattern)],
        rest: Option<&'a Target>,
        fail: BlockId,
        captures: &mut Captures<'a>,
    ) {
        let line = self.line;
        let object = self.boxed(subject.clone());
        let is = self.prim(Prim::MatchMapping, vec![object.clone()]);
        self.demand(is, fail);
        if items.is_empty() && rest.is_none() {
            return;
        }
        if !items.is_empty() {
            self.demand_length(&object, Prim::IntGe, items.len(), fail);
        }
        let keys: Vec<Operand> = items.iter().map(|(key, _)| self.object(key)).collect();
        self.line = line;
        let keys = self.op1(OpKind::Pack(crate::ir::Pack::Tuple, keys), Repr::Object);
        let values = self.prim(Prim::MatchKeys, vec![object.clone(), keys.clone()]);
        let values = self.attributes(values, items.len(), fail);
        for ((_, pattern), value) in items.iter().zip(&values) {
            self.pattern(pattern, value, fail, captures);
        }
        if let Some(target) = rest {
            self.line = line;
            let ty = Type::Dict(Box::new(Type::Object), Box::new(Type::Object));
            let left = self.typed(Prim::MatchRest, vec![object, keys], ty);
            captures.push((target, left));
        }
    }

    /// The items of a tuple that a matching function gave; `None` is a subject that does not fit.
    fn attributes(&mut self, found: Operand, count: usize, fail: BlockId) -> Vec<Val> {
        let none = Operand::Const(Const::None);
        let fits = self.prim(Prim::IsNot, vec![found.clone(), none]);
        self.demand(fits, fail);
        if count == 0 {
            return Vec::new();
        }
        let kind = OpKind::Unpack {
            value: found,
            before: count as u32,
            star: false,
            after: 0,
        };
        self.op(kind, &vec![Repr::Object; count])
            .into_iter()
            .map(|item| Val {
                op: Operand::Value(item),
                ty: Type::Object,
            })
            .collect()
    }

    fn class_pattern(
        &mut self,
        (pattern, class): (&'a Pattern, &'a Expr),
        subject: &Val,
        (positional, keywords): (&'a [Pattern], &'a [(String, Pattern)]),
        fail: BlockId,
        captures: &mut Captures<'a>,
    ) {
        let class = self.object(class);
        self.at_line(pattern.span);
        let object = self.boxed(subject.clone());
        if positional.is_empty() && keywords.is_empty() {
            let is = self.prim(Prim::MatchInstance, vec![object, class]);
            self.demand(is, fail);
            return;
        }
        let names: Vec<Rc<str>> = keywords
            .iter()
            .map(|(name, _)| Rc::from(name.as_str()))
            .collect();
        let names = match names.is_empty() {
            true => Const::Null,
            false => Const::Names(Rc::from(names)),
        };
        let count = Operand::Const(Const::C(positional.len() as i32));
        let args = vec![object, class, count, Operand::Const(names)];
        let found = self.prim(Prim::MatchClass, args);
        let values = self.attributes(found, positional.len() + keywords.len(), fail);
        let patterns = positional
            .iter()
            .chain(keywords.iter().map(|(_, pattern)| pattern));
        for (pattern, value) in patterns.zip(&values) {
            self.pattern(pattern, value, fail, captures);
        }
    }

    /// The first alternative that fits; each leaves what it binds in the same places.
    fn alternatives(
        &mut self,
        alternatives: &'a [Pattern],
        subject: &Val,
        fail: BlockId,
        captures: &mut Captures<'a>,
    ) {
        let Some((last, _)) = alternatives.split_last() else {
            crate::bug("an or-pattern has alternatives")
        };
        let join = self.block("fits");
        let mut places: Vec<(&'a Target, crate::ir::VarId)> = Vec::new();
        for pattern in alternatives {
            let next = if std::ptr::eq(pattern, last) {
                fail
            } else {
                self.block("or")
            };
            let mut inside = Vec::new();
            self.pattern(pattern, subject, next, &mut inside);
            if places.is_empty() {
                for (target, _) in &inside {
                    places.push((*target, self.temp(Repr::Object)));
                }
            }
            for (target, value) in inside {
                let place = places.iter().find(|(other, _)| same(other, target));
                if let Some((_, place)) = place.copied() {
                    // What is proved differs; that it is an object holds for all.
                    self.store_converted(value, &Type::Object, Some(place));
                }
            }
            self.goto(join);
            if next != fail {
                self.start(next);
            }
        }
        self.start(join);
        for (target, place) in places {
            let op = self.take(place);
            let ty = Type::Object;
            captures.push((target, Val { op, ty }));
        }
    }
}

/// Whether two targets are the same name.
fn same(a: &Target, b: &Target) -> bool {
    match (a, b) {
        (Target::Local(a), Target::Local(b)) => a == b,
        (Target::Global(a, _), Target::Global(b, _)) => a == b,
        _ => false,
    }
}
