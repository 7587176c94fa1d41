"""Runs an app's lifespan around serving.

The context manager is entered and left on an event loop of its own, in a thread that lives as long as the app is served,
so that background tasks which it starts keep running. What it raises on entry or exit is raised here.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import AbstractAsyncContextManager, AbstractContextManager, ExitStack, contextmanager
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .app import App


@contextmanager
def running(app: App) -> Iterator[None]:
    """Enters the lifespan of `app` (if it has one) for the time of the `with` block."""
    if app.lifespan is None:
        yield
        return
    manager = app.lifespan(app)
    if isinstance(manager, AbstractAsyncContextManager):
        with _loop() as loop, _entered(manager, loop):
            yield
    elif isinstance(manager, AbstractContextManager):
        with manager:
            yield
    else:
        raise TypeError(
            f"lifespan gave {type(manager).__name__}, not a context manager (is @asynccontextmanager missing?)"
        )


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="tayberry-lifespan", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        _wait(_cancel_all(), loop)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def _entered(manager: AbstractAsyncContextManager[Any], loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    # One task enters and leaves, as `anyio` and `asyncio.timeout` demand of whoever uses them in a lifespan.
    ready = threading.Event()
    leave = asyncio.Event()
    inside = False
    failure: BaseException | None = None

    async def live() -> None:
        nonlocal inside, failure
        try:
            async with manager:
                inside = True
                ready.set()
                await leave.wait()
        except BaseException as error:
            # Kept, not raised: a `SystemExit` would end the loop before anybody learned of it.
            failure = error
        finally:
            ready.set()

    living = asyncio.run_coroutine_threadsafe(live(), loop)
    ready.wait()
    if inside:
        try:
            yield
        finally:
            loop.call_soon_threadsafe(leave.set)
            living.result()
    if failure is not None:
        raise failure


async def _cancel_all() -> None:
    tasks = [each for each in asyncio.all_tasks() if each is not asyncio.current_task()]
    for each in tasks:
        each.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _wait(work: Coroutine[Any, Any, None], loop: asyncio.AbstractEventLoop) -> None:
    asyncio.run_coroutine_threadsafe(work, loop).result()
