"""The Mandelbrot set: floats in registers."""


def steps(x: float, y: float, limit: int) -> int:
    a = 0.0
    b = 0.0
    for n in range(limit):
        a2 = a * a
        b2 = b * b
        if a2 + b2 > 4.0:
            return n
        b = 2.0 * a * b + y
        a = a2 - b2 + x
    return limit


def run() -> str:
    total = 0
    for row in range(64):
        for column in range(96):
            total += steps(column / 40.0 - 1.8, row / 32.0 - 1.0, 60)
    return str(total)
