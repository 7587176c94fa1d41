//! HIR to IR: Python's structure becomes blocks and edges, Python's types become representations and checks.
//!
//! In: a checked program. Out: one IR function per HIR function. What holds: evaluation order is Python's; every op that
//! may raise has an error edge to the innermost handler; every value is converted to the representation of the place it
//! flows into, with a check where the claim is not yet proved. Ownership is left to the pass of that name.

mod builtin;
mod call;
mod callers;
mod closure;
mod control;
mod convert;
mod display;
mod expression;
mod instance;
mod library;
mod match_statement;
mod member;
mod operator;
mod statement;
mod super_call;
mod suspend;

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::hir::{self, FunctionId, LocalId};
use crate::ir::{
    Block, BlockId, Const, Effects, Function, Op, OpKind, Operand, Ownership, Prim, Program, Repr,
    State, Terminator, Value, ValueId, Var, VarId,
};
use crate::source::{Sources, Span};
use crate::types::Type;
pub(crate) use convert::repr;

/// All functions of a program.
pub fn lower(program: &hir::Program, sources: &Sources) -> Program {
    let functions = (0..program.functions.len())
        .map(|at| Builder::new(program, sources, FunctionId(at as u32)).build())
        .collect();
    Program { functions }
}

/// How the result of a function is held.
pub(crate) fn returned(ty: &Type) -> Repr {
    if *ty == Type::None {
        Repr::Void
    } else {
        repr(ty)
    }
}

/// The result of an expression: where it is and what is known of it.
#[derive(Clone, Debug)]
pub(crate) struct Val {
    pub(crate) op: Operand,
    /// What is proved of it; its representation is `repr(&ty)`.
    pub(crate) ty: Type,
}

impl Val {
    pub(crate) fn none() -> Val {
        Val {
            op: Operand::Const(Const::None),
            ty: Type::None,
        }
    }
}

/// Where a local lives.
#[derive(Clone, Copy)]
enum Place {
    /// A parameter that is never assigned.
    Param(ValueId),
    Var(VarId),
    /// The variable contains the cell.
    Cell(VarId),
}

/// What has to be done on the way out of a statement, innermost last.
#[derive(Clone)]
enum Frame<'a> {
    Loop {
        again: BlockId,
        after: BlockId,
    },
    Finally {
        body: &'a [hir::Stmt],
        outer: BlockId,
    },
    With {
        is_async: bool,
        exit: ValueId,
        outer: BlockId,
        line: u32,
    },
    /// An `except` clause or a `finally` that runs for an exception.
    Handling {
        previous: ValueId,
        name: Option<LocalId>,
        outer: BlockId,
    },
}

pub(crate) struct Builder<'a> {
    program: &'a hir::Program,
    sources: &'a Sources,
    function: &'a hir::Function,
    out: Function,
    places: Vec<Place>,
    /// The block being filled.
    at: BlockId,
    /// Where exceptions go.
    error: BlockId,
    /// Python's line.
    line: u32,
    frames: Vec<Frame<'a>>,
    /// Where `return` goes when the function has one way out, and the variable with the result.
    exit: Option<(BlockId, Option<VarId>)>,
    /// The generator expressions around this place that are written out in the function, each with the names of its own.
    generators: Vec<Vec<LocalId>>,
}

impl<'a> Builder<'a> {
    fn new(program: &'a hir::Program, sources: &'a Sources, id: FunctionId) -> Builder<'a> {
        let function = &program.functions[id.index()];
        let module = &program.modules[function.module.index()];
        let line = sources.line(function.span);
        let out = Function {
            name: format!("{}.{}", module.name, function.qualname),
            params: Vec::new(),
            returns: returned(&function.returns),
            values: Vec::new(),
            vars: Vec::new(),
            blocks: Vec::new(),
            order: Vec::new(),
            has_frame: function.has_frame,
            effects: Effects::NONE,
            line,
        };
        Builder {
            program,
            sources,
            function,
            out,
            places: Vec::new(),
            at: BlockId(0),
            error: BlockId(0),
            line,
            frames: Vec::new(),
            exit: None,
            generators: Vec::new(),
        }
    }

    fn build(mut self) -> Function {
        let entry = self.block("entry");
        self.start(entry);
        let fail = self.block("fail");
        self.out.blocks[fail.index()].end = Terminator::Fail;
        self.error = fail;
        self.lower_locals();
        let function = self.function;
        if returns_in(&function.body) > 1
            && self
                .out
                .vars
                .iter()
                .filter(|var| var.repr.is_counted())
                .count()
                > 2
        {
            let result = (self.out.returns != Repr::Void).then(|| self.temp(self.out.returns));
            self.exit = Some((self.block("exit"), result));
        }
        self.body(&function.body);
        self.return_value(None);
        if let Some((exit, result)) = self.exit {
            self.start(exit);
            let value = result.map(|var| self.take(var));
            self.end(Terminator::Return(value));
        }
        self.out.order.push(fail);
        self.out
    }

    /// Parameters and variables. A parameter that the body assigns or deletes becomes a variable.
    fn lower_locals(&mut self) {
        let function = self.function;
        let mut assigned = BTreeSet::new();
        statement::assigned_in_body(&function.body, &mut assigned);
        let mut moved = Vec::new();
        let mut given = Vec::new();
        for (at, local) in function.locals.iter().enumerate() {
            let held = repr(&local.ty);
            if at < function.params.len() {
                let ownership = if held.is_counted() {
                    Ownership::Borrowed
                } else {
                    Ownership::Trivial
                };
                let param = self.value(held, ownership);
                self.out.params.push(param);
                given.push(Operand::Value(param));
                if !local.cell {
                    if !assigned.contains(&LocalId(at as u32)) {
                        self.places.push(Place::Param(param));
                        continue;
                    }
                    moved.push((VarId(self.out.vars.len() as u32), param));
                }
            }
            if local.cell {
                let var = self.temp(Repr::Object);
                self.out.vars[var.index()].name.clone_from(&local.name);
                self.places.push(Place::Cell(var));
                continue;
            }
            self.places
                .push(Place::Var(VarId(self.out.vars.len() as u32)));
            self.out.vars.push(Var {
                name: local.name.clone(),
                repr: held,
            });
        }
        for (var, param) in moved {
            self.op(OpKind::Store(var, Operand::Value(param), State::Unset), &[]);
        }
        self.cells(&given);
    }

    // Blocks.

    fn block(&mut self, label: &'static str) -> BlockId {
        self.out.blocks.push(Block {
            label,
            ops: Vec::new(),
            end: Terminator::Unreachable,
        });
        BlockId(self.out.blocks.len() as u32 - 1)
    }

    /// Goes on filling that block, which is written after all that were started before.
    fn start(&mut self, block: BlockId) {
        self.at = block;
        self.out.order.push(block);
    }

    /// Ends the current block; what follows until the next `start` is unreachable.
    fn end(&mut self, end: Terminator) {
        self.out.blocks[self.at.index()].end = end;
        let dead = self.block("dead");
        self.start(dead);
    }

    fn goto(&mut self, to: BlockId) {
        self.end(Terminator::Goto(to));
    }

    fn branch(&mut self, condition: Operand, yes: BlockId, no: BlockId) {
        self.end(Terminator::Branch { condition, yes, no });
    }

    // Ops.

    fn value(&mut self, repr: Repr, ownership: Ownership) -> ValueId {
        self.out.values.push(Value { repr, ownership });
        ValueId(self.out.values.len() as u32 - 1)
    }

    /// Adds an op with owned (or trivial) results.
    fn op(&mut self, kind: OpKind, results: &[Repr]) -> Vec<ValueId> {
        let results: Vec<_> = results
            .iter()
            .map(|repr| {
                self.value(
                    *repr,
                    if repr.is_counted() {
                        Ownership::Owned
                    } else {
                        Ownership::Trivial
                    },
                )
            })
            .collect();
        self.push(kind, results.clone());
        results
    }

    fn push(&mut self, kind: OpKind, results: Vec<ValueId>) {
        let error = kind.may_raise().then_some(self.error);
        let op = Op {
            kind,
            results,
            line: self.line,
            error,
            traceback: error.is_some(),
            framed: false,
        };
        self.out.blocks[self.at.index()].ops.push(op);
    }

    fn op1(&mut self, kind: OpKind, result: Repr) -> Operand {
        Operand::Value(self.op(kind, &[result])[0])
    }

    /// Calls a function of the C library that has a result.
    fn prim(&mut self, prim: Prim, args: Vec<Operand>) -> Operand {
        let row = prim.get();
        let Some(held) = row.result else {
            crate::bug(&format!("{} has no result", row.name))
        };
        let ownership = match (held.is_counted(), row.lent) {
            (false, _) => Ownership::Trivial,
            (true, true) => Ownership::Borrowed,
            (true, false) => Ownership::Owned,
        };
        let result = self.value(held, ownership);
        self.push(OpKind::Prim(prim, args), vec![result]);
        Operand::Value(result)
    }

    /// Calls one that has none.
    fn act(&mut self, prim: Prim, args: Vec<Operand>) {
        self.push(OpKind::Prim(prim, args), Vec::new());
    }

    /// Calls one that always raises.
    fn raise(&mut self, prim: Prim, args: Vec<Operand>, traceback: bool) {
        self.push(OpKind::Prim(prim, args), Vec::new());
        if let Some(op) = self.out.blocks[self.at.index()].ops.last_mut() {
            op.traceback = traceback;
        }
        self.end(Terminator::Unreachable);
    }

    /// As `prim`, with a known Python type for the result.
    fn typed(&mut self, prim: Prim, args: Vec<Operand>, ty: Type) -> Val {
        Val {
            op: self.prim(prim, args),
            ty,
        }
    }

    // Variables.

    fn temp(&mut self, repr: Repr) -> VarId {
        self.out.vars.push(Var {
            name: String::new(),
            repr,
        });
        VarId(self.out.vars.len() as u32 - 1)
    }

    fn store(&mut self, var: VarId, value: Operand) {
        // The state is found out by the ownership pass.
        self.op(OpKind::Store(var, value, State::Maybe), &[]);
    }

    fn take(&mut self, var: VarId) -> Operand {
        let held = self.out.vars[var.index()].repr;
        self.op1(OpKind::Take(var), held)
    }

    fn load(&mut self, var: VarId) -> Operand {
        let held = self.out.vars[var.index()].repr;
        let ownership = if held.is_counted() {
            Ownership::BorrowedFrom(var)
        } else {
            Ownership::Trivial
        };
        let result = self.value(held, ownership);
        self.push(OpKind::Load(var), vec![result]);
        Operand::Value(result)
    }

    /// Whether code of this function may go on after an exception here.
    fn is_guarded(&self) -> bool {
        !matches!(self.out.blocks[self.error.index()].end, Terminator::Fail)
    }

    // Lines.

    fn at_line(&mut self, span: Span) {
        self.line = self.sources.line(span);
    }

    fn str(&self, text: &str) -> Operand {
        Operand::Const(Const::Str(Rc::from(text)))
    }

    fn globals(&self) -> Operand {
        Operand::Const(Const::Globals(self.function.module))
    }
}

/// How many `return` statements there are.
fn returns_in(body: &[hir::Stmt]) -> usize {
    body.iter()
        .map(|stmt| match &stmt.kind {
            hir::StmtKind::Return(_) => 1,
            hir::StmtKind::If { body, orelse, .. }
            | hir::StmtKind::While { body, orelse, .. }
            | hir::StmtKind::For { body, orelse, .. } => returns_in(body) + returns_in(orelse),
            hir::StmtKind::Try {
                body,
                handlers,
                orelse,
                finally,
            } => {
                returns_in(body)
                    + returns_in(orelse)
                    + returns_in(finally)
                    + handlers
                        .iter()
                        .map(|handler| returns_in(&handler.body))
                        .sum::<usize>()
            }
            hir::StmtKind::With { body, .. } => returns_in(body),
            hir::StmtKind::Match { cases, .. } => {
                cases.iter().map(|case| returns_in(&case.body)).sum()
            }
            hir::StmtKind::Expr(_)
            | hir::StmtKind::Assign { .. }
            | hir::StmtKind::AugAssign { .. }
            | hir::StmtKind::Raise { .. }
            | hir::StmtKind::Assert { .. }
            | hir::StmtKind::Delete(_)
            | hir::StmtKind::Break
            | hir::StmtKind::Continue
            | hir::StmtKind::Pass => 0,
        })
        .sum()
}
