# interpreted: Diamond, Loose, Mixin, Rebound.move, Shout
"""Inheritance: overriding, super() in all its forms, private names, subclasses made elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable


def attempt(f: Callable[..., Any], *args: Any) -> Any:
    lambda: 0
    try:
        return f(*args)
    except Exception as error:
        return type(error).__name__, str(error)


class Animal:
    name: str
    legs: int = 4

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def sound(self, times: int = 1) -> str:
        return "..." * times

    def speak(self) -> str:
        return f"{self.name}: {self.sound()}"

    @property
    def title(self) -> str:
        return self.name.title()

    @classmethod
    def of(cls, name: str) -> Animal:
        return cls(name)

    def me(self) -> str:
        return __class__.__name__


class Dog(Animal):
    trained: bool

    def __init__(self, name: str, trained: bool = False) -> None:
        super().__init__(name)
        self.trained = trained

    def sound(self, times: int = 2) -> str:
        return "wuff" * times

    def speak(self) -> str:
        return super().speak() + "!" + super().sound(times=1)

    @property
    def title(self) -> str:
        return "Dog " + super().title

    @classmethod
    def of(cls, name: str) -> Animal:
        made = super().of(name)
        made.name += "?"
        return made

    def me(self) -> str:
        return __class__.__name__ + super().me()


class Puppy(Dog):
    def __init__(self, name: str) -> None:
        super().__init__(name=name, trained=True)

    def sound(self, times: int = 3) -> str:
        base = super()
        return base.sound(times) + super(Dog, self).sound(1)

    def speak(self) -> str:
        extra = [super().sound(1) for _ in range(2)]
        return f"{super().speak()}{extra}"


class Silent(Puppy):
    pass


def all_of(animals: list[Animal]) -> list[str]:
    return [animal.speak() for animal in animals]


def titles(animals: list[Animal]) -> list[str]:
    return [f"{animal.title} {animal.legs} {animal.me()}" for animal in animals]


def dogs(dog: Dog) -> list[object]:
    return [dog.speak(), dog.sound(), dog.sound(times=1), dog.trained, isinstance(dog, Animal), isinstance(dog, Puppy)]


class Mixin:
    def sound(self, times: int = 1) -> str:
        lambda: 0
        return "mixin " + super().sound(times)

    def __init__(self, *args: Any) -> None:
        lambda: 0
        self.mixed = True
        super().__init__(*args)


class Diamond(Dog, Mixin):
    def extra(self) -> str:
        lambda: 0
        return "extra"


class Loose(Animal):
    __slots__ = ()
    extra: int = 3

    def sound(self, times: int = 1) -> str:
        return f"loose {times} {self.name}"


class Rebound(Animal):
    def move(self, other: Animal) -> str:
        self = other
        return super().sound()


class Strange(Animal):
    def sound(this, times: int = 1) -> str:
        return super().sound(times) + this.name


class NoArguments(Animal):
    @staticmethod
    def of(name: str) -> Animal:
        return NoArguments(name)

    def missing(self) -> object:
        return super().nothing()


print(all_of([Animal("a"), Dog("d"), Puppy("p"), Silent("s"), Diamond("x"), Loose("l"), Strange("t"), NoArguments("n")]))
print(titles([Animal("a"), Dog("d"), Puppy("p"), Silent("s"), Diamond("x"), Loose("l")]))
print(dogs(Dog("d")), dogs(Puppy("p")), dogs(Silent("q")), dogs(Diamond("z", True)))
print(Animal.of("o").name, Dog.of("o").name, type(Puppy.of("o")).__name__, Diamond.of("o").mixed, NoArguments.of("k").name)
print(attempt(Rebound("r").move, Animal("o")), attempt(NoArguments("n").missing))
print(Puppy.__mro__, Puppy.__bases__, Dog.__init__.__qualname__, Silent("s").__dict__)


class Account:
    __count: int = 0

    def __init__(self, owner: str) -> None:
        self.__owner = owner
        self.__log: list[str] = []

    def __note(self, text: str, *, __n: int = 1) -> None:
        self.__log.append(text * __n)
        self.__count += 1

    def deposit(self, __amount: int) -> int:
        __double = __amount * 2
        self.__note("d", _Account__n=2)
        self.__note("e")
        return __double

    def show(self) -> list[object]:
        return [self.__owner, self.__log, self.__count]


class Savings(Account):
    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.__owner = "hidden"

    def both(self) -> list[object]:
        return [self.__owner, self.show()]


account = Account("me")
print(account.deposit(5), account.show(), account._Account__count, sorted(vars(account)), Account._Account__note.__name__)
print(Savings("you").both(), attempt(getattr, account, "__count"), Savings("x")._Savings__owner)


@dataclass
class Base:
    a: int
    b: str = "b"

    def total(self) -> int:
        return self.a

    def describe(self) -> str:
        return f"{self.b}={self.total()}"


@dataclass
class Derived(Base):
    c: int = 3
    b: str = "B"

    def total(self) -> int:
        return super().total() + self.c


@dataclass
class Further(Derived):
    d: list[int] | None = None

    def total(self) -> int:
        return super().total() + len(self.d or [])


class Plain(Derived):
    def __init__(self, a: int) -> None:
        super().__init__(a, c=10)
        self.extra = a


@dataclass
class Again(Plain):
    e: int = 7


def make_all(n: int) -> list[Base]:
    return [Base(n), Derived(n), Further(n, "q", 4, [1, 2]), Plain(n), Again(n, e=8), Further(a=n, d=[1])]


def describe(all: list[Base]) -> list[str]:
    return [each.describe() for each in all]


print(make_all(1), describe(make_all(2)))
print(Derived(1) == Base(1), Derived(1) == Derived(1), Plain(1).extra, attempt(lambda: Again(1).extra))


class Shout(Base):
    __slots__ = ()

    def describe(self) -> str:
        return super().describe().upper()


print(describe([Shout(1), Further(1)]))


def patched(self: Any, times: int = 1) -> str:
    lambda: 0
    return "patched"


Dog.sound = patched
print(all_of([Animal("a"), Dog("d"), Puppy("p"), Diamond("x")]))
Animal.__init__ = lambda self, name: setattr(self, "name", name * 2)
print(Animal("a").name, Dog("d").name, Puppy("p").name)
