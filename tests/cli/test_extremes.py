"""Programs that few people write: very long, very deep, with names of C, and those that handle their own modules.

In: modules of one project, each printing something. What holds: it is built once, and prints the same from the build as interpreted.
"""

import os
import subprocess
import unittest

from command import ROOT, Command

#: A function of 10,000 lines, which takes the C compiler half a minute, instead of one of 1,500.
LONG = os.environ.get("LONG") == "1"


def interpreter() -> str:
    """The free-threaded interpreter."""
    return os.environ.get("TAYBERRY_PYTHON") or subprocess.run([ROOT / "scripts/python"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def long_function(lines: int) -> str:
    """A function of so many lines, with as many constants."""
    body = "".join(f"    total += x * {at}\n    if total > {at * at + 7}:\n        total -= {at}\n" for at in range(lines // 3))
    return f"def total(x: int) -> int:\n    total = 0\n{body}    return total\n\n\nprint(total(3), total(-1), total(2**70))\n"


def deep_expressions(depth: int) -> str:
    """Operators, attributes, calls, conditions and branches nested as deep."""
    branches = "".join(f"    elif x == {at}:\n        return {at * 2}\n" for at in range(1, depth))
    conditions = "".join(f"{at} if x == {at} else " for at in range(depth))
    return f"""
class Chain:
    def __init__(self) -> None:
        self.next: Chain = self

    def same(self) -> Chain:
        return self


def added(x: int) -> int:
    return {" + ".join(["x"] * depth)}


def denied(x: bool) -> bool:
    return {"not " * depth} x


def followed(x: Chain) -> bool:
    return x{".next" * depth} is x


def called(x: Chain) -> bool:
    return x{".same()" * depth} is x


def conditions(x: int) -> int:
    return {conditions} -1


def branches(x: int) -> int:
    if x == 0:
        return 0
{branches}    return -1


def bracketed(x: int) -> int:
    return {"(1 + " * 179}x{")" * 179}


print(added(2), denied(True), followed(Chain()), called(Chain()), conditions({depth - 1}), conditions(-5), branches({depth - 1}), bracketed(1))
"""


def large_literals(size: int) -> str:
    """Displays, texts and numbers of that many parts."""
    return f"""
TUPLE = ({", ".join(map(str, range(size)))})


def numbers() -> list[int]:
    return [{", ".join(map(str, range(size)))}]


def table() -> dict[str, int]:
    return {{{", ".join(f"'k{at}': {at}" for at in range(size))}}}


def text() -> str:
    return "{"é\\u1234x" * size}"


def raw() -> bytes:
    return b"{"a\\x00\\xff" * size}"


def number() -> int:
    return 0x{"f1" * size}


def shown(x: int) -> str:
    return f"{"{x}," * 500}"


def parameters({", ".join(f"a{at}: int" for at in range(100))}) -> int:
    return a0 + a99


print(sum(numbers()), sum(table().values()), len(text()), len(raw()), number() % 1_000_007, TUPLE[-1], len(shown(7)))
print(parameters(*range(100)), sum(numbers()) == sum(TUPLE), text()[:3], raw()[-3:])
"""


def large_functions() -> str:
    """Hundreds of variables that live through a function, as many parameters, a display with thousands of items."""
    kept = "".join(f"    a{at} = x + '{at}'\n" for at in range(300))
    joined = "".join(f"    t += a{at}\n" for at in range(300))
    return f"""
def joined(x: str) -> str:
{kept}    t = ''
{joined}    return t


def first({", ".join(f"a{at}: int" for at in range(600))}) -> int:
    return a0 - a599


def listed() -> list[int]:
    return [{", ".join(map(str, range(2001)))}]


def refused(*values: object) -> str:
    try:
        return str(first(*values))
    except TypeError as error:
        return str(error)


print(len(joined("x")), first(*range(600)), first(*range(2**70, 2**70 + 600)), sum(listed()), refused(1, 2))
"""


def in_proportion() -> str:
    """A chain of attributes, branches and variables, so many that time in proportion to their square would be minutes."""
    branches = "".join(f"    elif n == {at}:\n        return {at}\n" for at in range(9_900))
    variables = "".join(f"    a{at} = n + {at}\n" for at in range(10_000))
    return f"""
import os


def chained(a: object) -> object:
    return a{".b" * 4_900}, os{".path" * 4_900}


def branches(n: int) -> int:
    if n < 0:
        return -1
{branches}    return 0


def variables(n: int) -> int:
{variables}    return {" + ".join(f"a{at}" for at in range(0, 10_000, 50))}
"""


#: Words of C and of what its headers define, names like those of generated code, and names that are not ASCII.
NAMES = """
from dataclasses import dataclass


@dataclass
class struct:
    int_: int
    double: float
    static: str
    PyObject: int = 0
    ob_type: int = 1
    NULL: str = "null"
    register: bool = True
    größe: int = 3
    名前: str = "n"


class errno(Exception):
    pass


def auto(volatile: int, restrict: int, extern: str) -> str:
    goto = volatile + restrict
    typedef = goto * 2
    unsigned = f"{extern}{typedef}"
    return unsigned


def tb_int_add(tb_runtime: int, tbc_app: int, self: int) -> int:
    tb_result = tb_runtime + tbc_app
    Py_None = tb_result + self
    return Py_None


def main(argc: int, argv: list[str]) -> int:
    printf, malloc, inline = argc, len(argv), 3
    for stdin in argv:
        inline += len(stdin)
    return printf + malloc + inline


def ñandú(été: int, ｆｕｌｌ: int, 变量: int) -> int:
    Ω = été + full
    return Ω + 变量


def __dunder__(_: int, __: int, ___x: int) -> int:
    return _ + __ + ___x


def fail(signed: int) -> int:
    try:
        return 1 // signed
    except ZeroDivisionError as const:
        raise errno(f"{const}") from const


class union(struct):
    def enum(self, default: int) -> int:
        switch = self.int_ + default
        return switch + self.größe + len(self.名前)


print(struct(1, 2.0, "s"), struct(1, 2.0, "s") == struct(1, 2.0, "s"), auto(1, 2, "x"), tb_int_add(1, 2, 3), main(1, ["a", "bc"]))
print(ñandú(1, 2, 3), ñandú(été=1, full=2, 变量=4), __dunder__(1, 2, 3), union(1, 2.0, "s").enum(4))
try:
    fail(0)
except errno as signal:
    print(repr(signal), repr(signal.__cause__))
"""

#: Two modules that import each other and call and make what the other one defines.
CIRCLE = {
    "left": """
import right


class Left:
    def __init__(self, n: int) -> None:
        self.n: int = n

    def other(self) -> "right.Right":
        return right.Right(self.n + 1)


def down(n: int) -> int:
    return n if n <= 0 else right.down(n - 1)
""",
    "right": """
import left


class Right:
    def __init__(self, n: int) -> None:
        self.n: int = n

    def other(self) -> "left.Left":
        return left.Left(self.n * 2)


def down(n: int) -> int:
    return -1 if n <= 0 else left.down(n - 1)
""",
    "circle": """
import left
import right

print(left.down(7), right.down(7), left.Left(1).other().other().other().n, type(right.Right(1).other()).__module__)
""",
}

#: A module that puts something else in its place, as some libraries do.
REPLACED = {
    "proxy": """
import sys
import types


class Proxy(types.ModuleType):
    def __getattr__(self, name: str) -> str:
        return f"made {name}"


def double(x: int) -> int:
    return x * FACTOR


FACTOR = 2
replacement = Proxy(__name__)
replacement.double = double
sys.modules[__name__] = replacement
""",
    "replaced": """
import proxy
from proxy import anything


def use(x: int) -> int:
    return proxy.double(x)


print(type(proxy).__name__, anything, use(4), proxy.double(5), proxy.other)
""",
}

#: Functions that look at or change their names.
NAMESPACES = """
count = 1


def add(x: int, y: int) -> int:
    return x + y


def names(a: int, b: str) -> list[str]:
    c = a
    return sorted(locals())


def run(text: str) -> object:
    made: dict[str, object] = {}
    exec(text, made)
    return made["z"]


def value(x: int) -> object:
    return eval("x * count + add(x, 1)")


def rebind(n: int) -> int:
    globals()["count"] = n
    return count


def through(n: int) -> int:
    return add(n, n)


print(names(1, "b"), run("z = [n * n for n in range(4)]"), value(5), rebind(9), value(5), count)
exec("def add(x, y):\\n    return x * 1000 + y\\ncount = 3")
print(through(2), value(1), rebind(4), sorted(name for name in globals() if name.islower() and "_" not in name))
del add
try:
    through(1)
except NameError as error:
    print(error)
"""


class Extremes(Command):
    """One project with all of them."""

    def test_what_few_people_write_does_what_it_does_interpreted(self) -> None:
        modules = {"long": long_function(10_000 if LONG else 1_500), "deep": deep_expressions(350), "literals": large_literals(1_000)}
        modules |= {"large": large_functions(), "names": NAMES, **CIRCLE, **REPLACED, "namespaces": NAMESPACES}
        for name, text in modules.items():
            self.write(f"{name}.py", text)
        roots = ["long", "deep", "literals", "names", "circle", "replaced", "namespaces", "large"]
        self.write("app.py", "".join(f"import {name}\n" for name in roots))
        self.done("build", "app.py", under={"CFLAGS": "-O0 -g0 -w"})
        generated = (self.folder / ".tayberry/c/large.c").read_text()
        self.assertIn("TB_HUGE PyObject *tbf_large__joined(", generated)
        self.assertNotIn("TB_HUGE tb_int tbf_large__first(", generated)
        self.assertLess(len(generated.splitlines()), 60_000)
        found = self.done("check", "--output-format", "concise", "app.py")
        self.assertIn("`listed` stays interpreted: it has a display of more than 2,000 items", found.out + found.err)
        load = "import sys; sys.path[:0] = ['.', sys.argv[1]]\nif sys.argv[2:]:\n    from tayberry import _loader\n    _loader.install('.tayberry')\nimport app\nassert (type(app.__loader__).__name__ == 'BuildLoader') == bool(sys.argv[2:])\n"
        said = [
            subprocess.run(
                [interpreter(), "-c", load, str(ROOT / "python"), *mode],
                cwd=self.folder, capture_output=True, text=True, timeout=60, env=self.environment({}),
            )
            for mode in ([], ["compiled"])
        ]
        self.assertEqual((said[0].stdout, said[0].stderr, said[0].returncode), (said[1].stdout, said[1].stderr, said[1].returncode))
        self.assertEqual(said[0].returncode, 0, said[0].stderr)
        self.assertEqual(len(said[0].stdout.splitlines()), 13, said[0].stdout)

    def test_a_check_takes_time_in_proportion_to_what_it_reads(self) -> None:
        self.write("app.py", in_proportion())
        said = self.done("check", "app.py")
        self.assertIn("0 errors, 0 warnings", said.out + said.err)


if __name__ == "__main__":
    unittest.main()
