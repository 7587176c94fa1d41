"""The event loops that suspending handlers run on.

Every I/O thread of a server has a loop of its own, a guest of the thread's Rust reactor: an ordinary `SelectorEventLoop`
whose selector never waits. The reactor registers the selector's epoll file, sleeps until the first timer is due, and
runs one round of the loop when there is work; in between the loop stays the running loop of its thread, so that eager
tasks can be started at any time. Requests without a server (the test client's) share one loop on a daemon thread.

What holds: `GuestSelector.select` asks the system only after the reactor has seen the epoll file become readable
(`due`), and goes on asking until nothing comes, because the reactor is told of edges and the file reports levels. A round
with neither events nor cancelled timers does what asyncio's own does, without looking for them.
"""

from __future__ import annotations

import asyncio
import selectors
import threading
from asyncio import base_events, events, format_helpers
from collections.abc import Callable, Coroutine
from contextvars import Context
from heapq import heappop
from typing import Any


class GuestSelector(selectors.EpollSelector):
    """An epoll selector that looks but does not wait."""

    due: bool = False
    """The epoll file was seen readable and has not been emptied since."""

    waits: bool = False
    """Wait as usual (while the loop is being closed)."""

    def select(self, timeout: float | None = None) -> Any:
        if self.waits:
            return super().select(timeout)
        if not self.due:
            return ()
        found = super().select(0)
        if not found:
            self.due = False
        return found


class GuestLoop(asyncio.SelectorEventLoop):
    """The loop of one I/O thread; `_run_once` is called by the reactor, unless there are only steps of tasks to take, which
    it takes itself. The runtime gives this class a `call_soon` that does what asyncio's does.
    """

    _selector: GuestSelector
    # Of `BaseEventLoop`.
    _closed: bool
    _debug: bool
    _ready: Any
    _scheduled: list[Any]
    _timer_cancelled_count: int
    _clock_resolution: float

    def __init__(self) -> None:
        super().__init__(GuestSelector())

    def _run_once(self) -> None:
        selector = self._selector
        if selector.due or selector.waits or self._timer_cancelled_count or self._debug:
            super()._run_once()  # type: ignore[misc]
            return
        ready, timers = self._ready, self._scheduled
        if timers:
            end = self.time() + self._clock_resolution
            while timers and not timers[0]._when >= end:
                timer = heappop(timers)
                timer._scheduled = False
                ready.append(timer)
            timer = None
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled:
                handle._run()
        # An exception may refer to the frame of this call.
        handle = None

    def stop(self) -> None:
        # While the loop closes, `run_until_complete` stops it as usual.
        if not self._selector.waits:
            raise RuntimeError("the event loop of a server's thread ends with the server")
        super().stop()

    def leave(self) -> None:
        """Cancels what still runs, waits a while for its end, and closes the loop."""
        self._run_forever_cleanup()  # type: ignore[attr-defined]
        self._selector.waits = True
        try:
            tasks = asyncio.all_tasks(self)
            for task in tasks:
                task.cancel()
            if tasks:
                self.run_until_complete(asyncio.wait(tasks, timeout=5))
            self.run_until_complete(self.shutdown_asyncgens())
            self.run_until_complete(self.shutdown_default_executor(5))
        finally:
            self.close()


def report(handle: asyncio.Handle, error: BaseException) -> None:
    """Has the loop's exception handler see what a callback raised, as `Handle._run` does."""
    loop: asyncio.AbstractEventLoop = handle._loop  # type: ignore[attr-defined]
    callback = format_helpers._format_callback_source(handle._callback, handle._args)  # type: ignore[attr-defined]
    loop.call_exception_handler({"message": f"Exception in callback {callback}", "exception": error, "handle": handle})


def is_usual() -> bool:
    """Whether the classes of handles and loops have the methods that asyncio gives them."""
    handle, timer, base = events.Handle, events.TimerHandle, base_events.BaseEventLoop
    own = [
        (events, handle.__init__), (events, handle._run), (events, timer.__init__), (events, timer.__lt__),
        (base_events, base.call_soon), (base_events, base._call_soon), (base_events, base.call_later),
        (base_events, base.call_at), (base_events, base.time),
    ]  # fmt: skip
    return all(getattr(getattr(function, "__code__", None), "co_filename", "") == module.__file__ for module, function in own)


def new_loop() -> GuestLoop:
    """A guest loop that is the running loop of the calling thread until its `leave`."""
    loop = GuestLoop()
    loop._run_forever_setup()  # type: ignore[attr-defined]
    return loop


def settle() -> None:
    """Lets the interpreter do what waits for the calling thread to run Python code, which happens at every call: above all,
    release objects of this thread that other threads were the last to use. A thread that only runs compiled code, or only
    hands requests on, would keep them until the next garbage collection.
    """


_lock = threading.Lock()
_shared: asyncio.AbstractEventLoop | None = None


def _running() -> asyncio.AbstractEventLoop:
    global _shared
    with _lock:
        if _shared is None:
            _shared = asyncio.new_event_loop()
            threading.Thread(target=_shared.run_forever, name="tayberry-loop", daemon=True).start()
        return _shared


def wait(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Runs a coroutine as a task of the shared loop and gives its result or raises its exception."""
    return asyncio.run_coroutine_threadsafe(coroutine, _running()).result()
