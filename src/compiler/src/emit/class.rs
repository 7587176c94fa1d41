//! Native classes: the struct of an object, and the tables by which the C library makes the class.

use std::fmt::Write as _;

use super::codec::names::string;
use super::names::{Names, held};
use crate::hir::{ClassId, FieldDefault, FieldId};
use crate::ir::Repr;
use crate::lower::repr;
use crate::types::Type;

/// The struct: object header, inherited fields, own fields.
pub fn object_struct(names: &Names, id: ClassId, out: &mut String) {
    let class = &names.program.classes[id.index()];
    let struct_ = names.object(id);
    let _ = writeln!(
        out,
        "/* {} */\ntypedef struct {struct_} {{\n    PyObject_HEAD",
        class.qualname
    );
    for (at, field) in class.fields.iter().enumerate() {
        let _ = writeln!(
            out,
            "    {}{};",
            held(&field.ty),
            names.field(id, FieldId(at as u32))
        );
    }
    let _ = writeln!(out, "}} {struct_};");
}

/// The specification and its tables, in the class's module.
pub fn class_spec(names: &Names, id: ClassId, out: &mut String) {
    let class = &names.program.classes[id.index()];
    let (spec, struct_) = (names.class(id), names.object(id));
    let module = &names.program.modules[class.module.index()].name;
    let inherited = class
        .base
        .map_or(0, |base| names.program.classes[base.index()].fields.len());
    let mut checks = Vec::new();
    for (at, field) in class.fields.iter().enumerate() {
        checks.push(if repr(&field.ty) == Repr::Object {
            check(names, id, at, &field.ty, out)
        } else {
            "NULL".into()
        });
    }
    if !class.fields.is_empty() {
        let _ = writeln!(
            out,
            "\nstatic const tb_field_spec {}[] = {{",
            names.fields(id)
        );
        for (at, (field, check)) in class.fields.iter().zip(checks).enumerate() {
            let held = match repr(&field.ty) {
                Repr::Int => "INT",
                Repr::Float => "FLOAT",
                Repr::Bool => "BOOL",
                _ => "OBJECT",
            };
            let _ = writeln!(
                out,
                "    {{{}, {}, offsetof({struct_}, {}), TB_HELD_{held}, {}, {}, {check}}},",
                string(&field.name),
                string(&names.show(&field.ty)),
                names.field(id, FieldId(at as u32)),
                u8::from(may_cycle(&field.ty)),
                u8::from(field.default == FieldDefault::Value) | u8::from(field.keyword_only) << 1,
            );
        }
        out.push_str("};\n");
    }
    if !class.methods.is_empty() || !class.setters.is_empty() {
        let _ = writeln!(
            out,
            "\nstatic const tb_method_spec {}[] = {{",
            names.methods(id)
        );
        let plain = class.methods.iter().map(|each| (each, "NULL"));
        let setters = class.setters.iter().map(|each| (each, "\"fset\""));
        for ((name, function), part) in plain.chain(setters) {
            let _ = writeln!(
                out,
                "    {{{}, &{}, {part}}},",
                string(name),
                names.spec(*function)
            );
        }
        out.push_str("};\n");
    }
    let _ = writeln!(
        out,
        "\ntb_class_spec {spec} = {{\n    .name = {},",
        string(&format!("{module}.{}", class.qualname))
    );
    if !class.fields.is_empty() {
        let _ = writeln!(
            out,
            "    .fields = {},\n    .field_count = {},\n    .inherited_count = {inherited},",
            names.fields(id),
            class.fields.len()
        );
    }
    let _ = writeln!(out, "    .size = sizeof({struct_}),");
    if let Some(base) = class.base {
        let _ = writeln!(out, "    .base = &{},", names.class(base));
    }
    if let Some(options) = class.dataclass {
        let mut bits = vec!["TB_DATACLASS"];
        if options.frozen {
            bits.push("TB_DATACLASS_FROZEN");
        }
        if options.slots {
            bits.push("TB_DATACLASS_SLOTS");
        }
        let _ = writeln!(out, "    .options = {},", bits.join(" | "));
    }
    if !class.methods.is_empty() || !class.setters.is_empty() {
        let _ = writeln!(
            out,
            "    .method_count = {},\n    .methods = {},",
            class.methods.len() + class.setters.len(),
            names.methods(id)
        );
    }
    out.push_str("};\n");
}

/// The function that says whether an object may be stored in a field.
fn check(names: &Names, id: ClassId, at: usize, ty: &Type, out: &mut String) -> String {
    let Some(predicate) = names.predicate(ty, "value") else {
        return "NULL".into();
    };
    let simple = match ty {
        Type::Str => Some("str"),
        Type::Bytes => Some("bytes"),
        Type::List(_) => Some("list"),
        Type::Dict(..) => Some("dict"),
        Type::Set(_) => Some("set"),
        Type::FrozenSet(_) => Some("frozenset"),
        Type::TupleOf(_) => Some("tuple"),
        Type::None => Some("none"),
        _ => None,
    };
    if let Some(simple) = simple {
        return format!("tb_check_{simple}");
    }
    let name = format!(
        "tbq_{}__{}",
        &names.fields(id)[4..],
        names.field(id, FieldId(at as u32))
    );
    let _ = writeln!(
        out,
        "\nstatic int {name}(PyObject *value) {{\n    return {predicate};\n}}"
    );
    name
}

/// Whether a value of the type can lead back to the object that holds it.
fn may_cycle(ty: &Type) -> bool {
    match ty {
        Type::None
        | Type::Bool
        | Type::Int
        | Type::Integer(_)
        | Type::Float
        | Type::Str
        | Type::Bytes
        | Type::Enum(_)
        | Type::Literal(_) => false,
        Type::Known(known) => matches!(
            known,
            crate::types::Known::Request | crate::types::Known::Response
        ),
        Type::Union(members) => members.iter().any(may_cycle),
        // A tuple or frozenset is as acyclic as its items, and the collector can always reach the others.
        Type::Tuple(_)
        | Type::TupleOf(_)
        | Type::FrozenSet(_)
        | Type::Object
        | Type::List(_)
        | Type::Dict(..)
        | Type::Set(_)
        | Type::Class(_) => true,
    }
}
