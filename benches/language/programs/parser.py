"""A JSON reader by hand: a class with a position, str indexing, recursion, dicts and lists of any value."""

from typing import Any

DOCUMENT = (
    '{"name": "catalog", "items": ['
    + ", ".join(
        f'{{"id": {number}, "price": {number}.5, "tags": ["a", "b{number}"], "on": true, "gone": null}}' for number in range(60)
    )
    + "]}"
)


class Reader:
    text: str
    at: int

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def space(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \n\t":
            self.at += 1

    def value(self) -> Any:
        self.space()
        first = self.text[self.at]
        if first == "{":
            return self.members()
        if first == "[":
            return self.elements()
        if first == '"':
            return self.string()
        if first == "t":
            self.at += 4
            return True
        if first == "f":
            self.at += 5
            return False
        if first == "n":
            self.at += 4
            return None
        return self.number()

    def members(self) -> dict[str, Any]:
        out: dict[str, Any] = {}
        self.at += 1
        self.space()
        while self.text[self.at] != "}":
            self.space()
            key = self.string()
            self.space()
            self.at += 1
            out[key] = self.value()
            self.space()
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1
        return out

    def elements(self) -> list[Any]:
        out: list[Any] = []
        self.at += 1
        self.space()
        while self.text[self.at] != "]":
            out.append(self.value())
            self.space()
            if self.text[self.at] == ",":
                self.at += 1
        self.at += 1
        return out

    def string(self) -> str:
        begin = self.at + 1
        self.at = begin
        while self.text[self.at] != '"':
            self.at += 1
        self.at += 1
        return self.text[begin : self.at - 1]

    def number(self) -> float | int:
        begin = self.at
        fraction = False
        while self.at < len(self.text) and (self.text[self.at].isdigit() or self.text[self.at] in "-.eE"):
            if self.text[self.at] == ".":
                fraction = True
            self.at += 1
        piece = self.text[begin : self.at]
        if fraction:
            return float(piece)
        return int(piece)


def run() -> str:
    found: Any = None
    for _ in range(25):
        found = Reader(DOCUMENT).value()
    return repr(found)
