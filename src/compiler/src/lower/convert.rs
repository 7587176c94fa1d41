//! Types to representations, and conversions between places: boxing, checked unboxing, promotion.

use std::rc::Rc;

use super::{Builder, Val};
use crate::hir::Program;
use crate::ir::{Const, OpKind, Operand, Place, Prim, Repr};
use crate::members::derives;
use crate::types::{Literal, Type};

/// How C holds a value of a type (types.rs).
pub(crate) fn repr(ty: &Type) -> Repr {
    match ty {
        Type::Int | Type::Integer(_) => Repr::Int,
        Type::Float => Repr::Float,
        Type::Bool => Repr::Bool,
        Type::Literal(_) => match plain(ty) {
            Type::Int => Repr::Int,
            Type::Bool => Repr::Bool,
            _ => Repr::Object,
        },
        Type::Object
        | Type::None
        | Type::Str
        | Type::Bytes
        | Type::List(_)
        | Type::Dict(..)
        | Type::Set(_)
        | Type::FrozenSet(_)
        | Type::Tuple(_)
        | Type::TupleOf(_)
        | Type::Union(_)
        | Type::Class(_)
        | Type::Enum(_)
        | Type::Known(_) => Repr::Object,
    }
}

/// `Literal[...]` as the join of its values' types; any other type as it is.
pub(crate) fn plain(ty: &Type) -> Type {
    let Type::Literal(values) = ty else {
        return ty.clone();
    };
    Type::union(values.iter().map(|value| match value {
        Literal::Str(_) => Type::Str,
        Literal::Int(_) => Type::Int,
        Literal::Bool(_) => Type::Bool,
        Literal::None => Type::None,
    }))
}

/// Whether every value of type `from`, **as an object**, may stand where `to` is claimed. Elements of containers are
/// claims of their own, checked when they are read.
fn fits(program: &Program, from: &Type, to: &Type) -> bool {
    let (from, to) = (&plain(from), &plain(to));
    match (from, to) {
        (_, Type::Object) => true,
        (Type::Union(members), _) => members.iter().all(|member| fits(program, member, to)),
        (_, Type::Union(members)) => {
            members.iter().any(|member| fits(program, from, member))
                || (*from == Type::Int && members.contains(&Type::Float))
        }
        (Type::Class(derived), Type::Class(base)) => derives(&program.classes, *derived, *base),
        (Type::List(_), Type::List(_))
        | (Type::Dict(..), Type::Dict(..))
        | (Type::Set(_), Type::Set(_))
        | (Type::FrozenSet(_), Type::FrozenSet(_))
        | (Type::Tuple(_) | Type::TupleOf(_), Type::TupleOf(_)) => true,
        (Type::Tuple(a), Type::Tuple(b)) => a.len() == b.len(),
        _ => from == to,
    }
}

impl<'a> Builder<'a> {
    /// The value as an object.
    pub(super) fn boxed(&mut self, value: Val) -> Operand {
        match repr(&value.ty) {
            Repr::Int => match value.op {
                Operand::Const(Const::Small(number)) => {
                    Operand::Const(Const::IntObject(Rc::from(number.to_string())))
                }
                Operand::Const(Const::Big(digits)) => Operand::Const(Const::IntObject(digits)),
                op => self.prim(Prim::IntToObject, vec![op]),
            },
            Repr::Float => match value.op {
                Operand::Const(Const::Float(number)) => Operand::Const(Const::FloatObject(number)),
                op => match self.just_unboxed(&op) {
                    Some(object) => self.prim(Prim::FloatAgain, vec![object, op]),
                    None => self.prim(Prim::FloatToObject, vec![op]),
                },
            },
            Repr::Bool => match value.op {
                Operand::Const(Const::Bool(truth)) => Operand::Const(Const::BoolObject(truth)),
                op => self.prim(Prim::BoolToObject, vec![op]),
            },
            Repr::Object | Repr::Void | Repr::Iter | Repr::Range | Repr::Text | Repr::Handled => {
                value.op
            }
        }
    }

    /// The object that the last op got this number out of: a number that is read only to be passed on stays the same object,
    /// which a NaN shows.
    fn just_unboxed(&self, number: &Operand) -> Option<Operand> {
        let last = self.out.blocks[self.at.index()].ops.last()?;
        match (&last.kind, number) {
            (OpKind::Unbox(object, _), Operand::Value(value)) if last.results == [*value] => {
                Some(object.clone())
            }
            _ => None,
        }
    }

    /// The value as one of type `to`; a failed check says that it stands in this function.
    pub(super) fn convert(&mut self, value: Val, to: &Type) -> Val {
        self.convert_at(value, to, Place::Here)
    }

    /// The same; a failed check names `place`.
    pub(super) fn convert_at(&mut self, value: Val, to: &Type, place: Place) -> Val {
        if value.ty == *to {
            return value;
        }
        let (from, wanted) = (repr(&value.ty), repr(to));
        if from == wanted && (from != Repr::Object || fits(self.program, &value.ty, to)) {
            return Val {
                op: value.op,
                ty: to.clone(),
            };
        }
        if from == Repr::Int && wanted == Repr::Float {
            let op = match value.op {
                Operand::Const(Const::Small(number)) if number.unsigned_abs() < 1 << 53 => {
                    Operand::Const(Const::Float(number as f64))
                }
                op => self.prim(Prim::IntToFloat, vec![op]),
            };
            return Val { op, ty: to.clone() };
        }
        let proved = wanted == Repr::Object && fits(self.program, &value.ty, to);
        let object = self.boxed(value);
        if proved {
            return Val {
                op: object,
                ty: to.clone(),
            };
        }
        let op = match wanted {
            Repr::Object => {
                self.op(OpKind::Expect(object.clone(), to.clone(), place), &[]);
                object
            }
            held => self.op1(OpKind::Unbox(object, place), held),
        };
        Val { op, ty: to.clone() }
    }

    /// An expression as a value of type `to`.
    pub(super) fn expr_as(&mut self, expr: &'a crate::hir::Expr, to: &Type) -> Val {
        let value = self.expr(expr);
        self.convert(value, to)
    }

    /// An expression as an object.
    pub(super) fn object(&mut self, expr: &'a crate::hir::Expr) -> Operand {
        let value = self.expr(expr);
        self.boxed(value)
    }
}
