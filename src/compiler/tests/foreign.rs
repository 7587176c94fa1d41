//! Python that was not written for this compiler: the standard library, the same mutated, and noise. Nothing makes it panic.
//!
//! Every text goes through checking and, if it has no error but names that are not defined, through all of emission. Each test stops after some seconds
//! (`FOREIGN_SECONDS`, 6), having taken the files in an order that a fixed seed shuffles; `FOREIGN=all` takes all files once
//! and ends when it is through. A failure shows the text's origin and what the panic said. Files are those of the
//! interpreter that `scripts/python` names, or of the folder `FOREIGN_FOLDER`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tayberry_compiler::diagnostics::{Format, render};
use tayberry_compiler::emit::{EmitOptions, emit_program};
use tayberry_compiler::source::{SourceFile, Sources};
use tayberry_compiler::{Options, check};

/// As much as the command line gives the compiler.
const STACK: usize = 256 << 20;

/// xorshift64*: the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 16) as usize % end.max(1)
    }
    fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn printed(command: &mut Command) -> String {
    let output = command.output().expect("the command runs");
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_string()
}

/// The Python files under a folder, sorted.
fn files_under(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() && !path.is_symlink() {
            files_under(&path, found);
        } else if path.extension().is_some_and(|end| end == "py") {
            found.push(path);
        }
    }
}

/// The standard library and this crate's own programs, shuffled.
fn corpus(random: &mut Random) -> Vec<PathBuf> {
    let mut found = Vec::new();
    match std::env::var_os("FOREIGN_FOLDER") {
        Some(folder) => files_under(Path::new(&folder), &mut found),
        None => {
            let python = printed(&mut Command::new(root().join("scripts/python")));
            let library = printed(Command::new(python).args([
                "-c",
                "import sysconfig; print(sysconfig.get_path('stdlib'))",
            ]));
            files_under(Path::new(&library), &mut found);
            files_under(&root().join("src/compiler/tests/native"), &mut found);
        }
    }
    assert!(found.len() > 10, "no Python files found");
    random.shuffle(&mut found);
    found
}

/// What may give a module all names that it uses.
const EVERYTHING: &str = "from everything import *\n";

/// Checks a text and, if it has no error, emits it; whether it had none.
fn attempted(text: &str) -> bool {
    let sources = Sources::new(vec![SourceFile::new("foreign", "foreign.py", false, text)]);
    let checked = check(&sources, &Options::default());
    if !checked.has_errors() {
        let options = EmitOptions {
            program: "foreign".into(),
            code: [("foreign".to_string(), Vec::new())].into(),
        };
        let files = emit_program(&checked.program, &checked.app, &sources, &options);
        assert!(!files.is_empty());
    }
    for format in [Format::Full { colour: false }, Format::Concise] {
        let text = render(&checked.diagnostics, &sources, format);
        assert_eq!(text.is_empty(), checked.diagnostics.is_empty());
    }
    !checked.has_errors()
}

/// Compiles one text as the module of a program; what a panic said, if there was one. Random text mostly uses names that
/// nobody defines and would never be emitted: it is compiled once more with all names.
fn compile(text: &str) -> Option<String> {
    let said = std::sync::Arc::new(Mutex::new(String::new()));
    let heard = said.clone();
    let text = text.to_string();
    let ended = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || {
            HEARD.set(Some(heard));
            catch_unwind(AssertUnwindSafe(|| {
                let whole = attempted(&text) || attempted(&format!("{EVERYTHING}{text}"));
                EMITTED.fetch_add(u64::from(whole), Ordering::Relaxed);
            }))
            .is_ok()
        })
        .expect("a thread starts")
        .join();
    let said = said.lock().expect("nobody panics with it").clone();
    (!matches!(ended, Ok(true))).then_some(said)
}

/// How many texts became C.
static EMITTED: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static HEARD: std::cell::Cell<Option<std::sync::Arc<Mutex<String>>>> = const { std::cell::Cell::new(None) };
}

/// Keeps what panics say, for the report, in place of printing it.
fn listen() {
    std::panic::set_hook(Box::new(|info| match HEARD.take() {
        Some(heard) => {
            if let Ok(mut heard) = heard.lock() {
                *heard = info.to_string();
            }
        }
        None => eprintln!("{info}"),
    }));
}

struct Campaign {
    until: Option<Instant>,
    tried: usize,
    failures: Vec<String>,
}

impl Campaign {
    fn new() -> Campaign {
        listen();
        let seconds = std::env::var("FOREIGN_SECONDS")
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(6);
        let all = std::env::var("FOREIGN").is_ok_and(|word| word == "all");
        Campaign {
            until: (!all).then(|| Instant::now() + Duration::from_secs(seconds)),
            tried: 0,
            failures: Vec::new(),
        }
    }
    fn goes_on(&self) -> bool {
        self.failures.len() < 20 && self.until.is_none_or(|until| Instant::now() < until)
    }
    fn attempt(&mut self, origin: &str, text: &str) {
        self.tried += 1;
        if let Some(said) = compile(text) {
            if let Some(folder) = std::env::var_os("FOREIGN_KEEP") {
                let path = Path::new(&folder).join(format!("{}.py", self.failures.len()));
                std::fs::write(path, text).expect("the folder is writable");
            }
            self.failures.push(format!("{origin}\n    {said}"));
        }
    }
    fn close(self) {
        let emitted = EMITTED.load(Ordering::Relaxed);
        println!("{} texts; {emitted} were emitted until now", self.tried);
        assert!(self.tried > 0);
        assert!(self.failures.is_empty(), "{}", self.failures.join("\n"));
    }
}

#[test]
fn nothing_in_the_standard_library_makes_the_compiler_panic() {
    let mut campaign = Campaign::new();
    for path in corpus(&mut Random(7)) {
        if !campaign.goes_on() {
            break;
        }
        if let Ok(text) = std::fs::read_to_string(&path) {
            campaign.attempt(&path.display().to_string(), &text);
        }
    }
    campaign.close();
}

/// Text of at most so many bytes that starts at the beginning of a line.
fn excerpt<'a>(random: &mut Random, text: &'a str, size: usize) -> &'a str {
    let starts: Vec<usize> = std::iter::once(0)
        .chain(text.match_indices("\ndef ").map(|(at, _)| at + 1))
        .chain(text.match_indices("\nclass ").map(|(at, _)| at + 1))
        .collect();
    let start = starts[random.below(starts.len())];
    let mut end = (start + size).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[start..end]
}

/// Puts, cuts, doubles and exchanges some bytes, words or lines.
fn mutated(random: &mut Random, text: &str) -> String {
    const WORDS: &[&str] = &[
        "int",
        "str",
        "None",
        "self",
        "await ",
        "async ",
        "yield ",
        "del ",
        "*",
        "**",
        ":=",
        "->",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        ":",
        ",",
        "\n",
        "    ",
        "lambda: ",
        "not ",
        "0",
        "1",
        "\"",
        "'",
        "\\",
        "f\"{",
        "}\"",
        "@",
        "=",
        "==",
        ".",
        "return ",
        "raise ",
        "global x\n",
        "nonlocal x\n",
        "class A:\n",
        "def f(x: int) -> int:\n",
        "from __future__ import annotations\n",
        "\u{e9}",
        "\0",
        "match x:\n",
        "case _:\n",
        "try:\n",
        "finally:\n",
        "except* E:\n",
        "with a as b:\n",
        "10**100",
        "1e400",
        "super()",
        "__class__",
        "@dataclass\n",
        "list[int]",
        "dict[str, int]",
        "int | None",
        "type X = int\n",
        "import os\n",
        "break\n",
        "continue\n",
        "\t",
        "\r",
    ];
    let mut text = text.to_string();
    let place = |random: &mut Random, text: &str| {
        let mut at = random.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    for _ in 0..=random.below(6) {
        match random.below(6) {
            0 => text.insert_str(place(random, &text), WORDS[random.below(WORDS.len())]),
            1 => {
                let (a, b) = (place(random, &text), place(random, &text));
                let (a, b) = (a.min(b), a.max(b).min(a.min(b) + 30));
                if text.is_char_boundary(b) {
                    text.replace_range(a..b, "");
                }
            }
            2 => {
                // Words of the text, in other places, keep it close to Python.
                let words: Vec<&str> = text
                    .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                    .filter(|word| !word.is_empty())
                    .collect();
                if !words.is_empty() {
                    let (old, new) = (
                        words[random.below(words.len())].to_string(),
                        words[random.below(words.len())].to_string(),
                    );
                    text = if random.below(2) == 0 {
                        text.replacen(&old, &new, 1 + random.below(4))
                    } else {
                        text.replace(&old, &new)
                    };
                }
            }
            3 => {
                let mut lines: Vec<&str> = text.lines().collect();
                if !lines.is_empty() {
                    let (a, b) = (random.below(lines.len()), random.below(lines.len()));
                    match random.below(3) {
                        0 => lines.swap(a, b),
                        1 => lines.insert(a, lines[b]),
                        _ => drop(lines.remove(a)),
                    }
                    text = lines.join("\n") + "\n";
                }
            }
            4 => {
                let at = place(random, &text);
                if let Some(letter) = text[at..].chars().next() {
                    let new = WORDS[random.below(WORDS.len())];
                    text.replace_range(at..at + letter.len_utf8(), new);
                }
            }
            _ => {
                let end = place(random, &text);
                if end > text.len() / 2 {
                    text.truncate(end);
                }
            }
        }
        if text.len() > 60_000 {
            let mut end = 60_000;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
        }
    }
    text
}

#[test]
fn no_mutation_of_python_makes_the_compiler_panic() {
    let mut campaign = Campaign::new();
    let mut random = Random(
        std::env::var("FOREIGN_SEED")
            .ok()
            .and_then(|seed| seed.parse().ok())
            .unwrap_or(11),
    );
    for path in corpus(&mut random) {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        for round in 0..8 {
            if !campaign.goes_on() {
                break;
            }
            let part = excerpt(&mut random, &text, 3000);
            let text = mutated(&mut random, part);
            campaign.attempt(
                &format!("{} mutated ({round})\n{text}", path.display()),
                &text,
            );
        }
    }
    campaign.close();
}

#[test]
fn no_noise_makes_the_compiler_panic() {
    let mut campaign = Campaign::new();
    let mut random = Random(13);
    for round in 0..4000 {
        if !campaign.goes_on() {
            break;
        }
        let length = random.below(300);
        let noise: Vec<u8> = (0..length)
            .map(|_| match random.below(3) {
                0 => random.next() as u8,
                1 => b" \t\n\r()[]{}:=.,'\"\\#@fd0_"[random.below(23)],
                _ => 32 + random.below(95) as u8,
            })
            .collect();
        let text = String::from_utf8_lossy(&noise);
        campaign.attempt(&format!("noise {round}: {text:?}"), &text);
    }
    campaign.close();
}
