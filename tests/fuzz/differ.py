"""Builds files of programs, runs them both ways and finds the programs that do not do the same.

In: texts of modules, each with a list `CALLS`. Out: differences. What holds: one program's crash or one file that does not
build takes nothing else with it: the rest of the file runs in a new process, and a file that cannot be built is halved.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SANITIZE = "-O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"


@dataclass
class Outcome:
    """What a program did, or how its process ended."""

    did: object
    blocks: int = 0


@dataclass
class Difference:
    """A program that does one thing interpreted and another compiled."""

    at: int
    kind: str
    interpreted: object
    compiled: object

    def text(self) -> str:
        """The first place where they part."""
        one, other = first_difference(self.interpreted, self.compiled)
        return f"{self.kind}\n  interpreted: {str(one)[:600]}\n  compiled:    {str(other)[:600]}"


def first_difference(one: object, other: object) -> tuple[object, object]:
    """The smallest differing parts."""
    if isinstance(one, list) and isinstance(other, list):
        for a, b in zip(one, other):
            if a != b:
                return first_difference(a, b)
        if len(one) != len(other):
            return one[len(other) :] or "(nothing)", other[len(one) :] or "(nothing)"
    return one, other


class Setting:
    """How to build and run: optimisation, sanitizers, leak check."""

    def __init__(self, python: str, work: Path, *, sanitize: bool = False, leaks: bool = False, flags: str = "-O0 -g0 -w", tayberry: str = "", tcc: bool = False) -> None:
        self.python, self.work, self.leaks, self.sanitize = python, work, leaks, sanitize
        self.tayberry = tayberry or compiler()
        self.late = 0
        self.environment = {**os.environ, "TAYBERRY_PYTHON": python, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "CFLAGS": SANITIZE if sanitize else flags}
        if tcc:
            helpers = work / "gcc.o"
            subprocess.run(["gcc", "-O2", "-fPIC", "-fvisibility=hidden", "-c", HERE / "tcc/gcc.c", "-o", helpers], check=True)
            self.environment |= {"CC": str(HERE / "tcc/cc"), "FUZZ_GCC_O": str(helpers), "CFLAGS": "-g0"}
        self.preload = ""
        if sanitize:
            for library in ("libasan.so", "libubsan.so"):
                found = subprocess.run(["gcc", f"-print-file-name={library}"], capture_output=True, text=True, check=True).stdout.strip()
                self.preload += found + " "

    def build(self, folder: Path, files: dict[str, str]) -> str:
        """Builds files; "" or what went wrong."""
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.py"):
            if old.stem not in files and old.name != "app.py":
                old.unlink()
        for name, text in files.items():
            (folder / f"{name}.py").write_text(text, encoding="utf-8")
        (folder / "app.py").write_text("".join(f"import {name}\n" for name in files))
        try:
            made = subprocess.run([self.tayberry, "build", "app.py"], cwd=folder, env=self.environment, capture_output=True, text=True, timeout=600)
        except subprocess.TimeoutExpired:
            return "the build takes more than ten minutes"
        return "" if made.returncode == 0 else f"exit {made.returncode}\n{made.stderr[-3000:]}"

    def run(self, mode: str, folder: Path, name: str, count: int, only: list[int] | None = None) -> dict[int, Outcome]:
        """What the programs of a module did."""
        outcomes: dict[int, Outcome] = {}
        first = 0
        environment = dict(self.environment)
        if self.sanitize and mode == "compiled":
            environment |= {"LD_PRELOAD": self.preload, "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:detect_stack_use_after_return=0", "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"}
            environment["FUZZ_SECONDS"] = "10"
        while first < count:
            command = [self.python, "-X", "gil=0", "-W", "ignore", str(HERE / "worker.py"), mode, str(folder), name, str(first), *map(str, only or [])]
            if self.leaks:
                command.append("--leaks")
            begun = first - 1
            try:
                ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60 + 3 * count, errors="replace")
                output, status, said = ended.stdout, ended.returncode, ended.stderr
            except subprocess.TimeoutExpired as late:
                output, status, said = (late.stdout or b"").decode(), -14, ""
            for line in output.splitlines():
                try:
                    entry = json.loads(line)
                except ValueError:
                    continue
                if "begin" in entry:
                    begun = entry["begin"]
                else:
                    outcomes[entry["at"]] = Outcome(entry["did"], entry.get("blocks", 0))
            if status == 0:
                break
            if begun < first:
                # Not even the import went well.
                for at in range(first, count):
                    outcomes[at] = Outcome(f"the module does not load ({status}): {said[-1500:]}")
                break
            outcomes[begun] = Outcome("late" if status == -14 else f"crashed ({status}): {said[-3000:]}")
            first = begun + 1
        return outcomes

    def compare(self, folder: Path, name: str, count: int, only: list[int] | None = None) -> list[Difference]:
        """The programs of a built module that differ. Those that take too long interpreted are not compared; `self.late` counts them."""
        compiled = self.run("compiled", folder, name, count, only)
        interpreted = self.run("interpreted", folder, name, count, only)
        found = []
        for at in sorted(interpreted):
            one, other = interpreted[at], compiled.get(at, Outcome("did not run"))
            if one.did == "late":
                self.late += 1
                continue
            if one.did != other.did:
                kind = "crash" if str(other.did).startswith("crashed") else "late" if other.did == "late" else "differs"
                found.append(Difference(at, kind, one.did, other.did))
            elif other.blocks - one.blocks >= 8:
                found.append(Difference(at, "leak", one.blocks, other.blocks))
        return found


def compiler() -> str:
    """The command line that was built last."""
    built = [path for profile in ("release", "debug") if (path := ROOT / "target" / profile / "tayberry").is_file()]
    if not built:
        sys.exit("there is no compiler: type scripts/build")
    return str(max(built, key=lambda path: path.stat().st_mtime))


def interpreter() -> str:
    """The free-threaded interpreter."""
    return os.environ.get("TAYBERRY_PYTHON") or subprocess.run([ROOT / "scripts/python"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit("run tests/fuzz/fuzz")
