"""What generated programs import: running coroutines and generators by hand, and seeing what is evaluated when."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from enum import IntEnum, IntFlag
from typing import Any


class Level(IntEnum):
    """Numbers that say their names."""

    low = 0
    high = 3


class Access(IntFlag):
    """Numbers whose operators give numbers of their own."""

    read = 1
    write = 2


class pause:  # noqa: N801 - reads as a function
    """An awaitable that suspends the coroutine a few times."""

    def __init__(self, times: int) -> None:
        self.times = times

    def __await__(self) -> Generator[int, int, int]:
        total = 0
        for at in range(self.times):
            total += yield at
        return total


def drive(coroutine: Coroutine[Any, Any, Any]) -> object:
    """Runs a coroutine to its end, answering each suspension with a number."""
    try:
        coroutine.send(None)
        for answer in range(1000):
            coroutine.send(answer)
    except StopIteration as done:
        return done.value
    finally:
        coroutine.close()
    return "endless"


def walk(generator: Generator[Any, Any, Any], plan: list[str]) -> list[object]:
    """What a generator gives at each step of a plan."""
    did: list[object] = []
    for step in plan:
        word, _, what = step.partition(" ")
        try:
            match word:
                case "next":
                    did.append(next(generator))
                case "send":
                    did.append(generator.send(None if what == "None" else int(what)))
                case "throw":
                    did.append(generator.throw({"ValueError": ValueError, "KeyError": KeyError, "GeneratorExit": GeneratorExit}[what]("thrown")))
                case "close":
                    did.append(("closed", generator.close()))
                case _:
                    did.append(list(generator))
        except BaseException as error:
            did.append((type(error).__name__, str(error), getattr(error, "value", None)))
    return did


def seen(name: object, value: Any) -> Any:
    """The value, having said its name."""
    print("seen", name)
    return value
