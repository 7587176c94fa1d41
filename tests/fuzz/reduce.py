"""Makes a program that differs as small as it can (delta debugging on the syntax tree).

In: the text of a module with a list `CALLS`. Out: the smallest module found that still differs in the same way, printed. Candidates are
tried many at a time: each is a module of one shared build.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator

from differ import Difference, Setting

WIDTH = 12
#: A value of another type than the annotation says: an allowed difference, and easily made by taking parts away.
CLAIM = re.compile(r"must be [\w\[\], |.]+, not \w+|expected [\w\[\], |.]+, got \w+")


def kind_of(difference: Difference) -> str:
    """What must stay the same while a program shrinks."""
    if difference.kind == "build":
        found = re.search(r"internal error: \S+ \S+ (.*)|error(\[\w+\])|error: (.*)|panicked", str(difference.compiled))
        return "build " + (next(filter(None, found.groups()), "panic") if found else "")
    if difference.kind != "differs":
        return difference.kind
    if CLAIM.search(str(difference.compiled)):
        return "claim"
    # A program that is only wrong in both ways must not take the place of one that is wrong compiled.
    return "load" if "does not load" in str(difference.compiled) else "differs"


def bodies(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Lists of statements and of other parts that may shrink."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody", "handlers", "cases", "elts", "values", "decorator_list", "generators", "ops"):
            if isinstance(getattr(node, field, None), list) and getattr(node, field):
                if field == "values" and not isinstance(node, (ast.JoinedStr, ast.BoolOp)):
                    continue
                yield node, field


def changes(tree: ast.Module) -> Iterator[Callable[[ast.Module], None]]:
    """Ways to make a module smaller, the greatest first. Positions are those of a walk, which a copy shares."""
    order = list(ast.walk(tree))
    place = {id(node): at for at, node in enumerate(order)}

    def cut(at: int, field: str, start: int, stop: int) -> Callable[[ast.Module], None]:
        def change(copied: ast.Module) -> None:
            part = getattr(list(ast.walk(copied))[at], field)
            gone = part[start:stop]
            del part[start:stop]
            if not part and field == "body" and not isinstance(gone[0], ast.Pass):
                part.append(ast.Pass())

        return change

    def lift(at: int, field: str, index: int, inner: str) -> Callable[[ast.Module], None]:
        def change(copied: ast.Module) -> None:
            part = getattr(list(ast.walk(copied))[at], field)
            part[index : index + 1] = getattr(part[index], inner)

        return change

    def replace(at: int, field: str, index: int | None, new: Callable[[ast.expr], ast.expr]) -> Callable[[ast.Module], None]:
        def change(copied: ast.Module) -> None:
            node = list(ast.walk(copied))[at]
            if index is None:
                setattr(node, field, new(getattr(node, field)))
            else:
                getattr(node, field)[index] = new(getattr(node, field)[index])

        return change

    sized = []
    hints = {id(part) for node in order for field in ("annotation", "returns") if getattr(node, field, None) for part in ast.walk(getattr(node, field))}
    for node, field in bodies(tree):
        if id(node) in hints:
            continue
        part = getattr(node, field)
        size = len(part)
        while size:
            for start in range(0, len(part), size):
                if not (size == len(part) and all(isinstance(each, ast.Pass) for each in part)):
                    lines = sum(len(list(ast.walk(each))) for each in part[start : start + size])
                    sized.append((lines, cut(place[id(node)], field, start, start + size)))
            size //= 2
        if field in ("body", "orelse", "finalbody"):
            for index, each in enumerate(part):
                if isinstance(each, (ast.If, ast.For, ast.While, ast.Try, ast.With)):
                    for inner in ("body", "orelse", "finalbody"):
                        if getattr(each, inner, None):
                            sized.append((5, lift(place[id(node)], field, index, inner)))
    for node in order:
        if id(node) in hints:
            continue
        for field, value in ast.iter_fields(node):
            for index, each in [(None, value)] if not isinstance(value, list) else list(enumerate(value)):
                if not isinstance(each, ast.expr) or isinstance(each, (ast.Name, ast.Constant)):
                    continue
                if field in ("annotation", "returns", "targets", "target", "func") or isinstance(getattr(each, "ctx", None), (ast.Store, ast.Del)):
                    continue
                weight = len(list(ast.walk(each)))
                for number, child in enumerate(ast.iter_child_nodes(each)):
                    if isinstance(child, ast.expr):
                        sized.append((weight - len(list(ast.walk(child))), replace(place[id(node)], field, index, lambda old, number=number: list(ast.iter_child_nodes(old))[number])))  # type: ignore[misc]
                for constant in (1, "", True, None):
                    sized.append((weight - 1, replace(place[id(node)], field, index, lambda old, constant=constant: ast.Constant(constant))))  # type: ignore[misc]
    sized.sort(key=lambda pair: -pair[0])
    for _, change in sized:
        yield change


def differences(setting: Setting, texts: list[str]) -> list[Difference | None]:
    """For each text the first difference, or none; texts that do not build or load interpreted have none."""
    files = {f"m{at}": text for at, text in enumerate(texts)}
    folder = setting.work / "reduce"
    wrong = setting.build(folder, files)
    if wrong:
        if len(texts) == 1:
            return [Difference(0, "build", "", wrong)]
        half = len(texts) // 2
        return differences(setting, texts[:half]) + differences(setting, texts[half:])
    found: list[Difference | None] = []
    for name in files:
        first = setting.compare(folder, name, 1)
        found.append(first[0] if first and "does not load" not in str(first[0].interpreted) else None)
    return found


def main(setting: Setting, text: str) -> int:
    """Reduces a program and prints it; 1 if it differs."""
    first = differences(setting, [text])[0]
    if first is None:
        print(text)
        print("it does the same both ways")
        return 0
    kind = kind_of(first)
    tree = ast.parse(text)
    # A build that fails says nothing of its parts, so candidates go one by one.
    width = 1 if kind == "load" or kind.startswith("build") else WIDTH
    shrunk, last = True, first
    known: set[str] = set()
    while shrunk:
        shrunk = False
        pending: list[str] = []
        for change in changes(tree):
            copied = copy.deepcopy(tree)
            change(copied)
            try:
                candidate = ast.unparse(ast.fix_missing_locations(copied)) + "\n"
                compile(candidate, "candidate", "exec")
            except Exception:
                continue
            if candidate in known or not re.search(r"CALLS\.append", candidate):
                continue
            known.add(candidate)
            pending.append(candidate)
            if len(pending) == width:
                if (better := step(setting, pending, kind)) is not None:
                    tree, last = ast.parse(better[0]), better[1]
                    shrunk = True
                    break
                pending = []
        if not shrunk and pending and (better := step(setting, pending, kind)) is not None:
            tree, last = ast.parse(better[0]), better[1]
            shrunk = True
    print(ast.unparse(tree))
    print(last.text())
    return 1


def step(setting: Setting, texts: list[str], kind: str) -> tuple[str, Difference] | None:
    """The shortest of the texts that still differs in the same way."""
    good = [(text, found) for text, found in zip(texts, differences(setting, texts)) if found is not None and kind_of(found) == kind]
    return min(good, key=lambda pair: len(pair[0])) if good else None
