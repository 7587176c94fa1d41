//! `super()` and `__class__` in methods.
//!
//! `super()` is `super(__class__, <first parameter>)`, evaluated as an expression like any other; a call of a compiled
//! method on it goes to that method directly where the object's order of bases says so.

use rustpython_ast::{self as ast};
use rustpython_text_size::Ranged;

use super::function::{Translated, Translator};
use super::names::resolve;
use crate::hir::*;
use crate::types::Type;

impl Translator<'_> {
    /// Whether an expression is a call of the builtin `super` without arguments.
    fn is_bare_super(&self, expr: &ast::Expr) -> bool {
        let ast::Expr::Call(call) = expr else {
            return false;
        };
        matches!(&*call.func, ast::Expr::Name(name) if name.id == *"super")
            && call.arguments.is_empty()
            && !self.by_name.contains_key("super")
            && resolve(&self.tables.modules, self.module, "super").is_none()
    }

    /// `super()` as an expression, if that is what it is.
    pub(super) fn bare_super(&mut self, expr: &ast::Expr) -> Translated<Option<(ExprKind, Type)>> {
        self.super_of(expr, false)
    }

    /// The object of `super().name` where the name is a field of a base: `super(__class__, __class__)`, which finds what
    /// the classes have under it and never what the object has.
    pub(super) fn super_of_field(
        &mut self,
        attribute: &ast::ExprAttribute,
    ) -> Translated<Option<Expr>> {
        let base = self
            .kind
            .class()
            .and_then(|class| self.tables.native_classes[class.index()].base);
        // A slot is found in the class, and gives what the object has.
        let is_field = base.is_some_and(|base| {
            let classes = &self.tables.native_classes;
            let slots = |each: &Class| each.dataclass.is_some_and(|options| options.slots);
            let above = std::iter::successors(Some(base), |each| classes[each.index()].base);
            let fields = &classes[base.index()].fields;
            fields
                .iter()
                .any(|each| each.name == attribute.attr.as_str())
                && !above.into_iter().any(|each| slots(&classes[each.index()]))
        });
        let span = self.span(&*attribute.value);
        Ok(if is_field {
            self.super_of(&attribute.value, true)?
                .map(|(kind, ty)| Expr { kind, ty, span })
        } else {
            None
        })
    }

    fn super_of(
        &mut self,
        expr: &ast::Expr,
        of_class: bool,
    ) -> Translated<Option<(ExprKind, Type)>> {
        if !self.is_bare_super(expr) {
            return Ok(None);
        }
        let class = match self.kind {
            FunctionKind::ClassMethod(class) => Some(class),
            other => other.instance(),
        };
        let first = self.first_parameter();
        let in_class = class.is_some() || self.kind == FunctionKind::Unbound;
        let Some(first) = first.filter(|_| in_class) else {
            return Err(self.reason("it calls `super()`", expr));
        };
        let span = self.span(expr.range());
        let part = |kind, ty| Expr { kind, ty, span };
        let own = part(ExprKind::OwnClass(class), Type::Object);
        let object = if of_class {
            own.clone()
        } else {
            part(ExprKind::Local(first), self.local_type(first))
        };
        let call = Call {
            callee: Callee::Dynamic(part(ExprKind::Global("super".into()), Type::Object)),
            args: vec![Element::One(own), Element::One(object)],
            keywords: Vec::new(),
        };
        Ok(Some((ExprKind::Call(Box::new(call)), Type::Object)))
    }

    /// `super().name(…)` where the base's method is compiled, or where the base is `object` and nothing happens.
    pub(super) fn super_callee(&self, call: &ast::ExprCall) -> Option<(Callee, Type)> {
        let ast::Expr::Attribute(attribute) = &*call.func else {
            return None;
        };
        let class = self.kind.instance()?;
        if !self.is_bare_super(&attribute.value) || self.first_parameter().is_none() {
            return None;
        }
        let name = attribute.attr.to_string();
        let Some(base) = self.tables.native_classes[class.index()].base else {
            let nothing = name == "__init__" && call.arguments.is_empty();
            return nothing.then_some((
                Callee::SuperMethod {
                    function: None,
                    name,
                },
                Type::None,
            ));
        };
        let found = if name == "__init__" {
            crate::members::constructor(&self.tables.native_classes, base)?
        } else {
            self.tables.method(base, &name)?
        };
        let candidate = &self.tables.candidates[found.index()];
        if !matches!(candidate.kind, FunctionKind::Method(_)) {
            return None;
        }
        let ty = if self.tables.def(candidate).is_async {
            Type::Object
        } else {
            self.tables.returns(found)
        };
        let function = Some(found);
        Some((Callee::SuperMethod { function, name }, ty))
    }

    /// The first parameter, unless the body may give it another value: what `super()` works on.
    fn first_parameter(&self) -> Option<LocalId> {
        (self.has_first && !self.first_rebound).then_some(LocalId(0))
    }

    /// `__class__`, if the function stands in a class.
    pub(super) fn own_class(&self, name: &str) -> Option<(ExprKind, Type)> {
        let class = self.kind.class();
        let in_class = class.is_some() || self.kind == FunctionKind::Unbound;
        (in_class && name == "__class__").then_some((ExprKind::OwnClass(class), Type::Object))
    }
}
