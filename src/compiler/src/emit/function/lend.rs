//! Which texts read from fields need no reference of their own: those that are indexed or cut at once.
//!
//! In: an IR function after all passes. Out: the results of `FieldRead` that `tb_field_lend_text` may lend. What holds: between
//! the read and the one use of such a value there are only reads of int fields and of variables, so that nothing can run that
//! releases objects of this thread; where a read of an int field has to wait for a lock, it takes a reference first.

use std::collections::BTreeSet;

use crate::hir::{ClassId, FieldId};
use crate::ir::{Function, Op, OpKind, Operand, Ownership, Prim, Repr, ValueId};

/// The values, and the ints that are read while one of them is lent: each with that one.
#[derive(Default)]
pub(super) struct Lent {
    /// The texts.
    pub(super) texts: BTreeSet<ValueId>,
    /// The ints, by result, and the text that is lent meanwhile.
    pub(super) meanwhile: Vec<(ValueId, ValueId)>,
}

/// Looks through a function; `is_int` says whether a field is an int's.
pub(super) fn values(function: &Function, is_int: &dyn Fn(ClassId, FieldId) -> bool) -> Lent {
    let mut found = Lent::default();
    let uses = uses(function);
    for block in &function.order {
        let ops = &function.blocks[block.index()].ops;
        for (at, op) in ops.iter().enumerate() {
            let (OpKind::FieldRead(..), [text]) = (&op.kind, &op.results[..]) else {
                continue;
            };
            let info = &function.values[text.index()];
            if info.repr != Repr::Object
                || info.ownership != Ownership::Owned
                || uses[text.index()] != 1
            {
                continue;
            }
            let rest = &ops[at + 1..];
            let Some(end) = rest.iter().position(|op| cuts(op, *text)) else {
                continue;
            };
            let ints = rest[..end].iter().map(|op| match op.kind {
                OpKind::Load(_) => Some(None),
                OpKind::FieldRead(_, class, field) if is_int(class, field) => {
                    Some(op.results.first().copied())
                }
                _ => None,
            });
            if let Some(ints) = ints.collect::<Option<Vec<_>>>() {
                found.texts.insert(*text);
                found
                    .meanwhile
                    .extend(ints.into_iter().flatten().map(|int| (int, *text)));
            }
        }
    }
    found
}

/// Whether an op is what a lent text is for: for a text that is exactly `str` it runs no Python code.
fn cuts(op: &Op, text: ValueId) -> bool {
    match &op.kind {
        OpKind::Prim(Prim::StrIndex | Prim::StrSlice, args) => {
            matches!(args.first(), Some(Operand::Value(value)) if *value == text)
        }
        _ => false,
    }
}

/// How often each value is used, releases apart.
fn uses(function: &Function) -> Vec<u32> {
    let mut uses = vec![0; function.values.len()];
    for block in &function.order {
        let block = &function.blocks[block.index()];
        let of_ops = block.ops.iter().flat_map(|op| op.kind.operands());
        let of_ops = of_ops.filter_map(|(operand, _)| operand.value());
        for value in of_ops.chain(super::used_at_end(&block.end)) {
            uses[value.index()] += 1;
        }
    }
    uses
}
