//! Which calls need a frame of their caller: a native function has none of its own, and what looks for it (a logger for
//! file and line, `warnings` for the place to blame, `namedtuple` for the module) would find the next interpreted one.
//!
//! Names decide, not what they mean: a frame too many costs some nanoseconds, and what is called is often an attribute of
//! an unknown object.

use super::Builder;
use crate::hir::{Callee, ExprKind};

/// Functions and methods of the standard library, and of the loggers in common use, that look at their caller's frame.
const LOOK_BACK: [&str; 36] = [
    // logging, and loggers like it
    "critical",
    "debug",
    "error",
    "exception",
    "fatal",
    "info",
    "log",
    "success",
    "trace",
    "warn",
    "warning",
    // sys
    "_getframe",
    "_getframemodulename",
    // inspect
    "currentframe",
    "stack",
    // traceback
    "extract_stack",
    "format_stack",
    "print_stack",
    "walk_stack",
    // what makes classes and notes the module
    "namedtuple",
    "make_dataclass",
    "NamedTuple",
    "TypedDict",
    "NewType",
    "TypeVar",
    "TypeVarTuple",
    "ParamSpec",
    "TypeAliasType",
    "Enum",
    "IntEnum",
    "StrEnum",
    "Flag",
    "IntFlag",
    // others
    "_deprecated",
    "warn_explicit",
    "set_trace",
];

/// Whether what is called by this name may look at the frame of its caller.
pub(super) fn looks_back(name: &str) -> bool {
    LOOK_BACK.contains(&name)
}

/// The same for a call as it is written.
pub(super) fn call_looks_back(callee: &Callee) -> bool {
    match callee {
        Callee::Attribute { name, .. } => looks_back(name),
        Callee::Dynamic(expr) => match &expr.kind {
            ExprKind::Global(name) | ExprKind::Attribute { name, .. } => looks_back(name),
            _ => false,
        },
        _ => false,
    }
}

impl Builder<'_> {
    /// The call just made gets a frame.
    pub(super) fn frame_call(&mut self, wanted: bool) {
        if let Some(op) = self.out.blocks[self.at.index()].ops.last_mut() {
            op.framed |= wanted;
        }
    }
}
