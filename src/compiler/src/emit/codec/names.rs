//! Names of types in C identifiers and in messages, and C string constants.

use std::fmt::Write as _;

use super::Emitter;
use crate::hir::Program;
use crate::types::{Known, Literal, Type};

/// A C identifier's worth of a dotted name: `catalog.models.Item` is `catalog_models_Item`.
pub(super) fn identifier(name: &str) -> String {
    let mut out = String::new();
    for each in name.chars() {
        match each {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => out.push(each),
            '.' => out.push('_'),
            other => {
                let _ = write!(out, "u{:x}", other as u32);
            }
        }
    }
    out
}

/// A C string constant with these bytes; what is not plain ASCII is written in octal.
pub(in crate::emit) fn bytes(value: &[u8]) -> String {
    let mut out = String::from("\"");
    for each in value {
        match each {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'?' => out.push_str("\\?"),
            0x20..=0x7e => out.push(*each as char),
            other => {
                let _ = write!(out, "\\{other:03o}");
            }
        }
    }
    out.push('"');
    out
}

/// A C string constant.
pub(in crate::emit) fn string(value: &str) -> String {
    bytes(value.as_bytes())
}

fn known(which: Known) -> &'static str {
    match which {
        Known::Uuid => "UUID",
        Known::DateTime => "datetime",
        Known::Date => "date",
        Known::Time => "time",
        Known::TimeDelta => "timedelta",
        Known::Decimal => "Decimal",
        Known::Request => "Request",
        Known::Response => "Response",
    }
}

/// How Python writes a literal's value.
pub(super) fn literal(value: &Literal) -> String {
    match value {
        Literal::Str(text) => {
            let quote = if text.contains('\'') && !text.contains('"') {
                '"'
            } else {
                '\''
            };
            let mut out = String::from(quote);
            for each in text.chars() {
                match each {
                    '\\' => out.push_str("\\\\"),
                    '\n' => out.push_str("\\n"),
                    '\r' => out.push_str("\\r"),
                    '\t' => out.push_str("\\t"),
                    other if other == quote => {
                        out.push('\\');
                        out.push(other);
                    }
                    other => out.push(other),
                }
            }
            out.push(quote);
            out
        }
        Literal::Int(number) => number.to_string(),
        Literal::Bool(true) => "True".into(),
        Literal::Bool(false) => "False".into(),
        Literal::None => "None".into(),
    }
}

/// Python's way to write a type.
pub(in crate::emit) fn show(program: &Program, ty: &Type) -> String {
    let all = |types: &[Type], separator: &str| {
        types
            .iter()
            .map(|each| show(program, each))
            .collect::<Vec<_>>()
            .join(separator)
    };
    match ty {
        Type::Object => "Any".into(),
        Type::None => "None".into(),
        Type::Bool => "bool".into(),
        Type::Int => "int".into(),
        Type::Integer(integer) => integer.name(),
        Type::Float => "float".into(),
        Type::Str => "str".into(),
        Type::Bytes => "bytes".into(),
        Type::List(item) => format!("list[{}]", show(program, item)),
        Type::Dict(key, value) => format!("dict[{}, {}]", show(program, key), show(program, value)),
        Type::Set(item) => format!("set[{}]", show(program, item)),
        Type::FrozenSet(item) => format!("frozenset[{}]", show(program, item)),
        Type::Tuple(items) => format!("tuple[{}]", all(items, ", ")),
        Type::TupleOf(item) => format!("tuple[{}, ...]", show(program, item)),
        Type::Union(members) => all(members, " | "),
        Type::Class(id) => program.classes[id.index()].qualname.clone(),
        Type::Enum(id) => program.enums[id.index()].qualname.clone(),
        Type::Literal(values) => format!(
            "Literal[{}]",
            values.iter().map(literal).collect::<Vec<_>>().join(", ")
        ),
        Type::Known(which) => known(*which).into(),
    }
}

impl Emitter<'_> {
    /// A word for a type, the same one each time, for names of C functions: `list_Item`.
    pub(super) fn word(&mut self, ty: &Type) -> String {
        let plain = self.plain_word(ty);
        let mut count = 0;
        loop {
            let word = if count == 0 {
                plain.clone()
            } else {
                format!("{plain}_{count}")
            };
            match self.names.get(&word) {
                Some(found) if found == ty => return word,
                Some(_) => count += 1,
                None => {
                    self.names.insert(word.clone(), ty.clone());
                    return word;
                }
            }
        }
    }

    fn plain_word(&self, ty: &Type) -> String {
        let all = |types: &[Type]| {
            types
                .iter()
                .map(|each| self.plain_word(each))
                .collect::<Vec<_>>()
                .join("_")
        };
        match ty {
            Type::Object => "any".into(),
            Type::None => "none".into(),
            Type::Bool | Type::Int | Type::Integer(_) | Type::Float | Type::Str | Type::Bytes => {
                self.show(ty)
            }
            Type::List(item) => format!("list_{}", self.plain_word(item)),
            Type::Dict(key, value) => {
                format!("dict_{}_{}", self.plain_word(key), self.plain_word(value))
            }
            Type::Set(item) => format!("set_{}", self.plain_word(item)),
            Type::FrozenSet(item) => format!("frozenset_{}", self.plain_word(item)),
            Type::Tuple(items) => format!("tuple_{}", all(items)),
            Type::TupleOf(item) => format!("tuple_of_{}", self.plain_word(item)),
            Type::Union(members) => format!("union_{}", all(members)),
            Type::Class(_) | Type::Enum(_) | Type::Known(_) => identifier(&self.show(ty)),
            Type::Literal(_) => "literal".into(),
        }
    }
}
