"""Exceptions that become responses.

A handler, or anything that it calls, raises one; the runtime answers with a problem document (RFC 9457):
`{"type":"about:blank","title":"Not Found","status":404,"detail":"no such user"}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar


class HTTPException(Exception):
    """Ends a request with `status_code` (400–599).

    `detail` says what happened, for the client: a text, or any value with a JSON form (`{"code": 5}`), which stands under `detail`
    as it is; `None` leaves it out. `headers` are added to the response. Raises `ValueError` for another status.
    """

    status_code: int
    detail: Any
    headers: Mapping[str, str] | None

    def __init__(
        self, status_code: int, detail: Any = None, headers: Mapping[str, str] | None = None
    ) -> None:
        if not 400 <= status_code <= 599:
            raise ValueError(f"status code {status_code} is no error (400–599)")
        super().__init__(status_code, detail)
        self.status_code = status_code
        self.detail = detail
        self.headers = headers

    @property
    def title(self) -> str:
        """The reason phrase of the status; empty for one that has none."""
        try:
            return HTTPStatus(self.status_code).phrase
        except ValueError:
            return ""

    def __str__(self) -> str:
        shown = f"{self.status_code} {self.title}".rstrip()
        return shown if self.detail is None else f"{shown}: {self.detail}"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuilt, (type(self), self.status_code, self.detail, self.headers))


def _rebuilt(
    cls: type[HTTPException], status_code: int, detail: Any, headers: Mapping[str, str] | None
) -> HTTPException:
    made = cls.__new__(cls)
    HTTPException.__init__(made, status_code, detail, headers)
    return made


class _Named(HTTPException):
    """An error whose class says the status."""

    status: ClassVar[int]

    def __init__(self, detail: Any = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(self.status, detail, headers)


class BadRequest(_Named):
    """400: the request makes no sense."""

    status = 400


class Unauthorized(_Named):
    """401: who is asking? A `WWW-Authenticate` header should say how to tell."""

    status = 401


class Forbidden(_Named):
    """403: known, and not allowed."""

    status = 403


class NotFound(_Named):
    """404: there is no such thing."""

    status = 404


class MethodNotAllowed(_Named):
    """405: the thing is there, but not for this method."""

    status = 405


class NotAcceptable(_Named):
    """406: no form of the thing suits the client."""

    status = 406


class Conflict(_Named):
    """409: the present state of the thing does not allow it."""

    status = 409


class Gone(_Named):
    """410: it was there once."""

    status = 410


class PreconditionFailed(_Named):
    """412: a condition in the request's headers does not hold."""

    status = 412


class ContentTooLarge(_Named):
    """413: the body is too large."""

    status = 413


class UnsupportedMediaType(_Named):
    """415: the body is of a kind that is not read here."""

    status = 415


class UnprocessableContent(_Named):
    """422: well formed, but its values are not acceptable."""

    status = 422


class TooManyRequests(_Named):
    """429: the client should slow down; a `Retry-After` header may say until when."""

    status = 429


class InternalServerError(_Named):
    """500: our fault."""

    status = 500


class ServiceUnavailable(_Named):
    """503: not now."""

    status = 503
