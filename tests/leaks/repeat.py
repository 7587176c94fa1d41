"""Repeats the steps of a program on an interpreter that counts references, for tests/leaks/leaks.

    repeat.py compiled|interpreted     the working folder holds `app.py` and its build

Out: as the last line on standard output, what each repetition of each step has left: `{"step_12": [0, 0, 0]}`.
"""

from __future__ import annotations

import gc
import io
import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

WARM, ROUNDS = 3, 4


def references() -> int:
    """References in use, of all threads."""
    gc.collect()
    gc.collect()
    count: int = sys.gettotalrefcount()  # type: ignore[attr-defined]
    return count


def once(step: Callable[[], object]) -> None:
    """What goes wrong is no matter here: statements may depend on each other."""
    try:
        step()
    except BaseException:
        pass


def left_by(step: Callable[[], object]) -> list[int]:
    """What each of several repetitions leaves, after some that fill caches."""
    for _ in range(WARM):
        once(step)
    counts = [0] * (ROUNDS + 1)
    for each in range(ROUNDS + 1):
        counts[each] = references()
        once(step)
    return [later - earlier for earlier, later in zip(counts, counts[1:])]


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
    found: dict[str, list[int]] = {}
    for name, step in steps.items():
        sys.stdout = sys.stderr = io.StringIO()
        found[name] = left_by(step)
    sys.stdout = out
    sys.stderr = sys.__stderr__
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
