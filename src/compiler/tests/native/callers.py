# interpreted: Again, Keep
"""Callees that look at their caller's frame: loggers, warnings, `sys._getframe`, what makes classes and notes the module."""

import asyncio
import collections
import enum
import gc
import inspect
import logging
import os
import pickle
import sys
import threading
import traceback
import typing
import warnings
from collections import namedtuple
from warnings import warn

logger = logging.getLogger("shop")
records: list[tuple[object, ...]] = []


class Keep(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        records.append((record.levelname, record.getMessage(), os.path.basename(record.pathname), record.funcName, record.lineno))


class Service:
    log: logging.Logger

    def __init__(self) -> None:
        self.log = logging.getLogger("shop.service")

    def act(self, n: int) -> int:
        self.log.info(
            "acting %d",
            n,
        )
        return n

    @property
    def loud(self) -> bool:
        self.log.debug("asked")
        return True


def logs(n: int) -> int:
    logger.warning("plain %d", n)
    logging.getLogger().error("root", stacklevel=1)
    args = (n, n)
    logger.info("spread %d %d", *args, **{"extra": {"a": 1}})
    return Service().act(n) if Service().loud else 0


def failing(n: int) -> None:
    try:
        print(1 // n)
    except ZeroDivisionError:
        logger.exception("caught")


def wrapped() -> None:
    def inner(text: str) -> None:
        logger.info(text, stacklevel=1)

    inner("inner")
    (lambda: logger.info("lambda"))()
    for text in [logger.info("in a comprehension") for _ in range(1)]:
        print(text)


def steps(n: int) -> typing.Iterator[int]:
    for at in range(n):
        logger.info("step %d", at)
        yield at


async def later(n: int) -> int:
    logger.info("before")
    await asyncio.sleep(0)
    logger.info("after")
    return n


def warns() -> None:
    warnings.warn("old", DeprecationWarning)
    warnings.warn("older", DeprecationWarning, stacklevel=2)
    warn("direct")


def frames() -> list[str]:
    frame = inspect.currentframe()
    assert frame is not None and frame.f_back is not None
    found = [sys._getframe(0).f_code.co_name, sys._getframe(1).f_code.co_name, frame.f_code.co_name, frame.f_back.f_code.co_name]
    found += [each.function for each in inspect.stack()][:2]
    found += [each.name for each in traceback.extract_stack()][-2:]
    return found


def lines() -> tuple[int, int]:
    first = sys._getframe()
    second = sys._getframe()
    return first.f_lineno - frames_line(), second.f_lineno - first.f_code.co_firstlineno


def frames_line() -> int:
    return sys._getframe().f_lineno


Point = collections.namedtuple("Point", "x y")


def makes() -> list[str]:
    made = [namedtuple("Made", "a"), collections.namedtuple("Other", "a"), enum.Enum("Color", "red blue"), typing.NamedTuple("Typed", [("a", int)]), typing.TypedDict("Record", {"a": int})]
    return [each.__module__ for each in made] + [typing.NewType("Id", int).__module__, typing.TypeVar("T").__module__]


def raises() -> None:
    sys._getframe(1000)


def kept() -> object:
    return sys._getframe()


def recursive(n: int) -> list[int]:
    return [sys._getframe(0).f_lineno - sys._getframe(0).f_code.co_firstlineno] + (recursive(n - 1) if n else [])


class Again(logging.Handler):
    """Calls what has a frame while it has one."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() == "outer":
            nested("inner")


def nested(text: str) -> None:
    logger.info(text)


logger.addHandler(Keep())
logging.getLogger().addHandler(Keep())
logger.propagate = False
logging.getLogger().setLevel(logging.DEBUG)
print(logs(3))
failing(0)
wrapped()
print(list(steps(2)), asyncio.run(later(4)))
for record in records:
    print(record)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warns()
for each in caught:
    print(each.message, each.category.__name__, os.path.basename(each.filename), each.lineno)
print(frames(), frames_line() > 0)
print([name == __name__ for name in makes()])
print(pickle.loads(pickle.dumps(Point(1, 2))))
try:
    raises()
except ValueError as error:
    print(error, [(each.name, each.lineno) for each in traceback.extract_tb(error.__traceback__)])
one, two = kept(), kept()
print(one is two, one.f_code.co_name, one.f_back.f_code.co_name, one.f_lineno == two.f_lineno)
del one, two
print(recursive(3))
records.clear()
again = Again()
logger.addHandler(again)
nested("outer")
logger.removeHandler(again)
print(sorted(record[1] for record in records))


def hammer(count: int) -> None:
    for at in range(count):
        nested("hammered")
        if at % 100 == 0:
            gc.collect()


records.clear()
threads = [threading.Thread(target=hammer, args=(300,)) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(records), {record[2:] for record in records})
