#!/usr/bin/env python3
"""Measures web servers against the same service written by hand on axum.

    benches/web.py                          every peer and workload, five rounds
    benches/web.py --peer tayberry --workload path --rounds 7
    benches/web.py --threads 2 --skip latency --skip scaling

All servers run at once; each round asks every one of them in turn, so that noise falls on all alike. The unit is
requests per server CPU-second (user and system time of the whole process tree), beside wall-clock requests per second.
Before measuring, every answer to 50 requests of a workload is compared with the floor's. A peer that cannot be
installed, started, or that answers otherwise is listed with the reason. Latency is then measured at two fixed rates:
half of what axum and the slowest peer reached.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from measure.load import closed_loop, fixed_rate, prepared
from measure.peers import FLOOR, Peer, known, own_core, start
from measure.report import progress, publish
from measure.results import OURS, UNITS, latency_table, picture, ratios, scaling_table, start_table, target_table, workload_table
from measure.server import StartError, ask
from measure.tools import ROOT, ToolError, interpreter, release, run
from measure.workloads import WORKLOADS, Workload

PARTS = ("latency", "scaling")


def main() -> int:
    """Measures as the command line says."""
    given = _arguments()
    workloads = [one for one in WORKLOADS if not given.workload or one.name in given.workload]
    sections: list[str] = []
    with ExitStack() as running:
        names = [name for name in known() if not given.peer or name in given.peer or name == FLOOR]
        peers, missing = _started(names, given.threads, given.pin[0], running)
        for workload in workloads:
            compare(workload, peers)
            throughput(workload, peers, given, given.threads, given.pin[1])
            sections.append(workload_table(workload, peers))
        for peer in peers:
            peer.memory_busy = peer.server.memory()
        rates = latency(peers, given) if "latency" not in given.skip else []
        if rates:
            sections.append(latency_table(rates, peers))
        scaled = scaling(given, running, sections) if "scaling" not in given.skip else None
        starts(peers, given.rounds)
    sections.append(start_table(peers))
    if missing:
        sections.append("### Not measured\n\n" + "\n".join(f"- {name}: {reason}" for name, reason in missing.items()))
    sections.insert(0, target_table(peers, scaled, rates[-1] if rates else None))
    text = about(given) + "\n\n" + "\n\n".join(section for section in sections if section) + "\n"
    print(text)
    if given.write:
        publish("web", text, picture(peers, workloads))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", action="append", help="only this peer and the floor; may be repeated")
    parser.add_argument("--workload", action="append", choices=[one.name for one in WORKLOADS])
    parser.add_argument("--skip", action="append", default=[], choices=PARTS, help="leave this part out; may be repeated")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of load, a round and peer")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1, help="threads or processes of each server")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md and its chart")
    given = parser.parse_args()
    # With one thread the server has a core to itself and the load generator the other.
    given.pin = own_core() if given.threads == 1 else (None, None)
    return given


def _started(names: Sequence[str], threads: int, cpus: str | None, running: ExitStack) -> tuple[list[Peer], dict[str, str]]:
    """The peers that serve, and why the others do not. The floor has to."""
    peers: list[Peer] = []
    missing: dict[str, str] = {}
    for name in names:
        print(f"starting {name} …", file=sys.stderr, flush=True)
        try:
            peer = start(name, threads, cpus)
        except (StartError, ToolError, OSError) as reason:
            if name == FLOOR:
                raise
            missing[name] = _reason(reason)
            continue
        running.enter_context(peer.server)
        peer.memory_idle = peer.server.memory()
        peers.append(peer)
    return peers, missing


def _reason(error: BaseException) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1].strip()[:200] if lines else type(error).__name__


def compare(workload: Workload, peers: Sequence[Peer]) -> None:
    """Compares answers with the floor's; who answers otherwise does not take part in this workload."""
    requests = workload.requests()[:50]
    floor = next(peer for peer in peers if peer.name == FLOOR)
    wanted = [ask(floor.server.port, request.text()) for request in requests]
    for peer in peers:
        for request, (status, body) in zip(requests, wanted, strict=True):
            try:
                told = ask(peer.server.port, request.text())
            except (OSError, ValueError, IndexError) as error:
                peer.refused[workload.name] = f"no answer: {error}"
                break
            if why := _differs(workload, status, body, *told):
                peer.refused[workload.name] = f"{request.method} {request.target}: {why}"
                break


def _differs(workload: Workload, status: int, body: bytes, told: int, said: bytes) -> str | None:
    if workload.checked == "status":
        return None if 400 <= told < 500 else f"status {told}"
    if told != status:
        return f"status {told} instead of {status}: {said[:120]!r}"
    same = json.loads(body) == json.loads(said) if workload.checked == "json" else body == said
    return None if same else f"other body: {said[:120]!r} instead of {body[:120]!r}"


def throughput(workload: Workload, peers: Sequence[Peer], given: argparse.Namespace, threads: int, cpus: str | None) -> None:
    """Loads every peer in turn, round after round."""
    taking_part = [peer for peer in peers if workload.name not in peer.refused]
    with prepared(workload.requests()) as folder:
        for turn in range(given.rounds + 1):
            for peer in taking_part:
                progress(f"{workload.name} {turn}/{given.rounds} {peer.title}")
                # The first round is a short one that warms up and is not counted.
                seconds = given.seconds if turn else 1.0
                before = peer.server.cpu_seconds()
                load = closed_loop(peer.server.port, folder, seconds, given.connections, max(1, threads // 2), cpus)
                cpu = peer.server.cpu_seconds() - before
                bad = load.statuses if workload.status < 400 else load.requests - load.statuses
                if load.broken or bad:
                    peer.refused[workload.name] = f"{load.broken} broken, {bad} unexpected answers under load"
                elif turn:
                    peer.loads.setdefault(workload.name, []).append((load, cpu))
    progress("")


def latency(peers: Sequence[Peer], given: argparse.Namespace) -> list[int]:
    """Asks for path → JSON at half of what the slowest peer and the floor reach; the rates, the higher one last."""
    path = next(one for one in WORKLOADS if one.name == "path")
    targets = [request.target for request in path.requests()]
    reached = {peer.name: statistics.median(peer.per_second("path")) for peer in peers if peer.per_second("path")}
    if FLOOR not in reached:
        return []
    rates = sorted({int(speed / 2) // 100 * 100 for speed in (min(reached.values()), reached[FLOOR])})
    for rate in rates:
        # Who reaches less in a closed loop would only show how it falls behind.
        able = [peer for peer in peers if reached.get(peer.name, 0) > rate]
        for turn in range(given.rounds):
            for peer in able:
                progress(f"latency at {rate}/s {turn + 1}/{given.rounds} {peer.title}")
                one = fixed_rate(peer.server.port, targets, rate, given.seconds, given.connections, given.pin[1])
                if one.failed:
                    progress("")
                    print(f"{peer.title}: {one.failed} of its requests failed at {rate} a second; that round is left out", file=sys.stderr)
                    continue
                peer.latencies.setdefault(rate, []).append(one)
    progress("")
    return rates


def scaling(
    given: argparse.Namespace, running: ExitStack, sections: list[str]
) -> tuple[Sequence[Peer], Sequence[Peer]] | None:
    """The floor and ours on one thread and on all cores, nothing pinned."""
    threads = os.cpu_count() or 1
    if threads < 2:
        return None
    single, _ = _started([FLOOR, OURS], 1, None, running)
    several, _ = _started([FLOOR, OURS], threads, None, running)
    for workload in (one for one in WORKLOADS if one.name in UNITS):
        throughput(workload, [*single, *several], given, threads, None)
    sections.append(scaling_table(threads, single, several))
    return single, several


def starts(peers: Sequence[Peer], rounds: int) -> None:
    """Starts every peer in turn, round after round, beside the running servers, which are idle."""
    for turn in range(rounds):
        for peer in peers:
            progress(f"start {turn + 1}/{rounds} {peer.title}")
            try:
                with peer.launch() as server:
                    peer.starts.append(server.start_seconds)
            except StartError as reason:
                print(f"{peer.title} did not start in round {turn + 1}: {_reason(reason)}", file=sys.stderr)
    progress("")


def about(given: argparse.Namespace) -> str:
    """How it was measured, and on what."""
    cpu = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "?")
    commit = run(["git", "describe", "--always", "--dirty", "--exclude", "*"], ROOT, {}).strip()
    return (
        f"Commit {commit}; {os.cpu_count()} × {cpu}, Linux {platform.release()}; {release(interpreter())}. {given.rounds} rounds of {given.seconds:g} s, "
        f"{given.connections} connections, {given.threads} server thread(s); figures are median (lowest–highest)."
    )


if __name__ == "__main__":
    sys.exit(main())
