//! Calls of the standard library's functions that the C library has: directly while the path still means them.

use std::rc::Rc;

use super::call::is_plain;
use super::{Builder, Val, repr};
use crate::hir::{Call, Expr, LibraryPath};
use crate::ir::{Guard, Prim, Repr};
use crate::library;
use crate::types::Type;

impl<'a> Builder<'a> {
    /// `sqrt(x)`, `math.sqrt(x)`
    pub(super) fn call_library(
        &mut self,
        call: &'a Call,
        path: &'a LibraryPath,
        expr: &'a Expr,
    ) -> Val {
        let types: Vec<&Type> = call
            .args
            .iter()
            .filter_map(|each| match each {
                crate::hir::Element::One(value) => Some(&value.ty),
                crate::hir::Element::Star(_) => None,
            })
            .collect();
        let found = library::find(&path.means)
            .filter(|found| is_plain(call) && call.keywords.is_empty() && found.takes(&types));
        let Some(found) = found else {
            let callee = self.library_object(path);
            return self.call_dynamic(call, callee, expr);
        };
        let args = self.arguments(call);
        self.at_line(expr.span);
        let guard = Guard::Library(self.function.module, path.clone());
        let again = args.clone();
        self.guarded(
            guard,
            &expr.ty,
            |this| {
                let values = args
                    .positional
                    .into_iter()
                    .map(|value| match repr(&value.ty) {
                        Repr::Float => value.op,
                        _ => this.float(value),
                    })
                    .collect();
                this.typed(found.prim, values, found.result.clone())
            },
            |this| {
                let callee = this.library_object(path);
                this.call_object(callee, again)
            },
        )
    }

    /// What the path means now.
    fn library_object(&mut self, path: &LibraryPath) -> crate::ir::Operand {
        let Some(module) = &path.module else {
            return self.global(&path.name);
        };
        let module = self.global(module);
        let name = self.str(&Rc::<str>::from(&*path.name));
        self.typed(Prim::AttrGet, vec![module, name], Type::Object)
            .op
    }
}
