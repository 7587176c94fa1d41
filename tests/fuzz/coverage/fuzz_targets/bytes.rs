//! Any bytes, compiled: reading, parsing, checking, fixing, rendering of findings and, where there is no error, C.
//!
//! In: bytes from libFuzzer. What holds: no panic, no overflow of the stack, no hang. A panic does not end the campaign: the
//! input is kept as `$FUZZ_FOUND/<file>-<line>.py`, one for each place in the sources that panics (the shortest), and what was
//! said as `.txt` beside it. An overflow of the stack ends the process, a hang too (`-timeout`); libFuzzer keeps such inputs.
#![no_main]

mod mutations;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use libfuzzer_sys::{fuzz_crossover, fuzz_mutator, fuzz_target, fuzzer_mutate};
use mutations::Random;
use tayberry_compiler::diagnostics::{Format, render};
use tayberry_compiler::emit::{EmitOptions, emit_program};
use tayberry_compiler::source::{SourceFile, Sources};
use tayberry_compiler::{Options, check, fixes, imports};

/// As much as the command line gives the compiler.
const STACK: usize = 256 << 20;

thread_local! {
    /// Where this thread panicked, as a file name, and what was said.
    static HEARD: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

/// The thread that compiles: to it go the inputs, from it comes a word that one is done.
static WORKER: Mutex<Option<(SyncSender<Vec<u8>>, Receiver<()>)>> = Mutex::new(None);

fn start() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(
            || "nowhere".to_string(),
            |place| {
                let file = place.file().rsplit("/src/").next().unwrap_or("");
                format!("{}-{}", file.replace(['/', '.'], "-"), place.line())
            },
        );
        HEARD.set(Some((place, info.to_string())));
    }));
    let (inputs, taken) = sync_channel::<Vec<u8>>(1);
    let (done, ended) = sync_channel(1);
    std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || {
            for bytes in taken {
                if catch_unwind(AssertUnwindSafe(|| compile(&bytes))).is_err() {
                    keep(&bytes);
                }
                if done.send(()).is_err() {
                    break;
                }
            }
        })
        .expect("a thread starts");
    *WORKER.lock().expect("nobody panics with it") = Some((inputs, ended));
}

/// Writes an input that made the compiler panic, unless a shorter one is known for the same place.
fn keep(bytes: &[u8]) {
    let (place, said) = HEARD
        .take()
        .unwrap_or_else(|| ("nowhere".into(), String::new()));
    let folder = PathBuf::from(std::env::var_os("FUZZ_FOUND").unwrap_or_else(|| ".".into()));
    let kept = folder.join(format!("{place}.py"));
    let known = kept.metadata().map(|data| data.len());
    if known.as_ref().is_ok_and(|size| *size <= bytes.len() as u64) {
        return;
    }
    if known.is_err() {
        eprintln!("a panic: {} in {}", said.replace('\n', " "), kept.display());
    }
    let write = |path: &Path, content: &[u8]| {
        std::fs::write(path, content).expect("FUZZ_FOUND is a writable folder");
    };
    write(&kept, bytes);
    write(&kept.with_extension("txt"), said.as_bytes());
}

/// A line that begins so opens a second module, `other`, which the first can import from.
const SECOND: &str = "\n#--- other\n";

fn program(text: &str) -> Sources {
    let mut files = Vec::new();
    let first = match text.split_once(SECOND) {
        Some((first, second)) => {
            files.push(SourceFile::new("other", "other.py", false, second));
            first
        }
        None => text,
    };
    files.push(SourceFile::new("app", "app.py", false, first));
    Sources::new(files)
}

/// What may give a module all names that it uses.
const EVERYTHING: &str = "from everything import *\n";

fn compile(bytes: &[u8]) {
    // The command line refuses what is not UTF-8; here it becomes something to parse.
    let text = String::from_utf8_lossy(bytes);
    // Most changed programs use names that nobody defines, and would never be emitted.
    if !attempted(&text) {
        attempted(&format!("{EVERYTHING}{text}"));
    }
}

/// Checks a text and, if it has no error, emits it; whether it had none.
fn attempted(text: &str) -> bool {
    let sources = program(text);
    for file in &sources.files {
        let _ = imports(file);
    }
    let checked = check(&sources, &Options::default());
    if !checked.has_errors() {
        let options = EmitOptions {
            program: "app".into(),
            code: sources
                .files
                .iter()
                .map(|file| (file.module.clone(), Vec::new()))
                .collect(),
        };
        let files = emit_program(&checked.program, &checked.app, &sources, &options);
        assert!(!files.is_empty());
    }
    let shown = render(
        &checked.diagnostics,
        &sources,
        Format::Full { colour: false },
    );
    assert_eq!(shown.is_empty(), checked.diagnostics.is_empty());
    let (fixed, mended) = fixes::apply(&sources, &checked.diagnostics);
    assert_eq!(fixed.is_empty(), mended == 0);
    !checked.has_errors()
}

fuzz_target!(init: start(), |bytes: &[u8]| {
    let worker = WORKER.lock().expect("nobody panics with it");
    let (inputs, ended) = worker.as_ref().expect("it was started");
    inputs.send(bytes.to_vec()).expect("the thread takes inputs");
    ended.recv().expect("the thread says when it is done");
});

// One of three changes is libFuzzer's own, with its dictionary; the others keep most of the text Python.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut random = Random::new(seed);
    if random.below(3) == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let text = String::from_utf8_lossy(&data[..size]).into_owned();
    put(data, max_size, &mutations::mutated(&mut random, text))
});

fuzz_crossover!(|data1: &[u8], data2: &[u8], out: &mut [u8], seed: u32| {
    let one = String::from_utf8_lossy(data1);
    let other = String::from_utf8_lossy(data2);
    let size = out.len();
    put(
        out,
        size,
        &mutations::crossed(&mut Random::new(seed), &one, &other),
    )
});

/// Writes a text where libFuzzer wants it, as much as there is room for.
fn put(data: &mut [u8], room: usize, text: &str) -> usize {
    let size = text.len().min(room);
    data[..size].copy_from_slice(&text.as_bytes()[..size]);
    size
}
