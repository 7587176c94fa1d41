"""No way of running a handler keeps anything, however its request ends: counted in blocks of Python's allocator.

In: the faulty handlers of test_faults.py and a few that take arguments of every sort, each in every way a handler can run, in
both modes. Every request is asked some hundreds of times; then all threads' blocks are counted. What must hold: less than
one block for two requests is left. LEAKS=20000 asks oftener.
"""

import os
import re
import unittest

import test_faults
from modes import Both, Served

ARGUMENTS = '''
import gc
from datetime import date
from typing import Annotated
from uuid import UUID

from tayberry import Body, Header, Request


@app.get("/blocks", blocking=False)
def blocks(collect: bool = True) -> int:
    if collect:
        gc.collect()
        gc.collect()
    return sys.getallocatedblocks()
'''

#: In every way: decoded values of many sorts, a body, the request itself.
TAKING = '''
@app.get("/{way}/take/{{key}}/{{n}}"{options})
{define} {way}_take(key: UUID, n: int, f: float = 1.0, day: date | None = None, word: str = "w", many: list[int] = [], x_tag: Annotated[str, Header()] = "-") -> dict[str, Any]:
    {begin}return {{"key": key, "n": n, "f": f, "day": day, "word": word, "many": many, "tag": x_tag}}


@app.post("/{way}/order"{options})
{define} {way}_order(order: Order, limit: int = 3) -> Order:
    {begin}order.lines.append(Line(limit))
    return order


@app.post("/{way}/any"{options})
{define} {way}_any(value: Annotated[Any, Body()], request: Request) -> list[Any]:
    {begin}return [value, request.method, len(request.body)]
'''

TARGETS: dict[str, tuple[str, bytes | None]] = {
    "values": ("/take/12345678-1234-5678-1234-567812345678/5?f=2.5&day=2024-02-29&word=a+b&many=1&many=2", None),
    "wrong values": ("/take/x/1.5?f=z&day=2023-02-29&many=1&many=y&word=%ff", None),
    "big values": ("/take/12345678-1234-5678-1234-567812345678/" + "9" * 60, None),
    "order": ("/order?limit=7", b'{"name":"tea","lines":[{"qty":1},{"qty":99999999999999999999,"price":2}]}'),
    "wrong order": ("/order?limit=x", b'{"name":7,"lines":[{"qty":"1"},{"price":2},5]}'),
    "broken order": ("/order", b'{"name":"tea","lines":[{"qty":1},{"qty":2'),
    "deep order": ("/order", b"[" * 500),
    "no order": ("/order", b""),
    "any": ("/any", b'{"a":[1,2.5,null,true,"x",{"b":[]}],"a":{"c":"d"}}'),
    "wrong any": ("/any", b'{"a":[1,2.5,null,true,"x",{"b":[]}],"c":NaN}'),
}

#: Too costly to be asked often, or ends its connection.
LEFT_OUT = {"recurses", "deep", "too_deep", "far_too_deep", "huge", "too_huge", "two_connections"}
NUMBER = int(os.environ.get("LEAKS", "100"))


def source() -> str:
    """The app."""
    parts = [test_faults.source(), ARGUMENTS]
    for way, (options, define) in test_faults.WAYS.items():
        begin = "await asyncio.sleep(0)\n    " if way == "task" else ""
        parts.append(TAKING.format(way=way, define=define, options=", " + options if options else "", begin=begin))
    return "\n\n".join(parts)


class Leaks(unittest.TestCase):
    both: Both

    @classmethod
    def setUpClass(cls) -> None:
        cls.both = Both(source())
        cls.addClassCleanup(cls.both.end)

    def test_no_request_keeps_anything(self) -> None:
        requests = {(way, name): get(f"/{way}/{name}") for way in test_faults.WAYS for name in test_faults.FAULTS if name not in LEFT_OUT}
        for way in test_faults.WAYS:
            for name, (target, body) in TARGETS.items():
                requests[way, name] = get(f"/{way}{target}") if body is None else post(f"/{way}{target}", body)
        for server in self.both.servers:
            # The first ones make what is made once.
            for request in requests.values():
                ask(server, request, 5)
            before = blocks(server)
            for (way, name), request in requests.items():
                with self.subTest(mode=server.mode, way=way, request=name):
                    number = NUMBER
                    kept: list[int] = []
                    # Caches fill once; a leak goes on, and shows the clearer the more is asked.
                    while not kept or (kept[-1] >= number / 2 and len(kept) < 4):
                        number *= 3 if kept else 1
                        ask(server, request, number)
                        after = blocks(server)
                        kept.append(after - before)
                        before = after
                    self.assertLess(kept[-1], number / 2, f"blocks left, three times as many requests each time: {kept}")

    def test_what_other_threads_were_the_last_to_use_needs_no_collection_to_go(self) -> None:
        for server in self.both.servers:
            for way in ("inline", "pool"):
                with self.subTest(mode=server.mode, way=way):
                    request = get(f"/{way}{TARGETS['values'][0]}")
                    ask(server, request, 50)
                    before = blocks(server, collect=False)
                    ask(server, request, 3000)
                    # Ten objects a request are made on the I/O thread.
                    self.assertLess(blocks(server, collect=False) - before, 2500)


def ask(server: Served, request: bytes, number: int) -> None:
    """Pipelines a request so many times, and takes the answers."""
    closing = request.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n", 1)
    answers = server.ask(request * (number - 1) + closing, patience=60)
    found = len(re.findall(rb"(?m)^HTTP/1\.1 \d{3} ", answers.replace(b"HTTP/1.1", b"\nHTTP/1.1")))
    assert found == number, f"{found} answers to {number} requests: {answers[-500:]!r}"


def blocks(server: Served, *, collect: bool = True) -> int:
    """Blocks of Python's allocator in use by all threads."""
    request = get(f"/blocks?collect={'yes' if collect else 'no'}")
    return int(server.ask(request.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")).rpartition(b"\r\n\r\n")[2])


def get(target: str) -> bytes:
    return f"GET {target} HTTP/1.1\r\nhost: t\r\n\r\n".encode()


def post(target: str, body: bytes) -> bytes:
    return f"POST {target} HTTP/1.1\r\nhost: t\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


if __name__ == "__main__":
    unittest.main()
