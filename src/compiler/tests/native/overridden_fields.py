# interpreted: AboveFrozen, Aliased, Argument, Bell, Below, Both, Covered, Derived, Fixed, FrozenBelow, Given, Given2, Hiding, Hollow, Lazy, Measured, Named, Rated, Shape, Shut, Square, Taken, Telling
"""A name that is a field in one class of a hierarchy and something else in another."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import InitVar, asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar


def attempt(f: Callable[..., Any], *args: Any) -> Any:
    try:
        return f(*args)
    except Exception as error:
        return type(error).__name__, str(error)


# A field, and below it a property, a method, a function by another name, something that a call makes.
@dataclass
class Shape:
    a: int
    x: int = 3

    def get(self) -> object:
        return self.x


@dataclass
class Square(Shape):
    def x(self) -> int:  # type: ignore
        return 9


class Named:
    def __init__(self, name: str) -> None:
        self.name = name

    def put(self, name: str) -> str:
        self.name = name
        return self.name


class Derived(Named):
    @property
    def name(self) -> str:  # type: ignore
        return "derived " + self.stored

    @name.setter
    def name(self, value: str) -> None:
        self.stored = value


class Measured:
    size: int

    def read(self) -> object:
        return self.size


class Lazy(Measured):
    @cached_property
    def size(self) -> int:  # type: ignore
        print("measured")
        return 7


class Bell(Measured):
    size = lambda self: 8  # type: ignore  # noqa: E731


class Aliased(Measured):
    def seven(self) -> int:
        return 7

    size = seven  # type: ignore


def name_of(object_: Named) -> str:
    return object_.name


def x_of(shape: Shape) -> object:
    return shape.x


print(Shape(1).get(), Square(1).get(), Square(1, 4).x, x_of(Square(1, 5)), attempt(lambda: Square.x(None)))  # type: ignore
print([each.get() for each in [Shape(1), Square(2)]], Square(1, 4), Square(1) == Square(1), asdict(Square(1)))
shape = Square(1, 6)
del shape.x
print(x_of(shape), attempt(shape.get), attempt(shape.x))
print(name_of(Named("n")), name_of(Derived("n")), Derived("n").put("m"), sorted(vars(Derived("n"))))
print(attempt(Measured().read), Lazy().read(), Lazy().size, Bell().size(), Bell().read()(), Aliased().size())  # type: ignore


# A value of the class may stand below a field: it is what the field is while an object has none.
class Sized:
    size: int

    def read(self) -> int:
        return self.size


class Small(Sized):
    size = 1


class Large(Sized):
    size: int = 100


def size_of(sized: Sized) -> int:
    return sized.size


small = Small()
print(size_of(small), small.read(), Small.size, Large.size, size_of(Large()), attempt(size_of, Sized()))
small.size = 5
print(size_of(small), Small.size, sorted(vars(small)))
del small.size
print(size_of(small))


# Both in one class.
@dataclass
class Both:
    x: int

    def x(self) -> int:  # type: ignore
        return 2


print(Both(5).x, attempt(lambda: Both().x()))  # type: ignore


# Something else, and below it a field of a data class.
class Numbered:
    number = 4

    def shown(self) -> object:
        return self.number


@dataclass
class Given(Numbered):
    number: int


@dataclass
class Given2(Numbered):
    number: int = field(init=False)


# Of a class that is no data class it is none: what the base has is found as ever.
class Declared(Numbered):
    number: int


class Made(Numbered):
    number: int = 6

    def __init__(self, number: int) -> None:
        self.number = number


class Valued:
    limit: int = 5
    kinds: ClassVar[int] = 2


class Setting(Valued):
    kinds: int

    def __init__(self, limit: int) -> None:
        self.limit = limit


print(Given(), Given(1), Given.number, Given(2).shown(), attempt(lambda: Given2().number), Numbered().shown())
print(Declared.number, Declared().number, Declared().shown(), Made.number, Made(1).number, Made(1).shown())
print(Setting.limit, Setting(1).limit, Setting.kinds, Setting(1).kinds, sorted(vars(Setting(2))))


# A class variable, or an argument of `__init__` alone.
@dataclass
class Covered:
    x: int
    y: int = 0


@dataclass
class Fixed(Covered):
    x: ClassVar[int] = 7


@dataclass
class Taken(Covered):
    x: InitVar[int] = 4

    def __post_init__(self, x: int) -> None:
        self.y = x


@dataclass
class Hollow:
    x: InitVar[int] = 1

    def __post_init__(self, x: int) -> None:
        self.z = x


@dataclass
class Below(Hollow):
    x: int = 2

    def __post_init__(self) -> None:  # type: ignore
        self.z = self.x


@dataclass
class Argument:
    x: InitVar[int]

    def __post_init__(self, x: int) -> None:
        self.z = x


@dataclass
class Telling(Argument):
    @property
    def x(self) -> int:  # type: ignore
        return 3


def matched(telling: Argument) -> object:
    match telling:
        case Telling(x=found):
            return found
        case _:
            return None


print(matched(Telling(1)), matched(Argument(1)), Telling(2).z)
print(attempt(Fixed, 1), Fixed.x, attempt(Fixed, 1, 2), attempt(Taken, 3), attempt(Hollow, 5), attempt(Below, 6), attempt(Below))


# What a frozen data class forbids, methods of a class above it may not do either.
class AboveFrozen:
    a: int

    def put(self, a: int) -> int:
        self.a = a
        return self.a


@dataclass(frozen=True)
class FrozenBelow(AboveFrozen):
    a: int
    b: int = 0


@dataclass(frozen=True)
class Refusing:
    a: int = 1


@dataclass(frozen=True)
class WithSetter(Refusing):
    @property
    def twice(self) -> int:
        return self.a * 2

    @twice.setter
    def twice(self, value: int) -> None:
        print("never")


def set_twice(target: Any) -> int:
    for target.twice in [2]:
        pass
    return target.twice


def set_typed(target: WithSetter) -> int:
    target.twice = 2
    return target.twice


def store(target: AboveFrozen, a: int) -> int:
    target.a = a
    return target.a


print(AboveFrozen().put(1), attempt(FrozenBelow(1).put, 2), attempt(store, FrozenBelow(1), 3), replace(FrozenBelow(1), a=4), attempt(set_twice, WithSetter()), attempt(set_typed, WithSetter()))


# `super().name` finds what the classes have, whatever the object's field is.
@dataclass
class Defaulted:
    x: int = 5
    y: list[int] = field(default_factory=list)


@dataclass
class Above(Defaulted):
    x: int = 6

    def above(self) -> object:
        return super().x

    def above_y(self) -> object:
        try:
            return super().y
        except AttributeError:
            return "no class has it"

    def above_called(self) -> object:
        return super().x()  # type: ignore


@dataclass(slots=True)
class Slotted:
    x: int = 5


@dataclass(slots=True)
class AboveSlots(Slotted):
    def above(self) -> object:
        return super().x


@dataclass(slots=True)
class AgainSlots(Slotted):
    x: int = 6


def removed(slotted: Slotted) -> object:
    del slotted.x
    return slotted.x


class BelowFrozen(Refusing):
    b: int

    def __init__(self, a: int) -> None:
        self.b = a
        self.a = a


print(AboveSlots(9).above(), AgainSlots().x, AgainSlots(7).x, attempt(removed, AgainSlots(8)), attempt(removed, Slotted()))
print(attempt(BelowFrozen, 1))
print(Above(7).above(), Above().above(), Above(7).above_y(), attempt(Above(8).above_called))


# `__init__` and the like that `@dataclass` makes hide what the base has.
class Plain:
    def __init__(self, a: int = 1) -> None:
        self.a = a

    def __repr__(self) -> str:
        return "plain"

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 1


@dataclass
class Data(Plain):
    b: int = 2


def again(plain: Plain) -> object:
    plain.__init__(3)  # type: ignore
    return plain


def shown(plain: Plain) -> object:
    return [plain.__repr__(), repr(plain), plain == copy.copy(plain), attempt(plain.__hash__) if plain.__hash__ else None]


print(again(Plain()).__repr__(), vars(again(Plain())), again(Data()), vars(again(Data())), shown(Plain()), shown(Data()))


# A slot of a base has its value outside of the object's dict, and a value of the class below stands before the slot.
@dataclass(slots=True)
class Kept:
    a: int
    x: int = 1


class WithDict(Kept):
    pass


@dataclass
class Further(WithDict):
    b: int = 4


@dataclass(slots=True)
class Shut:
    a: int
    x: int = 1


@dataclass
class Hiding(Shut):
    x: int = 3

    def above(self) -> object:
        try:
            return super().x
        except AttributeError as error:
            return str(error)


def written(kept: Kept | Shut) -> object:
    vars(kept)["a"] = 5
    vars(kept).update(x=6, y=7)
    found = sorted(vars(kept).items())
    kept.__dict__ = {"a": 8, "z": 9}
    return [kept, found, vars(kept), attempt(getattr, kept, "y"), vars(copy.copy(kept)), pickle.loads(pickle.dumps(kept)).a]


print(vars(WithDict(1)), vars(Further(2)), vars(Hiding(3)), Hiding(4).above(), Hiding(5))
print(written(WithDict(1)), written(Further(2)), written(Hiding(3)))


# What only `__init__` gets has no slot.
@dataclass(slots=True)
class Rated:
    a: int
    x: InitVar[int]

    def __post_init__(self, x: int) -> None:
        self.a += x

    def keep(self) -> object:
        self.x = 3
        return self.x


def kept(rated: Rated) -> object:
    rated.x = 4
    return rated.x


print(Rated(1, 2), attempt(kept, Rated(3, 4)), attempt(Rated(5, 6).keep), attempt(setattr, Rated(7, 8), "x", 1))
