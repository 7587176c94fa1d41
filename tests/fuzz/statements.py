"""Writes random statements.

In: a program and a scope (scope.py). Out: lines of a function's body. What holds: loops end (what a loop walks over does not
grow without limit, `while` counts down), and values do not grow exponentially: what is assigned in a loop is cut to size.
"""

from __future__ import annotations

from expressions import Expressions
from scope import Class, Function, Program, Scope, arguments, head

ERRORS = ["ValueError", "KeyError", "IndexError", "ZeroDivisionError", "TypeError", "RuntimeError", "LookupError", "ArithmeticError", "Exception", "AttributeError", "UnboundLocalError", "OverflowError", "AssertionError"]


class Statements:
    """The body of one function."""

    def __init__(self, program: Program, scope: Scope) -> None:
        self.program, self.scope = program, scope
        self.write = Expressions(program, scope)
        self.rng = program.rng

    def chance(self, likely: float) -> bool:
        return self.rng.random() < likely

    def cut(self, wanted: str, text: str) -> str:
        """In a loop: the value, kept small."""
        if self.scope.loops == 0:
            return text
        if wanted == "int":
            return f"({text}) % {self.rng.choice([97, 1000003, 2**63, 2**64])}" if any(sign in text for sign in ("*", "<<", "+", "|")) else text
        if wanted in ("str", "bytes") or head(wanted) == "list" or wanted.endswith("...]"):
            return f"({text})[:{self.rng.choice([5, 9, 20])}]"
        return text

    def body(self, size: int, depth: int) -> list[str]:
        """Some statements; never none."""
        lines: list[str] = []
        for _ in range(self.rng.randint(1, max(1, min(size, self.program.longest)))):
            lines += self.statement(depth)
        return lines

    def branch(self, size: int, depth: int) -> list[str]:
        """A block that may not run: names first bound in it are shaky after it."""
        before = dict(self.scope.variables)
        lines = self.body(size, depth)
        for name, kind in self.scope.variables.items():
            if name not in before:
                self.scope.shaky[name] = kind
        self.scope.variables = before
        return ["    " + line for line in lines]

    def statement(self, depth: int) -> list[str]:
        roll = self.rng.random()
        if depth > 0 and roll < 0.42:
            compound = [self.conditional, self.conditional, self.for_loop, self.for_loop, self.while_loop, self.attempt, self.attempt, self.attempt, self.with_block, self.matching, self.closure]
            return self.rng.choice(compound)(depth - 1)
        if roll < 0.62:
            return self.assign()
        simple = [self.augmented, self.augmented, self.mutate, self.mutate, self.show, self.leave, self.fail, self.unpack, self.remove, self.set_field, self.global_write, self.evaluate, self.annotated, self.check, self.chained]
        return self.rng.choice(simple)()

    # — simple —

    def assign(self) -> list[str]:
        if self.chance(0.4) and self.scope.variables:
            name, kind = self.rng.choice(list(self.scope.variables.items()))
            if name not in self.scope.fixed:
                return [f"{name} = {self.cut(kind, self.write.expr(kind))}"]
        kind = self.program.type()
        text = self.cut(kind, self.write.expr(kind))
        name = self.program.name("v")
        self.scope.variables[name] = kind
        # An empty display has no type of its own.
        if "[]" in text or "{}" in text or "()" in text or kind == "object" or head(kind) == "union" or "[" in kind:
            return [f"{name}: {kind} = {text}"]
        return [f"{name} = {text}"]

    def annotated(self) -> list[str]:
        kind = self.program.type()
        text = self.cut(kind, self.write.expr(kind))
        name = self.program.name("v")
        self.scope.variables[name] = kind
        return [f"{name}: {kind} = {text}"]

    def chained(self) -> list[str]:
        kind = self.rng.choice(["int", "str", "list[int]", "float"])
        text = self.cut(kind, self.write.expr(kind, 2))
        one, other = self.program.name("v"), self.program.name("v")
        self.scope.variables[one] = self.scope.variables[other] = kind
        if kind == "list[int]" and "[]" in text:
            return [f"{one}: {kind} = {text}", f"{other} = {one}"]
        return [f"{one} = {other} = {text}"]

    def augmented(self) -> list[str]:
        found = [(name, kind) for name, kind in self.scope.variables.items() if kind in ("int", "float", "str", "list[int]", "set[int]") and name not in self.scope.fixed]
        if not found:
            return self.assign()
        name, kind = self.rng.choice(found)
        operators = {"int": ["+=", "-=", "//=", "%=", "&=", "|=", "^=", ">>="], "float": ["+=", "-=", "*=", "/="], "str": ["+="], "list[int]": ["+="], "set[int]": ["|=", "-=", "&="]}
        operator = self.rng.choice(operators[kind])
        value = self.write.expr(kind, 2)
        if operator == ">>=":
            value = self.write.small()
        if self.scope.loops:
            value = self.write.leaf(kind) if operator != ">>=" else value
        return [f"{name} {operator} {value}"]

    def mutate(self) -> list[str]:
        """Changes a container."""
        e = self.write.expr
        found = [(name, kind) for name, kind in self.scope.variables.items() if head(kind) in ("list", "dict", "set")]
        if not found:
            return self.assign()
        name, kind = self.rng.choice(found)
        inner = arguments(kind)
        if head(kind) == "list":
            item = e(inner[0], 2)
            grow = [f"{name}.append({item})", f"{name}.insert({self.write.small()}, {item})", f"{name}.extend({e(kind, 0)})"]
            # A NaN is only found as the object that it was when it came: an allowed difference.
            gone = f"({item}) + 0.0" if inner == ["float"] else item
            keep = [f"{name}[{self.write.index(1)}] = {item}", f"{name}.reverse()", f"{name}.remove({gone})", f"del {name}[{self.write.index(0)}]", f"{name}[{self.write.slice()}] = {e(kind, 1)}", f"{name}.pop()", f"{name}.clear()", f"del {name}[{self.write.slice()}]"]
            if inner[0] == "int":
                keep += [f"{name}.sort()", f"{name}[{self.write.index(0)}] += {e('int', 1)}"]
            line = self.rng.choice(grow + keep)
            if line in grow or "] = " in line:
                if self.scope.loops or name in self.scope.fixed:
                    return [f"if len({name}) < 12:", f"    {line}"]
            return [line]
        if head(kind) == "dict":
            key = e(inner[0], 1)
            value = e(inner[1], 2)
            lines = [f"{name}[{key}] = {value}", f"{name}[{key}] = {value}", f"{name}.update({e(kind, 1)})", f"del {name}[{key}]", f"{name}.pop({key}, None)", f"{name}.popitem()", f"{name}.setdefault({key}, {value})"]
            if inner[1] == "int":
                lines.append(f"{name}[{key}] += {e('int', 1)}")
            if inner[1] == "list[int]":
                lines.append(f"{name}.setdefault({key}, []).append({e('int', 0)})")
            return [self.rng.choice(lines)]
        return [self.rng.choice([f"{name}.add({e(inner[0], 2)})", f"{name}.discard({e(inner[0], 1)})", f"{name}.remove({e(inner[0], 1)})", f"{name}.update({e(kind, 1)})"])]

    def show(self) -> list[str]:
        values = [self.write.expr(self.program.type(), 2) for _ in range(self.rng.randint(1, 3))]
        if self.scope.variables and self.chance(0.7):
            values.append(self.rng.choice(list(self.scope.variables)))
        return [f"print({', '.join(values)})"]

    def leave(self) -> list[str]:
        if self.scope.breakable and not self.scope.in_finally and self.chance(0.5):
            return [f"if {self.write.expr('bool', 2)}:", f"    {self.rng.choice(['break', 'continue'])}"]
        if self.scope.in_finally and not self.chance(0.2):
            return self.show()
        value = "" if self.scope.returns == "None" else " " + self.write.expr(self.scope.returns, 2)
        return [f"if {self.write.expr('bool', 2)}:", f"    return{value}"]

    def error(self) -> str:
        """An expression that makes an exception."""
        if self.program.errors and self.chance(0.4):
            return f"{self.rng.choice(self.program.errors)}({self.write.expr('str', 1)})"
        return f"{self.rng.choice(ERRORS)}({self.write.expr(self.rng.choice(['str', 'int', 'object']), 1) if self.chance(0.8) else ''})"

    def fail(self) -> list[str]:
        cause = self.rng.choice(["", "", "", " from None", f" from {self.error()}"])
        line = f"raise {self.error()}{cause}"
        return [f"if {self.write.expr('bool', 2)}:", f"    {line}"] if self.chance(0.85) else [line]

    def check(self) -> list[str]:
        message = f", {self.write.expr('str', 1)}" if self.chance(0.5) else ""
        return [f"assert {self.write.expr('bool', 2)}{message}"]

    def unpack(self) -> list[str]:
        e = self.write.expr
        names = [self.program.name("u") for _ in range(3)]
        match self.rng.randint(0, 4):
            case 0:
                self.scope.variables |= {names[0]: "int", names[1]: "str"}
                return [f"{names[0]}, {names[1]} = {e('tuple[int, str]')}"]
            case 1:
                self.scope.variables |= {names[0]: "int", names[1]: "int"}
                return [f"{names[0]}, {names[1]} = {e(self.rng.choice(['list[int]', 'tuple[int, ...]']))}"]
            case 2:
                self.scope.variables |= {names[0]: "int", names[1]: "list[int]"}
                return [f"{names[0]}, *{names[1]} = {e('list[int]')}"]
            case 3:
                found = [name for name, kind in self.scope.variables.items() if kind == "int" and name not in self.scope.fixed]
                if len(found) < 2:
                    return self.assign()
                one, other = self.rng.sample(found, 2)
                return [f"{one}, {other} = {other}, {self.cut('int', e('int', 1))}"]
            case _:
                self.scope.variables |= {names[0]: "int", names[1]: "float", names[2]: "str"}
                return [f"{names[0]}, ({names[1]}, {names[2]}) = {e('int')}, ({e('float')}, {e('str')})"]

    def remove(self) -> list[str]:
        found = [name for name in self.scope.variables if name not in self.scope.fixed and name.startswith(("v", "u"))]
        if not found or self.chance(0.5):
            return self.show()
        name = self.rng.choice(found)
        if self.chance(0.5):
            self.scope.shaky[name] = self.scope.variables.pop(name)
            return [f"del {name}"]
        self.scope.shaky[name] = self.scope.variables.pop(name)
        return [f"if {self.write.expr('bool', 2)}:", f"    del {name}"]

    def set_field(self) -> list[str]:
        found = [(name, made) for name, kind in self.scope.variables.items() if (made := self.program.classes.get(kind)) and made.fields]
        if not found:
            return self.assign()
        name, made = self.rng.choice(found)
        field, kind = self.rng.choice(made.fields)
        if kind in ("int", "float") and self.chance(0.4):
            return [f"{name}.{field} += {self.write.leaf(kind)}"]
        if self.chance(0.1):
            return [f"del {name}.{field}"]
        return [f"{name}.{field} = {self.cut(kind, self.write.expr(kind, 2))}"]

    def global_write(self) -> list[str]:
        found = [(name, kind) for name, kind in self.program.variables.items() if f"global {name}" in self.globals]
        if not found:
            return self.evaluate()
        name, kind = self.rng.choice(found)
        return [f"{name} = {self.cut(kind, self.write.expr(kind, 2))}"]

    def evaluate(self) -> list[str]:
        """An expression whose value is dropped."""
        return [self.write.expr(self.program.type(), 3)]

    # — compound —

    def conditional(self, depth: int) -> list[str]:
        test = self.write.expr("bool")
        if self.chance(0.12):
            name = self.program.name("w")
            kind = self.rng.choice(["int", "str", "list[int]"])
            test = f"({name} := {self.write.expr(kind, 2)})"
            self.scope.variables[name] = kind
        lines = [f"if {test}:", *self.branch(3, depth)]
        if self.chance(0.3):
            lines += [f"elif {self.write.expr('bool', 2)}:", *self.branch(2, depth)]
        if self.chance(0.5):
            lines += ["else:", *self.branch(2, depth)]
        return lines

    def loop_body(self, depth: int) -> list[str]:
        held, self.scope.breakable = self.scope.breakable, True
        in_finally, self.scope.in_finally = self.scope.in_finally, False
        self.scope.loops += 1
        lines = self.branch(3, depth)
        self.scope.loops -= 1
        self.scope.breakable, self.scope.in_finally = held, in_finally
        return lines

    def for_loop(self, depth: int) -> list[str]:
        if self.scope.loops >= 2:
            return self.assign()
        name = self.program.name("i")
        roll = self.rng.random()
        bound: dict[str, str] = {}
        if roll < 0.15:
            other = self.program.name("j")
            source, item = self.write.source(2)
            header = f"for {other}, {name} in enumerate({source})"
            bound = {other: "int", name: item}
        elif roll < 0.25:
            other = self.program.name("j")
            header = f"for {other}, {name} in {self.write.expr('dict[str, int]', 2)}.items()"
            bound = {other: "str", name: "int"}
        elif roll < 0.32:
            other = self.program.name("j")
            one, two = self.write.source(1), self.write.source(1)
            header = f"for {other}, {name} in zip({one[0]}, {two[0]})"
            bound = {other: one[1], name: two[1]}
        else:
            source, item = self.write.source(2)
            header = f"for {name} in {source}"
            bound = {name: item}
        before = dict(self.scope.variables)
        fixed = set(self.scope.fixed)
        self.scope.variables |= bound
        # What a loop may walk over must not grow under it.
        self.scope.fixed |= set(bound) | {each for each in self.scope.variables if each in header.split(" in ", 1)[1]}
        lines = [f"{header}:", *self.loop_body(depth)]
        self.scope.fixed = fixed
        self.scope.variables = before
        self.scope.shaky |= bound
        if self.chance(0.25):
            lines += ["else:", *self.branch(2, depth)]
        return lines

    def while_loop(self, depth: int) -> list[str]:
        if self.scope.loops >= 2:
            return self.assign()
        name = self.program.name("n")
        self.scope.variables[name] = "int"
        fixed = set(self.scope.fixed)
        self.scope.fixed.add(name)
        test = f"{name} > 0" if self.chance(0.6) else f"{name} > 0 and {self.write.expr('bool', 2)}"
        lines = [f"{name} = {self.rng.randint(1, 6)}", f"while {test}:", f"    {name} -= 1", *self.loop_body(depth)]
        # The counter stays as it is, or a loop around this one might never end.
        self.scope.fixed = fixed | ({name} if self.scope.loops else set())
        if self.chance(0.25):
            lines += ["else:", *self.branch(2, depth)]
        return lines

    def attempt(self, depth: int) -> list[str]:
        lines = ["try:", *self.branch(3, depth)]
        handlers = self.rng.randint(0, 2) if self.chance(0.8) else 1
        for at in range(handlers):
            caught = self.rng.choice([*ERRORS, *self.program.errors, "(ValueError, IndexError)", "Exception", "Exception", "(KeyError, ZeroDivisionError)"])
            if self.chance(0.6):
                name = self.program.name("x")
                self.scope.variables[name] = "object"
                self.scope.fixed.add(name)
                lines.append(f"except {caught} as {name}:")
                block = self.branch(2, depth)
                if self.chance(0.6):
                    block.insert(0, f"    print(type({name}).__name__, {name})")
                lines += block
                self.scope.shaky[name] = self.scope.variables.pop(name)
            else:
                lines += [f"except {caught}:", *self.branch(2, depth)]
            if self.chance(0.2):
                lines.append(f"    {self.rng.choice(['raise', 'raise', 'raise ' + self.error(), 'pass'])}")
        if handlers and self.chance(0.25):
            lines += ["else:", *self.branch(2, depth)]
        if handlers == 0 or self.chance(0.35):
            held, self.scope.in_finally = self.scope.in_finally, True
            lines += ["finally:", *self.branch(2, depth)]
            self.scope.in_finally = held
        return lines

    def with_block(self, depth: int) -> list[str]:
        made = [each for each in self.program.classes.values() if "__enter__" in each.dunders]
        if not made:
            return self.attempt(depth)
        chosen = self.rng.choice(made)
        text = self.write.construct(chosen, 1)
        if self.chance(0.6):
            name = self.program.name("m")
            self.scope.variables[name] = chosen.name
            return [f"with {text} as {name}:", *self.branch(3, depth)]
        return [f"with {text}:", *self.branch(3, depth)]

    def matching(self, depth: int) -> list[str]:
        if not self.chance(0.5):
            return self.conditional(depth)
        kind = self.rng.choice(["int", "str", "tuple[int, str]", "object", "list[int]", *self.program.made_of()])
        subject = self.write.expr(kind, 2)
        lines = [f"match {subject}:"]
        for _ in range(self.rng.randint(1, 3)):
            one, other = self.program.name("c"), self.program.name("c")
            patterns: list[tuple[str, dict[str, str]]] = [
                (self.write.leaf("int") if False else str(self.rng.randint(-2, 9)), {}), ("'a' | 'abc'", {}), ("None", {}), ("True", {}),
                (f"int() as {one}", {one: "int"} if kind == "int" else {one: "object"}), (f"str({one})", {one: "str"}), (f"[{one}, *{other}]", {one: "object", other: "object"}),
                (f"({one}, {other})", {one: "object", other: "object"}), ("[]", {}), (f"{{'a': {one}}}", {one: "object"}), (f"[1, {one}] | [{one}]", {one: "object"}),
            ]
            if kind in self.program.classes and self.program.classes[kind].fields:
                field, of = self.rng.choice(self.program.classes[kind].fields)
                patterns += [(f"{kind}({field}={one})", {one: of})] * 5
            pattern, bound = self.rng.choice(patterns)
            before = dict(self.scope.variables)
            self.scope.variables |= bound
            self.scope.fixed |= set(bound)
            guard = f" if {self.write.expr('bool', 1)}" if self.chance(0.3) else ""
            lines += [f"    case {pattern}{guard}:", *["    " + line for line in self.branch(2, depth)]]
            self.scope.variables = before
        if self.chance(0.5):
            lines += ["    case _:", *["    " + line for line in self.branch(2, depth)]]
        return lines

    def closure(self, depth: int) -> list[str]:
        """A nested function or a lambda, called at once and kept for later."""
        if self.scope.loops > 1 or not self.chance(0.35):
            return self.conditional(depth)
        name, parameter, result = self.program.name("h"), self.program.name("a"), self.program.name("v")
        kind = self.rng.choice(["int", "str", "list[int]"])
        returns = self.rng.choice(["int", "str", "bool"])
        scope = Scope(variables={**self.scope.variables, parameter: kind}, shaky=dict(self.scope.shaky), fixed=set(self.scope.variables), returns=returns, loops=self.scope.loops + 1, calls=0)
        inside = Statements(self.program, scope)
        argument = self.write.expr(kind, 1)
        self.scope.variables[result] = returns
        if self.chance(0.4):
            return [f"{name} = lambda {parameter}: {inside.write.expr(returns, 2)}", f"{result} = {name}({argument})"]
        lines = [f"def {name}({parameter}: {kind}) -> {returns}:"]
        written = [each for each, of in self.scope.variables.items() if of == "int" and each not in self.scope.fixed and each != result]
        if written and self.chance(0.4):
            target = self.rng.choice(written)
            lines += [f"    nonlocal {target}", f"    {target} += 1"]
        lines += ["    " + line for line in inside.body(2, min(depth, 1))]
        lines += [f"    return {inside.write.expr(returns, 1)}", f"{result} = {name}({argument})"]
        return lines

    globals: tuple[str, ...] = ()


def function_body(program: Program, scope: Scope, size: int, declared: tuple[str, ...]) -> list[str]:
    """The body of a function: statements, then a result."""
    statements = Statements(program, scope)
    statements.globals = declared
    lines = list(declared)
    for _ in range(min(size, program.longest)):
        lines += statements.statement(program.depth)
    if scope.returns != "None":
        lines.append(f"return {statements.write.expr(scope.returns, 2)}")
    return lines


__all__ = ["Class", "Function", "Statements", "function_body"]
