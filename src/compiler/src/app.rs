//! The web app found in a program: its routes as far as they can be read without running it.
//!
//! Used by diagnostics (`TB4xx`), by `tayberry routes` and to know which functions want request decoders.
//! The running program is the authority: prefixes computed at run time are simply not known here.

use crate::hir::FunctionId;
use crate::source::Span;
use crate::types::Type;

/// What `check` found out about the app.
#[derive(Debug, Default)]
pub struct App {
    /// In source order.
    pub routes: Vec<Route>,
    /// Handlers, `module.qualname`, whose routes only the running program registers: in a function, with a path that is computed.
    pub hidden: Vec<String>,
}

/// One route decorator on one function.
#[derive(Debug)]
pub struct Route {
    /// Upper case: `GET`.
    pub methods: Vec<String>,
    /// The path with every statically known prefix; `None` in front where a prefix is only known at run time.
    pub path: String,
    /// Where the path stands.
    pub path_span: Span,
    /// The decorator.
    pub span: Span,
    /// `module.qualname`
    pub handler: String,
    /// The handler's name in its `def`.
    pub handler_span: Span,
    /// The compiled function, or why there is none.
    pub native: Result<FunctionId, String>,
    /// How the handler runs.
    pub runs: Runs,
    /// One clause saying why it runs that way.
    pub why: String,
    /// Whether the compiled function reaches code of which nothing is known, whatever its decorator says.
    pub may_block: bool,
    /// The declared result.
    pub returns: Type,
}

/// How a handler runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// On the I/O thread, as a plain call.
    Inline,
    /// On the I/O thread's event loop, as an eagerly started task.
    Task,
    /// On the bounded thread pool.
    Pool,
}
