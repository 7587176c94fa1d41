"""The runtime's dispatch against the reference, on requests made at random from parts that are right, odd and wrong."""

import contextlib
import io
import random
import unittest
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

from reference import Reference

from tayberry import App, Body, Cookie, Header, HTTPException, PlainTextResponse, Query, Request, Router


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Leaf:
    n: int
    t: str = "x"


@dataclass
class Tree:
    leaves: list[Leaf]
    by_name: dict[str, Leaf] = field(default_factory=dict)
    colour: Colour | None = None
    pair: tuple[int, float] = (1, 2.0)


def make() -> App:
    app = App()
    router = Router(prefix="/r/{top}")

    @app.get("/")
    def root() -> None: ...

    @app.get("/int/{i}")
    def an_int(i: int) -> int:
        return i + 1

    @app.get("/int/{i}/float/{f}")
    async def both(i: int, f: float) -> tuple[int, float]:
        return i, f

    @app.get("/int/seven")
    def literal() -> str:
        return "literal"

    @app.put("/int/{i}", status_code=201)
    def put_int(i: int, leaf: Leaf) -> Leaf:
        return Leaf(i + leaf.n, leaf.t)

    @app.route("/many", methods=["GET", "DELETE"])
    def many(
        a: list[int],
        b: bool = True,
        c: Colour | None = None,
        d: date | None = None,
        e: Literal["x", "y"] = "x",
        u: UUID | None = None,
        w: datetime | None = None,
        s: str = "",
    ) -> list[Any]:
        return [a, b, c, d, e, u, w, s]

    @app.post("/tree")
    def tree(tree: Tree, n: Annotated[int, Query(alias="N")] = 3) -> Tree:
        tree.leaves.append(Leaf(n))
        return tree

    @app.post("/any")
    async def anything(value: Annotated[Any, Body()] = None) -> Any:
        return value

    @app.get("/head")
    def head(user_agent: Annotated[str, Header()] = "-", sid: Annotated[int | None, Cookie()] = None, *, z: int = 9) -> list[Any]:
        return [user_agent, sid, z]

    @app.get("/raises/{kind}")
    def raises(kind: str) -> int:
        if kind == "http":
            raise HTTPException(409, "état", {"x-a": "1"})
        if kind == "key":
            raise KeyError("x")
        if kind == "deep":
            return raises(kind)
        return kind  # type: ignore[return-value]

    @router.get("/files/{rest:path}")
    def files(top: str, rest: str, request: Request) -> dict[str, str]:
        return {"top": top, "rest": rest, "path": request.path}

    @router.post("/text", status_code=201)
    def text(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.text(), headers={"x-length": str(len(request.body))})

    @router.delete("/gone", status_code=204)
    def gone(top: str) -> None: ...

    app.include_router(router)
    return app


PATHS = """/ /int/1 /int/-5 /int/+0 /int/007 /int/1.0 /int/x /int/%31 /int/seven /int/99999999999999999999 /int/1_0 /int/ /int /int/1/ /int/1/float/2 /int/x/float/nan
/int/1/float/1e3 /int/1/float/1e999 /int/1/float/.5 /many /many/ /tree /any /head /raises/http /raises/key /raises/deep /raises/type /r/a/files/b /r/a/files/b/c%2Fd /r/a/files/
/r/%C3%A9/files/x /r/%FF/files/x /r/a/text /r/a/gone /nothing /r/a /r/a/files/b//c""".split()
QUERIES = """a=1 a=1&a=2 a=x a= a b=1 b=YES b=off b=2 c=red c=RED c= d=2024-02-29 d=2023-02-29 d=x e=y e=z u=12345678-1234-5678-1234-567812345678 u=x w=2024-01-01T00:00:00Z
w=2024-01-01 s=a+b s=%F0%9F%8D%93 s=%ff s=%zz s=a%26b N=4 N=x n=4 z=1 z=x =1 && a=1&b=0&c=blue&s=ok""".split()
BODIES = [
    b"",
    b"{}",
    b'{"leaves":[]}',
    b'{"leaves":[{"n":1},{"n":2,"t":"\xc3\xa9"}],"pair":[3,4]}',
    b'{"leaves":[{"n":"1"}],"colour":"red","by_name":{"a":{"n":0}}}',
    b'{"leaves":[{"n":true},5],"colour":"green","pair":[1]}',
    b'{"leaves":null,"extra":1}',
    b'{"n":5,"t":"\\ud83c\\udf53"}',
    b'{"n":1e400}',
    b'{"n":5',
    b"[1,2.5,null,true,\"x\"]",
    b"nul",
    b"\xff",
    b'{"a":1,"a":2}',
    b" 17 ",
    b"[" * 200 + b"]" * 200,
]
HEADERS = [
    [],
    [(b"content-type", b"application/json")],
    [(b"content-type", b"application/problem+json; charset=utf-8")],
    [(b"content-type", b"text/plain")],
    [(b"user-agent", b"me"), (b"cookie", b"sid=4; other=x")],
    [(b"user-agent", b"me"), (b"user-agent", b"you"), (b"cookie", b"sid=z")],
]
METHODS = ["GET", "GET", "GET", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"]

LEFT_OUT = (b"date", b"content-length", b"connection", b"server")


def answer(application: Any, request: tuple[str, str, list[tuple[bytes, bytes]], bytes]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    with contextlib.redirect_stderr(io.StringIO()):
        status, headers, body = application.handle(*request)
    return status, sorted(line for line in headers if line[0] not in LEFT_OUT), bytes(body)


class Dispatch(unittest.TestCase):
    def test_it_answers_as_the_reference_does(self) -> None:
        app = make()
        ours, theirs = app.application(), Reference(app)
        chance = random.Random(314)
        statuses = set()
        for number in range(4000):
            method = chance.choice(METHODS)
            target = chance.choice(PATHS)
            if chance.random() < 0.6:
                target += "?" + "&".join(chance.choices(QUERIES, k=chance.randint(1, 3)))
            headers = [(b"host", b"test"), *chance.choice(HEADERS)]
            request = (method, target, headers, chance.choice(BODIES) if method in ("POST", "PUT", "PATCH") else b"")
            wanted = answer(theirs, request)
            with self.subTest(number=number, request=request):
                self.assertEqual(answer(ours, request), wanted)
            statuses.add(wanted[0])
        self.assertLessEqual({200, 201, 204, 308, 400, 404, 405, 409, 415, 422, 500}, statuses)


if __name__ == "__main__":
    unittest.main()
