"""Driving load: wrk for a closed loop, h2load for latency at a fixed rate. Both are Debian packages."""

from __future__ import annotations

import json
import resource
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
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run(
        [*command, f"http://127.0.0.1:{port}/"],
        env={"REQUESTS": str(folder / "requests.lua"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=seconds + 30,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    line = next((line for line in ran.stdout.splitlines() if line.startswith("@")), None)
    if line is None:
        raise RuntimeError(f"wrk failed: {ran.stdout}{ran.stderr}")
    told = json.loads(line[1:])
    return Load(
        requests=told["requests"],
        seconds=told["microseconds"] / 1e6,
        statuses=told["statuses"],
        broken=told["broken"],
        p50=told["p50"] / 1e6,
        p99=told["p99"] / 1e6,
        p999=told["p999"] / 1e6,
        client_cpu=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    )
