"""Bodies that go on with an exception while the collector is waiting to run: neither loses anything."""

import gc
import sys
from collections.abc import Iterator


def catching() -> Iterator[str]:
    for _ in range(3):
        try:
            yield "ready"
        except KeyError as error:
            yield f"caught {error}"
        finally:
            unraised.append("finally")


unraised: list[object] = []
phases: list[str] = []


def collected(ends: str) -> list[object]:
    """What is thrown into a body is not lost if the collector is waiting to run."""
    said: list[object] = []
    made = catching()
    next(made)
    held = list(map(list, [()] * 20000))
    try:
        said.append(made.throw(KeyError("thrown")) if ends == "throw" else made.close())
    except BaseException as error:
        said.append(repr(error))
    said.append(len(held))
    return said


def while_collecting() -> list[object]:
    hook = sys.unraisablehook
    before = gc.get_threshold()
    gc.callbacks.append(lambda phase, info: phases.append(phase))
    sys.unraisablehook = lambda what: unraised.append(str(what.exc_value))
    gc.set_threshold(1, 0, 0)
    try:
        return [collected("throw"), collected("close")]
    finally:
        gc.set_threshold(*before)
        gc.callbacks.pop()
        sys.unraisablehook = hook


print(while_collecting(), unraised, len(phases) > 0)
