"""Signatures become routes: where each parameter comes from, what it must be, and what is wrong with it."""

import datetime
import functools
import importlib
import pathlib
import re
import typing
import unittest
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, NewType, Optional

from tayberry import _binding, _types
from tayberry._params import Body, Cookie, Header, Path, Query
from tayberry.request import Request
from tayberry.responses import JSONResponse, Response

import cases


@dataclass
class Item:
    name: str


def route(handler: Any, path: str = "/x", **options: Any) -> _binding.Route:
    return _binding.bind(handler, path, ["get"], **options)


def sources(handler: Any, path: str = "/x") -> dict[str, tuple[str, str]]:
    return {param.name: (param.source, param.alias) for param in route(handler, path).params}


class Forms(unittest.TestCase):
    def test_what_the_check_says_has_no_json_form_is_refused_here(self) -> None:
        table = pathlib.Path(__file__).parents[2] / "src/compiler/src/check/wire.rs"
        listed = re.search(r"WITHOUT_FORM: &\[&str\] = &\[(.*?)\];", table.read_text(), re.DOTALL)
        assert listed is not None
        names = re.findall(r'"([\w.]+)"', listed[1])
        self.assertGreater(len(names), 50)
        for name in names:
            module, _, attribute = name.rpartition(".")
            with self.subTest(name), self.assertRaises(TypeError):
                _types.describe(getattr(importlib.import_module(module), attribute))


class Sources(unittest.TestCase):
    def test_names_in_the_path_come_from_the_path_and_scalars_from_the_query(self) -> None:
        def handler(item_id: int, q: str | None = None, *, page: int = 1) -> None: ...

        found = route(handler, "/items/{item_id}")
        self.assertEqual([(each.name, each.source) for each in found.params], [("item_id", "path"), ("q", "query"), ("page", "query")])
        self.assertEqual([each.required for each in found.params], [True, False, False])
        self.assertEqual([each.default for each in found.params], [None, None, 1])
        self.assertEqual([each.keyword_only for each in found.params], [False, False, True])

    def test_models_and_containers_come_from_the_body(self) -> None:
        for annotation in (Item, Item | None, list[Item], dict[str, int], dict, list[list[int]], tuple[int, str], cases.Options, cases.Plain, Item | int):

            def handler(it): ...  # type: ignore[no-untyped-def]

            handler.__annotations__["it"] = annotation
            self.assertEqual(sources(handler), {"it": ("body", "it")}, annotation)

    def test_lists_of_scalars_come_from_the_query_and_take_many(self) -> None:
        for annotation in (list[int], set[str], tuple[int, ...], frozenset[cases.Colour], list[uuid.UUID] | None, list):

            def handler(it): ...  # type: ignore[no-untyped-def]

            handler.__annotations__["it"] = annotation
            (param,) = route(handler).params
            self.assertEqual((param.source, param.many), ("query", True), annotation)

    def test_markers_say_otherwise(self) -> None:
        def handler(
            a: Annotated[int, Header()],
            user_agent: Annotated[str, Header],
            b: Annotated[str, Header(alias="X-Token")],
            c: Annotated[str, Cookie()] = "none",
            d: int = Query(3, alias="dd"),
            e: Annotated[int, Body()] = 0,
            f: str = Query(),
            g: Annotated[int, Query(7)] = 8,
        ) -> None: ...

        self.assertEqual(
            sources(handler),
            {
                "a": ("header", "a"),
                "user_agent": ("header", "user-agent"),
                "b": ("header", "x-token"),
                "c": ("cookie", "c"),
                "d": ("query", "dd"),
                "e": ("body", "e"),
                "f": ("query", "f"),
                "g": ("query", "g"),
            },
        )
        params = {param.name: param for param in route(handler).params}
        self.assertEqual((params["d"].required, params["d"].default), (False, 3))
        self.assertTrue(params["f"].required)
        self.assertEqual(params["g"].default, 8)

    def test_a_path_parameter_may_have_another_name(self) -> None:
        def handler(number: Annotated[int, Path(alias="id")]) -> None: ...

        self.assertEqual(sources(handler, "/{id}"), {"number": ("path", "id")})

    def test_the_request_is_injected(self) -> None:
        def handler(request: Request, rest: str) -> None: ...

        self.assertEqual(sources(handler, "/f/{rest:path}"), {"request": ("request", "request"), "rest": ("path", "rest")})

    def test_results_are_known_where_they_say_something_about_json(self) -> None:
        for annotation, expected in [
            (int, ("int", False)),
            (Item, ("Item", False)),
            (list[Item], ("list[Item]", False)),
            (None, ("None", False)),
            (Any, (None, False)),
            (Response, (None, True)),
            (JSONResponse, (None, True)),
            (Item | Response, ("Item", True)),
            (Item | JSONResponse | None, ("Item | None", True)),
            (complex, (None, False)),
        ]:

            def handler(): ...  # type: ignore[no-untyped-def]

            handler.__annotations__["return"] = annotation
            found = route(handler)
            self.assertEqual((None if found.returns is None else found.returns.name, found.responds), expected)

        def silent(): ...  # type: ignore[no-untyped-def]

        self.assertIsNone(route(silent).returns)

    def test_callables_of_all_sorts_are_handlers(self) -> None:
        class Callable:
            async def __call__(self, a: int) -> str:
                return ""

        def plain(a: int, b: str) -> None: ...

        @functools.wraps(plain)
        def wrapped(*args: Any, **kwargs: Any) -> None: ...

        async def asynchronous(a: int) -> None: ...

        self.assertTrue(route(Callable()).is_async)
        self.assertTrue(route(asynchronous).is_async)
        self.assertTrue(route(functools.partial(asynchronous)).is_async)
        self.assertFalse(route(plain).is_async)
        self.assertEqual(list(sources(wrapped)), ["a", "b"])
        self.assertEqual(sources(functools.partial(plain, b="x"))["a"], ("query", "a"))
        self.assertEqual(list(sources(Callable())), ["a"])


class Faults(unittest.TestCase):
    def fault(self, handler: Any, path: str = "/x") -> str:
        with self.assertRaises(TypeError) as caught:
            route(handler, path)
        return str(caught.exception)

    def test_faults_name_handler_and_parameter(self) -> None:
        def unknown(x: complex) -> None: ...
        def nested(x: list[complex]) -> None: ...
        def two(a: Item, b: Item) -> None: ...
        def star(*things: int) -> None: ...
        def stars(**things: int) -> None: ...
        def number(id: int) -> None: ...
        def listed(id: list[int]) -> None: ...
        def header(x: Annotated[Item, Header()]) -> None: ...
        def both(x: Annotated[int, Header(), Query()]) -> None: ...
        def nowhere(x: Annotated[int, Path()]) -> None: ...
        def keys(x: dict[Item, int]) -> None: ...
        def response(x: Response) -> None: ...
        def unresolved(x: "Nothing") -> None: ...  # type: ignore[name-defined]  # noqa: F821

        form = "has no JSON form (it is neither a dataclass nor a class with annotations)"
        for handler, path, message in [
            (unknown, "/x", f"parameter `x` of unknown(): complex {form}"),
            (nested, "/x", f"parameter `x` of nested(): complex {form}"),
            (two, "/x", "two(): `a` and `b` would both be read from the body; put them in one class, or mark one `Query()`"),
            (star, "/x", "star(): `*things` cannot be filled from a request"),
            (stars, "/x", "stars(): `**things` cannot be filled from a request"),
            (number, "/{item_id}", "number(): the path '/{item_id}' names `item_id`, which is no parameter of the handler"),
            (listed, "/{id}", "parameter `id` of listed(): a path parameter cannot be list[int]"),
            (number, "/{id}/{id}", "number(): the path '/{id}/{id}' names `id` twice"),
            (number, "/{i d}", "number(): 'i d' in the path '/{i d}' is not a parameter's name"),
            (header, "/x", "parameter `x` of header(): Item has no text form, so it cannot come from a header"),
            (both, "/x", "parameter `x` of both(): Header() and Query() both say where it comes from"),
            (nowhere, "/x", "parameter `x` of nowhere(): `x` is not in the path '/x'"),
            (keys, "/x", "parameter `x` of keys(): keys of a dict must be scalars, not Item"),
            (response, "/x", "parameter `x` of response(): a Response cannot be filled from a request"),
            (unresolved, "/x", "unresolved(): name 'Nothing' is not defined (in its annotations)"),
        ]:
            with self.subTest(handler=handler.__name__):
                self.assertEqual(self.fault(handler, path), message)

    def test_a_field_of_a_model_is_named(self) -> None:
        @dataclass
        class Wrong:
            fine: int
            bad: complex

        def handler(x: Wrong) -> None: ...

        self.assertTrue(self.fault(handler).startswith("parameter `x` of handler(): field `bad` of Wrong: complex has no JSON form"))


Metres = NewType("Metres", float)
type Height = Annotated[Metres, "above the sea"]


class Measured:
    a: Height
    b: "Final[Annotated[float, 1]]"
    c: float = 1.5
    d: float | None
    e: int


class Descriptions(unittest.TestCase):
    def test_names_are_pythons(self) -> None:
        for annotation, name in [
            (Optional[int], "int | None"),
            (None | int, "int | None"),
            (list[dict[str, int]], "list[dict[str, int]]"),
            (typing.Sequence, "Sequence[Any]"),
            (typing.Mapping, "Mapping[str, Any]"),
            (typing.Tuple[()], "tuple[()]"),  # noqa: UP006
            (typing.Tuple, "tuple"),  # noqa: UP006
            (tuple[()], "tuple[()]"),
            (tuple[int, ...], "tuple[int, ...]"),
            (Literal["a", 1], "Literal['a', 1]"),
            (cases.Box[int], "Box[int]"),
            (int | (str | int), "int | str"),
            (int | Any, "Any"),
            (cases.UserId, "int"),
        ]:
            self.assertEqual(_types.describe(annotation).name, name)

    def test_a_class_is_described_once(self) -> None:
        self.assertIs(_types.describe(cases.Order), _types.describe(cases.Order))
        described = _types.describe(cases.Order)
        self.assertIs(described.fields[-1].type.args[0], described)

    def test_a_class_that_could_not_be_described_can_be_tried_again(self) -> None:
        @dataclass
        class Later:
            it: "Soon"  # type: ignore[name-defined]  # noqa: F821

        with self.assertRaises(TypeError):
            _types.describe(Later)
        globals()["Soon"] = int
        try:
            self.assertEqual(_types.describe(Later).fields[0].type.name, "int")
        finally:
            del globals()["Soon"]

    def test_written_fields_need_no_types(self) -> None:
        class Odd:
            a: complex
            b: "Nothing"  # type: ignore[name-defined]  # noqa: F821

            c: float
            d: Annotated["float", "x"]

        self.assertEqual(_types.written_fields(Odd), (("a", False), ("b", False), ("c", True), ("d", False)))
        self.assertIsNone(_types.written_fields(int))
        self.assertIsNone(_types.written_fields(ValueError))
        self.assertEqual([name for name, _ in _types.written_fields(cases.Hidden) or ()], ["a", "b"])
        for text in (uuid.UUID, Decimal, datetime.date, datetime.timedelta):
            noted = type("Noted", (text,), {"__annotations__": {"note": str}})
            self.assertIsNone(_types.written_fields(noted))
            with self.assertRaisesRegex(TypeError, "Noted has no JSON form"):
                _types.describe(noted)
            self.assertEqual(_types.written_fields(dataclass(noted)), (("note", False),))
        self.assertEqual(_types.written_fields(Measured), (("a", True), ("b", True), ("c", True), ("d", False), ("e", False)))


if __name__ == "__main__":
    unittest.main()
