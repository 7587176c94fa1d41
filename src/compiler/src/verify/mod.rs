//! Checks IR on every path; `emit` takes only what has passed.
//!
//! What is proved: every operand is defined and of the right representation; every op that may raise has an error edge
//! and no other has one; an owned value is consumed exactly once on every path; a borrowed value is not used after the
//! variable it was borrowed from has changed; a variable is read only where it is set, and cleared before the function is
//! left; the handled exception is restored on every way out of a handler. This shares no code with the passes.

mod suspension;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{
    Block, BlockId, Const, Effects, Function, Guard, Op, OpKind, Operand, Ownership, Program, Repr,
    State, Terminator, Use, ValueId, VarId,
};
use crate::passes::flow;

/// A program that has been verified. Only `verify` makes one.
#[derive(Debug)]
pub struct Verified(Program);

impl Verified {
    /// What has been verified.
    pub fn program(&self) -> &Program {
        &self.0
    }
}

/// What is wrong, where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The function's name.
    pub function: String,
    /// The block's label and number.
    pub block: String,
    /// The op's position in it; none for the terminator or the edges into the block.
    pub op: Option<usize>,
    /// What is wrong with it.
    pub what: String,
}

/// Verifies all functions.
pub fn verify(program: Program) -> Result<Verified, Fault> {
    for function in &program.functions {
        self::function(function, &program)?;
    }
    Ok(Verified(program))
}

/// Verifies one function.
fn function(function: &Function, program: &Program) -> Result<(), Fault> {
    let mut checker = Checker {
        function,
        program,
        at: BlockId(0),
        op: None,
        travels: travelling(function),
    };
    let mut at_start: BTreeMap<BlockId, Facts> = BTreeMap::new();
    let mut facts = Facts {
        alive: BTreeSet::new(),
        vars: vec![State::Unset; function.vars.len()],
    };
    facts.alive.extend(&function.params);
    at_start.insert(BlockId(0), facts);
    let mut open = vec![BlockId(0)];
    while let Some(block) = open.pop() {
        let facts = at_start[&block].clone();
        checker.at = block;
        for (to, facts) in checker.block(facts)? {
            match at_start.get_mut(&to) {
                None => {
                    at_start.insert(to, facts);
                    open.push(to);
                }
                Some(known) => {
                    let joined = checker.join(known, &facts, to)?;
                    if joined != *known {
                        *known = joined;
                        open.push(to);
                    }
                }
            }
        }
    }
    let listed: BTreeSet<_> = function.order.iter().copied().collect();
    checker.op = None;
    for block in at_start.keys() {
        checker.at = *block;
        checker.require(listed.contains(block), || {
            "is reached but not written".into()
        })?;
    }
    checker.require(listed.len() == function.order.len(), || {
        "is written twice".into()
    })
}

/// What is known at one point.
#[derive(Clone, PartialEq, Eq)]
struct Facts {
    /// Values that may be used. An owned one in it must still be consumed.
    alive: BTreeSet<ValueId>,
    vars: Vec<State>,
}

struct Checker<'a> {
    function: &'a Function,
    program: &'a Program,
    at: BlockId,
    op: Option<usize>,
    /// By value: whether another block than the one that defines it uses it.
    travels: Vec<bool>,
}

/// The values that are used outside the block that defines them. Long functions have few, and the facts between
/// blocks are about no others.
fn travelling(function: &Function) -> Vec<bool> {
    let mut home = vec![None; function.values.len()];
    for (at, block) in function.blocks.iter().enumerate() {
        for result in block.ops.iter().flat_map(|op| &op.results) {
            home[result.index()] = Some(at);
        }
    }
    let mut travels = vec![false; function.values.len()];
    for (at, block) in function.blocks.iter().enumerate() {
        let operands = block.ops.iter().flat_map(|op| op.kind.operands());
        let mut used: Vec<ValueId> = operands
            .filter_map(|(operand, _)| operand.value())
            .collect();
        used.extend(flow::used_at_end(&block.end));
        for value in used {
            travels[value.index()] |= home[value.index()] != Some(at);
        }
    }
    travels
}

type Checked<T = ()> = Result<T, Fault>;

impl Checker<'_> {
    fn fail<T>(&self, what: String) -> Checked<T> {
        let block = &self.function.blocks[self.at.index()];
        Err(Fault {
            function: self.function.name.clone(),
            block: format!("{}_{}", block.label, self.at.0),
            op: self.op,
            what,
        })
    }

    fn require(&self, holds: bool, what: impl FnOnce() -> String) -> Checked {
        if holds { Ok(()) } else { self.fail(what()) }
    }

    fn ownership(&self, value: ValueId) -> Ownership {
        self.function.values[value.index()].ownership
    }

    fn owned(&self, facts: &Facts) -> BTreeSet<ValueId> {
        facts
            .alive
            .iter()
            .copied()
            .filter(|value| self.ownership(*value) == Ownership::Owned)
            .collect()
    }

    /// Two ways into a block: owned values must agree; of the others, what both have is left.
    fn join(&mut self, known: &Facts, other: &Facts, to: BlockId) -> Checked<Facts> {
        self.at = to;
        self.op = None;
        let (a, b) = (self.owned(known), self.owned(other));
        if let Some(value) = a.symmetric_difference(&b).next() {
            return self.fail(format!("%{} is owned on one way in only", value.0));
        }
        let vars = known
            .vars
            .iter()
            .zip(&other.vars)
            .map(|(a, b)| if a == b { *a } else { State::Maybe })
            .collect();
        Ok(Facts {
            alive: known.alive.intersection(&other.alive).copied().collect(),
            vars,
        })
    }

    /// Runs through a block and gives the facts on each way out.
    fn block(&mut self, mut facts: Facts) -> Checked<Vec<(BlockId, Facts)>> {
        let block = &self.function.blocks[self.at.index()];
        let mut out = Vec::new();
        let mut ended = false;
        for (at, op) in block.ops.iter().enumerate() {
            self.op = Some(at);
            self.require(!ended, || "follows an op that always raises".into())?;
            self.shape(op)?;
            self.operands(op, &mut facts)?;
            if let Some(error) = op.error {
                out.push((error, facts.clone()));
            }
            self.effect(op, &mut facts)?;
            for result in &op.results {
                self.define(*result, &mut facts)?;
            }
            ended = matches!(op.kind, OpKind::Prim(prim, _) if prim.get().failure == crate::ir::primitives::Failure::Always);
        }
        self.op = None;
        self.require(
            ended == matches!(block.end, Terminator::Unreachable),
            || "ends as if it could (not) be reached".into(),
        )?;
        self.end(block, facts, &mut out)?;
        for (_, facts) in &mut out {
            facts.alive.retain(|value| {
                self.travels[value.index()] || self.ownership(*value) == Ownership::Owned
            });
        }
        Ok(out)
    }

    fn define(&self, value: ValueId, facts: &mut Facts) -> Checked {
        let info = &self.function.values[value.index()];
        let agree = match info.ownership {
            Ownership::Trivial => !info.repr.is_counted(),
            Ownership::Owned | Ownership::Borrowed | Ownership::BorrowedFrom(_) => {
                info.repr.is_counted()
            }
        };
        self.require(agree, || {
            format!(
                "%{} has an ownership that its representation has not",
                value.0
            )
        })?;
        let fresh = facts.alive.insert(value) || info.ownership != Ownership::Owned;
        self.require(fresh, || {
            format!("%{} is defined again before it was consumed", value.0)
        })
    }

    fn borrow(&self, operand: &Operand, facts: &Facts) -> Checked {
        match operand {
            Operand::Const(_) => Ok(()),
            Operand::Value(value) => self.require(facts.alive.contains(value), || {
                format!("%{} is not alive", value.0)
            }),
        }
    }

    fn consume(&self, value: ValueId, facts: &mut Facts) -> Checked {
        self.require(self.ownership(value) == Ownership::Owned, || {
            format!("%{} is not owned", value.0)
        })?;
        self.require(facts.alive.remove(&value), || {
            format!("%{} is consumed but not alive", value.0)
        })
    }

    fn operands(&self, op: &Op, facts: &mut Facts) -> Checked {
        let operands = op.kind.operands();
        for (operand, _) in &operands {
            self.borrow(operand, facts)?;
        }
        for (operand, usage) in operands {
            let counted = self.function.repr(operand).is_some_and(Repr::is_counted);
            if usage == Use::Borrow || !counted {
                continue;
            }
            match operand {
                Operand::Value(value) => self.consume(*value, facts)?,
                Operand::Const(constant) => self.require(constant.is_free(), || {
                    "steals a constant that is counted".into()
                })?,
            }
        }
        if let OpKind::Release(value) = op.kind {
            self.require(
                self.function.values[value.index()].repr != Repr::Handled,
                || "releases what was handled before instead of restoring it".into(),
            )?;
            self.consume(value, facts)?;
        }
        Ok(())
    }

    /// What an op does to variables.
    fn effect(&self, op: &Op, facts: &mut Facts) -> Checked {
        match &op.kind {
            OpKind::Load(var) => self.require(facts.vars[var.index()] == State::Set, || {
                "reads a variable that may be unset".into()
            }),
            OpKind::Take(var) => {
                self.require(facts.vars[var.index()] == State::Set, || {
                    "takes from a variable that may be unset".into()
                })?;
                self.change(*var, State::Unset, facts)
            }
            OpKind::Store(var, _, old) | OpKind::Clear(var, old) => {
                let is = facts.vars[var.index()];
                self.require(is == *old || *old == State::Maybe, || {
                    format!("takes a variable that is {is:?} for one that is {old:?}")
                })?;
                let set = matches!(op.kind, OpKind::Store(..));
                self.change(*var, if set { State::Set } else { State::Unset }, facts)
            }
            OpKind::CheckBound(var, _) => {
                facts.vars[var.index()] = State::Set;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// What was borrowed from a variable dies when it changes.
    fn change(&self, var: VarId, state: State, facts: &mut Facts) -> Checked {
        facts.vars[var.index()] = state;
        facts
            .alive
            .retain(|value| self.ownership(*value) != Ownership::BorrowedFrom(var));
        Ok(())
    }

    fn end(&mut self, block: &Block, facts: Facts, out: &mut Vec<(BlockId, Facts)>) -> Checked {
        if let Some(operand) = block.end.borrowed() {
            self.borrow(operand, &facts)?;
        }
        match &block.end {
            Terminator::Goto(to) => out.push((*to, facts)),
            Terminator::Branch { condition, yes, no } => {
                self.require(self.function.repr(condition) == Some(Repr::Bool), || {
                    "branches by what is not a truth value".into()
                })?;
                out.push((*yes, facts.clone()));
                out.push((*no, facts));
            }
            Terminator::BranchGuard { guard, yes, no } => {
                self.guard(guard)?;
                out.push((*yes, facts.clone()));
                out.push((*no, facts));
            }
            Terminator::BranchSet { var, yes, no } => {
                let is = facts.vars[var.index()];
                for (to, state) in [(*yes, State::Set), (*no, State::Unset)] {
                    if is == state || is == State::Maybe {
                        let mut facts = facts.clone();
                        facts.vars[var.index()] = state;
                        out.push((to, facts));
                    }
                }
            }
            Terminator::Next {
                iter,
                item,
                body,
                done,
                error,
                ..
            } => {
                self.borrow(&Operand::Value(*iter), &facts)?;
                let wanted = match self.function.values[iter.index()].repr {
                    Repr::Iter => Repr::Object,
                    Repr::Range => Repr::Int,
                    _ => return self.fail("loops over what is not a loop's state".into()),
                };
                self.require(self.function.values[item.index()].repr == wanted, || {
                    "gets an item of another representation".into()
                })?;
                let mut inside = facts.clone();
                self.define(*item, &mut inside)?;
                out.push((*body, inside));
                out.push((*done, facts.clone()));
                out.push((*error, facts));
            }
            Terminator::Suspend(at) => self.suspend(at, facts, out)?,
            Terminator::Return(result) => {
                let mut facts = facts;
                match result {
                    None => self.require(self.function.returns == Repr::Void, || {
                        "returns nothing".into()
                    })?,
                    Some(operand) => {
                        self.borrow(operand, &facts)?;
                        self.require(
                            self.function.repr(operand) == Some(self.function.returns),
                            || "returns another representation".into(),
                        )?;
                        match operand {
                            Operand::Value(value) if self.function.returns.is_counted() => {
                                self.consume(*value, &mut facts)?
                            }
                            Operand::Const(constant) => self.require(constant.is_free(), || {
                                "returns a constant that is counted".into()
                            })?,
                            Operand::Value(_) => {}
                        }
                    }
                }
                self.left(&facts)?;
            }
            Terminator::Fail => self.left(&facts)?,
            Terminator::Unreachable => {}
        }
        Ok(())
    }

    /// Nothing may be left behind when the function is left.
    fn left(&self, facts: &Facts) -> Checked {
        if let Some(value) = self.owned(facts).first() {
            return self.fail(format!(
                "%{} is still owned where the function is left",
                value.0
            ));
        }
        for (var, state) in self.function.vars.iter().zip(&facts.vars) {
            self.require(*state == State::Unset || !var.repr.is_counted(), || {
                format!("variable `{}` is not cleared", var.name)
            })?;
        }
        Ok(())
    }

    fn guard(&self, guard: &Guard) -> Checked {
        match guard.operand() {
            Some(operand) => self.is(operand, Repr::Object),
            None => Ok(()),
        }
    }

    fn is(&self, operand: &Operand, repr: Repr) -> Checked {
        self.require(self.function.repr(operand) == Some(repr), || {
            format!("{} is not {repr:?}", crate::ir::text::operand(operand))
        })
    }

    fn all(&self, operands: &[Operand], repr: Repr) -> Checked {
        operands
            .iter()
            .try_for_each(|operand| self.is(operand, repr))
    }

    /// Operands, results and error edge are of the number and representation that the op's kind says.
    fn shape(&self, op: &Op) -> Checked {
        let results: Vec<Repr> = op
            .results
            .iter()
            .map(|value| self.function.values[value.index()].repr)
            .collect();
        let native = |id: crate::hir::FunctionId| self.program.functions[id.index()].effects;
        let may_raise = op.kind.effects(&native).contains(Effects::RAISE);
        self.require(may_raise == op.error.is_some(), || {
            "has an error edge and cannot raise, or the reverse".into()
        })?;
        self.require(op.error.is_none() || !op.traceback || op.line > 0, || {
            "has no line".into()
        })?;
        let wanted: Vec<Repr> = match &op.kind {
            OpKind::Prim(prim, args) => {
                let row = prim.get();
                self.require(args.len() == row.args.len(), || {
                    format!("{} takes {} arguments", row.name, row.args.len())
                })?;
                for (arg, spec) in args.iter().zip(row.args) {
                    let missing = matches!(arg, Operand::Const(Const::Null | Const::NoInt));
                    self.require(
                        self.function.repr(arg) == spec.repr && (!missing || spec.optional),
                        || {
                            format!(
                                "{}: {} is not {:?}",
                                row.name,
                                crate::ir::text::operand(arg),
                                spec.repr
                            )
                        },
                    )?;
                }
                if row.lent {
                    let borrowed = op
                        .results
                        .iter()
                        .all(|value| self.ownership(*value) == Ownership::Borrowed);
                    self.require(borrowed, || format!("{} gives what nobody owns", row.name))?;
                }
                row.result.into_iter().collect()
            }
            OpKind::Native(id, args) => {
                let callee = &self.program.functions[id.index()];
                self.require(args.len() == callee.params.len(), || {
                    format!("{} takes {} arguments", callee.name, callee.params.len())
                })?;
                for (arg, param) in args.iter().zip(&callee.params) {
                    self.is(arg, callee.values[param.index()].repr)?;
                }
                if callee.returns == Repr::Void {
                    Vec::new()
                } else {
                    vec![callee.returns]
                }
            }
            OpKind::Load(var) | OpKind::Take(var) => vec![self.function.vars[var.index()].repr],
            OpKind::Store(var, value, _) => {
                self.is(value, self.function.vars[var.index()].repr)?;
                Vec::new()
            }
            OpKind::Clear(..) | OpKind::CheckBound(..) | OpKind::Release(_) | OpKind::Traceback => {
                Vec::new()
            }
            OpKind::Retain(operand) => match self.function.repr(operand) {
                Some(repr @ (Repr::Object | Repr::Int)) => vec![repr],
                _ => return self.fail("retains what is not shared".into()),
            },
            OpKind::Start(_, items) | OpKind::Pack(_, items) => {
                self.all(items, Repr::Object)?;
                vec![Repr::Object]
            }
            OpKind::New(_, _)
            | OpKind::Allocate(_)
            | OpKind::FieldDefault(..)
            | OpKind::ArgumentDefault(..) => vec![Repr::Object],
            OpKind::Unpack {
                value,
                before,
                star,
                after,
            } => {
                self.is(value, Repr::Object)?;
                vec![Repr::Object; (*before + *after) as usize + usize::from(*star)]
            }
            OpKind::CallObject {
                callee,
                args,
                keywords,
            } => {
                self.is(callee, Repr::Object)?;
                self.require(keywords.len() <= args.len(), || {
                    "has more names than arguments".into()
                })?;
                self.all(args, Repr::Object)?;
                vec![Repr::Object]
            }
            OpKind::CallMethod { args, keywords, .. } => {
                self.require(keywords.len() < args.len(), || {
                    "has more names than arguments".into()
                })?;
                self.all(args, Repr::Object)?;
                vec![Repr::Object]
            }
            OpKind::FieldRead(object, _, _) => {
                self.is(object, Repr::Object)?;
                results.clone()
            }
            OpKind::FieldWrite(object, _, _, _) => {
                self.is(object, Repr::Object)?;
                Vec::new()
            }
            OpKind::Expect(value, _, _) => {
                self.is(value, Repr::Object)?;
                Vec::new()
            }
            OpKind::Unbox(value, _) => {
                self.is(value, Repr::Object)?;
                self.require(
                    matches!(results[..], [Repr::Int | Repr::Float | Repr::Bool]),
                    || "unboxes to an object".into(),
                )?;
                results.clone()
            }
            OpKind::ExceptEnter => vec![Repr::Object, Repr::Handled],
            OpKind::WithEnter(manager) | OpKind::AsyncWithEnter(manager) => {
                self.is(manager, Repr::Object)?;
                vec![Repr::Object, Repr::Object]
            }
        };
        self.require(results == wanted, || {
            format!("defines {results:?}, not {wanted:?}")
        })?;
        let borrows = matches!(op.kind, OpKind::Load(_))
            || matches!(op.kind, OpKind::Prim(prim, _) if prim.get().lent);
        for value in &op.results {
            let owned = matches!(
                self.ownership(*value),
                Ownership::Owned | Ownership::Trivial
            );
            self.require(owned || borrows, || {
                format!("%{} is a new reference and must be owned", value.0)
            })?;
            if let (Ownership::BorrowedFrom(from), OpKind::Load(var)) =
                (self.ownership(*value), &op.kind)
            {
                self.require(from == *var, || {
                    format!("%{} is borrowed from another variable", value.0)
                })?;
            }
        }
        Ok(())
    }
}
