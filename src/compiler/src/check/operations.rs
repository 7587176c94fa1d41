//! Which special methods an operation of the source asks for, and of which of its operands.
//!
//! In: an expression or statement. Out: operands, each with the names that are looked up in its class. What holds: an
//! operand comes with `deep` where a container passes the question on to what it holds (`==` of lists).

use crate::hir::*;

/// Names that are asked of an operand's class.
#[derive(Clone, Copy)]
pub struct Asked {
    /// The names.
    pub names: &'static [&'static str],
    /// A container asks its items.
    pub deep: bool,
    /// The items of the operand are asked, not itself.
    pub items: bool,
}

const fn shallow(names: &'static [&'static str]) -> Asked {
    Asked {
        names,
        deep: false,
        items: false,
    }
}

const fn deep(names: &'static [&'static str]) -> Asked {
    Asked {
        names,
        deep: true,
        items: false,
    }
}

const fn of_items(names: &'static [&'static str]) -> Asked {
    Asked {
        names,
        deep: true,
        items: true,
    }
}

pub const TRUTH: Asked = shallow(&["__bool__", "__len__"]);
pub const ITERATION: Asked = shallow(&["__iter__", "__next__", "__getitem__", "__length_hint__"]);
pub const EQUALITY: Asked = deep(&["__eq__", "__ne__"]);
pub const KEY: Asked = deep(&["__hash__", "__eq__"]);
pub const ORDER: Asked = deep(&["__lt__", "__le__", "__gt__", "__ge__", "__eq__"]);
pub const TEXT: Asked = deep(&["__format__", "__str__", "__repr__"]);
pub const READ_ITEM: Asked = shallow(&["__getitem__", "__missing__"]);
pub const WRITE_ITEM: Asked = shallow(&["__setitem__"]);
pub const DELETE_ITEM: Asked = shallow(&["__delitem__"]);
pub const CONTEXT: Asked = shallow(&["__enter__", "__exit__"]);
pub const MATCHED: Asked = deep(&["__eq__", "__len__", "__getitem__", "keys", "get"]);
const CONTAINS: Asked = shallow(&["__contains__", "__iter__", "__next__", "__getitem__"]);
const EQUAL_ITEMS: Asked = of_items(&["__hash__", "__eq__"]);
const ORDERED_ITEMS: Asked = of_items(&["__lt__", "__gt__", "__eq__"]);
const TRUE_ITEMS: Asked = of_items(&["__bool__", "__len__"]);
const ADDED_ITEMS: Asked = of_items(&["__add__", "__radd__"]);
const NUMBER: Asked = shallow(&[
    "__index__",
    "__int__",
    "__float__",
    "__complex__",
    "__trunc__",
    "__abs__",
    "__round__",
    "__divmod__",
    "__rdivmod__",
    "__pow__",
    "__rpow__",
    "__floor__",
    "__ceil__",
]);

/// What a comparison asks of its left and its right operand.
pub fn comparison(op: CompareOp) -> (&'static [Asked], &'static [Asked]) {
    match op {
        CompareOp::Equal | CompareOp::NotEqual => (&[EQUALITY], &[EQUALITY]),
        CompareOp::Less | CompareOp::LessEqual | CompareOp::Greater | CompareOp::GreaterEqual => {
            (&[ORDER], &[ORDER])
        }
        CompareOp::In | CompareOp::NotIn => (&[KEY], &[CONTAINS, EQUAL_ITEMS]),
        CompareOp::Is | CompareOp::IsNot => (&[], &[]),
    }
}

/// What a binary operator asks of either operand; in place, also under the name for that.
pub fn binary(op: BinOp) -> Asked {
    shallow(match op {
        BinOp::Add => &["__add__", "__radd__", "__iadd__"],
        BinOp::Sub => &["__sub__", "__rsub__", "__isub__"],
        BinOp::Mul => &["__mul__", "__rmul__", "__imul__"],
        BinOp::Div => &["__truediv__", "__rtruediv__", "__itruediv__"],
        BinOp::FloorDiv => &["__floordiv__", "__rfloordiv__", "__ifloordiv__"],
        BinOp::Mod => &["__mod__", "__rmod__", "__imod__"],
        BinOp::Pow => &["__pow__", "__rpow__", "__ipow__"],
        BinOp::MatMul => &["__matmul__", "__rmatmul__", "__imatmul__"],
        BinOp::BitAnd => &["__and__", "__rand__", "__iand__"],
        BinOp::BitOr => &["__or__", "__ror__", "__ior__"],
        BinOp::BitXor => &["__xor__", "__rxor__", "__ixor__"],
        BinOp::ShiftLeft => &["__lshift__", "__rlshift__", "__ilshift__"],
        BinOp::ShiftRight => &["__rshift__", "__rrshift__", "__irshift__"],
    })
}

/// What an operator before its operand asks of it.
pub fn unary(op: UnaryOp) -> Asked {
    match op {
        UnaryOp::Not => TRUTH,
        UnaryOp::Negative => shallow(&["__neg__"]),
        UnaryOp::Positive => shallow(&["__pos__"]),
        UnaryOp::Invert => shallow(&["__invert__"]),
    }
}

/// What a builtin asks of its arguments.
pub fn builtin(name: &str) -> &'static [Asked] {
    match name {
        "len" => const { &[shallow(&["__len__"])] },
        "bool" => &[TRUTH],
        "callable" | "id" | "type" | "range" | "slice" | "object" | "super" => &[],
        "isinstance" | "issubclass" => {
            const { &[shallow(&["__instancecheck__", "__subclasscheck__"])] }
        }
        "str" | "repr" | "ascii" | "format" | "print" => &[TEXT],
        "hash" => &[KEY],
        "iter" | "next" | "list" | "tuple" | "enumerate" | "zip" | "bytes" | "bytearray"
        | "aiter" | "anext" => {
            const { &[ITERATION, shallow(&["__bytes__", "__aiter__", "__anext__"])] }
        }
        "reversed" => const { &[ITERATION, shallow(&["__reversed__", "__len__"])] },
        "set" | "frozenset" | "dict" => const { &[ITERATION, shallow(&["keys"]), EQUAL_ITEMS] },
        "any" | "all" | "filter" => &[ITERATION, TRUE_ITEMS],
        "sum" => const { &[ITERATION, ADDED_ITEMS, shallow(&["__add__", "__radd__"])] },
        "sorted" | "min" | "max" => &[ITERATION, ORDER, ORDERED_ITEMS],
        "dir" | "vars" => const { &[shallow(&["__dir__", "__getattr__"])] },
        _ => &[NUMBER, ITERATION],
    }
}

/// What a function of the standard library asks of its arguments.
pub const LIBRARY: &[Asked] = &[NUMBER, ITERATION];

/// What a method of a built-in type asks of the items of its object, and of its arguments.
pub fn method(name: &str) -> (&'static [Asked], &'static [Asked]) {
    match name {
        "sort" => (&[ORDERED_ITEMS], &[]),
        "format" | "format_map" => (&[], &[TEXT, READ_ITEM]),
        "append" | "insert" | "copy" | "clear" | "reverse" | "values" | "keys" | "items" => {
            (&[], &[])
        }
        "extend" | "join" => (&[], &[ITERATION]),
        "index" | "count" | "remove" => (&[EQUAL_ITEMS], &[KEY]),
        _ => (&[], &[KEY, ITERATION, EQUAL_ITEMS]),
    }
}
