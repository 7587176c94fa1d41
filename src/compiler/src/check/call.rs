//! Calls: what is called as far as it is known, arguments, the type of the result.

use rustpython_ast::{self as ast};

use super::builtins;
use super::function::{Reason, Translated, Translator};
use super::names::{LONGEST, Symbol, resolve, resolve_expr, resolve_member};
use super::result_type::element_type;
use crate::hir::*;
use crate::library;
use crate::types::Type;

impl Translator<'_> {
    pub(super) fn call(&mut self, call: &ast::ExprCall) -> Translated<(ExprKind, Type)> {
        let (callee, result) = self.callee(call)?;
        let generator_consumer = match &callee {
            Callee::Builtin(name) => builtins::consumes_generator(name),
            Callee::BuiltinMethod { object, name } => object.ty == Type::Str && name == "join",
            _ => false,
        };
        let mut args = Vec::new();
        for each in &call.arguments.args {
            args.push(match each {
                ast::Expr::Generator(generator)
                    if generator_consumer
                        && call.arguments.args.len() == 1
                        && super::scope::can_be_inlined(generator) =>
                {
                    let (kind, ty) = self.comprehension(
                        ComprehensionKind::Generator,
                        &generator.generators,
                        &generator.elt,
                        None,
                    )?;
                    Element::One(Expr {
                        kind,
                        ty,
                        span: self.span(each),
                    })
                }
                ast::Expr::Starred(star) => Element::Star(self.expr(&star.value)?),
                one => Element::One(self.expr(one)?),
            });
        }
        let mut keywords = Vec::new();
        for keyword in &call.arguments.keywords {
            keywords.push((
                keyword.arg.as_ref().map(ToString::to_string),
                self.expr(&keyword.value)?,
            ));
        }
        let ty = match &callee {
            Callee::Builtin(name) => {
                let plain: Option<Vec<Type>> = args
                    .iter()
                    .map(|each| match each {
                        Element::One(value) => Some(value.ty.clone()),
                        Element::Star(_) => None,
                    })
                    .collect();
                match plain {
                    Some(types) => {
                        let types: Vec<Type> = match (&args[..], types) {
                            ([Element::One(only)], _)
                                if matches!(
                                    name.as_str(),
                                    "list" | "sorted" | "set" | "tuple" | "frozenset"
                                ) =>
                            {
                                vec![Type::List(Box::new(element_type(only)))]
                            }
                            (_, types) => types,
                        };
                        builtins::call(name, &types, !keywords.is_empty())
                    }
                    None => Type::Object,
                }
            }
            Callee::Library(path) => {
                let types: Vec<&Type> = args
                    .iter()
                    .filter_map(|each| match each {
                        Element::One(value) => Some(&value.ty),
                        Element::Star(_) => None,
                    })
                    .collect();
                library::find(&path.means)
                    .filter(|found| keywords.is_empty() && found.takes(&types))
                    .map_or(Type::Object, |found| found.result.clone())
            }
            // What comes from the others is in it, too.
            Callee::BuiltinMethod { object, name }
                if matches!(
                    name.as_str(),
                    "union" | "intersection" | "symmetric_difference"
                ) && !args.iter().all(|each| {
                    matches!((each, &object.ty), (Element::One(value), Type::Set(item)) if element_type(value) == **item)
                }) =>
            {
                Type::Set(Box::new(Type::Object))
            }
            _ => result,
        };
        Ok((
            ExprKind::Call(Box::new(Call {
                callee,
                args,
                keywords,
            })),
            ty,
        ))
    }

    fn callee(&mut self, call: &ast::ExprCall) -> Translated<(Callee, Type)> {
        if let Some(found) = self.super_callee(call) {
            return Ok(found);
        }
        if let Some(path) = self.library_path(&call.func) {
            return Ok((Callee::Library(path), Type::Object));
        }
        match &*call.func {
            ast::Expr::Name(name) if !self.by_name.contains_key(name.id.as_str()) => {
                if let Some(known) = self.callee_at_path(&call.func) {
                    return Ok(known);
                }
                let text = name.id.to_string();
                if builtins::is_builtin(&text)
                    && resolve(&self.tables.modules, self.module, &text).is_none()
                {
                    let given = call.arguments.args.len();
                    let explicit = match text.as_str() {
                        "super" => given == 2,
                        // Of an object, not of the function's own variables.
                        "vars" | "dir" => {
                            given == 1 && !matches!(call.arguments.args[0], ast::Expr::Starred(_))
                        }
                        _ => false,
                    };
                    if builtins::needs_frame(&text) && !explicit {
                        return Err(Reason {
                            reason: format!("it calls `{text}()`"),
                            at: self.span(name),
                        });
                    }
                    return Ok((Callee::Builtin(text), Type::Object));
                }
                Ok((Callee::Dynamic(self.expr(&call.func)?), Type::Object))
            }
            ast::Expr::Attribute(attribute) => {
                if let Some(known) = self.callee_at_path(&call.func) {
                    return Ok(known);
                }
                let object = match self.super_of_field(attribute)? {
                    Some(classes) => classes,
                    None => self.expr(&attribute.value)?,
                };
                let name = attribute.attr.to_string();
                if let Some((class, function, ty)) = self.method_called(&object.ty, &name) {
                    return Ok((
                        Callee::Method {
                            object,
                            class,
                            function,
                            name,
                        },
                        ty,
                    ));
                } else if let Some(ty) = builtins::method(&object.ty, &name) {
                    return Ok((Callee::BuiltinMethod { object, name }, ty));
                }
                // The attribute and the call have lines of their own.
                if !self.is_method_call(call) && self.place(&call.func) != self.span(&*call.func) {
                    return Ok((Callee::Dynamic(self.expr(&call.func)?), Type::Object));
                }
                Ok((Callee::Attribute { object, name }, Type::Object))
            }
            other => Ok((Callee::Dynamic(self.expr(other)?), Type::Object)),
        }
    }

    /// `sqrt` or `math.sqrt`, if those names are imports of the library's.
    fn library_path(&self, expr: &ast::Expr) -> Option<LibraryPath> {
        let head = match expr {
            ast::Expr::Attribute(attribute) => &*attribute.value,
            other => other,
        };
        let ast::Expr::Name(head) = head else {
            return None;
        };
        if self.by_name.contains_key(head.id.as_str()) {
            return None;
        }
        let Some(Symbol::External(means)) = resolve_expr(&self.tables.modules, self.module, expr)
        else {
            return None;
        };
        library::find(&means)?;
        let (module, name) = match expr {
            ast::Expr::Attribute(attribute) => {
                (Some(head.id.as_str().into()), attribute.attr.as_str())
            }
            _ => (None, head.id.as_str()),
        };
        Some(LibraryPath {
            module,
            name: name.into(),
            means: means.into(),
        })
    }

    /// The native function or class of the program that `f` or `module.f` means, with the type of the call.
    fn callee_at_path(&self, expr: &ast::Expr) -> Option<(Callee, Type)> {
        let (path, symbol) = self.path(expr)?;
        match symbol {
            Symbol::Function(module, at) => {
                let function = *self.tables.by_path.get(&(module, at, None))?;
                let def = self.tables.def(&self.tables.candidates[function.index()]);
                // A decorator may give back anything; a call of an `async def` gives a coroutine.
                let plain = def.decorator_list.iter().all(|each| {
                    super::routes::is_route_decorator(self.tables, module, &each.expression)
                });
                let ty = if def.is_async {
                    Type::Object
                } else {
                    self.tables.returns(function)
                };
                plain.then_some((Callee::Function { function, path }, ty))
            }
            Symbol::Class(module, at) => match self.tables.class_type(module, at) {
                Type::Class(class) => Some((Callee::Class { class, path }, Type::Class(class))),
                _ => None,
            },
            Symbol::Module(_) | Symbol::External(_) | Symbol::Variable => None,
        }
    }

    /// The way that `f`, `module.f` or `package.module.f` goes through the program's modules, and where it ends.
    pub(super) fn path(&self, expr: &ast::Expr) -> Option<(Path, Symbol)> {
        let (mut first, mut attributes) = (expr, Vec::new());
        while let ast::Expr::Attribute(attribute) = first {
            if attributes.len() == LONGEST {
                return None;
            }
            attributes.push(&attribute.attr);
            first = &attribute.value;
        }
        let ast::Expr::Name(name) = first else {
            return None;
        };
        if self.by_name.contains_key(name.id.as_str()) {
            return None;
        }
        let symbol = resolve(&self.tables.modules, self.module, &name.id)?;
        let first = (Path::of(&name.id), symbol);
        let mut attributes = attributes.into_iter().rev();
        attributes.try_fold(first, |(path, symbol), attribute| {
            let Symbol::Module(inner) = symbol else {
                return None;
            };
            let symbol = resolve_member(&self.tables.modules, inner, attribute)?;
            let mut through = path.through;
            through.push((path.name, super::module_id(inner)));
            let name = attribute.as_str().into();
            Some((Path { through, name }, symbol))
        })
    }
}
