"""The `tayberry` command of an installed package: hands over to the binary that the package carries.

The binary serves with the interpreter that runs this, which it finds in `TAYBERRY_PYTHON`; one that is set already wins.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn


def main() -> NoReturn:
    """Becomes the binary, with the same arguments. Exit status 2 if the package has none that runs here."""
    binary = Path(__file__).parent / "_bin" / "tayberry"
    os.environ.setdefault("TAYBERRY_PYTHON", sys.executable)
    try:
        os.execv(binary, [sys.argv[0] or "tayberry", *sys.argv[1:]])
    except OSError as error:
        print(f"error: {binary} cannot be run: {error.strerror}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
