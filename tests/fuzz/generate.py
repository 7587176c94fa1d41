"""Writes random typed programs.

In: a seed. Out: `program(seed, suffix)`: the text of a program and its calls. A program is a handful of classes, module
variables and functions whose names end in the suffix, so that hundreds of programs can share one file. A call is an expression
that is evaluated afresh for every run. What holds: the same seed gives the same text on every machine.
"""

from __future__ import annotations

import random

import features
import hierarchies
from bare import bare
from expressions import Expressions
from scope import SCALARS, Class, Function, Program, Scope
from statements import function_body

FIELD_TYPES = ["int", "float", "str", "bool", "list[int]", "int | None", "tuple[int, str]", "dict[str, int]", "object", "str | None"]


def parameters(program: Program, lowest: int = 0) -> list[tuple[str, str]]:
    """Names and types."""
    count = program.rng.randint(lowest, 3)
    return [(program.name("p"), program.type() if program.rng.random() < 0.8 else program.rng.choice(SCALARS)) for _ in range(count)]


def signature(program: Program, function: Function, first: str = "") -> str:
    """The text between the parentheses."""
    parts = [first] if first else []
    starred = False
    for name, kind in function.parameters:
        if name in function.keyword_only and not starred:
            parts.append("*")
            starred = True
        default = ""
        if name in function.defaults:
            immutable = kind if kind in (*SCALARS, "int | None", "str | None", "tuple[int, str]") else ""
            default = f" = {Expressions(program, Scope()).leaf(immutable)}" if immutable else ""
            if not default:
                function.defaults.discard(name)
        parts.append(f"{name}: {kind}{default}")
    return ", ".join(parts)


def add_defaults(program: Program, function: Function) -> None:
    """Gives the last parameters defaults or makes them keyword-only."""
    rng = program.rng
    plain = (*SCALARS, "int | None", "str | None", "tuple[int, str]")
    for name, kind in reversed(function.parameters):
        if rng.random() > 0.3 or kind not in plain:
            break
        function.defaults.add(name)
    if function.parameters and rng.random() < 0.15:
        function.keyword_only.add(function.parameters[-1][0])


def add_class(program: Program) -> None:
    """A class: a dataclass or one with an own `__init__`; perhaps a subclass."""
    rng = program.rng
    name = program.top("C")
    fields = [(program.name("f"), rng.choice(FIELD_TYPES)) for _ in range(rng.randint(1, 3))]
    made = Class(name, list(fields), list(fields))
    bases = [each for each in program.classes.values() if not each.frozen and each.keywords is False and each.base is None]
    lines: list[str] = []
    base = rng.choice(bases) if bases and rng.random() < 0.35 else None
    is_dataclass = rng.random() < 0.6
    if base is not None:
        is_dataclass = "dataclass" in base.dunders
        made.base = base.name
        made.init = base.init + fields
        made.fields = base.fields + fields
        made.methods = list(base.methods)
        made.dunders = set(base.dunders)
    if is_dataclass:
        made.dunders.add("dataclass")
        options = []
        if base is None:
            made.frozen = rng.random() < 0.25
            # The kinds of fields have an order between themselves only if they are scalars.
            made.ordered = rng.random() < 0.2
            options += ["frozen=True"] if made.frozen else []
            options += ["order=True"] if made.ordered else []
            options += ["slots=True"] if rng.random() < 0.15 else []
            made.keywords = rng.random() < 0.15
            options += ["kw_only=True"] if made.keywords else []
        lines.append(f"@dataclass({', '.join(options)})" if options else "@dataclass")
    lines.append(f"class {name}({made.base}):" if made.base else f"class {name}:")
    if is_dataclass:
        lines += [f"    {field}: {kind}" for field, kind in fields]
        made.init = [*made.init]
        if rng.random() < 0.2 and not made.frozen:
            kind = rng.choice(["int", "list[int]"])
            field = program.name("f")
            lines.append(f"    {field}: {kind} = {'field(default_factory=list)' if kind == 'list[int]' else rng.randint(0, 9)}")
            made.fields = [*made.fields, (field, kind)]
            if base is None:
                # A subclass's fields without a default would follow one with.
                made.keywords = True
        if rng.random() < 0.12 and not made.frozen:
            scope = Scope(variables={"self": name}, fixed={"self"}, calls=0)
            program.classes[name] = made
            lines += ["    def __post_init__(self) -> None:"]
            made.under_way = True
            lines += ["        " + line for line in function_body(program, scope, 1, ())]
            made.under_way = False
    else:
        listed = ", ".join(f"{field}: {kind}" for field, kind in made.init)
        lines += [f"    def __init__(self, {listed}) -> None:"]
        own = fields
        if base is not None:
            lines.append(f"        super().__init__({', '.join(field for field, _ in base.init)})")
        lines += [f"        self.{field}: {kind} = {field}" for field, kind in own]
        # A text with an address in it may be equal to another by chance; `base` has one already.
        if base is None or rng.random() < 0.25:
            lines += ["    def __repr__(self) -> str:", f"        return f\"{name}({{self.{fields[0][0]}!r}})\""]
        if base is None and rng.random() < 0.25:
            made.dunders.add("__enter__")
            swallow = rng.choice(["False", "True", "kind is not None and kind is not TypeError"])
            lines += [f"    def __enter__(self) -> {name}:", "        print('enter')", "        return self"]
            lines += ["    def __exit__(self, kind: object, value: object, trace: object) -> bool:", "        print('exit', kind, value)", f"        return {swallow}"]
        if base is None and rng.random() < 0.15:
            program.finalisers = True
            lines += ["    def __del__(self) -> None:", "        print('gone')"]
    program.classes[name] = made
    for _ in range(rng.choice([0, 1, 1, 2])):
        lines += ["    " + line for line in method(program, made)]
    program.lines += lines


def method(program: Program, made: Class) -> list[str]:
    """A method of some kind; overrides one of the base at times."""
    rng = program.rng
    kind = rng.choice(["method", "method", "method", "property", "staticmethod", "classmethod"])
    inherited = [each for each in made.methods if each.kind == "method" and not each.is_async]
    function = Function(program.name("m"), parameters(program), program.type(), kind=kind)
    overridden = None
    if made.base and inherited and rng.random() < 0.5:
        overridden = rng.choice(inherited)
        function = Function(overridden.name, overridden.parameters, overridden.returns, defaults=set(overridden.defaults), keyword_only=overridden.keyword_only)
        kind = "method"
    elif kind == "property":
        function.parameters = []
    else:
        add_defaults(program, function)
        function.is_async = rng.random() < 0.15
    scope = Scope(variables=dict(function.parameters), fixed=program.held(function.parameters), returns=function.returns, is_async=function.is_async, calls=1)
    first = {"staticmethod": "", "classmethod": "cls"}.get(kind, "self")
    if first == "self":
        scope.variables["self"] = made.name
        scope.fixed.add("self")
    lines = [] if kind == "method" else [f"@{kind}"]
    word = "async def" if function.is_async else "def"
    lines.append(f"{word} {function.name}({signature(program, function, first)}) -> {function.returns}:")
    body = function_body(program, scope, rng.randint(1, 2), ())
    if overridden and rng.random() < 0.6:
        body.insert(0, f"print(super().{function.name}({', '.join(f'{name}={name}' for name, _ in function.parameters)}))")
    # Not before its body is written: methods do not call themselves.
    made.methods = [each for each in made.methods if each.name != function.name] + [function]
    return lines + ["    " + line for line in body]


def add_function(program: Program) -> None:
    """A function that calls those before it."""
    rng = program.rng
    function = Function(program.top("f"), parameters(program), program.type() if rng.random() < 0.85 else "None")
    add_defaults(program, function)
    function.is_async = rng.random() < 0.15
    scope = Scope(variables=dict(function.parameters), fixed=program.held(function.parameters), returns=function.returns, is_async=function.is_async)
    declared = tuple(f"global {name}" for name in program.variables if rng.random() < 0.5)
    lines = [f"{'async def' if function.is_async else 'def'} {function.name}({signature(program, function)}) -> {function.returns}:"]
    body = function_body(program, scope, rng.randint(1, 4), declared)
    if function.is_async and rng.random() < 0.5:
        body.insert(len(declared), "await pause(1)")
    program.lines += lines + ["    " + line for line in body]
    program.functions.append(function)


def add_recursion(program: Program) -> None:
    """A function that calls itself, to an end or to the limit."""
    rng = program.rng
    name = program.top("f")
    scope = Scope(variables={"n": "int", "s": "str"}, fixed={"n"}, returns="int", calls=0, loops=1)
    body = function_body(program, scope, rng.randint(0, 2), ())
    ends = rng.random() < 0.85
    lines = [f"def {name}(n: int, s: str) -> int:"]
    if ends:
        lines += ["    if n <= 0:", f"        return {Expressions(program, scope).expr('int', 1)}"]
        lines += [f"    deeper = {name}(n - 1, s)", "    n = deeper % 1000 + n"]
        lines += ["    " + line for line in body]
        program.functions.append(Function(name, [("n", "int"), ("s", "str")], "int"))
        program.functions[-1].name = name
    else:
        lines += [f"    return {name}(n + 1, s) + 1"]
    program.lines += lines
    if ends:
        # Only its calls from outside are bounded; within the program it is not called.
        program.functions.pop()
    program.calls.append(f"{name}({rng.randint(0, 6)}, 'ab')")


def program(seed: int, suffix: str) -> tuple[str, list[str]]:
    """A program's text and its calls."""
    rng = random.Random(seed)
    made = Program(rng, suffix)
    made.depth, made.longest = rng.choice([(1, 1), (1, 1), (1, 2), (1, 2), (1, 3), (2, 2), (2, 2), (2, 3), (3, 4)])
    top = Expressions(made, Scope())
    for _ in range(rng.randint(0, 2)):
        name, kind = made.top("G"), rng.choice(["int", "str", "float", "list[int]", "dict[str, int]"])
        made.lines.append(f"{name}: {kind} = {top.leaf(kind)}")
        made.variables[name] = kind
    if rng.random() < 0.4:
        name = made.top("E")
        made.lines += [f"class {name}({rng.choice(['Exception', 'ValueError', 'KeyError'])}):", "    pass"]
        made.errors.append(name)
    for _ in range(rng.choice([0, 0, 0, 0, 1, 1, 2])):
        add_class(made)
    for _ in range(rng.choice([1, 1, 1, 2, 3][: made.longest + 2])):
        add_function(made)
    if rng.random() < 0.1:
        add_recursion(made)
    if rng.random() < 0.5:
        rng.choice([*features.FEATURES, hierarchies.add_hierarchy, hierarchies.add_hierarchy])(made)
    calls = made.calls
    values = Expressions(made, Scope(calls=0))
    for function in made.functions:
        for _ in range(3):
            text = f"{function.name}({values.arguments(function, 1)})"
            calls.append(f"drive({text})" if function.is_async else text)
    text = "\n".join(made.lines) + "\n"
    # Chance of its own: a program's other parts are the same whether it is bare or not.
    chance = random.Random(f"bare {seed}")
    return (bare(text, chance) if chance.random() < 0.35 else text), calls


#: What stands before the programs of a file.
HEADER = '''import asyncio
import copy
import dataclasses
import inspect
import math
import pickle
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import KW_ONLY, InitVar, dataclass, field
from functools import cached_property
from typing import Annotated, ClassVar, Final, Self
from fuzz_support import Access, Level, drive, pause, seen, walk
'''


def file(programs: list[tuple[str, list[str]]], seed: int) -> str:
    """One module with many programs, the first of them that of the seed, and the list of their calls.

    Every other thousand of seeds keeps annotations as text.
    """
    texts = [HEADER if seed // 1000 % 2 else "from __future__ import annotations\n" + HEADER]
    for text, calls in programs:
        listed = "".join(f"    lambda: {call},\n" for call in calls)
        texts.append(f"{text}CALLS.append([\n{listed}])\n")
    texts.insert(1, "CALLS: list[object] = []\n")
    return "\n".join(texts)
