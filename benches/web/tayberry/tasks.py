"""The same service for the interpreter with `async def` handlers, each of them an eager task on the I/O thread's loop."""

import app as service
from tayberry import App, PlainTextResponse

app = App(title="benchmark, tasks")


@app.get("/plaintext")
async def plaintext() -> PlainTextResponse:
    return service.plaintext()


@app.get("/items/{number}")
async def read_item(number: int) -> service.Item:
    return service.read_item(number)


@app.get("/search")
async def search(term: str, limit: int, minimum: float, exact: bool = False) -> service.Found:
    return service.search(term, limit, minimum, exact)


@app.post("/orders")
async def order(body: service.Order) -> service.Receipt:
    return service.order(body)


@app.get("/report/{first}")
async def report(first: int) -> list[service.Item]:
    return service.report(first)


app.get("/yield/{number}")(service.suspend)
app.get("/timer/{number}")(service.wait)
