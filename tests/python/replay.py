"""Puts the requests of an example's `cases.md` to its app, one after the other, and compares the answers.

    python replay.py EXAMPLE reference           answered by reference.py
    python replay.py EXAMPLE interpreted         by the runtime, the sources interpreted
    python replay.py EXAMPLE compiled BUILD      by the runtime, with a build folder

A case is a section of the file: a sentence, the request, the answer. An answer's header has every line that the app
decides (not `date` and `content-length`); the last line of the output is `N passed, N failed`. With UPDATE=1 the answers
are written into the file instead.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tayberry.testing import Client

ROOT = Path(__file__).resolve().parents[2]
CASE = re.compile(r"^## (?P<name>[^\n]+)\n\n```http\n(?P<request>.*?)^```\n(?:\n```http\n(?P<answer>.*?)^```\n)?", re.M | re.S)
#: Decided by the server, not by the app.
LEFT_OUT = ("date", "content-length", "connection", "server")


@dataclass
class Case:
    name: str
    method: str
    target: str
    headers: list[tuple[str, str]]
    body: str
    answer: str


def cases(path: Path) -> list[Case]:
    """The cases of a file, in order."""
    found = []
    for match in CASE.finditer(path.read_text(encoding="utf-8")):
        found.append(request(match["name"], match["request"], match["answer"] or ""))
    return found


def request(name: str, text: str, answer: str = "") -> Case:
    """A case from the text of its request: `METHOD target`, header lines, an empty line, the body."""
    head, _, body = text.partition("\n\n")
    first, *lines = head.strip("\n").split("\n")
    method, _, target = first.partition(" ")
    headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
    return Case(name, method, target, headers, body.removesuffix("\n"), answer)


def ask(client: Client, case: Case, content: str | bytes | None) -> str:
    """The answer to a request, written as in the file."""
    answer = client.request(case.method, case.target, headers=case.headers, content=content)
    lines = [f"{name}: {value}" for name, value in answer.headers.pairs() if name not in LEFT_OUT]
    text = "\n".join([str(answer.status_code), *sorted(lines)]) + "\n"
    return text + (f"\n{answer.text}\n" if answer.content else "")


def answers(path: Path, mode: str, build: str | None) -> list[str]:
    """What the app next to the file answers, written as in the file."""
    from tayberry import App
    from tayberry._load import load_app
    from tayberry.testing import Client

    sys.path.insert(0, str(path.parent))
    if mode == "reference":
        from reference import Reference

        App.application = lambda self, **overrides: Reference(self)  # type: ignore[method-assign,assignment]
    app = load_app("app:app", build if mode == "compiled" else None)
    loaded_by = type(sys.modules["app"].__loader__).__name__
    assert (loaded_by == "BuildLoader") == (mode == "compiled"), f"{mode}, but loaded by {loaded_by}"
    with Client(app) as client:
        return [ask(client, case, case.body or None) for case in cases(path)]


def update(path: Path, given: list[str]) -> None:
    """Writes the answers into the file."""
    left = iter(given)

    def written(match: re.Match[str]) -> str:
        return f"## {match['name']}\n\n```http\n{match['request']}```\n\n```http\n{next(left)}```\n"

    path.write_text(CASE.sub(written, path.read_text(encoding="utf-8")), encoding="utf-8")


def main(example: str, mode: str, build: str | None = None) -> int:
    """Replays; gives the exit status."""
    path = ROOT / "examples" / example / "cases.md"
    given = answers(path, mode, build)
    if os.environ.get("UPDATE") == "1":
        update(path, given)
        return 0
    failed = 0
    for case, answer in zip(cases(path), given, strict=True):
        if answer != case.answer:
            failed += 1
            print(f"{example}, {mode}: {case.name}\n  wanted:\n{case.answer}\n  got:\n{answer}")
    print(f"{len(given) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
