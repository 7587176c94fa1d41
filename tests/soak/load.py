"""The requests of an example put to a server again and again, every answer compared with what it was at first.

In: the address of a server and the cases of its example. Out: how many requests were answered, and which answers were
others than before. What holds: requests are pipelined, all that are due in a pass at once, so that a client in Python is
quick enough; what a request creates, a later one of the same pass removes, so that the server's state does not grow.
"""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

DATE = re.compile(rb"\r\ndate: [^\r]*")
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)")
PASSES_PER_CONNECTION = 40
CONNECTIONS = 4


class Case(Protocol):
    """A request as `replay.cases` reads it from an example's `cases.md`."""

    name: str
    method: str
    target: str
    headers: list[tuple[str, str]]
    body: str


class Unexpected(Exception):
    """An answer is not what it was before, or there is none."""


def raw(method: str, target: str, body: bytes = b"", headers: Sequence[tuple[str, str]] = ()) -> bytes:
    """A request as it is sent."""
    lines = [("host", "localhost"), *headers]
    if body or method in ("POST", "PUT", "PATCH"):
        lines.append(("content-length", str(len(body))))
        if not any(name.lower() == "content-type" for name, _ in lines):
            lines.append(("content-type", "application/json"))
    text = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines) + "\r\n"
    return text.encode() + body


class Connection:
    """A connection that is kept, and read by length."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 60)
        self._rest = b""

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def take(self, length: int) -> bytes:
        """So many bytes."""
        parts, have = [self._rest], len(self._rest)
        while have < length:
            more = self._socket.recv(1 << 18)
            if not more:
                raise Unexpected(f"the server closed the connection after {b''.join(parts)[-300:]!r}")
            parts.append(more)
            have += len(more)
        data = b"".join(parts)
        self._rest = data[length:]
        return data[:length]

    def answer(self, method: str) -> bytes:
        """The next answer, whole."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.take(1)
        length = LENGTH.search(head)
        return head + (self.take(int(length[1])) if length and method != "HEAD" else b"")

    def ask(self, method: str, target: str, body: bytes = b"") -> tuple[int, bytes]:
        """Status and body."""
        self.send(raw(method, target, body))
        head, _, content = self.answer(method).partition(b"\r\n\r\n")
        return int(head.split(b" ", 2)[1]), content

    def close(self) -> None:
        self._socket.close()


@dataclass
class Steady:
    """A request whose answer is always the same."""

    name: str
    request: bytes
    length: int
    #: Without its date.
    answer: bytes
    #: Asked in one of so many passes; the costly ones seldom.
    period: int = 1


def booking(connection: Connection) -> int:
    """Creates, reads, changes and removes a booking of the catalog; the number of requests."""
    order = b'{"customer":{"name":"Soak","email":"s@example.org"},"lines":[{"origin":"ZRH","destination":"LHR","qty":2}]}'
    return _cycle(connection, ("POST", "/bookings", order), [("GET", "", 200), ("POST", "/cancel", 200), ("DELETE", "", 204), ("GET", "", 404)])


def user(connection: Connection) -> int:
    """Creates, reads and removes a user."""
    made = ("POST", "/users", b'{"name":"Soak Test","tags":["a","b"]}')
    return _cycle(connection, made, [("GET", "", 200), ("GET", "/initials", 200), ("DELETE", "", 204), ("GET", "", 404)])


CYCLES: dict[str, Callable[[Connection], int]] = {"catalog": booking, "pyberry": user}


def _cycle(connection: Connection, first: tuple[str, str, bytes], rest: list[tuple[str, str, int]]) -> int:
    status, body = connection.ask(*first)
    if status != 201:
        raise Unexpected(f"{first}: {status} {body!r}")
    made = f"{first[1]}/{json.loads(body)['id']}"
    for method, below, wanted in rest:
        status, body = connection.ask(method, made + below)
        if status != wanted:
            raise Unexpected(f"{method} {made}{below}: {status} in place of {wanted}, {body!r}")
    return 1 + len(rest)


def steady(port: int, cases: Sequence[Case]) -> list[Steady]:
    """The cases that are answered alike every time they are asked."""
    connection = Connection(port)
    chosen = list(cases)
    history: list[dict[str, tuple[bytes, float]]] = []
    for turn in range(5):
        answers = {}
        for case in list(chosen):
            request = raw(case.method, case.target, case.body.encode(), case.headers)
            begun = time.perf_counter()
            connection.send(request)
            answer = connection.answer(case.method)
            answers[case.name] = (answer, time.perf_counter() - begun)
            made = answer.startswith((b"HTTP/1.1 201", b"HTTP/1.1 204")) and case.method != "OPTIONS"
            if turn and (made or (turn == 2 and DATE.sub(b"", answer) != DATE.sub(b"", history[-1][case.name][0]))):
                chosen.remove(case)
        history.append(answers)
    connection.close()
    found = []
    for case in chosen:
        (before, _), (answer, _) = history[-2][case.name], history[-1][case.name]
        if DATE.sub(b"", before) != DATE.sub(b"", answer):
            raise Unexpected(f"{case.name}: {before!r}, then {answer!r}")
        request = raw(case.method, case.target, case.body.encode(), case.headers)
        found.append(Steady(case.name, request, len(answer), DATE.sub(b"", answer)))
    costs = [min(each[one.name][1] for each in history[-3:]) for one in found]
    usual = sorted(costs)[len(costs) // 2]
    for one, cost in zip(found, costs, strict=True):
        one.period = max(1, round(cost / usual / 3))
    return found


def repeat(port: int, requests: Sequence[Steady], cycle: Callable[[Connection], int] | None, count: int) -> int:
    """Asks until at least `count` requests are answered; how many it were."""
    answered = turn = 0
    connections = [Connection(port) for _ in range(CONNECTIONS)]
    while answered < count:
        sent = []
        for connection in connections:
            due = [one for at, one in enumerate(requests) if (turn + at) % one.period == 0]
            connection.send(b"".join(one.request for one in due))
            sent.append(due)
            turn += 1
        for connection, due in zip(connections, sent, strict=True):
            data = DATE.sub(b"", connection.take(sum(one.length for one in due)))
            if data != b"".join(one.answer for one in due):
                raise Unexpected(_first_difference(data, due))
            answered += len(due)
        if cycle:
            answered += cycle(connections[0])
        if turn % (PASSES_PER_CONNECTION * CONNECTIONS) == 0:
            for connection in connections:
                connection.close()
            connections = [Connection(port) for _ in range(CONNECTIONS)]
    for connection in connections:
        connection.close()
    return answered


def _first_difference(data: bytes, due: Sequence[Steady]) -> str:
    at = 0
    for one in due:
        end = at + len(one.answer)
        if data[at:end] != one.answer:
            return f"{one.name}: {one.answer!r}, now {data[at:end]!r}"
        at = end
    return "more is answered than was asked"
