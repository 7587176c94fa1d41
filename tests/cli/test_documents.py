"""What the documents say: every link leads somewhere, every command line is one, and the README's program works."""

import json
import re
import shlex
import subprocess
import sys
import unittest
from pathlib import Path

from command import ROOT, Command, ask


def documents() -> list[Path]:
    """The Markdown files that are part of the project."""
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split() if (ROOT / name).is_file()]
    hidden = {"target", ".git", ".venv", "node_modules"}
    return [path for path in ROOT.rglob("*.md") if not hidden & set(path.relative_to(ROOT).parts)]


def anchor(heading: str) -> str:
    """The fragment by which a heading is linked to."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def prose(text: str) -> str:
    """The text without fenced blocks, in which nothing is a link."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)


def not_measured(page: Path, target: str) -> bool:
    """Whether a chart is not there yet because its table is empty: one script writes both."""
    name = re.fullmatch(r"benchmarks-(\w+)\.svg", target)
    return name is not None and f"<!-- {name[1]} -->\n<!-- /{name[1]} -->" in page.read_text(encoding="utf-8")


def typed(text: str) -> list[str]:
    """The command lines that start with `tayberry`: in code, and in indented lines up to the explanation after two spaces."""
    found = re.findall(r"`(tayberry(?: [^`]*)?)`", text)
    for line in re.findall(r"^ {4}(\S.*)$", text, re.M):
        line = re.split(r"  |  #", line)[0]
        found += re.findall(r"(?:^|&& )(?:BUILD=\S+ )?(tayberry(?: [^&]*)?)", line)
    return [re.split(r" && ", each)[0].strip() for each in found]


class Documents(Command):
    def test_every_link_leads_somewhere(self) -> None:
        checked = 0
        for page in documents():
            for target in re.findall(r"\[[^\]\n]+\]\(([^)\s]+)\)", prose(page.read_text(encoding="utf-8"))):
                if re.match(r"[a-z]+:", target) or not_measured(page, target):
                    continue
                checked += 1
                with self.subTest(page=str(page.relative_to(ROOT)), target=target):
                    name, _, fragment = target.partition("#")
                    path = page.parent / name if name else page
                    self.assertTrue(path.exists())
                    if fragment:
                        headings = re.findall(r"^#+ (.+)$", prose(path.read_text(encoding="utf-8")), re.M)
                        self.assertIn(fragment, [anchor(each) for each in headings])
        self.assertGreaterEqual(checked, 4)

    def test_every_command_is_one(self) -> None:
        checked = set()
        pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "examples").glob("*/README.md"))]
        for page in pages:
            for line in typed(page.read_text(encoding="utf-8")):
                checked.add(line)
                with self.subTest(page=str(page.relative_to(ROOT)), line=line):
                    words = shlex.split(line.replace("…", "x"))[1:]
                    if not words or words[0].startswith("-"):
                        self.assertIn(words[0] if words else "--help", ["--help", "--version", "-V", "-h"])
                        continue
                    if words[0] == "help":
                        self.done(*words)
                        continue
                    # What stands there is understood: help is printed in place of doing it.
                    said = self.tayberry(*words, "--help")
                    self.assertEqual(said.status, 0, said)
                    for option in (word for word in words if word.startswith("--")):
                        self.assertIn(option, said.out)
        self.assertGreaterEqual(len(checked), 20, checked)

    def test_rules_that_are_named_have_a_page(self) -> None:
        listed = set(re.findall(r"^(TB\d{3})", self.done("explain").out, re.M))
        for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
            named = set(re.findall(r"\bTB\d{3}\b", page.read_text(encoding="utf-8")))
            self.assertEqual(named - listed, set(), page)

    def test_make_has_the_targets_that_are_named(self) -> None:
        targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
        named = set()
        for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
            named |= set(re.findall(r"(?:^ {4}|`)make ([a-z-]+)", page.read_text(encoding="utf-8"), re.M))
        self.assertTrue({"run", "test"} <= named)
        self.assertEqual(named - targets, set())
        listed = subprocess.run(["make", "-C", str(ROOT), "--no-print-directory", "help"], capture_output=True, text=True, check=True).stdout
        for target in named:
            self.assertRegex(listed, rf"make {target}\b")
            # It can be made: what it would run is printed.
            subprocess.run(["make", "-C", str(ROOT), "-n", target], capture_output=True, check=True)

    def test_scripts_and_suites_that_are_named_are_there(self) -> None:
        for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "tests").glob("**/README.md")]:
            for name in re.findall(r"(?:^ {4}|`)((?:scripts|tests|benches)/[\w./-]+)", page.read_text(encoding="utf-8"), re.M):
                with self.subTest(page=page.name, name=name):
                    self.assertTrue((ROOT / name).exists())

    def test_the_readmes_program_is_native_and_answers(self) -> None:
        block = re.search(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)
        assert block
        self.write("app.py", block[1])
        self.done("build", "--strict", "app.py")
        routes = json.loads(self.done("routes", "--json", "app.py").out)
        self.assertTrue(all(route["native"] for route in routes))
        with self.serving("run", "--workers", "1", "--port", "0") as running:
            address = running.address()
            self.assertEqual(ask(address, "/users/1"), (200, '{"id":1,"name":"Ada"}'))
            self.assertEqual(ask(address, "/users/2")[0], 404)
            self.assertEqual(ask(address, "/users/x")[0], 422)

    def test_the_interpreter_of_the_tests_is_the_one_that_the_readme_asks_for(self) -> None:
        self.assertEqual(sys.version_info[:2], (3, 14))
        self.assertFalse(sys._is_gil_enabled())


if __name__ == "__main__":
    unittest.main()
