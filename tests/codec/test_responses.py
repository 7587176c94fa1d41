"""Responses made natively against those that the Python code of `tayberry.responses` makes, and replies read from both.

In: arguments of every sort. Out: the same objects, the same exceptions with the same texts; and what the runtime sends of them.
`type.__call__` always takes the way through the Python code.
"""

import contextvars
import gc
import itertools
import sys
import unittest
import warnings
from collections.abc import Callable
from typing import Any
from unittest import mock

from tayberry import App, HTMLResponse, JSONResponse, PlainTextResponse, Response

CLASSES = (Response, PlainTextResponse, HTMLResponse, JSONResponse)


class Text(str):
    """A text that is no plain one."""


class Number(int):
    """A status that is no plain number."""


CONTENTS: tuple[Any, ...] = ("", "Hello", "grün €", "\ud800", b"", b"\xff\x00", None, bytearray(b"ab"), memoryview(b"cd"), Text("sub"), 7, object)
STATUSES: tuple[Any, ...] = (200, 204, 404, 599, 199, 600, -1, 2**70, True, Number(201), 200.5, "200", None)
HEADERS: tuple[Any, ...] = (None, {}, {"X-One": "1"}, [("Content-Type", "text/x")], {"bad name": "1"}, 3)
MEDIA_TYPES: tuple[Any, ...] = (None, "text/plain", "text/css", "image/png", "a\nb", 5)


def told(make: Callable[[], Response]) -> tuple[Any, ...]:
    """What can be seen of a response, or of the exception instead."""
    try:
        made = make()
    except Exception as error:
        return type(error), str(error)
    return type(made), type(made.status_code), made.status_code, made.raw_headers, type(made.body), made.body, vars(made), repr(made)


def served(handler: Callable[[], Any]) -> Any:
    """The answer to a request for a handler."""
    app = App()
    app.get("/", blocking=False)(handler)
    return app.application().handle("GET", "/", [], b"")


class Responses(unittest.TestCase):
    """Construction and reading."""

    @classmethod
    def setUpClass(cls) -> None:
        # Classes are adopted when the first application is made.
        served(lambda: Response())

    def same(self, kind: type[Response], *args: Any, **keywords: Any) -> None:
        with self.subTest(kind=kind.__name__, args=args, keywords=keywords):
            self.assertEqual(told(lambda: kind(*args, **keywords)), told(lambda: type.__call__(kind, *args, **keywords)))

    def test_every_combination_of_arguments_makes_what_python_makes(self) -> None:
        for kind in CLASSES:
            self.same(kind)
            for content in CONTENTS:
                self.same(kind, content)
                self.same(kind, content=content)
            for status, headers, media_type in itertools.product(STATUSES, HEADERS, MEDIA_TYPES):
                self.same(kind, "x", status, headers, media_type)
                self.same(kind, "x", status_code=status, media_type=media_type, headers=headers)
            self.same(kind, "x", 200, None, None, None)
            self.same(kind, "x", content="y")
            self.same(kind, "x", unknown=1)
            self.same(kind, **{"".join(["sta", "tus_", "code"]): 404})

    def test_a_response_is_an_object_of_its_own(self) -> None:
        first, second = PlainTextResponse("a"), PlainTextResponse("a")
        first.raw_headers.append((b"x", b"1"))
        first.extra = 1  # type: ignore[attr-defined]
        self.assertEqual(second.raw_headers, [(b"content-type", b"text/plain; charset=utf-8")])
        self.assertFalse(hasattr(second, "extra"))
        self.assertTrue(gc.is_tracked(first))

    def test_changes_of_a_class_are_heeded(self) -> None:
        class Own(PlainTextResponse):
            media_type = "text/own"

        self.assertEqual(Own("a").raw_headers, [(b"content-type", b"text/own; charset=utf-8")])
        with mock.patch.object(HTMLResponse, "media_type", "text/other"):
            self.assertEqual(HTMLResponse("a").raw_headers, [(b"content-type", b"text/other; charset=utf-8")])
        with mock.patch.object(Response, "render", lambda self, content: b"rendered"):
            self.assertEqual(PlainTextResponse("a").body, b"rendered")
            self.assertEqual(served(lambda: PlainTextResponse("a"))[2], b"rendered")
        with mock.patch.object(Response, "body", property(lambda self: b"read", lambda self, value: None)):
            self.assertEqual(served(lambda: Response("a"))[2], b"read")
        self.same(HTMLResponse, "a")
        self.same(PlainTextResponse, "a")

    def test_what_is_sent_is_what_the_response_says(self) -> None:
        kept = PlainTextResponse("kept")

        def changed() -> Response:
            made = HTMLResponse("<p>", 201)
            made.headers["x-a"] = "1"
            made.body += b"more"
            made.status_code = 202
            return made

        def without() -> Response:
            made = PlainTextResponse("a")
            made.raw_headers.clear()
            return made

        plain = [(b"content-type", b"text/plain; charset=utf-8")]
        page = [(b"content-type", b"text/html; charset=utf-8")]
        expected: list[tuple[Callable[[], Any], tuple[int, list[tuple[bytes, bytes]], bytes]]] = [
            (lambda: PlainTextResponse("a"), (200, plain, b"a")),
            (lambda: HTMLResponse(b"a", status_code=404), (404, page, b"a")),
            (lambda: Response("a"), (200, [], b"a")),
            (lambda: kept, (200, plain, b"kept")),
            (lambda: PlainTextResponse("a", headers={"x-b": "2"}), (200, [*plain, (b"x-b", b"2")], b"a")),
            (changed, (202, [*page, (b"x-a", b"1")], b"<p>more")),
            (without, (200, [], b"a")),
        ]
        for handler, answer in expected:
            for _ in range(2):
                status, headers, body = served(handler)
                self.assertEqual((status, sorted(headers), body), (answer[0], sorted(answer[1]), answer[2]))

    def test_an_incomplete_or_spoiled_response_is_an_error(self) -> None:
        for name, value in (("status_code", 99), ("status_code", "200"), ("raw_headers", ()), ("body", "text"), ("body", None)):
            def handler(name: str = name, value: Any = value) -> Response:
                made = PlainTextResponse("a")
                delattr(made, name) if value is None else setattr(made, name, value)
                return made

            with mock.patch.object(sys, "stderr"), self.subTest(name=name, value=value):
                self.assertEqual(served(lambda: handler())[0], 500)

    def test_nothing_is_left_of_a_response(self) -> None:
        def turn() -> int:
            for _ in range(2000):
                PlainTextResponse("some text")
                told(lambda: HTMLResponse("\ud800"))
                told(lambda: PlainTextResponse("a", 7))
            gc.collect()
            return sys.getallocatedblocks()

        turn()
        grown = [after - before for before, after in itertools.pairwise(turn() for _ in range(6))]
        self.assertLess(min(grown), 500, grown)

    def test_warnings_caught_while_the_app_is_imported_leave_contexts_empty(self) -> None:
        seen: list[int] = []

        def handler() -> None:
            seen.append(len(contextvars.copy_context()))

        def within() -> None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
            served(handler)
            contextvars.ContextVar[int]("own").set(1)
            served(handler)

        contextvars.Context().run(within)
        self.assertEqual(seen[0], 0)
        self.assertGreaterEqual(seen[1], 1)


if __name__ == "__main__":
    unittest.main()
