"""What peers need: folders of packages, commands with their failures as exceptions, places to keep both."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tayberry" / "benches"


class ToolError(Exception):
    """A command failed; the message is the last that it said."""


@cache
def interpreter() -> str:
    """The path of the free-threaded interpreter: one built as releases are, with profiles and at link time, as every peer
    but Rust's runs on it; or what `TAYBERRY_BENCH_PYTHON` names. The first call builds it, which takes half an hour."""
    named = os.environ.get("TAYBERRY_BENCH_PYTHON")
    if named:
        return named
    # Progress goes to standard error, past us.
    made = subprocess.run(
        [str(ROOT / "scripts" / "python"), "--optimized"], stdout=subprocess.PIPE, text=True, check=False
    )
    if made.returncode:
        raise ToolError("scripts/python --optimized failed; TAYBERRY_BENCH_PYTHON can name an interpreter")
    return made.stdout.strip()


def release(python: str) -> str:
    """Which interpreter this is and how it was built, in words."""
    asked = "import platform, sysconfig; print(platform.python_version(), sysconfig.get_config_var('CONFIG_ARGS'))"
    version, _, options = run([python, "-c", asked], ROOT, {}).partition(" ")
    done = [word for option, word in (("--enable-optimizations", "PGO"), ("--with-lto", "LTO")) if option in options]
    return f"CPython {version}t" + (f" built with {' and '.join(done)}" if done else " built without PGO")


def tayberry() -> str:
    """The path of the release command line, or what `TAYBERRY` names."""
    return os.environ.get("TAYBERRY", str(ROOT / "target" / "release" / "tayberry"))


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    """Runs a command in `folder` and gives its output."""
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise ToolError(f"{command[0]}: {lines[-1].strip()[:200] if lines else f'exit status {done.returncode}'}")
    return done.stdout


def venv(name: str, base: str, packages: Sequence[str]) -> Path:
    """A virtual environment with the newest releases; kept until the interpreter or the list of packages changes."""
    folder = CACHE / name
    wanted = folder / "packages.txt"
    if not wanted.is_file() or wanted.read_text().splitlines() != [base, *packages]:
        run([base, "-m", "venv", "--clear", str(folder)], ROOT, {})
        run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *packages], ROOT, {})
        wanted.write_text("\n".join([base, *packages]))
    return folder
