//! The handler table: argument slots, how each is filled from text, JSON or an object, the call, and the result.

use std::fmt::Write as _;

use super::decode::range;
use super::names::{identifier, string};
use super::text::{has_text, many};
use super::{Emitter, Held};
use crate::app::App;
use crate::hir::{FunctionId, FunctionKind, ModuleId, Param, ParamKind};
use crate::types::{Known, Type};

/// Bytes of an argument slot: every representation fits a word.
const SLOT: usize = 8;

impl Emitter<'_> {
    /// The module's functions that are handlers, each once, with whether it may block.
    pub(super) fn module_handlers(&self, app: &App, module: ModuleId) -> Vec<(FunctionId, bool)> {
        let mut found: Vec<(FunctionId, bool)> = Vec::new();
        for route in &app.routes {
            let Ok(function) = route.native else { continue };
            if self.program.functions[function.index()].module != module {
                continue;
            }
            if !found.iter().any(|(each, _)| *each == function) {
                found.push((function, route.may_block));
            }
        }
        found.sort_by_key(|(function, _)| function.0);
        found
    }

    /// Whether every parameter and the result can be coded in C, and the function is called plainly.
    pub(super) fn can_be_coded(&self, id: FunctionId) -> bool {
        let function = &self.program.functions[id.index()];
        function.kind == FunctionKind::Plain
            && !function.is_opaque
            && function.params.iter().all(|each| {
                !matches!(each.kind, ParamKind::VarPositional | ParamKind::VarKeyword)
                    && (is_injected(&each.wire) || self.has_codec(&each.wire, &mut Vec::new()))
            })
            && (is_response(&function.returns)
                || self.has_codec(&function.returns, &mut Vec::new()))
    }

    /// Whether a type is made of types with a JSON form whose members are known.
    fn has_codec(&self, ty: &Type, around: &mut Vec<u32>) -> bool {
        match ty {
            Type::List(item) | Type::Set(item) | Type::FrozenSet(item) | Type::TupleOf(item) => {
                self.has_codec(item, around)
            }
            Type::Dict(key, value) => has_text(key) && self.has_codec(value, around),
            Type::Tuple(items) | Type::Union(items) => {
                items.iter().all(|each| self.has_codec(each, around))
            }
            Type::Class(id) => {
                if around.contains(&id.0) {
                    return true;
                }
                around.push(id.0);
                let class = &self.program.classes[id.index()];
                if class.is_opaque {
                    return false;
                }
                self.model(*id).is_some_and(|model| {
                    model
                        .members
                        .iter()
                        .all(|each| self.has_codec(&each.ty, around))
                        && class
                            .fields
                            .iter()
                            .all(|each| self.has_codec(&each.wire, around))
                })
            }
            Type::Known(known) => !matches!(known, Known::Request | Known::Response),
            Type::Object
            | Type::None
            | Type::Bool
            | Type::Int
            | Type::Integer(_)
            | Type::Float
            | Type::Str
            | Type::Bytes
            | Type::Enum(_)
            | Type::Literal(_) => true,
        }
    }

    /// The functions and tables of the handlers, ending with `tb_module tb_handlers`.
    pub(super) fn handler_table(
        &mut self,
        module: ModuleId,
        handlers: &[(FunctionId, bool)],
    ) -> String {
        let mut functions = String::new();
        let mut tables = String::new();
        let mut entries = String::new();
        let module_name = self.program.modules[module.index()].name.clone();
        for (id, blocks) in handlers {
            let function = &self.program.functions[id.index()];
            let word = identifier(&function.qualname);
            // One that suspends is called as Python does it, for a task: only what it gives is taken from C.
            let suspends = function.may_suspend;
            let parameters: Vec<Param> = match suspends {
                true => Vec::new(),
                false => function.params.clone(),
            };
            let returns = function.returns.clone();
            let (is_async, qualname) = (function.is_async, function.qualname.clone());
            if !parameters.is_empty() {
                let _ = writeln!(
                    tables,
                    "\nstatic const tb_parameter tb_parameters_{word}[] = {{"
                );
                for (at, parameter) in parameters.iter().enumerate() {
                    let line = self.parameter(at, parameter);
                    tables.push_str(&line);
                }
                tables.push_str("};\n");
            }
            let invoke = match suspends {
                true => String::from("NULL"),
                false => {
                    functions.push_str(&self.invoke(*id, &word, &parameters, &returns));
                    format!("tb_invoke_{word}")
                }
            };
            let object = is_response(&returns);
            let encode = if object {
                String::from("NULL")
            } else {
                self.result_encoder(&word, &returns, &mut functions)
            };
            let mut flags = Vec::new();
            if is_async {
                flags.push("TB_HANDLER_ASYNC");
            }
            if *blocks || suspends {
                flags.push("TB_HANDLER_MAY_BLOCK");
            }
            if returns == Type::None {
                flags.push("TB_HANDLER_RETURNS_NONE");
            }
            if object {
                flags.push("TB_HANDLER_RETURNS_OBJECT");
            }
            let _ = writeln!(
                entries,
                "    {{.name = {name}, .vectorcall = {vectorcall}, .flags = {flags}, .parameter_count = {count}, .parameters = {table},\n     .arguments_size = {arguments}, .result_size = 16, .invoke = {invoke}, .encode = {encode}, .result_object = tb_slot_take_{taken}}},",
                name = string(&format!("{module_name}.{qualname}")),
                vectorcall = self.layout.vectorcall(*id),
                flags = if flags.is_empty() {
                    "0".into()
                } else {
                    flags.join(" | ")
                },
                count = parameters.len(),
                table = if parameters.is_empty() {
                    "NULL".into()
                } else {
                    format!("tb_parameters_{word}")
                },
                arguments = (parameters.len() * SLOT).next_multiple_of(16).max(16),
                taken = if returns == Type::None {
                    "none"
                } else {
                    Held::of(&returns).word()
                },
            );
        }
        format!(
            "{functions}{tables}\nstatic const tb_handler tb_handler_table[] = {{\n{entries}}};\nstatic const tb_module tb_handlers = {{\n    .abi_version = TB_ABI_VERSION, .handler_count = {}, .name = {}, .handlers = tb_handler_table}};\n",
            handlers.len(),
            string(&module_name)
        )
    }

    /// One line of a parameter table.
    fn parameter(&mut self, at: usize, parameter: &Param) -> String {
        let ty = &parameter.wire;
        let held = Held::of(ty);
        let injected = is_injected(ty);
        let from_text = if injected {
            "NULL".into()
        } else {
            self.text_argument(ty)
        };
        let from_json = if injected {
            "NULL".into()
        } else {
            self.json_argument(ty)
        };
        let mut flags = Vec::new();
        if parameter.has_default {
            flags.push("TB_PARAMETER_HAS_DEFAULT");
        }
        if many(ty).is_some() {
            flags.push("TB_PARAMETER_MANY");
        }
        format!(
            "    {{.name = {name}, .offset = {offset}, .flags = {flags}, .from_text = {from_text}, .from_json = {from_json},\n     .from_object = {from_object}, .drop = {drop}}},\n",
            name = string(&parameter.name),
            offset = at * SLOT,
            flags = if flags.is_empty() {
                "0".into()
            } else {
                flags.join(" | ")
            },
            from_object = self.object_argument(&parameter.ty),
            drop = match held {
                Held::Int => "tb_slot_drop_int",
                Held::Object => "tb_slot_drop_object",
                Held::Float | Held::Bool => "NULL",
            },
        )
    }

    /// `from_text` for a type, or `NULL`.
    fn text_argument(&mut self, ty: &Type) -> String {
        const PARAMETERS: &str = "tb_reader *reader, const struct tb_place *place, const tb_slice *items, size_t count, void *slot";
        if many(ty).is_none() && !has_text(ty) {
            return "NULL".into();
        }
        let name = format!("tb_text_argument_{}", self.word(ty));
        let ty = ty.clone();
        self.function(&name, PARAMETERS, |emitter| {
            if let Some((item, type_object)) = many(&ty) {
                let element = emitter.text_decoder(item);
                return format!("    return tb_codec_text_many(reader, place, items, count, {element}, &{type_object}, slot);\n");
            }
            match (&ty, Held::of(&ty)) {
                (Type::Int | Type::Float | Type::Bool, held) => {
                    format!("    return tb_runtime_table->text_{}(reader, place, items[count - 1], slot);\n", held.word())
                }
                (Type::Integer(integer), _) => format!("    return tb_codec_text_integer(reader, place, items[count - 1], {}, slot);\n", range(*integer)),
                (_, Held::Object) => format!("    return {}(reader, place, items[count - 1], slot);\n", emitter.text_decoder(&ty)),
                (_, held) => {
                    let decoder = emitter.text_decoder(&ty);
                    unboxed(&format!("{decoder}(reader, place, items[count - 1], &object)"), held)
                }
            }
        })
    }

    /// `from_json` for a type.
    fn json_argument(&mut self, ty: &Type) -> String {
        let name = format!("tb_json_argument_{}", self.word(ty));
        let ty = ty.clone();
        self.function(
            &name,
            "tb_reader *reader, const struct tb_place *place, void *slot",
            |emitter| match (&ty, Held::of(&ty)) {
                (Type::Int | Type::Float | Type::Bool, held) => {
                    format!(
                        "    return tb_runtime_table->read_{}(reader, place, slot);\n",
                        held.word()
                    )
                }
                (Type::Integer(integer), _) => format!(
                    "    return tb_codec_read_integer(reader, place, {}, slot);\n",
                    range(*integer)
                ),
                (_, Held::Object) => format!(
                    "    return {}(reader, place, slot);\n",
                    emitter.decoder(&ty)
                ),
                (_, held) => {
                    let decoder = emitter.decoder(&ty);
                    unboxed(&format!("{decoder}(reader, place, &object)"), held)
                }
            },
        )
    }

    /// `from_object` for a type: what the compiled body may rely on is checked.
    fn object_argument(&mut self, ty: &Type) -> String {
        let held = Held::of(ty);
        if held != Held::Object {
            return format!("tb_slot_{}", held.word());
        }
        let Some(test) = self.accepts(ty, "value") else {
            return "tb_slot_object".into();
        };
        let name = format!("tb_object_argument_{}", self.word(ty));
        let shown = string(&self.show(ty));
        self.function(&name, "PyObject *value, void *slot", |_| {
            format!("    return {test} ? tb_slot_object(value, slot) : tb_codec_type_error({shown}, value);\n")
        })
    }

    /// `invoke`: slots to C values, the call, and the release of what the callee borrowed.
    fn invoke(&self, id: FunctionId, word: &str, parameters: &[Param], returns: &Type) -> String {
        let mut out = format!("\nstatic int tb_invoke_{word}(void *arguments, void *result) {{\n");
        if parameters.is_empty() {
            out.push_str("    (void)arguments;\n");
        }
        let mut names = Vec::new();
        let mut releases = String::new();
        for (at, parameter) in parameters.iter().enumerate() {
            let held = Held::of(&parameter.ty);
            let _ = writeln!(
                out,
                "    {c}a{at} = *({c}*)((char *)arguments + {});",
                at * SLOT,
                c = held.c()
            );
            if let Some(line) = held.release(&format!("a{at}")) {
                let _ = writeln!(releases, "    {line}");
            }
            names.push(format!("a{at}"));
        }
        let target = format!("(*({}*)result)", Held::of(returns).c());
        let call = if *returns == Type::None {
            out.push_str("    (void)result;\n");
            self.layout.call(id, &names, None)
        } else {
            self.layout.call(id, &names, Some(&target))
        };
        let _ = write!(
            out,
            "    int status = {call};\n{releases}    return status;\n}}\n"
        );
        out
    }

    /// `encode`: appends the result and releases it.
    fn result_encoder(&mut self, word: &str, returns: &Type, functions: &mut String) -> String {
        let held = Held::of(returns);
        let name = format!("tb_encode_result_{word}");
        if *returns == Type::None {
            let _ = write!(
                functions,
                "\nstatic int {name}(tb_buffer *buffer, void *result) {{\n    (void)result;\n    TB_CODEC_WRITE(buffer, \"null\");\n    return TB_OK;\n}}\n"
            );
            return name;
        }
        let encode = self.encode(returns, "value");
        let release = held
            .release("value")
            .map(|line| format!("    {line}\n"))
            .unwrap_or_default();
        let _ = write!(
            functions,
            "\nstatic int {name}(tb_buffer *buffer, void *result) {{\n    {c}value = *({c}*)result;\n    int failed = {encode};\n{release}    return failed ? TB_RAISED : TB_OK;\n}}\n",
            c = held.c()
        );
        name
    }
}

/// The body that decodes an object and unboxes it into the slot.
fn unboxed(decode: &str, held: Held) -> String {
    format!(
        "    PyObject *object;\n    int status = {decode};\n    if (status == TB_OK) {{\n        status = tb_slot_{}(object, slot) < 0 ? TB_RAISED : TB_OK;\n        Py_DECREF(object);\n    }}\n    return status;\n",
        held.word()
    )
}

/// Handed over by the runtime, never decoded.
fn is_injected(ty: &Type) -> bool {
    match ty {
        Type::Known(Known::Request) => true,
        Type::Union(members) => members.iter().any(is_injected),
        _ => false,
    }
}

/// The result has to be looked at as an object: it may be a `Response`.
fn is_response(ty: &Type) -> bool {
    match ty {
        Type::Object | Type::Known(Known::Response) => true,
        Type::Union(members) => members.iter().any(is_response),
        _ => false,
    }
}
