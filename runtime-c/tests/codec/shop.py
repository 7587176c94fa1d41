"""The classes and handlers for which the compiler's codec_emission test emits C."""
from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from enum import Enum


class Status(Enum):
    NEW = "new"
    OLD = "old"


@dataclass
class Line:
    sku: str
    qty: int
    price: float = 1.5


@dataclass
class Order:
    id: int
    lines: list[Line]
    paid: bool = False
    note: str | None = None
    status: Status = Status.NEW
    size: str = "s"
    counts: dict[str, int] = field(default_factory=dict)
    pair: tuple[int, float] | None = None
    code: int = 1
    ids: int | str | list[int] = 0
    next: Order | None = None


@dataclass
class Cat:
    kind: str
    lives: int


@dataclass
class Dog:
    kind: str
    good: bool


@dataclass
class Checked:
    n: int

    def __post_init__(self):
        if self.n < 0:
            raise ValueError("n is negative")
        if self.n == 99:
            raise KeyError("odd")


def place(order): pass
def search(limit, ratio=2.0, on=False, names=(), status=None, mixed=0, size="s"): pass
def pet(pets): pass
def check(it): pass
def nothing(request): pass
