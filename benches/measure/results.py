"""What the web benchmark prints and writes: the targets, a table per workload, latency, scaling, start and memory."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from .peers import FLOOR, Peer
from .report import chart, spread, table
from .workloads import Workload

OURS = "tayberry"
#: Peers that are neither ours nor written in Rust by hand.
OTHERS = ("granian", "fastapi", "litestar", "blacksheep", "django-bolt", "pyberry")
UNITS = ("path", "body")


def named(peers: Sequence[Peer], name: str) -> Peer | None:
    """The peer of this name, if it takes part."""
    return next((peer for peer in peers if peer.name == name), None)


def ratios(peer: Peer, base: Peer, workload: str) -> list[float]:
    """How many times the requests per CPU-second of `base`, round by round."""
    return [a / b for a, b in zip(peer.per_cpu_second(workload), base.per_cpu_second(workload), strict=False)]


def workload_table(workload: Workload, peers: Sequence[Peer]) -> str:
    """A row per peer."""
    floor = named(peers, FLOOR)
    assert floor
    rows = []
    for peer in peers:
        mine = peer.per_cpu_second(workload.name)
        if not mine:
            rows.append([peer.title, *["–"] * 6, peer.refused.get(workload.name, "not measured")[:60]])
            continue
        loads = [load for load, _ in peer.loads[workload.name]]
        busy = [cpu / load.seconds for load, cpu in peer.loads[workload.name]]
        rows.append(
            [
                peer.title,
                spread(ratios(peer, floor, workload.name)),
                f"{1e6 / statistics.median(mine):.1f}",
                f"{statistics.median(peer.per_second(workload.name)):,.0f}",
                f"{statistics.median(load.p50 for load in loads) * 1e3:.2f}",
                f"{statistics.median(load.p99 for load in loads) * 1e3:.2f}",
                f"{statistics.median(busy):.0%}",
                f"{statistics.median(load.client_cpu / load.seconds for load in loads):.0%}",
            ]
        )
    head = ["", "× axum per CPU-second", "µs CPU/request", "requests/s", "p50 ms", "p99 ms", "its CPU", "wrk's CPU"]
    return f"### {workload.title}\n\n{table(head, rows)}"


def latency_table(rates: Sequence[int], peers: Sequence[Peer]) -> str:
    """Latency of path → JSON at fixed rates, in milliseconds."""
    rows = []
    for rate in rates:
        for peer in peers:
            measured = peer.latencies.get(rate, [])
            if not measured:
                continue
            reached = statistics.median(one.rate for one in measured)
            behind = f" falls behind: {reached:,.0f}" if reached < 0.97 * rate else ""
            cells = [f"{statistics.median(getattr(one, at) for one in measured) * 1e3:.2f}" for at in ("p50", "p99", "p999")]
            rows.append([f"{peer.title}{behind}", f"{rate:,}", *cells])
    return "### Latency at fixed rates, path → JSON\n\n" + table(["", "requests/s", "p50 ms", "p99 ms", "p99.9 ms"], rows)


def scaling_table(threads: int, single: Sequence[Peer], several: Sequence[Peer]) -> str:
    """What a CPU-second gives on several threads, of what it gives on one; nothing is pinned to a core."""
    rows = []
    for one, many in zip(single, several, strict=True):
        for workload in UNITS:
            efficiency = ratios(many, one, workload)
            if efficiency:
                per_second = [f"{statistics.median(peer.per_second(workload)):,.0f}" for peer in (one, many)]
                rows.append([one.title, workload, spread(efficiency), *per_second])
    head = ["", "", f"CPU-second, {threads} ÷ 1", "requests/s, 1", f"requests/s, {threads}"]
    return f"### One and {threads} threads\n\nThe load generator has the same cores.\n\n{table(head, rows)}"


def start_table(peers: Sequence[Peer]) -> str:
    """Start-up time and memory."""
    rows = [
        [
            peer.title,
            spread([one * 1e3 for one in peer.starts], 0),
            f"{peer.memory_idle / 2**20:.0f}",
            f"{peer.memory_busy / 2**20:.0f}",
            peer.versions,
        ]
        for peer in peers
    ]
    return "### Start, memory, releases\n\n" + table(["", "first answer ms", "idle MB", "after load MB", "releases"], rows)


def target_table(peers: Sequence[Peer], scaled: tuple[Sequence[Peer], Sequence[Peer]] | None, rate: int | None) -> str:
    """What we promise, beside what this run says."""
    floor, ours = named(peers, FLOOR), named(peers, OURS)
    if not floor or not ours:
        return ""
    rows: list[list[str]] = []

    def row(what: str, target: float, measured: float | None, *, at_most: bool = False, unit: str = "×", digits: int = 2) -> None:
        if measured is None:
            return
        met = measured <= target if at_most else measured >= target
        rows.append([what, f"{'≤' if at_most else '≥'} {target:g} {unit}", f"{measured:.{digits}f} {unit}", "yes" if met else "**no**"])

    def middle(peer: Peer | None, base: Peer | None, workload: str) -> float | None:
        found = ratios(peer, base, workload) if peer and base else []
        return statistics.median(found) if found else None

    for workload in UNITS:
        row(f"compiled against axum, {workload} → JSON", 1.0, middle(ours, floor, workload))
        if scaled:
            row(f"the same on all cores, {workload} → JSON", 1.0, middle(named(scaled[1], OURS), named(scaled[1], FLOOR), workload))
    for workload in UNITS:
        row(f"interpreted inline against axum, {workload} → JSON", 0.85, middle(named(peers, "tayberry-inline"), floor, workload))
        row(f"interpreted task against axum, {workload} → JSON", 0.6, middle(named(peers, "tayberry-tasks"), floor, workload))
    for workload in UNITS:
        others = [(peer, middle(ours, peer, workload)) for peer in peers if peer.name in OTHERS]
        least = min(((ratio, peer.title) for peer, ratio in others if ratio), default=None)
        if least:
            row(f"against the fastest Python peer ({least[1]}), {workload} → JSON", 3, least[0], digits=1)
        row(f"against FastAPI + uvicorn, {workload} → JSON", 25, middle(ours, named(peers, "fastapi"), workload), digits=1)
    row("start to first answer", 150, statistics.median(ours.starts) * 1e3 if ours.starts else None, at_most=True, unit="ms", digits=0)
    row("idle memory", 40, ours.memory_idle / 2**20, at_most=True, unit="MB", digits=0)
    if scaled:
        for workload in UNITS:
            kept = middle(named(scaled[1], OURS), named(scaled[0], OURS), workload)
            row(f"a CPU-second on all cores, of one on one thread, {workload} → JSON", 0.95, kept)
    if rate and ours.latencies.get(rate) and floor.latencies.get(rate):
        of = [statistics.median(one.p99 for one in peer.latencies[rate]) for peer in (ours, floor)]
        row("p99 at half of axum's load, of axum's", 1.5, of[0] / of[1], at_most=True)
    return "### Targets\n\n" + table(["", "target", "measured", "met"], rows)


def picture(peers: Sequence[Peer], workloads: Sequence[Workload]) -> str:
    """The chart: a group of bars per workload."""
    floor = named(peers, FLOOR)
    assert floor
    groups = []
    for workload in workloads:
        base = statistics.median(floor.per_cpu_second(workload.name))
        bars = [(peer.title, statistics.median(found) / base) for peer in peers if (found := peer.per_cpu_second(workload.name))]
        groups.append((workload.title, bars))
    return chart("Requests per server CPU-second, axum = 1", groups)
