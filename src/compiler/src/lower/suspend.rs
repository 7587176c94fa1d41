//! `await`: what is waited for, and the end of the block at which the body may be left.

use super::{Builder, Frame, Val};
use crate::hir::{Expr, Stmt, Target};
use crate::ir::{Awaited, BlockId, Operand, Ownership, Prim, Repr, Suspension, Terminator};
use crate::types::Type;

impl<'a> Builder<'a> {
    /// Waits for any awaitable object.
    pub(super) fn await_object(&mut self, awaitable: Operand) -> Val {
        self.await_with(Prim::AwaitIter, awaitable)
    }

    /// The same, where `get` finds what to send to.
    pub(super) fn await_with(&mut self, get: Prim, awaitable: Operand) -> Val {
        let iter = self.prim(get, vec![awaitable]);
        match self.suspend(Awaited::Object(iter), Some(Repr::Object)) {
            Some(op) => Val {
                op,
                ty: Type::Object,
            },
            None => crate::bug("an awaited object gives an object"),
        }
    }

    /// Hands a value out; what is sent back.
    pub(super) fn yield_value(&mut self, value: Option<&'a Expr>, expr: &'a Expr) -> Val {
        let value = match value {
            Some(value) => self.object(value),
            None => self.boxed(Val::none()),
        };
        self.at_line(expr.span);
        match self.suspend(Awaited::Yield(value), Some(Repr::Object)) {
            Some(op) => Val {
                op,
                ty: Type::Object,
            },
            None => crate::bug("a yield gives an object"),
        }
    }

    /// `async for`: `StopAsyncIteration` out of `__anext__` or out of waiting for it is the end.
    pub(super) fn async_for_loop(
        &mut self,
        target: &'a Target,
        iter: &'a Expr,
        body: &'a [Stmt],
        orelse: &'a [Stmt],
    ) {
        let line = self.line;
        let iter = self.async_start(iter);
        self.line = line;
        let otherwise = self.block("else");
        let (again, after) = (self.block("again"), self.block("after"));
        let top = self.async_next(&iter, target, otherwise);
        self.frames.push(Frame::Loop { again, after });
        self.body(body);
        self.frames.pop();
        self.goto(again);
        self.back_edge(again, top, line);
        self.start(otherwise);
        self.body(orelse);
        self.goto(after);
        self.start(after);
    }

    /// Evaluates what is iterated asynchronously.
    pub(super) fn async_start(&mut self, iter: &'a Expr) -> Operand {
        let object = self.object(iter);
        self.at_line(iter.span);
        self.prim(Prim::AsyncIterStart, vec![object])
    }

    /// The top of an asynchronous loop, as `loop_next` of others.
    pub(super) fn async_next(
        &mut self,
        iter: &Operand,
        target: &'a Target,
        done: BlockId,
    ) -> BlockId {
        let (top, ended, body) = (self.block("for"), self.block("ended"), self.block("body"));
        self.goto(top);
        self.start(top);
        let outer = self.error;
        self.error = ended;
        let item = self.await_with(Prim::AsyncIterNext, iter.clone());
        self.error = outer;
        self.goto(body);
        self.start(ended);
        let end = self.prim(Prim::AsyncIterEnded, Vec::new());
        self.branch(end, done, outer);
        self.start(body);
        self.assign(target, item);
        top
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
