"""Planets under gravity: float arithmetic on fields of objects."""

from dataclasses import dataclass
from math import sqrt


@dataclass
class Body:
    x: float
    y: float
    z: float
    vx: float
    vy: float
    vz: float
    mass: float


def system() -> list[Body]:
    sun = 39.47841760435743
    year = 365.24
    return [
        Body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, sun),
        Body(4.8414, -1.1603, -0.1036, 0.00166 * year, 0.00769 * year, -0.0000690 * year, 0.000954 * sun),
        Body(8.3433, 4.1247, -0.4035, -0.00276 * year, 0.00499 * year, 0.0000230 * year, 0.000285 * sun),
        Body(12.8943, -15.1111, -0.2233, 0.00296 * year, 0.00237 * year, -0.0000296 * year, 0.0000436 * sun),
        Body(15.3796, -25.9193, 0.1792, 0.00268 * year, 0.00162 * year, -0.0000951 * year, 0.0000515 * sun),
    ]


def advance(bodies: list[Body], step: float) -> None:
    count = len(bodies)
    for i in range(count):
        one = bodies[i]
        for j in range(i + 1, count):
            other = bodies[j]
            dx = one.x - other.x
            dy = one.y - other.y
            dz = one.z - other.z
            distance = dx * dx + dy * dy + dz * dz
            pull = step / (distance * sqrt(distance))
            one.vx -= dx * other.mass * pull
            one.vy -= dy * other.mass * pull
            one.vz -= dz * other.mass * pull
            other.vx += dx * one.mass * pull
            other.vy += dy * one.mass * pull
            other.vz += dz * one.mass * pull
    for body in bodies:
        body.x += step * body.vx
        body.y += step * body.vy
        body.z += step * body.vz


def energy(bodies: list[Body]) -> float:
    total = 0.0
    for i in range(len(bodies)):
        one = bodies[i]
        total += 0.5 * one.mass * (one.vx * one.vx + one.vy * one.vy + one.vz * one.vz)
        for j in range(i + 1, len(bodies)):
            other = bodies[j]
            dx = one.x - other.x
            dy = one.y - other.y
            dz = one.z - other.z
            total -= one.mass * other.mass / sqrt(dx * dx + dy * dy + dz * dz)
    return total


def run() -> str:
    bodies = system()
    for _ in range(4000):
        advance(bodies, 0.01)
    return f"{energy(bodies):.9f}"
