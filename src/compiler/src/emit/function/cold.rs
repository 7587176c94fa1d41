//! Which blocks hardly ever run, so that C may be short there instead of fast.
//!
//! In: an IR function. Out: the blocks that are only reached by failures or after names and classes were rebound. What
//! holds: `except` and `finally` are not among them, as raising is usual in Python; nor is what runs for objects of a subclass.

use std::collections::BTreeSet;

use crate::ir::{BlockId, Function, Guard, OpKind, Terminator, VarId};

/// The blocks that hardly ever run.
pub(super) fn blocks(function: &Function) -> BTreeSet<BlockId> {
    let mut warm = BTreeSet::new();
    let mut stored: BTreeSet<VarId> = BTreeSet::new();
    // What waits for a variable to be set where it is not cold: the guard that failed was kept in it.
    let mut waiting: Vec<(VarId, BlockId)> = Vec::new();
    let handlers = function.order.iter().copied().filter(|block| {
        let ops = &function.blocks[block.index()].ops;
        ops.iter().any(|op| matches!(op.kind, OpKind::ExceptEnter))
    });
    let mut open: Vec<BlockId> = function.order.first().copied().into_iter().collect();
    open.extend(handlers);
    while let Some(id) = open.pop() {
        if !warm.insert(id) {
            continue;
        }
        let block = &function.blocks[id.index()];
        for op in &block.ops {
            if let OpKind::Store(var, ..) = op.kind
                && stored.insert(var)
            {
                let ready = waiting.iter().filter(|(wanted, _)| *wanted == var);
                open.extend(ready.map(|(_, block)| *block));
            }
        }
        match &block.end {
            Terminator::BranchGuard { guard, yes, no } => {
                open.push(*yes);
                if !is_lasting(guard) {
                    open.push(*no);
                }
            }
            Terminator::BranchSet { var, yes, no } => {
                open.push(*no);
                if stored.contains(var) {
                    open.push(*yes);
                } else {
                    waiting.push((*var, *yes));
                }
            }
            Terminator::Next { body, done, .. } => open.extend([*body, *done]),
            Terminator::Suspend(at) => open.push(at.done),
            end => open.extend(end.successors()),
        }
    }
    let cold = |block: &BlockId| !warm.contains(block);
    function.order.iter().copied().filter(cold).collect()
}

/// Whether a guard that has failed means that somebody has rebound something.
fn is_lasting(guard: &Guard) -> bool {
    match guard {
        Guard::Function(..)
        | Guard::Class(..)
        | Guard::Builtin(..)
        | Guard::Library(..)
        | Guard::Plain(_)
        | Guard::Constructible(_) => true,
        Guard::Intact(..) | Guard::Super(..) => false,
    }
}
