//! Calls: direct to native bodies where a guard says that the name or method still means them, and otherwise as
//! the interpreter calls. Both ways stand side by side; which one runs is decided at run time by one byte.

use std::rc::Rc;

use super::callers::{call_looks_back, looks_back};
use super::{Builder, Val};
use crate::hir::{
    BinOp, Call, Callee, ClassId, Element, Expr, ExprKind, FieldDefault, FunctionId, FunctionKind,
    Param, ParamKind, Path,
};
use crate::ir::{Const, Guard, OpKind, Operand, Pack, Place, Prim, Repr, Terminator};
use crate::members;
use crate::types::Type;

/// Evaluated arguments: positional ones, then keywords with their names.
#[derive(Clone)]
pub(super) struct Args {
    pub(super) positional: Vec<Val>,
    pub(super) keywords: Vec<(Rc<str>, Val)>,
}

impl Args {
    pub(super) fn all(&self) -> impl Iterator<Item = &Val> {
        self.positional
            .iter()
            .chain(self.keywords.iter().map(|(_, value)| value))
    }
}

/// Whether the call has neither `*` nor `**`.
pub(super) fn is_plain(call: &Call) -> bool {
    call.args.iter().all(|arg| matches!(arg, Element::One(_)))
        && call.keywords.iter().all(|(name, _)| name.is_some())
}

/// Where each parameter's value comes from: an argument by position in `Args::all`, or its default. None if it
/// cannot be said without running.
pub(super) fn match_arguments(
    params: &[Param],
    positional: usize,
    keywords: &[(Option<String>, Expr)],
) -> Option<Vec<Option<usize>>> {
    let mut from: Vec<Option<usize>> = vec![None; params.len()];
    let by_position = params
        .iter()
        .take_while(|param| {
            matches!(
                param.kind,
                ParamKind::PositionalOnly | ParamKind::Positional
            )
        })
        .count();
    let stars = params
        .iter()
        .any(|param| matches!(param.kind, ParamKind::VarPositional | ParamKind::VarKeyword));
    if stars || positional > by_position {
        return None;
    }
    for (at, slot) in from.iter_mut().enumerate().take(positional) {
        *slot = Some(at);
    }
    for (at, (name, _)) in keywords.iter().enumerate() {
        let name = name.as_ref()?;
        let param = params.iter().position(|param| {
            param.name == *name
                && matches!(param.kind, ParamKind::Positional | ParamKind::KeywordOnly)
        })?;
        if from[param].replace(positional + at).is_some() {
            return None;
        }
    }
    let complete = params
        .iter()
        .zip(&from)
        .all(|(param, slot)| slot.is_some() || param.has_default);
    complete.then_some(from)
}

impl<'a> Builder<'a> {
    /// The result of a call; `awaited` if the call is the operand of `await` on a native coroutine function.
    pub(super) fn call(&mut self, call: &'a Call, expr: &'a Expr, awaited: bool) -> Val {
        match &call.callee {
            Callee::Function { function, path } => {
                self.call_function(call, *function, path, expr, awaited)
            }
            Callee::Class { class, path } => self.call_class(call, *class, path, expr),
            Callee::Method {
                object,
                class,
                name,
                ..
            } => self.call_native_method(call, object, *class, name, expr, awaited),
            Callee::SuperMethod { function, name } => {
                self.call_super(call, *function, name, expr, awaited)
            }
            Callee::Builtin(name) => self.call_builtin(call, name, expr),
            Callee::Library(path) => self.call_library(call, path, expr),
            Callee::BuiltinMethod { object, name } => {
                self.call_builtin_method(call, object, name, expr)
            }
            Callee::Attribute { object, name } => self.call_attribute(call, object, name, expr),
            Callee::Dynamic(callee) => {
                if let Some(made) = self.generator_expression(call) {
                    return made;
                }
                let callee = self.object(callee);
                self.call_dynamic(call, callee, expr)
            }
        }
    }

    /// Evaluates plain arguments from left to right.
    pub(super) fn arguments(&mut self, call: &'a Call) -> Args {
        let mut args = Args {
            positional: Vec::new(),
            keywords: Vec::new(),
        };
        for arg in &call.args {
            if let Element::One(arg) = arg {
                let value = self.expr(arg);
                args.positional.push(value);
            }
        }
        for (name, value) in &call.keywords {
            let value = self.expr(value);
            args.keywords
                .push((Rc::from(name.as_deref().unwrap_or_default()), value));
        }
        args
    }

    /// Calls an object with any arguments.
    pub(super) fn call_dynamic(&mut self, call: &'a Call, callee: Operand, expr: &'a Expr) -> Val {
        if is_plain(call) {
            let args = self.arguments(call);
            self.at_line(expr.span);
            let value = self.call_object(callee, args);
            self.frame_call(call_looks_back(&call.callee));
            return value;
        }
        self.call_spread(call, callee, expr)
    }

    pub(super) fn call_object(&mut self, callee: Operand, args: Args) -> Val {
        let keywords: Vec<_> = args.keywords.iter().map(|(name, _)| name.clone()).collect();
        let args = args.all().cloned().map(|value| self.boxed(value)).collect();
        let op = self.op1(
            OpKind::CallObject {
                callee,
                args,
                keywords,
            },
            Repr::Object,
        );
        Val {
            op,
            ty: Type::Object,
        }
    }

    pub(super) fn call_method(&mut self, object: Operand, name: &str, args: Args) -> Val {
        let keywords: Vec<_> = args.keywords.iter().map(|(name, _)| name.clone()).collect();
        let mut all = vec![object];
        all.extend(args.all().cloned().map(|value| self.boxed(value)));
        let op = self.op1(
            OpKind::CallMethod {
                name: Rc::from(name),
                args: all,
                keywords,
            },
            Repr::Object,
        );
        self.frame_call(looks_back(name));
        Val {
            op,
            ty: Type::Object,
        }
    }

    /// `f(*args, **kwargs)`: a tuple and a dict are built as CPython builds them.
    fn call_spread(&mut self, call: &'a Call, callee: Operand, expr: &'a Expr) -> Val {
        // What is starred alone is iterated when everything else is evaluated, for the call.
        if let [Element::Star(arg)] = call.args.as_slice() {
            let value = self.object(arg);
            let kwargs = self.spread_keywords(call, &callee, expr);
            self.at_line(expr.span);
            let list = self.op1(OpKind::Pack(Pack::List, Vec::new()), Repr::Object);
            let all = vec![list.clone(), value, callee.clone()];
            self.act(Prim::CallArgsExtend, all);
            return self.call_spread_with(call, callee, list, kwargs, expr);
        }
        let list = self.op1(OpKind::Pack(Pack::List, Vec::new()), Repr::Object);
        for arg in &call.args {
            match arg {
                Element::One(arg) => {
                    let value = self.object(arg);
                    self.act(Prim::ListAppendSteal, vec![list.clone(), value]);
                }
                Element::Star(arg) => {
                    let value = self.object(arg);
                    self.at_line(expr.span);
                    self.act(Prim::ListExtendStar, vec![list.clone(), value]);
                }
            }
        }
        let kwargs = self.spread_keywords(call, &callee, expr);
        self.call_spread_with(call, callee, list, kwargs, expr)
    }

    /// The dict of the keywords of a call, or null where it has none.
    fn spread_keywords(&mut self, call: &'a Call, callee: &Operand, expr: &'a Expr) -> Operand {
        let mut kwargs = Operand::Const(Const::Null);
        if !call.keywords.is_empty() {
            kwargs = self.prim(Prim::DictNew, Vec::new());
            for (name, value) in &call.keywords {
                let value = self.object(value);
                self.at_line(expr.span);
                match name {
                    Some(name) => {
                        let name = self.str(name);
                        self.act(
                            Prim::CallKwargsSet,
                            vec![kwargs.clone(), name, value, callee.clone()],
                        );
                    }
                    None => self.act(
                        Prim::CallKwargsMerge,
                        vec![kwargs.clone(), value, callee.clone()],
                    ),
                }
            }
        }
        kwargs
    }

    fn call_spread_with(
        &mut self,
        call: &'a Call,
        callee: Operand,
        list: Operand,
        kwargs: Operand,
        expr: &'a Expr,
    ) -> Val {
        let args = self.prim(Prim::TupleFromListSteal, vec![list]);
        self.at_line(expr.span);
        let value = self.typed(Prim::CallEx, vec![callee, args, kwargs], Type::Object);
        self.frame_call(call_looks_back(&call.callee));
        value
    }

    /// A call by a name of the module that goes the fast way while `guard` holds, and `also` after the arguments. The name is
    /// looked up before the arguments are evaluated, as Python does.
    fn call_named(
        &mut self,
        call: &'a Call,
        path: &Path,
        (guard, also): (Guard, Option<Guard>),
        expr: &'a Expr,
        fast: impl FnOnce(&mut Self, Args) -> Val,
        spare: impl FnOnce(&mut Self, Val) -> Val,
    ) -> Val {
        if self.has_quiet_arguments(call) {
            let args = self.arguments(call);
            self.at_line(expr.span);
            let again = args.clone();
            return self.guarded_by(
                std::iter::once(guard).chain(also).collect(),
                &expr.ty,
                |this| fast(this, args),
                |this| {
                    let callee = this.at_path(path);
                    let value = this.call_object(callee, again);
                    spare(this, value)
                },
            );
        }
        // The callee is fetched first, and only if it is not the expected one.
        let callee = self.temp(Repr::Object);
        let (fetch, args_block) = (self.block("rebound"), self.block("arguments"));
        self.end(Terminator::BranchGuard {
            guard,
            yes: args_block,
            no: fetch,
        });
        self.start(fetch);
        let fetched = self.at_path(path);
        self.store(callee, fetched);
        self.goto(args_block);
        self.start(args_block);
        let args = self.arguments(call);
        self.at_line(expr.span);
        let line = self.line;
        let (slow, direct, join) = (
            self.block("call"),
            self.block("direct"),
            self.block("value"),
        );
        let result = (expr.ty != Type::None).then(|| self.temp(super::repr(&expr.ty)));
        self.end(Terminator::BranchSet {
            var: callee,
            yes: slow,
            no: direct,
        });
        self.start(direct);
        if let Some(guard) = also {
            let (yes, no) = (self.block("direct"), self.block("rebound"));
            self.end(Terminator::BranchGuard { guard, yes, no });
            self.start(no);
            let fetched = self.at_path(path);
            self.store(callee, fetched);
            self.goto(slow);
            self.start(yes);
        }
        let value = fast(self, args.clone());
        self.store_converted(value, &expr.ty, result);
        self.goto(join);
        self.start(slow);
        self.line = line;
        let fetched = self.take(callee);
        let value = self.call_object(fetched, args);
        let value = spare(self, value);
        self.store_converted(value, &expr.ty, result);
        self.goto(join);
        self.start(join);
        match result {
            Some(result) => Val {
                op: self.take(result),
                ty: expr.ty.clone(),
            },
            None => Val::none(),
        }
    }

    /// Whether evaluating the arguments has no effect.
    fn has_quiet_arguments(&self, call: &Call) -> bool {
        call.args
            .iter()
            .map(|arg| match arg {
                Element::One(arg) | Element::Star(arg) => arg,
            })
            .chain(call.keywords.iter().map(|(_, value)| value))
            .all(|arg| self.is_quiet(arg))
    }

    /// Whether evaluating an expression has no effect, so that the order does not matter.
    fn is_quiet(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::None
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Bytes(_) => true,
            ExprKind::Local(local) => self.function.locals[local.index()].always_bound,
            ExprKind::Narrow(inner) | ExprKind::Placed(inner) => self.is_quiet(inner),
            ExprKind::Binary { op, left, right } => {
                let cannot_fail = matches!(op, BinOp::Add | BinOp::Sub | BinOp::Mul);
                let numbers = left.ty == right.ty && matches!(left.ty, Type::Int | Type::Float);
                cannot_fail && numbers && self.is_quiet(left) && self.is_quiet(right)
            }
            _ => false,
        }
    }

    fn call_function(
        &mut self,
        call: &'a Call,
        function: FunctionId,
        path: &Path,
        expr: &'a Expr,
        awaited: bool,
    ) -> Val {
        let found = &self.program.functions[function.index()];
        let from = match_arguments(&found.params, call.args.len(), &call.keywords);
        let fits = is_plain(call)
            && found.direct_callable
            && found.kind == FunctionKind::Plain
            && (found.is_body(awaited) || !awaited && found.is_started());
        let Some(from) = from.filter(|_| fits) else {
            let callee = self.at_path(path);
            let value = self.call_dynamic(call, callee, expr);
            return self.awaited(value, awaited);
        };
        let guard = Guard::Function(self.function.module, path.clone(), function);
        self.call_named(
            call,
            path,
            (guard, None),
            expr,
            |this, args| {
                let args: Vec<Val> = args.all().cloned().collect();
                let from: Vec<_> = from
                    .into_iter()
                    .map(|each| each.map(|at| args[at].clone()))
                    .collect();
                this.call_or_start(function, from, awaited)
            },
            |this, value| this.awaited(value, awaited),
        )
    }

    /// Calls the body with a value for each parameter; none stands for the default.
    pub(super) fn call_body(&mut self, function: FunctionId, values: Vec<Option<Val>>) -> Val {
        self.call_or_start(function, values, true)
    }

    /// The same; or, unless it is awaited, makes the generator or coroutine that a call makes.
    pub(super) fn call_or_start(
        &mut self,
        function: FunctionId,
        values: Vec<Option<Val>>,
        is_awaited: bool,
    ) -> Val {
        let found = &self.program.functions[function.index()];
        let mut args = Vec::new();
        for (at, (param, value)) in found.params.iter().zip(values).enumerate() {
            let value = value.unwrap_or_else(|| {
                let op = self.op1(OpKind::ArgumentDefault(function, at as u16), Repr::Object);
                Val {
                    op,
                    ty: Type::Object,
                }
            });
            if !is_awaited && found.is_started() {
                args.push(self.boxed(value));
                continue;
            }
            args.push(
                self.convert_at(value, &param.ty, Place::Argument(function, at as u16))
                    .op,
            );
        }
        if !is_awaited && found.is_started() {
            return Val {
                op: self.op1(OpKind::Start(function, args), Repr::Object),
                ty: Type::Object,
            };
        }
        self.native(function, args)
    }

    pub(super) fn awaited(&mut self, value: Val, awaited: bool) -> Val {
        if !awaited {
            return value;
        }
        let awaitable = self.boxed(value);
        self.await_object(awaitable)
    }

    /// `object.name(…)` in general.
    pub(super) fn call_on(
        &mut self,
        call: &'a Call,
        receiver: Val,
        name: &str,
        expr: &'a Expr,
    ) -> Val {
        let object = self.boxed(receiver);
        if is_plain(call) {
            let args = self.arguments(call);
            self.at_line(expr.span);
            return self.call_method(object, name, args);
        }
        self.at_line(expr.span);
        let name = self.str(name);
        let callee = self.prim(Prim::AttrGet, vec![object, name]);
        self.call_spread(call, callee, expr)
    }

    fn call_attribute(
        &mut self,
        call: &'a Call,
        object: &'a Expr,
        name: &str,
        expr: &'a Expr,
    ) -> Val {
        let receiver = self.expr(object);
        // The interpreter finds an attribute of `super()` where that begins, and calls it where its name is.
        let is_apart =
            is_super(object) && self.sources.line(object.span) != self.sources.line(expr.span);
        if !is_plain(call) || (self.has_quiet_arguments(call) && !is_apart) {
            return self.call_on(call, receiver, name, expr);
        }
        // What the arguments do comes after the attribute is found, or is not.
        self.at_line(if is_apart { object.span } else { expr.span });
        let object = self.boxed(receiver);
        let name = self.str(name);
        let callee = self.prim(Prim::AttrGet, vec![object, name]);
        self.call_dynamic(call, callee, expr)
    }

    /// A method of a built-in type's value.
    fn call_builtin_method(
        &mut self,
        call: &'a Call,
        object: &'a Expr,
        name: &str,
        expr: &'a Expr,
    ) -> Val {
        let receiver = self.expr(object);
        if is_plain(call)
            && call.keywords.is_empty()
            && let Some(value) = self.known_method(call, &receiver, name, expr)
        {
            return value;
        }
        self.call_on(call, receiver, name, expr)
    }

    /// `Class(…)`: fills the fields directly, or fills them with nothing and calls the native `__init__`.
    fn call_class(&mut self, call: &'a Call, class: ClassId, path: &Path, expr: &'a Expr) -> Val {
        let found = &self.program.classes[class.index()];
        let guard = Guard::Class(self.function.module, path.clone(), class);
        let generic = |this: &mut Self| {
            let callee = this.at_path(path);
            this.call_dynamic(call, callee, expr)
        };
        if !is_plain(call) {
            return generic(self);
        }
        if let Some(options) = found.dataclass
            && options.init
            && !options.has_post_init
            && !self.defines(class, "__init__")
        {
            let params = self.constructor_params(class);
            let order: Vec<_> = params.iter().map(|(param, _)| param.clone()).collect();
            let from = match_arguments(&order, call.args.len(), &call.keywords);
            // Objects with a field outside of `__init__` cannot be made by filling the fields.
            let Some(from) = from.filter(|_| params.len() == found.fields.len()) else {
                return generic(self);
            };
            return self.call_named(
                call,
                path,
                (guard, Some(Guard::Plain(class))),
                expr,
                |this, args| this.fill(class, &params, from, args),
                |_, value| value,
            );
        }
        if let Some(init) = members::constructor(&self.program.classes, class)
            && !self.has_attribute(class, "__new__")
        {
            let init_function = &self.program.functions[init.index()];
            let params = init_function.params.get(1..).unwrap_or_default();
            let fits = matches!(init_function.kind, FunctionKind::Method(_))
                && init_function.is_body(false);
            if let Some(from) =
                match_arguments(params, call.args.len(), &call.keywords).filter(|_| fits)
            {
                return self.call_named(
                    call,
                    path,
                    (guard, Some(Guard::Constructible(class))),
                    expr,
                    |this, args| this.initialize(class, init, from, args),
                    |_, value| value,
                );
            }
        }
        generic(self)
    }

    /// The parameters of a dataclass's `__init__`, with the field each one fills.
    fn constructor_params(&self, class: ClassId) -> Vec<(Param, usize)> {
        let found = &self.program.classes[class.index()];
        let mut params = Vec::new();
        for (at, field) in found.fields.iter().enumerate() {
            if field.default != FieldDefault::NotInInit {
                let kind = if field.keyword_only {
                    ParamKind::KeywordOnly
                } else {
                    ParamKind::Positional
                };
                let has_default = field.default != FieldDefault::Required;
                params.push((
                    Param {
                        name: field.name.clone(),
                        kind,
                        ty: field.ty.clone(),
                        wire: field.wire.clone(),
                        has_default,
                    },
                    at,
                ));
            }
        }
        // As Python orders them: those by name come last, whatever stands between them in the class.
        params.sort_by_key(|(param, _)| param.kind == ParamKind::KeywordOnly);
        params
    }

    /// A new object of a class that is plain, from a value for each parameter.
    fn fill(
        &mut self,
        class: ClassId,
        params: &[(Param, usize)],
        from: Vec<Option<usize>>,
        args: Args,
    ) -> Val {
        let all: Vec<Val> = args.all().cloned().collect();
        let mut fields = vec![None; params.len()];
        for ((param, field), at) in params.iter().zip(from) {
            let id = crate::hir::FieldId(*field as u32);
            let value = match at {
                Some(at) => all[at].clone(),
                None => {
                    let op = self.op1(OpKind::FieldDefault(class, id), Repr::Object);
                    Val {
                        op,
                        ty: Type::Object,
                    }
                }
            };
            let value = self.convert_at(value, &param.ty, Place::Field(class, id));
            fields[*field] = Some(value.op);
        }
        let fields = fields.into_iter().flatten().collect();
        Val {
            op: self.op1(OpKind::New(class, fields), Repr::Object),
            ty: Type::Class(class),
        }
    }

    /// A new object of a class that is constructible, by its own `__init__`.
    fn initialize(
        &mut self,
        class: ClassId,
        init: FunctionId,
        from: Vec<Option<usize>>,
        args: Args,
    ) -> Val {
        let all: Vec<Val> = args.all().cloned().collect();
        let ty = Type::Class(class);
        let op = self.op1(OpKind::Allocate(class), Repr::Object);
        let object = Val { op, ty };
        let mut values = vec![Some(object.clone())];
        values.extend(from.into_iter().map(|each| each.map(|at| all[at].clone())));
        let result = self.call_body(init, values);
        if result.ty != Type::None {
            let result = self.boxed(result);
            self.act(Prim::InitResult, vec![result]);
        }
        object
    }

    /// Plain positional arguments that are all ints, if the call has nothing else.
    pub(super) fn int_arguments(&self, call: &'a Call) -> Option<Vec<&'a Expr>> {
        if !call.keywords.is_empty() {
            return None;
        }
        call.args
            .iter()
            .map(|arg| match arg {
                Element::One(arg) if arg.ty == Type::Int => Some(arg),
                Element::One(_) | Element::Star(_) => None,
            })
            .collect()
    }
}

/// Whether it is `super()`, whatever its arguments.
fn is_super(object: &Expr) -> bool {
    let ExprKind::Call(call) = &object.kind else {
        return false;
    };
    match &call.callee {
        Callee::Builtin(name) => name == "super",
        Callee::Dynamic(callee) => {
            matches!(&callee.kind, ExprKind::Global(name) if name == "super")
        }
        _ => false,
    }
}
