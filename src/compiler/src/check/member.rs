//! Members of native objects in expressions: what reading or calling an attribute that is no field means.

use super::function::Translator;
use crate::hir::{ClassId, FunctionId, FunctionKind};
use crate::types::Type;

impl Translator<'_> {
    /// What reading an attribute that is no field claims to give: the result of a compiled property.
    pub(super) fn property_type(&self, object: &Type, name: &str) -> Type {
        let Type::Class(class) = object else {
            return Type::Object;
        };
        match self.tables.method(*class, name) {
            Some(found) => {
                let candidate = &self.tables.candidates[found.index()];
                let def = self.tables.def(candidate);
                let getter = matches!(candidate.kind, FunctionKind::Property(_));
                if getter && !def.is_async && def.parameters.len() == 1 {
                    self.tables.claimed(*class, name, found)
                } else {
                    Type::Object
                }
            }
            None => Type::Object,
        }
    }

    /// The compiled method that a call of an object's attribute means, and what it claims to give.
    pub(super) fn method_called(
        &self,
        object: &Type,
        name: &str,
    ) -> Option<(ClassId, FunctionId, Type)> {
        let Type::Class(class) = object else {
            return None;
        };
        if self.field_of(object, name).is_some() {
            return None;
        }
        let found = self.tables.method(*class, name)?;
        let candidate = &self.tables.candidates[found.index()];
        let callable = matches!(
            candidate.kind,
            FunctionKind::Method(_) | FunctionKind::Static(_)
        );
        let ty = if self.tables.def(candidate).is_async {
            Type::Object
        } else {
            self.tables.claimed(*class, name, found)
        };
        callable.then_some((*class, found, ty))
    }
}
