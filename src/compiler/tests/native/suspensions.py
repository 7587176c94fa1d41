"""Awaits in every position, exceptions on both ways through them, coroutines driven by hand."""

import asyncio
import inspect
import traceback


def drive(coroutine):
    class Interpreted: ...

    return asyncio.run(coroutine)


def attempt(f, *args):
    class Interpreted: ...

    try:
        return f(*args)
    except BaseException as error:
        return type(error).__name__, str(error), repr(error.__cause__), repr(error.__context__)


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


kept = []


class Slow:
    """Hands out what it was made with, and gives what it is sent."""

    def __init__(self, value):
        self.value = value

    def __await__(self):
        class Interpreted: ...

        return (yield self.value)


class Quiet:
    def __await__(self):
        class Interpreted: ...

        return self.value
        yield


def steps(coroutine, *sent):
    class Interpreted: ...

    said = []
    for each in (None, *sent):
        try:
            if isinstance(each, BaseException):
                said.append(("given", coroutine.throw(each)))
            else:
                said.append(("given", coroutine.send(each)))
        except StopIteration as stop:
            said.append(("returned", stop.value))
        except BaseException as error:
            said.append((type(error).__name__, str(error)))
    return said


async def slow(x: object) -> object:
    return await Slow(x)


async def number(x: int) -> int:
    await Slow(x)
    return x


async def real(x: float) -> float:
    await Slow(x)
    return x


async def truth(x: bool) -> bool:
    await Slow(x)
    return x


async def text(x: str) -> str:
    await Slow(x)
    return x


async def nothing(x: int) -> None:
    await Slow(x)


async def positions(a: int, f: float, t: str) -> str:
    numbers = [await number(a), await number(a + 1), 3]
    pair = (await text(t), await real(f))
    table = {await text("key"): await number(a), "other": await truth(a > 3)}
    bag = {await number(1), await number(2)}
    chosen = await number(5) if await truth(True) else await number(6)
    both = await truth(True) and await number(7)
    either = await truth(False) or await number(8)
    compared = await number(1) < await number(2) < await number(3)
    part = numbers[await number(1)]
    cut = t[await number(0) : await number(2)]
    said = f"{await text(t)}-{await real(f):>8}-{await number(a)!r}"
    total = await number(a) + await number(a) * await number(2)
    less = -(await number(a))
    called = max(await number(a), await number(9))
    method = (await text(t)).upper()
    await nothing(1)
    none = await nothing(2)
    return f"{numbers}{pair}{table}{bag}{chosen}{both}{either}{compared}{part}{cut}{said}{total}{less}{called}{method}{none}"


async def loops(n: int) -> list[int]:
    found: list[int] = []
    for i in range(n):
        found.append(await number(i))
        if await number(i) == 3:
            continue
        for j in [1, 2]:
            found.append(await number(j) * 10)
            if j == 2 and i == 4:
                break
    else:
        found.append(await number(-1))
    at = 0
    while await number(at) < 3:
        at += await number(1)
        found.append(at)
    for key, value in {"a": 1, "b": 2}.items():
        found.append(await number(value) + len(key))
    return found


async def handles(x: object) -> str:
    said = ""
    try:
        said += f"got {await slow(x)} "
    except ValueError as error:
        said += f"value {error} {await slow(1)} "
    except KeyError:
        await slow("in the handler")
        raise
    else:
        said += f"else {await slow(2)} "
    finally:
        said += f"finally {await slow(3)}"
    return said


async def chains() -> str:
    try:
        try:
            await slow("first")
        except ValueError:
            await slow("second")
            raise KeyError("new")
    except KeyError as error:
        return f"{error!r} {error.__context__!r} {await slow('third')}"
    return "none"


async def reraises() -> object:
    try:
        return await slow("a")
    except Exception:
        await slow("b")
        raise


async def ends() -> object:
    try:
        return await slow("a")
    finally:
        await slow("cleaning")


async def ignores() -> str:
    while True:
        try:
            await slow("again")
        except GeneratorExit:
            pass


async def slow_text() -> str:
    return f"{await slow('a')}"


async def stops() -> None:
    await slow(1)
    raise StopIteration(5)


async def plain() -> int:
    return 1


async def deep(n: int) -> int:
    if n == 0:
        await Slow("bottom")
        return 0
    return await deep(n - 1) + 1


async def boom(x: int) -> float:
    await asyncio.sleep(0)
    return 1 / x


async def through(x: int) -> float:
    value = await boom(x)
    return value


async def awaits_int(x: object) -> object:
    return await x


print(steps(positions(4, 2.5, "word"), *range(60)))
print(steps(loops(5), *range(60)))
print(steps(handles(5), "sent", 2, 3))
print(steps(handles(5), ValueError("thrown"), 2, 3, 4))
print(steps(handles(5), KeyError("thrown"), 2, 3, 4))
print(steps(handles(5), "sent", ValueError("in else"), 3, 4))
print(steps(chains(), ValueError("v"), 2, 3))
print(steps(chains(), 1, 2))
print(steps(reraises(), ValueError("v"), 2))
print(steps(reraises(), ValueError("v"), KeyError("k")))
print(steps(ends(), 1, 2))
print(steps(ends(), asyncio.CancelledError("c"), 2, 3))
print(steps(stops(), 1, 2))
print(steps(plain()), steps(plain(), 3))
print(steps(deep(50), "x"))
print(lines(drive, through(0)), attempt(drive, through(0)), drive(through(4)))
print(steps(awaits_int(3)), steps(awaits_int(Quiet())), steps(awaits_int(asyncio.sleep(0, 4)), None))


def closing(make):
    class Interpreted: ...

    said = []
    made = make()
    said.append((inspect.getcoroutinestate(made), attempt(made.close), inspect.getcoroutinestate(made)))
    said.append(attempt(made.send, None))
    made = make()
    said.append((made.send(None), inspect.getcoroutinestate(made), made.cr_running, made.cr_suspended))
    said.append((attempt(made.close), inspect.getcoroutinestate(made)))
    said.append(attempt(made.send, None))
    said.append(attempt(made.throw, ValueError("late")))
    made = make()
    said.append((attempt(made.throw, ValueError("early")), inspect.getcoroutinestate(made)))
    made = make()
    said.append(attempt(made.send, 5))
    said.append((made.__name__, made.__qualname__, made.cr_code.co_name, made.cr_await is None, made.cr_origin))
    made.close()
    made = make()
    made.send(None)
    said.append((type(made.cr_await).__name__, made.cr_frame.f_code.co_name, made.cr_frame.f_lineno))
    for _ in range(3):
        attempt(made.throw, GeneratorExit)
    kept.append(made)
    said.append((made.cr_frame is None, made.cr_await is None))
    return said


print(closing(ends))
print(closing(reraises))
print(closing(slow_text))
made = ignores()
print(made.send(None), attempt(made.close), attempt(made.throw, ValueError("v")), attempt(made.close))
print(asyncio.iscoroutine(c := plain()), inspect.iscoroutine(c), inspect.isawaitable(c), isinstance(c, __import__("collections.abc").abc.Coroutine), type(c).__name__, str(c)[:25])
c.close()


def grows(x: object) -> str:
    said = ""
    try:
        said += f"got {x} "
        raise ValueError(said)
    except ValueError as error:
        said += f"value {error} "
    return said


print(grows(1))


async def never_waits(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        print("caught", error)
    return -1
    await asyncio.sleep(0)


def never_yields(text: str):
    try:
        print(int(text))
    except ValueError as error:
        print("caught", error)
    return
    yield text


print(asyncio.run(never_waits("3")), asyncio.run(never_waits("x")), list(never_yields("4")), list(never_yields("y")))
try:
    raise KeyError("around")
except KeyError:
    print(list(never_yields("z")), asyncio.iscoroutine(c := never_waits("w")))
    c.close()
    print(repr(__import__("sys").exception()))
