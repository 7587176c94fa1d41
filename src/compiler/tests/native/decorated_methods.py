"""Methods that something wraps: context managers, caches, decorators of the program, properties of other classes."""

import asyncio
import contextlib
import functools
import inspect
import pickle
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self, overload


def logged(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def inner(self: Any, *args: Any, **more: Any) -> Any:
        self.log.append((function.__name__, args, tuple(more.items())))
        return function(self, *args, **more)

    return inner


def retry(times: int) -> Callable[..., Any]:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        async def inner(*args: Any, **more: Any) -> Any:
            last = None
            for _ in range(times):
                try:
                    return await function(*args, **more)
                except OSError as error:
                    last = error
            raise RuntimeError("gave up") from last

        return inner

    return decorate


class OfClass:
    """Calls its function with the class and a text: not with what the class's methods get."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function: Callable[..., Any] = function
        self.name: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type) -> Any:
        return functools.partial(self.function, owner, self.name)


class Repo:
    def __init__(self, rows: list[int]) -> None:
        self.rows: list[int] = rows
        self.log: list[Any] = []
        self.fails: int = 0
        self.__secret: int = 9

    @contextlib.contextmanager
    def transaction(self, name: str = "t") -> Iterator[list[int]]:
        before = list(self.rows)
        try:
            yield self.rows
        except ValueError as error:
            self.rows = before
            self.log.append(("rollback", name, str(error)))
        else:
            self.log.append(("commit", name, self.__secret))

    @contextlib.asynccontextmanager
    async def locked(self) -> AsyncIterator[int]:
        await asyncio.sleep(0)
        try:
            yield len(self.rows)
        finally:
            self.log.append("unlocked")

    @logged
    def add(self, number: int, *, twice: bool = False) -> Self:
        self.rows.append(number)
        if twice:
            return self.add(number)
        return self

    @retry(3)
    async def flaky(self, until: int) -> int:
        self.fails += 1
        if self.fails < until:
            raise OSError(self.fails)
        return self.fails

    @functools.lru_cache(maxsize=4)
    def heavy(self, times: int) -> int:
        self.log.append(times)
        return sum(self.rows) * times

    @functools.cached_property
    @logged
    def total(self) -> int:
        return sum(self.rows)

    @classmethod
    @contextlib.contextmanager
    def fresh(cls, *rows: int) -> Iterator["Repo"]:
        yield cls(list(rows))

    @staticmethod
    @functools.cache
    def square(number: int) -> int:
        return number * number

    @property
    @logged
    def size(self) -> int:
        return len(self.rows)

    @size.setter
    def size(self, size: int) -> None:
        del self.rows[size:]

    @OfClass
    def which(owner, name, extra: int) -> str:
        return f"{owner.__name__}.{name}.{extra}"

    @overload
    def get(self, at: int) -> int: ...
    @overload
    def get(self, at: str) -> str: ...
    def get(self, at: int | str) -> int | str:
        return self.rows[at] if isinstance(at, int) else at * len(self.rows)

    def direct(self) -> tuple[int | str, int | str]:
        return self.get(0), self.get("ab")

    def __class_getitem__(cls, item: object) -> tuple[str, object]:
        return cls.__name__, item

    @functools.singledispatchmethod
    def kind(self, value: object) -> str:
        return f"object {len(self.rows)}"

    @kind.register
    def _(self, value: int) -> str:
        return f"int {value} {len(self.rows)}"

    @kind.register
    def _(self, value: str) -> str:
        return f"str {value}"

    @logged
    def scaled(self, by: int) -> Iterator[int]:
        yield from (row * by for row in self.rows)
        yield self.__secret


class Base:
    def __init__(self, size: int) -> None:
        self.log: list[Any] = []
        self._size: int = size

    @property
    def size(self) -> int:
        return self._size

    @contextlib.contextmanager
    def grown(self, by: int = 1) -> Iterator[int]:
        self._size += by
        yield self._size
        self._size -= by

    @logged
    def told(self) -> str:
        return "base"


class Sub(Base):
    @Base.size.setter
    def size(self, size: int) -> None:
        self.log.append("set")
        self._size = size

    @contextlib.contextmanager
    def grown(self, by: int = 1) -> Iterator[int]:
        with super().grown(by * 10) as size:
            yield -size

    @logged
    def told(self) -> str:
        return f"{super().told()} {__class__.__name__}"


@dataclass(slots=True)
class Slotted:
    number: int = 1

    @contextlib.contextmanager
    def raised(self) -> Iterator[int]:
        self.number += 1
        yield self.number
        self.number -= 1

    @logged
    def unlogged(self) -> int:
        return self.number


async def run(repo: Repo) -> None:
    async with repo.locked() as count:
        print("count", count)
    print(await repo.flaky(2))
    repo.fails = -10
    try:
        await repo.flaky(99)
    except RuntimeError as error:
        print(error, repr(error.__cause__))


def main() -> None:
    repo = Repo([1, 2])
    with repo.transaction() as rows:
        rows.append(3)
    with repo.transaction("x") as rows:
        rows.append(4)
        raise ValueError("bad")
    print(repo.rows, repo.log)
    repo.log.clear()
    print(repo.add(5, twice=True).rows, repo.heavy(2), repo.heavy(2), repo.heavy.cache_info().hits, repo.total, repo.total)
    print(repo.square(4), Repo.square(5), repo.size, repo.which(3), Repo.which(4))
    repo.size = 2
    print(repo.get(0), repo.get("ab"), repo.direct(), repo.rows, repo.log, repo.kind(3), repo.kind("q"), repo.kind(2.0))
    print(list(repo.scaled(3)), Repo[int])
    with Repo.fresh(7, 8) as fresh:
        print(type(fresh).__name__, fresh.rows)
    asyncio.run(run(repo))
    for wrong in (lambda: repo.add(), lambda: repo.transaction(1, 2), lambda: repo.heavy([]), lambda: Repo.transaction()):
        try:
            wrong()
        except TypeError as error:
            print(error)
    print(inspect.signature(Repo.add), inspect.isgeneratorfunction(Repo.transaction.__wrapped__), Repo.transaction.__wrapped__.__qualname__)
    print(pickle.loads(pickle.dumps(Repo([1]))).add(4).rows)


def inherited() -> None:
    for each in (Base(1), Sub(2)):
        with each.grown() as size:
            print(size, each.size)
        print(each.told(), each.size, each.log)
        try:
            each.size = 5
        except AttributeError as error:
            print(error)
        print(each.size, each.log)
    slotted = Slotted()
    with slotted.raised() as number:
        print(number, slotted)
    try:
        slotted.unlogged()
    except AttributeError as error:
        print(error)


main()
inherited()


def doubled(function: Callable[..., Any]) -> Any:
    def inner(*args: Any) -> Any:
        return function.__name__, function(*args)

    return inner


class Rebound:
    """Decorators whose names the body of the class binds anew, before they are used or after."""

    def __init__(self) -> None:
        self.x: int = 1

    @property
    def before(self) -> int:
        return self.x

    staticmethod = doubled

    @staticmethod
    def fixed(self) -> int:
        return self.x

    if x := doubled:
        property = classmethod = x

    @property
    def read(self) -> int:
        return self.x

    @classmethod
    def made(self) -> int:
        return self.x

    class functools:
        cache = doubled
        cached_property = lru_cache = doubled

    @functools.cache
    def cached(self) -> int:
        return self.x

    @functools.cached_property
    def kept(self) -> int:
        return self.x

    from contextlib import nullcontext as override

    with override(doubled) as contextmanager:
        pass

    @contextmanager
    def managed(self) -> int:
        return self.x

    def cache(self) -> int:
        return self.x


class Named:
    """What is only declared hides nothing, nor does what comes later."""

    property: str

    def __init__(self) -> None:
        self.x: int = 2

    @property
    def read(self) -> int:
        return self.x

    @staticmethod
    def fixed(x: int) -> int:
        return x + 1

    def staticmethod(self) -> int:
        return self.read + self.fixed(1)


def rebound(one: Rebound, other: Named) -> None:
    print(one.before, one.fixed(), one.read(), one.made(), one.cached(), one.kept(), one.managed(), one.cache())
    print(other.read, other.fixed(3), other.staticmethod(), Named.fixed(5), Rebound.fixed(one), Rebound.made(one))


rebound(Rebound(), Named())
