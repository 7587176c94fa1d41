"""The benchmark service straight on Granian's RSGI: msgspec for JSON, routing by hand. The fastest that Python offers."""

import asyncio
from typing import Any
from urllib.parse import parse_qs

import msgspec

JSON = [("content-type", "application/json")]
TEXT = [("content-type", "text/plain; charset=utf-8")]


class Item(msgspec.Struct):
    id: int
    name: str
    price: float
    tags: list[str]
    available: bool


class Found(msgspec.Struct):
    term: str
    total: int
    minimum: float
    items: list[Item]


class Line(msgspec.Struct):
    sku: str
    quantity: int
    price: float


class Address(msgspec.Struct):
    street: str
    city: str
    postcode: str


class Order(msgspec.Struct):
    customer: str
    address: Address
    lines: list[Line]
    note: str | None = None


class Receipt(msgspec.Struct):
    customer: str
    city: str
    units: int
    total: float
    dearest: str
    lines: list[Line]


encode = msgspec.json.Encoder().encode
decode_order = msgspec.json.Decoder(Order).decode


def item(number: int) -> Item:
    return Item(number, f"item {number}", number * 0.25, ["red", "small"] if number % 2 == 0 else ["blue"], number % 3 != 0)


def search(query: str) -> Found:
    asked = parse_qs(query)
    term, limit, minimum = asked["term"][0], int(asked["limit"][0]), float(asked["minimum"][0])
    exact = asked.get("exact", ["false"])[0] == "true"
    if limit < 1 or limit > 100:
        raise ValueError("limit is 1 to 100")
    items = [item(number) for number in range(limit)]
    kept = [found for found in items if found.price >= minimum or exact]
    return Found(term, len(kept), minimum, kept)


def receipt(order: Order) -> Receipt:
    units, total, dearest, highest = 0, 0.0, "", -1.0
    for line in order.lines:
        units += line.quantity
        total += line.quantity * line.price
        if line.price > highest:
            highest, dearest = line.price, line.sku
    return Receipt(order.customer, order.address.city, units, total, dearest, order.lines)


async def app(scope: Any, protocol: Any) -> None:
    """Answers one request."""
    path = scope.path
    try:
        if path.startswith("/items/"):
            protocol.response_bytes(200, JSON, encode(item(int(path[7:]))))
        elif path == "/plaintext":
            protocol.response_str(200, TEXT, "Hello, World!")
        elif path == "/orders" and scope.method == "POST":
            protocol.response_bytes(200, JSON, encode(receipt(decode_order(await protocol()))))
        elif path == "/search":
            protocol.response_bytes(200, JSON, encode(search(scope.query_string)))
        elif path.startswith("/report/"):
            first = int(path[8:])
            protocol.response_bytes(200, JSON, encode([item(number) for number in range(first, first + 120)]))
        elif path.startswith("/yield/"):
            await asyncio.sleep(0)
            protocol.response_bytes(200, JSON, encode(item(int(path[7:]))))
        elif path.startswith("/timer/"):
            await asyncio.sleep(0.001)
            protocol.response_bytes(200, JSON, encode(item(int(path[7:]))))
        else:
            protocol.response_empty(404, [])
    except (msgspec.ValidationError, ValueError, KeyError) as error:
        protocol.response_str(422, TEXT, str(error))
