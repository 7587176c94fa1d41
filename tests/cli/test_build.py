"""`tayberry build`: what it makes, what it makes again and what not, and what its options change."""

import json
import os
import re
import shutil
import sysconfig
import unittest
from pathlib import Path

from command import HELLO, Command, ask

SUFFIX = str(sysconfig.get_config_var("EXT_SUFFIX"))
SHOP = {
    "app.py": """
        from shop.models import Order
        from tayberry import App

        app = App()


        @app.get("/orders/{number}")
        def read_order(number: int) -> Order:
            return Order(number, 2 * number)
        """,
    "shop/__init__.py": "",
    "shop/models.py": """
        from dataclasses import dataclass

        from .prices import doubled


        @dataclass
        class Order:
            number: int
            price: int

            def total(self) -> int:
                return doubled(self.price)
        """,
    "shop/prices.py": """
        def doubled(price: int) -> int:
            return price * 2
        """,
    "unused.py": "this is not even Python\n",
}

#: A function that asks for its names as a dict stays interpreted.
INTERPRETED = """
    from tayberry import App

    app = App()


    def numbers() -> int:
        return len(locals())


    @app.get("/")
    def index() -> int:
        return numbers()
    """


class Build(Command):
    def shop(self) -> None:
        for name, text in SHOP.items():
            self.write(name, text)

    def compiled(self, *arguments: str) -> int | None:
        """Builds; gives how many C files were compiled, `None` if nothing was done."""
        said = self.done("build", *arguments).out
        if "nothing changed" in said:
            return None
        found = re.search(r"\((\d+) C files? compiled\)", said)
        assert found, said
        return int(found[1])

    def manifest(self) -> dict[str, object]:
        found: dict[str, object] = json.loads((self.folder / ".tayberry/manifest.json").read_text())
        return found

    def test_all_local_modules_that_are_reached_go_into_one_library(self) -> None:
        self.shop()
        self.done("build", "app.py")
        manifest = self.manifest()
        self.assertEqual(list(manifest["modules"]), ["app", "shop", "shop.models", "shop.prices"])  # type: ignore[call-overload]
        libraries = list((self.folder / ".tayberry/lib").iterdir())
        self.assertEqual([path.name for path in libraries], [f"app{SUFFIX}"])
        self.assertEqual(manifest["library"], f"lib/app{SUFFIX}")
        self.assertTrue((self.folder / ".tayberry/c/app.c").is_file())
        self.assertEqual((self.folder / ".tayberry/.gitignore").read_text(), "*\n")

    def test_what_has_not_changed_is_not_compiled_again(self) -> None:
        self.shop()
        self.assertEqual(self.compiled("app.py"), 5)
        self.assertIsNone(self.compiled("app.py"))
        objects = {path: path.stat().st_mtime_ns for path in (self.folder / ".tayberry/obj").glob("*.o")}
        self.assertEqual(len(objects), 5)
        self.write("shop/prices.py", "def doubled(price: int) -> int:\n    return price + price\n")
        self.assertEqual(self.compiled("app.py"), 1)
        changed = [path.name for path, time in objects.items() if path.stat().st_mtime_ns != time]
        self.assertEqual(changed, ["shop__prices.o"])
        # A date alone is no change.
        self.write("shop/prices.py", "def doubled(price: int) -> int:\n    return price + price\n", newer=True)
        self.assertIsNone(self.compiled("app.py"))

    def test_a_module_is_compiled_again_only_where_what_it_uses_has_changed(self) -> None:
        models = "from dataclasses import dataclass\n\n\n@dataclass\nclass Item:\n    price: int\n\n\ndef doubled(item: Item) -> int:\n    return item.price * 2\n"
        self.write("models.py", models)
        self.write("fields.py", "from models import Item\n\n\ndef price(item: Item) -> int:\n    return item.price\n")
        self.write("calls.py", "from models import Item, doubled\n\n\ndef price(item: Item) -> int:\n    return doubled(item)\n")
        self.write("other.py", "def one() -> int:\n    return 1\n")
        self.write("app.py", f"import calls, fields, other\n{HELLO}")
        self.assertEqual(self.compiled("app.py"), 6)

        def changed(text: str) -> list[str]:
            """The objects that are made again when models.py has this text."""
            before = {path: path.stat().st_mtime_ns for path in (self.folder / ".tayberry/obj").glob("*.o")}
            self.write("models.py", text)
            self.compiled("app.py")
            return sorted(path.name for path, time in before.items() if path.stat().st_mtime_ns != time)

        for added in (
            "def more(n: int) -> int:\n    return n + 1",
            "class More:\n    def __init__(self, n: int) -> None:\n        self.n = n",
            "MORE = [1, 2, 3]",
        ):
            models = added + "\n\n\n" + models
            self.assertEqual(changed(models), ["models.o"])
        models = "from enum import Enum\n\n\nclass Colour(Enum):\n    RED = 1\n\n\n" + models
        self.assertEqual(changed(models), ["__program.o", "models.o"])
        models = models.replace("    price: int\n", "    price: int\n    count: int = 1\n")
        self.assertEqual(changed(models), ["fields.o", "models.o"])
        models = models.replace("def doubled(item: Item) -> int", "def doubled(item: Item) -> float").replace("item.price * 2", "item.price * 2.0")
        self.assertEqual(changed(models), ["calls.o", "models.o"])

    def test_what_is_gone_is_gone_from_the_build(self) -> None:
        self.shop()
        self.compiled("app.py")
        self.write("shop/models.py", SHOP["shop/models.py"].replace("from .prices import doubled\n", "").replace("doubled(self.price)", "2"))
        (self.folder / "shop/prices.py").unlink()
        self.compiled("app.py")
        self.assertEqual([path.name for path in (self.folder / ".tayberry").rglob("*prices*")], [])

    def test_a_damaged_build_is_made_again(self) -> None:
        self.write("app.py", HELLO)
        self.compiled("app.py")
        library = next((self.folder / ".tayberry/lib").iterdir())
        library.write_bytes(b"not a library")
        self.assertEqual(self.compiled("app.py"), 0)
        self.assertTrue(library.read_bytes().startswith(b"\x7fELF"))
        (self.folder / ".tayberry/manifest.json").write_text("{")
        self.assertEqual(self.compiled("app.py"), 0)
        next((self.folder / ".tayberry/obj").glob("app.o")).unlink()
        (self.folder / ".tayberry/manifest.json").unlink()
        self.assertEqual(self.compiled("app.py"), 1)

    def test_kept_bytecode_is_used_while_it_is_whole_and_of_the_source(self) -> None:
        self.shop()
        self.compiled("app.py")
        kept = {path.name: path for path in (self.folder / ".tayberry/obj").glob("*.code")}
        self.assertEqual(sorted(kept), ["app.code", "shop.code", "shop__models.code", "shop__prices.code"])
        whole = {name: path.read_bytes() for name, path in kept.items()}
        times = {name: path.stat().st_mtime_ns for name, path in kept.items()}
        # Whatever is not what a build has written there is made again: cut off, damaged, of another module.
        kept["shop.code"].write_bytes(whole["shop.code"][:-1])
        kept["shop__models.code"].write_bytes(whole["shop__models.code"][:-1] + b"!")
        kept["app.code"].write_bytes(whole["shop.code"])
        (self.folder / ".tayberry/manifest.json").unlink()
        self.assertEqual(self.compiled("app.py"), 0)
        self.assertEqual({name: path.read_bytes() for name, path in kept.items()}, whole)
        self.assertEqual(kept["shop__prices.code"].stat().st_mtime_ns, times["shop__prices.code"])
        self.write("shop/prices.py", "def doubled(price: int) -> int:\n    return price + price\n")
        self.assertEqual(self.compiled("app.py"), 1)
        self.assertNotEqual(kept["shop__prices.code"].read_bytes(), whole["shop__prices.code"])

    def test_the_same_sources_give_the_same_c_wherever_they_are(self) -> None:
        self.shop()
        first = self.done("build", "app.py", "--emit", "c").out
        other = self.space / "elsewhere"
        self.folder.rename(other)
        self.assertEqual(self.done("build", "app.py", "--emit", "c", folder=other).out, first)
        self.assertNotIn(str(self.space), first)

    def test_circular_imports_build_and_serve(self) -> None:
        self.write("app.py", "import left\nfrom tayberry import App\n\napp = App()\n\n\n@app.get('/')\ndef index() -> int:\n    return left.down(5)\n")
        self.write("left.py", "import right\n\n\ndef down(n: int) -> int:\n    return 0 if n == 0 else right.down(n - 1) + 1\n")
        self.write("right.py", "import left\n\n\ndef down(n: int) -> int:\n    return 0 if n == 0 else left.down(n - 1) + 1\n")
        self.assertEqual(self.compiled("app.py"), 4)
        with self.serving("run", "--port", "0") as running:
            self.assertEqual(ask(running.address()), (200, "5"))

    def test_a_syntax_error_is_shown_with_its_line_and_nothing_is_built(self) -> None:
        self.write("app.py", "import helper\n")
        self.write("helper.py", "x = 1\ndef f(:\n    pass\n")
        said = self.refused(1, "build", "app.py")
        self.assertIn("error[TB001]", said)
        self.assertIn("helper.py:2:7", said)
        self.assertFalse((self.folder / ".tayberry").exists())

    def test_files_that_cannot_be_read_as_python_are_named(self) -> None:
        self.assertIn("there is no file `app.py`", self.refused(2, "build", "app.py"))
        self.assertIn("not a Python file", self.refused(2, "build", "."))
        (self.folder / "latin.py").write_bytes(b"x = '\xe9'\n")
        said = self.refused(2, "build", "latin.py")
        self.assertIn("latin.py", said)
        self.assertIn("help: save it in UTF-8", said)
        (self.folder / "zero.py").write_bytes(b"x = '\0'\n")
        self.assertIn("zero.py", self.refused(1, "build", "zero.py"))

    def test_strict_refuses_what_stays_interpreted(self) -> None:
        self.write("app.py", INTERPRETED)
        said = self.refused(1, "build", "--strict", "app.py")
        self.assertIn("error[TB101]", said)
        self.assertIn("numbers", said)
        self.assertFalse((self.folder / ".tayberry/manifest.json").exists())
        loose = self.done("build", "app.py")
        self.assertIn("interpreted; `tayberry check` shows why", loose.err)
        self.write("app.py", HELLO)
        self.done("build", "--strict", "app.py")

    def test_debug_compiles_for_a_debugger(self) -> None:
        self.write("app.py", HELLO)
        said = self.done("build", "--debug", "--verbose", "app.py").err
        compiling = [line for line in said.splitlines() if " -c " in line]
        self.assertTrue(compiling)
        for line in compiling:
            self.assertIn(" -O0 ", line)
            self.assertIn(" -g", line)
        self.assertIn("/.tayberry/c/app.c", said)
        self.assertRegex(said, r"\d+\.\d\d s  whole build: \d+ lines of Python, \d+ lines of C")
        self.assertRegex(said, r"\d+\.\d\d s  and \d+ lines of C for 1,000 lines of Python")
        # The other way of building is another build.
        self.assertEqual(self.compiled("app.py"), 2)

    def test_every_stage_can_be_printed_and_builds_nothing(self) -> None:
        self.write("app.py", HELLO)
        for stage, wanted in {"ast": "FunctionDef", "hir": "index", "ir": "index", "c": "PyObject *"}.items():
            with self.subTest(stage):
                self.assertIn(wanted, self.done("build", "--emit", stage, "app.py").out)
        self.assertFalse((self.folder / ".tayberry").exists())
        self.assertIn("possible values: ast, hir, ir, c", self.refused(2, "build", "--emit", "asm", "app.py"))

    def test_two_builds_at_once_take_turns(self) -> None:
        self.shop()
        with self.serving("build", "app.py") as one, self.serving("build", "app.py") as other:
            self.assertEqual((one.ends(120), other.ends(120)), (0, 0), one.log() + other.log())
        self.assertIsNone(self.compiled("app.py"))

    def test_a_build_that_is_killed_leaves_nothing_that_looks_whole(self) -> None:
        self.shop()
        self.compiled("app.py")
        self.write("shop/prices.py", "def doubled(price: int) -> int:\n    return price << 1\n")
        # The same compiler, but one that never gets to link.
        slow = self.write("slow/cc", f'#!/bin/sh\ncase "$*" in *-shared*) echo half > {self.space}/linking; sleep 5; exit 1;; esac\nexec {shutil.which("cc")} "$@"\n')
        slow.chmod(0o755)
        with self.serving("build", "app.py", under={"PATH": f"{slow.parent}:{os.environ['PATH']}"}) as running:
            running.until((self.space / "linking").exists)
            running.process.kill()
            running.ends()
        # What was compiled is not compiled again; only linking was left to do.
        self.assertEqual(self.compiled("app.py"), 0)
        self.assertEqual([path.name for path in (self.folder / ".tayberry").rglob("*unfinished*")], [])
        with self.serving("run", "--port", "0", "--no-build") as running:
            self.assertEqual(ask(running.address(), "/orders/3"), (200, '{"number":3,"price":6}'))

    def test_a_package_is_built_from_above_it(self) -> None:
        self.write("site/__init__.py", "")
        self.write("site/app.py", "from .words import word\nfrom tayberry import App\n\napp = App()\n\n\n@app.get('/')\ndef index() -> str:\n    return word()\n")
        self.write("site/words.py", "def word() -> str:\n    return 'here'\n")
        self.done("build", "site/app.py")
        self.assertEqual(self.manifest()["entry"], "site.app")

    def test_clean_removes_the_build_and_only_that(self) -> None:
        self.write("app.py", HELLO)
        self.done("build", "app.py")
        self.done("clean")
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["app.py"])
        self.done("clean")
        self.done("build", "app.py")
        self.done("clean", str(self.folder), folder=self.space)
        self.assertFalse((self.folder / ".tayberry").exists())


if __name__ == "__main__":
    unittest.main()
