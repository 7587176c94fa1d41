"""`tayberry check`, `explain` and `routes`: what is known without building, for people and for programs."""

import json
import re
import time
import unittest

from command import HELLO, ROOT, Command

#: An error, a hint and a line that is neither.
WRONG = """
from tayberry import App

app = App()


@app.get("/items/{item_id}")
def read_item(id: int) -> int:
    return id


def numbers() -> int:
    return len(locals())
"""

PROJECT = """
import asyncio
import time

from tayberry import App, Router

app = App()
shop = Router(prefix="/shop")


@app.get("/")
def index() -> str:
    return "here"


@app.get("/slow")
async def slow() -> str:
    await asyncio.sleep(1)
    return "slept"


@app.get("/blocks")
def blocks() -> str:
    time.sleep(1)
    return "slept"


@shop.post("/orders/{number}")
def order(number: int) -> int:
    return number


app.include_router(shop)
"""


class Check(Command):
    def test_a_clean_program_exits_with_0(self) -> None:
        self.write("app.py", HELLO)
        self.assertEqual(self.done("check", "app.py").out, "0 errors, 0 warnings, 0 hints in 1 file\n")

    def test_an_error_exits_with_1_and_shows_the_line(self) -> None:
        self.write("app.py", WRONG)
        said = self.tayberry("check", "app.py")
        self.assertEqual(said.status, 1)
        self.assertIn("error[TB402]: path parameter `item_id` has no matching parameter in `read_item`", said.out)
        self.assertIn("--> app.py:6:19", said.out)
        self.assertIn('6 | @app.get("/items/{item_id}")', said.out)
        self.assertIn("help: rename `id` to `item_id`", said.out)
        self.assertTrue(said.out.endswith("1 error, 0 warnings, 1 hint in 1 file\n"), said.out)

    def test_concise_is_one_line_each(self) -> None:
        self.write("app.py", WRONG)
        lines = self.tayberry("check", "app.py", "--output-format", "concise").out.splitlines()
        self.assertEqual(len(lines), 2, lines)
        self.assertRegex(lines[0], r"^app\.py:6:19: TB402 path parameter `item_id` has no")
        for line in lines:
            self.assertRegex(line, r"^app\.py:\d+:\d+: TB\d{3} .+")

    def test_json_is_a_list_of_findings(self) -> None:
        self.write("app.py", WRONG)
        said = self.tayberry("check", "app.py", "--output-format", "json")
        self.assertEqual(said.status, 1)
        found = json.loads(said.out)
        self.assertEqual([(each["code"], each["level"]) for each in found], [("TB402", "error"), ("TB101", "hint")])
        self.write("app.py", HELLO)
        self.assertEqual(json.loads(self.done("check", "app.py", "--output-format", "json").out), [])

    def test_sarif_has_rules_and_places(self) -> None:
        self.write("app.py", WRONG)
        said = self.tayberry("check", "app.py", "--output-format", "sarif")
        self.assertEqual(said.status, 1)
        log = json.loads(said.out)
        self.assertEqual(log["version"], "2.1.0")
        (run,) = log["runs"]
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        for result in run["results"]:
            self.assertIn(result["ruleId"], rules)
        place = run["results"][0]["locations"][0]["physicalLocation"]
        self.assertEqual(place["artifactLocation"]["uri"], "app.py")
        self.assertEqual((place["region"]["startLine"], place["region"]["startColumn"]), (6, 19))

    def test_strict_makes_errors_of_what_stays_interpreted(self) -> None:
        self.write("app.py", HELLO + "\n\ndef numbers() -> int:\n    return len(locals())\n")
        self.assertIn("hint[TB101]", self.done("check", "app.py").out)
        said = self.tayberry("check", "--strict", "app.py")
        self.assertEqual(said.status, 1)
        self.assertIn("error[TB101]", said.out)

    def test_all_modules_of_the_program_are_checked(self) -> None:
        self.write("app.py", "import helper\n" + HELLO)
        self.write("helper.py", "def area(width: int) -> int:\n    return widht\n")
        said = self.tayberry("check", "app.py")
        self.assertEqual(said.status, 1)
        self.assertIn("helper.py:2:12", said.out)
        self.assertIn("`width`", said.out)

    def test_it_writes_nothing_and_takes_no_time(self) -> None:
        path = ROOT / "examples/catalog/app.py"
        best = 99.0
        for _ in range(5):
            begun = time.monotonic()
            self.done("check", str(path), folder=self.space)
            best = min(best, time.monotonic() - begun)
        # Even an unoptimised binary on a busy machine.
        self.assertLess(best, 2.0)
        self.assertEqual([each.name for each in self.space.iterdir()], ["project"])

    def test_unknown_formats_and_files_are_wrong_use(self) -> None:
        self.write("app.py", HELLO)
        self.assertIn("full, concise, json, sarif", self.refused(2, "check", "app.py", "--output-format", "xml"))
        self.assertIn("there is no file `nope.py`", self.refused(2, "check", "nope.py"))
        self.assertIn("required", self.refused(2, "check"))


class Explain(Command):
    def test_every_rule_of_the_list_has_a_page(self) -> None:
        listed = re.findall(r"^(TB\d{3})  (\S+)$", self.done("explain").out, re.M)
        self.assertGreaterEqual(len(listed), 10)
        self.assertEqual([code for code, _ in listed], sorted(code for code, _ in listed))
        for code, name in listed:
            with self.subTest(code):
                page = self.done("explain", code).out
                self.assertTrue(page.startswith(f"# {code} {name}\n"), page[:80])
                self.assertIn("**What it catches.**", page)
                self.assertIn("**Why.**", page)
                self.assertEqual(self.done("explain", name).out, page)
                self.assertEqual(self.done("explain", code.lower()).out, page)

    def test_a_rule_that_is_not_there(self) -> None:
        self.assertIn("there is no rule `TB999`", self.refused(2, "explain", "TB999"))


class Routes(Command):
    def test_each_route_says_how_it_runs_and_why(self) -> None:
        self.write("app.py", PROJECT)
        found = {route["path"]: route for route in json.loads(self.done("routes", "--json", "app.py").out)}
        self.assertEqual(sorted(found), ["/", "/blocks", "/shop/orders/{number}", "/slow"])
        self.assertEqual({path: route["runs"] for path, route in found.items()}["/"], "inline")
        self.assertEqual(found["/slow"]["runs"], "task")
        self.assertEqual(found["/blocks"]["runs"], "pool")
        self.assertEqual(found["/shop/orders/{number}"]["methods"], ["POST"])
        self.assertEqual(found["/shop/orders/{number}"]["handler"], "app.order")
        for route in found.values():
            self.assertTrue(route["why"])

    def test_the_table_has_a_line_for_each(self) -> None:
        self.write("app.py", PROJECT)
        lines = self.done("routes", "app.py").out.splitlines()
        self.assertEqual(lines[0].split(), ["METHOD", "PATH", "HANDLER", "BODY", "RUNS", "WHY"])
        self.assertEqual(len(lines), 5)
        for column in ("PATH", "HANDLER", "BODY", "RUNS", "WHY"):
            at = lines[0].index(column)
            for line in lines:
                self.assertEqual(line[at - 2 : at], "  ", "columns are aligned")
        self.assertIn("native", lines[1])

    def test_a_handler_that_stays_interpreted_says_why(self) -> None:
        self.write("app.py", HELLO.replace('return "here"', "return str(locals())"))
        line = self.done("routes", "app.py").out.splitlines()[1]
        self.assertEqual(line.split(maxsplit=5), ["GET", "/", "app.index", "interpreted", "pool", "interpreted: it calls `locals()`"])

    def test_a_program_with_errors_has_no_table(self) -> None:
        self.write("app.py", WRONG)
        self.assertIn("TB402", self.refused(1, "routes", "app.py"))

    def test_the_examples_are_native(self) -> None:
        for example in ("hello", "pyberry", "catalog"):
            with self.subTest(example):
                found = json.loads(self.done("routes", "--json", str(ROOT / f"examples/{example}/app.py")).out)
                self.assertTrue(found)
                self.assertEqual([route["handler"] for route in found if not route["native"]], [])


if __name__ == "__main__":
    unittest.main()
