//! What each suspension keeps.
//!
//! In: a function with explicit ownership. Out: `kept` and `kept_vars` of every suspension list what may be used behind it:
//! values that are still wanted (an owned one is wanted at least by its `Release`), and variables that may be set.

use std::collections::BTreeSet;

use super::flow;
use crate::ir::{Function, State, Terminator, ValueId};

/// One function.
pub fn run(function: &mut Function) {
    if !function.has_frame {
        return;
    }
    let live_in = flow::liveness(function);
    let at_start = flow::states(function);
    let params: BTreeSet<ValueId> = function.params.iter().copied().collect();
    let mut place = 0;
    for block in function.order.clone() {
        let Some(mut states) = at_start[block.index()].clone() else {
            continue;
        };
        for op in &function.blocks[block.index()].ops {
            flow::step(&op.kind, &mut states);
        }
        let live = flow::live_out(function, block, &live_in);
        let vars = flow::vars(function)
            .filter(|var| states[var.index()] != State::Unset)
            .collect();
        if let Terminator::Suspend(at) = &mut function.blocks[block.index()].end {
            place += 1;
            at.place = place;
            at.kept = live
                .iter()
                .filter(|value| !params.contains(value))
                .collect();
            at.kept_vars = vars;
        }
    }
}
