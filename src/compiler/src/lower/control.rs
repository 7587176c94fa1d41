//! Statements that send control elsewhere: loops, `return`, `try`, `with`.
//!
//! Whatever leaves a statement early (`return`, `break`, `continue`) runs the work of the frames it crosses, innermost
//! first: a `finally` body is lowered once per way out, as CPython does. Loops need no work: the loop's state is a value,
//! released where it is no longer wanted.

use super::{Builder, Frame, Place, Val, repr};
use crate::hir::{Expr, ExprKind, Handler, LocalId, Stmt, Target, WithItem};
use crate::ir::{
    BlockId, Guard, OpKind, Operand, Ownership, Prim, Repr, State, Terminator, ValueId,
};
use crate::types::Type;

/// The state of a loop and how its items come.
pub(super) struct Loop {
    iter: ValueId,
    /// What is known of an item as it comes.
    item: Type,
}

impl<'a> Builder<'a> {
    pub(super) fn return_value(&mut self, value: Option<&'a Expr>) {
        let ty = &self.function.returns;
        let result = match value {
            Some(value) => {
                let value = self.expr_as(value, ty);
                // A check of `None` is all that is left of one.
                (self.out.returns != Repr::Void).then_some(value.op)
            }
            None if self.out.returns == Repr::Void => None,
            None => Some(self.convert(Val::none(), ty).op),
        };
        self.unwind(0);
        match self.exit {
            Some((exit, var)) => {
                if let (Some(var), Some(result)) = (var, result) {
                    self.store(var, result);
                }
                self.goto(exit);
            }
            None => self.end(Terminator::Return(result)),
        }
    }

    /// `break` or `continue`.
    pub(super) fn leave_loop(&mut self, again: bool) {
        let Some(at) = self
            .frames
            .iter()
            .rposition(|frame| matches!(frame, Frame::Loop { .. }))
        else {
            crate::bug("break or continue outside of a loop");
        };
        let Frame::Loop { again: top, after } = self.frames[at].clone() else {
            return;
        };
        self.unwind(at + 1);
        self.goto(if again { top } else { after });
    }

    /// Does the work of the frames from the innermost down to `down`, without leaving them.
    fn unwind(&mut self, down: usize) {
        let (frames, error, line) = (self.frames.clone(), self.error, self.line);
        for at in (down..frames.len()).rev() {
            self.frames.truncate(at);
            match &frames[at] {
                Frame::Loop { .. } => {}
                Frame::Finally { body, outer } => {
                    self.error = *outer;
                    self.body(body);
                }
                Frame::With {
                    is_async,
                    exit,
                    outer,
                    line,
                } => {
                    self.error = *outer;
                    self.line = *line;
                    self.exit_manager(*is_async, *exit);
                }
                Frame::Handling {
                    previous,
                    name,
                    outer,
                } => {
                    self.error = *outer;
                    self.leave_handler(*previous, *name);
                }
            }
        }
        self.frames = frames;
        self.error = error;
        self.line = line;
    }

    /// Unbinds the clause's name and restores what was handled before.
    fn leave_handler(&mut self, previous: ValueId, name: Option<LocalId>) {
        if let Some(name) = name {
            self.clear_local(name);
        }
        self.act(Prim::ExceptLeave, vec![Operand::Value(previous)]);
    }

    pub(super) fn clear_local(&mut self, local: LocalId) {
        match self.places[local.index()] {
            Place::Var(var) => {
                self.op(OpKind::Clear(var, State::Maybe), &[]);
            }
            Place::Cell(var) => self.clear_cell(var),
            Place::Param(_) => {}
        }
    }

    // Loops.

    pub(super) fn while_loop(&mut self, test: &'a Expr, body: &'a [Stmt], orelse: &'a [Stmt]) {
        let (top, inside, again, after) = (
            self.block("while"),
            self.block("body"),
            self.block("again"),
            self.block("after"),
        );
        let otherwise = if orelse.is_empty() {
            after
        } else {
            self.block("else")
        };
        let line = self.line;
        self.goto(top);
        self.start(top);
        self.condition(test, inside, otherwise);
        self.start(inside);
        self.frames.push(Frame::Loop { again, after });
        self.body(body);
        self.frames.pop();
        self.goto(again);
        self.back_edge(again, top, line);
        if !orelse.is_empty() {
            self.start(otherwise);
            self.body(orelse);
            self.goto(after);
        }
        self.start(after);
    }

    pub(super) fn for_loop(
        &mut self,
        target: &'a Target,
        iter: &'a Expr,
        body: &'a [Stmt],
        orelse: &'a [Stmt],
    ) {
        let line = self.line;
        let state = self.loop_start(iter);
        let (again, after) = (self.block("again"), self.block("after"));
        let otherwise = if orelse.is_empty() {
            after
        } else {
            self.block("else")
        };
        let top = self.loop_next(&state, target, otherwise);
        self.frames.push(Frame::Loop { again, after });
        self.body(body);
        self.frames.pop();
        self.goto(again);
        self.back_edge(again, top, line);
        if !orelse.is_empty() {
            self.start(otherwise);
            self.body(orelse);
            self.goto(after);
        }
        self.start(after);
    }

    /// The jump back to a loop's top, with a safe point.
    pub(super) fn back_edge(&mut self, again: BlockId, top: BlockId, line: u32) {
        self.start(again);
        self.line = line;
        self.act(Prim::SafePoint, Vec::new());
        self.goto(top);
    }

    /// Evaluates the iterable and starts the loop over it.
    pub(super) fn loop_start(&mut self, iter: &'a Expr) -> Loop {
        self.at_line(iter.span);
        if let ExprKind::Call(call) = &iter.kind
            && let crate::hir::Callee::Builtin(name) = &call.callee
            && name == "range"
            && let Some(bounds) = self.int_arguments(call)
            && (1..=3).contains(&bounds.len())
        {
            return self.range_start(name, bounds);
        }
        let value = self.expr(iter);
        let item = match &value.ty {
            Type::Str => Type::Str,
            Type::Dict(..) | Type::List(_) | Type::Set(_) => Type::Object,
            _ => Type::Object,
        };
        let object = self.boxed(value);
        let iter = self.op(OpKind::Prim(Prim::IterStart, vec![object]), &[Repr::Iter])[0];
        Loop { iter, item }
    }

    /// `range(…)` without an object, while the name means the builtin; the state of both ways is the same.
    fn range_start(&mut self, name: &str, bounds: Vec<&'a Expr>) -> Loop {
        let line = self.line;
        let mut values: Vec<_> = bounds
            .into_iter()
            .map(|bound| self.expr_as(bound, &Type::Int))
            .collect();
        let (fast, slow, join) = (
            self.block("range"),
            self.block("rebound"),
            self.block("loop"),
        );
        self.line = line;
        let state = self.temp(Repr::Range);
        let guard = Guard::Builtin(self.function.module, name.into());
        self.end(Terminator::BranchGuard {
            guard,
            yes: fast,
            no: slow,
        });

        self.start(fast);
        let int = |number| Operand::Const(crate::ir::Const::Small(number));
        let args = match &values[..] {
            [stop] => vec![int(0), stop.op.clone(), int(1)],
            [start, stop] => vec![start.op.clone(), stop.op.clone(), int(1)],
            all => all.iter().map(|value| value.op.clone()).collect(),
        };
        let range = self.op1(OpKind::Prim(Prim::RangeStart, args), Repr::Range);
        self.store(state, range);
        self.goto(join);

        self.start(slow);
        let callee = self.global(name);
        let args = values.drain(..).map(|value| self.boxed(value)).collect();
        let object = self.op1(
            OpKind::CallObject {
                callee,
                args,
                keywords: Vec::new(),
            },
            Repr::Object,
        );
        let range = self.op1(
            OpKind::Prim(Prim::RangeStartObject, vec![object]),
            Repr::Range,
        );
        self.store(state, range);
        self.goto(join);

        self.start(join);
        let Operand::Value(iter) = self.take(state) else {
            crate::bug("a variable's content is a value")
        };
        Loop {
            iter,
            item: Type::Int,
        }
    }

    /// The top of a loop: fetches the next item into the target and goes on in the body; at the end goes to `done`.
    /// Gives the block to jump back to.
    pub(super) fn loop_next(&mut self, state: &Loop, target: &'a Target, done: BlockId) -> BlockId {
        let (top, body) = (self.block("for"), self.block("body"));
        let held = repr(&state.item);
        let item = self.value(
            held,
            if held.is_counted() {
                Ownership::Owned
            } else {
                Ownership::Trivial
            },
        );
        self.goto(top);
        self.start(top);
        self.end(Terminator::Next {
            iter: state.iter,
            item,
            body,
            done,
            error: self.error,
            line: self.line,
        });
        self.start(body);
        self.assign(
            target,
            Val {
                op: Operand::Value(item),
                ty: state.item.clone(),
            },
        );
        top
    }

    // Exceptions.

    pub(super) fn try_statement(
        &mut self,
        body: &'a [Stmt],
        handlers: &'a [Handler],
        orelse: &'a [Stmt],
        finally: &'a [Stmt],
    ) {
        if finally.is_empty() {
            self.try_except(body, handlers, orelse);
            return;
        }
        let outer = self.error;
        let (failed, after) = (self.block("finally"), self.block("after"));
        self.error = failed;
        self.frames.push(Frame::Finally {
            body: finally,
            outer,
        });
        if handlers.is_empty() {
            self.body(body);
            self.body(orelse);
        } else {
            self.try_except(body, handlers, orelse);
        }
        self.frames.pop();
        self.error = outer;
        self.body(finally);
        self.goto(after);

        self.start(failed);
        let (exception, previous) = self.except_enter();
        let again = self.block("finally_failed");
        self.error = again;
        self.frames.push(Frame::Handling {
            previous,
            name: None,
            outer,
        });
        self.body(finally);
        self.frames.pop();
        self.error = outer;
        self.leave_handler(previous, None);
        self.raise(Prim::RaiseAgain, vec![Operand::Value(exception)], false);
        self.pass_on(again, previous, None, outer);
        self.start(after);
    }

    /// A block that is entered with an exception raised inside a handler: leaves the handler and passes it on.
    fn pass_on(
        &mut self,
        block: BlockId,
        previous: ValueId,
        name: Option<LocalId>,
        outer: BlockId,
    ) {
        self.start(block);
        self.leave_handler(previous, name);
        self.goto(outer);
    }

    fn except_enter(&mut self) -> (ValueId, ValueId) {
        let results = self.op(OpKind::ExceptEnter, &[Repr::Object, Repr::Handled]);
        (results[0], results[1])
    }

    fn try_except(&mut self, body: &'a [Stmt], handlers: &'a [Handler], orelse: &'a [Stmt]) {
        let outer = self.error;
        let (caught, after) = (self.block("except"), self.block("after"));
        self.error = caught;
        self.body(body);
        self.error = outer;
        self.body(orelse);
        self.goto(after);

        self.start(caught);
        let (exception, previous) = self.except_enter();
        let matching = self.block("except_failed");
        for handler in handlers {
            self.at_line(handler.span);
            let next = self.block("except");
            if let Some(types) = &handler.matches {
                self.error = matching;
                let types = self.object(types);
                self.at_line(handler.span);
                let matches =
                    self.prim(Prim::ExceptMatches, vec![Operand::Value(exception), types]);
                self.error = outer;
                let clause = self.block("clause");
                self.branch(matches, clause, next);
                self.start(clause);
            }
            self.clause(handler, exception, previous, outer, after);
            self.start(next);
        }
        self.act(Prim::ExceptLeave, vec![Operand::Value(previous)]);
        self.raise(Prim::RaiseAgain, vec![Operand::Value(exception)], false);
        self.pass_on(matching, previous, None, outer);
        self.start(after);
    }

    fn clause(
        &mut self,
        handler: &'a Handler,
        exception: ValueId,
        previous: ValueId,
        outer: BlockId,
        after: BlockId,
    ) {
        let failed = self.block("clause_failed");
        self.error = failed;
        if let Some(name) = handler.name {
            self.store_local(
                name,
                Val {
                    op: Operand::Value(exception),
                    ty: Type::Object,
                },
            );
        }
        self.frames.push(Frame::Handling {
            previous,
            name: handler.name,
            outer,
        });
        self.body(&handler.body);
        self.frames.pop();
        self.error = outer;
        self.leave_handler(previous, handler.name);
        self.goto(after);
        self.pass_on(failed, previous, handler.name, outer);
    }

    pub(super) fn with_statement(
        &mut self,
        is_async: bool,
        items: &'a [WithItem],
        body: &'a [Stmt],
    ) {
        let Some((item, rest)) = items.split_first() else {
            self.body(body);
            return;
        };
        let outer = self.error;
        self.at_line(item.context.span);
        let line = self.line;
        let manager = self.object(&item.context);
        let enter = if is_async {
            OpKind::AsyncWithEnter(manager)
        } else {
            OpKind::WithEnter(manager)
        };
        let results = self.op(enter, &[Repr::Object, Repr::Object]);
        let (value, exit) = (Operand::Value(results[0]), results[1]);
        let value = if is_async {
            self.await_with(Prim::AwaitEntering, value).op
        } else {
            value
        };
        let (failed, after) = (self.block("with_failed"), self.block("after"));
        self.error = failed;
        self.frames.push(Frame::With {
            is_async,
            exit,
            outer,
            line,
        });
        if let Some(target) = &item.target {
            self.assign(
                target,
                Val {
                    op: value,
                    ty: Type::Object,
                },
            );
        }
        self.with_statement(is_async, rest, body);
        self.frames.pop();
        self.error = outer;
        self.line = line;
        self.exit_manager(is_async, exit);
        self.goto(after);

        self.start(failed);
        self.line = line;
        let (exception, previous) = self.except_enter();
        let (again, suppressed, passed) = (
            self.block("exit_failed"),
            self.block("suppressed"),
            self.block("passed"),
        );
        self.error = again;
        let args = vec![Operand::Value(exit), Operand::Value(exception)];
        let suppresses = if is_async {
            let left = self.prim(Prim::AsyncWithExitException, args);
            let answer = self.await_with(Prim::AwaitExiting, left);
            self.truth(answer)
        } else {
            self.prim(Prim::WithExitException, args)
        };
        self.error = outer;
        self.branch(suppresses, suppressed, passed);
        self.start(suppressed);
        self.leave_handler(previous, None);
        self.goto(after);
        self.start(passed);
        self.leave_handler(previous, None);
        self.raise(Prim::RaiseAgain, vec![Operand::Value(exception)], false);
        self.pass_on(again, previous, None, outer);
        self.start(after);
    }

    /// Leaves a `with` without an exception.
    fn exit_manager(&mut self, is_async: bool, exit: ValueId) {
        let exit = vec![Operand::Value(exit)];
        if is_async {
            let left = self.prim(Prim::AsyncWithExit, exit);
            self.await_with(Prim::AwaitExiting, left);
        } else {
            self.act(Prim::WithExit, exit);
        }
    }
}
