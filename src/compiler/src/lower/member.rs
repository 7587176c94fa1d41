//! Members of native objects: methods and properties, called directly where the object's class is known at run time.
//!
//! The static class of an object only says what it is at least. A direct call is for one exact class whose methods are
//! intact; with subclasses in the program, each one's own method gets a branch, and what is left (subclasses made
//! elsewhere, rebound methods) is looked up as the interpreter does.

use super::call::{is_plain, match_arguments};
use super::{Builder, Val};
use crate::hir::{Call, Class, ClassId, Expr, FunctionId, FunctionKind};
use crate::ir::{Guard, Operand, Prim};
use crate::members;
use crate::types::Type;

/// More implementations than this are not told apart by comparing classes one after the other.
pub(super) const BRANCHES: usize = 6;

impl<'a> Builder<'a> {
    /// What the exact classes of an object may have under a name, the static class first.
    fn variants(
        &self,
        class: ClassId,
        look: impl Fn(&[Class], ClassId) -> Option<FunctionId>,
        fits: impl Fn(FunctionId) -> bool,
    ) -> Vec<(ClassId, FunctionId)> {
        let mut found = members::implementations(&self.program.classes, class, look);
        found.retain(|(_, function)| fits(*function));
        found.truncate(BRANCHES);
        found
    }

    /// Calls the implementation for the object's exact class, or `slow` where it is none of the variants.
    fn dispatch(
        &mut self,
        object: &Operand,
        variants: &[(ClassId, FunctionId)],
        ty: &Type,
        fast: &dyn Fn(&mut Self, Val, FunctionId) -> Val,
        slow: &dyn Fn(&mut Self) -> Val,
    ) -> Val {
        let [(class, function), rest @ ..] = variants else {
            return slow(self);
        };
        let receiver = Val {
            op: object.clone(),
            ty: Type::Class(*class),
        };
        self.guarded(
            Guard::Intact(object.clone(), *class),
            ty,
            |this| fast(this, receiver, *function),
            |this| this.dispatch(object, rest, ty, fast, slow),
        )
    }

    /// `object.name` where it is no field, and what it claims to be.
    pub(super) fn attribute(&mut self, object: Val, name: &str, claimed: &Type) -> Val {
        let generic = |this: &mut Self, object: Operand| {
            let name = this.str(name);
            this.typed(Prim::AttrGet, vec![object, name], Type::Object)
        };
        if let Type::Class(class) = object.ty {
            let look = |classes: &[Class], class| members::method(classes, class, name);
            let variants = self.variants(class, look, |found| {
                let function = &self.program.functions[found.index()];
                matches!(function.kind, FunctionKind::Property(_))
                    && function.params.len() == 1
                    && function.is_body(false)
            });
            if let Some((of, _)) = variants.first() {
                // What the class itself has is no property of its own kind: only some below it have one.
                let ty = if *of == class { claimed } else { &Type::Object };
                return self.dispatch(
                    &object.op,
                    &variants,
                    ty,
                    &|this, receiver, getter| this.call_body(getter, vec![Some(receiver)]),
                    &|this| generic(this, object.op.clone()),
                );
            }
        }
        let object = self.boxed(object);
        generic(self, object)
    }

    /// `object.name = value` where it is no field.
    pub(super) fn set_attribute(&mut self, object: Val, name: &str, value: Val) {
        let generic = |this: &mut Self, object: Operand, value: Val| {
            let value = this.boxed(value);
            let name = this.str(name);
            this.act(Prim::AttrSet, vec![object, name, value]);
            Val::none()
        };
        if let Type::Class(class) = object.ty {
            let look = |classes: &[Class], class| members::setter(classes, class, name);
            // A class with its own way of storing attributes comes before its properties.
            let mut variants = self.variants(class, look, |found| {
                let function = &self.program.functions[found.index()];
                function.params.len() == 2
                    && function.is_body(false)
                    && !self.has_attribute(class, "__setattr__")
            });
            variants.retain(|(of, _)| !members::is_frozen(&self.program.classes, *of));
            if !variants.is_empty() {
                self.dispatch(
                    &object.op,
                    &variants,
                    &Type::None,
                    &|this, receiver, setter| {
                        this.call_body(setter, vec![Some(receiver), Some(value.clone())]);
                        Val::none()
                    },
                    &|this| generic(this, object.op.clone(), value.clone()),
                );
                return;
            }
        }
        let object = self.boxed(object);
        generic(self, object, value);
    }

    fn kind(&self, function: FunctionId) -> FunctionKind {
        self.program.functions[function.index()].kind
    }

    /// `object.name(…)` with the method found on the static class.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn call_native_method(
        &mut self,
        call: &'a Call,
        object: &'a Expr,
        class: ClassId,
        name: &str,
        expr: &'a Expr,
        awaited: bool,
    ) -> Val {
        let receiver = self.expr(object);
        let look = |classes: &[Class], class| members::method(classes, class, name);
        let from = |function: FunctionId| {
            let params = &self.program.functions[function.index()].params;
            // A static method gets no instance.
            let skipped = usize::from(self.kind(function).instance().is_some());
            match_arguments(params.get(skipped..)?, call.args.len(), &call.keywords)
        };
        let variants = self.variants(class, look, |found| {
            let function = &self.program.functions[found.index()];
            let callable = matches!(
                function.kind,
                FunctionKind::Method(_) | FunctionKind::Static(_)
            );
            let direct = function.is_body(awaited) || !awaited && function.is_started();
            callable && direct && from(found).is_some()
        });
        let fits = is_plain(call) && matches!(receiver.ty, Type::Class(_)) && !variants.is_empty();
        if !fits {
            let value = self.call_on(call, receiver, name, expr);
            return self.awaited(value, awaited);
        }
        let matched: Vec<(FunctionId, Vec<Option<usize>>)> = variants
            .iter()
            .filter_map(|(_, function)| Some((*function, from(*function)?)))
            .collect();
        let args = self.arguments(call);
        self.at_line(expr.span);
        let again = args.clone();
        self.dispatch(
            &receiver.op.clone(),
            &variants,
            &expr.ty,
            &|this, receiver, function| {
                let args: Vec<Val> = args.all().cloned().collect();
                let from = matched.iter().find(|(each, _)| *each == function);
                let from = from.map(|(_, from)| from.as_slice()).unwrap_or_default();
                let instance = this.kind(function).instance().is_some();
                let values = instance
                    .then_some(Some(receiver))
                    .into_iter()
                    .chain(from.iter().map(|each| each.map(|at| args[at].clone())));
                this.call_or_start(function, values.collect(), awaited)
            },
            &|this| {
                let value = this.call_method(receiver.op.clone(), name, again.clone());
                this.awaited(value, awaited)
            },
        )
    }
}
