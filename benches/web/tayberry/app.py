"""The benchmark service on Tayberry. Every peer in this folder answers the same requests with the same values."""

import asyncio
from dataclasses import dataclass

from tayberry import App, HTTPException, PlainTextResponse

app = App(title="benchmark")


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


def item(number: int) -> Item:
    return Item(
        id=number,
        name=f"item {number}",
        price=number * 0.25,
        tags=["red", "small"] if number % 2 == 0 else ["blue"],
        available=number % 3 != 0,
    )


@app.get("/plaintext")
def plaintext() -> PlainTextResponse:
    return PlainTextResponse("Hello, World!")


@app.get("/items/{number}")
def read_item(number: int) -> Item:
    return item(number)


@app.get("/search")
def search(term: str, limit: int, minimum: float, exact: bool = False) -> Found:
    if limit < 1 or limit > 100:
        raise HTTPException(400, "limit is 1 to 100")
    items = [item(number) for number in range(limit)]
    kept = [found for found in items if found.price >= minimum or exact]
    return Found(term=term, total=len(kept), minimum=minimum, items=kept)


@app.post("/orders")
def order(body: Order) -> Receipt:
    units = 0
    total = 0.0
    dearest = ""
    highest = -1.0
    for line in body.lines:
        units += line.quantity
        total += line.quantity * line.price
        if line.price > highest:
            highest = line.price
            dearest = line.sku
    return Receipt(body.customer, body.address.city, units, total, dearest, body.lines)


@app.get("/report/{first}")
def report(first: int) -> list[Item]:
    return [item(number) for number in range(first, first + 120)]


@app.get("/yield/{number}")
async def suspend(number: int) -> Item:
    await asyncio.sleep(0)
    return item(number)


@app.get("/timer/{number}")
async def wait(number: int) -> Item:
    await asyncio.sleep(0.001)
    return item(number)
