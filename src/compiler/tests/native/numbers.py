"""Ints of any size, floats, bools: operators, comparisons, conversions, errors."""


def fib(n: int) -> int:
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def factorial(n: int) -> int:
    result = 1
    for i in range(2, n + 1):
        result *= i
    return result


def arithmetic(a: int, b: int) -> list[int]:
    return [a + b, a - b, a * b, a // b, a % b, a & b, a | b, a ^ b, -a, +a, ~a, abs(a)]


def shifts(a: int, n: int) -> tuple[int, int]:
    return a << n, a >> n


def powers(a: int, b: int) -> list[object]:
    return [a**2, a**b, 2.5**a, a / b]


def floats(x: float, y: float) -> list[float]:
    return [x + y, x - y, x * y, x / y, x // y, x % y, -x, abs(x), x + 1, 2 * y]


def compare(a: int, b: int, x: float) -> list[bool]:
    return [a < b, a <= b, a == b, a != b, a > b, a >= b, a < x, x < a, a == x, x >= a, 1 < a < b, 0 <= a <= b < 100]


def collatz(n: int) -> int:
    steps = 0
    while n != 1:
        if n % 2 == 0:
            n //= 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps


def mean(values: list[float]) -> float:
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


def bools(a: bool, b: bool) -> list[object]:
    return [a and b, a or b, not a, a & b, a | b, a ^ b, a + b, a == b, int(a), a is b]


def rounding(x: float) -> list[object]:
    return [round(x), round(x, 2), int(x), float(3), bool(x), min(x, 1.5), max(x, 1.5)]


def big() -> int:
    a = 123456789012345678901234567890
    b = 4611686018427387904
    return a * b + 9223372036854775807 - 4611686018427387903


def attempt(f, *args):
    try:
        return f(*args)
    except Exception as error:
        return type(error).__name__, str(error)


print([fib(i) for i in range(20)], factorial(30), collatz(27))
for a, b in [(7, 3), (-7, 3), (7, -3), (-7, -3), (2**70, 3), (-(2**70), 2**65), (2**62 - 1, 1), (-(2**62), -1), (0, 5)]:
    print(arithmetic(a, b))
print(attempt(arithmetic, 1, 0), attempt(shifts, 1, -1), shifts(5, 100), shifts(-5, 1), attempt(powers, 2, -1), powers(3, 40))
print(floats(7.5, 2.0), attempt(floats, 1.0, 0.0), attempt(floats, 10**400, 2.0))
print(compare(1, 2, 1.5), compare(2**53 + 1, 5, float(2**53)), compare(3, 3, float("nan")))
print(mean([1.0, 2.0, 4.5]), mean([1, 2]), attempt(mean, []))
print(bools(True, False), bools(False, False))
print(rounding(2.675), rounding(-0.5), attempt(rounding, float("inf")), big())
print(attempt(fib), attempt(fib, 1, 2), attempt(factorial, 5))
