# interpreted: Access, Acc, Target
from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, IntEnum, IntFlag
from http import HTTPStatus
from typing import Any


class Level(IntEnum):
    low = 0
    high = 3


class Named(IntEnum):
    one = 1

    def __str__(self) -> str:
        return "the one"


class Formatted(int, Enum):
    two = 2

    def __format__(self, spec: str) -> str:
        return f"<{spec}>"


class Access(IntFlag):
    read = 1
    write = 2
    run = 4


class Huge(IntEnum):
    far = 2**80
    near = 2**62


def every(n: int) -> list[Any]:
    return [
        n, str(n), repr(n), f"{n}", f"{n!r}", f"{n!s}", f"{n:5}", f"a{n}b", f"a{n!r}", "%d %s %r" % (n, n, n), type(n).__name__, bool(n), not n,
        n + 1, n - 1, n * 2, n // 2, n % 2, -n, +n, abs(n), int(n), round(n), round(n, 1), n**2, n / 2, divmod(n, 2),
        n == 1, n != 1, n < 1, n <= 1, n > 1, n >= 1, n == 1.0, n < 1.5, 1 == n, hash(n) == hash(int(n)),
        n.bit_length(), n.real, n.numerator, n.as_integer_ratio(), [n] * (n % 3), isinstance(n, bool), isinstance(n, int), type(n) is int,
        min(n, 1), max(n, 1), min(1, n), float(n), {n: "x"}, {n}, n in (0, 1), n is True, sum([n, n]), [i for i in range(n % 5)],
        n.conjugate(), n.__class__.__name__, n.to_bytes(16, "big"),
    ]


def bits(n: int, m: int) -> list[Any]:
    return [n & m, n | m, n ^ m, n << 1, n >> 1, n & 1, 1 | n, 4 ^ n]


def inverted(n: int) -> object:
    return ~n


def branch(n: int) -> str:
    if n:
        return "yes"
    elif n == 0:
        return "zero"
    return "no"


def loop(n: int) -> int:
    total = 0
    while n:
        total += n
        n -= 1
    return total


def matched(n: int) -> str:
    match n:
        case True:
            return "True"
        case False:
            return "False"
        case 1:
            return "one"
        case bool():
            return "bool"
        case 3 | 4:
            return "three"
        case int():
            return "int"
    return "?"


def item(xs: list[str], s: str, t: tuple[str, ...], n: int) -> list[Any]:
    return [xs[n], s[n], t[n], xs[n:], xs[:n], s[n:], s[: n + 1], t[n:], s * n, xs * n, n * s, xs[-n]]


def changed(xs: list[str], n: int) -> list[str]:
    xs[n] = "set"
    xs.insert(n, "in")
    xs.pop(n)
    del xs[n]
    return xs


def optional(n: int | None, m: int | str) -> list[object]:
    if n is None:
        return [n, m]
    return [n, n + 1, m]


def given(n: int = True, *rest: int, key: int = Level.high, **more: int) -> list[object]:
    return [n, rest, key, more]


@dataclass(order=True)
class Box:
    size: int
    level: int = Level.low
    known: int | None = None

    def grow(self, by: int) -> int:
        self.size += by
        return self.size

    def replace(self, by: int) -> None:
        self.size = by


@dataclass(frozen=True, slots=True)
class Key:
    n: int


def compare(a: int, b: int) -> list[bool]:
    return [a == b, a != b, a < b, a <= b, a > b, a >= b]


def same(n: int) -> int:
    return n


def numbers(n: int) -> Iterator[int]:
    yield n
    got = yield n + 1
    while got:
        got = yield same(got)


async def later(n: int) -> int:
    return n


def truth(a: str, b: str) -> int:
    return a == b


def local(flag: bool) -> list[object]:
    n: int = flag
    m: int = 5
    m = flag
    m += True
    k: int = n
    return [n, m, k]


def raised(call: Any, *args: Any) -> None:
    try:
        print(call(*args))
    except Exception as error:
        print(type(error).__name__, error)


GIVEN: list[int] = [True, False, 0, 1, Level.low, Level.high, Named.one, Formatted.two, HTTPStatus.NOT_FOUND, Access.read, Access.read | Access.run, Huge.far, Huge.near, socket.AF_INET, re.I]
COUNT: int = True

for each in GIVEN:
    for value in every(each) if each < 2**100 else []:
        print(repr(value), end=" ")
    print()
    print(branch(each), matched(each), loop(each) if each < 1000 else "", optional(each, each), given(each), given(each, each, key=each, more=each))
    for other in GIVEN:
        print(compare(each, other), bits(each, other) if not isinstance(each, bool) else "", end=" ")
    print()
    box = Box(each, each, each)
    print(box, box == Box(int(each), int(each), int(each)), box < Box(1), repr(box.size), repr(box.level), vars(box))
    print(repr(box.grow(each)), repr(box.size))
    box.replace(each)
    print(repr(box.size), box)
    box.size = each
    print(repr(box.size))
    print(Key(each), hash(Key(each)) == hash(Key(int(each))), Key(each) == Key(int(each)), {Key(each): 1}[Key(int(each))])
    print(repr(same(each)), same(each) is each, list(numbers(each)))
    g = numbers(each)
    print(next(g), next(g))
    try:
        print(repr(g.send(each)), repr(g.send(each)))
    except StopIteration as stop:
        print("stop", stop.value)
    c = later(each)
    try:
        c.send(None)
    except StopIteration as stop:
        print(repr(stop.value))

for each in [True, False, Level.low, Access.read, Named.one]:
    print(item(["a", "b", "c"], "xyz", ("p", "q"), each), changed(["a", "b", "c", "d"], each))

print(given(), truth("a", "a"), truth("a", "b"), local(True), local(False), COUNT)
print(repr(inverted(Access.read)), repr(inverted(Level.high)))
raised(item, ["a"], "x", ("p",), HTTPStatus.OK)
raised(bits, Huge.far, -1)


class Lev(IntEnum):
    one = 1
    three = 3


class Acc(IntFlag):
    r = 1
    w = 2


class R(IntEnum):
    a = 15

    def __round__(self, n: int | None = None) -> int:
        return 77

    def bit_length(self) -> int:
        return 99


class Told(IntEnum):
    a = 1

    def __or__(self, other: int) -> int:
        print("or", repr(other))
        return Lev.three


async def get(n: int) -> int:
    await asyncio.sleep(0)
    return n


async def use(n: int) -> object:
    return [await get(n), await get(n) is n]


def character(n: int) -> str:
    return chr(n)


def mixed(n: int, b: bool) -> list[object]:
    return [n & b, b | n, n ^ True, n & (n > 0), (n == 1) ^ n, True & n, n | (not b)]


def narrowed(n: int, b: bool) -> bool:
    b &= n
    return b


def rounded(n: int) -> list[object]:
    return [round(n), round(n, 1), round(n, -1), n.bit_length()]


class Target:
    pass


def order(t: Target, n: int) -> object:
    return t.foo(n | 1)


def divided(t: Target, n: int) -> object:
    return t.foo(1 // n)


def attempt(f: object, *args: object) -> None:
    try:
        print(repr(f(*args)))
    except Exception as error:
        print(type(error).__name__, error)


for each in (True, False, Lev.one, Lev.three, Acc.r, Acc.r | Acc.w, 1, 0, 2**70, R.a):
    print(asyncio.run(use(each)))
    attempt(character, each)
    for b in (True, False):
        print(mixed(each, b))
        if isinstance(each, bool):
            attempt(narrowed, each, b)
    print(rounded(each))
    attempt(order, Target(), each)
    attempt(divided, Target(), each)
print(repr(mixed(Told.a, True)[1:]))
attempt(order, Target(), Told.a)
