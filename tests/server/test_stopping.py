"""Stopping when it is hard: handlers that never come back, signals that come as soon as the port is open.

In: handlers that spin where each kind of handler runs. What holds: no signal is lost; the process ends, and says so where
an I/O thread is still held.
"""

import contextlib
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from modes import MODES, Served, build, serve
from test_server import environment

APP = """
from tayberry import App
from tayberry.limits import Limits

app = App(limits=Limits(stop_timeout=0.5))


def forever() -> int:
    count = 0
    while True:
        count = (count + 1) % 1000


@app.get("/inline", blocking=False)
def inline() -> int:
    return forever()


@app.get("/pool", blocking=True)
def pool() -> int:
    return forever()


@app.get("/task")
async def task() -> int:
    return forever()
"""


class Stuck(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "app.py").write_text(APP)
        build(self.folder)

    def stop(self, mode: str, path: str) -> tuple[int, float, str]:
        """Stops a server while it answers: the exit status, the seconds that it took and what the server said."""
        server = Served(self.folder, mode)
        with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nhost: t\r\n\r\n".encode())
            time.sleep(0.2)
            begun = time.monotonic()
            status = server.end()
        return status, time.monotonic() - begun, server.said()

    def test_one_that_holds_an_io_thread_ends_the_process_with_a_word(self) -> None:
        for mode in MODES:
            for path in ("/inline", "/task"):
                with self.subTest(mode=mode, path=path):
                    status, seconds, said = self.stop(mode, path)
                    self.assertEqual(status, 1, said)
                    self.assertLess(seconds, 5)
                    self.assertIn("error: a handler was still running when the time to stop was over", said)

    def test_one_on_the_pool_is_left_behind(self) -> None:
        for mode in MODES:
            with self.subTest(mode=mode):
                status, seconds, said = self.stop(mode, "/pool")
                self.assertEqual(status, 0, said)
                self.assertLess(seconds, 5)


class Early(unittest.TestCase):
    def test_a_signal_is_heard_from_when_the_port_is_open(self) -> None:
        with tempfile.TemporaryDirectory() as name, socket.socket() as free:
            folder = Path(name)
            (folder / "app.py").write_text(APP)
            free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
            free.close()
            for number in (signal.SIGINT, signal.SIGTERM):
                with self.subTest(number), subprocess.Popen(serve(folder, port), env=environment(), stderr=subprocess.DEVNULL) as process:
                    while process.poll() is None:
                        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5):
                            break
                    process.send_signal(number)
                    try:
                        self.assertEqual(process.wait(10), 0)
                    finally:
                        process.kill()


if __name__ == "__main__":
    unittest.main()
