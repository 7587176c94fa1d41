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

TRAIN = """\
import os
import app
import prices
from tayberry.testing import Client

with Client(app.app) as client:
    said = client.get("/").text
with open("ran", "w") as file:
    file.write(f"{said} {prices.__file__} {prices.__spec__.cached.endswith('.so')}")
"""

#: Compiles quickly.
QUICK = {"CFLAGS": "-O0"}

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
        self.assertEqual(manifest["release_profile"], {"native": True, "pgo": False})
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
        self.assertEqual(self.manifest()["release_profile"], {"native": False, "pgo": False})
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
        self.assertEqual(self.manifest()["release_profile"], {"native": True, "pgo": False})

    def test_other_names_and_debug_builds_are_refused(self) -> None:
        self.write("app.py", SHOP["app.py"])
        said = self.refused(2, "build", "--release-profile", "fastest", "app.py")
        self.assertIn("invalid value 'fastest' for '--release-profile <NAME>'", said)
        self.assertIn("portable, native, pgo, native-pgo", said)
        self.assertIn("cannot be used with", self.refused(2, "build", "--release-profile", "native", "--debug", "app.py"))

    def trained(self) -> str:
        """Builds for what `train.py` does, without optimisation: only the way of building is tested."""
        return self.done("build", "--release-profile", "pgo", "--train", "train.py", "app.py", under=QUICK).out

    def test_a_trained_build_is_made_for_what_the_training_program_does(self) -> None:
        for name, text in SHOP.items():
            self.write(name, text)
        self.write("train.py", TRAIN)
        self.assertIn("(3 C files compiled)", self.trained())
        # It ran the compiled modules, from the sources' folder.
        self.assertEqual((self.folder / "ran").read_text(), f"0.0 {self.folder / 'prices.py'} True")
        counts = self.folder / ".tayberry/pgo/obj/prices.gcda"
        self.assertTrue(counts.is_file())
        self.assertEqual(self.manifest()["release_profile"], {"native": False, "pgo": True})
        with self.serving("run", "--no-build", "--port", "0", "--threads", "1", under=QUICK) as server:
            self.assertEqual(ask(server.address()), (200, "0.0"))
        self.assertIn("nothing changed", self.trained())
        # Serving it takes the training program only where it is built again.
        (self.folder / "train.py").unlink()
        with self.serving("run", "--port", "0", "--threads", "1", under=QUICK) as server:
            self.assertEqual(ask(server.address()), (200, "0.0"))
        self.write("prices.py", SHOP["prices.py"] + "\n# newer\n")
        said = self.refused(2, "run", "--port", "0", under=QUICK)
        self.assertRegex(said, r"error: the build was trained with `.*train\.py`, which is not there any more\nhelp: type `tayberry build app\.py` with --train")
        self.write("prices.py", SHOP["prices.py"])
        # A training program that fails leaves the build as it is.
        self.write("train.py", TRAIN + "raise SystemExit('no more')\n")
        said = self.refused(1, "build", "--release-profile", "pgo", "--train", "train.py", "app.py", under=QUICK)
        self.assertRegex(said, r"error: the training program `.*train\.py` failed \(exit status: 1\)\nno more")
        with self.serving("run", "--no-build", "--port", "0", "--threads", "1", under=QUICK) as server:
            self.assertEqual(ask(server.address()), (200, "0.0"))
        self.write("train.py", "print('something else')\n")
        said = self.refused(1, "build", "--release-profile", "pgo", "--train", "train.py", "app.py", under=QUICK)
        self.assertIn("did not import any module of the app", said)
        # Another profile takes the counts away.
        self.done("build", "app.py", under=QUICK)
        self.assertFalse(counts.exists())
        self.assertIsNone(self.manifest()["training"])

    def test_what_is_missing_for_a_trained_build_is_said(self) -> None:
        self.write("app.py", SHOP["prices.py"])
        self.assertIn("--train <FILE>", self.refused(2, "build", "--release-profile", "pgo", "app.py"))
        self.assertIn("--train is for --release-profile pgo", self.refused(2, "build", "--train", "train.py", "app.py"))
        said = self.refused(2, "build", "--release-profile", "native-pgo", "--train", "nowhere.py", "app.py")
        self.assertIn("cannot read the training program `nowhere.py` (--train): No such file", said)

    def test_a_compiler_that_does_not_know_the_processor_is_said_so(self) -> None:
        self.write("app.py", SHOP["prices.py"])
        compiler = self.write("cc", '#!/bin/sh\ncase " $* " in *=native*) echo "what is native?" >&2; exit 1;; esac\nexec cc "$@"\n')
        compiler.chmod(0o755)
        said = self.refused(2, "build", "--release-profile", "native", "app.py", under={"CC": str(compiler)})
        self.assertIn("--release-profile native: the C compiler does not compile for it\nwhat is native?\nhelp: leave it out", said)
