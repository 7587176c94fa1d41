//! Containers that a function makes, as far as only it reaches them.
//!
//! What is in a list that a function makes is known as long as nothing but the function's own text puts something into it.
//! In: a translated body. Out: the locals whose containers other code may reach too, or which get members of another type:
//! nobody promises of them what an annotation would, so nothing may be claimed of what is in them. What holds: where the type
//! of a local says what its containers hold, either an annotation promises it or this module has found nothing else.

use std::collections::BTreeSet;

use super::Tables;
use super::annotation::annotation;
use super::builtins;
use super::result_type::{binary_type, element_type};
use crate::hir::*;
use crate::members::{constructor, derives};
use crate::types::Type;

/// Whether a type says what a container holds that can be changed.
pub fn claims(ty: &Type) -> bool {
    match ty {
        Type::List(item) | Type::Set(item) => **item != Type::Object,
        Type::Dict(key, value) => **key != Type::Object || **value != Type::Object,
        Type::Tuple(items) | Type::Union(items) => items.iter().any(claims),
        Type::TupleOf(item) | Type::FrozenSet(item) => claims(item),
        _ => false,
    }
}

/// The type without any claim about what is in containers that can be changed.
pub fn opened(ty: &Type) -> Type {
    let object = || Box::new(Type::Object);
    match ty {
        Type::List(_) => Type::List(object()),
        Type::Set(_) => Type::Set(object()),
        Type::Dict(..) => Type::Dict(object(), object()),
        Type::Tuple(items) => Type::Tuple(items.iter().map(opened).collect()),
        Type::TupleOf(item) => Type::TupleOf(Box::new(opened(item))),
        Type::FrozenSet(item) => Type::FrozenSet(Box::new(opened(item))),
        Type::Union(members) => Type::union(members.iter().map(opened)),
        other => other.clone(),
    }
}

/// Whether what is in a container is, or holds, a container of which something is claimed.
fn nests(ty: &Type) -> bool {
    match ty {
        Type::List(item) | Type::Set(item) | Type::FrozenSet(item) | Type::TupleOf(item) => {
            claims(item)
        }
        Type::Dict(_, value) => claims(value),
        Type::Tuple(items) => items.iter().any(claims),
        Type::Union(members) => members.iter().any(nests),
        _ => false,
    }
}

/// What becomes of a value.
#[derive(Clone, Copy, PartialEq)]
enum Use {
    /// It may go anywhere.
    Taken,
    /// It is looked at, and nobody keeps it.
    Looked,
    /// It leaves, and the function with it.
    Returned,
}

/// The locals of whose containers nothing may be claimed. `inferred` says of which an annotation promises nothing.
pub fn shared(
    tables: &Tables,
    locals: &[Local],
    inferred: impl Fn(LocalId) -> bool,
    body: &[Stmt],
) -> BTreeSet<LocalId> {
    let ids = || (0..locals.len() as u32).map(LocalId);
    let of_interest: BTreeSet<LocalId> = ids()
        .filter(|id| inferred(*id) && claims(&locals[id.index()].ty))
        .collect();
    let mut sharing = Sharing {
        tables,
        locals,
        own: BTreeSet::new(),
        found: BTreeSet::new(),
        names: Vec::new(),
        tries: 0,
    };
    if of_interest.is_empty() {
        return sharing.found;
    }
    sharing.own = made_here(&of_interest, body);
    // Inner functions have it, too.
    let cells = ids().filter(|id| locals[id.index()].cell);
    let cells: Vec<LocalId> = cells.collect();
    cells.into_iter().for_each(|id| sharing.mark(id));
    sharing.block(body);
    sharing.spread();
    sharing.found.retain(|id| sharing.own.contains(id));
    sharing.found
}

/// Of the locals in question those that ever get what is made here; the others have what somebody promised.
fn made_here(of_interest: &BTreeSet<LocalId>, body: &[Stmt]) -> BTreeSet<LocalId> {
    let mut own = BTreeSet::new();
    loop {
        let before = own.len();
        let mut note = |target: &Target, value: Option<&Expr>| {
            if value.is_none_or(|value| is_made_here(&own, value)) {
                let mut bound = Vec::new();
                bound_locals(target, &mut bound);
                own.extend(bound.into_iter().filter(|id| of_interest.contains(id)));
            }
        };
        each_statement(body, &mut |stmt| match &stmt.kind {
            StmtKind::Assign { targets, value } => {
                targets.iter().for_each(|target| note(target, Some(value)));
            }
            StmtKind::AugAssign { target, .. } => note(target, None),
            StmtKind::For { target, iter, .. } => note(target, Some(iter)),
            StmtKind::With { items, .. } => {
                items
                    .iter()
                    .filter_map(|each| each.target.as_ref())
                    .for_each(|each| note(each, None));
            }
            StmtKind::Match { cases, .. } => {
                cases
                    .iter()
                    .flat_map(|case| case.pattern.captures())
                    .for_each(|each| note(each, None));
            }
            _ => {}
        });
        each_expression(body, &mut |expr| each_binding(expr, &mut note));
        if own.len() == before {
            return own;
        }
    }
}

/// The bindings inside an expression: `:=` and the targets of comprehensions.
fn each_binding(expr: &Expr, note: &mut impl FnMut(&Target, Option<&Expr>)) {
    match &expr.kind {
        ExprKind::Walrus { target, value } => note(&Target::Local(*target), Some(value)),
        ExprKind::Comprehension(inner) => {
            inner
                .clauses
                .iter()
                .for_each(|each| note(&each.target, Some(&each.iter)));
        }
        _ => {}
    }
    each_child(expr, &mut |child| each_binding(child, note));
}

fn bound_locals(target: &Target, found: &mut Vec<LocalId>) {
    match target {
        Target::Local(id) => found.push(*id),
        Target::Unpack {
            before,
            star,
            after,
            ..
        } => {
            before
                .iter()
                .chain(star.as_deref())
                .chain(after)
                .for_each(|each| bound_locals(each, found));
        }
        Target::Global(..)
        | Target::Field { .. }
        | Target::Attribute { .. }
        | Target::Item { .. } => {}
    }
}

/// Whether what is claimed of a value is only known from this function's text.
fn is_made_here(own: &BTreeSet<LocalId>, value: &Expr) -> bool {
    let inner = |value: &Expr| is_made_here(own, value);
    match &value.kind {
        ExprKind::Local(id) => own.contains(id),
        ExprKind::Placed(value) | ExprKind::Narrow(value) | ExprKind::Walrus { value, .. } => {
            inner(value)
        }
        ExprKind::Item { object, .. } => inner(object),
        ExprKind::And(all) | ExprKind::Or(all) => all.iter().any(inner),
        ExprKind::IfElse { body, orelse, .. } => inner(body) || inner(orelse),
        ExprKind::Field { .. }
        | ExprKind::Attribute { .. }
        | ExprKind::Await(_)
        | ExprKind::Global(_) => false,
        ExprKind::Call(call) => !matches!(
            call.callee,
            Callee::Function { .. }
                | Callee::Class { .. }
                | Callee::Method { .. }
                | Callee::SuperMethod { .. }
        ),
        _ => true,
    }
}

struct Sharing<'a> {
    tables: &'a Tables,
    locals: &'a [Local],
    /// Locals with what is made here.
    own: BTreeSet<LocalId>,
    found: BTreeSet<LocalId>,
    /// Pairs of locals that are names of one container.
    names: Vec<(LocalId, LocalId)>,
    /// How many `try` and `with` statements are around.
    tries: u32,
}

impl Sharing<'_> {
    fn mark(&mut self, id: LocalId) {
        self.found.insert(id);
    }

    /// Marks the locals of a target that gets what something else has, too.
    fn mark_target(&mut self, target: &Target) {
        let mut bound = Vec::new();
        bound_locals(target, &mut bound);
        bound.into_iter().for_each(|id| self.mark(id));
    }

    fn block(&mut self, body: &[Stmt]) {
        body.iter().for_each(|stmt| self.statement(stmt));
    }

    fn statement(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Expr(value) => self.value(value, Use::Looked),
            StmtKind::Assign { targets, value } => match &targets[..] {
                [target] => self.assigned(target, value),
                several => {
                    self.value(value, Use::Taken);
                    for target in several {
                        self.target(target, &value.ty, Some(value));
                        self.mark_target(target);
                    }
                }
            },
            StmtKind::AugAssign { target, op, value } => self.augmented(target, *op, value),
            StmtKind::If { test, body, orelse } | StmtKind::While { test, body, orelse } => {
                self.value(test, Use::Looked);
                self.block(body);
                self.block(orelse);
            }
            StmtKind::For {
                target,
                iter,
                body,
                orelse,
                ..
            } => {
                self.iterated(iter);
                self.target(target, &element_type(iter), None);
                self.block(body);
                self.block(orelse);
            }
            StmtKind::Return(value) => {
                let leaves = if self.tries == 0 {
                    Use::Returned
                } else {
                    Use::Taken
                };
                value.iter().for_each(|value| self.value(value, leaves));
            }
            StmtKind::Raise { exception, cause } => {
                exception
                    .iter()
                    .chain(cause)
                    .for_each(|value| self.value(value, Use::Taken));
            }
            StmtKind::Try {
                body,
                handlers,
                orelse,
                finally,
            } => {
                self.tries += 1;
                self.block(body);
                for handler in handlers {
                    handler
                        .matches
                        .iter()
                        .for_each(|value| self.value(value, Use::Taken));
                    self.block(&handler.body);
                }
                self.block(orelse);
                self.tries -= 1;
                self.block(finally);
            }
            StmtKind::With { items, body, .. } => {
                for item in items {
                    self.value(&item.context, Use::Taken);
                    item.target
                        .iter()
                        .for_each(|target| self.target(target, &Type::Object, None));
                }
                self.tries += 1;
                self.block(body);
                self.tries -= 1;
            }
            StmtKind::Match { subject, cases } => {
                self.value(subject, Use::Taken);
                for case in cases {
                    case.pattern
                        .each_expression(&mut |value| self.value(value, Use::Taken));
                    case.guard
                        .iter()
                        .for_each(|guard| self.value(guard, Use::Looked));
                    self.block(&case.body);
                }
            }
            StmtKind::Assert { test, message, .. } => {
                self.value(test, Use::Looked);
                message
                    .iter()
                    .for_each(|value| self.value(value, Use::Taken));
            }
            StmtKind::Delete(targets) => {
                for target in targets {
                    match target {
                        Target::Item { object, index, .. } => {
                            self.value(object, Use::Looked);
                            self.value(index, Use::Taken);
                        }
                        other => self.target(other, &Type::Object, None),
                    }
                }
            }
            StmtKind::Break | StmtKind::Continue | StmtKind::Pass => {}
        }
    }

    fn assigned(&mut self, target: &Target, value: &Expr) {
        if let (Target::Local(to), ExprKind::Local(from)) = (target, &value.kind)
            && self.locals[to.index()].ty == value.ty
        {
            self.names.push((*to, *from));
            return;
        }
        if let (
            Target::Unpack {
                before,
                star: None,
                after,
                ..
            },
            ExprKind::Tuple(all),
        ) = (target, &value.kind)
            && after.is_empty()
            && before.len() == all.len()
        {
            let pairs = before.iter().zip(all);
            return pairs.for_each(|(target, each)| match each {
                Element::One(value) => self.assigned(target, value),
                Element::Star(value) => self.value(value, Use::Taken),
            });
        }
        let promised = self.promises(target, &value.ty);
        self.value(value, if promised { Use::Looked } else { Use::Taken });
        self.target(target, &value.ty, Some(value));
    }

    /// What holds for one name of a container holds for all.
    fn spread(&mut self) {
        loop {
            let before = self.found.len();
            for (one, other) in self.names.clone() {
                if self.found.contains(&one) || self.found.contains(&other) {
                    self.mark(one);
                    self.mark(other);
                }
            }
            if self.found.len() == before {
                return;
            }
        }
    }

    /// Whether what a target is declared to hold is what it gets.
    fn promises(&self, target: &Target, ty: &Type) -> bool {
        match target {
            Target::Field { class, field, .. } => {
                self.tables.native_classes[class.index()].fields[field.index()].ty == *ty
            }
            Target::Item { object, .. } => {
                !is_made_here(&self.own, object) && item_claim(&object.ty) == Some(ty)
            }
            _ => false,
        }
    }

    /// What is evaluated and changed where something is assigned; `value` if it is known as a whole.
    fn target(&mut self, target: &Target, ty: &Type, value: Option<&Expr>) {
        match target {
            Target::Local(_) | Target::Global(..) => {}
            Target::Field { object, .. } | Target::Attribute { object, .. } => {
                self.value(object, Use::Taken)
            }
            Target::Item { object, index, .. } => {
                self.value(index, Use::Taken);
                let fits = match &object.ty {
                    Type::Dict(key, value) => self.fits(key, &index.ty) && self.fits(value, ty),
                    Type::List(item) if index.ty == Type::Int => self.fits(item, ty),
                    // A part of it gets all that is in the value.
                    Type::List(item) => {
                        value.is_some_and(|value| self.fits(item, &element_type(value)))
                    }
                    _ => true,
                };
                self.changed(object, fits);
            }
            Target::Unpack {
                before,
                star,
                after,
                ..
            } => {
                let each = |at: usize| match ty {
                    Type::Tuple(items) if star.is_none() => {
                        items.get(at).cloned().unwrap_or(Type::Object)
                    }
                    Type::Tuple(_) => Type::Object,
                    other => builtins::element(other),
                };
                for (at, inner) in before.iter().enumerate() {
                    self.target(inner, &each(at), None);
                }
                for inner in star.as_deref().into_iter().chain(after) {
                    self.target(inner, &Type::Object, None);
                }
            }
        }
    }

    fn augmented(&mut self, target: &Target, op: BinOp, value: &Expr) {
        let in_place = |ty: &Type| match (ty, op) {
            (Type::List(item), BinOp::Add) => self.fits(item, &element_type(value)),
            (Type::List(_), BinOp::Mul) => true,
            (Type::Set(item), BinOp::BitOr | BinOp::BitXor) => {
                self.fits(item, &element_type(value))
            }
            (Type::Set(_), BinOp::BitAnd | BinOp::Sub) => true,
            (ty, _) => !claims(ty),
        };
        match target {
            Target::Local(id) => {
                let fits = in_place(&self.locals[id.index()].ty);
                self.iterated(value);
                if !fits {
                    self.mark(*id);
                }
            }
            Target::Item { object, index, .. } => {
                let fits = match (&object.ty, item_claim(&object.ty)) {
                    (Type::Tuple(_) | Type::TupleOf(_), _) | (_, None) => true,
                    (_, Some(item)) if claims(item) => in_place(item),
                    (_, Some(item)) => self.fits(item, &binary_type(op, item, value)),
                };
                self.iterated(value);
                self.value(index, Use::Taken);
                self.changed(object, fits);
            }
            other => {
                self.value(value, Use::Taken);
                self.target(other, &Type::Object, None);
            }
        }
    }

    /// A container that gets something: of the type that it claims to hold, or of another.
    fn changed(&mut self, object: &Expr, fits: bool) {
        self.value(object, if fits { Use::Looked } else { Use::Taken });
    }

    /// A value all of whose items are read.
    fn iterated(&mut self, value: &Expr) {
        self.value(
            value,
            if nests(&value.ty) {
                Use::Taken
            } else {
                Use::Looked
            },
        );
    }

    fn value(&mut self, value: &Expr, how: Use) {
        let inside = if how == Use::Returned {
            how
        } else {
            Use::Taken
        };
        match &value.kind {
            ExprKind::Local(id) if how == Use::Taken => self.mark(*id),
            ExprKind::Placed(inner) | ExprKind::Narrow(inner) => self.value(inner, how),
            ExprKind::Walrus { target, value } => {
                self.value(value, Use::Taken);
                if how == Use::Taken {
                    self.mark(*target);
                }
            }
            ExprKind::Item { object, index } => {
                self.value(object, if claims(&value.ty) { how } else { Use::Looked });
                self.value(index, Use::Taken);
            }
            ExprKind::Slice { object, .. } => {
                self.value(object, if nests(&object.ty) { how } else { Use::Looked });
                let bounds = |visit: &mut dyn FnMut(&Expr)| {
                    let mut first = true;
                    each_child(value, &mut |child| {
                        if !std::mem::take(&mut first) {
                            visit(child)
                        }
                    });
                };
                bounds(&mut |bound| self.value(bound, Use::Taken));
            }
            ExprKind::Call(call) => self.call(call, how),
            ExprKind::Binary { left, right, .. } => {
                for (one, other) in [(left, right), (right, left)] {
                    // Another object's method may be what does the operation.
                    let foreign =
                        matches!(other.ty, Type::Object | Type::Class(_) | Type::Union(_));
                    let used = if foreign { Use::Taken } else { Use::Looked };
                    self.value(one, if nests(&one.ty) { Use::Taken } else { used });
                }
            }
            ExprKind::And(all) | ExprKind::Or(all) => {
                all.iter().for_each(|each| self.value(each, how))
            }
            ExprKind::IfElse { test, body, orelse } => {
                self.value(test, Use::Looked);
                self.value(body, how);
                self.value(orelse, how);
            }
            ExprKind::List(all) | ExprKind::Tuple(all) | ExprKind::Set(all) => {
                all.iter().for_each(|each| match each {
                    Element::One(each) => self.value(each, inside),
                    Element::Star(each) => self.iterated(each),
                });
            }
            ExprKind::Dict(all) => {
                for (key, each) in all {
                    key.iter().for_each(|key| self.value(key, inside));
                    match key {
                        Some(_) => self.value(each, inside),
                        None => self.iterated(each),
                    }
                }
            }
            ExprKind::Comprehension(inner) => {
                for clause in &inner.clauses {
                    self.iterated(&clause.iter);
                    self.target(&clause.target, &element_type(&clause.iter), None);
                    clause
                        .tests
                        .iter()
                        .for_each(|test| self.value(test, Use::Looked));
                }
                self.value(&inner.element, inside);
                inner.value.iter().for_each(|each| self.value(each, inside));
            }
            ExprKind::Iterator { value, .. } | ExprKind::YieldFrom(value) => self.iterated(value),
            ExprKind::Compare { .. } | ExprKind::Format(_) | ExprKind::Unary { .. } => {
                each_child(value, &mut |child| self.value(child, Use::Looked));
            }
            _ => each_child(value, &mut |child| self.value(child, Use::Taken)),
        }
    }

    fn call(&mut self, call: &Call, how: Use) {
        match &call.callee {
            Callee::Builtin(name) if LOOKING.contains(&name.as_str()) => {
                let keeps = GIVING.contains(&name.as_str());
                for each in &call.args {
                    match each {
                        Element::One(value) if keeps => self.iterated(value),
                        Element::One(value) => self.value(value, Use::Looked),
                        Element::Star(value) => self.value(value, Use::Taken),
                    }
                }
                call.keywords
                    .iter()
                    .for_each(|(_, value)| self.value(value, Use::Taken));
            }
            Callee::BuiltinMethod { object, name } => self.method(object, name, call, how),
            Callee::Function { function, .. } | Callee::Method { function, .. } => {
                if let Callee::Method { object, .. } = &call.callee {
                    self.value(object, Use::Taken);
                }
                let kind = self.tables.candidates[function.index()].kind;
                let bound = !matches!(kind, FunctionKind::Plain | FunctionKind::Static(_));
                self.arguments(call, &|all, wanted| all.parameter(*function, wanted, bound));
            }
            Callee::Class { class, .. } => {
                let made_by = constructor(&self.tables.native_classes, *class);
                self.arguments(call, &|all, wanted| match made_by {
                    Some(function) => all.parameter(function, wanted, true),
                    None => all.field(*class, wanted),
                });
            }
            Callee::Library(_) => self.arguments(call, &|_, _| None),
            Callee::Attribute { object, .. } | Callee::Dynamic(object) => {
                self.value(object, Use::Taken);
                self.arguments(call, &|_, _| None);
            }
            Callee::SuperMethod { .. } | Callee::Builtin(_) => self.arguments(call, &|_, _| None),
        }
    }

    /// Arguments: what a parameter claims of them in the same words stays true of them.
    fn arguments(&mut self, call: &Call, claimed: &dyn Fn(&Self, Wanted<'_>) -> Option<Type>) {
        for (at, each) in call.args.iter().enumerate() {
            match each {
                Element::One(value) => self.argument(value, claimed, Wanted::At(at)),
                Element::Star(value) => self.iterated(value),
            }
        }
        for (name, value) in &call.keywords {
            match name {
                Some(name) => self.argument(value, claimed, Wanted::Named(name)),
                None => self.iterated(value),
            }
        }
    }

    fn argument(
        &mut self,
        value: &Expr,
        claimed: &dyn Fn(&Self, Wanted<'_>) -> Option<Type>,
        wanted: Wanted<'_>,
    ) {
        let promised = claims(&value.ty) && claimed(self, wanted).as_ref() == Some(&value.ty);
        self.value(value, if promised { Use::Looked } else { Use::Taken });
    }

    /// What the annotation of a function's parameter claims; `bound`: the first is not among the arguments.
    fn parameter(&self, function: FunctionId, wanted: Wanted<'_>, bound: bool) -> Option<Type> {
        let candidate = &self.tables.candidates[function.index()];
        let parameters = &self.tables.def(candidate).parameters;
        let mut positional = parameters.posonlyargs.iter().chain(&parameters.args);
        let found = match wanted {
            Wanted::At(at) => positional.nth(at + usize::from(bound)),
            Wanted::Named(name) => parameters
                .iter_non_variadic_params()
                .find(|each| each.parameter.name.as_str() == name),
        }?;
        let claim = found.parameter.annotation.as_deref()?;
        Some(annotation(self.tables, candidate.module, claim))
    }

    /// What the field claims that the constructor of a data class fills.
    fn field(&self, class: ClassId, wanted: Wanted<'_>) -> Option<Type> {
        let class = &self.tables.native_classes[class.index()];
        let mut filled = class
            .fields
            .iter()
            .filter(|each| each.default != FieldDefault::NotInInit);
        let found = match wanted {
            // Which come by position is not said when some come by name alone.
            Wanted::At(_) => None,
            Wanted::Named(name) => filled.find(|each| each.name == name),
        }?;
        class.dataclass?;
        Some(found.ty.clone())
    }

    fn method(&mut self, object: &Expr, name: &str, call: &Call, how: Use) {
        let args: Vec<&Expr> = call
            .args
            .iter()
            .filter_map(|each| match each {
                Element::One(value) => Some(value),
                Element::Star(_) => None,
            })
            .collect();
        let plain = args.len() == call.args.len() && call.keywords.is_empty();
        let items = |item: &Type| args.iter().all(|each| self.fits(item, &element_type(each)));
        let fits = match (&object.ty, name) {
            (Type::List(item), "append" | "insert") | (Type::Set(item), "add") => {
                plain && args.last().is_some_and(|each| self.fits(item, &each.ty))
            }
            (Type::List(item), "extend") | (Type::Set(item), "update") => plain && items(item),
            (Type::Dict(key, value), "update") => {
                let same = |ty: &Type| matches!(ty, Type::Dict(k, v) if self.fits(key, k) && self.fits(value, v));
                plain && args.iter().all(|each| same(&each.ty))
            }
            (Type::Dict(key, value), "setdefault") => {
                plain
                    && matches!(args[..], [k, v] if self.fits(key, &k.ty) && self.fits(value, &v.ty))
            }
            (Type::Set(item), "union" | "symmetric_difference") => plain && items(item),
            _ => true,
        };
        let gives = !matches!(
            name,
            "append"
                | "insert"
                | "add"
                | "extend"
                | "update"
                | "remove"
                | "discard"
                | "clear"
                | "reverse"
                | "index"
                | "count"
                | "keys"
        );
        match gives && nests(&object.ty) {
            true => self.value(object, if fits { how } else { Use::Taken }),
            false => self.changed(object, fits),
        }
        let reads_all = matches!(
            (&object.ty, name),
            (Type::List(_), "extend")
                | (Type::Str | Type::Bytes, "join")
                | (Type::Set(_) | Type::Dict(..), "update")
        ) || matches!(
            (&object.ty, name),
            (
                Type::Set(_),
                "union"
                    | "intersection"
                    | "difference"
                    | "symmetric_difference"
                    | "issubset"
                    | "issuperset"
                    | "isdisjoint"
            )
        );
        let promised = item_claim(&object.ty)
            .filter(|_| !is_made_here(&self.own, object))
            .cloned();
        for each in &call.args {
            match each {
                Element::One(value) if reads_all => self.iterated(value),
                Element::One(value) if promised.as_ref() == Some(&value.ty) => {
                    self.value(value, Use::Looked)
                }
                Element::One(value) => self.value(value, Use::Taken),
                Element::Star(value) => self.iterated(value),
            }
        }
        call.keywords
            .iter()
            .for_each(|(_, value)| self.value(value, Use::Taken));
    }

    /// Whether a value of a type may be put where another is claimed and nothing that is read there is other than claimed.
    fn fits(&self, claim: &Type, ty: &Type) -> bool {
        match (claim, ty) {
            (Type::Object, _) => true,
            (claim, Type::Union(members)) => {
                claim == ty || members.iter().all(|each| self.fits(claim, each))
            }
            (Type::Union(members), ty) => members.iter().any(|each| self.fits(each, ty)),
            (Type::Class(base), Type::Class(class)) => {
                derives(&self.tables.native_classes, *class, *base)
            }
            (claim, ty) => claim == ty,
        }
    }
}

/// An argument by its place or its name.
#[derive(Clone, Copy)]
enum Wanted<'n> {
    At(usize),
    Named(&'n str),
}

/// What a container claims of what is put into it.
fn item_claim(ty: &Type) -> Option<&Type> {
    match ty {
        Type::List(item) | Type::Set(item) => Some(item),
        Type::Dict(_, value) => Some(value),
        _ => None,
    }
}

/// Built-in functions that keep nothing of their arguments.
const LOOKING: [&str; 26] = [
    "all",
    "any",
    "bool",
    "dict",
    "enumerate",
    "filter",
    "frozenset",
    "hash",
    "id",
    "isinstance",
    "iter",
    "len",
    "list",
    "map",
    "max",
    "min",
    "print",
    "range",
    "repr",
    "reversed",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
    "zip",
];

/// Those of them that give what is in their arguments.
const GIVING: [&str; 15] = [
    "dict",
    "enumerate",
    "filter",
    "frozenset",
    "iter",
    "list",
    "map",
    "max",
    "min",
    "reversed",
    "set",
    "sorted",
    "sum",
    "tuple",
    "zip",
];
