"""Properties, static and class methods, class variables, cached properties; what overrides and replaces them."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Callable, ClassVar
from unittest import mock


def attempt(f: Callable[..., Any], *args: Any) -> Any:
    lambda: 0
    try:
        return f(*args)
    except Exception as error:
        return type(error).__name__, str(error)


@dataclass
class Temperature:
    celsius: float
    limit: ClassVar[float] = 100.0
    seen: ClassVar[list[str]] = []

    @property
    def fahrenheit(self) -> float:
        """In the other unit."""
        return self.celsius * 9 / 5 + 32

    @fahrenheit.setter
    def fahrenheit(self, value: float) -> None:
        if value < -459.67:
            raise ValueError(f"{value} is too cold")
        self.celsius = (value - 32) * 5 / 9

    @fahrenheit.deleter
    def fahrenheit(self) -> None:
        self.celsius = -1.0

    @property
    def kelvin(self) -> float:
        return self.celsius + 273.15

    @classmethod
    def parse(cls, text: str) -> Temperature:
        return cls(float(text))

    @staticmethod
    def middle(a: Temperature, b: Temperature) -> Temperature:
        return Temperature((a.celsius + b.celsius) / 2)

    @cached_property
    def label(self) -> str:
        self.seen.append("label")
        return f"T{self.celsius}"

    def over(self) -> bool:
        return self.celsius > self.limit

    def with_middle(self, other: Temperature) -> float:
        return self.middle(self, other).celsius

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Temperature):
            return NotImplemented
        return self.celsius == other.celsius

    def __lt__(self, other: Temperature) -> bool:
        if not isinstance(other, Temperature):
            return NotImplemented
        return self.celsius < other.celsius

    def __add__(self, other: Temperature) -> Temperature:
        if isinstance(other, Temperature):
            return Temperature(self.celsius + other.celsius)
        return NotImplemented


def set_fahrenheit(t: Temperature, value: float) -> list[object]:
    t.fahrenheit = value
    before = t.celsius
    t.fahrenheit += 9.0
    after = t.celsius
    del t.fahrenheit
    return [before, after, t.celsius, t.fahrenheit]


def set_int(t: Temperature) -> float:
    t.fahrenheit = 50
    return t.celsius


def set_text(t: Temperature) -> None:
    text: Any = "hot"
    t.fahrenheit = text


def set_readonly(t: Temperature) -> None:
    t.kelvin = 0.0


def delete_readonly(t: Temperature) -> None:
    del t.kelvin


def methods(t: Temperature) -> list[object]:
    return [Temperature.parse("3.5"), t.parse("4"), Temperature.middle(t, Temperature(9.0)), t.middle(t, t), t.with_middle(Temperature(3.0))]


def variables(t: Temperature) -> list[object]:
    first = t.over()
    Temperature.limit = 0.5
    second = t.over()
    t.seen.append("x")
    return [first, second, Temperature.limit, t.limit, len(Temperature.seen)]


def labels(t: Temperature) -> list[object]:
    first, second = t.label, t.label
    t.celsius = 77.0
    third = t.label
    del t.label
    return [first, first is second, third, t.label]


def compare(t: Temperature, other: object) -> list[object]:
    return [t == other, t != other, t == t, Temperature(1.0) < Temperature(2.0), (t + t).celsius]


def less(t: Temperature, other: object) -> object:
    return t < other


def plus(t: Temperature, other: object) -> object:
    return t + other


print(set_fahrenheit(Temperature(1.0), 212.0), set_int(Temperature(1.0)))
print(attempt(set_fahrenheit, Temperature(1.0), -1000.0), attempt(set_text, Temperature(1.0))[0])
print(attempt(set_readonly, Temperature(1.0)), attempt(delete_readonly, Temperature(1.0)))
print(methods(Temperature(1.0)), variables(Temperature(1.0)), labels(Temperature(2.0)), Temperature.seen)
print(compare(Temperature(1.0), 5), compare(Temperature(1.0), Temperature(1.0)))
print(attempt(less, Temperature(1.0), 5), attempt(plus, Temperature(1.0), "x"), attempt(less, Temperature(1.0), Temperature(3.0)))
print(Temperature.fahrenheit.__doc__, Temperature.fahrenheit.fset.__qualname__, Temperature.__dict__["parse"].__func__.__name__)


class Near:
    n: int

    def __init__(self, n: int) -> None:
        self.n = n

    def label(self) -> str:
        return f"near {self.n}"

    def both(self) -> str:
        return self.label() + "/" + self.label()

    @property
    def size(self) -> int:
        return self.n

    @size.setter
    def size(self, value: int) -> None:
        self.n = value

    @staticmethod
    def kind() -> str:
        return "near"

    @classmethod
    def made(cls, n: int) -> Near:
        return cls(n * 2)


class Middle(Near):
    def label(self) -> str:
        lambda: 0
        return f"middle {self.n}"


class Inner(Middle):
    @property
    def size(self) -> int:
        return -self.n

    @staticmethod
    def kind() -> str:
        return "inner"


class Far(Inner):
    label = "far"
    more: int = 0

    def __init__(self, n: int) -> None:
        self.n = n + 1000


def of_near(x: Near) -> list[object]:
    return [x.both(), x.label(), x.size, x.kind()]


def of_middle(x: Middle) -> list[object]:
    return [x.both(), x.label(), x.size, x.kind()]


def of_inner(x: Inner) -> list[object]:
    return [x.both(), x.label(), x.size, x.kind()]


def resize(x: Near, n: int) -> int:
    x.size = n
    return x.n


print(of_near(Near(1)), of_near(Middle(2)), of_near(Inner(3)), attempt(of_near, Far(4)), of_near(Near.made(5)), Inner.made(6).n)
print(of_middle(Middle(2)), of_middle(Inner(3)), of_inner(Inner(4)))
print(resize(Near(1), 5), resize(Middle(1), 6), attempt(resize, Inner(1), 7))


class Twice:
    def __init__(self) -> None:
        self.inner = 1

    def value(self) -> int:
        return 1

    def value(self) -> int:
        return 2

    def read(self) -> int:
        return self.value()


class Bounded(Near):
    @Near.size.setter
    def size(self, value: int) -> None:
        self.n = min(value, 10)

    level = property(lambda self: "level")

    def levels(self) -> object:
        return self.level


def loud(f: Callable[..., str]) -> Callable[..., str]:
    @functools.wraps(f)
    def call(*args: Any, **kw: Any) -> str:
        return f(*args, **kw).upper()

    return call


class Decorated(Near):
    @loud
    def name(self) -> str:
        return f"name {self.n}"

    def twice(self) -> object:
        return self.name()


print(Twice().read(), resize(Bounded(1), 99), Bounded(3).size, Bounded(1).levels(), Decorated(7).twice(), Decorated(7).both())

with mock.patch.object(Near, "label", lambda self: "patched"):
    print(of_near(Near(1)), of_near(Middle(1)))
with mock.patch.object(Near, "size", 99):
    print(of_near(Near(1)), of_near(Inner(1)))
with mock.patch.object(Near, "kind", staticmethod(lambda: "mocked")):
    print(of_near(Near(1)))
with mock.patch.object(Near, "size", new_callable=mock.PropertyMock) as size:
    size.return_value = 42
    print(of_near(Near(1))[2:], attempt(resize, Near(3), 8), size.mock_calls)
with mock.patch.object(Temperature, "parse", return_value=3):
    print(methods(Temperature(1.0))[:2])
print(of_near(Near(1)))
