"""Dataclasses and annotated classes: construction, fields, methods, properties, inheritance, monkeypatching."""

from __future__ import annotations

from dataclasses import dataclass, field, replace, asdict
from enum import Enum, IntEnum


def attempt(f, *args, **kw):
    lambda: 0
    try:
        return f(*args, **kw)
    except Exception as error:
        return type(error).__name__, str(error)


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


@dataclass
class Point:
    x: float
    y: float = 0.0

    def norm(self) -> float:
        return (self.x * self.x + self.y * self.y) ** 0.5

    def moved(self, dx: float, dy: float = 0.0) -> Point:
        return Point(self.x + dx, self.y + dy)

    @property
    def doubled(self) -> float:
        return self.x * 2

    @staticmethod
    def origin() -> Point:
        return Point(0.0)


@dataclass
class Line:
    sku: str
    qty: int = 1
    price: float = 0.0
    tags: list[str] = field(default_factory=list)
    color: Color = Color.RED
    note: str | None = None

    def total(self) -> float:
        return self.qty * self.price


@dataclass
class Order:
    id: int
    lines: list[Line]
    open: bool = True

    def total(self) -> float:
        result = 0.0
        for line in self.lines:
            result += line.total()
        return result

    def add(self, sku: str, qty: int, price: float) -> Order:
        self.lines.append(Line(sku, qty, price=price))
        return self


@dataclass(frozen=True)
class Frozen:
    a: int
    b: str = "x"

    def bump(self) -> Frozen:
        return Frozen(self.a + 1, self.b)

    def cheat(self) -> None:
        self.a = 5


@dataclass
class Checked:
    low: int
    high: int

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"{self.low} > {self.high}")


class Counter:
    count: int
    names: list[str]

    def __init__(self, start: int = 0) -> None:
        self.count = start
        self.names = []

    def bump(self, by: int = 1) -> int:
        self.count += by
        self.names.append(f"n{self.count}")
        return self.count

    def missing(self) -> int:
        return self.count

    def forget(self) -> None:
        del self.count


class Shape:
    name: str

    def __init__(self, name: str) -> None:
        self.name = name

    def area(self) -> float:
        return 0.0

    def describe(self) -> str:
        return f"{self.name} {self.area():.2f}"


class Square(Shape):
    side: float

    def __init__(self, side: float) -> None:
        super().__init__("square")
        self.side = side

    def area(self) -> float:
        return self.side * self.side

    def describe(self) -> str:
        return super().describe() + "!"


def make(n: int) -> Order:
    order = Order(n, [Line("a", 2, 1.5), Line(sku="b", tags=["t"], color=Color.BLUE)])
    return order.add("c", n, 2.0)


def shapes(values: list[Shape]) -> list[str]:
    return [shape.describe() for shape in values]


def colors(line: Line, level: Level) -> list[object]:
    return [line.color == Color.RED, line.color is Color.BLUE, line.color.value, Color("blue").name, level == Level.LOW, level + 1, level.name]


def notes(line: Line) -> list[object]:
    if line.note is None:
        line.note = "none"
    return [line.note, line.note.upper(), len(line.note)]


def set_wrong(line: Line, value: object) -> None:
    line.qty = value


def scale(point: Point, by: int) -> Point:
    point.x *= by
    point.y += 1
    return point


def use_counter(n: int) -> list[object]:
    counter = Counter(n)
    counter.bump()
    counter.bump(by=5)
    other = Counter()
    return [counter.count, counter.names, other.count, counter.bump(2)]


def optional(point: Point | None) -> float:
    if point is None:
        return -1.0
    return point.x


order = make(3)
print(order, order.total(), order == make(3), asdict(order), replace(order, id=9).id)
print(Point(3.0, 4.0).norm(), Point(1.0).moved(2.0, 3.0), Point(2.5).doubled, Point.origin(), scale(Point(1.0, 2.0), 3))
print(attempt(Point), attempt(Point, 1, 2, 3), attempt(Line, "a", wrong=1))
print(Frozen(1).bump(), attempt(Frozen(1).cheat), hash(Frozen(1)) == hash(Frozen(1)))
print(Checked(1, 2), attempt(Checked, 2, 1))
print(use_counter(10), attempt(use_counter))
counter = Counter()
counter.forget()
print(attempt(counter.missing), attempt(counter.forget), attempt(counter.bump))
print(shapes([Shape("s"), Square(2.0)]), Square(3.0).describe())
print(colors(Line("a"), Level.LOW), colors(Line("b", color=Color.BLUE), Level.HIGH), notes(Line("a")), notes(Line("a", note="é")))
print(attempt(set_wrong, Line("a"), 5), optional(None), optional(Point(1.5)))


def patched(self):
    lambda: 0
    return 42.0


Line.total = patched
print(make(1).total(), Line("q").total())


def area(self):
    lambda: 0
    return 7.0


class Odd(Square):
    def area(self):
        lambda: 0
        return -1.0


print(shapes([Odd(2.0)]))
Shape.area = area
print(shapes([Shape("s"), Square(2.0)]))
Real = Point
globals()["Point"] = lambda x, y=0.0: Real(x * 100, y)
print(attempt(Real(1.0, 2.0).moved, 5.0))
