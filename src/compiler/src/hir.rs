//! The checked program: names resolved, every expression typed, Python's structure kept.
//!
//! `check` makes it, `lower` reads it. What holds here:
//! * every `Function` in `Program::functions` is to be compiled; a function that cannot be compiled is
//!   not here (its module's `interpreted` list names it, with the reason) and keeps its bytecode;
//! * every local has one type for the whole function; a variable whose assignments disagree has type
//!   `Object`; parameters are locals `0..params.len()`;
//! * where a value flows from an expression of type A into a place of another type B (assignment,
//!   argument, return, field), `lower` inserts the conversion: boxing to `Object`, a checked unboxing
//!   from `Object`/`Union`/container element (a `TypeError` where it fails), `Int` to `Float` only where
//!   Python's own semantics would (arguments and fields claimed `float` accept an `int` and promote it);
//! * evaluation order is the order of the fields of each node, which is Python's;
//! * nothing is constant-folded or rewritten in a way a traceback or a side effect could show.

use crate::source::Span;
use crate::types::Type;

mod nested;
mod pattern;
mod visit;

pub use nested::{CodePlace, InnerCode, MakeFunction};
pub use pattern::{Case, Pattern, PatternKind, Star};
pub use visit::{each_child, each_expression, each_statement};

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
        pub struct $name(pub u32);
        impl $name {
            /// The position in its table.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}
id!(/// A module of `Program::modules`.
    ModuleId);
id!(/// A function of `Program::functions`.
    FunctionId);
id!(/// A native class of `Program::classes`.
    ClassId);
id!(/// An enumeration of `Program::enums`.
    EnumId);
id!(/// A local variable of one function (`Function::locals`).
    LocalId);
id!(/// A field of one class (`Class::fields`, inherited ones first).
    FieldId);

/// All modules that are compiled together and linked into one shared library.
#[derive(Debug, Default)]
pub struct Program {
    /// In dependency-independent, sorted order of dotted name.
    pub modules: Vec<Module>,
    /// Functions and methods to be compiled, in source order, module by module.
    pub functions: Vec<Function>,
    /// Native classes.
    pub classes: Vec<Class>,
    /// `Enum` classes of the modules; they run as Python and are known to codecs and comparisons.
    pub enums: Vec<Enum>,
}

/// One source file.
#[derive(Debug)]
pub struct Module {
    /// Dotted name, for example `catalog.models`.
    pub name: String,
    /// Path as shown in diagnostics and tracebacks, relative to the project, `/`-separated.
    pub path: String,
    /// `__init__.py`
    pub is_package: bool,
    /// `def` and `class` statements whose objects are handed over to C when they are executed.
    pub handovers: Vec<Handover>,
    /// Functions that keep their bytecode, with the reason.
    pub interpreted: Vec<Interpreted>,
}

/// A `def` or `class` statement whose result native code takes over.
#[derive(Debug, Clone)]
pub struct Handover {
    /// Position of the statement's `def`/`async`/`class` keyword: line from 1, column in UTF-8 bytes from 0
    /// (as `ast.FunctionDef.lineno` and `.col_offset` of CPython).
    pub line: u32,
    /// See `line`.
    pub column: u32,
    /// What is taken over.
    pub what: Native,
}

/// A native function or class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Native {
    /// The function's `vectorcall` becomes native.
    Function(FunctionId),
    /// The class is created with native layout.
    Class(ClassId),
}

/// A function or class that stays interpreted.
#[derive(Debug, Clone)]
pub struct Interpreted {
    /// Qualified name.
    pub qualname: String,
    /// The `def` or `class` name.
    pub span: Span,
    /// Why, as one clause: "it uses `yield`".
    pub reason: String,
    /// Where the reason stands.
    pub at: Span,
}

/// What sort of callable a function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionKind {
    /// At module level.
    Plain,
    /// Instance method of a native class; parameter 0 is the instance.
    Method(ClassId),
    /// `@staticmethod` of a native class.
    Static(ClassId),
    /// `@classmethod` of a native class; parameter 0 is the class object (type `Object`).
    ClassMethod(ClassId),
    /// `@property` getter of a native class.
    Property(ClassId),
    /// `@name.setter` of a property of a native class.
    Setter(ClassId),
    /// `@name.deleter` of a property of a native class.
    Deleter(ClassId),
    /// A method that a descriptor keeps and calls with the instance (`functools.cached_property`).
    Wrapped(ClassId),
    /// A `def` in the body of a class that runs as Python (an exception, an enumeration): only Python calls it.
    Unbound,
}

impl FunctionKind {
    /// The class whose instance parameter 0 is.
    pub fn instance(self) -> Option<ClassId> {
        match self {
            FunctionKind::Method(class)
            | FunctionKind::Property(class)
            | FunctionKind::Setter(class)
            | FunctionKind::Deleter(class)
            | FunctionKind::Wrapped(class) => Some(class),
            FunctionKind::Plain
            | FunctionKind::Unbound
            | FunctionKind::Static(_)
            | FunctionKind::ClassMethod(_) => None,
        }
    }

    /// The native class in whose body the function stands.
    pub fn class(self) -> Option<ClassId> {
        match self {
            FunctionKind::Static(class) | FunctionKind::ClassMethod(class) => Some(class),
            other => other.instance(),
        }
    }
}

/// A function to be compiled.
#[derive(Debug)]
pub struct Function {
    /// Its module.
    pub module: ModuleId,
    /// Python's qualified name: `Order.total`.
    pub qualname: String,
    /// What sort of callable.
    pub kind: FunctionKind,
    /// `async def`.
    pub is_async: bool,
    /// There is a `yield` in it: calling it makes a generator.
    pub is_generator: bool,
    /// Its body may be suspended, as far as its text says: `async def` with `await`, or a generator.
    pub has_frame: bool,
    /// It really suspends while the names of native functions mean what they meant: it awaits something of which nothing
    /// is known, or another such function.
    pub may_suspend: bool,
    /// Parameters in order: positional-only, positional, `*args`, keyword-only, `**kwargs`.
    pub params: Vec<Param>,
    /// The claim about the result (`Object` if there is no annotation).
    pub returns: Type,
    /// An annotation of a parameter, or one within the result's, says more than its type: a request's values are checked by
    /// the description made from it at run time.
    pub is_opaque: bool,
    /// Every local; the parameters are the first `params.len()`.
    pub locals: Vec<Local>,
    /// The body, without the docstring.
    pub body: Vec<Stmt>,
    /// The whole `def` statement.
    pub span: Span,
    /// True if module-level and decorated by nothing, or only by route decorators and others that return
    /// the function itself; otherwise callers go through the module's name.
    pub direct_callable: bool,
    /// Variables of functions around this one, in the order of the closure's cells.
    pub captured: Vec<LocalId>,
    /// Code objects of the functions and classes that the body makes.
    pub inner: Vec<InnerCode>,
}

impl Function {
    /// Whether calling it (or, if `awaited`, awaiting the call) is running its body and nothing else.
    pub fn is_body(&self, awaited: bool) -> bool {
        !self.is_generator && self.is_async == awaited
    }

    /// Whether calling it only makes a generator or coroutine, from arguments that can all be given by position.
    pub fn is_started(&self) -> bool {
        (self.is_generator || self.is_async)
            && self
                .params
                .iter()
                .all(|each| matches!(each.kind, ParamKind::PositionalOnly | ParamKind::Positional))
    }
}

/// A parameter.
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// How it is passed.
    pub kind: ParamKind,
    /// The claim; enforced on entry.
    pub ty: Type,
    /// What a request may hold for it.
    pub wire: Type,
    /// Whether there is a default; its value lives in the function object's `__defaults__`/`__kwdefaults__`.
    pub has_default: bool,
}

/// How a parameter is passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ParamKind {
    PositionalOnly,
    Positional,
    VarPositional,
    KeywordOnly,
    VarKeyword,
}

/// A local variable.
#[derive(Debug, Clone)]
pub struct Local {
    /// Its name (generated for temporaries: starts with a dot).
    pub name: String,
    /// Its one type.
    pub ty: Type,
    /// Assigned on every path before every read: no unbound check is needed.
    pub always_bound: bool,
    /// It lives in a cell that inner functions share. (`always_bound` says nothing then.)
    pub cell: bool,
}

/// A native class.
#[derive(Debug, Clone)]
pub struct Class {
    /// Its module.
    pub module: ModuleId,
    /// Python's qualified name.
    pub qualname: String,
    /// The one native base, if any; other bases make a class interpreted.
    pub base: Option<ClassId>,
    /// `abc.ABC` is among its bases: it may have abstract methods, and `isinstance` may hold for objects of other classes.
    pub is_abc: bool,
    /// Inherited ones first.
    pub fields: Vec<Field>,
    /// The annotation of a field says more than its type.
    pub is_opaque: bool,
    /// `@dataclass` with these options, if it is one.
    pub dataclass: Option<Dataclass>,
    /// Methods by name, compiled ones only; inherited ones are found through `base`.
    pub methods: Vec<(String, FunctionId)>,
    /// Compiled property setters by name.
    pub setters: Vec<(String, FunctionId)>,
    /// Names of the class's own attributes that are neither fields nor in `methods`: reached through the type.
    pub other_attributes: Vec<String>,
    /// Names of subclasses exist in the program: a method call must be dispatched dynamically.
    pub has_subclasses: bool,
    /// The whole `class` statement.
    pub span: Span,
}

/// A field with a typed C slot after the object header.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// The claim; enforced on every store.
    pub ty: Type,
    /// What a request may hold for it.
    pub wire: Type,
    /// How a missing constructor argument is filled.
    pub default: FieldDefault,
    /// Never assigned after construction (frozen dataclass or `Final`).
    pub is_final: bool,
    /// The dataclass's `__init__` takes it by name alone.
    pub keyword_only: bool,
    /// Where it is declared.
    pub span: Span,
}

/// How a dataclass field is filled when the constructor gets no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldDefault {
    /// It must be given.
    Required,
    /// The class attribute's value at class creation (kept by the class at run time).
    Value,
    /// `field(default_factory=...)`, called per instance (kept by the class at run time).
    Factory,
    /// Not a constructor parameter: an annotated class's attribute set in `__init__`, or `field(init=False)`.
    NotInInit,
}

/// Options of `@dataclass(...)`, with Python's defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Dataclass {
    pub init: bool,
    pub repr: bool,
    pub eq: bool,
    pub order: bool,
    pub frozen: bool,
    pub slots: bool,
    pub kw_only: bool,
    pub has_post_init: bool,
}

/// An enumeration whose members are known.
#[derive(Debug, Clone)]
pub struct Enum {
    /// Its module.
    pub module: ModuleId,
    /// Python's qualified name.
    pub qualname: String,
    /// The mix-in that members also are: `str`, `int` or none.
    pub mixin: Option<Type>,
    /// Whether members may stand where `int` is declared; none if a base that says it is not known.
    pub stands_for_int: Option<bool>,
    /// Names and, where they are literals, values.
    pub members: Vec<(String, Option<crate::types::Literal>)>,
}

/// A statement with its place.
#[derive(Debug, Clone)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Where; its first line is the traceback's line unless an expression's says otherwise.
    pub span: Span,
}

/// What a statement does.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum StmtKind {
    Expr(Expr),
    /// `a = b = value`: value once, targets left to right.
    Assign {
        targets: Vec<Target>,
        value: Expr,
    },
    /// `target op= value`; the target's parts are evaluated once.
    AugAssign {
        target: Target,
        op: BinOp,
        value: Expr,
    },
    If {
        test: Expr,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    While {
        test: Expr,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    For {
        is_async: bool,
        target: Target,
        iter: Expr,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    Return(Option<Expr>),
    Raise {
        exception: Option<Expr>,
        cause: Option<Expr>,
    },
    Try {
        body: Vec<Stmt>,
        handlers: Vec<Handler>,
        orelse: Vec<Stmt>,
        finally: Vec<Stmt>,
    },
    With {
        is_async: bool,
        items: Vec<WithItem>,
        body: Vec<Stmt>,
    },
    Match {
        subject: Expr,
        cases: Vec<Case>,
    },
    Assert {
        test: Expr,
        message: Option<Expr>,
        /// The test, whose first line is that of the exception.
        place: Span,
    },
    Delete(Vec<Target>),
    Break,
    Continue,
    Pass,
}

/// One `except` clause.
#[derive(Debug, Clone)]
pub struct Handler {
    /// The exception type or tuple of types; none for a bare `except:`.
    pub matches: Option<Expr>,
    /// `as name`: bound on entry and deleted at the end, as Python does.
    pub name: Option<LocalId>,
    /// Its body.
    pub body: Vec<Stmt>,
    /// The clause.
    pub span: Span,
}

/// One `with` item.
#[derive(Debug, Clone)]
pub struct WithItem {
    /// The context manager.
    pub context: Expr,
    /// `as target`.
    pub target: Option<Target>,
}

/// Something that can be assigned to.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum Target {
    Local(LocalId),
    /// `global name` in this function.
    Global(String, Span),
    /// A declared field of a native class.
    Field {
        object: Expr,
        class: ClassId,
        field: FieldId,
        span: Span,
    },
    /// Any other attribute.
    Attribute {
        object: Expr,
        name: String,
        span: Span,
    },
    Item {
        object: Expr,
        index: Expr,
        span: Span,
    },
    /// `a, *b, c = ...`; at most one star.
    Unpack {
        before: Vec<Target>,
        star: Option<Box<Target>>,
        after: Vec<Target>,
        span: Span,
    },
}

/// A typed expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// The static type of the result.
    pub ty: Type,
    /// Where.
    pub span: Span,
}

/// What an expression computes.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum ExprKind {
    None,
    Bool(bool),
    /// Decimal digits, any size, never negative.
    Int(String),
    Float(f64),
    Str(String),
    Bytes(Vec<u8>),
    Ellipsis,
    /// `__class__`: the class in whose body the function stands; none for one that runs as Python.
    OwnClass(Option<ClassId>),
    Local(LocalId),
    /// A name looked up in the module's namespace, then in builtins, each time it is evaluated.
    Global(String),
    /// The instance's declared field. Raises `AttributeError` if unset.
    Field {
        object: Box<Expr>,
        class: ClassId,
        field: FieldId,
    },
    /// `getattr` in general.
    Attribute {
        object: Box<Expr>,
        name: String,
    },
    Item {
        object: Box<Expr>,
        index: Box<Expr>,
    },
    Slice {
        object: Box<Expr>,
        lower: Option<Box<Expr>>,
        upper: Option<Box<Expr>>,
        step: Option<Box<Expr>>,
    },
    /// The `slice` that an item with a step through it is set or deleted by: `values[1:3] = …`, `grid[1:, 0]`.
    SliceObject {
        lower: Option<Box<Expr>>,
        upper: Option<Box<Expr>>,
        step: Option<Box<Expr>>,
    },
    Binary {
        op: BinOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    /// `a < b < c`: each operand once, stopping at the first false link. Type `Bool` only when every link
    /// is known to give one; otherwise `Object`.
    Compare {
        first: Box<Expr>,
        rest: Vec<(CompareOp, Expr)>,
    },
    /// `and` / `or`: the value of the deciding operand.
    And(Vec<Expr>),
    Or(Vec<Expr>),
    /// `body if test else orelse`
    IfElse {
        test: Box<Expr>,
        body: Box<Expr>,
        orelse: Box<Expr>,
    },
    /// `name := value`
    Walrus {
        target: LocalId,
        value: Box<Expr>,
    },
    /// A call; the callee says how.
    Call(Box<Call>),
    List(Vec<Element>),
    Tuple(Vec<Element>),
    Set(Vec<Element>),
    /// Key and value; a key of `None` is `**mapping`.
    Dict(Vec<(Option<Expr>, Expr)>),
    /// Runs inline in this function, its targets being locals of their own.
    Comprehension(Box<Comprehension>),
    /// What an `import` statement gets: the module, or for a dotted name without `names` the package at its beginning.
    Import {
        name: String,
        level: u32,
        names: Option<Vec<String>>,
    },
    /// `from module import name`
    ImportFrom {
        module: Box<Expr>,
        name: String,
    },
    /// `lambda`, or what a `def` or `class` statement inside a function makes from its code object.
    Function(Box<MakeFunction>),
    /// f-string.
    Format(Vec<FormatPart>),
    /// `await`; of a call of a native `async def`, the operand has the type of the coroutine's result.
    Await(Box<Expr>),
    /// `yield x`; what it gives is what is sent.
    Yield(Option<Box<Expr>>),
    YieldFrom(Box<Expr>),
    /// `iter(value)` or `aiter(value)`, as a generator expression does it.
    Iterator {
        value: Box<Expr>,
        is_async: bool,
    },
    /// The value, narrowed by a test before it (`is not None`, `isinstance`): `lower` checks it as it unboxes.
    Narrow(Box<Expr>),
    /// An attribute, or a method's call, on a later line than the expression begins: the inner one has the place of its
    /// name, and what is done with the value that of the beginning.
    Placed(Box<Expr>),
}

/// A display's element.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum Element {
    One(Expr),
    /// `*iterable`
    Star(Expr),
}

/// A call.
#[derive(Debug, Clone)]
pub struct Call {
    /// What is called.
    pub callee: Callee,
    /// Positional arguments in order.
    pub args: Vec<Element>,
    /// Keyword arguments in order; a name of `None` is `**mapping`.
    pub keywords: Vec<(Option<String>, Expr)>,
}

/// What is called, as far as it is known.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum Callee {
    /// A compiled module-level function reached by `path` from the calling module. `lower` calls it directly if the
    /// path still leads to it at run time and if arguments match its parameters statically; else as any other object.
    Function { function: FunctionId, path: Path },
    /// A native class reached by `path`: constructs an instance, under the same guard.
    Class { class: ClassId, path: Path },
    /// A compiled method found on the static class of `object`; dispatched dynamically if the class has
    /// subclasses or the attribute was rebound.
    Method {
        object: Expr,
        class: ClassId,
        function: FunctionId,
        name: String,
    },
    /// `super().name(...)` with the method found statically in the base; none for `object.__init__` without arguments.
    SuperMethod {
        function: Option<FunctionId>,
        name: String,
    },
    /// A builtin (`len`, `range`, `sum`, …) whose name is not rebound in the module; guarded against rebinding.
    Builtin(String),
    /// A function of the standard library that has a row in `library.rs`; guarded like a builtin.
    Library(LibraryPath),
    /// A method by name on a value of a built-in type (`str.upper`, `list.append`): the receiver's static type says which.
    BuiltinMethod { object: Expr, name: String },
    /// Attribute call on any other object.
    Attribute { object: Expr, name: String },
    /// Any other callable value.
    Dynamic(Expr),
}

/// How code names a function of the standard library: `sqrt`, `math.sqrt`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryPath {
    /// The calling module's name for the library's module; none if the function itself was imported.
    pub module: Option<std::rc::Rc<str>>,
    /// The function's name in the calling module, or in the library's.
    pub name: std::rc::Rc<str>,
    /// What that means: `math.sqrt`.
    pub means: std::rc::Rc<str>,
}

/// How code names a function or class: `paged`, or through modules of the program, `search.paged`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Each module on the way with the name that it has in the one before (the first: in the calling module).
    pub through: Vec<(std::rc::Rc<str>, ModuleId)>,
    /// The name in the last of them, or in the calling module.
    pub name: std::rc::Rc<str>,
}

impl Path {
    /// A name in the calling module.
    pub fn of(name: &str) -> Path {
        Path {
            through: Vec::new(),
            name: name.into(),
        }
    }

    /// All names in order, as Python evaluates them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let through = self.through.iter().map(|(name, _)| &**name);
        through.chain([&*self.name])
    }

    /// As the source writes it.
    pub fn shown(&self) -> String {
        self.names().collect::<Vec<_>>().join(".")
    }
}

/// A comprehension.
#[derive(Debug, Clone)]
pub struct Comprehension {
    /// What is built. A generator expression is here only as the sole argument of a builtin that consumes it
    /// completely and at once (`sum`, `any`, `all`, `min`, `max`, `list`, `tuple`, `set`, `dict`, `sorted`, `str.join`).
    pub kind: ComprehensionKind,
    /// The `for` clauses, outermost first.
    pub clauses: Vec<Clause>,
    /// The element (or, for a dict, key).
    pub element: Expr,
    /// A dict's value.
    pub value: Option<Expr>,
}

/// What a comprehension builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ComprehensionKind {
    List,
    Set,
    Dict,
    Generator,
}

/// `for target in iter if test…`
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Clause {
    pub is_async: bool,
    pub target: Target,
    pub iter: Expr,
    pub tests: Vec<Expr>,
}

/// A piece of an f-string.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum FormatPart {
    Text(String),
    Value {
        value: Expr,
        conversion: Option<char>,
        /// From its opening bracket on, where the interpreter says that formatting failed.
        span: Span,
        spec: Option<Vec<FormatPart>>,
    },
}

/// Binary operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Mod,
    Pow,
    MatMul,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
}

/// Unary operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum UnaryOp {
    Not,
    Negative,
    Positive,
    Invert,
}

/// Comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum CompareOp {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Is,
    IsNot,
    In,
    NotIn,
}
