"""What generated programs import: running coroutines by hand, without an event loop."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from typing import Any


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
