"""Functions made inside functions, by several threads at once: none waits for the others."""

import os
import threading
import time


def sums(count: int) -> int:
    total = 0
    for n in range(count):
        total += max([n, 2], key=lambda value: -value)

        def more(by: int) -> int:
            return n + by

        total += more(1)
    return total


def spin(stop: threading.Event) -> int:
    turns = 0
    while not stop.is_set():
        turns += 1
    return turns


stop = threading.Event()
spinning = [threading.Thread(target=spin, args=(stop,)) for _ in range(2)]
for thread in spinning:
    thread.start()
results: list[int] = []
making = [threading.Thread(target=lambda: results.append(sums(5000))) for _ in range(3)]
begin = time.monotonic()
for thread in making:
    thread.start()
for thread in making:
    thread.join()
took = time.monotonic() - begin
stop.set()
for thread in spinning:
    thread.join()
print("fine" if results == [sums(5000)] * 3 else results)
# Stopping all threads for each function takes a hundred times as long; so does nearly everything with the thread sanitizer.
slow = "NATIVE_SANITIZE" in os.environ
print("fine" if took < (90 if slow else 10) else f"made in {took:.1f} s")
