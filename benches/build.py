#!/usr/bin/env python3
"""What building costs: CPU seconds, user and system, of the whole process tree of one build.

In: a typed web app of 182 lines (examples/pyberry), and a program of twenty modules made of a program of
benches/language. Out: the least of several rounds for each build: from nothing, with one module changed, with nothing
changed; for `check` of 10,000 lines; and for mypyc on a typed program of benches/language, which both compile. The C
library of the runtime, made once for all projects of a machine, is made before and measured by itself.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from measure.report import progress, publish, table
from measure.tools import CACHE, ROOT, ToolError, interpreter, tayberry, venv

APP = ROOT / "examples" / "pyberry" / "app.py"
PROGRAM = ROOT / "benches" / "language" / "programs" / "raytracer.py"
MODULES = 20


def main() -> int:
    """Builds, prints and, if asked to, writes the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    given = parser.parse_args()
    space = CACHE / "build"
    shutil.rmtree(space, ignore_errors=True)
    space.mkdir(parents=True)
    text = _results(space, given.rounds)
    print(text)
    if given.write:
        publish("build", text)
    return 0


def _results(space: Path, rounds: int) -> str:
    python = interpreter()
    environment = {"TAYBERRY_PYTHON": python}
    rows: list[list[str]] = []

    def measured(what: str, lines: int, prepare: Callable[[int], object], command: Sequence[str], folder: Path, under: Mapping[str, str]) -> None:
        spent = []
        for turn in range(rounds):
            progress(f"{what}, {turn + 1}/{rounds}")
            prepare(turn)
            spent.append(_spent(command, folder, under))
        cpu, wall = (min(each) for each in zip(*spent, strict=True))
        rows.append([what, str(lines) if lines else "", f"{cpu:.2f}", f"{wall:.2f}"])

    one = _folder(space / "one", {"app.py": APP.read_text()})
    own = {**environment, "TAYBERRY_CACHE": str(space / "cache")}
    measured("the C library, once for a machine, and an app", 0, lambda _: _without(space / "cache", one / ".tayberry"), [tayberry(), "build", "app.py"], one, own)
    measured("an app from nothing", _lines(one), lambda _: _without(one / ".tayberry"), [tayberry(), "build", "app.py"], one, own)
    twenty = _folder(space / "twenty", _program(MODULES))
    build = [tayberry(), "build", "app.py"]
    measured(f"{MODULES} modules from nothing", _lines(twenty), lambda _: _without(twenty / ".tayberry"), build, twenty, own)
    body = twenty / "part7.py"
    measured("one function's body changed", 0, lambda turn: _changed(body, "return text", f"text += '{turn}'\n    return text"), build, twenty, own)
    measured("one function added", 0, lambda turn: _added(body, f"\n\ndef added{turn}(n: int) -> int:\n    return n + {turn}\n"), build, twenty, own)
    measured("nothing changed", 0, lambda _: None, build, twenty, own)
    many = _folder(space / "many", _program(90))
    measured("check of 90 modules", _lines(many), lambda _: None, [tayberry(), "check", "app.py"], many, own)
    typed = _folder(space / "typed", {PROGRAM.name: PROGRAM.read_text()})
    measured(f"{PROGRAM.name} from nothing", _lines(typed), lambda _: _without(typed / ".tayberry"), [tayberry(), "build", PROGRAM.name], typed, own)
    refused = ""
    try:
        binaries = venv("mypyc", python, ["mypy[mypyc]", "setuptools"]) / "bin"
        other = _folder(space / "mypyc", {PROGRAM.name: PROGRAM.read_text()})
        path = {"PATH": f"{binaries}:{os.environ['PATH']}"}
        remove = lambda _: _without(other / "build", other / ".mypy_cache", *other.glob("*.so"))  # noqa: E731
        measured(f"{PROGRAM.name} from nothing, mypyc", _lines(other), remove, [str(binaries / "mypyc"), PROGRAM.name], other, path)
    except ToolError as error:
        refused = f"\nmypyc was not measured: {error}\n"
    progress("")
    head = ["", "lines of Python", "CPU seconds", "seconds"]
    return f"the least of {rounds} rounds on {os.cpu_count()} cores\n\n{table(head, rows)}\n{refused}"


def _spent(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[float, float]:
    """CPU and wall-clock seconds of a command and all that it waits for."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True)
    wall, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise ToolError(f"{' '.join(command)} ended with {done.returncode}: {(done.stdout + done.stderr)[-300:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def _program(modules: int) -> dict[str, str]:
    """An app that calls what the other modules do, each a copy of the program's classes and functions."""
    part = PROGRAM.read_text()
    names = [f"part{number}" for number in range(1, modules)]
    imports = "".join(f"import {name}\n" for name in names)
    calls = ", ".join(f"{name}.run()" for name in names)
    app = f'{imports}from tayberry import App\n\napp = App()\n\n\n@app.get("/")\ndef index() -> list[str]:\n    return [{calls}]\n'
    return {"app.py": app, **{f"{name}.py": part + "\n\ndef said() -> str:\n    text = run()\n    return text\n" for name in names}}


def _folder(folder: Path, files: Mapping[str, str]) -> Path:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def _without(*paths: Path) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _changed(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new, 1))


def _added(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def _lines(folder: Path) -> int:
    return sum(len(path.read_text().splitlines()) for path in folder.glob("*.py"))


if __name__ == "__main__":
    sys.exit(main())
