//! Ops as C statements.

use super::{Writer, failure, unset};
use crate::emit::codec::names::string;
use crate::hir::{ClassId, FieldId};
use crate::ir::primitives::Failure;
use crate::ir::{
    Const, Op, OpKind, Operand, Ownership, Pack, Place, Prim, Repr, Scope, State, ValueId, VarId,
};

impl Writer<'_> {
    /// An operand as a C expression.
    pub(super) fn operand(&mut self, operand: &Operand) -> String {
        match operand {
            Operand::Value(value) => self.text[value.index()].clone(),
            Operand::Const(constant) => self.constant(constant),
        }
    }

    fn operands(&mut self, operands: &[Operand]) -> Vec<String> {
        operands
            .iter()
            .map(|operand| self.operand(operand))
            .collect()
    }

    fn constant(&mut self, constant: &Const) -> String {
        match constant {
            Const::None => "Py_None".into(),
            Const::BoolObject(true) => "Py_True".into(),
            Const::BoolObject(false) => "Py_False".into(),
            Const::Ellipsis => "Py_Ellipsis".into(),
            Const::Bool(truth) => u8::from(*truth).to_string(),
            Const::Small(number) => format!("TB_INT({number})"),
            Const::Big(digits) => format!("tb_int_from_constant({})", self.constants.int(digits)),
            Const::IntObject(digits) => self.constants.int(digits),
            Const::Float(number) => float(*number),
            Const::FloatObject(number) => self.constants.float(*number),
            Const::Str(text) => self.constants.text(text),
            Const::Names(names) => self.constants.keywords(names),
            Const::Bytes(bytes) => self.constants.bytes(bytes),
            Const::Null => "NULL".into(),
            Const::NoInt => "TB_INT_ERROR".into(),
            Const::Inner(place) => format!("&{}[{place}]", self.names.inner(self.id)),
            Const::C(number) => number.to_string(),
            Const::Globals(module) => format!("{}.globals", self.names.module(*module)),
            Const::Class(class) => format!("(PyObject *){}.type", self.names.class(*class)),
            Const::Builtin(name) => self.constants.builtin(name),
        }
    }

    /// A call of a function of the C library, without what becomes of the result.
    pub(super) fn call_text(&mut self, prim: Prim, args: &[Operand]) -> String {
        let row = prim.get();
        if prim == Prim::SafePoint {
            return "tb_safepoint_thread(thread)".into();
        }
        let mut args = self.operands(args);
        if prim == Prim::OwnClass {
            args.push(format!("&{}", self.names.spec(self.id)));
        }
        if !row.c.contains('$') {
            return format!("{}({})", row.c, args.join(", "));
        }
        let mut text = row.c.to_string();
        for (at, arg) in args.iter().enumerate() {
            text = text.replace(&format!("${at}"), arg);
        }
        text.trim_end_matches('$').to_string()
    }

    fn result(&self, op: &Op) -> String {
        self.text[op.results[0].index()].clone()
    }

    fn goto_error(&self, op: &Op) -> String {
        match op.error {
            Some(error) => self.goto(error),
            None => crate::bug("an op that may fail has no error edge"),
        }
    }

    /// Goes to the error edge if the result says so.
    fn check(&mut self, op: &Op, value: &str, repr: Repr) {
        let failed = match repr {
            Repr::Object | Repr::Text | Repr::Handled => format!("{value} == NULL"),
            Repr::Int => format!("tb_int_is_error({value})"),
            Repr::Float => format!("tb_float_failed({value})"),
            Repr::Bool => format!("{value} == 2"),
            Repr::Void | Repr::Iter | Repr::Range => format!("{value} < 0"),
        };
        let text = format!("if (TB_UNLIKELY({failed})) {}", self.goto_error(op));
        self.say(&text);
    }

    /// `t = text;` and the check of `t`.
    fn assign_checked(&mut self, op: &Op, text: &str) {
        let result = self.result(op);
        let text = self.framed(op, text);
        self.say(&format!("{result} = {text};"));
        let repr = self.function.values[op.results[0].index()].repr;
        self.check(op, &result, repr);
    }

    /// A C function that answers a negative number on failure.
    fn act_checked(&mut self, op: &Op, text: &str) {
        let text = format!("if (TB_UNLIKELY({text} < 0)) {}", self.goto_error(op));
        self.say(&text);
    }

    /// One op; `leaving` if it is among the last that clear variables before the function is left.
    pub(super) fn op(&mut self, op: &Op, leaving: bool) {
        if let OpKind::Load(_)
        | OpKind::Traceback
        | OpKind::Retain(_)
        | OpKind::Release(_)
        | OpKind::Clear(..) = op.kind
        {
            // These stand for no place in the source of their own.
        } else {
            self.at_line(op.line);
        }
        match &op.kind {
            OpKind::Prim(prim, args) => self.prim(op, *prim, args),
            OpKind::Native(id, args) => {
                let args = self.operands(args).join(", ");
                let text = format!("{}({args})", self.names.body(*id));
                if op.results.is_empty() {
                    self.act_checked(op, &text)
                } else {
                    self.assign_checked(op, &text)
                }
            }
            OpKind::Load(var) => self.load(op, *var),
            OpKind::Take(var) => self.take(op, *var),
            OpKind::Store(var, value, old) => self.store(*var, value, *old),
            OpKind::Clear(var, old) => self.clear(*var, *old, leaving),
            OpKind::CheckBound(var, scope) => self.check_bound(op, *var, *scope),
            OpKind::Retain(value) => {
                let is_int = self.function.repr(value) == Some(Repr::Int);
                let (result, value) = (self.result(op), self.operand(value));
                self.say(&if is_int {
                    format!("{result} = tb_int_retain({value});")
                } else {
                    format!("{result} = Py_NewRef({value});")
                });
            }
            OpKind::Release(value) => {
                let repr = self.function.values[value.index()].repr;
                let owner = self.owner(*value);
                let text = match self.lent.texts.contains(value) && !self.is_cold {
                    true => format!("Py_XDECREF({owner});"),
                    false => self.release(repr, &owner),
                };
                self.say(&text);
            }
            OpKind::Start(function, args) => {
                let spec = self.names.spec(*function);
                let list: Vec<String> = args.iter().map(|arg| self.operand(arg)).collect();
                if list.is_empty() {
                    self.assign_checked(op, &format!("tb_start(&{spec}, NULL, 0)"));
                    return;
                }
                let text = format!(
                    "{{\n    PyObject *args[] = {{{}}};\n    {} = tb_start(&{spec}, args, {});\n}}\nif (TB_UNLIKELY({1} == NULL)) {}",
                    list.join(", "),
                    self.result(op),
                    list.len(),
                    self.goto_error(op)
                );
                self.say(&text);
            }
            OpKind::Pack(kind, items) => self.pack(op, *kind, items),
            OpKind::Unpack {
                value,
                before,
                star,
                after,
            } => {
                let value = self.operand(value);
                let count = op.results.len();
                let call = if *star {
                    format!("tb_unpack_star({value}, {before}, {after}, items)")
                } else {
                    format!("tb_unpack({value}, {before}, items)")
                };
                let mut text = format!(
                    "{{\n    PyObject *items[{}];\n    if (TB_UNLIKELY({call} < 0)) {}\n",
                    count.max(1),
                    self.goto_error(op)
                );
                for (at, result) in op.results.iter().enumerate() {
                    text.push_str(&format!(
                        "    {} = items[{at}];\n",
                        self.text[result.index()]
                    ));
                }
                text.push('}');
                self.say(&text);
            }
            OpKind::CallObject {
                callee,
                args,
                keywords,
            } => {
                let callee = self.operand(callee);
                let args = self.operands(args);
                match (args.as_slice(), keywords.is_empty()) {
                    ([], true) => self.assign_checked(op, &format!("tb_call_0({callee})")),
                    ([one], true) => {
                        self.assign_checked(op, &format!("tb_call_1({callee}, {one})"))
                    }
                    _ => {
                        let names = if keywords.is_empty() {
                            "NULL".into()
                        } else {
                            self.constants.keywords(keywords)
                        };
                        let call = format!(
                            "tb_call({callee}, args + 1, {}, {names})",
                            args.len() - keywords.len()
                        );
                        self.call_with_array(op, &args, &call);
                    }
                }
            }
            OpKind::CallMethod {
                name,
                args,
                keywords,
            } => {
                let name = self.constants.text(name);
                let args = self.operands(args);
                let names = if keywords.is_empty() {
                    "NULL".into()
                } else {
                    self.constants.keywords(keywords)
                };
                let call = format!(
                    "tb_call_method({name}, args + 1, {}, {names})",
                    args.len() - keywords.len()
                );
                self.call_with_array(op, &args, &call);
            }
            OpKind::FieldRead(object, class, field) => self.field_read(op, object, *class, *field),
            OpKind::FieldWrite(object, class, field, value) => {
                let kind = self.field_word(*class, *field);
                let (object, value) = (self.operand(object), self.operand(value));
                let slot = self.slot(&object, *class, *field);
                self.say(&match kind {
                    "int" | "object" => {
                        format!("tb_field_write_{kind}({object}, {slot}, {value});")
                    }
                    _ => format!("tb_field_write_{kind}({slot}, {value});"),
                });
            }
            OpKind::New(class, fields) => self.new_object(op, *class, fields),
            OpKind::Allocate(class) => {
                self.assign_checked(
                    op,
                    &format!("tb_class_allocate(&{})", self.names.class(*class)),
                );
                let result = self.result(op);
                for at in 0..self.names.program.classes[class.index()].fields.len() {
                    let field = FieldId(at as u32);
                    let nothing = match self.field_word(*class, field) {
                        "int" => "TB_INT_UNSET",
                        "float" => "tb_float_unset()",
                        "bool" => "TB_BOOL_UNSET",
                        _ => "NULL",
                    };
                    let text = format!(
                        "tb_field_init_{}({}, {nothing});",
                        self.field_word(*class, field),
                        self.slot(&result, *class, field)
                    );
                    self.say(&text);
                }
                self.say(&format!(
                    "{result} = tb_class_finish(&{}, {result});",
                    self.names.class(*class)
                ));
            }
            OpKind::FieldDefault(class, field) => {
                self.assign_checked(
                    op,
                    &format!(
                        "tb_class_default(&{}, {})",
                        self.names.class(*class),
                        field.0
                    ),
                );
            }
            OpKind::ArgumentDefault(id, at) => {
                self.assign_checked(
                    op,
                    &format!("tb_argument_default(&{}, {at})", self.names.spec(*id)),
                );
            }
            OpKind::Expect(value, ty, place) => {
                let value = self.operand(value);
                let Some(predicate) = self.names.predicate(ty, &value) else {
                    return;
                };
                let shown = string(&self.names.show(ty));
                let complaint = self.complaint(place, &value, &shown);
                let text = format!(
                    "if (TB_UNLIKELY(!({predicate}))) {{\n    {complaint}\n    {}\n}}",
                    self.goto_error(op)
                );
                self.say(&text);
            }
            OpKind::Unbox(value, place) => self.unbox(op, value, place),
            OpKind::ExceptEnter => {
                let previous = self.text[op.results[1].index()].clone();
                let text = format!("{} = tb_except_enter(&{previous});", self.result(op));
                self.say(&text);
            }
            OpKind::WithEnter(manager) => {
                let manager = self.operand(manager);
                let exit = self.text[op.results[1].index()].clone();
                self.assign_checked(op, &format!("tb_with_enter({manager}, &{exit})"));
            }
            OpKind::AsyncWithEnter(manager) => {
                let manager = self.operand(manager);
                let exit = self.text[op.results[1].index()].clone();
                self.assign_checked(op, &format!("tb_async_with_enter({manager}, &{exit})"));
            }
            OpKind::Traceback => self.say(&format!(
                "tb_traceback_add(&{}.info, {});",
                self.names.spec(self.id),
                op.line
            )),
        }
    }

    fn prim(&mut self, op: &Op, prim: Prim, args: &[Operand]) {
        if prim == Prim::Reraise {
            // Only the complaint that there is nothing to raise has an entry for this line.
            let spec = self.names.spec(self.id);
            let text = format!(
                "tb_reraise_at(&{spec}.info, {});\n{}",
                op.line,
                self.goto_error(op)
            );
            self.say(&text);
            return;
        }
        let row = prim.get();
        match (row.result, row.failure) {
            (Some(Repr::Iter | Repr::Range), _) => {
                let mut all = vec![format!("&{}", self.result(op))];
                all.extend(self.operands(args));
                self.act_checked(op, &format!("{}({})", row.c, all.join(", ")));
            }
            (Some(_), Failure::Never) => {
                if self.uses[op.results[0].index()] > 0 {
                    let text = format!("{} = {};", self.result(op), self.call_text(prim, args));
                    self.say(&text);
                }
            }
            (Some(_), _) => {
                let text = self.call_text(prim, args);
                self.assign_checked(op, &text);
            }
            (None, Failure::Never) => {
                let text = format!("{};", self.call_text(prim, args));
                self.say(&text);
            }
            (None, Failure::Result) => {
                let text = self.call_text(prim, args);
                self.act_checked(op, &text);
            }
            (None, Failure::Always) => {
                let text = format!("{};\n{}", self.call_text(prim, args), self.goto_error(op));
                self.say(&text);
            }
        }
    }

    // Variables.

    fn load(&mut self, op: &Op, var: VarId) {
        let value = op.results[0];
        if self.inline.contains(&value) || self.uses[value.index()] == 0 {
            return;
        }
        let (result, var) = (self.result(op), self.vars[var.index()].clone());
        let info = &self.function.values[value.index()];
        let text = match (info.ownership, info.repr) {
            (Ownership::Owned, Repr::Int) => format!("{result} = tb_int_retain({var});"),
            (Ownership::Owned, _) => format!("{result} = Py_NewRef({var});"),
            (Ownership::Trivial | Ownership::Borrowed | Ownership::BorrowedFrom(_), _) => {
                format!("{result} = {var};")
            }
        };
        self.say(&text);
    }

    fn take(&mut self, op: &Op, var: VarId) {
        let repr = self.function.vars[var.index()].repr;
        let name = self.vars[var.index()].clone();
        if self.uses[op.results[0].index()] > 0 {
            let text = format!("{} = {name};", self.result(op));
            self.say(&text);
        }
        match repr {
            Repr::Float | Repr::Bool => {}
            Repr::Iter => self.say(&format!("{name} = (tb_iter){{0}};")),
            Repr::Range => self.say(&format!("{name} = (tb_range){{0}};")),
            repr => self.say(&format!("{name} = {};", unset(repr))),
        }
    }

    fn store(&mut self, var: VarId, value: &Operand, old: State) {
        let repr = self.function.vars[var.index()].repr;
        let (name, value) = (self.vars[var.index()].clone(), self.operand(value));
        self.say(&match (repr, old) {
            (Repr::Object, State::Set) => format!("Py_SETREF({name}, {value});"),
            (Repr::Object, State::Maybe) => format!("Py_XSETREF({name}, {value});"),
            (Repr::Int, State::Set | State::Maybe) => format!("tb_int_store(&{name}, {value});"),
            (Repr::Iter | Repr::Range | Repr::Text, State::Set | State::Maybe) => {
                format!("{}\n{name} = {value};", self.release(repr, &name))
            }
            _ => format!("{name} = {value};"),
        });
    }

    fn clear(&mut self, var: VarId, old: State, leaving: bool) {
        let repr = self.function.vars[var.index()].repr;
        let name = self.vars[var.index()].clone();
        let text = match (repr, old, leaving) {
            (Repr::Object | Repr::Int, _, true) if self.is_cold => self.release(repr, &name),
            (Repr::Object | Repr::Int, _, false) if self.is_cold => {
                format!("{}\n{name} = {};", self.release(repr, &name), unset(repr))
            }
            (Repr::Object, State::Set, true) => format!("Py_DECREF({name});"),
            (Repr::Object, _, true) => format!("Py_XDECREF({name});"),
            (Repr::Object, _, false) => format!("Py_CLEAR({name});"),
            (Repr::Int, _, true) => format!("tb_int_release({name});"),
            (Repr::Int, _, false) => format!("tb_int_store(&{name}, TB_INT_ERROR);"),
            (Repr::Float | Repr::Bool, _, _) => format!("{name} = {};", unset(repr)),
            (repr, _, _) => self.release(repr, &name),
        };
        self.say(&text);
    }

    fn check_bound(&mut self, op: &Op, var: VarId, scope: Scope) {
        let info = &self.function.vars[var.index()];
        let name = self.vars[var.index()].clone();
        let test = match info.repr {
            Repr::Int => format!("tb_int_is_error({name})"),
            Repr::Float => format!("tb_float_is_unset({name})"),
            Repr::Bool => format!("{name} == TB_BOOL_UNSET"),
            _ => format!("{name} == NULL"),
        };
        let python = self.constants.text(&info.name.as_str().into());
        let raise = match scope {
            Scope::Local => format!("tb_raise_unbound({python})"),
            Scope::Free => format!("tb_cell_raise_unbound({python}, 1)"),
        };
        let text = format!(
            "if (TB_UNLIKELY({test})) {{\n    {raise};\n    {}\n}}",
            self.goto_error(op)
        );
        self.say(&text);
    }

    // Calls and construction.

    /// A call that gives an object, with a frame for this function while it runs if the callee may look for one.
    fn framed(&self, op: &Op, call: &str) -> String {
        if !op.framed {
            return call.into();
        }
        let spec = self.names.spec(self.id);
        format!("TB_FRAMED(&{spec}.info, {}, {call})", op.line)
    }

    fn call_with_array(&mut self, op: &Op, args: &[String], call: &str) {
        let result = self.result(op);
        let call = self.framed(op, call);
        let list: Vec<&str> = std::iter::once("NULL")
            .chain(args.iter().map(String::as_str))
            .collect();
        self.say(&format!(
            "{{\n    PyObject *args[] = {{{}}};\n    {result} = {call};\n}}",
            list.join(", ")
        ));
        self.check(op, &result, Repr::Object);
    }

    fn pack(&mut self, op: &Op, kind: Pack, items: &[Operand]) {
        let result = self.result(op);
        let items = self.operands(items);
        let (word, empty) = match kind {
            Pack::Tuple => ("tuple", "PyTuple_New(0)"),
            Pack::List => ("list", "PyList_New(0)"),
        };
        if items.is_empty() {
            self.assign_checked(op, empty);
            return;
        }
        self.say(&format!(
            "{{\n    PyObject *items[] = {{{}}};\n    {result} = tb_{word}_pack(items, {});\n}}",
            items.join(", "),
            items.len()
        ));
        self.check(op, &result, Repr::Object);
    }

    /// The C variable with the reference that a value has: for a lent text another one, which is NULL while it has none.
    pub(super) fn owner(&self, value: ValueId) -> String {
        let text = &self.text[value.index()];
        match self.lent.texts.contains(&value) {
            true => format!("{text}_held"),
            false => text.clone(),
        }
    }

    fn field_word(&self, class: ClassId, field: FieldId) -> &'static str {
        match crate::lower::repr(
            &self.names.program.classes[class.index()].fields[field.index()].ty,
        ) {
            Repr::Int => "int",
            Repr::Float => "float",
            Repr::Bool => "bool",
            _ => "object",
        }
    }

    fn slot(&self, object: &str, class: ClassId, field: FieldId) -> String {
        format!(
            "&(({} *){object})->{}",
            self.names.object(class),
            self.names.field(class, field)
        )
    }

    fn field_read(&mut self, op: &Op, object: &Operand, class: ClassId, field: FieldId) {
        let kind = self.field_word(class, field);
        let (object, result) = (self.operand(object), self.result(op));
        let slot = self.slot(&object, class, field);
        let repr = self.function.values[op.results[0].index()].repr;
        let value = op.results[0];
        let lent = self.lent.texts.contains(&value);
        let meanwhile = self.lent.meanwhile.iter().find(|(int, _)| *int == value);
        let (read, test) = match kind {
            "int" if let Some((_, text)) = meanwhile => (
                format!(
                    "tb_field_read_int_lending({object}, {slot}, {}, &{})",
                    self.text[text.index()],
                    self.owner(*text)
                ),
                format!("tb_int_is_unset({result})"),
            ),
            "int" => (
                format!("tb_field_read_int({object}, {slot})"),
                format!("tb_int_is_unset({result})"),
            ),
            "float" => (
                format!("tb_field_read_float({slot})"),
                format!("tb_float_is_unset({result})"),
            ),
            "bool" => (
                format!("tb_field_read_bool({slot})"),
                format!("tb_bool_is_unset({result})"),
            ),
            _ if lent => (
                format!(
                    "tb_field_lend_text({object}, {slot}, &{})",
                    self.owner(value)
                ),
                format!("{result} == NULL"),
            ),
            _ => (
                format!("tb_field_read_object({object}, {slot})"),
                format!("{result} == NULL"),
            ),
        };
        let missing = format!(
            "tb_field_missing_{kind}(&{}, {}, {object})",
            self.names.class(class),
            field.0
        );
        let failed = match repr {
            Repr::Float => format!("tb_float_is_unset({result})"),
            repr => format!("{result} == {}", failure(repr)),
        };
        let missing = match lent {
            true => format!("{} = {missing}", self.owner(value)),
            false => missing,
        };
        let text = format!(
            "{result} = {read};\nif (TB_UNLIKELY({test})) {{\n    {result} = {missing};\n    if ({failed}) {}\n}}",
            self.goto_error(op)
        );
        self.say(&text);
    }

    fn new_object(&mut self, op: &Op, class: ClassId, fields: &[Operand]) {
        let result = self.result(op);
        let spec = self.names.class(class);
        let values = self.operands(fields);
        let mut text = format!(
            "{result} = tb_class_allocate(&{spec});\nif (TB_UNLIKELY({result} == NULL)) {{\n"
        );
        for (field, value) in fields.iter().zip(&values) {
            if let Operand::Value(id) = field
                && self.function.values[id.index()].repr.is_counted()
            {
                text.push_str(&format!(
                    "    {}\n",
                    drop_quietly(self.function.values[id.index()].repr, value)
                ));
            }
        }
        text.push_str(&format!("    {}\n}}\n", self.goto_error(op)));
        for (at, value) in values.iter().enumerate() {
            let field = FieldId(at as u32);
            text.push_str(&format!(
                "tb_field_init_{}({}, {value});\n",
                self.field_word(class, field),
                self.slot(&result, class, field)
            ));
        }
        text.push_str(&format!("{result} = tb_class_finish(&{spec}, {result});"));
        self.say(&text);
    }

    // Giving back.

    /// The statement that gives an owned value back.
    fn release(&self, repr: Repr, value: &str) -> String {
        if self.is_cold {
            return drop_quietly(repr, value);
        }
        match repr {
            Repr::Int => format!("tb_int_release({value});"),
            Repr::Iter => format!("tb_iter_end(&{value});"),
            Repr::Range => format!("tb_range_end(&{value});"),
            Repr::Text => format!("tb_format_discard({value});"),
            Repr::Object | Repr::Handled | Repr::Float | Repr::Bool | Repr::Void => {
                format!("Py_DECREF({value});")
            }
        }
    }

    /// What a failure leaves behind, given back by one call: how many of the first ops of the block have been written.
    pub(super) fn unwind(&mut self, ops: &[Op]) -> usize {
        let Some(Op {
            kind: OpKind::Traceback,
            line,
            ..
        }) = ops.first()
        else {
            return 0;
        };
        let objects: Vec<String> = ops[1..]
            .iter()
            .map_while(|op| match op.kind {
                OpKind::Release(value)
                    if self.function.values[value.index()].repr == Repr::Object =>
                {
                    Some(self.owner(value))
                }
                _ => None,
            })
            .collect();
        let spec = self.names.spec(self.id);
        if !self.is_cold || objects.is_empty() {
            return 0;
        }
        self.say(&format!(
            "tb_unwind(&{spec}.info, {line}, {}, {});",
            objects.len(),
            objects.join(", ")
        ));
        objects.len() + 1
    }

    // Checks.

    /// The statement that sets the TypeError of a failed check.
    fn complaint(&self, place: &Place, value: &str, shown: &str) -> String {
        match place {
            Place::Here => format!("tb_raise_expected({}, {shown}, {value});", self.here()),
            Place::Argument(id, at) => format!(
                "(void)tb_argument_error(&{}, {at}, {value});",
                self.names.spec(*id)
            ),
            Place::Field(class, field) => format!(
                "(void)tb_field_type_error(&{}, {}, {value});",
                self.names.class(*class),
                field.0
            ),
        }
    }

    fn here(&self) -> String {
        string(&format!(
            "{}()",
            self.names.program.functions[self.id.index()].qualname
        ))
    }

    fn unbox(&mut self, op: &Op, value: &Operand, place: &Place) {
        let value = self.operand(value);
        let result = self.result(op);
        let (word, test) = match self.function.values[op.results[0].index()].repr {
            Repr::Int => ("int", format!("tb_is_int({value})")),
            Repr::Float => (
                "float",
                format!("(PyFloat_CheckExact({value}) || PyLong_CheckExact({value}))"),
            ),
            _ => ("bool", format!("PyBool_Check({value})")),
        };
        match place {
            Place::Here => {
                let here = self.here();
                self.assign_checked(op, &format!("tb_{word}_from_object({value}, {here})"));
            }
            Place::Argument(id, at) => {
                let spec = self.names.spec(*id);
                self.act_checked(
                    op,
                    &format!("tb_argument_{word}(&{spec}, {at}, {value}, &{result})"),
                );
            }
            Place::Field(..) => {
                let complaint = self.complaint(place, &value, "");
                let text = format!(
                    "if (TB_UNLIKELY(!{test})) {{\n    {complaint}\n    {}\n}}",
                    self.goto_error(op)
                );
                self.say(&text);
                self.assign_checked(op, &format!("tb_{word}_from_object({value}, NULL)"));
            }
        }
    }
}

/// The same where hardly anything ever comes: short, not fast.
fn drop_quietly(repr: Repr, value: &str) -> String {
    match repr {
        Repr::Int => format!("tb_int_drop({value});"),
        Repr::Iter => format!("tb_drop({value}.source);\n{value}.source = NULL;"),
        Repr::Range => format!("tb_drop({value}.iterator);\n{value}.iterator = NULL;"),
        Repr::Text => format!("tb_format_discard({value});"),
        Repr::Object | Repr::Handled | Repr::Float | Repr::Bool | Repr::Void => {
            format!("tb_drop({value});")
        }
    }
}

/// A C literal of a double.
fn float(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 {
            "Py_HUGE_VAL".into()
        } else {
            "-Py_HUGE_VAL".into()
        };
    }
    let text = format!("{number:?}");
    if number.is_sign_negative() {
        format!("({text})")
    } else {
        text
    }
}
