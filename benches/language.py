#!/usr/bin/env python3
"""Typed programs, interpreted and compiled by Tayberry, mypyc and Cython: CPU seconds of one run, as ratios.

Every program in benches/language/programs has a `run()` that returns text; all ways of running it must return the same.
Each way is a process of its own per round, the ways of a round follow one another, and a process calls `run()` for at
least `--seconds` after a first call that does not count.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from measure.report import chart, progress, publish, spread, table
from measure.tools import CACHE, ROOT, ToolError, interpreter, release, run, tayberry, venv

PROGRAMS = ROOT / "benches" / "language" / "programs"
WAYS = ["CPython", "Tayberry", "mypyc", "Cython"]
RUNNER = """
import gc, importlib, json, sys, time
name, seconds, build = sys.argv[1], float(sys.argv[2]), sys.argv[3]
if build:
    from pathlib import Path
    from tayberry import _loader
    _loader.install(Path(build))
module = importlib.import_module(name)
said = module.run()
gc.collect()
calls, begin = 0, time.process_time()
while calls == 0 or time.process_time() - begin < seconds:
    module.run()
    calls += 1
spent = (time.process_time() - begin) / calls
print(json.dumps({"said": said, "seconds": spent, "file": module.__file__, "gil": sys._is_gil_enabled()}))
"""


def main() -> int:
    """Builds, runs round after round, prints the table."""
    given = _arguments()
    programs = given.program or sorted(path.stem for path in PROGRAMS.glob("*.py"))
    ways = [way for way in WAYS if way == "CPython" or not given.way or way in given.way]
    python = interpreter()
    builders: dict[str, Callable[[str, str], tuple[str, str]]] = {
        "CPython": _plain,
        "Tayberry": _tayberry,
        "mypyc": _mypyc,
        "Cython": _cython,
    }
    built: dict[tuple[str, str], tuple[str, str]] = {}
    refused: dict[tuple[str, str], str] = {}
    for way in ways:
        for program in programs:
            progress(f"{way} builds {program}")
            try:
                built[program, way] = builders[way](program, python)
            except ToolError as error:
                refused[program, way] = str(error)
    spent: dict[tuple[str, str], list[float]] = {}
    for turn in range(given.rounds):
        for program in programs:
            wanted = ""
            for way in ways:
                if (program, way) not in built:
                    continue
                progress(f"round {turn + 1}/{given.rounds} {program} {way}")
                try:
                    seconds, said = _measured(program, given.seconds, built[program, way], python, way)
                except ToolError as error:
                    refused[program, way] = str(error)
                    del built[program, way]
                    continue
                wanted = wanted or said
                if said != wanted:
                    refused[program, way] = f"other result: {said[:60]}"
                    del built[program, way]
                    continue
                spent.setdefault((program, way), []).append(seconds)
    progress("")
    text = _results(programs, ways, spent, refused, given)
    print(text)
    if given.write:
        _write(text, programs, ways, spent)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", action="append", help="only this program; may be repeated")
    parser.add_argument("--way", action="append", choices=WAYS[1:], help="only this beside CPython; may be repeated")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5, help="of calls, a round, program and way")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md and its chart")
    return parser.parse_args()


def _folder(program: str, way: str) -> Path:
    """An empty folder that holds the program alone."""
    folder = CACHE / "language" / way.lower() / program
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(PROGRAMS / f"{program}.py", folder)
    return folder


def _plain(program: str, _: str) -> tuple[str, str]:
    return str(_folder(program, "CPython")), ""


def _tayberry(program: str, python: str) -> tuple[str, str]:
    folder = _folder(program, "Tayberry")
    run([tayberry(), "build", f"{program}.py"], folder, {"TAYBERRY_PYTHON": python})
    return str(folder), str(folder / ".tayberry")


def _mypyc(program: str, python: str) -> tuple[str, str]:
    binaries = venv("mypyc", python, ["mypy[mypyc]", "setuptools"]) / "bin"
    folder = _folder(program, "mypyc")
    run([str(binaries / "mypyc"), f"{program}.py"], folder, {"PATH": f"{binaries}:{os.environ['PATH']}"})
    return str(folder), ""


def _cython(program: str, python: str) -> tuple[str, str]:
    binaries = venv("cython", python, ["cython", "setuptools"]) / "bin"
    folder = _folder(program, "Cython")
    directives = "annotation_typing=True,freethreading_compatible=True,infer_types=True"
    run([str(binaries / "cythonize"), "-3", "-i", "-X", directives, f"{program}.py"], folder, {})
    return str(folder), ""


def _measured(program: str, seconds: float, built: tuple[str, str], python: str, way: str) -> tuple[float, str]:
    folder, build = built
    command = [python, "-c", RUNNER, program, str(seconds), build]
    if way in ("mypyc", "Cython"):
        command = [str(CACHE / way.lower() / "bin" / "python"), *command[1:]]
    path = f"{folder}:{ROOT / 'python'}" if build else folder
    told = json.loads(run(command, Path(folder), {"PYTHONPATH": path, "PYTHON_GIL": "0"}))
    if way != "CPython" and not (told["file"].endswith(".so") or build):
        raise ToolError("the compiled module was not the one imported")
    if told["gil"]:
        raise ToolError("it runs with the GIL")
    return float(told["seconds"]), str(told["said"])


def _results(
    programs: Sequence[str],
    ways: Sequence[str],
    spent: dict[tuple[str, str], list[float]],
    refused: dict[tuple[str, str], str],
    given: argparse.Namespace,
) -> str:
    """The table as Markdown: milliseconds of the interpreter, then how many times faster each compiler's code is."""
    rows = []
    for program in programs:
        base = spent[program, "CPython"]
        row = [program, f"{statistics.median(base) * 1e3:.1f}"]
        for way in ways[1:]:
            mine = spent.get((program, way))
            complete = mine is not None and (program, way) not in refused
            row.append(spread([a / b for a, b in zip(base, mine or [], strict=False)]) if complete else "–")
        rows.append(row)
    means = ["geometric mean", ""]
    for way in ways[1:]:
        ratios = [
            statistics.median(spent[program, "CPython"]) / statistics.median(spent[program, way])
            for program in programs
            if (program, way) in spent and (program, way) not in refused
        ]
        means.append(f"{statistics.geometric_mean(ratios):.2f}" if ratios else "–")
    rows.append(means)
    head = ["", "CPython 3.14t, ms", *(f"{way}, × CPython" for way in ways[1:])]
    text = (
        f"{release(interpreter())}; {given.rounds} rounds; median (lowest–highest); CPU time of one `run()`\n\n"
        f"{table(head, rows)}\n"
    )
    if refused:
        listed = "\n".join(f"- {program}, {way}: {why}" for (program, way), why in refused.items())
        text += f"\nNot measured:\n\n{listed}\n"
    return text


def _write(
    text: str, programs: Sequence[str], ways: Sequence[str], spent: dict[tuple[str, str], list[float]]
) -> None:
    groups = [
        (
            program,
            [
                (way, statistics.median(spent[program, "CPython"]) / statistics.median(spent[program, way]))
                for way in ways[1:]
                if (program, way) in spent
            ],
        )
        for program in programs
    ]
    publish("language", text, chart("Speed of typed programs, CPython 3.14t = 1", groups))


if __name__ == "__main__":
    sys.exit(main())
