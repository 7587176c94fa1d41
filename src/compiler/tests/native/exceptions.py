"""try, except, else, finally, with, raise: order of effects, chaining, tracebacks."""

import sys
import traceback


class Custom(Exception):
    pass


class Manager:
    def __init__(self, log, suppress=False, fail=""):
        self.log, self.suppress, self.fail = log, suppress, fail

    def __enter__(self, *ignored, **kw):
        lambda: 0
        self.log.append("enter")
        if self.fail == "enter":
            raise Custom("enter")
        return self

    def __exit__(self, kind, value, trace):
        lambda: 0
        self.log.append(("exit", kind and kind.__name__, str(value)))
        if self.fail == "exit":
            raise Custom("exit")
        return self.suppress


def show(error, seen=()):
    lambda: 0
    """Type, text, lines by function, cause and context."""
    if error is None or error in seen:
        return None
    lines = [(entry.name, entry.lineno) for entry in traceback.extract_tb(error.__traceback__) if entry.name not in ("attempt", "<module>")]
    seen = (*seen, error)
    return (type(error).__name__, str(error), lines, show(error.__cause__, seen), show(error.__context__, seen), error.__suppress_context__)


def attempt(f, *args):
    lambda: 0
    try:
        return f(*args)
    except BaseException as error:
        return show(error)


def order(n: int) -> list[str]:
    log: list[str] = []
    for i in range(3):
        try:
            log.append(f"try {i}")
            if i == n:
                raise ValueError(f"at {i}")
            if n == 7:
                return log
            if n == 8:
                break
            if n == 9:
                continue
        except ValueError as error:
            log.append(f"except {error}")
        else:
            log.append("else")
        finally:
            log.append("finally")
    return log


def swallow(x: int) -> int:
    try:
        return 10 // x
    finally:
        if x == 0:
            return -1


def returns_before(log: list[int]) -> list[int]:
    try:
        log.append(1)
        return log
    finally:
        log.append(2)


def value_kept(x: int) -> int:
    try:
        return x
    finally:
        x = x + 100


def nested(kind: str) -> str:
    try:
        try:
            if kind == "key":
                {}["missing"]
            if kind == "index":
                [][3]
            if kind == "zero":
                1 / 0
            if kind == "custom":
                raise Custom("one", 2)
            return "nothing"
        except KeyError as error:
            return f"key {error}"
        except (IndexError, ZeroDivisionError) as error:
            raise RuntimeError("wrapped") from error
    except RuntimeError as error:
        return f"outer {error} from {type(error.__cause__).__name__}"


def context(x: int) -> int:
    try:
        return 1 // x
    except ZeroDivisionError:
        return int("not a number")


def reraise(x: int) -> int:
    try:
        return 1 // x
    except ZeroDivisionError:
        raise


def suppressed(x: int) -> int:
    try:
        return 1 // x
    except ZeroDivisionError:
        raise Custom("no context") from None


def bare() -> None:
    raise


def name_gone(x: int) -> str:
    error = "before"
    try:
        1 // x
    except ZeroDivisionError as error:
        pass
    return error


def handled() -> list[str]:
    seen: list[str] = []
    seen.append(str(sys.exc_info()[0]))
    try:
        raise ValueError("a")
    except ValueError:
        seen.append(str(sys.exc_info()[1]))
        try:
            raise KeyError("b")
        except KeyError:
            seen.append(str(sys.exc_info()[1]))
        seen.append(str(sys.exc_info()[1]))
    seen.append(str(sys.exc_info()[0]))
    for i in range(2):
        try:
            raise ValueError(i)
        except ValueError:
            seen.append(str(sys.exc_info()[1]))
            continue
    seen.append(str(sys.exc_info()[0]))
    return seen


def managed(log: list[object], suppress: bool, fail: str, how: str) -> str:
    with Manager(log, suppress, fail) as manager:
        log.append(manager is not None)
        if how == "raise":
            raise KeyError("inside")
        if how == "return":
            return "returned"
    return "after"


def two(log: list[object]) -> str:
    with Manager(log, True), Manager(log, False, "exit"):
        log.append("body")
        raise ValueError("lost")
    return "suppressed"


def wrong_type(x: int) -> int:
    try:
        return 1 // x
    except 5:
        return 0


def deep(n: int) -> int:
    if n == 0:
        raise Custom("bottom")
    return deep(n - 1) + 1


def recursion(n: int) -> int:
    return recursion(n + 1) + 1


def not_exception() -> None:
    raise 5


def asserting(x: int) -> int:
    assert x > 0, f"not positive: {x}"
    assert x < 100
    return x


def unbound(flag: bool) -> int:
    if flag:
        x = 1
    return x


def deleted() -> int:
    x = 1
    del x
    return x


def finally_raises() -> None:
    try:
        raise ValueError("first")
    finally:
        raise KeyError("second")


def loop_else(n: int) -> list[str]:
    log: list[str] = []
    for i in range(4):
        if i == n:
            break
    else:
        log.append("for else")
    i = 0
    while i < 4:
        i += 1
        if i == n:
            break
    else:
        log.append("while else")
    return log


for n in range(10):
    print(n, order(n), loop_else(n))
print(swallow(2), swallow(0), returns_before([]), value_kept(5))
for kind in ["key", "index", "zero", "custom", "x"]:
    print(attempt(nested, kind))
for f in (context, reraise, suppressed, wrong_type, name_gone):
    print(f.__name__, attempt(f, 0))
print(attempt(name_gone, 1))
for f in (bare, not_exception, finally_raises, deleted):
    print(f.__name__, attempt(f))
print(handled())
for suppress in (False, True):
    for fail in ("", "enter", "exit"):
        for how in ("raise", "return", ""):
            log = []
            print(suppress, fail, how, attempt(managed, log, suppress, fail, how), log)
log = []
print(two(log), log)
print(attempt(deep, 3))
try:
    recursion(0)
except RecursionError as error:
    print(type(error).__name__)
print(attempt(asserting, -1), attempt(asserting, 200), asserting(5))
print(attempt(unbound, False), unbound(True))
