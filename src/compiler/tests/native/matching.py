"""`match` statements: every kind of pattern, what they bind and when, errors inside, leaks."""

import collections
import collections.abc
import enum
import gc
import re
import sys
import traceback
from dataclasses import dataclass
from typing import Any, Literal

log: list[object] = []


class Color(enum.Enum):
    RED = 1
    GREEN = "green"


@dataclass
class Point:
    x: int
    y: int


@dataclass
class Point3(Point):
    z: int = 0


@dataclass
class Circle:
    centre: Point
    radius: float
    tags: list[str]


@dataclass(kw_only=True)
class Named:
    name: str
    size: int | None = None


class Loud:
    def __init__(self, value: object) -> None:
        self.value = value

    def __eq__(self, other: object) -> Any:
        log.append(("eq", self.value, other))
        if other == "raise":
            raise ZeroDivisionError("in eq")
        return [1] if self.value == other else []

    def __hash__(self) -> int:
        return 1


# Classes that stay interpreted.
odd: dict[str, Any] = {"log": log, "collections": collections, "Any": Any}
exec(
    '''
class Plain:
    pass

class Attributes:
    __match_args__ = ("first", "second")

    def __getattr__(self, name: str) -> object:
        log.append(name)
        if name == "missing":
            raise AttributeError(name)
        if name == "broken":
            raise ValueError(name)
        return name.upper()

class Numbers(collections.abc.Sequence):  # type: ignore[type-arg]
    def __init__(self, count: int, lie: int = 0) -> None:
        self.count = count
        self.lie = lie

    def __len__(self) -> int:
        log.append("len")
        return self.count

    def __getitem__(self, index: Any) -> Any:
        log.append(("item", index))
        if index >= self.count:
            raise IndexError(index)
        return index

    def __iter__(self) -> Any:
        log.append("iter")
        return iter(range(self.count + self.lie))

class Wrong:
    __match_args__ = ["a"]

class Loose:
    __match_args__ = (1,)

class Mapped(collections.abc.Mapping):  # type: ignore[type-arg]
    def __init__(self, **items: object) -> None:
        self.items_ = items

    def get(self, key: Any, default: Any = None) -> Any:
        log.append(("get", key))
        return self.items_.get(key, default)

    def __getitem__(self, key: Any) -> Any:
        log.append(("[]", key))
        return self.items_[key]

    def __len__(self) -> int:
        return len(self.items_)

    def __iter__(self) -> Any:
        return iter(self.items_)

class Meta(type):
    def __instancecheck__(cls, value: object) -> Any:
        log.append("instancecheck")
        if value == "raise":
            raise RuntimeError("in instancecheck")
        return value == 1

class Strange(metaclass=Meta):
    pass
''',
    odd,
)
Plain, Attributes, Numbers, Wrong, Loose = (odd[each] for each in ("Plain", "Attributes", "Numbers", "Wrong", "Loose"))
Mapped, Strange = odd["Mapped"], odd["Strange"]


def literals(value: object) -> str:
    match value:
        case 0:
            return "zero"
        case 1 | 2 | 3:
            return "small"
        case -4:
            return "minus four"
        case 1.5:
            return "one and a half"
        case "a" | "b":
            return "letter"
        case b"bytes":
            return "bytes"
        case None:
            return "none"
        case True:
            return "true"
        case False:
            return "false"
        case Color.RED:
            return "red"
        case Color.GREEN:
            return "green"
    return "nothing"


def typed_int(value: int) -> str:
    match value:
        case 0:
            return "zero"
        case 1 | 2:
            return "few"
        case 100000000000000000000000:
            return "huge"
        case n if n < 0:
            return f"negative {n}"
        case n:
            return f"many {n + 1}"


def typed_str(value: str) -> int:
    match value:
        case "GET" | "HEAD":
            return 1
        case "POST":
            return 2
        case "":
            return 3
        case _:
            return 4


def typed_bool(value: bool) -> str:
    match value:
        case True:
            return "yes"
        case False:
            return "no"


def typed_float(value: float) -> str:
    match value:
        case 0:
            return "zero"
        case 1.5:
            return "x"
        case other:
            return f"{other:.2f}"


def optional(value: int | None) -> int:
    match value:
        case None:
            return -1
        case 0:
            return 0
        case n:
            return n * 2


def literal_claim(value: Literal["on", "off"]) -> bool:
    match value:
        case "on":
            return True
        case "off":
            return False


def sequences(value: object) -> object:
    match value:
        case []:
            return "empty"
        case [_]:
            return "one"
        case [1, x]:
            return ("one and", x)
        case [x, 1]:
            return (x, "and one")
        case ["go", direction, *rest] if rest:
            return (direction, rest)
        case [first, *_, "last"]:
            return ("first", first)
        case [*init, "end"]:
            return ("init", init)
        case (a, [b, *c], {"k": d}):
            return [a, b, c, d]
        case [[x, y], [z, _]]:
            return x, y, z
        case [*everything]:
            return ("everything", everything)
    return "no sequence"


def star_only(value: object) -> str:
    match value:
        case [*_]:
            return "sequence"
        case _:
            return "other"


def at_least_two(value: object) -> str:
    match value:
        case [_, _, *_]:
            return "two or more"
        case [_, *_]:
            return "one"
        case _:
            return "other"


def typed_list(values: list[int]) -> int:
    match values:
        case []:
            return 0
        case [only]:
            return only
        case [first, *rest]:
            return first + typed_list(rest)
    return -1


def pair(a: int, b: str) -> str:
    match a, b:
        case 0, "x":
            return "origin"
        case 0, other:
            return f"axis {other}"
        case number, ("y" | "z") as letter:
            return f"{number}{letter}"
        case number, _:
            return str(number)


def mappings(value: object) -> object:
    match value:
        case {"kind": "circle", "radius": float(r) | int(r)}:
            return ("circle", r)
        case {"kind": "square", "side": s, **rest}:
            return ("square", s, rest)
        case {"a": {"b": [x, *_]}}:
            return x
        case {1: one, 2: _}:
            return one
        case {Color.RED: red}:
            return red
        case {**rest} if len(rest) > 3:
            return ("rest", rest)
        case {}:
            return "mapping"
    return "no mapping"


def same_key_twice(value: object) -> object:
    match value:
        case {1: a, Color.RED.value: b}:
            return a, b
    return None


def classes(value: object) -> object:
    match value:
        case Point(0, 0):
            return "origin"
        case Point(x, 0) | Point(0, x):
            return ("axis", x)
        case Point3(x=x, z=z) if z:
            return ("three", x, z)
        case Point(x=x, y=y):
            return ("point", x, y)
        case Circle(Point(x, y) as centre, radius=r, tags=[first, *_]):
            return x, y, centre, r, first
        case Circle(radius=r):
            return r
        case Named(name=str(name), size=int(size)):
            return name, size
        case Named(name=name, size=None):
            return name
        case int(n) | float(n):
            return ("number", n)
        case str(text):
            return ("text", text)
        case bytes():
            return "bytes"
        case [int(), str()]:
            return "int and str"
        case dict() as mapping:
            return mapping
        case Plain():
            return "plain"
    return "nothing"


def narrowed(value: Point | Circle | str | None) -> float:
    match value:
        case Point():
            return float(value.x + value.y)
        case Circle():
            return value.radius * value.centre.x
        case None:
            return -1.0
        case str():
            return float(len(value))
    return 0.0


def attributes(value: object) -> object:
    match value:
        case Attributes(a, b, third=c):
            return a, b, c
    return "nothing"


def missing_attribute(value: object) -> object:
    match value:
        case Attributes(missing=m):
            return m
        case Attributes(a):
            return a
    return "nothing"


def broken_attribute(value: object) -> object:
    match value:
        case Attributes(a, broken=b):
            return a, b
    return "nothing"


def too_many(value: object) -> object:
    match value:
        case Attributes(a, b, c):
            return a, b, c
    return "nothing"


def too_many_int(value: object) -> object:
    match value:
        case int(a, b):
            return a, b
    return "nothing"


def twice(value: object) -> object:
    match value:
        case Attributes(a, first=b):
            return a, b
    return "nothing"


def wrong(value: object) -> object:
    match value:
        case Wrong(a):
            return a
    return "nothing"


def loose(value: object) -> object:
    match value:
        case Loose(a):
            return a
    return "nothing"


def not_a_class(value: object) -> object:
    match value:
        case literals(a):  # type: ignore[misc]
            return a
    return "nothing"


def strange(value: object) -> object:
    match value:
        case Strange():
            return "strange"
    return "usual"


def loud(value: object) -> object:
    match value:
        case 1:
            return "one"
        case "raise":
            return "raised"
        case 3 | 4:
            return "three"
    return "nothing"


def numbers(value: object) -> object:
    match value:
        case [_, _]:
            return "two"
        case [_, *_, x]:
            return ("last", x)
        case [a]:
            return a
        case []:
            return "empty"
    return "other"


def numbers_unpacked(value: object) -> object:
    match value:
        case [a, b]:
            return a, b
        case [a, *b]:
            return a, b
    return "other"


def mapped(value: object) -> object:
    match value:
        case {"a": a, "b": b, **rest}:
            return a, b, rest
        case {"a": a}:
            return a
    return "other"


def bound_when() -> object:
    x = y = "before"
    for value in ([1, 2], [1, 3], [2, 2]):
        match value:
            case [x, 2] if x == 2:
                pass
            case [1, y]:
                pass
    return x, y


def guard_order(value: int) -> list[object]:
    log.clear()
    match value:
        case x if log.append(("a", x)):
            pass
        case x if log.append(("b", x)) or value > 1:
            log.append("body")
        case _ if log.append("c"):
            pass
        case _:
            log.append("default")
    return list(log)


def unbound(value: object) -> object:
    match value:
        case [1, bound]:
            pass
    return bound


def subject_once() -> object:
    log.clear()
    match log.append("subject") or [1, 2]:
        case [3, _] | [4, _]:
            return "no"
        case [a, b] if a > b:
            return "no"
        case [a, b]:
            return a, b, log


def walrus_subject(text: str) -> object:
    match (size := len(text)):
        case 0:
            return "empty"
        case n if n > 3:
            return size, n
    return size


def rebinds_subject(value: object) -> object:
    match value:
        case [value, *_]:
            return value
        case {"value": value}:
            return value
        case (str() | int()) as value:
            return [value]
    return value


def in_loop(commands: list[list[str]]) -> list[str]:
    out: list[str] = []
    for command in commands:
        match command:
            case ["skip"]:
                continue
            case ["stop"]:
                break
            case ["say", *words]:
                out.append(" ".join(words))
            case [name]:
                out.append(f"?{name}")
            case _:
                out.append("??")
    else:
        out.append("all")
    return out


def in_try(value: object) -> str:
    try:
        match value:
            case {"n": int(n)}:
                return str(10 // n)
            case [x]:
                raise KeyError(x)
    except ZeroDivisionError:
        return "zero"
    except KeyError as error:
        return f"key {error}"
    finally:
        log.append("finally")
    return "end"


def names_in_other_order(value: object) -> object:
    match value:
        case [a, b, "x"] | ["y", b, a] | {"b": b, "a": a}:
            return a, b
    return None


def nested_alternatives(value: object) -> object:
    match value:
        case [(1 | 2) as x, ("a" | ["b", _]) as y, *_] | {"x": x, "y": y}:
            return x, y
    return None


def partial(value: object) -> object:
    # The first alternative binds before it fails.
    match value:
        case [x, 1] | [1, x]:
            return x
        case [[x], y] | [x, [y]]:
            return x, y
    return None


def raising(value: object) -> object:
    match value:
        case [1, x]:
            return 1 / x
        case {"a": x} if x / 0:
            return x
    return value + 1  # type: ignore[operator]


state = "start"


def into_global(value: object) -> None:
    global state
    match value:
        case [state, *_]:
            pass
        case {"state": state}:
            pass


def report(label: str, function: Any, *args: Any) -> None:
    log.clear()
    try:
        result = repr(function(*args))
    except Exception as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__)]
        result = f"{type(error).__name__}: {error} at {lines[1:]}"
    print(label, re.sub(" at 0x[0-9a-f]+", "", f"{args} -> {result} {log}"))


def main() -> None:
    for value in (0, 1, 3, -4, 1.5, True, False, 0.0, "a", b"bytes", None, Color.RED, Color.GREEN, "green", 5, [1]):
        report("literals", literals, value)
    for number in (0, 2, 10**23, -5, 77):
        report("typed int", typed_int, number)
    for text in ("GET", "POST", "", "x"):
        report("typed str", typed_str, text)
    report("bool", typed_bool, True)
    report("bool", typed_bool, False)
    for real in (0.0, 1.5, 2.25):
        report("float", typed_float, real)
    for each in (None, 0, 4):
        report("optional", optional, each)
    report("literal", literal_claim, "off")
    for value in (
        [], [9], [1, 5], [5, 1], ["go", "north", "fast"], ["go", "north"], ["x", 2, 3, "last"], [1, 2, "end"],
        (1, [2, 3, 4], {"k": 5}), [[1, 2], (3, 4)], [1, 2, 3], "text", b"bytes", bytearray(b"x"), {1: 2}, range(3),
        collections.deque([1, 7]), {1, 2}, iter([1]), None, memoryview(b"ab"),
    ):
        report("sequences", sequences, value)
        report("star only", star_only, value)
        report("at least two", at_least_two, value)
    report("typed list", typed_list, [1, 2, 3, 4])
    for both in ((0, "x"), (0, "q"), (5, "z"), (6, "q")):
        report("pair", pair, *both)
    for value in (
        {"kind": "circle", "radius": 2}, {"kind": "circle", "radius": "2"}, {"kind": "square", "side": 3, "more": 4},
        {"a": {"b": [5, 6]}}, {1: "x", 2: "y"}, {Color.RED: "r"}, {"a": 1, "b": 2, "c": 3, "d": 4}, {}, [],
        collections.defaultdict(list), collections.OrderedDict(kind="square", side=1), Mapped(kind="square", side=7),
    ):
        report("mappings", mappings, value)
    report("same key", same_key_twice, {1: 2, 3: 4})
    origin = Point(0, 0)
    for value in (
        origin, Point(3, 0), Point(0, 4), Point3(1, 2, 3), Point3(1, 2), Circle(Point(1, 2), 3.0, ["t", "u"]),
        Circle(origin, 2.5, []), Named(name="n", size=3), Named(name="n"), 5, True, 2.5, "s", b"b", [1, "x"], {"a": 1},
        Plain(), object,
    ):
        report("classes", classes, value)
    for given in (Point(1, 2), Point3(3, 4), Circle(Point(2, 0), 1.5, []), None, "four"):
        report("narrowed", narrowed, given)
    for function in (attributes, missing_attribute, broken_attribute, too_many, twice):
        report(function.__name__, function, 5)
        log.clear()
        try:
            print(function(Attributes()), log)
        except Exception as error:
            print(type(error).__name__, error, log)
    report("too many int", too_many_int, 5)
    for function, value in ((wrong, Wrong()), (loose, Loose()), (not_a_class, 1)):
        try:
            print(function(value))
        except TypeError as error:
            print(error, [frame.lineno for frame in traceback.extract_tb(error.__traceback__)][1:])
    for value in (1, 2, "raise"):
        report("strange", strange, value)
    for value in (1, "raise", 4, 9):
        log.clear()
        try:
            print(loud(Loud(value)), log)
        except ZeroDivisionError as error:
            print(error, log, [frame.lineno for frame in traceback.extract_tb(error.__traceback__)][1:])
    for count, lie in ((0, 0), (1, 0), (2, 0), (3, 0), (2, 1), (2, -1)):
        for function in (numbers, numbers_unpacked):
            log.clear()
            try:
                print(count, lie, function(Numbers(count, lie)), log)
            except ValueError as error:
                print(count, lie, error, log)
    for mapping in (Mapped(a=1, b=2, c=3), Mapped(a=1), Mapped(a=1, c=2), Mapped()):
        log.clear()
        print(mapped(mapping), log)
    print(bound_when(), guard_order(1), guard_order(2))
    report("unbound", unbound, [1, 2])
    report("unbound", unbound, [2, 2])
    print(subject_once())
    for text in ("", "ab", "abcd"):
        report("walrus", walrus_subject, text)
    for value in ([1, 2], {"value": 3}, "s", 4, 5.5):
        report("rebinds", rebinds_subject, value)
    print(in_loop([["say", "a", "b"], ["skip"], ["what"], []]), in_loop([["stop"], ["say"]]))
    for value in ({"n": 5}, {"n": 0}, ["k"], 1):
        report("in try", in_try, value)
    for value in ([1, 2, "x"], ["y", 3, 4], {"a": 5, "b": 6}, [1, 2, 3]):
        report("other order", names_in_other_order, value)
    for value in ([1, "a"], [2, ["b", 0], 9], {"x": 1, "y": 2}, [3, "a"]):
        report("nested", nested_alternatives, value)
    for value in ([5, 1], [1, 6], [[7], 8], [9, [10]], [11, 12]):
        report("partial", partial, value)
    for value in ([1, 0], {"a": 5}, "s"):
        report("raising", raising, value)
    into_global(["next", 1])
    print(state)
    into_global({"state": "last"})
    print(state)
    Point.__match_args__ = ("y", "x")  # type: ignore[assignment]
    report("swapped", classes, Point(7, 0))
    del Point.__match_args__
    report("deleted", classes, Point(7, 0))

    marker = object()
    values: list[Any] = [
        [marker, 1], [1, marker], [[marker], marker], [marker, [marker]], [marker, marker], {"a": marker, "b": marker},
        ["y", marker, marker], [marker, marker, "x"], {"x": marker, "y": marker}, Attributes(), [1, "a", marker],
    ]
    gc.collect()
    before = sys.getrefcount(marker)
    for _ in range(30):
        for value in values:
            for function in (partial, names_in_other_order, nested_alternatives, sequences, mappings, numbers_unpacked):
                function(value)
            for function in (raising, too_many, broken_attribute, same_key_twice):
                try:
                    function(value)
                except Exception:
                    pass
    gc.collect()
    print("leaked", sys.getrefcount(marker) - before)


main()
