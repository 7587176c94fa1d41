//! What codecs need to know of the rest of the generated C.

use super::codec::Layout;
use super::names::Names;
use crate::hir::{ClassId, FieldId, Function, FunctionId};
use crate::ir::Repr;
use crate::lower::returned;
use crate::types::{Known, Type};

/// The generated names and calls.
pub struct Native<'a> {
    /// Of the program.
    pub names: &'a Names<'a>,
}

impl Layout for Native<'_> {
    fn class_struct(&self, class: ClassId) -> String {
        self.names.object(class)
    }
    fn class_member(&self, class: ClassId, field: FieldId) -> String {
        self.names.field(class, field)
    }
    fn class_spec(&self, class: ClassId) -> String {
        self.names.class(class)
    }
    fn known_check(&self, known: Known, value: &str) -> String {
        let test = self.names.predicate(&Type::Known(known), value);
        test.unwrap_or_else(|| "1".into())
    }
    fn vectorcall(&self, function: FunctionId) -> String {
        self.names.vectorcall(function)
    }
    fn call(&self, function: FunctionId, arguments: &[String], result: Option<&str>) -> String {
        let found = &self.names.program.functions[function.index()];
        let mut arguments = arguments.to_vec();
        if found.has_frame {
            arguments.insert(0, "&pause".into());
        }
        let call = format!("{}({})", self.names.body(function), arguments.join(", "));
        let test = self.failed(found, call, result);
        if found.has_frame {
            // It waits only if something it awaits has been replaced, and then it wants a task.
            return format!(
                "({{ tb_pause pause = {{.puts_off = 1}}; int failed = {test}; tb_pause_hand_over(&pause, failed, result); }})"
            );
        }
        test
    }
}

impl Native<'_> {
    /// An expression that is negative, or -1, if the call failed.
    fn failed(&self, function: &Function, call: String, result: Option<&str>) -> String {
        let Some(result) = result else { return call };
        match returned(&function.returns) {
            Repr::Void => call,
            Repr::Int => format!("(tb_int_is_error({result} = {call}) ? -1 : 0)"),
            Repr::Float => format!("({result} = {call}, tb_float_failed({result}) ? -1 : 0)"),
            Repr::Bool => format!("(({result} = {call}) == 2 ? -1 : 0)"),
            Repr::Object | Repr::Iter | Repr::Range | Repr::Text | Repr::Handled => {
                format!("(({result} = {call}) == NULL ? -1 : 0)")
            }
        }
    }
}
