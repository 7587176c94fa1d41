"""The module that both ways run: interpreted, and with the hand-written specs of sample.c."""
import dataclasses
from dataclasses import dataclass, field
from typing import Any, ClassVar


def add(a: int, b: int = 10) -> int:
    "adds"
    return a + b


def spread(a, /, b, *rest, key, other=2, **named):
    return (a, b, rest, key, other, named)


async def later(value: int) -> int:
    return value + 1


async def failing():
    raise KeyError("gone")


def decorated(function):
    function.seen = True
    return function


@decorated
def scale(x: float, on: bool = True, text: str = "t"):
    return (x, on, text)


@dataclass
class Item:
    "An item."
    id: int
    price: float
    name: str = "none"
    on: bool = False
    tags: list[str] = field(default_factory=list)
    extra: Any = None
    kind: ClassVar[str] = "item"

    def total(self, count: int) -> float:
        return self.price * count

    @property
    def label(self) -> str:
        return self.name.upper()

    @staticmethod
    def unit():
        return 1

    @classmethod
    def make(cls, id):
        return cls(id, 1.0)


@dataclass(frozen=True, order=True)
class Point:
    x: float
    y: float = 0.0


@dataclass(slots=True)
class Slotted:
    a: int
    b: str = "b"

    def whose(self):
        return __class__.__name__


@dataclass
class Special(Item):
    rank: int = 7

    def __post_init__(self):
        self.note = f"rank {self.rank}"


class Counter:
    count: int = 0
    step: int

    def __init__(self, step):
        self.step = step

    def bump(self):
        self.count += self.step
        return self.count


@dataclass
class Keyed:
    a: int
    _: dataclasses.KW_ONLY
    b: int = 2
    c: int = field(default=3, repr=False, compare=False)


def use_add():
    return add(1, 2)


def measure(x):
    return len(x)
