//! Trees to the checked program: names, types, classes, functions, routes.
//!
//! In: all files of a program. Out: `hir::Program` with what can be native, `App` with its routes, and diagnostics.
//! Checking goes on after errors; a file that does not parse takes only itself out.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rustpython_ast::{self as ast};

use crate::app::App;
use crate::diagnostics::{Diagnostic, sort};
use crate::hir::{
    Class, ClassId, Enum, Function, FunctionId, FunctionKind, Handover, Interpreted,
    Module as HirModule, ModuleId, Native, Program,
};
use crate::parse::{parse, span};
use crate::rules::Level;
use crate::source::{FileId, Sources, Span};
use crate::types::Type;

mod annotation;
mod bound;
pub(crate) mod builtins;
mod call;
mod claims;
mod class_body;
mod class_changes;
mod class_stores;
mod classes;
mod comprehension;
mod effects;
mod expression;
mod findings;
mod format;
mod forms;
mod function;
mod handlers;
mod hidden_routes;
mod imports;
mod inner;
mod locals;
mod looking;
mod made_here;
mod mangle;
mod markers;
mod member;
mod methods;
mod mixed;
mod names;
mod narrow;
mod nested;
mod operations;
mod options;
mod overridden;
mod own_names;
mod patterns;
mod place;
mod redeclared;
mod result_type;
mod routers;
mod routes;
mod scope;
mod shared;
mod specials;
mod statement;
mod super_call;
mod suspends;
mod target;
mod wire;

use classes::ClassKind;
use names::{Binding, Module, Symbol};

/// How strictly to check.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What stays interpreted is an error.
    pub strict: bool,
    /// The modules from outside of the program that can be imported, without the standard library's: those in no package, and
    /// dotted names of what stands in the program's own packages and is no source. `None` where that is not known.
    pub importable: Option<BTreeSet<String>>,
}

/// A checked program.
#[derive(Debug, Default)]
pub struct Checked {
    /// In source order.
    pub diagnostics: Vec<Diagnostic>,
    /// What is compiled. Complete only if there is no error.
    pub program: Program,
    /// The web app in it.
    pub app: App,
}

impl Checked {
    /// Whether the program can be built.
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|each| each.level == Level::Error)
    }
}

/// A `def` that may become native.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    module: usize,
    /// The top-level statement, and within a class the statement of its body.
    path: (usize, Option<usize>),
    qualname: String,
    kind: FunctionKind,
    /// A function or lambda inside another function.
    inner: Option<Rc<inner::Inner>>,
}

/// What the checker knows of the whole program.
pub(crate) struct Tables {
    pub modules: Rc<Vec<Module>>,
    pub classes: BTreeMap<(usize, usize), ClassKind>,
    pub native_classes: Vec<Class>,
    pub enums: Vec<Enum>,
    /// Candidates still in the running; a function's id is its position.
    pub candidates: Vec<Candidate>,
    pub by_path: BTreeMap<(usize, usize, Option<usize>), FunctionId>,
    /// Functions inside functions, by module and position in the file.
    pub inner: BTreeMap<inner::Place, FunctionId>,
}

impl Tables {
    /// The type that a class's name means in an annotation.
    pub fn class_type(&self, module: usize, at: usize) -> Type {
        match self.classes.get(&(module, at)) {
            Some(ClassKind::Native(id)) => Type::Class(*id),
            Some(ClassKind::Enum(id)) => Type::Enum(*id),
            // While classes are being collected a class may mention one that comes later.
            _ => Type::Object,
        }
    }

    /// The value assigned to a name that is bound once, and the module where that stands.
    pub fn alias(&self, module: usize, name: &str) -> Option<(usize, &ast::Expr)> {
        self.alias_within(module, name, 0)
    }

    fn alias_within(&self, module: usize, name: &str, depth: usize) -> Option<(usize, &ast::Expr)> {
        match self.modules[module].names.get(name)? {
            Binding::Statement(at) => match &self.modules[module].tree.body[*at] {
                ast::Stmt::Assign(assign) => Some((module, &assign.value)),
                ast::Stmt::TypeAlias(alias) if alias.type_params.is_none() => {
                    Some((module, &alias.value))
                }
                ast::Stmt::AnnAssign(assign) => {
                    assign.value.as_deref().map(|value| (module, value))
                }
                _ => None,
            },
            Binding::From(source, member) if depth < 20 => {
                let from = self.modules.iter().position(|each| each.name == *source)?;
                self.alias_within(from, member, depth + 1)
            }
            _ => None,
        }
    }

    /// What a module-level variable that is bound once was annotated with or made by: its claim, and the native class
    /// whose constructor made it (a hint, not a claim: a test may put something else there).
    pub fn variable(&self, module: usize, name: &str) -> (Option<Type>, Option<ClassId>) {
        let made_by = |home: usize, value: &ast::Expr| match value {
            ast::Expr::Call(call) => match names::resolve_expr(&self.modules, home, &call.func) {
                Some(Symbol::Class(in_module, at)) => match self.class_type(in_module, at) {
                    Type::Class(class) => Some(class),
                    _ => None,
                },
                Some(Symbol::Function(in_module, at)) => {
                    match self
                        .by_path
                        .get(&(in_module, at, None))
                        .map(|id| self.returns(*id))
                    {
                        Some(Type::Class(class)) => Some(class),
                        _ => None,
                    }
                }
                _ => None,
            },
            _ => None,
        };
        let Some((home, value)) = self.alias(module, name) else {
            return (None, None);
        };
        let claim = self.modules[home]
            .tree
            .body
            .iter()
            .find_map(|stmt| match stmt {
                ast::Stmt::AnnAssign(assign)
                    if assign
                        .value
                        .as_deref()
                        .is_some_and(|each| std::ptr::eq(each, value)) =>
                {
                    Some(annotation::annotation(self, home, &assign.annotation))
                }
                _ => None,
            });
        (claim.filter(|ty| *ty != Type::Object), made_by(home, value))
    }

    /// The definition of a candidate.
    pub fn def<'t>(&'t self, candidate: &'t Candidate) -> &'t ast::StmtFunctionDef {
        if let Some(inner) = &candidate.inner {
            return &inner.def;
        }
        let top = &self.modules[candidate.module].tree.body[candidate.path.0];
        let stmt = match (top, candidate.path.1) {
            (ast::Stmt::ClassDef(class), Some(inner)) => &class.body[inner],
            (other, _) => other,
        };
        match stmt {
            ast::Stmt::FunctionDef(def) => def,
            _ => unreachable!("candidates are collected from function definitions"),
        }
    }

    /// The declared result of a function.
    pub fn returns(&self, id: FunctionId) -> Type {
        self.returns_of(&self.candidates[id.index()])
    }

    /// The declared result of a candidate; `Object` where it may also be `NotImplemented`.
    pub fn returns_of(&self, candidate: &Candidate) -> Type {
        let def = self.def(candidate);
        if methods::mentions_not_implemented(&def.body) || suspends::is_generator(def) {
            return Type::Object;
        }
        def.returns.as_deref().map_or(Type::Object, |expr| {
            annotation::annotation(self, candidate.module, expr)
        })
    }
}

/// Checks a program.
pub fn check(sources: &Sources, options: &Options) -> Checked {
    let mut diagnostics = Vec::new();
    let mut modules = Vec::new();
    for (at, file) in sources.files.iter().enumerate() {
        let mut tree = parse(FileId(at as u32), file).unwrap_or_else(|found| {
            diagnostics.extend(found);
            ast::ModModule {
                node_index: Default::default(),
                range: Default::default(),
                body: Vec::new(),
            }
        });
        mangle::write_out(&mut tree);
        own_names::silence(&mut tree);
        modules.push(Module::new(
            &file.module,
            file.is_package,
            tree,
            file.text.clone(),
        ));
    }
    let mut tables = Tables {
        modules: Rc::new(modules),
        classes: BTreeMap::new(),
        native_classes: Vec::new(),
        enums: Vec::new(),
        candidates: Vec::new(),
        by_path: BTreeMap::new(),
        inner: BTreeMap::new(),
    };
    classes::collect(&mut tables);
    let mut interpreted: Vec<(usize, Interpreted)> = Vec::new();
    let mut candidates = collect_candidates(&tables, &mut interpreted);
    inner::candidates(&tables, &mut candidates);
    // A function may rely on another one being native (`await`); when one drops out, all are looked at again.
    let mut functions = loop {
        tables.inner = inner::by_place(&candidates);
        tables.by_path = candidates
            .iter()
            .enumerate()
            .filter(|(_, each)| each.inner.is_none())
            .map(|(id, each)| {
                (
                    (each.module, each.path.0, each.path.1),
                    FunctionId(id as u32),
                )
            })
            .collect();
        tables.candidates = candidates.clone();
        tables.enter_methods();
        let mut functions: Vec<Function> = Vec::new();
        let mut dropped = Vec::new();
        for (at, candidate) in candidates.iter().enumerate() {
            match function::translate(&tables, candidate) {
                Ok(function) => functions.push(function),
                Err(_) if inner::stands_in(&tables, candidate, &dropped) => dropped.push(at),
                // A generator expression is a part of its function, which runs it either way.
                Err(_) if inner::is_generator_expression(&tables, candidate) => dropped.push(at),
                Err(reason) => {
                    let file = FileId(candidate.module as u32);
                    interpreted.push((
                        candidate.module,
                        Interpreted {
                            qualname: candidate.qualname.clone(),
                            span: span(file, tables.def(candidate).name.range),
                            reason: reason.reason,
                            at: reason.at,
                        },
                    ));
                    dropped.push(at);
                }
            }
        }
        if dropped.is_empty() {
            break functions;
        }
        // What is made by interpreted code is interpreted.
        inner::drop_with_outer(&tables, &candidates, &mut dropped);
        let mut position = 0;
        candidates.retain(|_| {
            position += 1;
            !dropped.contains(&(position - 1))
        });
    };
    suspends::mark(&mut functions);
    for ((module, at), kind) in &tables.classes {
        if let ClassKind::Interpreted(reason, place) = kind
            && let ast::Stmt::ClassDef(class) = &tables.modules[*module].tree.body[*at]
            && !classes::keeps_layout(&tables, *module, class)
        {
            let here = span(FileId(*module as u32), class.name.range);
            interpreted.push((
                *module,
                Interpreted {
                    qualname: class.name.to_string(),
                    span: here,
                    reason: reason.clone(),
                    at: *place,
                },
            ));
        }
    }
    interpreted.sort_by_key(|(module, each)| (*module, each.span));
    for (_, each) in &interpreted {
        diagnostics.push(interpreted_hint(each, options.strict));
    }
    findings::find(
        &tables,
        sources,
        options.importable.as_ref(),
        &mut diagnostics,
    );
    let app = routes::find(&tables, &functions, &interpreted, &mut diagnostics);
    let program = assemble(sources, &tables, functions, interpreted);
    crate::suppress::apply(sources, &mut diagnostics);
    sort(&mut diagnostics);
    Checked {
        diagnostics,
        program,
        app,
    }
}

fn interpreted_hint(each: &Interpreted, strict: bool) -> Diagnostic {
    let is_class = each
        .qualname
        .rsplit('.')
        .next()
        .is_some_and(|name| name.starts_with(char::is_uppercase));
    let code = if is_class { "TB102" } else { "TB101" };
    let mut hint = Diagnostic::new(
        code,
        format!("`{}` stays interpreted: {}", each.qualname, each.reason),
        each.span,
        "",
    );
    if each.at != each.span {
        hint = hint.label(each.at, "because of this");
    }
    if strict {
        hint.level = Level::Error;
    }
    hint
}

/// Every `def` at module level or in a class there.
fn collect_candidates(
    tables: &Tables,
    interpreted: &mut Vec<(usize, Interpreted)>,
) -> Vec<Candidate> {
    let mut all = Vec::new();
    for (module, each) in tables.modules.iter().enumerate() {
        for (at, stmt) in each.tree.body.iter().enumerate() {
            match stmt {
                ast::Stmt::FunctionDef(def) => all.push(Candidate {
                    module,
                    path: (at, None),
                    qualname: def.name.to_string(),
                    kind: FunctionKind::Plain,
                    inner: None,
                }),
                ast::Stmt::ClassDef(class) => {
                    if let Some(ClassKind::Native(id)) = tables.classes.get(&(module, at)) {
                        let class = (class, *id);
                        methods::candidates(tables, module, at, class, &mut all, interpreted);
                    } else {
                        methods::unbound(each, module, at, class, &mut all, interpreted);
                    }
                }
                _ => {}
            }
        }
    }
    all
}

/// Puts the parts together: modules with their hand-overs in source order.
fn assemble(
    sources: &Sources,
    tables: &Tables,
    functions: Vec<Function>,
    interpreted: Vec<(usize, Interpreted)>,
) -> Program {
    let mut program = Program {
        functions,
        classes: tables.native_classes.clone(),
        enums: tables.enums.clone(),
        modules: Vec::new(),
    };
    for (module, file) in sources.files.iter().enumerate() {
        let mut handovers: Vec<(Span, Native)> = Vec::new();
        let id = FileId(module as u32);
        for (at, candidate) in tables.candidates.iter().enumerate() {
            if candidate.module == module && candidate.inner.is_none() {
                handovers.push((
                    keyword(
                        id,
                        &tables.def(candidate).range,
                        &tables.def(candidate).decorator_list,
                    ),
                    Native::Function(FunctionId(at as u32)),
                ));
            }
        }
        for ((in_module, at), kind) in &tables.classes {
            if *in_module != module {
                continue;
            }
            if let (ClassKind::Native(class), ast::Stmt::ClassDef(def)) =
                (kind, &tables.modules[module].tree.body[*at])
            {
                handovers.push((
                    keyword(id, &def.range, &def.decorator_list),
                    Native::Class(*class),
                ));
            }
        }
        for (span, _) in &mut handovers {
            // From the end of the decorators to the keyword: over white space and comments.
            span.start = statement_start(&file.text, span.start);
        }
        handovers.sort_by_key(|(span, _)| *span);
        program.modules.push(HirModule {
            name: file.module.clone(),
            path: file.path.clone(),
            is_package: file.is_package,
            handovers: handovers
                .into_iter()
                .map(|(span, what)| {
                    let (line, column) = file.line_column(span.start);
                    Handover { line, column, what }
                })
                .collect(),
            interpreted: interpreted
                .iter()
                .filter(|(at, _)| *at == module)
                .map(|(_, each)| each.clone())
                .collect(),
        });
    }
    program
}

/// A definition's range from after its decorators.
fn keyword(
    file: FileId,
    range: &rustpython_text_size::TextRange,
    decorators: &[ast::Decorator],
) -> Span {
    let mut here = crate::parse::range_span(file, *range);
    if let Some(last) = decorators.last() {
        here.start = last.range.end().to_u32();
    }
    here
}

fn statement_start(text: &str, from: u32) -> u32 {
    let mut at = from as usize;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'#' => at += text[at..].find('\n').unwrap_or(text.len() - at),
            byte if byte.is_ascii_whitespace() || byte == b'\\' => at += 1,
            _ => break,
        }
    }
    at as u32
}

/// The module id of a position.
pub(crate) fn module_id(module: usize) -> ModuleId {
    ModuleId(module as u32)
}
