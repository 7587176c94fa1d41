"""A bad environment: the command says what is missing and what to do, exits with 2, and leaves nothing half done."""

import fcntl
import os
import shutil
import subprocess
import time
import unittest
from pathlib import Path

from command import HELLO, TAYBERRY, Command


class Environment(Command):
    def setUp(self) -> None:
        super().setUp()
        self.write("app.py", HELLO)

    def compiler(self, script: str) -> str:
        """A C compiler of our own."""
        path = self.space / "own-cc"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(path)

    def nothing_is_served(self) -> None:
        self.assertFalse((self.folder / ".tayberry/manifest.json").exists())
        self.assertEqual([path.name for path in self.folder.glob(".tayberry/*/*.so*")], [])
        self.assertIn("there is no build", self.refused(2, "run"))

    def test_without_a_c_compiler_a_build_names_one_to_install(self) -> None:
        for missing in ["nonesuch", str(self.folder), "/dev/null"]:
            with self.subTest(CC=missing):
                said = self.refused(2, "build", "app.py", under={"CC": missing})
                self.assertIn("error[TB901]: no C compiler", said)
                self.assertIn("apt-get install gcc", said)
        self.nothing_is_served()

    def test_check_and_routes_need_neither_compiler_nor_interpreter(self) -> None:
        nothing = {"CC": "nonesuch", "TAYBERRY_PYTHON": None, "PATH": "/nonexistent", "TAYBERRY_CACHE": str(self.space / "cache")}
        self.done("check", "app.py", under=nothing)
        self.assertIn("native", self.done("routes", "app.py", under=nothing).out)
        self.assertIn("TB901", self.done("explain", under=nothing).out)
        version = self.done("--version", under=nothing).out
        self.assertIn("no free-threaded Python 3.14 found", version)
        self.assertIn("no C compiler found", version)

    def test_a_compiler_that_cannot_compile_is_the_environments_fault(self) -> None:
        broken = self.compiler('case "$*" in *--version*) echo broken 1.0;; *) echo "as: not found" >&2; exit 1;; esac')
        said = self.refused(2, "build", "app.py", under={"CC": broken, "TAYBERRY_CACHE": str(self.space / "cache")})
        self.assertIn("error[TB903]", said)
        self.assertIn("as: not found", said)
        self.assertIn("tayberry explain TB903", said)
        self.nothing_is_served()

    def test_a_compiler_that_refuses_only_our_c_is_our_bug(self) -> None:
        picky = self.compiler(f'for each; do case "$each" in {self.folder}/*.c) echo "$each:1:1: error: no" >&2; exit 1;; esac; done; exec cc "$@"')
        said = self.refused(101, "build", "app.py", under={"CC": picky})
        self.assertIn("error[TB902]", said)
        self.assertIn("this is a bug in Tayberry", said)
        self.nothing_is_served()

    def test_a_compiler_that_is_killed_is_not_our_bug(self) -> None:
        killed = self.compiler('case "$*" in *--version*) echo killed 1.0;; *) kill -9 $$;; esac')
        said = self.refused(2, "build", "app.py", under={"CC": killed, "TAYBERRY_CACHE": str(self.space / "cache")})
        self.assertIn("ended from outside", said)
        self.nothing_is_served()

    def test_a_compiler_that_says_the_disk_is_full_is_believed(self) -> None:
        full = self.compiler(
            'case "$*" in *--version*) echo full 1.0;; *) echo "fatal error: error writing to x.o: No space left on device" >&2; exit 1;; esac'
        )
        said = self.refused(2, "build", "app.py", under={"CC": full, "TAYBERRY_CACHE": str(self.space / "cache")})
        self.assertIn("the disk is full", said)
        self.nothing_is_served()

    def test_a_full_disk_ends_a_build_with_its_reason(self) -> None:
        # A limit on the size of files behaves as a full disk does; the shell's unit is 512 or 1024 bytes.
        full = subprocess.run(
            ["sh", "-c", 'trap "" XFSZ; ulimit -f 1; exec "$0" build app.py', TAYBERRY],
            cwd=self.folder,
            env=self.environment({}),
            capture_output=True,
            text=True,
            timeout=120,
        )
        self.assertEqual(full.returncode, 2, full.stderr)
        self.assertIn("File too large", full.stderr)
        self.nothing_is_served()
        self.done("build", "app.py")

    def test_an_output_that_cannot_be_written_is_no_success(self) -> None:
        for arguments in [["check", "app.py", "--output-format", "sarif"], ["routes", "app.py"], ["explain"], ["--version"], ["--help"]]:
            with self.subTest(arguments), open("/dev/full", "w") as full:
                done = subprocess.run(
                    [TAYBERRY, *arguments],
                    cwd=self.folder,
                    env=self.environment({}),
                    stdout=full,
                    stderr=subprocess.PIPE,
                    text=True,
                    timeout=60,
                )
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertNotIn("bug", done.stderr)
                self.assertIn("No space left", done.stderr)

    def test_without_an_interpreter_it_says_how_to_get_one(self) -> None:
        nothing = {"TAYBERRY_PYTHON": None, "PATH": "/nonexistent", "TAYBERRY_CACHE": str(self.space / "cache")}
        for arguments in [["build", "app.py"], ["dev", "app.py"], ["run"]]:
            said = self.refused(2, *arguments, under=nothing)
            self.assertIn("no free-threaded Python 3.14 found", said)
            self.assertIn("TAYBERRY_PYTHON", said)

    def test_a_name_of_no_interpreter_is_said_back(self) -> None:
        for wrong in ["/nonexistent/python", "/bin/true", str(self.folder)]:
            with self.subTest(wrong):
                self.assertIn(f"TAYBERRY_PYTHON is `{wrong}`", self.refused(2, "build", "app.py", under={"TAYBERRY_PYTHON": wrong}))

    @unittest.skipUnless(Path("/usr/bin/python3").exists(), "there is no other Python")
    def test_an_interpreter_with_the_lock_is_refused(self) -> None:
        said = self.refused(2, "build", "app.py", under={"TAYBERRY_PYTHON": "/usr/bin/python3"})
        self.assertIn("global interpreter lock", said)
        self.assertIn("needs a free-threaded Python 3.14", said)

    def test_an_interpreter_whose_lock_was_turned_on_is_refused_by_the_server(self) -> None:
        self.done("build", "app.py")
        self.assertIn("global interpreter lock", self.refused(2, "run", "--port", "0", under={"PYTHON_GIL": "1"}))

    def test_a_cache_that_cannot_be_written_is_named(self) -> None:
        said = self.refused(2, "build", "app.py", under={"TAYBERRY_CACHE": "/dev/null/cache"})
        self.assertIn("/dev/null/cache", said)
        self.assertIn("TAYBERRY_CACHE", said)
        self.nothing_is_served()

    def test_libraries_of_compilers_not_used_of_late_are_removed_but_those_in_use(self) -> None:
        cache = self.space / "cache"
        hour = 3600
        now = time.time()
        # Ten days old, nine…; the oldest one is in use, as is said by a lock, and one is half removed.
        names = [f"runtime-c-{days:016x}" for days in range(10, 0, -1)] + ["runtime-c-0.1.unfinished"]
        for name, days in zip(names, [*range(10, 0, -1), 11], strict=True):
            (cache / name / "src").mkdir(parents=True)
            for file in ("lock", "libtayberry.a", "src/a.c"):
                (cache / name / file).write_text("")
            os.utime(cache / name / "lock", (now, now - days * 24 * hour))
        young = cache / "runtime-c-young"
        young.mkdir()
        (cache / "other").mkdir()
        under = {"TAYBERRY_CACHE": str(cache), "CFLAGS": "-O0"}
        with (cache / names[0] / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            self.done("build", "app.py", under=under)
        left = {path.name for path in cache.glob("runtime-c-*")}
        (made,) = left - set(names) - {"runtime-c-young"}
        # Six stay: the one that was made, the young one, and four more; and the one in use.
        self.assertEqual(left, {made, "runtime-c-young", names[0], *names[6:10]})
        self.assertTrue((cache / "other").exists())
        # It is found again, and one that disappears is made again.
        self.assertIn("nothing changed", self.done("build", "app.py", under=under).out)
        shutil.rmtree(cache / made)
        (self.folder / "app.py").write_text(HELLO + "\n\ndef more() -> int:\n    return 1\n")
        self.done("build", "app.py", under=under)
        self.assertTrue((cache / made / "libtayberry.a").is_file())

    def test_a_folder_that_cannot_be_written_is_named(self) -> None:
        # Root may write everywhere, but not below a file.
        (self.folder / ".tayberry").write_text("in the way")
        said = self.refused(2, "build", "app.py")
        self.assertIn(f"cannot write to `{self.folder}/.tayberry`", said)

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_folder_without_permission_is_named(self) -> None:
        self.folder.chmod(0o555)
        try:
            self.assertIn(f"cannot write to `{self.folder}/.tayberry`", self.refused(2, "build", "app.py"))
        finally:
            self.folder.chmod(0o755)


if __name__ == "__main__":
    unittest.main()
