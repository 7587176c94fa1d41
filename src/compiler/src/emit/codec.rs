//! Request decoders, response encoders and the handler table of one module, as C.
//!
//! In: the checked program with its routes, and a `Layout` that knows how the rest of the generated C names and calls
//! things. Out: one piece of C text that goes at the end of the module's file, the name of its `tb_module` and of the
//! function to put into `tb_module_spec.finish`. What holds: every function in the text is static, used, and declared
//! before use; a handler whose types cannot all be coded is left out and served through its Python function.
//!
//! The rules are those of docs/internals.md, "Coding of values"; the loops are in runtime-c/src/codec*.c.

mod decode;
mod encode;
mod handler;
pub(in crate::emit) mod names;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::app::App;
use crate::hir::{ClassId, EnumId, FieldId, FunctionId, ModuleId, Program};
use crate::types::{Known, Literal, Type};

/// How the rest of the generated C names and calls what codecs need.
pub trait Layout {
    /// The C type of a class's struct: `Order`.
    fn class_struct(&self, class: ClassId) -> String;
    /// The member of that struct that holds a field: `qty`, or `base.id` for an inherited one.
    fn class_member(&self, class: ClassId, field: FieldId) -> String;
    /// The `tb_class_spec` variable, visible in this module's file.
    fn class_spec(&self, class: ClassId) -> String;
    /// A C expression for whether the object `value` is of a class of the standard library.
    fn known_check(&self, known: Known, value: &str) -> String;
    /// The function's generated vectorcall, visible in this module's file.
    fn vectorcall(&self, function: FunctionId) -> String;
    /// A C expression of type `int`, `TB_OK`, `TB_RAISED` or `TB_WAITING` (with the coroutine in `*result`): calls the compiled body with borrowed arguments
    /// (`tb_int`, `double`, `uint8_t` or `PyObject *`, in order of the signature) and stores the owned result in the
    /// lvalue `result`, which is `None` if the function returns `None`.
    fn call(&self, function: FunctionId, arguments: &[String], result: Option<&str>) -> String;
}

/// The C text and what of it the module's spec refers to.
#[derive(Debug)]
pub struct Codecs {
    /// To be put after the module's functions; wants `#include "tb_codec.h"`.
    pub text: String,
    /// The `tb_module` variable, for `tb_module_spec.handlers` (by address).
    pub handlers: String,
    /// The function for `tb_module_spec.finish`, where enums have to be fetched.
    pub finish: Option<String>,
}

/// How a value is held in C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Int,
    Float,
    Bool,
    Object,
}

impl Held {
    /// As types.rs says; `Literal` like the join of its values.
    pub(crate) fn of(ty: &Type) -> Held {
        match ty {
            Type::Int | Type::Integer(_) => Held::Int,
            Type::Float => Held::Float,
            Type::Bool => Held::Bool,
            Type::Literal(values) if values.iter().all(|each| matches!(each, Literal::Int(_))) => {
                Held::Int
            }
            Type::Literal(values) if values.iter().all(|each| matches!(each, Literal::Bool(_))) => {
                Held::Bool
            }
            _ => Held::Object,
        }
    }

    /// The C type.
    pub(crate) fn c(self) -> &'static str {
        match self {
            Held::Int => "tb_int ",
            Held::Float => "double ",
            Held::Bool => "uint8_t ",
            Held::Object => "PyObject *",
        }
    }

    /// The word in names of C functions.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Held::Int => "int",
            Held::Float => "float",
            Held::Bool => "bool",
            Held::Object => "object",
        }
    }

    /// The statement that releases an owned value, if it owns anything.
    pub(crate) fn release(self, value: &str) -> Option<String> {
        match self {
            Held::Int => Some(format!("tb_int_release({value});")),
            Held::Object => Some(format!("Py_DECREF({value});")),
            Held::Float | Held::Bool => None,
        }
    }
}

/// The codecs of a module's handlers, or `None` if it has no native handler that can be coded.
pub fn codecs(
    program: &Program,
    app: &App,
    module: ModuleId,
    layout: &dyn Layout,
) -> Option<Codecs> {
    let mut emitter = Emitter::new(program, layout);
    let handlers: Vec<_> = emitter
        .module_handlers(app, module)
        .into_iter()
        .filter(|(function, _)| emitter.can_be_coded(*function))
        .collect();
    if handlers.is_empty() {
        return None;
    }
    let table = emitter.handler_table(module, &handlers);
    let mut text = String::from("\n/* Decoders and encoders. */\n\n");
    for enumeration in &emitter.enums {
        let (module, name) = emitter.enum_place(*enumeration);
        let variable = emitter.enum_variable(*enumeration);
        let _ = writeln!(
            text,
            "static tb_enum {variable} = {{.module = {}, .qualname = {}}};",
            names::string(&module),
            names::string(&name)
        );
    }
    text.push_str(&emitter.prototypes);
    text.push_str(&emitter.bodies);
    text.push_str(&table);
    let finish = (!emitter.enums.is_empty()).then(|| String::from("tb_codecs_finish"));
    if finish.is_some() {
        text.push_str(
            "\nstatic int tb_codecs_finish(PyObject *module) {\n    (void)module;\n    return ",
        );
        let loads: Vec<_> = emitter
            .enums
            .iter()
            .map(|each| format!("tb_codec_enum_load(&{}) < 0", emitter.enum_variable(*each)))
            .collect();
        let _ = writeln!(text, "{} ? -1 : 0;\n}}", loads.join(" || "));
    }
    Some(Codecs {
        text,
        handlers: String::from("tb_handlers"),
        finish,
    })
}

/// What has been written so far.
pub(crate) struct Emitter<'a> {
    pub(crate) program: &'a Program,
    pub(crate) layout: &'a dyn Layout,
    /// Forward declarations, so that types may refer to each other.
    prototypes: String,
    bodies: String,
    /// Names of types, by type.
    names: BTreeMap<String, Type>,
    /// C functions already written or being written.
    written: BTreeSet<String>,
    /// Enums whose class is fetched at import.
    enums: BTreeSet<EnumIndex>,
}

/// An enum by position, ordered so that output does not depend on the order of discovery.
pub(crate) type EnumIndex = u32;

impl<'a> Emitter<'a> {
    fn new(program: &'a Program, layout: &'a dyn Layout) -> Emitter<'a> {
        Emitter {
            program,
            layout,
            prototypes: String::new(),
            bodies: String::new(),
            names: BTreeMap::new(),
            written: BTreeSet::new(),
            enums: BTreeSet::new(),
        }
    }

    /// Writes a static function once: `body` makes its lines (without braces) when it is new.
    fn function(
        &mut self,
        name: &str,
        parameters: &str,
        body: impl FnOnce(&mut Self) -> String,
    ) -> String {
        if self.written.insert(name.to_string()) {
            let _ = writeln!(self.prototypes, "static int {name}({parameters});");
            let lines = body(self);
            let _ = writeln!(
                self.bodies,
                "\nstatic int {name}({parameters}) {{\n{lines}}}"
            );
        }
        name.to_string()
    }

    fn enum_place(&self, enumeration: EnumIndex) -> (String, String) {
        let found = &self.program.enums[enumeration as usize];
        (
            self.program.modules[found.module.index()].name.clone(),
            found.qualname.clone(),
        )
    }

    /// Remembers that an enum's class is needed and gives its variable.
    fn use_enum(&mut self, id: EnumId) -> String {
        self.enums.insert(id.0);
        self.enum_variable(id.0)
    }

    fn enum_variable(&self, enumeration: EnumIndex) -> String {
        let (module, name) = self.enum_place(enumeration);
        format!("tb_enum_{}", names::identifier(&format!("{module}.{name}")))
    }

    /// How a type is shown in messages: `list[int] | None`.
    pub(crate) fn show(&self, ty: &Type) -> String {
        names::show(self.program, ty)
    }
}

/// The parameters of decoders and encoders.
const DECODER: &str = "tb_reader *reader, const tb_place *place, PyObject **out";
const TEXT: &str = "tb_reader *reader, const tb_place *place, tb_slice text, PyObject **out";
const ENCODER: &str = "tb_buffer *buffer, PyObject *value";
