# interpreted: Sly
"""Texts that are fields and are indexed or cut at once, where the field is unset, is another's, is no plain text, or changes."""

from __future__ import annotations

import gc
import threading
from dataclasses import dataclass


class Reader:
    text: str
    at: int

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at

    def character(self) -> str:
        return self.text[self.at]

    def twice(self) -> bool:
        return self.text[self.at] == self.text[self.at + 1]

    def piece(self, size: int) -> str:
        return self.text[self.at : self.at + size]

    def rest(self) -> str:
        return self.text[self.at :]

    def nth(self, index: int) -> str:
        return self.text[index]

    def forget_text(self) -> None:
        del self.text

    def forget_at(self) -> None:
        del self.at

    def replaced(self, text: str) -> str:
        before = self.text[self.at]
        self.text = text
        return before + self.text[self.at]


@dataclass
class Line:
    name: str | None
    position: int = 0

    def initial(self) -> str:
        if self.name is None:
            return "-"
        return self.name[self.position]


class Sly(str):
    """Throws away what it is a field of while it is asked."""

    reader: Reader

    def __getitem__(self, index: object) -> str:
        self.reader.text = "".join(["gone", str(index)])
        gc.collect()
        return f"sly {index} {len(self)}"


def made(size: int) -> str:
    return "".join(chr(97 + each % 26) for each in range(size))


def tried(reader: Reader, what: str, index: int) -> str:
    try:
        match what:
            case "character":
                return reader.character()
            case "twice":
                return str(reader.twice())
            case "piece":
                return reader.piece(index)
            case "rest":
                return reader.rest()
            case _:
                return reader.nth(index)
    except (IndexError, AttributeError, TypeError) as error:
        return f"{type(error).__name__}: {error}"


def all_ways(reader: Reader, index: int) -> str:
    return " | ".join(tried(reader, what, index) for what in ("character", "twice", "piece", "rest", "nth"))


def edges() -> None:
    for text in ("", "a", made(40), "é", "日本語の文字", "\x00\xff", "😀😀b"):
        for at in (0, 1, -1, 5, -7, 2**62 - 1, 2**62, -(2**70), 10**30):
            print(ascii(all_ways(Reader(text, at), at)))


def unset() -> None:
    for index in (0, 3, 2**80):
        reader = Reader(made(5), 2**80)
        reader.forget_at()
        print(all_ways(reader, index))
        reader.forget_text()
        print(all_ways(reader, index))
        reader.at = index
        print(all_ways(reader, index))


def subclasses() -> None:
    for at in (0, 2, 2**65):
        reader = Reader("", at)
        sly = Sly("abc")
        sly.reader = reader
        reader.text = sly
        del sly
        print(all_ways(reader, 1), reader.text)


def others() -> None:
    """Texts that another thread has made, and that has ended."""
    readers: list[Reader] = []

    def work() -> None:
        for each in range(5):
            readers.append(Reader(made(each + 3), each))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    for reader in readers:
        print(all_ways(reader, 2), reader.replaced(made(9)))


def optional() -> None:
    for line in (Line(None), Line("abc"), Line(made(7), 6), Line("", 0), Line("x", 3)):
        try:
            print(line.initial())
        except IndexError as error:
            print(error)


def main() -> None:
    edges()
    unset()
    subclasses()
    others()
    optional()


main()
