# interpreted: change_function
"""Lists, dicts, sets, module variables and functions that several threads change and use at once: no crash, nothing that was
never stored, nothing that stays. Each line printed must be `fine`.
"""

import gc
import sys
import threading

count: int = 0
text: str = "0-0"
pair: tuple[int, int] = (0, 0)
step_by: int = 1


def halves(value: str) -> bool:
    left, _, right = value.partition("-")
    return left == right and left.isdigit()


def change_list(shared: list[str], rounds: int) -> bool:
    for i in range(rounds):
        shared.append(f"{i}-{i}")
        if len(shared) > 20:
            del shared[3:9]
            shared.insert(1, f"{i}-{i}")
        try:
            shared[i % 7] = f"{i}-{i}"
            shared.pop()
        except IndexError:
            pass
        if i % 50 == 0:
            shared.sort()
            shared.reverse()
    return True


def read_list(shared: list[str], rounds: int) -> bool:
    for i in range(rounds):
        for each in shared:
            if not halves(each):
                return False
        if not all(halves(each) for each in shared[1:4]) or not all([halves(each) for each in shared]):
            return False
        try:
            if not halves(shared[i % 5]) or not halves(shared[-1]):
                return False
            first, *rest = shared
        except (IndexError, ValueError):
            pass
    return True


def change_dict(shared: dict[str, int], rounds: int) -> bool:
    for i in range(rounds):
        key = f"{i % 13}-{i % 13}"
        shared[key] = i * 7
        shared.setdefault(key, 0)
        shared.pop(f"{i % 11}-{i % 11}", None)
        try:
            del shared[key]
        except KeyError:
            pass
        shared.update({key: 2**70 * 7})
    return True


def read_dict(shared: dict[str, int], rounds: int) -> bool:
    for i in range(rounds):
        try:
            for key, value in shared.items():
                if not halves(key) or value % 7 != 0:
                    return False
        except RuntimeError as error:
            if "changed" not in str(error):
                return False
        try:
            if shared["3-3"] % 7 != 0 or shared.get("5-5", 0) % 7 != 0:
                return False
        except KeyError:
            pass
        "4-4" in shared, len(shared)
    return True


def change_set(shared: set[str], rounds: int) -> bool:
    for i in range(rounds):
        shared.add(f"{i % 17}-{i % 17}")
        shared.discard(f"{i % 19}-{i % 19}")
        if i % 100 == 0:
            shared.clear()
    return True


def read_set(shared: set[str], rounds: int) -> bool:
    for i in range(rounds):
        try:
            for each in shared:
                if not halves(each):
                    return False
        except RuntimeError as error:
            if "changed" not in str(error):
                return False
        "3-3" in shared, len(shared | {"1-1"})
    return True


def change_globals(_: object, rounds: int) -> bool:
    global count, text, pair
    for i in range(rounds):
        count = i * 7
        text = f"{i}-{i}"
        pair = (i, i)
        count = 2**70 * 7
    return True


def read_globals(_: object, rounds: int) -> bool:
    for i in range(rounds):
        left, right = pair
        if count % 7 != 0 or not halves(text) or left != right:
            return False
    return True


def step(n: int) -> int:
    return n + step_by


def other_step(n: int) -> int:
    return n + 100


def change_function(_, rounds):
    """As `mock.patch` does: the guard of direct calls goes down and up."""
    own = step
    for i in range(rounds // 20):
        globals()["step"] = other_step
        globals()["step"] = lambda n: n + 1000
        globals()["step"] = own
    return True


def call_function(_: object, rounds: int) -> bool:
    for i in range(rounds):
        if step(i) - i not in (1, 100, 1000):
            return False
    return True


class Counter:
    def __init__(self) -> None:
        self.n: int = 0

    def up(self, by: int) -> int:
        self.n += by
        return by


def change_method(counter, rounds):
    own = Counter.up
    for i in range(rounds // 20):
        Counter.up = lambda self, by: by
        Counter.up = own
    return True


def call_method(counter: Counter, rounds: int) -> bool:
    for i in range(rounds):
        if counter.up(3) != 3:
            return False
    return counter.n % 3 == 0


RACES = {
    "list": (lambda: ["0-0"] * 5, change_list, read_list), "dict": (lambda: {"0-0": 7}, change_dict, read_dict), "set": (lambda: {"0-0"}, change_set, read_set),
    "globals": (object, change_globals, read_globals), "function": (object, change_function, call_function), "method": (Counter, change_method, call_method),
}


def race(make, change, read, rounds):
    shared = make()
    barrier = threading.Barrier(4)
    seen = []

    def run(work):
        barrier.wait()
        try:
            seen.append(work(shared, rounds))
        except Exception as error:
            seen.append(repr(error))

    threads = [threading.Thread(target=run, args=(work,)) for work in (change, read, change, read)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return seen == [True] * 4 or seen


def main():
    for name, (make, change, read) in RACES.items():
        race(make, change, read, 50)
        gc.collect()
        before = sys.getallocatedblocks()
        held = race(make, change, read, 2000)
        gc.collect()
        kept = sys.getallocatedblocks() - before
        print("fine" if held is True and kept < 500 else f"{name}: {held}, {kept} blocks stay")


main()
