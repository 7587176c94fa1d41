"""Handlers that never come back: they do not keep the process when the time to stop is over.

In: handlers that spin where each kind of handler runs. What holds: the process ends, and says so where an I/O thread is
still held.
"""

import socket
import tempfile
import time
import unittest
from pathlib import Path

from modes import MODES, Served, build

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


if __name__ == "__main__":
    unittest.main()
