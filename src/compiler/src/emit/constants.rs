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
use crate::hir::{ClassId, FunctionId, LibraryPath, ModuleId, Path};

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
    Library(Rc<str>),
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Meaning {
    Function(FunctionId),
    Class(ClassId),
    Module(ModuleId),
    Builtin,
    /// A constant of this name.
    Constant(String),
}

/// A name that guarded code relies on.
struct Guarded {
    /// The module whose name it is, if that is not the one that relies on it.
    home: Option<ModuleId>,
    name: Rc<str>,
    means: Meaning,
    flag: String,
}

/// What one module's code refers to, in order of first use.
#[derive(Default)]
pub struct Constants {
    known: BTreeMap<Key, String>,
    order: Vec<(Key, String)>,
    used: BTreeMap<String, u32>,
    guards: Vec<Guarded>,
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

    fn guard(&mut self, home: Option<ModuleId>, name: &Rc<str>, means: Meaning) -> String {
        let known = self
            .guards
            .iter()
            .find(|each| each.home == home && each.name == *name && each.means == means);
        if let Some(known) = known {
            return known.flag.clone();
        }
        let number = self.guards.iter().filter(|each| each.name == *name).count();
        let flag = if number == 0 {
            format!("g_{}", mangle(name))
        } else {
            format!("g_{}_x{}", mangle(name), number + 1)
        };
        self.guards.push(Guarded {
            home,
            name: name.clone(),
            means,
            flag: flag.clone(),
        });
        flag
    }
    /// The C condition that a path leads to a native function.
    pub fn function_guard(&mut self, names: &Names, path: &Path, id: FunctionId) -> String {
        self.path_guard(names, path, Meaning::Function(id))
    }
    /// … to a native class.
    pub fn class_guard(&mut self, names: &Names, path: &Path, id: ClassId) -> String {
        self.path_guard(names, path, Meaning::Class(id))
    }
    /// … that a name means the builtin.
    pub fn builtin_guard(&mut self, name: &Rc<str>) -> String {
        let flag = self.guard(None, name, Meaning::Builtin);
        format!("tb_guard_holds(&{flag})")
    }

    /// … that names mean a function of the standard library.
    pub fn library_guard(&mut self, path: &LibraryPath) -> String {
        let means = path.module.as_ref().map_or(&*path.means, |_| {
            path.means.split('.').next().unwrap_or_default()
        });
        let hint = format!("library_{}", means.replace('.', "_"));
        let constant = self.get(Key::Library(means.into()), &hint);
        let name = path.module.as_ref().unwrap_or(&path.name);
        let flag = self.guard(None, name, Meaning::Constant(constant));
        match &path.module {
            None => format!("tb_guard_holds(&{flag})"),
            Some(_) => {
                format!("tb_guard_holds(&{flag}) && tb_guard_holds(&tb_library_{means}_intact)")
            }
        }
    }

    fn path_guard(&mut self, names: &Names, path: &Path, means: Meaning) -> String {
        let mut home = None;
        let mut condition = String::new();
        for (name, module) in &path.through {
            let flag = self.guard(home, name, Meaning::Module(*module));
            let spec = names.module(*module);
            let _ = write!(
                condition,
                "tb_guard_holds(&{flag}) && tb_module_is_plain(&{spec}) && "
            );
            home = Some(*module);
        }
        let flag = self.guard(home, &path.name, means);
        condition + &format!("tb_guard_holds(&{flag})")
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
                Key::Bytes(_) | Key::Builtin(_) | Key::Library(_) => {
                    writeln!(out, "static PyObject *{name};")
                }
            };
        }
        if !self.guards.is_empty() {
            out.push_str("\n/* Whether names still mean what the code relies on. */\n");
        }
        for each in &self.guards {
            let _ = writeln!(out, "static uint8_t {};", each.flag);
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
                Key::Library(path) => ("LIBRARY", path.as_bytes().to_vec()),
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
        for each in &self.guards {
            let expected = match &each.means {
                Meaning::Function(id) => format!("&{}.function", names.spec(*id)),
                Meaning::Class(id) => format!("(PyObject **)&{}.type", names.class(*id)),
                Meaning::Module(id) => format!("&{}.module", names.module(*id)),
                Meaning::Builtin => "NULL".into(),
                Meaning::Constant(name) => format!("&{name}"),
            };
            let home = each
                .home
                .map_or_else(|| "NULL".into(), |home| format!("&{}", names.module(home)));
            let _ = writeln!(
                out,
                "    {{{}, {expected}, &{}, {home}}},",
                string(&each.name),
                each.flag
            );
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
