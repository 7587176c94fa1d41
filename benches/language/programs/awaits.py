"""Coroutines that await coroutines, none of which really suspends."""

from collections.abc import Coroutine
from typing import Any


async def leaf(number: int) -> int:
    return number * 2


async def branch(number: int) -> int:
    left = await leaf(number)
    right = await leaf(number + 1)
    return left + right


async def trunk(count: int) -> int:
    total = 0
    for number in range(count):
        total += await branch(number)
    return total


def drive(started: Coroutine[Any, Any, int]) -> int:
    try:
        started.send(None)
    except StopIteration as stop:
        return int(stop.value)
    raise RuntimeError("it suspended")


def run() -> str:
    return str(drive(trunk(30_000)))
