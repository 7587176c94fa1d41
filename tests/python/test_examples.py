"""The examples' cases: answered by the reference, interpreted, and compiled, all the same."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import tayberry

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "examples"


class Replayed(unittest.TestCase):
    def replay(self, *arguments: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(Path(tayberry.__file__).parents[1])}
        environment.pop("UPDATE", None)
        command = [sys.executable, str(HERE / "replay.py"), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, f"{done.stdout}\n{done.stderr[-3000:]}")

    def test_every_example_has_cases_that_say_what_is_answered(self) -> None:
        from replay import cases

        for example in sorted(each.parent.name for each in EXAMPLES.glob("*/app.py")):
            with self.subTest(example=example):
                found = cases(EXAMPLES / example / "cases.md")
                self.assertGreaterEqual(len(found), 10)
                self.assertFalse([case.name for case in found if not case.answer])

    def test_the_reference_gives_the_answers(self) -> None:
        for example in ("hello", "pyberry", "catalog"):
            with self.subTest(example=example):
                self.replay(example, "reference")

    def test_the_runtime_gives_the_answers_interpreted(self) -> None:
        for example in ("hello", "pyberry", "catalog"):
            with self.subTest(example=example):
                self.replay(example, "interpreted")


if __name__ == "__main__":
    unittest.main()
