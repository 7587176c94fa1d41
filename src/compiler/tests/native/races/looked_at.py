"""Objects that several threads use, look at and rename at once: exceptions raised from one line, generators and coroutines shown
while they run, cells, dataclasses compared and copied while they change, functions and methods replaced while they are called, and the
collector at work meanwhile. Each line that is printed must be `fine`.
"""

import copy
import gc
import pickle
import sys
import threading
import traceback
import types
import weakref
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from unittest import mock


@dataclass
class Part:
    name: str
    count: int = 0
    weight: float = 0.5
    whole: bool = False
    tags: list[str] = field(default_factory=list)
    inner: "Part | None" = None

    def total(self) -> float:
        return self.count * self.weight

    @property
    def label(self) -> str:
        return f"{self.name}:{self.count}"


@dataclass(frozen=True, order=True)
class Key:
    name: str
    number: int


def steps(stop: int) -> Generator[int, object, str]:
    kept = [str(stop)]
    for each in range(stop):
        kept.append(str(each))
        yield each
    return "".join(kept)


class Turn:
    def __await__(self) -> Iterator[int]:
        yield 1


async def waits(rounds: int) -> int:
    for _ in range(rounds):
        await Turn()
    return rounds


def fails(at: int) -> int:
    if at % 2:
        raise KeyError(f"{at}")
    return [1, 2][at + 2]


def doubled(value: int) -> int:
    return value * 2


def calls(value: int) -> int:
    return doubled(value) + doubled(value)


def counter() -> tuple[Callable[[], int], Callable[[], object]]:
    count = 0
    last: object = "none"

    def add() -> int:
        nonlocal count, last
        count = count + 1
        last = f"{count} {last}"[:20]
        return count

    def look() -> object:
        return (count, last)

    return add, look


shared = Part("a", 10**20, 1.5, True, ["x"], Part("b"))
numbers = steps(10**9)
waiting = waits(10**9)
add, look = counter()
ROUNDS = int(__import__("os").environ.get("RACE_ROUNDS", "80"))


def raising(i: int) -> bool:
    try:
        fails(i)
    except KeyError as error:
        return traceback.extract_tb(error.__traceback__)[-1].name == "fails"
    except IndexError as error:
        return "".join(traceback.format_exception(error)).count("fails") >= 1
    return False


def resuming(i: int) -> bool:
    for made in (numbers, waiting):
        try:
            made.send(None)
        except ValueError as error:
            if "already executing" not in str(error):
                return False
        made.__name__ = f"name{i}"
        made.__qualname__ = f"qualified{i}"
        shown = repr(made)
        if "qualified" not in shown and "steps" not in shown and "waits" not in shown:
            return False
        if not made.__name__ or not made.__qualname__:
            return False
    for frame in (numbers.gi_frame, waiting.cr_frame):
        if frame is not None and frame.f_lineno < 1:
            return False
    return (numbers.gi_running, waiting.cr_suspended, waiting.cr_await, numbers.gi_yieldfrom) is not None


def changing(i: int) -> bool:
    shared.count = 10**20 + i
    shared.weight = i / 2
    shared.whole = not shared.whole
    shared.name = f"name {i}"
    shared.inner = None if i % 3 == 0 else Part(f"{i}", i)
    shared.tags = [f"{i}"]
    other = replace(shared, count=i)
    return other.total() is not None and (other == shared or repr(other) != "") and other.label.startswith("name")


def copying(i: int) -> bool:
    one = copy.copy(shared)
    two = copy.deepcopy(shared)
    three = pickle.loads(pickle.dumps(shared))
    namespace = vars(shared)
    seen = (namespace["name"], namespace.get("inner"))
    return type(one) is type(two) is type(three) is Part and seen[0] != "" and two.tags is not shared.tags


def keys(i: int) -> bool:
    table = {Key(f"{n}", n): n for n in range(5)}
    return table[Key("3", 3)] == 3 and sorted(table)[0] == Key("0", 0) and hash(Key("a", i)) == hash(Key("a", i))


def closing(i: int) -> bool:
    before = add()
    after = look()
    return before > 0 and after is not None


def calling(i: int) -> bool:
    if i % 25 == 0:
        with mock.patch(f"{__name__}.doubled", lambda value: value * 3), mock.patch.object(Part, "total", lambda self: 1.0):
            calls(i)
            shared.total()
    return calls(i) in (4 * i, 6 * i, 5 * i) and shared.total() is not None


def dropping(i: int) -> bool:
    part = Part("weak", i, inner=shared)
    reference = weakref.ref(part)
    part.inner = part
    made = steps(3)
    next(made)
    del part
    if i % 50 == 0:
        gc.collect()
    return reference() is None or reference().name == "weak"


WORK = (raising, resuming, changing, copying, keys, closing, calling, dropping)
wrong: list[str] = []


def race(all_work: tuple[Callable[[int], bool], ...]) -> None:
    barrier = threading.Barrier(len(all_work))

    def run(work: Callable[[int], bool]) -> None:
        barrier.wait()
        for i in range(ROUNDS):
            try:
                if not work(i):
                    wrong.append(work.__name__)
            except Exception as error:
                wrong.append(f"{work.__name__} {error!r}")

    threads = [threading.Thread(target=run, args=(each,)) for each in all_work]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


for work in WORK:
    race((work, work))
race(WORK)
print("fine" if not wrong else wrong[:5])
print("fine" if isinstance(numbers, types.GeneratorType) and sys.getrefcount(shared) < 100 else "not let go")
