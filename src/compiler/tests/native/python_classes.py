# interpreted: Cache, Dog, Held, Holder, LoudDog, Made, Meta, Numbers, Overloaded, Permission, Slotted, Stack.kind, Door, Opened, Far, Further, Like, Pane, Shutter, Unlike
"""Methods of classes that run as Python: exceptions, enumerations, generic, slotted and combined classes."""

from __future__ import annotations

import abc
import copy
import enum
import functools
import inspect
import pickle
import typing
from collections import UserDict, namedtuple
from dataclasses import dataclass
from enum import Enum, Flag, IntEnum, IntFlag, StrEnum, auto, unique
from typing import Any, Callable, Generic, NamedTuple, Protocol, TypedDict, TypeVar
from unittest import mock


def attempt(f: Callable[..., Any], *args: Any, **kw: Any) -> Any:
    try:
        return f(*args, **kw)
    except Exception as error:
        return type(error).__name__, str(error)


class ShopError(Exception):
    """Anything that goes wrong in a shop."""

    status: int = 500

    def __init__(self, message: str, code: int = 1, **extra: object) -> None:
        super().__init__(message)
        self.code = code
        self.extra = extra

    def describe(self) -> str:
        return f"{type(self).__name__}({self.args[0]}, {self.code}, {self.status})"

    @property
    def double(self) -> int:
        return self.code * 2

    @classmethod
    def plain(cls, message: str) -> ShopError:
        return cls(message)


class NotFound(ShopError):
    status = 404

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} not found", code=4)
        self.name = name

    def __str__(self) -> str:
        return "<" + super().__str__() + ">"

    def __reduce__(self) -> Any:
        return type(self), (self.name,)

    def whose(self) -> str:
        return __class__.__name__


class KeyTrouble(KeyError):
    pass


class Both(NotFound, LookupError):
    def describe(self) -> str:
        return "both " + super().describe()


def fail(kind: int) -> None:
    if kind == 0:
        raise ShopError("bad", 7, why="x")
    if kind == 1:
        raise NotFound("thing")
    if kind == 2:
        raise Both("two")
    raise KeyTrouble("k")


def caught(kind: int) -> list[object]:
    try:
        fail(kind)
    except NotFound as error:
        return ["not found", error.describe(), str(error), error.code, error.double, error.whose()]
    except ShopError as error:
        return ["shop", error.describe(), error.extra, error.args, error.double]
    except LookupError as error:
        return ["lookup", repr(error)]
    return []


def chained() -> None:
    try:
        fail(1)
    except ShopError as error:
        raise ShopError("outer") from error


print([caught(k) for k in range(4)], ShopError.plain("p").describe(), attempt(NotFound.plain, "q"), attempt(chained))
again = pickle.loads(pickle.dumps(NotFound("p")))
print(again, again.name, copy.copy(NotFound("c")).code, inspect.signature(ShopError.__init__), ShopError.__doc__, ShopError.describe.__qualname__)


class Color(Enum):
    RED = "r"
    GREEN = "g"
    BLUE = "b"

    def mixed(self, other: Color) -> str:
        return self.value + other.value

    @property
    def pretty(self) -> str:
        return self.name.title()

    @classmethod
    def default(cls) -> Color:
        return cls.GREEN

    @staticmethod
    def count() -> int:
        return len(Color)

    @classmethod
    def _missing_(cls, value: object) -> Color | None:
        for each in cls:
            if each.name == value:
                return each
        return None

    def __str__(self) -> str:
        return f"Color {self.value}"

    def __lt__(self, other: Color) -> bool:
        return self.value < other.value


class Planet(Enum):
    EARTH = (5.0, 6.0)
    MARS = (0.5, 3.0)

    def __init__(self, mass: float, radius: float) -> None:
        self.mass = mass
        self.radius = radius

    def density(self) -> float:
        return self.mass / self.radius**3


class Level(IntEnum):
    LOW = 1
    HIGH = 10

    def up(self) -> int:
        return self + 1

    def __format__(self, spec: str) -> str:
        return f"L{int(self)}"


class Mode(StrEnum):
    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last: list[str]) -> str:
        return f"{count}{name.lower()}"

    READ = auto()
    WRITE = auto()

    def both(self) -> str:
        return self + "|" + self.upper()


class Permission(Flag):
    R = 1
    W = 2

    def names(self) -> list[str]:
        return [each.name for each in self]


class New(str, Enum):
    A = "a"

    def __new__(cls, value: str) -> New:
        made = str.__new__(cls, value)
        made._value_ = value
        made.extra = value * 2
        return made

    def more(self) -> str:
        return self.extra + self


def colors() -> list[object]:
    return [Color.RED.mixed(Color.BLUE), Color.default().pretty, Color.count(), Color("GREEN"), str(Color.RED), Color.RED < Color.BLUE, sorted(Color), attempt(Color, "zzz"), f"{Color.BLUE}"]


def levels() -> list[object]:
    return [Level.LOW.up(), f"{Level.HIGH}", Level.LOW + Level.HIGH, Planet.EARTH.density(), Planet.MARS.mass, Mode.READ.both(), Mode("1write").name, (Permission.R | Permission.W).names(), New.A.more()]


print(colors(), levels(), pickle.loads(pickle.dumps(Color.RED)) is Color.RED, Level(10) is Level.HIGH)

T = TypeVar("T")


class Box(Generic[T]):
    def __init__(self, value: T) -> None:
        self.value = value

    def get(self) -> T:
        return self.value

    def map(self, f: Callable[[T], Any]) -> Box[Any]:
        return Box(f(self.value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Box) and self.value == other.value


class Stack[U]:
    def __init__(self) -> None:
        self.items: list[U] = []

    def push(self, item: U) -> Stack[U]:
        self.items.append(item)
        return self

    def kind(self) -> object:
        return U

    def __len__(self) -> int:
        return len(self.items)


class Slotted:
    __slots__ = ("a", "__hidden")

    def __init__(self, a: int) -> None:
        self.a = a
        self.__hidden = a + 1

    def hidden(self) -> int:
        return self.__hidden


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self) -> float: ...

    def show(self) -> str:
        return f"{type(self).__name__} {self.area()}"


class Square(Shape):
    def __init__(self, side: float) -> None:
        self.side = side

    def area(self) -> float:
        return self.side**2


class Speaks(Protocol):
    def speak(self) -> str: ...


class Dog:
    def speak(self) -> str:
        return "wuff"


class Loud:
    def speak(self) -> str:
        return super().speak().upper()


class LoudDog(Loud, Dog):
    def __init__(self) -> None:
        super().__init__()
        self.said = [super(LoudDog, self).speak() for _ in range(2)]


class Point(NamedTuple):
    x: int
    y: int = 0

    def norm(self) -> int:
        return abs(self.x) + abs(self.y)

    @property
    def swapped(self) -> Point:
        return Point(self.y, self.x)


class Movie(TypedDict):
    name: str
    year: int


class Cache(UserDict):
    def __missing__(self, key: str) -> str:
        return key * 2

    def __setitem__(self, key: str, value: str) -> None:
        super().__setitem__(key.lower(), value)


class Numbers(list):
    def total(self) -> int:
        return sum(self)

    def append(self, item: int) -> None:
        super().append(item * 2)


class Meta(type):
    def __call__(cls, *args: Any) -> Any:
        made = super().__call__(*args)
        made.by_meta = True
        return made

    def __len__(cls) -> int:
        return 42


class Made(metaclass=Meta):
    def __init__(self, n: int) -> None:
        self.n = n


class Descriptor:
    def __set_name__(self, owner: type, name: str) -> None:
        self.name = "_" + name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        return getattr(instance, self.name, 0)

    def __set__(self, instance: Any, value: int) -> None:
        setattr(instance, self.name, value * 10)


class Holder:
    field = Descriptor()

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        return "dynamic " + name

    def __init_subclass__(cls, tag: str = "", **kw: Any) -> None:
        super().__init_subclass__(**kw)
        cls.tag = tag

    def __class_getitem__(cls, item: Any) -> str:
        return f"{cls.__name__}[{item}]"

    def __new__(cls, *args: Any) -> Any:
        made = super().__new__(cls)
        made.args = args
        return made


class Held(Holder, tag="t"):
    pass


class Overloaded:
    __slots__ = ()

    @typing.overload
    def f(self, x: int) -> int: ...
    @typing.overload
    def f(self, x: str) -> str: ...
    def f(self, x: Any) -> Any:
        return x

    @functools.lru_cache
    def cached(self, n: int) -> int:
        return n * n

    @functools.singledispatchmethod
    def show(self, x: object) -> str:
        return "object"

    @show.register
    def _(self, x: int) -> str:
        return "int"


def speaks(s: Speaks) -> str:
    return s.speak()


def uses() -> list[object]:
    cache = Cache()
    cache["AB"] = "v"
    numbers = Numbers([1])
    numbers.append(5)
    holder = Holder(1, 2)
    holder.field = 4
    return [
        Box(3).get(), Box(4).map(str).value, Box(1) == Box(1), Stack().push(1).push(2).items, len(Stack()), Stack().kind(),
        Slotted(1).hidden(), Square(2.0).show(), attempt(Shape), speaks(Dog()), speaks(LoudDog()), LoudDog().said,
        Point(1, -2).norm(), Point(1).swapped, Movie(name="m", year=1), cache["ab"], cache["q"], numbers, numbers.total(),
        Made(1).by_meta, len(Made), holder.field, holder.args, holder.whatever, attempt(getattr, holder, "_no"), Held.tag, Holder[int], Held["x"],
        Overloaded().f(1), Overloaded().cached(3), Overloaded().show(1), Overloaded().show("x"),
    ]


print(uses())
with mock.patch.object(Dog, "speak", lambda self: "patched"):
    print(speaks(Dog()), speaks(LoudDog()))
print(Dog.speak.__code__.co_name, inspect.signature(Box.map), Color.mixed.__qualname__, Slotted.hidden.__name__, Dog().speak.__self__.__class__)


def attempt_wrong(f: Callable[..., Any]) -> str:
    try:
        f()
    except TypeError:
        return "TypeError"
    return "none"


print(attempt_wrong(lambda: Dog.speak()), attempt_wrong(lambda: Color.RED.mixed()), attempt(Dog().speak, 1))


# An object may get another class.
class Door:
    def __init__(self, name: str) -> None:
        self.name = name

    def open(self) -> None:
        self.__class__ = Opened


class Opened(Door):
    uses = 0

    def close(self) -> None:
        self.uses += 1
        self.__class__, closed = Door, True
        print("closed", closed)


door = Door("front")
door.open()
print(type(door).__name__, door.name, vars(door))
door.close()  # type: ignore[attr-defined]
print(type(door).__name__, vars(door))


# What a class has under a name that `type` itself has is for its objects.
class Named:
    def __init__(self, text: str) -> None:
        self.text = text

    @property
    def __name__(self) -> str:
        return "name of " + self.text

    def __bases__(self) -> int:
        return 3


print(Named("a").__name__, Named.__name__, Named("a").__bases__(), Named.__bases__, sorted(each for each in vars(Named) if each in ("__name__", "__bases__")))


class Pane:
    def __init__(self, n: int) -> None:
        self.n = n


class Shutter(Pane):
    def back(self) -> None:
        self.__class__ = Pane


class Unlike:
    def __init__(self, n: int) -> None:
        self.n = n

    def change(self) -> None:
        self.__class__ = Like


class Like:
    def __init__(self, n: int) -> None:
        self.n = n


class Far:
    n: int = 0


class Further(Far):
    m: int = 0


def changed(far: Far) -> Far:
    far.__class__ = Further
    return far


shutter, unlike = Shutter(3), Unlike(4)
shutter.back()
unlike.change()
print(type(shutter).__name__, shutter.n, type(unlike).__name__, unlike.n, type(changed(Far())).__name__)
