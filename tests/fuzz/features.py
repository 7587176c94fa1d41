"""Writes functions and classes around one feature of the language: signatures, generators, closures, protocols, patterns…

In: a program under way (scope.py). Out: lines and calls added to it. What holds: as in expressions.py and statements.py, which
fill the places of a feature that may be anything; every call ends.
"""

from __future__ import annotations

from collections.abc import Callable

import library
from expressions import Expressions
from scope import Program, Scope
from statements import ERRORS, Statements


class Feature:
    """A function under way: its names have types, its holes are filled from them."""

    def __init__(self, program: Program, variables: dict[str, str], returns: str = "object", *, is_async: bool = False) -> None:
        self.program, self.rng = program, program.rng
        self.scope = Scope(variables=dict(variables), fixed=program.held(list(variables.items())), returns=returns, is_async=is_async, calls=1)
        self.write = Expressions(program, self.scope)

    def fill(self, template: str) -> str:
        """A template of library.py with expressions in its holes."""
        return library.HOLE.sub(lambda hole: self.write.leaf(hole[2]) if hole[1] else self.write.expr(hole[2], 2), template)

    def lines(self, *templates: str) -> list[str]:
        """Lines with their holes filled; `<body>` stands for one or two statements at its indentation."""
        made: list[str] = []
        for template in templates:
            if template.strip() == "<body>":
                indent = template[: template.index("<")]
                made += [indent + line for line in Statements(self.program, self.scope).body(2, 1)]
            elif template:
                made.append(self.fill(template))
        return made


def call(program: Program, text: str) -> None:
    program.calls.append(text)


def constant(program: Program, kind: str) -> str:
    return Expressions(program, Scope(calls=0)).leaf(kind)


def add_signature(program: Program) -> None:
    """Parameters of all kinds, called rightly and wrongly."""
    rng, name = program.rng, program.top("f")
    feature = Feature(program, {"a": "int", "b": "str", "c": "float", "d": "int"})
    slash, star = rng.random() < 0.5, rng.choice(["*rest: int", "*", "*rest: object"])
    more = ", **more: object" if rng.random() < 0.6 else ""
    default = rng.choice(["b: str", f"b: str = {constant(program, 'str')}"])
    shown = "(a, b, " + ("rest, " if "rest" in star else "") + "c, d" + (", sorted(more.items())" if more else "") + ")"
    program.lines += [f"def {name}(a: int, {'/, ' if slash else ''}{default}, {star}, c: float, d: int = {constant(program, 'int')}{more}) -> object:"]
    program.lines += ["    " + line for line in feature.lines("<body>", f"return {shown}")]
    for _ in range(4):
        parts = [constant(program, "int")] if rng.random() < 0.95 else []
        parts += [constant(program, "str")] if parts and rng.random() < 0.7 else []
        parts += [rng.choice(["*[1, 2]", "3", "*()", "*(4,)"])] if rng.random() < 0.3 and len(parts) == 2 else []
        words = [f"c={constant(program, 'float')}"] if rng.random() < 0.9 else []
        words += [rng.choice(["d=2**70", "d=0", "**{'d': -1}", "x=None", "**{'y z': 1, 'c': 2.0}", "a=3", "b='k'", "**{}"])] if rng.random() < 0.6 else []
        call(program, f"{name}({', '.join(parts + words)})")


def add_generator(program: Program) -> None:
    """A generator that is sent to, thrown into, closed and delegated to."""
    rng, name, inner = program.rng, program.top("g"), program.top("g")
    feature = Feature(program, {"n": "int"})
    program.lines += [f"def {inner}(n: int) -> Generator[object, object, str]:"]
    program.lines += ["    " + line for line in feature.lines("try:", "    got = yield n", "    print('got', got)", f"    {rng.choice(['yield <str>', 'n += 1', 'yield (got, n)', 'return <str>'])}", rng.choice(["finally:\n        print('left', n)", "except ValueError as error:\n        yield repr(error)"]), "return <str>")]
    feature = Feature(program, {"n": "int", "s": "str"})
    feature.scope.in_finally = True
    delegate = rng.choice([f"last = yield from {inner}(n)", "last = yield from <list[int]>", "last = yield <int>", f"last = [x for x in {inner}(n)]"])
    program.lines += [f"def {name}(n: int, s: str) -> Generator[object, object, object]:"]
    handlers = rng.choice([
        ["except ValueError as error:", "    print(error)", "    yield <int>", "finally:", "    print('end', n)"],
        ["except (ValueError, GeneratorExit) as error:", "    print(type(error).__name__)", "    raise"],
        ["finally:", "    print('end', s)", "    s = <str>"],
        ["except KeyError:", "    return <int>", "else:", "    yield <str>"],
        ["except GeneratorExit:", f"    {rng.choice(['pass', 'return', 'raise', 'yield 1', 'raise KeyError(s)'])}"],
    ])
    program.lines += ["    " + line for line in feature.lines("try:", f"    {delegate}", "    print(last)", "    for i in range(3):", "        got = yield (i, <str>)", f"        {rng.choice(['n += i', 'if got: return got', 'print(got)', 'raise StopIteration(i)' if rng.random() < 0.3 else 's += str(i)'])}", *handlers, "return <object>")]
    steps = ["next", "next", "next", "send 5", "send None", "throw ValueError", "throw KeyError", "close", "list", "throw GeneratorExit"]
    for _ in range(3):
        call(program, f"walk({name}({rng.randint(-2, 5)}, {constant(program, 'str')}), {[rng.choice(steps) for _ in range(rng.randint(1, 6))]!r})")


def add_closures(program: Program) -> None:
    """Functions that share and rebind variables of the one around them."""
    rng, name = program.rng, program.top("f")
    feature = Feature(program, {"n": "int", "s": "str"})
    program.lines += [f"def {name}(n: int, s: str) -> list[object]:"]
    program.lines += ["    " + line for line in feature.lines(
        "total = <int>", "made: list[object] = []",
        f"def add(k: int = <.int>{rng.choice(['', ', *more: int', ', *, by: int = 2'])}) -> int:", "    nonlocal total", f"    total {rng.choice(['+', '-', '^', '|'])}= k", "    return total",
        "def deep() -> object:", "    def deeper(x: str) -> str:", f"        nonlocal s{rng.choice(['', ', n'])}", "        s = x + s[:5]", "        return s", "    return deeper(<str>), total, n",
        f"for i in range({rng.randint(0, 3)}):", f"    made.append({rng.choice(['lambda: i', 'lambda i=i: (i, total)', 'lambda k=s: k + s', 'add'])})",
        rng.choice(["", "del n", "n = 3", "if n > 2: del s", "del total"]),
        f"try:\n        made.append(add({rng.choice(['', '2', '2**62', 'k=1', 'by=3', '1, 2'])}))\n        made.append(deep())\n    except (TypeError, NameError) as error:\n        print(error)",
        f"{rng.choice(['add()', 'deep()', 'total = 5', 'made.reverse()'])}",
        "return [each() if callable(each) else each for each in made] + [total]",
    )]
    for _ in range(2):
        call(program, f"{name}({rng.randint(-1, 5)}, {constant(program, 'str')})")


def add_protocols(program: Program) -> None:
    """Classes with special methods, properties and a chain of `super()`."""
    rng, one, two = program.rng, program.top("D"), program.top("D")
    feature = Feature(program, {})
    inside = Feature(program, {"self": one, "x": "int"})
    inside.scope.fixed.add("self")
    optional = [
        ["def __len__(self) -> int:", f"    return {rng.choice(['len(self.items)', 'self.x', '-1', '2**70'])}"],
        ["def __bool__(self) -> bool:", f"    return {rng.choice(['self.x > 0', 'bool(self.items)'])}"],
        ["def __getitem__(self, at: int) -> object:", "    return self.items[at]"],
        ["def __setitem__(self, at: int, value: int) -> None:", "    print('set', at)", "    self.items[at] = value"],
        ["def __delitem__(self, at: int) -> None:", "    del self.items[at]"],
        ["def __contains__(self, x: object) -> bool:", "    return x == self.x"],
        ["def __iter__(self) -> Iterator[int]:", "    yield from self.items", "    print('iterated')"],
        ["def __call__(self, x: int = 1, *rest: int) -> int:", "    return self.x + x + len(rest)"],
        ["def __add__(self, other: object) -> object:", f"    return {rng.choice(['NotImplemented', 'self.x', '(self.x, other)'])}"],
        ["def __radd__(self, other: object) -> object:", "    return ('r', other)"],
        ["def __iadd__(self, other: int) -> Self:", "    self.x += other", "    return self"],
        ["def __lt__(self, other: object) -> bool:", "    print('lt')", "    return isinstance(other, " + one + ") and self.x < other.x"],
        ["def __eq__(self, other: object) -> bool:", "    return isinstance(other, " + one + ") and self.x == other.x"],
        ["def __hash__(self) -> int:", "    return self.x"],
        ["def __str__(self) -> str:", "    return f'<{self.x}>'"],
        ["def __format__(self, spec: str) -> str:", "    return spec + '!'"],
        ["def __index__(self) -> int:", "    return self.x"],
        ["def __neg__(self) -> int:", "    return -self.x"],
        ["def __reversed__(self) -> object:", "    return self.items[::-1]"],
        ["def __enter__(self) -> Self:", "    print('enter')", "    return self"],
        ["def __exit__(self, kind: object, value: object, trace: object) -> bool:", "    print('exit', value)", "    return self.x > 3"],
        ["def __getattr__(self, name: str) -> object:", "    return name.upper() if name == 'missing' else len(name)"],
        ["@property", "def size(self) -> int:", "    return self.x * 2", "@size.setter", "def size(self, x: int) -> None:", "    if x < 0:", "        raise ValueError(x)", "    self.x = x"],
        ["@cached_property", "def once(self) -> int:", "    print('once')", "    return self.x"],
        ["@classmethod", "def of(cls, *items: int) -> Self:", "    return cls(len(items), list(items))"],
        ["@staticmethod", "def fixed(x: int = 3) -> int:", "    return x + 1"],
    ]
    program.lines += [f"class {one}:", f"    kinds: ClassVar[list[str]] = [{constant(program, 'str')}]", "    limit = 4"]
    program.lines += ["    " + line for line in feature.lines("def __init__(self, x: int, items: list[int] | None = None) -> None:", "    self.x = x", "    self.items: list[int] = items or <.list[int]>")]
    program.lines += ["    def __repr__(self) -> str:", f"        return f'{one[:2]}({{self.x}}, {{self.items}})'"]
    for lines in rng.sample(optional, rng.randint(2, 8)):
        program.lines += ["    " + line for line in lines]
    program.lines += ["    def step(self, x: int) -> object:", *("        " + line for line in inside.lines("<body>", "return (x, self.x, self.limit)"))]
    program.lines += [f"class {two}({one}):", f"    limit = {rng.choice(['5', 'None', one + '.limit + 1'])}"]
    if rng.random() < 0.5:
        program.lines += ["    def __init__(self, x: int, items: list[int] | None = None, name: str = 'n') -> None:", "        super().__init__(x + 1, items)", "        self.name = name"]
    program.lines += ["    def step(self, x: int) -> object:", f"        return ['sub', {rng.choice(['super().step(x)', f'super({two}, self).step(x + 1)', f'{one}.step(self, x)', 'super().limit', 'self.kinds + super().kinds'])}]"]
    if rng.random() < 0.3:
        program.lines += ["    @property", "    def size(self) -> int:", "        return super().size + 1"]
    name = program.top("f")
    user = Feature(program, {"o": one, "k": "int"})
    user.scope.fixed.add("o")
    uses = [
        "print(len(o))", "print(bool(o), not o)", "print(o[k])", "o[k] = 5", "del o[k]", "print(k in o)", "print([i for i in o])", "print(o(), o(k), o(1, 2, 3))", "print(o + k)", "print(k + o)", "print(o < o, o == o, o != k)", "print(hash(o) == hash(o))",
        "print(f'{o}{o!r}{o:abc}')", "print([1, 2, 3][o])", "print(-o)", "print(list(reversed(o)))", "with o as m: raise KeyError(k)", "with o as m: print(m.x)", "print(o.missing)", "print(o.size)", "o.size = k", "o.size += 1", "print(o.once, o.once)", "print(o.of(1, 2).x)", "print(o.fixed(), o.fixed(k))",
        "print(o.step(k))", "print(o.limit, o.kinds)", "o.kinds.append('m')", "o.limit = k", "first, *rest = o", "print(max(o, o))", "print(sorted([o, o]))", "print({o: 1}[o])", "print(o and k, o or k)", "del o.x", "print(vars(o))", "print(isinstance(o, " + two + "), type(o).__name__[:1])", "print(o.step.__name__)", "print(getattr(o, 'x', None), hasattr(o, 'nothing'))", "print(o.x)",
    ]
    program.lines += [f"def {name}(o: {one}, k: int) -> object:"]
    for use in rng.sample(uses, rng.randint(3, 8)):
        program.lines += ["    try:", f"        {use}", "    except Exception as error:", "        print(type(error).__name__, error)"]
    program.lines += ["    " + line for line in user.lines("<body>", "return o")]
    for made in (f"{one}({rng.randint(-1, 5)})", f"{two}({rng.randint(-1, 5)}, [1, 2, 3])", f"{two}(2)"):
        call(program, f"{name}({made}, {rng.randint(-2, 4)})")


def add_errors(program: Program) -> None:
    """Exceptions with causes, notes and groups, through `finally` that changes its mind."""
    rng, name, kind = program.rng, program.top("f"), program.top("E")
    base = rng.choice(["Exception", "ValueError", "KeyError", "OSError", "ExceptionGroup" if rng.random() < 0.1 else "RuntimeError"])
    program.lines += [f"class {kind}({base}):"]
    if base != "ExceptionGroup" and rng.random() < 0.6:
        program.lines += ["    def __init__(self, code: int, text: str = 'x') -> None:", f"        super().__init__({rng.choice(['code', 'text', 'code, text', ''])})", "        self.code = code", "    def __str__(self) -> str:", "        return f'{self.code}!'"] if rng.random() < 0.7 else ["    code = 7"]
    else:
        program.lines += ["    pass"]
    feature = Feature(program, {"n": "int", "s": "str"})
    raised = rng.choice([f"{kind}(n)", "ValueError(s, n)", "KeyError(s)", "ExceptionGroup('g', [ValueError(1), TypeError(s)])", f"{kind}", "StopIteration(n)", "OSError(2, s)"])
    end = rng.choice([
        ["finally:", "    print('out')"], ["finally:", "    if n == 2: return 'changed'"], ["finally:", "    n = 1 // n"], ["finally:", f"    raise {rng.choice(ERRORS)}(s)"], ["else:", "    s = <str>", "finally:", "    print(n)"], [],
    ])
    middle = rng.choice([
        [f"except {kind} as error:", "    error.add_note(s)", "    raise"],
        [f"except ({kind}, ValueError) as error:", "    raise RuntimeError(n) from error"],
        ["except LookupError as error:", "    raise RuntimeError(n) from None"],
        ["except Exception as error:", "    print(type(error).__name__, error.args)", "    <body>"],
        ["except* (ValueError, KeyError) as group:", "    print(len(group.exceptions), group.message)"],
        ["except* TypeError:", "    raise"],
        ["except Exception as error:", "    try:", "        raise TypeError(s) from error", "    except TypeError as other:", "        other.add_note('n')", "        raise"],
        [f"except {rng.choice(['s', '(n,)', '(ValueError, n)'])}:", "    print('never')"],
    ])
    feature.scope.in_finally = any("except*" in line for line in middle)
    program.lines += [f"def {name}(n: int, s: str) -> object:"]
    program.lines += ["    " + line for line in feature.lines("for k in range(2):", "    try:", f"        if n > {rng.randint(-1, 3)}: raise {raised}", "        print(k)", *("    " + line for line in middle), *("    " + line for line in end), f"    {rng.choice(['n += 1', 'n += 1', 'n -= 2', 'print(k, n)'])}", "return (n, s)")]
    for value in rng.sample(range(-2, 5), 3):
        call(program, f"{name}({value}, {constant(program, 'str')})")


def add_patterns(program: Program) -> None:
    """`match` with every kind of pattern."""
    rng, point, name = program.rng, program.top("C"), program.top("f")
    program.lines += [f"@dataclass{rng.choice(['', '(frozen=True)', '(order=True)', '(slots=True)'])}", f"class {point}:", "    x: int", "    y: object = None"]
    patterns = [
        "0 | 1 as n", "-1", "1.5", "'a' | 'abc' | ''", "b'x'", "None", "True | False", "[]", "[a]", "[a, b]", "(a, *rest)", "[*_, last]", "[1, (2 | 3) as m, *rest]", "[[a, *_], *rest]", "{}", "{'k': a}", "{'k': int(a), **rest}", "{1: None}", "{'k': [a, {'x': b}]}", "int(n)", "str() as s", "bool()", "float(f) | int(f)",
        "list([a, b])", "dict(d)", "tuple((a, b))", "set()", f"{point}(x=0)", f"{point}(1, y)", f"{point}(x, {point}(x=b))", f"{point}(y=[*rest])", f"{point}() as p", f"{point}(x, y, z)", "object(real=r)", "[int() | str() as a, b] | (b, _, a)", "math.pi", "_", "whole", "bytes(b)", "[None, *_]", "{'k': _, 'l': str(a)}", "type()", "int(real=1 | 2)",
    ]
    # A pattern that always fits must be the last.
    chosen = [each for each in rng.sample(patterns, rng.randint(2, 6)) if each not in ("_", "whole")]
    program.lines += [f"def {name}(value: object) -> object:", "    match value:"]
    for pattern in chosen:
        guard = rng.choice(["", "", "", " if value", " if print('guard') is None", " if not value", " if len(value) > 1"])
        program.lines += [f"        case {pattern}{guard}:", f"            found = {pattern!r}"]
        bound = sorted({word for word in ("a", "b", "n", "m", "s", "f", "d", "r", "rest", "last", "p", "x", "y", "z") if binds(pattern, word)})
        program.lines += [f"            return (found, {', '.join(bound)}{',' if bound else ''})"]
    program.lines += [f"        case {rng.choice(['_', 'whole'])}:", "            print('other')", "    return None"]
    subjects = [
        "0", "1", "-1", "2**63", "1.5", "-0.0", "'a'", "'abc'", "''", "b'x'", "None", "True", "[]", "[1]", "[1, 2]", "(1, 2, 3)", "[1, 3, 4]", "[[1, 2], 3]", "{}", "{'k': 1}", "{'k': 1, 'l': 'm'}", "{1: None}", "{'k': [1, {'x': 2}]}", "set()", f"{point}(0)", f"{point}(1, 2)", f"{point}(3, {point}(4))",
        f"{point}(5, [1])", "int", "range(3)", "[None, 1]", "{'k': None, 'l': 'z'}", "math.pi", "bytearray(b'x')", "(True, 'b')", "iter([1])", "['a', 2, 'c']", "True and 2",
    ]
    for subject in rng.sample(subjects, 9):
        call(program, f"{name}({subject})")


def binds(pattern: str, word: str) -> bool:
    """Whether a pattern binds a name: it stands alone, neither a keyword argument's name nor part of a text."""
    bare = "'".join(part for at, part in enumerate(pattern.split("'")) if at % 2 == 0)
    at = -1
    while (at := bare.find(word, at + 1)) >= 0:
        before, after = bare[at - 1 : at], bare[at + len(word) : at + len(word) + 1]
        if not (before.isalnum() or before in ("_", ".")) and not (after.isalnum() or after in ("_", "=", ".", "(")):
            return not after == "'"
    return False


def add_tasks(program: Program) -> None:
    """Coroutines on asyncio's loop: tasks, gathering, cancelling, asynchronous generators and `async with`."""
    rng, name, part, items, guard = program.rng, program.top("f"), program.top("f"), program.top("g"), program.top("A")
    feature = Feature(program, {"n": "int", "s": "str"}, is_async=True)
    program.lines += [
        f"class {guard}:", "    def __init__(self, n: int) -> None:", "        self.n = n", f"    async def __aenter__(self) -> {guard}:", "        await asyncio.sleep(0)", "        print('in', self.n)", "        return self",
        "    async def __aexit__(self, kind: object, value: object, trace: object) -> bool:", "        print('out', value)", f"        return {rng.choice(['False', 'self.n > 2', 'True'])}",
    ]
    program.lines += [f"async def {items}(n: int) -> AsyncIterator[int]:", "    try:", "        for i in range(n):", f"            {rng.choice(['await asyncio.sleep(0)', 'pass', 'print(i)'])}", "            yield i", f"            {rng.choice(['n -= 1', 'if i == 2: raise KeyError(i)', 'if i == 3: return'])}", "    finally:", "        print('done', n)"]
    program.lines += [f"async def {part}(n: int, s: str) -> object:"]
    program.lines += ["    " + line for line in feature.lines("await asyncio.sleep(0)", f"if n == {rng.randint(0, 4)}: raise {rng.choice(ERRORS)}(s)", "<body>", f"async with {guard}(n) as a:", f"    {rng.choice(['print(a.n)', 'n = 10 // n', 'return s'])}", "return (n, s)")]
    feature = Feature(program, {"n": "int", "s": "str"}, is_async=True)
    bodies = [
        [f"return await asyncio.gather({part}(n, s), {part}(n + 1, 'b'), return_exceptions={rng.choice(['True', 'False'])})"],
        [f"tasks = [asyncio.create_task({part}(k, s)) for k in range(n)]", "return [await task for task in tasks]"],
        [f"task = asyncio.create_task({part}(n, s))", "await asyncio.sleep(0)", "task.cancel()", "try:", "    return await task", "except asyncio.CancelledError as error:", "    print('cancelled')", f"    {rng.choice(['return n', 'raise'])}"],
        [f"return [i async for i in {items}(n) if i != 1]"],
        [f"async for i in {items}(n):", "    if i == 1: continue", f"    if i == 3: {rng.choice(['break', 'return i', 'raise ValueError(i)'])}", "    print('item', i)", "else:", "    print('all')"],
        [f"made = {items}(n)", "print(await anext(made))", "await made.aclose()", "print(await anext(made, None))"],
        ["async with asyncio.TaskGroup() as group:", f"    one = group.create_task({part}(n, s))", f"    two = group.create_task({part}(1, s))", "print(one.result(), two.result())"],
        ["try:", f"    async with asyncio.timeout({rng.choice(['5', 'None'])}):", f"        print(await {part}(n, s))", "finally:", "    print('end')"],
        [f"print(await {part}(n, s), [await {part}(k, '') for k in range(n)], {{k: await {part}(k, 'c') async for k in {items}(2)}})"],
        [f"print(inspect.iscoroutinefunction({part}), inspect.isasyncgenfunction({items}))", f"made = {part}(n, s)", "print(inspect.getcoroutinestate(made))", "made.close()", "print(inspect.getcoroutinestate(made))"],
    ]
    program.lines += [f"async def {name}(n: int, s: str) -> object:"]
    program.lines += ["    " + line for line in feature.lines(*rng.choice(bodies), *(["<body>"] if rng.random() < 0.4 else []), "return (s, n)")]
    for _ in range(3):
        call(program, f"asyncio.run({name}({rng.randint(0, 5)}, {constant(program, 'str')}))")


def add_order(program: Program) -> None:
    """The order in which parts are evaluated, seen from outside, in forms that have many parts."""
    rng, name = program.rng, program.top("f")
    feature = Feature(program, {"xs": "list[int]", "d": "dict[str, int]", "n": "int"})

    def t(kind: str) -> str:
        return f"seen({rng.randint(0, 99)}, <{kind}>)"

    forms = [
        f"{t('list[int]')}[{t('int')}] = {t('int')}", f"xs[{t('int')}] += {t('int')}", f"d[{t('str')}] = {t('int')}", f"d[{t('str')}], xs[0] = {t('int')}, {t('int')}", f"a, *b = {t('list[int]')}", f"*a, (b, *c) = {t('int')}, {t('list[int]')}", f"print({t('int')} < {t('int')} <= {t('int')})", f"print({{{t('str')}: {t('int')}, {t('str')}: {t('int')}}})",
        f"print([{t('int')}, *{t('list[int]')}], ({t('int')}, *{t('str')}))", f"xs[{t('int')}:{t('int')}] = {t('list[int]')}", "xs[::2] = <list[int]>", "xs[<.int>:<.int>:<.int>] = <list[int]>", "del xs[<.int>:<.int>:<.int>]", "xs[1:1] = (4, 5)", "xs[:] = (x for x in <list[int]>)", f"print(f'{{{t('int')}}}{{{t('float')}:{{{t('int')}}}}}')", f"print({t('bool')} and {t('int')} or {t('str')})",
        f"print({t('int')} if {t('bool')} else {t('int')})", f"print((lambda a, b={t('int')}: a + b)({t('int')}))", f"print(sorted({t('list[int]')}, key=lambda k: seen(k, -k)))", f"assert {t('bool')}, {t('str')}", f"print((n := {t('int')}), n)", f"print(any(seen(k, k > 2) for k in {t('list[int]')}))", f"print({t('str')} % {t('int')}, {t('str')}.join({t('list[str]')}))", f"print(max({t('int')}, {t('float')}), min({t('str')}, {t('str')}, key=len))",
        f"x = y = {t('int')}; print(x, y)", f"for xs[0] in {t('list[int]')}: print(xs)", f"with pause(1), {t('int')}: pass", f"del d[{t('str')}], xs[{t('int')}]", f"print(*{t('list[int]')}, sep={t('str')}, end={t('str')})", f"print(dict(a={t('int')}, **{t('dict[str, int]')}))", f"print({t('int')} in {t('list[int]')}, {t('str')} not in {t('dict[str, int]')})", f"print([(x, y) for x in {t('list[int]')} if x for y in {t('str')} if seen(y, y > 'a')])", f"n <<= {t('int')} % 80", f"n //= {t('int')}", f"n **= {t('int')} % 5", f"print(-{t('int')} ** ({t('int')} % 4), ~{t('int')}, not {t('str')})", f"raise KeyError({t('str')}) from seen(1, ValueError({t('int')}))",
    ]
    program.lines += [f"def {name}(xs: list[int], d: dict[str, int], n: int) -> object:"]
    for form in rng.sample(forms, rng.randint(2, 5)):
        guarded = rng.random() < 0.6
        program.lines += (["    try:"] if guarded else []) + [("        " if guarded else "    ") + feature.fill(form)] + (["    except Exception as error:", "        print(type(error).__name__, error)"] if guarded else [])
    program.lines += ["    return (xs, d, n)"]
    for _ in range(3):
        call(program, f"{name}({constant(program, 'list[int]')}, {constant(program, 'dict[str, int]')}, {rng.randint(-3, 5)})")


FEATURES: list[Callable[[Program], None]] = [add_signature, add_generator, add_closures, add_protocols, add_errors, add_patterns, add_tasks, add_order]
