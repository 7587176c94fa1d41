# interpreted: Meta
"""Classes that functions make below native ones: with values of their own under the names of fields, and `__getattr__` and
`__setattr__` of their own."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace


@dataclass
class A:
    a: int = 1
    x: int = 3

    def get(self) -> int:
        return self.x


@dataclass(frozen=True)
class F:
    a: int = 1
    x: int = 3

    def get(self) -> int:
        return self.x


def plain_below() -> type:
    class B(A):
        x = 5
    return B


def data_below() -> type:
    @dataclass
    class B(A):
        x: int = 5
    return B


def frozen_below() -> type:
    @dataclass(frozen=True)
    class Frozen(F):
        x: int = 5
        y: int = 6
    return Frozen


def read(o: A) -> int:
    return o.x


def readf(o: F) -> int:
    return o.x


def report(what: str, o: object) -> None:
    print(what, o, getattr(o, "x"), sorted(vars(o).items()), getattr(o, "get")())


def run(kind: type) -> None:
    o = kind()
    report("default", o)
    o = kind(a=2, x=9)
    report("made", o)
    report("copied", copy.copy(o))
    report("deep", copy.deepcopy(o))
    n = kind.__new__(kind)
    n.__dict__.update({"a": 8, "x": 80})
    report("updated", n)
    n = kind.__new__(kind)
    n.__dict__.update({"a": 8})
    report("updated less", n)
    n.__dict__["x"] = 4
    report("item", n)
    if kind.__name__ != "Frozen":
        n.__dict__ = {"a": 7, "x": 70}
        report("dict", n)


run(plain_below())
run(data_below())
run(frozen_below())
print(read(data_below()(x=11)), readf(frozen_below()(x=12)))


def asking_below() -> type:
    class B(A):
        x = 5
        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return "no " + name
    return B


def storing_below() -> type:
    class B(asking_below()):
        x = 6
        def __setattr__(self, name, value):
            super().__setattr__(name, value)
    return B


class Meta(type):
    """Neither is asked when an attribute of an object is looked for."""

    @property
    def __mro__(cls):
        return 5

    def __getattribute__(cls, name):
        if name in ("__mro__", "__getattr__"):
            raise RuntimeError(name)
        return super().__getattribute__(name)


def meta_below() -> type:
    class B(A, metaclass=Meta):
        x = 5

        def __getattr__(self, name):
            return super().__getattribute__(name)

    return B


def telling_below() -> type:
    class B(A):
        @property
        def x(self):
            return self.__dict__["x"] * 10

        @x.setter
        def x(self, value):
            self.__dict__["x"] = value

    return B


run(meta_below())
run(asking_below())
print(getattr(asking_below()(), "nothing"), getattr(storing_below()(), "nothing"))
run(storing_below())
o = frozen_below()(x=7)
c = copy.copy(o)
object.__setattr__(c, "x", 70)
print(readf(o), readf(c), o, c, c == replace(c, x=70))
o = data_below()(x=1)
setattr(o, "x", 2)
o.__dict__["x"] = 3
print(read(o), o)
del o.x
print(read(o), o, vars(o))
try:
    del o.x
except AttributeError as error:
    print(error)
o = telling_below()()
setattr(o, "x", 9)
print(getattr(o, "x"), read(o), vars(o)["x"])
