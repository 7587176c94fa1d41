"""Annotations that are kept as text want no variables of the functions around them."""

from __future__ import annotations

from collections.abc import Callable


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
