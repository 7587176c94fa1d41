"""The web workloads: what is asked, varied by a seeded generator so that no answer can be kept from the one before.

Every request is complete HTTP/1.1 text. `checked` says how far answers must agree with the floor's: the parsed JSON
(`json`), the bytes (`bytes`), or the status alone (`status`), where frameworks word their refusals differently.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass

CITIES = ["Dundee", "Perth", "Blairgowrie", "Forfar", "Zürich", "Málaga", "New York", "São Paulo"]
WORDS = ["raspberry", "loganberry", "tummelberry", "silvanberry", "blåbær", "boysenberry", "marionberry"]


@dataclass(frozen=True)
class Request:
    """A request's line and body; the rest of its head is the same for all."""

    method: str
    target: str
    body: bytes = b""

    def text(self) -> bytes:
        """The bytes on the wire."""
        head = f"{self.method} {self.target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n"
        if self.body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n"
        return head.encode() + b"\r\n" + self.body


@dataclass(frozen=True)
class Workload:
    """One kind of request."""

    name: str
    title: str
    status: int
    checked: str
    make: Callable[[random.Random], Request]

    def requests(self, count: int = 1000) -> list[Request]:
        """The same `count` requests every time."""
        source = random.Random(f"tayberry {self.name}")
        return [self.make(source) for _ in range(count)]


def _search(source: random.Random) -> Request:
    term, limit, minimum = source.choice(WORDS[:4]), source.randint(1, 20), source.randint(0, 12) / 4
    return Request("GET", f"/search?term={term}{source.randint(1, 999)}&limit={limit}&minimum={minimum}&exact=false")


def _order(source: random.Random) -> dict[str, object]:
    lines = [
        {
            "sku": f"{source.choice(WORDS)}-{source.randint(1, 9999)}",
            "quantity": source.randint(1, 40),
            "price": source.randint(1, 4000) / 8,
        }
        for _ in range(source.randint(3, 9))
    ]
    return {
        "customer": f"customer {source.randint(1, 10**6)}",
        "address": {
            "street": f"{source.randint(1, 200)} High Street",
            "city": source.choice(CITIES),
            "postcode": f"DD{source.randint(1, 9)} {source.randint(1, 9)}AB",
        },
        "lines": lines,
        "note": source.choice([None, 'ring the "bell"\n', "leave it at the door"]),
    }


def _valid_order(source: random.Random) -> Request:
    return Request("POST", "/orders", json.dumps(_order(source), ensure_ascii=False).encode())


def _invalid_order(source: random.Random) -> Request:
    order = _order(source)
    lines = order["lines"]
    assert isinstance(lines, list)
    source.choice(lines)["quantity"] = "many"
    return Request("POST", "/orders", json.dumps(order, ensure_ascii=False).encode())


def _numbered(path: str) -> Callable[[random.Random], Request]:
    return lambda source: Request("GET", f"{path}/{source.randint(1, 10**6)}")


WORKLOADS = [
    Workload("plaintext", "plain text", 200, "bytes", lambda source: Request("GET", "/plaintext")),
    Workload("path", "path → JSON", 200, "json", _numbered("/items")),
    Workload("query", "query → JSON", 200, "json", _search),
    Workload("body", "body → JSON", 200, "json", _valid_order),
    Workload("invalid", "invalid body → 4xx", 422, "status", _invalid_order),
    Workload("large", "10 kB of JSON", 200, "json", _numbered("/report")),
    Workload("yield", "one suspension", 200, "json", _numbered("/yield")),
    Workload("timer", "1 ms timer", 200, "json", _numbered("/timer")),
]
