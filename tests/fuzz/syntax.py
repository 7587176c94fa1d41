"""Random Python of every syntax there is, which nobody would write: files for `tests/fuzz/syntax`.

In: a folder, a first seed and a number of seconds. Out: a file for each seed whose source CPython compiles, named after it. Sources
that only CPython's own unparser or compiler stumbles over are left out.
"""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path

from pysource_codegen import generate

#: Nodes of a tree: a hundred lines or so.
SIZE = 150


def main(folder: Path, seed: int, seconds: float) -> int:
    """Writes files until the time is over; prints how many and the seed to go on with."""
    warnings.simplefilter("ignore")
    until = time.monotonic() + seconds
    written = 0
    while time.monotonic() < until:
        try:
            text = generate(seed, node_limit=SIZE)
            compile(text, "generated", "exec")
            (folder / f"{seed}.py").write_text(text, encoding="utf-8")
            written += 1
        except (SyntaxError, ValueError, RecursionError, MemoryError, TypeError, AssertionError):
            pass
        seed += 1
    print(f"{written} sources, next seed {seed}")
    return 0 if written else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
