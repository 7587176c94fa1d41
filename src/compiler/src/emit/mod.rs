//! C text from a checked program.

pub mod codec;
