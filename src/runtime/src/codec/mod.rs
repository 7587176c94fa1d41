//! Codecs: bytes to Python values and back, by one table of rules (docs/internals.md, "Coding of values").
//!
//! In: the texts of parameters, JSON bodies, results of handlers. Out: Python objects, JSON bytes, or a `Problem`
//! that knows its status and body. C decoders of compiled handlers read through the same `Reader` and make the same
//! rejections; the table-driven path walks a `Plan` built once from `tayberry._types.Type`.

pub mod buffer;
mod calls;
mod choice;
mod construct;
mod decode;
mod decode_text;
pub mod encode;
mod encode_typed;
mod instances;
pub mod known;
pub mod objects;
pub mod place;
pub mod plan;
pub mod problem;
mod python;
pub mod reader;
pub mod rejection;
pub mod scan;
pub mod text;
pub mod write;

pub use buffer::Output;
pub(crate) use calls::call_python;
pub(crate) use construct::reject_raised;
pub(crate) use decode::{EXTRA, MISSING, any, known as known_value, one_of, tuple_length};
pub(crate) use decode_text::accept;
pub(crate) use instances::{assigned_version, slot, version};
pub use plan::Plan;
pub use problem::Problem;
pub use python::register;
pub use reader::Reader;
pub(crate) use reader::too_large;
pub use rejection::{Decoded, Failure, Source};
