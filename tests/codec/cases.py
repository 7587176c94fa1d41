"""Values, their bytes and their rejections: one table that reading and writing both are tested against.

Each row of `JSON` is a type, a document, and either the value it becomes or the rejections it gets (pairs of place and
word). `TEXT` is the same for texts of a query string.
"""

from __future__ import annotations

import datetime as dt
import enum
import json
import uuid
from collections import ChainMap, OrderedDict, deque
from collections.abc import Collection, Iterable, Mapping, MutableMapping, MutableSequence, MutableSet, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import InitVar, dataclass, field
from decimal import Decimal
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, NotRequired, Optional, Self, TypedDict, TypeVar


class Colour(enum.Enum):
    RED = "red"
    GREEN = "green"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Mixed(enum.Enum):
    NUMBER = 1
    TEXT = "1"
    FLOAT = 1.5


class Word(str, enum.Enum):
    A = "a"
    B = "b"


@dataclass
class Line:
    sku: str
    qty: int = 1


@dataclass(frozen=True, slots=True)
class Frozen:
    a: int
    b: list[int] = field(default_factory=list)


@dataclass
class Order:
    id: int
    lines: list[Line]
    note: str | None = None
    next: Order | None = None


@dataclass
class Strict:
    __tayberry_extra__ = "forbid"
    a: int


@dataclass
class Checked:
    low: int
    high: int

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low is above high")
        if self.low < 0:
            raise KeyError("not a refusal")
        assert self.low != 50, "low is 50"
        assert self.low != 51


@dataclass
class WithInitVar:
    a: int
    scale: InitVar[int] = 1

    def __post_init__(self, scale: int) -> None:
        self.a *= scale


@dataclass
class Derived(Line):
    extra: bool = False


@dataclass
class Hidden:
    a: int
    b: int = field(init=False, default=7)


@dataclass
class OwnSetattr:
    a: int

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value * 2)


class Plain:
    a: int
    b: str = "x"

    def __eq__(self, other: object) -> bool:
        return type(other) is Plain and vars(other) == vars(self)

    __hash__ = None  # type: ignore[assignment]


class OwnInit:
    name: str
    size: float

    def __init__(self, name: str, size: float = 2.0, *, loud: bool = False) -> None:
        self.name = name.upper() if loud else name
        self.size = size

    def __eq__(self, other: object) -> bool:
        return type(other) is OwnInit and vars(other) == vars(self)

    __hash__ = None  # type: ignore[assignment]


@dataclass
class Circle:
    kind: Literal["circle"]
    radius: float


@dataclass
class Square:
    kind: Literal["square", "box"]
    side: float


@dataclass
class Cat:
    lives: int
    kind: Literal["cat"] = "cat"


@dataclass
class Dog:
    name: str
    kind: Literal["dog"] = "dog"


@dataclass
class First:
    a: int


@dataclass
class Second:
    b: int


T = TypeVar("T")


@dataclass
class Box(Generic[T]):
    content: T


@dataclass
class Names(Box[list[str]]):
    own: Self | None = None


@dataclass
class Left:
    child: Left | Right | None = None


@dataclass
class Right:
    y: int
    child: Left | Right | None = None


class Point(NamedTuple):
    x: int
    y: float


class Options(TypedDict):
    name: str
    depth: NotRequired[int]


type Tree = int | list[Tree]
UserId = NewType("UserId", int)
U = uuid.UUID("12345678-1234-5678-1234-567812345678")
UTC = dt.timezone.utc
BIG = 10**50

#: Rejections are pairs of a place (without the source) and a word.
Rejections = list[tuple[list[str | int], str]]


def at(*pairs: tuple[list[str | int], str]) -> Rejections:
    return list(pairs)


WHOLE: list[str | int] = []
JSON: list[tuple[Any, bytes, Any]] = [
    # Scalars.
    (int, b"1", 1),
    (int, b" -0 ", 0),
    (int, b"4611686018427387904", 2**62),
    (int, b"-9223372036854775809", -(2**63) - 1),
    (int, str(BIG).encode(), BIG),
    (int, b"9" * 4300, int("9" * 4300)),
    (int, b"9" * 4301, at((WHOLE, "int_too_large"))),
    (int, b"-" + b"9" * 4300, -int("9" * 4300)),
    (int, b"1.0", at((WHOLE, "int_type"))),
    (int, b"1e5", at((WHOLE, "int_type"))),
    (int, b"true", at((WHOLE, "int_type"))),
    (int, b'"1"', at((WHOLE, "int_type"))),
    (int, b"null", at((WHOLE, "int_type"))),
    (int, b"[1]", at((WHOLE, "int_type"))),
    (float, b"1", 1.0),
    (float, b"-0", 0.0),
    (float, b"0.1", 0.1),
    (float, b"1e308", 1e308),
    (float, b"123456789012345678901234567890", 123456789012345678901234567890.0),
    (float, b"1e309", at((WHOLE, "float_parsing"))),
    (float, b'"1.0"', at((WHOLE, "float_type"))),
    (float, b"false", at((WHOLE, "float_type"))),
    (bool, b"true", True),
    (bool, b"false", False),
    (bool, b"1", at((WHOLE, "bool_type"))),
    (bool, b'"true"', at((WHOLE, "bool_type"))),
    (None, b"null", None),
    (None, b"0", at((WHOLE, "none_required"))),
    (str, b'""', ""),
    (str, b'"a"', "a"),
    (str, '"é€😀"'.encode(), "é€😀"),
    (str, rb'"\u00e9\ud83d\ude00\n\"\\\/"', 'é😀\n"\\/'),
    (str, rb'"\u0000"', "\0"),
    (str, rb'"\ud800"', at((WHOLE, "string_unicode"))),
    (str, b"1", at((WHOLE, "string_type"))),
    (bytes, '"é"'.encode(), "é".encode()),
    (bytes, b"1", at((WHOLE, "bytes_type"))),
    (UserId, b"7", 7),
    (Annotated[int, "anything"], b"7", 7),
    # Standard-library classes.
    (uuid.UUID, b'"12345678-1234-5678-1234-567812345678"', U),
    (uuid.UUID, b'"12345678123456781234567812345678"', U),
    (uuid.UUID, b'"1234"', at((WHOLE, "uuid_parsing"))),
    (uuid.UUID, b"1", at((WHOLE, "uuid_parsing"))),
    (dt.date, b'"2024-02-29"', dt.date(2024, 2, 29)),
    (dt.date, b'"2023-02-29"', at((WHOLE, "date_parsing"))),
    (dt.date, b'"0000-01-01"', at((WHOLE, "date_parsing"))),
    (dt.date, b"5", at((WHOLE, "date_parsing"))),
    (dt.datetime, b'"2024-01-02T03:04:05"', dt.datetime(2024, 1, 2, 3, 4, 5)),
    (dt.datetime, b'"2024-01-02T03:04:05.000006Z"', dt.datetime(2024, 1, 2, 3, 4, 5, 6, UTC)),
    (
        dt.datetime,
        b'"2024-01-02 03:04:05+05:30"',
        dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30))),
    ),
    (dt.datetime, b'"2024-01-02T03:04:05.9999999+00:00"', dt.datetime(2024, 1, 2, 3, 4, 5, 999999, UTC)),
    (dt.datetime, b'"2024-01-02T03:04:05.1234567x"', at((WHOLE, "datetime_parsing"))),
    (dt.datetime, b'"2024-01-02"', at((WHOLE, "datetime_parsing"))),
    (dt.datetime, b"1700000000", at((WHOLE, "datetime_parsing"))),
    (dt.datetime, b'"1700000000"', at((WHOLE, "datetime_parsing"))),
    (dt.time, b'"03:04:05.5"', dt.time(3, 4, 5, 500000)),
    (dt.time, b'"25:00"', at((WHOLE, "time_parsing"))),
    (dt.timedelta, b'"P1DT2H"', dt.timedelta(days=1, hours=2)),
    (dt.timedelta, b'"-PT0.5S"', dt.timedelta(seconds=-0.5)),
    (dt.timedelta, b"90", dt.timedelta(seconds=90)),
    (dt.timedelta, b"1.5", dt.timedelta(seconds=1.5)),
    (dt.timedelta, b'"1 days 02:03:04.1234567"', dt.timedelta(days=1, hours=2, minutes=3, seconds=4, microseconds=123456)),
    (dt.timedelta, b'"02:03:04.123456x"', at((WHOLE, "time_delta_parsing"))),
    (dt.timedelta, b'"02:03:04.1234567x"', at((WHOLE, "time_delta_parsing"))),
    (dt.time, b'"03:04:05.1234569"', dt.time(3, 4, 5, 123456)),
    (dt.timedelta, b"1e300", at((WHOLE, "time_delta_parsing"))),
    (dt.timedelta, b'"P9999999999D"', at((WHOLE, "time_delta_parsing"))),
    (dt.timedelta, b'"soon"', at((WHOLE, "time_delta_parsing"))),
    (Decimal, b'"1.50"', Decimal("1.50")),
    (Decimal, b"1.50", Decimal("1.50")),
    (Decimal, b"-7", Decimal(-7)),
    (Decimal, b'"NaN"', at((WHOLE, "decimal_parsing"))),
    (Decimal, b'"1_0"', at((WHOLE, "decimal_parsing"))),
    (Decimal, b'"1e99999999999999999999"', at((WHOLE, "decimal_parsing"))),
    (Decimal, b"true", at((WHOLE, "decimal_parsing"))),
    # Choices.
    (Colour, b'"red"', Colour.RED),
    (Colour, b'"blue"', at((WHOLE, "enum"))),
    (Colour, b"1", at((WHOLE, "enum"))),
    (Level, b"2", Level.HIGH),
    (Level, b"true", at((WHOLE, "enum"))),
    (Level, b"3", at((WHOLE, "enum"))),
    (Level, b"99999999999999999999", at((WHOLE, "enum"))),
    (Mixed, b"1", Mixed.NUMBER),
    (Mixed, b'"1"', Mixed.TEXT),
    (Mixed, b"1.5", Mixed.FLOAT),
    (Mixed, b"true", at((WHOLE, "enum"))),
    (Mixed, b"[1]", at((WHOLE, "enum"))),
    (Word, b'"a"', Word.A),
    (Literal["a", 1, True, None], b'"a"', "a"),
    (Literal["a", 1, True, None], b"1", 1),
    (Literal["a", 1, True, None], b"true", True),
    (Literal["a", 1, True, None], b"null", None),
    (Literal["a", 1], b"true", at((WHOLE, "literal_error"))),
    (Literal[True], b"1", at((WHOLE, "literal_error"))),
    (Literal["a"], rb'"\u0061"', "a"),
    (Literal[Colour.RED], b'"red"', Colour.RED),
    # Containers.
    (list[int], b"[]", []),
    (list[int], b"[1, 2 ,3]", [1, 2, 3]),
    (list[int], b'[1,"x",null]', at(([1], "int_type"), ([2], "int_type"))),
    (list[int], b"{}", at((WHOLE, "list_type"))),
    (list, b'[1,"x"]', [1, "x"]),
    (set[int], b"[1,1,2]", {1, 2}),
    (set[int], b"1", at((WHOLE, "set_type"))),
    (set[Any], b"[1,[2]]", at(([1], "set_type"))),
    (frozenset[str], b'["a","a"]', frozenset({"a"})),
    (tuple[int, ...], b"[1,2]", (1, 2)),
    (tuple[int, str], b'[1,"a"]', (1, "a")),
    (tuple[int, str], b"[1]", at((WHOLE, "tuple_length"))),
    (tuple[int, str], b'["x","a",3]', at(([0], "int_type"), (WHOLE, "tuple_length"))),
    (tuple[()], b"[]", ()),
    (tuple[int], b"null", at((WHOLE, "tuple_type"))),
    (Point, b"[1,2]", Point(1, 2.0)),
    (Point, b"[1]", at((WHOLE, "tuple_length"))),
    (dict[str, int], b'{"a":1,"a":2}', {"a": 2}),
    (dict[str, int], rb'{"\u0061":1}', {"a": 1}),
    (dict[str, int], b"[]", at((WHOLE, "dict_type"))),
    (dict[int, str], b'{"1":"a","-2":"b"}', {1: "a", -2: "b"}),
    (dict[int, str], b'{"x":"a"}', at((["x"], "int_parsing"))),
    (dict[uuid.UUID, int], b'{"12345678-1234-5678-1234-567812345678":1}', {U: 1}),
    (dict[Colour, int], b'{"red":1,"blue":2}', at((["blue"], "enum"))),
    (dict[bool, int], b'{"true":1}', {True: 1}),
    (Options, b'{"name":"a","else":1}', {"name": "a"}),
    (Options, b'{"name":"a","depth":3}', {"name": "a", "depth": 3}),
    (Options, b'{"depth":"x"}', at((["depth"], "int_type"), (["name"], "missing"))),
    (Any, b'{"a":[1,2.5,"x",null,true,{}]}', {"a": [1, 2.5, "x", None, True, {}]}),
    (object, b"[]", []),
    (Any, rb'{"a":"\ud800"}', at((["a"], "string_unicode"))),
    (Any, b"[1e999]", at(([0], "float_parsing"))),
    # Models.
    (Line, b'{"sku":"a"}', Line("a")),
    (Line, b'{"qty":2,"sku":"a","unknown":[{}]}', Line("a", 2)),
    (Line, b'{"sku":"a","sku":"b"}', Line("b")),
    (Line, b"{}", at((["sku"], "missing"))),
    (Line, b'{"qty":"x"}', at((["qty"], "int_type"), (["sku"], "missing"))),
    (Line, b'{"sku":1}', at((["sku"], "string_type"))),
    (Line, b'{"sku":1,"sku":"good"}', at((["sku"], "string_type"))),
    (Line, b"[]", at((WHOLE, "model_type"))),
    (Frozen, b'{"a":1}', Frozen(1)),
    (Order, b'{"id":1,"lines":[{"sku":"a","qty":3}],"next":{"id":2,"lines":[]}}', Order(1, [Line("a", 3)], None, Order(2, []))),
    (Order, b'{"id":1,"lines":[{"sku":"a"},{"sku":"b","qty":"c"}]}', at((["lines", 1, "qty"], "int_type"))),
    (Strict, b'{"a":1}', Strict(1)),
    (Strict, b'{"b":{"c":1},"a":"x"}', at((["b"], "extra_forbidden"), (["a"], "int_type"))),
    (Checked, b'{"low":1,"high":2}', Checked(1, 2)),
    (Checked, b'{"low":3,"high":2}', at((WHOLE, "value_error"))),
    (Checked, b'{"low":50,"high":60}', at((WHOLE, "value_error"))),
    (list[Checked], b'[{"low":3,"high":2},{"low":4,"high":2}]', at(([0], "value_error"), ([1], "value_error"))),
    (WithInitVar, b'{"a":2,"scale":3}', WithInitVar(2, 3)),
    (Derived, b'{"sku":"a","extra":true}', Derived("a", 1, True)),
    (Hidden, b'{"a":1,"b":3}', Hidden(1)),
    (OwnSetattr, b'{"a":2}', OwnSetattr(2)),
    (Box[int], b'{"content":1}', Box(1)),
    (Box[list[str]], b'{"content":["a",1]}', at((["content", 1], "string_type"))),
    (Names, b'{"content":["a"],"own":{"content":[]}}', Names(["a"], Names([]))),
    (Names, b'{"content":[1]}', at((["content", 0], "string_type"))),
    (Left, b'{"child":{"y":1,"child":{}}}', Left(Left(Left()))),
    (OwnInit, b'{"name":"a"}', OwnInit("a")),
    (OwnInit, b'{"name":"a","loud":true,"size":1}', OwnInit("a", 1.0, loud=True)),
    (OwnInit, b'{"size":1}', at((["name"], "missing"))),
    # Unions.
    (int | None, b"null", None),
    (int | None, b'"x"', at((WHOLE, "int_type"))),
    (Optional[Line], b'{"qty":"x"}', at((["qty"], "int_type"), (["sku"], "missing"))),
    (int | str, b'"1"', "1"),
    (int | str, b"1.5", at((WHOLE, "union"))),
    (int | str, b"null", at((WHOLE, "union"))),
    (float | int, b"1", 1),
    (float | str, b"1", 1.0),
    (str | uuid.UUID, b'"12345678-1234-5678-1234-567812345678"', U),
    (str | uuid.UUID, b'"x"', "x"),
    (dt.date | dt.datetime, b'"2024-01-02T03:04:05"', dt.datetime(2024, 1, 2, 3, 4, 5)),
    (dt.date | dt.datetime, b'"x"', at((WHOLE, "union"))),
    (Circle | Square, b'{"radius":1,"kind":"circle"}', Circle("circle", 1.0)),
    (Circle | Square, b'{"kind":"box","side":1}', Square("box", 1.0)),
    (Circle | Square, b'{"kind":"box","side":"x"}', at((["side"], "float_type"))),
    (Circle | Square, b'{"kind":"tree"}', at((WHOLE, "union"))),
    (Circle | Square, b'{"radius":1}', at((WHOLE, "union"))),
    (Circle | Square, b"[]", at((WHOLE, "union"))),
    # An object without the tag is one of those where it has a default.
    (Cat | Dog, b'{"lives":7}', Cat(7)),
    (Cat | Dog, b'{"name":"Rex"}', Dog("Rex")),
    (Cat | Dog, b'{"name":"Rex","kind":"dog"}', Dog("Rex")),
    (Cat | Dog, b'{"lives":7,"kind":"dog"}', at((["name"], "missing"))),
    (Cat | Dog, b'{"lives":7,"kind":"cow"}', at((WHOLE, "union"))),
    (Cat | Dog, b'{"lives":7,"kind":null}', at((WHOLE, "union"))),
    (Cat | Dog, b"{}", at((WHOLE, "union"))),
    (Circle | Cat, b'{"lives":7}', Cat(7)),
    (Circle | Cat, b'{"radius":1}', at((["lives"], "missing"))),
    (First | Second, b'{"b":1}', Second(1)),
    (First | Second, b'{"a":1,"b":1}', First(1)),
    (First | Second, b"{}", at((WHOLE, "union"))),
    (list[First | Second], b'[{"a":1},{}]', at(([1], "union"))),
    (list[int] | dict[str, int], b'{"a":1}', {"a": 1}),
    (Tree, b"[1,[2,[]]]", [1, [2, []]]),
    (Tree, b"[1,[2,[true]]]", at(([1, 1, 0], "union"))),
    # Documents that are none.
    *((Any, document, "json_invalid") for document in (
        b"", b" ", b"{", b"[1,]", b'{"a":1,}', b"{a:1}", b"{'a':1}", b'{"a" 1}', b"[1 2]", b"01", b"-", b"1.", b".5",
        b"+1", b"1e", b"nul", b"True", b"NaN", b"Infinity", b"-Infinity", b'"a', b'"\x01"', b'"\n"', rb'"\x"',
        rb'"\u12g4"', b"[1]]", b"1 2", b"\xff", b'"\xff"', b'"\xed\xa0\x80"', b"\xef\xbb\xbf1", rb'{"\ud800":1}', b"[1}",
        b'{"a":1]', b"/* */1", b"[", b"]", b"}", b",", b":", b"\0", b"tru", b"1\0",
    )),
    (Any, b"[" * 128 + b"]" * 128, json.loads("[" * 128 + "]" * 128)),
    (Any, b"[" * 129 + b"]" * 129, "too_deep"),
    (Any, b'{"a":' * 129 + b"1" + b"}" * 129, "too_deep"),
    (Line, b'{"sku":"a","x":' + b"[" * 128 + b"]" * 128 + b"}", "too_deep"),
    (list[Line], b'[{"sku":1},', "json_invalid"),
    # Every level could be one class or the other: trying all would take 2**100 steps.
    (Left, b'{"child":' * 100 + b"5" + b"}" * 100, "too_deep"),
]

TEXT: list[tuple[Any, list[bytes], Any]] = [
    (int, [b"1"], 1),
    (int, [b"1", b"+0012"], 12),
    (int, [b"9" * 4300], int("9" * 4300)),
    (int, [b"9" * 4301], at((WHOLE, "int_too_large"))),
    *((int, [text], at((WHOLE, "int_parsing"))) for text in (b"", b"x", b"1_0", b" 1", b"1.0", b"0x1", b"\xff", b"--1")),
    (float, [b"1e3"], 1000.0),
    (float, [b".5"], 0.5),
    *((float, [text], at((WHOLE, "float_parsing"))) for text in (b"", b"nan", b"inf", b"-Infinity", b"1_0", b" 1", b"1e999")),
    *((bool, [text], True) for text in (b"true", b"True", b"1", b"YES", b"on", b"t", b"Y")),
    *((bool, [text], False) for text in (b"false", b"0", b"no", b"OFF", b"f", b"n")),
    (bool, [b"2"], at((WHOLE, "bool_parsing"))),
    (bool, [b""], at((WHOLE, "bool_parsing"))),
    (str, [b""], ""),
    (str, ["é".encode()], "é"),
    (str, [b"\xff"], at((WHOLE, "string_unicode"))),
    (Any, [b"x"], "x"),
    (bytes, [b"\xff"], b"\xff"),
    (uuid.UUID, [str(U).encode()], U),
    (uuid.UUID, [b"x"], at((WHOLE, "uuid_parsing"))),
    (dt.date, [b"2024-01-02"], dt.date(2024, 1, 2)),
    (dt.datetime, [b"2024-01-02T03:04:05Z"], dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
    (dt.time, [b"03:04"], dt.time(3, 4)),
    (dt.timedelta, [b"PT1M"], dt.timedelta(minutes=1)),
    (dt.timedelta, [b"90"], dt.timedelta(seconds=90)),
    (Decimal, [b"1.10"], Decimal("1.10")),
    (Decimal, [b"inf"], at((WHOLE, "decimal_parsing"))),
    (Colour, [b"red"], Colour.RED),
    (Colour, [b"RED"], at((WHOLE, "enum"))),
    (Level, [b"2"], Level.HIGH),
    (Level, [b"x"], at((WHOLE, "enum"))),
    (Mixed, [b"1"], Mixed.TEXT),
    (Literal["a", 1, True], [b"1"], 1),
    (Literal["a", 1, True], [b"true"], True),
    (Literal["a", 1, True], [b"+1"], at((WHOLE, "literal_error"))),
    (int | None, [b"1"], 1),
    (int | None, [b"x"], at((WHOLE, "int_parsing"))),
    (str | int, [b"1"], 1),
    (str | int, [b"x"], "x"),
    (int | uuid.UUID, [b"x"], at((WHOLE, "union"))),
    (list[int], [b"1", b"2"], [1, 2]),
    (list[int], [b"1", b"x", b"y"], at(([1], "int_parsing"), ([2], "int_parsing"))),
    (list[int] | None, [b"1"], [1]),
    (set[str], [b"a", b"a"], {"a"}),
    (frozenset[str], [b"a"], frozenset({"a"})),
    (tuple[int, ...], [b"1", b"2"], (1, 2)),
    (list[Colour], [b"red"], [Colour.RED]),
]

#: A type (or `...` for a value written as it is), a value, and its bytes or the exception.
WRITE: list[tuple[Any, Any, Any]] = [
    (..., None, b"null"),
    (..., [True, False, 1, -1, 0, 2**63, -(2**63), BIG], b"[true,false,1,-1,0,9223372036854775808,-9223372036854775808,%d]" % BIG),
    (..., [0.0, -0.0, 1e16, 1e-5, 1.5, 1e22], b"[0.0,-0.0,1e+16,1e-05,1.5,1e+22]"),
    (..., 'a"\\/\b\f\n\r\t\x00\x1f\x7fé😀', '"a\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7fé😀"'.encode()),
    (..., {"a": 1, 2: 3, 1.5: 4, True: 5, None: 6, Colour.RED: 7, U: 8}, b'{"a":1,"2":3,"1.5":4,"true":5,"null":6,"red":7,"%s":8}' % str(U).encode()),
    (..., (1, (2,), []), b"[1,[2],[]]"),
    (..., {1}, b"[1]"),
    (..., frozenset({"a"}), b'["a"]'),
    (..., b"a\xc3\xa9", '"aé"'.encode()),
    (..., bytearray(b"a"), b'"a"'),
    (..., b"\xff", ValueError),
    (..., [Colour.RED, Level.HIGH, Word.A, Mixed.FLOAT], b'["red",2,"a",1.5]'),
    (..., U, b'"%s"' % str(U).encode()),
    (..., dt.date(2024, 1, 2), b'"2024-01-02"'),
    (..., dt.datetime(2024, 1, 2, 3, 4, 5, 6, UTC), b'"2024-01-02T03:04:05.000006+00:00"'),
    (..., dt.time(3, 4), b'"03:04:00"'),
    (..., dt.timedelta(days=-1), b'"-P1D"'),
    (..., Decimal("1.10"), b'"1.10"'),
    (..., Order(1, [Line("a")]), b'{"id":1,"lines":[{"sku":"a","qty":1}],"note":null,"next":null}'),
    (..., Frozen(1), b'{"a":1,"b":[]}'),
    (..., OwnInit("a"), b'{"name":"a","size":2.0}'),
    (..., WithInitVar(1), b'{"a":1}'),
    (..., Hidden(1), b'{"a":1,"b":7}'),
    (..., Point(1, 2.0), b"[1,2.0]"),
    (..., Box(Box(1)), b'{"content":{"content":1}}'),
    (..., float("nan"), ValueError),
    (..., [float("inf")], ValueError),
    (..., {float("nan"): 1}, ValueError),
    (..., object(), TypeError),
    (..., {(1, 2): 3}, TypeError),
    (..., 1j, TypeError),
    (..., int, TypeError),
    (..., "\ud800", ValueError),
    (int, 1, b"1"),
    (int, True, b"1"),
    (int, HTTPStatus.NOT_FOUND, b"404"),
    (int | str, False, b"0"),
    (int | bool, True, b"true"),
    (float | int, HTTPStatus.OK, b"200"),
    (list[int], [True, HTTPStatus.OK, 3], b"[1,200,3]"),
    (int, "1", TypeError),
    (float, 1, b"1.0"),
    (float, 2**53 + 1, b"9007199254740992.0"),
    (float, 10**400, OverflowError),
    (float, True, TypeError),
    (float, "x", TypeError),
    (bool, 1, TypeError),
    (str, Word.A, b'"a"'),
    (str, 1, TypeError),
    (None, None, b"null"),
    (None, 1, TypeError),
    (list[int], [1, "x"], TypeError),
    (list[float], [1, 2.5], b"[1.0,2.5]"),
    (list[int], (1,), TypeError),
    (tuple[int, str], (1, "a"), b'[1,"a"]'),
    (tuple[int, str], (1,), TypeError),
    (tuple[int, ...], (1, 2), b"[1,2]"),
    (Point, Point(1, 2), b"[1,2.0]"),
    (Point, (1, 2), TypeError),
    (set[int], {1}, b"[1]"),
    (dict[str, float], {"a": 1}, b'{"a":1.0}'),
    (dict[str, float], {"a": None}, TypeError),
    (dict[str, int], {1: 1}, TypeError),
    (dict[int, float], {1: 1}, b'{"1":1.0}'),
    (int | None, None, b"null"),
    (int | None, "x", TypeError),
    (float | int, 1, b"1"),
    (float | None, 1, b"1.0"),
    (Line | None, Line("a"), b'{"sku":"a","qty":1}'),
    (Line, Line("a", 2), b'{"sku":"a","qty":2}'),
    (Line, Line("a", "2"), TypeError),  # type: ignore[arg-type]
    (Line, Derived("a", 2, True), b'{"sku":"a","qty":2,"extra":true}'),
    (Line, First(1), TypeError),
    (Line, {"sku": "a"}, TypeError),
    (Circle | Square, Square("box", 1), b'{"kind":"box","side":1.0}'),
    (Circle, Circle("square", 1), TypeError),  # type: ignore[arg-type]
    (Colour, Colour.RED, b'"red"'),
    (Colour, "red", TypeError),
    # Abstract classes: whatever is of them and holds several. A text is one value, an iterator can be gone through only once.
    (Sequence[int], (1, 2), b"[1,2]"),
    (Sequence[int], [1], b"[1]"),
    (Sequence[int], range(3), b"[0,1,2]"),
    (Sequence[int], deque([1, 2]), b"[1,2]"),
    (Sequence[int], ("1",), TypeError),
    (Sequence[int], {1}, TypeError),
    (Sequence[str], "abc", TypeError),
    (Sequence[int], b"abc", TypeError),
    (MutableSequence[int], (1,), TypeError),
    (Collection[int], frozenset({1}), b"[1]"),
    (Iterable[str], {"a": 1}.keys(), b'["a"]'),
    (Iterable[str], {"a": 1}, TypeError),
    (Iterable[str], MappingProxyType({"a": 1}), TypeError),
    (Iterable[int], iter([1]), TypeError),
    (Sequence[Sequence[int]] | None, [(1,), [2]], b"[[1],[2]]"),
    (AbstractSet[int], frozenset({1}), b"[1]"),
    (AbstractSet[int], {1: 2}.keys(), b"[1]"),
    (AbstractSet[int], [1], TypeError),
    (MutableSet[int], {1}, b"[1]"),
    (MutableSet[int], frozenset({1}), TypeError),
    (Mapping[str, int], MappingProxyType({"a": 1}), b'{"a":1}'),
    (Mapping[str, Sequence[int]], ChainMap({"a": (1,)}), b'{"a":[1]}'),
    (Mapping[str, int], OrderedDict(a=1), b'{"a":1}'),
    (Mapping[str, int], MappingProxyType({"a": "1"}), TypeError),
    (Mapping[str, int], MappingProxyType({1: 1}), TypeError),
    (MutableMapping[str, int], MappingProxyType({"a": 1}), TypeError),
    (set[int], frozenset({1}), TypeError),
    (frozenset[int], {1}, TypeError),
    (Literal["a", 1], 1, b"1"),
    (Literal["a", 1], True, TypeError),
    (uuid.UUID, U, b'"%s"' % str(U).encode()),
    (uuid.UUID, str(U), TypeError),
    (dt.date, dt.date(2024, 1, 2), b'"2024-01-02"'),
    (Decimal, Decimal(1), b'"1"'),
    (Options, {"name": "a"}, b'{"name":"a"}'),
    (Options, {}, TypeError),
    (Box[int], Box(1), b'{"content":1}'),
    (Box[int], Box("x"), TypeError),
    (Any, Line("a"), b'{"sku":"a","qty":1}'),
    (Tree, [1, [2]], b"[1,[2]]"),
]
