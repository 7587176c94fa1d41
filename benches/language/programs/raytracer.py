"""A ray tracer: small vectors made and let go, methods of classes in a list of their base, floats throughout."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vector:
    x: float
    y: float
    z: float

    def plus(self, other: "Vector") -> "Vector":
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def minus(self, other: "Vector") -> "Vector":
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def times(self, factor: float) -> "Vector":
        return Vector(self.x * factor, self.y * factor, self.z * factor)

    def dot(self, other: "Vector") -> float:
        return self.x * other.x + self.y * other.y + self.z * other.z

    def unit(self) -> "Vector":
        return self.times(1.0 / math.sqrt(self.dot(self)))


class Shape:
    shine: float

    def __init__(self, shine: float) -> None:
        self.shine = shine

    def hit(self, start: Vector, way: Vector) -> float:
        """The distance at which a ray meets the shape, negative if it does not."""
        return -1.0

    def normal(self, at: Vector) -> Vector:
        return at


class Sphere(Shape):
    centre: Vector
    radius: float

    def __init__(self, centre: Vector, radius: float, shine: float) -> None:
        super().__init__(shine)
        self.centre = centre
        self.radius = radius

    def hit(self, start: Vector, way: Vector) -> float:
        to = self.centre.minus(start)
        along = to.dot(way)
        under = self.radius * self.radius - to.dot(to) + along * along
        if under < 0.0:
            return -1.0
        return along - math.sqrt(under)

    def normal(self, at: Vector) -> Vector:
        return at.minus(self.centre).unit()


class Floor(Shape):
    height: float

    def __init__(self, height: float, shine: float) -> None:
        super().__init__(shine)
        self.height = height

    def hit(self, start: Vector, way: Vector) -> float:
        if way.y > -1e-9:
            return -1.0
        return (self.height - start.y) / way.y

    def normal(self, at: Vector) -> Vector:
        return Vector(0.0, 1.0, 0.0)


LIGHT = Vector(0.6, 0.7, -0.4).unit()


def brightness(shapes: list[Shape], start: Vector, way: Vector, depth: int) -> float:
    nearest: Shape | None = None
    least = 1e9
    for shape in shapes:
        distance = shape.hit(start, way)
        if 1e-6 < distance < least:
            least = distance
            nearest = shape
    if nearest is None:
        return 0.5 + 0.5 * way.y
    at = start.plus(way.times(least))
    normal = nearest.normal(at)
    found = max(0.0, normal.dot(LIGHT)) * (1.0 - nearest.shine)
    if depth > 0 and nearest.shine > 0.0:
        mirrored = way.minus(normal.times(2.0 * way.dot(normal)))
        found += nearest.shine * brightness(shapes, at, mirrored, depth - 1)
    return found


def run() -> str:
    shapes: list[Shape] = [Floor(-1.0, 0.2)]
    for n in range(5):
        shapes.append(Sphere(Vector(n * 1.1 - 2.2, n % 2 * 0.5, 4.0 + n % 3), 0.7, 0.1 * n))
    eye = Vector(0.0, 0.0, -2.0)
    total = 0.0
    for row in range(48):
        for column in range(64):
            way = Vector((column - 32) / 32.0, (24 - row) / 32.0, 1.5).unit()
            total += brightness(shapes, eye, way, 3)
    return f"{total:.6f}"
