"""The test client, and through it the whole way of a request that is interpreted."""

import unittest
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from tayberry import (
    App,
    Cookie,
    Forbidden,
    Header,
    HTTPException,
    JSONResponse,
    PlainTextResponse,
    Query,
    Request,
    Response,
    Router,
    UnprocessableContent,
)
from tayberry.testing import Client


@dataclass
class Point:
    x: int
    y: float = 0.5


class Asking(unittest.TestCase):
    def test_every_method_reaches_its_handler(self) -> None:
        app = App()
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):

            def handler(request: Request) -> str:
                return request.method

            app.route("/x", methods=[method])(handler)
        client = Client(app)
        for ask, method in [
            (client.get, "GET"),
            (client.post, "POST"),
            (client.put, "PUT"),
            (client.patch, "PATCH"),
            (client.delete, "DELETE"),
            (client.options, "OPTIONS"),
        ]:
            self.assertEqual(ask("/x").json(), method)

    def test_head_is_answered_from_get_without_a_body(self) -> None:
        app = App()
        app.get("/")(lambda: "abc")
        answer = Client(app).head("/")
        self.assertEqual((answer.status_code, answer.content), (200, b""))

    def test_params_are_encoded_and_repeated(self) -> None:
        app = App()

        @app.get("/{name}")
        def echo(name: str, n: list[int], flag: bool, none: str | None = None) -> list[object]:
            return [name, n, flag, none]

        answer = Client(app).get("/ä b", params={"n": [1, 2], "flag": True, "none": None})
        self.assertEqual(answer.json(), ["ä b", [1, 2], True, None])
        answer = Client(app).get("/a%2Fb?n=3", params=[("flag", "off"), ("n", 4), ("none", "x&y")])
        self.assertEqual(answer.json(), ["a/b", [3, 4], False, "x&y"])

    def test_json_headers_and_cookies_are_sent(self) -> None:
        app = App()

        @app.post("/")
        def echo(
            point: Point,
            user_agent: Annotated[str, Header()],
            session: Annotated[str, Cookie()],
            number: Annotated[int, Query(alias="n")] = 3,
        ) -> tuple[Point, str, str, int]:
            return (point, user_agent, session, number)

        answer = Client(app, headers={"User-Agent": "t"}).post("/?n=4", json={"x": 1}, cookies={"session": "s"})
        self.assertEqual(answer.text, '[{"x":1,"y":0.5},"t","s",4]')

    def test_content_is_sent_as_it_is(self) -> None:
        app = App()

        @app.post("/")
        def length(request: Request) -> int:
            return len(request.body)

        client = Client(app)
        self.assertEqual(client.post("/", content=b"\x00\xff").json(), 2)
        self.assertEqual(client.post("/", content="é").json(), 2)
        with self.assertRaisesRegex(ValueError, "not both"):
            client.post("/", content=b"", json={})

    def test_answers_say_what_they_are(self) -> None:
        app = App()

        @app.get("/")
        def fails() -> None:
            raise Forbidden("never", {"X-Why": "because"})

        answer = Client(app).get("/")
        self.assertEqual((answer.status_code, answer.reason, answer.is_success), (403, "Forbidden", False))
        self.assertEqual(answer.headers["x-why"], "because")
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        self.assertEqual(
            answer.text, '{"type":"about:blank","title":"Forbidden","status":403,"detail":"never"}'
        )
        with self.assertRaisesRegex(AssertionError, "403 Forbidden: .*never"):
            answer.raise_for_status()


class Results(unittest.TestCase):
    def app(self) -> App:
        app = App()
        router = Router(prefix="/r")
        app.include_router(router)

        @router.get("/json", status_code=202)
        def as_json() -> JSONResponse:
            return JSONResponse({"é": [1.5, None, Point(1)]}, headers={"x-a": "b"})

        @router.get("/either")
        async def either(plain: bool) -> Response | Point:
            return PlainTextResponse("p", status_code=203) if plain else Point(2, 3.0)

        @router.get("/cookies")
        def cookies() -> Response:
            response = Response(b"")
            response.set_cookie("a", "1")
            response.set_cookie("b", "2")
            return response

        @router.delete("/gone", status_code=204)
        def gone() -> None: ...

        @router.get("/mine")
        def mine() -> None:
            class Mine(HTTPException):
                def __init__(self) -> None:
                    super().__init__(418, "tea")

            raise Mine

        @router.get("/broken")
        def broken() -> int:
            raise LookupError("hidden")

        @router.get("/deep")
        def deep() -> int:
            try:
                raise UnprocessableContent("inner")
            except UnprocessableContent as error:
                raise HTTPException(500, "outer") from error

        return app

    def setUp(self) -> None:
        self.client = Client(self.app())

    def test_a_response_is_sent_with_its_own_status_and_headers(self) -> None:
        answer = self.client.get("/r/json")
        self.assertEqual((answer.status_code, answer.text), (200, '{"é":[1.5,null,{"x":1,"y":0.5}]}'))
        self.assertEqual((answer.headers["x-a"], answer.headers["content-type"]), ("b", "application/json"))

    def test_a_handler_may_give_either_a_response_or_a_value(self) -> None:
        self.assertEqual(self.client.get("/r/either?plain=1").status_code, 203)
        self.assertEqual(self.client.get("/r/either?plain=0").text, '{"x":2,"y":3.0}')

    def test_each_cookie_has_its_own_line(self) -> None:
        lines = self.client.get("/r/cookies").headers.get_all("set-cookie")
        self.assertEqual(lines, ["a=1; Path=/; SameSite=lax", "b=2; Path=/; SameSite=lax"])

    def test_no_content_has_no_body(self) -> None:
        answer = self.client.delete("/r/gone")
        self.assertEqual((answer.status_code, answer.content), (204, b""))

    def test_exceptions_become_problems(self) -> None:
        self.assertEqual(self.client.get("/r/mine").json()["title"], "I'm a Teapot")
        self.assertEqual(self.client.get("/r/deep").json()["detail"], "outer")
        self.assertEqual(
            self.client.get("/r/broken").text, '{"type":"about:blank","title":"Internal Server Error","status":500}'
        )

    def test_requests_are_seen_whole(self) -> None:
        app = App()

        @app.put("/a/{rest:path}")
        def see(request: Request) -> list[object]:
            return [request.method, request.target, request.path_params, request.query.get_all("q"), request.text()]

        answer = Client(app).put("/a/b%20c/d?q=1&q=2", content="body")
        self.assertEqual(answer.json(), ["PUT", "/a/b%20c/d?q=1&q=2", {"rest": "b c/d"}, ["1", "2"], "body"])


class Lifespans(unittest.TestCase):
    def test_the_lifespan_surrounds_the_requests(self) -> None:
        @asynccontextmanager
        async def life(app: App) -> AsyncIterator[None]:
            app.state.greeting = "hi"
            yield
            app.state.greeting = "bye"

        app = App(lifespan=life)

        @app.get("/")
        def greet() -> str:
            return str(app.state.greeting)

        with Client(app) as client:
            self.assertEqual(client.get("/").json(), "hi")
        self.assertEqual(app.state.greeting, "bye")


class Conflicts(unittest.TestCase):
    def test_two_handlers_for_one_request_are_a_route_error(self) -> None:
        from tayberry._runtime import RouteError

        app = App()
        app.get("/a/{x}")(lambda x: x)
        app.get("/a/{y}")(lambda y: y)
        with self.assertRaises(RouteError):
            Client(app)


if __name__ == "__main__":
    unittest.main()
