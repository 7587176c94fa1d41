"""Dicts of any values into typed objects and back, checked value by value, as a service without a framework does it."""

from dataclasses import dataclass


@dataclass
class Address:
    street: str
    city: str


@dataclass
class Customer:
    id: int
    name: str
    email: str | None
    address: Address
    tags: list[str]


def text(record: dict[str, object], name: str) -> str:
    value = record[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is no text")
    return value


def customer(record: dict[str, object]) -> Customer:
    number = record["id"]
    if not isinstance(number, int):
        raise TypeError("id is no number")
    email = record.get("email")
    if email is not None and not isinstance(email, str):
        raise TypeError("email is no text")
    address = record["address"]
    if not isinstance(address, dict):
        raise TypeError("address is no object")
    tags = record["tags"]
    if not isinstance(tags, list):
        raise TypeError("tags is no list")
    return Customer(
        number,
        text(record, "name"),
        email,
        Address(text(address, "street"), text(address, "city")),
        [str(tag) for tag in tags],
    )


def record(one: Customer) -> dict[str, object]:
    out: dict[str, object] = {"id": one.id, "name": one.name, "tags": one.tags}
    if one.email is not None:
        out["email"] = one.email
    out["address"] = {"street": one.address.street, "city": one.address.city}
    return out


def run() -> str:
    kept: list[dict[str, object]] = []
    for n in range(3000):
        given: dict[str, object] = {
            "id": n,
            "name": f"customer {n}",
            "address": {"street": f"{n} High Street", "city": "Dundee"},
            "tags": ["new", n % 7],
        }
        if n % 3 == 0:
            given["email"] = f"c{n}@example.org"
        made = customer(given)
        if made.address.city == "Dundee" and "3" in made.tags:
            kept.append(record(made))
    return f"{len(kept)} {kept[-1]}"
