"""Validation by hand: fields of many records checked by loops over rules, errors collected with their places."""

from dataclasses import dataclass, field

ALLOWED = "abcdefghijklmnopqrstuvwxyz0123456789-"


@dataclass
class Entry:
    sku: str
    quantity: int
    price: float
    email: str


@dataclass
class Problem:
    place: str
    text: str


@dataclass
class Outcome:
    accepted: int = 0
    problems: list[Problem] = field(default_factory=list)


def is_slug(text: str) -> bool:
    if not text or text[0] == "-":
        return False
    for letter in text:
        if letter not in ALLOWED:
            return False
    return True


def is_address(text: str) -> bool:
    at = text.find("@")
    return at > 0 and text.count("@") == 1 and "." in text[at + 1 :] and not text.endswith(".")


def check(entry: Entry, index: int) -> list[Problem]:
    found: list[Problem] = []
    if not is_slug(entry.sku):
        found.append(Problem(f"entries[{index}].sku", f"{entry.sku!r} is no slug"))
    if not 1 <= entry.quantity <= 40:
        found.append(Problem(f"entries[{index}].quantity", "must be from 1 to 40"))
    if entry.price < 0.0 or entry.price > 500.0:
        found.append(Problem(f"entries[{index}].price", "is out of range"))
    if not is_address(entry.email):
        found.append(Problem(f"entries[{index}].email", "is no address"))
    return found


def entries(count: int) -> list[Entry]:
    return [
        Entry(f"sku-{n}" if n % 9 else f"SKU {n}", n % 50, n * 0.5, f"c{n}@example.org" if n % 7 else f"c{n}.example.org")
        for n in range(count)
    ]


def run() -> str:
    outcome = Outcome()
    given = entries(1200)
    for _ in range(3):
        for index, entry in enumerate(given):
            problems = check(entry, index)
            if problems:
                outcome.problems += problems
            else:
                outcome.accepted += 1
    return f"{outcome.accepted} {len(outcome.problems)} {outcome.problems[-1].place}"
