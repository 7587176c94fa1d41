# interpreted: Witness
"""Functions, lambdas and classes made inside functions: what they capture, rebind and look like."""

import inspect
import sys
import traceback
from collections.abc import Callable
from typing import Any


def adder(amount: int) -> Callable[[int], int]:
    return lambda value: value + amount


def sorted_by(names: list[str]) -> list[str]:
    return sorted(names, key=lambda name: (len(name), name))


def several(base: int) -> list[Any]:
    return [(lambda: base)(), (lambda: base + 1)(), (lambda: -base)(), (lambda x, y=base: (x, y))(1)]


def counter(start: int) -> tuple[Callable[[], int], Callable[[], int]]:
    count = start

    def up(by: int = 1, *, twice: bool = False) -> int:
        """Counts."""
        nonlocal count
        count += by * (2 if twice else 1)
        return count

    def read() -> int:
        return count

    return up, read


def late() -> str:
    def inner() -> str:
        return text

    text = "later"
    return inner()


def unbound_here(go: bool) -> object:
    def inner() -> object:
        return value

    if go:
        value = 1
    return value, inner


def unbound_there() -> object:
    def inner() -> object:
        return value

    result = inner()
    value = 1
    return result, value


def deleted() -> object:
    value = 1

    def inner() -> object:
        return value

    assert inner() == 1
    del value
    return inner()


def deleted_inside() -> object:
    value: object = 1

    def inner() -> None:
        nonlocal value
        del value

    inner()
    try:
        inner()
    except NameError as error:
        print(type(error).__name__, error)
    return value


def parameter_cells(a: int, b: str = "b", *rest: int, c: float = 1.5, **more: int) -> object:
    def inner() -> object:
        nonlocal a
        a += 1
        return a, b, rest, c, more

    inner()
    a *= 10
    return inner(), a


def recursive(n: int) -> int:
    def fact(k: int) -> int:
        return 1 if k < 2 else k * fact(k - 1)

    return fact(n)


def two_levels(x: int) -> object:
    def middle(y: int) -> object:
        def inner(z: int) -> object:
            nonlocal x
            x += 1
            return x, y, z

        return inner

    return middle(2)(3), middle(4)(5), x  # type: ignore[operator]


def log_calls(label: Any) -> Callable[[Any], Any]:
    def decorate(function: Any) -> Any:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            print(label, args, kwargs)
            return function(*args, **kwargs)

        return wrapper

    return decorate


def decorated() -> object:
    @log_calls("outer")
    @log_calls("inner")
    def add(a: int, b: int = 2) -> int:
        return a + b

    return add(1), add(1, b=5), add.__name__


def failing_decorator() -> object:
    @log_calls("fine")
    @(lambda function: 1 / 0)
    def add() -> int:
        return 1

    return add


def local_class(name: str) -> object:
    class Base:
        kind = name

        def hello(self) -> str:
            return f"hello {name} {self.kind}"

    class Derived(Base, metaclass=type):
        def hello(self) -> str:
            return super().hello() + "!"

        @classmethod
        def make(cls) -> "Derived":
            return cls()

    return Derived.make().hello(), Derived.__qualname__, Derived.__mro__[1].__name__, Base.__module__ == __name__


def handler_name() -> object:
    made = []
    try:
        raise ValueError("bad")
    except ValueError as error:
        made.append(lambda: error)
        first = made[0]()
    try:
        made[0]()
    except NameError as missing:
        return first, str(missing)
    return None


def loop_variable() -> list[int]:
    made = []
    for i in range(3):
        made.append(lambda: i)
    return [each() for each in made]


def defaults_are_kept() -> list[int]:
    made = []
    for i in range(3):
        made.append(lambda i=i: i)
    return [each() for each in made]


def captured_in_comprehension(values: list[int], limit: int) -> list[int]:
    return [value for value in values if (lambda v: v < limit)(value)]


def deep_error(x: int) -> object:
    def inner(y: int) -> float:
        z = y - 1

        def innermost() -> float:
            return x / z

        return innermost()

    return inner(1)


def looks() -> object:
    mark = int

    @log_calls
    def nothing(x: mark, /, y: "str" = "d", *, z: list[int] | None = None) -> None:  # type: ignore[valid-type]
        """Docs."""

    def something(x: mark, /, y: "str" = "d", *args: int, z: list[int] | None = None, **kw: float) -> None:  # type: ignore[valid-type]
        """Docs."""

    lam = lambda a, *b, c=1: (a, b, c)  # noqa: E731
    return (
        nothing.__name__, something.__doc__, something.__qualname__, something.__module__ == __name__, something.__defaults__,
        something.__kwdefaults__, str(inspect.signature(something)), something.__annotations__, str(inspect.signature(lam)),
        lam.__qualname__, something.__code__.co_freevars, something.__closure__,
    )


def generator_inside(n: int) -> list[int]:
    def numbers() -> Any:
        for i in range(n):
            yield i * n

    return list(numbers())


def nothing_to_say() -> object:
    def empty() -> None:
        pass

    def docs() -> None:
        """Only docs."""

    return empty(), docs(), docs.__doc__


def in_finally(flag: bool) -> object:
    made: list[Any] = []
    try:
        if flag:
            raise KeyError(1)
        made.append(1)
    except KeyError:
        pass
    finally:
        made.append((lambda: made)())
        made.append((lambda: flag)())
    return made[-1], len(made)


def conditional(flag: bool) -> object:
    if flag:
        def chosen() -> str:
            return "yes"
    else:
        def chosen() -> str:
            return "no"
    return chosen()


def typed_cell(n: int) -> int:
    total: int = 0
    factor = n * 2

    def add(k: int) -> None:
        nonlocal total
        total += k * factor

    for i in range(n):
        add(i)
    return total


def optional_cell(text: str | None) -> int:
    if text is not None:
        return (lambda: len(text))()
    return (lambda: 0 if text is None else 1)()


def star_arguments(function: Any, *args: Any) -> object:
    return function(*args)


class Holder:
    def __init__(self, value: int) -> None:
        self.value = value

    def doubled(self) -> Callable[[], int]:
        return lambda: self.value * 2

    def setter(self) -> Callable[[int], None]:
        def put(value: int) -> None:
            self.value = value

        return put


def shadowed(int: Any) -> object:
    def inner(x: int) -> object:
        return x

    return inner("text")


def wrong_calls() -> None:
    def inner(a: int, b: int = 1, *, c: int = 2) -> int:
        return a + b + c

    for args, kwargs in (((), {}), ((1, 2, 3), {}), ((1,), {"d": 1}), ((1,), {"a": 2})):
        try:
            inner(*args, **kwargs)  # type: ignore[arg-type]
        except TypeError as error:
            print(error)


def report(function: Any, *args: Any) -> None:
    try:
        print(function.__name__, function(*args))
    except Exception as error:
        frames = [(frame.name, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
        print(function.__name__, type(error).__name__, error, frames[1:])


class Witness:
    alive = 0

    def __init__(self) -> None:
        Witness.alive += 1

    def __del__(self) -> None:
        Witness.alive -= 1


def keeps(value: Any) -> Callable[[], Any]:
    other = value
    return lambda: (value, other)


def main() -> None:
    print(adder(5)(6), adder(5).__closure__[0].cell_contents, sorted_by(["bb", "a", "ab"]))
    report(several, 7)
    up, read = counter(10)
    print(up(), up(5), up(twice=True), read(), up.__name__, up.__doc__, up.__qualname__)
    report(late)
    report(unbound_here, False)
    print(unbound_here(True)[0])  # type: ignore[index]
    report(unbound_there)
    report(deleted)
    report(deleted_inside)
    report(parameter_cells, 1)
    print(parameter_cells(1, "x", 3, 4, c=2.5, d=6))
    report(recursive, 20)
    report(two_levels, 0)
    report(decorated)
    report(failing_decorator)
    report(local_class, "n")
    report(handler_name)
    report(loop_variable)
    report(defaults_are_kept)
    report(captured_in_comprehension, [1, 5, 2], 3)
    report(deep_error, 3)
    report(looks)
    report(generator_inside, 4)
    report(nothing_to_say)
    report(in_finally, True)
    report(in_finally, False)
    report(conditional, True)
    report(conditional, False)
    report(typed_cell, 5)
    report(optional_cell, "four")
    report(optional_cell, None)
    report(star_arguments, lambda *a: a, 1, 2)
    holder = Holder(4)
    print(holder.doubled()())
    holder.setter()(9)
    print(holder.doubled()())
    report(shadowed, 1)
    wrong_calls()

    witness = Witness()
    before = sys.getrefcount(witness)
    for _ in range(100):
        keeps(witness)
        keeps(witness)()
        parameter_cells(1, "x", 3)
    print(sys.getrefcount(witness) - before)
    del witness
    made = keeps(Witness())
    print(Witness.alive)
    del made
    print(Witness.alive)


main()
