"""Handlers that do wrong (raise, recurse, lie about their type, return what has no JSON form) answer alike in both modes.

Each fault is tried in every way a handler can run: on the I/O thread, on the pool, as a coroutine. What must hold: the same
bytes compiled and interpreted, the same exception on standard error, raised from the same line, and a server that goes on.
"""

import re
import unittest

from modes import Both

PRELUDE = '''
import asyncio
import sys
from dataclasses import dataclass
from typing import Any

from tayberry import App, Conflict, HTTPException, JSONResponse, NotFound, PlainTextResponse, Response

app = App()


class Odd(Exception):
    def __str__(self) -> str:
        raise ValueError("no text")


class Strange(HTTPException):
    pass


@dataclass
class Line:
    qty: int
    price: float = 1.0


@dataclass
class Order:
    name: str
    lines: list[Line]


@dataclass
class Tree:
    children: "list[Tree]"
    leaf: Any = None
    pair: "tuple[Tree, int] | None" = None


@dataclass
class Empty:
    pass


def tree(depth: int, leaf: Any = None) -> Tree:
    """So many objects one in the other, each in a list."""
    found = Tree([], leaf)
    for _ in range(depth - 1):
        found = Tree([found])
    return found


def pairs(depth: int, leaf: Any = None) -> Tree:
    """The same with tuples."""
    found = Tree([], leaf)
    for _ in range(depth - 1):
        found = Tree([], None, (found, 1))
    return found


def unknown(value: Any) -> Any:
    """What the compiler knows nothing of."""
    return value


def cycle() -> list[Any]:
    found: list[Any] = []
    found.append(found)
    return found


def nested(depth: int) -> Any:
    found: Any = 1
    for _ in range(depth):
        found = [found]
    return found


def recurse(n: int) -> int:
    return recurse(n + 1) + 1
'''

#: Name → result type, body.
FAULTS: dict[str, tuple[str, str]] = {
    "key": ("int", "return {}['x']"),
    "divides": ("int", "return 1 // len('')"),
    "index": ("int", "empty: list[int] = []\n    return empty[3]"),
    "attribute": ("int", "return unknown(None).nothing"),
    "asserts": ("int", "assert len('') == 1, 'on purpose'\n    return 1"),
    "odd": ("int", "raise Odd()"),
    "group": ("int", "raise ExceptionGroup('two', [ValueError('a'), TypeError('b')])"),
    "chained": ("int", "try:\n        return int('x')\n    except ValueError as error:\n        raise LookupError('y') from error"),
    "exits": ("int", "raise SystemExit(3)"),
    "interrupts": ("int", "raise KeyboardInterrupt()"),
    "stops": ("int", "raise StopIteration(5)"),
    "surrogate_text": ("int", "raise ValueError('\\ud800')"),
    "memory": ("int", "raise MemoryError()"),
    "recurses": ("int", "return recurse(0)"),
    "http": ("int", "raise HTTPException(409, 'a \\u00e9 \"b\"', {'x-a': '1'})"),
    "http_subclass": ("int", "raise NotFound('no such thing')"),
    "http_own_class": ("int", "raise Strange(418)"),
    "http_bad_header": ("int", "raise HTTPException(400, 'x', {'bad name': 'y'})"),
    "http_bad_value": ("int", "raise Conflict('x', {'x-a': 'a\\r\\nset-cookie: b=1'})"),
    "http_surrogate": ("int", "raise HTTPException(400, '\\udfff')"),
    "str_for_int": ("int", "return unknown('text')"),
    "none_for_int": ("int", "return unknown(None)"),
    "bool_for_int": ("int", "return unknown(True)"),
    "float_for_int": ("int", "return unknown(1.0)"),
    "int_for_float": ("float", "return unknown(3)"),
    "int_for_str": ("str", "return unknown(3)"),
    "str_in_list": ("list[int]", "return unknown([1, 'x'])"),
    "tuple_for_list": ("list[int]", "return unknown((1, 2))"),
    "none_in_dict": ("dict[str, int]", "return unknown({'a': None})"),
    "int_key": ("dict[str, int]", "return unknown({1: 1})"),
    "wrong_model": ("Order", "return unknown(Line(1))"),
    "dict_for_model": ("Order", "return unknown({'name': 'x', 'lines': []})"),
    "wrong_item": ("Order", "return Order('x', unknown([Line(1), 2]))"),
    "none_item": ("list[Line]", "return unknown([None])"),
    "nan": ("float", "return float('nan')"),
    "inf": ("list[float]", "return [1.0, float('-inf')]"),
    "nan_in_any": ("Any", "return unknown({'a': [float('nan')]})"),
    "huge": ("int", "return 10 ** 4000"),
    "too_huge": ("int", "return 10 ** 5000"),
    "surrogate": ("str", "return unknown('a\\ud800')"),
    "surrogate_key": ("dict[str, int]", "return unknown({'\\ud800': 1})"),
    "bytes": ("bytes", "return b'ok'"),
    "bad_bytes": ("bytes", "return b'\\xff'"),
    "cycle": ("Any", "return cycle()"),
    "deep": ("Any", "return nested(900)"),
    "too_deep": ("Any", "return nested(1100)"),
    "far_too_deep": ("Any", "return nested(100_000)"),
    # A level is a level, whoever writes it.
    "deep_tree": ("Tree", "return tree(500)"),
    "too_deep_tree": ("Tree", "return tree(501)"),
    "far_too_deep_tree": ("Tree", "return tree(20_000)"),
    "deep_pairs": ("dict[str, Tree]", "return {'a': pairs(499)}"),
    "too_deep_pairs": ("dict[str, Tree]", "return {'a': pairs(500)}"),
    "deep_leaf": ("list[Tree]", "return [tree(300, pairs(199, [[Empty()]]))]"),
    "too_deep_leaf": ("list[Tree]", "return [tree(300, pairs(200, [[Empty()]]))]"),
    "object": ("Any", "return unknown(object())"),
    "a_class": ("Any", "return unknown(int)"),
    "generator": ("Any", "return unknown(x for x in [1])"),
    "complex": ("Any", "return unknown(1j)"),
    "function": ("Any", "return unknown"),
    "set": ("Any", "return {1}"),
    "odd_key": ("Any", "return unknown({(1, 2): 3})"),
    "plain": ("Response", "return PlainTextResponse('ok', 201, {'x-a': 'b'})"),
    "not_a_response": ("Response", "return unknown(5)"),
    "undeclared_response": ("int", "return unknown(JSONResponse([1], status_code=202))"),
    "bad_status": ("Response", "return Response(b'', unknown(1000))"),
    "interim_status": ("Response", "return Response(b'', unknown(103))"),
    "switching": ("Response", "response = Response(b'')\n    response.status_code = 101\n    return response"),
    "two_connections": ("Response", "response = Response(b'abc', headers={'connection': 'close'})\n    response.headers.append('connection', 'x')\n    return response"),
    "no_allow": ("int", "raise HTTPException(405)"),
    "length_in_exception": ("int", "raise HTTPException(400, 'x', {'content-length': '3', 'transfer-encoding': 'chunked'})"),
    "small_status": ("Response", "return Response(b'', unknown(99))"),
    "no_content": ("Response", "return Response(b'body', 204)"),
    "not_modified": ("Response", "return Response(b'body', 304)"),
    "bad_header": ("Response", "return Response(b'', headers={'a b': 'c'})"),
    "header_injection": ("Response", "return Response(b'', headers={'a': 'b\\r\\nc: d'})"),
    "own_length": ("Response", "return Response(b'abc', headers={'content-length': '7'})"),
    "own_connection": ("Response", "return Response(b'abc', headers={'connection': 'keep-alive'})"),
    "own_encoding": ("Response", "return Response(b'abc', headers={'transfer-encoding': 'chunked'})"),
    "own_date": ("Response", "return Response(b'abc', headers={'date': 'today'})"),
    "nothing": ("None", "return None"),
    "something": ("None", "return unknown(5)"),
}  # fmt: skip

WAYS = {"inline": ('blocking=False', "def"), "pool": ('blocking=True', "def"), "task": ("", "async def")}


def source() -> str:
    """The app: every fault in every way."""
    parts = [PRELUDE]
    for name, (result, body) in FAULTS.items():
        for way, (options, define) in WAYS.items():
            begin = "await asyncio.sleep(0)\n    " if way == "task" else ""
            parts.append(f'@app.get("/{way}/{name}"{", " if options else ""}{options})\n{define} {way}_{name}() -> {result}:\n    {begin}{body}\n')
    return "\n\n".join(parts)


class Faults(unittest.TestCase):
    both: Both

    @classmethod
    def setUpClass(cls) -> None:
        cls.both = Both(source())
        cls.addClassCleanup(cls.both.end)

    def answers(self, path: str) -> list[tuple[bytes, list[str]]]:
        """Per mode: the answer without its date, and what was said on standard error about exceptions."""
        found = []
        for server in self.both.servers:
            before = len(server.said())
            raw = server.ask(f"GET {path} HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n".encode(), patience=30)
            said = server.said()[before:]
            found.append((re.sub(rb"\r\ndate: [^\r]*", b"", raw), raised(said)))
        return found

    def test_every_fault_answers_alike_in_both_modes(self) -> None:
        for name in FAULTS:
            for way in WAYS:
                with self.subTest(fault=name, way=way):
                    interpreted, compiled = self.answers(f"/{way}/{name}")
                    self.assertEqual(compiled[0], interpreted[0])
                    self.assertEqual(compiled[1], interpreted[1])
                    self.assertTrue(interpreted[0].startswith(b"HTTP/1.1 "), interpreted)

    def test_faults_are_500_and_say_nothing_of_the_reason(self) -> None:
        for name in ("key", "recurses", "str_for_int", "nan", "too_deep", "too_deep_tree", "too_deep_pairs", "too_deep_leaf", "object", "bad_status", "header_injection", "interim_status", "switching", "undeclared_response", "not_a_response", "exits", "odd"):
            with self.subTest(fault=name):
                answer, _ = self.answers(f"/inline/{name}")[0]
                self.assertIn(b"HTTP/1.1 500 ", answer)
                self.assertTrue(answer.endswith(b'{"type":"about:blank","title":"Internal Server Error","status":500}'), answer)

    def test_what_is_no_fault_is_answered(self) -> None:
        for name, wanted in (("deep", 200), ("deep_tree", 200), ("deep_pairs", 200), ("deep_leaf", 200), ("huge", 200), ("int_for_float", 200), ("plain", 201), ("own_length", 200), ("own_encoding", 200), ("no_allow", 405), ("no_content", 204), ("http", 409), ("bytes", 200)):
            with self.subTest(fault=name):
                answer, _ = self.answers(f"/inline/{name}")[0]
                self.assertIn(b"HTTP/1.1 %d " % wanted, answer)

    def test_the_length_of_an_answer_is_the_servers(self) -> None:
        for name in ("own_length", "own_encoding"):
            answer, _ = self.answers(f"/inline/{name}")[0]
            self.assertIn(b"\r\ncontent-length: 3\r\n", answer)
            self.assertNotIn(b"transfer-encoding", answer)
            self.assertTrue(answer.endswith(b"\r\n\r\nabc"), answer)
        for name in ("no_content", "not_modified"):
            answer, _ = self.answers(f"/inline/{name}")[0]
            self.assertTrue(answer.endswith(b"\r\n\r\n"), answer)


def raised(said: str) -> list[str]:
    """The exceptions in a log, each with the handler's line, without the column marks under it."""
    # A result of another type: compiled code refuses it where it is returned, and names the function.
    if lied := re.findall(r"^TypeError: (?:\w+\(\): )?(expected .*, got .*)$", said, re.M):
        return lied
    lines = []
    for line in said.splitlines():
        if re.match(r'  File ".*app\.py", line \d+, in \w+$', line):
            lines.append(re.sub(r'".*app\.py"', '"app.py"', line))
        elif re.match(r"(  [+|] *)?[A-Za-z_.]+(Error|Exception|Exit|Interrupt|Iteration|Group|Odd|Strange)\b", line):
            lines.append(line)
    # A recursion's depth is not the same.
    return [line for at, line in enumerate(lines) if at == 0 or line != lines[at - 1]]


if __name__ == "__main__":
    unittest.main()
