//! Typed Python source to C text and diagnostics. Pure: no files, environment, processes, Python or HTTP.
//!
//! source ─parse→ ast ─check→ hir + app ─lower→ ir ─passes→ ir ─verify→ Verified ─emit→ C

pub mod app;
mod check;
pub mod diagnostics;
pub mod emit;
pub mod fixes;
pub mod hir;
pub mod ir;
mod library;
mod lower;
mod members;
mod parse;
mod passes;
pub mod rules;
pub mod source;
mod suppress;
pub mod types;
mod verify;

pub use check::{Checked, Options, check};
pub use parse::{Import, ast_text, imports};

/// Stops with a fault of the compiler itself: something that an earlier stage has promised is not so.
#[track_caller]
pub(crate) fn bug(what: &str) -> ! {
    panic!("internal error: {what}")
}
