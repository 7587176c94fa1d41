//! What things are called in generated C, the same in every file of a program.
//!
//! | Python | C |
//! |---|---|
//! | function `Order.total` of `shop` | body `tbf_shop__Order__total`, wrapper `tbc_…`, unboxing `tbr_…`, spec `tbs_…`, frame `tbw_…`, code objects `tbi_…` |
//! | module `shop` | spec `tbu_shop` |
//! | class `Order` of `shop` | struct `tbo_shop__Order`, spec `tbk_…`, tables `tbd_…` and `tbm_…` |
//! | enum or library class that is checked | `tbn_…` |
//! | local `total` | `v_total` |
//! | field `qty` | `f_qty` |
//!
//! Prefixes keep Python's names away from C's keywords, macros and library.

use std::collections::BTreeMap;

use super::codec::names::show;
use super::mangle;
use crate::hir::{ClassId, FieldId, FunctionId, ModuleId, Program};
use crate::ir::Repr;
use crate::lower::repr;
use crate::types::{Known, Literal, Type};

/// The names of a program.
pub struct Names<'a> {
    /// The program.
    pub program: &'a Program,
    functions: Vec<String>,
    classes: Vec<String>,
}

impl<'a> Names<'a> {
    /// Names everything; a name used twice in one module gets a number.
    pub fn new(program: &'a Program) -> Names<'a> {
        let mut used: BTreeMap<String, u32> = BTreeMap::new();
        let mut name = |module: crate::hir::ModuleId, qualname: &str| {
            let base = format!(
                "{}__{}",
                mangle(&program.modules[module.index()].name),
                mangle(qualname)
            );
            let count = used.entry(base.clone()).or_default();
            *count += 1;
            if *count == 1 {
                base
            } else {
                format!("{base}_x{count}")
            }
        };
        let functions = program
            .functions
            .iter()
            .map(|each| name(each.module, &each.qualname))
            .collect();
        let classes = program
            .classes
            .iter()
            .map(|each| name(each.module, &each.qualname))
            .collect();
        Names {
            program,
            functions,
            classes,
        }
    }

    /// A module's `tb_module_spec`.
    pub fn module(&self, id: ModuleId) -> String {
        format!("tbu_{}", mangle(&self.program.modules[id.index()].name))
    }
    /// The C function with a function's body.
    pub fn body(&self, id: FunctionId) -> String {
        format!("tbf_{}", self.functions[id.index()])
    }
    /// Its vectorcall.
    pub fn vectorcall(&self, id: FunctionId) -> String {
        format!("tbc_{}", self.functions[id.index()])
    }
    /// What unboxes arguments for the body.
    pub fn run(&self, id: FunctionId) -> String {
        format!("tbr_{}", self.functions[id.index()])
    }
    /// Its `tb_function_spec`.
    pub fn spec(&self, id: FunctionId) -> String {
        format!("tbs_{}", self.functions[id.index()])
    }
    /// The struct of its frame, and the beginning of the names of the tables about it.
    pub fn frame(&self, id: FunctionId) -> String {
        format!("tbw_{}", self.functions[id.index()])
    }
    /// Its parameter table.
    pub fn parameters(&self, id: FunctionId) -> String {
        format!("tbp_{}", self.functions[id.index()])
    }
    /// Its table of code objects.
    pub fn inner(&self, id: FunctionId) -> String {
        format!("tbi_{}", self.functions[id.index()])
    }
    /// A class's struct.
    pub fn object(&self, id: ClassId) -> String {
        format!("tbo_{}", self.classes[id.index()])
    }
    /// Its `tb_class_spec`.
    pub fn class(&self, id: ClassId) -> String {
        format!("tbk_{}", self.classes[id.index()])
    }
    /// Its table of fields.
    pub fn fields(&self, id: ClassId) -> String {
        format!("tbd_{}", self.classes[id.index()])
    }
    /// Its table of methods.
    pub fn methods(&self, id: ClassId) -> String {
        format!("tbm_{}", self.classes[id.index()])
    }
    /// A field's member in the struct.
    pub fn field(&self, class: ClassId, field: FieldId) -> String {
        format!(
            "f_{}",
            mangle(&self.program.classes[class.index()].fields[field.index()].name)
        )
    }
    /// The `tb_named_class` of an enum or of a class of the standard library, with its module and qualified name.
    pub fn named(&self, ty: &Type) -> Option<(String, String, String)> {
        let (module, name) = match ty {
            Type::Enum(id) => {
                let found = &self.program.enums[id.index()];
                (
                    self.program.modules[found.module.index()].name.clone(),
                    found.qualname.clone(),
                )
            }
            Type::Known(known) => {
                let (module, name) = match known {
                    Known::Uuid => ("uuid", "UUID"),
                    Known::DateTime => ("datetime", "datetime"),
                    Known::Date => ("datetime", "date"),
                    Known::Time => ("datetime", "time"),
                    Known::TimeDelta => ("datetime", "timedelta"),
                    Known::Decimal => ("decimal", "Decimal"),
                    Known::Request => ("tayberry", "Request"),
                    Known::Response => ("tayberry", "Response"),
                };
                (module.to_string(), name.to_string())
            }
            _ => return None,
        };
        Some((
            format!("tbn_{}__{}", mangle(&module), mangle(&name)),
            module,
            name,
        ))
    }

    /// A type as error messages show it.
    pub fn show(&self, ty: &Type) -> String {
        show(self.program, ty)
    }

    /// A C expression for whether the object `value` is of a type; none if every object is.
    pub fn predicate(&self, ty: &Type, value: &str) -> Option<String> {
        Some(match ty {
            Type::Object => return None,
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
            Type::Tuple(items) => format!(
                "(PyTuple_Check({value}) && PyTuple_GET_SIZE({value}) == {})",
                items.len()
            ),
            Type::TupleOf(_) => format!("PyTuple_Check({value})"),
            Type::Class(class) => format!("tb_class_check(&{}, {value})", self.class(*class)),
            Type::Enum(_) | Type::Known(_) => {
                let (variable, ..) = self.named(ty)?;
                format!("tb_named_class_check(&{variable}, {value})")
            }
            Type::Literal(values) => {
                let mut kinds: Vec<Type> = Vec::new();
                for each in values {
                    let kind = match each {
                        Literal::Str(_) => Type::Str,
                        Literal::Int(_) => Type::Int,
                        Literal::Bool(_) => Type::Bool,
                        Literal::None => Type::None,
                    };
                    if !kinds.contains(&kind) {
                        kinds.push(kind);
                    }
                }
                self.any(&kinds, value)?
            }
            Type::Union(members) => self.any(members, value)?,
        })
    }

    fn any(&self, members: &[Type], value: &str) -> Option<String> {
        let all: Option<Vec<_>> = members
            .iter()
            .map(|member| self.predicate(member, value))
            .collect();
        Some(format!("({})", all?.join(" || ")))
    }
}

/// The C type of a representation, ready to be followed by a name.
pub fn c_type(repr: Repr) -> &'static str {
    match repr {
        Repr::Object | Repr::Handled => "PyObject *",
        Repr::Int => "tb_int ",
        Repr::Float => "double ",
        Repr::Bool => "uint8_t ",
        Repr::Void => "int ",
        Repr::Iter => "tb_iter ",
        Repr::Range => "tb_range ",
        Repr::Text => "tb_format *",
    }
}

/// The C type of a Python type.
pub fn held(ty: &Type) -> &'static str {
    c_type(repr(ty))
}
