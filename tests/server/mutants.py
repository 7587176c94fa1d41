"""Requests as no well-meaning client sends them: valid ones with a few random changes.

In: a number. Out: bytes, always the same for a number. Changes are made to bytes, to lines, to the framing of bodies, to
targets, to header values and inside of JSON bodies.
"""

from __future__ import annotations

import random
from collections.abc import Callable

JSON = b'{"name":"tea","lines":[{"qty":2,"price":1.5,"note":null},{"qty":3,"price":2}],"tags":["a","b"],"extra":{"k":[1,true,"x"]}}'
TARGETS = [
    b"/",
    b"/items/17",
    b"/items/17?limit=5&flag=yes&day=2024-02-29&word=a+b%20c",
    b"/many/12345678-1234-5678-1234-567812345678/1e3?n=1&n=2&n=3",
    b"/files/a/b%2Fc/d.txt",
    b"/head",
    b"http://localhost/items/3?limit=1",
]
HEADERS = [b"user-agent: me", b"cookie: sid=4; other=x", b"accept: */*", b"x-tag: one", b"x-tag: two", b"expect: 100-continue", b"connection: keep-alive"]


def valid(chance: random.Random) -> bytes:
    """A request that a server must like."""
    headers = [b"host: localhost", *chance.sample(HEADERS[:5], chance.randint(0, 3))]
    if chance.random() < 0.45:
        head = b"GET " + chance.choice(TARGETS) + b" HTTP/1.1"
        return b"\r\n".join([head, *headers, b"", b""])
    body = JSON
    head = chance.choice([b"POST /orders HTTP/1.1", b"POST /any HTTP/1.1", b"PUT /raw HTTP/1.1"])
    headers.append(b"content-type: application/json")
    if chance.random() < 0.5:
        headers.append(b"content-length: %d" % len(body))
    else:
        headers.append(b"transfer-encoding: chunked")
        cuts = sorted(chance.sample(range(1, len(body)), chance.randint(0, 3)))
        pieces = [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]
        body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    return b"\r\n".join([head, *headers, b"", body])


def mutant(number: int) -> bytes:
    """The request of a number."""
    chance = random.Random(number)
    data = valid(chance)
    for _ in range(chance.choice([1, 1, 1, 2, 3, 5])):
        data = chance.choice(CHANGES)(data, chance)
    if chance.random() < 0.2:
        data += valid(chance)
    if chance.random() < 0.1:
        data = valid(chance) + data
    return data[:200_000]


def _flip(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def _insert(data: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    odd = [b"\x00", b"\r", b"\n", b"\r\n", b" ", b"\t", b":", b"%", b"%ff", b"%00", b"\xff", b"\xc3\xa9", b"\xed\xa0\x80", b'"', b"{", b"[", b"\\", b"/", b"?", b"#", b"..", b"\x7f", b"\x80", b"HTTP/1.1"]
    return data[:at] + chance.choice(odd) * chance.choice([1, 1, 1, 2, 40]) + data[at:]


def _delete(data: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + data[at + chance.choice([1, 1, 2, 5, 30]) :]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    start = chance.randint(0, len(data))
    end = min(len(data), start + chance.choice([1, 4, 20, 80]))
    return data[:end] + data[start:end] * chance.choice([1, 2, 50]) + data[end:]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randint(0, len(data))]


def _swap_lines(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\r\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\r\n".join(lines)


def _line_ends(data: bytes, chance: random.Random) -> bytes:
    new = chance.choice([b"\n", b"\r", b"\n\r", b"\r\r\n", b" \r\n", b"\r\n "])
    return data.replace(b"\r\n", new, chance.choice([1, 2, 100]))


def _add_line(data: bytes, chance: random.Random) -> bytes:
    first, end, rest = data.partition(b"\r\n")
    line = chance.choice(LINES)
    return first + end + line + b"\r\n" + rest


def _length(data: bytes, chance: random.Random) -> bytes:
    name, _, rest = data.partition(b"content-length: ")
    if not rest:
        return _add_line(data, chance)
    return name + b"content-length: " + chance.choice(LENGTHS) + b"\r\n" + rest.partition(b"\r\n")[2]


def _chunk(data: bytes, chance: random.Random) -> bytes:
    head, _, body = data.partition(b"\r\n\r\n")
    size, end, rest = body.partition(b"\r\n")
    if not end:
        return data
    return head + b"\r\n\r\n" + chance.choice(SIZES).replace(b"N", size) + end + rest


def _first_line(data: bytes, chance: random.Random) -> bytes:
    first, end, rest = data.partition(b"\r\n")
    parts = first.split(b" ")
    at = chance.randrange(len(parts))
    parts[at] = chance.choice([METHODS, ODD_TARGETS, VERSIONS][min(at, 2)])
    return b" ".join(parts) + end + rest


def _json(data: bytes, chance: random.Random) -> bytes:
    """Another body, rightly framed."""
    head = data.partition(b"\r\n\r\n")[0]
    lines = [line for line in head.split(b"\r\n") if not line.startswith((b"content-length", b"transfer-encoding"))]
    body = chance.choice(BODIES)
    if chance.random() < 0.6:
        at = chance.randint(0, len(JSON))
        body = JSON[:at] + chance.choice(TOKENS) + JSON[at + chance.choice([0, 1, 2, 4]) :]
    return b"\r\n".join([*lines, b"content-length: %d" % len(body), b"", body])


METHODS = [b"GET", b"get", b"HEAD", b"OPTIONS", b"CONNECT", b"TRACE", b"PRI", b"POST", b"DELETE", b"", b"G\xc3\x89T", b"G T", b"X" * 300, b"POST\x00"]
VERSIONS = [b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/1.2", b"HTTP/1.", b"http/1.1", b"HTTP/1.1 ", b"HTTPS/1.1", b"", b"HTTP/11", b"HTTP/-1.1"]
ODD_TARGETS = [
    b"*", b"", b"//", b"///items/1", b"/items/../items/1", b"/items/%2e%2e", b"/items/" + b"9" * 5000, b"/items/\xff", b"/items/%", b"/items/%f", b"/items/-0",
    b"/items/1?limit", b"/items/1?" + b"limit=1&" * 2000, b"/items/1?=&&=&", b"/items/1#x", b"localhost:80", b"http://", b"http://a b/", b"ftp://x/items/1", b"/x" * 9000,
    b"/items/1?limit=%00", b"/many/x/nan", b"/many//inf", b"/files/", b"/files/%00%ff", b"/head?" + b"%41" * 3000, b"?x", b"items/1", b"\\items", b"/items/\x7f",
]  # fmt: skip
LINES = [
    b"host: other", b"host:", b"Host: a b", b"host: [::1", b" host: x", b"content-length: 5", b"content-length: 5, 5", b"content-length: -1", b"content-length: +5",
    b"content-length: 99999999999999999999", b"transfer-encoding: chunked", b"transfer-encoding: identity", b"transfer-encoding: gzip, chunked", b"transfer-encoding: chunked, identity",
    b"transfer-encoding:\x0bchunked", b"Transfer-Encoding : chunked", b"connection: close", b"connection: upgrade", b"upgrade: websocket", b"upgrade: h2c", b"expect: 100-continue",
    b"expect: 200-ok", b"te: trailers", b"x: " + b"y" * 70_000, b"x" * 9000 + b": y", b": y", b"nocolon", b"x\x00: y", b"x: \x00", b"x: \xff\xfe", b"x y: z", b"\tfolded", b" folded",
    b"cookie: " + b"a=1; " * 3000, b"cookie: =;;=;sid", b'cookie: sid="4', b"content-type: text/plain", b"content-type: \xff", b"content-type: application/json; charset=\"", b"content-encoding: gzip",
    b"\r\n".join(b"h%d: v" % at for at in range(150)), b"user-agent: \xff", b"x-tag: \xc3\xa9",
]  # fmt: skip
LENGTHS = [b"0", b"1", b"5", b"-1", b"+10", b"0x10", b"1e3", b"", b" 7", b"7 ", b"7,7", b"7, 8", b"99999999999", b"18446744073709551616", b"00000000000000000007", b"\xd9\xa1"]
SIZES = [b"-1", b"0", b"ffffffffffffffff", b"10000000000000000", b"N;ext=1", b"N;" + b"x" * 20_000, b" N", b"N ", b"0xN", b"N\x00", b"+N", b"", b"g", b"N\n", b"0000000000000000000N", b"7fffffff", b"N;\"\r"]
BODIES = [
    b"", b"null", b"{}", b"[]", b"[" * 5000, b"[" * 127 + b"]" * 127, b"[" * 129 + b"]" * 129, b'{"a":' * 3000, b"NaN", b"-Infinity", b"9" * 4300, b"9" * 4301, b"-" + b"9" * 9000, b"1e999",
    b"1" + b"0" * 400 + b".0", b"\xff\xfe{}", b"\xef\xbb\xbf{}", b"{}{}", b'{"name":"a","name":"b","lines":[]}', b'"\\ud800"', b'{"\\ud800":1}', b'"' + b"x" * 100_000 + b'"', b"tru", b"{]",
    b'{"name":"\xed\xa0\x80","lines":[]}', b'{"lines":[' + b'{"qty":"x"},' * 400 + b"{}]}", b" " * 50_000, b"\x00", b"-", b"-0", b"0.", b".5", b"01", b"'a'",
]  # fmt: skip
TOKENS = [b"NaN", b"1e999", b"-", b"\x00", b"\xff", b"\\u12", b"null", b"{", b"]", b",", b"9" * 5000, b'"', b":", b"\xf0\x9f\x8d\x93", b"\\ud83c", b"true", b"1.5", b"-0", b" ", b"/*x*/"]
CHANGES: list[Callable[[bytes, random.Random], bytes]] = [_flip, _flip, _insert, _insert, _delete, _repeat, _cut, _swap_lines, _line_ends, _add_line, _add_line, _length, _length, _chunk, _chunk, _first_line, _first_line, _json, _json, _json]
