"""The benchmark service on BlackSheep, with dataclasses."""

import asyncio
from dataclasses import dataclass

from blacksheep import Application, FromJSON, Response, json, text
from blacksheep.server.routing import Router


@dataclass
class Item:
    id: int
    name: str
    price: float
    tags: list[str]
    available: bool


@dataclass
class Found:
    term: str
    total: int
    minimum: float
    items: list[Item]


@dataclass
class Line:
    sku: str
    quantity: int
    price: float


@dataclass
class Address:
    street: str
    city: str
    postcode: str


@dataclass
class Order:
    customer: str
    address: Address
    lines: list[Line]
    note: str | None = None


@dataclass
class Receipt:
    customer: str
    city: str
    units: int
    total: float
    dearest: str
    lines: list[Line]


router = Router()
app = Application(router=router)


def item(number: int) -> Item:
    return Item(number, f"item {number}", number * 0.25, ["red", "small"] if number % 2 == 0 else ["blue"], number % 3 != 0)


@router.get("/plaintext")
async def plaintext() -> Response:
    return text("Hello, World!")


@router.get("/items/{number}")
async def read_item(number: int) -> Response:
    return json(item(number))


@router.get("/search")
async def search(term: str, limit: int, minimum: float, exact: bool = False) -> Response:
    if limit < 1 or limit > 100:
        return text("limit is 1 to 100", 422)
    items = [item(number) for number in range(limit)]
    kept = [found for found in items if found.price >= minimum or exact]
    return json(Found(term, len(kept), minimum, kept))


@router.post("/orders")
async def order(data: FromJSON[Order]) -> Response:
    body = data.value
    units, total, dearest, highest = 0, 0.0, "", -1.0
    for line in body.lines:
        units += line.quantity
        total += line.quantity * line.price
        if line.price > highest:
            highest, dearest = line.price, line.sku
    return json(Receipt(body.customer, body.address.city, units, total, dearest, body.lines))


@router.get("/report/{first}")
async def report(first: int) -> Response:
    return json([item(number) for number in range(first, first + 120)])


@router.get("/yield/{number}")
async def suspend(number: int) -> Response:
    await asyncio.sleep(0)
    return json(item(number))


@router.get("/timer/{number}")
async def wait(number: int) -> Response:
    await asyncio.sleep(0.001)
    return json(item(number))
