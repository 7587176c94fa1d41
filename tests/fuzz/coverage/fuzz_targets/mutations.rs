//! Changes of Python text by words, lines and whole statements, so that most of what comes out still parses.
//!
//! In: a random number and one text, or two. Out: a text. The same number gives the same text.

/// xorshift64*.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u32) -> Random {
        Random(u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() >> 16) as usize % end.max(1)
    }
    fn of<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }
}

/// What a place for an expression can hold.
const EXPRESSIONS: &[&str] = &[
    "0",
    "-1",
    "2**70",
    "1.5",
    "1e400",
    "1j",
    "True",
    "None",
    "...",
    "'a'",
    "b'a'",
    "f'{x!r:>{y}}'",
    "t'{x}'",
    "[]",
    "{}",
    "()",
    "[1, 2]",
    "{1: 2}",
    "{1}",
    "x",
    "self",
    "cls",
    "super()",
    "__class__",
    "lambda: x",
    "lambda x, /, *y, z=1, **w: (yield)",
    "(x := 1)",
    "(yield)",
    "(yield from x)",
    "(await x)",
    "[y for y in x]",
    "{y: y for y in x if y}",
    "(y async for y in x)",
    "x if y else z",
    "not x",
    "x[1:2, ::-1]",
    "x[0]",
    "x.y",
    "x()",
    "x(*y, **z)",
    "x < y < z",
    "x is not None",
    "x in y",
    "isinstance(x, int)",
    "len(x)",
    "range(10)",
    "sorted(x, key=y)",
    "[*x, *y]",
    "{**x}",
    "i64(1)",
    "field(default_factory=list)",
    "x @ y",
    "~x",
    "x // 0",
    "'%s' % x",
    "print(x, end='')",
];

/// What a place for a type can hold.
const TYPES: &[&str] = &[
    "int",
    "str",
    "float",
    "bool",
    "bytes",
    "None",
    "object",
    "list[int]",
    "dict[str, int]",
    "tuple[int, ...]",
    "tuple[int, str]",
    "set[str]",
    "int | None",
    "int | str",
    "list[dict[str, float]]",
    "Callable[[int], str]",
    "T",
    "'X'",
    "X",
    "i64",
    "Literal['a', 1]",
    "Annotated[int, 1]",
    "ClassVar[int]",
    "Final",
    "Iterator[int]",
    "Any",
    "type[X]",
    "Self",
    "Path[int]",
    "Request",
    "Response",
    "datetime",
    "Optional[X]",
    "complex",
];

/// Statements, each at the start of a line; a line that opens a block has one of its own.
const STATEMENTS: &[&str] = &[
    "pass",
    "return",
    "return x",
    "break",
    "continue",
    "raise",
    "raise ValueError(x) from y",
    "assert x, y",
    "del x",
    "del x[0], y.z",
    "global x",
    "nonlocal x",
    "x = y",
    "x: int = 1",
    "x: int",
    "x += 1",
    "x, *y = z",
    "(x, y), z = w",
    "x = y = []",
    "x.y = z",
    "x[y] = z",
    "import os",
    "import os.path as x",
    "from other import *",
    "from . import x",
    "from dataclasses import dataclass, field",
    "from __future__ import annotations",
    "type X[T] = list[T]",
    "yield x",
    "await x",
    "x()",
    "'''doc'''",
    "def f(x: int, y: str = 'a', *z: int, w: bool = True, **v: str) -> int:\n    return x",
    "async def f(x: int) -> int:\n    return await x",
    "def f[T](x: T) -> T:\n    yield x",
    "class X:\n    x: int = 1",
    "class X(Y):\n    def f(self) -> int:\n        return super().f()",
    "@dataclass(frozen=True)\nclass X:\n    x: int\n    y: str = ''",
    "class X(Enum):\n    A = 1",
    "class X(TypedDict):\n    x: int",
    "if x:\n    pass\nelif y:\n    pass\nelse:\n    pass",
    "for x in y:\n    pass\nelse:\n    pass",
    "async for x in y:\n    pass",
    "while x:\n    break",
    "with x as y, z:\n    pass",
    "async with x as y:\n    pass",
    "try:\n    pass\nexcept X as x:\n    raise\nelse:\n    pass\nfinally:\n    return",
    "try:\n    pass\nexcept* X:\n    pass",
    "match x:\n    case 1 | None:\n        pass\n    case [a, *b] if a:\n        pass\n    case {'a': c, **d}:\n        pass\n    case X(x=1):\n        pass\n    case _:\n        pass",
    "@property\ndef p(self) -> int:\n    return 1",
    "@staticmethod\ndef s() -> None:\n    pass",
    "@app.get('/x/{x}')\ndef f(x: int) -> int:\n    return x",
    "#--- other",
];

/// The text with one to four changes.
pub fn mutated(random: &mut Random, mut text: String) -> String {
    for _ in 0..=random.below(4) {
        text = match random.below(7) {
            0 => word_exchanged(random, &text),
            1 => word_replaced(random, &text),
            2 | 3 => statement_added(random, &text),
            4 => block_moved(random, &text),
            5 => crossed(random, &text.clone(), &text),
            _ => parenthesised(random, &text),
        };
    }
    text
}

/// The first text with a statement of the second, and what is in it, put in, or in place of one.
pub fn crossed(random: &mut Random, one: &str, other: &str) -> String {
    let from: Vec<&str> = other.lines().collect();
    let mut lines: Vec<String> = one.lines().map(str::to_string).collect();
    if from.is_empty() {
        return one.to_string();
    }
    let (start, end) = block(random, &from);
    let at = random.below(lines.len() + 1);
    let room = lines.get(at).map_or(0, |line| indent(line));
    let moved = indented(&from[start..end], room);
    let replaced = if at < lines.len() && random.below(2) == 0 {
        at + 1
    } else {
        at
    };
    lines.splice(at..replaced, moved);
    joined(&lines)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn joined(lines: &[String]) -> String {
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

/// The lines, the first at a column and the others as far from it as they were.
fn indented(lines: &[&str], column: usize) -> Vec<String> {
    let base = lines.first().map_or(0, |line| indent(line));
    let shifted = |line: &&str| {
        let depth = (indent(line) + column).saturating_sub(base);
        format!("{}{}", " ".repeat(depth), line.trim_start_matches(' '))
    };
    lines.iter().map(shifted).collect()
}

/// The range of a random line with the deeper ones below it.
fn block(random: &mut Random, lines: &[&str]) -> (usize, usize) {
    let start = random.below(lines.len());
    let depth = indent(lines[start]);
    let below = lines[start + 1..]
        .iter()
        .take_while(|line| indent(line) > depth || line.trim().is_empty());
    (start, start + 1 + below.count())
}

/// The words and numbers of a text: where each begins and ends.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices() {
        match (letter.is_alphanumeric() || letter == '_', start) {
            (true, None) => start = Some(at),
            (false, Some(begun)) => {
                found.push((begun, at));
                start = None;
            }
            _ => {}
        }
    }
    found.extend(start.map(|begun| (begun, text.len())));
    found
}

/// One word in the place of another, of all its places or of the one.
fn word_exchanged(random: &mut Random, text: &str) -> String {
    let words = words(text);
    if words.is_empty() {
        return text.to_string();
    }
    let (old, new) = (
        words[random.below(words.len())],
        words[random.below(words.len())],
    );
    let (word, put) = (&text[old.0..old.1], &text[new.0..new.1]);
    if random.below(3) == 0 {
        return text.replace(word, put);
    }
    format!("{}{put}{}", &text[..old.0], &text[old.1..])
}

/// An expression or a type in the place of a word.
fn word_replaced(random: &mut Random, text: &str) -> String {
    let words = words(text);
    if words.is_empty() {
        return text.to_string();
    }
    let (start, end) = words[random.below(words.len())];
    let put = if random.below(3) == 0 || text[..start].ends_with(": ") {
        random.of(TYPES)
    } else {
        random.of(EXPRESSIONS)
    };
    format!("{}{put}{}", &text[..start], &text[end..])
}

/// A statement before a line, as deep as the line.
fn statement_added(random: &mut Random, text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    let at = random.below(lines.len() + 1);
    let room = lines.get(at).map_or(0, |line| indent(line));
    let put: Vec<&str> = random.of(STATEMENTS).lines().collect();
    lines.splice(at..at, indented(&put, room));
    joined(&lines)
}

/// A statement, with what is in it, taken out, put elsewhere, or doubled; or put into a statement of its own.
fn block_moved(random: &mut Random, text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    if lines.is_empty() {
        return text.to_string();
    }
    let (start, end) = block(random, &lines);
    let mut rest: Vec<String> = lines.iter().map(|line| (*line).to_string()).collect();
    let taken = &lines[start..end];
    match random.below(4) {
        0 => drop(rest.drain(start..end)),
        1 => {
            rest.drain(start..end);
            let at = random.below(rest.len() + 1);
            let room = rest.get(at).map_or(0, |line| indent(line));
            rest.splice(at..at, indented(taken, room));
        }
        2 => drop(rest.splice(end..end, indented(taken, indent(taken[0])))),
        _ => {
            let room = indent(taken[0]);
            let around: &[&str] = &[
                "try:",
                "if x:",
                "for x in y:",
                "while True:",
                "with x as y:",
                "def g():",
                "async def g():",
                "class X:",
            ];
            let mut put = vec![format!("{}{}", " ".repeat(room), random.of(around))];
            let open = put[0].ends_with("try:");
            put.extend(indented(taken, room + 4));
            if open {
                put.push(format!("{}finally: pass", " ".repeat(room)));
            }
            rest.splice(start..end, put);
        }
    }
    joined(&rest)
}

/// Brackets of some kind, or an operator, around or behind a word.
fn parenthesised(random: &mut Random, text: &str) -> String {
    let words = words(text);
    if words.is_empty() {
        return text.to_string();
    }
    let (start, end) = words[random.below(words.len())];
    let (before, behind) = *random.of(&[
        &("(", ")"),
        &("[", "]"),
        &("{", "}"),
        &("f'{", "}'"),
        &("not ", ""),
        &("-", ""),
        &("*", ""),
        &("**", ""),
        &("await ", ""),
        &("", "()"),
        &("", "[0]"),
        &("", ".x"),
        &("", "[T]"),
        &("", "(x for x in y)"),
        &("", " + 1"),
        &("", " or y"),
        &("", " = 1"),
        &("", ": int"),
        &("", " | None"),
        &("list[", "]"),
        &("lambda: ", ""),
        &("(yield ", ")"),
        &("@", "\n"),
        &("", "\\\n"),
        &("", " == "),
    ]);
    format!(
        "{}{before}{}{behind}{}",
        &text[..start],
        &text[start..end],
        &text[end..]
    )
}
