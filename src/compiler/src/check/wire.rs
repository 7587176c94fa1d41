//! Which types a request and an answer can carry: as one text, as several, as JSON.

use crate::types::{Known, Type};

/// Whether one text can hold a value of the type.
pub(super) fn is_scalar(ty: &Type) -> bool {
    match ty {
        Type::Union(members) => members.iter().all(is_scalar),
        Type::List(_)
        | Type::Dict(..)
        | Type::Set(_)
        | Type::FrozenSet(_)
        | Type::Tuple(_)
        | Type::TupleOf(_)
        | Type::Class(_) => false,
        Type::Known(known) => !matches!(known, Known::Request | Known::Response),
        Type::Object
        | Type::None
        | Type::Bool
        | Type::Int
        | Type::Integer(_)
        | Type::Float
        | Type::Str
        | Type::Bytes
        | Type::Enum(_)
        | Type::Literal(_) => true,
    }
}

/// Whether a value can come from a query string: one text, or several of them.
pub(super) fn has_text_form(ty: &Type) -> bool {
    match ty {
        Type::List(item) | Type::Set(item) | Type::FrozenSet(item) | Type::TupleOf(item) => {
            is_scalar(item)
        }
        Type::Union(members) => {
            let others: Vec<&Type> = members.iter().filter(|each| **each != Type::None).collect();
            is_scalar(ty) || matches!(others.as_slice(), [only] if has_text_form(only))
        }
        other => is_scalar(other),
    }
}

/// Whether a value certainly comes from the body.
pub(super) fn is_body(ty: &Type) -> bool {
    match ty {
        Type::Class(_) | Type::Dict(..) => true,
        Type::List(item) | Type::Set(item) | Type::TupleOf(item) => is_body(item),
        Type::Union(members) => members.iter().any(is_body),
        _ => false,
    }
}

/// Types of libraries that no JSON value stands for.
pub(super) const WITHOUT_FORM: &[&str] = &[
    "builtins.complex",
    "builtins.range",
    "builtins.type",
    "builtins.bytearray",
    "builtins.memoryview",
    "builtins.slice",
    "builtins.property",
    "builtins.callable",
    "builtins.any",
    "builtins.iter",
    "builtins.map",
    "builtins.filter",
    "builtins.zip",
    "builtins.Exception",
    "builtins.BaseException",
    "builtins.ValueError",
    "typing.Callable",
    "typing.Awaitable",
    "typing.Coroutine",
    "typing.Type",
    "typing.Pattern",
    "typing.Iterator",
    "typing.Generator",
    "typing.AsyncIterator",
    "typing.AsyncIterable",
    "typing.AsyncGenerator",
    "typing.IO",
    "typing.TextIO",
    "typing.BinaryIO",
    "collections.Counter",
    "collections.OrderedDict",
    "collections.defaultdict",
    "collections.deque",
    "collections.abc.Iterator",
    "collections.abc.Generator",
    "collections.abc.AsyncIterator",
    "collections.abc.AsyncIterable",
    "collections.abc.AsyncGenerator",
    "collections.abc.Callable",
    "collections.abc.Awaitable",
    "collections.abc.Coroutine",
    "re.Pattern",
    "re.Match",
    "pathlib.Path",
    "io.BytesIO",
    "io.StringIO",
    "fractions.Fraction",
    "ipaddress.IPv4Address",
    "ipaddress.IPv6Address",
    "logging.Logger",
    "types.SimpleNamespace",
    "types.FunctionType",
    "types.ModuleType",
    "threading.Lock",
    "asyncio.Task",
    "asyncio.Future",
    "builtins.ArithmeticError",
    "builtins.LookupError",
    "builtins.RuntimeError",
    "builtins.KeyError",
    "builtins.TypeError",
    "builtins.OSError",
    "builtins.super",
    "builtins.enumerate",
    "builtins.reversed",
    "typing.Hashable",
    "typing.Sized",
    "typing.Container",
    "typing.Protocol",
    "typing.NoReturn",
    "typing.Never",
    "typing.TypeAlias",
    "collections.abc.Hashable",
    "collections.abc.Sized",
    "collections.abc.Container",
    "collections.abc.Buffer",
    "collections.ChainMap",
    "collections.UserDict",
    "collections.UserList",
    "pathlib.PurePath",
    "pathlib.PosixPath",
    "ipaddress.IPv4Network",
    "ipaddress.IPv6Network",
    "ipaddress.IPv4Interface",
    "ipaddress.IPv6Interface",
    "datetime.tzinfo",
    "datetime.timezone",
    "zoneinfo.ZoneInfo",
    "array.array",
    "numbers.Number",
    "threading.RLock",
    "threading.Event",
    "threading.Thread",
    "asyncio.Lock",
    "asyncio.Event",
    "asyncio.Queue",
    "asyncio.Semaphore",
    "asyncio.AbstractEventLoop",
    "contextvars.ContextVar",
    "socket.socket",
    "sqlite3.Connection",
    "sqlite3.Cursor",
    "types.MappingProxyType",
    "types.GenericAlias",
    "random.Random",
    "io.TextIOWrapper",
    "subprocess.Popen",
    "concurrent.futures.Future",
    "concurrent.futures.ThreadPoolExecutor",
];
