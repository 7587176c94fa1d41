# interpreted: Weak
"""Every option of dataclasses, on native classes."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import operator
import pickle
import weakref
from dataclasses import KW_ONLY, FrozenInstanceError, InitVar, asdict, astuple, dataclass, field, fields, replace
from functools import total_ordering
from typing import Any, Callable, ClassVar, final


def attempt(f: Callable[..., Any], *args: Any, **kw: Any) -> Any:
    try:
        return f(*args, **kw)
    except Exception as error:
        return type(error).__name__, str(error)


@dataclass(frozen=True)
class Ice:
    a: int
    b: list[int] = field(default_factory=list, hash=False, compare=False)
    c: str = field(default="c", repr=False)

    def total(self) -> int:
        return self.a + len(self.b)

    def melt(self) -> None:
        self.a = 3

    def drip(self) -> None:
        del self.a

    def force(self) -> int:
        object.__setattr__(self, "a", 99)
        return self.a


@dataclass(slots=True)
class Slim:
    x: int
    y: float = 1.5

    def area(self) -> float:
        return self.x * self.y

    def grow(self) -> Slim:
        self.x += 1
        return self

    def stray(self) -> None:
        self.z = 1


@dataclass(slots=True, frozen=True)
class SlimIce:
    x: int
    name: str = "n"

    def label(self) -> str:
        return f"{self.name}{self.x}"


@dataclass(kw_only=True)
class Named:
    a: int
    b: str = "b"

    def both(self) -> str:
        return f"{self.a}{self.b}"


@dataclass
class Mixed:
    a: int
    _: KW_ONLY
    b: int = 2
    c: int = field(kw_only=False, default=3)
    d: int = field(kw_only=True)

    def all(self) -> list[int]:
        return [self.a, self.b, self.c, self.d]


@dataclass(order=True)
class Ordered:
    key: int
    name: str = field(compare=False, default="")

    def before(self, other: Ordered) -> bool:
        return self < other


@dataclass(eq=False)
class Same:
    a: int

    def me(self) -> int:
        return self.a


@dataclass(unsafe_hash=True)
class Hashed:
    a: int
    b: str = "x"

    def key(self) -> int:
        return hash(self)


@dataclass(init=False, repr=False)
class Bare:
    a: int = 5
    b: str = "b"

    def get(self) -> int:
        return self.a


@dataclass
class Post:
    a: int
    scale: InitVar[int] = 2
    total: int = field(init=False)
    log: ClassVar[list[str]] = []

    def __post_init__(self, scale: int) -> None:
        self.total = self.a * scale
        self.log.append(f"post {self.total}")

    def show(self) -> str:
        return f"{self.a} {self.total}"


@dataclass
class Derived(Post):
    extra: str = "e"

    def __post_init__(self, scale: int) -> None:
        super().__post_init__(scale + 1)
        self.extra += "!"


@dataclass
class NoInit:
    a: int
    b: int = field(init=False, default=7)
    c: list[int] = field(init=False, default_factory=lambda: [1])

    def sum(self) -> int:
        return self.a + self.b + len(self.c)


@dataclass(match_args=False)
class NoMatch:
    a: int

    def get(self) -> int:
        return self.a


@dataclass(weakref_slot=True, slots=True)
class Weak:
    a: int

    def get(self) -> int:
        return self.a


@dataclass
class Nested:
    id: int
    post: Post
    items: list[Ordered] = field(default_factory=list)
    by: dict[str, Hashed] = field(default_factory=dict)
    maybe: Hashed | None = None
    meta: Any = field(default=None, metadata={"unit": "m"})

    def names(self) -> list[str]:
        return [each.name for each in self.items]


def use_ice() -> list[object]:
    i = Ice(1, [2])
    return [i, i.total(), attempt(i.melt), attempt(i.drip), attempt(setattr, i, "q", 1), i == Ice(1, [3]), hash(i) == hash(Ice(1, [9])), i == Ice(2), i.force(), i]


def use_slim() -> list[object]:
    s = Slim(2)
    return [s, s.area(), s.grow(), attempt(s.stray)[0], hasattr(s, "__dict__"), Slim.__slots__, attempt(setattr, s, "w", 1)[0], s == Slim(3), attempt(hash, s), Slim.__match_args__]


def use_slim_ice() -> list[object]:
    s = SlimIce(2)
    return [s, s.label(), attempt(setattr, s, "x", 1), {s: 1}[SlimIce(2)], attempt(delattr, s, "x")]


def use_named() -> list[object]:
    return [Named(a=1), Named(b="q", a=2).both(), attempt(Named, 1), attempt(Named)]


def use_mixed() -> list[object]:
    return [Mixed(1, d=4), Mixed(1, 9, d=4, b=8).all(), attempt(Mixed, 1, 2, 3), attempt(Mixed, 1)]


def use_ordered(a: Ordered, b: Ordered) -> list[object]:
    return [a < b, a <= b, a > b, a >= b, a == b, a.before(b), sorted([b, a]), attempt(operator.lt, a, 3)]


def use_same(a: Same, b: Same) -> list[object]:
    return [a == b, a == a, a != b, hash(a) == hash(a), {a: 1}[a]]


def use_post() -> list[object]:
    return [Post(2), Post(2, 5), Post(a=1, scale=0).show(), Post.log, attempt(Post), Derived(1), Derived(1, 2, "f"), Derived(a=3, extra="g").show(), Post(1).scale]


def use_noinit() -> list[object]:
    return [NoInit(1), NoInit(1).sum(), attempt(NoInit, 1, 2), NoInit(3) == NoInit(3)]


def nested() -> Nested:
    return Nested(1, Post(2), [Ordered(1, "n"), Ordered(2)], {"k": Hashed(1)}, Hashed(2), meta=(1, Hashed(3)))


print(use_ice())
print(use_slim())
print(use_slim_ice())
print(use_named(), use_mixed())
print(use_ordered(Ordered(1, "z"), Ordered(2, "a")), use_ordered(Ordered(1, "z"), Ordered(1, "a")))
print(use_same(Same(1), Same(1)), Hashed(1).key() == Hashed(1).key(), {Hashed(1): 2}[Hashed(1)])
b = Bare()
print(b.get(), b.a, b.b, attempt(Bare, 1), attempt(b.__class__, a=1))
print(use_post())
print(use_noinit(), NoMatch(1), hasattr(NoMatch, "__match_args__"))
n = nested()
print(n, n.names(), asdict(n), astuple(n))
print(replace(n, id=5).id, replace(n, items=[]).names(), attempt(replace, n, zzz=1), attempt(replace, Post(1), scale=4), attempt(replace, Post(1)), attempt(replace, NoInit(1), b=2))
print([(f.name, f.type, f.init, f.repr, f.compare, f.hash, f.kw_only, f.metadata) for f in fields(Nested)])
print([f.name for f in fields(Post)], dataclasses.is_dataclass(Post), dataclasses.is_dataclass(n), n.__dataclass_params__)
for cls in [Ice, Slim, SlimIce, Named, Mixed, Ordered, Same, Hashed, Bare, Post, Derived, NoInit, NoMatch, Weak, Nested]:
    print(cls.__name__, inspect.signature(cls), cls.__doc__, cls.__annotations__, cls.__qualname__, cls.__module__, getattr(cls, "__match_args__", None))
for made in [Ice(1, [2]), Slim(1), SlimIce(3), Named(a=1), Mixed(1, d=2), Ordered(1), Hashed(1), Post(3), Derived(3), NoInit(4), nested()]:
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = attempt(lambda: pickle.loads(pickle.dumps(made, protocol)))
        if again != made or repr(again) != repr(made):
            print("pickle", protocol, made, again)
    print(copy.copy(made) == made, copy.deepcopy(made) == made, repr(copy.deepcopy(made)) == repr(made), copy.copy(made) is made, copy.replace(made) == made if not isinstance(made, Post) else "")
w = Weak(1)
print(weakref.ref(w)() is w, attempt(weakref.ref, Slim(1)), weakref.ref(n)() is n, w.get())

for x in [Ordered(1, "q"), Ordered(9), Ordered(2), Slim(4), Slim(4, 2.0), Ice(1, [7, 8]), Ice(1), Post(2), 5]:
    match x:
        case Ordered(1, name):
            print("one", name)
        case Ordered(key=k) if k > 5:
            print("big", k)
        case Slim(x, y=1.5):
            print("slim", x)
        case Ice(a, [first, *rest]):
            print("ice", a, first, rest)
        case Post(a=2, total=t):
            print("post", t)
        case _:
            print("none")
try:
    Ice(1).a = 5
except FrozenInstanceError as error:
    print(error, isinstance(error, AttributeError))
print(attempt(lambda: dataclass(type("T", (), {"__annotations__": {"a": int, "b": int}, "a": 1}))))
print(vars(nested())["id"], sorted(vars(Post(1))), Post.__dict__["log"], Post.a if hasattr(Post, "a") else "no a", NoInit.b, Nested.maybe)


# Which fields come by position: construction from compiled code agrees with `__init__`.
@dataclass
class Late:
    mark: int = field(kw_only=True, default=0)
    x: int = 0
    y: int = 0


@dataclass(kw_only=True)
class Keyed:
    a: int = 1


@dataclass
class Placed(Keyed):
    x: int
    y: int = 5


@dataclass
class Relaid(Late):
    mark: int = 2
    y: int = field(kw_only=True, default=3)


def by_name(value: int) -> Any:
    return field(default=value, kw_only=True)


def needed() -> Any:
    return field(repr=True)


@dataclass
class Made:
    a: int = by_name(1)
    b: int = 2
    c: int = 3


@dataclass
class Needing:
    a: int = needed()
    b: int = needed()


class Between(Keyed):
    a: int = 9


@dataclass
class Below(Between):
    b: int = 8


def by_position() -> list[Callable[[], Any]]:
    return [
        lambda: Late(1, 2), lambda: Late(1), lambda: Late(1, 2, mark=3), lambda: Late(y=1, mark=2), lambda: Late(1, 2, 3),
        lambda: Placed(1, 2), lambda: Placed(1), lambda: Placed(1, a=3), lambda: Placed(1, 2, 3), lambda: Placed(y=1, x=2),
        lambda: Relaid(1, 2), lambda: Relaid(1, 2, 3), lambda: Relaid(1, y=4), lambda: Relaid(y=1, x=2, mark=3),
        lambda: Mixed(1, 2, d=3), lambda: Mixed(1, d=3, b=4), lambda: Mixed(1, 2, 3), lambda: Keyed(1), lambda: Keyed(a=2),
        lambda: Made(4), lambda: Made(4, 5), lambda: Made(4, 5, a=6), lambda: Made(4, 5, 6), lambda: Needing(1, 2),
        lambda: Needing(), lambda: Needing(1), lambda: Below(), lambda: Below(1), lambda: Below(a=1), lambda: Below(1, a=2),
    ]


for make in by_position():
    made = attempt(make)
    print(made, made if isinstance(made, tuple) else vars(made))


# What other decorators add to the class that `slots=True` makes is there.
@final
@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Grade:
    x: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Grade) and self.x == other.x

    def __lt__(self, other: Grade) -> bool:
        return self.x < other.x

    def is_itself(self) -> bool:
        return self >= self and self <= self


@dataclass(slots=True)
@total_ordering
class Step:
    x: int

    def __gt__(self, other: Step) -> bool:
        return self.x > other.x


def in_order(low: Grade, high: Grade) -> list[bool]:
    return [low < high, low <= high, low > high, low >= high, low.is_itself()]


print(in_order(Grade(1), Grade(2)), hasattr(Grade, "__final__"), Grade.__ge__.__qualname__, Step(1) <= Step(2), Step(1) >= Step(2))
print(hasattr(Grade(1), "__dict__"), max(Grade(3), Grade(4)), sorted([Step(2), Step(1)]))


# Objects with slots get no attributes but their fields.
@dataclass(slots=True, init=False)
class Closed:
    a: int

    def __init__(self, more: bool) -> None:
        self.a = 1
        if more:
            self.more = 2


@dataclass(init=False)
class Opened(Closed):
    def __init__(self) -> None:
        self.b = 2
        super().__init__(True)


@dataclass(slots=True, init=False)
class Shadowing:
    shared: ClassVar[int] = 1

    def __init__(self) -> None:
        self.shared = 2


print(Closed(False), attempt(Closed, True), vars(Opened()), attempt(Shadowing))
