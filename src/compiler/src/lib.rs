//! Typed Python source to C text and diagnostics. Pure: no files, environment, processes, Python or HTTP.
//!
//! source ─parse→ ast ─check→ hir + app ─lower→ ir ─passes→ ir ─verify→ Verified ─emit→ C

pub mod app;
pub mod emit;
pub mod hir;
pub mod source;
pub mod types;
