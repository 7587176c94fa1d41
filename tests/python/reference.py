"""Dispatch written down in Python, for comparing the runtime's with it.

In: an `App`. Out: an object with the `handle` of `_runtime.Application`. It shares the codecs of single values with the
runtime (`decode_text`, `decode_json`, `encode_json`) and nothing else: matching of paths, sources of parameters, the order
and joining of rejections, results and exceptions are written again, from docs/internals.md, as plainly as possible.
"""

from __future__ import annotations

import asyncio
import json
import re
import traceback
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

from tayberry import App, HTTPException, Request, Response
from tayberry._binding import Param, Route
from tayberry._runtime import Rejected, decode_json, decode_text, encode_json
from tayberry.request import parse_cookies

Lines = list[tuple[bytes, bytes]]
Answer = tuple[int, Lines, bytes]

PLACEHOLDER = re.compile(r"\{(\w+)(:path)?\}")


class Reference:
    """An app that is answered from Python."""

    def __init__(self, app: App) -> None:
        # The most literal path first: the router prefers fixed text to a segment, and a segment to the rest of a path.
        self.routes = sorted(((_pattern(route.path), route) for route in app.routes()), key=lambda each: _rank(each[1].path))
        self.trailing_slash = app.trailing_slash

    def handle(self, method: str, target: str, headers: Lines, body: bytes) -> Answer:
        """One request. An answer to HEAD has no body, whatever it says."""
        status, lines, content = self._handle(method, target, headers, body)
        return status, lines, b"" if method == "HEAD" else content

    def _handle(self, method: str, target: str, headers: Lines, body: bytes) -> Answer:
        path, _, query = target.partition("?")
        matches = self._matches(path)
        if not matches:
            other = path[:-1] if path.endswith("/") else path + "/"
            if self.trailing_slash == "redirect" and other and self._matches(other):
                return 308, [(b"location", (other + ("?" + query if query else "")).encode())], b""
            return _problem(404)
        routes = [route for route, _ in matches]
        allowed = {each for route in routes for each in route.methods} | {"OPTIONS"}
        if "GET" in allowed:
            allowed.add("HEAD")
        for route, texts in matches:
            if method in route.methods or (method == "HEAD" and "GET" in route.methods):
                return self._answer(route, texts, method, target, query, headers, body)
        allow = (b"allow", ", ".join(sorted(allowed)).encode())
        if method == "OPTIONS":
            return 204, [allow], b""
        status, lines, content = _problem(405)
        return status, [*lines, allow], content

    def _matches(self, path: str) -> list[tuple[Route, dict[str, bytes]]]:
        found: list[tuple[Route, dict[str, bytes]]] = []
        for pattern, route in self.routes:
            match = pattern.fullmatch(path)
            if match:
                found.append((route, {name: unquote_to_bytes(text) for name, text in match.groupdict().items()}))
        return found

    def _answer(
        self, route: Route, texts: dict[str, bytes], method: str, target: str, query: str, headers: Lines, body: bytes
    ) -> Answer:
        pairs = [_pair(each) for each in query.split("&") if each]
        arguments: list[Any] = []
        keywords: dict[str, Any] = {}
        status = 422
        errors: list[dict[str, Any]] = []
        fatal: list[dict[str, Any]] = []
        for param in route.params:
            if param.source == "request":
                value: Any = Request(
                    method, target, headers, body, None, {k: v.decode("utf-8", "replace") for k, v in texts.items()}
                )
            else:
                value, refused = _value(param, texts, pairs, headers, body)
                if isinstance(refused, int):
                    return _problem(refused, "expected a body of type `application/json`, got " + _content_type(headers))
                for error in refused:
                    if error["type"] in ("json_invalid", "too_deep") and not fatal:
                        fatal = [error]
                        status = 400 if error["type"] == "json_invalid" else 422
                    errors.append(error)
            if param.keyword_only:
                keywords[param.name] = value
            else:
                arguments.append(value)
        if errors:
            # What ends the reading of the body is told alone.
            errors = fatal or errors
            return _problem(status, _detail(errors), errors=errors)
        try:
            result = route.handler(*arguments, **keywords)
            if route.is_async:
                result = asyncio.run(result)
            return _result(route, result)
        except HTTPException as error:
            status, lines, content = _problem(error.status_code, error.detail)
            lines += [(name.lower().encode(), text.encode()) for name, text in (error.headers or {}).items()]
            return status, lines, content
        except Exception:
            traceback.print_exc()
            return _problem(500)


def _pattern(path: str) -> re.Pattern[str]:
    pattern, end = "", 0
    for match in PLACEHOLDER.finditer(path):
        pattern += re.escape(path[end : match.start()])
        pattern += f"(?P<{match[1]}>.+)" if match[2] else f"(?P<{match[1]}>[^/]+)"
        end = match.end()
    return re.compile(pattern + re.escape(path[end:]))


def _rank(path: str) -> list[tuple[int, str]]:
    return [(2 if ":path}" in each else 1 if "{" in each else 0, each) for each in path.split("/")]


def _pair(text: str) -> tuple[bytes, bytes]:
    name, _, value = text.replace("+", " ").partition("=")
    return unquote_to_bytes(name), unquote_to_bytes(value)


def _value(
    param: Param, texts: dict[str, bytes], pairs: list[tuple[bytes, bytes]], headers: Lines, body: bytes
) -> tuple[Any, list[dict[str, Any]] | int]:
    """A parameter's value, and its rejections (or a status)."""
    name = param.alias.encode()
    place: list[Any] = [param.source, param.alias]
    try:
        if param.source == "body":
            place = ["body"]
            if not body:
                return _absent(param, place)
            given = _content_type(headers)
            if given != "none" and not re.fullmatch(r"`application/(json|[^;]+\+json)`", given):
                return None, 415
            return decode_json(param.type, body), []
        if param.source == "path":
            found = [texts[param.alias]]
        elif param.source == "query":
            found = [value for key, value in pairs if key == name]
        elif param.source == "header":
            found = [value for key, value in headers if key == name]
        else:
            cookies = parse_cookies([value.decode("latin-1") for key, value in headers if key == b"cookie"])
            found = [cookies[param.alias].encode("latin-1")] if param.alias in cookies else []
        if not found:
            return _absent(param, place)
        return decode_text(param.type, found if param.many else found[-1:], param.alias), []
    except Rejected as rejected:
        errors = json.loads(rejected.body)["errors"]
        for error in errors:
            if param.source != "body":
                error["loc"] = [param.source, *error["loc"][1:]]
        return None, errors


def _absent(param: Param, place: list[Any]) -> tuple[Any, list[dict[str, Any]]]:
    if not param.required:
        return param.default, []
    return None, [{"type": "missing", "loc": place, "msg": "a value is required"}]


def _content_type(headers: Lines) -> str:
    found = [value.decode("latin-1").partition(";")[0].strip().lower() for name, value in headers if name == b"content-type"]
    return f"`{found[-1]}`" if found else "none"


def _detail(errors: list[dict[str, Any]]) -> str:
    source, *place = errors[0]["loc"]
    shown = ""
    for step in place:
        shown += f"[{step}]" if isinstance(step, int) else f".{step}" if shown else step
    detail = f"{source}: {shown + ': ' if shown else ''}{errors[0]['msg']}"
    return detail if len(errors) == 1 else f"{detail} (and {len(errors) - 1} more)"


def _result(route: Route, result: Any) -> Answer:
    if isinstance(result, Response) and (route.responds or route.returns is None):
        return result.status_code, list(result.raw_headers), result.body
    if route.responds and route.returns is None:
        raise TypeError(f"expected Response, got {type(result).__name__}")
    if route.status in (204, 304):
        return route.status, [], b""
    return route.status, [(b"content-type", b"application/json")], encode_json(result, route.returns)


def _problem(status: int, detail: str | None = None, **members: Any) -> Answer:
    content: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail is not None:
        content["detail"] = detail
    content.update(members)
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return status, [(b"content-type", b"application/problem+json")], text.encode()
