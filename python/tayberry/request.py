"""A request as handlers see it: cheap to make, parsed only where it is asked.

The runtime fills it from what it has read; a handler gets it by annotating a parameter with `Request`.
"""

from __future__ import annotations

import json
from typing import Any

from .multidict import Headers, QueryParams


class Request:
    """One HTTP request, its body read.

    `method` is upper case; `target` is the request target as sent (`/items/7?q=a%20b`); `headers` are case-insensitive;
    `body` is the whole body; `client` is the peer's address and port, `None` where there is none (in-process calls);
    `path_params` holds the decoded texts of the route's placeholders.
    """

    __slots__ = ("method", "target", "headers", "body", "client", "path_params", "http_version", "_query", "_cookies")

    def __init__(
        self,
        method: str,
        target: str,
        headers: list[tuple[bytes, bytes]],
        body: bytes = b"",
        client: tuple[str, int] | None = None,
        path_params: dict[str, str] | None = None,
        http_version: str = "1.1",
    ) -> None:
        self.method = method
        self.target = target
        self.headers = Headers(headers)
        self.body = body
        self.client = client
        self.path_params: dict[str, str] = {} if path_params is None else path_params
        self.http_version = http_version
        self._query: QueryParams | None = None
        self._cookies: dict[str, str] | None = None

    @property
    def path(self) -> str:
        """The path without the query string, percent-decoded; wrong UTF-8 becomes U+FFFD."""
        path = self.target.partition("?")[0]
        if "%" not in path:
            return path
        # Imported where it is needed: a server that never asks starts without it.
        from urllib.parse import unquote

        return unquote(path, errors="replace")

    @property
    def query_string(self) -> str:
        """What follows `?` in the target, as sent; empty if there is nothing."""
        return self.target.partition("?")[2]

    @property
    def url(self) -> str:
        """The address as far as the server knows it: `http://`, the `Host` header, the target."""
        return f"http://{self.headers.get('host', '')}{self.target}"

    @property
    def query(self) -> QueryParams:
        """The decoded values of the query string."""
        if self._query is None:
            self._query = QueryParams(self.query_string)
        return self._query

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies sent; of two with one name the last counts."""
        if self._cookies is None:
            self._cookies = parse_cookies(self.headers.get_all("cookie"))
        return self._cookies

    @property
    def content_type(self) -> str:
        """The media type of the body in lower case, without parameters; empty if it was not given."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def text(self) -> str:
        """The body as UTF-8 text. Raises `UnicodeDecodeError`."""
        return self.body.decode("utf-8")

    def json(self) -> Any:
        """The body read as JSON. Raises `ValueError` (`json.JSONDecodeError`, `UnicodeDecodeError`)."""
        return json.loads(self.body)

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.target}>"


def parse_cookies(lines: list[str]) -> dict[str, str]:
    """Names and values of `Cookie` headers (RFC 6265, section 4.2); parts without `=` are passed over."""
    cookies: dict[str, str] = {}
    for line in lines:
        for part in line.split(";"):
            name, equals, value = part.partition("=")
            value = value.strip()
            if len(value) >= 2 and value[0] == value[-1] == '"':
                value = value[1:-1]
            if equals and name.strip():
                cookies[name.strip()] = value
    return cookies
