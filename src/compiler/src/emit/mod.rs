//! C text from a checked program: one file per module and one for the program.

mod class;
pub mod codec;
mod constants;
mod declarations;
mod function;
mod inner;
mod layout;
mod module;
mod names;
mod wrapper;

use std::collections::BTreeMap;

use crate::app::App;
use crate::hir::{Handover, Module, ModuleId, Program};
use crate::ir::text;
use crate::lower::lower;
use crate::passes;
use crate::source::Sources;
use crate::verify::{Verified, verify};
use declarations::Declarations;
use names::Names;

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

/// All files of a program: `<mangled module>.c` for each module, and `__program.c`.
pub fn emit_program(
    program: &Program,
    app: &App,
    sources: &Sources,
    options: &EmitOptions,
) -> Vec<CFile> {
    let verified = verified(program, sources);
    let names = Names::new(program);
    let declarations = Declarations::new(&names);
    let mut files: Vec<CFile> = (0..program.modules.len() as u32)
        .map(ModuleId)
        .map(|id| CFile {
            name: format!("{}.c", mangle(&program.modules[id.index()].name)),
            text: module::module_text(&names, &declarations, &verified, app, sources, id, options),
        })
        .collect();
    files.push(CFile {
        // No module's: a mangled name never starts with two underscores.
        name: "__program.c".into(),
        text: module::program_text(&names, options),
    });
    files
}

/// The IR of every function as text, as `emit` gets it.
pub fn ir_text(program: &Program, sources: &Sources) -> String {
    let verified = verified(program, sources);
    verified
        .program()
        .functions
        .iter()
        .map(text::function)
        .collect::<Vec<_>>()
        .join("\n")
}

fn verified(program: &Program, sources: &Sources) -> Verified {
    let mut ir = lower(program, sources);
    passes::run(&mut ir);
    match verify(ir) {
        Ok(verified) => verified,
        Err(fault) => crate::bug(&format!(
            "{}: {}: {}",
            fault.function, fault.block, fault.what
        )),
    }
}

/// The hand-overs of a module whose native code `emit_program` writes; the embedded code calls for exactly these.
pub fn emitted_handovers(module: &Module) -> &[Handover] {
    &module.handovers
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
