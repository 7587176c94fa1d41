"""Markers that say where a handler's parameter comes from.

Written in `Annotated[int, Query(alias="n")]` or as a parameter's default (`n: int = Query(1)`). A marker only
collects; `tayberry._binding` reads it.
"""

from __future__ import annotations

from typing import Any, Final, Never


class _Required:
    """The absence of a default."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Final = _Required()


class Marker:
    """What all markers share: the source's name, the name on the wire, and a default.

    `default` is the value of an absent parameter; without one the parameter is required. `...` means required too.
    `alias` is the name in the request; without one it is the parameter's own (for headers with `-` for `_`). Other arguments
    are refused when the app starts, with the names of handler and parameter, which are not known here.
    """

    __slots__ = ("alias", "default", "description", "unknown")
    source = ""

    def __init__(
        self, default: Any = REQUIRED, *, alias: str | None = None, description: str = "", **unknown: Never
    ) -> None:
        self.default = REQUIRED if default is ... else default
        self.alias = alias
        self.description = description
        self.unknown = tuple(unknown)

    def __repr__(self) -> str:
        parts = [] if self.default is REQUIRED else [repr(self.default)]
        if self.alias is not None:
            parts.append(f"alias={self.alias!r}")
        return f"{type(self).__name__}({', '.join(parts)})"


class Path(Marker):
    """The value of `{name}` in the route's path."""

    __slots__ = ()
    source = "path"


class Query(Marker):
    """A value of the query string, `?name=value`."""

    __slots__ = ()
    source = "query"


class Header(Marker):
    """A request header; `user_agent` is `user-agent` unless `alias` says otherwise."""

    __slots__ = ()
    source = "header"


class Cookie(Marker):
    """A cookie sent by the client."""

    __slots__ = ()
    source = "cookie"


class Body(Marker):
    """The request's JSON body; at most one parameter of a handler."""

    __slots__ = ()
    source = "body"
