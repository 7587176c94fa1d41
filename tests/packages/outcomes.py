"""Runs a package's pytest tests and says how each ended.

    outcomes.py REPORT FOLDER PACKAGE BUILD ARGUMENT...

In: the folder that has the package, the package's name, the build if it is to be the compiled one (else ""), and pytest's arguments.
Out: lines of JSON in the file REPORT, `["tests/test_x.py::test_y", "begun"]` and later how it ended: `"passed"`, `"skipped"` or
`"failed: …"`; at the end `["", "native"]` or `["", "interpreted"]`, for what was tested.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])

from builds import from_build, use_build  # noqa: E402


def main(report: str, folder: str, package: str, build: str, *arguments: str) -> None:
    sys.path[0] = folder
    if build:
        use_build(Path(build))
    importlib.import_module(package)
    native = bool(build) and from_build(package)
    import pytest

    with open(report, "w", encoding="utf-8", buffering=1) as file:

        def say(test: str, how: str) -> None:
            file.write(json.dumps([test, how]) + "\n")

        class Outcomes:
            """Writes down how tests end, as they do, so that a crash leaves what was before."""

            failed: set[str] = set()

            def pytest_runtest_logstart(self, nodeid: str) -> None:
                say(nodeid, "begun")

            def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
                if report.failed:
                    self.failed.add(report.nodeid)
                    crash = getattr(report.longrepr, "reprcrash", None)
                    say(report.nodeid, "failed: " + (f"{crash.path}:{crash.lineno}: {crash.message}" if crash else report.longreprtext)[:600])
                elif report.skipped and not hasattr(report, "wasxfail"):
                    say(report.nodeid, "skipped")
                elif report.when == "teardown" and report.nodeid not in self.failed:
                    say(report.nodeid, "ended")

        pytest.main([*arguments, "-p", "no:cacheprovider", "-q"], plugins=[Outcomes()])
        say("", "native" if native else "interpreted")
    # Threads and files that tests leave behind are nobody's concern.
    os._exit(0)


if __name__ == "__main__":
    faulthandler.enable()
    main(*sys.argv[1:])
