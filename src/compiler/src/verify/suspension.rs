//! Suspensions: nothing is left behind on the C stack, and nothing is used that was not kept.

use super::{Checked, Checker, Facts};
use crate::ir::{Awaited, BlockId, Ownership, Repr, State, Suspension};

impl Checker<'_> {
    /// Checks a suspension and gives the facts on its two ways out.
    pub(super) fn suspend(
        &self,
        at: &Suspension,
        mut facts: Facts,
        out: &mut Vec<(BlockId, Facts)>,
    ) -> Checked {
        self.require(self.function.has_frame, || {
            "suspends a function without a frame".into()
        })?;
        self.require(at.place > 0 && at.line > 0, || {
            "suspends at no place".into()
        })?;
        for (operand, _) in at.operands() {
            self.borrow(operand, &facts)?;
        }
        let result = match &at.awaited {
            Awaited::Object(operand) | Awaited::Yield(operand) => {
                self.is(operand, Repr::Object)?;
                match operand.value() {
                    Some(value) => self.consume(value, &mut facts)?,
                    None => self.require(
                        matches!(operand, crate::ir::Operand::Const(constant) if constant.is_free()),
                        || "steals a constant that is counted".into(),
                    )?,
                }
                Some(Repr::Object)
            }
            Awaited::Native(id, args) => {
                let callee = &self.program.functions[id.index()];
                self.require(callee.has_frame, || {
                    format!("awaits {}, which has no frame", callee.name)
                })?;
                self.require(args.len() == callee.params.len(), || {
                    format!("{} takes {} arguments", callee.name, callee.params.len())
                })?;
                for (arg, param) in args.iter().zip(&callee.params) {
                    self.is(arg, callee.values[param.index()].repr)?;
                }
                (callee.returns != Repr::Void).then_some(callee.returns)
            }
        };
        let defined = at
            .result
            .map(|value| self.function.values[value.index()].repr);
        self.require(defined == result, || {
            format!("gets {defined:?} from what gives {result:?}")
        })?;
        self.keeps(at, &facts)?;
        // On the other side there is only what was kept, and the parameters.
        facts
            .alive
            .retain(|value| at.kept.contains(value) || self.function.params.contains(value));
        let mut inside = facts.clone();
        if let Some(result) = at.result {
            self.define(result, &mut inside)?;
        }
        out.push((at.done, inside));
        out.push((at.error, facts));
        Ok(())
    }

    /// What is kept exists, and every reference is kept.
    fn keeps(&self, at: &Suspension, facts: &Facts) -> Checked {
        for value in &at.kept {
            self.require(facts.alive.contains(value), || {
                format!("keeps %{}, which is not alive", value.0)
            })?;
            if let Ownership::BorrowedFrom(var) = self.ownership(*value) {
                self.require(at.kept_vars.contains(&var), || {
                    format!("keeps %{} without what it is borrowed from", value.0)
                })?;
            }
        }
        if let Some(value) = self
            .owned(facts)
            .into_iter()
            .find(|value| !at.kept.contains(value))
        {
            return self.fail(format!("leaves %{} behind", value.0));
        }
        for (index, var) in self.function.vars.iter().enumerate() {
            // One that is kept and unset holds the mark of an unset one.
            let kept = at.kept_vars.iter().any(|kept| kept.index() == index);
            self.require(kept || facts.vars[index] == State::Unset, || {
                format!("variable `{}` is set and not kept", var.name)
            })?;
        }
        Ok(())
    }
}
