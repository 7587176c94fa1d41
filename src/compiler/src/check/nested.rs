//! Functions, lambdas and classes made inside a function: which code object each is made from, and what it captures.
//!
//! What holds: a captured variable is a cell in the function; its type is what is declared, or what the function itself
//! assigns if nobody else does.

use rustpython_ast::{self as ast};
use rustpython_text_size::{Ranged, TextRange};

use super::function::{Translated, Translator};
use super::scope::{self, Wanted};
use crate::hir::*;
use crate::source::Span;
use crate::types::Type;

impl Translator<'_> {
    /// Finds the variables that inner scopes use.
    pub(super) fn mark_cells(&mut self, body: &[ast::Stmt]) {
        let wanted = scope::inside(body, self.has_text_annotations());
        for name in &wanted.names {
            if let Some(id) = self.by_name.get(name) {
                self.locals[id.index()].cell = true;
            }
        }
        for name in &wanted.rebound {
            if let Some(id) = self.by_name.get(name).copied() {
                self.declared[id.index()] = true;
                self.unsteady.insert(id);
            }
        }
    }

    /// `def` inside a function.
    pub(super) fn inner_function(&mut self, def: &ast::StmtFunctionDef) -> Translated<StmtKind> {
        if def.type_params.is_some() {
            return Err(self.reason("it defines a generic function inside", def.name.range));
        }
        let mut decorators = self.decorators(&def.decorator_list)?;
        let (defaults, keyword_defaults) = self.defaults(&def.parameters)?;
        let annotate = self.annotations(def)?;
        let wanted = scope::of_function(&def.parameters, &def.body, self.has_text_annotations());
        let (code, captures) = self.code(
            &def.name,
            CodePlace::FirstLine(self.first_line(def.range, &def.decorator_list)),
            &wanted,
            def.name.range,
        )?;
        self.inner[code].native = self.native(def.range);
        let mut value = Expr {
            kind: ExprKind::Function(Box::new(MakeFunction {
                code,
                captures,
                defaults,
                keyword_defaults,
                annotate,
            })),
            ty: Type::Object,
            span: self.keyword(def.range, &def.decorator_list, def.name.range),
        };
        while let Some(decorator) = decorators.pop() {
            value = decorated(decorator, value);
        }
        let target = self.captured(&def.name, &Type::Object);
        Ok(StmtKind::Assign {
            targets: vec![target],
            value,
        })
    }

    /// `class` inside a function: made by the interpreter from the body's code object.
    pub(super) fn inner_class(&mut self, def: &ast::StmtClassDef) -> Translated<StmtKind> {
        if def.type_params.is_some() {
            return Err(self.reason("it defines a generic class inside", def.name.range));
        }
        let mut decorators = self.decorators(&def.decorator_list)?;
        let wanted = scope::of_class(&def.body, self.has_text_annotations());
        let (code, captures) = self.code(
            &def.name,
            CodePlace::FirstLine(self.first_line(def.range, &def.decorator_list)),
            &wanted,
            def.name.range,
        )?;
        let span = self.keyword(def.range, &def.decorator_list, def.name.range);
        let plain = |kind, ty| Expr { kind, ty, span };
        let body = plain(
            ExprKind::Function(Box::new(MakeFunction {
                code,
                captures,
                defaults: Vec::new(),
                keyword_defaults: Vec::new(),
                annotate: None,
            })),
            Type::Object,
        );
        let mut args = vec![
            Element::One(body),
            Element::One(plain(ExprKind::Str(def.name.to_string()), Type::Str)),
        ];
        let mut keywords = Vec::new();
        if let Some(arguments) = &def.arguments {
            for each in &arguments.args {
                args.push(match each {
                    ast::Expr::Starred(star) => Element::Star(self.expr(&star.value)?),
                    one => Element::One(self.expr(one)?),
                });
            }
            for keyword in &arguments.keywords {
                let value = self.expr(&keyword.value)?;
                keywords.push((keyword.arg.as_ref().map(ToString::to_string), value));
            }
        }
        let build = plain(ExprKind::Global("__build_class__".into()), Type::Object);
        let mut value = plain(
            ExprKind::Call(Box::new(Call {
                callee: Callee::Dynamic(build),
                args,
                keywords,
            })),
            Type::Object,
        );
        while let Some(decorator) = decorators.pop() {
            value = decorated(decorator, value);
        }
        let target = self.captured(&def.name, &Type::Object);
        Ok(StmtKind::Assign {
            targets: vec![target],
            value,
        })
    }

    /// `lambda`
    pub(super) fn lambda(&mut self, lambda: &ast::ExprLambda) -> Translated<ExprKind> {
        let (defaults, keyword_defaults) = match &lambda.parameters {
            Some(parameters) => self.defaults(parameters)?,
            None => (Vec::new(), Vec::new()),
        };
        let wanted = scope::of_lambda(lambda);
        let (code, captures) = self.code(
            "<lambda>",
            CodePlace::Within(self.span(lambda.body.range())),
            &wanted,
            lambda.range,
        )?;
        self.inner[code].native = self.native(lambda.range);
        Ok(ExprKind::Function(Box::new(MakeFunction {
            code,
            captures,
            defaults,
            keyword_defaults,
            annotate: None,
        })))
    }

    /// A generator expression that is not consumed at once.
    pub(super) fn generator(&mut self, generator: &ast::ExprGenerator) -> Translated<ExprKind> {
        let Some(first) = generator.generators.first() else {
            return Err(self.reason("it is not Python", generator.range));
        };
        let value = self.boxed(&first.iter)?;
        let Some(wanted) = scope::of_generator(generator) else {
            let reason = "it uses `:=` in a generator expression that is not consumed at once";
            return Err(self.reason(reason, generator.range));
        };
        let place = CodePlace::Within(self.span(generator.elt.range()));
        let (code, captures) = self.code("<genexpr>", place, &wanted, generator.range)?;
        self.inner[code].native = self.native(generator.range);
        if captures.iter().any(|id| !self.locals[id.index()].cell) {
            let reason = "it uses a generator expression that is not consumed at once";
            return Err(self.reason(reason, generator.range));
        }
        let plain = |kind, span| Expr {
            kind,
            ty: Type::Object,
            span,
        };
        let span = self.span(generator.range);
        let function = plain(
            ExprKind::Function(Box::new(MakeFunction {
                code,
                captures,
                defaults: Vec::new(),
                keyword_defaults: Vec::new(),
                annotate: None,
            })),
            span,
        );
        let at = value.span;
        let iterator = plain(
            ExprKind::Iterator {
                value,
                is_async: first.is_async,
            },
            at,
        );
        Ok(ExprKind::Call(Box::new(Call {
            callee: Callee::Dynamic(function),
            args: vec![Element::One(iterator)],
            keywords: Vec::new(),
        })))
    }

    fn has_text_annotations(&self) -> bool {
        self.tables.modules[self.module].has_text_annotations()
    }

    /// What computes a function's annotations.
    fn annotations(
        &mut self,
        def: &ast::StmtFunctionDef,
    ) -> Translated<Option<(usize, Vec<LocalId>)>> {
        if !scope::is_annotated(def) {
            return Ok(None);
        }
        let all = def
            .parameters
            .iter()
            .filter_map(|each| each.annotation())
            .chain(def.returns.as_deref());
        let range = all
            .map(Ranged::range)
            .reduce(|a, b| a.cover(b))
            .unwrap_or(def.name.range);
        let wanted = if self.has_text_annotations() {
            // It gives texts, which want no names.
            Wanted::default()
        } else {
            scope::of_annotations(def)
        };
        let place = CodePlace::Within(self.span(range));
        Ok(Some(self.code(
            "__annotate__",
            place,
            &wanted,
            def.name.range,
        )?))
    }

    /// The compiled function that stands there.
    fn native(&self, range: TextRange) -> Option<FunctionId> {
        let place = super::inner::place(self.module, range);
        self.tables.inner.get(&place).copied()
    }

    /// Enters a code object, with the variables that it captures.
    fn code(
        &mut self,
        name: &str,
        place: CodePlace,
        wanted: &Wanted,
        at: TextRange,
    ) -> Translated<(usize, Vec<LocalId>)> {
        if self.consuming > 0 {
            // Its code is a constant of the generator expression's.
            let reason = "it makes a function in a generator expression that is consumed at once";
            return Err(self.reason(reason, at));
        }
        let mut free = Vec::new();
        let mut captures = Vec::new();
        for wish in &wanted.names {
            let in_class = self.kind.class().is_some() || self.kind == FunctionKind::Unbound;
            if wish == "__class__" && in_class {
                return Err(
                    self.reason("it uses `super()` or `__class__` in an inner function", at)
                );
            }
            let Some(id) = self.by_name.get(wish).copied() else {
                continue;
            };
            if id.index() >= self.named {
                return Err(self.reason(
                    "an inner function captures the variable of a comprehension",
                    at,
                ));
            }
            free.push(wish.clone());
            captures.push(id);
        }
        self.inner.push(InnerCode {
            name: name.to_owned(),
            place,
            free,
            native: None,
        });
        Ok((self.inner.len() - 1, captures))
    }

    fn decorators(&mut self, all: &[ast::Decorator]) -> Translated<Vec<Expr>> {
        all.iter().map(|each| self.expr(&each.expression)).collect()
    }

    #[allow(clippy::type_complexity)]
    fn defaults(
        &mut self,
        parameters: &ast::Parameters,
    ) -> Translated<(Vec<Expr>, Vec<(String, Expr)>)> {
        let mut by_position = Vec::new();
        for each in parameters.posonlyargs.iter().chain(&parameters.args) {
            if let Some(default) = &each.default {
                by_position.push(self.expr(default)?);
            }
        }
        let mut by_name = Vec::new();
        for each in &parameters.kwonlyargs {
            if let Some(default) = &each.default {
                by_name.push((each.parameter.name.to_string(), self.expr(default)?));
            }
        }
        Ok((by_position, by_name))
    }

    /// What `co_firstlineno` counts from: the first decorator, else the statement.
    fn first_line(&self, range: TextRange, decorators: &[ast::Decorator]) -> Span {
        match decorators.first() {
            Some(first) => self.span(first.expression.range()),
            None => self.span(range),
        }
    }

    /// The line of the statement itself.
    fn keyword(&self, range: TextRange, decorators: &[ast::Decorator], name: TextRange) -> Span {
        if decorators.is_empty() {
            self.span(range)
        } else {
            self.span(name)
        }
    }
}

/// A decorator's call stands at the decorator.
fn decorated(decorator: Expr, value: Expr) -> Expr {
    Expr {
        span: decorator.span,
        kind: ExprKind::Call(Box::new(Call {
            callee: Callee::Dynamic(decorator),
            args: vec![Element::One(value)],
            keywords: Vec::new(),
        })),
        ty: Type::Object,
    }
}
