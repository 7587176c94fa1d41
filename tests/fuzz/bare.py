"""Takes annotations out of programs, so that the compiler has to find types out itself.

In: a program's text and a source of chance. Out: the text with some functions bare: parameters, results and locals without
annotations. What holds: fields of classes and variables of the module keep theirs, which mean something when the module runs.
"""

from __future__ import annotations

import ast
import random


class Bare(ast.NodeTransformer):
    """Takes the annotations out of some functions and all that is inside of them."""

    def __init__(self, rng: random.Random, share: float) -> None:
        self.rng, self.share, self.inside = rng, share, False

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        before, self.inside = self.inside, self.inside or self.rng.random() < self.share
        if self.inside:
            node.returns = None
            every = node.args
            for each in [*every.posonlyargs, *every.args, *every.kwonlyargs, every.vararg, every.kwarg]:
                if each is not None and self.rng.random() < 0.8:
                    each.annotation = None
        self.generic_visit(node)
        self.inside = before
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = function

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        # A class inside a function has fields, too.
        before, self.inside = self.inside, False
        self.generic_visit(node)
        self.inside = before
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        if not self.inside:
            return node
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        return ast.copy_location(ast.Assign(targets=[node.target], value=node.value), node)


def bare(text: str, rng: random.Random) -> str:
    """The program with some of its functions bare."""
    tree = Bare(rng, rng.choice([0.3, 0.7, 1.0])).visit(ast.parse(text))
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"
