//! Constants and guards of a module: static variables, filled when the module is made.
//!
//! Text, numbers, bytes and tuples of keyword names are made once and are immortal, so that threads share them without
//! touching their reference counts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::Rc;

use super::codec::names::{bytes, string};
use super::mangle;
use super::names::Names;
use crate::hir::{ClassId, FunctionId};

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Str(Rc<str>),
    Bytes(Rc<[u8]>),
    Int(Rc<str>),
    /// By its bits.
    Float(u64),
    /// Keyword names of a call.
    Keywords(Vec<Rc<str>>),
    Builtin(Rc<str>),
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Meaning {
    Function(FunctionId),
    Class(ClassId),
    Builtin,
}

/// What one module's code refers to, in order of first use.
#[derive(Default)]
pub struct Constants {
    known: BTreeMap<Key, String>,
    order: Vec<(Key, String)>,
    used: BTreeMap<String, u32>,
    guards: Vec<(Rc<str>, Meaning, String)>,
}

impl Constants {
    fn get(&mut self, key: Key, hint: &str) -> String {
        if let Some(name) = self.known.get(&key) {
            return name.clone();
        }
        let word: String = hint
            .chars()
            .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
            .take(24)
            .collect();
        let base = if word.is_empty() {
            "c_text".to_string()
        } else {
            format!("c_{word}")
        };
        let count = self.used.entry(base.clone()).or_default();
        *count += 1;
        let name = if *count == 1 {
            base
        } else {
            format!("{base}_x{count}")
        };
        self.known.insert(key.clone(), name.clone());
        self.order.push((key, name.clone()));
        name
    }

    /// The variable of a text.
    pub fn text(&mut self, text: &Rc<str>) -> String {
        self.get(Key::Str(text.clone()), text)
    }
    /// Of a bytes constant.
    pub fn bytes(&mut self, value: &Rc<[u8]>) -> String {
        self.get(Key::Bytes(value.clone()), "bytes")
    }
    /// Of an int object.
    pub fn int(&mut self, digits: &Rc<str>) -> String {
        let hint = format!("int_{}", digits.replace('-', "minus_"));
        self.get(Key::Int(digits.clone()), &hint)
    }
    /// Of a float object.
    pub fn float(&mut self, value: f64) -> String {
        self.get(Key::Float(value.to_bits()), "float")
    }
    /// Of a tuple of keyword names.
    pub fn keywords(&mut self, names: &[Rc<str>]) -> String {
        let hint = format!("names_{}", names.join("_"));
        self.get(Key::Keywords(names.to_vec()), &hint)
    }
    /// Of a builtin.
    pub fn builtin(&mut self, name: &Rc<str>) -> String {
        let hint = format!("builtin_{name}");
        self.get(Key::Builtin(name.clone()), &hint)
    }

    fn guard(&mut self, name: &Rc<str>, meaning: Meaning) -> String {
        if let Some((_, _, flag)) = self
            .guards
            .iter()
            .find(|(known, means, _)| known == name && *means == meaning)
        {
            return flag.clone();
        }
        let number = self
            .guards
            .iter()
            .filter(|(known, _, _)| known == name)
            .count();
        let flag = if number == 0 {
            format!("g_{}", mangle(name))
        } else {
            format!("g_{}_x{}", mangle(name), number + 1)
        };
        self.guards.push((name.clone(), meaning, flag.clone()));
        flag
    }
    /// The flag that says that a name means a native function.
    pub fn function_guard(&mut self, name: &Rc<str>, id: FunctionId) -> String {
        self.guard(name, Meaning::Function(id))
    }
    /// … a native class.
    pub fn class_guard(&mut self, name: &Rc<str>, id: ClassId) -> String {
        self.guard(name, Meaning::Class(id))
    }
    /// … the builtin of that name.
    pub fn builtin_guard(&mut self, name: &Rc<str>) -> String {
        self.guard(name, Meaning::Builtin)
    }

    /// Declarations, which go before the functions.
    pub fn declarations(&self) -> String {
        let mut out = String::new();
        if !self.order.is_empty() {
            out.push_str("/* Constants, made when the module is. */\n");
        }
        for (key, name) in &self.order {
            let _ = match key {
                Key::Str(text) => writeln!(
                    out,
                    "static PyObject *{name}; /* {} */",
                    comment(&format!("{text:?}"))
                ),
                Key::Int(digits) => writeln!(out, "static PyObject *{name}; /* {digits} */"),
                Key::Float(bits) => writeln!(
                    out,
                    "static PyObject *{name}; /* {:?} */",
                    f64::from_bits(*bits)
                ),
                Key::Keywords(names) => {
                    writeln!(out, "static PyObject *{name}; /* ({}) */", names.join(", "))
                }
                Key::Bytes(_) | Key::Builtin(_) => writeln!(out, "static PyObject *{name};"),
            };
        }
        if !self.guards.is_empty() {
            out.push_str("\n/* Whether names still mean what the code relies on. */\n");
        }
        for (_, _, flag) in &self.guards {
            let _ = writeln!(out, "static uint8_t {flag};");
        }
        out
    }

    /// The table of constants and the function that makes them: its name, if there are any.
    pub fn prepare(&self, out: &mut String) -> Option<&'static str> {
        if self.order.is_empty() {
            return None;
        }
        out.push_str("\nstatic const tb_constant tb_constants[] = {\n");
        for (key, name) in &self.order {
            let (kind, text) = match key {
                Key::Str(text) => ("STR", text.as_bytes().to_vec()),
                Key::Bytes(value) => ("BYTES", value.to_vec()),
                Key::Int(digits) => ("INT", digits.as_bytes().to_vec()),
                Key::Float(bits) => ("FLOAT", format!("{:016x}", bits).into_bytes()),
                Key::Keywords(names) => ("NAMES", names.join("\0").into_bytes()),
                Key::Builtin(name) => ("BUILTIN", name.as_bytes().to_vec()),
            };
            let _ = writeln!(
                out,
                "    {{&{name}, {}, {}, TB_CONSTANT_{kind}}},",
                bytes(&text),
                text.len()
            );
        }
        out.push_str("};\n\nstatic int tb_prepare(void) {\n    return tb_constants_make(tb_constants, sizeof tb_constants / sizeof *tb_constants);\n}\n");
        Some("tb_prepare")
    }

    /// The table of guards; how many there are.
    pub fn guard_table(&self, names: &Names, out: &mut String) -> usize {
        if self.guards.is_empty() {
            return 0;
        }
        out.push_str("\nstatic tb_guard tb_guards[] = {\n");
        for (name, meaning, flag) in &self.guards {
            let expected = match meaning {
                Meaning::Function(id) => format!("&{}.function", names.spec(*id)),
                Meaning::Class(id) => format!("(PyObject **)&{}.type", names.class(*id)),
                Meaning::Builtin => "NULL".into(),
            };
            let _ = writeln!(out, "    {{{}, {expected}, &{flag}}},", string(name));
        }
        out.push_str("};\n");
        self.guards.len()
    }
}

/// Text that is safe in a C comment.
pub fn comment(text: &str) -> String {
    let short: String = text.chars().take(80).collect();
    short
        .replace("*/", "* /")
        .replace("/*", "/ *")
        .replace('\\', "\\ ")
        .trim_end()
        .to_string()
}
