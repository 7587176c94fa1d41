"""Functions of `math` called directly: results, errors, rebinding of every kind; lists that are repeated and added."""

import math
from math import atan2, ceil, cos, copysign, exp, fabs, floor, fmod, log, log2, sin, sqrt, trunc
from math import pow as power
from typing import Any
from unittest import mock

SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -2.5, 1e300, -1e300, 1e-320, 710.0, 4.5e18, -1e25]
ODD = [float("inf"), float("-inf"), float("nan")]


def roots(x: float) -> float:
    return sqrt(x)


def through_module(x: float) -> float:
    return math.sqrt(x) + math.fabs(x)


def of_int(n: int) -> float:
    return math.sqrt(n) + sin(n) + power(n, 2)


def of_bool(b: bool) -> float:
    return math.exp(b)


def rounded(x: float) -> tuple[int, int, int]:
    return floor(x), math.ceil(x), trunc(x)


def of_object(x: Any) -> Any:
    return floor(x), sqrt(x)


def int_floor(n: int) -> int:
    return floor(n) + math.ceil(n)


def logs(x: float) -> tuple[float, float, float]:
    return log(x), math.log2(x), math.log10(x)


def log_of_int(n: int) -> float:
    return math.log(n)


def with_base(x: float, base: float) -> float:
    return log(x, base)


def waves(x: float) -> tuple[float, float, float, float]:
    return sin(x), cos(x), math.tan(x), math.atan(x)


def inverse(x: float) -> tuple[float, float]:
    return math.asin(x), math.acos(x)


def growing(x: float) -> tuple[float, float, float, float, float, float]:
    return exp(x), math.exp2(x), math.expm1(x), math.sinh(x), math.cosh(x), math.tanh(x)


def two(x: float, y: float) -> tuple[float, float]:
    return atan2(x, y), copysign(x, y)


def remainder(x: float, y: float) -> float:
    return fmod(x, y)


def raised(x: float, y: float) -> float:
    return power(x, y)


def wrong_count(x: float) -> Any:
    return sqrt(x, x)  # type: ignore


def wrong_type(x: Any) -> Any:
    return sqrt(x)


def starred(values: list[float]) -> Any:
    return sqrt(*values)


def local_name(x: float) -> float:
    sqrt = fabs
    return sqrt(x)


def show(function: Any, *args: Any) -> None:
    try:
        print(function.__name__, args, "->", repr(function(*args)))
    except Exception as error:
        print(function.__name__, args, "raises", type(error).__name__, error, error.__traceback__.tb_next.tb_lineno)  # type: ignore


def repeated(item: int, count: int) -> list[int]:
    return [item] * count


def repeated_after(item: int, count: int) -> list[int]:
    made = count * [item]
    made[-1] = 99
    return made


def joined(a: list[int], b: list[int]) -> list[int]:
    both = a + b
    both[0] += 5
    return both


def flags(limit: int) -> list[bool]:
    found = [True] * limit
    for at in range(0, limit, 2):
        found[at] = False
    return found


def beyond(limit: int) -> None:
    found = [0] * limit
    found[limit] = 1


def far_before(limit: int) -> None:
    found = [0] * limit
    found[-limit - 1] = 1


for each in SPECIAL + ODD:
    for function in (roots, through_module, rounded, logs, waves, inverse, growing, of_object):
        show(function, each)
    for other in [2.0, 0.0, -0.5, float("inf")]:
        for function in (two, remainder, raised, with_base):
            show(function, each, other)
show(of_int, 9)
show(of_int, -4)
show(of_int, 10**400)
show(of_bool, True)
show(int_floor, 10**30)
show(log_of_int, 10**400)
show(log_of_int, 0)
show(wrong_count, 2.0)
show(wrong_type, "2")
show(starred, [4.0])
show(starred, [4.0, 5.0])
show(local_name, -3.0)
with mock.patch("math.sqrt", lambda x: 7.0):
    show(through_module, 4.0)
    show(roots, 4.0)
show(through_module, 4.0)
with mock.patch(f"{__name__}.sqrt", lambda x: 8.0):
    show(roots, 4.0)
    show(through_module, 4.0)
show(roots, 4.0)
kept = math
math = mock.Mock()
math.sqrt.return_value = 1.5
math.fabs.return_value = 0.5
show(through_module, 4.0)
math = kept
show(through_module, 4.0)
del sqrt
show(roots, 4.0)
show(repeated, 3, 4)
show(repeated, 3, -1)
show(repeated, 3, 2**70)
show(repeated_after, 3, 4)
show(repeated_after, 3, 0)
show(joined, [1], [2, 3])
show(joined, [], [])
show(flags, 7)
show(beyond, 3)
show(far_before, 3)
