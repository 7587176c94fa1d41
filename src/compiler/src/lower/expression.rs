//! Expressions: names, attributes, items, conditional values. Operators, calls and displays have files of their own.

use std::rc::Rc;

use super::{Builder, Place, Val, repr};
use crate::hir::{Callee, ClassId, Expr, ExprKind, FieldId, FunctionId, LocalId, Path, each_child};
use crate::ir::{Awaited, Const, Guard, OpKind, Operand, Prim, Repr, Terminator};
use crate::types::Type;

impl<'a> Builder<'a> {
    /// The value of an expression, in the representation of its type.
    pub(super) fn expr(&mut self, expr: &'a Expr) -> Val {
        let value = self.raw(expr);
        self.at_line(expr.span);
        self.convert(value, &expr.ty)
    }

    /// Evaluates for the effect. The value's claim is not checked, as nobody sees it.
    pub(super) fn expr_discarded(&mut self, expr: &'a Expr) {
        self.raw(expr);
    }

    /// The value with what is proved of it, which may be less than the expression claims.
    fn raw(&mut self, expr: &'a Expr) -> Val {
        self.at_line(expr.span);
        match &expr.kind {
            ExprKind::None => Val::none(),
            ExprKind::Bool(truth) => Val {
                op: Operand::Const(Const::Bool(*truth)),
                ty: Type::Bool,
            },
            ExprKind::Int(digits) => Val {
                op: Operand::Const(int(digits)),
                ty: Type::Int,
            },
            ExprKind::Float(number) => Val {
                op: Operand::Const(Const::Float(*number)),
                ty: Type::Float,
            },
            ExprKind::Str(text) => Val {
                op: self.str(text),
                ty: Type::Str,
            },
            ExprKind::Bytes(bytes) => Val {
                op: Operand::Const(Const::Bytes(Rc::from(&bytes[..]))),
                ty: Type::Bytes,
            },
            ExprKind::Ellipsis => Val {
                op: Operand::Const(Const::Ellipsis),
                ty: Type::Object,
            },
            ExprKind::OwnClass(class) => Val {
                op: match class {
                    Some(class) => Operand::Const(Const::Class(*class)),
                    None => self.prim(Prim::OwnClass, Vec::new()),
                },
                ty: Type::Object,
            },
            ExprKind::Local(local) => self.read_local(*local),
            ExprKind::Global(name) => Val {
                op: self.global(name),
                ty: Type::Object,
            },
            ExprKind::Field {
                object,
                class,
                field,
            } => {
                let object = self.expr(object);
                self.at_line(expr.span);
                self.read_field(object, *class, *field)
            }
            ExprKind::Attribute { object, name } => {
                let object = self.expr(object);
                self.at_line(expr.span);
                self.attribute(object, name, &expr.ty)
            }
            ExprKind::Item { object, index } => {
                let object = self.expr(object);
                let index = self.expr(index);
                self.at_line(expr.span);
                self.item(object, index)
            }
            ExprKind::Slice {
                object,
                lower,
                upper,
                step,
            } => self.slice(
                expr,
                object,
                [lower, upper, step].map(|part| part.as_deref()),
            ),
            ExprKind::SliceObject { lower, upper, step } => {
                let mut args = Vec::new();
                for part in [lower, upper, step] {
                    args.push(match part {
                        Some(part) => self.object(part),
                        None => Operand::Const(Const::Null),
                    });
                }
                self.typed(Prim::SliceNew, args, Type::Object)
            }
            ExprKind::Binary { op, left, right } => {
                let left = self.expr(left);
                let right = self.expr(right);
                self.at_line(expr.span);
                self.binary(*op, left, right, &expr.ty, false)
            }
            ExprKind::Unary { op, operand } => self.unary(*op, operand, expr),
            ExprKind::Compare { first, rest } => self.compare(first, rest, expr),
            ExprKind::And(operands) => self.logical(operands, &expr.ty, true),
            ExprKind::Or(operands) => self.logical(operands, &expr.ty, false),
            ExprKind::IfElse { test, body, orelse } => {
                let (yes, no, join) = (self.block("then"), self.block("else"), self.block("value"));
                let result = self.temp(repr(&expr.ty));
                self.condition(test, yes, no);
                for (block, value) in [(yes, body), (no, orelse)] {
                    self.start(block);
                    let value = self.expr_as(value, &expr.ty);
                    self.store(result, value.op);
                    self.goto(join);
                }
                self.start(join);
                Val {
                    op: self.take(result),
                    ty: expr.ty.clone(),
                }
            }
            ExprKind::Walrus { target, value } => {
                let value = self.expr(value);
                self.store_local(*target, value.clone());
                value
            }
            ExprKind::Call(call) => self.call(call, expr, false),
            ExprKind::Await(inner) => self.wait(inner, expr),
            ExprKind::Yield(value) => self.yield_value(value.as_deref(), expr),
            ExprKind::Iterator { value, is_async } => {
                let value = self.object(value);
                self.at_line(expr.span);
                let get = if *is_async {
                    Prim::AsyncIterStart
                } else {
                    Prim::IteratorOf
                };
                self.typed(get, vec![value], Type::Object)
            }
            ExprKind::YieldFrom(inner) => {
                let iterable = self.object(inner);
                self.at_line(expr.span);
                self.await_with(Prim::YieldFromIter, iterable)
            }
            ExprKind::List(elements) => self.list(elements),
            ExprKind::Tuple(elements) => self.tuple(elements),
            ExprKind::Set(elements) => self.set(elements),
            ExprKind::Dict(pairs) => self.dict(pairs),
            ExprKind::Comprehension(comprehension) => self.comprehension(comprehension),
            ExprKind::Import { name, level, names } => {
                let name = self.str(name);
                let names = match names {
                    Some(names) => Operand::Const(Const::Names(
                        names.iter().map(|each| Rc::from(each.as_str())).collect(),
                    )),
                    None => Operand::Const(Const::None),
                };
                let level = Operand::Const(Const::C(*level as i32));
                let args = vec![self.globals(), name, names, level];
                self.typed(Prim::Import, args, Type::Object)
            }
            ExprKind::ImportFrom { module, name } => {
                let module = self.object(module);
                self.at_line(expr.span);
                let name = self.str(name);
                self.typed(Prim::ImportFrom, vec![module, name], Type::Object)
            }
            ExprKind::Function(make) => self.make_function(make),
            ExprKind::Format(parts) => self.format(parts),
            ExprKind::Narrow(inner) => self.expr(inner),
            ExprKind::Placed(inner) => {
                let value = self.expr(inner);
                self.at_line(expr.span);
                value
            }
        }
    }

    fn read_local(&mut self, local: LocalId) -> Val {
        let info = &self.function.locals[local.index()];
        let op = match self.places[local.index()] {
            Place::Cell(var) => return self.read_cell(local, var),
            Place::Param(value) => Operand::Value(value),
            Place::Var(var) => {
                if !info.always_bound {
                    self.op(OpKind::CheckBound(var, self.scope_of(local)), &[]);
                }
                self.load(var)
            }
        };
        Val {
            op,
            ty: info.ty.clone(),
        }
    }

    /// A name of the module or a builtin, as an object.
    pub(super) fn global(&mut self, name: &str) -> Operand {
        let name = self.str(name);
        let globals = self.globals();
        self.prim(Prim::GlobalGet, vec![globals, name])
    }

    /// What a path leads to at this moment.
    pub(super) fn at_path(&mut self, path: &Path) -> Operand {
        let mut names = path.names();
        let mut object = self.global(names.next().unwrap_or_default());
        for name in names {
            let name = self.str(name);
            object = self.prim(Prim::AttrGet, vec![object, name]);
        }
        object
    }

    pub(super) fn read_field(&mut self, object: Val, class: ClassId, field: FieldId) -> Val {
        let found = &self.program.classes[class.index()].fields[field.index()];
        if !matches!(object.ty, Type::Class(_)) {
            let object = self.boxed(object);
            let name = self.str(&found.name);
            return self.typed(Prim::AttrGet, vec![object, name], Type::Object);
        }
        let ty = found.ty.clone();
        let op = self.op1(OpKind::FieldRead(object.op, class, field), repr(&ty));
        Val { op, ty }
    }

    /// A value that is made in one way where a guard holds and in another where not.
    pub(super) fn guarded(
        &mut self,
        guard: Guard,
        ty: &Type,
        fast: impl FnOnce(&mut Self) -> Val,
        slow: impl FnOnce(&mut Self) -> Val,
    ) -> Val {
        self.guarded_by(vec![guard], ty, fast, slow)
    }

    /// The same for several guards, of which each must hold.
    pub(super) fn guarded_by(
        &mut self,
        guards: Vec<Guard>,
        ty: &Type,
        fast: impl FnOnce(&mut Self) -> Val,
        slow: impl FnOnce(&mut Self) -> Val,
    ) -> Val {
        let (no, join) = (self.block("rebound"), self.block("value"));
        let result = (*ty != Type::None).then(|| self.temp(repr(ty)));
        let line = self.line;
        for guard in guards {
            let yes = self.block("direct");
            self.end(Terminator::BranchGuard { guard, yes, no });
            self.start(yes);
        }
        let value = fast(self);
        self.store_converted(value, ty, result);
        self.goto(join);
        self.start(no);
        self.line = line;
        let value = slow(self);
        self.store_converted(value, ty, result);
        self.goto(join);
        self.start(join);
        match result {
            Some(result) => Val {
                op: self.take(result),
                ty: ty.clone(),
            },
            None => Val::none(),
        }
    }

    pub(super) fn store_converted(
        &mut self,
        value: Val,
        ty: &Type,
        result: Option<crate::ir::VarId>,
    ) {
        let value = self.convert(value, ty);
        if let Some(result) = result {
            self.store(result, value.op);
        }
    }

    pub(super) fn item(&mut self, object: Val, index: Val) -> Val {
        match (&object.ty, &index.ty) {
            (Type::List(_), Type::Int) => {
                self.typed(Prim::ListGet, vec![object.op, index.op], Type::Object)
            }
            (Type::Tuple(_) | Type::TupleOf(_), Type::Int) => {
                self.typed(Prim::TupleGet, vec![object.op, index.op], Type::Object)
            }
            (Type::Str, Type::Int) => {
                self.typed(Prim::StrIndex, vec![object.op, index.op], Type::Object)
            }
            (Type::Dict(..), _) => {
                let index = self.boxed(index);
                self.typed(Prim::DictGet, vec![object.op, index], Type::Object)
            }
            _ => {
                let (object, index) = (self.boxed(object), self.boxed(index));
                self.typed(Prim::ItemGet, vec![object, index], Type::Object)
            }
        }
    }

    fn slice(&mut self, expr: &'a Expr, object: &'a Expr, parts: [Option<&'a Expr>; 3]) -> Val {
        let object = self.expr(object);
        let bounds: Vec<Option<Val>> = parts
            .into_iter()
            .map(|part| part.map(|part| self.expr(part)))
            .collect();
        self.at_line(expr.span);
        let prim = match &object.ty {
            Type::Str => Some((Prim::StrSlice, Type::Object)),
            Type::List(_) => Some((Prim::ListSlice, Type::Object)),
            Type::Tuple(_) | Type::TupleOf(_) => Some((Prim::TupleSlice, Type::Object)),
            _ => None,
        };
        let plain =
            bounds[2].is_none() && bounds.iter().flatten().all(|bound| bound.ty == Type::Int);
        if let Some((prim, ty)) = prim.filter(|_| plain) {
            let bound = |bound: &Option<Val>| {
                bound
                    .as_ref()
                    .map_or(Operand::Const(Const::NoInt), |value| value.op.clone())
            };
            return self.typed(
                prim,
                vec![object.op, bound(&bounds[0]), bound(&bounds[1])],
                ty,
            );
        }
        let mut args = vec![self.boxed(object)];
        for bound in bounds {
            args.push(match bound {
                Some(bound) => self.boxed(bound),
                None => Operand::Const(Const::Null),
            });
        }
        self.typed(Prim::SliceGet, args, Type::Object)
    }

    /// `and` (`all` true) or `or`.
    fn logical(&mut self, operands: &'a [Expr], ty: &Type, all: bool) -> Val {
        let Some((last, rest)) = operands.split_last() else {
            crate::bug("and/or without operands")
        };
        let line = self.line;
        let join = self.block("value");
        let result = self.temp(repr(ty));
        for operand in rest {
            let value = self.expr(operand);
            self.line = line;
            let truth = self.truth(value.clone());
            let (decided, next) = (self.block("decided"), self.block("next"));
            if all {
                self.branch(truth, next, decided);
            } else {
                self.branch(truth, decided, next);
            }
            self.start(decided);
            self.store_converted(value, ty, Some(result));
            self.goto(join);
            self.start(next);
        }
        let value = self.expr(last);
        self.store_converted(value, ty, Some(result));
        self.goto(join);
        self.start(join);
        Val {
            op: self.take(result),
            ty: ty.clone(),
        }
    }

    fn wait(&mut self, inner: &'a Expr, expr: &'a Expr) -> Val {
        if let ExprKind::Call(call) = &inner.kind {
            let native = match &call.callee {
                Callee::Function { function, .. } | Callee::Method { function, .. } => {
                    self.program.functions[function.index()].is_body(true)
                }
                Callee::SuperMethod { function, .. } => function
                    .is_some_and(|found| self.program.functions[found.index()].is_body(true)),
                _ => false,
            };
            if native {
                return self.call(call, expr, true);
            }
        }
        let awaitable = self.object(inner);
        self.at_line(expr.span);
        self.await_object(awaitable)
    }

    /// Calls a native function's body with arguments of its parameters' types.
    pub(super) fn native(&mut self, function: FunctionId, args: Vec<Operand>) -> Val {
        let found = &self.program.functions[function.index()];
        let ty = found.returns.clone();
        let held = super::returned(&ty);
        if found.has_frame {
            let result = (held != Repr::Void).then_some(held);
            return match self.suspend(Awaited::Native(function, args), result) {
                Some(op) => Val { op, ty },
                None => Val::none(),
            };
        }
        if held == Repr::Void {
            self.op(OpKind::Native(function, args), &[]);
            return Val::none();
        }
        let op = self.op1(OpKind::Native(function, args), held);
        Val { op, ty }
    }
}

/// A literal of any size.
fn int(digits: &str) -> Const {
    match digits.parse::<i64>() {
        Ok(number) if number < 1 << 62 => Const::Small(number),
        _ => Const::Big(Rc::from(digits)),
    }
}

/// Visits an expression and everything in it.
pub(super) fn visit<'e>(expr: &'e Expr, look: &mut dyn FnMut(&'e Expr)) {
    look(expr);
    each_child(expr, &mut |child| visit(child, look));
}
