"""Texts in fields that are indexed and cut while other threads put others there: what is read is whole, and nothing stays.
Each line that is printed must be `fine`.
"""

import gc
import sys
import threading


class Shared:
    text: str
    at: int

    def __init__(self) -> None:
        self.text = "".join(["aa", "aa"])
        self.at = 1

    def read(self, rounds: int) -> int:
        wrong = 0
        for _ in range(rounds):
            one = self.text[self.at]
            two = self.text[self.at :]
            if one not in "abcd" or two != two[:1] * len(two):
                wrong += 1
        return wrong

    def write(self, rounds: int, letter: str) -> None:
        for each in range(rounds):
            self.text = "".join([letter] * (3 + each % 5))
            self.at = 2**70 if each % 64 == 63 else each % 3
            if each % 64 == 63:
                self.at = 0


def guarded(shared: Shared, rounds: int) -> int:
    wrong = 0
    for _ in range(rounds // 50):
        try:
            wrong += shared.read(50)
        except IndexError:
            # The position was the big one for a moment.
            pass
    return wrong


def main() -> None:
    shared = Shared()
    wrong: list[int] = []
    begin = threading.Barrier(5)

    def reading() -> None:
        begin.wait()
        wrong.append(guarded(shared, 4000))

    def writing(letter: str) -> None:
        begin.wait()
        shared.write(4000, letter)

    threads = [threading.Thread(target=reading) for _ in range(2)]
    threads += [threading.Thread(target=writing, args=(letter,)) for letter in "bcd"]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    print("fine" if wrong == [0, 0] else wrong)
    kept = shared.text
    del shared
    gc.collect()
    print("fine" if sys.getrefcount(kept) <= 3 else sys.getrefcount(kept))


main()
