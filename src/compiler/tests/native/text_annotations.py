"""Functions inside functions whose annotations are kept as text."""

from __future__ import annotations

import collections.abc
import typing
from functools import singledispatch
from typing import Any, Callable, Literal


def looks() -> object:
    def one(
        a: dict[str,int], /, b: "Late", *c: typing.Optional[ int ], d: Callable[[int, str], None] = print,  # type: ignore[name-defined]
        e: Literal["x", 'y', 1, True] | None = None, **f: tuple[()] ,
    ) -> collections.abc.Iterator[tuple[int, ...]] | list[  str  ]:
        raise NotImplementedError

    def nothing(a=1) -> None:  # type: ignore[no-untyped-def]
        pass

    def first(a: Callable[..., Any], b: tuple[int,]) -> bytes:
        return b""

    return one.__annotations__, nothing.__annotations__, first.__annotations__


def typed(limit: int) -> Callable[[int], bool]:
    def check(value: int) -> bool:
        return value < limit

    return check


def wrong() -> str:
    try:
        typed("x")  # type: ignore[arg-type]
        return typed(3)(None)  # type: ignore[arg-type, return-value]
    except TypeError as error:
        return type(error).__name__


def dispatching() -> list[str]:
    @singledispatch
    def show(value: object) -> str:
        return "object"

    @show.register
    def number(value: int, unusual: lambda: 0 = None) -> str:  # type: ignore[valid-type]
        return f"number {number.__annotations__} {number.__annotate__(1)}"

    return [show("x"), show(1)]


print(looks())
print(dispatching())
print(typed(3)(2), typed(3)(3), typed(1).__annotations__)
print(wrong())


# Annotations that are kept as text want no variables of the functions around them.
def outer(n: int) -> object:
    class Local:
        x: int = n

    def one() -> Callable[[], object]:
        def two(a: Local, b: Local | None = None) -> Local:
            c: Local = a
            return c

        return lambda: two(Local())

    class Holder:
        y: Local
        z: Local | None = None

        def take(self, o: Local) -> Local:
            def inner(p: Local) -> Local:
                return p

            return inner(o)

        class Within:
            w: Local

    async def waits(of: Local) -> None:
        def inner(p: Local) -> Local:
            return p

        inner(of)

    found = [each.__annotations__ for each in (Holder, Holder.take, Holder.Within, one, waits)]
    return type(one()()).__name__, Holder().take(Local()).x, found, one.__code__.co_freevars, waits.__code__.co_freevars


print(outer(3))
