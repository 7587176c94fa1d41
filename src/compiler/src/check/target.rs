//! What is assigned to: names, attributes, items, unpacking; fields of native classes by name.

use rustpython_ast::{self as ast};

use super::function::{Translated, Translator};
use crate::hir::*;
use crate::types::Type;

impl Translator<'_> {
    /// The type that a target wants, for a display assigned to it.
    pub(super) fn target_type(&self, target: &ast::Expr) -> Option<Type> {
        match target {
            ast::Expr::Name(name) => {
                let id = self.by_name.get(name.id.as_str())?;
                (self.declared[id.index()] || self.inferred[id.index()].is_some()).then(|| {
                    match self.narrowed.get(id) {
                        Some(ty) => ty.clone(),
                        None => self.local_type(*id),
                    }
                })
            }
            ast::Expr::Attribute(attribute) => {
                let ast::Expr::Name(name) = &*attribute.value else {
                    return None;
                };
                let id = self.by_name.get(name.id.as_str())?;
                let Type::Class(class) = self
                    .narrowed
                    .get(id)
                    .cloned()
                    .unwrap_or_else(|| self.local_type(*id))
                else {
                    return None;
                };
                let fields = &self.tables.native_classes[class.index()].fields;
                fields
                    .iter()
                    .find(|field| field.name == attribute.attr.as_str())
                    .map(|field| field.ty.clone())
            }
            _ => None,
        }
    }

    /// Whether an annotation promises what a target holds, and not only what has been assigned to it so far.
    pub(super) fn promises(&self, target: &ast::Expr) -> bool {
        match target {
            ast::Expr::Name(name) => self
                .by_name
                .get(name.id.as_str())
                .is_none_or(|id| self.declared[id.index()]),
            _ => true,
        }
    }

    /// A target, told the type of what it gets.
    pub(super) fn target(&mut self, target: &ast::Expr, ty: &Type) -> Translated<Target> {
        let span = self.span(target);
        Ok(match target {
            ast::Expr::Name(name) => match self.by_name.get(name.id.as_str()).copied() {
                Some(id) => {
                    self.assigned(id, ty);
                    Target::Local(id)
                }
                None => Target::Global(name.id.to_string(), span),
            },
            ast::Expr::Attribute(attribute) => {
                let span = self.place(target);
                let object = self.expr(&attribute.value)?;
                let name = attribute.attr.to_string();
                match self.field_of(&object.ty, &name) {
                    Some((class, field)) => Target::Field {
                        object,
                        class,
                        field,
                        span,
                    },
                    None => Target::Attribute { object, name, span },
                }
            }
            ast::Expr::Subscript(subscript) => {
                let object = self.expr(&subscript.value)?;
                let index = self.expr(&subscript.slice)?;
                Target::Item {
                    object,
                    index,
                    span,
                }
            }
            ast::Expr::Tuple(ast::ExprTuple { elts, .. })
            | ast::Expr::List(ast::ExprList { elts, .. }) => {
                let (mut before, mut star, mut after) = (Vec::new(), None, Vec::new());
                for (position, each) in elts.iter().enumerate() {
                    let item = match ty {
                        Type::Tuple(items) if items.len() == elts.len() => items[position].clone(),
                        Type::Tuple(_) => Type::Object,
                        other => super::builtins::element(other),
                    };
                    match each {
                        ast::Expr::Starred(inner) => {
                            star = Some(Box::new(
                                self.target(&inner.value, &Type::List(Box::new(Type::Object)))?,
                            ));
                        }
                        _ if star.is_some() => after.push(self.target(each, &item)?),
                        _ => before.push(self.target(each, &item)?),
                    }
                }
                Target::Unpack {
                    before,
                    star,
                    after,
                    span,
                }
            }
            other => return Err(self.reason("it assigns to something unusual", other)),
        })
    }

    /// A declared field of a native class by name.
    pub(super) fn field_of(&self, ty: &Type, name: &str) -> Option<(ClassId, FieldId)> {
        let Type::Class(class) = ty else { return None };
        let fields = &self.tables.native_classes[class.index()].fields;
        let position = fields.iter().position(|field| field.name == name)?;
        Some((*class, FieldId(position as u32)))
    }
}
