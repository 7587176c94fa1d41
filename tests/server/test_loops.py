"""How handlers run: as eager tasks on the loops of I/O threads, inline, on the bounded pool; each in a context of its own.

In: small apps served by `tayberry._serve`. Out: what asyncio, context variables and threads look like from inside.
"""

import asyncio
import http.client
import json
import subprocess
import tempfile
import textwrap
import threading
import time
import unittest
from pathlib import Path
from typing import Any

from modes import command_line
from test_server import start

#: What a loop does with handles and timers, as a list; run on the server's loops and on asyncio's own.
SCENARIO = """
import asyncio
import contextvars
import random
import traceback

mark = contextvars.ContextVar("mark", default="unset")


async def scenario() -> list[str]:
    loop = asyncio.get_running_loop()
    found: list[str] = []

    def note(*words: object) -> None:
        found.append(" ".join(map(str, words)))

    def refused(*arguments, **keywords) -> None:
        try:
            arguments[0](*arguments[1:], **keywords)
        except Exception as error:
            note(type(error).__name__, str(error).replace("GuestLoop", "BaseEventLoop"))
        else:
            note("taken")

    mark.set("outer")
    other = contextvars.copy_context()
    other.run(mark.set, "other")
    for wanted in (other, None):
        loop.call_soon(lambda: note("soon", mark.get()), context=wanted)
    handle = loop.call_soon(note, "never")
    note(type(handle).__module__, type(handle).__qualname__, handle.cancelled(), handle.get_context() is other, handle._args, handle._repr)
    handle.cancel()
    note(handle.cancelled(), handle._callback, handle._args)
    loop.call_soon(note, "with", 2, "words")
    await asyncio.sleep(0)
    for method in (loop.call_soon, loop.call_later, loop.call_at):
        refused(method)
        if method != loop.call_soon:
            refused(method, None)
            refused(method, None, note)
        if method == loop.call_later:
            refused(method, "x", note)
        refused(method, note, wrong=1)
        refused(method, 0, note, context=None, wrong=1)

    # All due at once: the heap decides on the order.
    source, now = random.Random(7), loop.time()
    timers = [loop.call_at(now - source.randrange(9), note, "timer", number) for number in range(60)]
    timers += [loop.call_at(int(now) - source.randrange(9), note, "whole", number) for number in range(9)]
    timers += [loop.call_later(-source.random(), note, "later", number) for number in range(9)]
    note(type(timers[0]).__qualname__, type(timers[0].when()).__name__, timers[0]._scheduled, timers[3] < timers[4], timers[0] == timers[0])
    for number in range(0, 60, 7):
        timers[number].cancel()
    await asyncio.sleep(0.001)
    note([timer._scheduled for timer in timers[:9]], [timer.cancelled() for timer in timers[:9]])

    # Many cancelled ones are thrown out at once.
    many = [loop.call_later(1000 + number, note, "never") for number in range(300)]
    for each in many[:250]:
        each.cancel()
    await asyncio.sleep(0.001)
    note(sum(timer in loop._scheduled for timer in many))
    for each in many:
        each.cancel()

    # What a callback raises is reported with its handle.
    def report(_, context) -> None:
        lines = [frame.name for frame in traceback.extract_tb(context["exception"].__traceback__)]
        note("reported", sorted(context), context["message"].split(" at ")[0].split("<locals>")[0], lines)

    loop.set_exception_handler(report)

    def fails() -> None:
        raise ValueError("no")

    loop.call_soon(fails)
    loop.call_later(0, fails)
    loop.call_soon([].pop)
    await asyncio.sleep(0.001)
    loop.set_exception_handler(None)

    # Steps of tasks.
    async def worker(number: int) -> int:
        task = asyncio.current_task()
        mark.set(f"worker {number}")
        for _ in range(number):
            await asyncio.sleep(0)
            note("step", number, asyncio.current_task() is task, mark.get())
        if number == 2:
            raise KeyError(number)
        await asyncio.sleep(0.001 if number % 2 else 0)
        return number

    workers = [asyncio.create_task(worker(number)) for number in range(5)]
    workers[4].cancel("enough")
    note(*await asyncio.gather(*workers, return_exceptions=True))
    future = loop.create_future()
    waiting = asyncio.create_task(asyncio.wait_for(future, 0.001))
    note(*map(repr, await asyncio.gather(waiting, return_exceptions=True)), future.cancelled())
    future = loop.create_future()
    loop.call_soon(future.set_result, 5)
    note(await future, mark.get())

    # A step that must not be taken is reported, too.
    class Twice:
        _asyncio_future_blocking = False

        def get_loop(self):
            return loop

        def add_done_callback(self, callback, *, context=None):
            self.wake = callback

        def result(self):
            return 7

        def __await__(self):
            self._asyncio_future_blocking = True
            yield self
            return 8

    async def wait(twice: Twice) -> int:
        return await twice

    loop.set_exception_handler(lambda _, context: note(sorted(context), repr(context["exception"])[:40], context["message"][:30]))
    twice = Twice()
    woken = asyncio.create_task(wait(twice))
    await asyncio.sleep(0)
    for _ in range(2):
        loop.call_soon(twice.wake, twice)
    loop.call_soon(note, "in the same round")
    note(await woken)
    await asyncio.sleep(0.001)
    loop.set_exception_handler(None)

    # Debug mode keeps to asyncio's own code.
    loop.set_debug(True)
    try:
        handle = loop.call_soon(note, "debugged")
        note(type(handle._source_traceback).__name__, loop.call_later(0, note, "debugged, too").when() > now)
        refused(loop.call_soon, worker)
        await asyncio.sleep(0.001)
    finally:
        loop.set_debug(False)
    return found
"""

APP = SCENARIO + """
import asyncio
import contextvars
import gc
import threading
import time

from tayberry import App
from tayberry.limits import Limits

app = App(limits=Limits(pool_threads=2, pool_queue=1, handler_timeout=5.5))
variable = contextvars.ContextVar("variable", default="unset")
local = threading.local()
gate = asyncio.Event()
log = []


def probe() -> str:
    seen = variable.get()
    variable.set("set by an earlier request")
    return seen


@app.get("/context/task")
async def context_task() -> str:
    first = probe()
    await asyncio.sleep(0)
    return first + ", then " + variable.get()


@app.get("/context/pool")
def context_pool() -> str:
    return probe()


@app.get("/context/inline", blocking=False)
def context_inline() -> str:
    return probe()


@app.get("/features")
async def features() -> dict[str, object]:
    found: dict[str, object] = {}
    task = asyncio.current_task()
    found["task"] = task is not None and task in asyncio.all_tasks()
    try:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(10)
    except TimeoutError:
        found["timeout"] = True
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(asyncio.sleep(0.01, number)) for number in range(3)]
    found["group"] = [task.result() for task in tasks]
    found["thread"] = await asyncio.to_thread(lambda: threading.current_thread() is not threading.main_thread())
    process = await asyncio.create_subprocess_exec("echo", "hello", stdout=asyncio.subprocess.PIPE)
    found["process"] = (await process.communicate())[0].decode()

    async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.read(-1)).upper())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(shout, "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"x" * 1_000_000)
        writer.write_eof()
        found["stream"] = len(await reader.read(-1))
        writer.close()
    generator = (number async for number in numbers())
    found["generator"] = [number async for number in generator]
    return found


async def numbers():
    for number in range(3):
        await asyncio.sleep(0)
        yield number


@app.get("/timeless")
async def timeless() -> list[str]:
    said = []
    loop = asyncio.get_running_loop()
    for method in (loop.call_at, asyncio.get_event_loop().call_at):
        try:
            method("now", print)
        except TypeError as error:
            said.append(f"TypeError: {error}")
    return said


@app.get("/scenario")
async def run_scenario() -> list[str]:
    return await scenario()


@app.get("/wait")
async def wait() -> str:
    await gate.wait()
    return "opened"


@app.get("/open")
async def open_gate() -> str:
    gate.set()
    return "done"


@app.get("/later", blocking=False)
def later() -> str:
    loop = asyncio.get_running_loop()
    loop.call_soon(log.append, "soon")
    loop.call_later(0.05, log.append, "later")
    return "asked"


@app.get("/log")
async def read_log() -> list[str]:
    return log


@app.get("/exits")
async def exits() -> None:
    raise SystemExit(3)


@app.get("/exits/late")
async def exits_late() -> None:
    await asyncio.sleep(0.01)
    raise SystemExit(3)


@app.get("/outlives")
async def outlives() -> str:
    await asyncio.sleep(0.3)
    log.append("outlived")
    return "nobody hears this"


@app.get("/forever")
async def forever() -> None:
    try:
        await asyncio.sleep(1000)
    finally:
        log.append("cancelled")


@app.get("/sleeps")
def sleeps(seconds: float) -> str:
    time.sleep(seconds)
    return "slept"


@app.get("/local")
def thread_local() -> int:
    local.count = getattr(local, "count", 0) + 1
    return local.count


@app.get("/deep", blocking=False)
def deep() -> str:
    def down(depth: int) -> int:
        return 0 if depth == 0 else 1 + down(depth - 1)

    return str(down(900))


@app.get("/collect", blocking=False)
def collect() -> int:
    return gc.collect()
"""


class Loops(unittest.TestCase):
    threads = 1
    is_compiled = False

    folder: str

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        Path(cls.folder, "app.py").write_text(textwrap.dedent(APP))
        if cls.is_compiled:
            subprocess.run([command_line(), "build", "app.py"], cwd=cls.folder, check=True, capture_output=True, timeout=300)

    def setUp(self) -> None:
        self.process, self.port = start(self.folder, self.threads, f"{self.folder}/.tayberry" if self.is_compiled else None)
        self.addCleanup(self.end)

    def end(self) -> None:
        self.process.terminate()
        status = self.process.wait(20)
        self.process.stderr.close()  # type: ignore[union-attr]
        self.assertEqual(status, 0)

    def get(self, target: str) -> tuple[int, object]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", target)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def log_becomes(self, expected: list[str]) -> None:
        """Waits for what a handler does after its request has been answered."""
        until = time.monotonic() + 10
        while (found := self.get("/log")) != (200, expected) and time.monotonic() < until:
            time.sleep(0.05)
        self.assertEqual(found, (200, expected))

    def test_no_request_sees_the_context_of_another(self) -> None:
        for _ in range(4):
            self.assertEqual(self.get("/context/task"), (200, "unset, then set by an earlier request"))
            self.assertEqual(self.get("/context/pool"), (200, "unset"))
            self.assertEqual(self.get("/context/inline"), (200, "unset"))

    def test_asyncio_works_as_under_its_own_runner(self) -> None:
        self.assertEqual(
            self.get("/features"),
            (
                200,
                {
                    "task": True,
                    "timeout": True,
                    "group": [0, 1, 2],
                    "thread": True,
                    "process": "hello\n",
                    "stream": 1_000_000,
                    "generator": [0, 1, 2],
                },
            ),
        )

    def test_handles_timers_and_steps_are_those_of_asyncio(self) -> None:
        names: dict[str, Any] = {}
        exec(SCENARIO, names)
        expected = asyncio.run(names["scenario"]())
        for _ in range(2):
            status, found = self.get("/scenario")
            self.assertEqual(status, 200)
            self.assertEqual("\n".join(found), "\n".join(expected))  # type: ignore[arg-type]

    def test_a_timer_without_a_time_is_refused(self) -> None:
        for _ in range(3):
            self.assertEqual(self.get("/timeless"), (200, ["TypeError: the time of a timer must be a number, not str"] * 2))

    def test_requests_of_a_thread_share_events(self) -> None:
        answers: list[object] = []
        waiting = [threading.Thread(target=lambda: answers.append(self.get("/wait"))) for _ in range(5)]
        for thread in waiting:
            thread.start()
        time.sleep(0.2)
        self.assertEqual(answers, [])
        self.assertEqual(self.get("/open"), (200, "done"))
        for thread in waiting:
            thread.join(5)
        self.assertEqual(answers, [(200, "opened")] * 5)

    def test_callbacks_of_inline_handlers_are_called(self) -> None:
        self.assertEqual(self.get("/later"), (200, "asked"))
        self.log_becomes(["soon", "later"])

    def test_a_handler_cannot_end_the_server(self) -> None:
        self.assertEqual(self.get("/exits")[0], 500)
        self.assertEqual(self.get("/exits/late")[0], 500)
        self.assertEqual(self.get("/deep"), (200, "900"))

    def test_a_handler_runs_to_its_end_when_the_client_is_gone(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", "/outlives")
        time.sleep(0.1)
        connection.close()
        self.log_becomes(["outlived"])

    def test_a_handler_that_takes_too_long_is_cancelled(self) -> None:
        begun = time.monotonic()
        self.assertEqual(self.get("/forever")[0], 503)
        self.assertLess(time.monotonic() - begun, 10)
        self.log_becomes(["cancelled"])

    def test_calls_beyond_the_pool_and_its_queue_are_refused(self) -> None:
        answers: list[int] = []
        asking = [threading.Thread(target=lambda: answers.append(self.get("/sleeps?seconds=2")[0])) for _ in range(6)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join(10)
        self.assertEqual(sorted(answers), [200, 200, 200, 503, 503, 503])
        self.assertEqual(self.get("/sleeps?seconds=0"), (200, "slept"))

    def test_pool_threads_keep_their_thread_locals(self) -> None:
        counts = [self.get("/local")[1] for _ in range(6)]
        self.assertGreaterEqual(max(counts), 3)  # type: ignore[type-var]

    def test_the_collector_does_not_wait_for_idle_or_sleeping_threads(self) -> None:
        asking = threading.Thread(target=self.get, args=("/sleeps?seconds=3",))
        asking.start()
        begun = time.monotonic()
        self.assertEqual(self.get("/collect")[0], 200)
        self.assertLess(time.monotonic() - begun, 2.5)
        asking.join()


class Compiled(Loops):
    is_compiled = True


class TwoThreads(Loops):
    threads = 2

    def test_requests_of_a_thread_share_events(self) -> None:
        self.skipTest("an asyncio.Event belongs to the loop of one thread")


if __name__ == "__main__":
    unittest.main()
