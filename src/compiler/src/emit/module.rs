//! A module's C file around its functions: the embedded top-level code and the module's specification.

use std::fmt::Write;

use super::{EmitOptions, mangle};
use crate::hir::{Module, Program};

/// The C file of a module.
pub fn module_text(module: &Module, options: &EmitOptions) -> String {
    let mangled = mangle(&module.name);
    let code = options
        .code
        .get(&module.name)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut out = String::new();
    let _ = writeln!(
        out,
        "/* {} from {} */\n#include \"tb.h\"\n",
        module.name, module.path
    );
    out.push_str("/* The module's top-level code, marshalled. */\n");
    let _ = writeln!(out, "static const unsigned char tb_code[] = {{");
    for line in code.chunks(24) {
        let bytes: Vec<String> = line.iter().map(u8::to_string).collect();
        let _ = writeln!(out, "    {},", bytes.join(","));
    }
    out.push_str("};\n\n");
    let _ = writeln!(
        out,
        "static tb_module_spec tb_spec = {{\n    .name = \"{}\",\n    .code = tb_code,\n    .code_size = sizeof tb_code,\n}};\n\nTB_MODULE({mangled}, tb_spec)",
        module.name
    );
    out
}

/// The C file that ties the modules together.
pub fn program_text(program: &Program, options: &EmitOptions) -> String {
    let mut out = String::from("/* The program: all its modules. */\n#include \"tb.h\"\n\n");
    for module in &program.modules {
        let _ = writeln!(out, "PyObject *tb_init_{}(void);", mangle(&module.name));
    }
    out.push_str("\nstatic const tb_program_module tb_modules[] = {\n");
    for module in &program.modules {
        let _ = writeln!(
            out,
            "    {{\"{}\", tb_init_{}}},",
            module.name,
            mangle(&module.name)
        );
    }
    let _ = writeln!(
        out,
        "}};\n\nstatic const tb_program_spec tb_program = {{\n    .name = \"{0}\",\n    .modules = tb_modules,\n    .module_count = {1},\n}};\n\nTB_PROGRAM({0}, tb_program)",
        options.program,
        program.modules.len()
    );
    out
}
