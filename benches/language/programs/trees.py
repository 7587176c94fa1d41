"""Binary trees: many small objects made and let go."""

from dataclasses import dataclass


@dataclass
class Node:
    left: "Node | None"
    right: "Node | None"


def make(depth: int) -> Node:
    if depth == 0:
        return Node(None, None)
    return Node(make(depth - 1), make(depth - 1))


def count(node: Node | None) -> int:
    if node is None:
        return 0
    return 1 + count(node.left) + count(node.right)


def run() -> str:
    total = 0
    for _ in range(24):
        total += count(make(11))
    return str(total)
