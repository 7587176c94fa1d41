"""The server process: `python3.14t -m tayberry._serve --app module:app [--build DIR] [--host H] [--port P] …`.

Imports the app, enters its lifespan, and serves until SIGTERM or SIGINT; with `--supervised` also until the socket that is
its standard input is closed, on which it says a line when it is ready. Exit status: 0 after a graceful stop, 1 when
the user's code is at fault (the app cannot be imported, its routes make no sense, its lifespan fails), 2 when the
environment is (no free-threaded interpreter, no runtime, port in use). Errors are one line on standard error, after a
traceback where it is the user's code that failed.
"""

from __future__ import annotations

import argparse
import atexit
import contextlib
import errno
import gc
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import _lifespan
from ._load import LoadError, gil_enabled, load_app

if TYPE_CHECKING:
    from types import FrameType

    from ._runtime import Application
    from .app import App

USER, ENVIRONMENT = 1, 2


class Failure(Exception):
    """Ends the process with a message and an exit status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Supervisor:
    """The process that started this one, at the other end of standard input. When it closes, however, this one stops."""

    def __init__(self) -> None:
        # Not for programs that the app starts: neither the descriptor itself nor a copy.
        self._socket = socket.socket(fileno=os.dup(0))
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        threading.Thread(target=self._watch, name="tayberry-supervised", daemon=True).start()

    def _watch(self) -> None:
        try:
            while self._socket.recv(1):
                pass
        except OSError:
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    def tell(self, line: str) -> None:
        """Says a line; one that nobody hears is no error, as the watch knows."""
        with contextlib.suppress(OSError):
            self._socket.sendall(f"{line}\n".encode())


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves as the command line says; gives the exit status."""
    given = _parser().parse_args(arguments)
    try:
        _serve(given)
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr)
        return failure.status
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tayberry._serve", description="Serve a Tayberry app.")
    parser.add_argument("--app", required=True, metavar="MODULE:NAME", help="where the App is, such as app:app")
    parser.add_argument("--path", default=".", metavar="DIR", help="where the modules are (default: here)")
    parser.add_argument("--build", metavar="DIR", help="folder of the build to serve (default: interpret the sources)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=8000, help="port; 0 takes a free one (default: %(default)s)")
    parser.add_argument("--threads", type=_threads, default=0, help="I/O threads (default: one per core)")
    parser.add_argument("--access-log", action="store_true", help="log every request as a line of JSON")
    parser.add_argument("--allow-gil", action="store_true", help="go on when the global interpreter lock is on")
    parser.add_argument("--supervised", action="store_true", help="standard input is a socket to a supervisor")
    parser.add_argument("--debug", action="store_true", help="put tracebacks into 500 responses")
    return parser


def _port(text: str) -> int:
    value = int(text) if text.isdecimal() else -1
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (0–65535)")
    return value


def _threads(text: str) -> int:
    value = int(text) if text.isdecimal() else -1
    if not 0 <= value <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of threads (1–1024)")
    return value


def _serve(given: argparse.Namespace) -> None:
    supervisor = Supervisor() if given.supervised else None
    if not given.allow_gil and gil_enabled():
        raise Failure(_why_locked(), ENVIRONMENT)
    # First, so that it is the last that is called: when the program's functions have been, and its threads have ended.
    atexit.register(_forget)
    path = os.path.abspath(given.path)
    if path not in sys.path[:1]:
        sys.path.insert(0, path)
    try:
        app = load_app(given.app, given.build, allow_gil=given.allow_gil)
    except LoadError as error:
        raise Failure(str(error), USER if error.by_user else ENVIRONMENT) from error
    overrides = {"debug": True} if given.debug else {}
    application = assemble(app, **overrides)
    # What exists now lives as long as the process: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    try:
        _run(app, application, given, supervisor)
    finally:
        # Now it has to: finalisers of what the modules hold run while the modules' names still mean something.
        gc.unfreeze()


def _forget() -> None:
    """Lets go of the program's classes: what its modules hold is finalised only if nothing else holds them."""
    if f"{__package__}._runtime" in sys.modules:
        from . import _runtime, _types

        _types.forget()
        _runtime.forget()


def _why_locked() -> str:
    if not hasattr(sys, "_is_gil_enabled") or "free-threading" not in sys.version:
        return f"{sys.executable} is not a free-threaded Python: Tayberry needs python3.14t"
    if os.environ.get("PYTHON_GIL") == "1":
        return "the environment has PYTHON_GIL=1, which turns the global interpreter lock on; unset it, or go on: --allow-gil"
    return "the global interpreter lock is on (-X gil=1?); start without it, or go on: --allow-gil"


def assemble(app: App, **overrides: object) -> Application:
    """The app's routes bound and compiled into a router. Raises `Failure` for what the user has to mend."""
    try:
        from . import _runtime
    except ImportError as error:
        raise Failure(f"the runtime cannot be loaded: {error}", ENVIRONMENT) from error
    try:
        return app.application(**overrides)
    except (TypeError, _runtime.RouteError) as error:
        raise Failure("\n".join([str(error), *getattr(error, "__notes__", ())]), USER) from error


def _run(app: App, application: Application, given: argparse.Namespace, supervisor: Supervisor | None) -> None:
    entered = False
    threads = given.threads or os.process_cpu_count() or 1
    try:
        with _lifespan.running(app):
            entered = True
            ended = _listen(application, given, threads, supervisor)
    except Failure:
        raise
    except Exception as error:
        traceback.print_exception(error)
        when = "end" if entered else "start"
        raise Failure(f"the lifespan of {given.app} failed at the {when}", USER) from error
    if not ended:
        print("error: a handler was still running when the time to stop was over (Limits.stop_timeout)", file=sys.stderr, flush=True)
        # Ending in the usual way would wait for its thread.
        try:
            _flush_logs()
            sys.stdout.flush()
        finally:
            os._exit(USER)


def _flush_logs() -> None:
    """Writes what handlers of `logging` keep back. The handler that is still running may hold one of their locks, so not at any price."""
    if "logging" in sys.modules:
        flushing = threading.Thread(target=sys.modules["logging"].shutdown, daemon=True)
        flushing.start()
        flushing.join(1)


def _listen(application: Application, given: argparse.Namespace, threads: int, supervisor: Supervisor | None) -> bool:
    def ready(address: str) -> None:
        line = f"Serving {given.app} on {address} ({threads} thread{'s' if threads > 1 else ''})"
        if supervisor is None:
            print(line, file=sys.stderr, flush=True)
        else:
            supervisor.tell(line)

    interrupts = _Interrupts()
    signal.signal(signal.SIGINT, interrupts)
    try:
        return application.serve(
            given.host, given.port, threads, access_log=given.access_log, hearing=interrupts.leave_to_runtime, ready=ready
        )
    except OSError as error:
        where = f"{given.host}:{given.port}"
        if error.errno == errno.EADDRINUSE:
            text = f"{where} is in use by another program; choose another with --port"
        elif error.errno == errno.EACCES:
            text = f"{where} may not be used: ports below 1024 need privileges; choose another with --port"
        else:
            text = f"cannot listen on {where}: {error}"
        raise Failure(text, ENVIRONMENT) from error


class _Interrupts:
    """SIGINT until the runtime hears it. The runtime then stops by itself, and calls the handler that was there before."""

    def __init__(self) -> None:
        self._heard = False

    def leave_to_runtime(self) -> None:
        self._heard = True

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if not self._heard:
            raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
