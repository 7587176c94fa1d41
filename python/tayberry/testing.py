"""A client that asks an app in process, through the same dispatch as the server, without a socket.

    from tayberry.testing import Client

    with Client(app) as client:
        answer = client.get("/items/7", params={"q": "x"})
        assert answer.status_code == 200
        assert answer.json() == {"id": 7}
"""

from __future__ import annotations

import json as json_module
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode

from . import _lifespan
from ._load import load_app
from .app import App
from .multidict import Headers, HeadersLike, header_line, header_lines

#: Query values: a sequence under a name repeats it, `None` leaves it out, `bool` is `true` or `false`.
Params = Mapping[str, Any] | Iterable[tuple[str, Any]]


class Answer:
    """What came back: status, headers and body."""

    __slots__ = ("status_code", "headers", "content")

    def __init__(self, status_code: int, headers: Headers, content: bytes) -> None:
        self.status_code = status_code
        self.headers = headers
        self.content = content

    @property
    def text(self) -> str:
        """The body as UTF-8 text; wrong bytes become U+FFFD."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body read as JSON. Raises `json.JSONDecodeError`."""
        return json_module.loads(self.content)

    @property
    def is_success(self) -> bool:
        """Whether the status is 200–299."""
        return 200 <= self.status_code <= 299

    @property
    def reason(self) -> str:
        """The reason phrase of the status; empty for one that has none."""
        try:
            return HTTPStatus(self.status_code).phrase
        except ValueError:
            return ""

    def raise_for_status(self) -> Self:
        """Raises `AssertionError` with the body for a status of 400 and more; else gives the answer itself."""
        if self.status_code >= 400:
            raise AssertionError(f"{self.status_code} {self.reason}: {self.text}")
        return self

    def __repr__(self) -> str:
        return f"<Answer {self.status_code}, {len(self.content)} bytes>"


class Client:
    """Asks an app. As a context manager it runs the app's lifespan; without, the lifespan is not run.

    `headers` go with every request. Raises what `App.application` raises for an app that cannot be served.
    """

    def __init__(self, app: App, *, headers: HeadersLike | None = None, **overrides: Any) -> None:
        self.app = app
        self.headers = header_lines(headers)
        self._application = app.application(**overrides)
        self._stack = ExitStack()

    @classmethod
    def load(
        cls, spec: str, *, build: str | None = None, path: str | None = None, headers: HeadersLike | None = None
    ) -> Self:
        """A client for the app that `module:attribute` names: compiled with `build` (a folder of `tayberry build`), else interpreted.

        `path` is put in front of `sys.path`. Raises `tayberry._load.LoadError`.
        """
        if path is not None and os.path.abspath(path) not in sys.path:
            sys.path.insert(0, os.path.abspath(path))
        return cls(load_app(spec, build), headers=headers)

    def __enter__(self) -> Self:
        self._stack.enter_context(_lifespan.running(self.app))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, frames: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, frames)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: Any = ...,
        content: bytes | str | None = None,
        headers: HeadersLike | None = None,
        cookies: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request.

        `path` may have a query string, to which `params` are added; characters that a target cannot have are percent-encoded.
        `json` is sent as JSON, or `content` as it is. Raises `ValueError` when both are given.
        """
        lines = list(self.headers) + header_lines(headers)
        names = {name for name, _ in lines}
        if json is not ... and content is not None:
            raise ValueError("give json or content, not both")
        body = content.encode("utf-8") if isinstance(content, str) else content or b""
        if json is not ...:
            body = json_module.dumps(json, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
            if b"content-type" not in names:
                lines.append((b"content-type", b"application/json"))
        if b"host" not in names:
            lines.append((b"host", b"testserver"))
        if body and b"content-length" not in names:
            lines.append((b"content-length", b"%d" % len(body)))
        if cookies:
            lines.append(header_line("cookie", "; ".join(f"{name}={value}" for name, value in cookies.items())))
        status, raw, answer = self._application.handle(method.upper(), _target(path, params), lines, body)
        return Answer(status, Headers(raw), answer)

    def get(self, path: str, **options: Any) -> Answer:
        """`request` with GET."""
        return self.request("GET", path, **options)

    def head(self, path: str, **options: Any) -> Answer:
        """`request` with HEAD."""
        return self.request("HEAD", path, **options)

    def options(self, path: str, **options: Any) -> Answer:
        """`request` with OPTIONS."""
        return self.request("OPTIONS", path, **options)

    def post(self, path: str, **options: Any) -> Answer:
        """`request` with POST."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> Answer:
        """`request` with PUT."""
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Answer:
        """`request` with PATCH."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        """`request` with DELETE."""
        return self.request("DELETE", path, **options)


def _target(path: str, params: Params | None) -> str:
    # "%" stays: a path that is encoded already must not be encoded twice.
    target = quote(path, safe="/?#%:@!$&'()*+,;=~-._[]")
    if params is None:
        return target
    pairs: list[tuple[str, str]] = []
    for name, value in params.items() if isinstance(params, Mapping) else params:
        values = value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
        pairs += [(name, _text(each)) for each in values if each is not None]
    if not pairs:
        return target
    return f"{target}{'&' if '?' in target else '?'}{urlencode(pairs)}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
