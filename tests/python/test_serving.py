"""The server process: start, requests over a socket, signals, and what goes wrong on the way."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import unittest
from pathlib import Path

import tayberry

PACKAGE = Path(tayberry.__file__).parent

APP = """
    import asyncio, threading, time
    from contextlib import asynccontextmanager
    from tayberry import App, Limits, Request

    @asynccontextmanager
    async def life(app):
        print("life begins", flush=True)
        app.state.word = "alive"
        yield
        print("life ends", flush=True)

    app = App(lifespan=life, limits=Limits(max_body=100))

    @app.get("/")
    def index() -> str:
        return app.state.word

    @app.get("/fail")
    def fail() -> int:
        raise LookupError("on purpose")

    @app.get("/slow")
    async def slow() -> str:
        await asyncio.sleep(1.5)
        return "done"

    @app.get("/block", blocking=True)
    def block() -> str:
        time.sleep(0.6)
        return threading.current_thread().name

    @app.get("/recurse")
    def recurse(n: int = 0) -> int:
        return recurse(n + 1) + 1

    @app.get("/wrong")
    def wrong() -> int:
        return "text"

    @app.post("/size")
    def size(request: Request) -> list[str | int]:
        return [len(request.body), request.client[0]]
"""


class Process:
    """A server on a free port, and what it has said so far."""

    def __init__(self, folder: Path, *options: str, source: str = APP) -> None:
        (folder / "main.py").write_text(textwrap.dedent(source))
        self.child = subprocess.Popen(
            [sys.executable, "-m", "tayberry._serve", "--app", "main:app", "--port", "0", "--threads", "2", *options],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said = ""
        self.port = 0
        assert self.child.stderr
        for line in self.child.stderr:
            self.said += line
            if match := re.search(r"on http://127\.0\.0\.1:(\d+)", line):
                self.port = int(match[1])
                break
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.child.stderr
        for line in self.child.stderr:
            self.said += line

    def ask(self, method: str, path: str, body: bytes | None = None, timeout: float = 10) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """The exit status and standard output."""
        self.child.send_signal(number)
        return self.wait()

    def wait(self) -> tuple[int, str]:
        try:
            status = self.child.wait(20)
        except subprocess.TimeoutExpired:
            self.child.kill()
            status = self.child.wait()
            self.said += "\n(killed)"
        assert self.child.stdout
        self._reader.join()
        return status, self.child.stdout.read()

    def close(self) -> None:
        """Ends what may still run, and lets go of the pipes."""
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        self._reader.join()
        for pipe in (self.child.stdout, self.child.stderr):
            if pipe:
                pipe.close()


class Serving(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def start(self, *options: str, source: str = APP) -> Process:
        process = Process(self.folder, *options, source=source)
        self.addCleanup(process.close)
        return process

    def test_it_serves_within_its_lifespan_and_stops_on_either_signal(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            process = self.start()
            self.assertEqual(process.ask("GET", "/"), (200, '"alive"'))
            self.assertEqual(process.stop(number), (0, "life begins\nlife ends\n"), process.said)

    def test_a_request_under_way_is_finished_at_a_stop(self) -> None:
        process = self.start()
        answers: list[tuple[int, str]] = []
        asking = threading.Thread(target=lambda: answers.append(process.ask("GET", "/slow")))
        asking.start()
        threading.Event().wait(0.5)
        self.assertEqual(process.stop()[0], 0, process.said)
        asking.join()
        self.assertEqual(answers, [(200, '"done"')])

    def test_blocking_handlers_run_beside_each_other_off_the_io_threads(self) -> None:
        process = self.start()
        answers: list[tuple[int, str]] = []
        asking = [threading.Thread(target=lambda: answers.append(process.ask("GET", "/block"))) for _ in range(6)]
        begun = os.times().elapsed
        for each in asking:
            each.start()
        self.assertEqual(process.ask("GET", "/")[0], 200)
        for each in asking:
            each.join()
        self.assertLess(os.times().elapsed - begun, 3)
        self.assertEqual([status for status, _ in answers], [200] * 6)

    def test_an_unhandled_exception_is_logged_and_not_shown(self) -> None:
        process = self.start()
        status, body = process.ask("GET", "/fail")
        self.assertEqual((status, json.loads(body)), (500, {"type": "about:blank", "title": "Internal Server Error", "status": 500}))
        process.stop()
        self.assertIn("LookupError: on purpose", process.said)
        self.assertIn('main.py", line', process.said)

    def test_debug_shows_the_traceback_to_the_client(self) -> None:
        process = self.start("--debug")
        self.assertIn("LookupError: on purpose", json.loads(process.ask("GET", "/fail")[1])["traceback"])

    def test_handlers_that_recurse_or_lie_about_their_type_are_500(self) -> None:
        process = self.start()
        self.assertEqual(process.ask("GET", "/recurse")[0], 500)
        self.assertEqual(process.ask("GET", "/wrong")[0], 500)
        self.assertEqual(process.ask("GET", "/")[0], 200)
        process.stop()
        self.assertIn("RecursionError", process.said)
        self.assertIn("TypeError", process.said)

    def test_limits_of_the_app_hold(self) -> None:
        process = self.start()
        self.assertEqual(process.ask("POST", "/size", b"x" * 100), (200, '[100,"127.0.0.1"]'))
        self.assertEqual(process.ask("POST", "/size", b"x" * 101)[0], 413)

    def test_the_access_log_is_off_until_it_is_asked_for(self) -> None:
        process = self.start()
        process.ask("GET", "/?quiet")
        process.stop()
        self.assertNotIn("quiet", process.said)
        process = self.start("--access-log")
        process.ask("GET", "/?loud")
        process.stop()
        (line,) = [line for line in process.said.splitlines() if line.startswith("{")]
        logged = json.loads(line)
        self.assertEqual(logged["status"], 200)
        self.assertEqual(logged["method"], "GET")

    def test_a_port_in_use_is_named(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            process = self.start("--port", str(port))
            self.assertEqual(process.wait(), (2, "life begins\nlife ends\n"))
            self.assertIn(f"error: 127.0.0.1:{port} is in use by another program", process.said)
            self.assertNotIn("Traceback", process.said)

    def test_a_host_that_is_none_is_named(self) -> None:
        process = self.start("--host", "no.such.host.invalid")
        self.assertEqual(process.wait()[0], 2)
        self.assertIn("cannot listen on no.such.host.invalid", process.said)

    def test_a_lifespan_that_fails_ends_the_start(self) -> None:
        source = APP.replace('print("life begins", flush=True)', 'raise OSError("no database")')
        process = self.start(source=source)
        self.assertEqual(process.wait()[0], 1)
        self.assertIn("OSError: no database", process.said)
        self.assertIn("error: the lifespan of main:app failed at the start", process.said)

    def test_a_lifespan_may_exit_the_process(self) -> None:
        for line in ('print("life begins", flush=True)', 'print("life ends", flush=True)'):
            process = self.start(source=APP.replace(line, "raise SystemExit(7)"))
            if "ends" in line:
                self.assertEqual(process.stop()[0], 7, process.said)
            else:
                self.assertEqual(process.wait()[0], 7, process.said)

    def test_a_lifespan_that_fails_at_the_end_is_told(self) -> None:
        process = self.start(source=APP.replace('print("life ends", flush=True)', 'raise OSError("still open")'))
        self.assertEqual(process.stop()[0], 1, process.said)
        self.assertIn("OSError: still open", process.said)
        self.assertIn("error: the lifespan of main:app failed at the end", process.said)

    def test_routes_that_conflict_and_signatures_that_cannot_be_filled_are_the_users_fault(self) -> None:
        for extra, text in [
            ("\n    @app.get('/')\n    def again() -> None: ...\n", "/"),
            ("\n    @app.get('/x/{a}')\n    def lacks() -> None: ...\n", "lacks()"),
            ("\n    @app.get('/y')\n    def odd(x: threading.Thread) -> None: ...\n", "parameter `x` of odd()"),
        ]:
            process = self.start(source=APP + extra)
            self.assertEqual(process.wait()[0], 1, process.said)
            self.assertIn("error: ", process.said)
            self.assertIn(text, process.said)
            self.assertNotIn("Traceback", process.said)


if __name__ == "__main__":
    unittest.main()
