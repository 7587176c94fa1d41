# interpreted: Q, S3, U3
"""Fields that are not set: what reading and deleting them says, in classes with and without slots."""

import copy
import inspect
import pickle
from dataclasses import dataclass, field


@dataclass(slots=True)
class S:
    a: int
    f: float = 0.5
    b: bool = True
    o: list[int] = field(default_factory=list)


@dataclass
class D:
    a: int
    f: float
    o: list[int]


@dataclass(slots=True)
class T(S):
    z: str = "z"


class P:
    a: int
    o: list[int]

    def __init__(self) -> None:
        self.a = 1
        self.o = []


class Q:
    __slots__ = ("a", "o")

    def __init__(self) -> None:
        self.a = 1
        self.o = []


def say(e: AttributeError) -> None:
    print(type(e).__name__, e, e.args, repr(e.name), type(e.obj).__name__)


def use_s(s: S) -> None:
    try:
        print(s.a)
    except AttributeError as e:
        say(e)
    try:
        print(s.f)
    except AttributeError as e:
        say(e)
    try:
        print(s.b)
    except AttributeError as e:
        say(e)
    try:
        print(s.o)
    except AttributeError as e:
        say(e)
    for _ in range(2):
        try:
            del s.a
        except AttributeError as e:
            say(e)
        try:
            del s.f
        except AttributeError as e:
            say(e)
        try:
            del s.b
        except AttributeError as e:
            say(e)
        try:
            del s.o
        except AttributeError as e:
            say(e)
    try:
        s.a += 1
    except AttributeError as e:
        say(e)
    try:
        s.o.append(1)
    except AttributeError as e:
        say(e)


def use_t(s: T) -> None:
    use_s(s)
    for _ in range(2):
        try:
            del s.z
        except AttributeError as e:
            say(e)
        try:
            print(s.z)
        except AttributeError as e:
            say(e)


def use_d(s: D) -> None:
    for _ in range(2):
        try:
            del s.a
        except AttributeError as e:
            say(e)
        try:
            del s.f
        except AttributeError as e:
            say(e)
        try:
            del s.o
        except AttributeError as e:
            say(e)
        try:
            print(s.a)
        except AttributeError as e:
            say(e)
        try:
            print(s.f)
        except AttributeError as e:
            say(e)
        try:
            print(s.o)
        except AttributeError as e:
            say(e)


def use_p(s: P) -> None:
    for _ in range(2):
        try:
            del s.a
        except AttributeError as e:
            say(e)
        try:
            del s.o
        except AttributeError as e:
            say(e)
        try:
            print(s.a)
        except AttributeError as e:
            say(e)


def any_use(s, names) -> None:
    for n in names:
        for _ in range(2):
            for what in (lambda: delattr(s, n), lambda: getattr(s, n), lambda: object.__delattr__(s, n),
                         lambda: type(s).__dict__[n].__delete__(s), lambda: type(s).__dict__[n].__get__(s),
                         lambda: hasattr(s, n), lambda: getattr(s, n, 7)):
                try:
                    print(what())
                except AttributeError as e:
                    say(e)
                except KeyError as e:
                    print("KeyError", e)


class SubS(S):
    pass


use_s(S(1))
use_t(T(1))
use_s(SubS(1))
use_d(D(1, 2.0, []))
use_p(P())
any_use(S(1), ["a", "f", "b", "o"])
any_use(T(1), ["a", "f", "b", "o", "z"])
any_use(SubS(1), ["a"])
any_use(Q(), ["a", "o"])


@dataclass(slots=True, frozen=True)
class F:
    a: int
    o: str


def use_f(s: F) -> None:
    for _ in range(2):
        try:
            object.__delattr__(s, "a")
        except AttributeError as e:
            say(e)
        try:
            print(s.a, s.o)
        except AttributeError as e:
            say(e)
        try:
            del s.a
        except AttributeError as e:
            say(e)
        try:
            s.a = 3
        except AttributeError as e:
            say(e)


use_f(F(1, "a"))
try:
    print(S(1) == object.__new__(S))
except AttributeError as e:
    say(e)
try:
    print(repr(object.__new__(S)))
except AttributeError as e:
    say(e)


@dataclass(slots=True)
class U:
    x: int
    g: float = 1.5


def blank() -> U:
    return object.__new__(U)


try:
    print(blank().x)
except AttributeError as e:
    say(e)
try:
    print(blank().g)
except AttributeError as e:
    say(e)


@dataclass(slots=True)
class T2(D):
    extra: int = 5


@dataclass
class U2(T2):
    a: int
    f: float
    extra: int


# Below slots, and with values of its own that stand before them.
@dataclass(slots=True)
class S3:
    a: int
    f: float = 0.5
    b: bool = True
    o: list[int] = field(default_factory=list)


@dataclass
class U3(S3):
    f: float = 2.5
    b: bool = False


class Base:
    kept: int

    def __init__(self) -> None:
        self.kept = 1


@dataclass(slots=True)
class Mixed(Base):
    own: int = 2

    def __post_init__(self) -> None:
        self.kept = 3


any_use(T2(1, 2.0, []), ["a", "f", "o", "extra"])
any_use(U2(1, 2.0, [], 4), ["a", "f", "o", "extra"])
any_use(U3(1), ["a", "o"])
any_use(Mixed(4), ["own", "kept"])
for cls in (S, T, S3, U3, T2, U2, Mixed, F, SubS):
    for name in ("a", "f", "b", "o", "z", "extra", "own", "kept"):
        try:
            print(cls.__name__, name, getattr(cls, name))
        except AttributeError as e:
            print(e)
    print(getattr(cls, "__slots__", None))
print(inspect.signature(U2), inspect.signature(U3), inspect.signature(T2), inspect.ismemberdescriptor(S.f), S.f.__name__, S.f.__objclass__)
try:
    exec("@dataclass\nclass W(S):\n    f: float\n    b: bool\n")
except TypeError as e:
    print(e)
for o in (S(1), T(1), T2(1, 2.0, []), U2(1, 2.0, [], 4), U3(1), Mixed(4), F(1, "a")):
    print(o, copy.copy(o) == o, pickle.loads(pickle.dumps(o)) == o, copy.deepcopy(o), copy.replace(o))
