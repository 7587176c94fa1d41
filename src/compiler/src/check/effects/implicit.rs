//! What runs without a call in the source: special methods of operands, properties, constructors.
//!
//! In: expressions and statements of a function. Out: calls and reasons in `Found`. What holds: where an operand is known
//! or likely to be of a class, the methods of that class and of those below it count; where nothing is known of it, those
//! of that name in all classes of the program; values of built-in types run nothing.

use super::super::operations::{self as asks, Asked};
use super::super::specials::{Member, class_of};
use super::*;

impl Found<'_> {
    /// One of the members runs, which one is not known.
    fn run<'m>(&mut self, members: impl IntoIterator<Item = &'m Member>) {
        for member in members {
            match member.function {
                Some(function) => {
                    self.calls.push(function.index());
                }
                None => self.note(format!(
                    "it may run `{}`, which stays interpreted",
                    member.qualname
                )),
            }
        }
    }

    /// What a name means in an object, if it is of a class or nothing is known of it.
    fn members(&self, ty: &Type, name: &str) -> Vec<&Member> {
        let specials = self.specials;
        match (ty, class_of(self.tables, ty)) {
            (_, Some(class)) => specials.in_class(class, name),
            (Type::Object, None) => specials.anywhere(name).collect(),
            (Type::Union(members), None) => members
                .iter()
                .flat_map(|member| self.members(member, name))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// A method that is called by a name which is usually one of a built-in type's.
    pub(super) fn named(&mut self, ty: &Type, name: &str) {
        let found: Vec<Member> = self.members(ty, name).into_iter().cloned().collect();
        self.run(&found);
    }

    /// An attribute is read.
    pub(super) fn read(&mut self, object: &Expr, name: &str) {
        if self.is_module(object) {
            return;
        }
        let ty = self.likely(object);
        self.method_called(&ty, name);
        let found = self.members(&ty, name).into_iter();
        let mut found: Vec<Member> = found.filter(|each| each.is_property).cloned().collect();
        for hook in ["__getattr__", "__getattribute__"] {
            found.extend(self.members(&ty, hook).into_iter().cloned());
        }
        self.run(&found);
    }

    /// An attribute is assigned or deleted.
    fn write(&mut self, object: &Expr, name: &str) {
        let ty = self.likely(object);
        self.named(&ty, &format!("{name}="));
        self.named(&ty, "__setattr__");
        self.named(&ty, "__delattr__");
    }

    /// An object of a class is made.
    pub(super) fn construct(&mut self, class: (usize, usize)) {
        for name in ["__new__", "__init__", "__post_init__"] {
            let found: Vec<Member> = self.specials.of_class(class, name).to_vec();
            self.run(&found);
        }
    }

    pub(super) fn is_super(&self, callee: &Expr) -> bool {
        matches!(&callee.kind, ExprKind::Global(name) if name == "super")
            && self.symbol(callee).is_none()
    }

    pub(super) fn is_super_call(&self, object: &Expr) -> bool {
        matches!(&object.kind, ExprKind::Call(call)
            if matches!(&call.callee, Callee::Dynamic(callee) if self.is_super(callee)))
    }

    /// `super().name(…)` in a class that runs as Python.
    pub(super) fn super_called(&mut self, name: &str) {
        let above = self
            .class
            .and_then(|class| self.specials.above(class, name));
        match above {
            Some(found) => {
                let found: Vec<Member> = found.into_iter().cloned().collect();
                self.run(&found);
            }
            None => self.note(format!(
                "it calls `super().{name}`, of which nothing is known"
            )),
        }
    }

    fn ask(&mut self, expr: &Expr, all: &[Asked]) {
        let ty = self.likely(expr);
        all.iter().for_each(|asked| self.ask_type(&ty, *asked));
    }

    fn ask_type(&mut self, ty: &Type, asked: Asked) {
        let inner = Asked {
            items: false,
            ..asked
        };
        match ty {
            // A dict's values are asked as well: `==` and `repr` do.
            Type::Dict(key, value) if asked.deep => {
                self.ask_type(key, inner);
                if !asked.items {
                    self.ask_type(value, inner);
                }
            }
            Type::List(item) | Type::TupleOf(item) | Type::Set(item) | Type::FrozenSet(item)
                if asked.deep =>
            {
                self.ask_type(item, inner);
            }
            Type::Tuple(items) if asked.deep => {
                items.iter().for_each(|item| self.ask_type(item, inner));
            }
            Type::Union(members) => members.iter().for_each(|each| self.ask_type(each, asked)),
            Type::Object | Type::Class(_) | Type::Enum(_) => {
                // What iterating over an object of a class gives is not known.
                let ty = if asked.items { &Type::Object } else { ty };
                let mut has_iterator = false;
                for name in asked.names {
                    let found: Vec<Member> = self.members(ty, name).into_iter().cloned().collect();
                    has_iterator |= *name == "__iter__" && !found.is_empty();
                    self.run(&found);
                }
                if has_iterator {
                    self.named(&Type::Object, "__next__");
                }
            }
            _ => {}
        }
    }

    /// A call asks its arguments.
    fn ask_arguments(&mut self, call: &Call, all: &[Asked]) {
        for arg in &call.args {
            match arg {
                Element::One(value) => self.ask(value, all),
                Element::Star(value) => {
                    self.ask(value, &[asks::ITERATION]);
                    all.iter()
                        .for_each(|asked| self.ask_type(&Type::Object, *asked));
                }
            }
        }
        call.keywords
            .iter()
            .for_each(|(_, value)| self.ask(value, all));
    }

    /// `getattr(object, name)` and its like.
    fn reflect(&mut self, call: &Call) {
        let (Some(Element::One(object)), name) = (call.args.first(), call.args.get(1)) else {
            return;
        };
        match name {
            Some(Element::One(Expr {
                kind: ExprKind::Str(name),
                ..
            })) => {
                self.read(object, name);
                self.write(object, name);
            }
            _ if matches!(self.likely(object), Type::Object | Type::Class(_)) => {
                let found: Vec<Member> = self.specials.properties().cloned().collect();
                self.run(&found);
            }
            _ => {}
        }
    }

    /// What an expression runs beside what it calls.
    pub(super) fn operate(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Attribute { object, name } => self.read(object, name),
            ExprKind::Item { object, index } => {
                self.ask(object, &[asks::READ_ITEM]);
                self.ask(index, &[asks::KEY]);
            }
            ExprKind::Slice { object, .. } => self.ask(object, &[asks::READ_ITEM]),
            ExprKind::Binary { op, left, right } => {
                if *op == BinOp::Mod && self.likely(left) == Type::Str {
                    self.ask(right, &[asks::TEXT, asks::READ_ITEM]);
                }
                self.ask(left, &[asks::binary(*op)]);
                self.ask(right, &[asks::binary(*op)]);
            }
            ExprKind::Unary { op, operand } => self.ask(operand, &[asks::unary(*op)]),
            ExprKind::Compare { first, rest } => {
                let mut left = &**first;
                for (op, right) in rest {
                    let (of_left, of_right) = asks::comparison(*op);
                    self.ask(left, of_left);
                    self.ask(right, of_right);
                    left = right;
                }
            }
            ExprKind::And(operands) | ExprKind::Or(operands) => {
                let tested = operands.iter().take(operands.len().saturating_sub(1));
                tested.for_each(|each| self.ask(each, &[asks::TRUTH]));
            }
            ExprKind::IfElse { test, .. } => self.ask(test, &[asks::TRUTH]),
            ExprKind::List(elements) | ExprKind::Tuple(elements) | ExprKind::Set(elements) => {
                for element in elements {
                    match element {
                        Element::Star(value) => self.ask(value, &[asks::ITERATION]),
                        Element::One(value) if matches!(expr.kind, ExprKind::Set(_)) => {
                            self.ask(value, &[asks::KEY]);
                        }
                        Element::One(_) => {}
                    }
                }
            }
            ExprKind::Dict(items) => {
                let keys = items.iter().filter_map(|(key, _)| key.as_ref());
                keys.for_each(|key| self.ask(key, &[asks::KEY]));
            }
            ExprKind::Comprehension(comprehension) => {
                for clause in &comprehension.clauses {
                    self.ask(&clause.iter, &[asks::ITERATION]);
                    self.assign(&clause.target);
                    let tests = clause.tests.iter();
                    tests.for_each(|test| self.ask(test, &[asks::TRUTH]));
                }
                if matches!(
                    comprehension.kind,
                    ComprehensionKind::Set | ComprehensionKind::Dict
                ) {
                    self.ask(&comprehension.element, &[asks::KEY]);
                }
            }
            ExprKind::Format(parts) => self.format(parts),
            ExprKind::YieldFrom(value) | ExprKind::Iterator { value, .. } => {
                self.ask(value, &[asks::ITERATION]);
            }
            ExprKind::Call(call) => match &call.callee {
                Callee::Builtin(name) => match name.as_str() {
                    "getattr" | "hasattr" | "setattr" | "delattr" => self.reflect(call),
                    _ => self.ask_arguments(call, asks::builtin(name)),
                },
                Callee::Library(_) => self.ask_arguments(call, asks::LIBRARY),
                Callee::BuiltinMethod { object, name } => {
                    let (of_items, of_arguments) = asks::method(name);
                    self.ask(object, of_items);
                    self.ask_arguments(call, of_arguments);
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn format(&mut self, parts: &[FormatPart]) {
        for part in parts {
            if let FormatPart::Value { value, spec, .. } = part {
                self.ask(value, &[asks::TEXT]);
                self.format(spec.as_deref().unwrap_or_default());
            }
        }
    }

    /// What a statement runs beside its expressions.
    pub(super) fn execute(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Assign { targets, value } => {
                for target in targets {
                    if let Target::Unpack { .. } = target {
                        self.ask(value, &[asks::ITERATION]);
                    }
                    self.assign(target);
                }
            }
            StmtKind::AugAssign { target, op, value } => {
                let held = match target {
                    Target::Local(local) => {
                        let ty = &self.function.locals[local.index()].ty;
                        match ty {
                            Type::Object => self.likely.get(local).unwrap_or(ty).clone(),
                            known => known.clone(),
                        }
                    }
                    Target::Field { class, field, .. } => {
                        let fields = &self.tables.native_classes[class.index()].fields;
                        fields[field.index()].ty.clone()
                    }
                    Target::Attribute { object, name, .. } => {
                        self.read(object, name);
                        Type::Object
                    }
                    Target::Item { object, .. } => {
                        self.ask(object, &[asks::READ_ITEM]);
                        match self.likely(object) {
                            Type::Dict(_, value) => *value,
                            Type::List(item) => *item,
                            _ => Type::Object,
                        }
                    }
                    _ => Type::Object,
                };
                self.ask_type(&held, asks::binary(*op));
                self.ask(value, &[asks::binary(*op), asks::ITERATION]);
                self.assign(target);
            }
            StmtKind::If { test, .. }
            | StmtKind::While { test, .. }
            | StmtKind::Assert { test, .. } => self.ask(test, &[asks::TRUTH]),
            StmtKind::For { target, iter, .. } => {
                self.ask(iter, &[asks::ITERATION]);
                self.assign(target);
            }
            StmtKind::With { items, .. } => {
                for item in items {
                    self.ask(&item.context, &[asks::CONTEXT]);
                    item.target.iter().for_each(|target| self.assign(target));
                }
            }
            StmtKind::Match { subject, cases } => {
                self.ask(subject, &[asks::MATCHED]);
                let guards = cases.iter().filter_map(|case| case.guard.as_ref());
                guards.for_each(|guard| self.ask(guard, &[asks::TRUTH]));
            }
            StmtKind::Delete(targets) => {
                for target in targets {
                    if let Target::Item { object, .. } = target {
                        self.ask(object, &[asks::DELETE_ITEM]);
                    } else {
                        self.assign(target);
                    }
                }
            }
            _ => {}
        }
    }

    fn assign(&mut self, target: &Target) {
        match target {
            Target::Local(_) | Target::Global(..) | Target::Field { .. } => {}
            Target::Attribute { object, name, .. } => self.write(object, name),
            Target::Item { object, index, .. } => {
                self.ask(object, &[asks::WRITE_ITEM]);
                self.ask(index, &[asks::KEY]);
            }
            Target::Unpack {
                before,
                star,
                after,
                ..
            } => before
                .iter()
                .chain(star.as_deref())
                .chain(after)
                .for_each(|inner| self.assign(inner)),
        }
    }
}
