"""Asynchronous generators stepped, closed and looked at by several threads at once, and left half way: nothing crashes, nothing
is lost, nothing stays. Each line that is printed must be `fine`.
"""

import asyncio
import gc
import sys
import threading


class Step:
    def __await__(self):
        yield 1


async def numbers(stop: int):
    held = "held"
    for each in range(stop):
        await Step()
        got = yield each
        held = f"{held[:4]}{got}"


def made_inside(stop: int):
    base = [str(stop)]

    async def inner():
        async for each in numbers(stop):
            base[0] = str(each)
            yield base[0]

    return inner()


REFUSED = ("already executing", "already running", "cannot reuse already awaited", "ignored GeneratorExit", "is being awaited already")


def hammer(make, use, threads, rounds):
    wrong = []
    for _ in range(rounds):
        made = make()
        barrier = threading.Barrier(threads)

        def work():
            barrier.wait()
            refused = 0
            while refused < 500:
                try:
                    use(made)
                except StopAsyncIteration:
                    return
                except (RuntimeError, ValueError) as error:
                    refused += 1
                    if not any(each in str(error) for each in REFUSED):
                        wrong.append(repr(error))
                        return

        all_threads = [threading.Thread(target=work) for _ in range(threads)]
        for each in all_threads:
            each.start()
        for each in all_threads:
            each.join()
    return wrong


def step(awaitable):
    """To the end of one awaitable."""
    try:
        while True:
            awaitable.send(None)
    except StopIteration as stop:
        return stop.value


def walk(made):
    step(made.__anext__())


def look(made):
    for name in ("ag_frame", "ag_await", "ag_running", "ag_suspended"):
        getattr(made, name)
    repr(made)
    step(made.asend(5) if made.ag_suspended else made.__anext__())


def close(made):
    try:
        walk(made)
    finally:
        step(made.aclose())


def throw(made):
    try:
        step(made.athrow(KeyError("k")))
    except KeyError:
        raise StopAsyncIteration
    walk(made)


def told(wrong):
    print("fine" if not wrong else wrong)


told(hammer(lambda: numbers(300), walk, 4, 4))
told(hammer(lambda: made_inside(300), walk, 4, 4))
told(hammer(lambda: numbers(300), look, 4, 4))
told(hammer(lambda: made_inside(300), close, 4, 6))
told(hammer(lambda: numbers(300), throw, 4, 6))


def shared(rounds):
    """One awaitable for all threads: it ends in one of them, or goes on in one after the other."""
    wrong = []
    for _ in range(rounds):
        waiting = numbers(3).asend(None)
        ended = []

        def work():
            for _ in range(50):
                try:
                    waiting.send(None)
                except StopIteration as stop:
                    ended.append(stop.value)
                except (RuntimeError, ValueError) as error:
                    if not any(each in str(error) for each in REFUSED):
                        wrong.append(repr(error))

        all_threads = [threading.Thread(target=work) for _ in range(4)]
        for each in all_threads:
            each.start()
        for each in all_threads:
            each.join()
        if 0 not in ended:
            wrong.append(ended)
    return wrong


told(shared(10))


def drop(count):
    """Left half way in many states."""
    for at in range(count):
        made = made_inside(3)
        waiting = made.__anext__()
        for _ in range(at % 3):
            try:
                waiting.send(None)
            except StopIteration:
                break
        if at % 4 == 0:
            waiting.close()
        elif at % 4 == 1:
            try:
                waiting.throw(KeyError("k"))
            except (KeyError, RuntimeError):
                pass
        elif at % 4 == 2:
            try:
                step(made.aclose())
            except RuntimeError:
                pass
            try:
                waiting.send(None)
            except (StopIteration, StopAsyncIteration, RuntimeError):
                pass
        elif at % 3 == 0:
            waiting.close()


async def breaks(count: int) -> int:
    done = 0
    for _ in range(count):
        async for each in made_inside(3):
            done += 1
            break
        done += len([each async for each in made_inside(2)])
        done += sum([each async for each in (one async for one in numbers(3))])
        done += len(list(str(each) for each in range(3)))
    return done


def growth(f, *args):
    """How many blocks stay for each of a hundred runs, once what is made once has been made. Threads that have ended leave
    pages behind whose blocks are counted late: some two hundred at most, however many the runs."""
    for _ in range(100):
        f(*args)
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(100):
        f(*args)
    gc.collect()
    return max(0, sys.getallocatedblocks() - before - 400) // 100


told(growth(drop, 100))


async def sleeping(stop: int):
    for each in range(stop):
        await asyncio.sleep(0)
        yield each


async def loop_breaks(count: int) -> int:
    done = 0
    for _ in range(count):
        async for each in sleeping(3):
            done += each
            break
        done += len([each async for each in sleeping(2)])
    return done


told(growth(lambda: asyncio.run(loop_breaks(5))))


def by_hand():
    running = breaks(5)
    step(running)


told(growth(by_hand))
