"""Asynchronous generators: walking, sending, throwing, closing, the event loop's hooks, what they show of themselves."""

import asyncio
import collections.abc
import contextvars
import gc
import inspect
import sys
import traceback
import types
import warnings
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import aclosing, asynccontextmanager


def attempt(f, *args):
    try:
        return f(*args)
    except BaseException as error:
        return type(error).__name__, str(error), repr(error.__cause__), repr(error.__context__)


async def outcome(awaitable):
    try:
        return await awaitable
    except BaseException as error:
        return type(error).__name__, str(error), repr(error.__cause__), repr(error.__context__)


def lines(error: BaseException) -> list[tuple[str, int]]:
    return [
        (each.name, each.lineno or 0)
        for each in traceback.extract_tb(error.__traceback__)
        if each.filename.endswith("async_generators.py")
    ]


class Slow:
    """Hands out what it was made with, and gives what it is sent."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __await__(self) -> Generator[object, object, object]:
        return (yield self.value)


# Walking.


async def numbers(stop: int, pause: bool = True) -> AsyncIterator[int]:
    for each in range(stop):
        if pause:
            await asyncio.sleep(0)
        yield each


async def doubled(source: AsyncIterator[int]) -> AsyncIterator[int]:
    async for each in source:
        yield each * 2


async def walking() -> None:
    print([each async for each in numbers(4)], [each async for each in numbers(3, False)])
    print([each async for each in doubled(doubled(numbers(4)))])
    print({each: other async for each in numbers(3) if each async for other in numbers(each)})
    source = numbers(3)
    print(await anext(source), await anext(source), await anext(source), await anext(source, "end"), await outcome(anext(source)))
    print(await outcome(source.__anext__()), await outcome(source.asend(1)), await outcome(source.aclose()))
    print([each async for each in source])
    found = []
    async for each in numbers(9):
        if each == 3:
            break
        found.append(each)
    else:
        found.append(-1)
    print(found)


asyncio.run(walking())


# Sending, throwing, closing.


async def talking(first: int) -> AsyncGenerator[object, object]:
    got: object = first
    while True:
        try:
            got = yield got
        except KeyError as error:
            got = f"caught {error}"
        except GeneratorExit:
            print("exit")
            raise
        finally:
            await asyncio.sleep(0)


async def conversing() -> None:
    running = talking(1)
    print(await outcome(running.asend(5)))
    print(await running.asend(None), await running.asend("x"), await running.athrow(KeyError("k")))
    print(await outcome(running.athrow(KeyError)), await outcome(running.athrow(ValueError("v"))))
    print(await outcome(running.asend(1)), await outcome(running.athrow(ValueError("late"))), await outcome(running.aclose()))
    running = talking(2)
    print(await anext(running), await outcome(running.aclose()), await outcome(running.aclose()), await outcome(anext(running)))
    unstarted = talking(3)
    print(await outcome(unstarted.aclose()), await outcome(anext(unstarted)))
    unstarted = talking(4)
    print(await outcome(unstarted.athrow(LookupError("early"))), await outcome(anext(unstarted)))
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        running = talking(5)
        await anext(running)
        print(await running.athrow(KeyError, "old"), await outcome(running.athrow(ValueError, "older", None)))
    print([str(each.message) for each in seen])


asyncio.run(conversing())


async def stubborn() -> AsyncIterator[int]:
    while True:
        try:
            yield 1
        except GeneratorExit:
            yield 2
            return


async def stops(kind: type[BaseException]) -> AsyncIterator[int]:
    yield 1
    raise kind("out")


async def failing() -> None:
    running = stubborn()
    print(await anext(running), await outcome(running.aclose()))
    print(await outcome(anext(running)))
    for kind in (StopIteration, StopAsyncIteration, GeneratorExit, asyncio.CancelledError, ZeroDivisionError):
        walked = stops(kind)
        print(await anext(walked), await outcome(anext(walked)), await outcome(anext(walked)))


asyncio.run(failing())


async def inner_lines() -> AsyncIterator[int]:
    yield 1
    await asyncio.sleep(0)
    raise ValueError("deep")


async def outer_lines() -> AsyncIterator[int]:
    async for each in inner_lines():
        yield each


async def seen_lines() -> None:
    try:
        async for _ in outer_lines():
            pass
    except ValueError as error:
        print(lines(error))


asyncio.run(seen_lines())


# Driven by hand.


async def hand(value: object) -> AsyncGenerator[object, object]:
    got = await Slow(value)
    sent = yield ("first", got)
    try:
        got = await Slow("second")
    except LookupError as error:
        got = repr(error)
    yield ("third", sent, got)


def step(f, *args):
    try:
        return "out", f(*args)
    except StopIteration as stop:
        return "done", stop.value
    except BaseException as error:
        return type(error).__name__, str(error)


def by_hand() -> None:
    made = hand("a")
    print(inspect.getasyncgenstate(made), made.ag_running, made.ag_await, made.ag_suspended)
    first = made.__anext__()
    print(type(first).__name__, iter(first) is first, first.__await__() is first)
    print(step(first.send, None), inspect.getasyncgenstate(made), made.ag_running, made.ag_await is not None)
    other = made.asend(3)
    print(step(other.send, None), step(other.send, None), step(made.aclose().send, None), step(made.athrow(ValueError).send, None))
    print(step(first.send, 7), step(first.send, None), step(first.throw, ValueError), first.close(), made.ag_running)
    second = made.asend("sent")
    print(step(second.send, None), step(second.throw, LookupError("thrown")), made.ag_suspended)
    closing = made.aclose()
    print(step(closing.send, 5), step(closing.send, None), step(closing.send, None), made.ag_frame, inspect.getasyncgenstate(made))
    again = hand("b")
    waiting = again.__anext__()
    print(step(waiting.send, None), step(waiting.close), step(waiting.send, None), inspect.getasyncgenstate(again))
    again = hand("c")
    waiting = again.athrow(ValueError("x"))
    print(step(waiting.throw, KeyError("y")), step(waiting.close), inspect.getasyncgenstate(again))
    again = hand("d")
    next_one = again.asend(None)
    print(step(next_one.send, None), step(next_one.throw, RuntimeError("r")), step(again.asend(1).send, None))
    again = hand("e")
    print(step(again.asend(1).send, None), step(again.__anext__().send, 9))
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        again.asend(1)
        again.athrow(ValueError)
        again.aclose()
        hand("f")
        gc.collect()
    print([str(each.message) for each in seen])


by_hand()


async def throws_while_closing() -> AsyncIterator[int]:
    try:
        yield 1
    finally:
        await Slow("closing")
        yield 2


def closing_by_hand() -> None:
    made = throws_while_closing()
    print(step(made.__anext__().send, None))
    closing = made.aclose()
    print(step(closing.send, None), step(closing.send, None), step(closing.send, None), step(made.__anext__().send, None))
    made = throws_while_closing()
    print(step(made.__anext__().send, None))
    closing = made.aclose()
    print(step(closing.send, None), step(closing.throw, KeyError("k")), step(made.__anext__().send, None))
    made = throws_while_closing()
    print(step(made.__anext__().send, None))
    closing = made.aclose()
    print(step(closing.throw, GeneratorExit), step(closing.close))


closing_by_hand()


# What they are.


async def described(a: int, *, b: str = "b") -> AsyncIterator[str]:
    """Documented."""
    yield b * a


def describing() -> None:
    made = described(2)
    print(inspect.isasyncgenfunction(described), inspect.iscoroutinefunction(described), inspect.isgeneratorfunction(described))
    print(inspect.isasyncgen(made), inspect.isawaitable(made), isinstance(made, types.AsyncGeneratorType), isinstance(made, collections.abc.AsyncGenerator))
    print(isinstance(made, collections.abc.AsyncIterator), isinstance(made, collections.abc.Coroutine), isinstance(made.aclose(), collections.abc.Coroutine))
    print(made.__name__, made.__qualname__, repr(made).split(" at ")[0], type(made).__name__, described.__doc__)
    print(made.ag_code is described.__code__, made.ag_frame.f_lineno - described.__code__.co_firstlineno, aiter(made) is made)
    print(attempt(iter, made), attempt(next, made), attempt(made.asend), attempt(lambda: made.athrow()) is None)
    print(inspect.signature(described), attempt(described), attempt(described, "x", "y"))
    made.__name__ = "renamed"
    print(made.__name__, attempt(setattr, made, "__qualname__", 5))


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    describing()
    gc.collect()


async def awaits_one() -> object:
    return await outcome(described(1))


print(attempt(asyncio.run, awaits_one()))


async def loops_over() -> object:
    async def inner() -> list[int]:
        return [each for each in numbers(2)]

    return await outcome(inner())


print(asyncio.run(loops_over()))


# The event loop's hooks, finalising.


async def held(said: list[str], name: str) -> AsyncIterator[int]:
    try:
        yield 1
        yield 2
    finally:
        await asyncio.sleep(0)
        said.append("closed " + name)


async def dropping() -> list[str]:
    said: list[str] = []
    async for each in held(said, "broken"):
        break
    gc.collect()
    await asyncio.sleep(0.01)
    kept = held(said, "kept")
    await anext(kept)
    async with aclosing(held(said, "with")) as closing:
        await anext(closing)
    said.append("end")
    keep.append(kept)
    keep.append(said)
    return said


keep: list[object] = []
print(asyncio.run(dropping()))
keep.clear()


def hooks() -> None:
    told: list[str] = []

    def first(made: AsyncGenerator[object, object]) -> None:
        told.append("first " + made.__name__)

    def last(made: AsyncGenerator[object, object]) -> None:
        told.append("last " + made.__name__)

    before = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(first, last)
    made = hand("z")
    told.append("made")
    step(made.__anext__().send, None)
    step(made.__anext__().send, None)
    sys.set_asyncgen_hooks(*before)
    del made
    gc.collect()
    without = hand("y")
    step(without.__anext__().send, None)
    del without
    gc.collect()
    print(told)


hooks()


def refusing(made: object) -> None:
    raise ValueError("no hook")


def refused_hook() -> None:
    before = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(firstiter=refusing)
    made = hand("w")
    print(attempt(made.__anext__), step(made.__anext__().send, None))
    sys.set_asyncgen_hooks(*before)


refused_hook()


def cycle() -> object:
    async def endless() -> AsyncIterator[object]:
        yield holder
        yield made

    holder: list[object] = []
    made = endless()
    holder.append(made)
    step(made.__anext__().send, None)
    return weakref.ref(made)


reference = cycle()
gc.collect()
print(reference())


# Inside functions, in classes, as expressions.


class Feed:
    def __init__(self, items: list[int]) -> None:
        self.items = items

    async def __aiter__(self) -> AsyncIterator[int]:
        for each in self.items:
            yield each

    async def pairs(self) -> AsyncIterator[tuple[int, int]]:
        async for each in self:
            yield each, each * each

    @classmethod
    async def made(cls, stop: int) -> AsyncIterator["Feed"]:
        for each in range(stop):
            yield cls([each])

    @staticmethod
    async def plain() -> AsyncIterator[str]:
        yield "plain"


async def feeding() -> None:
    feed = Feed([1, 2, 3])
    print([each async for each in feed], [each async for each in feed.pairs()])
    print([each.items async for each in Feed.made(2)], [each async for each in Feed.plain()])


asyncio.run(feeding())


async def square(value: int) -> int:
    await asyncio.sleep(0)
    return value * value


async def expressions(stop: int) -> None:
    offset = 10
    made = (each + offset async for each in numbers(stop) if each != 1)
    print(type(made).__name__, made.__name__, [each async for each in made])
    waiting = (await square(each) for each in range(stop))
    print(type(waiting).__name__, [each async for each in waiting])
    nested = ((each, other) async for each in numbers(stop) for other in range(each) if await square(other) == other)
    print([each async for each in nested])
    late = (each for each in await given(stop))
    print(list(late))
    print(await outcome(first_of(1 // each async for each in numbers(2))))
    print(attempt(lambda: list(each async for each in numbers(2))))
    print(attempt(lambda: (each async for each in [1])))


async def given(stop: int) -> list[int]:
    return list(range(stop))


async def first_of(source: AsyncIterator[int]) -> int:
    async for each in source:
        return each
    return -1


asyncio.run(expressions(4))


def make(names: list[str]) -> Callable[[int], AsyncIterator[str]]:
    count = 0

    async def cycle(times: int) -> AsyncIterator[str]:
        nonlocal count
        for _ in range(times):
            for name in names:
                count += 1
                got = yield f"{name}{count}"
                if got is not None:
                    names.append(str(got))

    return cycle


async def captured() -> None:
    cycle = make(["a", "b"])
    print([each async for each in cycle(2)], [each async for each in cycle(1)])
    running = cycle(1)
    await anext(running)
    print(await running.asend("c"), await anext(running), await outcome(anext(running)))


asyncio.run(captured())


@asynccontextmanager
async def opened(name: str) -> AsyncIterator[str]:
    print("open", name)
    try:
        yield name.upper()
    except KeyError as error:
        print("suppressed", error)
    finally:
        print("close", name)


async def using() -> None:
    async with opened("a") as one, opened("b") as two:
        print(one, two)
        raise KeyError("inside")
    try:
        async with opened("c"):
            raise ValueError("passes")
    except ValueError as error:
        print(error)


asyncio.run(using())


# Contexts, tasks, cancelling.

request: contextvars.ContextVar[str] = contextvars.ContextVar("request", default="none")


async def in_context(name: str) -> AsyncIterator[str]:
    token = request.set(name)
    yield request.get()
    await asyncio.sleep(0)
    yield request.get()
    request.reset(token)


async def one_task(name: str) -> list[str]:
    found = [each async for each in in_context(name)]
    return [*found, request.get()]


async def tasks() -> None:
    print(await asyncio.gather(one_task("a"), one_task("b")), request.get())


asyncio.run(tasks())


async def ticking(said: list[str]) -> AsyncIterator[int]:
    try:
        while True:
            yield 1
            await asyncio.sleep(10)
    except asyncio.CancelledError:
        said.append("cancelled")
        raise
    finally:
        said.append("finally")


async def cancelling() -> list[str]:
    said: list[str] = []
    try:
        async with asyncio.timeout(0.01):
            async for each in ticking(said):
                said.append(str(each))
    except TimeoutError:
        said.append("late")
    return said


print(asyncio.run(cancelling()))


async def handling() -> AsyncIterator[object]:
    try:
        raise KeyError("outer")
    except KeyError:
        yield sys.exception()
        try:
            await Slow("x")
        except ValueError as error:
            yield repr(error.__context__)


def handled() -> None:
    made = handling()
    print(step(made.__anext__().send, None), sys.exception())
    try:
        raise LookupError("around")
    except LookupError:
        waiting = made.__anext__()
        print(step(waiting.send, None), repr(sys.exception()))
        print(step(waiting.throw, ValueError("thrown")))


handled()


async def summing(stop: int) -> int:
    total = 0
    async for each in numbers(stop, False):
        total += each
    return total


print(asyncio.run(summing(3000)))


async def typed(count: int) -> AsyncIterator[int]:
    for each in range(count):
        yield each


async def wrong_type() -> None:
    print((await outcome(anext(typed("x"))))[0])
    print(await outcome(anext(typed(1))))


asyncio.run(wrong_type())
