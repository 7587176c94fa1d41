"""The Python in docs/python.md runs as it stands there."""

import re
import unittest
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "python.md"


class Examples(unittest.TestCase):
    def test_every_block_runs_and_its_tests_pass(self) -> None:
        text = PAGE.read_text(encoding="utf-8")
        blocks = list(re.finditer(r"^```python\n(.*?)^```$", text, re.M | re.S))
        self.assertGreaterEqual(len(blocks), 3)
        for block in blocks:
            line = text[: block.start()].count("\n") + 1
            with self.subTest(line=line):
                names: dict[str, object] = {"__name__": f"page_{line}"}
                exec(compile("\n" * line + block[1], str(PAGE), "exec"), names)
                app = names["app"]
                app.routes()  # type: ignore[attr-defined]
                for name, value in names.items():
                    if name.startswith("test_"):
                        value()  # type: ignore[operator]


if __name__ == "__main__":
    unittest.main()
