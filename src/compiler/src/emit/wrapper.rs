//! What stands between Python and a body: parameter table, specification, unboxing, boxing, vectorcall.

use std::fmt::Write as _;

use super::codec::names::string;
use super::names::{Names, c_type, held};
use crate::hir::{FunctionId, ParamKind};
use crate::ir::Repr;
use crate::lower::{repr, returned};
use crate::types::Type;

/// The prototype of the body, without `;`.
pub fn prototype(names: &Names, id: FunctionId, params: &[String]) -> String {
    let function = &names.program.functions[id.index()];
    let mut list: Vec<String> = function
        .params
        .iter()
        .zip(params)
        .map(|(param, name)| format!("{}{name}", held(&param.ty)))
        .collect();
    if !function.captured.is_empty() {
        list.push("PyObject *closure".into());
    }
    if function.has_frame {
        list.insert(0, "tb_pause *pause".into());
    }
    let list = if list.is_empty() {
        "void".into()
    } else {
        list.join(", ")
    };
    format!(
        "{}{}({list})",
        c_type(returned(&function.returns)),
        names.body(id)
    )
}

/// The specification with its table, and its vectorcall; goes before the bodies.
pub fn spec(names: &Names, id: FunctionId, out: &mut String) {
    let function = &names.program.functions[id.index()];
    let count = function.params.len();
    if count > 0 {
        let _ = writeln!(
            out,
            "\nstatic const tb_signature_parameter {}[] = {{",
            names.parameters(id)
        );
        for param in &function.params {
            let kind = match param.kind {
                ParamKind::PositionalOnly => "POSITIONAL_ONLY",
                ParamKind::Positional => "POSITIONAL",
                ParamKind::VarPositional => "VAR_POSITIONAL",
                ParamKind::KeywordOnly => "KEYWORD_ONLY",
                ParamKind::VarKeyword => "VAR_KEYWORD",
            };
            let expected = if param.ty == Type::Object {
                "NULL".into()
            } else {
                string(&names.show(&param.ty))
            };
            let _ = writeln!(
                out,
                "    {{{}, {expected}, TB_{kind}}},",
                string(&param.name)
            );
        }
        out.push_str("};\n");
    }
    let by_position =
        |kind: ParamKind| matches!(kind, ParamKind::PositionalOnly | ParamKind::Positional);
    let positional = function
        .params
        .iter()
        .filter(|param| by_position(param.kind))
        .count();
    if function.has_frame {
        let _ = writeln!(
            out,
            "\nstatic const tb_frame_spec {}_spec;",
            names.frame(id)
        );
    }
    let _ = writeln!(
        out,
        "\nPyObject *{call}(PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwnames);\n\ntb_function_spec {} = {{\n    .qualname = {},\n    .vectorcall = {call},",
        names.spec(id),
        string(&function.qualname),
        call = names.vectorcall(id),
    );
    if count > 0 {
        let _ = writeln!(
            out,
            "    .parameters = {},\n    .parameter_count = {count},\n    .positional_count = {positional},",
            names.parameters(id)
        );
    }
    if function.has_frame {
        let _ = writeln!(out, "    .frame = &{}_spec,", names.frame(id));
    }
    if !function.inner.is_empty() {
        let _ = writeln!(
            out,
            "    .inner = {},\n    .inner_count = {},",
            names.inner(id),
            function.inner.len()
        );
    }
    if function.is_async && function.is_generator {
        out.push_str("    .is_async_generator = 1,\n");
    }
    let _ = writeln!(
        out,
        "    .all_positional = {},\n    .is_async = {},\n}};",
        u8::from(positional == count),
        u8::from(function.is_async)
    );
}

/// Unboxing and the vectorcall; goes after the body.
pub fn wrapper(names: &Names, id: FunctionId, out: &mut String) {
    let function = &names.program.functions[id.index()];
    let (run, spec) = (names.run(id), names.spec(id));
    let mut declared = String::new();
    let mut checks = String::new();
    let mut args = Vec::new();
    let mut owned: Vec<String> = Vec::new();
    let mut refused = false;
    for (at, param) in function.params.iter().enumerate() {
        // What is owned by now: the others are small ints still.
        let refuse = if owned.is_empty() {
            "return NULL"
        } else {
            "goto refused"
        };
        let mut test = |condition: String| {
            refused |= refuse.starts_with("goto");
            let _ = writeln!(checks, "    if ({condition}) {{\n        {refuse};\n    }}");
        };
        let value = format!("values[{at}]");
        let word = match repr(&param.ty) {
            Repr::Int => Some("int"),
            Repr::Float => Some("float"),
            Repr::Bool => Some("bool"),
            Repr::Object | Repr::Void | Repr::Iter | Repr::Range | Repr::Text | Repr::Handled => {
                None
            }
        };
        match word {
            Some(word) => {
                let name = format!("a{at}");
                let _ = writeln!(declared, "    {}{name} = 0;", held(&param.ty));
                test(format!(
                    "tb_argument_{word}(&{spec}, {at}, {value}, &{name}) < 0"
                ));
                if word == "int" {
                    owned.push(name.clone());
                }
                args.push(name);
            }
            None => {
                let star = matches!(param.kind, ParamKind::VarPositional | ParamKind::VarKeyword);
                if let Some(predicate) = names.predicate(&param.ty, &value).filter(|_| !star) {
                    test(format!(
                        "!({predicate}) && tb_argument_error(&{spec}, {at}, {value}) < 0"
                    ));
                }
                if function.has_frame {
                    let _ = writeln!(declared, "    PyObject *a{at} = NULL;");
                    let _ = writeln!(checks, "    a{at} = {value};");
                    args.push(format!("a{at}"));
                } else {
                    args.push(value);
                }
            }
        }
    }
    if function.params.is_empty() {
        declared.push_str("    (void)values;\n");
    }
    let mut head = "PyObject *const *values";
    let closure = !function.captured.is_empty();
    if closure {
        head = "PyObject *closure, PyObject *const *values";
        args.push("closure".into());
    }
    if function.has_frame {
        if closure {
            declared.push_str("    PyObject *closure = NULL;\n");
            checks.push_str("    closure = tb_pause_closure(pause);\n");
        }
        head = "tb_pause *pause, PyObject *const *values";
        args.insert(0, "pause".into());
        if !checks.is_empty() {
            // A body that goes on has its arguments in its frame.
            checks = format!("    if (pause->at == 0) {{\n{checks}    }}\n");
        }
    }
    let _ = write!(
        out,
        "\nstatic PyObject *{run}({head}) {{\n{declared}{checks}"
    );
    let held_as = returned(&function.returns);
    let _ = writeln!(
        out,
        "    {}result = {}({});",
        c_type(held_as),
        names.body(id),
        args.join(", ")
    );
    for name in &owned {
        let _ = writeln!(out, "    tb_int_release({name});");
    }
    let boxed = match held_as {
        Repr::Void => "result < 0 ? NULL : Py_NewRef(Py_None)",
        Repr::Int => "tb_int_is_error(result) ? NULL : tb_int_to_object_steal(result)",
        Repr::Float => "tb_float_failed(result) ? NULL : tb_float_to_object(result)",
        Repr::Bool => "result == 2 ? NULL : tb_bool_to_object(result)",
        _ => "result",
    };
    if function.has_frame {
        out.push_str("    if (pause->value != NULL) {\n        return NULL;\n    }\n");
    }
    let _ = writeln!(out, "    return {boxed};");
    if refused {
        out.push_str("refused:\n");
        for name in &owned {
            let _ = writeln!(out, "    tb_int_drop({name});");
        }
        out.push_str("    return NULL;\n");
    }
    out.push_str("}\n");
    let call = match (function.has_frame, function.is_async) {
        (true, _) => format!("TB_CALL_FRAMED({spec}, {})", function.params.len()),
        (false, true) => format!("TB_CALL_ASYNC({spec}, {run}, {})", function.params.len()),
        (false, false) if closure => {
            format!("TB_CALL_CLOSURE({spec}, {run})")
        }
        (false, false) => format!("TB_CALL_BODY({spec}, {run})"),
    };
    let _ = writeln!(
        out,
        "\nPyObject *{}(PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwnames) {{\n    {call}\n}}",
        names.vectorcall(id),
    );
}
