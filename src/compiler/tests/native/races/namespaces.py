"""The `__dict__` of objects of native classes and of interpreted ones below them, read and written by several threads at once. Each
line that is printed must be `fine`.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    x: int
    y: int


@dataclass
class Item:
    price: int = 1


def below() -> type:
    class Dear(Item):
        price: int = 2

    return Dear


def hammer(made: list[object], use: Callable[[object, int], bool]) -> None:
    wrong: list[object] = []
    barrier = threading.Barrier(4)

    def work(number: int) -> None:
        barrier.wait()
        for each in made:
            if not use(each, number):
                wrong.append(each)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(wrong or "fine")


def looked_at(point: object, number: int) -> bool:
    """The collector does not know of a frozen object until its dict is asked for."""
    return sorted(vars(point)) == ["x", "y"]


def stored(item: object, number: int) -> bool:
    """The class has a value of its own under the field's name."""
    price = 2**70 + number
    if number == 0:
        object.__setattr__(item, "price", price)
    elif number == 1:
        item.__dict__["price"] = price
    else:
        setattr(item, "price", price)
    return getattr(item, "price") - 2**70 in (-(2**70) + 2, 0, 1, 2, 3) and vars(item).get("price", 2) >= 2


def main() -> None:
    dear = below()
    for _ in range(30):
        hammer([Point(each, -each) for each in range(2000)], looked_at)
    for _ in range(10):
        hammer([dear() for _ in range(500)], stored)


main()
