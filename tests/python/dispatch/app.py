"""Handlers of every sort, for comparing ways of answering. All of it compiles natively or says why not."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

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
