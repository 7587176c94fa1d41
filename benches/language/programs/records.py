"""Data classes as web handlers use them: made, filtered, sorted, summed up, turned into dicts."""

from dataclasses import dataclass


@dataclass
class Line:
    sku: str
    quantity: int
    price: float


@dataclass
class Summary:
    units: int
    total: float
    dearest: str


def lines(seed: int) -> list[Line]:
    return [Line(f"sku-{(seed * 31 + n) % 97}", n % 9 + 1, (seed + n) % 50 * 0.5) for n in range(50)]


def price(line: Line) -> float:
    return line.price


def summary(given: list[Line]) -> Summary:
    units = 0
    total = 0.0
    for line in given:
        units += line.quantity
        total += line.quantity * line.price
    return Summary(units, total, max(given, key=price).sku)


def by_sku(given: list[Line]) -> dict[str, int]:
    out: dict[str, int] = {}
    for line in given:
        if line.sku in out:
            out[line.sku] += line.quantity
        else:
            out[line.sku] = line.quantity
    return out


def run() -> str:
    units = 0
    total = 0.0
    kinds = 0
    for seed in range(400):
        made = [line for line in lines(seed) if line.price > 3.0]
        found = summary(made)
        units += found.units
        total += found.total
        kinds += len(by_sku(made))
    return f"{units} {total:.2f} {kinds}"
