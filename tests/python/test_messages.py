"""Requests, responses, headers and exceptions, without a server."""

import pickle
import unittest
from datetime import UTC, datetime

import tayberry
from tayberry import (
    Headers,
    HTMLResponse,
    HTTPException,
    MutableHeaders,
    NotFound,
    PlainTextResponse,
    QueryParams,
    RedirectResponse,
    Request,
    Response,
    status,
)


class Responses(unittest.TestCase):
    def test_text_gets_a_charset_and_bytes_stay(self) -> None:
        self.assertEqual(PlainTextResponse("é").body, "é".encode())
        self.assertEqual(PlainTextResponse("x").headers["Content-Type"], "text/plain; charset=utf-8")
        self.assertEqual(HTMLResponse("x").raw_headers, [(b"content-type", b"text/html; charset=utf-8")])
        self.assertEqual(Response(b"\xff\x00").body, b"\xff\x00")
        self.assertEqual(Response().raw_headers, [])

    def test_a_given_content_type_wins(self) -> None:
        response = PlainTextResponse("x", headers={"Content-Type": "text/csv"}, media_type="text/xml")
        self.assertEqual(response.raw_headers, [(b"content-type", b"text/csv")])

    def test_headers_are_changed_in_place(self) -> None:
        response = Response(headers=[("X-A", "1"), ("x-a", "2")])
        self.assertEqual(response.headers.get_all("X-a"), ["1", "2"])
        response.headers["X-A"] = "3"
        response.headers.append("X-A", "4")
        self.assertEqual(response.raw_headers, [(b"x-a", b"3"), (b"x-a", b"4")])
        del response.headers["x-A"]
        self.assertEqual(response.raw_headers, [])

    def test_line_breaks_cannot_be_smuggled_in(self) -> None:
        for name, value in [("x", "a\r\nset-cookie: b"), ("x\n", "a"), ("", "a"), ("a b", "c"), ("x", "\x00"), ("é", "a"), ("x", "€")]:
            with self.subTest(name=name, value=value), self.assertRaises(ValueError):
                Response(headers={name: value})
        with self.assertRaises(ValueError):
            Response().set_cookie("a", "b", path="/\r\nx: y")
        self.assertNotIn(b"\n", RedirectResponse("/a\r\nx: y").raw_headers[0][1])

    def test_cookies_are_set_and_deleted(self) -> None:
        response = Response()
        response.set_cookie("a", "b c", max_age=5, secure=True, httponly=True, samesite="strict")
        response.set_cookie("d", "e", expires=datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC), path=None, samesite=None)
        response.delete_cookie("a")
        lines = response.headers.get_all("set-cookie")
        self.assertEqual(lines[0], 'a="b c"; HttpOnly; Max-Age=5; Path=/; SameSite=strict; Secure')
        self.assertEqual(lines[1], "d=e; expires=Wed, 02 Jan 2030 03:04:05 GMT")
        self.assertIn("Max-Age=0", lines[2])
        with self.assertRaisesRegex(ValueError, "time zone"):
            response.set_cookie("a", expires=datetime(2030, 1, 2))
        with self.assertRaisesRegex(ValueError, "cookie 'a;b'"):
            response.set_cookie("a;b", "c")

    def test_redirects_encode_what_a_header_cannot_have(self) -> None:
        response = RedirectResponse("/ä b?q=1#x", status_code=303)
        self.assertEqual((response.status_code, response.headers["location"]), (303, "/%C3%A4%20b?q=1#x"))
        with self.assertRaisesRegex(ValueError, "200 is no redirect"):
            RedirectResponse("/", 200)

    def test_wrong_content_and_status_are_refused(self) -> None:
        with self.assertRaisesRegex(TypeError, "not dict"):
            PlainTextResponse({})
        with self.assertRaisesRegex(ValueError, "status code 99"):
            Response(status_code=99)


class Requests(unittest.TestCase):
    def setUp(self) -> None:
        self.request = Request(
            "GET",
            "/a%20b/%C3%A9?x=1&y=a+b&x=2&z",
            [(b"host", b"h:1"), (b"cookie", b'a=1; b="q"; bad; a=2'), (b"content-type", b"Text/JSON; q=1")],
            b'{"k": [1]}',
            ("::1", 9),
            {"id": "7"},
        )

    def test_the_target_is_taken_apart(self) -> None:
        self.assertEqual(self.request.path, "/a b/é")
        self.assertEqual(self.request.query_string, "x=1&y=a+b&x=2&z")
        self.assertEqual(self.request.url, "http://h:1/a%20b/%C3%A9?x=1&y=a+b&x=2&z")

    def test_the_last_of_repeated_query_values_counts(self) -> None:
        query = self.request.query
        self.assertEqual((query["x"], query["y"], query["z"]), ("2", "a b", ""))
        self.assertEqual(query.get_all("x"), ["1", "2"])
        self.assertEqual((len(query), list(query), query.get("none")), (3, ["x", "y", "z"], None))
        self.assertEqual(QueryParams("a=%FF")["a"], "\ufffd")

    def test_cookies_and_body(self) -> None:
        self.assertEqual(self.request.cookies, {"a": "2", "b": "q"})
        self.assertEqual((self.request.json(), self.request.text()), ({"k": [1]}, '{"k": [1]}'))
        self.assertEqual(self.request.content_type, "text/json")
        with self.assertRaises(ValueError):
            Request("GET", "/", [], b"\xff").json()

    def test_header_names_compare_without_case(self) -> None:
        headers = Headers([(b"x-a", b"1"), (b"x-a", b"\xe9")])
        self.assertEqual((headers["X-A"], headers.get_all("x-A")), ("é", ["1", "é"]))
        self.assertIn("X-a", headers)
        self.assertNotIn("ü€", headers)
        self.assertEqual((len(headers), dict(headers)), (1, {"x-a": "é"}))
        with self.assertRaises(KeyError):
            headers["y"]
        with self.assertRaises(KeyError):
            del MutableHeaders([])["y"]


class Exceptions(unittest.TestCase):
    def test_each_named_exception_has_its_status_and_phrase(self) -> None:
        named = [each for each in vars(tayberry).values() if isinstance(each, type) and issubclass(each, HTTPException)]
        self.assertGreater(len(named), 15)
        for each in named:
            if each is not HTTPException:
                error = each("why", {"x-a": "b"})  # type: ignore[arg-type]
                self.assertEqual((error.detail, error.headers), ("why", {"x-a": "b"}))
                self.assertEqual(each.__name__.lower(), error.title.lower().replace(" ", ""))

    def test_detail_is_optional_and_the_text_is_readable(self) -> None:
        self.assertEqual(str(NotFound()), "404 Not Found")
        self.assertEqual(str(HTTPException(422, "no")), "422 Unprocessable Content: no")
        self.assertEqual(str(HTTPException(499)), "499")
        self.assertIsNone(NotFound().detail)

    def test_a_status_that_is_no_error_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "200 is no error"):
            HTTPException(200)

    def test_they_survive_pickling(self) -> None:
        for error in (NotFound("x", {"a": "b"}), HTTPException(418, "tea")):
            again = pickle.loads(pickle.dumps(error))
            self.assertEqual((type(again), again.status_code, again.detail, again.headers), (type(error), error.status_code, error.detail, error.headers))

    def test_status_names_say_their_numbers(self) -> None:
        for name, value in vars(status).items():
            if name.startswith("HTTP_"):
                self.assertEqual(name.split("_")[1], str(value))
        self.assertEqual(status.HTTP_201_CREATED, 201)


if __name__ == "__main__":
    unittest.main()
