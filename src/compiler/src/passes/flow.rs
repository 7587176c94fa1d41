//! Facts that flow through a function: which variables are set, and which values are still wanted.

use std::collections::BTreeSet;

use crate::ir::{BlockId, Function, OpKind, State, Terminator, VarId};

/// Which variables are set at one point, by variable. `None` where control never is.
pub type States = Option<Vec<State>>;

fn join(into: &mut States, from: &[State]) -> bool {
    match into {
        None => {
            *into = Some(from.to_vec());
            true
        }
        Some(known) => {
            let mut changed = false;
            for (a, b) in known.iter_mut().zip(from) {
                if *a != *b && *a != State::Maybe {
                    *a = State::Maybe;
                    changed = true;
                }
            }
            changed
        }
    }
}

/// What an op does to the states when it succeeds.
pub fn step(kind: &OpKind, states: &mut [State]) {
    match kind {
        OpKind::Store(var, ..) | OpKind::CheckBound(var, _) => states[var.index()] = State::Set,
        OpKind::Take(var) | OpKind::Clear(var, _) => states[var.index()] = State::Unset,
        _ => {}
    }
}

/// The states at the start of every block.
pub fn states(function: &Function) -> Vec<States> {
    let mut at_start: Vec<States> = vec![None; function.blocks.len()];
    at_start[0] = Some(vec![State::Unset; function.vars.len()]);
    let mut open = vec![BlockId(0)];
    while let Some(block) = open.pop() {
        let Some(mut states) = at_start[block.index()].clone() else {
            continue;
        };
        let body = &function.blocks[block.index()];
        for op in &body.ops {
            if let Some(error) = op.error
                && join(&mut at_start[error.index()], &states)
            {
                open.push(error);
            }
            step(&op.kind, &mut states);
        }
        let mut reach = |to: BlockId, states: &[State]| {
            if join(&mut at_start[to.index()], states) {
                open.push(to);
            }
        };
        match &body.end {
            Terminator::BranchSet { var, yes, no } => {
                let was = states[var.index()];
                if was != State::Unset {
                    states[var.index()] = State::Set;
                    reach(*yes, &states);
                }
                if was != State::Set {
                    states[var.index()] = State::Unset;
                    reach(*no, &states);
                }
            }
            end => end
                .successors()
                .into_iter()
                .for_each(|to| reach(to, &states)),
        }
    }
    at_start
}

/// A set of values. Few are live at any place, however long the function is.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Values(BTreeSet<crate::ir::ValueId>);

impl Values {
    /// Adds one.
    pub fn insert(&mut self, value: crate::ir::ValueId) {
        self.0.insert(value);
    }
    /// Takes one out.
    pub fn remove(&mut self, value: crate::ir::ValueId) {
        self.0.remove(&value);
    }
    /// Whether it is there.
    pub fn contains(&self, value: crate::ir::ValueId) -> bool {
        self.0.contains(&value)
    }
    /// Adds all of another; whether that changed anything.
    pub fn extend(&mut self, other: &Values) -> bool {
        let before = self.0.len();
        self.0.extend(&other.0);
        self.0.len() != before
    }
    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = crate::ir::ValueId> + '_ {
        self.0.iter().copied()
    }
}

/// Values that a terminator uses, stolen ones included.
pub fn used_at_end(end: &Terminator) -> Vec<crate::ir::ValueId> {
    match end {
        Terminator::Next { iter, .. } => vec![*iter],
        Terminator::Suspend(at) => at.used(),
        Terminator::Return(Some(value)) => value.value().into_iter().collect(),
        other => other
            .borrowed()
            .and_then(crate::ir::Operand::value)
            .into_iter()
            .collect(),
    }
}

/// What is live at the end of a block, before its terminator's own uses.
pub fn live_out(function: &Function, block: BlockId, live_in: &[Values]) -> Values {
    let mut live = Values::default();
    let end = &function.blocks[block.index()].end;
    for to in end.successors() {
        live.extend(&live_in[to.index()]);
    }
    match end {
        Terminator::Next { item, .. } => live.remove(*item),
        Terminator::Suspend(at) => at.result.iter().for_each(|result| live.remove(*result)),
        _ => {}
    }
    live
}

/// The values that are wanted at the start of every block.
pub fn liveness(function: &Function) -> Vec<Values> {
    let mut live_in = vec![Values::default(); function.blocks.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for block in function.order.iter().rev() {
            let mut live = live_out(function, *block, &live_in);
            let body = &function.blocks[block.index()];
            used_at_end(&body.end)
                .into_iter()
                .for_each(|value| live.insert(value));
            for op in body.ops.iter().rev() {
                op.results.iter().for_each(|result| live.remove(*result));
                if let Some(error) = op.error {
                    let wanted = live_in[error.index()].clone();
                    live.extend(&wanted);
                }
                for (operand, _) in op.kind.operands() {
                    operand
                        .value()
                        .into_iter()
                        .for_each(|value| live.insert(value));
                }
                if let OpKind::Release(value) = &op.kind {
                    live.insert(*value);
                }
            }
            changed |= live_in[block.index()].extend(&live);
        }
    }
    live_in
}

/// Variables in order.
pub fn vars(function: &Function) -> impl DoubleEndedIterator<Item = VarId> + use<> {
    (0..function.vars.len() as u32).map(VarId)
}
