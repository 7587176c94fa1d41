//! What has no JSON form in an annotation, however deep it stands: in a container, a union, an alias, a field of a model.
//!
//! In: an annotation of a handler. Out: what is wrong with it and where, which may be a field in another module. What
//! cannot be said for certain is not said: decorated classes, classes with bases from elsewhere, names of inner scopes.
//! The same is refused by `tayberry._types` when the app starts.

use std::collections::BTreeSet;

use rustpython_ast::{self as ast};
use rustpython_text_size::Ranged;

use super::annotation::annotation;
use super::findings::{dataclasses, scope::Scope, values};
use super::names::{Symbol, resolve_expr};
use super::{Tables, wire};
use crate::parse::span;
use crate::source::{FileId, Span};
use crate::types::Type;

/// Something that has no JSON form.
pub(super) struct Fault {
    /// `` `complex` has no JSON form ``
    pub what: String,
    /// Where it is written.
    pub place: Span,
    /// The class and the field in which it stands, innermost.
    pub field: Option<(String, String)>,
}

/// Containers and qualifiers whose arguments are looked at.
const AROUND: &[&str] = &[
    "builtins.list",
    "builtins.set",
    "builtins.frozenset",
    "builtins.tuple",
    "collections.deque",
    "collections.abc.Sequence",
    "collections.abc.MutableSequence",
    "collections.abc.Collection",
    "collections.abc.Iterable",
    "collections.abc.Set",
    "collections.abc.MutableSet",
    "dataclasses.InitVar",
    "typing.List",
    "typing.Set",
    "typing.FrozenSet",
    "typing.Tuple",
    "typing.Sequence",
    "typing.MutableSequence",
    "typing.Collection",
    "typing.Iterable",
    "typing.AbstractSet",
    "typing.MutableSet",
    "typing.Optional",
    "typing.Union",
    "typing.Final",
    "typing.Required",
    "typing.NotRequired",
    "typing.ReadOnly",
];
const MAPPINGS: &[&str] = &[
    "builtins.dict",
    "collections.abc.Mapping",
    "collections.abc.MutableMapping",
    "typing.Dict",
    "typing.Mapping",
    "typing.MutableMapping",
];
/// Bases from outside of the program that say nothing against a JSON form.
const BASES: &[&str] = &[
    "abc.ABC",
    "builtins.object",
    "typing.Generic",
    "typing.NamedTuple",
    "typing.TypedDict",
];

/// The first thing in an annotation that has no JSON form.
pub(super) fn fault(tables: &Tables, module: usize, annotation: &ast::Expr) -> Option<Fault> {
    let mut search = Search {
        tables,
        seen: BTreeSet::new(),
        aliases: BTreeSet::new(),
        fields: Vec::new(),
    };
    search.annotation(module, annotation, &Place::default())
}

struct Search<'a> {
    tables: &'a Tables,
    seen: BTreeSet<(usize, usize)>,
    /// The aliases that were looked into, by module and place of what they stand for: they may be part of themselves.
    aliases: BTreeSet<(usize, u32)>,
    /// The classes and fields around this place.
    fields: Vec<(String, String)>,
}

/// What holds where an annotation stands.
#[derive(Default, Clone)]
struct Place<'a> {
    /// The text around an annotation that is written as a string.
    text: Option<Span>,
    /// Names that do not mean what they mean in the module.
    hidden: BTreeSet<&'a str>,
    depth: usize,
}

impl<'a> Search<'a> {
    fn found(
        &self,
        module: usize,
        node: impl Ranged,
        place: &Place<'_>,
        what: String,
    ) -> Option<Fault> {
        Some(Fault {
            what,
            place: place
                .text
                .unwrap_or_else(|| span(FileId(module as u32), node)),
            field: self.fields.last().cloned(),
        })
    }

    fn annotation(&mut self, module: usize, expr: &ast::Expr, place: &Place<'_>) -> Option<Fault> {
        if place.depth > 30 {
            return None;
        }
        match expr {
            ast::Expr::StringLiteral(text) => {
                let parsed = rustpython_parser::parse_expression(text.value.to_str()).ok()?;
                let text = place
                    .text
                    .unwrap_or_else(|| span(FileId(module as u32), expr));
                let inside = Place {
                    text: Some(text),
                    depth: place.depth + 1,
                    ..place.clone()
                };
                self.annotation(module, &parsed.into_syntax().body, &inside)
            }
            ast::Expr::BinOp(binary) if binary.op == ast::Operator::BitOr => self
                .annotation(module, &binary.left, place)
                .or_else(|| self.annotation(module, &binary.right, place)),
            ast::Expr::Subscript(subscript) => self.subscript(module, subscript, place),
            ast::Expr::Name(_) | ast::Expr::Attribute(_) => self.named(module, expr, place),
            _ => None,
        }
    }

    fn subscript(
        &mut self,
        module: usize,
        subscript: &ast::ExprSubscript,
        place: &Place<'_>,
    ) -> Option<Fault> {
        let arguments: Vec<&ast::Expr> = match &*subscript.slice {
            ast::Expr::Tuple(tuple) => tuple.elts.iter().collect(),
            one => vec![one],
        };
        let of_class = |this: &mut Self| {
            this.named(module, &subscript.value, place)
                .map(|mut found| {
                    // The whole annotation, where the class itself is the fault.
                    if found.place == span(FileId(module as u32), &*subscript.value) {
                        found.place = span(FileId(module as u32), subscript);
                    }
                    found
                })
        };
        let all = |this: &mut Self, arguments: &[&ast::Expr]| {
            arguments
                .iter()
                .find_map(|each| this.annotation(module, each, place))
        };
        match self.resolve(module, &subscript.value, place)? {
            Symbol::External(name) if AROUND.contains(&name.as_str()) => all(self, &arguments),
            Symbol::External(name) if name == "typing.Annotated" => all(self, &arguments[..1]),
            Symbol::External(name) if MAPPINGS.contains(&name.as_str()) => {
                let key = arguments.first()?;
                if !place.hides(key) {
                    let ty = annotation(self.tables, module, key);
                    if ty == Type::None || !wire::is_scalar(&ty) {
                        let shown = values::shown(self.tables, &ty);
                        let what = format!("keys of a dict must be single values, not `{shown}`");
                        return self.found(module, *key, place, what);
                    }
                }
                all(self, &arguments)
            }
            Symbol::Class(..) => of_class(self).or_else(|| all(self, &arguments)),
            Symbol::External(_) => of_class(self),
            _ => None,
        }
    }

    fn resolve(&self, module: usize, expr: &ast::Expr, place: &Place<'_>) -> Option<Symbol> {
        if place.hides(expr) {
            return None;
        }
        resolve_expr(&self.tables.modules, module, expr)
    }

    fn named(&mut self, module: usize, expr: &ast::Expr, place: &Place<'_>) -> Option<Fault> {
        let tables = self.tables;
        let what = match self.resolve(module, expr, place)? {
            Symbol::External(name) if wire::WITHOUT_FORM.contains(&name.as_str()) => {
                let shown = name.trim_start_matches("builtins.");
                format!("`{shown}` has no JSON form")
            }
            Symbol::External(_) => return None,
            Symbol::Module(found) => format!("`{}` is a module", tables.modules[found].name),
            Symbol::Function(home, at) => match &tables.modules[home].tree.body[at] {
                ast::Stmt::FunctionDef(def) => format!("`{}` is a function", def.name),
                _ => return None,
            },
            Symbol::Class(home, at) => {
                let ast::Stmt::ClassDef(class) = &tables.modules[home].tree.body[at] else {
                    return None;
                };
                match self.class_fault(home, class, 0) {
                    Some(what) => what,
                    None => return self.fields(home, at, class, place.depth),
                }
            }
            Symbol::Variable => {
                let ast::Expr::Name(name) = expr else {
                    return None;
                };
                let (home, value) = tables.alias(module, &name.id)?;
                if !self.aliases.insert((home, value.range().start().to_u32())) {
                    return None;
                }
                let inside = Place {
                    text: None,
                    hidden: BTreeSet::new(),
                    depth: place.depth + 1,
                };
                return match value {
                    ast::Expr::Call(call) => match self.resolve(home, &call.func, &inside) {
                        Some(Symbol::External(function)) if function == "typing.NewType" => {
                            self.annotation(home, call.arguments.args.get(1)?, &inside)
                        }
                        _ => None,
                    },
                    ast::Expr::Name(_)
                    | ast::Expr::Attribute(_)
                    | ast::Expr::Subscript(_)
                    | ast::Expr::BinOp(_) => self.annotation(home, value, &inside),
                    _ => None,
                };
            }
        };
        self.found(module, expr, place, what)
    }

    /// Why the objects of a class of the program have no JSON form.
    fn class_fault(&self, home: usize, class: &ast::StmtClassDef, depth: usize) -> Option<String> {
        if !class.decorator_list.is_empty() || depth > 20 {
            return None;
        }
        let mut is_model = class
            .body
            .iter()
            .any(|stmt| matches!(stmt, ast::Stmt::AnnAssign(_) | ast::Stmt::If(_)));
        for base in class.bases() {
            let base = match base {
                ast::Expr::Subscript(subscript) => &subscript.value,
                other => other,
            };
            match resolve_expr(&self.tables.modules, home, base)? {
                Symbol::External(name) if name == "typing.Protocol" => {
                    return Some(format!("`{}` is a protocol", class.name));
                }
                // Exceptions, for the most part.
                Symbol::External(name)
                    if name.starts_with("builtins.")
                        && wire::WITHOUT_FORM.contains(&name.as_str()) =>
                {
                    let shown = name.trim_start_matches("builtins.");
                    return Some(format!(
                        "`{}` is below `{shown}`, which has no JSON form",
                        class.name
                    ));
                }
                Symbol::External(name)
                    if name == "typing.NamedTuple" || name == "typing.TypedDict" =>
                {
                    is_model = true;
                }
                Symbol::External(name) if BASES.contains(&name.as_str()) => {}
                Symbol::Class(above, at) => match &self.tables.modules[above].tree.body[at] {
                    ast::Stmt::ClassDef(base) if base.decorator_list.is_empty() => {
                        if self.class_fault(above, base, depth + 1).is_none() {
                            is_model = true;
                        }
                    }
                    _ => return None,
                },
                _ => return None,
            }
        }
        if !class.keywords().is_empty() {
            return None;
        }
        (!is_model).then(|| format!("`{}` is neither a dataclass nor annotated", class.name))
    }

    /// Looks into the fields of a model.
    fn fields(
        &mut self,
        home: usize,
        at: usize,
        class: &'a ast::StmtClassDef,
        depth: usize,
    ) -> Option<Fault> {
        let tables = self.tables;
        if !self.seen.insert((home, at)) {
            return None;
        }
        let is_dataclass = dataclasses::options(tables, home, class).is_some();
        if !class.decorator_list.is_empty() && !is_dataclass {
            return None;
        }
        let mut above = Vec::new();
        for base in class.bases() {
            let name = match base {
                ast::Expr::Subscript(subscript) => &subscript.value,
                other => other,
            };
            match resolve_expr(&tables.modules, home, name)? {
                Symbol::External(name) if BASES.contains(&name.as_str()) => {}
                Symbol::Class(home, at) => match &tables.modules[home].tree.body[at] {
                    ast::Stmt::ClassDef(base) => {
                        // What a class below a dataclass annotates is no field.
                        if !is_dataclass && dataclasses::options(tables, home, base).is_some() {
                            return self.fields(home, at, base, depth);
                        }
                        above.push((home, at, base));
                    }
                    _ => return None,
                },
                _ => return None,
            }
        }
        for (home, at, base) in above {
            if let Some(found) = self.fields(home, at, base, depth) {
                return Some(found);
            }
        }
        let mut hidden = Scope::class(class).names;
        for each in class.type_params.iter().flat_map(|each| each.iter()) {
            hidden.insert(each.name().as_str());
        }
        let inside = Place {
            text: None,
            hidden: hidden.into_iter().collect(),
            depth: depth + 1,
        };
        for stmt in &class.body {
            let ast::Stmt::AnnAssign(field) = stmt else {
                continue;
            };
            let ast::Expr::Name(name) = &*field.target else {
                continue;
            };
            self.fields
                .push((class.name.to_string(), name.id.to_string()));
            let found = self.annotation(home, &field.annotation, &inside);
            self.fields.pop();
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

impl Place<'_> {
    /// Whether an expression's first name means something else here.
    fn hides(&self, expr: &ast::Expr) -> bool {
        let mut first = expr;
        loop {
            first = match first {
                ast::Expr::Attribute(attribute) => &attribute.value,
                ast::Expr::Subscript(subscript) => &subscript.value,
                ast::Expr::Name(name) => return self.hidden.contains(name.id.as_str()),
                _ => return false,
            };
        }
    }
}
