"""async def that never suspends: awaited natively, from Python, and left alone."""

import asyncio
import inspect


def drive(coroutine):
    lambda: 0
    return asyncio.run(coroutine)


def attempt(f, *args):
    lambda: 0
    try:
        return f(*args)
    except Exception as error:
        return type(error).__name__, str(error)


async def suspends(x):
    lambda: 0
    await asyncio.sleep(0)
    return x


async def one(x: int) -> int:
    return x + 1


async def two(x: int, y: int = 5) -> int:
    return await one(x) + await one(y)


async def fails(x: int) -> float:
    return 1 / x


async def catches(x: int) -> str:
    try:
        await fails(x)
        return "fine"
    except ZeroDivisionError as error:
        return str(error)


async def nothing() -> None:
    pass


async def uses(x):
    lambda: 0
    return [await two(x), await catches(0), await nothing()]


def gives(x: int) -> object:
    return one(x)


print(drive(two(1)), drive(two(1, y=2)), drive(catches(0)), drive(catches(1)), drive(uses(3)), drive(nothing()))
print(inspect.iscoroutinefunction(two), inspect.signature(two), asyncio.iscoroutine(c := gives(1)), drive(c))
print(attempt(lambda: drive(fails(0))))
original = one


async def other(x):
    lambda: 0
    return x * 100


globals()["one"] = other
print(drive(two(1)))
globals()["one"] = original
print(drive(two(1)))
