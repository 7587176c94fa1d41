//! The body of a function as C: one label per block that is jumped to, one statement per op.
//!
//! In: a verified IR function. Out: a C function. What holds: the text follows the order of the source; values that are
//! only another name for a variable are written as that variable; everything else has a C variable declared at the top, so
//! that jumps cross no declaration.

mod cold;
mod lend;
mod ops;
mod suspend;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::constants::{Constants, comment};
use super::mangle;
use super::names::{Names, c_type};
use super::wrapper;
use crate::hir::FunctionId;
use crate::ir::primitives::Failure;
use crate::ir::{
    Block, BlockId, Effects, Function, Guard, Op, OpKind, Operand, Ownership, Prim, Repr,
    Terminator, ValueId, VarId,
};
use crate::source::{SourceFile, Sources};

/// Marks a place where the numbering of lines goes back to the C file's own.
pub const OWN_LINES: &str = "\u{1}\n";

/// The writer of one function.
pub(super) struct Writer<'a> {
    names: &'a Names<'a>,
    function: &'a Function,
    id: FunctionId,
    constants: &'a mut Constants,
    /// Whose path is shown in `#line`, and whose lines in comments.
    file: &'a SourceFile,
    /// How values and variables are written.
    text: Vec<String>,
    vars: Vec<String>,
    /// Values written where they are used: they need no C variable.
    inline: BTreeSet<ValueId>,
    /// Values that are used at all.
    uses: Vec<u32>,
    /// Texts that are lent.
    lent: lend::Lent,
    /// Blocks that are jumped to.
    targets: BTreeSet<BlockId>,
    /// Blocks that hardly ever run, and whether the one being written is one of them.
    cold: BTreeSet<BlockId>,
    is_cold: bool,
    /// The thread state is at hand; the function counts as a level of recursion.
    has_thread: bool,
    enters: bool,
    line: u32,
    out: String,
}

/// Writes the body of a function.
pub fn body(
    names: &Names,
    function: &Function,
    id: FunctionId,
    constants: &mut Constants,
    sources: &Sources,
    out: &mut String,
) {
    let file = sources.file(names.program.functions[id.index()].span.file);
    let all = || {
        function
            .order
            .iter()
            .flat_map(|block| &function.blocks[block.index()].ops)
    };
    let polls = all().any(|op| matches!(op.kind, OpKind::Prim(Prim::SafePoint, _)));
    let enters = function.has_frame
        || function.effects.contains(Effects::PYTHON)
        || all().any(|op| matches!(op.kind, OpKind::Native(..)));
    let mut writer = Writer {
        names,
        function,
        id,
        constants,
        file,
        text: (0..function.values.len())
            .map(|at| format!("t{at}"))
            .collect(),
        vars: Vec::new(),
        inline: BTreeSet::new(),
        uses: vec![0; function.values.len()],
        lent: lend::values(function, &|class, field| {
            let ty = &names.program.classes[class.index()].fields[field.index()].ty;
            crate::lower::repr(ty) == Repr::Int
        }),
        targets: BTreeSet::new(),
        cold: cold::blocks(function),
        is_cold: false,
        has_thread: enters || polls,
        enters,
        line: 0,
        out: String::new(),
    };
    writer.name_variables();
    writer.count_uses();
    writer.forward_loads();
    writer.blocks();
    writer.suspension_ends();
    writer.finish(out);
}

/// Values that an op uses.
fn used_by(op: &Op) -> Vec<ValueId> {
    let mut all: Vec<_> = op
        .kind
        .operands()
        .into_iter()
        .filter_map(|(operand, _)| operand.value())
        .collect();
    if let OpKind::Release(value) = op.kind {
        all.push(value);
    }
    all
}

/// Values that a terminator uses.
fn used_at_end(end: &Terminator) -> Vec<ValueId> {
    match end {
        Terminator::Next { iter, .. } => vec![*iter],
        Terminator::Suspend(at) => at.used(),
        Terminator::Return(Some(value)) => value.value().into_iter().collect(),
        other => other
            .borrowed()
            .and_then(Operand::value)
            .into_iter()
            .collect(),
    }
}

impl Writer<'_> {
    fn name_variables(&mut self) {
        let hir = &self.names.program.functions[self.id.index()];
        let mut taken: BTreeMap<String, u32> = BTreeMap::new();
        let mut unique = |base: String| {
            let count = taken.entry(base.clone()).or_default();
            *count += 1;
            if *count == 1 {
                base
            } else {
                format!("{base}_x{count}")
            }
        };
        for var in &self.function.vars {
            let name = match var.name.trim_start_matches('.') {
                "" => "m".to_string(),
                name => format!("v_{}", mangle(name)),
            };
            self.vars.push(unique(name));
        }
        for (param, value) in hir.params.iter().zip(&self.function.params) {
            let moved = self.function.vars.iter().any(|var| var.name == param.name);
            let name = format!("{}_{}", if moved { "a" } else { "v" }, mangle(&param.name));
            self.text[value.index()] = unique(name);
            self.inline.insert(*value);
        }
        if let Some(closure) = self.function.params.get(hir.params.len()) {
            self.text[closure.index()] = "closure".into();
            self.inline.insert(*closure);
        }
    }

    fn count_uses(&mut self) {
        for block in &self.function.order {
            let block = &self.function.blocks[block.index()];
            for value in block
                .ops
                .iter()
                .flat_map(used_by)
                .chain(used_at_end(&block.end))
            {
                self.uses[value.index()] += 1;
            }
            self.targets
                .extend(block.ops.iter().filter_map(|op| op.error));
        }
    }

    /// A value loaded from a variable is written as the variable if that does not change before its last use.
    fn forward_loads(&mut self) {
        let mut covered: BTreeMap<ValueId, (VarId, u32)> = BTreeMap::new();
        for block in &self.function.order {
            let block = &self.function.blocks[block.index()];
            let mut current: BTreeMap<ValueId, VarId> = BTreeMap::new();
            let mut cover = |values: Vec<ValueId>, current: &BTreeMap<ValueId, VarId>| {
                for value in values {
                    if let Some(var) = current.get(&value) {
                        covered.entry(value).or_insert((*var, 0)).1 += 1;
                    }
                }
            };
            for op in &block.ops {
                cover(used_by(op), &current);
                match &op.kind {
                    OpKind::Store(var, ..) | OpKind::Clear(var, _) | OpKind::Take(var) => {
                        current.retain(|_, home| home != var)
                    }
                    OpKind::Load(var)
                        if self.function.values[op.results[0].index()].ownership
                            != Ownership::Owned =>
                    {
                        current.insert(op.results[0], *var);
                    }
                    _ => {}
                }
            }
            cover(used_at_end(&block.end), &current);
        }
        for (value, (var, count)) in covered {
            if count == self.uses[value.index()] {
                self.text[value.index()] = self.vars[var.index()].clone();
                self.inline.insert(value);
            }
        }
    }

    // Text.

    fn say(&mut self, text: &str) {
        for line in text.lines() {
            let _ = writeln!(self.out, "    {line}");
        }
    }

    /// The Python line that follows.
    fn at_line(&mut self, line: u32) {
        if line == self.line || line == 0 {
            return;
        }
        self.line = line;
        if let Some(text) = self.file.line_text(line) {
            let _ = writeln!(self.out, "    /* {line}: {} */", comment(text.trim()));
        }
        let _ = writeln!(
            self.out,
            "#line {line} {}",
            super::codec::names::string(&self.file.path)
        );
    }

    fn label(&self, block: BlockId) -> String {
        format!("{}_{}", self.function.blocks[block.index()].label, block.0)
    }

    fn goto(&self, block: BlockId) -> String {
        format!("goto {};", self.label(block))
    }

    fn blocks(&mut self) {
        let order = self.function.order.clone();
        for (at, id) in order.iter().enumerate() {
            let block = &self.function.blocks[id.index()];
            let next = order.get(at + 1).copied();
            self.note_targets(block, next);
        }
        for (at, id) in order.iter().enumerate() {
            let block = &self.function.blocks[id.index()];
            if self.targets.contains(id) {
                let _ = writeln!(self.out, "{}:;", self.label(*id));
            }
            let last = block.ops.len().checked_sub(1);
            // Variables that are cleared last of all are not looked at again.
            let leaves = matches!(block.end, Terminator::Return(_) | Terminator::Fail);
            let kept = block
                .ops
                .iter()
                .rposition(|op| !matches!(op.kind, OpKind::Clear(..)))
                .map_or(0, |at| at + 1);
            self.is_cold = self.cold.contains(id);
            let unwound = self.unwind(&block.ops);
            for (position, op) in block.ops.iter().enumerate().skip(unwound) {
                if Some(position) == last && self.is_condition(op, &block.end) {
                    let OpKind::Prim(prim, args) = &op.kind else {
                        continue;
                    };
                    let text = self.call_text(*prim, args);
                    self.text[op.results[0].index()] = text;
                    self.inline.insert(op.results[0]);
                    continue;
                }
                self.op(op, leaves && position >= kept);
            }
            self.end(block, order.get(at + 1).copied());
        }
    }

    /// Whether an op only makes the condition of the branch that follows it.
    fn is_condition(&self, op: &Op, end: &Terminator) -> bool {
        let (OpKind::Prim(prim, _), Terminator::Branch { condition, .. }) = (&op.kind, end) else {
            return false;
        };
        prim.get().failure == Failure::Never
            && op.results.len() == 1
            && condition.value() == Some(op.results[0])
            && self.uses[op.results[0].index()] == 1
    }

    /// Which blocks the end of a block jumps to by name.
    fn note_targets(&mut self, block: &Block, next: Option<BlockId>) {
        match &block.end {
            Terminator::Next {
                body, done, error, ..
            } => {
                self.targets.extend([*done, *error]);
                if Some(*body) != next {
                    self.targets.insert(*body);
                }
            }
            // Going on jumps to both.
            Terminator::Suspend(at) => self.targets.extend([at.done, at.error]),
            Terminator::Branch { yes, no, .. }
            | Terminator::BranchSet { yes, no, .. }
            | Terminator::BranchGuard { yes, no, .. } => {
                self.targets
                    .extend([*yes, *no].into_iter().filter(|to| Some(*to) != next));
                if yes == no {
                    self.targets.insert(*yes);
                }
            }
            other => self.targets.extend(
                other
                    .successors()
                    .into_iter()
                    .filter(|to| Some(*to) != next),
            ),
        }
    }

    fn branch(&mut self, condition: &str, yes: BlockId, no: BlockId, next: Option<BlockId>) {
        let (to_yes, to_no) = (self.goto(yes), self.goto(no));
        if Some(yes) == next && yes != no {
            self.say(&format!("if (!({condition})) {to_no}"));
        } else if Some(no) == next {
            self.say(&format!("if ({condition}) {to_yes}"));
        } else {
            self.say(&format!("if ({condition}) {to_yes}\n{to_no}"));
        }
    }

    fn end(&mut self, block: &Block, next: Option<BlockId>) {
        match &block.end {
            Terminator::Goto(to) => {
                if Some(*to) != next {
                    let text = self.goto(*to);
                    self.say(&text);
                }
            }
            Terminator::Branch { condition, yes, no } => {
                let condition = self.operand(condition);
                self.branch(&condition, *yes, *no, next);
            }
            Terminator::BranchSet { var, yes, no } => {
                let condition = format!("{} != NULL", self.vars[var.index()]);
                self.branch(&condition, *yes, *no, next);
            }
            Terminator::BranchGuard { guard, yes, no } => {
                let condition = format!("TB_LIKELY({})", self.guard(guard));
                self.branch(&condition, *yes, *no, next);
            }
            Terminator::Next {
                iter,
                item,
                body,
                done,
                error,
                line,
            } => {
                self.at_line(*line);
                let name = if self.function.values[iter.index()].repr == Repr::Range {
                    "tb_range_next"
                } else {
                    "tb_iter_next"
                };
                let (iter, item) = (
                    self.text[iter.index()].clone(),
                    self.text[item.index()].clone(),
                );
                let (to_done, to_error) = (self.goto(*done), self.goto(*error));
                self.say(&format!("status = {name}(&{iter}, &{item});\nif (TB_UNLIKELY(status < 0)) {to_error}\nif (status == 0) {to_done}"));
                if Some(*body) != next {
                    let text = self.goto(*body);
                    self.say(&text);
                }
            }
            Terminator::Suspend(at) => {
                let at = at.clone();
                self.suspend(&at, next);
            }
            Terminator::Return(result) => {
                let value = match result {
                    Some(result) => self.operand(result),
                    None => "0".into(),
                };
                self.leave(&value);
            }
            Terminator::Fail => {
                let hir = &self.names.program.functions[self.id.index()];
                let kind = match (hir.is_async, hir.is_generator) {
                    (true, true) => Some("ASYNC_GENERATOR"),
                    (true, false) => Some("COROUTINE"),
                    (false, true) => Some("GENERATOR"),
                    (false, false) => None,
                };
                if let Some(kind) = kind {
                    self.say(&format!("tb_coroutine_stop_check(TB_KIND_{kind});"));
                }
                let value = failure(self.function.returns);
                self.leave(value);
            }
            Terminator::Unreachable => {}
        }
    }

    fn leave(&mut self, value: &str) {
        if self.handles() {
            self.say("tb_handled_pop(thread, &handled);");
        }
        if self.enters {
            self.say("tb_leave_thread(thread);");
        }
        self.say(&format!("return {value};"));
    }

    fn guard(&mut self, guard: &Guard) -> String {
        match guard {
            Guard::Function(_, path, id) => self.constants.function_guard(self.names, path, *id),
            Guard::Class(_, path, id) => self.constants.class_guard(self.names, path, *id),
            Guard::Builtin(_, name) => self.constants.builtin_guard(name),
            Guard::Library(_, path) => self.constants.library_guard(path),
            Guard::Intact(object, class) => {
                let (object, spec) = (self.operand(object), self.names.class(*class));
                format!("tb_class_is_plain_object(&{spec}, {object})")
            }
            Guard::Plain(class) => {
                let spec = self.names.class(*class);
                format!("tb_class_is_intact(&{spec}) && {spec}.plain")
            }
            Guard::Constructible(class) => {
                let spec = self.names.class(*class);
                if self.names.program.classes[class.index()].is_abc {
                    format!("tb_class_is_intact(&{spec}) && !{spec}.abstract")
                } else {
                    format!("tb_class_is_intact(&{spec})")
                }
            }
            Guard::Super(object, class, base) => {
                let object = self.operand(object);
                format!(
                    "tb_super_is({object}, &{}, &{})",
                    self.names.class(*class),
                    self.names.class(*base)
                )
            }
        }
    }

    /// Puts declarations before what has been written.
    fn finish(self, out: &mut String) {
        let hir = &self.names.program.functions[self.id.index()];
        let params: Vec<String> = self
            .function
            .params
            .iter()
            .map(|value| self.text[value.index()].clone())
            .collect();
        self.frame(out);
        let _ = writeln!(out, "\n/* {} */", hir.qualname);
        let _ = writeln!(
            out,
            "{}{} {{",
            if is_huge(self.function) {
                "TB_HUGE "
            } else {
                ""
            },
            wrapper::prototype(self.names, self.id, &params)
        );
        for (param, name) in self.function.params.iter().zip(&params) {
            if self.uses[param.index()] == 0 {
                let _ = writeln!(out, "    (void){name};");
            }
        }
        let mut touched = BTreeSet::new();
        let mut read = BTreeSet::new();
        let mut defined = BTreeSet::new();
        let mut loops = false;
        for block in &self.function.order {
            let block = &self.function.blocks[block.index()];
            for op in &block.ops {
                defined.extend(
                    op.results.iter().copied().filter(|value| {
                        !self.inline.contains(value) && self.is_declared(op, *value)
                    }),
                );
                match &op.kind {
                    OpKind::Store(var, _, old) => {
                        touched.insert(*var);
                        if *old != crate::ir::State::Unset
                            && self.function.vars[var.index()].repr.is_counted()
                        {
                            read.insert(*var);
                        }
                    }
                    OpKind::CheckBound(var, _) => {
                        touched.insert(*var);
                        read.insert(*var);
                    }
                    OpKind::Load(var) | OpKind::Take(var) => {
                        touched.insert(*var);
                        if self.uses[op.results[0].index()] > 0 {
                            read.insert(*var);
                        }
                    }
                    OpKind::Clear(var, _) => {
                        touched.insert(*var);
                        if self.function.vars[var.index()].repr.is_counted() {
                            read.insert(*var);
                        }
                    }
                    _ => {}
                }
            }
            match &block.end {
                Terminator::Next { item, .. } => {
                    loops = true;
                    defined.insert(*item);
                }
                Terminator::Suspend(at) => {
                    defined.extend(at.result);
                    for var in &at.kept_vars {
                        touched.insert(*var);
                        read.insert(*var);
                    }
                }
                Terminator::BranchSet { var, .. } => {
                    touched.insert(*var);
                    read.insert(*var);
                }
                _ => {}
            }
        }
        for var in &touched {
            let info = &self.function.vars[var.index()];
            let name = &self.vars[var.index()];
            let _ = writeln!(
                out,
                "    {}{name} = {};",
                c_type(info.repr),
                unset(info.repr)
            );
            if !read.contains(var) {
                let _ = writeln!(out, "    (void){name};");
            }
        }
        for repr in [
            Repr::Object,
            Repr::Handled,
            Repr::Text,
            Repr::Int,
            Repr::Float,
            Repr::Bool,
            Repr::Iter,
            Repr::Range,
        ] {
            let all: Vec<&String> = defined
                .iter()
                .filter(|value| self.function.values[value.index()].repr == repr)
                .map(|value| &self.text[value.index()])
                .collect();
            for some in all.chunks(12) {
                let separator = if c_type(repr).ends_with('*') {
                    ", *"
                } else {
                    ", "
                };
                let list: Vec<&str> = some.iter().map(|name| name.as_str()).collect();
                let _ = writeln!(out, "    {}{};", c_type(repr), list.join(separator));
            }
        }
        for text in &self.lent.texts {
            let _ = writeln!(out, "    PyObject *{};", self.owner(*text));
        }
        if loops {
            out.push_str("    int status;\n");
        }
        out.push_str(&self.frame_declarations());
        if self.has_thread {
            out.push_str("    PyThreadState *thread = tb_thread();\n");
        }
        if self.enters {
            let enter = match self.function.effects.contains(Effects::PYTHON) {
                true => "tb_enter_polling",
                false => "tb_enter_thread",
            };
            let _ = writeln!(
                out,
                "    if ({enter}(thread) < 0) {{\n        return {};\n    }}",
                failure(self.function.returns)
            );
        }
        if self.function.has_frame {
            out.push_str(&self.dispatch());
        }
        out.push_str(&self.out);
        out.push_str("}\n");
        out.push_str(OWN_LINES);
    }

    /// Whether a result is kept in a C variable: it is used, or its failure is.
    fn is_declared(&self, op: &Op, value: ValueId) -> bool {
        self.uses[value.index()] > 0 || op.error.is_some()
    }
}

/// What optimising a function may cost, in ops; beyond it GCC takes more than some five seconds.
const LARGEST: usize = 20_000;

/// Whether a function is to be compiled without optimisation. What GCC does grows with the length of a function, and again with
/// the variables that are kept through it.
fn is_huge(function: &Function) -> bool {
    let blocks = || function.order.iter().map(|id| &function.blocks[id.index()]);
    let ops: usize = blocks().map(|block| block.ops.len() + 1).sum();
    let named = function.vars.iter().filter(|var| !var.name.is_empty());
    ops + ops * named.count() / 40 > LARGEST
}

/// What a function of that result returns when it has failed.
fn failure(repr: Repr) -> &'static str {
    match repr {
        Repr::Object | Repr::Text | Repr::Handled => "NULL",
        Repr::Int => "TB_INT_ERROR",
        Repr::Float => "TB_FLOAT_ERROR",
        Repr::Bool => "2",
        Repr::Void | Repr::Iter | Repr::Range => "-1",
    }
}

/// What an unset variable holds.
fn unset(repr: Repr) -> &'static str {
    match repr {
        Repr::Object | Repr::Text | Repr::Handled => "NULL",
        Repr::Int => "TB_INT_ERROR",
        Repr::Float => "tb_float_unset()",
        Repr::Bool => "TB_BOOL_UNSET",
        Repr::Iter | Repr::Range | Repr::Void => "{0}",
    }
}
