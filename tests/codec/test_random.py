"""The codecs against `json` and `repr` on random input, and on damaged input: same answers, no crash, no leak.

Sizes grow with `TAYBERRY_LONG=1`; the seed is printed when a test fails and can be set with `TAYBERRY_SEED`.
"""

import gc
import json
import math
import os
import random
import re
import struct
import sys
import threading
import unittest
from typing import Any

from tayberry import _runtime, _types

import cases

LONG = os.environ.get("TAYBERRY_LONG") == "1"
SEED = int(os.environ.get("TAYBERRY_SEED", "20261121"))
ANY = _types.describe(Any)
ROWS = [(_types.describe(annotation), document) for annotation, document, _ in cases.JSON]
# Lone surrogates and numbers beyond a float's range are refused here and taken by `json`.
ODD = re.compile(rb"\\u[dD][89a-fA-F]|[eE]\+?[0-9]{3}|[0-9]{300}|NaN|Infinity")


def resident() -> int:
    """Bytes of memory in use."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Random(unittest.TestCase):
    def setUp(self) -> None:
        self.random = random.Random(SEED)
        self.addCleanup(lambda: self._outcome.success or print(f"TAYBERRY_SEED={SEED}"))  # type: ignore[attr-defined]

    def value(self, depth: int = 0) -> Any:
        pick = self.random.random()
        if depth < 5 and pick < 0.25:
            return [self.value(depth + 1) for _ in range(self.random.randrange(6))]
        if depth < 5 and pick < 0.5:
            return {self.text(): self.value(depth + 1) for _ in range(self.random.randrange(6))}
        return self.random.choice(
            (
                lambda: None,
                lambda: self.random.random() < 0.5,
                lambda: self.random.randrange(-1000, 1000),
                lambda: self.random.randrange(-(2**70), 2**70),
                self.double,
                self.text,
            )
        )()

    def double(self) -> float:
        while True:
            bits = self.random.getrandbits(64)
            value = struct.unpack("d", struct.pack("Q", bits))[0]
            if self.random.random() < 0.5:
                value = round(self.random.uniform(-1e6, 1e6), self.random.randrange(8))
            if math.isfinite(value):
                return float(value)

    def text(self) -> str:
        alphabet = self.random.choice(("abc", 'a"\\\n\t\x01/', "aé€😀\u2028", "key_name0123456789"))
        return "".join(self.random.choice(alphabet) for _ in range(self.random.randrange(20)))

    def document(self) -> bytes:
        indent = self.random.choice((None, None, 1))
        return json.dumps(self.value(), ensure_ascii=self.random.random() < 0.5, indent=indent).encode()

    def damaged(self, document: bytes) -> bytes:
        data = bytearray(document)
        for _ in range(self.random.randrange(1, 4)):
            where = self.random.randrange(len(data) + 1)
            change = self.random.randrange(5)
            if change == 0:
                data[where:where] = self.random.choice((b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\x00", b"\xff", b"9", b"e", b"\\u", b"null"))
            elif change == 1:
                del data[where : where + self.random.randrange(1, 5)]
            elif change == 2 and data:
                data[where % len(data)] = self.random.randrange(256)
            elif change == 3:
                del data[where:]
            else:
                start = self.random.randrange(len(data) + 1)
                data[where:where] = data[start : start + self.random.randrange(1, 30)]
        return bytes(data)

    def test_any_document_is_read_as_json_reads_it(self) -> None:
        for _ in range(100_000 if LONG else 4_000):
            document = self.document()
            found = _runtime.decode_json(ANY, document)
            expected = json.loads(document)
            self.assertEqual(found, expected, document)
            self.assertEqual(repr(found), repr(expected), document)

    def test_any_value_is_written_as_json_writes_it(self) -> None:
        for _ in range(100_000 if LONG else 4_000):
            value = self.value()
            expected = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            self.assertEqual(_runtime.encode_json(value).decode(), expected)

    def test_doubles_are_written_and_read_as_repr_does(self) -> None:
        doubles = [self.double() for _ in range(300_000 if LONG else 100_000)]
        doubles += [10.0**power * sign for power in range(-323, 309) for sign in (1, -1)]
        doubles += [float(2**power) for power in range(1024)] + [math.nextafter(1e16, 0), math.nextafter(1e-4, 0)]
        written = _runtime.encode_json(doubles).decode()
        self.assertEqual(written, "[" + ",".join(map(repr, doubles)) + "]")
        self.assertEqual(_runtime.decode_json(_types.describe(list[float]), written.encode()), doubles)

    def test_damaged_documents_are_accepted_exactly_where_json_accepts_them(self) -> None:
        for _ in range(100_000 if LONG else 10_000):
            document = self.damaged(self.document())
            if ODD.search(document):
                continue
            try:
                expected = json.loads(document.decode("utf-8"))
            except (ValueError, RecursionError):
                with self.assertRaises(_runtime.Rejected, msg=document):
                    _runtime.decode_json(ANY, document)
            else:
                self.assertEqual(repr(_runtime.decode_json(ANY, document)), repr(expected), document)

    def test_damaged_documents_of_every_type_are_values_or_rejections(self) -> None:
        for _ in range(100_000 if LONG else 10_000):
            described, document = self.random.choice(ROWS)
            if len(document) > 2000:
                continue
            try:
                found = _runtime.decode_json(described, self.damaged(document))
            except _runtime.Rejected as error:
                self.assertIn(error.status, (400, 422))
                self.assertEqual(json.loads(error.body)["status"], error.status)
            except KeyError:
                continue  # `Checked` raises it on purpose.
            else:
                # What was read can be written and read again.
                again = _runtime.decode_json(described, _runtime.encode_json(found))
                if not isinstance(found, cases.OwnSetattr | cases.WithInitVar | cases.Plain):
                    self.assertEqual(again, found)

    def test_random_texts_are_values_or_rejections(self) -> None:
        rows = [(_types.describe(annotation), texts) for annotation, texts, _ in cases.TEXT]
        for _ in range(100_000 if LONG else 10_000):
            described, texts = self.random.choice(rows)
            texts = [self.damaged(text) if len(text) < 100 else text for text in texts]
            try:
                _runtime.decode_text(described, texts)
            except _runtime.Rejected as error:
                self.assertEqual(error.status, 422)

    def test_int_texts_are_those_of_the_grammar(self) -> None:
        described = _types.describe(int)
        for _ in range(20_000):
            text = "".join(self.random.choice("0123456789+-_ .e") for _ in range(self.random.randrange(8)))
            try:
                found = _runtime.decode_text(described, [text.encode()])
            except _runtime.Rejected:
                self.assertIsNone(re.fullmatch("[+-]?[0-9]+", text), text)
            else:
                self.assertEqual(found, int(text))

    def test_float_texts_are_those_of_python_without_spaces_underscores_and_words(self) -> None:
        described = _types.describe(float)
        for _ in range(20_000):
            text = "".join(self.random.choice("0123456789+-_ .eE") for _ in range(self.random.randrange(8)))
            try:
                found = _runtime.decode_text(described, [text.encode()])
            except _runtime.Rejected:
                if "_" in text or " " in text:
                    continue
                try:
                    value = float(text)
                except ValueError:
                    continue
                self.assertTrue(math.isinf(value), text)
            else:
                self.assertEqual(repr(found), repr(float(text)))


class Memory(unittest.TestCase):
    def run_rows(self) -> None:
        for described, document in ROWS:
            if document.startswith(b'{"child":' * 50):
                continue  # It is slow on purpose.
            try:
                found = _runtime.decode_json(described, document)
                _runtime.encode_json(found)
                _runtime.encode_json(found, described)
            except (_runtime.Rejected, KeyError, TypeError, ValueError, AttributeError):
                pass
        for annotation, value, _ in cases.WRITE:
            try:
                _runtime.encode_json(value, *(() if annotation is ... else (_types.describe(annotation),)))
            except (TypeError, ValueError, ArithmeticError):
                pass
        for annotation, texts, _ in cases.TEXT:
            try:
                _runtime.decode_text(_types.describe(annotation), texts)
            except _runtime.Rejected:
                pass

    def test_nothing_is_kept(self) -> None:
        for _ in range(20):
            self.run_rows()
        gc.collect()
        watched = [cases.Colour.RED, cases.Line, cases.Circle, cases.Word, cases.Point, cases.U, cases.Order]
        counts = [sys.getrefcount(each) for each in watched]
        before = resident()
        for _ in range(2000 if LONG else 100):
            self.run_rows()
        gc.collect()
        for each, count in zip(watched, counts):
            self.assertAlmostEqual(sys.getrefcount(each), count, delta=20)
        self.assertLess(resident() - before, 4_000_000)

    def test_threads_that_come_and_go_leave_nothing(self) -> None:
        def work() -> None:
            for number in range(600):
                _runtime.decode_json(ANY, b'{"key%d":1}' % number)

        def rounds(count: int) -> None:
            for _ in range(count):
                threads = [threading.Thread(target=work) for _ in range(4)]
                for each in threads:
                    each.start()
                for each in threads:
                    each.join()

        rounds(20)
        gc.collect()
        before = resident()
        rounds(100)
        gc.collect()
        self.assertLess(resident() - before, 6_000_000)

    def test_threads_share_types_and_values(self) -> None:
        failures: list[BaseException] = []
        shared = {str(number): [number, {"a": number}] for number in range(100)}
        described = _types.describe(cases.Order)
        document = b'{"id":1,"lines":[{"sku":"a","qty":3}],"next":{"id":2,"lines":[]}}'
        stop = threading.Event()

        def change() -> None:
            while not stop.is_set():
                for number in range(100):
                    shared[str(number)].append(number)
                    shared[str(number)].pop()
                    shared[str(number)] = [number]

        def work() -> None:
            try:
                for _ in range(300):
                    json.loads(_runtime.encode_json(shared))
                    self.assertEqual(_runtime.decode_json(described, document).next.id, 2)
            except BaseException as error:
                failures.append(error)

        changer = threading.Thread(target=change)
        workers = [threading.Thread(target=work) for _ in range(3)]
        for each in (changer, *workers):
            each.start()
        for each in workers:
            each.join()
        stop.set()
        changer.join()
        self.assertEqual(failures, [])

    def test_cycles_and_deep_values_are_errors(self) -> None:
        cycle: list[Any] = []
        cycle.append(cycle)
        loop: dict[str, Any] = {}
        loop["a"] = [loop]
        order = cases.Order(1, [])
        order.next = order
        deep: Any = 1
        for _ in range(100_000):
            deep = [deep]
        for value in (cycle, loop, order, deep):
            for arguments in ((value,), (value, ANY)):
                with self.assertRaises((ValueError, RecursionError)):
                    _runtime.encode_json(*arguments)
        with self.assertRaises((ValueError, RecursionError)):
            _runtime.encode_json(order, _types.describe(cases.Order))
        tree: list[Any] = []
        tree.append(tree)
        with self.assertRaises((ValueError, RecursionError)):
            _runtime.encode_json(tree, _types.describe(cases.Tree))
        # Taken apart by hand, since dropping it at once would recurse too.
        while isinstance(deep, list):
            deep = deep.pop()

    def test_a_small_stack_is_enough(self) -> None:
        outcomes: list[object] = []

        def work() -> None:
            nested: Any = 1
            for _ in range(900):
                nested = [nested]
            try:
                outcomes.append(len(_runtime.encode_json(nested)))
            except RecursionError:
                outcomes.append(0)
            outcomes.append(_runtime.decode_json(ANY, b"[" * 128 + b"]" * 128) is not None)

        previous = threading.stack_size(512 * 1024)
        try:
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
        finally:
            threading.stack_size(previous)
        self.assertEqual(len(outcomes), 2)
        self.assertTrue(outcomes[1])


if __name__ == "__main__":
    unittest.main()
