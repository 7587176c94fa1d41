"""The table of cases, read and written by the table-driven codec."""

import json
import unittest
from typing import Any

from tayberry import _runtime, _types

import cases


def rejections(error: Any) -> Any:
    """What `cases` writes for this rejection."""
    problem = json.loads(error.body)
    assert problem["status"] == error.status
    words = [each["type"] for each in problem["errors"]]
    if words in (["json_invalid"], ["too_deep"]):
        assert error.status == (400 if words == ["json_invalid"] else 422)
        return words[0]
    assert error.status == 422
    return [(each["loc"], each["type"]) for each in problem["errors"]]


class Cases(unittest.TestCase):
    def same(self, expected: Any, found: Any) -> None:
        self.assertEqual(found, expected)
        self.assertIs(type(found), type(expected))

    def test_documents_become_values_or_rejections(self) -> None:
        for annotation, document, expected in cases.JSON:
            with self.subTest(annotation=annotation, document=document[:80]):
                described = _types.describe(annotation)
                try:
                    found = _runtime.decode_json(described, document)
                except _runtime.Rejected as error:
                    if isinstance(expected, list):
                        expected = [(["body", *place], word) for place, word in expected]
                    self.assertEqual(rejections(error), expected)
                    continue
                self.same(expected, found)

    def test_texts_become_values_or_rejections(self) -> None:
        for annotation, texts, expected in cases.TEXT:
            with self.subTest(annotation=annotation, texts=texts):
                described = _types.describe(annotation)
                try:
                    found = _runtime.decode_text(described, texts, "q")
                except _runtime.Rejected as error:
                    if isinstance(expected, list):
                        expected = [(["query", "q", *place], word) for place, word in expected]
                    self.assertEqual(rejections(error), expected)
                    continue
                self.same(expected, found)

    def test_values_become_bytes_or_exceptions(self) -> None:
        for annotation, value, expected in cases.WRITE:
            with self.subTest(annotation=annotation, value=repr(value)[:80]):
                described = () if annotation is ... else (_types.describe(annotation),)
                if isinstance(expected, type):
                    with self.assertRaises(expected):
                        _runtime.encode_json(value, *described)
                else:
                    self.assertEqual(_runtime.encode_json(value, *described), expected)

    def test_a_class_without_init_is_filled_by_attributes(self) -> None:
        made = _runtime.decode_json(_types.describe(cases.Plain), b'{"a":1}')
        self.assertEqual(vars(made), {"a": 1})
        self.assertEqual(_runtime.encode_json(made), b'{"a":1,"b":"x"}')

    def test_an_exception_that_is_no_refusal_is_raised(self) -> None:
        with self.assertRaises(KeyError):
            _runtime.decode_json(_types.describe(cases.Checked), b'{"low":-1,"high":2}')

    def test_fifty_rejections_are_reported(self) -> None:
        document = json.dumps(["x"] * 80).encode()
        with self.assertRaises(_runtime.Rejected) as caught:
            _runtime.decode_json(_types.describe(list[int]), document)
        problem = json.loads(caught.exception.body)
        self.assertEqual(len(problem["errors"]), 50)
        self.assertEqual(problem["detail"], "body: [0]: expected an integer, got a string (and 49 more)")

    def test_messages_are_exact(self) -> None:
        for annotation, document, message in [
            (int, b'"x"', "expected an integer, got a string"),
            (float, b"[]", "expected a number, got an array"),
            (bool, b"1.5", "expected a boolean, got a number"),
            (str, b"1", "expected a string, got an integer"),
            (list[int], b"{}", "expected an array, got an object"),
            (dict[str, int], b"null", "expected an object, got null"),
            (cases.Line, b"true", "expected an object, got a boolean"),
            (cases.Colour, b'"x"', "expected one of 'red', 'green'"),
            (cases.Literal["a"], b'"x"', "expected 'a'"),
            (cases.Level, b'"x"', "expected one of 1, 2"),
            (int | str | None, b"1.5", "expected int | str | None"),
            (tuple[int], b"[]", "expected an array of 1 item"),
            (tuple[int, int], b"[]", "expected an array of 2 items"),
            (cases.U.__class__, b'"' + b"x" * 50 + b'"', 'expected a UUID, got "' + "x" * 40 + '…"'),
            (cases.Checked, b'{"low":3,"high":2}', "low is above high"),
            (cases.Checked, b'{"low":50,"high":60}', "low is 50"),
            (cases.Checked, b'{"low":51,"high":60}', "the value was refused"),
            (int, b"9" * 4301, "an integer may have at most 4300 digits"),
        ]:
            with self.subTest(annotation=annotation, document=document[:60]):
                with self.assertRaises(_runtime.Rejected) as caught:
                    _runtime.decode_json(_types.describe(annotation), document)
                self.assertEqual(json.loads(caught.exception.body)["errors"][0]["msg"], message)

    def test_a_syntax_error_says_line_and_column(self) -> None:
        for document, place in [
            (b'{\n  "a": 1,\n  "\xc3\xa9": x}', "line 3, column 8: expected a value"),
            (b"[1, 2", "line 1, column 6: expected `,` or `]`"),
            (b"", "line 1, column 1: expected a value, got the end"),
            (b"\n\n NaN", "line 3, column 2: NaN and Infinity are not JSON"),
            (b'"\xc3\xa9\xff"', "line 1, column 3: the bytes are not UTF-8"),
        ]:
            with self.subTest(document=document):
                with self.assertRaises(_runtime.Rejected) as caught:
                    _runtime.decode_json(_types.describe(Any), document)
                self.assertEqual(str(caught.exception), f"body: invalid JSON at {place}")


if __name__ == "__main__":
    unittest.main()
