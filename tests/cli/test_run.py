"""`tayberry run`: serves the last build, builds again when the sources are newer, and says what is wrong before it serves."""

import json
import signal
import socket
import unittest

from command import HELLO, Command, alive, ask, free_port, processes_below, taken_port


class Run(Command):
    def setUp(self) -> None:
        super().setUp()
        self.write("app.py", HELLO)

    def test_it_serves_the_build_and_stops_when_told_to(self) -> None:
        self.built(HELLO)
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number), self.serving("run", "--port", "0") as running:
                self.assertEqual(ask(running.address()), (200, '"here"'))
                self.assertEqual(running.stop(number), 0, running.log())
                self.assertNotIn("Traceback", running.log())

    def test_newer_sources_are_built_again_first(self) -> None:
        self.built(HELLO)
        self.write("app.py", HELLO.replace('"here"', '"there"'))
        with self.serving("run", "--port", "0") as running:
            self.assertEqual(ask(running.address()), (200, '"there"'))
            self.assertIn("building again", running.log())
        with self.serving("run", "--port", "0") as running:
            running.address()
            self.assertNotIn("building again", running.log())

    def test_without_building_the_old_build_is_served_with_a_warning(self) -> None:
        self.built(HELLO)
        self.write("app.py", HELLO.replace('"here"', '"there"'))
        with self.serving("run", "--port", "0", "--no-build") as running:
            self.assertEqual(ask(running.address()), (200, '"here"'))
            self.assertIn("warning: app.py has changed and is served as built", running.log())

    def test_a_source_that_does_not_check_any_more_is_not_served(self) -> None:
        self.built(HELLO)
        self.write("app.py", "def f(:\n")
        self.assertIn("error[TB001]", self.refused(1, "run", "--port", "0"))

    def test_a_missing_build_says_what_to_type(self) -> None:
        for arguments in (["run"], ["run", "--no-build"], ["run", "--folder", "."]):
            said = self.refused(2, *arguments)
            self.assertIn(f"there is no build in `{self.folder}/.tayberry`", said)
            self.assertIn("tayberry build app.py", said)
        self.assertIn("there is no folder `/nonexistent`", self.refused(2, "run", "--folder", "/nonexistent"))

    def test_a_build_of_another_abi_is_made_again_or_refused(self) -> None:
        self.built(HELLO)
        path = self.folder / ".tayberry/manifest.json"
        manifest = json.loads(path.read_text())
        manifest["abi"] += 1
        path.write_text(json.dumps(manifest))
        said = self.refused(2, "run", "--no-build", "--port", "0")
        self.assertIn("another version of Tayberry", said)
        self.assertIn("tayberry build app.py", said)
        with self.serving("run", "--port", "0") as running:
            self.assertEqual(ask(running.address()), (200, '"here"'))
        manifest["abi"] -= 1
        manifest["suffix"] = ".cpython-399-other.so"
        path.write_text(json.dumps(manifest))
        self.assertIn("another interpreter", self.refused(2, "run", "--no-build", "--port", "0"))

    def test_a_damaged_build_is_made_again_or_refused(self) -> None:
        self.built(HELLO)
        library = next((self.folder / ".tayberry/lib").iterdir())
        library.write_bytes(library.read_bytes()[:1000])
        self.assertIn("is not what was linked", self.refused(2, "run", "--no-build", "--port", "0"))
        with self.serving("run", "--port", "0") as running:
            self.assertEqual(ask(running.address()), (200, '"here"'))
        (self.folder / ".tayberry/manifest.json").write_text("[1, 2]")
        self.assertIn("damaged", self.refused(2, "run", "--port", "0"))

    def test_an_app_that_is_not_there_is_named_with_those_that_are(self) -> None:
        self.built(HELLO.replace("app = App()", "web = App()").replace("@app", "@web"))
        said = self.refused(1, "run", "--port", "0")
        self.assertIn("'app' has no attribute 'app'", said)
        self.assertIn("app:web", said)
        with self.serving("run", "--port", "0", "--app", "app:web") as running:
            self.assertEqual(ask(running.address()), (200, '"here"'))
        self.assertIn("nothing", self.refused(1, "run", "--port", "0", "--app", "nothing:app"))
        self.write("plain.py", "x = 1\n")
        self.done("build", "plain.py")
        self.assertIn("it holds no App at all", self.refused(1, "run", "--port", "0"))

    def test_an_app_that_raises_when_it_is_imported_shows_its_traceback(self) -> None:
        self.built(HELLO + "\n\ndef fails(n: int) -> int:\n    return 1 // n\n\n\nfails(0)\n")
        for arguments in (["run"], ["run", "--workers", "2"]):
            said = self.refused(1, *arguments, "--port", "0")
            self.assertIn("ZeroDivisionError", said)
            self.assertIn('app.py", line 12, in fails', said)

    def test_a_port_in_use_is_said_in_one_line(self) -> None:
        self.built(HELLO)
        with taken_port() as port:
            for workers in ("1", "2"):
                with self.subTest(workers=workers):
                    said = self.refused(2, "run", "--port", str(port), "--workers", workers)
                    self.assertEqual(said, f"error: 127.0.0.1:{port} is in use by another program; choose another with --port\n")

    def test_hosts_and_ports_that_make_no_sense(self) -> None:
        self.built(HELLO)
        for workers in ("1", "2"):
            with self.subTest(workers=workers):
                said = self.refused(2, "run", "--host", "no.such.host.invalid", "--port", "0", "--workers", workers)
                self.assertIn("cannot listen on no.such.host.invalid:0", said)
                said = self.refused(2, "run", "--host", "203.0.113.9", "--port", "0", "--workers", workers)
                self.assertIn("cannot listen on 203.0.113.9:0", said)
        self.assertIn("70000", self.refused(2, "run", "--port", "70000"))
        self.assertIn("0 is not in 1..=256", self.refused(2, "run", "--workers", "0"))

    def test_the_build_is_served_from_another_folder_and_after_a_move(self) -> None:
        self.built(HELLO)
        with self.serving("run", "--port", "0", "--folder", "project", folder=self.space) as running:
            self.assertEqual(ask(running.address()), (200, '"here"'))
        moved = self.space / "moved"
        self.folder.rename(moved)
        with self.serving("run", "--port", "0", "--no-build", folder=moved) as running:
            self.assertEqual(ask(running.address()), (200, '"here"'))
            self.assertNotIn("warning", running.log())

    def test_inside_a_package_the_build_is_where_building_there_puts_it(self) -> None:
        self.write("shop/__init__.py", "")
        self.write("shop/app.py", HELLO)
        inside = self.folder / "shop"
        self.done("build", "app.py", folder=inside)
        with self.serving("run", "--port", "0", folder=inside) as running:
            self.assertEqual(ask(running.address()), (200, '"here"'))

    def test_files_may_have_any_name_and_folders_too(self) -> None:
        folder = self.folder / "it's a fôlder"
        for name in ("my-app", "1app", "class", "café", "profile"):
            with self.subTest(name):
                self.write(f"{folder.name}/{name}.py", HELLO)
                self.done("build", f"{name}.py", folder=folder)
                with self.serving("run", "--port", "0", folder=folder) as running:
                    self.assertEqual(ask(running.address()), (200, '"here"'))
        with self.serving("dev", "my-app.py", "--port", free_port(), folder=folder) as running:
            self.assertEqual(ask(running.address()), (200, '"here"'))

    def test_a_module_that_is_hidden_by_one_of_the_server_is_named(self) -> None:
        self.write("json.py", "def loads(text: str) -> str:\n    return 'mine'\n")
        self.write("app.py", HELLO.replace('"here"', 'json.loads("1")').replace("from", "import json\nfrom", 1))
        self.done("build", "app.py")
        said = self.refused(1, "run", "--port", "0")
        self.assertEqual(said, f"error: {self.folder}/json.py has the name of a module that Tayberry has loaded itself (json); rename it\n")

    def test_threads_and_the_access_log_are_as_asked_for(self) -> None:
        self.built(HELLO)
        with self.serving("run", "--port", "0", "--threads", "3", "--access-log") as running:
            ask(running.address(), "/?a=1")
            self.assertIn("(3 threads)", running.log())
            logged = json.loads(running.says(r"(\{[^\n]*\?a=1[^\n]*\})"))
            self.assertEqual(logged["status"], 200)

    def test_one_worker_is_the_server_process_itself(self) -> None:
        self.built(HELLO)
        with self.serving("run", "--port", "0") as running:
            running.address()
            self.assertEqual(processes_below(running.process.pid), [])

    def test_ipv6_is_served(self) -> None:
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            self.skipTest("there is no IPv6 here")
        self.built(HELLO)
        for workers in ("1", "2"):
            with self.serving("run", "--host", "::1", "--port", "0", "--workers", workers) as running:
                self.assertEqual(ask(running.address()), (200, '"here"'))
                self.assertTrue(alive(running.process.pid))


if __name__ == "__main__":
    unittest.main()
