"""No body, target or header of a given size costs the server much more than a plain one of that size, in either mode.

In: hostile inputs of one megabyte (or as large as the limits allow) for handlers of several types. Out: the server's CPU
time for each, compared with the dearest of the plain ones. What must hold: the factor is small, as no decoder is
quadratic and none goes back without end.
"""

import json
import os
import time
import unittest
from pathlib import Path

from modes import Both, Served

APP = """
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any

from tayberry import App, Body, Cookie, Header
from tayberry.limits import Limits

app = App(limits=Limits(max_body=2_000_000, max_uri=60_000, max_header=64_000))


@dataclass
class One:
    a: int
    next: "One | Two | Three | None" = None


@dataclass
class Two:
    a: int
    b: int = 0
    next: "One | Two | Three | None" = None


@dataclass
class Three:
    a: int
    c: int = 0
    next: "One | Two | Three | None" = None


@dataclass
class Row:
    id: int
    name: str
    tags: list[str] = field(default_factory=list)


@app.post("/any")
def anything(value: Annotated[Any, Body()]) -> int:
    return 1


@app.post("/ints")
def ints(value: Annotated[list[int], Body()]) -> int:
    return 1


@app.post("/numbers")
def numbers(value: Annotated[list[float | Decimal], Body()]) -> int:
    return 1


@app.post("/rows")
def rows(value: Annotated[list[Row], Body()]) -> int:
    return 1


@app.post("/chain")
def chain(value: One | Two | Three) -> int:
    return 1


@app.post("/chains")
def chains(value: Annotated[list[One | Two | Three], Body()]) -> int:
    return 1


@app.post("/names")
def names(value: Annotated[dict[str, set[str]], Body()]) -> int:
    return 1


@app.get("/query")
def query(a: list[int] = [], b: str = "", c: int = 0, d: float = 0.0) -> int:
    return 1


@app.get("/heads")
def heads(sid: Annotated[int, Cookie()] = 0, x_tag: Annotated[list[str], Header()] = []) -> int:
    return 1
"""

SIZE = 1_000_000


def repeated(part: bytes, around: tuple[bytes, bytes] = (b"[", b"]"), size: int = SIZE) -> bytes:
    """`part` so often that the whole has a size, with commas between."""
    return around[0] + b",".join([part] * (size // (len(part) + 1))) + around[1]


def chained(links: int) -> bytes:
    """A value that every member of the union fits but for its end."""
    return b'{"a":1,"next":' * links + b'"wrong"' + b"}" * links


PLAIN = {
    "ints": ("/ints", repeated(b"12345")),
    "rows": ("/rows", repeated(b'{"id":1,"name":"tea","tags":["a","b"]}')),
    "any": ("/any", repeated(b'{"a":[1,2.5,"x"]}')),
    "names": ("/names", json.dumps({f"key {at}": ["a", "b"] for at in range(SIZE // 24)}).encode()),
}

HOSTILE = {
    "wrong items": ("/ints", repeated(b'"x"')),
    "wrong rows": ("/rows", repeated(b'{"id":"x","name":1,"tags":[1,2]}')),
    "nothing but commas": ("/ints", b"[" + b"," * SIZE),
    "opened only": ("/any", b"[" * SIZE),
    "objects opened only": ("/any", b'{"a":' * (SIZE // 5)),
    "unknown keys": ("/rows", b'[{"id":1,"name":"x",' + b",".join(b'"k%d":0' % at for at in range(SIZE // 11)) + b"}]"),
    "deep unknown values": ("/rows", repeated(b'{"id":1,"name":"x","other":' + b"[" * 100 + b"]" * 100 + b"}")),
    "one key again and again": ("/rows", b"[{" + repeated(b'"id":1', (b"", b"")) + b',"name":"x"}]'),
    "one key of any": ("/any", b"{" + repeated(b'"id":1', (b"", b"")) + b"}"),
    "long integers": ("/ints", repeated(b"9" * 4300)),
    "too long integers": ("/ints", repeated(b"9" * 4301)),
    "one integer": ("/any", b"9" * SIZE),
    "one fraction": ("/any", b"0." + b"9" * SIZE),
    "one exponent": ("/any", b"1e" + b"9" * SIZE),
    "long fractions": ("/numbers", repeated(b"1." + b"3" * 2000)),
    "hard fractions": ("/numbers", repeated(b"2.2250738585072011e-308")),
    "decimals": ("/numbers", repeated(b'"' + b"7" * 3000 + b'"')),
    "escapes": ("/any", b'"' + b"\\u00e9" * (SIZE // 6) + b'"'),
    "surrogates": ("/any", b'"' + b"\\ud83c\\udf53" * (SIZE // 12) + b'"'),
    "lone surrogates": ("/names", b'{"a":' + repeated(b'"\\ud83c"') + b"}"),
    "a string without an end": ("/any", b'"' + b"x" * SIZE),
    "white space": ("/any", b" " * SIZE + b"1"),
    "one set": ("/names", b'{"a":' + repeated(b'"x"') + b"}"),
    "a chain that fits nobody": ("/chain", chained(60)),
    "a long chain that fits nobody": ("/chain", chained(120)),
    "chains that fit nobody": ("/chains", b"[" + b",".join([chained(40)] * (SIZE // 700)) + b"]"),
    "bad UTF-8 at the end": ("/any", b'"' + b"\xc3\xa9" * (SIZE // 2) + b'\xff"'),
}

#: Read again for every member of the union, until the reader gives the document up.
GOES_BACK = {"chains that fit nobody"}

HEADS = {
    "a value again and again": b"GET /query?" + b"&".join([b"a=1"] * 14_000) + b" HTTP/1.1\r\nhost: t\r\n",
    "unknown names": b"GET /query?" + b"&".join(b"k%d" % at for at in range(8000)) + b" HTTP/1.1\r\nhost: t\r\n",
    "wrong values": b"GET /query?" + b"&".join([b"a=x"] * 14_000) + b" HTTP/1.1\r\nhost: t\r\n",
    "one long number": b"GET /query?c=" + b"9" * 50_000 + b" HTTP/1.1\r\nhost: t\r\n",
    "one long fraction": b"GET /query?d=0." + b"9" * 50_000 + b" HTTP/1.1\r\nhost: t\r\n",
    "escapes": b"GET /query?b=" + b"%41" * 16_000 + b" HTTP/1.1\r\nhost: t\r\n",
    "slashes": b"GET " + b"/" * 50_000 + b" HTTP/1.1\r\nhost: t\r\n",
    "cookies": b"GET /heads HTTP/1.1\r\nhost: t\r\ncookie: " + b"sid=1; " * 8000 + b"\r\n",
    "headers": b"GET /heads HTTP/1.1\r\nhost: t\r\n" + b"".join(b"x-tag: %d\r\n" % at for at in range(90)),
}


class Costs(unittest.TestCase):
    both: Both

    @classmethod
    def setUpClass(cls) -> None:
        cls.both = Both(APP)
        cls.addClassCleanup(cls.both.end)

    def test_no_body_costs_much_more_than_a_plain_one(self) -> None:
        for server in self.both.servers:
            plain = {name: cost(server, post(*request))[1] for name, request in PLAIN.items()}
            usual = 4 * max(plain.values()) + 0.05
            for name, request in HOSTILE.items():
                with self.subTest(mode=server.mode, body=name):
                    limit = usual if name not in GOES_BACK else 10 * usual
                    status, seconds = cost(server, post(*request), limit)
                    self.assertIn(status, (200, 400, 422))
                    self.assertLess(seconds, limit, f"the plain ones cost {plain}")

    def test_no_head_costs_much(self) -> None:
        for server in self.both.servers:
            for name, head in HEADS.items():
                with self.subTest(mode=server.mode, head=name):
                    status, seconds = cost(server, head + b"connection: close\r\n\r\n", 0.3)
                    self.assertIn(status, (200, 400, 404, 422, 308))
                    self.assertLess(seconds, 0.3)


def post(target: str, body: bytes) -> bytes:
    return f"POST {target} HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


def cost(server: Served, request: bytes, enough: float = 0) -> tuple[int, float]:
    """The status of the answer, and the least CPU seconds that the server has taken for it in up to three tries.

    Once it has taken less than `enough`, it is not asked again.
    """
    least, status = float("inf"), 0
    for _ in range(3):
        before = used(server)
        answer = server.ask(request, patience=60)
        # What follows the answer counts, too.
        time.sleep(0.005)
        least = min(least, used(server) - before)
        status = int(answer.split(b" ")[1])
        if least < enough:
            break
    return status, least


def used(server: Served) -> float:
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    unittest.main()
