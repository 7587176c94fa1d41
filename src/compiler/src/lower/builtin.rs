//! Built-in functions and methods of built-in types: which of the C library's fast ways serves a call.
//!
//! A built-in function is called directly while its name still means it; methods of the built-in types cannot be
//! rebound, and the library looks at subclasses itself.

use std::rc::Rc;

use super::call::Args;
use super::{Builder, Val, repr};
use crate::hir::{Call, ComprehensionKind, Element, Expr, ExprKind};
use crate::ir::{Const, Guard, OpKind, Operand, Prim, Repr};
use crate::types::Type;

/// What serves a call of a builtin with evaluated arguments.
enum Fast {
    /// One function of the library, with arguments already in its representations, and what is known of its result.
    One(Prim, Vec<Operand>, Type),
    /// The value itself.
    Same(Val),
}

impl<'a> Builder<'a> {
    pub(super) fn call_builtin(&mut self, call: &'a Call, name: &str, expr: &'a Expr) -> Val {
        if let (
            [
                Element::One(Expr {
                    kind: ExprKind::Comprehension(inner),
                    ..
                }),
            ],
            [],
        ) = (&call.args[..], &call.keywords[..])
            && inner.kind == ComprehensionKind::Generator
            && matches!(name, "any" | "all" | "sum")
            && (name != "sum" || (inner.element.ty == Type::Int && expr.ty == Type::Int))
        {
            return self.consume(name, call, inner, expr);
        }
        let plain = call.args.iter().all(|arg| matches!(arg, Element::One(_)))
            && call.keywords.iter().all(|(name, _)| name.is_some());
        if !plain {
            let callee = self.global(name);
            return self.call_dynamic(call, callee, expr);
        }
        if name == "isinstance"
            && let Some(value) = self.instance_of_builtins(call, expr)
        {
            return value;
        }
        let args = self.arguments(call);
        self.at_line(expr.span);
        if !self.has_fast(name, &args) {
            let callee = self.global(name);
            return self.call_object(callee, args);
        }
        let guard = Guard::Builtin(self.function.module, Rc::from(name));
        let again = args.clone();
        self.guarded(
            guard,
            &expr.ty,
            |this| {
                let boxed = args.clone();
                match this.fast(name, &args) {
                    Some(Fast::One(prim, args, ty)) => {
                        if prim.get().result.is_none() {
                            this.act(prim, args);
                            return Val::none();
                        }
                        this.typed(prim, args, ty)
                    }
                    Some(Fast::Same(value)) => value,
                    None => this.call_object(Operand::Const(Const::Builtin(Rc::from(name))), boxed),
                }
            },
            |this| {
                let callee = this.global(name);
                this.call_object(callee, again)
            },
        )
    }

    /// Whether there is a fast way for these arguments, without emitting anything.
    fn has_fast(&self, name: &str, args: &Args) -> bool {
        let keywords: Vec<&str> = args.keywords.iter().map(|(name, _)| &**name).collect();
        let types: Vec<&Type> = args.positional.iter().map(|value| &value.ty).collect();
        match (name, types.as_slice()) {
            ("sorted", [_]) => keywords
                .iter()
                .all(|name| matches!(*name, "key" | "reverse")),
            ("enumerate", [_]) => keywords.is_empty() || keywords == ["start"],
            _ if !keywords.is_empty() => false,
            ("len" | "abs" | "repr" | "hash" | "reversed" | "any" | "all" | "next", [_]) => true,
            (
                "str" | "int" | "float" | "bool" | "list" | "tuple" | "set" | "frozenset" | "dict"
                | "sum" | "ord" | "round" | "range",
                [_],
            ) => true,
            ("chr", [Type::Int]) => true,
            ("list" | "dict" | "set", []) => true,
            (
                "isinstance" | "issubclass" | "min" | "max" | "divmod" | "round" | "sum" | "next",
                [_, _],
            ) => true,
            ("enumerate", [_, Type::Int]) => true,
            ("range", all) => {
                (1..=3).contains(&all.len()) && all.iter().all(|ty| **ty == Type::Int)
            }
            // Others are worth the guard only for not looking the name up.
            _ => false,
        }
    }

    fn fast(&mut self, name: &str, args: &Args) -> Option<Fast> {
        let values = args.positional.clone();
        let one = |prim, args, ty| Some(Fast::One(prim, args, ty));
        match (name, values.as_slice()) {
            ("list", []) => return Some(Fast::Same(self.list(&[]))),
            ("dict", []) => return Some(Fast::Same(self.dict(&[]))),
            ("set", []) => return Some(Fast::Same(self.set(&[]))),
            ("range", all) => {
                let int = |number| Operand::Const(Const::Small(number));
                let ints: Vec<_> = all.iter().map(|value| value.op.clone()).collect();
                if all.iter().any(|value| value.ty != Type::Int) {
                    return None;
                }
                let bounds = match ints.as_slice() {
                    [stop] => vec![int(0), stop.clone(), int(1)],
                    [start, stop] => vec![start.clone(), stop.clone(), int(1)],
                    _ => ints,
                };
                return one(Prim::RangeObject, bounds, Type::Object);
            }
            _ => {}
        }
        if let [value] = values.as_slice() {
            match (name, &value.ty) {
                ("len", Type::Str) => return one(Prim::StrLen, vec![value.op.clone()], Type::Int),
                ("len", Type::List(_)) => {
                    return one(Prim::ListLen, vec![value.op.clone()], Type::Int);
                }
                ("len", Type::Dict(..)) => {
                    return one(Prim::DictLen, vec![value.op.clone()], Type::Int);
                }
                ("len", Type::Set(_)) => {
                    return one(Prim::SetLen, vec![value.op.clone()], Type::Int);
                }
                ("len", Type::Tuple(_) | Type::TupleOf(_)) => {
                    return one(Prim::TupleLen, vec![value.op.clone()], Type::Int);
                }
                ("abs", Type::Int) => return one(Prim::IntAbs, vec![value.op.clone()], Type::Int),
                ("abs", Type::Float) => {
                    return one(Prim::FloatAbs, vec![value.op.clone()], Type::Float);
                }
                ("str", Type::Str) => {}
                ("str", Type::Int) => {
                    return one(Prim::IntToStr, vec![value.op.clone()], Type::Str);
                }
                ("repr", Type::Int) => {
                    return one(Prim::IntToRepr, vec![value.op.clone()], Type::Str);
                }
                ("str" | "repr", Type::Float) => {
                    return one(Prim::FloatToStr, vec![value.op.clone()], Type::Str);
                }
                ("int", Type::Int) => {
                    return Some(Fast::Same(self.plain_int(value.op.clone())));
                }
                ("round", Type::Int) => {
                    return one(Prim::IntRoundWhole, vec![value.op.clone()], Type::Int);
                }
                ("float", Type::Float) | ("bool", Type::Bool) => {
                    return Some(Fast::Same(value.clone()));
                }
                ("int", Type::Bool) => {
                    return one(Prim::IntFromBool, vec![value.op.clone()], Type::Int);
                }
                ("int", Type::Float) => {
                    return one(Prim::IntFromFloat, vec![value.op.clone()], Type::Int);
                }
                ("float", Type::Int) => {
                    return one(Prim::IntToFloat, vec![value.op.clone()], Type::Float);
                }
                ("bool", _) => {
                    let truth = self.truth(value.clone());
                    return Some(Fast::Same(Val {
                        op: truth,
                        ty: Type::Bool,
                    }));
                }
                ("chr", Type::Int) => return one(Prim::StrChr, vec![value.op.clone()], Type::Str),
                ("ord", Type::Str) => return one(Prim::StrOrd, vec![value.op.clone()], Type::Int),
                ("round", Type::Float) => {
                    return one(Prim::FloatRound, vec![value.op.clone()], Type::Int);
                }
                _ => {}
            }
        }
        if let [left, right] = values.as_slice() {
            match (name, &left.ty, &right.ty) {
                ("min", Type::Int, Type::Int) => {
                    return one(
                        Prim::IntMin,
                        vec![left.op.clone(), right.op.clone()],
                        Type::Int,
                    );
                }
                ("max", Type::Int, Type::Int) => {
                    return one(
                        Prim::IntMax,
                        vec![left.op.clone(), right.op.clone()],
                        Type::Int,
                    );
                }
                ("min", Type::Float, Type::Float) => {
                    return one(
                        Prim::FloatMin,
                        vec![left.op.clone(), right.op.clone()],
                        Type::Float,
                    );
                }
                ("max", Type::Float, Type::Float) => {
                    return one(
                        Prim::FloatMax,
                        vec![left.op.clone(), right.op.clone()],
                        Type::Float,
                    );
                }
                ("round", Type::Float, Type::Int) => {
                    return one(
                        Prim::FloatRoundDigits,
                        vec![left.op.clone(), right.op.clone()],
                        Type::Float,
                    );
                }
                ("round", Type::Int, Type::Int) => {
                    return one(
                        Prim::IntRound,
                        vec![left.op.clone(), right.op.clone()],
                        Type::Int,
                    );
                }
                ("enumerate", _, Type::Int) => {
                    let iterable = self.boxed(left.clone());
                    return one(
                        Prim::Enumerate,
                        vec![iterable, right.op.clone()],
                        Type::Object,
                    );
                }
                _ => {}
            }
        }
        let objects: Vec<Operand> = values.into_iter().map(|value| self.boxed(value)).collect();
        let missing = || Operand::Const(Const::Null);
        let list = || Type::List(Box::new(Type::Object));
        match (name, objects.as_slice()) {
            ("len", [_]) => one(Prim::Len, objects, Type::Int),
            ("abs", [_]) => one(Prim::Abs, objects, Type::Object),
            ("repr", [_]) => one(Prim::Repr, objects, Type::Str),
            ("str", [_]) => one(Prim::Str, objects, Type::Str),
            ("hash", [_]) => one(Prim::Hash, objects, Type::Int),
            ("int", [_]) => one(Prim::IntOf, objects, Type::Int),
            ("float", [_]) => one(Prim::FloatOf, objects, Type::Float),
            ("ord", [_]) => one(Prim::StrOrd, objects, Type::Int),
            ("list", [_]) => one(Prim::ListOf, objects, list()),
            ("tuple", [_]) => one(
                Prim::TupleOf,
                objects,
                Type::TupleOf(Box::new(Type::Object)),
            ),
            ("set", [_]) => one(Prim::SetOf, objects, Type::Set(Box::new(Type::Object))),
            ("frozenset", [_]) => one(
                Prim::FrozenSetOf,
                objects,
                Type::FrozenSet(Box::new(Type::Object)),
            ),
            ("dict", [_]) => one(
                Prim::DictOf,
                objects,
                Type::Dict(Box::new(Type::Object), Box::new(Type::Object)),
            ),
            ("reversed", [_]) => one(Prim::Reversed, objects, Type::Object),
            ("next", [value]) => one(Prim::Next, vec![value.clone(), missing()], Type::Object),
            ("next", [_, _]) => one(Prim::Next, objects, Type::Object),
            ("any", [_]) => one(Prim::Any, objects, Type::Bool),
            ("all", [_]) => one(Prim::All, objects, Type::Bool),
            ("sum", [value]) => one(Prim::Sum, vec![value.clone(), missing()], Type::Object),
            ("sum", [_, _]) => one(Prim::Sum, objects, Type::Object),
            ("round", [value]) => one(Prim::Round, vec![value.clone(), missing()], Type::Object),
            ("round", [_, _]) => one(Prim::Round, objects, Type::Object),
            ("divmod", [_, _]) => one(Prim::DivMod, objects, Type::Object),
            ("min", [_, _]) => one(Prim::Min2, objects, Type::Object),
            ("max", [_, _]) => one(Prim::Max2, objects, Type::Object),
            ("isinstance", [_, _]) => one(Prim::IsInstance, objects, Type::Bool),
            ("issubclass", [_, _]) => one(Prim::IsSubclass, objects, Type::Bool),
            ("enumerate", [value]) => {
                let start = match args.keywords.as_slice() {
                    [] => Operand::Const(Const::Small(0)),
                    [(_, start)] if start.ty == Type::Int => start.op.clone(),
                    _ => return None,
                };
                one(Prim::Enumerate, vec![value.clone(), start], Type::Object)
            }
            ("sorted", [value]) => {
                let (mut key, mut reverse) = (missing(), Operand::Const(Const::Bool(false)));
                for (name, given) in &args.keywords {
                    match &**name {
                        "key" if given.ty == Type::None => {}
                        "key" => key = self.boxed(given.clone()),
                        _ if repr(&given.ty) == Repr::Bool => reverse = given.op.clone(),
                        // Anything with `__index__`: the interpreter's own way.
                        _ => return None,
                    }
                }
                one(Prim::Sorted, vec![value.clone(), key, reverse], list())
            }
            _ => None,
        }
    }

    /// `any`, `all` or `sum` of a generator expression, without making it.
    fn consume(
        &mut self,
        name: &str,
        call: &'a Call,
        inner: &'a crate::hir::Comprehension,
        expr: &'a Expr,
    ) -> Val {
        let _ = call;
        let guard = Guard::Builtin(self.function.module, Rc::from(name));
        let name: Rc<str> = Rc::from(name);
        let again = name.clone();
        let line = self.line;
        self.guarded(
            guard,
            &expr.ty,
            |this| {
                let held = if &*name == "sum" {
                    Repr::Int
                } else {
                    Repr::Bool
                };
                let result = this.temp(held);
                let start = match &*name {
                    "sum" => Const::Small(0),
                    other => Const::Bool(other == "all"),
                };
                this.store(result, Operand::Const(start));
                let after = this.block("after");
                this.each(inner, after, &mut |this, after| {
                    if held == Repr::Int {
                        let item = this.expr(&inner.element);
                        let so_far = this.load(result);
                        let sum = this.prim(Prim::IntAdd, vec![so_far, item.op]);
                        this.store(result, sum);
                        return;
                    }
                    let (decided, next) = (this.block("decided"), this.block("next"));
                    let (yes, no) = if &*name == "any" {
                        (decided, next)
                    } else {
                        (next, decided)
                    };
                    this.condition_of_item(&inner.element, line, yes, no);
                    this.start(decided);
                    this.store(result, Operand::Const(Const::Bool(&*name == "any")));
                    this.goto(after);
                    this.start(next);
                });
                let ty = if held == Repr::Int {
                    Type::Int
                } else {
                    Type::Bool
                };
                Val {
                    op: this.take(result),
                    ty,
                }
            },
            |this| {
                let callee = this.global(&again);
                let items = this.comprehension(inner);
                this.call_object(
                    callee,
                    Args {
                        positional: vec![items],
                        keywords: Vec::new(),
                    },
                )
            },
        )
    }

    /// A method of a value of a built-in type, where the library has it; plain positional arguments.
    pub(super) fn known_method(
        &mut self,
        call: &'a Call,
        receiver: &Val,
        name: &str,
        expr: &'a Expr,
    ) -> Option<Val> {
        let exprs: Vec<&'a Expr> = call
            .args
            .iter()
            .map(|arg| match arg {
                Element::One(arg) | Element::Star(arg) => arg,
            })
            .collect();
        let strs =
            |count: usize| exprs.len() == count && exprs.iter().all(|arg| arg.ty == Type::Str);
        let ints =
            |count: usize| exprs.len() == count && exprs.iter().all(|arg| arg.ty == Type::Int);
        let count = exprs.len();
        let (prim, ty) = match (&receiver.ty, name) {
            (Type::Str, "upper") if count == 0 => (Prim::StrUpper, Type::Object),
            (Type::Str, "lower") if count == 0 => (Prim::StrLower, Type::Object),
            (Type::Str, "strip") if count == 0 => (Prim::StrStrip, Type::Object),
            (Type::Str, "split") if count == 0 || strs(1) => (Prim::StrSplit, Type::Object),
            (Type::Str, "join") if count == 1 => (Prim::StrJoin, Type::Object),
            (Type::Str, "startswith") if count == 1 => (Prim::StrStartsWith, Type::Bool),
            (Type::Str, "endswith") if count == 1 => (Prim::StrEndsWith, Type::Bool),
            (Type::Str, "find") if strs(1) => (Prim::StrFind, Type::Int),
            (Type::Str, "replace") if strs(2) => (Prim::StrReplace, Type::Object),
            (Type::List(_), "append") if count == 1 => (Prim::ListAppend, Type::None),
            (Type::List(_), "extend") if count == 1 => (Prim::ListExtend, Type::None),
            (Type::List(_), "pop") if count == 0 => (Prim::ListPop, Type::Object),
            (Type::List(_), "pop") if ints(1) => (Prim::ListPopAt, Type::Object),
            (Type::List(_), "insert") if count == 2 && exprs[0].ty == Type::Int => {
                (Prim::ListInsert, Type::None)
            }
            (Type::List(_), "reverse") if count == 0 => (Prim::ListReverse, Type::None),
            (Type::List(_), "clear") if count == 0 => (Prim::ListClear, Type::None),
            (Type::List(_), "copy") if count == 0 => (Prim::ListCopy, Type::Object),
            (Type::List(_), "sort") if count == 0 => (Prim::ListSort, Type::None),
            (Type::Dict(..), "get") if count == 1 || count == 2 => (Prim::DictGetOr, Type::Object),
            (Type::Dict(..), "setdefault") if count == 2 => (Prim::DictSetDefault, Type::Object),
            (Type::Dict(..), "pop") if count == 1 || count == 2 => (Prim::DictPop, Type::Object),
            (Type::Dict(..), "keys") if count == 0 => (Prim::DictKeys, Type::Object),
            (Type::Dict(..), "values") if count == 0 => (Prim::DictValues, Type::Object),
            (Type::Dict(..), "items") if count == 0 => (Prim::DictItems, Type::Object),
            (Type::Dict(..), "update") if count == 1 => (Prim::DictUpdate, Type::None),
            (Type::Dict(..), "clear") if count == 0 => (Prim::DictClear, Type::None),
            (Type::Dict(..), "copy") if count == 0 => (Prim::DictCopy, Type::Object),
            (Type::Set(_), "add") if count == 1 => (Prim::SetAdd, Type::None),
            (Type::Set(_), "discard") if count == 1 => (Prim::SetDiscard, Type::None),
            (Type::Set(_), "remove") if count == 1 => (Prim::SetRemove, Type::None),
            (Type::Int, "bit_length") if count == 0 => (Prim::IntBitLength, Type::Int),
            (Type::Float, "is_integer") if count == 0 => (Prim::FloatIsInteger, Type::Bool),
            _ => return None,
        };
        let mut args = vec![receiver.op.clone()];
        for (at, arg) in exprs.into_iter().enumerate() {
            let value = self.expr(arg);
            let wanted = prim.get().args[at + 1].repr;
            args.push(if wanted == Some(repr(&value.ty)) {
                value.op
            } else {
                self.boxed(value)
            });
        }
        self.at_line(expr.span);
        for spec in &prim.get().args[args.len()..] {
            args.push(Operand::Const(if spec.repr == Some(Repr::Bool) {
                Const::Bool(false)
            } else {
                Const::Null
            }));
        }
        if prim.get().result.is_none() {
            self.op(OpKind::Prim(prim, args), &[]);
            return Some(Val::none());
        }
        Some(self.typed(prim, args, ty))
    }
}
