"""What the C library does under deep recursion, interrupts, collections and racing threads; and that it keeps nothing."""
import gc
import itertools
import os
import signal
import sys
import threading
import time

import values as v
from comparing import other_thread, outcome, run_all, test


def adopted(a, b=2):
    """Stands for a native function."""
    return a


@test
def deep_recursion_is_a_recursion_error():
    limit = sys.getrecursionlimit()
    if os.environ.get("TB_TEST_BUILD") != "public":
        assert outcome(v.recurse, 5000) == ("RecursionError", "maximum recursion depth exceeded")
        assert outcome(v.recurse, 500) == ("NoneType", "None")
    sys.setrecursionlimit(10**8)
    try:
        kind, text = outcome(v.recurse, 10**7)
        assert kind == "RecursionError" and text.startswith("Stack overflow (used "), (kind, text)
        results = []
        thread = threading.Thread(target=lambda: results.append(outcome(v.recurse, 10**7)))
        thread.start()
        thread.join()
        assert results[0][0] == "RecursionError"
    finally:
        sys.setrecursionlimit(limit)
    assert outcome(v.recurse, 100) == ("NoneType", "None")


@test
def interrupts_reach_a_busy_loop():
    caught = []
    ready = threading.Event()
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def interrupt():
        ready.wait()
        time.sleep(0.1)
        caught.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    other_thread(interrupt)
    try:
        ready.set()
        v.spin(10**12)
    except KeyboardInterrupt:
        # A tenth of it where nothing else runs.
        assert time.monotonic() - caught[0] < 1
    else:
        raise AssertionError("not interrupted")


@test
def collections_of_other_threads_are_not_delayed():
    stop = []

    def busy():
        while not stop:
            v.spin(10**8)

    thread = other_thread(busy)
    time.sleep(0.05)
    longest = 0.0
    for _ in range(20):
        start = time.monotonic()
        gc.collect()
        longest = max(longest, time.monotonic() - start)
    stop.append(True)
    thread.join()
    assert longest < 1.0, longest


@test
def containers_survive_racing_threads():
    shared_list, shared_dict, problems = list(range(50)), {i: i for i in range(50)}, []
    stop = threading.Event()

    def write():
        while not stop.is_set():
            v.list_append(shared_list, 12345678901)
            # The other writer may have emptied it meanwhile.
            outcome(v.list_set, shared_list, 0, [1])
            if len(shared_list) > 100:
                v.list_clear(shared_list)
            v.list_append(shared_list, 1)
            v.dict_set(shared_dict, 7, [2])
            v.dict_pop(shared_dict, 7, None)

    def read():
        while not stop.is_set():
            try:
                v.loop(shared_list)
                v.list_get(shared_list, 0)
                v.list_slice(shared_list, 0, 5)
                v.dict_get_or(shared_dict, 7, None)
                v.unpack_star(shared_list, 0, 0)
            except IndexError:
                pass
            except BaseException as error:
                problems.append(error)

    threads = [other_thread(write), other_thread(read), other_thread(read), other_thread(write)]
    time.sleep(1.0)
    stop.set()
    for thread in threads:
        thread.join()
    assert not problems, problems


@test
def nothing_leaks():
    """One block per round of work would be 200 more at the end; the interpreter's own caches grow a little at first."""
    v.adopt(adopted)
    big = [1 << 100, -(1 << 62), 1 << 62, 10**30]

    def work():
        for a, b in itertools.product(big, repeat=2):
            for name in ("add", "sub", "mul", "floordiv", "mod", "and", "min", "eq", "lt", "truediv", "divmod"):
                getattr(v, "int_" + name)(a, b)
            outcome(v.int_floordiv, a, 0)
            outcome(v.int_check, "x")
            v.format_all(a, "x", 2.5, None)
            v.int_compare_float(a, 1e30)
        v.loop([[1], [2]])
        v.loop(iter([[1]]))
        outcome(v.loop, [1], lambda x: 1 / 0)
        v.range_list(1 << 70, (1 << 70) + 5, 1)
        outcome(v.unpack, [[1], [2], [3]], 2)
        outcome(v.unpack, iter([[1]]), 2)
        outcome(v.unpack_star, [[1]], 1, 1)
        v.unpack_star([[1], [2], [3]], 1, 1)
        outcome(v.raise_, ValueError, KeyError)
        outcome(v.raise_, ValueError, 5)
        outcome(v.call_merged, print, (), {"a": 1}, {"a": 2})
        outcome(v.call_merged, print, 5, {}, {})
        outcome(v.try_except, lambda: 1 / 0, ZeroDivisionError, lambda e: v.raise_(KeyError))
        outcome(v.try_except, lambda: 1 / 0, KeyError, bool)
        outcome(v.try_except, lambda: 1 / 0, 5, bool)
        outcome(v.with_, open(os.devnull), lambda f: 1 / 0)
        outcome(v.with_, 5, bool)
        outcome(v.dict_get, {}, (1, 2))
        v.str_grow("ab", 100)
        v.dict_pop({1: [2]}, 1)
        v.list_slice([[1], [2]], 0, 1 << 70)
        outcome(v.global_get, {}, "nope")

    counts = []
    for _ in range(30):
        for _ in range(20):
            work()
        gc.collect()
        counts.append(sys.getallocatedblocks())
    assert counts[-1] - counts[19] < 150, counts


run_all()
