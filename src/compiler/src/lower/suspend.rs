//! `await`: what is waited for, and the end of the block at which the body may be left.

use super::{Builder, Val};
use crate::ir::{Awaited, Operand, Ownership, Prim, Repr, Suspension, Terminator};
use crate::types::Type;

impl Builder<'_> {
    /// Waits for any awaitable object.
    pub(super) fn await_object(&mut self, awaitable: Operand) -> Val {
        let iter = self.prim(Prim::AwaitIter, vec![awaitable]);
        match self.suspend(Awaited::Object(iter), Some(Repr::Object)) {
            Some(op) => Val {
                op,
                ty: Type::Object,
            },
            None => crate::bug("an awaited object gives an object"),
        }
    }

    /// Ends the block with a suspension; what comes of it, in the block that follows.
    pub(super) fn suspend(&mut self, awaited: Awaited, result: Option<Repr>) -> Option<Operand> {
        let done = self.block("awaited");
        let result = result.map(|held| {
            let ownership = if held.is_counted() {
                Ownership::Owned
            } else {
                Ownership::Trivial
            };
            self.value(held, ownership)
        });
        self.end(Terminator::Suspend(Box::new(Suspension {
            awaited,
            result,
            done,
            error: self.error,
            line: self.line,
            place: 0,
            kept: Vec::new(),
            kept_vars: Vec::new(),
        })));
        self.start(done);
        result.map(Operand::Value)
    }
}
