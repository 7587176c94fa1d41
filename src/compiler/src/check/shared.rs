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
use super::claims::{claims, holds_foreign, is_foreign, may_nest, nests};
use super::looking::{GIVING, LOOKING, is_of_builtins, ones};
use super::made_here::{bound_locals, is_made_here, made_here};
use super::result_type::{binary_type, element_type};
use crate::hir::*;
use crate::members::{constructor, derived, derives, method};
use crate::types::Type;

/// Whether one container may be in several places of a value: `[[0]] * 2`.
fn repeats(value: &Expr) -> bool {
    let mut found =
        matches!(&value.kind, ExprKind::Binary { op: BinOp::Mul, .. } if may_nest(&value.ty));
    each_child(value, &mut |child| found |= repeats(child));
    found
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
                self.unpacked(target, iter);
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
                    // Several of its names may be names of one container.
                    if is_made_here(&self.own, subject) {
                        let captured = case.pattern.captures();
                        captured.into_iter().for_each(|each| self.mark_target(each));
                    }
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
            && let Some(all) = ones(all)
        {
            let pairs = before.iter().zip(all);
            return pairs.for_each(|(target, value)| self.assigned(target, value));
        }
        let promised = self.promises(target, &value.ty);
        self.value(value, if promised { Use::Looked } else { Use::Taken });
        self.target(target, &value.ty, Some(value));
        self.unpacked(target, value);
    }

    /// Several names may get one and the same.
    fn unpacked(&mut self, target: &Target, value: &Expr) {
        if matches!(target, Target::Unpack { .. }) && repeats(value) {
            self.mark_target(target);
        }
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
                    Type::List(item) => {
                        // A part of it gets all that is in the value.
                        let all_fit =
                            || value.is_some_and(|value| self.fits(item, &element_type(value)));
                        match index.ty {
                            Type::Int => self.fits(item, ty),
                            _ if is_slice(index) => all_fit(),
                            _ => self.fits(item, ty) && all_fit(),
                        }
                    }
                    // It may be a part of a container, whatever it is.
                    _ => false,
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
                let one_fits = || match item_claim(&object.ty) {
                    None => false,
                    Some(item) if claims(item) => in_place(item),
                    Some(item) => self.fits(item, &binary_type(op, item, value)),
                };
                let fits = match (&object.ty, &index.ty) {
                    (Type::List(_), ty) if *ty != Type::Int => {
                        in_place(&object.ty) && (is_slice(index) || one_fits())
                    }
                    _ => one_fits(),
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
            if may_nest(&value.ty) {
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
                let is_part = claims(&value.ty) || (value.ty == Type::Object && nests(&object.ty));
                self.value(object, if is_part { how } else { Use::Looked });
                self.value(index, Use::Taken);
            }
            ExprKind::Slice { object, .. } => {
                self.value(
                    object,
                    if may_nest(&object.ty) {
                        how
                    } else {
                        Use::Looked
                    },
                );
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
                    let used = if is_foreign(&other.ty) || may_nest(&one.ty) {
                        Use::Taken
                    } else {
                        Use::Looked
                    };
                    self.value(one, used);
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
                    self.unpacked(&clause.target, &clause.iter);
                    clause
                        .tests
                        .iter()
                        .for_each(|test| self.value(test, Use::Looked));
                }
                self.value(&inner.element, inside);
                inner.value.iter().for_each(|each| self.value(each, inside));
            }
            ExprKind::Iterator { value, .. } | ExprKind::YieldFrom(value) => self.iterated(value),
            ExprKind::Compare { first, rest } => self.compared(first, rest),
            ExprKind::Format(_) | ExprKind::Unary { .. } => {
                each_child(value, &mut |child| self.value(child, Use::Looked));
            }
            _ => each_child(value, &mut |child| self.value(child, Use::Taken)),
        }
    }

    /// Operands of comparisons; another one's method may be what does it.
    fn compared(&mut self, first: &Expr, rest: &[(CompareOp, Expr)]) {
        let mut used = vec![Use::Looked; rest.len() + 1];
        let mut left = first;
        for (at, (op, right)) in rest.iter().enumerate() {
            for (place, one, other) in [(at, left, right), (at + 1, right, left)] {
                let given = match op {
                    CompareOp::Is | CompareOp::IsNot => false,
                    // What is in a container is compared with what is looked for.
                    CompareOp::In | CompareOp::NotIn if place > at => {
                        nests(&one.ty) && holds_foreign(&other.ty)
                    }
                    _ => {
                        is_foreign(&other.ty)
                            || ((nests(&one.ty) || matches!(op, CompareOp::In | CompareOp::NotIn))
                                && holds_foreign(&other.ty))
                    }
                };
                if given {
                    used[place] = Use::Taken;
                }
            }
            left = right;
        }
        let all = std::iter::once(first).chain(rest.iter().map(|(_, each)| each));
        all.zip(used).for_each(|(each, how)| self.value(each, how));
    }

    fn call(&mut self, call: &Call, how: Use) {
        match &call.callee {
            Callee::Builtin(name)
                if call.args.len() > 1
                    && matches!(name.as_str(), "iter" | "max" | "min" | "sum") =>
            {
                // What they give may be an argument itself.
                self.arguments(call, &|_, _| None);
            }
            Callee::Builtin(name) if name == "isinstance" && !is_of_builtins(call) => {
                // Its class may have a say.
                self.arguments(call, &|_, _| None);
            }
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
                // What a class below has under the name may say something else of its parameters.
                let is_final = match &call.callee {
                    Callee::Method { class, name, .. } => self.is_final(*class, name),
                    _ => true,
                };
                self.arguments(call, &|all, wanted| {
                    let claimed = all.parameter(*function, wanted, bound);
                    claimed.filter(|_| is_final)
                });
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
        let mut is_known = true;
        for (at, each) in call.args.iter().enumerate() {
            is_known &= matches!(each, Element::One(_));
            match each {
                // Behind a starred one its place is not known.
                Element::One(value) if !is_known => self.value(value, Use::Taken),
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

    /// Whether a method is the same for all classes below.
    fn is_final(&self, class: ClassId, name: &str) -> bool {
        let classes = &self.tables.native_classes;
        let found = method(classes, class, name);
        let mut below = derived(classes, class).into_iter();
        below.all(|each| method(classes, each, name) == found)
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
            // They are compared with what is in it.
            (Type::List(item), "index" | "count" | "remove") => {
                !claims(item) || !args.iter().any(|each| holds_foreign(&each.ty))
            }
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
            .filter(|_| matches!(name, "append" | "insert" | "add"))
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

/// Whether an index is certainly a slice.
fn is_slice(index: &Expr) -> bool {
    matches!(index.kind, ExprKind::SliceObject { .. })
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
