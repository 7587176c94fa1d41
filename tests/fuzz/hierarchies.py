"""Writes hierarchies of classes that have something of their own under one name, and code that uses it.

In: a program under way (scope.py). Out: two or three classes, each below the one before, functions and calls. What a class has
under the name `x` is one of the kinds of `BODIES`: a field, an attribute, a method, a property, a descriptor… What holds: Python
makes the classes without an error (it is asked), and every value is of the type that the nearest annotation promises.
"""

from __future__ import annotations

import functools
import inspect
import sys
from dataclasses import dataclass, field
from types import ModuleType

from scope import Program

#: Types of `x` and three values of each.
VALUES = {
    "int": ["3", "2**70", "-1"],
    "float": ["2.5", "-0.0", "1e300"],
    "bool": ["True", "False", "False"],
    "str": ["'x'", "''", "'yy'"],
    "list[int]": ["[1]", "[]", "[2, 3]"],
    "int | None": ["4", "None", "5"],
    "object": ["6.5", "None", "'o'"],
    "tuple[int, ...]": ["(1, 2)", "()", "(3,)"],
}
#: Options of data classes.
OPTIONS = ["", "", "", "", "frozen=True", "slots=True", "order=True", "eq=False", "kw_only=True", "repr=False", "init=False", "unsafe_hash=True", "frozen=True, order=True", "match_args=False", "weakref_slot=False"]

#: What any class may have under the name.
PLAIN: dict[str, list[str]] = {
    "nothing": [],
    "declared": ["x: T"],
    "valued": ["x: T = V"],
    "final": ["x: Final[T] = V"],
    "untyped final": ["x: Final = V"],
    "class variable": ["x: ClassVar[T] = V"],
    "declared class variable": ["x: ClassVar[T]"],
    "attribute": ["x = V"],
    "none": ["x = None"],
    "annotated": ["x: Annotated[T, 'note'] = V"],
    "method": ["def x(self) -> T:", "    print('method', self.a)", "    return V"],
    "property": ["@property", "def x(self) -> T:", "    print('get')", "    return V"],
    "set property": ["@property", "def x(self) -> T:", "    return V", "@x.setter", "def x(self, value: object) -> None:", "    print('set', value)"],
    "stored property": ["@property", "def x(self) -> T:", "    return self._x", "@x.setter", "def x(self, value: object) -> None:", "    self._x = value", "@x.deleter", "def x(self) -> None:", "    print('delete')", "    del self._x"],
    "cached property": ["@cached_property", "def x(self) -> T:", "    print('made')", "    return V"],
    "static method": ["@staticmethod", "def x() -> T:", "    return V"],
    "class method": ["@classmethod", "def x(cls) -> T:", "    print(cls.__name__[:1])", "    return V"],
    "class": ["class x:", "    y = V"],
    "lambda": ["x = lambda self: V"],
    "field then method": ["x: T", "def x(self) -> T:", "    return V"],
    "deleted": ["x = V", "del x"],
    "conditional": ["if len('ab') == 2:", "    x = V"],
    "private": ["__x: T = V", "def hidden(self) -> object:", "    return self.__x"],
}
#: What only a data class may have.
DATA: dict[str, list[str]] = {
    "default": ["x: T = field(default=V)"],
    "factory": ["x: T = field(default_factory=lambda: V)"],
    "not in init": ["x: T = field(init=False)"],
    "not in init, default": ["x: T = field(init=False, default=V)"],
    "not in init, factory": ["x: T = field(init=False, default_factory=lambda: V)"],
    "keyword": ["x: T = field(kw_only=True)"],
    "keyword, default": ["x: T = field(kw_only=True, default=V)"],
    "not shown": ["x: T = field(default=V, repr=False, compare=False)"],
    "not hashed": ["x: T = field(default=V, hash=False)"],
    "after marker": ["_: KW_ONLY", "x: T = V"],
    "initial": ["x: InitVar[T]", "def __post_init__(self, x: object) -> None:", "    print('post', x)"],
    "initial, default": ["x: InitVar[T] = V", "def __post_init__(self, x: object) -> None:", "    self.z = x"],
    "made after": ["def __post_init__(self) -> None:", "    self.x = V"],
}
#: What only another class may have; `SUPER` calls the base's.
OTHER: dict[str, list[str]] = {
    "made": ["def __init__(self, a: int = 1, x: T = V) -> None:", "    SUPER", "    self.x = x"],
    "made, declared": ["def __init__(self, a: int = 1, x: T = V) -> None:", "    SUPER", "    self.x: T = x"],
    "made from nothing": ["def __init__(self, a: int = 1) -> None:", "    SUPER", "    self.x = V"],
    "made at times": ["def __init__(self, a: int = 1, x: T = V) -> None:", "    SUPER", "    if a > 1:", "        self.x = x"],
    "declared and made": ["x: T", "def __init__(self, a: int = 1, x: T = V) -> None:", "    self.x = x", "    SUPER"],
    "valued and made": ["x: T = V", "def __init__(self, a: int = 1, x: T = W) -> None:", "    SUPER", "    self.x = x"],
}
BODIES = PLAIN | DATA | OTHER

#: What methods of any class may do with the name.
METHODS = [
    ["def get(self) -> object:", "    return self.x"],
    ["def put(self, value: T) -> None:", "    self.x = value"],
    ["def twice(self) -> object:", "    self.x += self.x", "    return self.x"],
    ["def drop(self) -> object:", "    del self.x", "    return hasattr(self, 'x')"],
    ["def called(self) -> object:", "    return self.x()"],
    ["@classmethod", "def own(cls) -> object:", "    return cls.x"],
    ["def typed(self) -> object:", "    return [self.x, type(self).x]"],
]
BELOW = [
    ["def above(self) -> object:", "    try:", "        return super().x", "    except AttributeError:", "        return 'nothing above'"],
    ["def above_called(self) -> object:", "    try:", "        return super().x()", "    except AttributeError:", "        return 'nothing above'"],
    ["def above_put(self, value: T) -> None:", "    super().x = value"],
    ["def get(self) -> object:", "    return ['own', super().get()]"],
]

#: What a function does with an object, `o`.
USES = [
    ["return o.x"], ["return [o.x, o.x]"], ["o.x = V", "return o.x"], ["o.x += V", "return o.x"], ["del o.x", "return o.x"], ["del o.x", "o.x = W", "return [o, sorted(vars(o))]"], ["del o.a", "return o"],
    ["return o.x()"], ["return [each.x for each in [o, o]]"], ["return repr(o)"], ["return [o == o, o != o, o == copy.copy(o)]"], ["return hash(o) == hash(copy.copy(o))"], ["return o < copy.copy(o)"], ["return [o <= o, o >= o]"],
    ["return o in {o: 1}"], ["return dataclasses.replace(o)"], ["return dataclasses.replace(o, x=W)"], ["return [(each.name, each.type, each.default, each.init, each.kw_only) for each in dataclasses.fields(o)]"], ["return dataclasses.asdict(o)"], ["return dataclasses.astuple(o)"],
    ["return sorted(vars(copy.copy(o)).items())"], ["return [copy.copy(o), copy.copy(o).x]"], ["return [copy.deepcopy(o), copy.deepcopy(o).x]"], ["return [pickle.loads(pickle.dumps(o)), pickle.loads(pickle.dumps(o)).x]"], ["return pickle.loads(pickle.dumps(o, 2)) == o"], ["return sorted(vars(o).items(), key=str)"], ["return o.__dict__.get('x')"],
    ["setattr(o, 'x', W)", "return [o.x, getattr(o, 'x'), sorted(vars(o))]"], ["return [getattr(o, 'x', 'none'), hasattr(o, 'x'), hasattr(o, 'a')]"], ["delattr(o, 'x')", "return getattr(o, 'x', 'gone')"], ["return type(o).x"], ["return BASE.x"], ["return getattr(BASE, 'x', 'none')"], ["return [BASE.x]"],
    ["return o.__match_args__"], ["match o:", "    case BASE(x=found):", "        return found", "    case _:", "        return 'no'"], ["match o:", "    case BASE(first, found):", "        return [first, found]", "    case _:", "        return 'no'"], ["return [inspect.signature(type(o))]"], ["return type(o).__annotations__"],
    ["return o.get()"], ["o.put(W)", "return [o, o.x]"], ["return o.twice()"], ["return o.drop()"], ["return o.called()"], ["return o.own()"], ["return o.typed()"], ["return o.above()"], ["return o.above_called()"], ["o.above_put(W)", "return o.x"], ["return FIRST.get(o)"],
    ["return o.a"], ["return isinstance(o, BASE) and o.x"], ["o.y = 1", "return sorted(vars(o))"], ["return [o.x if o.x else 0, not o.x]"], ["o.x, o.a = W, 5", "return [o.x, o.a]"], ["for o.x in [V, W]: pass", "return o.x"], ["return f'{o.x}{o.x!r}'"], ["o.__init__(a=2)", "return [o, o.x]"], ["o.__dict__['y'] = W", "return o.y"],
    ["object.__setattr__(o, 'x', W)", "return o.x"], ["return o.hidden()"], ["return type(o)(a=1)"], ["return type(o)(a=1).x"], ["return BASE(a=1).x"], ["o.x = V", "p = copy.copy(o)", "p.x = W", "return [o.x, p.x]"],
]
#: What is done to a class after it was used; then it is used again.
PATCHES = ["CLASS.get = lambda self: 'patched'", "CLASS.__eq__ = lambda self, other: True", "CLASS.__repr__ = lambda self: 'shown'", "CLASS.__init__ = lambda self, *rest, **more: None", "CLASS.put = lambda self, value: print('put', value)", "CLASS.__hash__ = lambda self: 1"]
#: The same where no class of the hierarchy has a field of the name: compiled code reads a field whatever the class gets under its name.
ANY_PATCHES = [*PATCHES, "CLASS.x = V", "CLASS.x = property(lambda self: W)", "del CLASS.x", "CLASS.x = lambda self, *rest: V", "CLASS.x = staticmethod(lambda *all: V)"]
NO_FIELDS = {"nothing", "attribute", "none", "class variable", "method", "static method", "class method", "class", "lambda", "deleted", "conditional", "private"}
#: What promises its type to those who read it by the class that has it, and what gives something else there.
PROMISES = {"property", "set property", "stored property"}
OTHERS = {"method", "static method", "class method", "class", "lambda", "none", "field then method"}
#: What gives its declared type when it is called.
METHOD_KINDS = {"method", "static method", "class method"}
#: What compiled code does not look for under a field's name in a class that a function makes, or finds to be of another type.
UNSEEN = {*OTHERS, "property", "set property", "stored property"}


@dataclass
class Level:
    """One class of a hierarchy."""

    name: str
    kind: str
    type: str
    #: Options of `@dataclass`, or none for another class.
    options: str | None
    base: Level | None = None
    #: Whether a function makes it, so that it stays interpreted below native classes.
    local: bool = False
    lines: list[str] = field(default_factory=list)


def filled(line: str, values: list[str], kind: str) -> str:
    """A line with its type and values in place."""
    line = replaced(line, "T", kind)
    return replaced(replaced(line, "V", values[0]), "W", values[2])


def replaced(line: str, mark: str, text: str) -> str:
    """The mark's places in a line, where it is a word of its own."""
    parts = line.split(mark)
    made = parts[0]
    for part in parts[1:]:
        alone = not (made[-1:].isalnum() or made[-1:] == "_") and not (part[:1].isalnum() or part[:1] == "_")
        made += (text if alone else mark) + part
    return made


def write_class(level: Level, methods: list[list[str]], extra: bool) -> None:
    """The text of a class."""
    values = VALUES[level.type]
    if level.options is not None:
        level.lines.append(f"@dataclass({level.options})" if level.options else "@dataclass")
    level.lines.append(f"class {level.name}({level.base.name}):" if level.base else f"class {level.name}:")
    above = "super().__init__(a)" if level.base else "self.a = a"
    body = [line.replace("SUPER", above) for line in BODIES[level.kind]]
    if level.base is None:
        if level.options is not None:
            body = ["a: int = 1" if "= " in "".join(body) else "a: int", *body]
        elif not any("__init__" in line for line in body):
            body += ["def __init__(self, a: int = 1) -> None:", "    self.a = a"]
    elif extra:
        body.append("b: object = 0")
    for method in methods:
        body += method
    level.lines += ["    " + filled(line, values, level.type) for line in body or ["pass"]]
    if level.local:
        make = f"make_{level.name}"
        level.lines = [f"def {make}() -> type:", *("    " + line for line in level.lines), f"    return {level.name}", f"{level.name} = {make}()"]


def kinds_for(options: str | None) -> list[str]:
    return [*PLAIN, *(OTHER if options is None else DATA)]


def can_be_made(levels: list[Level]) -> bool:
    """Whether Python makes the classes, and none breaks what one above it promises."""
    for at, level in enumerate(levels):
        above = {each.kind for each in levels[:at]}
        if level.local and ((above - NO_FIELDS and level.kind in UNSEEN) or (level.kind == "class" and above & METHOD_KINDS)):
            return False
        if (level.kind in OTHERS and above & PROMISES) or (level.kind in ("none", "class") and above - NO_FIELDS):
            return False
    text = "\n".join(line for level in levels for line in level.lines)
    module = probe()
    try:
        exec("from __future__ import annotations\n" + text, module.__dict__)
    except (TypeError, ValueError, AttributeError, NameError):
        return False
    # What a data class finds under a field's name is its default: a property that stores it would give itself.
    fields = [getattr(getattr(module, level.name), "__dataclass_fields__", {}).get("x") for level in levels]
    stores = any(level.kind == "stored property" for level in levels)
    # `SUPER` passes `a`.
    for level in levels:
        if level.base and level.kind in OTHER and next(iter(inspect.signature(getattr(module, level.base.name)).parameters), "a") != "a":
            return False
    return not (stores and any(each is not None and callable(getattr(type(each.default), "__get__", None)) for each in fields))


@functools.cache
def probe() -> ModuleType:
    """A module with what classes are made of; `@dataclass` looks for it by its name."""
    module = sys.modules["probe"] = ModuleType("probe")
    exec("from dataclasses import KW_ONLY, InitVar, dataclass, field\nfrom functools import cached_property\nfrom typing import Annotated, ClassVar, Final\n", module.__dict__)
    return module


def arguments(levels: list[Level], level: Level) -> list[str]:
    """What to make an object of; not all of it will do."""
    value, other = VALUES[level.type][0], VALUES[level.type][2]
    # Where some fields come by name alone, what comes first is not always `a`.
    by_name = any("kw_only" in (each.options or "") or (each.options is None) != (levels[0].options is None) for each in levels)
    return ["", "a=1" if by_name else "1", f"a=1, x={value}" if by_name else f"1, {value}", f"a=2, x={other}", f"x={value}"]


def hierarchy(program: Program, levels: list[Level], uses: list[list[str]], made: int, patches: list[tuple[int, str]]) -> None:
    """Adds classes, functions that use them as objects of each, and calls; afterwards the same with classes that were changed."""
    rng = program.rng
    for level in levels:
        program.lines += level.lines
    values = VALUES[levels[-1].type]
    users: list[tuple[str, Level]] = []
    for use in uses:
        name, declared = program.top("f"), levels[0] if rng.random() < 0.7 else rng.choice([each for each in levels if not each.local])
        program.lines += [f"def {name}(o: {declared.name}) -> object:", *("    " + filled(line.replace("BASE", rng.choice(levels).name).replace("FIRST", levels[0].name), values, levels[-1].type) for line in use)]
        users.append((name, declared))
    for name, declared in users:
        able = levels[levels.index(declared) :]
        for level in able:
            for given in rng.sample(arguments(levels, level), made):
                program.calls.append(f"{name}({level.name}({given}))")
    for at, patch in patches:
        name = program.top("f")
        text = filled(patch.replace("CLASS", levels[at].name), values, levels[-1].type)
        program.lines += [f"def {name}() -> None:", f"    {text}"]
        program.calls.append(f"{name}()")
        for user, declared in users[: max(4, made * 2)]:
            for level in levels[levels.index(declared) :]:
                program.calls.append(f"{user}({level.name}({rng.choice(arguments(levels, level))}))")


def draw(program: Program, count: int) -> list[Level]:
    """Classes that Python makes."""
    rng = program.rng
    names = [program.top("H") for _ in range(count)]
    while True:
        kind = rng.choice(list(VALUES))
        first: str | None = rng.choice(OPTIONS) if rng.random() < 0.75 else None
        styles = [first if at == 0 or rng.random() < 0.65 else rng.choice([None, rng.choice(OPTIONS)]) for at in range(count)]
        # Many kinds do not go together; the styles are kept for a while, lest those that take anything are drawn most often.
        # Compiled code passes over the `__setattr__` of a frozen class that a function makes below one that is not.
        local = rng.random() < 0.3 and styles[-1] != "slots=True" and ("frozen" in (styles[-1] or "")) <= ("frozen" in (first or ""))
        for _ in range(12):
            levels: list[Level] = []
            for name, options in zip(names, styles):
                level = Level(name, rng.choice(kinds_for(options)), kind, options, levels[-1] if levels else None)
                level.local = local and name == names[-1]
                methods = rng.sample(METHODS if kind != "bool" else [each for each in METHODS if "+=" not in each[1]], rng.randint(1, 3)) if level.base is None else rng.sample(BELOW[2:] if level.local else BELOW, rng.randint(0, 2))
                write_class(level, methods, extra=rng.random() < 0.4)
                levels.append(level)
            if can_be_made(levels):
                return levels


def add_hierarchy(program: Program) -> None:
    """A hierarchy of two or three classes and some uses."""
    rng = program.rng
    levels = draw(program, rng.choice([2, 2, 3]))
    possible = ANY_PATCHES if all(level.kind in NO_FIELDS for level in levels) else PATCHES
    patches = [(rng.randrange(len(levels)), rng.choice(possible)) for _ in range(rng.choice([0, 0, 1, 2]))]
    # What a bool becomes by adding is none any more.
    uses = [use for use in USES if levels[0].type != "bool" or not any("+=" in line for line in use)]
    # What it stores beside a field is not what compiled code stores there.
    uses = [use for use in uses if not levels[-1].local or not use[0].startswith("object.__setattr__")]
    hierarchy(program, levels, rng.sample(uses, rng.randint(4, 8)), 2, patches)
