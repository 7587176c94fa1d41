//! Makes ownership explicit: `Retain`, `Release`, `Clear` and landing blocks on edges.
//!
//! In: a function in which owned values are left behind and borrowed ones are stolen, as `lower` writes it. Out: one in
//! which every owned value is consumed exactly once on every path, every borrowed one is alive where it is used, every
//! variable is cleared before the function is left, and every `Store` and `Clear` knows whether its variable was set.
//!
//! An owned value is given to the op that steals it if that is its last use, else the op gets a reference of its own;
//! what is not wanted any more is released right after its last use, or on the edge behind which nobody wants it.

use std::collections::BTreeMap;

use super::flow::{self, Values};
use crate::ir::{
    Awaited, Block, BlockId, Function, Op, OpKind, Operand, Ownership, Repr, State, Terminator,
    Use, Value, ValueId,
};

/// One function.
pub fn run(function: &mut Function) {
    move_returned(function);
    keep_across_stores(function);
    Pass::new(function).run();
}

/// `return x` of a local gives the local's own reference away instead of making one and clearing the local.
fn move_returned(function: &mut Function) {
    for at in function.order.clone() {
        let block = &mut function.blocks[at.index()];
        let Terminator::Return(Some(Operand::Value(value))) = block.end else {
            continue;
        };
        let Some(Op { kind, results, .. }) = block.ops.last_mut() else {
            continue;
        };
        if let OpKind::Load(var) = *kind
            && results[..] == [value]
        {
            *kind = OpKind::Take(var);
            let info = &mut function.values[value.index()];
            if info.repr.is_counted() {
                info.ownership = Ownership::Owned;
            }
        }
    }
}

/// A value borrowed from a variable that changes while the value is still wanted gets a reference of its own.
fn keep_across_stores(function: &mut Function) {
    let live_in = flow::liveness(function);
    let mut kept = Vec::new();
    for at in &function.order {
        let body = &function.blocks[at.index()];
        let mut live = flow::live_out(function, *at, &live_in);
        flow::used_at_end(&body.end)
            .into_iter()
            .for_each(|value| live.insert(value));
        for op in body.ops.iter().rev() {
            if let OpKind::Store(var, ..) | OpKind::Clear(var, _) | OpKind::Take(var) = op.kind {
                kept.extend(live.iter().filter(|value| {
                    function.values[value.index()].ownership == Ownership::BorrowedFrom(var)
                }));
            }
            op.results.iter().for_each(|result| live.remove(*result));
            if let Some(error) = op.error {
                live.extend(&live_in[error.index()]);
            }
            for (operand, _) in op.kind.operands() {
                operand
                    .value()
                    .into_iter()
                    .for_each(|value| live.insert(value));
            }
        }
    }
    for value in kept {
        function.values[value.index()].ownership = Ownership::Owned;
    }
}

/// What a landing block does before it goes on.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Landing {
    traceback: Option<u32>,
    releases: Vec<ValueId>,
    to: BlockId,
}

struct Pass<'a> {
    function: &'a mut Function,
    live_in: Vec<Values>,
    states: Vec<flow::States>,
    landings: BTreeMap<Landing, BlockId>,
    /// Landing blocks of error edges, written after everything else.
    late: Vec<BlockId>,
}

impl Pass<'_> {
    fn new(function: &mut Function) -> Pass<'_> {
        let live_in = flow::liveness(function);
        let states = flow::states(function);
        Pass {
            function,
            live_in,
            states,
            landings: BTreeMap::new(),
            late: Vec::new(),
        }
    }

    fn run(mut self) {
        let mut order = Vec::new();
        for block in self.function.order.clone() {
            order.push(block);
            self.block(block, &mut order);
        }
        // The way out by exception is written last.
        let (fail, mut rest): (Vec<_>, Vec<_>) = order
            .into_iter()
            .partition(|block| matches!(self.function.blocks[block.index()].end, Terminator::Fail));
        rest.extend(self.late);
        rest.extend(fail);
        self.function.order = rest;
    }

    fn is_owned(&self, value: ValueId) -> bool {
        self.function.values[value.index()].ownership == Ownership::Owned
    }

    fn block(&mut self, at: BlockId, order: &mut Vec<BlockId>) {
        let Some(mut states) = self.states[at.index()].clone() else {
            return;
        };
        let ops = std::mem::take(&mut self.function.blocks[at.index()].ops);
        let wanted = self.wanted_after(at, &ops);
        let mut held: Vec<ValueId> = self.live_in[at.index()]
            .iter()
            .filter(|value| self.is_owned(*value))
            .collect();
        let mut out = Vec::new();
        for (mut op, after) in ops.into_iter().zip(wanted) {
            match &mut op.kind {
                OpKind::Store(var, _, old) | OpKind::Clear(var, old) => *old = states[var.index()],
                _ => {}
            }
            if matches!(op.kind, OpKind::Clear(_, State::Unset)) {
                continue;
            }
            let given = self.give(&mut op, &after, &mut out);
            held.retain(|value| !given.contains(value));
            if let Some(error) = op.error {
                op.error = Some(self.land(&held, error, op.traceback.then_some(op.line)));
            }
            flow::step(&op.kind, &mut states);
            held.extend(
                op.results
                    .iter()
                    .copied()
                    .filter(|value| self.is_owned(*value)),
            );
            let line = op.line;
            if op.kind.always_raises() {
                // Control only leaves by the error edge, which has seen to everything.
                held.clear();
            }
            out.push(op);
            held.retain(|value| {
                let keep = after.contains(*value);
                if !keep {
                    out.push(silent(OpKind::Release(*value), line));
                }
                keep
            });
        }
        self.end(at, held, &states, &mut out, order);
        self.function.blocks[at.index()].ops = out;
    }

    /// What is wanted after each op if it succeeds.
    fn wanted_after(&self, at: BlockId, ops: &[Op]) -> Vec<Values> {
        let mut live = flow::live_out(self.function, at, &self.live_in);
        flow::used_at_end(&self.function.blocks[at.index()].end)
            .into_iter()
            .for_each(|value| live.insert(value));
        let mut all = Vec::with_capacity(ops.len());
        for op in ops.iter().rev() {
            all.push(live.clone());
            op.results.iter().for_each(|result| live.remove(*result));
            if let Some(error) = op.error {
                live.extend(&self.live_in[error.index()]);
            }
            for (operand, _) in op.kind.operands() {
                operand
                    .value()
                    .into_iter()
                    .for_each(|value| live.insert(value));
            }
        }
        all.reverse();
        all
    }

    /// Sees to the operands that an op steals; the values that it may have.
    fn give(&mut self, op: &mut Op, after: &Values, out: &mut Vec<Op>) -> Vec<ValueId> {
        let operands: Vec<(Operand, Use)> = op
            .kind
            .operands()
            .into_iter()
            .map(|(operand, usage)| (operand.clone(), usage))
            .collect();
        let mut given = Vec::new();
        let mut own = BTreeMap::new();
        for (at, (operand, usage)) in operands.iter().enumerate() {
            if *usage == Use::Borrow || !self.function.repr(operand).is_some_and(Repr::is_counted) {
                continue;
            }
            let free = match operand {
                Operand::Const(constant) => constant.is_free(),
                Operand::Value(value) => {
                    let wanted = after.contains(*value)
                        || op
                            .error
                            .is_some_and(|error| self.live_in[error.index()].contains(*value));
                    let once = operands
                        .iter()
                        .filter(|(other, _)| other == operand)
                        .count()
                        == 1;
                    let free = self.is_owned(*value) && !wanted && once;
                    if free {
                        given.push(*value);
                    }
                    free
                }
            };
            if !free {
                own.insert(at, self.retain(operand.clone(), op.line, out));
            }
        }
        for (at, slot) in op.kind.operands_mut().into_iter().enumerate() {
            if let Some(value) = own.get(&at) {
                *slot = Operand::Value(*value);
            }
        }
        given
    }

    fn retain(&mut self, operand: Operand, line: u32, out: &mut Vec<Op>) -> ValueId {
        let repr = self.function.repr(&operand).unwrap_or(Repr::Object);
        self.function.values.push(Value {
            repr,
            ownership: Ownership::Owned,
        });
        let result = ValueId(self.function.values.len() as u32 - 1);
        let mut op = silent(OpKind::Retain(operand), line);
        op.results.push(result);
        out.push(op);
        result
    }

    /// Where an edge has to go so that what `to` does not want is released on the way: what was made last goes first, as
    /// the interpreter unwinds its stack.
    fn land(&mut self, held: &[ValueId], to: BlockId, traceback: Option<u32>) -> BlockId {
        let mut releases: Vec<_> = held
            .iter()
            .copied()
            .filter(|value| !self.live_in[to.index()].contains(*value))
            .collect();
        releases.sort_unstable_by(|one, other| other.cmp(one));
        if releases.is_empty() && traceback.is_none() {
            return to;
        }
        let landing = Landing {
            traceback,
            releases,
            to,
        };
        if let Some(block) = self.landings.get(&landing) {
            return *block;
        }
        let label = if traceback.is_some() {
            "raised"
        } else {
            "drop"
        };
        let block = self.landing_block(label, &landing);
        self.late.push(block);
        self.landings.insert(landing, block);
        block
    }

    /// The same for a block that must keep its one way in: the landing block is its own and is written at once.
    fn land_alone(&mut self, held: &[ValueId], to: BlockId, order: &mut Vec<BlockId>) -> BlockId {
        let releases: Vec<_> = held
            .iter()
            .rev()
            .copied()
            .filter(|value| !self.live_in[to.index()].contains(*value))
            .collect();
        if releases.is_empty() {
            return to;
        }
        let landing = Landing {
            traceback: None,
            releases,
            to,
        };
        let block = self.landing_block("drop", &landing);
        order.push(block);
        block
    }

    fn landing_block(&mut self, label: &'static str, landing: &Landing) -> BlockId {
        let mut ops = Vec::new();
        if let Some(line) = landing.traceback {
            ops.push(silent(OpKind::Traceback, line));
        }
        let line = landing.traceback.unwrap_or(self.function.line);
        ops.extend(
            landing
                .releases
                .iter()
                .map(|value| silent(OpKind::Release(*value), line)),
        );
        self.function.blocks.push(Block {
            label,
            ops,
            end: Terminator::Goto(landing.to),
        });
        BlockId(self.function.blocks.len() as u32 - 1)
    }

    fn end(
        &mut self,
        at: BlockId,
        held: Vec<ValueId>,
        states: &[State],
        out: &mut Vec<Op>,
        order: &mut Vec<BlockId>,
    ) {
        let line = out.last().map_or(self.function.line, |op| op.line);
        let mut end = self.function.blocks[at.index()].end.clone();
        match &mut end {
            Terminator::Return(result) => {
                if let Some(operand) = result
                    && self.function.repr(operand).is_some_and(Repr::is_counted)
                {
                    let owned = match &*operand {
                        Operand::Value(value) => held.contains(value),
                        Operand::Const(constant) => constant.is_free(),
                    };
                    if !owned {
                        *operand = Operand::Value(self.retain(operand.clone(), line, out));
                    }
                }
                self.clear_all(states, line, out);
            }
            Terminator::Fail => self.clear_all(states, line, out),
            Terminator::Goto(to) => {
                for value in held
                    .iter()
                    .rev()
                    .filter(|value| !self.live_in[to.index()].contains(**value))
                {
                    out.push(silent(OpKind::Release(*value), line));
                }
            }
            Terminator::Next {
                item,
                body,
                done,
                error,
                line,
                ..
            } => {
                let mut inside = held.clone();
                if self.is_owned(*item) {
                    inside.push(*item);
                }
                *body = self.land_alone(&inside, *body, order);
                *done = self.land(&held, *done, None);
                *error = self.land(&held, *error, Some(*line));
            }
            Terminator::Suspend(suspension) => {
                let mut held = held;
                if let Awaited::Object(operand) | Awaited::Yield(operand) = &mut suspension.awaited
                {
                    let free = match &*operand {
                        Operand::Const(constant) => constant.is_free(),
                        Operand::Value(value) => {
                            let wanted = self.live_in[suspension.done.index()].contains(*value)
                                || self.live_in[suspension.error.index()].contains(*value);
                            let free = held.contains(value) && !wanted;
                            held.retain(|each| !(free && each == value));
                            free
                        }
                    };
                    if !free {
                        let line = suspension.line;
                        *operand = Operand::Value(self.retain(operand.clone(), line, out));
                    }
                }
                let mut inside = held.clone();
                inside.extend(suspension.result.filter(|result| self.is_owned(*result)));
                suspension.done = self.land_alone(&inside, suspension.done, order);
                suspension.error = self.land(&held, suspension.error, Some(suspension.line));
            }
            other => {
                for to in other.successors_mut() {
                    *to = self.land(&held, *to, None);
                }
            }
        }
        self.function.blocks[at.index()].end = end;
    }

    /// Clears what is set when the function is left: the last variable first, as the interpreter does.
    fn clear_all(&mut self, states: &[State], line: u32, out: &mut Vec<Op>) {
        for var in flow::vars(self.function).rev() {
            let state = states[var.index()];
            if state != State::Unset && self.function.vars[var.index()].repr.is_counted() {
                out.push(silent(OpKind::Clear(var, state), line));
            }
        }
    }
}

/// An op that cannot fail.
fn silent(kind: OpKind, line: u32) -> Op {
    Op {
        kind,
        results: Vec::new(),
        line,
        error: None,
        traceback: false,
        framed: false,
    }
}
