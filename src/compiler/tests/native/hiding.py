# interpreted: Changed, Changing
"""Attributes of an object that hide its class's methods, and those that do not."""

from dataclasses import dataclass
from typing import Any
from unittest import mock


class Greeter:
    name: str

    def __init__(self, name: str) -> None:
        self.name = name

    def greet(self, other: str) -> str:
        return f"{self.name} greets {other}"

    def twice(self, other: str) -> str:
        return self.greet(other) + ", " + self.greet(other)

    @property
    def loud(self) -> str:
        return self.name.upper()


class Louder(Greeter):
    def greet(self, other: str) -> str:
        return super().greet(other) + "!"


@dataclass(slots=True)
class Closed:
    size: int

    def doubled(self) -> int:
        return self.size * 2


def direct(greeter: Greeter) -> str:
    return greeter.greet("Ada")


def of_closed(closed: Closed) -> int:
    return closed.doubled()


def hidden_here() -> str:
    greeter = Greeter("Bo")
    setattr(greeter, "greet", lambda other: "hidden from " + other)
    return greeter.greet("Ada") + " / " + greeter.twice("Cy")


def hidden_by_assignment() -> str:
    greeter = Louder("Bo")
    greeter.greet = lambda other: "assigned for " + other  # type: ignore
    return greeter.greet("Ada") + " / " + greeter.twice("Cy")


def deleted_again(greeter: Any) -> str:
    greeter.greet = str.upper
    before = direct(greeter)
    del greeter.greet
    return before + " / " + direct(greeter)


def try_hiding_a_property(greeter: Any) -> str:
    try:
        greeter.loud = "silence"
    except AttributeError as error:
        return str(error)
    return "hidden"


print(direct(Greeter("Bo")), direct(Louder("Bo")))
print(hidden_here())
print(hidden_by_assignment())
print(deleted_again(Greeter("Di")))
print(try_hiding_a_property(Greeter("Ed")), Greeter("Ed").loud)
other = Greeter("Fay")
other.undeclared = 1  # type: ignore
print(direct(other), other.twice("Gus"), other.__dict__)
with mock.patch.object(other, "greet", return_value="patched"):
    print(direct(other), other.twice("Gus"))
print(direct(other), other.twice("Gus"))
with mock.patch.object(Greeter, "greet", return_value="patched class"):
    print(direct(other), direct(Louder("Bo")))
print(direct(other))
other.__dict__["greet"] = lambda other: "by namespace"
print(sorted(other.__dict__))
print(of_closed(Closed(4)))
try:
    Closed(4).doubled = len  # type: ignore
except AttributeError as error:
    print(error)


class Named:
    def __init__(self, name: str, size: int) -> None:
        self.__qualname__ = name
        self.__doc__ = "of " + name
        self.size = size

    def shown(self) -> str:
        return f"{self.__qualname__} {self.__doc__} {self.size}"


class Changing:
    def __init__(self, size: int) -> None:
        self.size = size
        self.__class__ = Changed  # type: ignore

    def say(self) -> str:
        return "first"


class Changed(Changing):
    def say(self) -> str:
        return "changed"


print(Named("x.y", 3).shown(), Named.__qualname__, Named.__doc__)
print(Changing(3).say(), type(Changing(4)).__name__)
