"""Asks tests/python/dispatch/app.py at random, and prints every answer as a line of JSON.

    python asking.py reference|interpreted|compiled FOLDER NUMBER

FOLDER has the app (and its build). The requests are the same for a NUMBER, made from parts that are right, odd and wrong.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import sys
from collections.abc import Iterator
from typing import Any

PATHS = """/ /int/1 /int/-5 /int/+0 /int/007 /int/1.0 /int/x /int/%31 /int/seven /int/99999999999999999999 /int/1_0 /int/ /int /int/1/ /int/1/float/2 /int/x/float/nan
/int/1/float/1e3 /int/1/float/1e999 /int/1/float/.5 /many /many/ /tree /any /head /raises/http /raises/key /raises/deep /raises/type /r/a/files/b /r/a/files/b/c%2Fd /r/a/files/
/r/%C3%A9/files/x /r/%FF/files/x /r/a/text /r/a/gone /nothing /r/a /r/a/files/b//c""".split()
QUERIES = """a=1 a=1&a=2 a=x a= a b=1 b=YES b=off b=2 c=red c=RED c= d=2024-02-29 d=2023-02-29 d=x e=y e=z u=12345678-1234-5678-1234-567812345678 u=x w=2024-01-01T00:00:00Z
w=2024-01-01 s=a+b s=%F0%9F%8D%93 s=%ff s=%zz s=a%26b N=4 N=x n=4 z=1 z=x =1 && a=1&b=0&c=blue&s=ok""".split()
BODIES = [
    b"",
    b"{}",
    b'{"leaves":[]}',
    b'{"leaves":[{"n":1},{"n":2,"t":"\xc3\xa9"}],"pair":[3,4]}',
    b'{"leaves":[{"n":"1"}],"colour":"red","by_name":{"a":{"n":0}}}',
    b'{"leaves":[{"n":true},5],"colour":"green","pair":[1]}',
    b'{"leaves":null,"extra":1}',
    b'{"n":5,"t":"\\ud83c\\udf53"}',
    b'{"n":1e400}',
    b'{"n":5',
    b"[1,2.5,null,true,\"x\"]",
    b"nul",
    b"\xff",
    b'{"a":1,"a":2}',
    b" 17 ",
    b"[" * 200 + b"]" * 200,
]
HEADERS = [
    [],
    [(b"content-type", b"application/json")],
    [(b"content-type", b"application/problem+json; charset=utf-8")],
    [(b"content-type", b"text/plain")],
    [(b"user-agent", b"me"), (b"cookie", b"sid=4; other=x")],
    [(b"user-agent", b"me"), (b"user-agent", b"you"), (b"cookie", b"sid=z")],
]
METHODS = ["GET", "GET", "GET", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"]


LEFT_OUT = (b"date", b"content-length", b"connection", b"server")

type Lines = list[tuple[bytes, bytes]]


def requests(number: int) -> Iterator[tuple[str, str, Lines, bytes]]:
    """`number` requests, always the same ones."""
    chance = random.Random(314)
    for _ in range(number):
        method = chance.choice(METHODS)
        target = chance.choice(PATHS)
        if chance.random() < 0.6:
            target += "?" + "&".join(chance.choices(QUERIES, k=chance.randint(1, 3)))
        headers = [(b"host", b"test"), *chance.choice(HEADERS)]
        yield method, target, headers, chance.choice(BODIES) if method in ("POST", "PUT", "PATCH") else b""


def main(mode: str, folder: str, number: str) -> None:
    """Asks and prints."""
    from tayberry._load import load_app

    sys.path.insert(0, folder)
    app = load_app("app:app", f"{folder}/.tayberry" if mode == "compiled" else None)
    application: Any
    if mode == "reference":
        from reference import Reference

        application = Reference(app)
    else:
        application = app.application()
    for request in requests(int(number)):
        with contextlib.redirect_stderr(io.StringIO()):
            status, headers, body = application.handle(*request)
        lines = sorted(f"{name.decode()}: {value.decode('latin-1')}" for name, value in headers if name not in LEFT_OUT)
        print(json.dumps([repr(request), status, lines, bytes(body).decode("utf-8", "backslashreplace")]))


if __name__ == "__main__":
    main(*sys.argv[1:])
