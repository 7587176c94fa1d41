"""What the tests of the C library share: gathering and running them, comparing with the interpreter, values to try."""
import itertools
import os
import random
import sys
import threading
import time
import traceback

tests = []


def test(function):
    tests.append(function)
    return function


def outcome(function, *args):
    """What a call gives: type and repr of its value, or type and text of its exception."""
    try:
        value = function(*args)
    except Exception as error:
        return type(error).__name__, str(error)
    return type(value).__name__, repr(value)


def same(native, python, *args):
    got, wanted = outcome(native, *args), outcome(python, *args)
    assert got == wanted, f"{native.__name__}{args!r:.300}: got {got!r:.300}, wanted {wanted!r:.300}"


rng = random.Random(20260101)
EDGES = [0, 1, -1, 2, -2, 3, 7, -7, 10, 62, 63, 64, 255, 256, 257]
for bits in (30, 31, 32, 53, 60, 61, 62, 63, 64, 65, 120, 1024):
    EDGES += [sign * ((1 << bits) + delta) for sign in (1, -1) for delta in (-2, -1, 0, 1)]


def random_int():
    kind = rng.random()
    if kind < 0.3:
        return rng.choice(EDGES)
    return rng.choice((1, -1)) * rng.getrandbits(rng.choice((3, 8, 20, 31, 40, 61, 62, 63, 64, 70, 200)))


def int_pairs(count):
    return itertools.chain(itertools.product(EDGES, EDGES), ((random_int(), random_int()) for _ in range(count)))


def other_thread(function, *args):
    thread = threading.Thread(target=function, args=args, daemon=True)
    thread.start()
    return thread


def run_all():
    """Runs what `test` has gathered, prints `N passed, N failed` and ends the process."""
    passed = failed = 0
    for function in tests:
        name = function.__name__.replace("_", " ")
        start = time.monotonic()
        try:
            function()
            passed += 1
        except BaseException as error:
            failed += 1
            print(f"FAILED: {name}")
            traceback.print_exception(error)
        if os.environ.get("TB_TEST_VERBOSE"):
            print(f"{time.monotonic() - start:6.2f} s  {name}", flush=True)
    print(f"{passed} passed, {failed} failed", flush=True)
    sys.exit(1 if failed else 0)
