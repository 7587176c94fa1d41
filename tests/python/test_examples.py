"""The examples' cases: answered by the reference, interpreted, and compiled, all the same."""

import os
import shutil
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
        done = subprocess.run([sys.executable, str(HERE / "replay.py"), *arguments], env=environment, capture_output=True, text=True, timeout=120)
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

    def test_the_runtime_gives_the_answers_compiled(self) -> None:
        for example in ("hello", "pyberry", "catalog"):
            with self.subTest(example=example), tempfile.TemporaryDirectory() as folder:
                copy = Path(folder) / example
                shutil.copytree(EXAMPLES / example, copy, ignore=shutil.ignore_patterns(".tayberry", "__pycache__"))
                built = subprocess.run([command(), "build", "--strict", "app.py"], cwd=copy, capture_output=True, text=True, timeout=300)
                self.assertEqual(built.returncode, 0, built.stderr)
                self.replay(example, "compiled", str(copy / ".tayberry"))


def command() -> str:
    """The command line that was built last."""
    made = [path for path in (HERE.parents[1] / "target" / each / "tayberry" for each in ("release", "debug")) if path.is_file()]
    assert made, "scripts/build makes the command line"
    return str(max(made, key=lambda path: path.stat().st_mtime))


if __name__ == "__main__":
    unittest.main()
