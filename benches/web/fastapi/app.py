"""The benchmark service on FastAPI."""

import asyncio
from typing import Annotated

from fastapi import FastAPI, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

app = FastAPI(openapi_url=None)


class Item(BaseModel):
    id: int
    name: str
    price: float
    tags: list[str]
    available: bool


class Found(BaseModel):
    term: str
    total: int
    minimum: float
    items: list[Item]


class Line(BaseModel):
    sku: str
    quantity: int
    price: float


class Address(BaseModel):
    street: str
    city: str
    postcode: str


class Order(BaseModel):
    customer: str
    address: Address
    lines: list[Line]
    note: str | None = None


class Receipt(BaseModel):
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


@app.get("/plaintext", response_class=PlainTextResponse)
async def plaintext() -> PlainTextResponse:
    return PlainTextResponse("Hello, World!")


@app.get("/items/{number}")
async def read_item(number: int) -> Item:
    return item(number)


@app.get("/search")
async def search(term: str, limit: Annotated[int, Query(ge=1, le=100)], minimum: float, exact: bool = False) -> Found:
    items = [item(number) for number in range(limit)]
    kept = [found for found in items if found.price >= minimum or exact]
    return Found(term=term, total=len(kept), minimum=minimum, items=kept)


@app.post("/orders")
async def order(body: Order) -> Receipt:
    units, total, dearest, highest = 0, 0.0, "", -1.0
    for line in body.lines:
        units += line.quantity
        total += line.quantity * line.price
        if line.price > highest:
            highest, dearest = line.price, line.sku
    return Receipt(
        customer=body.customer, city=body.address.city, units=units, total=total, dearest=dearest, lines=body.lines
    )


@app.get("/report/{first}")
async def report(first: int) -> list[Item]:
    return [item(number) for number in range(first, first + 120)]


@app.get("/yield/{number}")
async def suspend(number: int) -> Item:
    await asyncio.sleep(0)
    return item(number)


@app.get("/timer/{number}")
async def wait(number: int) -> Item:
    await asyncio.sleep(0.001)
    return item(number)
