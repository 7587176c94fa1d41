"""The benchmark service on PyBerry: its decorators, its type casting, its responses."""

import asyncio
from typing import Any

from pyberry.app import get, post
from pyberry.core.request import Request
from pyberry.core.responses import JSONResponse, PlainTextResponse
from pyberry.core.rsgi import app

__all__ = ["app"]


def item(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"item {number}",
        "price": number * 0.25,
        "tags": ["red", "small"] if number % 2 == 0 else ["blue"],
        "available": number % 3 != 0,
    }


@get("/plaintext")
def plaintext() -> Any:
    return PlainTextResponse("Hello, World!")


@get("/items/{number}")
def read_item(number: int) -> Any:
    return JSONResponse(item(number))


@get("/search")
def search(term: str, limit: int, minimum: float, exact: bool = False) -> Any:
    if limit < 1 or limit > 100:
        return PlainTextResponse("limit is 1 to 100", 422)
    items = [item(number) for number in range(limit)]
    kept = [found for found in items if found["price"] >= minimum or exact]
    return JSONResponse({"term": term, "total": len(kept), "minimum": minimum, "items": kept})


@post("/orders")
async def order(req: Request) -> Any:
    body = await req.json()
    units, total, dearest, highest = 0, 0.0, "", -1.0
    try:
        for line in body["lines"]:
            units += line["quantity"]
            total += line["quantity"] * line["price"]
            if line["price"] > highest:
                highest, dearest = line["price"], line["sku"]
    except (KeyError, TypeError) as error:
        return PlainTextResponse(str(error), 422)
    return JSONResponse(
        {
            "customer": body["customer"],
            "city": body["address"]["city"],
            "units": units,
            "total": total,
            "dearest": dearest,
            "lines": body["lines"],
        }
    )


@get("/report/{first}")
def report(first: int) -> Any:
    return JSONResponse([item(number) for number in range(first, first + 120)])


@get("/yield/{number}")
async def suspend(number: int) -> Any:
    await asyncio.sleep(0)
    return JSONResponse(item(number))


@get("/timer/{number}")
async def wait(number: int) -> Any:
    await asyncio.sleep(0.001)
    return JSONResponse(item(number))
