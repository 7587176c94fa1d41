"""Spectral norm: float lists, a function called in the innermost loop."""

from math import sqrt


def element(i: int, j: int) -> float:
    return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1)


def times(vector: list[float]) -> list[float]:
    size = len(vector)
    out: list[float] = []
    for i in range(size):
        total = 0.0
        for j in range(size):
            total += element(i, j) * vector[j]
        out.append(total)
    return out


def times_transposed(vector: list[float]) -> list[float]:
    size = len(vector)
    out: list[float] = []
    for i in range(size):
        total = 0.0
        for j in range(size):
            total += element(j, i) * vector[j]
        out.append(total)
    return out


def run() -> str:
    u = [1.0] * 130
    v = u
    for _ in range(5):
        v = times_transposed(times(u))
        u = times_transposed(times(v))
    above = 0.0
    below = 0.0
    for i in range(len(u)):
        above += u[i] * v[i]
        below += v[i] * v[i]
    return f"{sqrt(above / below):.9f}"
