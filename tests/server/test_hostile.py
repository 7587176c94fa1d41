"""Ten thousand hostile requests: every one is answered or the connection closed, alike in both modes, and the server lives.

In: `mutants.mutant(n)` for every n, half-closed after it, each over a connection of its own. What must hold of what comes
back: whole HTTP answers and then a close, within seconds; no 500, as no handler here raises; compiled and interpreted
the same bytes. HOSTILE=100000 asks more of them, HOSTILE_FROM=N others.
"""

import os
import re
import socket
import time
import unittest

from modes import Both, Served
from mutants import mutant

APP = """
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from tayberry import App, Body, Cookie, Header, Request
from tayberry.limits import Limits

app = App(limits=Limits(max_body=100_000, max_header=60_000, max_uri=8000))


@dataclass
class Line:
    qty: int
    price: float = 1.0
    note: str | None = None


@dataclass
class Order:
    name: str
    lines: list[Line]
    tags: set[str] = field(default_factory=set)


@app.get("/")
def index() -> str:
    return "hello"


@app.get("/items/{item}")
def read(item: int, limit: int = 10, flag: bool = False, day: date | None = None, word: str = "") -> list[Any]:
    return [item, limit, flag, day, word]


@app.get("/many/{key}/{ratio}")
async def many(key: UUID, ratio: float, n: list[int] = []) -> tuple[UUID, float, list[int]]:
    return key, ratio, n


@app.get("/files/{rest:path}")
def files(rest: str) -> str:
    return rest


@app.get("/head")
def head(user_agent: Annotated[str, Header()] = "-", sid: Annotated[int | None, Cookie()] = None, x_tag: Annotated[list[str], Header()] = []) -> list[Any]:
    return [user_agent, sid, x_tag]


@app.post("/orders", status_code=201)
def write(order: Order) -> Order:
    order.tags = set(sorted(order.tags)[:1])
    return order


@app.post("/any")
def anything(value: Annotated[Any, Body()] = None) -> Any:
    return value


@app.put("/raw")
def raw(request: Request) -> list[Any]:
    return [len(request.body), request.method, len(request.target), len(request.headers)]
"""

NUMBER = int(os.environ.get("HOSTILE", "10000"))
FIRST = int(os.environ.get("HOSTILE_FROM", "0"))
AT_ONCE = 50
ALLOWED = {100, 200, 201, 204, 308, 400, 404, 405, 411, 413, 414, 415, 417, 422, 431, 501, 505}
RESET = b"(reset)"


class Hostile(unittest.TestCase):
    both: Both

    @classmethod
    def setUpClass(cls) -> None:
        cls.both = Both(APP)
        cls.addClassCleanup(cls.both.end)

    def test_every_request_is_answered_or_closed_alike_in_both_modes(self) -> None:
        memory = {}
        seen: dict[int, int] = {}
        for start in range(FIRST, FIRST + NUMBER, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, FIRST + NUMBER))
            requests = [mutant(number) for number in numbers]
            both = [exchange(server, requests) for server in self.both.servers]
            for number, request, one, other in zip(numbers, requests, *both, strict=True):
                wrong = fault(one, other)
                if wrong:
                    self.fail(f"mutant {number}: {wrong}\n  asked: {request[:1500]!r}\n  interpreted: {one[:1500]!r}\n  compiled: {other[:1500]!r}")
                for status in statuses(one):
                    seen[status] = seen.get(status, 0) + 1
            for server in self.both.servers:
                # What was sent before must not have changed anything for the others.
                answer = server.ask(b"GET /items/7 HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n")
                self.assertTrue(answer.endswith(b'[7,10,false,null,""]'), answer)
            if start == FIRST + NUMBER // 2:
                memory = {server.mode: server.memory() for server in self.both.servers}
        for server in self.both.servers:
            self.assertLess(server.memory(), memory[server.mode] * 1.1 + (4 << 20), server.mode)
            self.assertNotIn("panicked", server.said())
            self.assertNotIn("Traceback", server.said())
        self.assertLessEqual({200, 201, 400, 404, 405, 413, 414, 415, 422, 431, 501}, set(seen), seen)


def exchange(server: Served, requests: list[bytes]) -> list[bytes]:
    """What comes back until the server closes, for each."""
    connections = []
    for request in requests:
        connection = socket.create_connection(("127.0.0.1", server.port), 20)
        connections.append(connection)
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            # Refused before all of it was sent: what is answered can still be read.
            pass
    answers = []
    for connection in connections:
        answer = b""
        until = time.monotonic() + 20
        with connection:
            try:
                while more := connection.recv(1 << 16):
                    answer += more
                    if time.monotonic() > until:
                        raise TimeoutError
            except ConnectionResetError:
                answer += RESET
            except TimeoutError:
                answer += b"(no close)"
        answers.append(re.sub(rb"\r\ndate: [^\r]*", b"", answer))
    return answers


def statuses(answer: bytes) -> list[int]:
    """The statuses of the answers in these bytes; `ValueError` if they are anything but whole answers."""
    found = []
    while answer and answer != RESET:
        head, end, rest = answer.partition(b"\r\n\r\n")
        match = re.match(rb"HTTP/1\.[01] (\d{3}) [^\r\n]*\r\n", head + b"\r\n")
        if not match or not end:
            raise ValueError(f"not the head of an answer: {answer[:200]!r}")
        status = int(match[1])
        found.append(status)
        length = re.search(rb"\r\ncontent-length: (\d+)", head)
        # The only bodiless answers with a length are to HEAD.
        if length and not (rest[: int(length[1])].startswith(b"HTTP/1.") or not rest):
            if len(rest) < int(length[1]):
                raise ValueError(f"an answer cut short: {answer[:200]!r}")
            rest = rest[int(length[1]) :]
        answer = rest
    return found


def fault(one: bytes, other: bytes) -> str:
    """What is wrong with the answers of the two modes; empty if nothing is."""
    if one.removesuffix(RESET) != other.removesuffix(RESET):
        return "the modes differ"
    try:
        bad = set(statuses(one.removesuffix(RESET))) - ALLOWED
    except ValueError as error:
        return str(error)
    return f"answered with {bad}" if bad else ""


if __name__ == "__main__":
    unittest.main()
