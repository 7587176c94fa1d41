"""Awaits and yields near comprehensions."""

import asyncio
from collections.abc import AsyncIterator


async def double(x: int) -> int:
    await asyncio.sleep(0)
    return x * 2


async def numbers(n: int) -> AsyncIterator[int]:
    for i in range(n):
        await asyncio.sleep(0)
        yield i


def attempt(f, *args):
    try:
        return f(*args)
    except BaseException as error:
        return type(error).__name__, str(error)


async def comprehends(n: int) -> object:
    doubled = [await double(x) for x in range(n)]
    tested = {x for x in range(n) if await double(x) > 2}
    table = {await double(x): [await double(y) for y in range(x)] for x in range(n)}
    started = [x for x in [await double(1), await double(2)]]
    return doubled, tested, table, started


async def gathers(n: int) -> object:
    return sum(await double(x) for x in range(n))


async def consumed(n: int) -> int:
    values = [await double(n), 3]
    return sum(x * 2 for x in values)


async def asynchronous(n: int) -> object:
    return [x async for x in numbers(n)], {x: 1 async for x in numbers(n) if x % 2}


def walk(rows: list[list[int]]):
    for row in rows:
        yield [x * 2 for x in row]
        yield from (x + 1 for x in row)
        total = sum(x for x in row)
        yield any(x > total / 2 for x in row)


print(asyncio.run(comprehends(4)), attempt(asyncio.run, gathers(3)), asyncio.run(consumed(2)), asyncio.run(asynchronous(4)))
print(list(walk([[1, 2], [3]])))


def lazily(n: int) -> list[object]:
    factor = 10
    made = (x * factor for x in range(n) if x != 2)
    factor = 100
    rows = ((x, y) for x in range(2) for y in range(x + factor, x + factor + 2))
    nested = ((z for z in range(w)) for w in range(3))
    found: list[object] = [next(made), next(made)]
    factor = 1
    found.append(list(made))
    found.append(list(rows))
    found.append([list(each) for each in nested])
    found.append((repr(made)[:36], made.__name__, made.__qualname__))
    return found


def scaled(values: list[int], by: int) -> int:
    return sum(value * by for value in values) + max((value * by for value in values), default=0)


def of_parameter(values: list[int], by: int):
    return map(str, (value * by for value in values))


def eager_iterable() -> list[object]:
    return [attempt(not_iterable), attempt(lambda: list(failing(1)))]


def not_iterable():
    number: object = 5
    return (x for x in number)


def failing(n: int):
    return (1 // (x - n) for x in range(3))


def two_on_a_line(n: int) -> list[list[int]]:
    a, b = (x + 1 for x in range(n)), (x + 2 for x in range(n))
    return [list(a), list(b)]


async def lazily_awaits(n: int) -> list[int]:
    made = (await double(x) async for x in numbers(n) if x != 1)
    found = []
    async for each in made:
        found.append(each)
    return found + [y async for y in (await double(x) for x in [n, n])]


async def asynchronous_pairs(n: int) -> list[tuple[int, int]]:
    return [(x, y) for x in range(n) async for y in numbers(x) if await double(y) >= 0 if x]


async def fails_inside(n: int) -> object:
    try:
        return [1 // (x - n) async for x in numbers(5)]
    except ZeroDivisionError as error:
        return str(error)


class Shelf:
    items: list[int]

    def __init__(self, items: list[int]) -> None:
        self.items = items

    def scaled(self, by: int):
        return (item * by for item in self.items if item in self.items)


print(lazily(5), scaled([1, 2, 3], 4), list(of_parameter([1, 2], 3)), eager_iterable(), two_on_a_line(2))
print(asyncio.run(lazily_awaits(3)), asyncio.run(asynchronous_pairs(3)), asyncio.run(fails_inside(2)), list(Shelf([1, 2]).scaled(5)))
