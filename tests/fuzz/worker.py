"""Runs the programs of one module, interpreted or compiled, and says what each did.

    worker.py interpreted|compiled FOLDER MODULE FIRST [ONLY] [--leaks]

In: a folder with `MODULE.py` and, for `compiled`, its build. Out: on standard output a line of JSON for each program,
`{"at": 0, "did": [...]}`, preceded by `{"begin": 0}`, so that after a crash it is known which program it was in. What a program
did is what it printed, its results' `repr`, and its exceptions: type, text, functions and lines, cause and context.
`--leaks` adds how many more memory blocks are in use after ten further runs.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import io
import json
import os
import re
import resource
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

HERE = Path(__file__).resolve().parent
ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
#: A slot's descriptor, which belongs to the class that declares the field again, or to the one above it.
SLOT = re.compile(r"<member '(\w+)' of '\w+' objects>")
SECONDS = float(os.environ.get("FUZZ_SECONDS", "1.5"))


class TimeOut(KeyboardInterrupt):
    """A program takes too long. asyncio takes what is no interrupt for a failed callback, and waits on."""


def say(line: object) -> None:
    os.write(1, (json.dumps(line) + "\n").encode())


def text_of(value: object) -> str:
    """`repr`, without addresses, of bounded length."""
    try:
        text = repr(value)
    except Exception as error:
        text = f"<repr failed: {type(error).__name__}: {error}>"
    return SLOT.sub(r"<member '\1'>", ADDRESS.sub("0x", text))[:3000]


def describe(error: BaseException | None, seen: int = 0) -> object:
    """Type, text, lines by function, cause, context. A generator expression that is written out where it is used up has no line of its own."""
    if error is None or seen > 6:
        return None
    kind = type(error).__name__
    if isinstance(error, RecursionError):
        return kind
    frames = [[entry.f_code.co_name, line] for entry, line in traceback.walk_tb(error.__traceback__) if Path(entry.f_code.co_filename).parent != HERE and entry.f_code.co_name != "<genexpr>"]
    try:
        text = SLOT.sub(r"<member '\1'>", ADDRESS.sub("0x", str(error)))[:2000]
    except Exception as second:
        text = f"<str failed: {second!r}>"
    notes = getattr(error, "__notes__", None)
    return [kind, text, frames, describe(error.__cause__, seen + 1), describe(error.__context__, seen + 1), error.__suppress_context__, notes]


def run(calls: list[Callable[[], object]], state: dict[str, bool]) -> list[object]:
    """What a program's calls did."""
    did: list[object] = []
    out = io.StringIO()
    held, sys.stdout = sys.stdout, out
    # The process's own time: a loaded machine makes nothing late.
    signal.setitimer(signal.ITIMER_PROF, SECONDS, 0.2)
    try:
        for call in calls:
            try:
                did.append(["result", text_of(call())])
            except TimeOut:
                state["late"] = True
                break
            except BaseException as error:
                did.append(["raised", describe(error)])
                # The frames that the traceback holds would keep objects alive.
                error.__traceback__ = None
    except TimeOut:
        state["late"] = True
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.stdout = held
    if state.get("rang"):
        state["late"] = True
    return [ADDRESS.sub("0x", out.getvalue())[:20000].splitlines(), did]


def leaked(calls: list[Callable[[], object]], state: dict[str, bool]) -> int:
    """Memory blocks that ten runs leave in use."""
    for _ in range(3):
        run(calls, state)
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(10):
        run(calls, state)
    gc.collect()
    return sys.getallocatedblocks() - before


def load(mode: str, folder: str, name: str) -> Any:
    if mode == "compiled":
        path = HERE.parents[1] / "python/tayberry/_loader.py"
        spec = importlib.util.spec_from_file_location("tayberry_loader", path)
        assert spec and spec.loader
        loader = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(loader)
        loader.install(Path(folder) / ".tayberry")
    return importlib.import_module(name)


def main() -> None:
    mode, folder, name, first = sys.argv[1:5]
    only = [int(each) for each in sys.argv[5:] if each.isdigit()]
    leaks = "--leaks" in sys.argv
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if "libasan" not in os.environ.get("LD_PRELOAD", ""):
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    sys.path[:0] = [folder]
    sys.dont_write_bytecode = True
    state: dict[str, bool] = {}

    def ring(number: int, frame: FrameType | None) -> None:
        state["rang"] = True
        # What is interrupted may wait for ever, which takes no time of the process.
        signal.setitimer(signal.ITIMER_REAL, 2, 2)
        raise TimeOut

    signal.signal(signal.SIGPROF, ring)
    signal.signal(signal.SIGALRM, ring)
    sys.unraisablehook = lambda failure: print("unraisable", type(failure.exc_value).__name__, failure.exc_value)
    module = load(mode, folder, name)
    for at in range(int(first), len(module.CALLS)):
        if only and at not in only:
            continue
        say({"begin": at})
        state.clear()
        did = run(module.CALLS[at], state)
        line: dict[str, object] = {"at": at, "did": "late" if state.get("late") else did}
        if leaks and not state.get("late"):
            line["blocks"] = leaked(module.CALLS[at], state)
        say(line)


if __name__ == "__main__":
    main()
