//! Which locals are assigned on every path before every read.
//!
//! A forward walk over the statements with the set of locals that are certainly bound; a read of any other clears
//! its `always_bound`. Loops may run not at all; a `try` body may stop anywhere; `del` and the end of `except … as x`
//! unbind.

use std::collections::BTreeSet;

use crate::hir::*;

type Bound = BTreeSet<u32>;

/// Sets `always_bound` of every local.
pub fn mark(locals: &mut [Local], parameters: usize, body: &[Stmt]) {
    let mut walk = Walk {
        unbound_read: BTreeSet::new(),
        exits: Vec::new(),
    };
    let bound: Bound = (0..parameters as u32).collect();
    walk.block(body, bound);
    for (id, local) in locals.iter_mut().enumerate() {
        local.always_bound = !walk.unbound_read.contains(&(id as u32));
    }
}

struct Walk {
    unbound_read: BTreeSet<u32>,
    /// For each enclosing loop, what is bound at its `break`s.
    exits: Vec<Option<Bound>>,
}

/// `None`: the end is not reached.
type Flow = Option<Bound>;

fn meet(a: Flow, b: Flow) -> Flow {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.intersection(&b).copied().collect()),
        (one, None) | (None, one) => one,
    }
}

impl Walk {
    fn block(&mut self, body: &[Stmt], bound: Bound) -> Flow {
        let mut flow = Some(bound);
        for stmt in body {
            let Some(bound) = flow else {
                // Never reached, but compiled all the same: reads there have no meaning.
                self.block_unreached(&body[body.len() - 1..]);
                return None;
            };
            flow = self.statement(stmt, bound);
        }
        flow
    }

    fn block_unreached(&mut self, body: &[Stmt]) {
        for stmt in body {
            self.statement(stmt, Bound::new());
        }
    }

    fn statement(&mut self, stmt: &Stmt, mut bound: Bound) -> Flow {
        match &stmt.kind {
            StmtKind::Expr(value) => self.read(value, &mut bound),
            StmtKind::Assign { targets, value } => {
                self.read(value, &mut bound);
                targets
                    .iter()
                    .for_each(|target| self.target(target, &mut bound));
            }
            StmtKind::AugAssign { target, value, .. } => {
                if let Target::Local(id) = target {
                    self.use_local(*id, &bound);
                }
                self.read(value, &mut bound);
                self.target(target, &mut bound);
            }
            StmtKind::If { test, body, orelse } => {
                self.read(test, &mut bound);
                let then = self.block(body, bound.clone());
                let other = self.block(orelse, bound);
                return meet(then, other);
            }
            StmtKind::While { test, body, orelse } => {
                // The test and the body also follow the end of the body.
                unbind(&mut bound, body);
                self.read(test, &mut bound);
                let forever = matches!(test.kind, ExprKind::Bool(true));
                let broken = self.looped(body, bound.clone());
                let ended = if forever {
                    None
                } else {
                    self.block(orelse, bound)
                };
                return meet(ended, broken);
            }
            StmtKind::For {
                target,
                iter,
                body,
                orelse,
                ..
            } => {
                self.read(iter, &mut bound);
                unbind(&mut bound, body);
                let mut inside = bound.clone();
                self.target(target, &mut inside);
                let broken = self.looped(body, inside);
                let ended = self.block(orelse, bound);
                return meet(ended, broken);
            }
            StmtKind::Return(value) => {
                if let Some(value) = value {
                    self.read(value, &mut bound);
                }
                return None;
            }
            StmtKind::Raise { exception, cause } => {
                exception
                    .iter()
                    .chain(cause)
                    .for_each(|each| self.read(each, &mut bound));
                return None;
            }
            StmtKind::Try {
                body,
                handlers,
                orelse,
                finally,
            } => {
                let mut unbinds = Bound::new();
                deleted(body, &mut unbinds);
                let start: Bound = bound.difference(&unbinds).copied().collect();
                let mut ends = match self.block(body, bound) {
                    Some(after) => self.block(orelse, after),
                    None => {
                        self.block_unreached(orelse);
                        None
                    }
                };
                deleted(orelse, &mut unbinds);
                for handler in handlers {
                    let mut inside = start.clone();
                    if let Some(matches) = &handler.matches {
                        self.read(matches, &mut inside);
                    }
                    if let Some(name) = handler.name {
                        inside.insert(name.0);
                    }
                    let mut after = self.block(&handler.body, inside);
                    if let (Some(after), Some(name)) = (&mut after, handler.name) {
                        after.remove(&name.0);
                    }
                    deleted(&handler.body, &mut unbinds);
                    unbinds.extend(handler.name.map(|name| name.0));
                    ends = meet(ends, after);
                }
                if finally.is_empty() {
                    return ends;
                }
                // `finally` also runs when something before it raised.
                let early: Bound = start.difference(&unbinds).copied().collect();
                let before_finally = early.clone();
                let after = self.block(finally, before_finally)?;
                return ends.map(|mut ends| {
                    unbind(&mut ends, finally);
                    ends.union(&after).copied().collect()
                });
            }
            StmtKind::With { items, body, .. } => {
                let mut early = None;
                for item in items {
                    self.read(&item.context, &mut bound);
                    // A context manager may swallow an exception from anywhere behind it: the assignment of what it
                    // gave, the entering of the next, the body.
                    early.get_or_insert_with(|| bound.clone());
                    if let Some(target) = &item.target {
                        self.target(target, &mut bound);
                    }
                }
                let mut early = early.unwrap_or_else(|| bound.clone());
                unbind(&mut early, body);
                self.block(body, bound);
                return Some(early);
            }
            StmtKind::Match { subject, cases } => {
                self.read(subject, &mut bound);
                let mut ends = None;
                let mut exhausted = false;
                for case in cases {
                    case.pattern
                        .each_expression(&mut |each| self.read(each, &mut bound.clone()));
                    // What a pattern or a guard binds may be left from a case that did not fit in the end.
                    let mut inside = bound.clone();
                    for target in case.pattern.captures() {
                        self.target(target, &mut inside);
                    }
                    if let Some(guard) = &case.guard {
                        self.read(guard, &mut inside);
                    }
                    ends = meet(ends, self.block(&case.body, inside));
                    exhausted |= case.guard.is_none() && case.pattern.is_irrefutable();
                }
                return if exhausted {
                    ends
                } else {
                    meet(ends, Some(bound))
                };
            }
            StmtKind::Assert { test, message, .. } => {
                self.read(test, &mut bound);
                if let Some(message) = message {
                    self.read(message, &mut bound.clone());
                }
            }
            StmtKind::Delete(targets) => {
                for target in targets {
                    match target {
                        Target::Local(id) => {
                            self.use_local(*id, &bound);
                            // What is unbound is marked, so that a second read is checked.
                            bound.remove(&id.0);
                        }
                        other => self.target(other, &mut bound),
                    }
                }
            }
            StmtKind::Break => {
                if let Some(exit) = self.exits.pop() {
                    self.exits.push(meet(exit, Some(bound)));
                }
                return None;
            }
            StmtKind::Continue => return None,
            StmtKind::Pass => {}
        }
        Some(bound)
    }

    /// A loop's body; what is bound at its `break`s, on whose way out a `finally` may unbind more.
    fn looped(&mut self, body: &[Stmt], bound: Bound) -> Flow {
        self.exits.push(None);
        self.block(body, bound);
        let mut broken = self.exits.pop().flatten();
        if let Some(bound) = &mut broken {
            unbind(bound, body);
        }
        broken
    }

    fn use_local(&mut self, id: LocalId, bound: &Bound) {
        if !bound.contains(&id.0) {
            self.unbound_read.insert(id.0);
        }
    }

    fn target(&mut self, target: &Target, bound: &mut Bound) {
        match target {
            Target::Local(id) => {
                bound.insert(id.0);
            }
            Target::Global(..) => {}
            Target::Field { object, .. } | Target::Attribute { object, .. } => {
                self.read(object, bound)
            }
            Target::Item { object, index, .. } => {
                self.read(object, bound);
                self.read(index, bound);
            }
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
                    .for_each(|each| self.target(each, bound));
            }
        }
    }

    fn read(&mut self, expr: &Expr, bound: &mut Bound) {
        match &expr.kind {
            ExprKind::Local(id) => self.use_local(*id, bound),
            ExprKind::Walrus { target, value } => {
                self.read(value, bound);
                bound.insert(target.0);
            }
            ExprKind::And(operands) | ExprKind::Or(operands) => {
                let mut inner = bound.clone();
                for (at, operand) in operands.iter().enumerate() {
                    self.read(operand, &mut inner);
                    if at == 0 {
                        *bound = inner.clone();
                    }
                }
            }
            ExprKind::IfElse { test, body, orelse } => {
                self.read(test, bound);
                let mut other = bound.clone();
                self.read(body, bound);
                self.read(orelse, &mut other);
                bound.retain(|id| other.contains(id));
            }
            ExprKind::Comprehension(comprehension) => {
                let mut inner = bound.clone();
                for (at, clause) in comprehension.clauses.iter().enumerate() {
                    self.read(&clause.iter, &mut inner);
                    if at == 0 {
                        *bound = inner.clone();
                    }
                    self.target(&clause.target, &mut inner);
                    clause
                        .tests
                        .iter()
                        .for_each(|test| self.read(test, &mut inner));
                }
                self.read(&comprehension.element, &mut inner);
                if let Some(value) = &comprehension.value {
                    self.read(value, &mut inner);
                }
            }
            ExprKind::Compare { first, rest } => {
                self.read(first, bound);
                let mut inner = bound.clone();
                for (at, (_, operand)) in rest.iter().enumerate() {
                    self.read(operand, &mut inner);
                    if at == 0 {
                        *bound = inner.clone();
                    }
                }
            }
            _ => each_child(expr, &mut |child| self.read(child, bound)),
        }
    }
}

/// Takes away what a block may unbind.
fn unbind(bound: &mut Bound, body: &[Stmt]) {
    let mut gone = Bound::new();
    deleted(body, &mut gone);
    bound.retain(|id| !gone.contains(id));
}

/// Locals that a block may unbind.
fn deleted(body: &[Stmt], found: &mut Bound) {
    for stmt in body {
        match &stmt.kind {
            StmtKind::Delete(targets) => {
                found.extend(targets.iter().filter_map(|target| match target {
                    Target::Local(id) => Some(id.0),
                    _ => None,
                }))
            }
            StmtKind::If { body, orelse, .. }
            | StmtKind::While { body, orelse, .. }
            | StmtKind::For { body, orelse, .. } => {
                deleted(body, found);
                deleted(orelse, found);
            }
            StmtKind::With { body, .. } => deleted(body, found),
            StmtKind::Match { cases, .. } => {
                cases.iter().for_each(|case| deleted(&case.body, found));
            }
            StmtKind::Try {
                body,
                handlers,
                orelse,
                finally,
            } => {
                deleted(body, found);
                deleted(orelse, found);
                deleted(finally, found);
                for handler in handlers {
                    found.extend(handler.name.map(|name| name.0));
                    deleted(&handler.body, found);
                }
            }
            _ => {}
        }
    }
}
