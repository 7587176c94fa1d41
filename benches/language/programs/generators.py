"""A pipeline of generators."""

from collections.abc import Iterator


def numbers(limit: int) -> Iterator[int]:
    n = 0
    while n < limit:
        yield n
        n += 1


def odd(source: Iterator[int]) -> Iterator[int]:
    for number in source:
        if number % 2 == 1:
            yield number


def squares(source: Iterator[int]) -> Iterator[int]:
    for number in source:
        yield number * number


def run() -> str:
    total = 0
    for number in squares(odd(numbers(100_000))):
        total += number % 1000
    return str(total)
