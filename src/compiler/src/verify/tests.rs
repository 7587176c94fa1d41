//! Broken IR must be refused, each break for its own reason.

use super::{Fault, verify};
use crate::ir::{
    Block, BlockId, Const, Effects, Function, Op, OpKind, Operand, Ownership, Prim, Program, Repr,
    State, Terminator, Value, ValueId, Var, VarId,
};

/// A function being written by hand: block 0 is the entry, block 1 fails.
struct Draft(Function);

impl Draft {
    fn new(returns: Repr) -> Draft {
        let block = |label, end| Block {
            label,
            ops: Vec::new(),
            end,
        };
        Draft(Function {
            name: "test.f".into(),
            params: Vec::new(),
            returns,
            values: Vec::new(),
            vars: Vec::new(),
            blocks: vec![
                block("entry", Terminator::Return(None)),
                block("fail", Terminator::Fail),
            ],
            order: vec![BlockId(0), BlockId(1)],
            has_frame: false,
            effects: Effects::NONE,
            line: 1,
        })
    }
    fn value(&mut self, repr: Repr, ownership: Ownership) -> ValueId {
        self.0.values.push(Value { repr, ownership });
        ValueId(self.0.values.len() as u32 - 1)
    }
    fn var(&mut self, repr: Repr) -> VarId {
        self.0.vars.push(Var {
            name: "x".into(),
            repr,
        });
        VarId(self.0.vars.len() as u32 - 1)
    }
    fn op(&mut self, block: u32, kind: OpKind, results: Vec<ValueId>) {
        let error = kind.may_raise().then_some(BlockId(1));
        self.0.blocks[block as usize].ops.push(Op {
            kind,
            results,
            line: 1,
            error,
            traceback: false,
            framed: false,
        });
    }
    fn block(&mut self, end: Terminator) -> BlockId {
        self.0.blocks.push(Block {
            label: "more",
            ops: Vec::new(),
            end,
        });
        let id = BlockId(self.0.blocks.len() as u32 - 1);
        self.0.order.push(id);
        id
    }
    fn end(&mut self, end: Terminator) {
        self.0.blocks[0].end = end;
    }
    /// A new list, owned.
    fn list(&mut self) -> ValueId {
        let value = self.value(Repr::Object, Ownership::Owned);
        self.op(0, OpKind::Prim(Prim::DictNew, Vec::new()), vec![value]);
        value
    }
    fn fault(self) -> String {
        match verify(Program {
            functions: vec![self.0],
        }) {
            Ok(_) => "none".into(),
            Err(Fault { what, .. }) => what,
        }
    }
}

#[test]
fn a_new_object_that_is_returned_is_accepted() {
    let mut draft = Draft::new(Repr::Object);
    let value = draft.list();
    draft.end(Terminator::Return(Some(Operand::Value(value))));
    assert_eq!(draft.fault(), "none");
}

#[test]
fn an_owned_value_left_behind_is_refused() {
    let mut draft = Draft::new(Repr::Void);
    draft.list();
    assert_eq!(
        draft.fault(),
        "%0 is still owned where the function is left"
    );
}

#[test]
fn a_value_released_twice_is_refused() {
    let mut draft = Draft::new(Repr::Void);
    let value = draft.list();
    draft.op(0, OpKind::Release(value), Vec::new());
    draft.op(0, OpKind::Release(value), Vec::new());
    assert_eq!(draft.fault(), "%0 is consumed but not alive");
}

#[test]
fn a_use_after_release_is_refused() {
    let mut draft = Draft::new(Repr::Void);
    let value = draft.list();
    draft.op(0, OpKind::Release(value), Vec::new());
    draft.op(
        0,
        OpKind::Prim(Prim::ListReverse, vec![Operand::Value(value)]),
        Vec::new(),
    );
    assert_eq!(draft.fault(), "%0 is not alive");
}

#[test]
fn a_value_that_an_error_edge_forgets_is_refused() {
    let mut draft = Draft::new(Repr::Object);
    let value = draft.list();
    draft.op(
        0,
        OpKind::Prim(Prim::ListReverse, vec![Operand::Value(value)]),
        Vec::new(),
    );
    draft.end(Terminator::Return(Some(Operand::Value(value))));
    assert!(draft.fault().contains("owned on one way in only"));
}

#[test]
fn a_value_released_on_one_branch_only_is_refused() {
    let mut draft = Draft::new(Repr::Void);
    let value = draft.list();
    // A loop, so that the disagreement is met before the function is left.
    let join = draft.block(Terminator::Unreachable);
    draft.0.blocks[join.index()].end = Terminator::Goto(join);
    let yes = draft.block(Terminator::Goto(join));
    draft.op(yes.0, OpKind::Release(value), Vec::new());
    draft.end(Terminator::Branch {
        condition: Operand::Const(Const::Bool(true)),
        yes,
        no: join,
    });
    assert_eq!(draft.fault(), "%0 is owned on one way in only");
}

#[test]
fn stealing_what_is_borrowed_is_refused() {
    let mut draft = Draft::new(Repr::Object);
    let param = draft.value(Repr::Object, Ownership::Borrowed);
    draft.0.params.push(param);
    draft.end(Terminator::Return(Some(Operand::Value(param))));
    assert_eq!(draft.fault(), "%0 is not owned");
}

#[test]
fn a_borrow_that_outlives_its_variable_is_refused() {
    let mut draft = Draft::new(Repr::Void);
    let var = draft.var(Repr::Object);
    let (a, b) = (
        Operand::Const(Const::Str("a".into())),
        Operand::Const(Const::Str("b".into())),
    );
    draft.op(0, OpKind::Store(var, a, State::Unset), Vec::new());
    let borrowed = draft.value(Repr::Object, Ownership::BorrowedFrom(var));
    draft.op(0, OpKind::Load(var), vec![borrowed]);
    draft.op(0, OpKind::Store(var, b, State::Set), Vec::new());
    draft.op(
        0,
        OpKind::Prim(Prim::ListReverse, vec![Operand::Value(borrowed)]),
        Vec::new(),
    );
    assert_eq!(draft.fault(), "%0 is not alive");
}

#[test]
fn reading_a_variable_that_may_be_unset_is_refused() {
    let mut draft = Draft::new(Repr::Void);
    let var = draft.var(Repr::Float);
    let value = draft.value(Repr::Float, Ownership::Trivial);
    draft.op(0, OpKind::Load(var), vec![value]);
    assert_eq!(draft.fault(), "reads a variable that may be unset");
}

#[test]
fn storing_over_a_set_variable_as_if_it_were_unset_is_refused() {
    let mut draft = Draft::new(Repr::Void);
    let var = draft.var(Repr::Object);
    for _ in 0..2 {
        draft.op(
            0,
            OpKind::Store(var, Operand::Const(Const::None), State::Unset),
            Vec::new(),
        );
    }
    assert_eq!(
        draft.fault(),
        "takes a variable that is Set for one that is Unset"
    );
}

#[test]
fn leaving_with_a_set_variable_is_refused() {
    let mut draft = Draft::new(Repr::Void);
    let var = draft.var(Repr::Object);
    draft.op(
        0,
        OpKind::Store(var, Operand::Const(Const::None), State::Unset),
        Vec::new(),
    );
    assert_eq!(draft.fault(), "variable `x` is not cleared");
}

#[test]
fn a_handler_that_does_not_restore_is_refused() {
    let mut draft = Draft::new(Repr::Void);
    let (exception, previous) = (
        draft.value(Repr::Object, Ownership::Owned),
        draft.value(Repr::Handled, Ownership::Owned),
    );
    draft.op(0, OpKind::ExceptEnter, vec![exception, previous]);
    draft.op(0, OpKind::Release(exception), Vec::new());
    draft.op(0, OpKind::Release(previous), Vec::new());
    assert_eq!(
        draft.fault(),
        "releases what was handled before instead of restoring it"
    );
}

#[test]
fn an_op_without_its_error_edge_is_refused() {
    let mut draft = Draft::new(Repr::Object);
    let value = draft.list();
    draft.0.blocks[0].ops[0].error = None;
    draft.end(Terminator::Return(Some(Operand::Value(value))));
    assert_eq!(
        draft.fault(),
        "has an error edge and cannot raise, or the reverse"
    );
}

#[test]
fn an_argument_of_another_representation_is_refused() {
    let mut draft = Draft::new(Repr::Int);
    let value = draft.value(Repr::Int, Ownership::Owned);
    draft.op(
        0,
        OpKind::Prim(Prim::IntNeg, vec![Operand::Const(Const::Float(1.0))]),
        vec![value],
    );
    draft.end(Terminator::Return(Some(Operand::Value(value))));
    assert_eq!(draft.fault(), "IntNeg: 1.0 is not Some(Int)");
}

#[test]
fn a_result_of_another_representation_is_refused() {
    let mut draft = Draft::new(Repr::Int);
    let value = draft.list();
    draft.end(Terminator::Return(Some(Operand::Value(value))));
    assert_eq!(draft.fault(), "returns another representation");
}

#[test]
fn a_new_reference_that_claims_to_be_borrowed_is_refused() {
    let mut draft = Draft::new(Repr::Void);
    let value = draft.value(Repr::Object, Ownership::Borrowed);
    draft.op(0, OpKind::Prim(Prim::DictNew, Vec::new()), vec![value]);
    assert_eq!(draft.fault(), "%0 is a new reference and must be owned");
}

#[test]
fn going_on_after_what_always_raises_is_refused() {
    let mut draft = Draft::new(Repr::Void);
    draft.op(0, OpKind::Prim(Prim::Reraise, Vec::new()), Vec::new());
    assert_eq!(draft.fault(), "ends as if it could (not) be reached");
}
