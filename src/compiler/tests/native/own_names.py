"""Annotations in a class body that name what the body binds itself, and those that still mean the module's names."""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal


def tell(label: str, make: Any) -> None:
    try:
        print(label, repr(make()))
    except Exception as error:
        print(label, type(error).__name__, error)


class Config:
    def __init__(self) -> None:
        self.a: int = 1


class Holder:
    class Config:
        def __init__(self) -> None:
            self.b: int = 2

        def other(self, c: Config) -> Any:
            return c.a

    def __init__(self, c: Config) -> None:
        self.c = c
        self.all: list[Config] = [c]
        self.texts: dict[str, int] = {}

    def read(self, c: Config) -> Any:
        return c.b

    def quoted(self, c: "Config | None", *rest: "list[Config]") -> Any:
        return c.b if c is not None else rest

    def made(self) -> Config:
        return Holder.Config()

    def several(self, *, each: list[Config] | None = None) -> dict[str, Config]:
        return {str(at): c for at, c in enumerate(each or [])}

    def inside(self) -> Any:
        def read(c: Config) -> int:
            return c.a

        local: Config = Config()
        return read(Config()) + local.a

    if date is not None:

        def later(self, c: Annotated[Config, "more"]) -> Any:
            return c.b


class Renamed:
    int = str
    y: int
    n: "int"

    def __init__(self) -> None:
        self.y = "text"
        self.n = "more"

    def same(self, c: int) -> int:
        return c

    def given(self) -> int:
        return "s"


@dataclass
class Model:
    class Config:
        extra: str = "forbid"

    config: Config
    kind: Literal["Config", "date"] = "date"
    configs: list[Config] = field(default_factory=list)


@dataclass
class Dated:
    name: str
    date: date | None = None
    end: date | None = None
    kind: Literal["date", "name"] = "date"

    def shift(self, to: date) -> Any:
        self.date = to
        return self.end


@dataclass
class Plain:
    date: date

    def later(self, other: date) -> bool:
        return self.date < other


class Repository:
    def __init__(self) -> None:
        self.rows: list[int] = []

    def list(self) -> list[int]:
        return self.rows

    def add(self, rows: list[int]) -> int:
        self.rows.extend(rows)
        return len(self.rows)


class Kind(Enum):
    int = "i"
    float = "f"

    def of(self, value: int) -> float:
        return value


def main() -> None:
    inner = Holder.Config()
    holder = Holder(inner)
    tell("read", lambda: holder.read(inner))
    tell("other", lambda: inner.other(Config()))
    tell("quoted", lambda: (holder.quoted(inner), holder.quoted(None, inner)[0].b))
    tell("made", lambda: holder.made().b)
    tell("several", lambda: [each.b for each in holder.several(each=[inner]).values()])
    tell("fields", lambda: (holder.c.b, holder.all[0].b))
    tell("inside", lambda: holder.inside())
    tell("later", lambda: holder.later(inner))
    renamed = Renamed()
    tell("renamed", lambda: (renamed.y, renamed.n, renamed.same("s"), renamed.given()))
    tell("model", lambda: (Model(Model.Config()).config.extra, Model(Model.Config(), configs=[Model.Config()]).configs[0].extra))
    dated = Dated("n", end=date(2021, 1, 1))
    tell("dated", lambda: (dated.shift(date(2020, 1, 2)), dated))
    tell("anything", lambda: Dated("n", 5, "then"))
    tell("plain", lambda: Plain(date(2020, 1, 1)).later(date(2020, 1, 2)))
    repository = Repository()
    tell("repository", lambda: (repository.add([1, 2]), repository.list(), sum(repository.list())))
    tell("kind", lambda: (Kind.int.of("s"), Kind.float.of(1.5)))


main()
