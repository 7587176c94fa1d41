//! Displays, comprehensions and f-strings: values that are built step by step.

use super::{Builder, Val};
use crate::hir::{Comprehension, ComprehensionKind, Element, Expr, FormatPart, LocalId, Target};
use crate::ir::{BlockId, Const, OpKind, Operand, Pack, Prim, Repr, Scope};
use crate::types::Type;

/// Displays of up to so many values evaluate them all before they build anything, as CPython does; longer ones of
/// pairs do so in groups. Whatever fails in building has the line where the display begins.
const TOGETHER: usize = 30;

fn any_list() -> Type {
    Type::List(Box::new(Type::Object))
}

impl<'a> Builder<'a> {
    fn pack(&mut self, kind: Pack, items: Vec<Operand>) -> Operand {
        self.op1(OpKind::Pack(kind, items), Repr::Object)
    }

    pub(super) fn list(&mut self, elements: &'a [Element]) -> Val {
        Val {
            op: self.sequence(elements, Pack::List),
            ty: any_list(),
        }
    }

    pub(super) fn tuple(&mut self, elements: &'a [Element]) -> Val {
        let op = self.sequence(elements, Pack::Tuple);
        if elements
            .iter()
            .all(|element| matches!(element, Element::One(_)))
        {
            return Val {
                op,
                ty: Type::Tuple(vec![Type::Object; elements.len()]),
            };
        }
        let op = self.prim(Prim::TupleFromListSteal, vec![op]);
        Val {
            op,
            ty: Type::TupleOf(Box::new(Type::Object)),
        }
    }

    /// The elements packed, or, where one is `*iterable`, in a new list.
    fn sequence(&mut self, elements: &'a [Element], kind: Pack) -> Operand {
        if elements
            .iter()
            .any(|element| matches!(element, Element::Star(_)))
        {
            let line = self.line;
            let list = self.pack(Pack::List, Vec::new());
            for element in elements {
                let (add, items) = match element {
                    Element::One(expr) => (Prim::ListAppendSteal, self.object(expr)),
                    Element::Star(expr) => (Prim::ListExtendStar, self.object(expr)),
                };
                self.line = line;
                self.act(add, vec![list.clone(), items]);
            }
            return list;
        }
        let mut items = Vec::new();
        for element in elements {
            if let Element::One(expr) = element {
                items.push(self.object(expr));
            }
        }
        self.pack(kind, items)
    }

    pub(super) fn set(&mut self, elements: &'a [Element]) -> Val {
        let ty = Type::Set(Box::new(Type::Object));
        let line = self.line;
        // What stands before the first star is evaluated before anything is built.
        let together = if elements.len() > TOGETHER {
            0
        } else {
            elements
                .iter()
                .take_while(|element| matches!(element, Element::One(_)))
                .count()
        };
        let (first, rest) = elements.split_at(together);
        let mut items = Vec::new();
        for element in first {
            if let Element::One(expr) = element {
                items.push(self.object(expr));
            }
        }
        self.line = line;
        let set = self.prim(Prim::SetNew, Vec::new());
        for item in items {
            self.act(Prim::SetAddSteal, vec![set.clone(), item]);
        }
        for element in rest {
            let (add, items) = match element {
                Element::One(expr) => (Prim::SetAddSteal, self.object(expr)),
                Element::Star(expr) => (Prim::SetUpdateStar, self.object(expr)),
            };
            self.line = line;
            self.act(add, vec![set.clone(), items]);
        }
        Val { op: set, ty }
    }

    pub(super) fn dict(&mut self, pairs: &'a [(Option<Expr>, Expr)]) -> Val {
        let ty = Type::Dict(Box::new(Type::Object), Box::new(Type::Object));
        let line = self.line;
        let mut dict = None;
        let mut rest = pairs;
        while let [(first, mapping), after @ ..] = rest {
            if first.is_none() {
                let dict = self.begun(&mut dict);
                let mapping = self.object(mapping);
                self.line = line;
                self.act(Prim::DictUpdateStar, vec![dict, mapping]);
                rest = after;
                continue;
            }
            let keyed = rest.iter().take_while(|(key, _)| key.is_some()).count();
            let (group, after) = rest.split_at(keyed.min(TOGETHER / 2 + 2));
            let at_once = group.len() * 2 > TOGETHER;
            let mut items = Vec::new();
            if at_once {
                self.begun(&mut dict);
            }
            for (key, value) in group {
                let Some(key) = key else {
                    crate::bug("a pair with `**` ends a group")
                };
                let key = self.object(key);
                let value = self.object(value);
                items.push((key, value));
                if at_once {
                    self.add_pairs(&mut dict, &mut items, line);
                }
            }
            self.add_pairs(&mut dict, &mut items, line);
            rest = after;
        }
        Val {
            op: self.begun(&mut dict),
            ty,
        }
    }

    /// The dict that a display builds: made when it is first needed.
    fn begun(&mut self, dict: &mut Option<Operand>) -> Operand {
        dict.get_or_insert_with(|| self.prim(Prim::DictNew, Vec::new()))
            .clone()
    }

    fn add_pairs(
        &mut self,
        dict: &mut Option<Operand>,
        items: &mut Vec<(Operand, Operand)>,
        line: u32,
    ) {
        self.line = line;
        let dict = self.begun(dict);
        for (key, value) in items.drain(..) {
            self.act(Prim::DictSetSteal, vec![dict.clone(), key, value]);
        }
    }

    /// A comprehension as a new list, set or dict; a generator expression as a list of its items.
    pub(super) fn comprehension(&mut self, comprehension: &'a Comprehension) -> Val {
        let (container, ty) = match comprehension.kind {
            ComprehensionKind::List | ComprehensionKind::Generator => {
                (self.pack(Pack::List, Vec::new()), any_list())
            }
            ComprehensionKind::Set => (
                self.prim(Prim::SetNew, Vec::new()),
                Type::Set(Box::new(Type::Object)),
            ),
            ComprehensionKind::Dict => (
                self.prim(Prim::DictNew, Vec::new()),
                Type::Dict(Box::new(Type::Object), Box::new(Type::Object)),
            ),
        };
        let after = self.block("after");
        self.each(comprehension, after, &mut |this, _| {
            let item = this.object(&comprehension.element);
            match comprehension.kind {
                ComprehensionKind::List | ComprehensionKind::Generator => {
                    this.act(Prim::ListAppendSteal, vec![container.clone(), item]);
                }
                ComprehensionKind::Set => {
                    this.act(Prim::SetAddSteal, vec![container.clone(), item])
                }
                ComprehensionKind::Dict => {
                    let Some(value) = &comprehension.value else {
                        crate::bug("a dict comprehension has values")
                    };
                    let value = this.object(value);
                    this.at_line(comprehension.element.span);
                    this.act(Prim::DictSetSteal, vec![container.clone(), item, value]);
                }
            }
        });
        Val { op: container, ty }
    }

    /// Runs the clauses; `inside` does what is done with each element and is given the block after the whole.
    /// Control goes on in `after`, which is started here.
    pub(super) fn each(
        &mut self,
        comprehension: &'a Comprehension,
        after: BlockId,
        inside: &mut dyn FnMut(&mut Self, BlockId),
    ) {
        let (done, line) = (self.block("done"), self.line);
        self.clauses(comprehension, 0, line, done, after, inside);
        self.start(done);
        self.goto(after);
        self.start(after);
        for clause in &comprehension.clauses {
            self.forget(&clause.target);
        }
    }

    /// The clauses from `at` on, of a comprehension that begins on the line `begin`.
    fn clauses(
        &mut self,
        comprehension: &'a Comprehension,
        at: usize,
        begin: u32,
        done: BlockId,
        after: BlockId,
        inside: &mut dyn FnMut(&mut Self, BlockId),
    ) {
        let Some(clause) = comprehension.clauses.get(at) else {
            inside(self, after);
            return;
        };
        let again = self.block("again");
        let in_place = comprehension.kind == ComprehensionKind::Generator && at == 0;
        // The first iterable is evaluated outside.
        let own = |this: &mut Self| {
            if in_place {
                this.generators.push(Vec::new());
            }
            if let Some(names) = this.generators.last_mut() {
                locals_of(&clause.target, names);
            }
        };
        let (top, line) = if clause.is_async {
            let iter = self.async_start(&clause.iter);
            own(self);
            self.line = begin;
            (self.async_next(&iter, &clause.target, done), self.line)
        } else {
            let state = self.loop_start(&clause.iter);
            let line = self.line;
            own(self);
            (self.loop_next(&state, &clause.target, done), line)
        };
        for test in &clause.tests {
            let next = self.block("next");
            self.condition(test, next, again);
            self.start(next);
        }
        if at + 1 < comprehension.clauses.len() {
            let inner_done = self.block("done");
            self.clauses(comprehension, at + 1, begin, inner_done, after, inside);
            self.goto(again);
            self.start(inner_done);
        } else {
            inside(self, after);
        }
        self.goto(again);
        self.back_edge(again, top, line);
        if in_place {
            self.generators.pop();
        }
    }

    /// Whose a local is at this place.
    pub(super) fn scope_of(&self, local: LocalId) -> Scope {
        match self.generators.last() {
            Some(own) if !own.contains(&local) => Scope::Free,
            _ => Scope::Local,
        }
    }

    /// A comprehension's targets live only as long as it runs.
    fn forget(&mut self, target: &'a Target) {
        let mut locals = Vec::new();
        locals_of(target, &mut locals);
        for local in locals {
            self.clear_local(local);
        }
    }

    pub(super) fn format(&mut self, parts: &'a [FormatPart]) -> Val {
        let text = match parts {
            [] => self.str(""),
            [FormatPart::Text(text)] => self.str(text),
            // `f"{x}"` needs no writer.
            [
                FormatPart::Value {
                    value,
                    conversion,
                    span,
                    spec,
                },
            ] => {
                let line = self.line;
                let value = self.expr(value);
                self.at_line(*span);
                let text = match (&value.ty, conversion, spec) {
                    (Type::Int, None, None) => self.prim(Prim::IntToText, vec![value.op]),
                    (Type::Float, None, None) => self.prim(Prim::FloatToStr, vec![value.op]),
                    _ => {
                        let parts = self.shown(value, *conversion, spec.as_deref());
                        self.prim(Prim::FormatValue, parts)
                    }
                };
                self.line = line;
                text
            }
            _ => self.written(parts),
        };
        Val {
            op: text,
            ty: Type::Str,
        }
    }

    fn written(&mut self, parts: &'a [FormatPart]) -> Operand {
        let line = self.line;
        let length: usize = parts
            .iter()
            .map(|part| match part {
                FormatPart::Text(text) => text.chars().count(),
                FormatPart::Value { .. } => 8,
            })
            .sum();
        let writer = self.prim(
            Prim::TextBegin,
            vec![Operand::Const(Const::C(length as i32))],
        );
        for part in parts {
            match part {
                FormatPart::Text(text) => {
                    let text = self.str(text);
                    self.act(Prim::TextAdd, vec![writer.clone(), text]);
                }
                FormatPart::Value {
                    value,
                    conversion,
                    span,
                    spec,
                } => {
                    let value = self.expr(value);
                    self.at_line(*span);
                    let prim = match (&value.ty, conversion, spec) {
                        (Type::Int, None, None) => Some(Prim::TextInt),
                        (Type::Float, None, None) => Some(Prim::TextFloat),
                        (Type::Bool, None, None) => Some(Prim::TextBool),
                        (Type::Str, None, None) => Some(Prim::TextStr),
                        _ => None,
                    };
                    match prim {
                        Some(prim) => self.act(prim, vec![writer.clone(), value.op]),
                        None => {
                            let mut parts = vec![writer.clone()];
                            parts.extend(self.shown(value, *conversion, spec.as_deref()));
                            self.act(Prim::TextObject, parts);
                        }
                    }
                }
            }
        }
        self.line = line;
        self.prim(Prim::TextFinish, vec![writer])
    }

    /// What formats a value: the value, its conversion, the specification. The value is converted before the
    /// specification is evaluated.
    fn shown(
        &mut self,
        value: Val,
        conversion: Option<char>,
        spec: Option<&'a [FormatPart]>,
    ) -> Vec<Operand> {
        let line = self.line;
        let value = self.boxed(value);
        let evaluated = spec.is_some_and(|parts| {
            parts
                .iter()
                .any(|part| matches!(part, FormatPart::Value { .. }))
        });
        let parts = match conversion {
            Some(_) if evaluated => {
                let convert = vec![value, letter(conversion), Operand::Const(Const::Null)];
                let converted = self.prim(Prim::FormatValue, convert);
                vec![converted, letter(None), self.spec(spec)]
            }
            _ => vec![value, letter(conversion), self.spec(spec)],
        };
        self.line = line;
        parts
    }

    fn spec(&mut self, spec: Option<&'a [FormatPart]>) -> Operand {
        match spec {
            Some(parts) => self.format(parts).op,
            None => Operand::Const(Const::Null),
        }
    }
}

/// The letter after `!`, or 0.
fn letter(conversion: Option<char>) -> Operand {
    Operand::Const(Const::C(conversion.map_or(0, |letter| letter as i32)))
}

/// The locals that a target binds.
fn locals_of(target: &Target, into: &mut Vec<LocalId>) {
    match target {
        Target::Local(local) => into.push(*local),
        Target::Unpack {
            before,
            star,
            after,
            ..
        } => {
            for each in before.iter().chain(star.as_deref()).chain(after) {
                locals_of(each, into);
            }
        }
        Target::Global(..)
        | Target::Field { .. }
        | Target::Attribute { .. }
        | Target::Item { .. } => {}
    }
}
