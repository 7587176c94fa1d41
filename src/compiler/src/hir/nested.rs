//! Functions and classes made inside functions.
//!
//! What holds: a variable that an inner scope uses lives in a cell (`Local::cell`) in every function that it passes
//! through; captured names are sorted, as they are in CPython's code objects.

use super::{Expr, FunctionId, LocalId};
use crate::source::Span;

/// A code object among the constants of the code object of the function in which it is used.
#[derive(Debug, Clone)]
pub struct InnerCode {
    /// Its `co_name`.
    pub name: String,
    /// How it is told from others of that name.
    pub place: CodePlace,
    /// The names of `co_freevars`.
    pub free: Vec<String>,
    /// The compiled function that is executed instead of it.
    pub native: Option<FunctionId>,
}

/// What tells a code object from others of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodePlace {
    /// `co_firstlineno` is the line where this begins.
    FirstLine(Span),
    /// An instruction stands for something in there.
    Within(Span),
}

/// Makes a function object.
#[derive(Debug, Clone)]
pub struct MakeFunction {
    /// Which of `Function::inner`.
    pub code: usize,
    /// The variables whose cells it gets.
    pub captures: Vec<LocalId>,
    /// `__defaults__`
    pub defaults: Vec<Expr>,
    /// `__kwdefaults__`
    pub keyword_defaults: Vec<(String, Expr)>,
    /// What computes its annotations: which of `Function::inner`, and the variables that they use.
    pub annotate: Option<(usize, Vec<LocalId>)>,
}
