//! Removes unreachable blocks and empty ones, and joins a block with the one it alone leads to.

use std::collections::BTreeSet;

use crate::ir::{BlockId, Function, Terminator};

/// Tidies one function. Afterwards every block in `order` is reachable and none outside of it is.
pub fn run(function: &mut Function) {
    skip_empty(function);
    drop_unreachable(function);
    join(function);
    drop_unreachable(function);
}

/// Jumps to a block that only jumps on go to its target.
fn skip_empty(function: &mut Function) {
    let count = function.blocks.len();
    let resolve = |function: &Function, from: BlockId| {
        let mut at = from;
        for _ in 0..count {
            let block = &function.blocks[at.index()];
            match block.end {
                Terminator::Goto(to) if block.ops.is_empty() && to != at => at = to,
                _ => break,
            }
        }
        at
    };
    for at in 0..count {
        let mut end = function.blocks[at].end.clone();
        // What `Next` or a suspension defines exists behind one edge only.
        let keep = match &end {
            Terminator::Next { body, .. } => Some(*body),
            Terminator::Suspend(at) => Some(at.done),
            _ => None,
        };
        for to in end.successors_mut() {
            if Some(*to) != keep {
                *to = resolve(function, *to);
            }
        }
        function.blocks[at].end = end;
        for op in 0..function.blocks[at].ops.len() {
            if let Some(error) = function.blocks[at].ops[op].error {
                function.blocks[at].ops[op].error = Some(resolve(function, error));
            }
        }
    }
}

/// Every way out of a block, error edges included.
pub fn ways_out(function: &Function, block: BlockId) -> Vec<BlockId> {
    let block = &function.blocks[block.index()];
    block
        .ops
        .iter()
        .filter_map(|op| op.error)
        .chain(block.end.successors())
        .collect()
}

fn drop_unreachable(function: &mut Function) {
    let mut reached = BTreeSet::new();
    let mut open = vec![BlockId(0)];
    while let Some(block) = open.pop() {
        if reached.insert(block) {
            open.extend(ways_out(function, block));
        }
    }
    function.order.retain(|block| reached.contains(block));
    // A block may be written twice in `order` only by a fault of `lower`.
    let mut seen = BTreeSet::new();
    function.order.retain(|block| seen.insert(*block));
    for block in reached {
        if seen.insert(block) {
            function.order.push(block);
        }
    }
}

/// Appends a block to the only one that leads to it, where that one leads nowhere else.
fn join(function: &mut Function) {
    let mut ways_in = vec![0u32; function.blocks.len()];
    for block in function.order.clone() {
        for to in ways_out(function, block) {
            ways_in[to.index()] += 1;
        }
    }
    let mut gone = BTreeSet::new();
    for at in function.order.clone() {
        if gone.contains(&at) {
            continue;
        }
        while let Terminator::Goto(to) = function.blocks[at.index()].end {
            if ways_in[to.index()] != 1 || to == at || to == BlockId(0) {
                break;
            }
            let ops = std::mem::take(&mut function.blocks[to.index()].ops);
            let end = std::mem::replace(
                &mut function.blocks[to.index()].end,
                Terminator::Unreachable,
            );
            function.blocks[at.index()].ops.extend(ops);
            function.blocks[at.index()].end = end;
            gone.insert(to);
        }
    }
    function.order.retain(|block| !gone.contains(block));
}
