//! Drops the checks for `UnboundLocalError` of variables that are set on every path.

use super::flow;
use crate::ir::{Function, OpKind, State};

/// One function.
pub fn run(function: &mut Function) {
    let at_start = flow::states(function);
    for block in function.order.clone() {
        let Some(mut states) = at_start[block.index()].clone() else {
            continue;
        };
        function.blocks[block.index()].ops.retain(|op| {
            let keep = match &op.kind {
                OpKind::CheckBound(var, _) => states[var.index()] != State::Set,
                _ => true,
            };
            flow::step(&op.kind, &mut states);
            keep
        });
    }
    // Handlers may have lost their last way in.
    super::tidy::run(function);
}
