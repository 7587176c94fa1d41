"""Writes code.h: the bytecode of sample.py with the hand-overs in the order of sample.c."""
import ast
import base64
import json
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).parent
source = (here / "sample.py").read_text()
wanted = ["add", "spread", "later", "failing", "scale", "Item", "total", "label", "Point", "Slotted", "Special", "Counter", "Keyed", "use_add", "measure"]
handovers = [{"line": node.lineno, "column": node.col_offset, "kind": "class" if isinstance(node, ast.ClassDef) else "function",
              "index": wanted.index(node.name)}
             for node in ast.walk(ast.parse(source)) if getattr(node, "name", None) in wanted]
request = {"modules": [{"path": "sample.py", "source": source, "handovers": handovers}]}
answer = subprocess.run([sys.executable, "-I", here / "../../../src/cli/src/embed.py"], input=json.dumps(request), capture_output=True, text=True, check=True)
code = base64.b64decode(json.loads(answer.stdout)["modules"][0]["code"])
pathlib.Path(sys.argv[1]).write_text("static const unsigned char code[] = {" + ",".join(map(str, code)) + "};\n")
