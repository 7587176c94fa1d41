"""A server process under measurement: start, wait until it answers, CPU time and memory of its whole tree, stop."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class StartError(Exception):
    """The server did not answer in time; the message ends with what it printed."""


class Server:
    """A running server. A context manager: leaving it stops the process and its children."""

    def __init__(
        self, command: Sequence[str], folder: Path, port: int, cpus: str | None, environment: Mapping[str, str]
    ) -> None:
        """Starts `command` in `folder`, bound to the CPUs `cpus` (as taskset takes them), and waits for its port."""
        pinned = ["taskset", "-c", cpus, *command] if cpus else list(command)
        self.port = port
        self.log = folder / f".bench-{port}.log"
        began = time.monotonic()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                pinned,
                cwd=folder,
                stdout=log,
                stderr=log,
                env={**os.environ, **environment},
                start_new_session=True,
            )
        self._wait(30.0)
        self.start_seconds = time.monotonic() - began

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1.0) as client:
                    client.sendall(b"GET /plaintext HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                    if client.recv(12).startswith(b"HTTP/1.1 200"):
                        return
            except OSError:
                pass
            time.sleep(0.002)
        said = self.log.read_text(errors="replace")[-600:].strip()
        self.stop()
        raise StartError(said or "no answer and no output")

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends the process group, first politely."""
        for way in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, way)
                self.process.wait(5)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        self.log.unlink(missing_ok=True)

    def tree(self) -> list[int]:
        """The process and all that descend from it."""
        parents: dict[int, int] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parents[int(entry.name)] = int(_stat(entry)[1])
                except OSError:
                    continue
        found = [self.process.pid]
        for pid in found:
            found.extend(child for child, parent in parents.items() if parent == pid)
        return found

    def cpu_seconds(self) -> float:
        """User and system time so far, of all threads, children and ended children."""
        ticks = 0
        for pid in self.tree():
            try:
                ticks += sum(int(field) for field in _stat(Path("/proc") / str(pid))[11:15])
            except OSError:
                continue
        return ticks / TICK

    def memory(self) -> int:
        """Resident bytes of the tree; pages shared between processes count once for each."""
        pages = 0
        for pid in self.tree():
            try:
                pages += int((Path("/proc") / str(pid) / "statm").read_text().split()[1])
            except OSError:
                continue
        return pages * PAGE


def _stat(process: Path) -> list[str]:
    """The fields of /proc/PID/stat after the name: 0 is the state, 1 the parent, 11 to 14 the CPU times."""
    return (process / "stat").read_text().rpartition(")")[2].split()


def ask(port: int, request: bytes) -> tuple[int, bytes]:
    """Sends one request on a connection of its own; gives status and body."""
    with socket.create_connection(("127.0.0.1", port), timeout=10.0) as client:
        client.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        answer = b""
        while piece := client.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    if b"transfer-encoding: chunked" in head.lower():
        body = _joined(body)
    return status, body


def _joined(chunks: bytes) -> bytes:
    body = b""
    while chunks:
        size, _, rest = chunks.partition(b"\r\n")
        length = int(size, 16)
        if length == 0:
            break
        body, chunks = body + rest[:length], rest[length + 2 :]
    return body
