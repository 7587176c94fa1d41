"""Repeats the steps of a program on an interpreter that counts references, for tests/leaks/leaks.

    repeat.py compiled|interpreted     the working folder holds `app.py` and its build

Out: as the last line on standard output, how many references each repetition of each step leaves: `{"step_12": 0.0}`.
"""

from __future__ import annotations

import gc
import io
import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

SHORT, LONG, LIMIT = 3, 400, 10.0


def references() -> int:
    """References in use, of all threads."""
    gc.collect()
    gc.collect()
    count: int = sys.gettotalrefcount()  # type: ignore[attr-defined]
    return count


def repeat(step: Callable[[], object], times: int) -> int:
    """How often it was done before the time was over. What goes wrong is no matter here: statements may depend on each other."""
    begun = time.monotonic()
    for done in range(times):
        if time.monotonic() - begun > LIMIT:
            return done
        try:
            step()
        except BaseException:
            pass
    return times


def left_by(step: Callable[[], object], times: int) -> float:
    """What each of several repetitions leaves, after as many that fill caches: the least of three measurements."""
    repeat(step, times)
    found = []
    for _ in range(3):
        before = references()
        done = repeat(step, times)
        found.append((references() - before - 1) / max(done, 1))
    return min(found)


def measured(step: Callable[[], object]) -> float:
    """The same, oftener where a few repetitions leave something."""
    left = left_by(step, SHORT)
    return left_by(step, LONG) if left > 0 else left


def main() -> None:
    sys.path.insert(0, str(Path.cwd()))
    if sys.argv[1] == "compiled":
        from tayberry import _loader

        _loader.install(".tayberry")
    out = sys.stdout
    sys.stdout = sys.stderr = io.StringIO()
    warnings.simplefilter("ignore")
    app = __import__("app")
    steps = {name: value for name, value in vars(app).items() if name.startswith("step_")}
    kept: list[object] = []
    assert left_by(lambda: kept.append([]), SHORT) > 0.5, "a leak is not seen"
    found: dict[str, float] = {}
    for name, step in steps.items():
        sys.stdout = sys.stderr = io.StringIO()
        found[name] = measured(step)
    sys.stdout = out
    sys.stderr = sys.__stderr__
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
