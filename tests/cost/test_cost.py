"""What a request costs in instructions and allocations, against what it may cost: a guard that no noise disturbs.

The service of benches/web/tayberry is compiled and asked over one connection. `COST_UPDATE=1` writes what was counted
into limits.json; a test fails at a tenth above (allocations: at any more), so that a change that costs is seen.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / each) for each in ("benches", "tests/cost", "tests/server")]

from counters import Allocations, Instructions, SystemCalls  # noqa: E402
from measure.workloads import WORKLOADS, Workload  # noqa: E402
from modes import command_line  # noqa: E402

LIMITS = Path(__file__).with_name("limits.json")
NAMES = ("plaintext", "path", "query", "body", "large")
COUNT = 2000

#: The system calls of a request over a connection that is kept alive. What is longer than 2 kB is written in two pieces.
ONE_OF_EACH = {
    **dict.fromkeys(("plaintext", "path", "query", "body", "invalid", "yield"), ("recv", "send", "epoll_wait")),
    "large": ("recv", "writev", "epoll_wait"),
}


class Server:
    """The compiled service, in a process of its own."""

    def __init__(self, app: Path, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "tayberry._serve", "--app", "app:app", "--path", str(app)]
        command += ["--build", str(app / ".tayberry"), "--port", "0", "--threads", "1"]
        self.log = app / "server.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, env={**os.environ, **environment}, stderr=log, stdout=log)
        deadline = time.monotonic() + 30
        while " on http://" not in self.log.read_text():
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)
        self.port = int(self.log.read_text().split(" on http://")[1].split(" ")[0].rsplit(":", 1)[1])
        self.connection = socket.create_connection(("127.0.0.1", self.port), 10)
        self.reader = self.connection.makefile("rb")

    def ask(self, request: bytes) -> None:
        """Sends a request and reads its answer, which must be 200."""
        self.connection.sendall(request)
        status = self.reader.readline()
        assert b" 200 " in status or b" 422 " in status, status
        length = 0
        while (line := self.reader.readline().strip().lower()) != b"":
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        self.reader.read(length)

    def end(self) -> None:
        """Stops it."""
        self.reader.close()
        self.connection.close()
        self.process.terminate()
        self.process.wait(20)


class Cost(unittest.TestCase):
    """Each test asks a server of its own about every workload."""

    @classmethod
    def setUpClass(cls) -> None:
        kept = tempfile.TemporaryDirectory()
        cls.addClassCleanup(kept.cleanup)
        cls.app = Path(kept.name)
        shutil.copy(ROOT / "benches" / "web" / "tayberry" / "app.py", cls.app)
        subprocess.run([command_line(), "build", "app.py"], cwd=cls.app, check=True, capture_output=True, timeout=600)
        cls.limits = json.loads(LIMITS.read_text()) if LIMITS.is_file() else {}

    def server(self, environment: dict[str, str]) -> Server:
        server = Server(self.app, environment)
        self.addCleanup(server.end)
        return server

    def around[Count](self, server: Server, workload: Workload, read: Callable[[], Count]) -> tuple[Count, Count]:
        """What a counter says before and after `COUNT` requests of a server that knows them already."""
        requests = [request.text() for request in workload.requests(500)]
        for request in requests:
            server.ask(request)
        before = read()
        for turn in range(COUNT):
            server.ask(requests[turn % len(requests)])
        return before, read()

    def counted(self, server: Server, workload: Workload, read: Callable[[], int]) -> float:
        """What a request adds to a counter."""
        before, after = self.around(server, workload, read)
        return (after - before) / COUNT

    def judge(self, what: str, found: dict[str, float], leeway: float) -> None:
        """Compares with the limits, or writes them."""
        print(what, {name: round(value, 1) for name, value in found.items()})
        if os.environ.get("COST_UPDATE"):
            self.limits[what] = {name: round(value, 1) for name, value in found.items()}
            LIMITS.write_text(json.dumps(self.limits, indent=4) + "\n")
            return
        for name, value in found.items():
            with self.subTest(what=what, workload=name):
                self.assertLessEqual(value, self.limits[what][name] * (1 + leeway) + 0.1)

    def test_instructions_of_a_request(self) -> None:
        server = self.server({})
        try:
            counter = Instructions(server.process.pid)
        except OSError as reason:
            self.skipTest(f"instructions cannot be counted here: {reason}")
        self.addCleanup(counter.close)
        workloads = [each for each in WORKLOADS if each.name in NAMES]
        self.judge("instructions", {each.name: self.counted(server, each, counter.read) for each in workloads}, 0.1)

    def test_allocations_of_a_request(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            allocations = Allocations(Path(folder))
            server = self.server(allocations.environment)
            workloads = [each for each in WORKLOADS if each.name in NAMES]
            found = {each.name: self.counted(server, each, allocations.read) for each in workloads}
        self.judge("allocations", found, 0.0)

    def test_a_request_is_read_answered_and_waited_for_with_one_system_call_each(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            calls = SystemCalls(Path(folder))
            server = self.server(calls.environment)
            for each in WORKLOADS:
                if each.name not in ONE_OF_EACH:
                    continue
                before, after = self.around(server, each, calls.counts)
                counts = {name: round((after[name] - before[name]) / COUNT, 1) for name in after}
                found = {name: count for name, count in counts.items() if count}
                with self.subTest(workload=each.name):
                    self.assertEqual(found, dict.fromkeys(ONE_OF_EACH[each.name], 1.0))


if __name__ == "__main__":
    unittest.main()
