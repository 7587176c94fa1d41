//! One `def` to HIR: locals with their types, statements.
//!
//! The body is translated until the types of its locals stay as they are (a type only ever grows: `int`, then
//! `Object`), so that the last round's tree is consistent. A construct that is not compiled ends the translation
//! with the reason.

use std::collections::BTreeMap;

use rustpython_ast::{self as ast, visitor::Visitor};
use rustpython_text_size::Ranged;

use super::annotation::annotation;
use super::narrow::narrowings;
use super::{Candidate, Tables, module_id};
use crate::diagnostics::Diagnostic;
use crate::hir::*;
use crate::source::{FileId, Span};
use crate::types::Type;

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
    declared: Vec<bool>,
    /// `None` until a first assignment has been seen.
    inferred: Vec<Option<Type>>,
    /// What tests before this point tell.
    pub(super) narrowed: BTreeMap<LocalId, Type>,
    globals: Vec<String>,
    returns: Type,
    pub(super) unknown: Vec<Diagnostic>,
    pub(super) loop_depth: u32,
}

/// Translates a candidate. Names that exist nowhere are added to `unknown`.
pub fn translate(
    tables: &Tables,
    candidate: &Candidate,
    unknown: &mut Vec<Diagnostic>,
) -> Translated<Function> {
    let def = tables.def(candidate);
    let file = FileId(candidate.module as u32);
    let mut translator = Translator {
        tables,
        module: candidate.module,
        file,
        kind: candidate.kind,
        locals: Vec::new(),
        by_name: BTreeMap::new(),
        declared: Vec::new(),
        inferred: Vec::new(),
        narrowed: BTreeMap::new(),
        globals: Vec::new(),
        returns: def.returns.as_deref().map_or(Type::Object, |expr| {
            annotation(tables, candidate.module, expr)
        }),
        unknown: Vec::new(),
        loop_depth: 0,
    };
    if def.type_params.is_some() {
        return Err(translator.reason("it is generic", def.name.range));
    }
    let params = translator.parameters(def);
    translator.collect_locals(&def.body)?;
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
    for _ in 0..8 {
        // Variables of comprehensions are made anew in each round.
        translator.truncate_locals(named);
        let before: Vec<Type> = translator
            .locals
            .iter()
            .map(|local| local.ty.clone())
            .collect();
        translator.narrowed.clear();
        translator.unknown.clear();
        body = translator.block(statements)?;
        if translator.locals[..named]
            .iter()
            .map(|local| &local.ty)
            .eq(&before)
        {
            break;
        }
    }
    unknown.append(&mut translator.unknown);
    super::bound::mark(&mut translator.locals, params.len(), &body);
    let direct_callable = candidate.kind == FunctionKind::Plain
        && def.decorator_list.iter().all(|decorator| {
            super::routes::is_route_decorator(tables, candidate.module, &decorator.expression)
        });
    Ok(Function {
        module: module_id(candidate.module),
        qualname: candidate.qualname.clone(),
        kind: candidate.kind,
        is_async: def.is_async,
        params,
        returns: translator.returns,
        locals: translator.locals,
        body,
        span: crate::parse::span(file, def),
        direct_callable,
    })
}

impl<'a> Translator<'a> {
    pub(super) fn span(&self, node: impl Ranged) -> Span {
        crate::parse::span(self.file, node)
    }

    pub(super) fn reason(&self, reason: &str, node: impl Ranged) -> Reason {
        Reason {
            reason: reason.to_owned(),
            at: self.span(node),
        }
    }

    /// A new local.
    pub(super) fn add_local(&mut self, name: &str, ty: Option<Type>) -> LocalId {
        let id = LocalId(self.locals.len() as u32);
        self.locals.push(Local {
            name: name.to_owned(),
            ty: ty.clone().unwrap_or(Type::Object),
            always_bound: false,
        });
        self.declared.push(ty.is_some());
        self.inferred.push(None);
        id
    }

    /// A variable of a comprehension: shadows a name until `restore`.
    pub(super) fn shadow(&mut self, name: &str, ty: Type) -> (LocalId, Option<LocalId>) {
        let id = self.add_local(name, Some(ty));
        (id, self.by_name.insert(name.to_owned(), id))
    }

    pub(super) fn restore(&mut self, name: &str, before: Option<LocalId>) {
        match before {
            Some(id) => self.by_name.insert(name.to_owned(), id),
            None => self.by_name.remove(name),
        };
    }

    fn truncate_locals(&mut self, count: usize) {
        self.locals.truncate(count);
        self.declared.truncate(count);
        self.inferred.truncate(count);
    }

    fn parameters(&mut self, def: &ast::StmtFunctionDef) -> Vec<Param> {
        let parameters = &def.parameters;
        let mut params = Vec::new();
        let mut add = |translator: &mut Self,
                       parameter: &ast::Parameter,
                       kind: ParamKind,
                       has_default: bool| {
            let first = params.is_empty();
            let ty = match (translator.kind, kind) {
                (
                    FunctionKind::Method(class) | FunctionKind::Property(class),
                    ParamKind::Positional | ParamKind::PositionalOnly,
                ) if first => Type::Class(class),
                (_, ParamKind::VarPositional) => Type::TupleOf(Box::new(Type::Object)),
                (_, ParamKind::VarKeyword) => {
                    Type::Dict(Box::new(Type::Str), Box::new(Type::Object))
                }
                _ => parameter
                    .annotation
                    .as_deref()
                    .map_or(Type::Object, |expr| {
                        annotation(translator.tables, translator.module, expr)
                    }),
            };
            let id = translator.add_local(&parameter.name, Some(ty.clone()));
            translator.by_name.insert(parameter.name.to_string(), id);
            params.push(Param {
                name: parameter.name.to_string(),
                kind,
                ty,
                has_default,
            });
        };
        for each in &parameters.posonlyargs {
            add(
                self,
                &each.parameter,
                ParamKind::PositionalOnly,
                each.default.is_some(),
            );
        }
        for each in &parameters.args {
            add(
                self,
                &each.parameter,
                ParamKind::Positional,
                each.default.is_some(),
            );
        }
        if let Some(each) = &parameters.vararg {
            add(self, each, ParamKind::VarPositional, false);
        }
        for each in &parameters.kwonlyargs {
            add(
                self,
                &each.parameter,
                ParamKind::KeywordOnly,
                each.default.is_some(),
            );
        }
        if let Some(each) = &parameters.kwarg {
            add(self, each, ParamKind::VarKeyword, false);
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
        self.globals = finder.globals;
        for (name, claim) in finder.names {
            if self.globals.contains(&name) {
                continue;
            }
            let ty = claim.map(|expr| annotation(self.tables, self.module, expr));
            match self.by_name.get(&name) {
                // A parameter that is assigned to again keeps its declared type; values are checked.
                Some(_) => {}
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
        if self.declared[id.index()] {
            if let (Some(inner), true) = (
                self.local_type(id).without_none(),
                ty != &Type::None && ty != &Type::Object && !matches!(ty, Type::Union(_)),
            ) {
                self.narrowed.insert(id, inner);
            }
            return;
        }
        let joined = match &self.inferred[id.index()] {
            None => ty.clone(),
            Some(known) => join(known, ty),
        };
        // A tuple's members are claims of the moment; a local is never more precise than the widest assignment.
        self.locals[id.index()].ty = joined.clone();
        self.inferred[id.index()] = Some(joined);
    }

    /// Statements in order; what a test tells holds until the block ends or the name is assigned.
    pub(super) fn block(&mut self, body: &[ast::Stmt]) -> Translated<Vec<Stmt>> {
        body.iter().map(|stmt| self.statement(stmt)).collect()
    }

    /// A block that may run or not: narrowings inside do not reach out.
    fn branch(&mut self, facts: &[(LocalId, Type)], body: &[ast::Stmt]) -> Translated<Vec<Stmt>> {
        let before = self.narrowed.clone();
        self.narrowed.extend(facts.iter().cloned());
        let block = self.block(body)?;
        let after = std::mem::replace(&mut self.narrowed, before);
        // Only what also holds after the block survives.
        self.narrowed.retain(|id, ty| after.get(id) == Some(ty));
        Ok(block)
    }

    /// A loop's body: it may follow itself, so what it assigns is not known at its start.
    fn loop_body(
        &mut self,
        facts: &[(LocalId, Type)],
        body: &[ast::Stmt],
    ) -> Translated<Vec<Stmt>> {
        let mut finder = LocalFinder::default();
        finder.visit_body(body);
        for name in finder.names.keys() {
            if let Some(id) = self.by_name.get(name) {
                self.narrowed.remove(id);
            }
        }
        self.loop_depth += 1;
        let block = self.branch(facts, body);
        self.loop_depth -= 1;
        block
    }

    fn statement(&mut self, stmt: &ast::Stmt) -> Translated<Stmt> {
        let span = self.span(stmt);
        let kind = match stmt {
            ast::Stmt::Expr(expr) => StmtKind::Expr(self.expr(&expr.value)?),
            ast::Stmt::Assign(assign) => {
                let expected = match assign.targets.as_slice() {
                    [one] => self.target_type(one),
                    _ => None,
                };
                let value = self.expr_expecting(&assign.value, expected.as_ref())?;
                let targets: Translated<Vec<Target>> = assign
                    .targets
                    .iter()
                    .map(|target| self.target(target, &value.ty))
                    .collect();
                StmtKind::Assign {
                    targets: targets?,
                    value,
                }
            }
            ast::Stmt::AnnAssign(assign) => match &assign.value {
                Some(value) => {
                    let ty = annotation(self.tables, self.module, &assign.annotation);
                    let value = self.expr_expecting(value, Some(&ty))?;
                    let target = self.target(&assign.target, &value.ty)?;
                    StmtKind::Assign {
                        targets: vec![target],
                        value,
                    }
                }
                None => StmtKind::Pass,
            },
            ast::Stmt::AugAssign(assign) => {
                let value = self.expr(&assign.value)?;
                let op = binary_op(assign.op);
                let current = self.target_type(&assign.target).unwrap_or(Type::Object);
                let result = super::expression::binary_type(op, &current, &value);
                let target = self.target(&assign.target, &result)?;
                StmtKind::AugAssign { target, op, value }
            }
            ast::Stmt::If(branch) => return self.if_statement(branch, span),
            ast::Stmt::While(each) => {
                let mut finder = LocalFinder::default();
                finder.visit_body(&each.body);
                for name in finder.names.keys() {
                    if let Some(id) = self.by_name.get(name) {
                        self.narrowed.remove(id);
                    }
                }
                let test = self.expr(&each.test)?;
                let facts = narrowings(self, &test, true);
                let body = self.loop_body(&facts, &each.body)?;
                let orelse = self.branch(&[], &each.orelse)?;
                StmtKind::While { test, body, orelse }
            }
            ast::Stmt::For(each) => {
                if each.is_async {
                    return Err(self.reason("it uses `async for`", each.range));
                }
                let iter = self.expr(&each.iter)?;
                let element = super::expression::element_type(&iter);
                let target = self.target(&each.target, &element)?;
                let body = self.loop_body(&[], &each.body)?;
                let orelse = self.branch(&[], &each.orelse)?;
                StmtKind::For {
                    target,
                    iter,
                    body,
                    orelse,
                }
            }
            ast::Stmt::Return(value) => {
                let returns = self.returns.clone();
                StmtKind::Return(
                    value
                        .value
                        .as_deref()
                        .map(|value| self.expr_expecting(value, Some(&returns)))
                        .transpose()?,
                )
            }
            ast::Stmt::Raise(raise) => StmtKind::Raise {
                exception: raise
                    .exc
                    .as_deref()
                    .map(|each| self.expr(each))
                    .transpose()?,
                cause: raise
                    .cause
                    .as_deref()
                    .map(|each| self.expr(each))
                    .transpose()?,
            },
            ast::Stmt::Try(each) => {
                if each.is_star {
                    return Err(self.reason("it uses `except*`", each.range));
                }
                let body = self.branch(&[], &each.body)?;
                let mut handlers = Vec::new();
                for handler in &each.handlers {
                    let ast::ExceptHandler::ExceptHandler(handler) = handler;
                    let matches = handler
                        .type_
                        .as_deref()
                        .map(|each| self.expr(each))
                        .transpose()?;
                    let name = match &handler.name {
                        Some(name) => {
                            let id = self.by_name.get(name.as_str()).copied();
                            let Some(id) = id else {
                                return Err(self
                                    .reason("an exception is bound to a global name", name.range));
                            };
                            self.assigned(id, &Type::Object);
                            Some(id)
                        }
                        None => None,
                    };
                    let body = self.branch(&[], &handler.body)?;
                    handlers.push(Handler {
                        matches,
                        name,
                        body,
                        span: self.span(handler.range),
                    });
                }
                let orelse = self.branch(&[], &each.orelse)?;
                let finally = self.branch(&[], &each.finalbody)?;
                StmtKind::Try {
                    body,
                    handlers,
                    orelse,
                    finally,
                }
            }
            ast::Stmt::With(with) => {
                if with.is_async {
                    return Err(self.reason("it uses `async with`", with.range));
                }
                let mut items = Vec::new();
                for item in &with.items {
                    let context = self.expr(&item.context_expr)?;
                    let target = item
                        .optional_vars
                        .as_deref()
                        .map(|target| self.target(target, &Type::Object))
                        .transpose()?;
                    items.push(WithItem { context, target });
                }
                StmtKind::With {
                    items,
                    body: self.branch(&[], &with.body)?,
                }
            }
            ast::Stmt::Assert(assert) => {
                let test = self.expr(&assert.test)?;
                let facts = narrowings(self, &test, true);
                let message = assert
                    .msg
                    .as_deref()
                    .map(|each| self.expr(each))
                    .transpose()?;
                self.narrowed.extend(facts);
                StmtKind::Assert { test, message }
            }
            ast::Stmt::Delete(delete) => {
                let targets: Translated<Vec<Target>> = delete
                    .targets
                    .iter()
                    .map(|target| match target {
                        ast::Expr::Tuple(_) | ast::Expr::List(_) => {
                            Err(self.reason("it deletes a tuple of targets", target))
                        }
                        _ => self.target(target, &Type::Object),
                    })
                    .collect();
                StmtKind::Delete(targets?)
            }
            ast::Stmt::Break(_) => StmtKind::Break,
            ast::Stmt::Continue(_) => StmtKind::Continue,
            ast::Stmt::Pass(_) | ast::Stmt::Global(_) => StmtKind::Pass,
            ast::Stmt::FunctionDef(def) => {
                return Err(self.reason("it defines a function inside", def.name.range));
            }
            ast::Stmt::ClassDef(def) => {
                return Err(self.reason("it defines a class inside", def.name.range));
            }
            ast::Stmt::Match(each) => return Err(self.reason("it uses `match`", each.range)),
            ast::Stmt::Import(each) => {
                return Err(self.reason("it imports inside the function", each.range));
            }
            ast::Stmt::ImportFrom(each) => {
                return Err(self.reason("it imports inside the function", each.range));
            }
            ast::Stmt::Nonlocal(each) => return Err(self.reason("it uses `nonlocal`", each.range)),
            ast::Stmt::TypeAlias(each) => {
                return Err(self.reason("it defines a type alias inside", each.range));
            }
            ast::Stmt::IpyEscapeCommand(each) => {
                return Err(self.reason("it is not Python", each.range));
            }
        };
        Ok(Stmt { kind, span })
    }

    fn if_statement(&mut self, branch: &ast::StmtIf, span: Span) -> Translated<Stmt> {
        self.if_chain(&branch.test, &branch.body, &branch.elif_else_clauses, span)
    }

    fn if_chain(
        &mut self,
        test: &ast::Expr,
        body: &[ast::Stmt],
        rest: &[ast::ElifElseClause],
        span: Span,
    ) -> Translated<Stmt> {
        let test = self.expr(test)?;
        let (yes, no) = (
            narrowings(self, &test, true),
            narrowings(self, &test, false),
        );
        let before = self.narrowed.clone();
        self.narrowed.extend(yes);
        let then = self.block(body)?;
        let after_then = std::mem::replace(&mut self.narrowed, before);
        self.narrowed.extend(no);
        let orelse = match rest {
            [] => Vec::new(),
            [clause, more @ ..] => match &clause.test {
                Some(test) => {
                    vec![self.if_chain(test, &clause.body, more, self.span(clause.range))?]
                }
                None => self.block(&clause.body)?,
            },
        };
        // Where both ways reach the end, only what both know holds; a way that leaves tells nothing.
        if !leaves(&then) {
            if leaves(&orelse) {
                self.narrowed = after_then;
            } else {
                self.narrowed
                    .retain(|id, ty| after_then.get(id) == Some(ty));
            }
        }
        Ok(Stmt {
            kind: StmtKind::If {
                test,
                body: then,
                orelse,
            },
            span,
        })
    }

    /// The type that a target wants, for a display assigned to it.
    fn target_type(&self, target: &ast::Expr) -> Option<Type> {
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

/// The type of a variable that holds values of both types.
pub(super) fn join(a: &Type, b: &Type) -> Type {
    match (a, b) {
        _ if a == b => a.clone(),
        (Type::None, other) | (other, Type::None) => Type::optional(other.clone()),
        (Type::List(_), Type::List(_)) => Type::List(Box::new(Type::Object)),
        (Type::Dict(..), Type::Dict(..)) => {
            Type::Dict(Box::new(Type::Object), Box::new(Type::Object))
        }
        (Type::Set(_), Type::Set(_)) => Type::Set(Box::new(Type::Object)),
        (Type::Tuple(_) | Type::TupleOf(_), Type::Tuple(_) | Type::TupleOf(_)) => {
            Type::TupleOf(Box::new(Type::Object))
        }
        (Type::Union(members), other) | (other, Type::Union(members))
            if members.contains(other) =>
        {
            Type::Union(members.clone())
        }
        _ => Type::Object,
    }
}

/// Whether a block never reaches its end.
fn leaves(body: &[Stmt]) -> bool {
    body.last().is_some_and(|stmt| match &stmt.kind {
        StmtKind::Return(_) | StmtKind::Raise { .. } | StmtKind::Break | StmtKind::Continue => true,
        StmtKind::If { body, orelse, .. } => leaves(body) && leaves(orelse),
        _ => false,
    })
}

/// The operator.
pub(super) fn binary_op(op: ast::Operator) -> BinOp {
    match op {
        ast::Operator::Add => BinOp::Add,
        ast::Operator::Sub => BinOp::Sub,
        ast::Operator::Mult => BinOp::Mul,
        ast::Operator::MatMult => BinOp::MatMul,
        ast::Operator::Div => BinOp::Div,
        ast::Operator::Mod => BinOp::Mod,
        ast::Operator::Pow => BinOp::Pow,
        ast::Operator::LShift => BinOp::ShiftLeft,
        ast::Operator::RShift => BinOp::ShiftRight,
        ast::Operator::BitOr => BinOp::BitOr,
        ast::Operator::BitXor => BinOp::BitXor,
        ast::Operator::BitAnd => BinOp::BitAnd,
        ast::Operator::FloorDiv => BinOp::FloorDiv,
    }
}

/// Names that a body binds (not inside comprehensions), and the first construct that is not compiled.
#[derive(Default)]
struct LocalFinder<'a> {
    names: BTreeMap<String, Option<&'a ast::Expr>>,
    globals: Vec<String>,
    refused: Option<(&'static str, rustpython_text_size::TextRange)>,
}

impl<'a> LocalFinder<'a> {
    fn bind(&mut self, target: &'a ast::Expr) {
        match target {
            ast::Expr::Name(name) => {
                self.names.entry(name.id.to_string()).or_insert(None);
            }
            ast::Expr::Tuple(tuple) => tuple.elts.iter().for_each(|each| self.bind(each)),
            ast::Expr::List(list) => list.elts.iter().for_each(|each| self.bind(each)),
            ast::Expr::Starred(star) => self.bind(&star.value),
            _ => {}
        }
    }

    fn refuse(&mut self, reason: &'static str, node: impl Ranged) {
        self.refused.get_or_insert((reason, node.range()));
    }
}

impl<'a> Visitor<'a> for LocalFinder<'a> {
    fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
        match stmt {
            ast::Stmt::Assign(assign) => assign.targets.iter().for_each(|target| self.bind(target)),
            ast::Stmt::AnnAssign(assign) => {
                if let ast::Expr::Name(name) = &*assign.target {
                    self.names
                        .insert(name.id.to_string(), Some(&assign.annotation));
                }
                // Annotations of locals are never evaluated.
                if let Some(value) = &assign.value {
                    self.visit_expr(value);
                }
                self.visit_expr(&assign.target);
                return;
            }
            ast::Stmt::AugAssign(assign) => self.bind(&assign.target),
            ast::Stmt::For(each) => self.bind(&each.target),
            ast::Stmt::With(with) => with
                .items
                .iter()
                .filter_map(|item| item.optional_vars.as_deref())
                .for_each(|target| self.bind(target)),
            ast::Stmt::Delete(delete) => delete.targets.iter().for_each(|target| self.bind(target)),
            ast::Stmt::Global(global) => self
                .globals
                .extend(global.names.iter().map(ToString::to_string)),
            ast::Stmt::FunctionDef(def) => {
                return self.refuse("it defines a function inside", def.name.range);
            }
            ast::Stmt::ClassDef(def) => {
                return self.refuse("it defines a class inside", def.name.range);
            }
            _ => {}
        }
        ast::visitor::walk_stmt(self, stmt);
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.names.entry(name.to_string()).or_insert(None);
        }
        ast::visitor::walk_except_handler(self, handler);
    }

    fn visit_expr(&mut self, expr: &'a ast::Expr) {
        match expr {
            ast::Expr::Yield(each) => return self.refuse("it uses `yield`", each.range),
            ast::Expr::YieldFrom(each) => return self.refuse("it uses `yield from`", each.range),
            ast::Expr::Lambda(each) => return self.refuse("it uses `lambda`", each.range),
            ast::Expr::TString(each) => {
                return self.refuse("it uses a template string", each.range);
            }
            ast::Expr::Named(named) => self.bind(&named.target),
            _ => {}
        }
        ast::visitor::walk_expr(self, expr);
    }
}
