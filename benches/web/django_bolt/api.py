"""The benchmark service on django-bolt, with msgspec structs."""

import asyncio
from typing import Annotated

import msgspec
from django_bolt import BoltAPI
from django_bolt.responses import PlainText

api = BoltAPI()


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


@api.get("/plaintext")
async def plaintext() -> PlainText:
    return PlainText("Hello, World!")


@api.get("/items/{number}")
async def read_item(number: int) -> Item:
    return item(number)


@api.get("/search")
async def search(
    term: str, limit: Annotated[int, msgspec.Meta(ge=1, le=100)], minimum: float, exact: bool = False
) -> Found:
    items = [item(number) for number in range(limit)]
    kept = [found for found in items if found.price >= minimum or exact]
    return Found(term, len(kept), minimum, kept)


@api.post("/orders")
async def order(body: Order) -> Receipt:
    units, total, dearest, highest = 0, 0.0, "", -1.0
    for line in body.lines:
        units += line.quantity
        total += line.quantity * line.price
        if line.price > highest:
            highest, dearest = line.price, line.sku
    return Receipt(body.customer, body.address.city, units, total, dearest, body.lines)


@api.get("/report/{first}")
async def report(first: int) -> list[Item]:
    return [item(number) for number in range(first, first + 120)]


@api.get("/yield/{number}")
async def suspend(number: int) -> Item:
    await asyncio.sleep(0)
    return item(number)


@api.get("/timer/{number}")
async def wait(number: int) -> Item:
    await asyncio.sleep(0.001)
    return item(number)
