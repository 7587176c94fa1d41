"""The C codecs that the compiler emits against the table-driven codec: the same bytes, the same rejections.

Builds the program of runtime-c/tests/codec (classes and handlers with emitted codecs) with the runtime itself, and
sends the same input through its handlers and through the plans of classes that say the same in Python.
"""

import importlib.util
import json
import os
import pathlib
import random
import subprocess
import sys
import sysconfig
import tempfile
import unittest
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from tayberry import _runtime, _types

import test_random

LONG = test_random.LONG

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Status(Enum):
    NEW = "new"
    OLD = "old"


@dataclass
class Line:
    sku: str
    qty: int
    price: float = 1.5


@dataclass
class Order:
    id: int
    lines: list[Line]
    paid: bool = False
    note: str | None = None
    status: Status = Status.NEW
    size: Literal["s", "m"] = "s"
    counts: dict[str, int] = field(default_factory=dict)
    pair: tuple[int, float] | None = None
    code: Literal[1, -2] = 1
    ids: int | str | list[int] = 0
    next: "Order | None" = None


@dataclass
class Cat:
    kind: Literal["cat"]
    lives: int


@dataclass
class Dog:
    kind: Literal["dog"]
    good: bool


@dataclass
class Checked:
    n: int

    def __post_init__(self) -> None:
        if self.n < 0:
            raise ValueError("n is negative")
        if self.n == 99:
            raise KeyError("odd")


def build(out: pathlib.Path) -> None:
    """The program as the extension module `codec_program` in `out`."""
    environment = os.environ | {"TB_CODEC_OUT": str(out / "codecs.inc")}
    emission = ["cargo", "test", "-q", "-p", "tayberry-compiler", "--test", "codec_emission", "same_program"]
    subprocess.run(emission, cwd=ROOT, env=environment, check=True, capture_output=True)
    subprocess.run([sys.executable, ROOT / "runtime-c/tests/codec/embed.py", out / "code.h"], check=True)
    sources = [*sorted((ROOT / "runtime-c/src").glob("*.c")), ROOT / "runtime-c/tests/codec/shop.c"]
    command = [os.environ.get("CC", "cc"), "-std=gnu11", "-O1", "-shared", "-fPIC", "-w", "-DTB_REAL_RUNTIME"]
    folders = [ROOT / "runtime-c/include", ROOT / "runtime-c/src", out, sysconfig.get_paths()["include"]]
    library = out / f"codec_program{sysconfig.get_config_var('EXT_SUFFIX')}"
    subprocess.run([*command, *(f"-I{each}" for each in folders), *sources, "-o", library, "-lm"], check=True)


class Native(test_random.Random):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        out = pathlib.Path(cls.folder.name)
        build(out)
        sys.path[:0] = [str(out), str(ROOT / "runtime-c/tests/codec")]
        import codec_driver  # noqa: F401  (the program looks for it)
        import codec_program

        class Loader:
            def create_module(self, spec: Any) -> Any:
                return codec_program.create(spec.name, spec)

            def exec_module(self, module: Any) -> None:
                codec_program.exec(module)

        spec = importlib.util.spec_from_loader("shop", Loader())  # type: ignore[arg-type]
        assert spec is not None and spec.loader is not None
        cls.shop = importlib.util.module_from_spec(spec)
        sys.modules["shop"] = cls.shop
        spec.loader.exec_module(cls.shop)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    def answer(self, run: Any) -> Any:
        try:
            return run()
        except _runtime.Rejected as error:
            return error.status, error.body
        except KeyError as error:
            return repr(error)

    def both(self, name: str, annotation: Any, document: bytes, result: Any = None) -> Any:
        """The answers of the compiled handler and of the table, which must be one."""
        described = _types.describe(annotation)
        native = self.answer(lambda: _runtime.call_native(f"shop.{name}", [document]))

        def interpreted() -> bytes:
            value = _runtime.decode_json(described, document)
            if result is not None:
                return _runtime.encode_json(result(value))
            return _runtime.encode_json(value, described)

        table = self.answer(interpreted)
        self.assertEqual(native, table, document)
        return native

    def damaged_value(self, value: Any) -> Any:
        """A value with something of another type put somewhere in it."""
        odd = (None, True, 0, -2, 1.5, 10**30, "", "new", "cat", "m", [], [1], {}, {"a": 1}, {"kind": "dog"}, "\ud800")
        if self.random.random() < 0.1:
            return self.random.choice(odd)
        if isinstance(value, dict):
            changed = {key: self.damaged_value(each) for key, each in value.items() if self.random.random() < 0.95}
            if self.random.random() < 0.1:
                changed[self.text()] = self.value(3)
            return changed
        if isinstance(value, list):
            return [self.damaged_value(each) for each in value]
        return value

    def order(self, depth: int = 0) -> dict[str, Any]:
        pick = self.random
        return {
            "id": pick.choice((1, -5, 2**62, 2**63, 10**40)),
            "lines": [{"sku": self.text(), "qty": pick.randrange(9), "price": self.double()} for _ in range(pick.randrange(3))],
            "paid": pick.random() < 0.5,
            "note": pick.choice((None, self.text())),
            "status": pick.choice(("new", "old")),
            "size": pick.choice(("s", "m")),
            "counts": {self.text(): pick.randrange(9) for _ in range(pick.randrange(4))},
            "pair": pick.choice((None, [1, 2.5], [3, 4])),
            "code": pick.choice((1, -2)),
            "ids": pick.choice((7, "seven", [1, 2], 10**30)),
            "next": self.order(depth + 1) if depth < 2 and pick.random() < 0.3 else None,
        }

    def test_good_orders(self) -> None:
        for _ in range(20_000 if LONG else 1_000):
            document = json.dumps(self.order()).encode()
            self.assertIsInstance(self.both("place", Order, document), bytes)

    def test_orders_with_wrong_values(self) -> None:
        for _ in range(50_000 if LONG else 5_000):
            value = self.damaged_value(self.order())
            self.both("place", Order, json.dumps(value, ensure_ascii=self.random.random() < 0.5).encode("utf-8", "replace"))

    def test_damaged_orders(self) -> None:
        for _ in range(50_000 if LONG else 5_000):
            self.both("place", Order, self.damaged(json.dumps(self.damaged_value(self.order())).encode()))

    def test_pets(self) -> None:
        good = [{"kind": "dog", "good": True}, {"lives": 9, "kind": "cat"}, {"kind": "cat", "lives": 1, "kind2": 5}]
        for _ in range(20_000 if LONG else 3_000):
            value = [self.damaged_value(self.random.choice(good)) for _ in range(self.random.randrange(4))]
            names = lambda pets: [type(each).__name__ for each in pets]  # noqa: E731
            self.both("pet", list[Cat | Dog], json.dumps(value).encode(), names)

    def test_constructors(self) -> None:
        for document in (b'{"n":5}', b'{"n":-1}', b'{"n":"1"}', b'{"n":99}', b"{}", b"[", b'{"n":1,"n":"x"}', b'{"n":1} x', b""):
            self.both("check", Checked, document, lambda it: it.n)

    def test_texts(self) -> None:
        rows: list[tuple[Any, Any, list[bytes]]] = [
            (int, 1, [b"7", b"-0", b"+12", b"9" * 30, b"x", b"1_0", b"", b"9" * 4301]),
            (float, 1.0, [b"1.5", b".5", b"nan", b"x", b"1e999"]),
            (bool, True, [b"on", b"F", b"2"]),
            (list[str], [], [b"a", b"", b"\xff"]),
            (Status | None, None, [b"new", b"gone", b"\xff"]),
            (int | str, 0, [b"1", b"x", b"\xff"]),
            (Literal["s", 3], "s", [b"s", b"3", b"03", b"x"]),
        ]
        for at, (annotation, _, texts) in enumerate(rows):
            described = _types.describe(annotation)
            for text in texts:
                for given in ([text], [b"s", text], [text, text]):
                    inputs: list[Any] = [(default,) for _, default, _ in rows]
                    inputs[at] = given
                    native = self.answer(lambda: json.loads(_runtime.call_native("shop.search", inputs))[at])

                    def interpreted() -> Any:
                        value = _runtime.decode_text(described, given)
                        return json.loads(_runtime.encode_json(value))

                    self.assertEqual(native, self.answer(interpreted), (annotation, given))

    def test_objects_of_compiled_classes_go_through_the_table_too(self) -> None:
        described = _types.describe(self.shop.Line)
        made = _runtime.decode_json(described, b'{"sku":"a","qty":2}')
        self.assertIs(type(made), self.shop.Line)
        self.assertEqual(made, self.shop.Line("a", 2))
        self.assertEqual(_runtime.encode_json(made), b'{"sku":"a","qty":2,"price":1.5}')
        self.assertEqual(_runtime.encode_json(made, described), b'{"sku":"a","qty":2,"price":1.5}')
        checked = _types.describe(self.shop.Checked)
        with self.assertRaises(_runtime.Rejected) as caught:
            _runtime.decode_json(checked, b'{"n":-1}')
        self.assertEqual(str(caught.exception), "body: n is negative")


# The inherited cases run in their own module.
for inherited in [name for name in dir(test_random.Random) if name.startswith("test_")]:
    setattr(Native, inherited, None)

if __name__ == "__main__":
    unittest.main()
