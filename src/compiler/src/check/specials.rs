//! What the program's classes run where the source has no call: special methods, properties and their setters.
//!
//! In: the class statements of all modules, also those inside functions. Out: for a name and what is known of an object,
//! the methods that may run. What holds: a class that runs as Python counts like a native one, a method of either counts
//! by its compiled body, and one without a compiled body counts as code of which nothing is known.

use std::collections::BTreeMap;

use rustpython_ast::{self as ast, visitor::Visitor};

use super::classes::ClassKind;
use super::inner::place;
use super::names::{Symbol, resolve_expr};
use super::{Tables, methods};
use crate::hir::FunctionId;
use crate::types::Type;

/// What stands under a name in a class.
#[derive(Clone, Debug)]
pub struct Member {
    /// `Class.name`
    pub qualname: String,
    /// The compiled body; none where the interpreter runs it.
    pub function: Option<FunctionId>,
    /// Reading the attribute runs it.
    pub is_property: bool,
}

struct Known {
    at: Option<(usize, usize)>,
    bases: Vec<(usize, usize)>,
    /// A base is neither of the program nor one whose methods only make an object.
    has_foreign_base: bool,
    /// Setters and deleters of properties under the name with `=` behind it.
    members: BTreeMap<String, Vec<Member>>,
}

/// All classes of a program.
pub struct Specials {
    classes: Vec<Known>,
}

impl Specials {
    /// Reads the classes of all modules.
    pub fn of(tables: &Tables) -> Specials {
        let mut classes = Vec::new();
        for (module, each) in tables.modules.iter().enumerate() {
            for (at, stmt) in each.tree.body.iter().enumerate() {
                let mut found = Found(Vec::new());
                match stmt {
                    ast::Stmt::ClassDef(class) => {
                        classes.push(known(tables, module, class, Some(at)));
                        found.visit_body(&class.body);
                    }
                    other => found.visit_stmt(other),
                }
                let nested = found.0.into_iter();
                classes.extend(nested.map(|class| known(tables, module, class, None)));
            }
        }
        Specials { classes }
    }

    /// What may be meant by a name in an object of a class, which may be of a class below it: for each such class what
    /// it or the first of its bases has.
    pub fn in_class(&self, class: (usize, usize), name: &str) -> Vec<&Member> {
        let mut found = Vec::new();
        for each in &self.classes {
            if self.derives(each, class, 0) {
                found.extend(self.look(each, name, 0));
            }
        }
        found
    }

    /// What the class itself, or the first of its bases, has under a name.
    pub fn of_class(&self, class: (usize, usize), name: &str) -> &[Member] {
        self.find(class)
            .map(|each| self.look(each, name, 0))
            .unwrap_or_default()
    }

    /// What the bases of a class have under a name; none where a base of it or of them is not known.
    pub fn above(&self, class: (usize, usize), name: &str) -> Option<Vec<&Member>> {
        let class = self.find(class)?;
        if self.is_foreign(class, 0) {
            return None;
        }
        // Of several bases, the order in which they are asked depends on the object's class.
        let bases = class.bases.iter().filter_map(|base| self.find(*base));
        Some(bases.flat_map(|base| self.look(base, name, 0)).collect())
    }

    fn is_foreign(&self, class: &Known, depth: usize) -> bool {
        class.has_foreign_base
            || depth >= 20
            || class.bases.iter().any(|base| {
                self.find(*base)
                    .is_none_or(|base| self.is_foreign(base, depth + 1))
            })
    }

    /// What any class has under a name.
    pub fn anywhere(&self, name: &str) -> impl Iterator<Item = &Member> {
        self.classes
            .iter()
            .filter_map(move |each| each.members.get(name))
            .flatten()
    }

    /// All properties of all classes.
    pub fn properties(&self) -> impl Iterator<Item = &Member> {
        self.classes
            .iter()
            .flat_map(|each| each.members.values())
            .flatten()
            .filter(|each| each.is_property)
    }

    fn find(&self, at: (usize, usize)) -> Option<&Known> {
        self.classes.iter().find(|each| each.at == Some(at))
    }

    fn derives(&self, class: &Known, base: (usize, usize), depth: usize) -> bool {
        class.at == Some(base)
            || depth < 20
                && class.bases.iter().any(|each| {
                    self.find(*each)
                        .is_some_and(|each| self.derives(each, base, depth + 1))
                })
    }

    fn look<'a>(&'a self, class: &'a Known, name: &str, depth: usize) -> &'a [Member] {
        if let Some(own) = class.members.get(name) {
            return own;
        }
        let bases = class.bases.iter().filter(|_| depth < 20);
        bases
            .filter_map(|base| self.find(*base))
            .map(|base| self.look(base, name, depth + 1))
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }
}

/// The class statement that a type's objects are made by.
pub fn class_of(tables: &Tables, ty: &Type) -> Option<(usize, usize)> {
    let mut all = tables.classes.iter();
    let found = all.find(|(_, kind)| match (kind, ty) {
        (ClassKind::Native(id), Type::Class(class)) => id == class,
        (ClassKind::Enum(id), Type::Enum(class)) => id == class,
        _ => false,
    });
    found.map(|(at, _)| *at)
}

/// Class statements in what is visited.
struct Found<'a>(Vec<&'a ast::StmtClassDef>);

impl<'a> Visitor<'a> for Found<'a> {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        if let ast::Stmt::ClassDef(class) = stmt {
            self.0.push(class);
        }
        ast::visitor::walk_stmt(self, stmt);
    }
    fn visit_expr(&mut self, _: &'a ast::Expr) {}
}

fn known(tables: &Tables, module: usize, class: &ast::StmtClassDef, at: Option<usize>) -> Known {
    let mut members: BTreeMap<String, Vec<Member>> = BTreeMap::new();
    for (inner, stmt) in class.body.iter().enumerate() {
        let mut add = |name: String, function, is_property| {
            let qualname = format!("{}.{}", class.name, name.trim_end_matches('='));
            members.entry(name).or_default().push(Member {
                qualname,
                function,
                is_property,
            });
        };
        match stmt {
            ast::Stmt::FunctionDef(def) if !methods::is_declaration(def) => {
                let function = match at {
                    Some(at) => tables.by_path.get(&(module, at, Some(inner))),
                    None => tables.inner.get(&place(module, def.range)),
                };
                let last = |decorator: &ast::Decorator| match &decorator.expression {
                    ast::Expr::Name(name) => name.id.to_string(),
                    ast::Expr::Attribute(attribute) => attribute.attr.to_string(),
                    _ => String::new(),
                };
                let by: Vec<String> = def.decorator_list.iter().map(last).collect();
                let writes = by.iter().any(|by| by == "setter" || by == "deleter");
                let name = match writes {
                    true => format!("{}=", def.name),
                    false => def.name.to_string(),
                };
                let reads = by.iter().any(|by| by.ends_with("property"));
                add(name, function.copied(), reads);
            }
            // `__le__ = compare`: whatever it is, it runs.
            ast::Stmt::Assign(assign) if !matches!(*assign.value, ast::Expr::NoneLiteral(_)) => {
                let is_property = makes_property(&assign.value);
                for target in &assign.targets {
                    if let ast::Expr::Name(name) = target
                        && (is_property || name.id.starts_with("__"))
                    {
                        add(name.id.to_string(), None, is_property);
                    }
                }
            }
            _ => {}
        }
    }
    let bases = class.arguments.iter().flat_map(|all| all.args.iter());
    let mut has_foreign_base = false;
    let bases = bases.filter_map(|base| {
        let base = match base {
            ast::Expr::Subscript(subscript) => &*subscript.value,
            other => other,
        };
        match resolve_expr(&tables.modules, module, base) {
            Some(Symbol::Class(module, at)) => return Some((module, at)),
            Some(Symbol::External(path)) => {
                let harmless = ["builtins.", "tayberry.", "enum.", "abc.", "typing."];
                has_foreign_base |= !harmless.iter().any(|prefix| path.starts_with(prefix));
            }
            _ => has_foreign_base = true,
        }
        None
    });
    Known {
        at: at.map(|at| (module, at)),
        bases: bases.collect(),
        has_foreign_base,
        members,
    }
}

/// `property(...)`
fn makes_property(value: &ast::Expr) -> bool {
    matches!(value, ast::Expr::Call(call)
        if matches!(&*call.func, ast::Expr::Name(name) if name.id.ends_with("property")))
}
