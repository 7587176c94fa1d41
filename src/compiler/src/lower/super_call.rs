//! `super().name(…)`: straight to the base's method where the object's own order of bases leads there.

use super::call::{is_plain, match_arguments};
use super::{Builder, Val};
use crate::hir::{Call, ClassId, Expr, FunctionId};
use crate::ir::{Const, Guard, OpKind, Operand, Prim, Repr};
use crate::members;
use crate::types::Type;

impl<'a> Builder<'a> {
    /// The method is `function`; none stands for `object.__init__`, which does nothing.
    pub(super) fn call_super(
        &mut self,
        call: &'a Call,
        function: Option<FunctionId>,
        name: &str,
        expr: &'a Expr,
        awaited: bool,
    ) -> Val {
        let Some(class) = self.function.kind.instance() else {
            crate::bug("super() outside of a method of a native class")
        };
        let receiver = Operand::Value(self.out.params[0]);
        let Some(function) = function else {
            return self.object_init(receiver, class, name);
        };
        let Some(base) = self.program.classes[class.index()].base else {
            crate::bug("super() without a native base")
        };
        let found = &self.program.functions[function.index()];
        let params = found.params.get(1..).unwrap_or_default();
        let from = match_arguments(params, call.args.len(), &call.keywords);
        let fits = is_plain(call) && found.is_body(awaited);
        let Some(from) = from.filter(|_| fits) else {
            let callee = self.super_attribute(class, receiver, name);
            let value = self.call_dynamic(call, callee, expr);
            return self.awaited(value, awaited);
        };
        let args = self.arguments(call);
        self.at_line(expr.span);
        let again = args.clone();
        let object = receiver.clone();
        self.guarded(
            Guard::Super(receiver.clone(), class, base),
            &expr.ty,
            |this| {
                let args: Vec<Val> = args.all().cloned().collect();
                let mut values = vec![Some(Val {
                    op: object,
                    ty: Type::Class(class),
                })];
                values.extend(from.into_iter().map(|each| each.map(|at| args[at].clone())));
                this.call_body(function, values)
            },
            |this| {
                let callee = this.super_attribute(class, receiver, name);
                let value = this.call_object(callee, again);
                this.awaited(value, awaited)
            },
        )
    }

    /// `super().__init__()` above the last native base: nothing, unless the object is of a class made elsewhere, whose
    /// order of bases may have something else here.
    fn object_init(&mut self, receiver: Operand, class: ClassId, name: &str) -> Val {
        let mut exact = members::derived(&self.program.classes, class);
        exact.truncate(super::member::BRANCHES);
        self.object_init_of(receiver, class, &exact, name)
    }

    fn object_init_of(
        &mut self,
        receiver: Operand,
        class: ClassId,
        exact: &[ClassId],
        name: &str,
    ) -> Val {
        let [first, rest @ ..] = exact else {
            let callee = self.super_attribute(class, receiver, name);
            let kind = OpKind::CallObject {
                callee,
                args: Vec::new(),
                keywords: Vec::new(),
            };
            let op = self.op1(kind, Repr::Object);
            return Val {
                op,
                ty: Type::Object,
            };
        };
        self.guarded(
            Guard::Intact(receiver.clone(), *first),
            &Type::None,
            |_| Val::none(),
            |this| this.object_init_of(receiver, class, rest, name),
        )
    }

    /// `super().name`, looked up: `super()` is `super(__class__, self)`.
    fn super_attribute(&mut self, class: ClassId, receiver: Operand, name: &str) -> Operand {
        let callee = self.global("super");
        let object = self.op1(
            OpKind::CallObject {
                callee,
                args: vec![Operand::Const(Const::Class(class)), receiver],
                keywords: Vec::new(),
            },
            Repr::Object,
        );
        let name = self.str(name);
        self.prim(Prim::AttrGet, vec![object, name])
    }
}
