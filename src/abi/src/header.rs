//! Prints the C header from the tables.

use alloc::string::String;
use core::fmt::Write;

use crate::tables::{LAYOUTS, constants};

/// The text of `runtime-c/include/tayberry.h`.
pub fn header() -> String {
    let mut out = String::from(
        "/* The contract between generated code and the runtime.\n \
         * Printed from src/abi by `cargo run -p tayberry-abi`; edit it there. */\n\
         #ifndef TAYBERRY_H\n#define TAYBERRY_H\n\n\
         #define PY_SSIZE_T_CLEAN\n#include <Python.h>\n#include <stddef.h>\n#include <stdint.h>\n\n\
         /* An int: a 63-bit value shifted left by one, or a PyLongObject pointer with bit 0 set. */\n\
         typedef uint64_t tb_int;\n\n\
         /* Input being decoded; the runtime's own. */\n\
         typedef struct tb_reader tb_reader;\n\n",
    );
    for (name, value) in constants() {
        let _ = writeln!(out, "#define {name} ({value})");
    }
    for layout in LAYOUTS {
        out.push_str("\n/*");
        for line in layout.doc {
            let _ = write!(out, "{line}\n *");
        }
        out.pop();
        out.push_str("*/\n");
        let _ = writeln!(out, "typedef struct {} {{", layout.name);
        for member in (layout.members)() {
            let _ = writeln!(out, "    /*{} */\n    {};", member.doc, member.declaration);
        }
        let _ = writeln!(out, "}} {};", layout.name);
        let _ = writeln!(
            out,
            "_Static_assert(sizeof({0}) == {1}, \"{0}: size\");",
            layout.name, layout.size
        );
        for member in (layout.members)() {
            let name = c_name(member.declaration);
            debug_assert!(!member.name.is_empty());
            let _ = writeln!(
                out,
                "_Static_assert(offsetof({0}, {1}) == {2}, \"{0}.{1}: offset\");",
                layout.name, name, member.offset
            );
        }
    }
    out.push_str("\n#endif\n");
    out
}

/// The declared name in a C member declaration: `size_t length` or `int (*call)(void *)`.
fn c_name(declaration: &str) -> &str {
    let end = match declaration.find("(*") {
        Some(at) => {
            let rest = &declaration[at + 2..];
            return &rest[..rest.find(')').unwrap_or(rest.len())];
        }
        None => declaration.len(),
    };
    let text = &declaration[..end];
    &text[text.rfind([' ', '*']).map_or(0, |at| at + 1)..]
}

#[cfg(test)]
mod tests {
    #[test]
    fn checked_in_header_is_current() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../runtime-c/include/tayberry.h"
        );
        let found = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            found == super::header(),
            "stale: run `cargo run -p tayberry-abi > runtime-c/include/tayberry.h`"
        );
    }
}
