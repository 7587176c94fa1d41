"""Writes random expressions of a wanted type.

In: a program and a scope (scope.py). Out: text of an expression whose value, if it is computed at all, has exactly the
wanted type (`int` never stands for `float`), because a claim that does not hold is an allowed difference. Bools and members of
enumerations do stand for `int`, though not often.
"""

from __future__ import annotations

import random

import library
from scope import Class, Function, Program, Scope, arguments, head

MEMBERS = ["True", "False", "Level.low", "Level.high", "Access.read", "Access.write"]
INTS = [
    "0", "1", "2", "3", "-1", "7", "10", "255", "-17", "100", "2**31", "2**62", "-2**62", "2**62 - 1", "2**63", "-2**63", "10**20",
    "9223372036854775807", "0x7fff_ffff", "-5", "1_000",
]
FLOATS = ["0.0", "-0.0", "1.0", "1.5", "-2.25", "1e16", "1e300", "0.1", "3.14159", "float('inf')", "float('nan')", "1e-320", "2.5", "-0.5"]
STRINGS = ["''", "'a'", "'abc'", "'héllo'", "'x,y,,z'", "'  pad '", "'ß'", "'日本語'", "'12'", "'-7'", "'1.5'", "'ABC def'", "'\\n'", "'a\\x00b'", "'🎉'", "'İ'"]
BYTES = ["b''", "b'abc'", "b'\\x00\\xff'", "b'a,b'"]
SPECS = {
    "int": ["", ":d", ":5", ":<5", ":>+5", ":05", ":x", ":#b", ":,", ":e", ":^8,", "!r", "!s:>6", ":c", ":_", ":.2f", ":s"],
    "float": ["", ":.2f", ":10.3f", ":e", ":g", "!r", ":<8", ":+.1f", ":%", ":,.2f", ":d"],
    "str": ["", ":5", ":>5", ":^7", "!r", "!a", ":.2", ":*<6", ":s", ":d"],
    "bool": ["", "!r", ":d", ":5"],
}


class Expressions:
    """Expressions for one scope."""

    def __init__(self, program: Program, scope: Scope) -> None:
        self.program = program
        self.scope = scope
        self.rng: random.Random = program.rng

    # — choices —

    def chance(self, likely: float) -> bool:
        return self.rng.random() < likely

    def pick(self, of: list[str]) -> str:
        return self.rng.choice(of)

    def variable(self, wanted: str) -> str | None:
        """A variable of exactly the wanted type."""
        found = [name for name, kind in self.scope.variables.items() if kind == wanted]
        shaky = [name for name, kind in self.scope.shaky.items() if kind == wanted]
        if shaky and self.chance(0.15):
            return self.pick(shaky)
        found += [name for name, kind in self.program.variables.items() if kind == wanted and self.chance(0.5)]
        return self.pick(found) if found else None

    def of_kind(self, kind: str) -> tuple[str, str] | None:
        """A variable whose type's head is `kind`, with its type."""
        found = [(name, each) for name, each in self.scope.variables.items() if head(each) == kind]
        return self.rng.choice(found) if found else None

    def expr(self, wanted: str, depth: int = 3) -> str:
        """An expression of a type."""
        if self.chance(0.35 if depth > 0 else 0.85) and (name := self.variable(wanted)):
            return name
        if depth <= 0:
            return self.leaf(wanted)
        roll = self.rng.random()
        if roll < 0.06:
            return f"({self.expr(wanted, depth - 1)} if {self.expr('bool', depth - 1)} else {self.expr(wanted, depth - 1)})"
        if roll < 0.16 and (made := self.call(wanted, depth)):
            return made
        if roll < 0.30 and (made := self.member(wanted, depth)):
            return made
        if roll < 0.36 and (made := self.element(wanted, depth)):
            return made
        if roll < 0.38 and wanted in ("int", "str", "float", "list[int]"):
            return f"({self.expr(wanted, depth - 1)} {self.pick(['and', 'or'])} {self.expr(wanted, depth - 1)})"
        if roll < 0.55 and depth > 1 and wanted in library.TEMPLATES:
            return library.fill(self.pick(library.TEMPLATES[wanted]), lambda kind, short: self.leaf(kind) if short else self.expr(kind, depth - 2))
        write = getattr(self, "of_" + head(wanted), None)
        if write is None:
            return self.leaf(wanted)
        made = write(wanted, depth - 1)
        assert isinstance(made, str)
        return made

    def leaf(self, wanted: str) -> str:
        """A short expression of a type."""
        kind = head(wanted)
        if wanted == "int":
            if self.chance(0.03):
                return self.pick(MEMBERS)
            return self.pick(INTS) if self.chance(0.6) else str(self.rng.randint(-9, 20))
        if wanted == "float":
            return self.pick(FLOATS)
        if wanted == "bool":
            return self.pick(["True", "False"])
        if wanted == "str":
            return self.pick(STRINGS) if self.chance(0.7) else self.pick(library.TEXTS)
        if wanted == "bytes":
            return self.pick(BYTES)
        if wanted == "None":
            return "None"
        if wanted == "object":
            return self.leaf(self.pick(["int", "str", "float", "bool", "list[int]", "None", "tuple[int, str]"]))
        if kind == "union":
            return self.leaf(self.pick(wanted.split(" | ")))
        if kind in ("list", "set", "frozenset"):
            inner = arguments(wanted)[0]
            items = ", ".join(self.leaf(inner) for _ in range(self.rng.randint(0, 3)))
            if kind == "frozenset":
                return f"frozenset([{items}])"
            return f"[{items}]" if kind == "list" else (f"set([{items}])" if items.count(",") > 1 or not items else f"{{{items}}}")
        if kind == "dict":
            key, value = arguments(wanted)
            return "{" + ", ".join(f"{self.leaf(key)}: {self.leaf(value)}" for _ in range(self.rng.randint(0, 2))) + "}"
        if kind == "tuple":
            inners = arguments(wanted)
            if inners[-1] == "...":
                inners = [inners[0]] * self.rng.randint(0, 3)
            return "(" + "".join(self.leaf(each) + ", " for each in inners).rstrip() + ")"
        made = self.program.classes[wanted]
        return self.construct(made, 0)

    # — calls and members —

    def construct(self, made: Class, depth: int) -> str:
        # Arguments of a class's own type would never end.
        parts = [self.expr(kind, depth - 1) if depth > 0 else self.leaf(kind) for _, kind in made.init]
        if made.keywords or self.chance(0.15):
            parts = [f"{name}={part}" for (name, _), part in zip(made.init, parts)]
            if self.chance(0.3):
                self.rng.shuffle(parts)
        return f"{made.name}({', '.join(parts)})"

    def arguments(self, function: Function, depth: int) -> str:
        positional, keywords = [], []
        for name, kind in function.parameters:
            if name in function.defaults and self.chance(0.5):
                # What follows by position would slip.
                keywords.append("")
                continue
            text = self.expr(kind, depth - 1)
            if keywords or name in function.keyword_only or self.chance(0.1):
                keywords.append(f"{name}={text}")
            else:
                positional.append(text)
        return ", ".join([*positional, *filter(None, keywords)])

    def call(self, wanted: str, depth: int) -> str | None:
        scope = self.scope
        found = [each for each in self.program.functions if each.returns == wanted and (scope.is_async or not each.is_async)]
        if not found or scope.calls <= 0 or scope.loops > 1:
            return None
        scope.calls -= 1
        function = self.rng.choice(found)
        text = f"{function.name}({self.arguments(function, depth)})"
        return f"(await {text})" if function.is_async else text

    def member(self, wanted: str, depth: int) -> str | None:
        """A field or a method's result of an object."""
        options: list[tuple[str, Class, str, Function | None]] = []
        for name, kind in self.scope.variables.items():
            if (made := self.program.classes.get(kind)) is None:
                continue
            options += [(name, made, each, None) for each, of in made.fields if of == wanted]
            options += [(name, made, each.name, each) for each in made.methods if each.returns == wanted and (self.scope.is_async or not each.is_async)]
        if not options:
            return None
        name, made, attribute, method = self.rng.choice(options)
        if method is None or method.kind == "property":
            return f"{name}.{attribute}"
        if self.scope.calls <= 0 or self.scope.loops > 1:
            return None
        self.scope.calls -= 1
        owner = made.name if method.kind != "method" and self.chance(0.5) else name
        text = f"{owner}.{attribute}({self.arguments(method, depth)})"
        return f"(await {text})" if method.is_async else text

    def element(self, wanted: str, depth: int) -> str | None:
        """An element of a container."""
        options = []
        for name, kind in self.scope.variables.items():
            if "[" not in kind or head(kind) not in ("list", "dict", "tuple"):
                continue
            inner = arguments(kind)
            if head(kind) == "list" and inner[0] == wanted:
                options += [f"{name}[{self.index(depth)}]", f"{name}.pop()" if self.chance(0.3) and name not in self.scope.fixed else f"{name}[-1]"]
            elif head(kind) == "dict" and inner[1] == wanted:
                key = self.expr(inner[0], depth - 1)
                options += [f"{name}[{key}]", f"{name}.get({key}, {self.expr(wanted, depth - 1)})", f"{name}.setdefault({key}, {self.expr(wanted, depth - 1)})"]
                if self.chance(0.3):
                    options.append(f"{name}.pop({key})")
            elif head(kind) == "tuple" and inner[-1] == "..." and inner[0] == wanted:
                options.append(f"{name}[{self.index(depth)}]")
            elif head(kind) == "tuple" and inner[-1] != "...":
                options += [f"{name}[{at}]" for at, each in enumerate(inner) if each == wanted]
        return self.pick(options) if options else None

    def index(self, depth: int) -> str:
        return str(self.rng.randint(-3, 3)) if self.chance(0.7) else self.expr("int", depth - 1)

    def small(self) -> str:
        return str(self.rng.randint(-1, 5))

    def slice(self) -> str:
        ends = [self.small() if self.chance(0.6) else "" for _ in range(2)]
        return ":".join(ends) + (f":{self.pick(['1', '2', '-1', '-2', ''])}" if self.chance(0.3) else "")

    # — by type —

    def of_int(self, wanted: str, depth: int) -> str:
        e = self.expr
        match self.rng.randint(0, 25):
            case 0 | 1 | 2 | 3:
                return f"({e('int', depth)} {self.pick(['+', '-', '*', '+', '-'])} {e('int', depth)})"
            case 4 | 5:
                return f"({e('int', depth)} {self.pick(['//', '%'])} {e('int', depth)})"
            case 6:
                return f"({e('int', depth)} {self.pick(['&', '|', '^'])} {e('int', depth)})"
            case 7:
                return f"({e('int', depth)} {self.pick(['<<', '>>'])} {self.small()})"
            case 8:
                return f"({self.pick(['-', '~', '+'])}{e('int', depth)})"
            case 9:
                return f"abs({e('int', depth)})"
            case 10 | 11:
                return f"len({e(self.pick(['str', 'list[int]', 'dict[str, int]', 'set[int]', 'bytes']), depth)})"
            case 12:
                return f"int({e(self.pick(['str', 'float', 'bool', 'int']), depth)})"
            case 13:
                return f"{self.pick(['min', 'max'])}({e('int', depth)}, {e('int', depth)})"
            case 14:
                return f"{self.pick(['sum', 'min', 'max', 'len'])}({e(self.pick(['list[int]', 'set[int]', 'tuple[int, ...]']), depth)})"
            case 15:
                return f"sum({self.generator('int', depth)})"
            case 16:
                return f"({e('int', depth)} ** {self.rng.randint(0, 3)})"
            case 17:
                return f"{e('str', depth)}.{self.pick(['count', 'find', 'index', 'rfind'])}({e('str', 0)})"
            case 18:
                return f"round({e('float', depth)})"
            case 19:
                return f"divmod({e('int', depth)}, {e('int', depth)})[{self.pick(['0', '1'])}]"
            case 20:
                return f"ord({e('str', depth)}[{self.index(0)}])"
            case 21:
                return f"({e('int', depth)}).bit_length()"
            case 22:
                return f"{e('list[int]', depth)}.{self.pick(['count', 'index'])}({e('int', depth)})"
            case 23:
                return f"{e('bytes', depth)}[{self.index(0)}]"
            case 24:
                if (name := self.variable("int | None")) is not None:
                    return f"({name} if {name} is not None else {e('int', depth)})"
                return f"(0 if {e('bool', depth)} else {e('int', depth)})"
            case _:
                return f"hash({e(self.pick(['int', 'bool', 'tuple[int, ...]']), depth)})"

    def of_float(self, wanted: str, depth: int) -> str:
        e = self.expr
        match self.rng.randint(0, 11):
            case 0 | 1 | 2:
                return f"({e('float', depth)} {self.pick(['+', '-', '*', '/'])} {e('float', depth)})"
            case 3:
                return f"({e('float', depth)} {self.pick(['//', '%'])} {e('float', depth)})"
            case 4 | 5:
                return f"({e('int', depth)} / {e('int', depth)})"
            case 6:
                return f"float({e(self.pick(['int', 'str', 'float', 'bool']), depth)})"
            case 7:
                return f"({e('int', depth)} {self.pick(['+', '-', '*'])} {e('float', depth)})"
            case 8:
                return f"{self.pick(['abs', '-', '+'])}({e('float', depth)})"
            case 9:
                return f"round({e('float', depth)}, {self.rng.randint(-2, 3)})"
            case 10:
                return f"{self.pick(['min', 'max'])}({e('float', depth)}, {e('float', depth)})"
            case _:
                return f"({e('float', depth)} ** {self.rng.randint(-2, 2)})"

    def of_bool(self, wanted: str, depth: int) -> str:
        e = self.expr
        order = ["<", "<=", ">", ">=", "==", "!="]
        match self.rng.randint(0, 15):
            case 0 | 1 | 2:
                kind = self.pick(["int", "float", "str", "int"])
                return f"({e(kind, depth)} {self.pick(order)} {e(kind, depth)})"
            case 3:
                return f"({e('int', depth)} {self.pick(order)} {e('int', depth)} {self.pick(order)} {e('int', depth)})"
            case 4:
                return f"(not {e(self.pick(['bool', 'int', 'str', 'list[int]', 'float']), depth)})"
            case 5 | 6:
                return f"({e('bool', depth)} {self.pick(['and', 'or'])} {e('bool', depth)})"
            case 7:
                kind, item = self.rng.choice([("list[int]", "int"), ("set[str]", "str"), ("dict[str, int]", "str"), ("str", "str"), ("tuple[int, ...]", "int")])
                return f"({e(item, depth)} {self.pick(['in', 'not in'])} {e(kind, depth)})"
            case 8:
                return f"({e(self.pick(['int | None', 'str | None', 'list[int] | None']), depth)} {self.pick(['is', 'is not'])} None)"
            case 9:
                return f"isinstance({e(self.pick(['object', 'int | str', 'int']), depth)}, {self.pick(['int', 'str', '(int, str)', 'list', 'bool', 'float'])})"
            case 10:
                return f"{self.pick(['any', 'all'])}({self.generator('bool', depth)})"
            case 11:
                return f"{e('str', depth)}.{self.pick(['startswith', 'endswith'])}({e('str', 0)})"
            case 12:
                return f"bool({e(self.program.type(), depth)})"
            case 13:
                return f"({e('int', depth)} {self.pick(order)} {e('float', depth)})"
            case 14:
                kind = self.program.type()
                return f"({e(kind, depth)} {self.pick(['==', '!='])} {e(kind, depth)})"
            case _:
                kind = self.pick(["list[int]", "tuple[int, ...]", "tuple[int, str]", "set[int]"])
                return f"({e(kind, depth)} {self.pick(['<', '<=', '>'])} {e(kind, depth)})"

    def of_str(self, wanted: str, depth: int) -> str:
        e = self.expr
        match self.rng.randint(0, 15):
            case 0 | 1 | 2 | 3:
                return self.formatted(depth)
            case 4:
                return f"({e('str', depth)} + {e('str', depth)})"
            case 5:
                return f"({e('str', depth)} * {self.small()})"
            case 6:
                return f"{e('str', depth)}[{self.index(depth)}]"
            case 7:
                return f"{e('str', depth)}[{self.slice()}]"
            case 8 | 9:
                method = self.pick(["upper()", "lower()", "strip()", "title()", "swapcase()", "casefold()", "lstrip()", "capitalize()", "zfill(6)", "center(7, '*')", "rjust(4)", "expandtabs(2)"])
                return f"{e('str', depth)}.{method}"
            case 10:
                return f"{self.pick(['str', 'repr'])}({e(self.program.type(), depth)})"
            case 11:
                return f"{e('str', 0)}.join({e('list[str]', depth)})"
            case 12:
                return f"{e('str', depth)}.replace({e('str', 0)}, {e('str', 0)})"
            case 13:
                return f"chr({e('int', depth)} % 1000)"
            case 14:
                return f"{e('bytes', depth)}.decode()"
            case _:
                return f"('%s|%d' % ({e('str', depth)}, {e('int', depth)}))"

    def formatted(self, depth: int) -> str:
        parts = []
        for _ in range(self.rng.randint(1, 3)):
            kind = self.pick(list(SPECS)) if self.chance(0.8) else self.program.type()
            value = self.expr(kind, depth - 1)
            spec = self.pick(SPECS[kind]) if kind in SPECS and self.chance(0.5) else self.pick(["", "", "!r"])
            if value.startswith("{"):
                value = f"({value})"
            text = self.pick(["", "a", " ", "é", "{{"])
            # A nested quote of the same sort is fine since 3.12, and kept.
            parts.append(f"{text}{{{value}{spec}}}")
        return 'f"' + "".join(parts) + '"'

    def of_bytes(self, wanted: str, depth: int) -> str:
        e = self.expr
        return self.pick([f"{e('str', depth)}.encode()", f"{e('bytes', depth)}[{self.slice()}]", f"({e('bytes', depth)} + {e('bytes', 0)})", self.leaf("bytes")])

    def source(self, depth: int) -> tuple[str, str]:
        """Something to iterate over and the type of its items."""
        match self.rng.randint(0, 9):
            case 0 | 1 | 2:
                ends = [str(self.rng.randint(0, 6))]
                if self.chance(0.3):
                    ends = [str(self.rng.randint(-3, 2)), *ends, *([self.pick(["1", "2", "-1"])] if self.chance(0.4) else [])]
                return f"range({', '.join(ends)})", "int"
            case 3:
                return self.expr("str", depth), "str"
            case 4:
                return f"sorted({self.expr('set[str]', depth)})", "str"
            case 5:
                return self.expr("dict[str, int]", depth), "str"
            case 6:
                return self.expr("tuple[int, ...]", depth), "int"
            case 7:
                return self.expr("list[str]", depth), "str"
            case 8:
                return f"reversed({self.expr('list[int]', depth)})", "int"
            case _:
                return self.expr("list[int]", depth), "int"

    def inner(self, names: dict[str, str]) -> Expressions:
        """Expressions that see a comprehension's variables too."""
        scope = Scope(variables={**self.scope.variables, **names}, fixed=self.scope.fixed | set(names), is_async=False, loops=2, calls=0)
        return Expressions(self.program, scope)

    def clauses(self, depth: int) -> tuple[str, Expressions]:
        """`for x in … if …` and what may be written in front of it."""
        source, item = self.source(depth - 1)
        name = self.program.name("q")
        inside = self.inner({name: item})
        text = f"for {name} in {source}"
        if self.chance(0.15):
            other = self.program.name("q")
            more, kind = inside.source(0)
            inside = inside.inner({other: kind})
            text += f" for {other} in {more}"
        if self.chance(0.35):
            text += f" if {inside.expr('bool', 1)}"
        return text, inside

    def generator(self, wanted: str, depth: int) -> str:
        text, inside = self.clauses(depth)
        return f"{inside.expr(wanted, min(depth, 1))} {text}"

    def of_list(self, wanted: str, depth: int) -> str:
        inner = arguments(wanted)[0]
        e = self.expr
        match self.rng.randint(0, 8):
            case 0 | 1:
                parts = [e(inner, depth) for _ in range(self.rng.randint(0, 4))]
                if self.chance(0.15):
                    parts.append(f"*{e(wanted, depth)}")
                return "[" + ", ".join(parts) + "]"
            case 2 | 3:
                return f"[{self.generator(inner, depth)}]"
            case 4:
                return f"{e(wanted, depth)}[{self.slice()}]"
            case 5:
                return f"({e(wanted, depth)} + {e(wanted, depth)})"
            case 6:
                if inner in ("int", "str", "float"):
                    more = self.pick(["", ", reverse=True", ""])
                    return f"sorted({e(wanted, depth)}{more})"
                return f"list({e(wanted, depth)})"
            case 7:
                if inner == "str":
                    return self.pick([f"{e('str', depth)}.split({self.pick(['', repr(','), 'None', repr('')])})", f"list({e('dict[str, int]', depth)})", f"{e('str', depth)}.splitlines()"])
                if inner == "int":
                    return self.pick([f"list({e('tuple[int, ...]', depth)})", f"list({e('dict[str, int]', depth)}.values())", f"list(range({self.small()}))"])
                return f"({e(wanted, depth)} * {self.small()})"
            case _:
                return f"list(reversed({e(wanted, depth)}))"

    def of_dict(self, wanted: str, depth: int) -> str:
        key, value = arguments(wanted)
        e = self.expr
        match self.rng.randint(0, 4):
            case 0 | 1:
                parts = [f"{e(key, depth)}: {e(value, depth)}" for _ in range(self.rng.randint(0, 3))]
                if self.chance(0.15):
                    parts.append(f"**{e(wanted, depth)}")
                return "{" + ", ".join(parts) + "}"
            case 2 | 3:
                text, inside = self.clauses(depth)
                return f"{{{inside.expr(key, 1)}: {inside.expr(value, 1)} {text}}}"
            case _:
                return self.pick([f"dict({e(wanted, depth)})", f"({e(wanted, depth)} | {e(wanted, depth)})", f"{e(wanted, depth)}.copy()"])

    def of_set(self, wanted: str, depth: int) -> str:
        inner = arguments(wanted)[0]
        e = self.expr
        match self.rng.randint(0, 3):
            case 0:
                # Of three constants CPython makes a frozenset first, from which they come in another order.
                items = [e(inner, depth) for _ in range(self.rng.randint(1, 3))]
                return f"set([{', '.join(items)}])" if len(items) > 2 else "{" + ", ".join(items) + "}"
            case 1:
                return f"{{{self.generator(inner, depth)}}}"
            case 2:
                return f"({e(wanted, depth)} {self.pick(['|', '&', '-', '^'])} {e(wanted, depth)})"
            case _:
                return f"set({e(f'list[{inner}]', depth)})"

    def of_frozenset(self, wanted: str, depth: int) -> str:
        return f"frozenset({self.expr('list[int]', depth)})"

    def of_tuple(self, wanted: str, depth: int) -> str:
        inners = arguments(wanted)
        if inners[-1] == "...":
            return self.pick([
                f"tuple({self.expr(f'list[{inners[0]}]', depth)})", f"tuple({self.generator(inners[0], depth)})",
                f"{self.expr(wanted, depth)}[{self.slice()}]", "(" + "".join(self.expr(inners[0], depth) + ", " for _ in range(self.rng.randint(1, 3))).rstrip() + ")",
                f"({self.expr(wanted, depth)} + {self.expr(wanted, 0)})",
            ])
        return "(" + ", ".join(self.expr(each, depth) for each in inners) + ")"

    def of_union(self, wanted: str, depth: int) -> str:
        return self.expr(self.pick(wanted.split(" | ")), depth)

    def of_object(self, wanted: str, depth: int) -> str:
        return self.expr(self.pick(["int", "str", "float", "bool", "list[int]", "dict[str, int]", self.program.type()]), depth)

    def of_None(self, wanted: str, depth: int) -> str:
        return "None"
