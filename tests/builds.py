"""What the suites share that compile Python which others wrote and run its own tests, interpreted and compiled.

No suite itself: `tests/stdlib/run` and `tests/packages/packages` import it, and so do the programs that they run tests with.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def output(*command: str | Path) -> str:
    """What a command prints; CalledProcessError if it fails."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def cache() -> Path:
    """The folder for what all projects share."""
    return Path(os.environ.get("TAYBERRY_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tayberry")


def compiler() -> str:
    """The command line that was built last."""
    built = [path for profile in ("release", "debug") if (path := ROOT / "target" / profile / "tayberry").is_file()]
    if not built:
        sys.exit("there is no compiler: type scripts/build")
    return str(max(built, key=lambda path: path.stat().st_mtime))


def build(folder: Path, names: Iterable[str], tayberry: str) -> str:
    """Builds the modules `names` that are in the folder, with what they import of it; "" or what went wrong."""
    (folder / "app.py").write_text("".join(f"import {name}\n" for name in names))
    environment = {**os.environ, "CFLAGS": os.environ.get("CFLAGS", "-O0 -g0")}
    made = subprocess.run([tayberry, "build", "app.py"], cwd=folder, env=environment, capture_output=True, text=True)
    return "" if made.returncode == 0 else f"exit status {made.returncode}\n{made.stderr[-3000:]}"


def defined(text: str) -> set[str]:
    """Qualified names of all functions of a module."""
    found = set()

    def walk(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                found.add(prefix + child.name)
                walk(child, f"{prefix}{child.name}.<locals>.")
            elif isinstance(child, ast.ClassDef):
                walk(child, f"{prefix}{child.name}.")
            else:
                walk(child, prefix)

    walk(ast.parse(text), "")
    return found


def share(folder: Path) -> tuple[int, int]:
    """How many functions of the build in the folder are native, and how many there are."""
    native = total = 0
    manifest = json.loads((folder / ".tayberry/manifest.json").read_text(encoding="utf-8"))
    for name, module in manifest["modules"].items():
        if name != "app":
            names = defined((folder / module["path"]).read_text(encoding="utf-8"))
            made = (folder / ".tayberry/c" / Path(module["object"]).name).with_suffix(".c")
            written = set(re.findall(r"^/\* ([\w.<>]+) \*/$", made.read_text(encoding="utf-8"), re.M))
            native += len(names & written)
            total += len(names)
    return native, total


def use_build(folder: Path) -> None:
    """Lets imports find the modules of the build `folder` from now on."""
    spec = importlib.util.spec_from_file_location("_build_loader", ROOT / "python/tayberry/_loader.py")
    assert spec and spec.loader
    loader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loader)
    loader.install(folder)


def from_build(name: str) -> bool:
    """Whether the module that was imported by this name is a build's; the finder for builds tells nobody by the file's name."""
    return type(sys.modules[name].__spec__.loader).__name__ == "BuildLoader"  # type: ignore[union-attr]


def compare(differs: dict[str, str], interpreted: dict[str, str], compiled: dict[str, str]) -> tuple[int, list[str]]:
    """How many tests pass both ways, and what is said of those that pass interpreted only, unless a part of their name is in `differs`."""
    passed, failures, met = 0, [], set()
    for test, how in sorted(interpreted.items()):
        if how != "passed":
            continue
        other = compiled.get(test, "not run")
        reasons = {part for part in differs if part in test}
        if other == "passed":
            passed += 1
        elif reasons:
            met |= reasons
        else:
            failures.append(f"{test}: {other}")
    failures += [f"no test of {part} differs: take it out of the list" for part in differs if part not in met]
    return passed, failures
