"""First inputs of `tests/fuzz/bytes`: Python that people wrote, in pieces of a few thousand bytes.

In: a folder and, if it is there, CPython's source as a tarball. Out: a file for each piece, named after its hash: the programs of
the golden sections and of the rules' pages as they are, longer files cut between statements of the module.
"""

from __future__ import annotations

import ast
import hashlib
import re
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
#: Bytes of a piece; libFuzzer is told to make no longer ones than twice this.
SIZE = 2000
#: Of CPython's tests, those that are about the language.
LANGUAGE = re.compile(
    r"/Lib/test/test_(async|augassign|builtin|class|compile|comp|cont|coroutines|dataclass|decorators|defaultdict|descr|dict|enum|except|extcall"
    r"|float|format|fstring|tstring|func|generator|genexps|global|grammar|int|iter|keyword|lambda|list|long|named|opcodes|pattern|patma|pep|positional"
    r"|property|raise|range|scope|set|slice|string|super|syntax|tuple|type|unary|unpack|utf8|with|yield|exception|typing|subclassinit|patma|eof|ast)"
)


def blocks(page: Path) -> Iterator[str]:
    """The programs of a page: for each section the blocks of Python, the first two as modules."""
    for section in re.split(r"^#+ ", page.read_text(encoding="utf-8"), flags=re.M):
        found = re.findall(r"^```python[^\n]*\n(.*?)^```", section, flags=re.M | re.S)
        yield from found
        if len(found) > 1:
            yield found[0] + "\n#--- other\n" + found[1]


def pieces(text: str) -> Iterator[str]:
    """A module's statements, so many together as fit; a class that is too long by itself in pieces of its own."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        yield text[: 2 * SIZE]
        return
    lines = text.splitlines(keepends=True)
    piece = ""
    for statement in body:
        first = min([statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", []))])
        part = "".join(lines[first - 1 : statement.end_lineno])
        if len(part) > 2 * SIZE and isinstance(statement, ast.ClassDef):
            head = lines[statement.lineno - 1]
            for inner in statement.body:
                start = min([inner.lineno, *(each.lineno for each in getattr(inner, "decorator_list", []))])
                yield head + "".join(lines[start - 1 : inner.end_lineno])
            continue
        if piece and len(piece) + len(part) > SIZE:
            yield piece
            piece = ""
        piece += part + "\n"
    yield piece


def texts(tarball: Path | None) -> Iterator[str]:
    """All pieces."""
    for folder in ("tests/golden", "src/compiler/src/rules", "docs"):
        for page in sorted((ROOT / folder).glob("*.md")):
            yield from blocks(page)
    for pattern in ("src/compiler/tests/native/**/*.py", "examples/**/*.py", "benches/**/*.py"):
        for path in sorted(ROOT.glob(pattern)):
            yield from pieces(path.read_text(encoding="utf-8"))
    if tarball and tarball.is_file():
        with tarfile.open(tarball) as source:
            for member in source:
                content = source.extractfile(member) if LANGUAGE.search(member.name) and member.name.endswith(".py") else None
                if content:
                    yield from pieces(content.read().decode("utf-8", "replace"))


def main(folder: Path, tarball: Path | None) -> int:
    """Writes the files; prints how many."""
    folder.mkdir(parents=True, exist_ok=True)
    names = set()
    for text in texts(tarball):
        data = text.encode("utf-8", "replace")[: 2 * SIZE]
        name = hashlib.sha256(data).hexdigest()[:16]
        (folder / name).write_bytes(data)
        names.add(name)
    print(f"{len(names)} first inputs")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None))
