"""The training run of `tayberry build --release-profile pgo`: `python3.14t -m tayberry._train --build DIR --path DIR FILE`.

In: a build that counts what it does, the folder of its sources, and a Python program. Out: the program has run as the main
module, with the build's modules in place of the sources, and the counts are written beside the build's objects. What holds: the
exit status is the program's; counts are only written by a process that ends by itself.
"""

from __future__ import annotations

import argparse
import os
import runpy
import sys

from . import _loader


def main() -> None:
    """Runs the program that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tayberry._train", description="Run a program on a build that counts.")
    parser.add_argument("--build", required=True, metavar="DIR", help="the build")
    parser.add_argument("--path", required=True, metavar="DIR", help="where its sources are")
    parser.add_argument("file", metavar="FILE", help="the program")
    given = parser.parse_args()
    sys.path.insert(0, os.path.abspath(given.path))
    _loader.install(given.build, given.path)
    sys.argv = [given.file]
    runpy.run_path(given.file, run_name="__main__")


if __name__ == "__main__":
    main()
