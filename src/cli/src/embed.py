"""Compiles modules' top-level code for embedding in the shared library.

Run by the build with the target's own interpreter, once for all modules that changed, as `python3.14t -I embed.py`.

In, on standard input, one JSON object:

    {"modules": [{"path": "catalog/models.py",      shown in tracebacks; made absolute at import
                  "source": "...",                  the file's text
                  "handovers": [{"line": 3,         of the `def`/`async`/`class` keyword, from 1
                                 "column": 0,       in UTF-8 bytes, from 0
                                 "kind": "function" | "class",
                                 "index": 0}]}]}    position in `hir::Module::handovers`

Out, on standard output, one JSON object with the modules in the same order:

    {"magic": "<hex of the interpreter's bytecode magic>", "modules": [{"path": "catalog/models.py", "code": "<base64 of the marshalled code object>"}]}
    or {"error": {"path", "line", "column", "message"}} when CPython rejects a source, with exit code 1.

What holds: the code is what CPython makes of the source, but for the hand-overs. A native `def` has the innermost
decorator `__tayberry_function__(k)`, a native `class` the keyword `metaclass=__tayberry_class__(k)` and the outermost
decorator `__tayberry_class__(k)`. Lines, docstrings, first lines of functions and classes stay those of the source. Same input, same bytes.
"""

import ast
import base64
import importlib.util
import json
import marshal
import sys
import threading

#: CPython walks trees recursively and minds how much stack there is; the compiler before it had as much.
STACK = 256 << 20


class HandoverError(Exception):
    """The table of hand-overs does not fit the source."""


def call(name, index, place):
    """`name(index)`, standing where the syntax node `place` stands."""
    node = ast.Call(ast.Name(name, ast.Load()), [ast.Constant(index)], [])
    for each in ast.walk(node):
        if isinstance(each, ast.expr):
            each.lineno, each.col_offset = place.lineno, place.col_offset
            each.end_lineno, each.end_col_offset = place.lineno, place.col_offset
    return node


class HandOver(ast.NodeTransformer):
    """Adds the hand-overs to a module's syntax tree. Only statements are looked at, as expressions hold none: they may be of any depth."""

    def __init__(self, handovers):
        self.pending = {(each["line"], each["column"]): each for each in handovers}

    def generic_visit(self, node):
        for name in ("body", "orelse", "handlers", "finalbody", "cases"):
            for each in getattr(node, name, ()):
                self.visit(each)
        return node

    def take(self, node, kind):
        handover = self.pending.pop((node.lineno, node.col_offset), None)
        if handover is not None and handover["kind"] != kind:
            raise HandoverError(f"line {node.lineno}: a {kind} where a {handover['kind']} was announced")
        return handover

    def visit_function(self, node):
        handover = self.take(node, "function")
        self.generic_visit(node)
        if handover is not None:
            # The first line of a function is that of its first decorator, so a lone one must stand on the `def`.
            node.decorator_list.append(call("__tayberry_function__", handover["index"], node))
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_function

    def visit_ClassDef(self, node):
        handover = self.take(node, "class")
        self.generic_visit(node)
        if handover is not None:
            if any(each.arg in ("metaclass", None) for each in node.keywords):
                raise HandoverError(f"line {node.lineno}: class {node.name} has a metaclass of its own")
            node.keywords.append(ast.keyword("metaclass", call("__tayberry_class__", handover["index"], node)))
            ast.copy_location(node.keywords[-1], node.keywords[-1].value)
            first = node.decorator_list[0] if node.decorator_list else node
            node.decorator_list.insert(0, call("__tayberry_class__", handover["index"], first))
        return node


def embed(module):
    """The marshalled code object of one module."""
    tree = ast.parse(module["source"], module["path"])
    visitor = HandOver(module["handovers"])
    tree = visitor.visit(tree)
    if visitor.pending:
        line, column = min(visitor.pending)
        raise HandoverError(f"{module['path']}:{line}:{column}: no statement to hand over here")
    code = compile(tree, module["path"], "exec", dont_inherit=True, optimize=0)
    try:
        # Version 2 writes no references, which depend on how often an object happens to be shared.
        return marshal.dumps(code, 2)
    except ValueError:
        return marshal.dumps(code)  # a constant slice wants version 5


def main():
    request = json.load(sys.stdin)
    modules = []
    for module in request["modules"]:
        try:
            code = embed(module)
        except SyntaxError as error:
            json.dump({"error": {"path": module["path"], "line": error.lineno or 1, "column": (error.offset or 1) - 1,
                                 "message": error.msg}}, sys.stdout)
            return 1
        except (MemoryError, RecursionError) as error:
            # How its parser says that there is too much of something, an `elif` for instance.
            json.dump({"error": {"path": module["path"], "line": 1, "column": 0, "message": str(error) or type(error).__name__}}, sys.stdout)
            return 1
        modules.append({"path": module["path"], "code": base64.b64encode(code).decode("ascii")})
    json.dump({"magic": importlib.util.MAGIC_NUMBER.hex(), "modules": modules}, sys.stdout)
    return 0


if __name__ == "__main__":
    statuses = []
    threading.stack_size(STACK)
    # Each `elif` is one deeper.
    sys.setrecursionlimit(1_000_000)
    worker = threading.Thread(target=lambda: statuses.append(main()))
    worker.start()
    worker.join()
    sys.exit(statuses[0] if statuses else 2)
