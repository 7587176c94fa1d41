//! What a call of each function may do, bottom-up over the program's calls.
//!
//! Functions that may run Python code poll for signals and other threads' requests when they are entered; so do those that
//! reach themselves by direct calls, which could otherwise go on for ever without a safe point.

use crate::ir::{Effects, Function, OpKind, Program, Terminator};

/// Computes `Function::effects` of all functions: the least solution, by repetition, as functions may be recursive.
pub fn run(program: &mut Program) {
    let mut known: Vec<_> = recursive(program)
        .into_iter()
        .map(|is_recursive| match is_recursive {
            true => Effects::ALL,
            false => Effects::NONE,
        })
        .collect();
    let at_least = known.clone();
    loop {
        let next: Vec<_> = program
            .functions
            .iter()
            .zip(&at_least)
            .map(|(function, least)| of(function, &known).union(*least))
            .collect();
        if next == known {
            break;
        }
        known = next;
    }
    for (function, effects) in program.functions.iter_mut().zip(known) {
        function.effects = effects;
    }
}

fn of(function: &Function, known: &[Effects]) -> Effects {
    let mut effects = Effects::NONE;
    for block in &function.order {
        let block = &function.blocks[block.index()];
        for op in &block.ops {
            effects = effects.union(op.kind.effects(&|id| known[id.index()]));
        }
        if let Terminator::Next { .. } | Terminator::Suspend(_) = block.end {
            effects = effects.union(Effects::ALL);
        }
    }
    effects
}

/// Which functions reach a cycle of direct calls: all but those whose callees, and theirs, come to an end.
fn recursive(program: &Program) -> Vec<bool> {
    let callees: Vec<Vec<usize>> = program.functions.iter().map(callees).collect();
    let mut callers = vec![Vec::new(); callees.len()];
    for (caller, all) in callees.iter().enumerate() {
        for callee in all {
            callers[*callee].push(caller);
        }
    }
    let mut left: Vec<usize> = callees.iter().map(Vec::len).collect();
    let mut ending: Vec<usize> = (0..left.len()).filter(|each| left[*each] == 0).collect();
    while let Some(each) = ending.pop() {
        for caller in &callers[each] {
            left[*caller] -= 1;
            if left[*caller] == 0 {
                ending.push(*caller);
            }
        }
    }
    left.into_iter().map(|calls| calls > 0).collect()
}

fn callees(function: &Function) -> Vec<usize> {
    let blocks = function
        .order
        .iter()
        .map(|each| &function.blocks[each.index()]);
    blocks
        .flat_map(|block| &block.ops)
        .filter_map(|op| match &op.kind {
            OpKind::Native(callee, _) => Some(callee.index()),
            _ => None,
        })
        .collect()
}
