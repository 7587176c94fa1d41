"""What a handler finds around it (its task, its context variables) is the same compiled and interpreted."""

import unittest

from modes import Both

APP = """
import asyncio
import contextvars

from tayberry import App

app = App()
seen: contextvars.ContextVar[int] = contextvars.ContextVar("seen", default=0)


def count() -> int:
    before = seen.get()
    seen.set(before + 1)
    return before


@app.get("/task")
async def task() -> bool:
    return asyncio.current_task() is not None


@app.get("/timeout")
async def timeout() -> str:
    async with asyncio.timeout(5):
        await asyncio.sleep(0)
    return "in time"


@app.get("/late")
async def late() -> str:
    try:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(5)
    except TimeoutError:
        return "late"
    return "in time"


@app.get("/context/inline", blocking=False)
def inline() -> int:
    return count()


@app.get("/context/pool", blocking=True)
def pool() -> int:
    return count()


@app.get("/context/task")
async def in_task() -> int:
    first = count()
    await asyncio.sleep(0)
    return first * 10 + count()
"""


class Contexts(unittest.TestCase):
    both: Both

    @classmethod
    def setUpClass(cls) -> None:
        cls.both = Both(APP)
        cls.addClassCleanup(cls.both.end)

    def ask(self, path: str) -> set[bytes]:
        request = f"GET {path} HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n".encode()
        return {server.ask(request).partition(b"\r\n\r\n")[2] for server in self.both.servers}

    def test_an_async_handler_runs_in_a_task(self) -> None:
        self.assertEqual(self.ask("/task"), {b"true"})

    def test_timeouts_work_around_what_a_handler_awaits(self) -> None:
        self.assertEqual(self.ask("/timeout"), {b'"in time"'})
        self.assertEqual(self.ask("/late"), {b'"late"'})

    def test_context_variables_end_with_their_request(self) -> None:
        for path, wanted in (("/context/inline", b"0"), ("/context/pool", b"0"), ("/context/task", b"1")):
            for _ in range(3):
                with self.subTest(path=path):
                    self.assertEqual(self.ask(path), {wanted})


if __name__ == "__main__":
    unittest.main()
