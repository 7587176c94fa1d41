"""`tayberry new`, and what a newcomer does next: everything that it writes works as it stands."""

import json
import subprocess
import sys
import tomllib
import unittest

from command import ROOT, TAYBERRY, Command, ask


class New(Command):
    def test_the_project_checks_builds_and_serves(self) -> None:
        said = self.done("new", "berry")
        self.assertIn("cd berry\n  tayberry dev app.py", said.out)
        project = self.folder / "berry"
        self.done("check", "--strict", "app.py", folder=project)
        self.done("build", "--strict", "app.py", folder=project)
        with self.serving("run", "--port", "0", folder=project) as running:
            self.assertEqual(ask(running.address()), (200, json.dumps({"name": "berry"}, separators=(",", ":"))))
            self.assertEqual(ask(running.address(), "/notes/1")[0], 404)

    def test_its_tests_pass_interpreted_and_built(self) -> None:
        self.done("new", "berry")
        project = self.folder / "berry"
        self.done("build", "app.py", folder=project)
        # The last one shows that it is the build that is asked for.
        for build, passes in ((None, True), (".tayberry", True), (".nothing", False)):
            with self.subTest(build=build):
                done = subprocess.run(
                    [sys.executable, "-m", "unittest", "discover", "tests"],
                    cwd=project,
                    env=self.environment({"PYTHONPATH": str(ROOT / "python"), "BUILD": build}),
                    capture_output=True,
                    text=True,
                    timeout=120,
                )
                self.assertEqual(done.returncode == 0, passes, done.stderr)
                self.assertRegex(done.stderr, r"Ran [1-9]\d* tests")

    def test_its_files_are_well_formed_and_have_its_name(self) -> None:
        self.done("new", "my-shop_2")
        project = self.folder / "my-shop_2"
        self.assertEqual(tomllib.loads((project / "pyproject.toml").read_text())["project"]["name"], "my-shop_2")
        names = sorted(str(path.relative_to(project)) for path in project.rglob("*") if path.is_file())
        wanted = [".dockerignore", ".gitignore", "Dockerfile", "README.md", "app.py", "models.py", "pyproject.toml", "tests/test_app.py"]
        self.assertEqual([name for name in wanted if name not in names], [])
        for name in names:
            text = (project / name).read_text()
            self.assertNotIn("{{", text, name)
            self.assertTrue(text.endswith("\n") and not text.endswith("\n\n"), name)
        self.assertIn('CMD ["tayberry", "run"', (project / "Dockerfile").read_text())
        self.assertIn(".tayberry/", (project / ".gitignore").read_text())

    def test_nothing_is_overwritten(self) -> None:
        taken = self.write("berry/mine.txt", "mine")
        self.assertIn("`berry` is there already; nothing was written", self.refused(2, "new", "berry"))
        self.assertEqual([path.name for path in taken.parent.iterdir()], ["mine.txt"])
        self.write("file", "")
        self.assertIn("is there already", self.refused(2, "new", "file"))

    def test_an_empty_folder_is_taken_also_by_a_dot(self) -> None:
        empty = self.folder / "empty"
        empty.mkdir()
        self.done("new", ".", folder=empty)
        self.assertIn("empty", (empty / "pyproject.toml").read_text())
        (self.folder / "other").mkdir()
        self.done("new", "other")

    def test_names_that_are_none_are_refused(self) -> None:
        for name in ("1abc", "a b", "-x", "naïve", "a.b", "/"):
            with self.subTest(name):
                self.refused(2, "new", name)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_place_that_cannot_be_written_is_named(self) -> None:
        self.write("file", "")
        self.assertIn("file/berry", self.refused(2, "new", "file/berry"))


class Itself(Command):
    def test_the_version_names_compiler_abi_and_interpreter(self) -> None:
        said = self.done("--version").out
        self.assertRegex(said, r"^tayberry \d+\.\d+\.\d+ \(ABI \d+\)\nPython 3\.14\.\d+\S* free-threaded, /.*\n.+\n$")
        self.assertEqual(self.done("-V").out, said)

    def test_every_command_has_help_with_an_example(self) -> None:
        said = self.done("--help").out
        commands = ["build", "run", "dev", "check", "explain", "routes", "new", "clean"]
        for command in commands:
            with self.subTest(command):
                self.assertRegex(said, rf"(?m)^  {command} +\S")
                own = self.done(command, "--help").out
                self.assertRegex(own, rf"(?m)^Examples?:\n  tayberry {command}")
                self.assertEqual(self.done("help", command).out, own)
        self.assertIn("Exit status: 0 done, 1 findings in your program, 2 wrong use or environment, 101 a bug", said)

    def test_wrong_use_exits_with_2_and_a_hint(self) -> None:
        self.assertIn("Usage: tayberry", self.refused(2))
        self.assertIn("tip: a similar subcommand exists: 'build'", self.refused(2, "biuld"))
        self.assertIn("--strict", self.refused(2, "build", "--strickt", "app.py"))

    def test_it_ends_quietly_when_nobody_reads(self) -> None:
        done = subprocess.run(
            ["sh", "-c", 'for i in 1 2 3 4 5 6 7 8; do "$0" explain; done | head -n 1', TAYBERRY],
            cwd=self.folder,
            env=self.environment({}),
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual(done.stderr, "")
        self.assertTrue(done.stdout.startswith("TB001"))


if __name__ == "__main__":
    unittest.main()
