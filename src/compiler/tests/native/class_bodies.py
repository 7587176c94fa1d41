# interpreted: Empty, Odd, Base, Tagged
"""Classes without fields, with any statement in their bodies, with class keywords and other bases."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Callable, ClassVar, final


def attempt(f: Callable[..., Any], *args: Any, **kw: Any) -> Any:
    try:
        return f(*args, **kw)
    except Exception as error:
        return type(error).__name__, str(error)


class Service:
    """Only methods."""

    def add(self, a: int, b: int = 1) -> int:
        return a + b

    def twice(self, a: int) -> int:
        return self.add(a, a)

    @staticmethod
    def name() -> str:
        return "service"

    @classmethod
    def make(cls) -> Service:
        return cls()

    def remember(self, what: str) -> str:
        self.seen = what
        return self.seen

    def recall(self) -> str:
        return self.seen


class Loud(Service):
    def add(self, a: int, b: int = 2) -> int:
        return super().add(a, b) * 100


class Empty:
    pass


class Odd(Empty):
    def me(self) -> str:
        return type(self).__name__


class Config:
    level: int = 1

    class Inner(Enum):
        A = 1
        B = 2

    class Meta:
        verbose = True

    if level > 0:
        mode = "on"
    else:
        mode = "off"
    names = []
    for each in range(3):
        names.append(each * level)
    level += 4
    try:
        missing = undefined_name
    except NameError as error:
        missing = str(error)
    table: ClassVar[dict[str, int]] = {n: v for n, v in zip("ab", [1, 2])}
    import math as m

    with open("/dev/null") as handle:
        read = handle.read()
    print("in the body", level)
    del each

    def get(self) -> list[object]:
        return [self.level, self.mode, self.names, self.missing, self.table, self.m.floor(2.5), self.read, self.Meta.verbose, self.Inner.B.value]

    def set(self) -> int:
        self.level = 77
        return self.level


class Doubling:
    def __set_name__(self, owner: type, name: str) -> None:
        self.place = "_" + name

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else getattr(instance, self.place, -1)

    def __set__(self, instance: Any, value: int) -> None:
        setattr(instance, self.place, value * 2)


class Described:
    other: int
    size = Doubling()
    limit = 3

    def __init__(self, size: int, limit: int | None = None) -> None:
        self.size = size
        self.other = size
        if limit is not None:
            self.limit = limit

    @property
    def title(self) -> str:
        return f"title {self._title}"

    @title.setter
    def title(self, value: str) -> None:
        self._title = value.upper()

    def both(self) -> list[object]:
        return [self.size, self.other, self.limit]


class Below(Described):
    def __init__(self, size: int, title: str) -> None:
        self.size = size + 1
        self.title = title
        self.limit = 9

    def all(self) -> list[object]:
        return [self.size, self.title, self.limit]


class Late(Described):
    def __init__(self) -> None:
        before = self.limit
        self.limit = before + 1
        self.other = 0
        self.size = 1


class Base:
    n: int = 0

    def __init_subclass__(cls, tag: str = "none", **kw: Any) -> None:
        super().__init_subclass__(**kw)
        cls.tag = tag


class Tagged(Base, tag="yes"):
    def who(self) -> str:
        return self.tag


class Wrong:
    n: int = 1

    def get(self) -> int:
        return self.n


@functools.total_ordering
@dataclass
class Rank:
    n: int

    def __lt__(self, other: Rank) -> bool:
        return self.n < other.n


@final
class Last:
    n: int = 3

    def get(self) -> int:
        return self.n


class Items:
    def __class_getitem__(cls, item: Any) -> str:
        return f"{cls.__name__}[{item}]"

    def get(self) -> str:
        return "items"


class Redefined:
    a: int = 1

    def f(self) -> int:
        return 1

    if True:

        def f(self) -> int:
            return 2

    def g(self) -> int:
        return self.f() + self.a

    a = 10


@dataclass
class Conditional:
    a: int
    if True:
        b: int = 5
    items: list[int] = field(default_factory=list)

    def total(self) -> int:
        return self.a + self.b + len(self.items)


class Deleted:
    x: int = 1

    def gone(self) -> int:
        return 1

    def here(self) -> object:
        return self.gone()

    del gone


def use(s: Service, n: int) -> list[object]:
    return [s.add(n), s.twice(n), s.name(), Service.name(), Service.make().add(1), s.add(b=5, a=2), type(Loud.make()).__name__]


def late() -> list[object]:
    l = Late()
    return [l.limit, Late.limit, Below.limit, Described.limit]


print(use(Service(), 3), use(Loud(), 3), Service().remember("x"), attempt(Service().recall), vars(Service()), Service.__doc__)
print(attempt(Service, 1), attempt(Loud, a=1), attempt(Empty, 1), Odd().me(), attempt(setattr, Service(), "z", 1))
print(Config().get(), Config.level, Config().set(), Config.Inner.A, hasattr(Config, "each"), Config.handle.closed)
print(Described(4).both(), Described(4, 5).both(), Below(1, "t").all(), late(), sorted(vars(Described(1, 2))), sorted(vars(Below(1, "x"))))
print(Tagged().who(), Base.__init_subclass__.__name__, attempt(lambda: type("X", (Base,), {}, wrong=1)))
print(Rank(1) < Rank(2), Rank(2) >= Rank(1), sorted([Rank(3), Rank(1)]), Last().get(), Last.__final__, Items[int], Items().get())
print(Redefined().g(), Redefined.a, Conditional(1).total(), Conditional(1, 2, [3]), Conditional(1) == Conditional(1), attempt(Deleted().here))
print(attempt(lambda: exec("class Q(Wrong, tag=1): pass", globals())))
