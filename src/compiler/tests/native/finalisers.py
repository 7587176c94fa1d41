# interpreted: Noted, Counted
"""What runs while the interpreter ends: it finds the module's names, functions and classes as they were."""

import atexit
import enum
import logging
import weakref
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field


class Colour(enum.Enum):
    RED = "red"


@dataclass(frozen=True)
class Point:
    x: int
    y: int


@dataclass(slots=True)
class Size:
    width: int
    colour: Colour = Colour.RED


def helper(number: int) -> int:
    return number + len(LIMITS)


def note(text: str) -> None:
    """Prints all that was said once nothing is missing: which goes first is the collector's business."""
    SAID.append(text)
    if len(SAID) == 17:
        print(*sorted(SAID), sep="\n")


def failing(number: int) -> int:
    if number > 0:
        raise ValueError(number)
    return number


class Noted:
    """Says what it finds when it goes."""

    label: str

    def __init__(self, label: str) -> None:
        self.label = label

    def __del__(self) -> None:
        found = [helper(2), NAME, LIMITS, ORIGIN.x + ORIGIN.y, Point(1, 2), Size(3), Colour.RED.value, isinstance(self, Noted)]
        try:
            failing(1)
        except ValueError as error:
            found.append(str(error))
        LOGGER.debug("turned away")
        if self.label != "another":
            found.append(Noted("another").label)
        note(f"{self.label} {found}")


@dataclass
class Counted:
    """Holds only what cannot lead back, so the collector need not see it."""

    number: int

    def __del__(self) -> None:
        note(f"counted {helper(self.number)} {NAME}")


class Owner:
    held: Noted
    me: "Owner | None"

    def __init__(self, label: str) -> None:
        self.held = Noted(label)
        self.me = self


class Holder:
    thing: Noted = Noted("in a class")


@dataclass
class Described:
    made: list[Noted] = field(default_factory=list)


def numbers() -> Generator[int, None, None]:
    try:
        yield 1
    finally:
        note(f"closed {helper(3)} {NAME}")


def counter() -> Callable[[], int]:
    kept = Noted("in a closure")

    def count() -> int:
        return len(kept.label)

    return count


async def waiting() -> None:
    try:
        await Never()
    finally:
        note(f"stopped {helper(4)} {NAME}")


class Never:
    def __await__(self) -> Iterator[None]:
        yield None


def gone(_: object) -> None:
    print("gone", helper(5), NAME)


def at_exit() -> None:
    print("at exit", helper(1), NAME)


NAME: str = "name"
LIMITS: list[int] = [1, 2]
ORIGIN = Point(3, 4)
LOGGER = logging.getLogger("finalisers")
SAID: list[str] = []

atexit.register(at_exit)
try:
    failing(1)
except ValueError as error:
    print(error)
LOGGER.debug("turned away")
print(Size(1), Colour("red"))

thing = Noted("global")
cycle = Owner("in a cycle")
described = Described([Noted("in a field")])
listed = [Noted("in a list")]
_private = Noted("private")
count = counter()
made = numbers()
print(next(made), count())
coroutine = waiting()
coroutine.send(None)
counted = Counted(7)
watched = Point(5, 6)
reference = weakref.ref(thing, gone)
weakref.finalize(watched, print, "finalised")
print("end")
