//! What a C file declares of the program: the structs, tables and functions that its text mentions, and no others.
//!
//! So a file changes, and is compiled anew, only with the module and with what the module uses of others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::names::Names;
use super::{class, mangle, wrapper};
use crate::hir::{ClassId, EnumId, FunctionId, ModuleId};
use crate::types::{Known, Type};

/// Everything in a program that a C file may declare.
#[derive(Default)]
pub struct Declarations {
    /// In the order in which a file shows them.
    texts: Vec<String>,
    /// Index in `texts` by the declared name.
    places: BTreeMap<String, usize>,
}

impl Declarations {
    /// Those of a program.
    pub fn new(names: &Names) -> Declarations {
        let program = names.program;
        let mut made = Declarations::default();
        for id in (0..program.modules.len() as u32).map(ModuleId) {
            made.table("tb_module_spec", names.module(id));
        }
        for id in (0..program.classes.len() as u32).map(ClassId) {
            let mut text = String::new();
            class::object_struct(names, id, &mut text);
            made.add(names.object(id), text);
            made.table("tb_class_spec", names.class(id));
        }
        for id in (0..program.functions.len() as u32).map(FunctionId) {
            let params: Vec<String> = program.functions[id.index()]
                .params
                .iter()
                .map(|param| format!("v_{}", mangle(&param.name)))
                .collect();
            let prototype = wrapper::prototype(names, id, &params);
            made.add(names.body(id), format!("{prototype};\n"));
            made.table("tb_function_spec", names.spec(id));
        }
        for (variable, ..) in named_classes(names) {
            made.table("tb_named_class", variable);
        }
        made
    }

    fn table(&mut self, kind: &str, name: String) {
        let text = format!("extern {kind} {name};\n");
        self.add(name, text);
    }

    fn add(&mut self, name: String, text: String) {
        self.places.insert(name, self.texts.len());
        self.texts.push(text);
    }

    /// Those that a C text mentions.
    pub fn of(&self, text: &str) -> String {
        let mentioned: BTreeSet<usize> = text
            .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .filter(|word| word.starts_with("tb"))
            .filter_map(|word| self.places.get(word).copied())
            .collect();
        let mut out = String::new();
        for at in mentioned {
            let _ = writeln!(out, "{}", self.texts[at].trim_end());
        }
        out
    }
}

/// Enums of the program and the known classes of the standard library, as `Names::named` gives them, each once.
pub fn named_classes(names: &Names) -> Vec<(String, String, String)> {
    let enums = (0..names.program.enums.len() as u32).map(|at| Type::Enum(EnumId(at)));
    let known = [
        Known::Uuid,
        Known::DateTime,
        Known::Date,
        Known::Time,
        Known::TimeDelta,
        Known::Decimal,
        Known::Request,
        Known::Response,
    ];
    // Two enums of one name in a module are one class at a time.
    let mut seen = BTreeSet::new();
    enums
        .chain(known.map(Type::Known))
        .filter_map(|ty| names.named(&ty))
        .filter(|(variable, ..)| seen.insert(variable.clone()))
        .collect()
}
