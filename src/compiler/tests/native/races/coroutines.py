"""Coroutines and generators resumed, closed and looked at by several threads at once, and left half way: nothing crashes,
nothing is lost, nothing stays. The interpreter itself does not survive this, so only the compiled program runs; each line
that it prints must be `fine`.
"""

import asyncio
import gc
import sys
import threading


class Step:
    def __await__(self):
        yield 1


async def steps(n: int, text: str) -> str:
    said = ""
    for i in range(n):
        await Step()
        said = f"{text}{i}"
    return said


async def outer(n: int, text: str) -> str:
    first = await steps(n, text)
    return first + await steps(n, text)


def numbers(n: int):
    at = 0
    held = [str(at)]
    while at < n:
        try:
            got = yield at
        except ValueError as error:
            held.append(str(error))
        at += 1


def hammer(make, use, threads, rounds):
    wrong = []
    for _ in range(rounds):
        made = make()
        barrier = threading.Barrier(threads)

        def work():
            barrier.wait()
            while True:
                try:
                    use(made)
                except StopIteration:
                    return
                except ValueError as error:
                    if "already executing" not in str(error):
                        wrong.append(repr(error))
                        return
                except RuntimeError as error:
                    if str(error) not in ("cannot reuse already awaited coroutine", "coroutine is being awaited already"):
                        wrong.append(repr(error))
                    return

        all_threads = [threading.Thread(target=work) for _ in range(threads)]
        for each in all_threads:
            each.start()
        for each in all_threads:
            each.join()
    return wrong


def look(made):
    for name in ("cr_frame", "cr_await", "cr_running", "cr_suspended", "gi_frame", "gi_running", "gi_yieldfrom"):
        getattr(made, name, None)
    repr(made)


def both(made):
    look(made)
    made.send(None)


def throwing(made):
    try:
        made.throw(ValueError("x"))
    except ValueError as error:
        if str(error) == "x":
            raise StopIteration
        raise


def closing(made):
    try:
        made.send(None)
    finally:
        try:
            made.close()
        except ValueError:
            pass


def told(wrong):
    print("fine" if not wrong else wrong)


told(hammer(lambda: steps(300, "a"), lambda made: made.send(None), 4, 10))
told(hammer(lambda: outer(300, "a"), both, 4, 5))
told(hammer(lambda: numbers(1000), next, 4, 10))
told(hammer(lambda: numbers(1000), both, 4, 5))
told(hammer(lambda: numbers(1000), closing, 4, 20))
told(hammer(lambda: outer(1000, "b"), closing, 4, 20))
told(hammer(lambda: numbers(200), throwing, 4, 20))


def drop(n):
    """Left half way in many states."""
    for i in range(n):
        made = outer(3, "c")
        made.send(None)
        for _ in range(i % 8):
            try:
                made.send(None)
            except StopIteration:
                break
        if i % 3 == 0:
            try:
                made.throw(KeyError("k"))
            except (KeyError, RuntimeError):
                pass
        elif i % 3 == 1:
            made.close()
        else:
            made.send(None) if i % 8 == 0 else None
            del made
        gen = numbers(4)
        for _ in range(i % 6):
            next(gen, None)
        if i % 2:
            gen.close()


async def cancels(n: int) -> int:
    done = 0
    for _ in range(n):
        task = asyncio.create_task(sleeper(5))
        await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            done += 1
    return done


async def sleeper(x: int) -> str:
    text = "x" * 100
    try:
        await asyncio.sleep(x)
    finally:
        await asyncio.sleep(0)
    return text


def growth(f, *args):
    """How many blocks stay for each of ten runs, once what is made once has been made."""
    for _ in range(100):
        f(*args)
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(10):
        f(*args)
    gc.collect()
    return max(0, sys.getallocatedblocks() - before - 60) // 10


told(growth(drop, 100))
told(growth(lambda: asyncio.run(cancels(20))))


def shared(limit: int) -> list[int]:
    """What four threads together take from one generator: each value goes to one of them."""
    made = numbers(limit)
    found: list[int] = []

    def take():
        mine = []
        while True:
            try:
                mine.append(next(made))
            except StopIteration:
                break
            except ValueError as error:
                if str(error) != "generator already executing":
                    mine.append(str(error))
        found.extend(mine)

    all_threads = [threading.Thread(target=take) for _ in range(4)]
    for each in all_threads:
        each.start()
    for each in all_threads:
        each.join()
    return [] if sorted(found, key=str) == sorted(range(limit), key=str) else found


told(shared(20000))
