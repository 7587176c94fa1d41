#!/usr/bin/env python3
"""Where mypyc is ahead, and why: instructions in user mode of one `run()` by component, of its code and of Tayberry's.

In: programs of benches/language, as benches/language.py builds them. Out: a table with two rows for each, ours and mypyc's: instructions
in all, and how they are spread over the program's own code, the C library under it, and what the interpreter does for both. They are
counted by `perf stat`, which hardly varies with the machine's noise, and spread as `perf record` finds them; a run's are those of a
process that calls `run()` many times, without those of one that calls it once.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from language import PROGRAMS, RUNNER, _mypyc, _tayberry
from measure.report import progress, publish, table
from measure.tools import CACHE, ROOT, ToolError, interpreter

PERIOD = 500_009
CALLS = 40
#: Component, what the library is called, what the symbol looks like; the first that fits decides.
RULES = [
    ("numbers made and freed", r"^python", r"^_?PyLong|^long_|^PyFloat|^float_"),
    ("memory", r"^python|^libc", r"^_?mi_|MiMalloc|MiFree|MiRealloc|PyObject_(Malloc|Free)|PyMem_|^_?PyObject_GC|Dealloc|dealloc|NewReference|MergeZero|malloc|free"),
    ("garbage collection", r"^python", r"gc|GC"),
    ("dicts and names", r"^python", r"dict|Dict|lookup|hash|Hash|siphash|_PyType_Lookup|find_name|GenericGetAttr"),
    ("texts and lists", r"^python|^libc", r"nicode|ascii|list|List|strip|split|lower|mem(cpy|move|cmp|set)|lice|uple"),
    ("exceptions", r"^python", r"Err|xception|raceback|PyTraceBack"),
    ("calls", r"^python", r"all|Eval|gen_|PyIter|method_|Frame"),
    ("rest of the interpreter", r"^python|^lib|^ld|^\[", r""),
    ("C library under it", r"", r"^tb_|^CPy(?!Def|Gen|Py)|^Py|^_Py"),
    ("the program's code", r"", r""),
]


def main() -> int:
    """Builds, samples, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="*", default=["generators", "parser", "words"], help="default: where mypyc is ahead")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    given = parser.parse_args()
    unknown = [each for each in given.program if not (PROGRAMS / f"{each}.py").is_file()]
    if unknown:
        parser.error(f"there is no program {unknown[0]}")
    python = interpreter()
    rows: list[list[str]] = []
    head = ["million instructions", "in all", *(name for name, _, _ in reversed(RULES))]
    for program in given.program:
        for way, build in (("Tayberry", _tayberry), ("mypyc", _mypyc)):
            progress(f"{program}, {way}")
            folder, built = build(program, python)
            binary = str(CACHE / "mypyc" / "bin" / "python") if way == "mypyc" else python
            many = _spread(binary, Path(folder), program, built, CALLS)
            once = _spread(binary, Path(folder), program, built, 0)
            millions = {name: max(0.0, (many[name] - once[name]) / CALLS / 1e6) for name, _, _ in RULES}
            cells = [f"{millions[name]:.1f}" for name, _, _ in reversed(RULES)]
            rows.append([f"{program}, {way}", f"{sum(millions.values()):.1f}", *cells])
    progress("")
    text = table(head, rows) + "\n"
    print(text)
    if given.write:
        publish("causes", text)
    return 0


def _spread(python: str, folder: Path, program: str, build: str, calls: int) -> dict[str, float]:
    """Instructions by component of a process that calls `run()` once and so many times more."""
    runner = RUNNER.replace("while calls == 0 or time.process_time() - begin < seconds:", "while calls < seconds:").replace("/ calls", "/ max(calls, 1)")
    command = [python, "-c", runner, program, str(calls), build]
    path = f"{folder}:{ROOT / 'python'}" if build else str(folder)
    environment = {"PYTHONPATH": path, "PYTHON_GIL": "0"}
    with tempfile.TemporaryDirectory() as space:
        data, counted = f"{space}/perf.data", f"{space}/counted"
        _said(["perf", "stat", "-x", ",", "-o", counted, "-e", "instructions:u", *command], folder, environment)
        total = float(Path(counted).read_text().splitlines()[-1].split(",")[0])
        _said(["perf", "record", "-q", "-e", "instructions:u", "-c", str(PERIOD), "-o", data, *command], folder, environment)
        lines = _said(["perf", "script", "-i", data, "-F", "ip,sym,dso"], folder, {}).splitlines()
    found: Counter[str] = Counter()
    for line in lines:
        if match := re.match(r"\s*[0-9a-f]+ (.*) \((.*)\)$", line):
            found[_component(match[2].rpartition("/")[2], match[1])] += 1
    samples = max(1, found.total())
    return {name: total * found[name] / samples for name, _, _ in RULES}


def _said(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ToolError(f"{command[0]}: {done.stderr[-300:]}")
    return done.stdout


def _component(library: str, symbol: str) -> str:
    return next(name for name, of_library, of_symbol in RULES if re.search(of_library, library) and re.search(of_symbol, symbol))


if __name__ == "__main__":
    sys.exit(main())
