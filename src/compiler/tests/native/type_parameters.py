"""Functions with type parameters that they, or functions inside them, read: as annotations, as values, in generators."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from functools import wraps
from typing import Any


def guarded[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    @wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    return inner


def plain[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        values: list[R] = [function(*args, **kwargs)]
        return values[0]

    return inner


@guarded
def double(number: int) -> int:
    return number * 2


@plain
def named(*, name: str) -> str:
    return "<" + name + ">"


def names[T, *Ts, **P](value: T) -> list[str]:
    return [P.__name__, T.__name__, Ts.__name__, repr(value)]


def deep[T](value: T) -> Callable[[], Callable[[T], tuple[T, str]]]:
    count = 3

    def outer() -> Callable[[T], tuple[T, str]]:
        def inner(other: T) -> tuple[T, str]:
            return (other, T.__name__ * count)

        return inner

    return outer


def made[T](value: T) -> Any:
    class Holder:
        item: T
        kind = T.__name__

    holder = Holder()
    holder.item = value
    return holder


def each[T](values: list[T]) -> Iterator[tuple[str, T]]:
    for value in values:
        yield (T.__name__, value)


async def later[T](value: T) -> tuple[str, T]:
    await asyncio.sleep(0)
    return (T.__name__, value)


async def several[T](values: list[T]) -> AsyncIterator[tuple[str, T]]:
    for value in values:
        yield (T.__name__, value)


def rebound[T](value: T) -> str:
    T = "mine"
    return T + repr(value)


def only_annotated[K, V](items: dict[K, V]) -> list[tuple[K, V]]:
    found: list[tuple[K, V]] = []
    for pair in items.items():
        found.append(pair)
    return found


def bounded[T: (int, str) = int](value: T) -> tuple[Any, ...]:
    return (T.__constraints__, T.__default__, [T.__name__ for _ in range(2)], (lambda: T.__name__)())


async def gathered() -> list[Any]:
    return [await later(1), [each async for each in several([1, 2])]]


def main() -> None:
    print(double(4), named(name="x"), double.__name__, named.__name__)
    print(names(1), deep(1)()(2), made(5).item, made(5).kind, list(each([1, "a"])))
    print(rebound(3), only_annotated({1: "a"}), bounded("x"))
    print(asyncio.run(gathered()))
    inner = deep(1)()
    print(inspect.get_annotations(inner, format=inspect.Format.STRING) if hasattr(inspect, "Format") else inner.__annotations__["other"].__name__)
    print(named.__annotations__["return"] is plain.__type_params__[1], plain.__code__.co_freevars, names.__code__.co_freevars)
    print([each.__name__ for each in names.__type_params__], len(names.__closure__ or ()))
    try:
        names()
    except TypeError as error:
        print(error)


main()
