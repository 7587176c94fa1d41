//! The intermediate representation: what a function does, step by step, with nothing left implicit.
//!
//! # What it means
//!
//! A [`Function`] is a control-flow graph of [`Block`]s. A block is a list of [`Op`]s and ends with one
//! [`Terminator`]. Three kinds of things hold data:
//!
//! * **values** ([`ValueId`]) are defined once, by one op (or terminator), and never change. They are the
//!   intermediate results of expressions;
//! * **variables** ([`VarId`]) are places that change: Python's locals, and the temporaries through which a
//!   value passes where two paths meet (there are no phi nodes). A variable is *set* or *unset* at each
//!   moment; an unset Python local is what `UnboundLocalError` is about;
//! * **constants** ([`Const`]) stand in operands. They are immortal or owned by the module for ever.
//!
//! Every value and variable has a [`Repr`]: how C holds it. Python's types are gone here, except where an op
//! checks one (`Expect`, `Unbox`).
//!
//! # Errors
//!
//! An op that may raise names the block where control goes if it does (`Op::error`). On that edge the op's
//! results do not exist, what it steals is gone, and an exception is pending. `Op::traceback` says that the
//! failure adds an entry for `Op::line` to the traceback. `Terminator::Fail` leaves the function with the pending
//! exception. Handling is explicit: `ExceptEnter` takes the pending exception and makes it the handled one,
//! `except_leave` restores the one handled before; the value that stands for that one (`Repr::Handled`) cannot be
//! released in any other way, so the verifier proves that every path out of a handler restores it.
//!
//! # Ownership
//!
//! Each value is one of
//! * *trivial*: nothing to release (`Float`, `Bool`);
//! * *owned*: its definition gives a reference that must be consumed exactly once on every path: stolen by an op
//!   or released by `Release`;
//! * *borrowed*: a parameter, an immortal, or the content of a variable. The last is valid until that variable
//!   changes; nobody else can change it, as variables are private to the call.
//!
//! Operands are borrowed or stolen, as the op says. `lower` writes programs in which this is not respected yet: owned
//! values are simply left behind, borrowed ones are stolen. The pass `ownership` inserts `Retain`, `Release` and
//! `Clear` so that it is, and the verifier, which shares no code with the pass, checks every path.
//!
//! # Effects
//!
//! [`Effects`] of an op follow from its kind and from one table (`primitives`); those of a function are the union
//! over its ops, computed bottom-up over calls by a pass. Nobody writes them by hand. They decide today whether a
//! function needs a recursion check; they are what borrowing from fields will rest on.
//!
//! # Coroutines
//!
//! A body that may be suspended (`Function::has_frame`) has blocks that end with a [`Suspension`]. It starts on the C stack
//! as any other; when it is suspended, the values and variables that are live there move to a frame on the heap.

pub mod primitives;
mod suspension;
pub mod text;

use std::rc::Rc;

use crate::hir::{ClassId, FieldId, FunctionId, LibraryPath, ModuleId, Path};
use crate::types::Type;
pub use primitives::Prim;
pub use suspension::{Awaited, Suspension};

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
        impl $name {
            /// The position in its table.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}
id!(/// A value of one function (`Function::values`).
    ValueId);
id!(/// A variable of one function (`Function::vars`).
    VarId);
id!(/// A block of one function (`Function::blocks`).
    BlockId);

/// All functions, in the order of `hir::Program::functions`.
#[derive(Debug, Default)]
pub struct Program {
    /// By `FunctionId`.
    pub functions: Vec<Function>,
}

/// How C holds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repr {
    /// `PyObject *`
    Object,
    /// `tb_int`
    Int,
    /// `double`
    Float,
    /// `uint8_t`, 0 or 1
    Bool,
    /// Nothing: the result of a function that returns `None`.
    Void,
    /// `tb_iter`: a loop over any iterable. Owned; lives on the C stack.
    Iter,
    /// `tb_range`: a loop over a range. Owned; lives on the C stack.
    Range,
    /// `tb_format *`: a text in the making. Owned.
    Text,
    /// What was the handled exception before a handler was entered. Owned; only `except_leave` consumes it.
    Handled,
}

impl Repr {
    /// Whether a value of it may hold a reference.
    pub fn is_counted(self) -> bool {
        match self {
            Repr::Object | Repr::Int | Repr::Iter | Repr::Range | Repr::Text | Repr::Handled => {
                true
            }
            Repr::Float | Repr::Bool | Repr::Void => false,
        }
    }
}

/// What a value's definition says about its reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// Nothing to release.
    Trivial,
    /// To be consumed exactly once.
    Owned,
    /// Alive during the whole call: parameters, immortals.
    Borrowed,
    /// The content of a variable; valid until the variable changes.
    BorrowedFrom(VarId),
}

/// A value.
#[derive(Clone, Debug)]
pub struct Value {
    /// How it is held.
    pub repr: Repr,
    /// Who releases it.
    pub ownership: Ownership,
}

/// A variable.
#[derive(Clone, Debug)]
pub struct Var {
    /// Python's name; empty for a temporary.
    pub name: String,
    /// How it is held.
    pub repr: Repr,
}

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    /// `None`
    None,
    /// `True` or `False` as an object.
    BoolObject(bool),
    /// `...`
    Ellipsis,
    /// A truth value.
    Bool(bool),
    /// A small int, unboxed.
    Small(i64),
    /// An int of any size, unboxed; decimal digits of one that is not small.
    Big(Rc<str>),
    /// An int as an object; decimal digits.
    IntObject(Rc<str>),
    /// A float, unboxed.
    Float(f64),
    /// A float as an object.
    FloatObject(f64),
    /// Text.
    Str(Rc<str>),
    /// A tuple of names.
    Names(Rc<[Rc<str>]>),
    /// Bytes.
    Bytes(Rc<[u8]>),
    /// A missing optional object.
    Null,
    /// A missing optional int (`TB_INT_ERROR`).
    NoInt,
    /// The code object of a function or class made in this function: its place in `hir::Function::inner`.
    Inner(u32),
    /// A number that C takes as it is: a comparison, a conversion letter.
    C(i32),
    /// The namespace of a module.
    Globals(ModuleId),
    /// The class object of a native class.
    Class(ClassId),
    /// A builtin as it was when the library was loaded.
    Builtin(Rc<str>),
}

impl Const {
    /// How it is held; `None` for numbers that C takes as they are.
    pub fn repr(&self) -> Option<Repr> {
        match self {
            Const::None
            | Const::BoolObject(_)
            | Const::Ellipsis
            | Const::IntObject(_)
            | Const::FloatObject(_)
            | Const::Str(_)
            | Const::Names(_)
            | Const::Bytes(_)
            | Const::Null
            | Const::Globals(_)
            | Const::Class(_)
            | Const::Builtin(_) => Some(Repr::Object),
            Const::Small(_) | Const::Big(_) | Const::NoInt => Some(Repr::Int),
            Const::Float(_) => Some(Repr::Float),
            Const::Bool(_) => Some(Repr::Bool),
            Const::C(_) | Const::Inner(_) => None,
        }
    }

    /// Whether stealing it needs no reference of its own: immortal, or no reference at all.
    pub fn is_free(&self) -> bool {
        match self {
            Const::Globals(_) | Const::Class(_) | Const::Builtin(_) => false,
            Const::None
            | Const::BoolObject(_)
            | Const::Ellipsis
            | Const::Bool(_)
            | Const::Small(_)
            | Const::Big(_)
            | Const::IntObject(_)
            | Const::Float(_)
            | Const::FloatObject(_)
            | Const::Str(_)
            | Const::Names(_)
            | Const::Bytes(_)
            | Const::Null
            | Const::NoInt
            | Const::Inner(_)
            | Const::C(_) => true,
        }
    }
}

/// What an op works on.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A value.
    Value(ValueId),
    /// A constant.
    Const(Const),
}

impl Operand {
    /// The value, if it is one.
    pub fn value(&self) -> Option<ValueId> {
        match self {
            Operand::Value(value) => Some(*value),
            Operand::Const(_) => None,
        }
    }
}

/// Whose an unbound variable is: the exception says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The code's own.
    Local,
    /// A generator expression's, written out in the function that the variable belongs to.
    Free,
}

/// Whether a variable is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// On no path.
    Unset,
    /// On every path.
    Set,
    /// On some.
    Maybe,
}

/// What a failed check names in its message.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// The function whose line it is.
    Here,
    /// An argument of a direct call.
    Argument(FunctionId, u16),
    /// A field.
    Field(ClassId, FieldId),
}

/// What is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Pack {
    Tuple,
    List,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Op {
    /// What it does.
    pub kind: OpKind,
    /// What it defines.
    pub results: Vec<ValueId>,
    /// Python's line.
    pub line: u32,
    /// Where control goes if it raises; set exactly if it may.
    pub error: Option<BlockId>,
    /// Whether its failure makes a traceback entry.
    pub traceback: bool,
    /// Whether it calls what looks at its caller's frame: `callers::looks_back`.
    pub framed: bool,
}

/// What an op does. Operands are borrowed unless it says "steals".
#[derive(Clone, Debug)]
pub enum OpKind {
    /// A function of the C library, by the table.
    Prim(Prim, Vec<Operand>),
    /// Calls the body of a native function.
    Native(FunctionId, Vec<Operand>),
    /// The content of a set variable, borrowed from it (or owned, if the ownership pass says so).
    Load(VarId),
    /// Moves the content of a set variable out of it.
    Take(VarId),
    /// Steals a value into a variable; what was there before is released afterwards.
    Store(VarId, Operand, State),
    /// Releases what is in a variable and makes it unset.
    Clear(VarId, State),
    /// `UnboundLocalError` unless the variable is set; `NameError` where it belongs to the scope around.
    CheckBound(VarId, Scope),
    /// Another reference to the same.
    Retain(Operand),
    /// Gives an owned value back.
    Release(ValueId),
    /// The generator or coroutine that a call of a native function makes; the arguments are objects, one for each parameter.
    Start(FunctionId, Vec<Operand>),
    /// A tuple or list; steals the items.
    Pack(Pack, Vec<Operand>),
    /// `before…, *star, after… = value`
    #[allow(missing_docs)]
    Unpack {
        value: Operand,
        before: u32,
        star: bool,
        after: u32,
    },
    /// `callee(args…, name=…)`; the last arguments are the keywords'.
    #[allow(missing_docs)]
    CallObject {
        callee: Operand,
        args: Vec<Operand>,
        keywords: Vec<Rc<str>>,
    },
    /// `args[0].name(args[1]…, name=…)`
    #[allow(missing_docs)]
    CallMethod {
        name: Rc<str>,
        args: Vec<Operand>,
        keywords: Vec<Rc<str>>,
    },
    /// Reads a field of a native object.
    FieldRead(Operand, ClassId, FieldId),
    /// Writes it; steals the value (the second operand).
    FieldWrite(Operand, ClassId, FieldId, Operand),
    /// A new object of exactly this class from a value for each field, which are stolen.
    New(ClassId, Vec<Operand>),
    /// A new object of exactly this class with every field unset.
    Allocate(ClassId),
    /// The default of a field.
    FieldDefault(ClassId, FieldId),
    /// The default of a parameter, as the function object has it now.
    ArgumentDefault(FunctionId, u16),
    /// Checks that an object is of a type that is held as an object.
    Expect(Operand, Type, Place),
    /// Checks that an object is an `int`, `float` or `bool` and unboxes it.
    Unbox(Operand, Place),
    /// Takes the pending exception and makes it the handled one: defines it and what was handled before.
    ExceptEnter,
    /// `with`: defines what `__enter__` gave, and the bound `__exit__`.
    WithEnter(Operand),
    /// `async with`: the same with `__aenter__` and `__aexit__`.
    AsyncWithEnter(Operand),
    /// Adds an entry for the op's line to the pending exception's traceback. Only the ownership pass makes it.
    Traceback,
}

/// What a branch asks of the state of names and classes.
#[derive(Clone, Debug, PartialEq)]
pub enum Guard {
    /// The path from this module leads to this native function.
    Function(ModuleId, Path, FunctionId),
    /// The path from this module leads to this native class.
    Class(ModuleId, Path, ClassId),
    /// The name in this module means the builtin.
    Builtin(ModuleId, Rc<str>),
    /// The names in this module still mean the interpreter's own function.
    Library(ModuleId, LibraryPath),
    /// The object is of exactly this class, the class has its own methods, fields and constructor, and no attribute of
    /// the object can hide a method.
    Intact(Operand, ClassId),
    /// Objects of this class may be made by filling their fields.
    Plain(ClassId),
    /// Objects of this class may be made by filling their fields with nothing and calling the native `__init__`.
    Constructible(ClassId),
    /// `super()` of this object, seen from the first class, finds the methods of the second.
    Super(Operand, ClassId, ClassId),
}

impl Guard {
    /// The object it looks at, borrowed.
    pub fn operand(&self) -> Option<&Operand> {
        match self {
            Guard::Intact(object, _) | Guard::Super(object, _, _) => Some(object),
            Guard::Function(..)
            | Guard::Class(..)
            | Guard::Builtin(..)
            | Guard::Library(..)
            | Guard::Plain(_)
            | Guard::Constructible(_) => None,
        }
    }
}

/// How a block ends.
#[derive(Clone, Debug)]
pub enum Terminator {
    /// Goes on there.
    Goto(BlockId),
    /// By a truth value.
    #[allow(missing_docs)]
    Branch {
        condition: Operand,
        yes: BlockId,
        no: BlockId,
    },
    /// By whether a variable is set.
    #[allow(missing_docs)]
    BranchSet {
        var: VarId,
        yes: BlockId,
        no: BlockId,
    },
    /// By a guard.
    #[allow(missing_docs)]
    BranchGuard {
        guard: Guard,
        yes: BlockId,
        no: BlockId,
    },
    /// The next item of a loop, defined in `body`, which has no other way in.
    #[allow(missing_docs)]
    Next {
        iter: ValueId,
        item: ValueId,
        body: BlockId,
        done: BlockId,
        error: BlockId,
        line: u32,
    },
    /// Waits, and may leave the body in the middle.
    Suspend(Box<Suspension>),
    /// Leaves with a result, which is stolen; none if the function returns `None`.
    Return(Option<Operand>),
    /// Leaves with the pending exception.
    Fail,
    /// Never reached: the op before always raises.
    Unreachable,
}

impl Terminator {
    /// Where control may go.
    pub fn successors(&self) -> Vec<BlockId> {
        match self {
            Terminator::Goto(to) => vec![*to],
            Terminator::Branch { yes, no, .. }
            | Terminator::BranchSet { yes, no, .. }
            | Terminator::BranchGuard { yes, no, .. } => {
                vec![*yes, *no]
            }
            Terminator::Next {
                body, done, error, ..
            } => vec![*body, *done, *error],
            Terminator::Suspend(at) => vec![at.done, at.error],
            Terminator::Return(_) | Terminator::Fail | Terminator::Unreachable => Vec::new(),
        }
    }

    /// The same, to be redirected.
    pub fn successors_mut(&mut self) -> Vec<&mut BlockId> {
        match self {
            Terminator::Goto(to) => vec![to],
            Terminator::Branch { yes, no, .. }
            | Terminator::BranchSet { yes, no, .. }
            | Terminator::BranchGuard { yes, no, .. } => {
                vec![yes, no]
            }
            Terminator::Next {
                body, done, error, ..
            } => vec![body, done, error],
            Terminator::Suspend(at) => vec![&mut at.done, &mut at.error],
            Terminator::Return(_) | Terminator::Fail | Terminator::Unreachable => Vec::new(),
        }
    }

    /// The values it uses, borrowed.
    pub fn borrowed(&self) -> Option<&Operand> {
        match self {
            Terminator::Branch { condition, .. } => Some(condition),
            Terminator::BranchGuard { guard, .. } => guard.operand(),
            Terminator::Goto(_)
            | Terminator::BranchSet { .. }
            | Terminator::Next { .. }
            | Terminator::Suspend(_)
            | Terminator::Return(_)
            | Terminator::Fail
            | Terminator::Unreachable => None,
        }
    }
}

/// A straight piece of code.
#[derive(Clone, Debug)]
pub struct Block {
    /// What it is for, in a word or two; part of its label in C.
    pub label: &'static str,
    /// Its steps.
    pub ops: Vec<Op>,
    /// Its end.
    pub end: Terminator,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// `module.qualname`, for people.
    pub name: String,
    /// Parameters: borrowed values.
    pub params: Vec<ValueId>,
    /// How the result is held.
    pub returns: Repr,
    /// All values.
    pub values: Vec<Value>,
    /// All variables; Python's locals first.
    pub vars: Vec<Var>,
    /// All blocks; the first is the entry.
    pub blocks: Vec<Block>,
    /// Blocks in the order in which they are to be written.
    pub order: Vec<BlockId>,
    /// Its body can be suspended: `async def` with `await`, or a generator.
    pub has_frame: bool,
    /// What a call of it may do; computed by the pass `effects`.
    pub effects: Effects,
    /// The line of its `def`.
    pub line: u32,
}

impl Function {
    /// How an operand is held; none for plain C numbers.
    pub fn repr(&self, operand: &Operand) -> Option<Repr> {
        match operand {
            Operand::Value(value) => Some(self.values[value.index()].repr),
            Operand::Const(constant) => constant.repr(),
        }
    }
}

/// What running something may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Effects(pub u8);

impl Effects {
    /// Nothing.
    pub const NONE: Effects = Effects(0);
    /// May raise.
    pub const RAISE: Effects = Effects(1);
    /// May run any Python code.
    pub const PYTHON: Effects = Effects(2);
    /// May let other threads stop this one, or collect garbage.
    pub const SAFEPOINT: Effects = Effects(4);
    /// May release objects, and so run their finalisers.
    pub const FREE: Effects = Effects(8);
    /// Anything that Python can do.
    pub const ALL: Effects = Effects(15);

    /// Both.
    pub const fn union(self, other: Effects) -> Effects {
        Effects(self.0 | other.0)
    }
    /// Whether all of `other` is in it.
    pub const fn contains(self, other: Effects) -> bool {
        self.0 & other.0 == other.0
    }
}

/// How an op uses an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Use {
    Borrow,
    Steal,
}

impl OpKind {
    /// Its operands and how it uses them, in order.
    pub fn operands(&self) -> Vec<(&Operand, Use)> {
        let borrow = |each| (each, Use::Borrow);
        match self {
            OpKind::Prim(prim, args) => args
                .iter()
                .zip(prim.get().args)
                .map(|(arg, spec)| (arg, spec.usage))
                .collect(),
            OpKind::Native(_, args) => args.iter().map(borrow).collect(),
            OpKind::Store(_, value, _) => vec![(value, Use::Steal)],
            OpKind::Retain(value) => vec![(value, Use::Borrow)],
            OpKind::Start(_, args) => args.iter().map(|each| (each, Use::Borrow)).collect(),
            OpKind::Pack(_, items) => items.iter().map(|each| (each, Use::Steal)).collect(),
            OpKind::Unpack { value, .. } => vec![(value, Use::Borrow)],
            OpKind::CallObject { callee, args, .. } => {
                std::iter::once(callee).chain(args).map(borrow).collect()
            }
            OpKind::CallMethod { args, .. } => args.iter().map(borrow).collect(),
            OpKind::FieldRead(object, _, _) => vec![(object, Use::Borrow)],
            OpKind::FieldWrite(object, _, _, value) => {
                vec![(object, Use::Borrow), (value, Use::Steal)]
            }
            OpKind::New(_, fields) => fields.iter().map(|each| (each, Use::Steal)).collect(),
            OpKind::Expect(value, _, _)
            | OpKind::Unbox(value, _)
            | OpKind::WithEnter(value)
            | OpKind::AsyncWithEnter(value) => {
                vec![(value, Use::Borrow)]
            }
            OpKind::Load(_)
            | OpKind::Take(_)
            | OpKind::Clear(..)
            | OpKind::CheckBound(..)
            | OpKind::Release(_)
            | OpKind::Allocate(_)
            | OpKind::FieldDefault(..)
            | OpKind::ArgumentDefault(..)
            | OpKind::ExceptEnter
            | OpKind::Traceback => Vec::new(),
        }
    }

    /// The same operands, to be replaced.
    pub fn operands_mut(&mut self) -> Vec<&mut Operand> {
        match self {
            OpKind::Prim(_, args)
            | OpKind::Native(_, args)
            | OpKind::Start(_, args)
            | OpKind::Pack(_, args)
            | OpKind::New(_, args)
            | OpKind::CallMethod { args, .. } => args.iter_mut().collect(),
            OpKind::Store(_, value, _)
            | OpKind::Retain(value)
            | OpKind::Unpack { value, .. }
            | OpKind::FieldRead(value, _, _)
            | OpKind::Expect(value, _, _)
            | OpKind::Unbox(value, _)
            | OpKind::WithEnter(value)
            | OpKind::AsyncWithEnter(value) => vec![value],
            OpKind::FieldWrite(object, _, _, value) => vec![object, value],
            OpKind::CallObject { callee, args, .. } => {
                std::iter::once(callee).chain(args).collect()
            }
            OpKind::Load(_)
            | OpKind::Take(_)
            | OpKind::Clear(..)
            | OpKind::CheckBound(..)
            | OpKind::Release(_)
            | OpKind::Allocate(_)
            | OpKind::FieldDefault(..)
            | OpKind::ArgumentDefault(..)
            | OpKind::ExceptEnter
            | OpKind::Traceback => Vec::new(),
        }
    }

    /// What it may do; `native` gives a function's effects.
    pub fn effects(&self, native: &dyn Fn(FunctionId) -> Effects) -> Effects {
        match self {
            OpKind::Prim(prim, _) => prim.get().effects,
            OpKind::Native(function, _) => native(*function).union(Effects::RAISE),
            OpKind::Load(_)
            | OpKind::Take(_)
            | OpKind::Retain(_)
            | OpKind::Traceback
            | OpKind::ExceptEnter => Effects::NONE,
            OpKind::Store(_, _, State::Unset) => Effects::NONE,
            OpKind::Store(..) | OpKind::Clear(..) | OpKind::Release(_) => Effects::FREE,
            OpKind::CheckBound(..) | OpKind::Allocate(_) => Effects::RAISE,
            OpKind::Start(..) | OpKind::Pack(..) | OpKind::New(..) => Effects::RAISE,
            OpKind::FieldWrite(..) => Effects::FREE,
            OpKind::FieldRead(..) | OpKind::Expect(..) | OpKind::Unbox(..) => Effects::RAISE,
            OpKind::Unpack { .. }
            | OpKind::CallObject { .. }
            | OpKind::CallMethod { .. }
            | OpKind::FieldDefault(..)
            | OpKind::ArgumentDefault(..)
            | OpKind::WithEnter(_)
            | OpKind::AsyncWithEnter(_) => Effects::ALL,
        }
    }

    /// Whether control never goes on behind it.
    pub fn always_raises(&self) -> bool {
        matches!(self, OpKind::Prim(prim, _) if prim.get().failure == primitives::Failure::Always)
    }

    /// Whether it needs an error edge.
    pub fn may_raise(&self) -> bool {
        self.effects(&|_| Effects::NONE).contains(Effects::RAISE)
    }
}
