//! The attributes of the interpreter's own types, and what to write for those that other languages and types have.

use crate::types::Type;

/// Methods of texts and of bytes.
const STR: &[&str] = &[
    "capitalize",
    "center",
    "count",
    "endswith",
    "expandtabs",
    "find",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdigit",
    "islower",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "maketrans",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
];
const OF_STR: &[&str] = &[
    "casefold",
    "encode",
    "format",
    "format_map",
    "isdecimal",
    "isidentifier",
    "isnumeric",
    "isprintable",
];
const OF_BYTES: &[&str] = &["decode", "fromhex", "hex"];
const LIST: &[&str] = &[
    "append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse",
    "sort",
];
/// Of dicts.
pub const DICT: &[&str] = &[
    "clear",
    "copy",
    "fromkeys",
    "get",
    "items",
    "keys",
    "pop",
    "popitem",
    "setdefault",
    "update",
    "values",
];
/// What the standard library's dicts have besides: ordered ones, those with a default, counters.
const OF_DICTS: &[&str] = &[
    "default_factory",
    "elements",
    "most_common",
    "move_to_end",
    "subtract",
    "total",
];
const FROZENSET: &[&str] = &[
    "copy",
    "difference",
    "intersection",
    "isdisjoint",
    "issubset",
    "issuperset",
    "symmetric_difference",
    "union",
];
const OF_SET: &[&str] = &[
    "add",
    "clear",
    "difference_update",
    "discard",
    "intersection_update",
    "pop",
    "remove",
    "symmetric_difference_update",
    "update",
];
const TUPLE: &[&str] = &["count", "index"];
/// Of ints, and of the members of enumerations that are ints.
pub const INT: &[&str] = &[
    "as_integer_ratio",
    "bit_count",
    "bit_length",
    "conjugate",
    "denominator",
    "from_bytes",
    "imag",
    "is_integer",
    "numerator",
    "real",
    "to_bytes",
];
const OF_FLOAT: &[&str] = &["from_number", "fromhex", "hex"];

/// The methods of texts.
pub fn of_str() -> impl Iterator<Item = &'static str> {
    STR.iter().chain(OF_STR).copied()
}

/// The methods of bytes.
pub fn of_bytes() -> impl Iterator<Item = &'static str> {
    STR.iter().chain(OF_BYTES).copied()
}

/// The name of a builtin type with all that its objects have; no two of them are the other's subclasses but by the program.
pub fn all(ty: &Type) -> Option<(&'static str, Vec<&'static str>)> {
    let (name, parts): (_, [&[&str]; 2]) = match ty {
        Type::Str => ("str", [STR, OF_STR]),
        Type::Bytes => ("bytes", [STR, OF_BYTES]),
        Type::List(_) => ("list", [LIST, &[]]),
        Type::Dict(..) => ("dict", [DICT, OF_DICTS]),
        Type::Set(_) => ("set", [FROZENSET, OF_SET]),
        Type::FrozenSet(_) => ("frozenset", [FROZENSET, &[]]),
        Type::Tuple(_) | Type::TupleOf(_) => ("tuple", [TUPLE, &[]]),
        Type::Bool => ("bool", [INT, &[]]),
        Type::Int => ("int", [INT, &[]]),
        // An int may stand for a float.
        Type::Float => ("float", [INT, OF_FLOAT]),
        Type::None => ("None", [&[], &[]]),
        _ => return None,
    };
    Some((name, parts.concat()))
}

/// What to write in the place of an attribute that a type does not have.
pub fn instead(of: &str, name: &str) -> Option<String> {
    Some(match (of, name) {
        ("list", "add" | "push" | "push_back") => "it is `append`".into(),
        ("list", "addAll" | "update" | "concat" | "union") => "it is `extend`".into(),
        ("list" | "tuple", "contains" | "includes" | "has" | "has_key")
        | (
            "str" | "bytes" | "dict" | "set" | "frozenset",
            "contains" | "includes" | "has" | "has_key",
        ) => "write `value in …`".into(),
        ("list" | "tuple", "get") => "an item is read by its position: `…[0]`".into(),
        ("list" | "tuple", "find" | "indexOf") => "it is `index`".into(),
        ("list" | "tuple", "first" | "last") => "write `…[0]`, `…[-1]`".into(),
        ("list" | "tuple" | "set" | "frozenset", "map" | "filter" | "foreach" | "forEach") => {
            "write a loop or a comprehension".into()
        }
        ("list", "discard" | "delete") => "it is `remove`".into(),
        ("list", "join") => "it is a text's: `\", \".join(…)`".into(),
        ("list" | "tuple", "items" | "enumerate") => "write `enumerate(…)`".into(),
        ("list" | "tuple" | "set", "sorted") => "write `sorted(…)`".into(),
        ("tuple", "append" | "extend" | "add" | "remove" | "insert" | "pop" | "sort" | "clear") => {
            "a tuple never changes; make it a list, or a new tuple with `+`".into()
        }
        ("frozenset", "add" | "remove" | "discard" | "update" | "pop" | "clear") => {
            "a frozenset never changes; make it a set, or a new one with `|`".into()
        }
        ("set", "append" | "push" | "insert") => "it is `add`".into(),
        ("set", "extend" | "addAll") => "it is `update`".into(),
        ("dict", "add" | "append" | "put" | "set" | "insert") => "write `…[key] = value`".into(),
        ("dict", "iteritems" | "entries") => "it is `items`".into(),
        ("dict", "itervalues") => "it is `values`".into(),
        ("dict", "iterkeys") => "it is `keys`".into(),
        ("dict", "remove" | "delete" | "discard") => "write `del …[key]`, or `pop`".into(),
        ("dict", "extend" | "merge") => "it is `update`".into(),
        ("str" | "bytes", "trim") => "it is `strip`".into(),
        ("str", "toLowerCase" | "to_lower" | "tolower") => "it is `lower`".into(),
        ("str", "toUpperCase" | "to_upper" | "toupper") => "it is `upper`".into(),
        ("str", "startsWith") => "it is `startswith`".into(),
        ("str", "endsWith") => "it is `endswith`".into(),
        ("str", "indexOf") => "it is `find`".into(),
        ("str", "append" | "concat") => "texts never change; make a new one with `+`".into(),
        ("str", "decode") => "a text needs no decoding".into(),
        ("str", "isoformat" | "strftime") => "it is a text already".into(),
        ("str", "reverse" | "reversed") => "write `…[::-1]`".into(),
        ("bytes", "encode" | "format") => {
            "bytes are made of text by `encode`; `decode` gives the text".into()
        }
        ("int" | "float", "to_string" | "toString" | "str") => "write `str(…)`".into(),
        (
            "str" | "bytes" | "list" | "dict" | "set" | "frozenset" | "tuple",
            "length" | "size" | "len" | "count",
        ) => "write `len(…)`".into(),
        ("dict", name) => format!("an item of a dict is read with `…[\"{name}\"]`"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::types::Type;

    #[test]
    fn what_is_said_to_write_is_there() {
        let object = || Box::new(Type::Object);
        let types = [
            Type::Str,
            Type::Bytes,
            Type::List(object()),
            Type::Dict(object(), object()),
            Type::Set(object()),
            Type::TupleOf(object()),
        ];
        for ty in types {
            let (name, known) = super::all(&ty).expect("a builtin type");
            for wrong in [
                "add",
                "push",
                "append",
                "has_key",
                "trim",
                "union",
                "iteritems",
                "first",
            ] {
                if known.contains(&wrong) {
                    continue;
                }
                if let Some(text) = super::instead(name, wrong)
                    && let Some(instead) = text.strip_prefix("it is `")
                {
                    let instead = instead.trim_end_matches('`');
                    assert!(known.contains(&instead), "{name}: {instead}");
                }
            }
        }
    }
}
