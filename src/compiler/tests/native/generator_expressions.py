"""Generator expressions that are kept, passed on and walked later: what they capture, when they evaluate, how they end."""

import gc
import inspect
import traceback
import types
import weakref
from collections.abc import Callable, Iterator


def attempt(f, *args):
    try:
        return f(*args)
    except BaseException as error:
        return type(error).__name__, str(error), repr(error.__cause__), repr(error.__context__)


def lines(f: Callable[[], object]) -> list[tuple[str, int]]:
    try:
        f()
    except Exception as error:
        return [(each.name, each.lineno or 0) for each in traceback.extract_tb(error.__traceback__)]
    return []


class Odd(Exception):
    pass


def noisy(name: str, values: list[int]) -> Iterator[int]:
    print("start", name)
    for each in values:
        yield each
    print("end", name)


def kept(values: list[int], factor: int) -> None:
    squares = (each * factor for each in values if each % 2)
    print(next(squares), squares.gi_code.co_name, squares.__qualname__)
    factor = 100
    print(list(squares), list(squares))
    each = 5
    pairs = ((each, other) for each in values for other in range(each) if other)
    print(list(pairs), each)
    empty = (1 for _ in ())
    print(next(empty, None), inspect.isgenerator(empty), isinstance(empty, types.GeneratorType))


kept([1, 2, 3], 10)


def order() -> None:
    made = (one + two for one in noisy("one", [1, 2]) for two in noisy("two", [10, 20]))
    print("made")
    print(next(made))
    print(list(made))


order()


def early(values: object) -> object:
    return (each for each in values)


print(attempt(early, 5), attempt(early, None))
print(attempt(list, early([1, 2])))


def passed(values: list[int]) -> list[object]:
    return [
        sorted(-each for each in values),
        ",".join(str(each) for each in values),
        dict((each, each * 2) for each in values),
        max((each for each in values), default=0),
        list(map(str, (each + 1 for each in values))),
        [*(each for each in values if each > 1)],
        {*(each for each in values)},
        first(each for each in values if each > 2),
        first((each for each in values)),
        sum(each for each in values) + sum((each for each in values), 10),
        all(any(other == each for other in values) for each in values),
    ]


def first(values: Iterator[int]) -> int:
    for each in values:
        return each
    return -1


print(passed([3, 1, 2]))


def nested(rows: list[list[int]]) -> object:
    total = 0
    walked = (list(each * total for each in row) for row in rows)
    total = 2
    deeper = ((each for each in row if each > total) for row in rows)
    return list(walked), [list(each) for each in deeper]


print(nested([[1, 2, 3], [4, 5]]))


def functions(values: list[int]) -> object:
    late = (lambda: each for each in values)
    found = [next(late), next(late)]
    shown = [each() for each in found]
    found.extend(late)
    shown.extend(each() for each in found)
    key = 2
    ranked = list(sorted(values, key=lambda value: value % key) for _ in range(2))
    consumed = sum((lambda: each)() for each in values)
    plain = tuple((lambda: 7)() for _ in values)
    return shown, ranked, consumed, plain, any((other for other in values) for _ in values)


print(functions([4, 5, 6]))


def unpacking(pairs: list[tuple[int, tuple[str, str]]]) -> list[object]:
    return [list((b, a, c) for a, (b, c) in pairs), list(map(int, (head for head, *_ in pairs))), list(map(len, (rest for _, rest in pairs)))]


print(unpacking([(1, ("x", "y")), (2, ("z", "w"))]))


def unusual(values: list[int]) -> object:
    holder: dict[str, int] = {}

    def fill() -> Iterator[int]:
        return (holder["at"] for holder["at"] in values)

    return list(fill()), holder


print(unusual([1, 2]))


def refused(values: list[int]) -> int:
    if values[0] > 2:
        raise Odd(values)
    return values[0]


def failing() -> object:
    return list(
        refused(each)
        for each in
        [[1], [2], [3]]
    ) or 1


def failing_later() -> object:
    made = (
        refused([each])
        for each in range(9)
        if each >= 0
    )
    next(made)
    next(made)
    return first(made) + first(made)


print(lines(failing)[-1], lines(failing_later))


def stopping() -> object:
    inner = iter([1])
    return (next(inner) for _ in range(3))


print(attempt(list, stopping()))


def closing() -> list[object]:
    said: list[object] = []

    def source() -> Iterator[int]:
        try:
            yield 1
            yield 2
        finally:
            said.append("closed")

    made = (each for each in source())
    said.append(next(made))
    made.close()
    said.append(attempt(next, made))
    del made
    gc.collect()
    other = (each for each in source())
    said.append(next(other))
    thrown = attempt(other.throw, Odd("thrown"))
    del other
    gc.collect()
    said.append(thrown)
    return said


print(closing())


def unbound() -> Iterator[int]:
    made = (late for _ in range(2))
    if gc.isenabled():
        return made
    late = 1


print(attempt(list, unbound()))


class Shelf:
    def __init__(self, items: list[int]) -> None:
        self.items = items
        self.step = 2

    def stepped(self) -> Iterator[int]:
        return (each * self.step for each in self.items)

    @property
    def both(self) -> list[int]:
        return list(map(abs, (self.step - each for each in self.items)))


print(list(Shelf([1, 2]).stepped()), Shelf([1, 5]).both)


def cycle() -> object:
    holder: list[object] = []
    made = (holder for _ in range(3))
    holder.append(made)
    next(made)
    return weakref.ref(made)


reference = cycle()
gc.collect()
print(reference())


def sends() -> object:
    made = (each for each in range(3))
    return attempt(made.send, 1), made.send(None), made.send(5), made.gi_yieldfrom, inspect.getgeneratorstate(made), made.gi_frame is None


print(sends())


def walrus(values: list[int]) -> object:
    found = any((seen := each) > 1 for each in values)
    return found, seen


print(walrus([1, 2, 3]))


def deep(depth: int) -> Iterator[int]:
    made: Iterator[int] = iter(range(3))
    for _ in range(depth):
        made = (each + 1 for each in made)
    return made


print(list(deep(50)), attempt(list, deep(100000)) is not None)


def shadow(sum: Callable[[Iterator[int]], int], values: list[int]) -> int:
    return sum(each for each in values)


print(shadow(len, [1]) if attempt(shadow, len, [1])[0] != "TypeError" else "no length", shadow(first, [7, 8]))
