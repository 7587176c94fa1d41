"""Servers that take part in the web benchmark: installed, built, started; and what was measured of each."""

from __future__ import annotations

import os
import socket
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import Distribution
from pathlib import Path

from .load import Latency, Load
from .server import Server
from .tools import CACHE, ROOT, interpreter, run, tayberry, venv

WEB = ROOT / "benches" / "web"
FLOOR = "axum"


@dataclass
class Peer:
    """A running server and its measurements."""

    name: str
    title: str
    server: Server
    #: Starts the same once more, on another port.
    launch: Callable[[], Server]
    versions: str
    #: Rounds by workload: what was asked, and the server's CPU seconds.
    loads: dict[str, list[tuple[Load, float]]] = field(default_factory=dict)
    #: Rounds by rate in requests a second.
    latencies: dict[int, list[Latency]] = field(default_factory=dict)
    #: Why a workload was not measured.
    refused: dict[str, str] = field(default_factory=dict)
    #: Seconds from the start of the process to the first answer, a value a start.
    starts: list[float] = field(default_factory=list)
    memory_idle: int = 0
    memory_busy: int = 0

    def per_cpu_second(self, workload: str) -> list[float]:
        """Requests per server CPU-second, a value a round."""
        return [load.requests / cpu for load, cpu in self.loads.get(workload, []) if cpu > 0]

    def per_second(self, workload: str) -> list[float]:
        """Requests per second of wall time, a value a round."""
        return [load.requests / load.seconds for load, _ in self.loads.get(workload, [])]


def known() -> dict[str, dict[str, object]]:
    """The rows of peers.toml by name."""
    return tomllib.loads((WEB / "peers.toml").read_text())


def start(name: str, threads: int, cpus: str | None) -> Peer:
    """Installs, builds and starts a peer. Raises `ToolError`, `StartError` or `OSError`, which say why it cannot."""
    row = known()[name]
    folder = WEB / str(row["folder"])
    free = interpreter()
    target = CACHE / "cargo"
    words = {
        "threads": str(threads),
        "python": str(CACHE / name / "bin" / "python"),
        "tayberry": tayberry(),
        "free": free,
        "package": str(ROOT / "python"),
        "cargo_target": str(target),
    }
    packages = _words(row.get("packages", []))
    if packages:
        venv(name, free, packages)
    environment = {"TAYBERRY_PYTHON": free, "CARGO_TARGET_DIR": str(target)}
    extra = row.get("environment", {})
    assert isinstance(extra, dict)
    environment |= {key: str(value).format(**words) for key, value in extra.items()}
    if "build" in row:
        run([word.format(**words) for word in _words(row["build"])], folder, environment)

    def launch() -> Server:
        port = _free_port()
        command = [word.format(port=port, **words) for word in _words(row["command"])]
        return Server(command, folder, port, cpus, environment)

    return Peer(name, str(row["title"]), launch(), launch, _crates(folder) or _versions(name, packages))


def _crates(folder: Path) -> str:
    """The releases of the crates that a service in Rust names."""
    if not (folder / "Cargo.lock").is_file():
        return ""
    named = tomllib.loads((folder / "Cargo.toml").read_text())["dependencies"]
    locked = tomllib.loads((folder / "Cargo.lock").read_text())["package"]
    return ", ".join(f"{one['name']} {one['version']}" for one in locked if one["name"] in named)


def _versions(name: str, packages: list[str]) -> str:
    """The releases of a peer's packages, as they are installed."""
    if not packages:
        return ""
    [site] = (CACHE / name / "lib").glob("python*/site-packages")
    found = Distribution.discover(path=[str(site)])
    releases = {one.metadata["Name"].lower().replace("_", "-"): one.version for one in found}
    return ", ".join(f"{package} {releases.get(package.lower(), '?')}" for package in packages)


def _words(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(word) for word in value]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def own_core() -> tuple[str | None, str | None]:
    """A core for a server of one thread and another for who asks it, where there are two."""
    return ("0", "1") if (os.cpu_count() or 1) > 1 else (None, None)
