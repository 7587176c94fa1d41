//! The contract between generated C, `runtime-c` and the runtime.
//!
//! Everything both sides of the C boundary must agree on is written here once, as one table line per
//! member that carries the Rust type, the C declaration and the meaning. `header()` prints
//! `runtime-c/include/tayberry.h` from it, with an assertion for each offset, and a test fails when the
//! checked-in header is stale. Python objects are opaque pointers here.
//!
//! Status codes returned by decoding functions: `OK`, `INVALID` (a rejection was recorded, the value was
//! skipped, decoding goes on to find more), `FATAL` (the document cannot be read further; a rejection was
//! recorded), `RAISED` (a Python exception is set). `invoke` may also give `WAITING`.
#![cfg_attr(not(test), no_std)]

extern crate alloc;

mod header;
mod tables;

pub use header::header;
pub use tables::*;

/// Raised whenever a layout, a function's meaning or a calling convention changes.
pub const ABI_VERSION: u32 = 4;

/// The value was decoded.
pub const OK: i32 = 0;
/// A rejection was recorded; decoding can go on.
pub const INVALID: i32 = 1;
/// A rejection was recorded; the document cannot be read further.
pub const FATAL: i32 = 2;
/// The handler has to wait: the result's slot holds its coroutine (a new reference), which wants a task.
pub const WAITING: i32 = 3;
/// A Python exception is set.
pub const RAISED: i32 = -1;
