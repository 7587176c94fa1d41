//! Compiled handlers, found by the `vectorcall` of their function objects.

use super::guard;
use pyo3::exceptions::PyImportError;
use pyo3::ffi;
use pyo3::prelude::*;
use std::collections::HashMap;
use std::ffi::{CStr, c_int};
use std::sync::{LazyLock, RwLock};
use tayberry_abi::{ABI_VERSION, Handler, Module, OK, RAISED};

/// Handlers of modules that stay loaded for ever.
struct Registered(&'static Handler);
// SAFETY: a handler's description is static, constant data of a loaded library.
unsafe impl Send for Registered {}
// SAFETY: as above.
unsafe impl Sync for Registered {}

static HANDLERS: LazyLock<RwLock<HashMap<usize, Registered>>> = LazyLock::new(RwLock::default);

/// `Runtime::register`
pub(super) unsafe extern "C" fn register(module: *const Module) -> c_int {
    guard(RAISED, |py| {
        // SAFETY: by the contract the module's description is valid and stays so for ever.
        let module = unsafe { &*module };
        if module.abi_version != ABI_VERSION {
            // SAFETY: as above: the name ends with NUL.
            let name = unsafe { CStr::from_ptr(module.name) }.to_string_lossy();
            let given = module.abi_version;
            PyImportError::new_err(format!(
                "{name} was built for runtime ABI {given}, but the installed tayberry speaks {ABI_VERSION}; run `tayberry build` again"
            ))
            .restore(py);
            return RAISED;
        }
        let handlers: &'static [Handler] = if module.handler_count == 0 {
            &[]
        } else {
            // SAFETY: as above: as many handlers as it says.
            unsafe { std::slice::from_raw_parts(module.handlers, module.handler_count as usize) }
        };
        let mut all = HANDLERS
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        all.extend(
            handlers
                .iter()
                .map(|handler| (handler.vectorcall as usize, Registered(handler))),
        );
        OK
    })
}

/// The compiled handler behind a function object, if its calls run compiled code.
pub fn native_handler(function: &Bound<'_, PyAny>) -> Option<&'static Handler> {
    // Only true functions are handed over to C; another callable may share a vectorcall with many others.
    // SAFETY: the object is valid; the check looks at its type only.
    if unsafe { ffi::PyFunction_Check(function.as_ptr()) } == 0 {
        return None;
    }
    // SAFETY: the object is valid and its type supports the protocol or the answer is none.
    let vectorcall = unsafe { ffi::PyVectorcall_Function(function.as_ptr()) }?;
    let all = HANDLERS
        .read()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    all.get(&(vectorcall as usize))
        .map(|registered| registered.0)
}

/// The compiled handler with this name (`module.qualname`); of several, any.
pub fn handler_named(name: &str) -> Option<&'static Handler> {
    let all = HANDLERS
        .read()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    all.values().map(|registered| registered.0).find(|handler| {
        // SAFETY: by the contract the name ends with NUL and is static like the handler.
        unsafe { CStr::from_ptr(handler.name) }.to_bytes() == name.as_bytes()
    })
}
