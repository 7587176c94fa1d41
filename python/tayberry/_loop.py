"""The event loop that suspending handlers run on.

In: coroutines from any thread. Out: their results, to a callback that runs on the loop's thread. What holds: there is
one loop per process, on a daemon thread, started with the first coroutine.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def _running() -> asyncio.AbstractEventLoop:
    global _loop
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="tayberry-loop", daemon=True).start()
        return _loop


def submit(coroutine: Coroutine[Any, Any, Any], done: Callable[[Any], object]) -> Callable[[], bool]:
    """Runs a coroutine as a task; `done` gets its finished `concurrent.futures.Future`. Gives what cancels it."""
    future = asyncio.run_coroutine_threadsafe(coroutine, _running())
    future.add_done_callback(done)
    return future.cancel


def wait(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Runs a coroutine as a task and gives its result or raises its exception."""
    return asyncio.run_coroutine_threadsafe(coroutine, _running()).result()
