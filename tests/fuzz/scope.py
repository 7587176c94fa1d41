"""What a generated program knows of itself while it is being written: types, variables, functions, classes.

In: a random source. Out: the tables that expressions.py and statements.py choose from. Types are annotations as text
(`"list[int]"`), so that a type can be written down as it is.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

#: Types that need no class of the program.
SCALARS = ["int", "float", "bool", "str"]
CONTAINERS = [
    "list[int]", "list[str]", "list[float]", "dict[str, int]", "dict[int, str]", "set[int]", "set[str]", "tuple[int, str]",
    "tuple[int, ...]", "list[tuple[int, str]]", "dict[str, list[int]]", "frozenset[int]", "list[list[int]]",
]
OTHERS = ["int | None", "str | None", "list[int] | None", "bytes", "object", "int | str"]


def arguments(of: str) -> list[str]:
    """The type arguments of `list[int]`, `dict[str, list[int]]`, …"""
    inner, parts, depth, start = of[of.index("[") + 1 : -1], [], 0, 0
    for at, letter in enumerate(inner):
        depth += (letter == "[") - (letter == "]")
        if letter == "," and depth == 0:
            parts.append(inner[start:at].strip())
            start = at + 1
    return [*parts, inner[start:].strip()]


def head(of: str) -> str:
    """`list` of `list[int]`; unions are `union`."""
    if " | " in of and not of.endswith("]"):
        return "union"
    return of.split("[")[0]


@dataclass
class Function:
    """A function or method that other code of the program may call."""

    name: str
    parameters: list[tuple[str, str]]
    returns: str
    is_async: bool = False
    #: Names of parameters with a default, and whether they are keyword-only.
    defaults: set[str] = field(default_factory=set)
    keyword_only: set[str] = field(default_factory=set)
    kind: str = "method"


@dataclass
class Class:
    """A class of the program."""

    name: str
    #: What its constructor takes, by position.
    init: list[tuple[str, str]]
    fields: list[tuple[str, str]]
    methods: list[Function] = field(default_factory=list)
    frozen: bool = False
    ordered: bool = False
    hashable: bool = False
    keywords: bool = False
    base: str | None = None
    dunders: set[str] = field(default_factory=set)
    #: Its `__post_init__` is being written, which must not make objects of it: the interpreter gives up at half the depth.
    under_way: bool = False


@dataclass
class Scope:
    """The names a function's body may use."""

    variables: dict[str, str] = field(default_factory=dict)
    #: Names that may be unbound when they are read.
    shaky: dict[str, str] = field(default_factory=dict)
    #: Loop variables, parameters of comprehensions: read only.
    fixed: set[str] = field(default_factory=set)
    returns: str = "None"
    is_async: bool = False
    loops: int = 0
    #: Whether `break` and `continue` may stand here.
    breakable: bool = False
    in_finally: bool = False
    #: Calls that may still be written, so that running time does not grow with the depth of calls.
    calls: int = 2


@dataclass
class Program:
    """A program under way."""

    rng: random.Random
    suffix: str
    functions: list[Function] = field(default_factory=list)
    classes: dict[str, Class] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    counter: int = 0
    #: How deep statements nest, and how many a body may have: most programs are small, so that many can be compiled.
    depth: int = 3
    longest: int = 4
    #: A class has a finaliser, which shows when an object goes.
    finalisers: bool = False

    def name(self, stem: str) -> str:
        """A name that is new in this program."""
        self.counter += 1
        return f"{stem}{self.counter}"

    def top(self, stem: str) -> str:
        """A new name that is unique among all programs of a file."""
        return f"{self.name(stem)}_{self.suffix}"

    def held(self, parameters: list[tuple[str, str]]) -> set[str]:
        """Parameters that stay as they are: compiled code's caller keeps an argument until the call ends, whatever the name is bound to."""
        return {name for name, kind in parameters if self.finalisers and kind not in SCALARS}

    def made_of(self) -> list[str]:
        """Classes that objects may be made of."""
        return [name for name, made in self.classes.items() if not made.under_way]

    def type(self) -> str:
        """Some type."""
        made_of = self.made_of()
        kinds = [(SCALARS, 10), (CONTAINERS, 7), (OTHERS, 3), (made_of, 4 if made_of else 0)]
        chosen = self.rng.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
        made = self.rng.choice(chosen)
        if made in self.classes and self.rng.random() < 0.3:
            return self.rng.choice([f"list[{made}]", f"{made} | None", f"dict[str, {made}]"])
        return made
