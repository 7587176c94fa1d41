"""The server over real sockets: what clients may do, and what hostile ones try.

In: a small app served by `tayberry._serve` in a process of its own. Out: bytes on the wire, as the tests state them.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest
from pathlib import Path

APP = """
import asyncio
import time
from dataclasses import dataclass

from tayberry import App, HTTPException
from tayberry.limits import Limits

app = App(limits=Limits(max_body=1000, max_uri=2000, header_timeout=1.0, handler_timeout=1.5))


@dataclass
class Item:
    name: str
    qty: int = 1


@app.get("/")
def index() -> dict[str, str]:
    return {"hello": "world"}


@app.get("/items/{item_id}")
def read(item_id: int) -> int:
    return item_id


@app.post("/items", status_code=201)
def write(item: Item) -> Item:
    return item


@app.get("/slow")
async def slow(seconds: float = 0.05) -> str:
    await asyncio.sleep(seconds)
    return "slept"


@app.get("/blocks")
def blocks(seconds: float = 0.05) -> str:
    time.sleep(seconds)
    return "slept"


@app.get("/bug")
def bug() -> int:
    return 1 // 0


@app.get("/recurses")
def recurses() -> int:
    return recurses() + 1


@app.get("/wrong")
def wrong() -> int:
    return "text"  # type: ignore[return-value]


@app.get("/teapot")
def teapot() -> None:
    raise HTTPException(418, "short and stout", headers={"x-pot": "tea"})
"""


class Server(unittest.TestCase):
    folder: tempfile.TemporaryDirectory[str]
    process: subprocess.Popen[str]
    port: int

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        Path(cls.folder.name, "app.py").write_text(textwrap.dedent(APP))
        cls.process, cls.port = start(cls.folder.name)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.process.terminate()
        status = cls.process.wait(10)
        cls.process.stderr.close()  # type: ignore[union-attr]
        cls.folder.cleanup()
        assert status == 0, f"the server ended with {status}"

    def ask(self, raw: bytes, *, half_close: bool = False) -> bytes:
        """Everything that is answered to these bytes until the server closes or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
            connection.sendall(raw)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
            connection.settimeout(5)
            answer = b""
            while True:
                try:
                    more = connection.recv(65536)
                except (TimeoutError, ConnectionResetError):
                    break
                if not more:
                    break
                answer += more
            return answer

    def get(self, target: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return parsed(self.ask(f"GET {target} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{lines}\r\n".encode()))

    def post(self, body: bytes, content_type: str = "application/json") -> tuple[int, dict[str, str], bytes]:
        head = f"POST /items HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\n\r\n"
        return parsed(self.ask(head.encode() + body))

    def test_a_request_is_answered_with_json(self) -> None:
        status, headers, body = self.get("/")
        self.assertEqual((status, headers["content-type"], body), (200, "application/json", b'{"hello":"world"}'))
        self.assertIn("date", headers)
        self.assertNotIn("server", headers)

    def test_a_connection_serves_several_requests_and_pipelines(self) -> None:
        one = b"GET /items/1 HTTP/1.1\r\nhost: t\r\n\r\n"
        last = b"GET /items/2 HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n"
        answer = self.ask(one + one + last)
        self.assertEqual(answer.count(b"HTTP/1.1 200 OK"), 3)
        self.assertTrue(answer.endswith(b"2"))

    def test_a_client_that_half_closes_gets_its_answer(self) -> None:
        answer = self.ask(b"GET /slow HTTP/1.1\r\nhost: t\r\n\r\n", half_close=True)
        self.assertIn(b"200 OK", answer)
        self.assertTrue(answer.endswith(b'"slept"'))

    def test_head_has_the_length_but_no_body(self) -> None:
        answer = self.ask(b"HEAD / HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n")
        self.assertIn(b"content-length: 17", answer)
        self.assertTrue(answer.endswith(b"\r\n\r\n"))

    def test_unknown_paths_and_methods(self) -> None:
        self.assertEqual(self.get("/nothing")[0], 404)
        answer = self.ask(b"PUT /items HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        self.assertIn(b"405", answer.split(b"\r\n")[0])
        self.assertIn(b"allow: OPTIONS, POST", answer)

    def test_host_must_be_there_once_and_well_formed(self) -> None:
        for host in ["", "host: a\r\nhost: b\r\n", "host: a b\r\n", "host: \r\n", "host: a:b\r\n"]:
            with self.subTest(host):
                answer = self.ask(f"GET / HTTP/1.1\r\n{host}connection: close\r\n\r\n".encode())
                self.assertIn(b" 400 ", answer.split(b"\r\n")[0])
        self.assertIn(b" 200 ", self.ask(b"GET / HTTP/1.0\r\n\r\n").split(b"\r\n")[0])

    def test_a_body_is_decoded_and_rejections_name_the_place(self) -> None:
        self.assertEqual(self.post(b'{"name":"a","qty":2}')[::2], (201, b'{"name":"a","qty":2}'))
        status, headers, body = self.post(b'{"qty":"x"}')
        self.assertEqual((status, headers["content-type"]), (422, "application/problem+json"))
        self.assertEqual({error["type"] for error in json.loads(body)["errors"]}, {"int_type", "missing"})

    def test_hostile_bodies(self) -> None:
        self.assertEqual(self.post(b'{"name":')[0], 400)
        self.assertEqual(self.post(b'{"name":"\xff"}')[0], 400)
        self.assertEqual(self.post(b'{"name":NaN}')[0], 400)
        self.assertEqual(self.post(b"[" * 500)[0], 422)
        self.assertEqual(self.post(b'{"name":"a","qty":' + b"9" * 600 + b"}")[::2], (201, b'{"name":"a","qty":' + b"9" * 600 + b"}"))
        self.assertEqual(self.post(b'{"name":"a","name":"b"}')[2], b'{"name":"b","qty":1}')
        self.assertEqual(self.post(b"x" * 2000)[0], 413)
        self.assertEqual(self.post(b"{}", "text/plain")[0], 415)

    def test_broken_framing_is_refused_and_the_connection_closed(self) -> None:
        head = b"POST /items HTTP/1.1\r\nhost: t\r\ncontent-type: application/json\r\n"
        answer = self.ask(head + b"transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")
        self.assertIn(b" 400 ", answer.split(b"\r\n")[0])
        answer = self.ask(head + b"content-length: 1\r\ncontent-length: 2\r\n\r\n{}")
        self.assertIn(b" 400 ", answer.split(b"\r\n")[0])
        answer = self.ask(head + b'content-length: 50\r\n\r\n{"name":"a"}', half_close=True)
        self.assertNotIn(b" 201 ", answer)
        answer = self.ask(head + b'connection: close\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{"name":\r\n4\r\n"a"}\r\n0\r\n\r\n')
        self.assertIn(b" 201 ", answer.split(b"\r\n")[0])

    def test_what_is_not_http_is_refused(self) -> None:
        self.assertIn(b" 400 ", self.ask(b"\x16\x03\x01 hello\r\n\r\n").split(b"\r\n")[0])
        self.assertIn(b" 414 ", self.ask(b"GET /" + b"a" * 3000 + b" HTTP/1.1\r\nhost: t\r\n\r\n").split(b"\r\n")[0])
        self.assertEqual(self.get("/items/%ff")[0], 422)

    def test_a_slow_header_is_cut_off(self) -> None:
        begun = time.monotonic()
        self.ask(b"GET / HTTP/1.1\r\nhost: t\r\nx-never")
        self.assertLess(time.monotonic() - begun, 4)

    def test_handlers_that_misbehave(self) -> None:
        for target in ["/bug", "/recurses", "/wrong"]:
            with self.subTest(target):
                self.assertEqual(self.get(target)[0], 500)
        self.assertEqual(self.get("/slow?seconds=9")[0], 503)
        self.assertEqual(self.get("/blocks?seconds=3")[0], 503)
        status, headers, body = self.get("/teapot")
        self.assertEqual((status, headers["x-pot"], json.loads(body)["detail"]), (418, "tea", "short and stout"))
        self.assertEqual(self.get("/")[0], 200)

    def test_a_port_in_use_is_said(self) -> None:
        arguments = command(self.folder.name, self.port)
        done = subprocess.run(arguments, env=environment(), capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"127.0.0.1:{self.port} is in use", done.stderr)


class Stopping(unittest.TestCase):
    def test_a_running_request_is_finished_after_sigterm(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "app.py").write_text(textwrap.dedent(APP))
            process, port = start(folder)
            with socket.create_connection(("127.0.0.1", port), 5) as connection:
                connection.sendall(b"GET /blocks?seconds=1.2 HTTP/1.1\r\nhost: t\r\n\r\n")
                time.sleep(0.5)
                process.terminate()
                self.assertIn(b"200 OK", connection.recv(65536))
            self.assertEqual(process.wait(10), 0)
            process.stderr.close()  # type: ignore[union-attr]


def command(folder: str, port: int, threads: int = 2) -> list[str]:
    return [sys.executable, "-m", "tayberry._serve", "--app", "app:app", "--path", folder, "--port", str(port), "--threads", str(threads)]


def environment() -> dict[str, str]:
    package = Path(__file__).resolve().parents[2] / "python"
    return {**os.environ, "PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1"}


def start(folder: str, threads: int = 2, build: str | None = None) -> tuple[subprocess.Popen[str], int]:
    """A server on a free port, ready; of a build, if there is one."""
    log = Path(folder, "server.log").open("w+")
    process = subprocess.Popen([*command(folder, 0, threads), *(["--build", build] if build else [])], env=environment(), stderr=log, text=True)
    process.stderr = log
    for _ in range(200):
        text = Path(folder, "server.log").read_text()
        if " on http://" in text:
            return process, int(text.split(" on http://")[1].split(" ")[0].rsplit(":", 1)[1])
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError(f"the server did not start: {Path(folder, 'server.log').read_text()}")


def parsed(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    return int(status.split(" ")[1]), {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}, body


if __name__ == "__main__":
    unittest.main()
