//! Variables in cells, and the functions that share them.
//!
//! What holds: the IR variable of such a local contains its cell, made or taken from the closure before anything else
//! happens, and never changes; the content is boxed.

use super::{Builder, Place, Val};
use crate::hir::{Call, Callee, Element, ExprKind, LocalId, MakeFunction};
use crate::ir::{Const, OpKind, Operand, Ownership, Pack, Prim, Repr, Scope, VarId};
use crate::types::Type;

impl<'a> Builder<'a> {
    /// Makes the cells of this function and takes over those of functions around it. `given` are the parameters.
    pub(super) fn cells(&mut self, given: &[Operand]) {
        let function = self.function;
        let closure = (!function.captured.is_empty()).then(|| {
            let closure = self.value(Repr::Object, Ownership::Borrowed);
            self.out.params.push(closure);
            Operand::Value(closure)
        });
        for (at, local) in function.locals.iter().enumerate() {
            if !local.cell {
                continue;
            }
            let id = LocalId(at as u32);
            let Place::Cell(var) = self.places[at] else {
                crate::bug("a captured local is a cell")
            };
            let captured = function.captured.iter().position(|each| *each == id);
            let cell = match (&closure, captured) {
                (Some(closure), Some(place)) => self.prim(
                    Prim::ClosureCell,
                    vec![closure.clone(), Operand::Const(Const::C(place as i32))],
                ),
                _ => {
                    let content = match given.get(at) {
                        Some(given) => self.boxed(Val {
                            op: given.clone(),
                            ty: local.ty.clone(),
                        }),
                        None => Operand::Const(Const::Null),
                    };
                    self.prim(Prim::CellNew, vec![content])
                }
            };
            self.store(var, cell);
        }
    }

    /// The cell, the variable's name, and whether it is another function's variable.
    fn cell(&mut self, local: LocalId, var: VarId) -> Vec<Operand> {
        let name = self.str(&self.function.locals[local.index()].name);
        let free = self.function.captured.contains(&local) || self.scope_of(local) == Scope::Free;
        let cell = self.load(var);
        vec![cell, name, Operand::Const(Const::C(i32::from(free)))]
    }

    pub(super) fn read_cell(&mut self, local: LocalId, var: VarId) -> Val {
        let args = self.cell(local, var);
        self.typed(Prim::CellGet, args, Type::Object)
    }

    /// Stores a value of the local's type.
    pub(super) fn write_cell(&mut self, var: VarId, value: Val) {
        let value = self.boxed(value);
        let cell = self.load(var);
        self.act(Prim::CellSet, vec![cell, value]);
    }

    pub(super) fn delete_cell(&mut self, local: LocalId, var: VarId) {
        let args = self.cell(local, var);
        self.act(Prim::CellDelete, args);
    }

    pub(super) fn clear_cell(&mut self, var: VarId) {
        let cell = self.load(var);
        self.act(Prim::CellClear, vec![cell]);
    }

    /// `lambda`, or what a `def` or `class` statement makes of its code object.
    pub(super) fn make_function(&mut self, make: &'a MakeFunction) -> Val {
        let line = self.line;
        let defaults = if make.defaults.is_empty() {
            Operand::Const(Const::Null)
        } else {
            let items = make.defaults.iter().map(|each| self.object(each)).collect();
            self.op1(OpKind::Pack(Pack::Tuple, items), Repr::Object)
        };
        let keyword_defaults = if make.keyword_defaults.is_empty() {
            Operand::Const(Const::Null)
        } else {
            let values: Vec<Operand> = make
                .keyword_defaults
                .iter()
                .map(|(_, each)| self.object(each))
                .collect();
            let dict = self.prim(Prim::DictNew, Vec::new());
            for ((name, _), value) in make.keyword_defaults.iter().zip(values) {
                let name = self.str(name);
                self.act(Prim::DictSet, vec![dict.clone(), name, value]);
            }
            dict
        };
        self.line = line;
        let none = || Operand::Const(Const::Null);
        let annotate = match &make.annotate {
            Some((code, captures)) => {
                let closure = self.closure(captures);
                self.function_of(*code, vec![closure, none(), none(), none()])
            }
            None => none(),
        };
        let closure = self.closure(&make.captures);
        let op = self.function_of(
            make.code,
            vec![closure, defaults, keyword_defaults, annotate],
        );
        Val {
            op,
            ty: Type::Object,
        }
    }

    /// What a generator expression makes of the iterator of its first clause; none if the call is of something else.
    pub(super) fn generator_expression(&mut self, call: &'a Call) -> Option<Val> {
        let Callee::Dynamic(callee) = &call.callee else {
            return None;
        };
        let (ExprKind::Function(make), [Element::One(iterator)]) = (&callee.kind, &call.args[..])
        else {
            return None;
        };
        if self.function.inner[make.code].name != "<genexpr>" {
            return None;
        }
        let iterator = self.object(iterator);
        self.at_line(callee.span);
        let closure = self.closure(&make.captures);
        let code = Operand::Const(Const::Inner(make.code as u32));
        let args = vec![code, self.globals(), closure, iterator];
        Some(self.typed(Prim::GeneratorExpression, args, Type::Object))
    }

    fn function_of(&mut self, code: usize, rest: Vec<Operand>) -> Operand {
        let mut args = vec![Operand::Const(Const::Inner(code as u32)), self.globals()];
        args.extend(rest);
        self.prim(Prim::FunctionMake, args)
    }

    /// The cells of captured variables as a tuple.
    fn closure(&mut self, captures: &[LocalId]) -> Operand {
        if captures.is_empty() {
            return Operand::Const(Const::Null);
        }
        let cells = captures
            .iter()
            .map(|local| match self.places[local.index()] {
                Place::Cell(var) => self.load(var),
                Place::Param(_) | Place::Var(_) => crate::bug("a captured local is a cell"),
            })
            .collect();
        self.op1(OpKind::Pack(Pack::Tuple, cells), Repr::Object)
    }
}
