"""Runs CPython's tests of one module and says how each ended.

    outcomes.py MODULE TESTS SOURCES [BUILD]

In: the module's name, its tests' name below `test`, the folder that has CPython's package `test`, and the build of the module if it
is to be the compiled one. Out: on the last line of standard output JSON, `{"native": true, "tests": {"test_x.C.test_y": "passed"}}`.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import sys
import unittest
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from builds import from_build, use_build  # noqa: E402


def import_built(build: Path, name: str) -> None:
    """Imports the build's module, also where the interpreter has imported its own already."""
    use_build(build)
    for each in [each for each in sys.modules if each == name or each.startswith(name + ".")]:
        del sys.modules[each]
    module = importlib.import_module(name)
    parent, _, last = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], last, module)


class Outcomes(unittest.TestResult):
    """Keeps how every test ended; a failed subtest fails its test."""

    def __init__(self) -> None:
        super().__init__()
        self.tests: dict[str, str] = {}

    def end(self, test: unittest.TestCase, how: str) -> None:
        # A test that is over twice keeps what was worse.
        if self.tests.get(test.id(), "passed") == "passed":
            self.tests[test.id()] = how

    def addSuccess(self, test: unittest.TestCase) -> None:
        self.end(test, "passed")

    def addExpectedFailure(self, test: unittest.TestCase, err: Any) -> None:
        self.end(test, "passed")

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        self.end(test, "passed")

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        self.end(test, f"skipped: {reason}")

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:
        self.end(test, "failed: " + self.last(err))

    def addError(self, test: unittest.TestCase, err: Any) -> None:
        self.end(test, "failed: " + self.last(err))

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:
        if err is not None:
            self.end(test, "failed: " + self.last(err))

    @staticmethod
    def last(err: Any) -> str:
        kind, value, trace = err
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}: " if trace else ""
        return f"{place}{kind.__name__}: {value}"[:600]


def main(name: str, tests: str, sources: str, build: str = "") -> None:
    sys.path.append(sources)
    if build:
        import_built(Path(build), name)
    native = from_build(name) if build else False
    outcomes = Outcomes()
    held, sys.stdout = sys.stdout, io.StringIO()
    try:
        suite = unittest.defaultTestLoader.loadTestsFromName("test." + tests)
        suite.run(outcomes)
    finally:
        sys.stdout = held
    sys.stdout.write("\n" + json.dumps({"native": native, "tests": outcomes.tests}) + "\n")
    sys.stdout.flush()
    # Threads and files that tests leave behind are nobody's concern.
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
