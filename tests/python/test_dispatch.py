"""Three ways of answering, the same answers: the reference in Python, the runtime interpreting, the runtime compiled."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

import tayberry
from test_examples import command

HERE = Path(__file__).resolve().parent
NUMBER = 4000


class Dispatch(unittest.TestCase):
    folder: Path
    wanted: list[Any]

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name) / "dispatch"
        shutil.copytree(HERE / "dispatch", cls.folder, ignore=shutil.ignore_patterns(".tayberry", "__pycache__"))
        cls.wanted = cls.answers("reference")

    @classmethod
    def answers(cls, mode: str) -> list[Any]:
        done = subprocess.run(
            [sys.executable, str(HERE / "asking.py"), mode, str(cls.folder), str(NUMBER)],
            env={**os.environ, "PYTHONPATH": str(Path(tayberry.__file__).parents[1])},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, f"{mode}: {done.stderr[-3000:]}"
        return [json.loads(line) for line in done.stdout.splitlines()]

    def compare(self, mode: str) -> None:
        for wanted, given in zip(self.wanted, self.answers(mode), strict=True):
            with self.subTest(mode=mode, request=wanted[0]):
                self.assertEqual(given, wanted)

    def test_every_sort_of_answer_is_among_them(self) -> None:
        statuses = {status for _, status, _, _ in self.wanted}
        self.assertLessEqual({200, 201, 204, 308, 400, 404, 405, 409, 415, 422, 500}, statuses)

    def test_interpreted_it_answers_as_the_reference_does(self) -> None:
        self.compare("interpreted")

    def test_compiled_it_answers_as_the_reference_does(self) -> None:
        built = subprocess.run([command(), "build", "app.py"], cwd=self.folder, capture_output=True, text=True, timeout=300)
        self.assertEqual(built.returncode, 0, built.stderr)
        self.compare("compiled")


if __name__ == "__main__":
    unittest.main()
