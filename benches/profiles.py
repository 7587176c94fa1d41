#!/usr/bin/env python3
"""What release profiles gain: processor cycles in user mode, as ratios to the default build.

In: the programs of benches/language and requests to benches/web/tayberry, in process. Out: a table with a column for each
profile that `tayberry build` has, and for two more of the compiler's options that it does not, set by CFLAGS. Each build is a
process of its own per round and the builds of a round follow one another; cycles are counted by `perf stat`, those of a
process that does the work once taken off those of one that does it many times.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from measure.report import progress, publish, spread, table
from measure.tools import CACHE, ROOT, ToolError, interpreter, run, tayberry

PROGRAMS = ROOT / "benches" / "language" / "programs"
WEB = ROOT / "benches" / "web" / "tayberry" / "app.py"
REQUESTS = ("path", "query", "body", "large")
#: By name: arguments and CFLAGS. The training program stands beside the app.
BUILDS = {
    "portable": ([], ""),
    "native": (["--release-profile", "native"], ""),
    "pgo": (["--release-profile", "pgo", "--train", "train.py"], ""),
    "native-pgo": (["--release-profile", "native-pgo", "--train", "train.py"], ""),
    "-O3": ([], "-O3"),
    "-flto": ([], "-flto"),
}
TRAIN_PROGRAM = "import {0}\nfor _ in range(5):\n    {0}.run()\n"
#: Asks the app what it is told, as often; the answers are made as for the server, but for the socket.
ASK = f"""
import sys
sys.path.insert(0, {str(ROOT / "benches")!r})
from measure.workloads import WORKLOADS
from app import app

def ask(names, times):
    application = app.application()
    for one in WORKLOADS:
        if one.name in names:
            headers = [(b"content-type", b"application/json")]
            asked = [(each.method, each.target, headers if each.body else [], each.body) for each in one.requests()]
            for _ in range(times):
                for each in asked:
                    assert application.handle(*each)[0] == one.status
"""
TRAIN_WEB = ASK + f"ask({REQUESTS!r}, 2)\n"
RUN = """
import gc, sys
from pathlib import Path
from tayberry import _loader
_loader.install(Path(".tayberry"))
sys.path.insert(0, ".")
name, times = sys.argv[1], int(sys.argv[2])
if name in %r:
    from work import ask
    work = lambda: ask([name], 1)
else:
    work = __import__(name).run
gc.collect()
for _ in range(times):
    work()
""" % (REQUESTS,)


def main() -> int:
    """Builds, counts round after round, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", action="append", help="only this, a program or a kind of request; may be repeated")
    parser.add_argument("--build", action="append", choices=list(BUILDS)[1:], help="only this beside the default; may be repeated")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    given = parser.parse_args()
    python = interpreter()
    works = given.program or [*sorted(path.stem for path in PROGRAMS.glob("*.py")), *REQUESTS]
    builds = ["portable", *(each for each in list(BUILDS)[1:] if not given.build or each in given.build)]
    folders: dict[tuple[str, str], Path] = {}
    for build in builds:
        for work in works:
            progress(f"{build} builds {work}")
            folders[work, build] = _built(work, build, python)
    counted: dict[tuple[str, str], list[float]] = {}
    for turn in range(given.rounds):
        for work in works:
            for build in builds:
                progress(f"round {turn + 1}/{given.rounds} {work} {build}")
                counted.setdefault((work, build), []).append(_cycles(work, folders[work, build], python))
    progress("")
    text = _results(works, builds, counted, given.rounds)
    print(text)
    if given.write:
        publish("profiles", text)
    return 0


def _built(work: str, build: str, python: str) -> Path:
    """The folder of a program, or of the web service, that is built."""
    web = work in REQUESTS
    folder = CACHE / "profiles" / build.strip("-") / ("web" if web else work)
    entry = "app.py" if web else f"{work}.py"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(WEB if web else PROGRAMS / entry, folder)
    (folder / "work.py").write_text(ASK)
    (folder / "train.py").write_text(TRAIN_WEB if web else TRAIN_PROGRAM.format(work))
    arguments, flags = BUILDS[build]
    run([tayberry(), "build", *arguments, entry], folder, {"TAYBERRY_PYTHON": python, "CFLAGS": flags})
    return folder


def _cycles(work: str, folder: Path, python: str) -> float:
    """Of one piece of work, in user mode."""
    for _ in range(5):
        few, many = (_counted([python, "-c", RUN, work, str(times)], folder) for times in (1, 31))
        if many > few:
            return (many - few) / 30
    raise ToolError(f"{work}: it takes too little to be counted on this machine")


def _counted(command: Sequence[str], folder: Path) -> float:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "python")}
    done = subprocess.run(
        ["perf", "stat", "-x", ",", "-e", "cycles:u", *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ToolError(f"{command[0]}: {done.stderr[-300:]}")
    return float(done.stderr.splitlines()[-1].split(",")[0])


def _results(works: Sequence[str], builds: Sequence[str], counted: dict[tuple[str, str], list[float]], rounds: int) -> str:
    rows = []
    for work in works:
        base = counted[work, "portable"]
        row = [f"1,000 × {work}" if work in REQUESTS else work, f"{statistics.median(base) / 1e6:.1f}"]
        row += [spread([a / b for a, b in zip(base, counted[work, build], strict=True)]) for build in builds[1:]]
        rows.append(row)
    means = ["geometric mean", ""]
    for build in builds[1:]:
        ratios = [statistics.median(counted[work, "portable"]) / statistics.median(counted[work, build]) for work in works]
        means.append(f"{statistics.geometric_mean(ratios):.3f}")
    rows.append(means)
    head = ["", "portable, million cycles", *(f"{build}, × as fast" for build in builds[1:])]
    return f"{rounds} rounds; median (lowest–highest)\n\n{table(head, rows)}\n"


if __name__ == "__main__":
    sys.exit(main())
