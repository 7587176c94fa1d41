# interpreted: named_like_a_class, reads_its_parameter
"""Slices that are assigned to, deleted and looked up as objects; `f"{x = }"`; functions with type parameters."""

from __future__ import annotations

import array
import gc
import inspect
import sys
import traceback
from collections.abc import Callable
from typing import Any

log: list[object] = []


def noted(value: int | None) -> int | None:
    log.append(value)
    return value


class Recorder:
    """Tells what it is asked for."""

    def __getitem__(self, index: object) -> object:
        log.append(("get", index))
        return [1]

    def __setitem__(self, index: object, value: object) -> None:
        log.append(("set", index, value))

    def __delitem__(self, index: object) -> None:
        log.append(("delete", index))


def assigned(values: list[int]) -> list[int]:
    values[1:3] = [7, 8, 9]
    values[::2] = [0] * len(values[::2])
    values[:0] = (1, 2)
    values[-1:] = []
    return values


def deleted(values: list[int]) -> list[int]:
    del values[-1:]
    del values[::3], values[:1]
    return values


def added(values: list[int]) -> list[int]:
    values[:1] += [4]
    values[1:] *= 2
    return values


def nested(grid: list[list[int]]) -> list[list[int]]:
    grid[0][1:], grid[1][:1] = grid[1][:1], grid[0][1:]
    return grid


def targets(values: list[int], other: list[Any]) -> tuple[list[int], list[Any]]:
    values[:2], *other[1:] = [5, 6, 7], 1, 2, 3
    for values[2:] in ([1], [2, 3]):
        other.append(list(values))
    return values, other


def ordered(recorder: Recorder) -> list[object]:
    log.clear()
    recorder[noted(1) : noted(2) : noted(None)] = noted(9)
    recorder[noted(1) :] = 4
    recorder[::] = 5
    recorder[1:2, ..., 3:] = 6
    recorder[:3, 1] += [7]
    recorder[noted(3) : noted(4)] += [8]
    del recorder[1:2, 3], recorder[:]
    log.append(recorder[1:2, ::3])
    return list(log)


def bytes_like(data: bytearray, numbers: array.array[int]) -> tuple[bytearray, list[int]]:
    data[1:2] = b"xyz"
    del data[:1]
    numbers[1:] = array.array("i", [5, 6])
    memoryview(data)[0:2] = b"AB"
    return data, list(numbers)


def wrong_size(values: list[int]) -> None:
    values[::2] = [1]


def wrong_value(values: list[int]) -> None:
    values[1:2] = 5  # type: ignore[call-overload]


def wrong_bound(values: list[int], bound: Any) -> None:
    values[:bound] = []


def text_item(text: Any) -> None:
    text[0:1] = "b"


def tuple_item(items: tuple[int, ...]) -> None:
    del items[:1]  # type: ignore[attr-defined]


def zero_step(values: list[int]) -> None:
    del values[::0]


def failing(function: Callable[..., Any], *args: Any) -> None:
    try:
        function(*args)
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        print(function.__name__, type(error).__name__, error, [(frame.name, frame.lineno) for frame in frames[1:]])


def shown(x: int, name: str, items: list[int]) -> list[str]:
    width = 12
    return [
        f"{x=}",
        f"{x = }",
        f"{ x + 1 = }",
        f"{name=!s} {name=!a} {name = !r}",
        f"{name=:>{width}}|{x = :#06x}",
        f"{name=!s:>{width}}|{width=:{width}}",
        f"{items[0] = } {len(items)=} {(x)=} {(x, name) = }",
        f"{x:{width=}}" if x < 0 else "",
        f"""{x
          =}""",
        f"{'é' + name=}{{}}{x=}",
        f"{items[0:1] = } {[each for each in items] = }",
        f"{f'{x=}' = }",
    ]


class Hostile:
    def __format__(self, spec: str) -> str:
        return f"format({spec})"

    def __repr__(self) -> str:
        return "repr()"

    def __str__(self) -> str:
        raise ValueError("no text")


def hostile(each: Hostile) -> str:
    return f"{each=} {each=:} {each=:x} {each!r:>10}"


def failing_text(each: Hostile) -> str:
    return f"{each=!s}"


def first[T](values: list[T]) -> T:
    found: list[T] = []
    for value in values:
        found.append(value)
    return found[0]


def applied[T, *Ts, **P](function: Callable[..., T], *args: *Ts, **named: object) -> T:
    return function(*args, **named)


def bounded[N: (int, float)](left: N, right: N) -> N:
    return left if left > right else right


def defaulted[T = int](value: T, times: int = 2) -> list[T]:
    return [value] * times


def named_like_a_class[Recorder](value: Recorder) -> Recorder:
    return value


def reads_its_parameter[T](value: T) -> tuple[T, str]:
    return value, T.__name__


class Store[K, V]:
    """Its methods are native, its layout may be."""

    def __init__(self) -> None:
        self.items: dict[K, V] = {}

    def put(self, key: K, value: V) -> V | None:
        before: V | None = self.items.get(key)
        self.items[key] = value
        return before

    def mapped[R](self, function: Callable[[V], R]) -> list[R]:
        return [function(value) for value in self.items.values()]


def main() -> None:
    print(assigned([1, 2, 3, 4, 5]), deleted([1, 2, 3, 4, 5, 6, 7, 8]), added([1, 2, 3]))
    print(nested([[1, 2, 3], [4, 5, 6]]), targets([1, 2, 3], [0]))
    print(ordered(Recorder()))
    print(bytes_like(bytearray(b"abc"), array.array("i", [1, 2])))
    for function, arguments in [
        (wrong_size, ([1, 2, 3],)),
        (wrong_value, ([1, 2],)),
        (wrong_bound, ([1], "a")),
        (text_item, ("abc",)),
        (tuple_item, ((1, 2),)),
        (zero_step, ([1],)),
        (failing_text, (Hostile(),)),
    ]:
        failing(function, *arguments)
    print(*shown(255, "tea", [1, 2]), sep="\n")
    print(hostile(Hostile()))
    print(first([3, 4]), first(["text"]), applied(max, 1, 2, key=lambda each: -each), bounded(2, 3), bounded("a", "b"))
    print(defaulted("x"), defaulted(1, 3), named_like_a_class(5), reads_its_parameter(1))
    print(first.__type_params__, first.__annotations__, inspect.signature(applied), first.__qualname__)
    store: Store[str, int] = Store()
    print(store.put("a", 1), store.put("a", 2), store.mapped(str), Store[str, int], Store.__orig_bases__, Store.__parameters__)
    print(Store.mapped.__type_params__, Store.__type_params__, Store.__mro__, type(Store[int, int]()).__name__)
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(200):
        assigned([1, 2, 3, 4, 5])
        nested([[1, 2, 3], [4, 5, 6]])
        shown(255, "tea", [1, 2])
        applied(max, 1, 2)
        for function, arguments in [(wrong_size, ([1, 2, 3],)), (zero_step, ([1],)), (failing_text, (Hostile(),))]:
            try:
                function(*arguments)
            except (ValueError, TypeError):
                pass
    print("leaks" if sys.getallocatedblocks() - before > 100 else "no leak")


main()
