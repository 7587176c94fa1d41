"""On a terminal there are colours and a progress line; anywhere else there is neither."""

import os
import pty
import subprocess
import threading
import unittest

from command import HELLO, TAYBERRY, Changes, Command

#: How colours begin.
COLOUR = "\x1b["


class Terminal(Command):
    def on_terminal(self, *arguments: str, under: Changes | None = None) -> tuple[int, str]:
        """Runs the command with both outputs on a terminal; gives exit status and what it wrote."""
        ours, theirs = pty.openpty()
        written = b""

        def read() -> None:
            nonlocal written
            try:
                while more := os.read(ours, 65536):
                    written += more
            except OSError:
                # Linux says the end of a terminal so.
                pass

        process = subprocess.Popen(
            [TAYBERRY, *arguments],
            cwd=self.folder,
            env=self.environment({"TERM": "xterm-256color", **(under or {})}),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        reading = threading.Thread(target=read)
        reading.start()
        status = process.wait(120)
        reading.join(30)
        os.close(ours)
        return status, written.decode(errors="replace")

    def test_findings_and_help_are_coloured(self) -> None:
        self.write("wrong.py", "def f(:\n")
        for arguments, status in ((["check", "wrong.py"], 1), (["build", "wrong.py"], 1), (["--help"], 0)):
            with self.subTest(arguments):
                found, written = self.on_terminal(*arguments)
                self.assertEqual(found, status)
                self.assertIn(COLOUR, written)

    def test_who_wants_none_gets_none(self) -> None:
        self.write("wrong.py", "def f(:\n")
        for under in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": "dumb", "CI": "true"}):
            for arguments in (["check", "wrong.py"], ["build", "wrong.py"], ["--help"]):
                with self.subTest(arguments, **under):
                    self.assertNotIn(COLOUR, self.on_terminal(*arguments, under=under)[1])

    def test_what_programs_read_has_no_colours_even_there(self) -> None:
        self.write("wrong.py", "def f(:\n")
        for style in ("concise", "json", "sarif"):
            self.assertNotIn(COLOUR, self.on_terminal("check", "wrong.py", "--output-format", style)[1])

    def test_a_build_shows_where_it_is(self) -> None:
        self.write("app.py", HELLO)
        status, written = self.on_terminal("build", "app.py")
        self.assertEqual(status, 0, written)
        self.assertIn("compiling 2 of 2 C files", written)
        self.assertIn("built ", written.splitlines()[-1])

    def test_without_a_terminal_there_is_neither(self) -> None:
        self.write("app.py", HELLO)
        self.write("wrong.py", "def f(:\n")
        for arguments in (["check", "wrong.py"], ["build", "wrong.py"], ["--help"], ["nonsense"], ["build", "app.py", "--verbose"]):
            said = self.tayberry(*arguments)
            self.assertNotIn("\x1b", said.out + said.err, arguments)
            self.assertNotIn("\r", said.out + said.err, arguments)


if __name__ == "__main__":
    unittest.main()
