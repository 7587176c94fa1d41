"""Fields that subclasses declare again, with types that the base's slot can hold and with others."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import dataclass, field
from typing import Any, Callable, Optional


def attempt(f: Callable[..., Any], *args: Any) -> Any:
    lambda: 0
    try:
        return f(*args)
    except Exception as error:
        return type(error).__name__, str(error)


@dataclass
class Reading:
    value: float
    unit: str = "V"

    def shown(self) -> str:
        return f"{self.value}{self.unit}"


@dataclass
class Count(Reading):
    value: int

    def half(self) -> int:
        return self.value // 2


@dataclass(order=True)
class Flag(Count):
    value: bool


@dataclass
class Named(Flag):
    value: str  # type: ignore[assignment]
    unit: Optional[str] = None

    def upper(self) -> str:
        return self.value.upper() + (self.unit or "-")


class Animal:
    def __init__(self, name: str) -> None:
        self.name = name
        self.age: int = 3

    def sound(self) -> str:
        return "..."


class Dog(Animal):
    age: float

    def bark(self) -> str:
        return f"{self.name} barks"


class Cat(Animal):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.age: str = "nine"

    def older(self) -> str:
        return self.age + "!"


@dataclass
class Owner:
    pet: Animal
    others: list[Animal] = field(default_factory=list)
    spare: Optional[Animal] = None


@dataclass
class DogOwner(Owner):
    pet: Dog
    others: list[Dog] = field(default_factory=list)
    spare: Dog | None = None

    def noise(self) -> str:
        all = [self.pet.bark()] + [each.bark() for each in self.others]
        return ", ".join(all) + (self.spare.bark() if self.spare else "")


@dataclass(frozen=True)
class Limits:
    low: int | None
    high: float | None = None


@dataclass(frozen=True)
class Closed(Limits):
    low: int
    high: int | None = 7

    def size(self) -> int:
        return (self.high or 0) - self.low


def total(all: list[Reading]) -> Any:
    return [each.value for each in all]


def doubled(each: Reading) -> Any:
    return each.value * 2


def aged(animal: Animal) -> Any:
    animal.age += 1
    return animal.age


def run() -> None:
    print(Reading(1.5), Count(2), Flag(True), Named("n"))
    print(total([Reading(1.5), Count(2), Flag(True), Named("n")]))
    print([doubled(each) for each in [Reading(1.5), Count(2), Flag(True), Named("n")]])
    print(Reading(2), Count(2.5), Flag(1), attempt(Named, 3), attempt(Named("n").upper), attempt(Named(3).upper))  # type: ignore[arg-type]
    print([each.shown() for each in [Reading(1.5), Count(2), Flag(True), Named("n", "u")]])
    print(Count(5).half(), Flag(True).half(), attempt(Named("n").half), Flag(False) < Flag(True))
    for each in [Count(2), Flag(True), Named("n", None)]:
        print(dataclasses.asdict(each), dataclasses.replace(each, value=each.value * 2), copy.deepcopy(each) == each)
        print(pickle.loads(pickle.dumps(each)), vars(each), each.__match_args__)
    print(Count.__dataclass_fields__["value"].type, Flag.__annotations__, Count(2) == Reading(2))
    print(aged(Dog("rex")), aged(Animal("a")), attempt(aged, Cat("tom")), Cat("tom").older())
    print(DogOwner(Dog("rex"), [Dog("max")], Dog("kim")).noise(), attempt(DogOwner(Animal("a")).noise))  # type: ignore[arg-type]
    print(Closed(1), Closed(1).size(), Closed(1, None).size(), Limits(None, 2.5), hash(Closed(1)) == hash(Closed(1)))


run()
