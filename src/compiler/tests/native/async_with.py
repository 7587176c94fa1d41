"""`async with` and `async for`: every way in and out."""

import asyncio
import traceback
from dataclasses import dataclass

log = []


def drive(coroutine):
    class Interpreted: ...

    return asyncio.run(coroutine)


def attempt(f, *args):
    class Interpreted: ...

    log.clear()
    try:
        return f(*args), log[:]
    except BaseException as error:
        return type(error).__name__, str(error), repr(error.__cause__), repr(error.__context__), log[:]


def lines(f, *args):
    class Interpreted: ...

    try:
        return f(*args)
    except BaseException as error:
        return [
            (each.name, each.lineno)
            for each in traceback.extract_tb(error.__traceback__)
            if "asyncio" not in each.filename
        ]


class Manager:
    def __init__(self, name, suppress=False, fail_enter=False, fail_exit=False):
        class Interpreted: ...

        self.name, self.suppress, self.fail_enter, self.fail_exit = name, suppress, fail_enter, fail_exit

    async def __aenter__(self):
        class Interpreted: ...

        log.append(f"{self.name} enters")
        await asyncio.sleep(0)
        if self.fail_enter:
            raise KeyError("enter")
        return self.name

    async def __aexit__(self, kind, value, trace):
        class Interpreted: ...

        log.append(f"{self.name} exits {kind and kind.__name__} {value!r} {trace is None}")
        await asyncio.sleep(0)
        if self.fail_exit:
            raise LookupError("exit")
        return self.suppress


class Plain:
    def __enter__(self):
        class Interpreted: ...

        log.append("plain enters")
        return self

    def __exit__(self, *args):
        class Interpreted: ...

        log.append("plain exits")


class Wrong:
    def __init__(self, enters, exits):
        self.enters, self.exits = enters, exits

    def __aenter__(self):
        class Interpreted: ...

        return self.enters

    def __aexit__(self, *args):
        class Interpreted: ...

        return self.exits


class Items:
    def __init__(self, items):
        self.items = items

    def __aiter__(self):
        class Interpreted: ...

        return self.items

    def __anext__(self):
        class Interpreted: ...

        return 5


@dataclass
class AsyncItems:
    count: int
    fail_at: int

    def __aiter__(self) -> object:
        return self

    async def __anext__(self) -> int:
        class Interpreted: ...

        await asyncio.sleep(0)
        if self.count == 0:
            raise StopAsyncIteration
        self.count -= 1
        if self.count == self.fail_at:
            raise ValueError("no more")
        return self.count


async def agen(n):
    class Interpreted: ...

    for i in range(n):
        await asyncio.sleep(0)
        yield i


async def with_as(fail: bool) -> str:
    async with Manager("a") as a, Manager("b", suppress=True) as b:
        log.append(f"{a} {b}")
        await asyncio.sleep(0)
        if fail:
            raise ValueError("inside")
    return "after"


async def with_return(x: int) -> int:
    async with Manager("a"):
        with Plain():
            return x + 1


async def with_loop() -> list[int]:
    found: list[int] = []
    for i in range(5):
        async with Manager(f"m{i}"):
            if i == 1:
                continue
            if i == 3:
                break
            found.append(i)
    return found


async def not_suppressed() -> str:
    async with Manager("a"):
        async with Manager("b"):
            raise KeyError("through both")


async def fails_entering() -> None:
    async with Manager("a"), Manager("b", fail_enter=True):
        log.append("never")


async def fails_leaving(raises: bool) -> None:
    async with Manager("a", fail_exit=True):
        if raises:
            raise KeyError("first")


async def with_finally() -> str:
    try:
        async with Manager("a"):
            await asyncio.sleep(0)
            raise ValueError("x")
    except ValueError as error:
        return f"caught {error}"
    finally:
        async with Manager("in finally"):
            await asyncio.sleep(0)


async def any_with(manager: object) -> object:
    async with manager as value:
        log.append("body")
        return value


async def any_for(items: object) -> list[object]:
    found: list[object] = []
    async for item in items:
        found.append(item)
        await asyncio.sleep(0)
    else:
        found.append("else")
    return found


async def for_break(items: object) -> list[object]:
    found: list[object] = []
    async for item in items:
        if item == 2:
            break
        found.append(item)
    else:
        found.append("else")
    return found


async def nested() -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    async for i in agen(3):
        async for j in AsyncItems(i, -1):
            found.append((i, j))
    return found


async def stops_in_body() -> str:
    try:
        async for i in agen(3):
            raise StopAsyncIteration("in the body")
    except StopAsyncIteration as error:
        return f"caught {error}"
    return "ended"


async def unpacks() -> list[str]:
    said: list[str] = []
    async for key, value in pairs():
        said.append(f"{key}={value}")
    return said


def pairs() -> object:
    return AsyncPairs()


class AsyncPairs:
    left: int

    def __init__(self) -> None:
        self.left = 2

    def __aiter__(self) -> object:
        return self

    async def __anext__(self) -> object:
        if self.left == 0:
            raise StopAsyncIteration
        self.left -= 1
        await asyncio.sleep(0)
        return (self.left, str(self.left))


async def cancelled() -> str:
    async with Manager("outer"):
        try:
            async with asyncio.timeout(0.01):
                async with Manager("inner"):
                    await asyncio.sleep(10)
        except TimeoutError as error:
            return f"{error!r} {type(error.__cause__).__name__}"
    return "not cancelled"


async def worker(n: int) -> int:
    await asyncio.sleep(n / 1000)
    if n == 3:
        raise ValueError(f"worker {n}")
    return n * 2


async def group(n: int) -> list[int]:
    async with asyncio.TaskGroup() as tasks:
        made = [tasks.create_task(worker(i)) for i in range(n)]
    return [each.result() for each in made]


async def gathers(n: int) -> object:
    return await asyncio.gather(*[worker(i) for i in range(n)], return_exceptions=True)


async def group_failure() -> list[str]:
    try:
        await group(6)
    except ExceptionGroup as error:
        return [str(each) for each in error.exceptions]
    return []


async def comprehends(n: int) -> list[int]:
    return [await worker(i) for i in range(n) if await worker(i) >= 0]


for fail in (True, False):
    print(attempt(drive, with_as(fail)))
print(attempt(drive, with_return(4)), attempt(drive, with_loop()))
print(attempt(drive, not_suppressed()), lines(drive, not_suppressed()))
print(attempt(drive, fails_entering()), lines(drive, fails_entering()))
print(attempt(drive, fails_leaving(True)), attempt(drive, fails_leaving(False)), lines(drive, fails_leaving(True)))
print(attempt(drive, with_finally()))
for manager in (Manager("m"), Plain(), 5, None, Wrong(5, 6), Wrong(asyncio.sleep(0, "w"), 6), Wrong(asyncio.sleep(0, "w"), asyncio.sleep(0)), Wrong(None, None)):
    print(attempt(drive, any_with(manager)))
for items in (AsyncItems(3, -1), AsyncItems(3, 1), agen(4), [1], Items(3), Items(Items(3)), Items(AsyncItems(2, -1)), Items(agen(2))):
    print(attempt(drive, any_for(items)))
print(lines(drive, any_for(AsyncItems(3, 1))), lines(drive, any_for([1])))
print(attempt(drive, for_break(AsyncItems(5, -1))), attempt(drive, for_break(AsyncItems(2, -1))))
print(attempt(drive, nested()), attempt(drive, stops_in_body()), attempt(drive, unpacks()))
print(attempt(drive, cancelled()))
print(attempt(drive, group(3)), attempt(drive, group_failure()), attempt(drive, gathers(5)), attempt(drive, comprehends(3)))
