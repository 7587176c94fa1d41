"""`tayberry dev`: the app interpreted, again after every change; nothing in the program ends it."""

import os
import signal
import socket
import time
import unittest

from command import HELLO, Command, Running, alive, ask, free_port, processes_below, taken_port


class Dev(Command):
    def setUp(self) -> None:
        super().setUp()
        self.write("app.py", HELLO)
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"

    def answer(self, path: str = "/") -> str:
        try:
            return ask(self.address, path)[1]
        except OSError:
            return "nobody"

    def comes(self, running: Running, answer: str) -> None:
        running.until(lambda: self.answer() == answer)

    def test_a_change_is_served_at_once(self) -> None:
        with self.serving("dev", "app.py", "--port", self.port) as running:
            self.comes(running, '"here"')
            running.says(r"Serving app:app on http://127\.0\.0\.1:\d+")
            begun = time.monotonic()
            self.write("app.py", HELLO.replace('"here"', '"there"'))
            self.comes(running, '"there"')
            self.assertLess(time.monotonic() - begun, 20)
            self.assertIn("changed; starting again", running.log())
            self.assertFalse((self.folder / ".tayberry").exists())

    def test_a_changed_module_below_or_a_new_one_counts_too(self) -> None:
        self.write("shop/__init__.py", "")
        self.write("shop/words.py", "def word() -> str:\n    return 'one'\n")
        self.write("app.py", HELLO.replace('"here"', "word()").replace("from tayberry", "from shop.words import word\nfrom tayberry", 1))
        with self.serving("dev", "app.py", "--port", self.port) as running:
            self.comes(running, '"one"')
            self.write("shop/words.py", "def word() -> str:\n    return 'two'\n")
            self.comes(running, '"two"')
            self.write("more/things.py", "def thing() -> str:\n    return 'three'\n")
            self.write("shop/words.py", "from more.things import thing\n\n\ndef word() -> str:\n    return thing()\n")
            self.comes(running, '"three"')
            self.write("more/things.py", "def thing() -> str:\n    return 'four'\n")
            self.comes(running, '"four"')

    def test_an_editor_that_replaces_files_is_noticed(self) -> None:
        with self.serving("dev", "app.py", "--port", self.port) as running:
            self.comes(running, '"here"')
            for word in ("one", "two"):
                new = self.write(".app.py.swp", HELLO.replace('"here"', f'"{word}"'))
                new.rename(self.folder / "app.py")
                self.comes(running, f'"{word}"')

    def test_other_files_do_not_start_it_again(self) -> None:
        with self.serving("dev", "app.py", "--port", self.port) as running:
            self.comes(running, '"here"')
            self.write("notes.txt", "hello")
            self.write(".tayberry/c/app.py", "no source")
            self.write("__pycache__/app.py", "no source")
            time.sleep(1.0)
            self.assertNotIn("changed", running.log())

    def test_a_syntax_error_is_shown_and_it_goes_on_after_the_next_change(self) -> None:
        with self.serving("dev", "app.py", "--port", self.port) as running:
            self.comes(running, '"here"')
            self.write("app.py", "def f(:\n")
            running.says(r"error\[TB001\]")
            self.comes(running, "nobody")
            self.write("app.py", HELLO.replace('"here"', '"again"'))
            self.comes(running, '"again"')

    def test_a_program_that_is_broken_from_the_start_is_waited_for(self) -> None:
        self.write("app.py", "def f(:\n")
        with self.serving("dev", "app.py", "--port", self.port) as running:
            running.says(r"error\[TB001\]")
            self.write("app.py", HELLO)
            self.comes(running, '"here"')

    def test_an_exception_at_import_is_shown_and_waited_out(self) -> None:
        self.write("app.py", HELLO + "\n1 / 0\n")
        with self.serving("dev", "app.py", "--port", self.port) as running:
            running.says("ZeroDivisionError")
            running.says(r"the server ended \(exit status: 1\); waiting for a change")
            self.write("app.py", HELLO)
            self.comes(running, '"here"')

    def test_findings_are_shown_beside_the_log_and_it_serves_all_the_same(self) -> None:
        self.write("app.py", HELLO + '\n\n@app.get("/wrong")\ndef wrong() -> int:\n    return nothing\n')
        with self.serving("dev", "app.py", "--port", self.port) as running:
            running.says(r"\[TB201\]")
            self.comes(running, '"here"')

    def test_a_traceback_is_in_the_answer(self) -> None:
        self.write("app.py", HELLO.replace('return "here"', 'raise KeyError("lost")'))
        with self.serving("dev", "app.py", "--port", self.port) as running:
            running.until(lambda: "KeyError: 'lost'" in self.answer())

    def test_a_server_that_dies_is_reported(self) -> None:
        with self.serving("dev", "app.py", "--port", self.port) as running:
            self.comes(running, '"here"')
            (server,) = processes_below(running.process.pid)
            os.kill(server, signal.SIGKILL)
            running.says(r"the server ended \(signal: 9 \(SIGKILL\)\); waiting for a change")
            self.write("app.py", HELLO.replace('"here"', '"again"'))
            self.comes(running, '"again"')

    def test_it_ends_with_its_server(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
            with self.subTest(number), self.serving("dev", "app.py", "--port", self.port) as running:
                self.comes(running, '"here"')
                (server,) = processes_below(running.process.pid)
                status = running.stop(number)
                self.assertEqual(status, -9 if number == signal.SIGKILL else 0, running.log())
                end = time.monotonic() + 10
                while alive(server):
                    self.assertLess(time.monotonic(), end, "the server outlived it")
                    time.sleep(0.05)

    def test_a_handler_that_blocks_does_not_stop_a_restart(self) -> None:
        self.write("app.py", HELLO.replace('return "here"', 'import time; time.sleep(600); return "here"'))
        with self.serving("dev", "app.py", "--port", self.port) as running:
            running.says("Serving")
            with socket.create_connection(("127.0.0.1", int(self.port))) as waiting:
                waiting.sendall(b"GET / HTTP/1.1\r\nhost: t\r\n\r\n")
                time.sleep(0.3)
                self.write("app.py", HELLO)
                self.comes(running, '"here"')

    def test_a_port_in_use_ends_it_as_it_ends_a_server(self) -> None:
        with taken_port() as port:
            said = self.refused(2, "dev", "app.py", "--port", str(port))
        self.assertIn(f"127.0.0.1:{port} is in use by another program; choose another with --port", said)

    def test_a_file_that_is_not_there_ends_it(self) -> None:
        self.assertIn("there is no file `nope.py`", self.refused(2, "dev", "nope.py"))

    def test_a_file_that_is_gone_for_a_while_is_waited_for(self) -> None:
        with self.serving("dev", "app.py", "--port", self.port) as running:
            self.comes(running, '"here"')
            (self.folder / "app.py").unlink()
            running.says("there is no file `app.py`")
            self.write("app.py", HELLO.replace('"here"', '"again"'))
            self.comes(running, '"again"')


if __name__ == "__main__":
    unittest.main()
