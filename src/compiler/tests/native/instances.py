# interpreted: Whole, Real, Few, Few2, Liar, Sly
"""`isinstance` with built-in types: subclasses, objects that say by `__class__` what they are, and names that are rebound."""

import builtins
import sys
from collections import OrderedDict, defaultdict
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple
from unittest import mock


class Level(IntEnum):
    LOW = 1


class Word(StrEnum):
    ONE = "one"


class Pair(NamedTuple):
    x: int
    y: int


class Whole(int):
    pass


class Real(float):
    pass


class Few(set[int]):
    pass


class Few2(frozenset[int]):
    pass


class Plain:
    def __init__(self) -> None:
        self.x = 1


asked: list[str] = []


class Liar:
    """Says that it is what it was told."""

    def __init__(self, what: Any) -> None:
        self.what = what

    @property
    def __class__(self) -> Any:
        asked.append("Liar")
        if isinstance(self.what, Exception):
            raise self.what
        return self.what


class Sly(float):
    @property
    def __class__(self) -> Any:
        asked.append("Sly")
        return str


def kinds(x: object) -> str:
    found = [
        isinstance(x, int),
        isinstance(x, str),
        isinstance(x, float),
        isinstance(x, bool),
        isinstance(x, list),
        isinstance(x, dict),
        isinstance(x, tuple),
        isinstance(x, bytes),
        isinstance(x, set),
        isinstance(x, frozenset),
        isinstance(x, (str, float)),
        isinstance(x, (int,)),
        isinstance(x, (list, dict, tuple, int)),
        isinstance(x, (bool, bool, set)),
    ]
    return "".join("y" if each else "n" for each in found)


def branch(x: object) -> str:
    if isinstance(x, (int, float)) and not isinstance(x, bool):
        return "number"
    if isinstance(x, str):
        return x.upper()
    return "list" if isinstance(x, list) else "other"


def known(a: int, b: float, c: str, d: bool, e: list[int] | None) -> list[bool]:
    return [
        isinstance(a, int),
        isinstance(b, (int, float)),
        isinstance(c, bytes),
        isinstance(d, int),
        isinstance(e, list),
        isinstance(a + 2**70, int),
    ]


def made(n: int) -> Any:
    return isinstance(str(n) * 2, (int, str)), isinstance([n], (tuple, dict)), isinstance(n / 2, float)


def order(x: Any) -> Any:
    asked.clear()
    try:
        found: Any = isinstance(x, (str, float)), isinstance(x, (float, str)), isinstance(x, float)
    except Exception as error:
        found = type(error).__name__, str(error)
    return found, asked[:]


def lines(x: Any) -> bool:
    return isinstance(
        x,
        (int, str),
    )


def rebinding(x: Any) -> list[bool]:
    def change() -> Any:
        vars(sys.modules[__name__])["str"] = int
        return x

    first = isinstance(x, str)
    found = [first, isinstance(change(), str), isinstance(x, (str, float))]
    del vars(sys.modules[__name__])["str"]
    return found + [isinstance(x, str)]


def patched(x: Any) -> list[Any]:
    found: list[Any] = [isinstance(x, int)]
    builtins.int = builtins.str  # type: ignore[misc, assignment]
    try:
        found.append(isinstance(x, int))
    finally:
        builtins.int = type(1)  # type: ignore[misc]
    with mock.patch.object(builtins, "isinstance", lambda a, b: True):
        found.append(isinstance(x, int))
    return found + [isinstance(x, int)]


def main() -> None:
    values: list[Any] = [
        1, -(2**80), True, None, 1.5, float("nan"), "a", "", b"", bytearray(), [], {}, (), set(), frozenset(), complex(1, 2), object(), int, Ellipsis,
        Level.LOW, Word.ONE, Pair(1, 2), Whole(3), Real(2.5), Few([1]), Few2([1]), OrderedDict(), defaultdict(int), Plain(), range(3), iter([]),
    ]
    for value in values:
        print(type(value).__name__, kinds(value), branch(value))
    for what in (int, str, float, bool, list, dict, tuple, bytes, set, frozenset, Whole, object, None, 5):
        print("liar", what, kinds(Liar(what)), kinds(mock.Mock(spec=what)) if isinstance(what, type) else "")
    print(known(1, 2.0, "c", True, None), known(2**70, 1.0, "", False, []), made(3))
    for x in (Sly(1.5), Liar(float), Liar(str), Liar(ValueError("no")), Liar(AttributeError("gone")), 1.5, "s", None):
        print(order(x))
    try:
        lines(Liar(KeyError("x")))
    except KeyError as error:
        trace: Any = error.__traceback__
        while trace.tb_next is not None:
            print(trace.tb_lineno, trace.tb_frame.f_code.co_name)
            trace = trace.tb_next
    print(rebinding("s"), rebinding(4), patched(1), patched("s"))


main()
