"""Tayberry: typed Python web apps, compiled ahead of time and served by a Rust runtime.

    from tayberry import App, NotFound

    app = App()

    @app.get("/items/{item_id}")
    def read_item(item_id: int, q: str | None = None) -> dict[str, int]:
        ...

`App` and `Router` only collect routes; they import nothing heavy, so a module that defines an app can be imported by
tools and tests that never serve it.
"""

from __future__ import annotations

from . import status
from ._params import Body, Cookie, Header, Path, Query
from .app import App
from .exceptions import (
    BadRequest,
    Conflict,
    ContentTooLarge,
    Forbidden,
    Gone,
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    PreconditionFailed,
    ServiceUnavailable,
    TooManyRequests,
    Unauthorized,
    UnprocessableContent,
    UnsupportedMediaType,
)
from .integers import i8, i16, i32, i64, u8, u16, u32, u64
from .limits import Limits
from .multidict import Headers, MutableHeaders, QueryParams
from .request import Request
from .responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from .routing import Router

__version__ = "0.1.0"

__all__ = [
    "App",
    "BadRequest",
    "Body",
    "Conflict",
    "ContentTooLarge",
    "Cookie",
    "Forbidden",
    "Gone",
    "HTMLResponse",
    "HTTPException",
    "Header",
    "Headers",
    "InternalServerError",
    "JSONResponse",
    "Limits",
    "MethodNotAllowed",
    "MutableHeaders",
    "NotAcceptable",
    "NotFound",
    "Path",
    "PlainTextResponse",
    "PreconditionFailed",
    "Query",
    "QueryParams",
    "RedirectResponse",
    "Request",
    "Response",
    "Router",
    "ServiceUnavailable",
    "TooManyRequests",
    "Unauthorized",
    "UnprocessableContent",
    "UnsupportedMediaType",
    "i16",
    "i32",
    "i64",
    "i8",
    "status",
    "u16",
    "u32",
    "u64",
    "u8",
]
