"""Special methods of native classes, called by operators, builtins and statements, compiled and from Python."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any, Callable, Iterator


def attempt(f: Callable[..., Any], *args: Any) -> Any:
    try:
        return f(*args)
    except Exception as error:
        return type(error).__name__, str(error)


class Vector:
    x: int
    y: int

    def __init__(self, x: int, y: int) -> None:
        self.x = x
        self.y = y

    def __add__(self, other: Vector) -> Vector:
        if not isinstance(other, Vector):
            return NotImplemented
        return Vector(self.x + other.x, self.y + other.y)

    def __radd__(self, other: int) -> Vector:
        if not isinstance(other, int):
            return NotImplemented
        return Vector(self.x + other, self.y + other)

    def __sub__(self, other: Vector) -> Vector:
        return Vector(self.x - other.x, self.y - other.y)

    def __mul__(self, k: int) -> Vector:
        return Vector(self.x * k, self.y * k)

    def __rmul__(self, k: int) -> Vector:
        return self * k

    def __matmul__(self, other: Vector) -> int:
        return self.x * other.x + self.y * other.y

    def __truediv__(self, k: float) -> tuple[float, float]:
        return (self.x / k, self.y / k)

    def __floordiv__(self, k: int) -> Vector:
        return Vector(self.x // k, self.y // k)

    def __mod__(self, k: int) -> Vector:
        return Vector(self.x % k, self.y % k)

    def __pow__(self, k: int, mod: int | None = None) -> Vector:
        return Vector(pow(self.x, k, mod), pow(self.y, k, mod))

    def __lshift__(self, k: int) -> str:
        return f"<<{k}"

    def __rshift__(self, k: int) -> str:
        return f">>{k}"

    def __and__(self, k: object) -> str:
        return f"&{k}"

    def __or__(self, k: object) -> str:
        return f"|{k}"

    def __xor__(self, k: object) -> str:
        return f"^{k}"

    def __rsub__(self, k: object) -> str:
        return f"{k} r-"

    def __neg__(self) -> Vector:
        return Vector(-self.x, -self.y)

    def __pos__(self) -> Vector:
        return self

    def __invert__(self) -> Vector:
        return Vector(~self.x, ~self.y)

    def __abs__(self) -> int:
        return abs(self.x) + abs(self.y)

    def __iadd__(self, other: Vector) -> Vector:
        self.x += other.x
        self.y += other.y
        return self

    def __bool__(self) -> bool:
        return self.x != 0 or self.y != 0

    def __int__(self) -> int:
        return self.x

    def __float__(self) -> float:
        return self.x + 0.5

    def __index__(self) -> int:
        return self.x

    def __round__(self, digits: int = 0) -> str:
        return f"round {digits}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vector):
            return NotImplemented
        return self.x == other.x and self.y == other.y

    def __hash__(self) -> int:
        return hash((self.x, self.y))

    def __repr__(self) -> str:
        return f"Vector({self.x}, {self.y})"

    def __str__(self) -> str:
        return f"<{self.x}, {self.y}>"

    def __format__(self, spec: str) -> str:
        return f"[{spec}]{self.x}"

    def __lt__(self, other: Vector) -> bool:
        return self.x < other.x

    def __le__(self, other: Vector) -> bool:
        return self.x <= other.x

    def __divmod__(self, k: int) -> tuple[Vector, Vector]:
        return self // k, self % k

    def __call__(self, *args: int, **kw: int) -> list[object]:
        return [self.x, args, kw]


def arithmetic(a: Vector, b: Vector) -> list[object]:
    return [a + b, a - b, a * 3, 3 * a, a @ b, a / 2, a // 2, a % 2, a**2, pow(a, 2, 5), a << 1, a >> 2, a & 1, a | "x", a ^ b, 5 - a, 7 + a]


def unary(a: Vector) -> list[object]:
    return [-a, +a, ~a, abs(a), bool(a), not a, int(a), float(a), round(a), round(a, 2), divmod(a, 3), hash(a) == hash(a), [10, 20, 30, 40][a]]


def inplace(a: Vector, b: Vector) -> list[object]:
    keep = a
    a += b
    b -= a
    return [a, b, a is keep]


def compare(a: Vector, b: Vector) -> list[object]:
    return [a == b, a != b, a < b, a <= b, a > b, a >= b, a == a, a in [b], sorted([b, a]), max(a, b), min([a, b])]


def texts(a: Vector) -> list[object]:
    return [f"{a}", f"{a!r}", f"{a!s:>10}", f"{a:x^5}", repr(a), str(a), format(a, "q"), "%s %r" % (a, a)]


def calls(a: Vector) -> list[object]:
    return [a(), a(1, 2), a(k=3), a(*[4], **{"z": 5})]


def truth(a: Vector) -> str:
    if a and not (not a):
        return "yes"
    while a:
        return "loop"
    return "no" if not a else "odd"


def wrong(a: Vector, f: Callable[..., Any], *args: Any) -> Any:
    return f(a, *args)


a, b = Vector(3, 4), Vector(1, -2)
print(arithmetic(a, b))
print(unary(a))
print(inplace(Vector(1, 2), Vector(3, 4)))
print(compare(a, b), compare(a, Vector(3, 4)))
print(texts(a), calls(a), truth(a), truth(Vector(0, 0)))
print(attempt(wrong, a, operator.add, "x"))
print(attempt(lambda: "x" + a), attempt(lambda: [] @ a), attempt(lambda: a + 1), attempt(lambda: a == 1), attempt(lambda: a != 1))
print(sum([a, b], Vector(0, 0)), sum([a, b]), {a: 1}[Vector(3, 4)], len({a, b, Vector(3, 4)}))


class Deck:
    cards: list[str]
    reads: int = 0

    def __init__(self, cards: list[str]) -> None:
        self.cards = cards

    def __len__(self) -> int:
        return len(self.cards)

    def __getitem__(self, at: Any) -> Any:
        self.reads += 1
        return self.cards[at]

    def __setitem__(self, at: int, card: str) -> None:
        self.cards[at] = card

    def __delitem__(self, at: int) -> None:
        del self.cards[at]

    def __contains__(self, card: object) -> bool:
        return card in self.cards

    def __reversed__(self) -> Iterator[str]:
        return iter(self.cards[::-1])

    def __length_hint__(self) -> int:
        return 3


class Count:
    at: int
    stop: int

    def __init__(self, stop: int) -> None:
        self.at = 0
        self.stop = stop

    def __iter__(self) -> Count:
        return self

    def __next__(self) -> int:
        if self.at >= self.stop:
            raise StopIteration
        self.at += 1
        return self.at


class Letters:
    text: str

    def __init__(self, text: str) -> None:
        self.text = text

    def __iter__(self) -> Iterator[str]:
        return iter(self.text)


class Old:
    limit: int = 3

    def __getitem__(self, at: int) -> int:
        if at >= self.limit:
            raise IndexError(at)
        return at * at


def deck_use(d: Deck) -> list[object]:
    d[0] = "z"
    first = [len(d), d[0], d[-1], d[1:], "b" in d, "q" not in d, list(reversed(d)), [c for c in d], bool(d)]
    del d[0]
    d[0] += "!"
    first.append(d.cards)
    first.append(d.reads)
    return first


def iterate(n: int) -> list[object]:
    total = 0
    for each in Count(n):
        total += each
    first, *rest = Count(n)
    return [total, list(Count(n)), [x * x for x in Count(n)], first, rest, sum(Count(n)), 2 in Count(n), list(zip(Count(2), Letters("ab"))), dict(zip(Letters("ab"), Old())), max(Count(n)), tuple(Old()), next(Count(1)), next(Count(0), "none")]


def past(d: Deck) -> str:
    return d[10]


print(deck_use(Deck(["a", "b", "c"])), iterate(4), attempt(past, Deck([])), attempt(len, Count(1)), attempt(iter, Vector(1, 2)))
print(attempt(lambda: next(Count(0))), attempt(lambda: Deck(["a"])["x"]), bool(Deck([])), operator.length_hint(Count(3), 9))


class Managed:
    name: str
    log: list[str]

    def __init__(self, name: str, log: list[str], swallow: bool = False) -> None:
        self.name = name
        self.log = log
        self.swallow = swallow

    def __enter__(self) -> Managed:
        self.log.append(f"enter {self.name}")
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        self.log.append(f"exit {self.name} {kind.__name__ if kind else None} {error} {trace is not None}")
        return self.swallow


def manage(swallow: bool) -> list[str]:
    log: list[str] = []
    with Managed("a", log) as a, Managed("b", log, swallow) as b:
        log.append(a.name + b.name)
        raise ValueError("inside")
    log.append("after")
    return log


def manage_quiet() -> list[str]:
    log: list[str] = []
    for i in range(3):
        with Managed(f"{i}", log):
            if i == 1:
                continue
            if i == 2:
                return log
            log.append("body")
    return log


print(attempt(manage, True), attempt(manage, False), manage_quiet())


@dataclass(order=True, frozen=True)
class Version:
    major: int
    minor: int = 0

    def __str__(self) -> str:
        return f"v{self.major}.{self.minor}"


def versions(vs: list[Version]) -> list[object]:
    return [sorted(vs), max(vs), str(vs[0]), vs[0] < vs[1], vs[0] >= vs[1], vs[0] == Version(1), len({*vs})]


print(versions([Version(1), Version(0, 5), Version(1)]), attempt(lambda: Version(1) < 2), attempt(operator.lt, Version(1), Vector(1, 2)))


class Bad:
    n: int

    def __init__(self, n: int) -> None:
        self.n = n

    def __len__(self) -> int:
        return self.n

    def __bool__(self) -> int:
        return 1

    def __str__(self) -> str:
        return 5

    def __iter__(self) -> int:
        return 5

    def __hash__(self) -> int:
        return 2**70

    def __index__(self) -> int:
        return self.n


def bad(b: Bad) -> object:
    return len(b)


print(attempt(bad, Bad(-1)), attempt(bad, Bad(2**70)), attempt(bool, Bad(1))[0], attempt(str, Bad(1))[0], attempt(iter, Bad(1))[0], hash(Bad(1)), [1, 2, 3][Bad(1) : Bad(2)])


class Sub(Vector):
    def __radd__(self, other: object) -> str:
        return "sub radd"

    def __eq__(self, other: object) -> bool:
        return True

    def __add__(self, other: Vector) -> Vector:
        return Vector(-1, -1)


def mixed(a: Vector, b: Vector) -> list[object]:
    return [a + b, b + a, a == b, b == a, a < b, a != b]


print(mixed(Vector(1, 2), Sub(3, 4)), mixed(Sub(1, 2), Sub(1, 3)), attempt(hash, Sub(1, 2)))
