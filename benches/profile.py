#!/usr/bin/env python3
"""Instructions per request by component, of Tayberry and of the same service by hand on axum.

    benches/profile.py                                   compiled, interpreted and axum; path, query and body
    benches/profile.py --peer tayberry --workload path --symbols 40

Each server is sampled by `perf` every so many user and kernel instructions while wrk loads it; samples times period, over
the answered requests, are instructions per request. They hardly vary with the machine's noise, as times do. Needs
`perf` with hardware counters, `wrk`, and a build with symbols (`make build`).
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from measure.components import RULES, counted
from measure.load import closed_loop, prepared
from measure.peers import Peer, start
from measure.report import progress, table
from measure.workloads import WORKLOADS, Workload

PERIOD = 500_009
PEERS = ("axum", "tayberry", "tayberry-inline", "tayberry-tasks")


def main() -> int:
    """Profiles as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", action="append", help="only this one; may be repeated")
    parser.add_argument("--workload", action="append", choices=[one.name for one in WORKLOADS])
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--symbols", type=int, default=0, help="list so many of the dearest functions, too")
    given = parser.parse_args()
    workloads = [one for one in WORKLOADS if one.name in (given.workload or ["path", "query", "body"])]
    found: dict[str, dict[str, Counter[str]]] = {one.name: {} for one in workloads}
    for name in given.peer or PEERS:
        peer = start(name, 1, "0")
        with peer.server:
            for workload in workloads:
                progress(f"{name} {workload.name}")
                components, symbols, requests = profiled(peer, workload, given.seconds, given.connections)
                per_request = Counter({each: count * PERIOD // requests for each, count in components.items()})
                found[workload.name][peer.title] = per_request
                if given.symbols:
                    progress("")
                    print(f"\n{peer.title}, {workload.name}:")
                    for (part, symbol), count in symbols.most_common(given.symbols):
                        print(f"{count * PERIOD // requests:8,}  {part:24} {symbol[:120]}")
    progress("")
    for workload in workloads:
        print(f"\n### {workload.title}\n\n{per_component(found[workload.name])}")
    return 0


def profiled(
    peer: Peer, workload: Workload, seconds: int, connections: int
) -> tuple[Counter[str], Counter[tuple[str, str]], int]:
    """Samples by component and by symbol, and how many requests were answered."""
    with prepared(workload.requests()) as folder, tempfile.TemporaryDirectory() as kept:
        data = Path(kept) / "perf.data"
        pids = ",".join(str(pid) for pid in peer.server.tree())
        command = ["perf", "record", "--quiet", "--no-buildid-cache", "-e", "instructions", "-c", str(PERIOD)]
        closed_loop(peer.server.port, folder, 1, connections, 1, "1")
        # All of a load is sampled, so that no rate has to be guessed from a machine that does other things, too.
        with subprocess.Popen([*command, "-o", str(data), "-p", pids]) as recording:
            time.sleep(0.5)
            asked = closed_loop(peer.server.port, folder, seconds, connections, 1, "1")
            recording.send_signal(signal.SIGINT)
        told = subprocess.run(
            ["perf", "script", "-i", str(data), "-F", "ip,sym,dso"], capture_output=True, text=True, check=True
        )
    samples = []
    for line in told.stdout.splitlines():
        # `7f12 symbol<…> (library)`
        head, _, library = line.strip().rpartition(" (")
        samples.append((library.rstrip(")"), head.partition(" ")[2]))
    components, symbols = counted(samples)
    return components, symbols, asked.requests


def per_component(found: dict[str, Counter[str]]) -> str:
    """Components as rows, servers as columns."""
    names = [*dict.fromkeys(name for name, _, _ in RULES), "other"]
    rows = [[name, *(f"{one[name]:,}" for one in found.values())] for name in names if any(one[name] for one in found.values())]
    user = ["all outside the kernel", *(f"{one.total() - one['kernel']:,}" for one in found.values())]
    return table(["instructions per request", *found], [*rows, user])


if __name__ == "__main__":
    sys.exit(main())
