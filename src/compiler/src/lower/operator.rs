//! Operators by the operands' types: unboxed arithmetic where both are numbers, the library's fast ways for the
//! built-in types, the interpreter's own operators for the rest. Also truth, and conditions as control flow.

use std::collections::BTreeSet;

use super::{Builder, Place, Val, repr};
use crate::hir::{BinOp, CompareOp, Expr, ExprKind, LocalId, Target, UnaryOp};
use crate::ir::{BlockId, Const, OpKind, Operand, Prim, Repr, Scope, VarId};
use crate::source::Span;
use crate::types::Type;

impl<'a> Builder<'a> {
    /// `left op right`, or `left op= right` when `in_place`. `ty` is what the expression claims.
    pub(super) fn binary(
        &mut self,
        op: BinOp,
        left: Val,
        right: Val,
        ty: &Type,
        in_place: bool,
    ) -> Val {
        let sides = (repr(&left.ty), repr(&right.ty));
        match sides {
            (Repr::Bool, Repr::Bool)
                if matches!(op, BinOp::BitAnd | BinOp::BitOr | BinOp::BitXor) =>
            {
                let prim = match op {
                    BinOp::BitAnd => Prim::BoolAnd,
                    BinOp::BitOr => Prim::BoolOr,
                    _ => Prim::BoolXor,
                };
                return self.typed(prim, vec![left.op, right.op], Type::Bool);
            }
            (Repr::Int | Repr::Bool, Repr::Int | Repr::Bool) if op != BinOp::MatMul => {
                // These have a meaning of their own for bools, of which one may be held as an int.
                let own = matches!(op, BinOp::BitAnd | BinOp::BitOr | BinOp::BitXor);
                let (left, right) = match sides {
                    (Repr::Bool, Repr::Int) if own => (self.beside(left, &right.op), right.op),
                    (Repr::Int, Repr::Bool) if own => {
                        let right = self.beside(right, &left.op);
                        (left.op, right)
                    }
                    _ => (self.int(left), self.int(right)),
                };
                return self.int_binary(op, left, right, ty);
            }
            (Repr::Float, Repr::Float | Repr::Int | Repr::Bool)
            | (Repr::Int | Repr::Bool, Repr::Float) => {
                if let Some(prim) = float_prim(op, ty) {
                    let (left, right) = (self.float(left), self.float(right));
                    let known = if prim.get().result == Some(Repr::Float) {
                        Type::Float
                    } else {
                        Type::Object
                    };
                    return self.typed(prim, vec![left, right], known);
                }
            }
            _ => {}
        }
        let known = match (op, &left.ty, &right.ty) {
            (BinOp::Add, Type::Str, Type::Str) => Some((
                Prim::StrConcat,
                left.op.clone(),
                right.op.clone(),
                Type::Object,
            )),
            (BinOp::Mul, Type::Str, Type::Int) => Some((
                Prim::StrRepeat,
                left.op.clone(),
                right.op.clone(),
                Type::Object,
            )),
            (BinOp::Mul, Type::Int, Type::Str) => Some((
                Prim::StrRepeat,
                right.op.clone(),
                left.op.clone(),
                Type::Object,
            )),
            (BinOp::Add, Type::List(_), Type::List(_)) if !in_place => Some((
                Prim::ListConcat,
                left.op.clone(),
                right.op.clone(),
                Type::Object,
            )),
            (BinOp::Mul, Type::Int, Type::List(_)) => Some((
                Prim::ListRepeat,
                right.op.clone(),
                left.op.clone(),
                Type::Object,
            )),
            (BinOp::Mul, Type::List(_), Type::Int) if !in_place => Some((
                Prim::ListRepeat,
                left.op.clone(),
                right.op.clone(),
                Type::Object,
            )),
            _ => None,
        };
        if let Some((prim, first, second, ty)) = known {
            return self.typed(prim, vec![first, second], ty);
        }
        let (left, right) = (self.boxed(left), self.boxed(right));
        self.typed(object_prim(op, in_place), vec![left, right], Type::Object)
    }

    fn int_binary(&mut self, op: BinOp, left: Operand, right: Operand, ty: &Type) -> Val {
        let prim = match op {
            BinOp::Add => Prim::IntAdd,
            BinOp::Sub => Prim::IntSub,
            BinOp::Mul => Prim::IntMul,
            BinOp::FloorDiv => Prim::IntFloorDiv,
            BinOp::Mod => Prim::IntMod,
            BinOp::BitAnd => Prim::IntAnd,
            BinOp::BitOr => Prim::IntOr,
            BinOp::BitXor => Prim::IntXor,
            BinOp::ShiftLeft => Prim::IntShiftLeft,
            BinOp::ShiftRight => Prim::IntShiftRight,
            BinOp::Div => return self.typed(Prim::IntDiv, vec![left, right], Type::Float),
            BinOp::Pow => {
                let positive = matches!(right, Operand::Const(Const::Small(number)) if number >= 0);
                if *ty == Type::Int && positive {
                    return self.typed(Prim::IntPow, vec![left, right], Type::Int);
                }
                return self.typed(Prim::IntPowObject, vec![left, right], Type::Object);
            }
            BinOp::MatMul => crate::bug("ints have no @"),
        };
        self.typed(prim, vec![left, right], Type::Int)
    }

    /// A bool as an int operand beside another one.
    fn beside(&mut self, bool: Val, other: &Operand) -> Operand {
        match other {
            Operand::Const(_) => self.int(bool),
            other => self.prim(Prim::IntBeside, vec![bool.op, other.clone()]),
        }
    }

    fn int(&mut self, value: Val) -> Operand {
        match (repr(&value.ty), value.op) {
            (Repr::Bool, Operand::Const(Const::Bool(truth))) => {
                Operand::Const(Const::Small(i64::from(truth)))
            }
            (Repr::Bool, op) => self.prim(Prim::IntFromBool, vec![op]),
            (_, op) => op,
        }
    }

    /// `+number`, `int(number)`: of a bool or an enumeration's member that is held as an `int`, the number.
    pub(super) fn plain_int(&mut self, number: Operand) -> Val {
        match number {
            Operand::Const(_) => Val {
                op: number,
                ty: Type::Int,
            },
            number => self.typed(Prim::IntPos, vec![number], Type::Int),
        }
    }

    pub(super) fn float(&mut self, value: Val) -> Operand {
        if repr(&value.ty) == Repr::Float {
            return value.op;
        }
        let op = self.int(value);
        self.convert(Val { op, ty: Type::Int }, &Type::Float).op
    }

    /// `target op= value`
    pub(super) fn augmented(&mut self, target: &'a Target, op: BinOp, value: &'a Expr, span: Span) {
        match target {
            Target::Local(local) => {
                let info = &self.function.locals[local.index()];
                let place = self.places[local.index()];
                if let Place::Cell(var) = place {
                    let left = self.read_cell(*local, var);
                    let left = self.convert(left, &info.ty);
                    let right = self.expr(value);
                    self.at_line(span);
                    let result = self.binary(op, left, right, &info.ty, true);
                    self.store_local(*local, result);
                    return;
                }
                let mut assigned = BTreeSet::new();
                super::statement::assigned_in_expr(value, &mut assigned);
                let Place::Var(var) = place else {
                    crate::bug("an assigned parameter is a variable")
                };
                if !info.always_bound {
                    self.op(OpKind::CheckBound(var, Scope::Local), &[]);
                }
                if info.ty == Type::Str
                    && op == BinOp::Add
                    && value.ty == Type::Str
                    && !assigned.contains(local)
                {
                    // Nobody else holds the text most of the time, so it can grow where it is.
                    let value = self.expr(value);
                    self.at_line(span);
                    if self.is_guarded() {
                        self.append_guarded(*local, var, value);
                    } else {
                        let text = self.take(var);
                        let text = self.typed(Prim::StrAppend, vec![text, value.op], Type::Object);
                        self.store_local(*local, text);
                    }
                    return;
                }
                let left = Val {
                    op: self.load(var),
                    ty: info.ty.clone(),
                };
                let right = self.expr(value);
                self.at_line(span);
                let result = self.augmented_number(op, left, right, &info.ty);
                self.store_local(*local, result);
            }
            Target::Global(name, _) => {
                let left = Val {
                    op: self.global(name),
                    ty: Type::Object,
                };
                let result = self.augment(left, op, value, span);
                let result = self.boxed(result);
                let name = self.str(name);
                self.act(Prim::GlobalSet, vec![self.globals(), name, result]);
            }
            Target::Field {
                object,
                class,
                field,
                span: place,
            } => {
                let object = self.expr(object);
                self.at_line(*place);
                let left = self.read_field(object.clone(), *class, *field);
                let result = self.augment(left, op, value, span);
                self.at_line(*place);
                self.write_field(object, *class, *field, result);
            }
            Target::Attribute {
                object,
                name,
                span: place,
            } => {
                let object = self.object(object);
                self.at_line(*place);
                let name = self.str(name);
                let left = self.typed(
                    Prim::AttrGet,
                    vec![object.clone(), name.clone()],
                    Type::Object,
                );
                let result = self.augment(left, op, value, span);
                self.at_line(*place);
                let result = self.boxed(result);
                self.act(Prim::AttrSet, vec![object, name, result]);
            }
            Target::Item {
                object,
                index,
                span: place,
            } => {
                let object = self.expr(object);
                let index = self.expr(index);
                self.at_line(*place);
                let element = match &object.ty {
                    Type::List(element) if index.ty == Type::Int => (**element).clone(),
                    Type::Dict(_, element) => (**element).clone(),
                    _ => Type::Object,
                };
                let left = self.item(object.clone(), index.clone());
                let left = self.convert(left, &element);
                let result = self.augment(left, op, value, span);
                self.at_line(*place);
                self.set_item(object, index, result);
            }
            Target::Unpack { .. } => crate::bug("a pattern has no augmented assignment"),
        }
    }

    /// `number op= value` for a local that is held unboxed: a value of unknown type is unboxed, too, if it is of the same
    /// class, as it mostly is.
    fn augmented_number(&mut self, op: BinOp, left: Val, right: Val, ty: &Type) -> Val {
        let exact = match (repr(ty), op) {
            (
                Repr::Int,
                BinOp::Add
                | BinOp::Sub
                | BinOp::Mul
                | BinOp::FloorDiv
                | BinOp::Mod
                | BinOp::BitAnd
                | BinOp::BitOr
                | BinOp::BitXor,
            ) => Prim::IsExactInt,
            (Repr::Float, BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::Div) => Prim::IsExactFloat,
            _ => return self.binary(op, left, right, ty, true),
        };
        if right.ty != Type::Object {
            return self.binary(op, left, right, ty, true);
        }
        let test = self.prim(exact, vec![right.op.clone()]);
        let (number, other, done) = (
            self.block("number"),
            self.block("other"),
            self.block("added"),
        );
        let result = self.temp(repr(ty));
        self.branch(test, number, other);
        self.start(number);
        let unboxed = self.convert(right.clone(), ty);
        let value = self.binary(op, left.clone(), unboxed, ty, true);
        self.store_converted(value, ty, Some(result));
        self.goto(done);
        self.start(other);
        let value = self.binary(op, left, right, ty, true);
        self.store_converted(value, ty, Some(result));
        self.goto(done);
        self.start(done);
        Val {
            op: self.take(result),
            ty: ty.clone(),
        }
    }

    /// `text += value` where an `except` or `finally` may read `text` after a failure: only a text whose growth
    /// runs no Python code is taken out of its variable, and memory that runs out leaves an empty text there.
    fn append_guarded(&mut self, local: LocalId, var: VarId, value: Val) {
        let text = self.load(var);
        let plain = self.prim(Prim::StrArePlain, vec![text, value.op.clone()]);
        let (grow, add, done) = (self.block("grow"), self.block("add"), self.block("added"));
        let (lost, outer) = (self.block("lost"), self.error);
        self.branch(plain, grow, add);
        self.start(grow);
        self.error = lost;
        let text = self.take(var);
        let text = self.typed(Prim::StrAppend, vec![text, value.op.clone()], Type::Str);
        self.error = outer;
        self.store_local(local, text);
        self.goto(done);
        self.start(lost);
        let empty = self.str("");
        self.store(var, empty);
        self.goto(outer);
        self.start(add);
        let text = self.load(var);
        let text = self.typed(
            object_prim(BinOp::Add, true),
            vec![text, value.op],
            Type::Object,
        );
        self.store_local(local, text);
        self.goto(done);
        self.start(done);
    }

    fn augment(&mut self, left: Val, op: BinOp, value: &'a Expr, span: Span) -> Val {
        let right = self.expr(value);
        self.at_line(span);
        let ty = left.ty.clone();
        self.binary(op, left, right, &ty, true)
    }

    pub(super) fn unary(&mut self, op: UnaryOp, operand: &'a Expr, expr: &'a Expr) -> Val {
        if op == UnaryOp::Not {
            let value = self.expr(operand);
            self.at_line(expr.span);
            let truth = self.truth(value);
            return self.not(truth);
        }
        let value = self.expr(operand);
        self.at_line(expr.span);
        match (op, repr(&value.ty)) {
            (UnaryOp::Negative, Repr::Int | Repr::Bool) => {
                let value = self.int(value);
                if let Operand::Const(Const::Small(number)) = value {
                    return Val {
                        op: Operand::Const(Const::Small(-number)),
                        ty: Type::Int,
                    };
                }
                self.typed(Prim::IntNeg, vec![value], Type::Int)
            }
            (UnaryOp::Positive, Repr::Int | Repr::Bool) => {
                let value = self.int(value);
                self.plain_int(value)
            }
            (UnaryOp::Invert, Repr::Int) => self.typed(Prim::IntInvert, vec![value.op], Type::Int),
            (UnaryOp::Negative, Repr::Float) => {
                if let Operand::Const(Const::Float(number)) = value.op {
                    return Val {
                        op: Operand::Const(Const::Float(-number)),
                        ty: Type::Float,
                    };
                }
                self.typed(Prim::FloatNeg, vec![value.op], Type::Float)
            }
            (UnaryOp::Positive, Repr::Float) => value,
            (op, _) => {
                let prim = match op {
                    UnaryOp::Negative => Prim::Neg,
                    UnaryOp::Positive => Prim::Pos,
                    UnaryOp::Invert => Prim::Invert,
                    UnaryOp::Not => crate::bug("`not` has been dealt with"),
                };
                let value = self.boxed(value);
                self.typed(prim, vec![value], Type::Object)
            }
        }
    }

    fn not(&mut self, truth: Operand) -> Val {
        match truth {
            Operand::Const(Const::Bool(truth)) => Val {
                op: Operand::Const(Const::Bool(!truth)),
                ty: Type::Bool,
            },
            truth => self.typed(Prim::BoolNot, vec![truth], Type::Bool),
        }
    }

    // Truth.

    fn truth_of(&mut self, expr: &'a Expr) -> Operand {
        let value = self.expr(expr);
        self.truth(value)
    }

    /// `bool(value)`, unboxed.
    pub(super) fn truth(&mut self, value: Val) -> Operand {
        match repr(&value.ty) {
            Repr::Bool => value.op,
            Repr::Int => self.prim(Prim::IntTruth, vec![value.op]),
            Repr::Float => self.prim(Prim::FloatTruth, vec![value.op]),
            _ => match value.ty {
                Type::None => Operand::Const(Const::Bool(false)),
                Type::Str => self.prim(Prim::StrTruth, vec![value.op]),
                _ => self.prim(Prim::Truth, vec![value.op]),
            },
        }
    }

    /// Goes to `yes` or `no` by the truth of an expression, without making its value where that can be avoided.
    pub(super) fn condition(&mut self, test: &'a Expr, yes: BlockId, no: BlockId) {
        match &test.kind {
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            } => self.condition(operand, no, yes),
            ExprKind::And(operands) | ExprKind::Or(operands) => {
                let all = matches!(test.kind, ExprKind::And(_));
                let Some((last, rest)) = operands.split_last() else {
                    crate::bug("and/or without operands")
                };
                for operand in rest {
                    let next = self.block("next");
                    if all {
                        self.condition(operand, next, no);
                    } else {
                        self.condition(operand, yes, next);
                    }
                    self.start(next);
                }
                self.condition(last, yes, no);
            }
            ExprKind::Compare { first, rest } => {
                let mut left = self.expr(first);
                for (at, (op, right)) in rest.iter().enumerate() {
                    let right = self.expr(right);
                    self.at_line(test.span);
                    let truth = self.compare_truth(*op, left, right.clone());
                    if at + 1 == rest.len() {
                        self.branch(truth, yes, no);
                    } else {
                        let next = self.block("next");
                        self.branch(truth, next, no);
                        self.start(next);
                    }
                    left = right;
                }
            }
            ExprKind::Bool(truth) => self.goto(if *truth { yes } else { no }),
            _ => {
                let truth = self.truth_of(test);
                match truth {
                    Operand::Const(Const::Bool(truth)) => self.goto(if truth { yes } else { no }),
                    truth => self.branch(truth, yes, no),
                }
            }
        }
    }

    /// The same for an item that is evaluated where it stands and whose truth is tested on another line.
    pub(super) fn condition_of_item(
        &mut self,
        item: &'a Expr,
        line: u32,
        yes: BlockId,
        no: BlockId,
    ) {
        let end = Span {
            start: item.span.end,
            ..item.span
        };
        if self.sources.line(item.span) == line && self.sources.line(end) == line {
            self.condition(item, yes, no);
            return;
        }
        let value = self.expr(item);
        self.line = line;
        match self.truth(value) {
            Operand::Const(Const::Bool(truth)) => self.goto(if truth { yes } else { no }),
            truth => self.branch(truth, yes, no),
        }
    }

    // Comparison.

    pub(super) fn compare(
        &mut self,
        first: &'a Expr,
        rest: &'a [(CompareOp, Expr)],
        expr: &'a Expr,
    ) -> Val {
        let left = self.expr(first);
        if let [(op, right)] = rest {
            let right = self.expr(right);
            self.at_line(expr.span);
            return self.compare_value(*op, left, right, expr.ty == Type::Bool);
        }
        // `a < b < c` is `a < b and b < c` with `b` evaluated once.
        let join = self.block("value");
        let result = self.temp(repr(&expr.ty));
        let mut left = left;
        for (at, (op, right)) in rest.iter().enumerate() {
            let right = self.expr(right);
            self.at_line(expr.span);
            let link = self.compare_value(*op, left, right.clone(), expr.ty == Type::Bool);
            if at + 1 < rest.len() {
                let truth = self.truth(link.clone());
                let (decided, next) = (self.block("decided"), self.block("next"));
                self.branch(truth, next, decided);
                self.start(decided);
                self.store_converted(link, &expr.ty, Some(result));
                self.goto(join);
                self.start(next);
            } else {
                self.store_converted(link, &expr.ty, Some(result));
                self.goto(join);
            }
            left = right;
        }
        self.start(join);
        Val {
            op: self.take(result),
            ty: expr.ty.clone(),
        }
    }

    fn compare_value(&mut self, op: CompareOp, left: Val, right: Val, truth: bool) -> Val {
        let unboxed = repr(&left.ty) != Repr::Object && repr(&right.ty) != Repr::Object;
        let plain = matches!(
            op,
            CompareOp::Is | CompareOp::IsNot | CompareOp::In | CompareOp::NotIn
        );
        if truth || unboxed || plain {
            return Val {
                op: self.compare_truth(op, left, right),
                ty: Type::Bool,
            };
        }
        let (left, right) = (self.boxed(left), self.boxed(right));
        self.typed(Prim::Compare, vec![left, right, rich(op)], Type::Object)
    }

    /// A comparison as a truth value.
    pub(super) fn compare_truth(&mut self, op: CompareOp, left: Val, right: Val) -> Operand {
        match op {
            CompareOp::Is | CompareOp::IsNot => {
                return self.identity(op == CompareOp::Is, left, right);
            }
            CompareOp::In | CompareOp::NotIn => {
                let found = self.contains(left, right);
                return if op == CompareOp::In {
                    found
                } else {
                    self.not(found).op
                };
            }
            CompareOp::Equal
            | CompareOp::NotEqual
            | CompareOp::Less
            | CompareOp::LessEqual
            | CompareOp::Greater
            | CompareOp::GreaterEqual => {}
        }
        match (repr(&left.ty), repr(&right.ty)) {
            (Repr::Int | Repr::Bool, Repr::Int | Repr::Bool) => {
                let (left, right) = (self.int(left), self.int(right));
                return self.prim(int_comparison(op), vec![left, right]);
            }
            (Repr::Float, Repr::Float) => {
                return self.prim(float_comparison(op), vec![left.op, right.op]);
            }
            // An int is compared with a float exactly, not after conversion.
            (Repr::Int | Repr::Bool, Repr::Float) => {
                let left = self.int(left);
                return self.prim(mixed_comparison(op), vec![left, right.op]);
            }
            (Repr::Float, Repr::Int | Repr::Bool) => {
                let right = self.int(right);
                return self.prim(mixed_comparison(mirrored(op)), vec![right, left.op]);
            }
            _ => {}
        }
        if left.ty == Type::Str && right.ty == Type::Str {
            return match op {
                CompareOp::Equal => self.prim(Prim::StrEq, vec![left.op, right.op]),
                op => self.prim(Prim::StrCompare, vec![left.op, right.op, rich(op)]),
            };
        }
        let (left, right) = (self.boxed(left), self.boxed(right));
        self.prim(Prim::CompareTruth, vec![left, right, rich(op)])
    }

    pub(super) fn identity(&mut self, is: bool, left: Val, right: Val) -> Operand {
        let none = |value: &Val| value.ty == Type::None;
        if none(&left) && none(&right) {
            return Operand::Const(Const::Bool(is));
        }
        if (none(&left) && repr(&right.ty) != Repr::Object)
            || (none(&right) && repr(&left.ty) != Repr::Object)
        {
            return Operand::Const(Const::Bool(!is));
        }
        let (left, right) = (self.boxed(left), self.boxed(right));
        self.prim(if is { Prim::Is } else { Prim::IsNot }, vec![left, right])
    }

    fn contains(&mut self, item: Val, container: Val) -> Operand {
        let prim = match (&container.ty, &item.ty) {
            (Type::Str, Type::Str) => Prim::StrContains,
            (Type::Dict(..), _) => Prim::DictContains,
            (Type::List(_), _) => Prim::ListContains,
            (Type::Set(_) | Type::FrozenSet(_), _) => Prim::SetContains,
            _ => Prim::Contains,
        };
        let item = self.boxed(item);
        let container = self.boxed(container);
        self.prim(prim, vec![container, item])
    }
}

/// CPython's `Py_LT`…
fn rich(op: CompareOp) -> Operand {
    Operand::Const(Const::C(match op {
        CompareOp::Less => 0,
        CompareOp::LessEqual => 1,
        CompareOp::Equal => 2,
        CompareOp::NotEqual => 3,
        CompareOp::Greater => 4,
        CompareOp::GreaterEqual => 5,
        CompareOp::Is | CompareOp::IsNot | CompareOp::In | CompareOp::NotIn => {
            crate::bug("not a rich comparison")
        }
    }))
}

fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
        other => other,
    }
}

macro_rules! comparisons {
    ($name:ident: $eq:ident $ne:ident $lt:ident $le:ident $gt:ident $ge:ident) => {
        fn $name(op: CompareOp) -> Prim {
            match op {
                CompareOp::Equal => Prim::$eq,
                CompareOp::NotEqual => Prim::$ne,
                CompareOp::Less => Prim::$lt,
                CompareOp::LessEqual => Prim::$le,
                CompareOp::Greater => Prim::$gt,
                CompareOp::GreaterEqual => Prim::$ge,
                CompareOp::Is | CompareOp::IsNot | CompareOp::In | CompareOp::NotIn => {
                    crate::bug("not a rich comparison")
                }
            }
        }
    };
}
comparisons!(int_comparison: IntEq IntNe IntLt IntLe IntGt IntGe);
comparisons!(float_comparison: FloatEq FloatNe FloatLt FloatLe FloatGt FloatGe);
comparisons!(mixed_comparison: IntEqFloat IntNeFloat IntLtFloat IntLeFloat IntGtFloat IntGeFloat);

fn float_prim(op: BinOp, ty: &Type) -> Option<Prim> {
    match op {
        BinOp::Add => Some(Prim::FloatAdd),
        BinOp::Sub => Some(Prim::FloatSub),
        BinOp::Mul => Some(Prim::FloatMul),
        BinOp::Div => Some(Prim::FloatDiv),
        BinOp::FloorDiv => Some(Prim::FloatFloorDiv),
        BinOp::Mod => Some(Prim::FloatMod),
        BinOp::Pow if *ty == Type::Float => Some(Prim::FloatPow),
        BinOp::Pow => Some(Prim::FloatPowObject),
        BinOp::MatMul
        | BinOp::BitAnd
        | BinOp::BitOr
        | BinOp::BitXor
        | BinOp::ShiftLeft
        | BinOp::ShiftRight => None,
    }
}

fn object_prim(op: BinOp, in_place: bool) -> Prim {
    match (op, in_place) {
        (BinOp::Add, false) => Prim::Add,
        (BinOp::Sub, false) => Prim::Sub,
        (BinOp::Mul, false) => Prim::Mul,
        (BinOp::Div, false) => Prim::Div,
        (BinOp::FloorDiv, false) => Prim::FloorDiv,
        (BinOp::Mod, false) => Prim::Mod,
        (BinOp::Pow, false) => Prim::Pow,
        (BinOp::MatMul, false) => Prim::MatMul,
        (BinOp::BitAnd, false) => Prim::BitAnd,
        (BinOp::BitOr, false) => Prim::BitOr,
        (BinOp::BitXor, false) => Prim::BitXor,
        (BinOp::ShiftLeft, false) => Prim::ShiftLeft,
        (BinOp::ShiftRight, false) => Prim::ShiftRight,
        (BinOp::Add, true) => Prim::AddInPlace,
        (BinOp::Sub, true) => Prim::SubInPlace,
        (BinOp::Mul, true) => Prim::MulInPlace,
        (BinOp::Div, true) => Prim::DivInPlace,
        (BinOp::FloorDiv, true) => Prim::FloorDivInPlace,
        (BinOp::Mod, true) => Prim::ModInPlace,
        (BinOp::Pow, true) => Prim::PowInPlace,
        (BinOp::MatMul, true) => Prim::MatMulInPlace,
        (BinOp::BitAnd, true) => Prim::BitAndInPlace,
        (BinOp::BitOr, true) => Prim::BitOrInPlace,
        (BinOp::BitXor, true) => Prim::BitXorInPlace,
        (BinOp::ShiftLeft, true) => Prim::ShiftLeftInPlace,
        (BinOp::ShiftRight, true) => Prim::ShiftRightInPlace,
    }
}
