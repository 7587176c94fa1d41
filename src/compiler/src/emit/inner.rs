//! The table of the code objects from which a function makes functions and classes.

use std::fmt::Write as _;

use super::codec::names::string;
use super::names::Names;
use crate::hir::{CodePlace, FunctionId};
use crate::source::Sources;

/// The table; goes before the specification. Nothing if the function makes none.
pub fn table(names: &Names, id: FunctionId, sources: &Sources, out: &mut String) {
    let function = &names.program.functions[id.index()];
    if function.inner.is_empty() {
        return;
    }
    let mut rows = String::new();
    for (at, code) in function.inner.iter().enumerate() {
        let free = if code.free.is_empty() {
            "NULL".to_owned()
        } else {
            let name = format!("{}_free{at}", names.inner(id));
            let list: Vec<String> = code.free.iter().map(|each| string(each)).collect();
            let _ = writeln!(
                out,
                "\nstatic const char *const {name}[] = {{{}}};",
                list.join(", ")
            );
            name
        };
        let place = match code.place {
            CodePlace::FirstLine(span) => format!("{}, 0, 0, 0, 0", sources.line(span)),
            CodePlace::Within(span) => {
                let file = sources.file(span.file);
                let (line, column) = file.line_column(span.start);
                let (end_line, end_column) = file.line_column(span.end);
                format!("0, {line}, {column}, {end_line}, {end_column}")
            }
        };
        let spec = code.native.map_or("NULL".to_owned(), |native| {
            format!("&{}", names.spec(native))
        });
        let _ = writeln!(
            rows,
            "    {{{}, {place}, {free}, {}, {spec}, NULL}},",
            string(&code.name),
            code.free.len()
        );
    }
    let _ = writeln!(
        out,
        "\nstatic tb_inner_code {}[] = {{\n{rows}}};",
        names.inner(id)
    );
}
