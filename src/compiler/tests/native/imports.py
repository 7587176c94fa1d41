"""`import` inside functions, `del` of several targets, `global`."""

import builtins
import sys
import traceback
from typing import Any


def plain(text: str) -> object:
    import json

    return json.loads(text)


def dotted() -> object:
    import os.path
    import xml.dom.minidom

    return os.path.join("a", "b"), xml.dom.minidom.__name__


def dotted_as() -> object:
    import os.path as p
    import xml.dom.minidom as m, collections as c  # noqa: E401

    return p.join("a", "b"), m.__name__, c.__name__


def from_import(values: list[int]) -> object:
    from collections import Counter, OrderedDict as Ordered
    from os import path

    return Counter(values).most_common(1), Ordered.__name__, path.basename("x/y")


def missing_module() -> object:
    import no_such_module

    return no_such_module


def missing_name() -> object:
    from math import pi, nothing_here  # type: ignore[attr-defined]

    return pi, nothing_here


def partly_bound() -> object:
    try:
        from math import pi, nothing_here  # type: ignore[attr-defined]
    except ImportError:
        return pi
    return nothing_here


def relative() -> object:
    from . import something  # type: ignore[attr-defined]

    return something


def optional_import(name: bool) -> object:
    try:
        if name:
            import no_such_module as module
        else:
            import math as module
    except ImportError as error:
        return str(error), error.name
    return module.__name__


def into_global() -> None:
    global math, square_root
    import math
    from math import sqrt as square_root


def captured() -> object:
    import math

    return (lambda: math.floor(2.5))()


def hooked() -> object:
    calls: list[Any] = []
    original = builtins.__import__

    def hook(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        calls.append((name, globals is not None and globals["__name__"], locals, fromlist, level))
        return original(name, globals, locals, fromlist, level)

    builtins.__import__ = hook
    try:
        import json.decoder
        from os import path, sep
    finally:
        builtins.__import__ = original
    return calls, json.__name__, path.__name__, sep


def submodule() -> object:
    from xml import dom

    return dom.__name__


def deletes() -> object:
    a, b, c = 1, [1, 2, 3], {"x": 1, "y": 2}
    del (a, b[0]), [c["x"]]
    try:
        print(a)
    except UnboundLocalError as error:
        print(error)
    return b, c


def deletes_in_order() -> object:
    items = [1]
    try:
        del items[0], items[0], items
    except IndexError:
        pass
    return items


counter = 0


def count() -> int:
    global counter
    counter += 1
    return counter


def forget() -> None:
    global counter
    del counter


def report(function: Any, *args: Any) -> None:
    try:
        print(function.__name__, function(*args))
    except Exception as error:
        frames = [(frame.name, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
        print(function.__name__, type(error).__name__, error, frames[1:])


def main() -> None:
    report(plain, "[1, 2]")
    report(dotted)
    report(dotted_as)
    report(from_import, [1, 2, 2])
    report(missing_module)
    report(missing_name)
    report(partly_bound)
    report(relative)
    report(optional_import, True)
    report(optional_import, False)
    into_global()
    print(math.pi, square_root(9.0))  # type: ignore[name-defined]
    report(captured)
    report(hooked)
    report(submodule)
    report(deletes)
    report(deletes_in_order)
    report(count)
    report(count)
    forget()
    report(count)
    report(forget)
    print("json" in sys.modules)


main()
