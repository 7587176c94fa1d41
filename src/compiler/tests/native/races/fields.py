"""Fields of every kind, written and read by several threads at once: a reader gets a value that was stored, whole and alive, or
finds the field unset, and nothing stays. Each line printed must be `fine`. `RACE=kind` runs one kind: for the control, in which
fields have no protocol and which must fail.
"""

import gc
import os
import sys
import threading
from dataclasses import dataclass


@dataclass
class Node:
    left: int
    right: int


@dataclass
class Shared:
    small: int
    big: int
    mixed: int
    number: float
    truth: bool
    text: str
    raw: bytes
    items: list[int]
    pair: tuple[int, int]
    table: dict[str, int]
    maybe: str | None
    node: Node
    other: object


@dataclass(slots=True)
class Slotted(Shared):
    own: str = "0-0"


def make(slotted: bool) -> Shared:
    kind = Slotted if slotted else Shared
    return kind(0, 2**70, 0, 0.5, False, "0-0", b"0-0", [0, 0], (0, 0), {"a": 0, "b": 0}, "0-0", Node(0, 0), (0, 0))


def halves(text: str) -> bool:
    left, _, right = text.partition("-")
    return left == right and left.isdigit()


def write_small(shared: Shared, rounds: int) -> None:
    for i in range(rounds):
        shared.small = i * 1_000_000_007


def read_small(shared: Shared, rounds: int) -> bool:
    for _ in range(rounds):
        if shared.small % 1_000_000_007 != 0:
            return False
    return True


def write_big(shared: Shared, rounds: int) -> None:
    for i in range(rounds):
        shared.big = (2**70 + i) * 1_000_003


def read_big(shared: Shared, rounds: int) -> bool:
    for _ in range(rounds):
        value = shared.big
        if value != 2**70 and value % 1_000_003 != 0:
            return False
    return True


def write_mixed(shared: Shared, rounds: int) -> None:
    for i in range(rounds):
        shared.mixed = 7 * i
        shared.mixed = 7 * (2**80 + i)


def read_mixed(shared: Shared, rounds: int) -> bool:
    for _ in range(rounds):
        if shared.mixed % 7 != 0:
            return False
    return True


def write_number(shared: Shared, rounds: int) -> None:
    for i in range(rounds):
        shared.number = i + 0.5


def read_number(shared: Shared, rounds: int) -> bool:
    for _ in range(rounds):
        if shared.number % 1.0 != 0.5:
            return False
    return True


def write_truth(shared: Shared, rounds: int) -> None:
    for i in range(rounds):
        shared.truth = i % 2 == 0


def read_truth(shared: Shared, rounds: int) -> bool:
    for _ in range(rounds):
        if shared.truth not in (True, False):
            return False
    return True


def write_text(shared: Shared, rounds: int) -> None:
    for i in range(rounds):
        shared.text = f"{i}-{i}"


def read_text(shared: Shared, rounds: int) -> bool:
    for _ in range(rounds):
        if not halves(shared.text):
            return False
    return True


def write_raw(shared: Shared, rounds: int) -> None:
    for i in range(rounds):
        shared.raw = b"%d-%d" % (i, i)


def read_raw(shared: Shared, rounds: int) -> bool:
    for _ in range(rounds):
        if not halves(shared.raw.decode()):
            return False
    return True


def write_items(shared: Shared, rounds: int) -> None:
    for i in range(rounds):
        shared.items = [i, i]


def read_items(shared: Shared, rounds: int) -> bool:
    for _ in range(rounds):
        items = shared.items
        if items[0] != items[1]:
            return False
    return True


def write_pair(shared: Shared, rounds: int) -> None:
    for i in range(rounds):
        shared.pair = (i, i)


def read_pair(shared: Shared, rounds: int) -> bool:
    for _ in range(rounds):
        left, right = shared.pair
        if left != right:
            return False
    return True


def write_table(shared: Shared, rounds: int) -> None:
    for i in range(rounds):
        shared.table = {"a": i, "b": i}


def read_table(shared: Shared, rounds: int) -> bool:
    for _ in range(rounds):
        table = shared.table
        if table["a"] != table["b"]:
            return False
    return True


def write_maybe(shared: Shared, rounds: int) -> None:
    for i in range(rounds):
        shared.maybe = f"{i}-{i}"
        shared.maybe = None


def read_maybe(shared: Shared, rounds: int) -> bool:
    for _ in range(rounds):
        text = shared.maybe
        if text is not None and not halves(text):
            return False
    return True


def write_node(shared: Shared, rounds: int) -> None:
    for i in range(rounds):
        shared.node = Node(i, i)


def read_node(shared: Shared, rounds: int) -> bool:
    for _ in range(rounds):
        node = shared.node
        if node.left != node.right or shared.node.left < 0:
            return False
    return True


def write_other(shared: Shared, rounds: int) -> None:
    for i in range(rounds):
        shared.other = (i, i)
        shared.other = [i, i]


def read_other(shared: Shared, rounds: int) -> bool:
    for _ in range(rounds):
        other = shared.other
        if isinstance(other, (tuple, list)) and other[0] != other[1]:
            return False
    return True


def write_unset(shared: Shared, rounds: int) -> None:
    for i in range(rounds):
        shared.text = f"{i}-{i}"
        shared.mixed = 7 * (2**80 + i)
        try:
            del shared.text
            del shared.mixed
        except AttributeError:
            pass


def read_unset(shared: Shared, rounds: int) -> bool:
    for _ in range(rounds):
        try:
            if not halves(shared.text) or shared.mixed % 7 != 0:
                return False
        except AttributeError as error:
            if "has no attribute" not in str(error):
                return False
    return True


def write_interpreted(shared, rounds):
    """Through descriptors and `__dict__`, as code that is not compiled does."""
    for i in range(rounds):
        setattr(shared, "text", f"{i}-{i}")
        setattr(shared, "big", (2**70 + i) * 1_000_003)


def read_interpreted(shared, rounds):
    for _ in range(rounds):
        value = getattr(shared, "big")
        if not halves(getattr(shared, "text")) or (value != 2**70 and value % 1_000_003 != 0):
            return False
        repr(shared), shared == shared
    return True


KINDS = {
    "small": (write_small, read_small), "big": (write_big, read_big), "mixed": (write_mixed, read_mixed), "number": (write_number, read_number), "truth": (write_truth, read_truth),
    "text": (write_text, read_text), "raw": (write_raw, read_raw), "items": (write_items, read_items), "pair": (write_pair, read_pair), "table": (write_table, read_table),
    "maybe": (write_maybe, read_maybe), "node": (write_node, read_node), "other": (write_other, read_other), "unset": (write_unset, read_unset), "interpreted": (write_interpreted, read_interpreted),
}


def race(write, read, rounds, slotted):
    """Two writers and two readers on one object; whether all that was read was whole."""
    shared = make(slotted)
    barrier = threading.Barrier(4)
    seen = []

    def run(work):
        barrier.wait()
        try:
            seen.append(work(shared, rounds) is not False)
        except Exception as error:
            seen.append(repr(error))

    threads = [threading.Thread(target=run, args=(work,)) for work in (write, read, write, read)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return seen == [True] * 4 or seen


def main():
    only = os.environ.get("RACE")
    rounds = 20_000 if only else 4_000
    for name, (write, read) in KINDS.items():
        if only and name != only:
            continue
        gc.collect()
        before = sys.getallocatedblocks()
        held = [race(write, read, rounds // 4 if name == "interpreted" else rounds, slotted) for slotted in (False, True)]
        gc.collect()
        kept = sys.getallocatedblocks() - before
        print("fine" if held == [True, True] and kept < 500 else f"{name}: {held}, {kept} blocks stay")


main()
