//! Places where a body is left in the middle and gone on with later.
//!
//! A suspension ends a block. What it waits for may be there at once (then control just goes on); if not, what is *kept* moves
//! to the frame, the body is left, and when it is resumed everything moves back and control goes on in `done`, or in `error`
//! with an exception that was thrown in. So on both edges nothing exists that is not kept, apart from parameters, which the
//! frame holds until the body has ended. `passes::frames` fills `kept`; the verifier checks that no reference is left out.

use super::{BlockId, Operand, Use, ValueId, VarId};
use crate::hir::FunctionId;

/// What is waited for.
#[derive(Clone, Debug)]
pub enum Awaited {
    /// An iterator, as `tb_await_iter` or `tb_yield_from_iter` gives it, which is stolen; the result is an object.
    Object(Operand),
    /// The body of a native function that can be suspended itself; arguments as for `OpKind::Native`.
    Native(FunctionId, Vec<Operand>),
    /// Whoever resumes: the value is handed out and stolen; what is sent is an object.
    Yield(Operand),
}

/// The end of a block at which the body may be suspended.
#[derive(Clone, Debug)]
pub struct Suspension {
    /// What is waited for.
    pub awaited: Awaited,
    /// What comes of it, defined in `done`; none from a native function that returns `None`.
    pub result: Option<ValueId>,
    /// Where control goes on; it has no other way in.
    pub done: BlockId,
    /// Where it goes on with an exception.
    pub error: BlockId,
    /// Python's line.
    pub line: u32,
    /// Which place of the function it is, from 1.
    pub place: u32,
    /// Values that exist on the other side.
    pub kept: Vec<ValueId>,
    /// Variables that may be set there.
    pub kept_vars: Vec<VarId>,
}

impl Suspension {
    /// The operands and how they are used.
    pub fn operands(&self) -> Vec<(&Operand, Use)> {
        match &self.awaited {
            Awaited::Object(operand) | Awaited::Yield(operand) => vec![(operand, Use::Steal)],
            Awaited::Native(_, args) => args.iter().map(|each| (each, Use::Borrow)).collect(),
        }
    }

    /// The values it uses.
    pub fn used(&self) -> Vec<ValueId> {
        self.operands()
            .into_iter()
            .filter_map(|(operand, _)| operand.value())
            .collect()
    }
}
