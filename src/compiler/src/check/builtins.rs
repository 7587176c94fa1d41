//! What is known of builtin functions and of the methods of built-in types: result types, whether a generator
//! argument is consumed at once, whether a call can block or run unknown code.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::types::Type;

/// Python 3.14's builtins.
pub fn is_builtin(name: &str) -> bool {
    static SET: LazyLock<HashSet<&'static str>> = LazyLock::new(|| names().collect());
    SET.contains(name)
}

/// The names of all builtins.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.split_ascii_whitespace()
}

const NAMES: &str = "ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError \
    BrokenPipeError BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError \
    ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning EnvironmentError \
    Exception ExceptionGroup False FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit \
    IOError ImportError ImportWarning IndentationError IndexError InterruptedError IsADirectoryError KeyError \
    KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError None NotADirectoryError NotImplemented \
    NotImplementedError OSError OverflowError PendingDeprecationWarning PermissionError ProcessLookupError \
    PythonFinalizationError RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning \
    StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError True \
    TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError \
    UnicodeWarning UserWarning ValueError Warning ZeroDivisionError __build_class__ __debug__ __import__ __name__ \
    __doc__ __file__ __package__ __spec__ __loader__ __builtins__ __path__ __annotations__ __dict__ \
    abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex \
    copyright credits delattr dict dir divmod enumerate eval exec exit filter float format frozenset getattr globals \
    hasattr hash help hex id input int isinstance issubclass iter len license list locals map max memoryview min next \
    object oct open ord pow print property quit range repr reversed round set setattr slice sorted staticmethod str \
    sum super tuple type vars zip";

/// Whether this is the name of an exception class among the builtins.
pub fn is_exception(name: &str) -> bool {
    is_builtin(name)
        && (name.ends_with("Error")
            || name.ends_with("Exception")
            || name.ends_with("Warning")
            || matches!(
                name,
                "StopIteration"
                    | "StopAsyncIteration"
                    | "KeyboardInterrupt"
                    | "SystemExit"
                    | "GeneratorExit"
            ))
}

/// Builtins that consume a generator argument completely and at once.
pub fn consumes_generator(name: &str) -> bool {
    matches!(
        name,
        "sum"
            | "any"
            | "all"
            | "min"
            | "max"
            | "list"
            | "tuple"
            | "set"
            | "frozenset"
            | "dict"
            | "sorted"
    )
}

/// Builtins that read or write outside the process, or wait.
pub fn may_block(name: &str) -> bool {
    matches!(
        name,
        "open"
            | "input"
            | "print"
            | "exec"
            | "eval"
            | "compile"
            | "__import__"
            | "breakpoint"
            | "help"
    )
}

/// Builtins whose use needs the interpreter's own frame.
pub const OF_FRAMES: &[&str] = &[
    "exec",
    "eval",
    "locals",
    "globals",
    "vars",
    "dir",
    "super",
    "__import__",
    "breakpoint",
];

/// Whether a builtin's use needs the interpreter's own frame.
pub fn needs_frame(name: &str) -> bool {
    OF_FRAMES.contains(&name)
}

/// The type of a builtin's result, given its arguments' types, where it is certain.
pub fn call(name: &str, args: &[Type], has_keywords: bool) -> Type {
    let first = args.first();
    match name {
        "len" | "ord" | "hash" | "id" => Type::Int,
        "int" => Type::Int,
        "float" => Type::Float,
        "bool" | "isinstance" | "issubclass" | "callable" | "hasattr" | "any" | "all" => Type::Bool,
        "str"
            if args.len() <= 1
                && !has_keywords
                && !matches!(first, Some(Type::Object | Type::Class(_) | Type::Union(_))) =>
        {
            Type::Str
        }
        "repr" | "ascii" | "chr" | "bin" | "hex" | "oct" => Type::Str,
        "abs" => match first {
            Some(Type::Int) => Type::Int,
            Some(Type::Float) => Type::Float,
            _ => Type::Object,
        },
        "round" => match (first, args.len()) {
            (Some(Type::Float | Type::Int), 1) if !has_keywords => Type::Int,
            (Some(Type::Float), 2) if args[1] == Type::Int => Type::Float,
            _ => Type::Object,
        },
        "min" | "max" if args.len() >= 2 && !has_keywords => {
            if args.iter().all(|each| each == &args[0])
                && matches!(args[0], Type::Int | Type::Float | Type::Str)
            {
                args[0].clone()
            } else {
                Type::Object
            }
        }
        "list" | "sorted" => Type::List(Box::new(first.map_or(Type::Object, element))),
        "set" => Type::Set(Box::new(first.map_or(Type::Object, element))),
        "frozenset" => Type::FrozenSet(Box::new(first.map_or(Type::Object, element))),
        "tuple" => Type::TupleOf(Box::new(first.map_or(Type::Object, element))),
        "dict" => match first {
            Some(Type::Dict(key, value)) if !has_keywords => Type::Dict(key.clone(), value.clone()),
            _ => Type::Dict(Box::new(Type::Object), Box::new(Type::Object)),
        },
        _ => Type::Object,
    }
}

/// What iterating over a value of this type claims to give.
pub fn element(ty: &Type) -> Type {
    match ty {
        Type::List(item) | Type::Set(item) | Type::FrozenSet(item) | Type::TupleOf(item) => {
            (**item).clone()
        }
        Type::Dict(key, _) => (**key).clone(),
        Type::Str => Type::Str,
        Type::Bytes => Type::Int,
        Type::Tuple(items) if !items.is_empty() && items.iter().all(|each| each == &items[0]) => {
            items[0].clone()
        }
        _ => Type::Object,
    }
}

/// The type of a method's result on a value of a built-in type; `None` if the type has no such method that we know.
pub fn method(receiver: &Type, name: &str) -> Option<Type> {
    let list = |item: Type| Type::List(Box::new(item));
    Some(match receiver {
        Type::Str => match name {
            "upper" | "lower" | "strip" | "lstrip" | "rstrip" | "title" | "capitalize"
            | "casefold" | "swapcase" | "replace" | "join" | "format" | "zfill" | "center"
            | "ljust" | "rjust" | "removeprefix" | "removesuffix" | "expandtabs" | "translate"
            | "format_map" => Type::Str,
            "split" | "rsplit" | "splitlines" => list(Type::Str),
            "partition" | "rpartition" => Type::Tuple(vec![Type::Str, Type::Str, Type::Str]),
            "startswith" | "endswith" | "isdigit" | "isalpha" | "isalnum" | "isspace"
            | "isupper" | "islower" | "isnumeric" | "isdecimal" | "isidentifier" | "istitle"
            | "isprintable" | "isascii" => Type::Bool,
            "find" | "rfind" | "index" | "rindex" | "count" => Type::Int,
            "encode" => Type::Bytes,
            _ => return None,
        },
        Type::Bytes => match name {
            "decode" | "hex" => Type::Str,
            "startswith" | "endswith" => Type::Bool,
            "find" | "index" | "count" => Type::Int,
            _ => return None,
        },
        Type::List(item) => match name {
            "append" | "extend" | "insert" | "remove" | "clear" | "sort" | "reverse" => Type::None,
            "pop" => (**item).clone(),
            "index" | "count" => Type::Int,
            "copy" => receiver.clone(),
            _ => return None,
        },
        Type::Dict(key, value) => match name {
            "get" | "keys" | "values" | "items" | "pop" | "setdefault" | "popitem" => Type::Object,
            "update" | "clear" => Type::None,
            "copy" => Type::Dict(key.clone(), value.clone()),
            _ => return None,
        },
        Type::Set(_) => match name {
            "add" | "discard" | "remove" | "update" | "clear" => Type::None,
            "union" | "intersection" | "difference" | "symmetric_difference" | "copy" => {
                receiver.clone()
            }
            "issubset" | "issuperset" | "isdisjoint" => Type::Bool,
            "pop" => Type::Object,
            _ => return None,
        },
        _ => return None,
    })
}
