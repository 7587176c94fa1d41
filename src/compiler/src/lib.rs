//! Typed Python source to C text and diagnostics. Pure: no files, environment, processes, Python or HTTP.
//!
//! source ─parse→ ast ─check→ hir + app ─lower→ ir ─passes→ ir ─verify→ Verified ─emit→ C

pub mod app;
mod check;
pub mod diagnostics;
pub mod emit;
pub mod hir;
mod parse;
pub mod rules;
pub mod source;
pub mod types;

pub use check::{Checked, Options, check};
pub use parse::{Import, ast_text, imports};
