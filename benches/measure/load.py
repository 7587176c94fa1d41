"""Driving load: wrk for a closed loop, h2load for latency at a fixed rate. Both are Debian packages."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .workloads import Request

SCRIPT = """
local requests = dofile(os.getenv("REQUESTS"))
local at = 0
function setup(thread)
    thread:set("offset", at)
    at = at + 337
end
function init(args)
    at = offset
end
function request()
    at = at + 1
    if at > #requests then at = 1 end
    return requests[at]
end
function done(summary, latency, calls)
    print(string.format(
        '\\n@{"requests":%d,"microseconds":%d,"statuses":%d,"broken":%d,"p50":%d,"p99":%d,"p999":%d}',
        summary.requests, summary.duration, summary.errors.status,
        summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
        latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
"""


@dataclass(frozen=True)
class Load:
    """What a closed loop did. Times in seconds; `statuses` counts answers of 400 and above."""

    requests: int
    seconds: float
    statuses: int
    broken: int
    p50: float
    p99: float
    p999: float
    client_cpu: float


@contextmanager
def prepared(requests: Sequence[Request]) -> Iterator[Path]:
    """A folder with the requests as wrk's script reads them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "load.lua").write_text(SCRIPT)
        quoted = ",\n".join('"' + "".join(f"\\{byte:03d}" for byte in request.text()) + '"' for request in requests)
        (folder / "requests.lua").write_text("return {\n" + quoted + "\n}\n")
        yield folder


def closed_loop(port: int, folder: Path, seconds: float, connections: int, threads: int, cpus: str | None) -> Load:
    """Sends as fast as answers come, for `seconds`, over `connections`."""
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds:g}s", "-s", str(folder / "load.lua")]
    if cpus:
        command = ["taskset", "-c", cpus, *command]
    said, cpu = _run([*command, f"http://127.0.0.1:{port}/"], {"REQUESTS": str(folder / "requests.lua")}, seconds)
    line = next((line for line in said.splitlines() if line.startswith("@")), None)
    if line is None:
        raise RuntimeError(f"wrk failed: {said}")
    told = json.loads(line[1:])
    return Load(
        requests=told["requests"],
        seconds=told["microseconds"] / 1e6,
        statuses=told["statuses"],
        broken=told["broken"],
        p50=told["p50"] / 1e6,
        p99=told["p99"] / 1e6,
        p999=told["p999"] / 1e6,
        client_cpu=cpu,
    )


@dataclass(frozen=True)
class Latency:
    """What requests at a fixed rate met. Times in seconds; `rate` is what was reached, answers a second."""

    rate: float
    failed: int
    p50: float
    p99: float
    p999: float
    client_cpu: float


def fixed_rate(
    port: int, targets: Sequence[str], rate: int, seconds: float, connections: int, cpus: str | None
) -> Latency:
    """Sends GET requests for `targets` at `rate` a second in all, whatever the answers take, over `connections`.

    A connection carries one request at a time: where a server falls behind, `rate` is less than what was asked for, and
    the latencies are better than its clients would see.
    """
    with tempfile.TemporaryDirectory() as name:
        asked, log = Path(name, "targets"), Path(name, "log")
        asked.write_text("".join(f"http://127.0.0.1:{port}{target}\n" for target in targets))
        command = ["h2load", "--h1", f"-c{connections}", f"--rps={rate / connections}", f"-D{seconds:g}"]
        command += ["--warm-up-time=1", f"--log-file={log}", "-i", str(asked)]
        _, cpu = _run(["taskset", "-c", cpus, *command] if cpus else command, {}, seconds)
        rows = [line.split("\t") for line in log.read_text().splitlines()]
    if len(rows) < 1000:
        raise RuntimeError(f"h2load made {len(rows)} requests, too few to say anything of their latency")
    took = statistics.quantiles((int(row[2]) / 1e6 for row in rows), n=1000, method="inclusive")
    failed = sum(row[1] != "200" for row in rows)
    return Latency(len(rows) / seconds, failed, took[499], took[989], took[998], cpu)


def _run(command: Sequence[str], environment: dict[str, str], seconds: float) -> tuple[str, float]:
    """What a load generator printed, and the CPU seconds that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run(
        command,
        env={**environment, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=seconds + 30,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ran.returncode:
        raise RuntimeError(f"{command[0]} failed: {ran.stdout}{ran.stderr}")
    return ran.stdout + ran.stderr, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
