//! One `def` to HIR: its parameters and locals with their types.
//!
//! The body is translated until the types of its locals stay as they are (a type only ever grows: `int`, then
//! `Object`), so that the last round's tree is consistent. A construct that is not compiled ends the translation
//! with the reason.

use std::collections::{BTreeMap, BTreeSet};

use rustpython_ast::{self as ast, visitor::Visitor};
use rustpython_text_size::Ranged;

use super::annotation::annotation;
use super::claims::opened;
use super::locals::LocalFinder;
use super::result_type::join;
use super::shared::shared;
use super::{Candidate, Tables, module_id};
use crate::hir::*;
use crate::source::{FileId, Span};
use crate::types::Type;

/// How often a body is translated before types that still change are given up.
const ROUNDS: u32 = 8;

/// Why a function stays interpreted.
pub struct Reason {
    /// "it uses `yield`"
    pub reason: String,
    /// Where.
    pub at: Span,
}

/// The result of translating a part.
pub type Translated<T> = Result<T, Reason>;

/// State of one function's translation.
pub struct Translator<'a> {
    pub(super) tables: &'a Tables,
    pub(super) module: usize,
    pub(super) file: FileId,
    pub(super) kind: FunctionKind,
    pub(super) locals: Vec<Local>,
    pub(super) by_name: BTreeMap<String, LocalId>,
    /// Locals with an annotation, or parameters: their type does not follow assignments.
    pub(super) declared: Vec<bool>,
    /// `None` until a first assignment has been seen.
    pub(super) inferred: Vec<Option<Type>>,
    /// A local's type has grown in this round after it had one: what was read before has the smaller one.
    grown: bool,
    /// What tests before this point tell.
    pub(super) narrowed: BTreeMap<LocalId, Type>,
    globals: Vec<String>,
    /// How many locals have names of their own in the function; those of comprehensions follow.
    pub(super) named: usize,
    /// Locals that inner functions rebind: nothing that was found out about them holds for long.
    pub(super) unsteady: BTreeSet<LocalId>,
    /// Locals whose containers other code may change: nothing is claimed of what is in them.
    pub(super) shared: BTreeSet<LocalId>,
    pub(super) inner: Vec<InnerCode>,
    /// There is a first positional parameter.
    pub(super) has_first: bool,
    /// The body assigns to it.
    pub(super) first_rebound: bool,
    /// `*args` and `**kwargs`, of which no annotation says what else they may be made.
    starred: Vec<LocalId>,
    pub(super) returns: Type,
    pub(super) loop_depth: u32,
    /// How many generator expressions that are consumed at once are around.
    pub(super) consuming: u32,
}

/// Translates a candidate.
pub fn translate(tables: &Tables, candidate: &Candidate) -> Translated<Function> {
    let def = tables.def(candidate);
    let file = FileId(candidate.module as u32);
    let mut translator = Translator::new(tables, candidate);
    let is_generator = super::suspends::is_generator(def);
    if is_generator && super::suspends::becomes_awaitable(def) {
        let reason = "its decorator makes an awaitable of its generator";
        return Err(translator.reason(reason, def.name.range));
    }
    let module = &tables.modules[candidate.module];
    let generic = def.type_params.as_deref();
    let readable = super::inner::reads_type_parameters(tables, candidate);
    let body_read = if readable { &[][..] } else { &def.body };
    if let Some(reason) = super::methods::type_parameters_matter(module, generic, body_read) {
        return Err(translator.reason(reason, def.name.range));
    }
    let params = translator.parameters(def);
    let mut all = def.parameters.iter_non_variadic_params();
    let has_class_default = all.any(|each| {
        let default = each.default.as_deref();
        default.is_some_and(|expr| translator.is_class(expr))
    });
    let captured = translator.captured_variables(candidate);
    translator.collect_locals(&def.body)?;
    translator.mark_cells(&def.body);
    let docstring = def.body.first().is_some_and(
        |stmt| matches!(stmt, ast::Stmt::Expr(expr) if matches!(*expr.value, ast::Expr::StringLiteral(_))),
    );
    let statements = if docstring {
        &def.body[1..]
    } else {
        &def.body[..]
    };
    let mut body = Vec::new();
    let named = translator.locals.len();
    translator.named = named;
    for round in 0.. {
        // Variables of comprehensions are made anew in each round.
        translator.truncate_locals(named);
        let before: Vec<Type> = translator
            .locals
            .iter()
            .map(|local| local.ty.clone())
            .collect();
        translator.narrowed.clear();
        translator.inner.clear();
        translator.grown = false;
        body = translator.block(statements)?;
        let changed: Vec<usize> = (0..named)
            .filter(|at| translator.locals[*at].ty != before[*at])
            .collect();
        let found = translator.found_shared(&body);
        if changed.is_empty() && !translator.grown && !found {
            break;
        }
        if round >= ROUNDS {
            // Types that go round in circles of variables, a step each round, end where all of them end.
            changed.iter().for_each(|at| translator.give_up(*at));
            if found {
                translator.share_all();
            }
        }
    }
    let awaited = super::suspends::first_await(&body);
    if let (Some(awaited), false) = (awaited, def.is_async) {
        return Err(Reason {
            reason: "it awaits outside of an `async def`".into(),
            at: awaited.span,
        });
    }
    // A coroutine that captures variables takes them from its function, as only bodies with frames do.
    let has_frame = is_generator
        || awaited.is_some()
        || super::suspends::waits_in_clauses(&body)
        || (def.is_async && !captured.is_empty());
    super::bound::mark(&mut translator.locals, params.len(), &body);
    // What a function captures it takes from its function object.
    let direct_callable = captured.is_empty()
        && candidate.inner.is_none()
        && candidate.kind == FunctionKind::Plain
        && def.decorator_list.iter().all(|decorator| {
            super::routes::is_route_decorator(tables, candidate.module, &decorator.expression)
        });
    Ok(Function {
        module: module_id(candidate.module),
        qualname: candidate.qualname.clone(),
        kind: candidate.kind,
        is_async: def.is_async,
        is_generator,
        has_frame,
        may_suspend: false,
        params,
        returns: translator.returns,
        is_opaque: has_class_default || is_opaque(tables, candidate.module, def),
        locals: translator.locals,
        body,
        span: crate::parse::span(file, def),
        direct_callable,
        captured,
        inner: translator.inner,
    })
}

/// Whether an annotation of a parameter, or one within the result's, says more than its type. A result that is not known as a
/// whole is looked at as an object in any case.
fn is_opaque(tables: &Tables, module: usize, def: &ast::StmtFunctionDef) -> bool {
    let opaque = |expr: &ast::Expr| super::annotation::is_opaque(tables, module, expr);
    let returns = def.returns.as_deref();
    def.parameters
        .iter()
        .filter_map(|each| each.annotation())
        .any(opaque)
        || returns
            .is_some_and(|expr| annotation(tables, module, expr) != Type::Object && opaque(expr))
}

/// What is declared of the variables of the function around an inner one.
fn declared_types(tables: &Tables, inner: &super::inner::Inner) -> BTreeMap<String, Type> {
    let Some(outer) = tables
        .candidates
        .iter()
        .find(|each| super::inner::place_of(tables, each) == inner.outer)
    else {
        return BTreeMap::new();
    };
    let def = tables.def(outer);
    let mut translator = Translator::new(tables, outer);
    translator.parameters(def);
    translator.captured_variables(outer);
    if translator.collect_locals(&def.body).is_err() {
        return BTreeMap::new();
    }
    let Translator {
        by_name,
        locals,
        declared,
        ..
    } = translator;
    by_name
        .into_iter()
        .filter(|(_, id)| declared[id.index()])
        .map(|(name, id)| (name, locals[id.index()].ty.clone()))
        .collect()
}

impl<'a> Translator<'a> {
    fn new(tables: &'a Tables, candidate: &Candidate) -> Translator<'a> {
        Translator {
            tables,
            module: candidate.module,
            file: FileId(candidate.module as u32),
            kind: candidate.kind,
            locals: Vec::new(),
            by_name: BTreeMap::new(),
            declared: Vec::new(),
            inferred: Vec::new(),
            grown: false,
            narrowed: BTreeMap::new(),
            globals: Vec::new(),
            named: 0,
            unsteady: BTreeSet::new(),
            shared: BTreeSet::new(),
            inner: Vec::new(),
            has_first: false,
            first_rebound: false,
            starred: Vec::new(),
            returns: tables.returns_of(candidate),
            loop_depth: 0,
            consuming: 0,
        }
    }

    /// Variables of functions around this one that it or what is inside uses.
    fn captured_variables(&mut self, candidate: &Candidate) -> Vec<LocalId> {
        let own = super::inner::type_parameters(self.tables, candidate);
        let (free, types) = match &candidate.inner {
            Some(inner) => (&inner.free, declared_types(self.tables, inner)),
            None => (&own, Default::default()),
        };
        let mut captured = Vec::new();
        for name in free {
            let ty = types.get(name).cloned().unwrap_or(Type::Object);
            let id = self.add_local(name, Some(ty));
            self.locals[id.index()].cell = true;
            self.unsteady.insert(id);
            self.by_name.insert(name.clone(), id);
            captured.push(id);
        }
        captured
    }

    pub(super) fn span(&self, node: impl Ranged) -> Span {
        crate::parse::span(self.file, node)
    }

    pub(super) fn reason(&self, reason: &str, node: impl Ranged) -> Reason {
        Reason {
            reason: reason.to_owned(),
            at: self.span(node),
        }
    }

    /// The text of a literal. The parser writes U+FFFD for the lone surrogates that Python's strings may have, which no Rust
    /// string can hold, so that a text with it is not known.
    pub(super) fn text(&self, text: &str, node: impl Ranged) -> Translated<String> {
        if text.contains('\u{fffd}') {
            return Err(self.reason(
                "it has a lone surrogate, or U+FFFD, in a string literal",
                node,
            ));
        }
        Ok(text.to_owned())
    }

    /// A new local.
    pub(super) fn add_local(&mut self, name: &str, ty: Option<Type>) -> LocalId {
        let id = LocalId(self.locals.len() as u32);
        self.locals.push(Local {
            name: name.to_owned(),
            ty: ty.clone().unwrap_or(Type::Object),
            always_bound: false,
            cell: false,
        });
        self.declared.push(ty.is_some());
        self.inferred.push(None);
        id
    }

    /// A variable of a comprehension: shadows a name until `restore`.
    pub(super) fn shadow(&mut self, name: &str, ty: Type) -> (LocalId, Option<LocalId>) {
        let id = LocalId(self.locals.len() as u32);
        let ty = match self.shared.contains(&id) {
            true => opened(&ty),
            false => ty,
        };
        self.add_local(name, Some(ty));
        (id, self.by_name.insert(name.to_owned(), id))
    }

    pub(super) fn restore(&mut self, name: &str, before: Option<LocalId>) {
        match before {
            Some(id) => self.by_name.insert(name.to_owned(), id),
            None => self.by_name.remove(name),
        };
    }

    /// Looks for locals whose containers other code may change; whether there are more than before.
    fn found_shared(&mut self, body: &[Stmt]) -> bool {
        let inferred = |id: LocalId| {
            id.index() >= self.named || (!self.declared[id.index()] && !self.shared.contains(&id))
        };
        let found = shared(self.tables, &self.locals, inferred, body);
        let before = self.shared.len();
        self.shared.extend(found);
        self.shared.len() > before
    }

    /// Nothing is claimed any more of what is in containers of which only the body tells.
    fn share_all(&mut self) {
        let all = (0..self.locals.len() as u32).map(LocalId);
        let declared = &self.declared[..self.named];
        self.shared
            .extend(all.filter(|id| !declared.get(id.index()).copied().unwrap_or(false)));
    }

    /// Nothing more is found out about a local.
    fn give_up(&mut self, at: usize) {
        self.locals[at].ty = Type::Object;
        self.inferred[at] = Some(Type::Object);
    }

    fn truncate_locals(&mut self, count: usize) {
        self.locals.truncate(count);
        self.declared.truncate(count);
        self.inferred.truncate(count);
    }

    /// Whether an expression names a class of the program.
    fn is_class(&self, expr: &ast::Expr) -> bool {
        let meant = super::names::resolve_expr(&self.tables.modules, self.module, expr);
        matches!(meant, Some(super::names::Symbol::Class(..)))
    }

    fn parameters(&mut self, def: &ast::StmtFunctionDef) -> Vec<Param> {
        let parameters = &def.parameters;
        self.has_first = !parameters.posonlyargs.is_empty() || !parameters.args.is_empty();
        let anything = super::methods::takes_anything(def, self.kind);
        let mut params = Vec::new();
        let mut add = |translator: &mut Self,
                       parameter: &ast::Parameter,
                       kind: ParamKind,
                       default: Option<&ast::Expr>| {
            let first = params.is_empty();
            let wire = match (translator.kind, kind) {
                (kind, ParamKind::Positional | ParamKind::PositionalOnly)
                    if first && kind.instance().is_some() =>
                {
                    kind.instance().map_or(Type::Object, Type::Class)
                }
                (_, ParamKind::VarPositional) => Type::TupleOf(Box::new(Type::Object)),
                (_, ParamKind::VarKeyword) => {
                    Type::Dict(Box::new(Type::Str), Box::new(Type::Object))
                }
                _ if anything => Type::Object,
                // `def f(text: str = MISSING)`, where `MISSING` is a class: the annotation says what callers may give.
                _ if default.is_some_and(|expr| translator.is_class(expr)) => Type::Object,
                _ => parameter
                    .annotation
                    .as_deref()
                    .map_or(Type::Object, |expr| {
                        super::annotation::wire(translator.tables, translator.module, expr)
                    }),
            };
            let ty = wire.plain();
            let id = translator.add_local(&parameter.name, Some(ty.clone()));
            translator.by_name.insert(parameter.name.to_string(), id);
            if matches!(kind, ParamKind::VarPositional | ParamKind::VarKeyword) {
                translator.starred.push(id);
            }
            params.push(Param {
                name: parameter.name.to_string(),
                kind,
                ty,
                wire,
                has_default: default.is_some(),
            });
        };
        for each in &parameters.posonlyargs {
            add(
                self,
                &each.parameter,
                ParamKind::PositionalOnly,
                each.default.as_deref(),
            );
        }
        for each in &parameters.args {
            add(
                self,
                &each.parameter,
                ParamKind::Positional,
                each.default.as_deref(),
            );
        }
        if let Some(each) = &parameters.vararg {
            add(self, each, ParamKind::VarPositional, None);
        }
        for each in &parameters.kwonlyargs {
            add(
                self,
                &each.parameter,
                ParamKind::KeywordOnly,
                each.default.as_deref(),
            );
        }
        if let Some(each) = &parameters.kwarg {
            add(self, each, ParamKind::VarKeyword, None);
        }
        params
    }

    /// Finds the names that the body binds, and what it may not contain.
    fn collect_locals(&mut self, body: &[ast::Stmt]) -> Translated<()> {
        let mut finder = LocalFinder::default();
        finder.visit_body(body);
        if let Some((reason, range)) = finder.refused {
            return Err(self.reason(reason, range));
        }
        let names = finder.in_order();
        self.globals = finder.globals;
        for (name, claim) in names {
            if self.globals.contains(&name) {
                continue;
            }
            let ty = claim.map(|expr| annotation(self.tables, self.module, expr));
            match self.by_name.get(&name) {
                Some(id) if self.starred.contains(id) => {
                    self.locals[id.index()].ty = Type::Object;
                }
                // A parameter that is assigned to again keeps its declared type; values are checked.
                Some(id) => self.first_rebound |= id.0 == 0,
                None => {
                    let id = self.add_local(&name, ty);
                    self.by_name.insert(name, id);
                }
            }
        }
        Ok(())
    }

    /// The type of a local here.
    pub(super) fn local_type(&self, id: LocalId) -> Type {
        self.locals[id.index()].ty.clone()
    }

    /// Notes that a value of type `ty` is stored in a local.
    pub(super) fn assigned(&mut self, id: LocalId, ty: &Type) {
        self.narrowed.remove(&id);
        if self.unsteady.contains(&id) {
            return;
        }
        if self.declared[id.index()] {
            if let (Some(inner), true) = (
                self.local_type(id).without_none(),
                ty != &Type::None && ty != &Type::Object && !matches!(ty, Type::Union(_)),
            ) {
                self.narrowed.insert(id, inner);
            }
            return;
        }
        let mut joined = match &self.inferred[id.index()] {
            None => ty.clone(),
            Some(known) => join(known, ty),
        };
        if self.shared.contains(&id) {
            joined = opened(&joined);
        }
        self.grown |= matches!(&self.inferred[id.index()], Some(known) if *known != joined);
        // A tuple's members are claims of the moment; a local is never more precise than the widest assignment.
        self.locals[id.index()].ty = joined.clone();
        self.inferred[id.index()] = Some(joined);
    }
}
