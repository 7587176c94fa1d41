# interpreted: Backwards, Listed, Loud
"""Short ways of operators, methods, texts, ranges and generators, at the edges where they have to give way."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


class Loud(int):
    """An int that answers for itself."""

    def __add__(self, other: Any) -> Any:
        return ("add", int(self), other)

    def __radd__(self, other: Any) -> Any:
        return ("radd", int(self), other)

    def __mod__(self, other: Any) -> Any:
        return ("mod", int(self), other)

    def __eq__(self, other: object) -> Any:
        return ["eq", other]

    def __lt__(self, other: object) -> Any:
        return []

    __hash__ = int.__hash__


class Matrix:
    """Comparisons of it are neither true nor false."""

    def __eq__(self, other: object) -> Any:
        return self

    def __gt__(self, other: object) -> Any:
        return self

    def __bool__(self) -> bool:
        raise ValueError("ambiguous")

    def __repr__(self) -> str:
        return "Matrix"

    __hash__ = object.__hash__


EDGES: list[Any] = [
    0, 1, -1, 2, -2, 7, -7, 255, 257, 2**30 - 1, 2**30, -(2**30), 2**31, 2**45 + 3, -(2**45) - 3, 2**60 - 1, 2**60,
    -(2**60), 2**61, 2**62 - 1, 2**62, -(2**62), -(2**62) - 1, 2**63 - 1, 2**63, -(2**63), 2**64, 10**30, -(10**30),
]  # fmt: skip
OTHERS: list[Any] = [
    True, False, 0.0, -0.0, 1.5, -2.5, math.inf, -math.inf, math.nan, 1e308, "", "a", "ab", "é", "日本", b"a", None, [1], (1,),
    {1: 2}, {1}, Fraction(1, 3), 2j, Loud(5), Matrix(),
]  # fmt: skip


def add(a: Any, b: Any) -> Any:
    return a + b


def sub(a: Any, b: Any) -> Any:
    return a - b


def mul(a: Any, b: Any) -> Any:
    return a * b


def div(a: Any, b: Any) -> Any:
    return a / b


def floordiv(a: Any, b: Any) -> Any:
    return a // b


def mod(a: Any, b: Any) -> Any:
    return a % b


def bits(a: Any, b: Any) -> Any:
    return [a & b, a | b, a ^ b]


def add_to(a: Any, b: Any) -> Any:
    a += b
    return a


def sub_from(a: Any, b: Any) -> Any:
    a -= b
    return a


def mul_by(a: Any, b: Any) -> Any:
    a *= b
    return a


def div_by(a: Any, b: Any) -> Any:
    a /= b
    return a


def floordiv_by(a: Any, b: Any) -> Any:
    a //= b
    return a


def mod_by(a: Any, b: Any) -> Any:
    a %= b
    return a


def bits_by(a: Any, b: Any) -> Any:
    a &= b
    a |= 6
    a ^= b
    return a


def compared(a: Any, b: Any) -> Any:
    return [a == b, a != b, a < b, a <= b, a > b, a >= b]


def equal(a: Any, b: Any) -> Any:
    return [a == b, a != b]


def conditions(a: Any, b: Any) -> str:
    found = ""
    if a == b:
        found += "="
    if a != b:
        found += "!"
    while a > b:
        found += ">"
        break
    return found


def between(a: Any, b: Any, c: Any) -> str:
    if a < b <= c:
        return "inside"
    return "outside"


def shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 60 else f"{len(text)} characters"


def attempt(function: Callable[[Any, Any], Any], a: Any, b: Any) -> str:
    try:
        return shown(function(a, b))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def operators() -> None:
    functions = [
        add, sub, mul, div, floordiv, mod, bits, add_to, sub_from, mul_by, div_by, floordiv_by, mod_by, bits_by, compared, equal,
        conditions,
    ]  # fmt: skip
    for function in functions:
        for a in EDGES:
            print(function.__name__, a, [attempt(function, a, b) for b in EDGES])
        for a in OTHERS:
            if isinstance(a, int | list | str | bytes) or function not in (mul, mul_by):
                print(function.__name__, shown(a), [attempt(function, a, b) for b in OTHERS])
                print(function.__name__, shown(a), [attempt(function, a, b) for b in EDGES[:9]])
                print(function.__name__, shown(a), [attempt(function, b, a) for b in EDGES[:9]])
    for a, b, c in [(1, 2, 3), (3, 2, 1), (1.0, 2, "x"), ("a", "b", "c"), (2, 1, "x"), (Loud(1), 2, 3)]:
        try:
            print(between(a, b, c))
        except TypeError as error:
            print(error)


# Numbers whose type is known, and others of which nothing is known.


def gathered(number: int, value: Any) -> Any:
    total = number
    total += value
    total *= value
    total -= value
    total ^= value
    total |= value
    total &= value
    return total


def shared_out(number: int, value: Any) -> Any:
    total = number
    total //= value
    total += number
    total %= value
    return total


def scaled(number: float, value: Any) -> Any:
    total = number
    total += value
    total *= value
    total -= value
    total /= value
    return total


def unknown() -> None:
    ints = [*EDGES, True, False, None, "a", [1]]
    for function in (gathered, shared_out):
        for number in EDGES:
            print(function.__name__, number, [attempt(function, number, value) for value in ints])
    floats = [value for value in [*EDGES, *OTHERS] if not isinstance(value, Loud | Fraction | complex | Matrix)]
    for number in (0.0, -0.0, 1.5, math.inf, 1e300):
        print(number, [attempt(scaled, number, value) for value in floats])



def by_constants(n: int) -> list[int]:
    return [
        n % 1, n % 2, n % 8, n % 3, n % -2, n % 1099511627776, n % 2305843009213693952, n % 4611686018427387904,
        n // 1, n // 2, n // 8, n // 3, n // -2, n // 1099511627776, n // 2305843009213693952, n // 4611686018427387904,
    ]  # fmt: skip


def alike(a: int, b: int) -> list[bool]:
    return [a == b, a != b, a == 0, a != -1, a == 4611686018427387904, a != 4611686018427387904, 2**70 == a]


def walked(start: int, stop: int, step: int) -> list[int]:
    found: list[int] = []
    for number in range(start, stop, step):
        found.append(number)
        if len(found) == 4:
            break
    else:
        found.append(-99)
    return found


def numbers() -> None:
    ints = [*EDGES, 2**70, 2**70 + 1]
    for n in ints:
        print(n, by_constants(n))
        print([alike(n, m) for m in ints])
    steps = [1, -1, 2, -3, 2**61, -(2**61), 2**62, 2**80, -(2**80)]
    for start in (0, 5, -5, 2**62 - 2, -(2**62), 2**64):
        for stop in (0, 4, -9, 2**62 - 1, 2**62 + 1, -(2**62) - 5, 2**64 + 3):
            print([walked(start, stop, step) for step in steps])
    try:
        walked(1, 2, 0)
    except ValueError as error:
        print(error)


# Texts.


class Backwards(str):
    def __getitem__(self, index: Any) -> Any:
        return Backwards(str.__getitem__(self, len(self) - 1 - index))

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return len(self) == 3

    def __contains__(self, part: object) -> bool:
        return part == "?"

    __hash__ = str.__hash__

    def strip(self, *arguments: Any) -> Any:
        return ["strip", *arguments]

    def lower(self) -> Any:
        return 5


TEXTS = ["", "a", "abc", "ab\0c", "é", "naïve", "日本語", "a😀b", "\x7f\x80\xff\u0100", "\ud800", "x" * 300]


def character(text: str, at: int) -> str:
    return text[at]


def is_character(text: str, at: int) -> list[bool]:
    return [text[at] == "a", text[at] != "é", text[at] in "abé", text[at] in "", "b" == text[at], text[at] == text]


def same(a: str, b: str) -> list[bool]:
    return [a == b, a != b, a in b, b in a, a < b, a >= b]


def texts() -> None:
    for text in TEXTS:
        for at in (0, 1, 2, -1, -3, 3, 299, 300, -300, -301, 2**40, 2**70, -(2**70)):
            try:
                print(ascii(character(text, at)), is_character(text, at))
            except IndexError as error:
                print(error)
        print([same(text, other) for other in TEXTS])
    odd = Backwards("abc")
    print(character(odd, 0), type(character(odd, 0)).__name__, is_character(odd, 2), same(odd, "abc"), same("?", odd))
    print(character("abc", 1) is character("b", 0), chr(233) is character("é", 0))


# Methods of built-in types.


class Listed(list[int]):
    def append(self, item: Any) -> None:
        super().append(item * 2)


class Attributed:
    def __init__(self) -> None:
        self.count = 5

    def __repr__(self) -> str:
        return "Attributed"


def stripped(value: Any, *arguments: Any) -> Any:
    return value.strip(*arguments) if arguments else value.strip()


def methods(value: Any) -> list[Any]:
    found: list[Any] = []
    actions: list[Callable[[], Any]] = [
        lambda: value.strip(),
        lambda: value.strip("ab"),
        lambda: value.strip("a", "b"),
        lambda: value.lower(),
        lambda: value.lower(1),
        lambda: value.count(1),
        lambda: value.count("a"),
        lambda: value.count(),
        lambda: value.append(3),
        lambda: value.append(),
        lambda: value.append(item=3),
        lambda: value.pop(),
        lambda: value.get(1, 2),
        lambda: value.get(),
        lambda: sorted(value.items()),
        lambda: value.split(sep="b"),
        lambda: value.split("b", maxsplit=1),
        lambda: value.split("b", wrong=1),
        lambda: value.encode(encoding="latin-1"),
        lambda: value.mro(),
        lambda: value.conjugate(),
        lambda: value.bit_length(),
        lambda: value.is_integer(),
        lambda: value.to_bytes(2, "big"),
        lambda: value.__len__(),
        lambda: value.__class__(),
        lambda: value.missing(),
    ]
    for action in actions:
        try:
            found.append(action())
        except Exception as error:
            found.append(f"{type(error).__name__}: {error}")
    return found


def called() -> None:
    for _ in range(3):
        for value in ["cabac", "", b"cabac", [1, 2], (1, 1), {1: 3}, {1}, 5, True, 2.0, None, str, int, Backwards("b")]:
            print(methods(value))
        print(methods(Listed([4])), methods(Attributed()), methods(range(3)), methods(iter([1])))
    print(stripped(" a "), stripped("xax", "x"), stripped(Backwards("a")), stripped(Backwards("a"), 1), stripped(b" a "))


def concurrently() -> None:
    """Many threads learn the same methods at once."""
    wrong: list[str] = []

    def work() -> None:
        for turn in range(300):
            text: Any = "AbC" * (turn % 3 + 1)
            table: Any = {"a": turn}
            if text.lower().upper() != text.upper() or text.count("A") != turn % 3 + 1 or table.get("a") != turn:
                wrong.append(text)
            pile: Any = [turn]
            pile.append(turn)
            if pile.index(turn) != 0 or pile.pop() != turn or text.swapcase().swapcase() != text:
                wrong.append(text)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(wrong)


# Generators in loops.


def counted(limit: int) -> Iterator[int]:
    n = 0
    while n < limit:
        yield n
        n += 1


def through(source: Any) -> Any:
    got = yield from source
    return ("through", got)


def returning(limit: int) -> Any:
    for number in counted(limit):
        yield number * 2
    return "done"


def failing(limit: int) -> Iterator[int]:
    for number in counted(limit):
        yield number
    raise LookupError(limit)


def itself() -> Any:
    yield 1
    yield next(running[0])


running: list[Any] = []


def generators() -> None:
    total = 0
    for number in through(through(returning(2000))):
        total += number % 7
    print(total, list(through(returning(3))), list(through([5, 6])), sum(counted(10)))
    made = through(returning(1))
    print(next(made), next(made, "end"), next(made, "end"))
    made = returning(1)
    next(made)
    try:
        next(made)
    except StopIteration as stop:
        print(stop.value, stop.args)
    for function in (failing, lambda limit: through(failing(limit))):
        try:
            for number in function(2):
                print(number)
        except LookupError as error:
            print(repr(error))
    running.append(itself())
    try:
        print(list(running[0]))
    except ValueError as error:
        print(error)
    made = counted(5)
    next(made)
    made.close()
    print(list(made))


@dataclass
class Point:
    x: float
    y: float = math.nan


def fields() -> None:
    for value in (math.nan, -math.nan, math.inf, -0.0, 5e-324):
        point = Point(value)
        point.y += value
        print(point, point.x == point.x, point.x != point.y, math.copysign(1.0, point.x))
    del point.x
    try:
        print(point.x)
    except AttributeError as error:
        print(error)


operators()
unknown()
numbers()
texts()
called()
concurrently()
generators()
fields()
