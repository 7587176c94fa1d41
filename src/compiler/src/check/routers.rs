//! What is wrong with apps and routers themselves: options that do not exist (TB419), prefixes (TB421), routers that no app
//! includes (TB417).
//!
//! Looked at are `App(...)` and `Router(...)` bound at module level, their route decorators and `include_router()`.

use std::collections::BTreeSet;

use rustpython_ast::{self as ast, visitor::Visitor};
use rustpython_text_size::TextRange;

use super::Tables;
use super::names::{Binding, Symbol, resolve, resolve_expr};
use super::routes::{Owner, constructor, owner, route_owner};
use crate::diagnostics::Diagnostic;
use crate::parse::{range_span, span};
use crate::source::FileId;

const APP: &[&str] = &[
    "title",
    "version",
    "debug",
    "lifespan",
    "trailing_slash",
    "limits",
    "prefix",
    "tags",
];
const ROUTER: &[&str] = &["prefix", "tags"];
const ROUTE: &[&str] = &[
    "path",
    "status_code",
    "name",
    "tags",
    "blocking",
    "summary",
    "deprecated",
];

/// Looks at all apps and routers.
pub fn check(tables: &Tables, diagnostics: &mut Vec<Diagnostic>) {
    let mut routers: Vec<(Owner, TextRange)> = Vec::new();
    let mut with_routes: BTreeSet<Owner> = BTreeSet::new();
    for (module, each) in tables.modules.iter().enumerate() {
        let file = FileId(module as u32);
        for (name, binding) in &each.names {
            let here = Owner {
                module,
                name: name.clone(),
            };
            let (Binding::Statement(_), Some((call, is_app))) =
                (binding, constructor(tables, &here))
            else {
                continue;
            };
            options(
                file,
                call,
                if is_app { APP } else { ROUTER },
                0,
                diagnostics,
            );
            super::options::values(tables, module, call, diagnostics);
            prefix(file, call, diagnostics);
            if !is_app {
                routers.push((here, call.range));
            }
        }
        for stmt in &each.tree.body {
            match stmt {
                ast::Stmt::FunctionDef(def) => {
                    for decorator in &def.decorator_list {
                        let Some((owner, call, method)) =
                            route_owner(tables, module, &decorator.expression)
                        else {
                            continue;
                        };
                        with_routes.insert(owner);
                        let mut known = ROUTE.to_vec();
                        if method == "route" {
                            known.push("methods");
                        }
                        options(file, call, &known, 1, diagnostics);
                        super::options::values(tables, module, call, diagnostics);
                    }
                }
                ast::Stmt::Expr(expr) => {
                    if let ast::Expr::Call(call) = &*expr.value
                        && let ast::Expr::Attribute(attribute) = &*call.func
                        && attribute.attr.as_str() == "include_router"
                        && owner(tables, module, &attribute.value).is_some()
                    {
                        options(file, call, &["router", "prefix", "tags"], 1, diagnostics);
                        super::options::values(tables, module, call, diagnostics);
                        super::options::included(tables, module, call, diagnostics);
                        prefix(file, call, diagnostics);
                    }
                }
                _ => {}
            }
        }
    }
    let used = uses(tables);
    for (router, range) in routers {
        if with_routes.contains(&router) && !used.contains(&router) {
            diagnostics.push(
                Diagnostic::new(
                    "TB417",
                    format!("the routes of `{}` are in no app", router.name),
                    range_span(FileId(router.module as u32), range),
                    "no app includes this router",
                )
                .help(format!("write `app.include_router({})`", router.name)),
            );
        }
    }
}

fn options(
    file: FileId,
    call: &ast::ExprCall,
    known: &[&str],
    positional: usize,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if let Some(extra) = call.arguments.args.get(positional)
        && !call.arguments.args.iter().any(ast::Expr::is_starred_expr)
    {
        diagnostics.push(
            Diagnostic::new(
                "TB419",
                "options are given by name",
                span(file, extra),
                "by position",
            )
            .help(format!("there are {}", known.join(", "))),
        );
    }
    for keyword in &call.arguments.keywords {
        let Some(name) = &keyword.arg else { continue };
        if known.contains(&name.as_str()) {
            continue;
        }
        let close = known
            .iter()
            .map(|each| (strsim::damerau_levenshtein(each, name), each))
            .filter(|(distance, _)| *distance <= 1 + name.len() / 4)
            .min();
        diagnostics.push(
            Diagnostic::new(
                "TB419",
                format!("there is no option `{name}`"),
                span(file, name),
                "raises TypeError",
            )
            .help(match close {
                Some((_, close)) => format!("did you mean `{close}`?"),
                None => format!("there are {}", known.join(", ")),
            }),
        );
    }
}

fn prefix(file: FileId, call: &ast::ExprCall, diagnostics: &mut Vec<Diagnostic>) {
    let Some(keyword) = call.arguments.find_keyword("prefix") else {
        return;
    };
    let ast::Expr::StringLiteral(literal) = &keyword.value else {
        return;
    };
    let text = literal.value.to_str();
    if text.is_empty() || (text.starts_with('/') && !text.ends_with('/')) {
        return;
    }
    let trimmed = text.trim_matches('/');
    let wanted = if trimmed.is_empty() {
        String::new()
    } else {
        format!("/{trimmed}")
    };
    let place = span(file, literal);
    diagnostics.push(
        Diagnostic::new(
            "TB421",
            "a prefix starts with `/` and does not end with it",
            place,
            "refused when the module is imported",
        )
        .help(format!("write `\"{wanted}\"`"))
        .fix_replace(place, &format!("\"{wanted}\"")),
    );
}

/// The owners that are mentioned anywhere but in their own decorators and where they are made.
pub fn uses(tables: &Tables) -> BTreeSet<Owner> {
    struct Uses<'a> {
        tables: &'a Tables,
        module: usize,
        found: BTreeSet<Owner>,
    }
    impl<'a> Visitor<'a> for Uses<'_> {
        fn visit_decorator(&mut self, decorator: &'a ast::Decorator) {
            if route_owner(self.tables, self.module, &decorator.expression).is_none() {
                ast::visitor::walk_decorator(self, decorator);
            }
        }
        fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
            // `from shop.orders import router` counts where the name is used, or is handed on.
            if let ast::Stmt::ImportFrom(import) = stmt {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    if alias.asname.is_some() || self.tables.modules[self.module].is_package {
                        self.named(name.as_str());
                    }
                }
            }
            ast::visitor::walk_stmt(self, stmt);
        }
        fn visit_expr(&mut self, expr: &'a ast::Expr) {
            match expr {
                ast::Expr::Name(name) if name.ctx.is_load() => self.named(&name.id),
                ast::Expr::Attribute(attribute) => {
                    if let Some(Symbol::Module(_)) =
                        resolve_expr(&self.tables.modules, self.module, &attribute.value)
                    {
                        self.found.extend(owner(self.tables, self.module, expr));
                    }
                }
                _ => {}
            }
            ast::visitor::walk_expr(self, expr);
        }
    }
    impl Uses<'_> {
        fn named(&mut self, name: &str) {
            if resolve(&self.tables.modules, self.module, name) != Some(Symbol::Variable) {
                return;
            }
            let mut here = Owner {
                module: self.module,
                name: name.to_owned(),
            };
            for _ in 0..20 {
                match self.tables.modules[here.module].names.get(&here.name) {
                    Some(Binding::From(source, member)) => {
                        let Some(module) = self
                            .tables
                            .modules
                            .iter()
                            .position(|each| each.name == *source)
                        else {
                            return;
                        };
                        here = Owner {
                            module,
                            name: member.clone(),
                        };
                    }
                    _ => break,
                }
            }
            self.found.insert(here);
        }
    }
    let mut uses = Uses {
        tables,
        module: 0,
        found: BTreeSet::new(),
    };
    for (module, each) in tables.modules.iter().enumerate() {
        uses.module = module;
        uses.visit_body(&each.tree.body);
    }
    uses.found
}
