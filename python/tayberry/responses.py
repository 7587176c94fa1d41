"""Responses that a handler may return instead of a plain value.

A response knows its status, header lines and body bytes. The runtime reads `status_code`, `raw_headers` and `body`
(docs/internals.md); it adds `content-length` and `date` itself, and passes no `content-length` or `transfer-encoding` on.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from .multidict import HeadersLike, MutableHeaders, header_line, header_lines


class Response:
    """A response with a body of bytes, or of text that is sent as UTF-8.

    `status_code` is 200–599; `headers` is a mapping or pairs; `media_type` becomes `content-type` (with
    `; charset=utf-8` for `text/…`) unless `headers` has one. Raises `ValueError` for a status out of range and for
    headers that HTTP does not allow.
    """

    __slots__ = ("status_code", "raw_headers", "body", "__dict__")

    #: The `content-type` of this class of responses; `None` sends none.
    media_type: str | None = None

    status_code: int
    #: Header lines as they are sent: lower-case names and values.
    raw_headers: list[tuple[bytes, bytes]]
    body: bytes

    def __init__(
        self,
        content: Any = b"",
        status_code: int = 200,
        headers: HeadersLike | None = None,
        media_type: str | None = None,
    ) -> None:
        if not 200 <= status_code <= 599:
            raise ValueError(f"status code {status_code} is not in 200–599")
        self.status_code = status_code
        self.body = self.render(content)
        lines = [] if headers is None else header_lines(headers)
        media_type = media_type if media_type is not None else self.media_type
        if media_type is not None and not (lines and any(name == b"content-type" for name, _ in lines)):
            lines.insert(0, _type_line(media_type))
        self.raw_headers = lines

    def render(self, content: Any) -> bytes:
        """The body's bytes. Raises `TypeError` for content that this class cannot send."""
        if content is None:
            return b""
        if isinstance(content, str):
            return content.encode("utf-8")
        if isinstance(content, (bytes, bytearray, memoryview)):
            return bytes(content)
        raise TypeError(f"{type(self).__name__}: the content must be str or bytes, not {type(content).__name__}")

    @property
    def headers(self) -> MutableHeaders:
        """The header lines as a mapping; changes to it change the response."""
        return MutableHeaders(self.raw_headers)

    def set_cookie(
        self,
        name: str,
        value: str = "",
        *,
        max_age: int | None = None,
        expires: datetime | str | None = None,
        path: str | None = "/",
        domain: str | None = None,
        secure: bool = False,
        httponly: bool = False,
        samesite: Literal["lax", "strict", "none"] | None = "lax",
    ) -> None:
        """Adds a `set-cookie` line. `max_age` is in seconds; `expires` needs a time zone if it is a `datetime`.

        Raises `ValueError` for a name or value that no cookie can have.
        """
        # Imported where they are needed: a server that sets no cookies starts without them.
        from http.cookies import CookieError, SimpleCookie

        cookie: SimpleCookie = SimpleCookie()
        try:
            cookie[name] = value
            morsel = cookie[name]
            if max_age is not None:
                morsel["max-age"] = max_age
            if expires is not None:
                morsel["expires"] = _http_date(expires) if isinstance(expires, datetime) else expires
            if path is not None:
                morsel["path"] = path
            if domain is not None:
                morsel["domain"] = domain
            if samesite is not None:
                morsel["samesite"] = samesite
            morsel["secure"] = secure
            morsel["httponly"] = httponly
        except CookieError as error:
            raise ValueError(f"cookie {name!r}: {error}") from None
        self.raw_headers.append(header_line("set-cookie", morsel.OutputString()))

    def delete_cookie(self, name: str, *, path: str | None = "/", domain: str | None = None) -> None:
        """Tells the client to forget a cookie; `path` and `domain` must be those it was set with."""
        self.set_cookie(name, max_age=0, expires="Thu, 01 Jan 1970 00:00:00 GMT", path=path, domain=domain)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.status_code}, {len(self.body)} bytes>"


class JSONResponse(Response):
    """Any value with a JSON form, written as a handler's result would be."""

    __slots__ = ()
    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The content as JSON. Raises `TypeError` or `ValueError` for values without a JSON form."""
        from ._runtime import encode_json

        return encode_json(content)


class PlainTextResponse(Response):
    """Text."""

    __slots__ = ()
    media_type = "text/plain"


class HTMLResponse(Response):
    """A page."""

    __slots__ = ()
    media_type = "text/html"


class RedirectResponse(Response):
    """Sends the client to another address: 307 keeps method and body, 303 makes it a GET, 301 and 308 are for ever."""

    __slots__ = ()

    def __init__(self, url: str, status_code: int = 307, headers: HeadersLike | None = None) -> None:
        if status_code not in (301, 302, 303, 307, 308):
            raise ValueError(f"status code {status_code} is no redirect (301, 302, 303, 307 or 308)")
        from urllib.parse import quote

        super().__init__(b"", status_code, headers)
        self.headers["location"] = quote(url, safe=":/%#?=@[]!$&'()*+,;~")


def _type_line(media_type: str) -> tuple[bytes, bytes]:
    """The `content-type` line. Those of the classes above are constants of the code, which threads share for nothing."""
    match media_type:
        case "application/json":
            return (b"content-type", b"application/json")
        case "text/plain":
            return (b"content-type", b"text/plain; charset=utf-8")
        case "text/html":
            return (b"content-type", b"text/html; charset=utf-8")
    if media_type.startswith("text/") and "charset=" not in media_type:
        media_type += "; charset=utf-8"
    return header_line("content-type", media_type)


def _http_date(moment: datetime) -> str:
    from email.utils import format_datetime

    if moment.tzinfo is None:
        raise ValueError(f"expires={moment!r} has no time zone")
    return format_datetime(moment.astimezone(UTC), usegmt=True)
