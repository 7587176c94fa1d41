"""The command behind `tests/fuzz/fuzz`: batches, workers, reports.

In: command line (see `fuzz`). Out: one report per difference in the work folder and on standard output, and a closing line.
What holds: the batches are the same for the same seed and size, whatever the number of jobs.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import generate
import reduce
from differ import Difference, Setting, interpreter


def batch(setting: Setting, folder: Path, seeds: list[int]) -> list[tuple[int, Difference]]:
    """Builds one file with a program per seed and compares them; halves what does not build."""
    programs = [generate.program(seed, str(seed)) for seed in seeds]
    text = generate.file(programs, seeds[0])
    wrong = setting.build(folder, {"programs": text})
    if wrong:
        if len(seeds) == 1:
            return [(seeds[0], Difference(0, "build", "", wrong))]
        # The compiler names the function it failed in, whose name ends in the seed.
        named = [int(found) for found in re.findall(r"internal error: \w+\.\w*_(\d+)", wrong)]
        if named and named[0] in seeds:
            rest = [seed for seed in seeds if seed != named[0]]
            return [(named[0], Difference(0, "build", "", wrong)), *batch(setting, folder, rest)]
        half = len(seeds) // 2
        return batch(setting, folder, seeds[:half]) + batch(setting, folder, seeds[half:])
    return [(seeds[each.at], each) for each in setting.compare(folder, "programs", len(seeds))]


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests/fuzz/fuzz", description=(Path(__file__).parent / "fuzz").read_text().split('"""')[1], formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--programs", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--sanitize", action="store_true")
    parser.add_argument("--leaks", action="store_true")
    parser.add_argument("--flags", default="-O0 -g0 -w")
    parser.add_argument("--compiler", default="", help="the command line to build with; without it the one that was built last")
    parser.add_argument("--tcc", action="store_true", help="compile with TCC (Debian: tcc; the variable TCC names another), which is fast and does not optimise")
    parser.add_argument("--progress", action="store_true", help="a line for every batch")
    parser.add_argument("--one", action="store_true")
    parser.add_argument("--show", action="store_true", help="only print the program")
    parser.add_argument("--reduce", type=Path)
    parser.add_argument("--reports", type=Path, default=Path(tempfile.gettempdir()) / "tayberry-fuzz")
    options = parser.parse_args()
    if options.show:
        print(generate.file([generate.program(options.seed, str(options.seed))], options.seed))
        return 0
    work = Path(tempfile.mkdtemp(prefix="fuzz."))
    setting = Setting(interpreter(), work, sanitize=options.sanitize, leaks=options.leaks, flags=options.flags, tayberry=options.compiler, tcc=options.tcc)
    try:
        if options.one or options.reduce:
            text = options.reduce.read_text() if options.reduce else generate.file([generate.program(options.seed, str(options.seed))], options.seed)
            return reduce.main(setting, text)
        return campaign(setting, options)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def campaign(setting: Setting, options: argparse.Namespace) -> int:
    """All batches; the closing line."""
    begun = time.monotonic()
    options.reports.mkdir(parents=True, exist_ok=True)
    seeds = list(range(options.seed, options.seed + options.programs))
    batches = [seeds[at : at + options.batch] for at in range(0, len(seeds), options.batch)]
    done = failed = 0

    def work(number: int) -> list[tuple[int, Difference]] | None:
        if options.seconds and time.monotonic() - begun > options.seconds:
            return None
        # Processes do the work; a batch generates in a process of its own too, as this one has a lock on nothing.
        return batch(setting, setting.work / f"b{number}", batches[number])

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for number, found in enumerate(pool.map(work, range(len(batches)))):
            if found is None:
                continue
            shutil.rmtree(setting.work / f"b{number}", ignore_errors=True)
            done += len(batches[number])
            for seed, difference in found:
                failed += 1
                report = f"program {seed}: {difference.text()}\n"
                print(report, flush=True)
                (options.reports / f"{seed}.txt").write_text(report, encoding="utf-8", errors="replace")
            if options.progress:
                print(f"{time.strftime('%H:%M:%S')} {done - failed - setting.late} of {done} clean", flush=True)
    seconds = time.monotonic() - begun
    print(f"{done} programs in {seconds:.0f} s ({done / seconds * 60:.0f} a minute), {setting.late} of them too long to be compared")
    print(f"{done - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}\n{error.stderr}")
