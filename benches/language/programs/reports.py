"""JSON-shaped data transformed: lists of dicts filtered, grouped, joined with another and summed up into nested dicts."""

from typing import Any

CITIES = ["Dundee", "Perth", "Forfar", "Blairgowrie"]


def orders(count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": n,
            "customer": n * 7 % 50,
            "state": "open" if n % 4 else "cancelled",
            "lines": [{"sku": f"sku-{(n + each) % 9}", "quantity": each % 5 + 1, "price": each * 0.25} for each in range(n % 4 + 1)],
        }
        for n in range(count)
    ]


def customers(count: int) -> dict[int, dict[str, Any]]:
    return {n: {"name": f"customer {n}", "city": CITIES[n % 4]} for n in range(count)}


def by_city(given: list[dict[str, Any]], known: dict[int, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    out: dict[str, dict[str, Any]] = {}
    for order in given:
        if order["state"] == "cancelled":
            continue
        customer = known[order["customer"]]
        group = out.setdefault(customer["city"], {"orders": 0, "total": 0.0, "units": {}, "names": []})
        group["orders"] += 1
        if customer["name"] not in group["names"]:
            group["names"].append(customer["name"])
        units: dict[str, int] = group["units"]
        for line in order["lines"]:
            group["total"] += line["quantity"] * line["price"]
            units[line["sku"]] = units.get(line["sku"], 0) + line["quantity"]
    return out


def run() -> str:
    known = customers(50)
    said = ""
    for _ in range(4):
        found = by_city(orders(600), known)
        said = " ".join(f"{city}:{group['orders']}:{group['total']:.2f}:{len(group['names'])}" for city, group in sorted(found.items()))
    return said
