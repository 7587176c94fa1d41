//! The C files around functions and classes: a module's file and the program's file.

use std::fmt::Write;

use super::codec::{Codecs, codecs, names::string};
use super::constants::Constants;
use super::declarations::{Declarations, named_classes};
use super::function::OWN_LINES;
use super::names::Names;
use super::{EmitOptions, class, function, inner, layout, mangle, wrapper};
use crate::app::App;
use crate::hir::{ClassId, FunctionId, ModuleId, Native, Program};
use crate::source::Sources;
use crate::verify::Verified;

/// The C file of a module.
pub fn module_text(
    names: &Names,
    declarations: &Declarations,
    verified: &Verified,
    app: &App,
    sources: &Sources,
    id: ModuleId,
    options: &EmitOptions,
) -> String {
    let program = names.program;
    let module = &program.modules[id.index()];
    let mangled = mangle(&module.name);
    let spec = names.module(id);
    let functions: Vec<FunctionId> = (0..program.functions.len() as u32)
        .map(FunctionId)
        .filter(|each| program.functions[each.index()].module == id)
        .collect();
    let classes: Vec<ClassId> = (0..program.classes.len() as u32)
        .map(ClassId)
        .filter(|each| program.classes[each.index()].module == id)
        .collect();

    let mut constants = Constants::default();
    let mut bodies = String::new();
    for each in &functions {
        function::body(
            names,
            &verified.program().functions[each.index()],
            *each,
            &mut constants,
            sources,
            &mut bodies,
        );
        wrapper::wrapper(names, *each, &mut bodies);
    }
    let mut tables = String::new();
    for each in &functions {
        inner::table(names, *each, sources, &mut tables);
        wrapper::spec(names, *each, &mut tables);
    }
    classes
        .iter()
        .for_each(|each| class::class_spec(names, *each, &mut tables));

    let mut out = constants.declarations();
    out.push_str(&tables);
    out.push_str(&bodies);
    let codecs = codecs(program, app, id, &layout::Native { names });
    if let Some(Codecs { text, .. }) = &codecs {
        out.push_str("\n#include \"tb_codec.h\"\n");
        out.push_str(text);
    }
    let prepare = constants.prepare(&mut out);
    let guards = constants.guard_table(names, &mut out);
    if !module.handovers.is_empty() {
        out.push_str("\n/* What `def` and `class` statements hand over, in the order of the source. */\nstatic tb_handover tb_handovers[] = {\n");
        for each in &module.handovers {
            let _ = match each.what {
                Native::Function(id) => writeln!(out, "    {{&{}, NULL}},", names.spec(id)),
                Native::Class(id) => writeln!(out, "    {{NULL, &{}}},", names.class(id)),
            };
        }
        out.push_str("};\n");
    }
    let code = options
        .code
        .get(&module.name)
        .map(Vec::as_slice)
        .unwrap_or_default();
    out.push_str("\n/* The module's top-level code, marshalled. */\nstatic const unsigned char tb_code[] = {\n");
    for line in code.chunks(24) {
        let bytes: Vec<String> = line.iter().map(u8::to_string).collect();
        let _ = writeln!(out, "    {},", bytes.join(","));
    }
    out.push_str("};\n\n");
    let _ = writeln!(
        out,
        "tb_module_spec {spec} = {{\n    .name = {},\n    .code = tb_code,\n    .code_size = sizeof tb_code,",
        string(&module.name)
    );
    if !module.handovers.is_empty() {
        let _ = writeln!(
            out,
            "    .handovers = tb_handovers,\n    .handover_count = {},",
            module.handovers.len()
        );
    }
    if guards > 0 {
        let _ = writeln!(
            out,
            "    .guard_count = {guards},\n    .guards = tb_guards,"
        );
    }
    if let Some(prepare) = prepare {
        let _ = writeln!(out, "    .prepare = {prepare},");
    }
    if let Some(Codecs {
        handlers, finish, ..
    }) = &codecs
    {
        if let Some(finish) = finish {
            let _ = writeln!(out, "    .finish = {finish},");
        }
        let _ = writeln!(out, "    .handlers = &{handlers},");
    }
    let _ = writeln!(out, "}};\n\nTB_MODULE({mangled}, {spec})");
    let mut head = format!(
        "/* {} from {}: made by tayberry, do not edit. */\n",
        module.name, module.path
    );
    head.push_str("#include \"tb.h\"\n#include \"tb_native.h\"\n\n");
    head.push_str("/* Jumps between blocks make GCC guess wrongly about what is set; the verifier has proved it. */\n");
    head.push_str("#if defined(__GNUC__) && !defined(__clang__)\n#pragma GCC diagnostic ignored \"-Wmaybe-uninitialized\"\n#endif\n\n");
    head.push_str(&declarations.of(&out));
    head.push('\n');
    number_lines(&(head + &out), &format!("{mangled}.c"))
}

/// Puts `#line` directives for the C file itself where `OWN_LINES` marks them.
fn number_lines(text: &str, file: &str) -> String {
    let mark = OWN_LINES.trim_end();
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.lines().enumerate() {
        if line == mark {
            let _ = writeln!(out, "#line {} {}", at + 2, string(file));
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// The C file that ties the modules together.
pub fn program_text(names: &Names, options: &EmitOptions) -> String {
    let program: &Program = names.program;
    let mut out = String::from(
        "/* The program: all its modules. */\n#include \"tb.h\"\n#include \"tb_native.h\"\n\n",
    );
    for (variable, module, name) in named_classes(names) {
        let _ = writeln!(
            out,
            "tb_named_class {variable} = {{{}, {}, NULL}};",
            string(&module),
            string(&name)
        );
    }
    out.push('\n');
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
