"""Integers of fixed width: `i8`, `i16`, `i32`, `i64`, `u8`, `u16`, `u32`, `u64`.

Each is a name for `int` in annotations that says which values are meant. A value outside its range is rejected where a
request is decoded (422), and calling the name checks one: `i64(total)` is `total` itself, or an `OverflowError`. In
between values are Python's own ints and arithmetic on them is exact, compiled and interpreted alike: nothing wraps
around, so a result has to be checked where its width matters, and only there.

To type checkers each name is `int`.
"""

from __future__ import annotations

import operator
import sys
from typing import TYPE_CHECKING, Any, NewType, SupportsIndex

__all__ = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"]


class Integer(NewType):
    """A name for the ints from `minimum` to `maximum`."""

    minimum: int
    maximum: int

    def __init__(self, name: str, minimum: int, maximum: int) -> None:
        super().__init__(name, int)
        # Where pickle and copy find it.
        self.__module__ = "tayberry"
        self.minimum = minimum
        self.maximum = maximum

    def __call__(self, value: SupportsIndex, /) -> int:  # type: ignore[override]
        """The value as an `int`; `OverflowError` if it is out of range, `TypeError` if it is no integer."""
        number = int(operator.index(value))
        if not self.minimum <= number <= self.maximum:
            raise OverflowError(f"{_shown(number)} is out of range for {self.__name__}")
        return number


def _shown(number: int) -> str:
    digits = sys.get_int_max_str_digits()
    return str(number) if not digits or number.bit_length() < digits * 3 else "an int of too many digits"


if TYPE_CHECKING:
    i8 = int
    i16 = int
    i32 = int
    i64 = int
    u8 = int
    u16 = int
    u32 = int
    u64 = int
else:

    def _integer(name: str) -> Any:
        bits = int(name[1:])
        return Integer(name, *((-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if name[0] == "i" else (0, (1 << bits) - 1)))

    i8, i16, i32, i64 = map(_integer, ("i8", "i16", "i32", "i64"))
    u8, u16, u32, u64 = map(_integer, ("u8", "u16", "u32", "u64"))
