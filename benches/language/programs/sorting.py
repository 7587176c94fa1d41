"""Sorting as lists are paged: by one key and by several, by attributes and by text, then cut into pages."""

from dataclasses import dataclass


@dataclass
class Product:
    name: str
    price: float
    stock: int


def products(count: int) -> list[Product]:
    return [Product(f"product {n * 7919 % count}", n * 31 % 97 * 0.5, n * 17 % 11) for n in range(count)]


def by_price(one: Product) -> float:
    return one.price


def by_stock_and_name(one: Product) -> tuple[int, str]:
    return (-one.stock, one.name)


def page(given: list[Product], number: int, size: int) -> list[str]:
    return [f"{one.name}: {one.price:.2f}" for one in given[number * size : (number + 1) * size]]


def run() -> str:
    listed: list[str] = []
    all_of_them = products(1500)
    for number in range(4):
        listed += page(sorted(all_of_them, key=by_price), number, 20)
        listed += page(sorted(all_of_them, key=by_stock_and_name), number, 20)
        listed += page(sorted(all_of_them, key=lambda one: one.name, reverse=True), number, 20)
        names = [one.name for one in all_of_them if one.stock > 3]
        names.sort()
        listed += names[:5]
    return f"{len(listed)} {listed[0]} {listed[-1]}"
