# interpreted: old_style
"""What others see of coroutines and generators: warnings, tasks, the debugger's attributes, context managers, copies."""

import asyncio
import collections.abc
import contextlib
import copy
import gc
import inspect
import io
import operator
import pickle
import re
import sys
import types
import warnings
from collections.abc import Iterator


def attempt(f, *args):
    try:
        return f(*args)
    except BaseException as error:
        return type(error).__name__, re.sub("0x[0-9a-f]+", "0x", str(error))


async def simple(x: int) -> int:
    return x


async def suspends(x: int) -> int:
    await asyncio.sleep(0)
    return x


async def chain(x: int) -> int:
    return await suspends(x)


def numbers(n: int) -> Iterator[int]:
    for i in range(n):
        yield i


class Maker:
    async def method(self) -> int:
        await asyncio.sleep(0)
        return 1

    def walk(self) -> Iterator[int]:
        yield 1


def warned(f):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        f()
        gc.collect()
        return [(each.category.__name__, str(each.message)) for each in found]


def leave_created():
    simple(1)
    suspends(1)
    Maker().method()


def leave_started():
    made = suspends(1)
    made.send(None)


def leave_closed():
    made = suspends(1)
    made.close()


def leave_thrown():
    made = suspends(1)
    attempt(made.throw, ValueError("x"))


print(warned(leave_created), warned(leave_started), warned(leave_closed), warned(leave_thrown))


def as_errors():
    caught = []
    old = sys.unraisablehook
    sys.unraisablehook = lambda found: caught.append((type(found.exc_value).__name__, str(found.exc_value)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            leave_created()
            gc.collect()
    finally:
        sys.unraisablehook = old
    return caught


print(as_errors())


async def tasks() -> list[object]:
    task = asyncio.create_task(chain(3), name="named")
    said: list[object] = [re.sub("at [^ ]*:", "at ", repr(task))]
    await asyncio.sleep(0)
    said.append(task.get_coro().cr_await.__name__)
    said.append(len(task.get_stack()))
    out = io.StringIO()
    task.print_stack(file=out)
    said.append(re.findall("line [0-9]+, in .*", out.getvalue()))
    said.append(task.get_coro().cr_frame.f_lineno - task.get_coro().cr_code.co_firstlineno)
    graph = asyncio.capture_call_graph(task)
    said.append([each.frame.f_code.co_name for each in graph.call_stack])
    said.append(await task)
    said.append(task.get_coro().cr_frame)
    return said


print(asyncio.run(tasks()))
print(asyncio.run(chain(4), debug=True))

for made in (simple(1), suspends(1), Maker().method(), numbers(2), Maker().walk()):
    kinds = (types.CoroutineType, types.GeneratorType, collections.abc.Coroutine, collections.abc.Awaitable, collections.abc.Generator, collections.abc.Iterator, collections.abc.Hashable)
    print([isinstance(made, kind) for kind in kinds])
    print(inspect.iscoroutine(made), inspect.isawaitable(made), inspect.isgenerator(made), asyncio.iscoroutine(made), callable(made))
    print(re.sub("0x[0-9a-f]+", "0x", repr(made)), made.__name__, made.__qualname__, bool(made), made == made, hash(made) == hash(made))
    print(attempt(copy.copy, made), attempt(copy.deepcopy, made), attempt(pickle.dumps, made))
    print(attempt(iter, made) is made or attempt(iter, made), attempt(len, made), attempt(setattr, made, "extra", 1), attempt(operator.attrgetter("extra"), made))
    made.__name__ = "renamed"
    made.__qualname__ = "also.renamed"
    print(made.__name__, re.sub("0x[0-9a-f]+", "0x", repr(made)), attempt(setattr, made, "__name__", 5), attempt(setattr, made, "__qualname__", 5))
    print(sorted(name for name in dir(made) if name[:2] in ("cr", "gi")), attempt(setattr, made, "cr_await", 1)[0])
    made.close()

print([inspect.iscoroutinefunction(each) for each in (simple, suspends, Maker.method, numbers)], [inspect.isgeneratorfunction(each) for each in (simple, numbers, Maker.walk)])


@contextlib.contextmanager
def managed(log: list[str]) -> Iterator[str]:
    log.append("enter")
    try:
        yield "value"
    except ValueError as error:
        log.append(f"swallowed {error}")
    finally:
        log.append("leave")


def uses(error: Exception | None) -> list[str]:
    log: list[str] = []
    with managed(log) as value:
        log.append(value)
        if error is not None:
            raise error
    return log


print(uses(None), uses(ValueError("v")), attempt(uses, KeyError("k")))


async def both_ways(n: int) -> list[int]:
    found = []
    for each in numbers(n):
        found.append(await suspends(each))
    return found


print(asyncio.run(both_ways(4)))


async def awaits_twice() -> list[object]:
    made = suspends(2)
    first = await made
    try:
        return [first, await made]
    except RuntimeError as error:
        return [first, str(error)]


async def awaits_running() -> list[object]:
    made = suspends(3)
    task = asyncio.create_task(made)
    await asyncio.sleep(0)
    said: list[object] = []
    try:
        await made
    except RuntimeError as error:
        said.append(str(error))
    said.append(await task)
    return said


async def awaits_itself(box: list[object]) -> object:
    await asyncio.sleep(0)
    return await box[0]


def itself() -> object:
    box: list[object] = []
    made = awaits_itself(box)
    box.append(made)
    return attempt(asyncio.run, made)


def reenters() -> Iterator[object]:
    yield attempt(next, running[0])


running: list[object] = []
running.append(reenters())
print(asyncio.run(awaits_twice()), asyncio.run(awaits_running()), itself(), next(running[0]))


async def shields() -> list[object]:
    said: list[object] = []
    try:
        await asyncio.wait_for(suspends_long(), 0.01)
    except TimeoutError as error:
        said.append(repr(error))
    said.append(await asyncio.shield(suspends(8)))
    done, pending = await asyncio.wait([asyncio.create_task(suspends(i)) for i in range(3)])
    said.append((sorted(each.result() for each in done), len(pending)))
    for each in asyncio.as_completed([suspends(1)]):
        said.append(await each)
    said.append(await asyncio.to_thread(lambda: 5))
    queue: asyncio.Queue[int] = asyncio.Queue()
    producer = asyncio.create_task(produce(queue, 3))
    said.append([await queue.get() for _ in range(3)])
    await producer
    return said


async def produce(queue: asyncio.Queue[int], n: int) -> None:
    for i in range(n):
        await queue.put(i)
        await asyncio.sleep(0)


async def suspends_long() -> None:
    await asyncio.sleep(100)


print(asyncio.run(shields()))


def yields_coroutine(made: object) -> Iterator[object]:
    yield from made


print(attempt(list, yields_coroutine(c := suspends(1))))
c.close()


async def awaits_generator() -> object:
    return await numbers(3)


print(attempt(asyncio.run, awaits_generator()))


@types.coroutine
def old_style(x: int) -> Iterator[None]:
    yield
    return x + 1


async def uses_old_style() -> int:
    return await old_style(4)


print(asyncio.run(uses_old_style()))
