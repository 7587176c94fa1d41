"""`make run`: the README's first command provides, builds and serves, and ends with Ctrl-C."""

import os
import re
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from command import ROOT, alive, ask, free_port, processes_below


class Make(unittest.TestCase):
    def test_run_serves_the_catalog_and_ends_with_ctrl_c(self) -> None:
        port = free_port()
        with tempfile.TemporaryDirectory(prefix="tb-") as space:
            log = Path(space, "log")
            with log.open("wb") as output:
                process = subprocess.Popen(
                    ["make", "--no-print-directory", "run", f"PORT={port}"],
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    # As a terminal does, the signal goes to all that runs in the foreground.
                    start_new_session=True,
                )
            try:
                # Where nothing is built yet, this builds everything.
                end = time.monotonic() + 1200
                while "Serving" not in log.read_text(errors="replace"):
                    self.assertIsNone(process.poll(), log.read_text(errors="replace"))
                    self.assertLess(time.monotonic(), end, log.read_text(errors="replace"))
                    time.sleep(0.2)
                said = log.read_text(errors="replace")
                self.assertIn(f"Serving app:app on http://127.0.0.1:{port}", said)
                tries = re.findall(r"^ +curl .*$", said, re.M)
                self.assertGreaterEqual(len(tries), 3, said)
                for line in tries:
                    with self.subTest(line):
                        self.assertIn(str(port), line)
                        done = subprocess.run(["sh", "-c", line.strip()], capture_output=True, text=True, timeout=30)
                        self.assertEqual(done.returncode, 0, done.stderr)
                        self.assertTrue(done.stdout)
                self.assertEqual(ask(f"http://127.0.0.1:{port}", "/no/such/path")[0], 404)
                below = processes_below(process.pid)
                self.assertTrue(below)
                os.killpg(process.pid, signal.SIGINT)
                process.wait(30)
                self.assertEqual([each for each in below if alive(each)], [])
                self.assertNotIn("Traceback", log.read_text(errors="replace"))
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()


if __name__ == "__main__":
    unittest.main()
