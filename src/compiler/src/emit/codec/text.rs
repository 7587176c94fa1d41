//! Decoders of path, query, header and cookie values.

use super::decode::{known_constant, literal_table, range};
use super::names::string;
use super::{Emitter, Held, TEXT};
use crate::types::{Known, Literal, Type};

/// Whether one text can hold a value of this type.
pub(super) fn has_text(ty: &Type) -> bool {
    match ty {
        Type::Int
        | Type::Integer(_)
        | Type::Float
        | Type::Bool
        | Type::Str
        | Type::Bytes
        | Type::Enum(_)
        | Type::Object => true,
        Type::Known(known) => !matches!(known, Known::Request | Known::Response),
        Type::Literal(values) => values.iter().all(|each| *each != Literal::None),
        Type::Union(members) => members
            .iter()
            .all(|each| *each == Type::None || has_text(each)),
        Type::None
        | Type::List(_)
        | Type::Dict(..)
        | Type::Set(_)
        | Type::FrozenSet(_)
        | Type::Tuple(_)
        | Type::TupleOf(_)
        | Type::Class(_) => false,
    }
}

/// The item type and C type object of a parameter that takes all texts given under its name.
pub(super) fn many(ty: &Type) -> Option<(&Type, &'static str)> {
    match ty {
        Type::List(item) if has_text(item) => Some((item, "PyList_Type")),
        Type::Set(item) if has_text(item) => Some((item, "PySet_Type")),
        Type::FrozenSet(item) if has_text(item) => Some((item, "PyFrozenSet_Type")),
        Type::TupleOf(item) if has_text(item) => Some((item, "PyTuple_Type")),
        Type::Union(members) => match members.as_slice() {
            [one, Type::None] => many(one),
            _ => None,
        },
        _ => None,
    }
}

impl Emitter<'_> {
    /// The function that decodes one text into a new object.
    pub(super) fn text_decoder(&mut self, ty: &Type) -> String {
        if let Type::Int | Type::Float | Type::Bool = ty {
            return format!("tb_codec_text_{}_object", Held::of(ty).word());
        }
        if let Some(inner) = ty.without_none() {
            return self.text_decoder(&inner);
        }
        let name = format!("tb_text_{}", self.word(ty));
        let ty = ty.clone();
        self.function(&name, TEXT, |emitter| match &ty {
            Type::Integer(integer) => format!(
                "    return tb_codec_text_integer_object(reader, place, text, {}, out);\n",
                range(*integer)
            ),
            Type::Enum(id) => {
                let variable = emitter.use_enum(*id);
                format!("    return tb_codec_text_enum(reader, place, text, &{variable}, out);\n")
            }
            Type::Literal(values) => {
                format!("{}    return tb_codec_text_literal(reader, place, text, &literals, out);\n", literal_table(values))
            }
            Type::Known(known) => {
                format!("    return tb_runtime_table->text_known(reader, place, text, {}, out);\n", known_constant(*known))
            }
            Type::Union(members) => {
                let mut ordered: Vec<&Type> = members.iter().collect();
                ordered.sort_by_key(|each| **each == Type::Str);
                let decoders: Vec<_> = ordered.into_iter().map(|each| emitter.text_decoder(each)).collect();
                format!(
                    "    static const tb_text_decoder members[] = {{{}}};\n    return tb_codec_text_first(reader, place, text, members, {}, {}, out);\n",
                    decoders.join(", "),
                    decoders.len(),
                    string(&emitter.show(&ty))
                )
            }
            Type::Bytes => "    (void)reader;\n    (void)place;\n    *out = PyBytes_FromStringAndSize((const char *)text.data, (Py_ssize_t)text.length);\n    return *out == NULL ? TB_RAISED : TB_OK;\n".into(),
            _ => "    return tb_runtime_table->text_string(reader, place, text, out);\n".into(),
        })
    }
}
