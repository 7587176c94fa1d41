//! C text from a checked program: one file per module, one for the program.

pub mod codec;
mod module;

use std::collections::BTreeMap;

use crate::app::App;
use crate::hir::{Handover, Module, Program};
use crate::source::Sources;

/// What the text depends on besides the program.
#[derive(Clone, Debug, Default)]
pub struct EmitOptions {
    /// The library's name: `PyInit_<program>`.
    pub program: String,
    /// Marshalled top-level code of each module by dotted name.
    pub code: BTreeMap<String, Vec<u8>>,
}

/// A generated file.
#[derive(Clone, Debug)]
pub struct CFile {
    /// `catalog__models.c`
    pub name: String,
    /// Its text.
    pub text: String,
}

/// All files of a program: `<mangled module>.c` for each module and `program.c`.
pub fn emit_program(
    program: &Program,
    _app: &App,
    _sources: &Sources,
    options: &EmitOptions,
) -> Vec<CFile> {
    let mut files: Vec<CFile> = program
        .modules
        .iter()
        .map(|each| CFile {
            name: format!("{}.c", mangle(&each.name)),
            text: module::module_text(each, options),
        })
        .collect();
    files.push(CFile {
        name: "program.c".into(),
        text: module::program_text(program, options),
    });
    files
}

/// The hand-overs of a module whose native code `emit_program` writes; the embedded code calls for exactly these.
pub fn emitted_handovers(_module: &Module) -> &[Handover] {
    &[]
}

/// A dotted or non-ASCII name as part of a C identifier: `.` is `__`, `_` before `_` and other characters are `_x<hex>_`.
pub fn mangle(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        match letter {
            '.' => out.push_str("__"),
            '_' if out.ends_with('_') => out.push_str("x5f_"),
            _ if letter.is_ascii_alphanumeric() || letter == '_' => out.push(letter),
            _ => out.push_str(&format!("_x{:x}_", letter as u32)),
        }
    }
    out
}
