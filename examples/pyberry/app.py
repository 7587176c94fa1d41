"""What a first look at a typed Python web app shows: a dataclass as input and output, path parameters, query values of
every kind turned into Python values, an async handler, and exceptions that become responses.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum, IntEnum

from tayberry import (
    App,
    Conflict,
    HTMLResponse,
    HTTPException,
    JSONResponse,
    NotFound,
    PlainTextResponse,
    RedirectResponse,
    Response,
)

app = App(title="pyberry")


class Role(Enum):
    ADMIN = "admin"
    MEMBER = "member"
    GUEST = "guest"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


@dataclass
class User:
    id: int
    name: str
    email: str | None = None
    role: Role = Role.MEMBER
    born: date | None = None
    tags: list[str] = field(default_factory=list)

    def initials(self) -> str:
        return "".join([word[0].upper() for word in self.name.split()])


@dataclass
class NewUser:
    name: str
    email: str | None = None
    role: Role = Role.GUEST
    tags: list[str] = field(default_factory=list)


@dataclass
class Echo:
    """The values of a query string after casting, with the names of their Python types."""

    count: int
    ratio: float
    flag: bool
    text: str
    maybe: int | None
    role: Role
    level: Level
    day: date | None
    numbers: list[int]
    types: list[str]


class Users:
    """The users in memory. A plain class with annotations, so that its fields are native too."""

    by_id: dict[int, User]
    next_id: int

    def __init__(self) -> None:
        self.by_id = {}
        self.next_id = 1

    def add(self, name: str, email: str | None, role: Role, tags: list[str]) -> User:
        user = User(self.next_id, name, email, role, None, tags)
        self.by_id[user.id] = user
        self.next_id += 1
        return user

    def find(self, id: int) -> User:
        user = self.by_id.get(id)
        if user is None:
            raise NotFound(f"there is no user {id}")
        return user


users = Users()
users.add("Ada Lovelace", "ada@example.org", Role.ADMIN, ["maths"])
users.add("Grace Hopper", None, Role.MEMBER, ["navy", "compilers"])


@app.get("/")
def index() -> Response:
    return HTMLResponse("<h1>Users</h1>")


@app.get("/plain")
def plain() -> PlainTextResponse:
    return PlainTextResponse("plain text, ünïcödé")


@app.get("/me")
def me() -> RedirectResponse:
    return RedirectResponse("/users/1")


@app.get("/users")
def list_users(role: Role | None = None, limit: int = 10) -> list[User]:
    found = [user for user in users.by_id.values() if role is None or user.role is role]
    return found[:limit]


@app.get("/users/{id}")
def read_user(id: int) -> User:
    return users.find(id)


@app.get("/users/{id}/initials")
async def read_initials(id: int) -> dict[str, str]:
    user = users.find(id)
    return {"name": user.name, "initials": user.initials()}


@app.post("/users", status_code=201)
def create_user(new: NewUser) -> User:
    for user in users.by_id.values():
        if user.name == new.name:
            raise Conflict(f"{new.name} is user {user.id} already")
    return users.add(new.name, new.email, new.role, new.tags)


@app.delete("/users/{id}", status_code=204)
def delete_user(id: int) -> None:
    user = users.find(id)
    if user.role is Role.ADMIN:
        raise HTTPException(403, "an admin stays", {"x-reason": "admin"})
    del users.by_id[user.id]


@app.get("/cast")
async def cast(
    count: int,
    ratio: float = 0.5,
    flag: bool = False,
    text: str = "",
    maybe: int | None = None,
    role: Role = Role.GUEST,
    level: Level = Level.LOW,
    day: date | None = None,
    numbers: list[int] = [],
) -> Echo:
    values = [count, ratio, flag, text, maybe, role, level, day, numbers]
    return Echo(count, ratio, flag, text, maybe, role, level, day, numbers, [type(value).__name__ for value in values])


@app.get("/divide")
def divide(a: int, b: int) -> dict[str, float]:
    try:
        return {"quotient": a / b}
    except ZeroDivisionError as error:
        raise HTTPException(400, f"{a} / {b}: {error}") from error


@app.get("/fail")
def fail() -> int:
    empty: list[int] = []
    return empty[3]


@app.get("/teapot")
def teapot() -> Response:
    response = JSONResponse({"short": True, "stout": True}, status_code=418)
    response.set_cookie("kettle", "on", max_age=60, httponly=True)
    return response
