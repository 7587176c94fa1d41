"""An app served in both modes: interpreted, and built and compiled. Tests ask both and compare.

In: the text of an app. Out: a running server per mode, with its address and what it has said. What holds: both are
ended and looked at when the test class is done; a server that ended by itself, or with an error, fails the tests.
With SERVER_SANITIZE=1 the compiled programs are compiled with the address and undefined-behaviour sanitizers.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

from test_server import environment

ROOT = Path(__file__).resolve().parents[2]
MODES = ("interpreted", "compiled")
SANITIZE = "SERVER_SANITIZE" in os.environ
SANITIZED = {"CFLAGS": "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"} if SANITIZE else {}


def sanitizers() -> dict[str, str]:
    """What a process that runs compiled programs has to have in its environment."""
    if not SANITIZE:
        return {}
    found = [subprocess.run(["gcc", f"-print-file-name={each}"], capture_output=True, text=True, check=True).stdout.strip() for each in ("libasan.so", "libubsan.so")]
    return {"LD_PRELOAD": " ".join(found), "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:quarantine_size_mb=4", "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"}


def command_line() -> str:
    """The command that was built last."""
    made = [path for path in (ROOT / "target" / each / "tayberry" for each in ("release", "debug")) if path.is_file()]
    assert made, "scripts/build makes the command line"
    return str(max(made, key=lambda path: path.stat().st_mtime))


def build(folder: Path) -> str:
    """Builds the folder's `app.py`; what the command said."""
    done = subprocess.run([command_line(), "build", "app.py"], cwd=folder, env={**os.environ, **SANITIZED}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def serve(folder: Path, port: int = 0) -> list[str]:
    """The command that serves the folder's app, interpreted; `--build` makes it serve a build."""
    return [sys.executable, "-m", "tayberry._serve", "--app", "app:app", "--path", str(folder), "--port", str(port)]


class Served:
    """A server process of one mode."""

    def __init__(self, folder: Path, mode: str, threads: int = 1, options: tuple[str, ...] = ()) -> None:
        self.mode = mode
        self.log = folder / f"{mode}.log"
        build = ["--build", str(folder / ".tayberry")] if mode == "compiled" else []
        with self.log.open("w") as log:
            command = [*serve(folder), "--threads", str(threads), *build, *options]
            sanitized = sanitizers() if build else {}
            self.process = subprocess.Popen(command, env={**environment(), **sanitized}, stderr=log, text=True)
        for _ in range(600):
            said = self.said()
            if " on http://" in said:
                self.port = int(said.split(" on http://")[1].split(" ")[0].rsplit(":", 1)[1])
                return
            assert self.process.poll() is None, f"the server did not start: {said}"
            time.sleep(0.05)
        raise AssertionError(f"the server did not start: {self.said()}")

    def said(self) -> str:
        """Its standard error so far."""
        return self.log.read_text(errors="replace")

    def memory(self) -> int:
        """Resident bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    def ask(self, raw: bytes, *, half_close: bool = False, patience: float = 10) -> bytes:
        """All that is answered to these bytes, until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), patience) as connection:
            connection.sendall(raw)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
            answer = b""
            try:
                while more := connection.recv(1 << 16):
                    answer += more
            except ConnectionResetError:
                answer += b"(reset)"
            return answer

    def end(self) -> int:
        """Stops it as a service manager does; the exit status."""
        self.process.terminate()
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return -9


class Build:
    """An app's sources and its build, in a folder of their own."""

    def __init__(self, source: str) -> None:
        self._kept = tempfile.TemporaryDirectory()
        self.folder = Path(self._kept.name)
        (self.folder / "app.py").write_text(textwrap.dedent(source))
        build(self.folder)

    def end(self) -> None:
        """Removes it."""
        self._kept.cleanup()


class Both:
    """One app in both modes; built for it, unless a build is given."""

    def __init__(self, app: str | Build, threads: int = 1, options: tuple[str, ...] = ()) -> None:
        self._own = Build(app) if isinstance(app, str) else None
        build = self._own or app
        assert isinstance(build, Build)
        self.servers = [Served(build.folder, mode, threads, options) for mode in MODES]

    def end(self) -> None:
        """Ends both."""
        statuses = {each.mode: each.end() for each in self.servers}
        said = {each.mode: each.said()[-3000:] for each in self.servers}
        if self._own:
            self._own.end()
        assert set(statuses.values()) <= {0}, f"{statuses}: {said}"
