"""The app: a router with a lifespan, limits and the settings that the server reads.

It collects only. `application()` flattens it and hands it to the runtime; servers and test clients call that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import asdict
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

from .limits import Limits
from .routing import Router

if TYPE_CHECKING:
    from ._runtime import Application

#: A function of the app that gives a context manager, entered before the first request and left after the last.
Lifespan = Callable[["App"], AbstractAsyncContextManager[Any] | AbstractContextManager[Any]]

#: What happens to `/items/` when only `/items` is routed, and the other way round.
TrailingSlash = Literal["strict", "redirect", "ignore"]


class App(Router):
    """A web app.

    `title` and `version` describe it; `lifespan` is called with the app and gives a (sync or async) context manager, as
    `contextlib.asynccontextmanager` makes them; `debug` puts tracebacks into 500 responses; `trailing_slash` is
    `"redirect"` (308 to the path that is routed), `"ignore"` (serve it) or `"strict"` (404); `limits` are sizes and times.
    `state` is a place for what the lifespan sets up. Raises `ValueError` for another `trailing_slash`.
    """

    def __init__(
        self,
        *,
        title: str = "",
        version: str = "",
        debug: bool = False,
        lifespan: Lifespan | None = None,
        trailing_slash: TrailingSlash = "redirect",
        limits: Limits | None = None,
        prefix: str = "",
        tags: Iterable[str] = (),
    ) -> None:
        super().__init__(prefix=prefix, tags=tags)
        if trailing_slash not in ("strict", "redirect", "ignore"):
            raise ValueError(f"trailing_slash={trailing_slash!r} must be 'strict', 'redirect' or 'ignore'")
        self.title = title
        self.version = version
        self.debug = debug
        self.lifespan = lifespan
        self.trailing_slash: TrailingSlash = trailing_slash
        self.limits = limits or Limits()
        self.state = SimpleNamespace()

    def settings(self, **overrides: Any) -> dict[str, Any]:
        """The options of `_runtime.Application`: debug, trailing_slash and every limit by its name."""
        return {"debug": self.debug, "trailing_slash": self.trailing_slash, **asdict(self.limits), **overrides}

    def application(self, **overrides: Any) -> Application:
        """The app ready to answer requests; `overrides` replace settings.

        Raises `TypeError` for a handler whose signature no request can fill and `_runtime.RouteError` for routes that
        conflict.
        """
        from ._runtime import Application

        return Application(self.routes(), self.settings(**overrides))

    def __repr__(self) -> str:
        return f"<App {self.title!r}, {sum(1 for _ in self.entries())} routes>"
