//! Comprehensions: their variables are locals of their own, visible inside only.

use rustpython_ast::{self as ast};

use super::builtins;
use super::function::{Translated, Translator};
use super::result_type::element_type;
use crate::hir::*;
use crate::types::Type;

/// What a name stands for that a later clause of a comprehension binds. It may have the value of the round before, so it
/// must not be mistaken for a variable of the same name around it.
pub(super) const PENDING: LocalId = LocalId(u32::MAX);

impl Translator<'_> {
    pub(super) fn comprehension(
        &mut self,
        kind: ComprehensionKind,
        generators: &[ast::Comprehension],
        element: &ast::Expr,
        value: Option<&ast::Expr>,
    ) -> Translated<(ExprKind, Type)> {
        let mut shadowed = Vec::new();
        let before = self.narrowed.clone();
        let mut clauses = Vec::new();
        let is_consumed = u32::from(kind == ComprehensionKind::Generator);
        for (at, each) in generators.iter().enumerate() {
            let iter = self.expr(&each.iter)?;
            // The first iterable belongs to the function.
            if at == 0 {
                self.consuming += is_consumed;
                for later in &generators[1..] {
                    self.wait_for(&later.target, &mut shadowed);
                }
            }
            let item = if each.is_async {
                Type::Object
            } else {
                element_type(&iter)
            };
            let target = self.comprehension_target(&each.target, &item, &mut shadowed)?;
            let mut tests = Vec::new();
            for test in &each.ifs {
                let test = self.expr(test)?;
                let facts = super::narrow::narrowings(self, &test, true);
                self.narrowed.extend(facts);
                tests.push(test);
            }
            clauses.push(Clause {
                is_async: each.is_async,
                target,
                iter,
                tests,
            });
        }
        let element = self.expr(element)?;
        let value = value.map(|value| self.expr(value)).transpose()?;
        self.consuming -= is_consumed;
        for (name, old) in shadowed.into_iter().rev() {
            self.restore(&name, old);
        }
        self.narrowed = before;
        let item = Box::new(element.ty.clone());
        let ty = match kind {
            ComprehensionKind::List | ComprehensionKind::Generator => Type::List(item),
            ComprehensionKind::Set => Type::Set(item),
            ComprehensionKind::Dict => Type::Dict(
                item,
                Box::new(
                    value
                        .as_ref()
                        .map_or(Type::Object, |value| value.ty.clone()),
                ),
            ),
        };
        Ok((
            ExprKind::Comprehension(Box::new(Comprehension {
                kind,
                clauses,
                element,
                value,
            })),
            ty,
        ))
    }

    /// Marks the names of a later clause.
    fn wait_for(&mut self, target: &ast::Expr, shadowed: &mut Vec<(String, Option<LocalId>)>) {
        match target {
            ast::Expr::Name(name) => {
                let old = self.by_name.insert(name.id.to_string(), PENDING);
                shadowed.push((name.id.to_string(), old));
            }
            ast::Expr::Tuple(ast::ExprTuple { elts, .. })
            | ast::Expr::List(ast::ExprList { elts, .. }) => {
                elts.iter().for_each(|each| self.wait_for(each, shadowed));
            }
            _ => {}
        }
    }

    fn comprehension_target(
        &mut self,
        target: &ast::Expr,
        ty: &Type,
        shadowed: &mut Vec<(String, Option<LocalId>)>,
    ) -> Translated<Target> {
        match target {
            ast::Expr::Name(name) => {
                let (id, old) = self.shadow(&name.id, ty.clone());
                shadowed.push((name.id.to_string(), old));
                Ok(Target::Local(id))
            }
            ast::Expr::Tuple(ast::ExprTuple { elts, .. })
            | ast::Expr::List(ast::ExprList { elts, .. })
                if !elts
                    .iter()
                    .any(|each| matches!(each, ast::Expr::Starred(_))) =>
            {
                let mut before = Vec::new();
                for (position, each) in elts.iter().enumerate() {
                    let item = match ty {
                        Type::Tuple(items) if items.len() == elts.len() => items[position].clone(),
                        Type::Tuple(_) => Type::Object,
                        other => builtins::element(other),
                    };
                    before.push(self.comprehension_target(each, &item, shadowed)?);
                }
                Ok(Target::Unpack {
                    before,
                    star: None,
                    after: Vec::new(),
                    span: self.span(target),
                })
            }
            other => Err(self.reason("it has an unusual comprehension target", other)),
        }
    }
}
