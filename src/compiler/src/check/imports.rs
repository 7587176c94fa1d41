//! `import` statements inside functions. What they bind is a variable like any other, about which nothing is known.

use rustpython_ast::{self as ast};

use super::function::Translator;
use crate::hir::*;
use crate::source::Span;
use crate::types::Type;

/// The name that `import a.b` or `import a.b as c` binds.
pub(super) fn bound_name(alias: &ast::Alias) -> &str {
    match &alias.asname {
        Some(name) => name,
        None => alias.name.split('.').next().unwrap_or_default(),
    }
}

impl Translator<'_> {
    /// `import a, b.c, d.e as f`
    pub(super) fn import(&mut self, import: &ast::StmtImport, out: &mut Vec<Stmt>) {
        let span = self.span(import.range);
        for alias in &import.names {
            let mut value = ExprKind::Import {
                name: alias.name.to_string(),
                level: 0,
                names: None,
            };
            if alias.asname.is_some() {
                for part in alias.name.split('.').skip(1) {
                    value = from(object(value, span), part);
                }
            }
            let target = self.bound(bound_name(alias), span);
            out.push(assign(target, object(value, span), span));
        }
    }

    /// `from ..a import b, c as d`
    pub(super) fn import_from(&mut self, import: &ast::StmtImportFrom, out: &mut Vec<Stmt>) {
        let span = self.span(import.range);
        let value = ExprKind::Import {
            name: import
                .module
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            level: import.level,
            names: Some(
                import
                    .names
                    .iter()
                    .map(|alias| alias.name.to_string())
                    .collect(),
            ),
        };
        let module = self.add_local(".module", Some(Type::Object));
        out.push(assign(Target::Local(module), object(value, span), span));
        for alias in &import.names {
            let local = object(ExprKind::Local(module), span);
            let name = alias.asname.as_ref().unwrap_or(&alias.name);
            let target = self.bound(name, span);
            out.push(assign(target, object(from(local, &alias.name), span), span));
        }
        out.push(Stmt {
            kind: StmtKind::Delete(vec![Target::Local(module)]),
            span,
        });
    }

    fn bound(&mut self, name: &str, span: Span) -> Target {
        match self.by_name.get(name).copied() {
            Some(id) => {
                self.assigned(id, &Type::Object);
                Target::Local(id)
            }
            None => Target::Global(name.to_owned(), span),
        }
    }
}

fn object(kind: ExprKind, span: Span) -> Expr {
    Expr {
        kind,
        ty: Type::Object,
        span,
    }
}

fn from(module: Expr, name: &str) -> ExprKind {
    ExprKind::ImportFrom {
        module: Box::new(module),
        name: name.to_owned(),
    }
}

fn assign(target: Target, value: Expr, span: Span) -> Stmt {
    Stmt {
        kind: StmtKind::Assign {
            targets: vec![target],
            value,
        },
        span,
    }
}
