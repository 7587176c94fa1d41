//! Values that are not of the type that is declared for what they are assigned to (TB307): variables, fields and their
//! defaults; and default factories that cannot be called (TB328).
//!
//! In: assignments with an annotation, and those to fields of the program's classes. What holds: only what is plain to see is
//! told, as for arguments (`values::mismatch`).

use rustpython_ast::{self as ast};
use rustpython_text_size::Ranged;

use super::claims::{self, Member};
use super::names::{Symbol, resolve_expr};
use super::scope::Opened;
use super::{Walk, annotation, dataclasses, values};
use crate::diagnostics::Diagnostic;
use crate::types::Type;

/// Looks at `name: claim = value`.
pub fn annotated<'a>(walk: &mut Walk<'a, '_>, assign: &'a ast::StmtAnnAssign) {
    let (ast::Expr::Name(name), Some(value)) = (&*assign.target, assign.value.as_deref()) else {
        return;
    };
    let claim = &*assign.annotation;
    let field = match walk.scopes.as_slice() {
        [] => false,
        [scope] => match scope.opened {
            Opened::Class(class) => {
                if dataclasses::options(walk.tables, walk.module, class).is_none() {
                    return;
                }
                true
            }
            Opened::Function(_) => false,
            _ => return,
        },
        [.., last] if matches!(last.opened, Opened::Function(_)) => false,
        _ => return,
    };
    // The annotation's names have to be those of the module.
    let bound = |name: &str| walk.scopes.iter().any(|scope| scope.names.contains(name));
    let mut names = values::names_in(claim);
    if names.any(bound) || matches!(claim, ast::Expr::StringLiteral(_)) {
        return;
    }
    let wanted = annotation::annotation(walk.tables, walk.module, claim);
    let given = match value {
        ast::Expr::Call(call) if field && is_field(walk, call) => {
            factory(walk, &name.id, &wanted, claim, call);
            match call.arguments.find_keyword("default") {
                Some(keyword) => &keyword.value,
                None => return,
            }
        }
        other => other,
    };
    // Shared lists, dicts and sets are a finding of their own.
    if field && dataclasses::mutable(given).is_some() {
        return;
    }
    let Some(found) = values::mismatch(walk, &wanted, given) else {
        return;
    };
    let what = if field {
        "the default of the field"
    } else {
        "the value of"
    };
    let shown = values::shown(walk.tables, &wanted);
    let mut finding = Diagnostic::new(
        "TB307",
        format!(
            "{what} `{}` is {found}, but the annotation says {shown}",
            name.id
        ),
        walk.span(given),
        "not of that type",
    )
    .label(walk.span(claim), "declared here");
    if given.is_none_literal_expr() {
        let place = walk.span(claim);
        finding = finding
            .help(format!("write `{shown} | None`"))
            .fix_append(place, " | None");
    } else {
        finding.help = values::advice(walk, &wanted, given);
    }
    walk.report(finding);
}

/// `dataclasses.field(…)`
fn is_field(walk: &Walk<'_, '_>, call: &ast::ExprCall) -> bool {
    let symbol = resolve_expr(&walk.tables.modules, walk.module, &call.func);
    symbol == Some(Symbol::External("dataclasses.field".into()))
}

/// Looks at `field(default_factory=…)`.
fn factory<'a>(
    walk: &mut Walk<'a, '_>,
    field: &str,
    wanted: &Type,
    claim: &'a ast::Expr,
    call: &'a ast::ExprCall,
) {
    let Some(keyword) = call.arguments.find_keyword("default_factory") else {
        return;
    };
    let made = &keyword.value;
    if let Some(ty) = values::certain(walk, made)
        && !matches!(ty, Type::Class(_))
        && !made.is_name_expr()
    {
        let mut found = Diagnostic::new(
            "TB328",
            format!(
                "the default factory of `{field}` is {} and cannot be called",
                values::kind(&ty)
            ),
            walk.span(made),
            "making an object raises TypeError",
        );
        found = match dataclasses::mutable(made) {
            Some(factory) => found.help(format!("write `default_factory={factory}`")),
            None => found.help("write `default=…` for a value that all objects may share"),
        };
        walk.report(found);
        return;
    }
    let object = || Box::new(Type::Object);
    let builtin = walk.external(made);
    let gives = match builtin.as_deref() {
        Some("builtins.list") => Type::List(object()),
        Some("builtins.dict") => Type::Dict(object(), object()),
        Some("builtins.set") => Type::Set(object()),
        Some("builtins.str") => Type::Str,
        Some("builtins.int") => Type::Int,
        Some("builtins.float") => Type::Float,
        _ => return,
    };
    if values::fits(walk.tables, wanted, &gives) {
        return;
    }
    let shown = values::shown(walk.tables, wanted);
    walk.report(
        Diagnostic::new(
            "TB307",
            format!(
                "the default of the field `{field}` is {}, but the annotation says {shown}",
                values::kind(&gives)
            ),
            walk.span(made),
            "does not make that type",
        )
        .label(walk.span(claim), "declared here"),
    );
}

/// Looks at `object.name = value` where the class declares the field.
pub fn stored<'a>(walk: &mut Walk<'a, '_>, target: &'a ast::Expr, value: &'a ast::Expr) {
    let ast::Expr::Attribute(attribute) = target else {
        return;
    };
    if walk.catches(&["TypeError"]) {
        return;
    }
    let Some(Type::Class(class)) = claims::claim(walk, &attribute.value) else {
        return;
    };
    let Some(Member::Field(wanted)) = claims::member(walk.tables, class, &attribute.attr) else {
        return;
    };
    let Some(found) = values::mismatch(walk, &wanted, value) else {
        return;
    };
    let owner = &walk.tables.native_classes[class.index()];
    let field = owner
        .fields
        .iter()
        .find(|field| field.name == attribute.attr.as_str());
    let Some(declared) = field.map(|field| field.span) else {
        return;
    };
    let mut finding = Diagnostic::new(
        "TB307",
        format!(
            "`{}.{}` is {}, not {found}",
            owner.qualname,
            attribute.attr,
            values::shown(walk.tables, &wanted)
        ),
        walk.span(value.range()),
        "not of that type",
    )
    .label(declared, "declared here");
    finding.help = values::advice(walk, &wanted, value);
    walk.report(finding);
}
