"""Routers: they collect handlers under paths and are flattened into routes when a server or test client starts.

Decorators return the function unchanged, so a handler stays an ordinary function that other code and tests can call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ._binding import Route

#: Anything that can be called to answer a request.
Handler = Callable[..., Any]


class Entry(NamedTuple):
    """One use of a route decorator, its path still without the prefixes of the routers around it.

    `blocking` says whether the handler runs on the thread pool (true), on the I/O thread (false), or wherever its body
    allows (none).
    """

    methods: tuple[str, ...]
    path: str
    handler: Handler
    status_code: int
    name: str | None
    tags: tuple[str, ...]
    blocking: bool | None
    summary: str | None
    deprecated: bool


class Include(NamedTuple):
    """A router within a router."""

    router: Router
    prefix: str
    tags: tuple[str, ...]


class Router:
    """A group of handlers that share a prefix and tags.

    `prefix` is empty, or starts with `/` and does not end with it; it may have placeholders. Raises `ValueError` for
    other prefixes.
    """

    def __init__(self, *, prefix: str = "", tags: Iterable[str] = ()) -> None:
        self.prefix = _prefix(prefix)
        self.tags = tuple(tags)
        self._parts: list[Entry | Include] = []

    def route[F: Handler](
        self,
        path: str,
        *,
        methods: Iterable[str] = ("GET",),
        status_code: int = 200,
        name: str | None = None,
        tags: Iterable[str] = (),
        blocking: bool | None = None,
        summary: str | None = None,
        deprecated: bool = False,
    ) -> Callable[[F], F]:
        """Registers a function as the handler of `path` for `methods`; the function itself is not changed.

        `path` starts with `/` (or is empty below a prefix) and may have placeholders: `{item_id}` is one segment,
        `{rest:path}` all that is left. `status_code` is the status of a result that is no `Response`; `name` is the
        function's own without one; `blocking=True` sends a plain function to the thread pool, `False` keeps it on the I/O
        thread. Raises `ValueError` for a path, method or status that cannot be.
        """
        if not isinstance(path, str):
            raise TypeError(f"a route's path is a text, not {path!r}: write @app.get(\"/path\") above the function")
        if path and not path.startswith("/"):
            raise ValueError(f"the path {path!r} must start with '/'")
        if not 200 <= status_code <= 599:
            raise ValueError(f"status_code={status_code} of {path!r} is not in 200–599")
        if isinstance(methods, str):
            raise TypeError(f"methods={methods!r} of {path!r} must be a list: [{methods!r}]")
        given = tuple(dict.fromkeys(each.upper() for each in methods))
        if not given:
            raise ValueError(f"{path!r} has no methods")
        for each in given:
            if not each.isascii() or not each.replace("-", "").isalpha():
                raise ValueError(f"{each!r} of {path!r} is not an HTTP method")

        def register(function: F) -> F:
            if not callable(function):
                raise TypeError(f"the handler of {path!r} must be a function, not {type(function).__name__}")
            self._parts.append(
                Entry(given, path, function, status_code, name, tuple(tags), blocking, summary, deprecated)
            )
            return function

        return register

    def get[F: Handler](
        self,
        path: str,
        *,
        status_code: int = 200,
        name: str | None = None,
        tags: Iterable[str] = (),
        blocking: bool | None = None,
        summary: str | None = None,
        deprecated: bool = False,
    ) -> Callable[[F], F]:
        """`route` for GET (HEAD is answered from it too)."""
        return self.route(
            path,
            methods=("GET",),
            status_code=status_code,
            name=name,
            tags=tags,
            blocking=blocking,
            summary=summary,
            deprecated=deprecated,
        )

    def post[F: Handler](
        self,
        path: str,
        *,
        status_code: int = 200,
        name: str | None = None,
        tags: Iterable[str] = (),
        blocking: bool | None = None,
        summary: str | None = None,
        deprecated: bool = False,
    ) -> Callable[[F], F]:
        """`route` for POST."""
        return self.route(
            path,
            methods=("POST",),
            status_code=status_code,
            name=name,
            tags=tags,
            blocking=blocking,
            summary=summary,
            deprecated=deprecated,
        )

    def put[F: Handler](
        self,
        path: str,
        *,
        status_code: int = 200,
        name: str | None = None,
        tags: Iterable[str] = (),
        blocking: bool | None = None,
        summary: str | None = None,
        deprecated: bool = False,
    ) -> Callable[[F], F]:
        """`route` for PUT."""
        return self.route(
            path,
            methods=("PUT",),
            status_code=status_code,
            name=name,
            tags=tags,
            blocking=blocking,
            summary=summary,
            deprecated=deprecated,
        )

    def patch[F: Handler](
        self,
        path: str,
        *,
        status_code: int = 200,
        name: str | None = None,
        tags: Iterable[str] = (),
        blocking: bool | None = None,
        summary: str | None = None,
        deprecated: bool = False,
    ) -> Callable[[F], F]:
        """`route` for PATCH."""
        return self.route(
            path,
            methods=("PATCH",),
            status_code=status_code,
            name=name,
            tags=tags,
            blocking=blocking,
            summary=summary,
            deprecated=deprecated,
        )

    def delete[F: Handler](
        self,
        path: str,
        *,
        status_code: int = 200,
        name: str | None = None,
        tags: Iterable[str] = (),
        blocking: bool | None = None,
        summary: str | None = None,
        deprecated: bool = False,
    ) -> Callable[[F], F]:
        """`route` for DELETE."""
        return self.route(
            path,
            methods=("DELETE",),
            status_code=status_code,
            name=name,
            tags=tags,
            blocking=blocking,
            summary=summary,
            deprecated=deprecated,
        )

    def head[F: Handler](
        self,
        path: str,
        *,
        status_code: int = 200,
        name: str | None = None,
        tags: Iterable[str] = (),
        blocking: bool | None = None,
        summary: str | None = None,
        deprecated: bool = False,
    ) -> Callable[[F], F]:
        """`route` for HEAD."""
        return self.route(
            path,
            methods=("HEAD",),
            status_code=status_code,
            name=name,
            tags=tags,
            blocking=blocking,
            summary=summary,
            deprecated=deprecated,
        )

    def options[F: Handler](
        self,
        path: str,
        *,
        status_code: int = 200,
        name: str | None = None,
        tags: Iterable[str] = (),
        blocking: bool | None = None,
        summary: str | None = None,
        deprecated: bool = False,
    ) -> Callable[[F], F]:
        """`route` for OPTIONS."""
        return self.route(
            path,
            methods=("OPTIONS",),
            status_code=status_code,
            name=name,
            tags=tags,
            blocking=blocking,
            summary=summary,
            deprecated=deprecated,
        )

    def include_router(self, router: Router, *, prefix: str = "", tags: Iterable[str] = ()) -> None:
        """Adds another router's handlers below `prefix` and its own prefix, also those it gets later.

        Raises `ValueError` for a router that would contain itself.
        """
        if not isinstance(router, Router):
            raise TypeError(f"include_router() takes a Router, not {type(router).__name__}")
        if router is self or self in router._within():
            raise ValueError("a router cannot include itself")
        self._parts.append(Include(router, _prefix(prefix), tuple(tags)))

    def _within(self) -> Iterator[Router]:
        for part in self._parts:
            if isinstance(part, Include):
                yield part.router
                yield from part.router._within()

    def entries(self) -> Iterator[Entry]:
        """Every handler below this router in order of registration, with full paths and all tags."""
        yield from self._entries("", ())

    def _entries(self, prefix: str, tags: tuple[str, ...]) -> Iterator[Entry]:
        prefix += self.prefix
        tags += self.tags
        for part in self._parts:
            if isinstance(part, Include):
                yield from part.router._entries(prefix + part.prefix, tags + part.tags)
                continue
            yield Entry(
                part.methods,
                prefix + part.path or "/",
                part.handler,
                part.status_code,
                part.name,
                tuple(dict.fromkeys(tags + part.tags)),
                part.blocking,
                part.summary,
                part.deprecated,
            )

    def routes(self) -> list[Route]:
        """The handlers' signatures read, as the runtime wants them.

        Raises `TypeError` for a signature that no request can fill (the message names handler and parameter).
        """
        from . import _binding

        return [
            _binding.bind(
                entry.handler,
                entry.path,
                entry.methods,
                name=entry.name,
                status=entry.status_code,
                runs=_runs(entry),
            )
            for entry in self.entries()
        ]


def _runs(entry: Entry) -> str | None:
    """Where the author wants a handler to run; `None` leaves it to the runtime."""
    from . import _binding

    if entry.blocking is None:
        return None
    if _binding.is_async(entry.handler):
        if entry.blocking:
            shown = getattr(entry.handler, "__qualname__", repr(entry.handler))
            raise TypeError(f"{shown}(): blocking=True is for plain functions; an async one runs on the event loop")
        return None
    return "pool" if entry.blocking else "inline"


def _prefix(prefix: str) -> str:
    if prefix and (not prefix.startswith("/") or prefix.endswith("/")):
        raise ValueError(f"the prefix {prefix!r} must start with '/' and not end with it")
    return prefix
