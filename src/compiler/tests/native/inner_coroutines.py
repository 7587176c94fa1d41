# interpreted: by_hand.<locals>.hand_out
"""Coroutines and generators that are made inside functions: what they capture, how they end, what they show of themselves."""

import asyncio
import contextvars
import gc
import inspect
import traceback
import types
import warnings
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager


def attempt(f, *args):
    try:
        return f(*args)
    except BaseException as error:
        return type(error).__name__, str(error), repr(error.__cause__), repr(error.__context__)


def lines(error: BaseException) -> list[tuple[str, int]]:
    return [
        (each.name, each.lineno or 0)
        for each in traceback.extract_tb(error.__traceback__)
        if each.filename.endswith("inner_coroutines.py")
    ]


# Generators.


def counter(start: int) -> tuple[Callable[[int], Iterator[int]], Callable[[], int]]:
    total = start

    def count(stop: int) -> Iterator[int]:
        nonlocal total
        for each in range(stop):
            total += each
            got = yield total
            if got is not None:
                total = got

    def read() -> int:
        return total

    return count, read


count, read = counter(10)
print(list(count(4)), read(), list(count(3)), read())
running = count(5)
print(next(running), running.send(100), next(running), read())
print(attempt(running.throw, KeyError("x")), attempt(next, running), read())
print(count.__qualname__, running.__qualname__, running.__name__, repr(running).split(" at ")[0])
print(inspect.isgeneratorfunction(count), inspect.isgenerator(running), inspect.isgeneratorfunction(read))


def unbound() -> Iterator[str]:
    def walk() -> Iterator[str]:
        yield "before"
        yield late

    yield from walk()
    late = "bound"
    yield from walk()


print(attempt(list, unbound()))


def bound() -> Iterator[str]:
    def walk() -> Iterator[str]:
        yield "before"
        yield late

    making = walk()
    yield next(making)
    late = "bound"
    yield from making
    del late
    yield from walk()


def shown(iterator: Iterator[str]) -> list[str]:
    found = []
    try:
        for each in iterator:
            found.append(each)
    except NameError as error:
        found.append(str(error))
    return found


print(shown(bound()))


def tree(depth: int) -> list[int]:
    def walk(level: int) -> Iterator[int]:
        if level < depth:
            yield from walk(level + 1)
            yield level
            yield from walk(level + 1)

    return list(walk(0))


print(tree(3))


def parameters(first: int, /, second: int = 2, *rest: int, named: str = "n", **more: int) -> list[object]:
    def give(a: int, /, b: int = second, *c: int, d: str = named, **e: int) -> Iterator[object]:
        yield a + first
        yield b, c, d, e
        yield rest, more
        b = 5
        yield b

    return list(give(1)) + list(give(1, 2, 3, 4, d="q", z=9))


print(parameters(10, 20, 30, named="m", extra=7))


def wrong() -> list[object]:
    def typed(number: int, text: str) -> Iterator[str]:
        captured.append(number)
        yield text * number

    captured: list[int] = []
    return [attempt(typed, 1), attempt(list, typed(2, "ab")), captured]


print(wrong())


def stops() -> list[object]:
    outside = StopIteration(5)

    def bad() -> Iterator[int]:
        yield 1
        raise outside

    def ended() -> Iterator[int]:
        yield 1
        return read() - read()

    def delegated() -> Iterator[int]:
        got = yield from ended()
        yield got + 40

    return [attempt(list, bad()), list(delegated())]


print(stops())


def closed() -> list[str]:
    said: list[str] = []

    def hold(name: str) -> Iterator[str]:
        try:
            yield name
        except GeneratorExit:
            said.append("exit " + name)
            raise
        finally:
            said.append("finally " + name)

    def refuse() -> Iterator[str]:
        while True:
            try:
                yield "again"
            except GeneratorExit:
                said.append("no")
                if len(said) > 6:
                    return

    first = hold("a")
    next(first)
    first.close()
    second = hold("b")
    next(second)
    del second
    gc.collect()
    hold("never").close()
    third = refuse()
    next(third)
    said.append(str(attempt(third.close)))
    third.close()
    return said


print(closed())


@contextmanager
def changed(values: list[int]) -> Iterator[list[int]]:
    @contextmanager
    def inner(value: int) -> Iterator[int]:
        values.append(value)
        try:
            yield value
        finally:
            values.pop()

    with inner(1) as one, inner(one + 1):
        yield values


with changed([0]) as found:
    print(found)
print(found)


def handled() -> list[object]:
    def nested() -> Iterator[object]:
        try:
            raise KeyError("outer")
        except KeyError:
            yield attempt(fail)
            try:
                yield 1
            except ValueError as error:
                yield repr(error.__context__)

    def fail() -> None:
        raise LookupError("inner")

    running = nested()
    return [next(running), next(running), running.throw(ValueError("in"))]


print(handled())


def frames() -> Iterator[object]:
    base = 1

    def show() -> Iterator[object]:
        yield base
        yield base

    shown = show()
    yield shown.gi_frame.f_lineno - show.__code__.co_firstlineno, shown.gi_suspended, inspect.getgeneratorstate(shown)
    next(shown)
    yield shown.gi_frame.f_lineno - show.__code__.co_firstlineno, shown.gi_suspended, inspect.getgeneratorstate(shown)
    yield shown.gi_code is show.__code__, show.__closure__ is not None and show.__closure__[0].cell_contents
    list(shown)
    yield shown.gi_frame, inspect.getgeneratorstate(shown)


print(list(frames()))


def endless() -> object:
    def cycle() -> Iterator[object]:
        mine.append(running)
        yield 1
        yield mine

    mine: list[object] = []
    running = cycle()
    next(running)
    return weakref.ref(running)


reference = endless()
gc.collect()
print(reference())


# Coroutines.

request: contextvars.ContextVar[str] = contextvars.ContextVar("request", default="none")


async def gather(names: list[str], pause: float) -> list[str]:
    order: list[str] = []

    async def one(name: str) -> str:
        request.set(name)
        order.append("+" + name)
        await asyncio.sleep(pause)
        order.append("-" + request.get())
        return name.upper()

    async def quick() -> int:
        return len(order)

    async def nothing() -> None:
        order.append("nothing")

    found = await asyncio.gather(*(one(name) for name in names))
    await nothing()
    return found + order + [request.get(), str(await quick())]


print(asyncio.run(gather(["a", "b", "c"], 0)))


def decorate(times: int) -> Callable[[Callable[..., object]], Callable[..., object]]:
    def with_function(function: Callable[..., object]) -> Callable[..., object]:
        async def wrapper(*args: object, **kwargs: object) -> list[object]:
            return [await function(*args, **kwargs) for _ in range(times)]

        wrapper.__name__ = function.__name__
        return wrapper

    return with_function


@decorate(3)
async def answer(value: int, add: int = 1) -> int:
    await asyncio.sleep(0)
    return value + add


print(asyncio.run(answer(4)), asyncio.run(answer(4, add=5)), answer.__name__, inspect.iscoroutinefunction(answer))


async def raising() -> None:
    deep = 3

    async def fall(level: int) -> int:
        if level == deep:
            raise ValueError(level)
        return await fall(level + 1)

    await fall(0)


async def caught() -> None:
    try:
        await raising()
    except ValueError as error:
        print(lines(error))


asyncio.run(caught())


async def cancelled() -> list[str]:
    said: list[str] = []

    async def wait(name: str) -> None:
        try:
            await asyncio.sleep(100)
        except asyncio.CancelledError:
            said.append("cancelled " + name)
            raise
        finally:
            await asyncio.sleep(0)
            said.append("finally " + name)

    task = asyncio.create_task(wait("a"))
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        said.append("seen")
    try:
        async with asyncio.timeout(0.001):
            await wait("b")
    except TimeoutError:
        said.append("late")
    return said


print(asyncio.run(cancelled()))


async def iterating() -> list[object]:
    class Numbers:
        def __init__(self, stop: int) -> None:
            self.stop = stop
            self.at = 0

        def __aiter__(self) -> "Numbers":
            return self

        async def __anext__(self) -> int:
            await asyncio.sleep(0)
            if self.at == self.stop:
                raise StopAsyncIteration
            self.at += 1
            return self.at

    async def total(stop: int) -> int:
        sum = 0
        async for each in Numbers(stop):
            sum += each
        return sum

    async def doubled(stop: int) -> list[int]:
        return [each * factor async for each in Numbers(stop) if each != 2]

    factor = 2
    return [await total(4), await doubled(3)]


print(asyncio.run(iterating()))


@asynccontextmanager
async def opened(name: str) -> AsyncIterator[str]:
    async def close() -> None:
        await asyncio.sleep(0)
        print("closed", name)

    try:
        yield name
    finally:
        await close()


async def using() -> None:
    async with opened("x") as name:
        print(name)


asyncio.run(using())


def never_awaited() -> list[str]:
    base = 1

    async def forgotten() -> int:
        return base

    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        forgotten()
        gc.collect()
    return [str(each.message) for each in seen]


print(never_awaited())


def by_hand() -> list[object]:
    @types.coroutine
    def hand_out(value: int) -> Iterator[int]:
        got = yield value
        return got

    base = 5

    async def stepping() -> int:
        first = await hand_out(base)
        second = await hand_out(first + base)
        return first + second

    running = stepping()
    found: list[object] = [running.cr_await, running.send(None), running.cr_await is not None, running.send(10)]
    found.append(attempt(running.send, 20))
    found.append(attempt(running.send, None))
    again = stepping()
    again.send(None)
    found.append(attempt(again.throw, KeyError("k")))
    found.append(inspect.getcoroutinestate(again))
    last = stepping()
    last.send(None)
    last.close()
    found.append((inspect.getcoroutinestate(last), last.cr_frame))
    return found


print(by_hand())


async def many(number: int) -> int:
    base = number

    async def value(each: int) -> int:
        if each % 3 == 0:
            await asyncio.sleep(0)
        return each + base

    total = 0
    for each in range(50):
        total += await value(each)
    return total


async def race() -> int:
    return sum(await asyncio.gather(*[many(each) for each in range(20)]))


print(asyncio.run(race()))
