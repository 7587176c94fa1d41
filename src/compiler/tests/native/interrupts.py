"""Interrupts of code that calls itself and never goes round a loop."""

import signal
import time


class Late(BaseException):
    pass


def fib(n: int) -> int:
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def even(n: int, m: int) -> bool:
    if n == 0:
        return odd(m, m - 1) if m > 0 else True
    return odd(n - 1, m) or odd(n - 1, m)


def odd(n: int, m: int) -> bool:
    if n <= 0:
        return False
    return even(n - 1, m) or even(n - 1, m)


class Node:
    name: str

    def __init__(self, name: str) -> None:
        self.name = name

    def widen(self, depth: int) -> str:
        if depth == 0:
            return self.name
        self.widen(depth - 1)
        return self.widen(depth - 1)


def late(number: int, frame: object) -> None:
    raise Late


def interrupted(work, *args) -> str:
    begin = time.monotonic()
    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        work(*args)
    except Late:
        return "interrupted at once" if time.monotonic() - begin < 10 else "interrupted too late"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return "ran to its end"


print(fib(15), interrupted(fib, 60))
print(interrupted(even, 60, 60))
print(Node("a").widen(5), interrupted(Node("b").widen, 60))
