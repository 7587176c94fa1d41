"""Parameters of every kind and calls of every kind, with Python's order of evaluation and its errors."""

import gc
import inspect
import sys
import traceback
from typing import Any

log: list[str] = []


def note(text: str, value: Any = None) -> Any:
    log.append(text)
    return text if value is None else value


def report(label: str, function: Any, *args: Any, **kwargs: Any) -> None:
    log.clear()
    try:
        result = repr(function(*args, **kwargs))
    except BaseException as error:
        result = f"{type(error).__name__}: {error}"
    print(label, "->", result, log)


def positional_only(a: int, b: int = 2, /, c: int = 3) -> int:
    return a * 100 + b * 10 + c


def keyword_only(a: int, *, b: int, c: int = note("default of c", 30)) -> str:
    return f"{a} {b} {c}"


def mixed(a: int, /, b: str, *rest: int, c: float = 1.5, d: list[int], **more: str) -> list[object]:
    return [a, b, rest, c, d, more]


def only_star(*args: int) -> int:
    return sum(args)


def only_stars(**kwargs: int) -> list[tuple[str, int]]:
    return list(kwargs.items())


def shared(item: int, into: list[int] = []) -> list[int]:
    into.append(item)
    return into


def typed_rest(*args: str, **kwargs: int) -> str:
    return ",".join(args) + "|" + ",".join(f"{k}={v}" for k, v in kwargs.items())


def same_name(a: int, /, **a_too: object) -> tuple[int, dict[str, object]]:
    return a, a_too


def forward(*args: Any, **kwargs: Any) -> Any:
    return mixed(*args, **kwargs)


def forward_some(*args: Any, **kwargs: Any) -> Any:
    return mixed(1, *args, d=[0], **kwargs)


def rebinds(*args: int, **kwargs: int) -> tuple[object, object]:
    args = args + (1,)
    kwargs["added"] = len(args)
    return args, kwargs


def grows(first: int, *rest: int) -> int:
    if not rest:
        return first
    return first + grows(*rest)


def calls_order() -> list[object]:
    def_order = mixed(
        note("a", 1), note("b"), *note("star", [5, 6]), d=note("d", [7]), **note("stars", {"x": "y"})
    )
    return def_order


def two_stars() -> list[object]:
    return mixed(*note("first", [1]), *note("second", ["b", 3]), **note("m", {"d": []}), **note("n", {"z": "1"}))


def plain_keywords_out_of_order() -> str:
    return keyword_only(c=note("c", 1), a=note("a", 2), b=note("b", 3))


def duplicate_in_stars() -> object:
    return keyword_only(1, b=2, **{"b": 3})


def duplicate_between_stars() -> object:
    return keyword_only(1, **{"b": 2}, **{"b": 3})


def star_of_number() -> object:
    return only_star(*note("number", 5))


def stars_of_list() -> object:
    return only_stars(**note("list", [1]))


def stars_with_number_key() -> object:
    return only_stars(**{1: 2})  # type: ignore[misc]


def raising() -> int:
    log.append("raising")
    raise KeyError("in the middle")


def raises_between() -> object:
    return mixed(note("a", 1), note("b"), raising(), d=note("never", []))


def raises_in_star() -> object:
    return mixed(1, "b", *[raising() for _ in range(2)], d=[])


def wrong_direct() -> object:
    return keyword_only(1)  # type: ignore[call-arg]


def too_many_direct() -> object:
    return positional_only(1, 2, 3, 4)  # type: ignore[call-arg]


def keyword_for_positional() -> object:
    return positional_only(a=1)  # type: ignore[call-arg]


def star_direct(count: int) -> int:
    total = 0
    for each in range(count):
        total += only_star(each, each + 1, each + 2)
    return total


def stars_direct() -> object:
    return [only_stars(a=1, b=2), only_stars(), typed_rest("x", "y", n=1, m=2), same_name(1, a=2)]


def star_builtin(values: list[int], rest: tuple[int, int]) -> object:
    return [max(*values), print(*values, *rest, sep="-"), dict(**{"a": 1}, b=2)]


def attribute_star(values: list[str]) -> str:
    return "{} {}".format(*values) + "{a}".format(**{"a": 1})


def main() -> None:
    report("positional only", positional_only, 1)
    report("positional only", positional_only, 1, 5, c=7)
    report("positional only by keyword", positional_only, a=1)
    report("keyword only", keyword_only, 1, b=2)
    report("keyword only missing", keyword_only, 1)
    report("keyword only by position", keyword_only, 1, 2)
    report("mixed", mixed, 1, "b", 3, 4, d=[1], x="y")
    report("mixed default", mixed, 1, "b", d=[])
    report("mixed missing d", mixed, 1, "b")
    report("mixed twice b", mixed, 1, "b", b="c", d=[])
    report("mixed a in more", mixed, 1, "b", a="c", d=[])
    report("star", only_star)
    report("star", only_star, 1, 2, 3)
    report("stars", only_stars, x=1, y=2)
    report("shared", shared, 1)
    report("shared", shared, 2)
    report("shared", shared, 3, [])
    report("typed", typed_rest, "a", "b", c=1)
    report("same name", same_name, 1, a=3)
    report("forward", forward, 1, "b", 3, d=[1], x="y")
    report("forward missing", forward, 1)
    report("forward some", forward_some, "b", 3, x="y")
    report("forward twice", forward_some, "b", 3, d=[1])
    report("rebinds", rebinds, 1, 2, a=3)
    given = {"a": 1}
    report("kwargs are a copy", rebinds, **given)
    print(given)
    report("grows", grows, 1, 2, 3, 4, 5)
    for function in (
        calls_order, two_stars, plain_keywords_out_of_order, duplicate_in_stars, duplicate_between_stars,
        star_of_number, stars_of_list, stars_with_number_key, raises_between, raises_in_star, wrong_direct,
        too_many_direct, keyword_for_positional, stars_direct,
    ):
        report(function.__name__, function)
    report("star direct", star_direct, 10)
    report("star builtin", star_builtin, [1, 5, 2], (7, 8))
    report("attribute star", attribute_star, ["a", "b"])
    print(inspect.signature(mixed), mixed.__defaults__, mixed.__kwdefaults__, positional_only.__defaults__)
    keyword_only.__kwdefaults__ = {"c": 99}
    report("changed default", keyword_only, 1, b=2)
    report("changed default, direct", plain_keywords_out_of_order)
    keyword_only.__kwdefaults__ = None
    report("no default", keyword_only, 1, b=2)
    positional_only.__defaults__ = (8, 9)
    report("changed default", positional_only, 1)
    try:
        raises_between()
    except KeyError as error:
        print([(frame.name, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)])
    marker: list[object] = [object()]
    before = sys.getrefcount(marker)
    for _ in range(50):
        forward(1, "b", d=marker)
        only_stars(a=1, b=2)
        mixed(1, "b", 5, d=marker, x="q")  # type: ignore[arg-type]
        try:
            mixed(1, "b", d=marker, b=2)  # type: ignore
        except TypeError:
            pass
    gc.collect()
    print("leaked", sys.getrefcount(marker) - before)


main()
