//! Arguments that do not fit what is called: missing (TB301), unexpected (TB302), of another type (TB303).
//!
//! Looked at are calls of the program's own undecorated functions and of its plain classes and dataclasses.

use std::collections::BTreeSet;

use rustpython_ast::{self as ast};
use rustpython_text_size::Ranged;

use super::dataclasses;
use super::names::Symbol;
use super::values;
use super::{Walk, annotation};
use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Span};
use crate::types::Type;

/// A parameter of something that is called.
struct Param<'a> {
    name: &'a str,
    by_position: bool,
    by_name: bool,
    required: bool,
    /// The annotation and the module that it is in.
    claim: Option<(usize, &'a ast::Expr)>,
}

/// What is called, with its parameters.
struct Signature<'a> {
    shown: String,
    params: Vec<Param<'a>>,
    any_positional: bool,
    any_keyword: bool,
    defined: Span,
}

/// Looks at a call.
pub fn call<'a>(walk: &mut Walk<'a, '_>, call: &'a ast::ExprCall) {
    // Tests call things wrongly to see them fail.
    if walk.catches(&["TypeError"]) {
        return;
    }
    let Some(signature) = signature(walk, &call.func) else {
        return;
    };
    let arguments = &call.arguments;
    let starred = arguments.args.iter().any(ast::Expr::is_starred_expr);
    let spread = arguments.keywords.iter().any(|each| each.arg.is_none());
    let mut given: BTreeSet<&str> = BTreeSet::new();
    if !starred {
        let places: Vec<&Param<'_>> = signature
            .params
            .iter()
            .filter(|param| param.by_position)
            .collect();
        for (param, argument) in places.iter().zip(&arguments.args) {
            given.insert(param.name);
            typed(walk, &signature, param, argument);
        }
        if arguments.args.len() > places.len() && !signature.any_positional {
            let first = &arguments.args[places.len()];
            let count = places.len();
            let message = format!(
                "{} takes {}, not {}",
                signature.shown,
                if count == 1 {
                    "1 positional argument".into()
                } else {
                    format!("{count} positional arguments")
                },
                arguments.args.len()
            );
            report(
                walk,
                "TB302",
                message,
                first,
                "one too many",
                &signature,
                None,
            );
            return;
        }
    }
    for keyword in &arguments.keywords {
        let Some(name) = &keyword.arg else { continue };
        let param = signature
            .params
            .iter()
            .find(|param| param.by_name && param.name == name.as_str());
        match param {
            Some(param) if given.contains(param.name) => {
                let message = format!("{} gets `{name}` twice", signature.shown);
                report(
                    walk,
                    "TB302",
                    message,
                    keyword,
                    "also given by position",
                    &signature,
                    None,
                );
                return;
            }
            Some(param) => {
                given.insert(param.name);
                typed(walk, &signature, param, &keyword.value);
            }
            None if signature.any_keyword => {}
            None => {
                let known = signature.params.iter().filter(|param| param.by_name);
                let help = walk
                    .closest(name, known.map(|param| param.name))
                    .map(|close| format!("did you mean `{close}`?"));
                let message = format!("{} has no parameter `{name}`", signature.shown);
                report(
                    walk,
                    "TB302",
                    message,
                    name,
                    "no such parameter",
                    &signature,
                    help,
                );
                return;
            }
        }
    }
    if starred || spread {
        return;
    }
    let missing: Vec<String> = signature
        .params
        .iter()
        .filter(|param| param.required && !given.contains(param.name))
        .map(|param| format!("`{}`", param.name))
        .collect();
    if !missing.is_empty() {
        let message = format!(
            "{} is called without {}",
            signature.shown,
            missing.join(" and ")
        );
        report(walk, "TB301", message, call, "", &signature, None);
    }
}

fn report(
    walk: &mut Walk<'_, '_>,
    code: &'static str,
    message: String,
    place: impl Ranged,
    label: &str,
    signature: &Signature<'_>,
    help: Option<String>,
) {
    let mut found = Diagnostic::new(code, message, walk.span(place), label)
        .label(signature.defined, "defined here");
    found.help = help;
    walk.report(found);
}

fn typed(
    walk: &mut Walk<'_, '_>,
    signature: &Signature<'_>,
    param: &Param<'_>,
    argument: &ast::Expr,
) {
    let Some((home, claim)) = param.claim else {
        return;
    };
    let wanted = annotation::annotation(walk.tables, home, claim);
    let Some(found) = values::mismatch(walk, &wanted, argument) else {
        return;
    };
    let message = format!(
        "`{}` of {} is {}, not {found}",
        param.name,
        signature.shown,
        values::shown(walk.tables, &wanted)
    );
    report(
        walk,
        "TB303",
        message,
        argument,
        "this argument",
        signature,
        values::advice(walk, &wanted, argument),
    );
}

fn signature<'a>(walk: &Walk<'a, '_>, callee: &ast::Expr) -> Option<Signature<'a>> {
    let tables = walk.tables;
    match walk.symbol(callee)? {
        Symbol::Function(module, at) => {
            let ast::Stmt::FunctionDef(def) = &tables.modules[module].tree.body[at] else {
                return None;
            };
            let plain = def.decorator_list.iter().all(|each| {
                super::super::routes::is_route_decorator(tables, module, &each.expression)
            });
            plain.then(|| of_function(module, def, false))
        }
        Symbol::Class(module, at) => {
            let ast::Stmt::ClassDef(class) = &tables.modules[module].tree.body[at] else {
                return None;
            };
            let own = |name: &str| {
                class.body.iter().find_map(|stmt| match stmt {
                    ast::Stmt::FunctionDef(def) if def.name.as_str() == name => Some(def),
                    _ => None,
                })
            };
            let has_bases = class
                .arguments
                .as_ref()
                .is_some_and(|each| !each.is_empty());
            if own("__new__").is_some() || class.type_params.is_some() {
                return None;
            }
            let defined = crate::parse::range_span(FileId(module as u32), class.name.range());
            if let Some(options) = dataclasses::options(tables, module, class) {
                if !options.init || own("__init__").is_some() {
                    return None;
                }
                let fields = dataclasses::fields(tables, module, class)?;
                let (named, by_place): (Vec<_>, Vec<_>) = fields
                    .into_iter()
                    .filter(|field| field.init)
                    .partition(|field| field.kw_only);
                let params = by_place.into_iter().chain(named).map(|field| Param {
                    name: field.name,
                    by_position: !field.kw_only,
                    by_name: true,
                    required: !field.has_default,
                    claim: Some(field.claim),
                });
                return Some(Signature {
                    shown: format!("`{}()`", class.name),
                    params: params.collect(),
                    any_positional: false,
                    any_keyword: false,
                    defined,
                });
            }
            if has_bases || !class.decorator_list.is_empty() {
                return None;
            }
            match own("__init__") {
                Some(init) if init.decorator_list.is_empty() => {
                    let mut found = of_function(module, init, true);
                    found.shown = format!("`{}()`", class.name);
                    Some(found)
                }
                Some(_) => None,
                None => {
                    // `__init__ = …`, or one that is bound in a block.
                    let plain = class.body.iter().all(|stmt| {
                        matches!(
                            stmt,
                            ast::Stmt::FunctionDef(_)
                                | ast::Stmt::AnnAssign(_)
                                | ast::Stmt::Expr(_)
                                | ast::Stmt::Pass(_)
                        )
                    });
                    plain.then(|| Signature {
                        shown: format!("`{}()`", class.name),
                        params: Vec::new(),
                        any_positional: false,
                        any_keyword: false,
                        defined,
                    })
                }
            }
        }
        _ => None,
    }
}

fn of_function<'a>(module: usize, def: &'a ast::StmtFunctionDef, bound: bool) -> Signature<'a> {
    let parameters = &def.parameters;
    let mut params = Vec::new();
    let mut add = |each: &'a ast::ParameterWithDefault, by_position: bool, by_name: bool| {
        params.push(Param {
            name: each.parameter.name.as_str(),
            by_position,
            by_name,
            required: each.default.is_none(),
            claim: each
                .parameter
                .annotation
                .as_deref()
                .map(|expr| (module, expr)),
        });
    };
    parameters
        .posonlyargs
        .iter()
        .for_each(|each| add(each, true, false));
    parameters
        .args
        .iter()
        .for_each(|each| add(each, true, true));
    parameters
        .kwonlyargs
        .iter()
        .for_each(|each| add(each, false, true));
    if bound && !params.is_empty() {
        params.remove(0);
    }
    Signature {
        shown: format!("`{}()`", def.name),
        params,
        any_positional: parameters.vararg.is_some(),
        any_keyword: parameters.kwarg.is_some(),
        defined: crate::parse::range_span(FileId(module as u32), def.name.range()),
    }
}

/// The result of calling a function, where its annotation says it.
pub fn returned(walk: &Walk<'_, '_>, callee: &ast::Expr) -> Option<Type> {
    let Symbol::Function(module, at) = walk.symbol(callee)? else {
        return None;
    };
    let ast::Stmt::FunctionDef(def) = &walk.tables.modules[module].tree.body[at] else {
        return None;
    };
    if !def.decorator_list.is_empty() || def.is_async {
        return None;
    }
    let returns = def.returns.as_deref()?;
    Some(annotation::annotation(walk.tables, module, returns))
}
