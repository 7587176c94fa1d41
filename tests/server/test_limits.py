"""What a client may not do for ever: send slowly, send too much, take its answer slowly, idle; and how it is told.

In: a small app with short limits, asked over raw sockets. Out: the answers, and how long they took.
"""

import socket
import tempfile
import textwrap
import time
import unittest
from pathlib import Path

from test_server import parsed, start

APP = """
from typing import Annotated

from tayberry import App, Body
from tayberry.limits import Limits

app = App(
    limits=Limits(
        max_body=100_000,
        max_header=9000,
        max_uri=2000,
        header_timeout=0.6,
        keep_alive_timeout=2.5,
        body_timeout=0.6,
        write_timeout=0.6,
        stop_timeout=2.5,
    )
)


@app.get("/")
def index() -> str:
    return "hello"


@app.post("/length")
def length(body: Annotated[list[int], Body()]) -> int:
    return len(body)


@app.get("/large")
def large() -> str:
    return "x" * 30_000_000
"""

GET = b"GET / HTTP/1.1\r\nhost: t\r\n\r\n"
POST = b"POST /length HTTP/1.1\r\nhost: t\r\ncontent-type: application/json\r\n"


class Limits(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        Path(folder.name, "app.py").write_text(textwrap.dedent(APP))
        self.process, self.port = start(folder.name, 1)
        self.addCleanup(self.end)

    def end(self) -> None:
        self.process.terminate()
        status = self.process.wait(20)
        self.process.stderr.close()  # type: ignore[union-attr]
        self.assertEqual(status, 0)

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), 10)
        self.addCleanup(connection.close)
        return connection

    def rest(self, connection: socket.socket) -> tuple[bytes, float]:
        """What comes until the server closes, and after how many seconds it did."""
        begun = time.monotonic()
        answer = b""
        while more := connection.recv(1 << 20):
            answer += more
        return answer, time.monotonic() - begun

    def test_half_a_header_is_answered_with_408(self) -> None:
        connection = self.connect()
        connection.sendall(b"GET / HTTP/1.1\r\nhost: t\r\nx-ne")
        answer, seconds = self.rest(connection)
        status, headers, body = parsed(answer)
        self.assertEqual((status, headers["connection"], headers["content-type"]), (408, "close", "application/problem+json"))
        self.assertEqual(len(body), int(headers["content-length"]))
        self.assertTrue(0.5 < seconds < 2.4, seconds)

    def test_dripping_a_header_gives_no_more_time(self) -> None:
        connection = self.connect()
        begun = time.monotonic()
        for byte in b"GET / HTTP/1.1\r\nhost: t\r\nx: " + b"y" * 100:
            try:
                connection.sendall(bytes([byte]))
            except OSError:
                break
            time.sleep(0.03)
            if time.monotonic() - begun > 2.3:
                break
        self.assertIn(b" 408 ", self.rest(connection)[0])

    def test_a_connection_on_which_nothing_comes_is_closed(self) -> None:
        answer, seconds = self.rest(self.connect())
        self.assertEqual(answer, b"")
        self.assertTrue(0.5 < seconds < 2.4, seconds)

    def test_an_idle_connection_is_kept_longer_and_then_closed(self) -> None:
        connection = self.connect()
        for _ in range(2):
            connection.sendall(GET)
            self.assertIn(b" 200 ", connection.recv(65536))
            # Longer than the header may take.
            time.sleep(0.9)
        connection.sendall(GET)
        self.assertIn(b" 200 ", connection.recv(65536))
        answer, seconds = self.rest(connection)
        self.assertEqual(answer, b"")
        self.assertTrue(2.4 < seconds < 6, seconds)

    def test_half_a_header_after_a_request_is_answered_with_408(self) -> None:
        connection = self.connect()
        connection.sendall(GET)
        self.assertIn(b" 200 ", connection.recv(65536))
        time.sleep(0.3)
        connection.sendall(b"GET /")
        answer, seconds = self.rest(connection)
        self.assertIn(b" 408 ", answer)
        self.assertTrue(0.5 < seconds < 2.4, seconds)

    def test_a_body_that_stops_coming_is_answered_with_408(self) -> None:
        connection = self.connect()
        connection.sendall(POST + b"content-length: 50\r\n\r\n[1,2")
        answer, seconds = self.rest(connection)
        self.assertIn(b" 408 ", answer)
        self.assertTrue(0.5 < seconds < 2.4, seconds)

    def test_a_body_that_keeps_coming_has_time(self) -> None:
        connection = self.connect()
        connection.sendall(POST + b"content-length: 5\r\n\r\n")
        for byte in b"[1,2]":
            time.sleep(0.15)
            connection.sendall(bytes([byte]))
        self.assertEqual(connection.recv(65536).partition(b"\r\n\r\n")[2], b"2")

    def test_a_client_that_does_not_take_its_answer_is_cut_off(self) -> None:
        connection = self.connect()
        connection.sendall(b"GET /large HTTP/1.1\r\nhost: t\r\n\r\n")
        time.sleep(2.5)
        taken = 0
        try:
            while more := connection.recv(1 << 20):
                taken += len(more)
        except ConnectionResetError:
            pass
        self.assertLess(taken, 30_000_000)

    def test_a_client_that_takes_a_large_answer_gets_all_of_it(self) -> None:
        connection = self.connect()
        connection.sendall(b"GET /large HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n")
        answer = b""
        while more := connection.recv(1 << 20):
            answer += more
            time.sleep(0.01)
        self.assertGreater(len(answer), 30_000_000)

    def test_a_body_too_large_is_refused_and_the_answer_arrives(self) -> None:
        connection = self.connect()
        connection.sendall(POST + b"content-length: 5000000\r\n\r\n")
        connection.sendall(b"[" + b"1," * 2_499_999 + b"]")
        answer, _ = self.rest(connection)
        self.assertIn(b" 413 ", answer.split(b"\r\n")[0])
        self.assertIn(b"connection: close", answer)

    def test_a_chunked_body_too_large_is_refused_and_the_answer_arrives(self) -> None:
        connection = self.connect()
        connection.sendall(POST + b"transfer-encoding: chunked\r\n\r\n")
        for _ in range(500):
            connection.sendall(b"2710\r\n" + b" " * 10000 + b"\r\n")
        answer, _ = self.rest(connection)
        self.assertIn(b" 413 ", answer.split(b"\r\n")[0])

    def test_a_client_that_waits_for_the_word_to_go_on_gets_it(self) -> None:
        connection = self.connect()
        connection.sendall(POST + b"expect: 100-continue\r\ncontent-length: 3\r\n\r\n")
        self.assertEqual(connection.recv(65536), b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.sendall(b"[1]")
        self.assertEqual(connection.recv(65536).partition(b"\r\n\r\n")[2], b"1")
        connection.sendall(POST + b"expect: 100-continue\r\ncontent-length: 300000\r\n\r\n")
        self.assertIn(b"HTTP/1.1 413 ", self.rest(connection)[0])

    def test_headers_too_large_or_too_many_are_refused(self) -> None:
        for lines in [b"x: " + b"y" * 20_000 + b"\r\n", b"x: y\r\n" * 2000, b"x: y\r\n" * 150]:
            with self.subTest(len(lines)):
                connection = self.connect()
                connection.sendall(b"GET / HTTP/1.1\r\nhost: t\r\n" + lines + b"\r\n")
                self.assertIn(b" 431 ", self.rest(connection)[0].split(b"\r\n")[0])
        connection = self.connect()
        connection.sendall(b"GET / HTTP/1.1\r\nhost: t\r\nconnection: close\r\nx: " + b"y" * 7000 + b"\r\n\r\n")
        self.assertIn(b" 200 ", self.rest(connection)[0].split(b"\r\n")[0])

    def test_a_target_too_long_is_refused(self) -> None:
        for length in [2001, 8000]:
            connection = self.connect()
            connection.sendall(b"GET /" + b"a" * length + b" HTTP/1.1\r\nhost: t\r\n\r\n")
            self.assertIn(b" 414 ", self.rest(connection)[0].split(b"\r\n")[0])

    def test_a_header_cut_short_by_a_half_close_is_a_bad_request(self) -> None:
        connection = self.connect()
        connection.sendall(b"GET / HTTP/1.1\r\nhos")
        connection.shutdown(socket.SHUT_WR)
        self.assertIn(b" 400 ", self.rest(connection)[0].split(b"\r\n")[0])

    def test_another_protocol_is_a_bad_request(self) -> None:
        connection = self.connect()
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 100)
        self.assertIn(b"HTTP/1.1 400 ", self.rest(connection)[0])

    def test_idle_connections_end_at_once_when_the_server_stops(self) -> None:
        idle, fresh = self.connect(), self.connect()
        idle.sendall(GET)
        self.assertIn(b" 200 ", idle.recv(65536))
        begun = time.monotonic()
        self.process.terminate()
        self.assertEqual(self.rest(idle)[0], b"")
        self.assertEqual(self.rest(fresh)[0], b"")
        self.process.wait(10)
        self.assertLess(time.monotonic() - begun, 2)

    def test_a_stop_waits_no_longer_than_it_may(self) -> None:
        half = self.connect()
        half.sendall(POST + b"content-length: 50\r\n\r\n[1,2")
        time.sleep(0.1)
        begun = time.monotonic()
        self.process.terminate()
        self.process.wait(10)
        self.assertLess(time.monotonic() - begun, 6)


if __name__ == "__main__":
    unittest.main()
