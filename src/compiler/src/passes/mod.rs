//! What is done to IR between `lower` and `verify`, in order.

mod effects;
pub(crate) mod flow;
mod frames;
mod ownership;
mod tidy;
mod unbound;

use crate::ir::Program;

/// All passes.
pub fn run(program: &mut Program) {
    for function in &mut program.functions {
        tidy::run(function);
        unbound::run(function);
        ownership::run(function);
        frames::run(function);
    }
    effects::run(program);
}
