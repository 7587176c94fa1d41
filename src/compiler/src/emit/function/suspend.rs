//! Suspensions as C: the frame's struct and tables, leaving the body in the middle, and going on.
//!
//! What stands where the program waits is only the quick way, in which nothing is suspended. The rest is written behind
//! everything else: `suspend_<place>` fills the frame and returns, `resume_<place>`, to which the body's first `switch` jumps,
//! empties it again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Writer, failure};
use crate::emit::names::c_type;
use crate::ir::{Awaited, BlockId, OpKind, Operand, Ownership, Repr, Suspension, Terminator};

/// What a frame has members for.
#[derive(Clone, Debug)]
struct Member {
    repr: Repr,
    /// Whether the frame owns a reference there.
    owned: bool,
}

impl Writer<'_> {
    /// The suspensions in the order in which they are written.
    fn suspensions(&self) -> Vec<Suspension> {
        let mut all: Vec<Suspension> = self
            .function
            .order
            .iter()
            .filter_map(|block| match &self.function.blocks[block.index()].end {
                Terminator::Suspend(at) => Some((**at).clone()),
                _ => None,
            })
            .collect();
        all.sort_by_key(|at| at.place);
        all
    }

    /// Whether the body handles exceptions, and so has an entry of its own in the stack of handled ones.
    pub(super) fn handles(&self) -> bool {
        self.function.has_frame
            && self.function.order.iter().any(|block| {
                self.function.blocks[block.index()]
                    .ops
                    .iter()
                    .any(|op| matches!(op.kind, OpKind::ExceptEnter))
            })
    }

    fn handled(&self) -> &'static str {
        if self.handles() { "&handled" } else { "NULL" }
    }

    /// Parameters by C name. The closure is looked at only when the body begins.
    fn frame_params(&self) -> Vec<(String, Member)> {
        let count = self.names.program.functions[self.id.index()].params.len();
        let params = self.function.params.iter().take(count);
        params
            .map(|value| {
                let repr = self.function.values[value.index()].repr;
                let member = Member {
                    repr,
                    owned: repr.is_counted(),
                };
                (self.text[value.index()].clone(), member)
            })
            .collect()
    }

    /// What a suspension keeps, by C name.
    fn kept(&self, at: &Suspension) -> Vec<(String, Member)> {
        let mut all = Vec::new();
        for var in &at.kept_vars {
            let repr = self.function.vars[var.index()].repr;
            let member = Member {
                repr,
                owned: repr.is_counted(),
            };
            all.push((self.vars[var.index()].clone(), member));
        }
        for value in &at.kept {
            if self.inline.contains(value) {
                // Only another name for a variable or parameter.
                continue;
            }
            let info = &self.function.values[value.index()];
            let member = Member {
                repr: info.repr,
                owned: info.ownership == Ownership::Owned,
            };
            all.push((self.text[value.index()].clone(), member));
        }
        all
    }

    /// The struct and the tables, which go before the body.
    pub(super) fn frame(&self, out: &mut String) {
        if !self.function.has_frame {
            return;
        }
        let (name, suspensions) = (self.names.frame(self.id), self.suspensions());
        let mut members: BTreeMap<String, Repr> = BTreeMap::new();
        let params = self.frame_params();
        for (member, info) in params
            .iter()
            .cloned()
            .chain(suspensions.iter().flat_map(|at| self.kept(at)))
        {
            members.insert(member, info.repr);
        }
        let _ = writeln!(out, "\nstruct {name} {{");
        if members.is_empty() {
            out.push_str("    char nothing;\n");
        }
        for (member, repr) in &members {
            let _ = writeln!(out, "    {}{member};", c_type(*repr));
        }
        out.push_str("};\n");
        let slots = |all: &[(String, Member)]| -> Vec<String> {
            all.iter()
                .filter(|(_, info)| info.owned)
                .map(|(member, info)| {
                    let kind = match info.repr {
                        Repr::Int => "INT",
                        Repr::Iter => "ITER",
                        Repr::Range => "RANGE",
                        Repr::Text => "TEXT",
                        Repr::Object | Repr::Handled | Repr::Float | Repr::Bool | Repr::Void => {
                            "OBJECT"
                        }
                    };
                    format!("{{offsetof(struct {name}, {member}), TB_SLOT_{kind}}}")
                })
                .collect()
        };
        let mut rows = Vec::new();
        let mut row = |place: u32, line: u32, caught: bool, all: &[(String, Member)]| {
            let list = slots(all);
            let table = if list.is_empty() {
                "NULL".to_string()
            } else {
                let table = format!("{name}_at_{place}");
                let _ = writeln!(
                    out,
                    "static const tb_frame_slot {table}[] = {{{}}};",
                    list.join(", ")
                );
                table
            };
            rows.push(format!(
                "{{{line}, {}, {}, {table}}}",
                u8::from(caught),
                list.len()
            ));
        };
        row(0, 0, false, &params);
        for at in &suspensions {
            let mut all = params.clone();
            all.extend(self.kept(at));
            row(at.place, at.line, self.is_caught(at.error), &all);
        }
        let _ = writeln!(
            out,
            "static const tb_suspension {name}_places[] = {{\n    {},\n}};",
            rows.join(",\n    ")
        );
        let _ = writeln!(
            out,
            "static PyObject *{run}(tb_pause *pause, PyObject *const *values);\nstatic const tb_frame_spec {name}_spec = {{\n    .run = {run},\n    .size = sizeof(struct {name}),\n    .suspensions = {name}_places,\n}};",
            run = self.names.run(self.id)
        );
    }

    /// Whether an exception that goes to that block does more than leave the function: the program sees it.
    fn is_caught(&self, error: BlockId) -> bool {
        let mut at = error;
        loop {
            let block = &self.function.blocks[at.index()];
            let quiet = block.ops.iter().all(|op| {
                matches!(
                    op.kind,
                    OpKind::Traceback | OpKind::Release(_) | OpKind::Clear(..)
                )
            });
            match block.end {
                Terminator::Goto(to) if quiet && to != at => at = to,
                Terminator::Fail if quiet => return false,
                _ => return true,
            }
        }
    }

    /// What a body with a frame begins with.
    pub(super) fn dispatch(&self) -> String {
        let mut out = String::new();
        if self.handles() {
            out.push_str("    tb_handled_push(thread, &handled);\n");
        }
        let suspensions = self.suspensions();
        if suspensions.is_empty() {
            out.push_str("    (void)pause;\n");
            return out;
        }
        out.push_str("    switch (pause->at) {\n");
        for at in &suspensions {
            let _ = writeln!(out, "    case {0}: goto resume_{0};", at.place);
        }
        out.push_str("    default: break;\n    }\n");
        out
    }

    /// Declarations of a body with a frame.
    pub(super) fn frame_declarations(&self) -> String {
        let mut out = String::new();
        // A body whose awaits are never reached may handle exceptions all the same.
        if self.handles() {
            out.push_str("    _PyErr_StackItem handled = {NULL, NULL};\n");
        }
        if self.suspensions().is_empty() {
            return out;
        }
        let _ = writeln!(
            out,
            "    struct {} *frame;\n    PyObject *sent;\n    tb_pause inner;",
            self.names.frame(self.id)
        );
        out
    }

    /// The quick way of a suspension.
    pub(super) fn suspend(&mut self, at: &Suspension, next: Option<BlockId>) {
        self.at_line(at.line);
        let (error, done) = (self.goto(at.error), self.goto(at.done));
        let place = at.place;
        let slow =
            format!("{{\n    if (inner.value == NULL) {error}\n    goto suspend_{place};\n}}");
        match &at.awaited {
            Awaited::Object(iter) => {
                let iter = self.operand(iter);
                let result = self.result_of(at);
                self.say(&format!(
                    "{result} = tb_await_start({iter}, pause, &inner);\nif (TB_UNLIKELY({result} == NULL)) {slow}"
                ));
            }
            Awaited::Native(id, args) => {
                let mut all = vec!["&inner".to_string()];
                all.extend(args.iter().map(|arg| self.operand(arg)).collect::<Vec<_>>());
                let call = format!("{}({})", self.names.body(*id), all.join(", "));
                self.say("inner = (tb_pause){.puts_off = pause->puts_off};");
                let repr = at
                    .result
                    .map_or(Repr::Void, |value| self.function.values[value.index()].repr);
                let result = self.result_of(at);
                let failed = match repr {
                    Repr::Void => format!("{call} < 0"),
                    repr => {
                        self.say(&format!("{result} = {call};"));
                        match repr {
                            Repr::Int => format!("tb_int_is_error({result})"),
                            Repr::Float => {
                                format!("inner.value != NULL || tb_float_failed({result})")
                            }
                            Repr::Bool => format!("{result} == 2"),
                            _ => format!("{result} == NULL"),
                        }
                    }
                };
                self.say(&format!("if (TB_UNLIKELY({failed})) {slow}"));
            }
            Awaited::Yield(value) => {
                let value = match value {
                    Operand::Value(_) => self.operand(value),
                    Operand::Const(_) => format!("Py_NewRef({})", self.operand(value)),
                };
                self.say(&format!(
                    "inner = (tb_pause){{.value = {value}}};\ngoto suspend_{place};"
                ));
                return;
            }
        }
        if Some(at.done) != next {
            self.say(&done);
        }
    }

    fn result_of(&self, at: &Suspension) -> String {
        at.result
            .map(|value| self.text[value.index()].clone())
            .unwrap_or_default()
    }

    /// What is written behind the blocks.
    pub(super) fn suspension_ends(&mut self) {
        for at in self.suspensions() {
            self.leave_in_the_middle(&at);
            self.go_on(&at);
        }
    }

    fn leave_in_the_middle(&mut self, at: &Suspension) {
        let place = at.place;
        let _ = writeln!(self.out, "suspend_{place}:;");
        let text = format!(
            "frame = tb_pause_begin(pause, &inner, &{}, {place}, {});\nif (TB_UNLIKELY(frame == NULL)) {}",
            self.names.spec(self.id),
            self.handled(),
            self.goto(at.error)
        );
        self.say(&text);
        for (name, _) in self.kept(at) {
            self.say(&format!("frame->{name} = {name};"));
        }
        let params = self.frame_params();
        if !params.is_empty() {
            let mut text = String::from("if (pause->at == 0) {\n");
            for (name, info) in &params {
                let value = match info.repr {
                    Repr::Object => format!("Py_NewRef({name})"),
                    Repr::Int => format!("tb_int_retain({name})"),
                    _ => name.clone(),
                };
                let _ = writeln!(text, "    frame->{name} = {value};");
            }
            text.push('}');
            self.say(&text);
        }
        self.say("tb_pause_end(pause);");
        let value = failure(self.function.returns);
        self.leave(value);
    }

    fn go_on(&mut self, at: &Suspension) {
        let _ = writeln!(self.out, "resume_{}:;", at.place);
        let text = format!("frame = tb_pause_resume(pause, {});", self.handled());
        self.say(&text);
        for (name, _) in self.frame_params().iter().chain(&self.kept(at)) {
            self.say(&format!("{name} = frame->{name};"));
        }
        let text = format!(
            "sent = tb_pause_take(pause);\nif (sent == NULL) {}",
            self.goto(at.error)
        );
        self.say(&text);
        let result = self.result_of(at);
        let repr = at
            .result
            .map(|value| self.function.values[value.index()].repr);
        let text = match (repr, result.as_str()) {
            (None | Some(Repr::Void), _) => "Py_DECREF(sent);".to_string(),
            (Some(Repr::Int), result) => {
                format!(
                    "{result} = tb_int_from_object_steal(sent);\nif (TB_UNLIKELY(tb_int_is_error({result}))) {}",
                    self.goto(at.error)
                )
            }
            (Some(Repr::Float), result) => {
                format!("{result} = PyFloat_AS_DOUBLE(sent);\nPy_DECREF(sent);")
            }
            (Some(Repr::Bool), result) => {
                format!("{result} = sent == Py_True;\nPy_DECREF(sent);")
            }
            (Some(_), result) => format!("{result} = sent;"),
        };
        self.say(&text);
        let done = self.goto(at.done);
        self.say(&done);
    }
}
