//! Expressions to HIR with their types.

use rustpython_ast::{self as ast};

use super::function::{Translated, Translator};
use super::names::{Symbol, resolve, resolve_expr};
use super::result_type::{binary_type, element_type, gives_bool, join, numeric};
use super::statement::binary_op;
use crate::hir::*;
use crate::types::Type;

/// C compilers take minutes over larger ones, which the interpreter makes as fast.
const LARGEST_DISPLAY: usize = 2_000;

impl Translator<'_> {
    /// An expression whose result goes where `expected` is claimed: an empty display takes its type from there.
    pub(super) fn expr_expecting(
        &mut self,
        expr: &ast::Expr,
        expected: Option<&Type>,
    ) -> Translated<Expr> {
        let mut value = self.expr(expr)?;
        if let Some(expected) = expected {
            let wanted = expected.without_none().unwrap_or_else(|| expected.clone());
            let same_kind = matches!(
                (&value.kind, &wanted),
                (ExprKind::List(_), Type::List(_))
                    | (ExprKind::Dict(_), Type::Dict(..))
                    | (ExprKind::Set(_), Type::Set(_))
            ) || matches!((&value.kind, &wanted), (ExprKind::Comprehension(inner), Type::List(_)) if inner.kind == ComprehensionKind::List)
                || matches!((&value.kind, &wanted), (ExprKind::Comprehension(inner), Type::Dict(..)) if inner.kind == ComprehensionKind::Dict);
            if same_kind {
                value.ty = wanted;
            }
        }
        Ok(value)
    }

    /// An expression.
    pub(super) fn expr(&mut self, expr: &ast::Expr) -> Translated<Expr> {
        let (span, place) = (self.span(expr), self.place(expr));
        let (kind, ty) = self.kind(expr)?;
        let made = Expr {
            kind,
            ty,
            span: place,
        };
        if place.start == span.start {
            return Ok(made);
        }
        let ty = made.ty.clone();
        let kind = ExprKind::Placed(Box::new(made));
        Ok(Expr { kind, ty, span })
    }

    pub(super) fn boxed(&mut self, expr: &ast::Expr) -> Translated<Box<Expr>> {
        self.expr(expr).map(Box::new)
    }

    fn elements(&mut self, exprs: &[ast::Expr]) -> Translated<(Vec<Element>, Type)> {
        let mut ty: Option<Type> = None;
        let mut elements = Vec::new();
        for each in exprs {
            let (element, item) = match each {
                ast::Expr::Starred(star) => {
                    let value = self.expr(&star.value)?;
                    let item = element_type(&value);
                    (Element::Star(value), item)
                }
                one => {
                    let value = self.expr(one)?;
                    let item = value.ty.clone();
                    (Element::One(value), item)
                }
            };
            ty = Some(ty.map_or_else(|| item.clone(), |known| join(&known, &item)));
            elements.push(element);
        }
        Ok((elements, ty.unwrap_or(Type::Object)))
    }

    fn kind(&mut self, expr: &ast::Expr) -> Translated<(ExprKind, Type)> {
        Ok(match expr {
            ast::Expr::NoneLiteral(_) => (ExprKind::None, Type::None),
            ast::Expr::BooleanLiteral(value) => (ExprKind::Bool(value.value), Type::Bool),
            ast::Expr::EllipsisLiteral(_) => (ExprKind::Ellipsis, Type::Object),
            ast::Expr::StringLiteral(text) => (
                ExprKind::Str(self.text(text.value.to_str(), expr)?),
                Type::Str,
            ),
            ast::Expr::BytesLiteral(bytes) => {
                (ExprKind::Bytes(bytes.value.bytes().collect()), Type::Bytes)
            }
            ast::Expr::NumberLiteral(number) => match &number.value {
                ast::Number::Int(value) => {
                    let text = value.to_string();
                    match decimal_digits(&text) {
                        Some(digits) => (ExprKind::Int(digits), Type::Int),
                        None => {
                            return Err(self.reason(
                                "it has an integer literal beyond 64 bits that is not decimal",
                                expr,
                            ));
                        }
                    }
                }
                ast::Number::Float(value) => (ExprKind::Float(*value), Type::Float),
                ast::Number::Complex { .. } => {
                    return Err(self.reason("it uses complex numbers", expr));
                }
            },
            ast::Expr::Name(name) => self.name(name)?,
            ast::Expr::Attribute(attribute) => self.attribute(attribute)?,
            ast::Expr::Subscript(subscript) => self.subscript(subscript)?,
            ast::Expr::BinOp(binary) => {
                let (left, right) = (self.boxed(&binary.left)?, self.boxed(&binary.right)?);
                let op = binary_op(binary.op);
                let ty = binary_type(op, &left.ty, &right);
                (ExprKind::Binary { op, left, right }, ty)
            }
            ast::Expr::UnaryOp(unary) => {
                let operand = self.boxed(&unary.operand)?;
                let (op, ty) = match unary.op {
                    ast::UnaryOp::Not => (UnaryOp::Not, Type::Bool),
                    ast::UnaryOp::USub => (UnaryOp::Negative, numeric(&operand.ty)),
                    ast::UnaryOp::UAdd => (UnaryOp::Positive, numeric(&operand.ty)),
                    ast::UnaryOp::Invert => (
                        UnaryOp::Invert,
                        if operand.ty == Type::Int {
                            Type::Int
                        } else {
                            Type::Object
                        },
                    ),
                };
                (ExprKind::Unary { op, operand }, ty)
            }
            ast::Expr::Compare(compare) => {
                let first = self.boxed(&compare.left)?;
                let mut rest = Vec::new();
                for (op, operand) in compare.ops.iter().zip(&compare.comparators) {
                    rest.push((compare_op(*op), self.expr(operand)?));
                }
                let mut left = &first.ty;
                let mut all_bool = true;
                for (op, right) in &rest {
                    all_bool &= gives_bool(*op, left, &right.ty);
                    left = &right.ty;
                }
                let ty = if all_bool { Type::Bool } else { Type::Object };
                (ExprKind::Compare { first, rest }, ty)
            }
            ast::Expr::BoolOp(operation) => self.bool_op(operation)?,
            ast::Expr::If(branch) => {
                let test = self.boxed(&branch.test)?;
                let (yes, no) = (
                    super::narrow::narrowings(self, &test, true),
                    super::narrow::narrowings(self, &test, false),
                );
                let before = self.narrowed.clone();
                self.narrowed.extend(yes);
                let body = self.boxed(&branch.body)?;
                self.narrowed = before.clone();
                self.narrowed.extend(no);
                let orelse = self.boxed(&branch.orelse)?;
                self.narrowed = before;
                let ty = join(&body.ty, &orelse.ty);
                (ExprKind::IfElse { test, body, orelse }, ty)
            }
            ast::Expr::Named(named) => {
                let value = self.boxed(&named.value)?;
                let ast::Expr::Name(name) = &*named.target else {
                    return Err(self.reason("it assigns to something unusual", expr));
                };
                let Some(target) = self.by_name.get(name.id.as_str()).copied() else {
                    return Err(self.reason("`:=` binds a global name", expr));
                };
                self.assigned(target, &value.ty);
                let ty = match self.shared.contains(&target) {
                    true => super::claims::opened(&value.ty),
                    false => value.ty.clone(),
                };
                (ExprKind::Walrus { target, value }, ty)
            }
            ast::Expr::List(ast::ExprList { elts, .. })
            | ast::Expr::Set(ast::ExprSet { elts, .. })
            | ast::Expr::Tuple(ast::ExprTuple { elts, .. })
                if elts.len() > LARGEST_DISPLAY =>
            {
                return Err(self.reason("it has a display of more than 2,000 items", expr));
            }
            ast::Expr::Dict(dict) if dict.items.len() > LARGEST_DISPLAY => {
                return Err(self.reason("it has a display of more than 2,000 items", expr));
            }
            ast::Expr::List(list) => {
                let (elements, item) = self.elements(&list.elts)?;
                (ExprKind::List(elements), Type::List(Box::new(item)))
            }
            ast::Expr::Set(set) => {
                let (elements, item) = self.elements(&set.elts)?;
                (ExprKind::Set(elements), Type::Set(Box::new(item)))
            }
            ast::Expr::Tuple(tuple) => {
                let (elements, item) = self.elements(&tuple.elts)?;
                let exact: Option<Vec<Type>> = elements
                    .iter()
                    .map(|each| match each {
                        Element::One(value) => Some(value.ty.clone()),
                        Element::Star(_) => None,
                    })
                    .collect();
                (
                    ExprKind::Tuple(elements),
                    exact.map_or(Type::TupleOf(Box::new(item)), Type::Tuple),
                )
            }
            ast::Expr::Dict(dict) => {
                let mut items = Vec::new();
                let (mut keys, mut values): (Option<Type>, Option<Type>) = (None, None);
                let note = |known: &mut Option<Type>, ty: &Type| {
                    *known = Some(
                        known
                            .take()
                            .map_or_else(|| ty.clone(), |known| join(&known, ty)),
                    );
                };
                for item in &dict.items {
                    let key = item.key.as_ref().map(|key| self.expr(key)).transpose()?;
                    let value = self.expr(&item.value)?;
                    note(&mut keys, key.as_ref().map_or(&Type::Object, |key| &key.ty));
                    note(
                        &mut values,
                        if key.is_some() {
                            &value.ty
                        } else {
                            &Type::Object
                        },
                    );
                    items.push((key, value));
                }
                let ty = Type::Dict(
                    Box::new(keys.unwrap_or(Type::Object)),
                    Box::new(values.unwrap_or(Type::Object)),
                );
                (ExprKind::Dict(items), ty)
            }
            ast::Expr::ListComp(each) => {
                self.comprehension(ComprehensionKind::List, &each.generators, &each.elt, None)?
            }
            ast::Expr::SetComp(each) => {
                self.comprehension(ComprehensionKind::Set, &each.generators, &each.elt, None)?
            }
            ast::Expr::DictComp(each) => self.comprehension(
                ComprehensionKind::Dict,
                &each.generators,
                &each.key,
                Some(&each.value),
            )?,
            ast::Expr::Generator(each) => (self.generator(each)?, Type::Object),
            ast::Expr::FString(fstring) => {
                let mut parts = Vec::new();
                for part in &fstring.value {
                    match part {
                        ast::FStringPart::Literal(text) => {
                            parts.push(FormatPart::Text(self.text(&text.value, text.range)?))
                        }
                        ast::FStringPart::FString(inner) => {
                            self.format_parts(&inner.elements, &mut parts)?
                        }
                    }
                }
                (ExprKind::Format(parts), Type::Str)
            }
            ast::Expr::Await(each) => {
                let value = self.boxed(&each.value)?;
                let native = match &value.kind {
                    ExprKind::Call(call) => match &call.callee {
                        Callee::Function { function, .. } | Callee::Method { function, .. } => {
                            let candidate = &self.tables.candidates[function.index()];
                            self.tables.def(candidate).is_async.then(|| {
                                if let Callee::Method { class, name, .. } = &call.callee {
                                    self.tables.claimed(*class, name, *function)
                                } else {
                                    self.tables.returns(*function)
                                }
                            })
                        }
                        _ => None,
                    },
                    _ => None,
                };
                (ExprKind::Await(value), native.unwrap_or(Type::Object))
            }
            ast::Expr::Call(call) => match self.bare_super(expr)? {
                Some(found) => found,
                None => {
                    let (kind, ty) = self.call(call)?;
                    if ty == Type::Object && self.makes_integer(&call.func) {
                        let ty = Type::Object;
                        let span = self.span(expr);
                        let made = Expr { kind, ty, span };
                        (ExprKind::Narrow(Box::new(made)), Type::Int)
                    } else {
                        (kind, ty)
                    }
                }
            },
            ast::Expr::Slice(slice) => {
                let [lower, upper, step] = self.slice_bounds(slice)?;
                (ExprKind::SliceObject { lower, upper, step }, Type::Object)
            }
            ast::Expr::Starred(_) => {
                return Err(self.reason("it unpacks in an unusual place", expr));
            }
            ast::Expr::Lambda(lambda) => (self.lambda(lambda)?, Type::Object),
            ast::Expr::Yield(each) => {
                let value = each.value.as_deref().map(|value| self.boxed(value));
                (ExprKind::Yield(value.transpose()?), Type::Object)
            }
            ast::Expr::YieldFrom(each) => {
                (ExprKind::YieldFrom(self.boxed(&each.value)?), Type::Object)
            }
            ast::Expr::TString(_) => return Err(self.reason("it uses a template string", expr)),
            ast::Expr::IpyEscapeCommand(_) => return Err(self.reason("it is not Python", expr)),
        })
    }

    fn name(&mut self, name: &ast::ExprName) -> Translated<(ExprKind, Type)> {
        if let Some(id) = self.by_name.get(name.id.as_str()).copied() {
            if id == super::comprehension::PENDING {
                let reason = "a comprehension reads a name that its next clause binds";
                return Err(self.reason(reason, name));
            }
            let ty = self.local_type(id);
            return Ok(match self.narrowed.get(&id) {
                Some(narrow) if *narrow != ty => {
                    let inner = Expr {
                        kind: ExprKind::Local(id),
                        ty,
                        span: self.span(name),
                    };
                    (ExprKind::Narrow(Box::new(inner)), narrow.clone())
                }
                _ => (ExprKind::Local(id), ty),
            });
        }
        if let Some(found) = self.own_class(&name.id) {
            return Ok(found);
        }
        let global = ExprKind::Global(name.id.to_string());
        Ok(match self.tables.variable(self.module, &name.id).0 {
            Some(claim) => {
                let inner = Expr {
                    kind: global,
                    ty: Type::Object,
                    span: self.span(name),
                };
                (ExprKind::Narrow(Box::new(inner)), claim)
            }
            None => (global, Type::Object),
        })
    }

    /// The type a class name stands for, in `isinstance`.
    pub(super) fn global_type(&self, name: &str) -> Option<Type> {
        match resolve(&self.tables.modules, self.module, name) {
            Some(Symbol::Class(module, at)) => match self.tables.class_type(module, at) {
                Type::Object => None,
                ty => Some(ty),
            },
            Some(_) => None,
            None => match name {
                "str" => Some(Type::Str),
                "list" => Some(Type::List(Box::new(Type::Object))),
                "dict" => Some(Type::Dict(Box::new(Type::Object), Box::new(Type::Object))),
                _ => None,
            },
        }
    }

    fn attribute(&mut self, attribute: &ast::ExprAttribute) -> Translated<(ExprKind, Type)> {
        if let Some(claimed) = self.module_variable(attribute)? {
            return Ok(claimed);
        }
        let object = match self.super_of_field(attribute)? {
            Some(classes) => Box::new(classes),
            None => self.boxed(&attribute.value)?,
        };
        let name = attribute.attr.to_string();
        if let Some((class, field)) = self.field_of(&object.ty, &name) {
            let ty = self.tables.native_classes[class.index()].fields[field.index()]
                .ty
                .clone();
            return Ok((
                ExprKind::Field {
                    object,
                    class,
                    field,
                },
                ty,
            ));
        }
        let ty = self.property_type(&object.ty, &name);
        Ok((ExprKind::Attribute { object, name }, ty))
    }

    /// `module.variable` with what the variable's annotation in that module claims.
    fn module_variable(
        &mut self,
        attribute: &ast::ExprAttribute,
    ) -> Translated<Option<(ExprKind, Type)>> {
        let Some((_, Symbol::Module(module))) = self.path(&attribute.value) else {
            return Ok(None);
        };
        let Some(claim) = self.tables.variable(module, &attribute.attr).0 else {
            return Ok(None);
        };
        let read = Expr {
            kind: ExprKind::Attribute {
                object: self.boxed(&attribute.value)?,
                name: attribute.attr.to_string(),
            },
            ty: Type::Object,
            span: self.attribute_place(self.span(attribute), attribute),
        };
        Ok(Some((ExprKind::Narrow(Box::new(read)), claim)))
    }

    /// Whether a call is `i64(value)` or of that family, which gives an int.
    fn makes_integer(&self, callee: &ast::Expr) -> bool {
        let local =
            matches!(callee, ast::Expr::Name(name) if self.by_name.contains_key(name.id.as_str()));
        let meant = resolve_expr(&self.tables.modules, self.module, callee);
        !local
            && matches!(meant, Some(Symbol::External(name)) if super::annotation::integer(&name).is_some())
    }

    fn slice_bounds(&mut self, slice: &ast::ExprSlice) -> Translated<[Option<Box<Expr>>; 3]> {
        let mut bound = |each: &Option<Box<ast::Expr>>| {
            each.as_deref().map(|each| self.boxed(each)).transpose()
        };
        Ok([
            bound(&slice.lower)?,
            bound(&slice.upper)?,
            bound(&slice.step)?,
        ])
    }

    fn subscript(&mut self, subscript: &ast::ExprSubscript) -> Translated<(ExprKind, Type)> {
        let object = self.boxed(&subscript.value)?;
        if let ast::Expr::Slice(slice) = &*subscript.slice {
            let [lower, upper, step] = self.slice_bounds(slice)?;
            let ty = match &object.ty {
                Type::Str | Type::Bytes | Type::List(_) | Type::TupleOf(_) => object.ty.clone(),
                _ => Type::Object,
            };
            return Ok((
                ExprKind::Slice {
                    object,
                    lower,
                    upper,
                    step,
                },
                ty,
            ));
        }
        let index = self.boxed(&subscript.slice)?;
        // Elements are claims: `lower` checks them as they are unboxed.
        let ty = match (&object.ty, &index.kind) {
            (Type::List(item) | Type::TupleOf(item), _) if index.ty == Type::Int => {
                (**item).clone()
            }
            (Type::Dict(_, value), _) => (**value).clone(),
            (Type::Str, _) if index.ty == Type::Int => Type::Str,
            (Type::Bytes, _) if index.ty == Type::Int => Type::Int,
            (Type::Tuple(items), ExprKind::Int(digits)) => digits
                .parse::<usize>()
                .ok()
                .and_then(|at| items.get(at))
                .cloned()
                .unwrap_or(Type::Object),
            _ => Type::Object,
        };
        Ok((ExprKind::Item { object, index }, ty))
    }

    fn bool_op(&mut self, operation: &ast::ExprBoolOp) -> Translated<(ExprKind, Type)> {
        let is_and = operation.op == ast::BoolOp::And;
        let before = self.narrowed.clone();
        let mut operands: Vec<Expr> = Vec::new();
        for each in &operation.values {
            let operand = self.expr(each)?;
            let facts = super::narrow::narrowings(self, &operand, is_and);
            self.narrowed.extend(facts);
            operands.push(operand);
        }
        self.narrowed = before;
        let last = operands.len() - 1;
        let mut ty: Option<Type> = None;
        for (at, operand) in operands.iter().enumerate() {
            // `x or default`: an `x` that is given back is not None.
            let each = match operand.ty.without_none() {
                Some(inner) if !is_and && at != last => inner,
                _ => operand.ty.clone(),
            };
            ty = Some(ty.map_or_else(|| each.clone(), |known| join(&known, &each)));
        }
        let ty = ty.unwrap_or(Type::Object);
        Ok((
            if is_and {
                ExprKind::And(operands)
            } else {
                ExprKind::Or(operands)
            },
            ty,
        ))
    }
}

fn compare_op(op: ast::CmpOp) -> CompareOp {
    match op {
        ast::CmpOp::Eq => CompareOp::Equal,
        ast::CmpOp::NotEq => CompareOp::NotEqual,
        ast::CmpOp::Lt => CompareOp::Less,
        ast::CmpOp::LtE => CompareOp::LessEqual,
        ast::CmpOp::Gt => CompareOp::Greater,
        ast::CmpOp::GtE => CompareOp::GreaterEqual,
        ast::CmpOp::Is => CompareOp::Is,
        ast::CmpOp::IsNot => CompareOp::IsNot,
        ast::CmpOp::In => CompareOp::In,
        ast::CmpOp::NotIn => CompareOp::NotIn,
    }
}

/// A literal's decimal digits; the parser keeps literals beyond 64 bits as they were written.
fn decimal_digits(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|each| *each != '_').collect();
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(digits)
}
