"""Ctrl-C and SIGTERM while something is built: the usual exit status, nobody left behind, nothing half written."""

import os
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from command import HELLO, TAYBERRY, Command, Running, alive, processes_below

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


#: Waits in a process of its own when it is to make a file of the pattern $SLOW.
COMPILER = """#!/bin/sh
if [ -n "$SLOW" ]; then
    case "$*" in *"-c "$SLOW)
        [ -z "$STUBBORN" ] || trap '' INT TERM HUP
        echo $$ >> "$STARTED"
        sh -c "sleep 300; :" ;;
    esac
fi
exec cc "$@"
"""


class Interrupts(Command):
    kept: Path

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.kept = Path(folder.name)
        (cls.kept / "slow-cc").write_text(COMPILER)
        (cls.kept / "slow-cc").chmod(0o755)

    def setUp(self) -> None:
        super().setUp()
        self.write("app.py", HELLO)
        self.started = self.space / "started"

    def compiler(self, pattern: str = "*app.c*", *, stubborn: bool = False) -> dict[str, str | None]:
        """An environment whose C compiler waits; the C library is made by the first test that needs it."""
        return {
            "CC": str(self.kept / "slow-cc"),
            "CFLAGS": "-O0",
            "TAYBERRY_CACHE": str(self.kept / "cache"),
            "SLOW": pattern,
            "STUBBORN": "yes" if stubborn else "",
            "STARTED": str(self.started),
        }

    def interrupt(self, number: signal.Signals, under: dict[str, str | None], *arguments: str) -> tuple[int, list[int]]:
        """Runs a command and interrupts it while the C compiler is at work; gives the exit status and who was below it."""
        self.started.unlink(missing_ok=True)
        running = Running(arguments, self.folder, self.environment(under), self.space / "log")
        try:
            running.until(lambda: self.started.exists() and "\n" in self.started.read_text())
            below = processes_below(running.process.pid)
            running.process.send_signal(number)
            status = running.ends(20)
        finally:
            running.process.kill()
            running.process.wait()
        self.assertEqual(running.log().replace("generating C\n", ""), "")
        return status, below

    def nothing_is_left(self, below: list[int]) -> None:
        self.assertGreaterEqual(len(below), 2)
        self.assertEqual([each for each in below if alive(each)], [])
        self.assertEqual([path.name for path in self.space.rglob("*.unfinished")], [])

    def test_an_interrupted_build_ends_by_the_signal_and_with_all_that_it_started(self) -> None:
        under = self.compiler()
        for number in SIGNALS:
            with self.subTest(number):
                status, below = self.interrupt(number, under, "build", "app.py")
                self.assertEqual(status, -number)
                self.nothing_is_left(below)
                self.assertFalse((self.folder / ".tayberry/manifest.json").exists())
        self.done("build", "app.py", under={**under, "SLOW": ""})

    def test_a_compiler_that_does_not_heed_the_signal_is_killed(self) -> None:
        status, below = self.interrupt(signal.SIGTERM, self.compiler(stubborn=True), "build", "app.py")
        self.assertEqual(status, -signal.SIGTERM)
        self.nothing_is_left(below)

    def test_an_interrupted_build_of_the_c_library_is_begun_anew(self) -> None:
        under = {**self.compiler("*/class.c*"), "TAYBERRY_CACHE": str(self.space / "cache")}
        status, below = self.interrupt(signal.SIGINT, under, "build", "app.py")
        self.assertEqual(status, -signal.SIGINT)
        self.nothing_is_left(below)
        self.assertEqual(list((self.space / "cache").glob("runtime-c-*/*.a")), [])

    def test_an_interrupted_rebuild_leaves_the_build_before(self) -> None:
        under = self.compiler()
        self.done("build", "app.py", under={**under, "SLOW": ""})
        before = {path: path.read_bytes() for path in (self.folder / ".tayberry/lib").iterdir()}
        self.write("app.py", HELLO + "\n\ndef more() -> int:\n    return 1\n", newer=True)
        status, below = self.interrupt(signal.SIGINT, under, "build", "app.py")
        self.assertEqual(status, -signal.SIGINT)
        self.nothing_is_left(below)
        self.assertEqual({path: path.read_bytes() for path in (self.folder / ".tayberry/lib").iterdir()}, before)
        with self.serving("run", "--port", "0", "--no-build") as running:
            running.address()

    def test_a_server_that_was_built_first_stops_gracefully(self) -> None:
        self.done("build", "app.py")
        for workers in ("1", "2"):
            self.write("app.py", HELLO + f"\n\ndef more() -> int:\n    return {workers}\n", newer=True)
            self.started.unlink(missing_ok=True)
            with self.serving("run", "--port", "0", "--workers", workers) as running:
                running.address()
                self.assertEqual(running.stop(signal.SIGTERM), 0)

    @unittest.skipUnless(shutil.which("nohup"), "there is no nohup")
    def test_a_signal_that_was_ignored_stays_ignored(self) -> None:
        under = self.compiler()
        process = subprocess.Popen(
            ["nohup", TAYBERRY, "build", "app.py"],
            cwd=self.folder,
            env=self.environment(under),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while not (self.started.exists() and "\n" in self.started.read_text()):
                self.assertIsNone(process.poll())
            process.send_signal(signal.SIGHUP)
            with self.assertRaises(subprocess.TimeoutExpired):
                process.wait(0.5)
            process.terminate()
            self.assertEqual(process.wait(20), -signal.SIGTERM)
        finally:
            for each in [*processes_below(process.pid), process.pid]:
                if alive(each):
                    os.kill(each, signal.SIGKILL)
            process.wait()


if __name__ == "__main__":
    unittest.main()
