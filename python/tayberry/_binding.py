"""A handler's signature turned into the route that the runtime serves.

In: a function (or any callable), its path and methods. Out: a `Route` whose parameters say where each comes from and
what it must be; docs/internals.md has the rules. What is wrong with a signature is a `TypeError` that names the
handler and the parameter.
"""

from __future__ import annotations

import functools
import inspect
import re
import typing
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from . import _types
from ._params import REQUIRED, Marker
from ._types import Type

_PLACEHOLDER = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")


class Param(NamedTuple):
    """A parameter of a handler.

    `source` is `path`, `query`, `header`, `cookie`, `body` or `request`; `alias` is the name in the request; `default` is
    used when `required` is false and the request has none; `many` collects every value given under the name.
    """

    name: str
    source: str
    alias: str
    type: Type
    required: bool
    default: Any
    many: bool
    keyword_only: bool


class Route(NamedTuple):
    """One handler under one path; parameters in the order of the signature."""

    methods: tuple[str, ...]
    path: str
    handler: Callable[..., Any]
    name: str
    status: int
    params: tuple[Param, ...]
    #: What a result is checked against that is no response; `None` where the annotation says nothing about JSON.
    returns: Type | None
    #: Whether the annotation names a response: then one is accepted, and without `returns` nothing else.
    responds: bool
    is_async: bool
    runs: str | None


def placeholders(path: str) -> tuple[str, ...]:
    """The names in a path: `("item_id", "rest")` for `/items/{item_id}/{rest:path}`."""
    return tuple(match[1] for match in _PLACEHOLDER.finditer(path))


def bind(
    handler: Callable[..., Any],
    path: str,
    methods: Iterable[str],
    *,
    name: str | None = None,
    status: int = 200,
    runs: str | None = None,
) -> Route:
    """Reads the signature of `handler` and makes its route.

    Raises `TypeError` for a signature that no request can fill and for types without a form on the wire; a note says where the
    handler is.
    """
    try:
        return _bound(handler, path, methods, name, status, runs)
    except TypeError as error:
        code = getattr(inspect.unwrap(handler), "__code__", None)
        line = "" if code is None else f", line {code.co_firstlineno}"
        error.add_note(f"  in module {getattr(handler, '__module__', '?')}{line}")
        raise


def _bound(
    handler: Callable[..., Any], path: str, methods: Iterable[str], name: str | None, status: int, runs: str | None
) -> Route:
    shown = _name(handler)
    names = placeholders(path)
    for each in set(names):
        if not each.isidentifier():
            raise TypeError(f"{shown}: {each!r} in the path {path!r} is not a parameter's name")
        if names.count(each) > 1:
            raise TypeError(f"{shown}: the path {path!r} names `{each}` twice")
    hints = _hints(handler, shown)
    params = []
    for parameter in inspect.signature(handler).parameters.values():
        params.append(_param(parameter, hints, names, path, shown))
    for each in names:
        # A handler that takes the whole request finds the text in `path_params`.
        if not any(param.source == "request" or (param.source == "path" and param.alias == each) for param in params):
            raise TypeError(f"{shown}: the path {path!r} names `{each}`, which is no parameter of the handler")
    bodies = [param.name for param in params if param.source == "body"]
    if len(bodies) > 1:
        listed = " and ".join(f"`{each}`" for each in bodies)
        raise TypeError(f"{shown}: {listed} would both be read from the body; put them in one class, or mark one `Query()`")
    returns, responds = _returns(hints)
    return Route(
        methods=tuple(each.upper() for each in methods),
        path=path,
        handler=handler,
        name=name or str(getattr(handler, "__name__", type(handler).__name__)),
        status=status,
        params=tuple(params),
        returns=returns,
        responds=responds,
        is_async=is_async(handler),
        runs=runs,
    )


def is_async(handler: Callable[..., Any]) -> bool:
    """Whether calling `handler` gives a coroutine."""
    while isinstance(handler, functools.partial):
        handler = handler.func
    if inspect.iscoroutinefunction(handler):
        return True
    return not inspect.isroutine(handler) and inspect.iscoroutinefunction(getattr(handler, "__call__", None))


def _name(handler: Callable[..., Any]) -> str:
    return f"{getattr(handler, '__qualname__', type(handler).__qualname__).rpartition('<locals>.')[2]}()"


def _hints(handler: Callable[..., Any], shown: str) -> dict[str, Any]:
    function: Any = handler
    while isinstance(function, functools.partial):
        function = function.func
    function = inspect.unwrap(function)
    if not inspect.isroutine(function):
        function = function.__init__ if isinstance(function, type) else function.__call__  # type: ignore[misc]
    try:
        return typing.get_type_hints(function, include_extras=True)
    except (NameError, TypeError, AttributeError) as error:
        raise TypeError(f"{shown}: {error} (in its annotations)") from error


def _param(
    parameter: inspect.Parameter, hints: dict[str, Any], names: tuple[str, ...], path: str, shown: str
) -> Param:
    where = f"parameter `{parameter.name}` of {shown}"
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        star = "*" if parameter.kind is parameter.VAR_POSITIONAL else "**"
        raise TypeError(f"{shown}: `{star}{parameter.name}` cannot be filled from a request")
    hint = hints.get(parameter.name, parameter.annotation)
    marker, default = _marker(hint, parameter, where)
    kind = _types.describe(hint, where)
    if kind.kind == "response":
        raise TypeError(f"{where}: a {kind.name} cannot be filled from a request")
    if kind.kind == "request":
        source = "request"
    elif marker is not None:
        source = marker.source
    elif parameter.name in names:
        source = "path"
    else:
        source = "query" if has_text_form(kind) else "body"
    alias = parameter.name
    if marker is not None and marker.alias is not None:
        alias = marker.alias
    elif source == "header":
        alias = alias.replace("_", "-")
    if source == "header":
        alias = alias.lower()
    if source == "path":
        if alias not in names:
            raise TypeError(f"{where}: `{alias}` is not in the path {path!r}")
        if not is_scalar(kind):
            raise TypeError(f"{where}: a path parameter cannot be {kind.name}")
    elif source in ("query", "header", "cookie") and not has_text_form(kind):
        raise TypeError(f"{where}: {kind.name} has no text form, so it cannot come from a {source}")
    return Param(
        name=parameter.name,
        source=source,
        alias=alias,
        type=kind,
        required=default is REQUIRED,
        default=None if default is REQUIRED else default,
        many=source in ("query", "header") and collects(kind),
        keyword_only=parameter.kind is parameter.KEYWORD_ONLY,
    )


def _marker(hint: Any, parameter: inspect.Parameter, where: str) -> tuple[Marker | None, Any]:
    found = [_instance(each) for each in getattr(hint, "__metadata__", ()) if _is_marker(each)]
    default = REQUIRED if parameter.default is parameter.empty else parameter.default
    if _is_marker(default):
        found.append(_instance(default))
        default = found[-1].default
    elif default is REQUIRED and found:
        default = found[0].default
    for each in found:
        if each.unknown:
            raise TypeError(f"{where}: {type(each).__name__}() has no argument `{each.unknown[0]}`; look at the value in the handler")
    if len(found) > 1:
        raise TypeError(f"{where}: {found[0]!r} and {found[1]!r} both say where it comes from")
    return (found[0] if found else None), default


def _is_marker(value: Any) -> bool:
    return isinstance(value, Marker) or (isinstance(value, type) and issubclass(value, Marker))


def _instance(value: Any) -> Marker:
    made: Marker = value() if isinstance(value, type) else value
    return made


def is_scalar(kind: Type) -> bool:
    """Whether one text can hold a value."""
    if kind.kind == "union":
        return all(is_scalar(each) for each in kind.args)
    return kind.kind in _types.SCALARS


def collects(kind: Type) -> bool:
    """Whether repeated texts make one value: `list[int]`, also with `| None`."""
    if kind.kind == "union":
        members = [each for each in kind.args if each.kind != "none"]
        return len(members) == 1 and collects(members[0])
    return kind.kind in _types.SEQUENCES and is_scalar(kind.args[0])


def has_text_form(kind: Type) -> bool:
    """Whether a value can come from a query string, header or cookie."""
    return is_scalar(kind) or collects(kind)


def _returns(hints: dict[str, Any]) -> tuple[Type | None, bool]:
    """`Route.returns` and `Route.responds`."""
    if "return" not in hints:
        return None, False
    try:
        kind = _types.describe(hints["return"])
    except TypeError:
        return None, False
    members = kind.args if kind.kind == "union" else (kind,)
    if any(each.kind in ("request", "any") for each in members):
        return None, False
    rest = [each for each in members if each.kind != "response"]
    return _types.union(rest) if rest else None, len(rest) < len(members)
