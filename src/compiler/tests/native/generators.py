# interpreted: drain, inner_interpreted, Iter.__next__, Awkward.__next__, Awkward.throw
"""Generator functions: yield in every position, send, throw, close, return, yield from."""

import gc
import inspect
import itertools
import traceback
import weakref
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass


def attempt(f, *args):
    try:
        return f(*args)
    except BaseException as error:
        return type(error).__name__, str(error), repr(error.__cause__), repr(error.__context__)


def lines(f, *args):
    try:
        return f(*args)
    except BaseException as error:
        found = [(each.name, each.lineno) for each in traceback.extract_tb(error.__traceback__)]
        if error.__cause__ is not None:
            found += [("cause", str(error.__cause__))]
            found += [(each.name, each.lineno) for each in traceback.extract_tb(error.__cause__.__traceback__)]
        return found


def drain(made, *sent):
    t"interpreted"
    said = []
    for each in (None, *sent):
        try:
            if isinstance(each, BaseException) or isinstance(each, type):
                said.append(("threw", made.throw(each)))
            else:
                said.append(("sent", made.send(each)))
        except StopIteration as stop:
            said.append(("returned", stop.value))
        except BaseException as error:
            said.append((type(error).__name__, str(error), repr(error.__context__)))
    return said


def count(n: int) -> Iterator[int]:
    i = 0
    while i < n:
        yield i
        i += 1


def fibonacci() -> Iterator[int]:
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


def echo() -> Generator[object, object, str]:
    got = yield "ready"
    while got != "stop":
        got = yield ("echo", got)
    return "stopped"


def average() -> Generator[float, float, None]:
    total = 0.0
    number = 0
    mean = 0.0
    while True:
        value = yield mean
        total += float(str(value))
        number += 1
        mean = total / number


def positions(x: int) -> Generator[object, object, object]:
    pair = ((yield 1), (yield 2))
    table = {(yield "key"): (yield "value")}
    total = x + int(str((yield "number")))
    said = f"{(yield 'formatted')}!"
    chosen = "yes" if (yield "test") else "no"
    both = (yield "left") and (yield "right")
    called = max((yield "a"), (yield "b"))
    item = [1, 2, 3][(yield "index")]
    yield
    empty = yield
    if (named := (yield "walrus")) is None:
        named = "none"
    return (pair, table, total, said, chosen, both, called, item, empty, named)


def handles() -> Generator[str, object, str]:
    said: list[str] = []
    try:
        said.append(f"got {(yield 'one')}")
    except ValueError as error:
        said.append(f"value {error}")
        yield "in handler"
        said.append("after handler")
    else:
        yield "in else"
    finally:
        said.append("finally")
        yield "in finally"
    return ",".join(said)


def swallows() -> Generator[str, None, str]:
    while True:
        try:
            yield "again"
        except KeyError:
            pass
        except ValueError:
            return "value"


def ignores_exit() -> Iterator[int]:
    try:
        yield 1
    except GeneratorExit:
        yield 2


def returns_on_exit() -> Generator[int, None, str]:
    try:
        yield 1
    except GeneratorExit:
        return "at exit"
    return "at end"


def raises_on_exit() -> Iterator[int]:
    try:
        yield 1
    finally:
        raise KeyError("while closing")


def cleans(log: list[str]) -> Iterator[int]:
    try:
        yield 1
        yield 2
    finally:
        log.append("cleaned")


def fails(n: int) -> Iterator[float]:
    for i in range(n, -1, -1):
        yield n / i


def stops() -> Iterator[int]:
    yield 1
    raise StopIteration("inside")


def nothing() -> Iterator[int]:
    return
    yield 1


def flat(items: Iterable[object]) -> Iterator[object]:
    for item in items:
        if isinstance(item, list):
            yield from flat(item)
        else:
            yield item


def delegates() -> Generator[object, object, object]:
    first = yield from echo()
    second = yield from [1, 2]
    third = yield from inner_interpreted()
    return (first, second, third)


def inner_interpreted():
    t"interpreted"
    got = yield "interpreted"
    return ("interpreted got", got)


def guarded() -> Generator[object, object, object]:
    try:
        return (yield from swallows())
    except KeyError as error:
        return f"guarded {error}"


def deep(n: int) -> Iterator[int]:
    if n > 0:
        yield from deep(n - 1)
    yield n


def from_int(x: object) -> Iterator[object]:
    yield from x


@dataclass
class Tree:
    value: int
    children: "list[Tree]"

    def walk(self) -> Iterator[int]:
        yield self.value
        for child in self.children:
            yield from child.walk()

    def __iter__(self) -> Iterator[int]:
        for child in self.children:
            yield child.value


def total(tree: Tree) -> int:
    result = 0
    for value in tree.walk():
        result += value
    for value in tree:
        result += value * 100
    return result


def consumers(n: int) -> str:
    squares = list(count(n))
    evens = [x for x in count(n) if x % 2 == 0]
    table = dict(zip(count(n), fibonacci()))
    first, *rest = count(n)
    return f"{squares} {evens} {table} {sum(count(n))} {max(count(n))} {first} {rest} {sorted(count(n), reverse=True)} {3 in count(n)} {''.join(map(str, count(n)))}"


class Iter:
    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return self

    def __next__(self):
        t"interpreted"
        if not self.items:
            raise StopIteration("end value")
        return self.items.pop()


class Awkward:
    def __iter__(self):
        return self

    def __next__(self):
        t"interpreted"
        return "next"

    def throw(self, *args):
        t"interpreted"
        raise LookupError("throw was called", *map(repr, args))

    def close(self):
        raise LookupError("close was called")


def over(x: object) -> Generator[object, object, object]:
    result = yield from x
    return result


print(list(count(5)), list(itertools.islice(fibonacci(), 95))[-2:], list(nothing()))
print(drain(echo(), 1, "x", "stop", "late"))
print(drain(average(), 10, 20, 30.5))
print(drain(positions(10), 1, 2, "k", "v", 5, "f", 1, 1, "r", 3, 4, 2, None, "e", "w"))
for sent in ((1, 2, 3), (ValueError("v"), 2, 3, 4), (KeyError("k"), 2), (1, ValueError("else"), 3), (GeneratorExit(), 1), (GeneratorExit, ValueError("f"), 1)):
    print(drain(handles(), *sent))
print(drain(swallows(), KeyError("a"), None, KeyError("b"), ValueError("c"), 1))
print(drain(fails(2), 1, 1, 1), lines(list, fails(2)))
print(drain(stops(), 1, 1), lines(list, stops()))
print(list(flat([1, [2, [3, [], [4]]], 5])))
print(drain(delegates(), "a", "stop", None, None, "z", "end"))
print(drain(delegates(), KeyError("thrown"), 1))
print(drain(delegates(), "stop", 5), drain(delegates(), "stop", ValueError("list has no throw"), 1))
print(drain(guarded(), KeyError("a"), ValueError("b")), drain(guarded(), LookupError("c")))
print(list(deep(40)), attempt(list, from_int(5)), lines(list, from_int(5)))
tree = Tree(1, [Tree(2, [Tree(3, [])]), Tree(4, [])])
print(total(tree), list(tree), list(tree.walk()), consumers(6))
print(drain(over(Iter([1, 2])), None, None, None), drain(over(Awkward()), KeyError("k")), drain(over(Awkward()), GeneratorExit))
print(drain(count(3), 5), attempt(count(3).send, 5), attempt(count(3).throw, 5), attempt(count(3).throw), attempt(count(3).throw, ValueError("early")))


def closing(make):
    said = [inspect.getgeneratorstate(made := make())]
    said += [attempt(made.close), inspect.getgeneratorstate(made), attempt(next, made, "over")]
    made = make()
    said += [next(made), inspect.getgeneratorstate(made), made.gi_running, made.gi_suspended, made.gi_frame.f_lineno, made.gi_yieldfrom]
    said += [attempt(made.close), inspect.getgeneratorstate(made), attempt(made.close), attempt(next, made, "over"), made.gi_frame]
    return said


for make in (returns_on_exit, raises_on_exit, lambda: count(3), lambda: swallows()):
    print(closing(make))
made = ignores_exit()
print(next(made), attempt(made.close), attempt(next, made, "over"))


def collect():
    log = []
    made = cleans(log)
    next(made)
    ref = weakref.ref(made)
    del made
    gc.collect()
    said = [log[:], ref() is None]
    made = cleans(log)
    next(made)
    made_list = [made]
    looped = over(made_list)
    made_list.append(looped)
    next(looped)
    ref = weakref.ref(looped)
    del made, looped, made_list
    gc.collect()
    return [*said, log, ref() is None]


print(collect())
gen = count(3)
print(repr(gen)[:24], type(gen).__name__, inspect.isgenerator(gen), isinstance(gen, Generator), isinstance(gen, Iterator), iter(gen) is gen)
print(inspect.isgeneratorfunction(count), gen.__name__, gen.__qualname__, gen.gi_code.co_name, tree.walk().__qualname__)


def in_heads(log: list[object]) -> Iterator[object]:
    def default(a: object = (yield "default")) -> object:
        return a

    log.append(default())

    try:

        class Inner((yield "base"), metaclass=(yield "keyword")):
            pass

    except TypeError as error:
        log.append(type(error).__name__)
    else:
        log.append(Inner.__mro__[1].__name__)

    @(yield "decorator")
    def decorated() -> int:
        return 1

    log.append(decorated)
    log.append((lambda a=(yield "lambda"): a)())


class OfHeads:
    def one(self) -> int:
        return 1


def only_a_default() -> object:
    def inner(a: object = (yield)) -> object:
        return a

    return inner()


def only_a_base() -> object:
    class Inner((yield)):
        pass

    return Inner.__mro__[1]


def sent(made, *values):
    try:
        found = [next(made)]
        for value in values:
            found.append(made.send(value))
    except BaseException as error:
        found.append((type(error).__name__, str(error)))
    return found


heads: list[object] = []
print(sent(in_heads(heads), 1, OfHeads, type, lambda f: f.__name__, 5), heads)
heads = []
print(sent(in_heads(heads), 1, 7, type, lambda f: f.__name__, 5), heads)
print(sent(only_a_default(), 3), sent(only_a_base(), OfHeads), sent(only_a_base(), 3))


def walrus_in_heads() -> object:
    def inner(a: int = (x := 1)) -> int:
        return a

    f = lambda a=(y := 2): a  # noqa: E731
    return x, y, inner(), f()


print(walrus_in_heads())
