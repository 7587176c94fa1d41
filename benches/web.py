#!/usr/bin/env python3
"""Measures web servers against the same service written by hand on axum.

    benches/web.py                          every peer and workload, five rounds, one thread; writes docs/benchmarks.md
    benches/web.py --peer tayberry --peer axum --workload path --rounds 7
    benches/web.py --threads 2              all on two threads

All servers run at once; each round asks every one of them in turn, so that noise falls on all alike. The unit is
requests per server CPU-second (user and system time of the whole process tree), beside wall-clock requests per second.
Before measuring, every answer to 50 requests of a workload is compared with the floor's. A peer that cannot be
installed, started, or that answers otherwise is listed with the reason.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import sys
import tomllib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from measure.load import Load, closed_loop, prepared
from measure.report import chart, progress, publish, spread, table
from measure.server import Server, StartError, ask
from measure.tools import CACHE, ROOT, ToolError, interpreter, run, tayberry, venv
from measure.workloads import WORKLOADS, Workload

WEB = ROOT / "benches" / "web"
FLOOR = "axum"


@dataclass
class Peer:
    """A server that takes part, and what was measured of it by workload."""

    name: str
    title: str
    server: Server
    loads: dict[str, list[tuple[Load, float]]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    memory_idle: int = 0
    memory_busy: int = 0

    def per_cpu_second(self, workload: str) -> list[float]:
        """Requests per server CPU-second, a value a round."""
        return [load.requests / cpu for load, cpu in self.loads.get(workload, []) if cpu > 0]


def main() -> int:
    """Measures as the command line says."""
    given = _arguments()
    names = tomllib.loads((WEB / "peers.toml").read_text())
    chosen = [name for name in names if not given.peer or name in given.peer or name == FLOOR]
    workloads = [one for one in WORKLOADS if not given.workload or one.name in given.workload]
    missing: dict[str, str] = {}
    with ExitStack() as running:
        peers = []
        for name in chosen:
            print(f"starting {name} …", file=sys.stderr, flush=True)
            try:
                peer = start(name, names[name], given.threads, given.pin)
            except (StartError, ToolError, OSError) as reason:
                if name == FLOOR:
                    raise
                missing[name] = _reason(reason)
                continue
            running.enter_context(peer.server)
            peer.memory_idle = peer.server.memory()
            peers.append(peer)
        for workload in workloads:
            measure(workload, peers, given)
        for peer in peers:
            peer.memory_busy = peer.server.memory()
        text = results(peers, workloads, missing, given)
        print(text)
        if given.write:
            write(text, peers, workloads)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", action="append", help="only this peer and the floor; may be repeated")
    parser.add_argument("--workload", action="append", choices=[one.name for one in WORKLOADS])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of load, a round and peer")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1, help="threads or processes of each server")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md and its chart")
    given = parser.parse_args()
    # With one thread the server has a core to itself and the load generator the other.
    given.pin = ("0", "1") if given.threads == 1 and (os.cpu_count() or 1) > 1 else (None, None)
    return given


def start(name: str, row: dict[str, object], threads: int, pin: tuple[str | None, str | None]) -> Peer:
    """Installs, builds and starts a peer."""
    folder = WEB / str(row["folder"])
    port = _free_port()
    free = interpreter()
    target = CACHE / "cargo"
    words = {
        "port": str(port),
        "threads": str(threads),
        "python": str(CACHE / name / "bin" / "python"),
        "tayberry": tayberry(),
        "free": free,
        "package": str(ROOT / "python"),
        "cargo_target": str(target),
    }
    packages = row.get("packages", [])
    if isinstance(packages, list) and packages:
        venv(name, free, packages)
    environment = {"TAYBERRY_PYTHON": free, "CARGO_TARGET_DIR": str(target)}
    extra = row.get("environment", {})
    assert isinstance(extra, dict)
    environment |= {key: str(value).format(**words) for key, value in extra.items()}
    if "build" in row:
        run([word.format(**words) for word in _words(row["build"])], folder, environment)
    command = [word.format(**words) for word in _words(row["command"])]
    server = Server(command, folder, port, pin[0], environment)
    return Peer(name, str(row["title"]), server)


def _words(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(word) for word in value]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _reason(error: BaseException) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1].strip()[:200] if lines else type(error).__name__


def measure(workload: Workload, peers: Sequence[Peer], given: argparse.Namespace) -> None:
    """Compares the answers, then loads every peer in turn, round after round."""
    requests = workload.requests()
    floor = next(peer for peer in peers if peer.name == FLOOR)
    wanted = [ask(floor.server.port, request.text()) for request in requests[:50]]
    for peer in peers:
        for request, (status, body) in zip(requests, wanted, strict=False):
            try:
                told = ask(peer.server.port, request.text())
            except (OSError, ValueError, IndexError) as error:
                peer.refused[workload.name] = f"no answer: {error}"
                break
            if why := _differs(workload, status, body, *told):
                peer.refused[workload.name] = f"{request.method} {request.target}: {why}"
                break
    taking_part = [peer for peer in peers if workload.name not in peer.refused]
    with prepared(requests) as folder:
        for turn in range(given.rounds + 1):
            for peer in taking_part:
                progress(f"{workload.name} {turn}/{given.rounds} {peer.name}")
                # The first round is a short one that warms up and is not counted.
                seconds = given.seconds if turn else 1.0
                before = peer.server.cpu_seconds()
                load = closed_loop(
                    peer.server.port, folder, seconds, given.connections, max(1, given.threads // 2), given.pin[1]
                )
                cpu = peer.server.cpu_seconds() - before
                bad = load.statuses if workload.status < 400 else load.requests - load.statuses
                if load.broken or bad:
                    peer.refused[workload.name] = f"{load.broken} broken, {bad} unexpected answers under load"
                elif turn:
                    peer.loads.setdefault(workload.name, []).append((load, cpu))
    progress("")


def _differs(workload: Workload, status: int, body: bytes, told: int, said: bytes) -> str | None:
    if workload.checked == "status":
        return None if 400 <= told < 500 else f"status {told}"
    if told != status:
        return f"status {told} instead of {status}: {said[:120]!r}"
    same = json.loads(body) == json.loads(said) if workload.checked == "json" else body == said
    return None if same else f"other body: {said[:120]!r} instead of {body[:120]!r}"


def results(
    peers: Sequence[Peer], workloads: Sequence[Workload], missing: dict[str, str], given: argparse.Namespace
) -> str:
    """The tables as Markdown."""
    floor = next(peer for peer in peers if peer.name == FLOOR)
    parts = []
    for workload in workloads:
        base = floor.per_cpu_second(workload.name)
        rows = []
        for peer in peers:
            mine = peer.per_cpu_second(workload.name)
            if not mine:
                rows.append([peer.title, "–", "–", "–", "–", peer.refused.get(workload.name, "not measured")[:60]])
                continue
            loads = [load for load, _ in peer.loads[workload.name]]
            ratios = [a / b for a, b in zip(mine, base, strict=False)]
            rows.append(
                [
                    peer.title,
                    spread(ratios),
                    f"{1e6 / statistics.median(mine):.1f}",
                    f"{statistics.median(load.requests / load.seconds for load in loads):,.0f}",
                    f"{statistics.median(load.p50 for load in loads) * 1e3:.2f}",
                    f"{statistics.median(load.p99 for load in loads) * 1e3:.2f}",
                ]
            )
        head = ["", "× axum per CPU-second", "µs CPU/request", "requests/s", "p50 ms", "p99 ms"]
        parts.append(f"### {workload.title}\n\n{table(head, rows)}")
    rows = [
        [
            peer.title,
            f"{peer.server.start_seconds * 1e3:.0f}",
            f"{peer.memory_idle / 2**20:.0f}",
            f"{peer.memory_busy / 2**20:.0f}",
        ]
        for peer in peers
    ]
    parts.append("### Start and memory\n\n" + table(["", "first answer ms", "idle MB", "after load MB"], rows))
    if missing:
        listed = "\n".join(f"- {name}: {reason}" for name, reason in missing.items())
        parts.append(f"### Not measured\n\n{listed}")
    about = f"{given.rounds} rounds of {given.seconds:g} s, {given.connections} connections, {given.threads} server thread(s)"
    return f"{about}; median (lowest–highest)\n\n" + "\n\n".join(parts) + "\n"


def write(text: str, peers: Sequence[Peer], workloads: Sequence[Workload]) -> None:
    """docs/benchmarks.md between its markers, and the chart beside it."""
    floor = next(peer for peer in peers if peer.name == FLOOR)
    groups = [
        (
            workload.title,
            [
                (peer.title, statistics.median(peer.per_cpu_second(workload.name)) / statistics.median(floor.per_cpu_second(workload.name)))
                for peer in peers
                if peer.per_cpu_second(workload.name)
            ],
        )
        for workload in workloads
    ]
    publish("web", text, chart("Requests per server CPU-second, axum = 1", groups))


if __name__ == "__main__":
    sys.exit(main())
