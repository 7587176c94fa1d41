"""Runs a golden case's module, or puts requests to its app, for `cargo test -p tayberry --test golden`.

    python drive.py run MODE                imports `app`; what it prints is the case's `stdout`, a traceback its `traceback`
    python drive.py http MODE < REQUESTS    puts requests to `app:app`: a JSON array of requests in, of answers out
    python drive.py wire MODE < REQUESTS    the same over a socket: a request's text is a Python expression for all its bytes

MODE is `interpreted` or `compiled`; the working folder holds `app.py` and, for `compiled`, the build in `.tayberry`.
A request is `{"text": …, "expression": bool}`: its text is as in the examples' `cases.md`, and if `expression` is true its body
is a Python expression for the bytes.
"""

from __future__ import annotations

import gc
import io
import itertools
import json
import os
import re
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

TESTS = Path(__file__).resolve().parents[1]


def find(mode: str) -> None:
    """Makes `app` importable in a mode."""
    sys.path.insert(0, str(Path.cwd()))
    if mode == "compiled":
        from tayberry import _loader

        _loader.install(".tayberry")


def check(mode: str) -> None:
    """Fails if `app` was not loaded as the mode says."""
    loaded_by = type(sys.modules["app"].__loader__).__name__
    assert (loaded_by == "BuildLoader") == (mode == "compiled"), f"{mode}, but loaded by {loaded_by}"


def programs_part(frames: TracebackType | None) -> TracebackType | None:
    """The traceback without the frames of the import in front."""
    while frames is not None:
        file = frames.tb_frame.f_code.co_filename
        if file != __file__ and "importlib" not in file and not file.endswith("tayberry/_loader.py"):
            break
        frames = frames.tb_next
    return frames


def run(mode: str) -> int:
    """Imports the module and shows what escapes from it."""
    find(mode)
    try:
        __import__("app")
    except Exception as error:
        traceback.print_exception(type(error), error, programs_part(error.__traceback__))
        return 1
    check(mode)
    return 0


def leaked(work: Callable[[], object], rounds: int) -> int:
    """Memory blocks that so many rounds leave in use. Other threads hold some for a while, so the least of several times counts."""
    counts = []
    for _ in range(4):
        for _ in range(rounds):
            work()
        gc.collect()
        counts.append(sys.getallocatedblocks())
    return min(later - earlier for earlier, later in itertools.pairwise(counts))


def http(mode: str) -> int:
    """Asks, and writes the answers as `cases.md` files have them."""
    sys.path.insert(0, str(TESTS / "python"))
    from replay import ask, request
    from tayberry._load import load_app
    from tayberry.testing import Client

    find(mode)
    app = load_app("app:app")
    check(mode)
    requests = json.load(sys.stdin)

    def ask_all(client: Client) -> list[str]:
        answers = []
        for each in requests:
            case = request("", each["text"])
            content = eval(case.body) if each["expression"] else case.body.encode()
            answers.append(ask(client, case, content or None))
        return answers

    with Client(app) as client:
        answers = ask_all(client)
        if mode == "compiled" and (rounds := int(os.environ.get("GOLDEN_LEAKS", "0"))):
            held, sys.stderr = sys.stderr, io.StringIO()
            kept = leaked(lambda: ask_all(client), rounds)
            sys.stderr = held
            assert kept < rounds / 2, f"{kept} blocks stay after {rounds} rounds"
    print(json.dumps(answers))
    return 0


def conversation(port: int, data: bytes) -> str:
    """What the server sends until it closes, when a client sends bytes and then closes its side."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        end = ""
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                received += piece
        except TimeoutError:
            end = "[not closed]\n"
        except ConnectionError:
            end = "[reset]\n"
    text = re.sub(r"^date: .*\r\n", "", received.decode("utf-8", "backslashreplace"), flags=re.M | re.I)
    text = text.replace("\r\n", "\n")
    return (text if text.endswith("\n") or not text else text + "\n") + end


def wire(mode: str) -> int:
    """Serves on a free port, and writes what comes back for each request's bytes."""
    from tayberry._load import load_app

    find(mode)
    app = load_app("app:app")
    check(mode)
    requests = json.load(sys.stdin)
    answers: list[str] = []

    def ask_all(port: int) -> None:
        try:
            for each in requests:
                answers.append(conversation(port, eval(each["text"])))
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    def ready(address: str) -> None:
        threading.Thread(target=ask_all, args=(int(address.rpartition(":")[2]),)).start()

    app.application().serve("127.0.0.1", 0, 1, ready=ready)
    print(json.dumps(answers))
    return 0


if __name__ == "__main__":
    status = {"run": run, "http": http, "wire": wire}[sys.argv[1]](sys.argv[2])
    sys.stdout.flush()
    sys.exit(status)
