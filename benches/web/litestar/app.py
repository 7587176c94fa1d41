"""The benchmark service on Litestar, with msgspec structs as its documentation advises for speed."""

import asyncio
from typing import Annotated

import msgspec
from litestar import Litestar, get, post
from litestar.enums import MediaType
from litestar.params import Parameter


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


def item(number: int) -> Item:
    return Item(number, f"item {number}", number * 0.25, ["red", "small"] if number % 2 == 0 else ["blue"], number % 3 != 0)


@get("/plaintext", media_type=MediaType.TEXT)
async def plaintext() -> str:
    return "Hello, World!"


@get("/items/{number:int}")
async def read_item(number: int) -> Item:
    return item(number)


@get("/search")
async def search(
    term: str, limit: Annotated[int, Parameter(ge=1, le=100)], minimum: float, exact: bool = False
) -> Found:
    items = [item(number) for number in range(limit)]
    kept = [found for found in items if found.price >= minimum or exact]
    return Found(term, len(kept), minimum, kept)


@post("/orders", status_code=200)
async def order(data: Order) -> Receipt:
    units, total, dearest, highest = 0, 0.0, "", -1.0
    for line in data.lines:
        units += line.quantity
        total += line.quantity * line.price
        if line.price > highest:
            highest, dearest = line.price, line.sku
    return Receipt(data.customer, data.address.city, units, total, dearest, data.lines)


@get("/report/{first:int}")
async def report(first: int) -> list[Item]:
    return [item(number) for number in range(first, first + 120)]


@get("/yield/{number:int}")
async def suspend(number: int) -> Item:
    await asyncio.sleep(0)
    return item(number)


@get("/timer/{number:int}")
async def wait(number: int) -> Item:
    await asyncio.sleep(0.001)
    return item(number)


app = Litestar(
    [plaintext, read_item, search, order, report, suspend, wait], openapi_config=None, logging_config=None
)
