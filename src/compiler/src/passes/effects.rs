//! What a call of each function may do, bottom-up over the program's calls.

use crate::ir::{Effects, Function, Program, Terminator};

/// Computes `Function::effects` of all functions: the least solution, by repetition, as functions may be recursive.
pub fn run(program: &mut Program) {
    let mut known = vec![Effects::NONE; program.functions.len()];
    loop {
        let next: Vec<_> = program
            .functions
            .iter()
            .map(|function| of(function, &known))
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
