//! JSON encoders: one C function per type, from an object or straight from C fields into the response buffer.

use std::fmt::Write as _;

use super::decode::literal_table;
use super::names::string;
use super::{ENCODER, Emitter, Held};
use crate::hir::{ClassId, FieldId};
use crate::types::{Literal, Type};

/// Which of the containers that are told apart by a look at the object itself.
#[derive(PartialEq, Eq)]
enum Container {
    List,
    Dict,
    Set,
    FrozenSet,
    Tuple,
}

fn container(ty: &Type) -> Option<Container> {
    match ty {
        Type::List(_) => Some(Container::List),
        Type::Dict(..) => Some(Container::Dict),
        Type::Set(_) => Some(Container::Set),
        Type::FrozenSet(_) => Some(Container::FrozenSet),
        Type::Tuple(_) | Type::TupleOf(_) => Some(Container::Tuple),
        _ => None,
    }
}

impl Emitter<'_> {
    /// The function that appends an object which is claimed to be of this type.
    pub(super) fn encoder(&mut self, ty: &Type) -> String {
        match ty {
            Type::Int | Type::Integer(_) | Type::Float | Type::Bool => {
                return format!("tb_codec_write_{}_object", Held::of(ty).word());
            }
            Type::Str => return "tb_codec_write_str".into(),
            Type::None => return "tb_codec_write_none".into(),
            Type::Object => return "tb_codec_write_object".into(),
            _ => {}
        }
        let name = format!("tb_encode_{}", self.word(ty));
        let ty = ty.clone();
        self.function(&name, ENCODER, |emitter| emitter.encoder_body(&ty))
    }

    /// The C expression, 0 or not, that appends a value held in C.
    pub(super) fn encode(&mut self, ty: &Type, value: &str) -> String {
        match (ty, Held::of(ty)) {
            (_, Held::Object) => format!("{}(buffer, {value})", self.encoder(ty)),
            (Type::Literal(values), held) => {
                let name = format!("tb_encode_held_{}", self.word(ty));
                let parameters = format!("tb_buffer *buffer, {}value", held.c());
                let body = format!(
                    "{}    return tb_codec_write_{}_literal(buffer, value, &literals, {});\n",
                    literal_table(values),
                    held.word(),
                    string(&self.show(ty))
                );
                let name = self.function(&name, &parameters, |_| body);
                format!("{name}(buffer, {value})")
            }
            (_, held) => format!("tb_codec_write_{}(buffer, {value})", held.word()),
        }
    }

    /// The function that says whether an object is one of a literal's values.
    fn literal_test(&mut self, ty: &Type, values: &[Literal]) -> String {
        let name = format!("tb_is_{}", self.word(ty));
        self.function(&name, "PyObject *value", |_| {
            format!(
                "{}    return tb_codec_is_literal(&literals, value);\n",
                literal_table(values)
            )
        })
    }

    fn encoder_body(&mut self, ty: &Type) -> String {
        let shown = string(&self.show(ty));
        match ty {
            Type::List(item) => format!(
                "    return tb_codec_write_list(buffer, value, {}, {shown});\n",
                self.encoder(item)
            ),
            Type::TupleOf(item) => format!(
                "    return tb_codec_write_tuple_of(buffer, value, {}, {shown});\n",
                self.encoder(item)
            ),
            Type::Set(item) | Type::FrozenSet(item) => {
                format!(
                    "    return tb_codec_write_set(buffer, value, {}, {shown}, {});\n",
                    self.encoder(item),
                    u8::from(matches!(ty, Type::FrozenSet(_)))
                )
            }
            // Keys other than `str` have forms that the runtime knows.
            Type::Dict(key, item) => format!(
                "    return tb_codec_write_dict(buffer, value, {}, {}, {shown});\n",
                match **key {
                    Type::Str => "tb_codec_write_text_key",
                    _ => "tb_codec_write_key",
                },
                self.encoder(item)
            ),
            Type::Tuple(items) if items.is_empty() => {
                format!("    return tb_codec_write_tuple(buffer, value, NULL, 0, {shown});\n")
            }
            Type::Tuple(items) => {
                let elements: Vec<_> = items.iter().map(|each| self.encoder(each)).collect();
                format!(
                    "    static const tb_encoder elements[] = {{{}}};\n    return tb_codec_write_tuple(buffer, value, elements, {}, {shown});\n",
                    elements.join(", "),
                    items.len()
                )
            }
            Type::Enum(id) => {
                let variable = self.use_enum(*id);
                format!("    return tb_codec_write_enum(buffer, value, &{variable});\n")
            }
            Type::Union(members) => self.union_encoder(members, &shown),
            Type::Class(id) => self.class_encoder(*id, &shown),
            _ => match self.accepts_written(ty, "value") {
                Some(test) => format!(
                    "    return {test} ? tb_codec_write_object(buffer, value) : tb_codec_type_error({shown}, value);\n"
                ),
                None => "    return tb_codec_write_object(buffer, value);\n".into(),
            },
        }
    }

    fn union_encoder(&mut self, members: &[Type], shown: &str) -> String {
        let mut out = String::new();
        // Members of an enum may be strings too; `int` takes bools and `float` takes ints only where nothing else does.
        let mut ordered: Vec<&Type> = members.iter().collect();
        ordered.sort_by_key(|each| match each {
            Type::None => 0,
            Type::Enum(_) => 1,
            Type::Int | Type::Integer(_) => 3,
            Type::Float => 4,
            // The dearest to ask for.
            Type::Known(_) => 5,
            _ => 2,
        });
        for each in ordered {
            let Some(test) = self.accepts_written(each, "value") else {
                return "    return tb_codec_write_object(buffer, value);\n".into();
            };
            // Two containers of one kind can only be told apart by what is in them.
            let alike = |other: &&Type| container(other) == container(each);
            let ambiguous = container(each).is_some() && members.iter().filter(alike).count() > 1;
            let encoder = if ambiguous {
                "tb_codec_write_object".into()
            } else {
                self.encoder(each)
            };
            let _ = write!(
                out,
                "    if ({test}) {{\n        return {encoder}(buffer, value);\n    }}\n"
            );
        }
        let _ = writeln!(out, "    return tb_codec_type_error({shown}, value);");
        out
    }

    /// The same for what is written: whatever of the type can be told from the object itself.
    fn accepts_written(&mut self, ty: &Type, value: &str) -> Option<String> {
        Some(match ty {
            Type::Known(known) => self.layout.known_check(*known, value),
            Type::Int | Type::Integer(_) => format!("PyLong_Check({value})"),
            Type::Literal(values) => format!("{}({value})", self.literal_test(ty, values)),
            _ => return self.accepts(ty, value),
        })
    }

    /// A C test whether an object is of a type, as far as a look at the object itself says; `None` if it says nothing.
    pub(super) fn accepts(&mut self, ty: &Type, value: &str) -> Option<String> {
        Some(match ty {
            Type::None => format!("{value} == Py_None"),
            Type::Bool => format!("PyBool_Check({value})"),
            Type::Int | Type::Integer(_) => format!("tb_is_int({value})"),
            Type::Float => format!("(PyFloat_CheckExact({value}) || PyLong_CheckExact({value}))"),
            Type::Str => format!("PyUnicode_Check({value})"),
            Type::Bytes => format!("PyBytes_Check({value})"),
            Type::List(_) => format!("PyList_Check({value})"),
            Type::Dict(..) => format!("PyDict_Check({value})"),
            Type::Set(_) => format!("PySet_Check({value})"),
            Type::FrozenSet(_) => format!("PyFrozenSet_Check({value})"),
            Type::Tuple(_) | Type::TupleOf(_) => format!("PyTuple_Check({value})"),
            Type::Class(id) => format!("tb_class_check(&{}, {value})", self.layout.class_spec(*id)),
            Type::Enum(id) => format!(
                "(PyObject *)Py_TYPE({value}) == {}.class_",
                self.use_enum(*id)
            ),
            Type::Union(members) => {
                let tests: Option<Vec<_>> = members
                    .iter()
                    .map(|each| self.accepts(each, value))
                    .collect();
                format!("({})", tests?.join(" || "))
            }
            Type::Object | Type::Literal(_) | Type::Known(_) => return None,
        })
    }

    /// `{"id":…,"name":…}` from the fields of exactly this class; instances of subclasses are written as what they are.
    fn class_encoder(&mut self, id: ClassId, shown: &str) -> String {
        let fields: Vec<_> = self.program.classes[id.index()]
            .fields
            .iter()
            .map(|each| (each.name.clone(), each.wire.clone()))
            .collect();
        let spec = self.layout.class_spec(id);
        let struct_ = self.layout.class_struct(id);
        let mut out = format!(
            "    if (Py_TYPE(value) != {spec}.type) {{\n        return tb_class_check(&{spec}, value) ? tb_codec_write_object(buffer, value) : tb_codec_type_error({shown}, value);\n    }}\n"
        );
        if fields.is_empty() {
            out.push_str("    if (tb_codec_deeper(buffer) < 0) {\n        return -1;\n    }\n    TB_CODEC_WRITE(buffer, \"{}\");\n    buffer->depth--;\n    return 0;\n");
            return out;
        }
        let _ = write!(
            out,
            "    {struct_} *self = ({struct_} *)value;\n    if (tb_codec_enter(buffer) < 0) {{\n        return -1;\n    }}\n"
        );
        for (at, (name, ty)) in fields.iter().enumerate() {
            let held = Held::of(ty);
            let member = self.layout.class_member(id, FieldId(at as u32));
            let read = match held {
                Held::Int | Held::Object => {
                    format!("tb_field_read_{}(value, &self->{member})", held.word())
                }
                Held::Float | Held::Bool => {
                    format!("tb_field_read_{}(&self->{member})", held.word())
                }
            };
            let unset = match held {
                Held::Object => "field == NULL".to_string(),
                _ => format!("tb_{}_is_unset(field)", held.word()),
            };
            let prefix = format!("{}\"{name}\":", if at == 0 { '{' } else { ',' });
            let encode = self.encode(ty, "field");
            let release = held
                .release("field")
                .map(|line| format!("        {line}\n"))
                .unwrap_or_default();
            let _ = write!(
                out,
                "    {{\n        {c}field = {read};\n        if ({unset}) {{\n            field = tb_field_missing_{word}(&{spec}, {at}, value);\n            if ({unset}) {{\n                return -1;\n            }}\n        }}\n        TB_CODEC_WRITE(buffer, {prefix});\n        int failed = {encode};\n{release}        if (failed) {{\n            return -1;\n        }}\n    }}\n",
                c = held.c(),
                word = held.word(),
                prefix = string(&prefix),
            );
        }
        out.push_str("    TB_CODEC_WRITE(buffer, \"}\");\n    buffer->depth--;\n    return 0;\n");
        out
    }
}
