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
    """The loop of one I/O thread; `_run_once` is called by the reactor."""

    _selector: GuestSelector
    # Of `BaseEventLoop`.
    _closed: bool
    _debug: bool
    _ready: Any
    _scheduled: list[Any]
    _timer_cancelled_count: int
    _clock_resolution: float

    def __init__(self, bell: type) -> None:
        super().__init__(GuestSelector())
        #: The class of callbacks that only wake the reactor: they are called at once.
        self._bell = bell

    def call_soon(self, callback: Callable[..., object], *args: Any, context: Context | None = None) -> asyncio.Handle:
        if callback.__class__ is self._bell:
            callback(*args)
            # Only a task asks for this, which drops the handle.
            return None  # type: ignore[return-value]
        if self._closed or self._debug:
            return super().call_soon(callback, *args, context=context)
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        if when.__class__ is not float and when is not None:
            # Else the rounds of the loop would find out, which belong to everybody.
            try:
                when - 0.0
            except TypeError:
                raise TypeError(f"the time of a timer must be a number, not {type(when).__name__}") from None
        return super().call_at(when, callback, *args, context=context)

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


def new_loop(bell: type) -> GuestLoop:
    """A guest loop that is the running loop of the calling thread until its `leave`. `bell` is the class of the reactor's callbacks."""
    loop = GuestLoop(bell)
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
