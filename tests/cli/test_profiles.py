"""`tayberry build --release-profile`: what each changes, and that code for one processor is not run by another."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from command import ROOT, SPACE, Command, ask

#: `squared_less` is 0.0 where product and difference are rounded each, as the interpreter does, and 2**-54 where both are at once.
SHOP = {
    "app.py": """
        from prices import squared_less
        from tayberry import App

        app = App()


        @app.get("/")
        def index() -> float:
            return squared_less(1.0 + 2.0**-27, 1.0 + 2.0**-26)
        """,
    "prices.py": """
        def squared_less(x: float, y: float) -> float:
            return x * x - y
        """,
}

#: The build for this processor, made once.
NATIVE: list[Path] = []


class Profiles(Command):
    def native(self) -> None:
        """The project, built for this processor."""
        for name, text in SHOP.items():
            self.write(name, text)
        if not NATIVE:
            self.done("build", "--release-profile", "native", "app.py")
            kept = Path(SPACE.name, "native")
            shutil.copytree(self.folder / ".tayberry", kept)
            NATIVE.append(kept)
        else:
            shutil.copytree(NATIVE[0], self.folder / ".tayberry")

    def manifest(self) -> dict[str, object]:
        found: dict[str, object] = json.loads((self.folder / ".tayberry/manifest.json").read_text())
        return found

    def for_another_processor(self) -> None:
        """Changes the build into one that needs what no processor has."""
        manifest = self.manifest()
        features = manifest["features"]
        assert isinstance(features, list)
        manifest["features"] = [*features, "clairvoyance"]
        (self.folder / ".tayberry/manifest.json").write_text(json.dumps(manifest))

    def test_a_build_for_this_processor_says_what_it_needs_and_computes_the_same(self) -> None:
        self.native()
        manifest = self.manifest()
        self.assertEqual(manifest["release_profile"], {"native": True})
        known = Path("/proc/cpuinfo").read_text().split()
        features = manifest["features"]
        assert isinstance(features, list)
        self.assertTrue(features)
        self.assertTrue(all(each in known or "-" in each for each in features), features)
        with self.serving("run", "--no-build", "--port", "0", "--threads", "1") as server:
            self.assertEqual(ask(server.address()), (200, "0.0"))

    def test_a_build_is_made_again_for_another_profile_and_only_then(self) -> None:
        self.native()
        self.assertIn("nothing changed", self.done("build", "--release-profile", "native", "app.py").out)
        self.assertIn("(3 C files compiled)", self.done("build", "app.py").out)
        self.assertEqual(self.manifest()["features"], [])
        self.assertEqual(self.manifest()["release_profile"], {"native": False})
        self.assertIn("nothing changed", self.done("build", "--release-profile", "portable", "app.py").out)

    def test_a_build_for_another_processor_is_refused_with_what_is_missing(self) -> None:
        self.native()
        self.for_another_processor()
        said = self.refused(2, "run", "--no-build", "--port", "0")
        self.assertIn("is for another processor (native): this one lacks clairvoyance", said)
        self.assertIn("help: type `tayberry build app.py` on this machine", said)

    def test_without_the_command_line_it_is_refused_too(self) -> None:
        self.native()
        self.for_another_processor()
        done = subprocess.run(
            [sys.executable, "-c", "from tayberry import _loader; _loader.install('.tayberry')"],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT / "python")},
            capture_output=True,
            text=True,
            timeout=60,
        )
        said = done.stderr
        self.assertIn("ImportError: it was made for another processor, this one lacks clairvoyance; run `tayberry build app.py` again", said)

    def test_a_build_for_another_processor_is_made_again_before_it_is_served(self) -> None:
        self.native()
        self.for_another_processor()
        with self.serving("run", "--port", "0", "--threads", "1") as server:
            self.assertEqual(ask(server.address()), (200, "0.0"))
            self.assertIn("the build is for another processor; building again for this one", server.log())
        self.assertEqual(self.manifest()["release_profile"], {"native": True})

    def test_other_names_and_debug_builds_are_refused(self) -> None:
        self.write("app.py", SHOP["app.py"])
        said = self.refused(2, "build", "--release-profile", "fastest", "app.py")
        self.assertIn("invalid value 'fastest' for '--release-profile <NAME>'", said)
        self.assertIn("portable, native", said)
        self.assertIn("cannot be used with", self.refused(2, "build", "--release-profile", "native", "--debug", "app.py"))

    def test_a_compiler_that_does_not_know_the_processor_is_said_so(self) -> None:
        self.write("app.py", SHOP["prices.py"])
        compiler = self.write("cc", '#!/bin/sh\ncase " $* " in *=native*) echo "what is native?" >&2; exit 1;; esac\nexec cc "$@"\n')
        compiler.chmod(0o755)
        said = self.refused(2, "build", "--release-profile", "native", "app.py", under={"CC": str(compiler)})
        self.assertIn("--release-profile native: the C compiler does not compile for it\nwhat is native?\nhelp: leave it out", said)
