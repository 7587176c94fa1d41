"""Finding the app that `module:attribute` names, and what is said when it is not there."""

import os
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
import unittest
from pathlib import Path

import tayberry

PACKAGE = Path(tayberry.__file__).parent
APP = "from tayberry import App\napp = App()\n"


class Serving(unittest.TestCase):
    """Runs `python -m tayberry._serve` on modules written to a folder."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def serve(self, spec: str, *options: str, environment: dict[str, str] | None = None, **files: str) -> tuple[int, str]:
        for name, text in files.items():
            path = self.folder / (name.replace("__in__", "/") + ".py")
            path.parent.mkdir(exist_ok=True)
            path.write_text(textwrap.dedent(text))
        done = subprocess.run(
            [sys.executable, "-m", "tayberry._serve", "--app", spec, "--port", "0", *options],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.returncode, done.stderr

    def test_a_missing_module_is_named(self) -> None:
        status, said = self.serve("nothing:app")
        self.assertEqual(status, 1)
        self.assertIn("error: there is no module 'nothing' in ", said)
        self.assertNotIn("Traceback", said)

    def test_a_missing_submodule_is_named(self) -> None:
        status, said = self.serve("pkg.api:app", pkg____in__init="")
        self.assertEqual(status, 1)
        self.assertIn("no module 'pkg.api'", said)

    def test_a_module_that_the_app_lacks_keeps_its_traceback(self) -> None:
        status, said = self.serve("main:app", main="import no_such_thing\n")
        self.assertEqual(status, 1)
        self.assertIn("importing main failed", said)
        self.assertIn('main.py", line 1', said)
        self.assertIn("No module named 'no_such_thing'", said)
        self.assertNotIn("importlib", said)
        self.assertNotIn("_load.py", said)

    def test_a_missing_attribute_points_at_the_apps_that_are_there(self) -> None:
        status, said = self.serve("main:aap", main=APP)
        self.assertEqual(status, 1)
        self.assertIn("'main' has no attribute 'aap'; its apps are main:app", said)

    def test_a_missing_attribute_suggests_a_near_name(self) -> None:
        self.assertIn("did you mean 'application'?", self.serve("main:aplication", main="application = 3\n")[1])
        self.assertIn("holds no App at all", self.serve("main:app", main="x = 3\n")[1])

    def test_what_is_no_app_is_described(self) -> None:
        self.assertIn("main:x is not an App: it is a int; its apps are main:app", self.serve("main:x", main=APP + "x = 3\n")[1])
        self.assertIn("a function; bind the app", self.serve("main:make", main="def make(): ...\n")[1])
        self.assertIn("the class App itself", self.serve("main:App", main="from tayberry import App\n")[1])

    def test_a_wrong_spelling_says_what_is_wanted(self) -> None:
        for spec in ("main.py:app", "main:", ":app", "a/b:app"):
            status, said = self.serve(spec, main=APP)
            self.assertEqual(status, 1, spec)
            self.assertIn("error: ", said)

    def test_an_error_while_importing_shows_the_users_lines_only(self) -> None:
        status, said = self.serve("main:app", main="from helper import x\n", helper="def f():\n    return 1 / 0\nx = f()\n")
        self.assertEqual(status, 1)
        self.assertIn("ZeroDivisionError", said)
        self.assertIn('helper.py", line 2, in f', said)
        self.assertNotIn("_serve.py", said)

    def test_a_syntax_error_is_shown_with_its_line(self) -> None:
        status, said = self.serve("main:app", main="def f(:\n")
        self.assertEqual(status, 1)
        self.assertIn("SyntaxError", said)
        self.assertIn("main.py", said)

    def test_circular_imports_are_the_users_fault(self) -> None:
        status, said = self.serve("a:app", a="from b import x\ny = 1\n", b="from a import y\nx = 1\n")
        self.assertEqual(status, 1)
        self.assertIn("importing a failed: a circular import, a → b → a", said)
        self.assertIn('b.py", line 1', said)

    def test_a_module_that_exits_is_reported(self) -> None:
        status, said = self.serve("main:app", main="import sys; sys.exit(7)\n")
        self.assertEqual(status, 1)
        self.assertIn("importing main ended the program (exit status 7)", said)

    def test_a_lock_that_is_on_from_the_start_is_an_environment_error(self) -> None:
        status, said = self.serve("main:app", environment={"PYTHON_GIL": "1"}, main=APP)
        self.assertEqual(status, 2)
        self.assertIn("PYTHON_GIL=1", said)
        self.assertIn("--allow-gil", said)

    def extension_without_slots(self) -> None:
        """An extension module `oldext` that does not say that it can run without the lock."""
        source = self.folder / "oldext.c"
        source.write_text(
            "#include <Python.h>\n"
            'static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, .m_name = "oldext"};\n'
            "PyMODINIT_FUNC PyInit_oldext(void) { return PyModule_Create(&def); }\n"
        )
        target = self.folder / ("oldext" + sysconfig.get_config_var("EXT_SUFFIX"))
        include = sysconfig.get_path("include")
        subprocess.run(["cc", "-shared", "-fPIC", "-I", include, str(source), "-o", str(target)], check=True, timeout=60)

    def test_an_extension_that_turns_the_lock_on_is_named(self) -> None:
        self.extension_without_slots()
        status, said = self.serve("main:app", main="from helper import x\n" + APP, helper="import oldext\nx = 1\n")
        self.assertEqual(status, 2)
        self.assertIn("the extension module 'oldext' turned the global interpreter lock on", said)
        self.assertIn("--allow-gil", said)

    def test_allow_gil_goes_on_with_the_lock(self) -> None:
        self.extension_without_slots()
        status, said = self.serve("main:nothing", "--allow-gil", main="import oldext\n" + APP)
        self.assertEqual(status, 1)
        self.assertIn("has no attribute 'nothing'", said)
        self.assertIn("RuntimeWarning", said)

    def test_wrong_options_exit_with_2(self) -> None:
        for options in (["--port", "70000"], ["--threads", "x"], ["--nonsense"]):
            self.assertEqual(self.serve("main:app", *options, main=APP)[0], 2)


class Command(unittest.TestCase):
    def test_a_package_without_the_binary_says_so(self) -> None:
        import shutil

        with tempfile.TemporaryDirectory() as folder:
            package = Path(folder) / "tayberry"
            shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("_bin", "*.so", "__pycache__"))
            environment = {**os.environ, "PYTHONPATH": folder}
            done = subprocess.run([sys.executable, "-m", "tayberry._cli"], env=environment, capture_output=True, text=True)
            self.assertEqual(done.returncode, 2)
            self.assertIn("_bin/tayberry cannot be run: No such file", done.stderr)
            (package / "_bin").mkdir()
            binary = package / "_bin" / "tayberry"
            binary.write_text('#!/bin/sh\necho "$TAYBERRY_PYTHON" "$@"\nexit 5\n')
            binary.chmod(0o755)
            environment.pop("TAYBERRY_PYTHON", None)
            done = subprocess.run([sys.executable, "-m", "tayberry._cli", "a", "b c"], env=environment, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (5, f"{sys.executable} a b c\n"))


if __name__ == "__main__":
    unittest.main()
