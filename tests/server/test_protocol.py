"""HTTP/1.1 as clients and proxies use it: pipelining, half-closed connections, Host, expectations, 1.0, a stop under load, the log.

In: one small app in both modes. Out: bytes on the wire, which must be the same for both.
"""

import json
import os
import re
import resource
import signal
import socket
import threading
import time
import unittest
from pathlib import Path

from modes import Both, Build, Served

APP = """
import asyncio
import time
from dataclasses import dataclass

from tayberry import App, Request

app = App()


@dataclass
class Item:
    name: str
    qty: int = 1


@app.get("/n/{n}")
def number(n: int) -> int:
    return n


@app.get("/slow/{n}")
async def slow(n: int, seconds: float = 0.2) -> int:
    await asyncio.sleep(seconds)
    return n


@app.get("/blocks/{n}", blocking=True)
def blocks(n: int, seconds: float = 0.2) -> int:
    time.sleep(seconds)
    return n


@app.post("/items", status_code=201)
def write(item: Item) -> Item:
    return item


@app.post("/length")
def length(request: Request) -> int:
    return len(request.body)


@app.get("/fail")
def fail() -> int:
    return 1 // len("")


@app.get("/where")
def where(request: Request) -> list[str]:
    return [request.path, request.target, request.http_version]
"""

ITEM = b'{"name":"tea"}'
POST = b"POST /items HTTP/1.1\r\nhost: t\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(ITEM), ITEM)


def get(target: str, *lines: str, version: str = "1.1", host: str | None = "t") -> bytes:
    head = [f"GET {target} HTTP/{version}", *([f"host: {host}"] if host is not None else []), *lines]
    return "\r\n".join([*head, "", ""]).encode()


def shown(answer: bytes) -> list[tuple[int, bytes]]:
    """Status and body of each answer in these bytes."""
    found = []
    while answer:
        head, end, rest = answer.partition(b"\r\n\r\n")
        assert end, answer
        length = re.search(rb"\r\ncontent-length: (\d+)", head)
        size = int(length[1]) if length else 0
        found.append((int(head.split(b" ")[1]), rest[:size]))
        answer = rest[size:]
    return found


class Protocol(unittest.TestCase):
    both: Both

    @classmethod
    def setUpClass(cls) -> None:
        cls.both = Both(APP)
        cls.addClassCleanup(cls.both.end)

    def ask(self, data: bytes, *, half_close: bool = False) -> bytes:
        """The bytes that both modes answer, without dates."""
        given = [re.sub(rb"\r\ndate: [^\r]*", b"", server.ask(data, half_close=half_close)) for server in self.both.servers]
        self.assertEqual(given[0], given[1])
        return given[0]

    def test_pipelined_requests_are_answered_in_order_whatever_they_take(self) -> None:
        targets = ["/slow/0", "/n/1", "/blocks/2", "/n/3", "/slow/4?seconds=0", "/nothing", "/n/x", "/fail", "/n/8"]
        data = b"".join(get(target) for target in targets[:-1]) + get(targets[-1], "connection: close")
        answers = shown(self.ask(data))
        self.assertEqual([status for status, _ in answers], [200, 200, 200, 200, 200, 404, 422, 500, 200])
        self.assertEqual([body for status, body in answers if status == 200], [b"0", b"1", b"2", b"3", b"4", b"8"])

    def test_bodies_between_pipelined_requests_stay_apart(self) -> None:
        chunked = b"POST /length HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\ntrailer: t\r\n\r\n"
        hidden = get("/n/666")
        unread = b"POST /nothing HTTP/1.1\r\nhost: t\r\ncontent-length: %d\r\n\r\n%s" % (len(hidden), hidden)
        answers = shown(self.ask(POST + chunked + unread + POST + get("/n/5", "connection: close")))
        self.assertEqual([status for status, _ in answers], [201, 200, 404, 201, 200])
        self.assertEqual(answers[1][1], b"5")

    def test_the_length_of_a_body_is_never_in_doubt(self) -> None:
        chunks = b"5\r\nabcde\r\n0\r\n\r\n"
        for lines, body, statuses in (
            ("content-length: 5\r\ncontent-length: 5", b"abcde", [200, 200]),
            ("transfer-encoding: Chunked", chunks, [200, 200]),
            # Allowed, but what follows on the connection may be another's.
            ("content-length: 5\r\ntransfer-encoding: chunked", chunks, [200]),
            ("transfer-encoding: chunked\r\ncontent-length: 18", chunks, [200]),
            ("transfer-encoding: gzip, chunked", chunks, [501]),
            ("transfer-encoding: chunked, chunked", chunks, [501]),
            ("transfer-encoding: chunked\r\ntransfer-encoding: chunked", chunks, [501]),
            ("transfer-encoding: chunked, gzip", chunks, [400]),
            ("transfer-encoding: xchunked", chunks, [400]),
            ("content-length: 5, 5", b"abcde", [400]),
            ("content-length: 5\r\ncontent-length: 6", b"abcde", [400]),
            ("content-length: +5", b"abcde", [400]),
            ("transfer-encoding: chunked", b"5\nabcde\r\n0\r\n\r\n", [400]),
            ("transfer-encoding: chunked", b"5;a\nb\r\nabcde\r\n0\r\n\r\n", [400]),
            ("transfer-encoding: chunked", b"5\r\nabcdeXX0\r\n\r\n", [400]),
            ("transfer-encoding: chunked", b"fffffffffffffffff\r\nabc", [400]),
            ("content-length: -5", b"abcde", [400]),
            ("content-length:", b"abcde", [400]),
            ("content-length: 5\r\ncontent-length: -5", b"abcde", [400]),
            ("content-length: 18446744073709551616", b"abcde", [400]),
            ("transfer-encoding:", chunks, [400]),
            ("transfer-encoding : chunked", chunks, [400]),
            ("transfer-encoding:\r\n chunked", chunks, [400]),
            # Another field.
            ("transfer_encoding: chunked\r\ncontent-length: 5", b"abcde", [200, 200]),
            ("transfer-encoding: chunked", b"0005;a=\"b;c\"\r\nabcde\r\n000\r\n\r\n", [200, 200]),
            ("transfer-encoding: chunked", b"0x5\r\nabcde\r\n0\r\n\r\n", [400]),
            ("transfer-encoding: chunked", b"+5\r\nabcde\r\n0\r\n\r\n", [400]),
            ("transfer-encoding: chunked", b"\r\nabcde\r\n0\r\n\r\n", [400]),
            ("transfer-encoding: chunked", b"5;" + b"a" * 20_000 + b"\r\nabcde\r\n0\r\n\r\n", [400]),
            # What comes after the last chunk says nothing about the framing.
            ("transfer-encoding: chunked", b"5\r\nabcde\r\n0\r\ncontent-length: 9\r\nhost: x\r\n\r\n", [200, 200]),
            ("transfer-encoding: chunked", b"5\r\nabcde\r\n0\r\nno field\r\n\r\n", [400]),
            ("transfer-encoding: chunked", b"5\r\nabcde\r\n0\r\n" + b"a: b\r\n" * 2000 + b"\r\n", [400]),
        ):
            with self.subTest(lines=lines, body=body):
                data = f"POST /length HTTP/1.1\r\nhost: t\r\n{lines}\r\n\r\n".encode() + body
                found = shown(self.ask(data + get("/n/9", "connection: close")))
                self.assertEqual([status for status, _ in found], statuses)

    def test_what_comes_before_a_broken_request_is_answered(self) -> None:
        answers = shown(self.ask(get("/n/1") + POST + b"GET /n/2 HTTP/1.1\r\nbroken line\r\n\r\n" + get("/n/3")))
        self.assertEqual([status for status, _ in answers], [200, 201, 400])

    def test_what_comes_after_a_refused_request_is_never_taken_for_one(self) -> None:
        large = b"x" * 100_000
        for refused, status in (
            (b"POST /length HTTP/1.1\r\nhost: t\r\ncontent-length: 3000000\r\n\r\n" + large, 413),
            (b"POST /nothing HTTP/1.1\r\nhost: t\r\ncontent-length: 3000000\r\n\r\n" + large, 413),
            (get("/" + "a" * 20_000), 414),
            (get("/n/1", "x: " + "y" * 80_000), 431),
            (get("/n/1", *["x: y"] * 200), 431),
            (b"POST /length HTTP/1.0\r\ntransfer-encoding: chunked\r\nconnection: keep-alive\r\n\r\n0\r\n\r\n", 400),
            (b"CONNECT t:80 HTTP/1.1\r\nhost: t:80\r\n\r\n", 501),
        ):
            with self.subTest(refused=refused[:80]):
                self.assertEqual([found for found, _ in shown(self.ask(get("/n/1") + refused + get("/n/2")))], [200, status])

    def test_answers_without_a_body_leave_the_connection_open(self) -> None:
        asked = {"HEAD /n/1": 200, "HEAD /n/x": 422, "HEAD /nothing": 404, "HEAD /items": 405, "OPTIONS /n/1": 204}
        data = b"".join(f"{line} HTTP/1.1\r\nhost: t\r\nx: {at}\r\n\r\n".encode() for at, line in enumerate(asked))
        answer = self.ask(data + get("/n/2", "connection: close"))
        self.assertEqual([int(each) for each in re.findall(rb"HTTP/1.1 (\d+) ", answer)], [*asked.values(), 200])
        self.assertEqual(answer.count(b"\r\n\r\n"), len(asked) + 1)
        self.assertTrue(answer.endswith(b"\r\n\r\n2"))
        self.assertIn(b"\r\nallow: GET, HEAD, OPTIONS\r\n", answer)

    def test_a_client_that_half_closes_gets_every_answer(self) -> None:
        answers = shown(self.ask(get("/slow/1") + get("/blocks/2") + POST + get("/n/3"), half_close=True))
        self.assertEqual([status for status, _ in answers], [200, 200, 201, 200])

    def test_a_body_cut_short_by_a_half_close_is_refused(self) -> None:
        for cut in (1, 5, len(ITEM)):
            answer = self.ask(POST[:-cut], half_close=True)
            self.assertEqual([status for status, _ in shown(answer)], [400])
            self.assertIn(b"\r\nconnection: close\r\n", answer)

    def test_a_client_that_goes_away_costs_nothing_but_its_answer(self) -> None:
        for server in self.both.servers:
            for _ in range(20):
                connection = socket.create_connection(("127.0.0.1", server.port), 5)
                connection.sendall(get("/slow/1?seconds=0.05") + get("/blocks/1?seconds=0.05"))
                # Answered with a reset to whatever comes.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                connection.close()
            self.assertTrue(server.ask(get("/n/4", "connection: close")).endswith(b"\r\n\r\n4"))

    def test_host_is_demanded_of_1_1_only(self) -> None:
        for host, status in (("a.example:80", 200), ("[::1]:8000", 200), (None, 400), ("", 400), ("a b", 400), ("a/b", 400), ("user@a", 400)):
            with self.subTest(host=host):
                self.assertEqual(shown(self.ask(get("/n/1", "connection: close", host=host)))[0][0], status)
        self.assertEqual(shown(self.ask(get("/n/1", "host: other", "connection: close")))[0][0], 400)
        self.assertEqual(shown(self.ask(get("/n/1", version="1.0", host=None)))[0], (200, b"1"))

    def test_1_0_connections_end_unless_they_are_to_be_kept(self) -> None:
        self.assertEqual(len(shown(self.ask(get("/n/1", version="1.0") + get("/n/2", version="1.0")))), 1)
        kept = self.ask(get("/n/1", "connection: keep-alive", version="1.0") + get("/n/2", version="1.0"))
        self.assertEqual([body for _, body in shown(kept)], [b"1", b"2"])
        self.assertNotIn(b"transfer-encoding", kept)

    def test_absolute_targets_are_routed_by_their_path(self) -> None:
        self.assertEqual(shown(self.ask(get("http://t/where?x=1", "connection: close")))[0], (200, b'["/where","/where?x=1","1.1"]'))
        self.assertEqual(shown(self.ask(b"OPTIONS * HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n"))[0][0], 404)

    def test_a_client_is_told_to_go_on_only_where_its_body_is_wanted(self) -> None:
        head, body = POST[: -len(ITEM)].replace(b"host: t", b"host: t\r\nexpect: 100-continue\r\nconnection: close"), ITEM
        for server in self.both.servers:
            with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
                connection.sendall(head)
                self.assertEqual(connection.recv(1000), b"HTTP/1.1 100 Continue\r\n\r\n")
                connection.sendall(body)
                self.assertTrue(connection.recv(1000).startswith(b"HTTP/1.1 201 "))
            with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
                connection.sendall(head.replace(b"content-length: 14", b"content-length: 99999999"))
                self.assertTrue(connection.recv(1000).startswith(b"HTTP/1.1 413 "))
            with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
                connection.sendall(head.replace(b"host: t", b"host: t t"))
                self.assertTrue(connection.recv(1000).startswith(b"HTTP/1.1 400 "))
        for nothing in (get("/n/1", "expect: 100-continue", "connection: close"), get("/n/1", "expect: 100-continue", "content-length: 0", "connection: close")):
            self.assertTrue(self.ask(nothing).startswith(b"HTTP/1.1 200 "))


class Stopping(unittest.TestCase):
    build: Build

    @classmethod
    def setUpClass(cls) -> None:
        cls.build = Build(APP)
        cls.addClassCleanup(cls.build.end)

    def setUp(self) -> None:
        self.both = Both(self.build, options=("--access-log",))
        self.addCleanup(self.both.end)

    def test_what_is_under_way_is_answered_and_nothing_new_is_taken(self) -> None:
        for server, number in zip(self.both.servers, (signal.SIGTERM, signal.SIGINT), strict=True):
            with self.subTest(mode=server.mode):
                answers: dict[str, bytes] = {}

                def ask(name: str, data: bytes, server: Served = server, answers: dict[str, bytes] = answers) -> None:
                    answers[name] = server.ask(data)

                half = socket.create_connection(("127.0.0.1", server.port), 5)
                half.sendall(POST[:-4])
                idle = socket.create_connection(("127.0.0.1", server.port), 5)
                idle.sendall(get("/n/1"))
                self.assertIn(b"200 OK", idle.recv(1000))
                threads = [threading.Thread(target=ask, args=(name, get(f"/{name}/1?seconds=2"))) for name in ("slow", "blocks")]
                for thread in threads:
                    thread.start()
                time.sleep(1)
                server.process.send_signal(number)
                self.assertEqual(idle.recv(1000), b"", "an idle connection is closed at once")
                half.sendall(POST[-4:])
                self.assertIn(b"201 Created", half.recv(1000), "a body under way may come to its end")
                with self.assertRaises(OSError):
                    socket.create_connection(("127.0.0.1", server.port), 1)
                for thread in threads:
                    thread.join()
                self.assertEqual({name: shown(answer) for name, answer in answers.items()}, {"slow": [(200, b"1")], "blocks": [(200, b"1")]})
                self.assertEqual(server.process.wait(10), 0)
                half.close()
                idle.close()

    def test_a_server_without_descriptors_left_goes_on_when_there_are_some(self) -> None:
        for server in self.both.servers:
            with self.subTest(mode=server.mode):
                open_now = len(os.listdir(f"/proc/{server.process.pid}/fd"))
                resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (open_now + 20, open_now + 20))
                connections = [socket.create_connection(("127.0.0.1", server.port), 5) for _ in range(60)]
                for connection in connections[:10]:
                    connection.sendall(get("/n/1"))
                    self.assertIn(b"200 OK", connection.recv(1000))
                time.sleep(0.2)
                self.assertLess(busy(server, 0.5), 0.25, "it does not spin")
                for connection in connections[:40]:
                    connection.close()
                connections[-1].sendall(get("/n/2", "connection: close"))
                self.assertIn(b"200 OK", connections[-1].recv(1000))
                for connection in connections:
                    connection.close()
                self.assertIn(b"200 OK", server.ask(get("/n/3", "connection: close")))

    def test_an_idle_server_costs_nothing(self) -> None:
        for server in self.both.servers:
            with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
                connection.sendall(get("/slow/1?seconds=0.01") + get("/blocks/1?seconds=0.01"))
                time.sleep(0.5)
                self.assertLess(busy(server, 1.0), 0.05)

    def test_a_second_signal_ends_at_once(self) -> None:
        for server in self.both.servers:
            with self.subTest(mode=server.mode), socket.create_connection(("127.0.0.1", server.port), 5) as connection:
                connection.sendall(get("/slow/1?seconds=30"))
                time.sleep(0.3)
                begun = time.monotonic()
                server.process.terminate()
                time.sleep(0.3)
                server.process.terminate()
                self.assertEqual(server.process.wait(5), 130)
                self.assertLess(time.monotonic() - begun, 3)
        self.both.servers.clear()

    def test_the_access_log_has_a_line_of_json_per_answer(self) -> None:
        lines = []
        for server in self.both.servers:
            server.ask(get("/n/7?q='%0a", "x: y") + get("/nothing") + b"HEAD /n/7 HTTP/1.1\r\nhost: t\r\n\r\n" + POST.replace(b"tea", b"\xff\xfe\xfd") + get("/fail", "connection: close"))
            server.ask(get("/n/1", host="a b"))
            server.ask(b"GET / HTTP/1.1\r\nx", half_close=True)
            server.ask(get("/n/1", "x: " + "y" * 100_000))
            server.ask(b"\x16\x03\x01 no TLS here\r\n\r\n")
            server.end()
            said = [json.loads(line) for line in server.said().splitlines() if line.startswith("{")]
            for line in said:
                self.assertEqual(set(line), {"timestamp", "level", "client", "method", "path", "status", "bytes", "seconds", "target"})
                self.assertRegex(line["client"], r"^127\.0\.0\.1:\d+$")
                self.assertTrue(0 <= line["seconds"] < 5)
            lines.append([(line["method"], line["path"], line["status"], line["bytes"]) for line in said])
        self.assertEqual(lines[0], lines[1])
        self.assertEqual(
            [(method, path, status) for method, path, status, _ in lines[0]],
            [("GET", "/n/7?q='%0a", 200), ("GET", "/nothing", 404), ("HEAD", "/n/7", 200), ("POST", "/items", 400), ("GET", "/fail", 500), ("GET", "/n/1", 400)]
            + [("", "", status) for status in (400, 431, 400)],
        )
        self.both.servers.clear()


def busy(server: Served, seconds: float) -> float:
    """CPU seconds that a server takes while nothing is asked."""

    def used() -> float:
        fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before = used()
    time.sleep(seconds)
    return used() - before


if __name__ == "__main__":
    unittest.main()
