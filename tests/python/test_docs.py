"""The Python in docs/python.md and docs/fastapi.md runs as it stands there."""

import re
import unittest
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"


class Examples(unittest.TestCase):
    def test_every_block_runs_and_its_tests_pass(self) -> None:
        for name, least in (("python.md", 4), ("fastapi.md", 1)):
            self.run_page(DOCS / name, least)

    def run_page(self, page: Path, least: int) -> None:
        text = page.read_text(encoding="utf-8")
        blocks = list(re.finditer(r"^```python\n(.*?)^```$", text, re.M | re.S))
        self.assertGreaterEqual(len(blocks), least)
        for block in blocks:
            line = text[: block.start()].count("\n") + 1
            with self.subTest(page=page.name, line=line):
                names: dict[str, object] = {"__name__": f"page_{line}"}
                exec(compile("\n" * line + block[1], str(page), "exec"), names)
                app = names["app"]
                app.routes()  # type: ignore[attr-defined]
                for name, value in names.items():
                    if name.startswith("test_"):
                        value()  # type: ignore[operator]


if __name__ == "__main__":
    unittest.main()
