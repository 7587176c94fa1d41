"""Stopping when it is hard: handlers that never come back, signals that come as soon as the port is open; and what a program does at its end.

In: handlers that spin where each kind of handler runs. What holds: no signal is lost; the process ends, and says so where
an I/O thread is still held; nothing that was logged is lost, and the end is that of a script.
"""

import contextlib
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from modes import MODES, Build, Served, serve
from test_server import environment

APP = """
import logging.handlers

from tayberry import App
from tayberry.limits import Limits

app = App(limits=Limits(stop_timeout=0.5))
log = logging.getLogger("app")
log.addHandler(logging.handlers.MemoryHandler(1000, logging.CRITICAL, logging.StreamHandler()))
log.propagate = False


def forever() -> int:
    log.warning("for ever")
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
        built = Build(APP)
        self.addCleanup(built.end)
        self.folder = built.folder

    def stop(self, mode: str, path: str) -> tuple[int, float, str]:
        """Stops a server while it answers: the exit status, the seconds that it took and what the server said."""
        server = Served(self.folder, mode)
        with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nhost: t\r\n\r\n".encode())
            time.sleep(0.2)
            begun = time.monotonic()
            status = server.end()
        return status, time.monotonic() - begun, server.said()

    def test_one_that_never_comes_back_ends_the_process_with_a_word(self) -> None:
        for mode in MODES:
            for path in ("/inline", "/task", "/pool"):
                with self.subTest(mode=mode, path=path):
                    status, seconds, said = self.stop(mode, path)
                    self.assertEqual(status, 1, said)
                    self.assertLess(seconds, 5)
                    self.assertIn("error: a handler was still running when the time to stop was over", said)
                    self.assertIn("for ever\n", said)


#: A module that holds objects with finalisers, and whose classes are known to the runtime in all ways.
HOLDING = """
import os
from dataclasses import dataclass

from tayberry import App

app = App()


@dataclass
class Item:
    name: str
    next: "Item | None" = None


class Note:
    text: str = "n"


class Last:
    name: str

    def __init__(self, name: str) -> None:
        self.name = name

    def __del__(self) -> None:
        # There is no `sys.stderr` any more.
        os.write(2, f"{self.name} is {Item('gone').name}\\n".encode())


last = Last("last")
lasts = [Last("listed")]


@app.post("/inline", blocking=False)
def inline(it: Item) -> Item:
    return Item(last.name, it)


@app.post("/pool", blocking=True)
def pool(it: Item) -> list[object]:
    return [Item(last.name, it), Note()]


@app.post("/task")
async def task(it: Item) -> object:
    return Item(last.name, it)
"""

#: What a program does at its end: log records kept back, functions `atexit`, the lifespan.
ENDING = """
import atexit
import logging.handlers
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tayberry import App


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Counting(logging.Handler):
    count: int

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1

    def flush(self) -> None:
        say(f"{self.count} records")

    def close(self) -> None:
        try:
            raise ValueError("closed")
        except ValueError as error:
            assert error.__traceback__ is not None
            say(f"{error} at {error.__traceback__.tb_lineno}")
        super().close()


class Stream(logging.StreamHandler):  # type: ignore[type-arg]
    def emit(self, record: logging.LogRecord) -> None:
        say("logged " + record.getMessage())


log = logging.getLogger("app")
log.setLevel(logging.INFO)
log.propagate = False
log.addHandler(logging.handlers.MemoryHandler(1000, logging.CRITICAL, Stream()))
log.addHandler(Counting())


def first() -> None:
    log.info("first")
    say("first")


def second() -> None:
    log.info("second")
    say("second")


atexit.register(first)
atexit.register(second)


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[None]:
    yield
    log.info("lifespan")
    say("lifespan")


app = App(lifespan=lifespan)


@app.get("/inline/{n}", blocking=False)
def inline(n: int) -> int:
    log.info("inline %d", n)
    return n


@app.get("/pool/{n}", blocking=True)
def pool(n: int) -> int:
    log.info("pool %d", n)
    return n


@app.get("/task/{n}")
async def task(n: int) -> int:
    log.info("task %d", n)
    return n
"""


class Ending(unittest.TestCase):
    def built(self, source: str) -> Path:
        """The folder of a program that is built."""
        built = Build(source)
        self.addCleanup(built.end)
        return built.folder

    def test_the_end_of_the_server_is_that_of_a_script(self) -> None:
        folder = self.built(ENDING)
        for mode in MODES:
            with self.subTest(mode=mode):
                server = Served(folder, mode, threads=2)
                for way in ("inline", "pool", "task"):
                    answer = server.ask(f"GET /{way}/7 HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n".encode())
                    self.assertTrue(answer.startswith(b"HTTP/1.1 200 "), answer)
                self.assertEqual(server.end(), 0, server.said())
                said = server.said().splitlines()[1:]
                # Functions `atexit` after the lifespan, `logging`'s own after the program's.
                logged = ["inline 7", "pool 7", "task 7", "lifespan", "second", "first"]
                self.assertEqual(said[:4], ["lifespan", "second", "first", "6 records"])
                self.assertRegex(said[4], "closed at [0-9]+")
                self.assertEqual(said[5:], [f"logged {each}" for each in logged])

    def test_what_modules_hold_is_finalised_while_names_mean_something(self) -> None:
        folder = self.built(HOLDING)
        for mode in MODES:
            with self.subTest(mode=mode):
                server = Served(folder, mode)
                for way in ("inline", "pool", "task"):
                    head = f"POST /{way} HTTP/1.1\r\nhost: t\r\ncontent-type: application/json\r\ncontent-length: 13\r\nconnection: close\r\n\r\n"
                    answer = server.ask(head.encode() + b'{"name":"it"}')
                    self.assertIn(b'"next":{"name":"it","next":null}', answer)
                self.assertEqual(server.end(), 0, server.said())
                self.assertEqual(sorted(server.said().splitlines()[1:]), ["last is gone", "listed is gone"])


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
