//! Differential tests of the back end: every program of tests/native runs interpreted and compiled and must say the same.
//!
//! A program is one module that prints what it finds; its first line may be `# interpreted: f, g`, the functions that are
//! meant to keep their bytecode. Every other function must be native. The C is compiled with -Wall -Wextra -Werror.
//! Programs of tests/native/races run compiled only and must print nothing but lines `fine`.
//! As many programs at once as there are cores; a library whose C, headers and flags are as they were is not made again.
//! `NATIVE=name` runs one program (of the racing ones too); `NATIVE_SANITIZE=1` compiles with address and undefined-behaviour
//! sanitizers, `NATIVE_SANITIZE=thread` with the thread sanitizer, for an interpreter that has it too (`scripts/python --races`);
//! `NATIVE_KEEP=folder` keeps the generated files. `NATIVE_FOLDER=folder` runs the programs of another folder, whose
//! functions may be native or not: what stays interpreted is printed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tayberry_compiler::emit::{CFile, EmitOptions, emit_program, ir_text};
use tayberry_compiler::hir::{Module, Native};
use tayberry_compiler::source::{SourceFile, Sources};
use tayberry_compiler::{Options, check};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs a command and gives its output; fails with what it said.
fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success(),
        "{command:?} failed with {}\n{out}\n{err}",
        output.status
    );
    out.into_owned()
}

/// Races between the interpreter's own functions that its suppressions do not list: a list that is sorted or reversed moves its
/// items by plain writes, and `PyList_GetItemRef` may still be reading them.
const SUPPRESSIONS: &str = "
race_top:binarysort
race_top:reverse_slice
race_top:merge_lo
race_top:merge_hi
";

struct Tools {
    python: String,
    include: String,
    flags: Vec<&'static str>,
    preload: String,
    work: PathBuf,
}

impl Tools {
    fn new() -> Tools {
        let sanitize = std::env::var("NATIVE_SANITIZE").ok();
        let threads = sanitize.as_deref() == Some("thread");
        let python =
            run(Command::new(root().join("scripts/python")).args(threads.then_some("--races")))
                .trim()
                .to_string();
        let include = run(Command::new(&python).args([
            "-c",
            "import sysconfig; print(sysconfig.get_paths()['include'])",
        ]))
        .trim()
        .to_string();
        let mut flags = vec![
            "-std=gnu11",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-g",
            "-fPIC",
            "-fvisibility=hidden",
            "-fno-strict-aliasing",
        ];
        let mut preload = String::new();
        if threads {
            flags.extend(["-O1", "-fsanitize=thread"]);
        } else if sanitize.is_some() {
            flags.extend([
                "-O1",
                "-fsanitize=address,undefined",
                "-fno-sanitize-recover=undefined",
                "-fno-omit-frame-pointer",
            ]);
            for library in ["libasan.so", "libubsan.so"] {
                preload.push_str(
                    run(Command::new("gcc").arg(format!("-print-file-name={library}"))).trim(),
                );
                preload.push(' ');
            }
        } else {
            flags.push("-O1");
        }
        let work = std::env::var_os("NATIVE_KEEP").map_or_else(
            || {
                Path::new(env!("CARGO_TARGET_TMPDIR")).join(if threads {
                    "native_threads"
                } else if sanitize.is_some() {
                    "native_sanitized"
                } else {
                    "native"
                })
            },
            PathBuf::from,
        );
        std::fs::create_dir_all(&work).expect("the work folder can be made");
        if threads {
            let theirs = Path::new(&python).with_file_name("../lib/suppressions.txt");
            let theirs = std::fs::read_to_string(theirs).expect("installed with the interpreter");
            std::fs::write(work.join("suppressions.txt"), theirs + SUPPRESSIONS).expect("writable");
        }
        Tools {
            python,
            include,
            flags,
            preload,
            work,
        }
    }

    fn compile(&self, source: &Path, object: &Path) {
        let runtime = root().join("runtime-c/include");
        run(Command::new("gcc")
            .args(&self.flags)
            .arg("-I")
            .arg(runtime)
            .arg("-I")
            .arg(&self.include)
            .arg("-c")
            .arg(source)
            .arg("-o")
            .arg(object));
    }

    /// The C library's objects, made anew where a source or header is newer.
    fn library(&self) -> Vec<PathBuf> {
        static MAKING: Mutex<()> = Mutex::new(());
        let _alone = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = root().join("runtime-c");
        let files = |under: &str| {
            let mut all: Vec<PathBuf> = std::fs::read_dir(folder.join(under))
                .expect("it exists")
                .flatten()
                .map(|entry| entry.path())
                .collect();
            all.sort();
            all
        };
        let time = |path: &Path| path.metadata().and_then(|meta| meta.modified()).ok();
        let headers = files("include")
            .into_iter()
            .chain(files("src"))
            .filter(|path| path.extension().is_some_and(|end| end == "h"));
        let newest = headers.filter_map(|path| time(&path)).max();
        let mut objects = Vec::new();
        for source in files("src")
            .into_iter()
            .filter(|path| path.extension().is_some_and(|end| end == "c"))
        {
            let object = self
                .work
                .join(source.file_name().expect("a file"))
                .with_extension("o");
            let made = time(&object);
            if made.is_none() || made < newest || made < time(&source) {
                self.compile(&source, &object);
            }
            objects.push(object);
        }
        objects
    }

    /// Everything that decides what a program's library holds: its C, the C library, the headers' times, the flags.
    fn made_from(&self, library: &[PathBuf], files: &[CFile]) -> String {
        let mut said = format!("{:?} {}\n", self.flags, self.include);
        // Where a header of runtime-c changes, its objects are made again, so their times tell of both.
        for object in library {
            let made = object.metadata().and_then(|meta| meta.modified());
            writeln!(said, "{} {made:?}", object.display()).expect("a String takes everything");
        }
        for file in files {
            writeln!(said, "{}\n{}", file.name, file.text).expect("a String takes everything");
        }
        said
    }

    /// The marshalled top-level code of a module.
    fn embed(&self, module: &Module, text: &str) -> Vec<u8> {
        let handovers: Vec<String> = module
            .handovers
            .iter()
            .enumerate()
            .map(|(at, each)| {
                let kind = match each.what {
                    Native::Function(_) => "function",
                    Native::Class(_) => "class",
                };
                format!(
                    r#"{{"line": {}, "column": {}, "kind": "{kind}", "index": {at}}}"#,
                    each.line, each.column
                )
            })
            .collect();
        // A file of its own: the tests run at the same time.
        let request = self.work.join(format!("request_{}.json", module.name));
        let source = serde_json::to_string(text).expect("text is JSON");
        let json = format!(
            r#"{{"modules": [{{"path": "{}", "source": {source}, "handovers": [{}]}}]}}"#,
            module.path,
            handovers.join(", ")
        );
        std::fs::write(&request, json).expect("the folder is writable");
        let script = root().join("src/cli/src/embed.py");
        let decode = "import base64,json,subprocess,sys; answer = subprocess.run([sys.executable, '-I', sys.argv[1]], stdin=open(sys.argv[2]), capture_output=True); \
                      print(base64.b64decode(json.loads(answer.stdout)['modules'][0]['code']).hex())";
        let hex = run(Command::new(&self.python)
            .args(["-c", decode])
            .arg(script)
            .arg(&request));
        let hex = hex.trim();
        (0..hex.len() / 2)
            .map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).expect("hexadecimal"))
            .collect()
    }
}

/// Builds a program and gives the library's path.
fn build(tools: &Tools, library: &[PathBuf], name: &str, text: &str) -> PathBuf {
    let sources = Sources::new(vec![SourceFile::new(
        name,
        &format!("{name}.py"),
        false,
        text,
    )]);
    let checked = check(&sources, &Options::default());
    assert!(!checked.has_errors(), "{name}: {:?}", checked.diagnostics);
    let first = text.lines().next().unwrap_or_default();
    let mut expected: Vec<&str> = first
        .strip_prefix("# interpreted:")
        .map(|rest| rest.split(',').map(str::trim).collect())
        .unwrap_or_default();
    expected.sort_unstable();
    let mut found: Vec<&str> = checked.program.modules[0]
        .interpreted
        .iter()
        .map(|each| each.qualname.as_str())
        .collect();
    found.sort_unstable();
    let reasons: Vec<_> = checked.program.modules[0]
        .interpreted
        .iter()
        .map(|each| (&each.qualname, &each.reason))
        .collect();
    if std::env::var_os("NATIVE_FOLDER").is_some() {
        println!("{name}: {reasons:?}");
    } else {
        assert_eq!(found, expected, "{name}: {reasons:?}");
    }
    let folder = tools.work.join(name);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    std::fs::write(folder.join("ir.txt"), ir_text(&checked.program, &sources)).expect("writable");
    let code = BTreeMap::from([(
        name.to_string(),
        tools.embed(&checked.program.modules[0], text),
    )]);
    let options = EmitOptions {
        program: format!("lib_{name}"),
        code,
    };
    let files = emit_program(&checked.program, &checked.app, &sources, &options);
    let built = folder.join(format!("lib_{name}.so"));
    let stamp = folder.join("made_from");
    let made_from = tools.made_from(library, &files);
    if built.is_file() && std::fs::read_to_string(&stamp).is_ok_and(|known| known == made_from) {
        return built;
    }
    // Should this be interrupted, the library is not to be taken for what the stamp says.
    let _ = std::fs::remove_file(&stamp);
    for file in &files {
        std::fs::write(folder.join(&file.name), &file.text).expect("writable");
    }
    let mut objects = library.to_vec();
    for file in &files {
        let object = folder.join(&file.name).with_extension("o");
        tools.compile(&folder.join(&file.name), &object);
        objects.push(object);
    }
    run(Command::new("gcc")
        .args(&tools.flags)
        .arg("-shared")
        .args(&objects)
        .arg("-o")
        .arg(&built)
        .arg("-lm"));
    std::fs::write(&stamp, made_from).expect("writable");
    built
}

const RUNNER: &str = "
import importlib.machinery, importlib.util, sys
name, path, library = sys.argv[1:]
spec = importlib.machinery.ModuleSpec(name, None, origin=path)
spec.has_location = True
if library:
    loader = importlib.machinery.ExtensionFileLoader('lib_' + name, library)
    made = importlib.util.spec_from_file_location('lib_' + name, library, loader=loader)
    program = importlib.util.module_from_spec(made)
    loader.exec_module(program)
    module = program.create(name, spec)
    module.__file__ = path
    sys.modules[name] = module
    program.exec(module)
else:
    module = importlib.util.module_from_spec(spec)
    module.__file__ = path
    sys.modules[name] = module
    exec(compile(open(path).read(), name + '.py', 'exec'), module.__dict__)
";

fn interpret(tools: &Tools, name: &str, path: &Path, library: Option<&Path>) -> String {
    run(&mut interpreter(tools, name, path, library))
}

/// The command that runs a program, from a library or interpreted.
fn interpreter(tools: &Tools, name: &str, path: &Path, library: Option<&Path>) -> Command {
    let mut command = Command::new(&tools.python);
    command
        .args(["-X", "gil=0", "-c", RUNNER, name])
        .arg(path)
        .arg(library.unwrap_or(Path::new("")));
    let suppressions = tools.work.join("suppressions.txt");
    command
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONHASHSEED", "0")
        .env(
            "TSAN_OPTIONS",
            format!("suppressions={}", suppressions.display()),
        );
    if library.is_some() && !tools.preload.is_empty() {
        command
            .env("LD_PRELOAD", &tools.preload)
            .env("ASAN_OPTIONS", "detect_leaks=0:abort_on_error=1");
        command.env("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1");
    }
    command
}

#[test]
fn racing_threads_do_no_harm() {
    let tools = Tools::new();
    let library = tools.library();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/native/races");
    for entry in std::fs::read_dir(folder).expect("it exists").flatten() {
        let path = entry.path();
        let name = name_of(&path);
        if std::env::var("NATIVE").is_ok_and(|only| only != name) {
            continue;
        }
        let program = format!("racing_{name}");
        let text = std::fs::read_to_string(&path).expect("readable");
        let built = build(&tools, &library, &program, &text);
        let said = interpret(&tools, &program, &path, Some(&built));
        let lines: Vec<&str> = said.lines().collect();
        assert!(
            lines.len() > 1 && lines.iter().all(|line| *line == "fine"),
            "{name}: {said}"
        );
    }
}

/// Time between the steps in which a field is read, in which other threads may store.
const PAUSE: &str = "-DTB_FIELD_PAUSE()=do { static _Thread_local unsigned count; if ((++count & 63) == 0) { usleep(20); } } while (0)";

/// What a command that succeeds has printed, a few lines; `None` for one that fails, or that has not ended after a minute: what
/// has lost its memory may well go round for ever.
fn said_in_time(command: &mut Command) -> Option<String> {
    let mut running = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    let begun = Instant::now();
    let status = loop {
        match running.try_wait().expect("it is ours") {
            Some(status) => break status,
            None if begun.elapsed() > Duration::from_secs(60) => {
                running.kill().expect("it is ours");
                break running.wait().expect("it is ours");
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let mut said = String::new();
    let output = running.stdout.as_mut().expect("it is piped");
    output.read_to_string(&mut said).ok()?;
    status.success().then_some(said)
}

/// What the race tests can see: with the protocol of fields taken out, the same program crashes, or reads what was never
/// stored; with time for it between the steps of the protocol, it does not. Once is mostly enough for harm to be seen; on a busy
/// machine threads may hardly ever run at the same time.
#[test]
fn racing_threads_do_harm_where_fields_have_no_protocol() {
    let mut tools = Tools::new();
    let mut library = tools.library();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/native/races/fields.py");
    let text = std::fs::read_to_string(&path).expect("readable");
    let runtime = root().join("runtime-c/src");
    tools.flags.push(PAUSE);
    let safe = build(&tools, &library, "slow_fields", &text);
    tools.flags.push("-DTB_FIELDS_UNSAFE");
    let field = tools.work.join("unsafe_field.o");
    tools.compile(&runtime.join("field.c"), &field);
    for object in &mut library {
        if object.ends_with("field.o") {
            object.clone_from(&field);
        }
    }
    let harmed = build(&tools, &library, "unsafe_fields", &text);
    for kind in ["big", "items"] {
        let fine = |name: &str, built: &Path| {
            let mut command = interpreter(&tools, name, &path, Some(built));
            said_in_time(command.env("RACE", kind)).is_some_and(|said| said == "fine\n")
        };
        assert!(fine("slow_fields", &safe), "{kind}: harm with the protocol");
        assert!(
            (0..60).any(|_| !fine("unsafe_fields", &harmed)),
            "{kind}: no harm without the protocol"
        );
    }
}

#[test]
fn programs_say_the_same_interpreted_and_compiled() {
    let tools = Tools::new();
    let library = tools.library();
    let folder = std::env::var_os("NATIVE_FOLDER").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/native"),
        PathBuf::from,
    );
    let mut programs: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("it exists")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    let only = std::env::var("NATIVE").ok();
    programs.retain(|path| {
        path.extension().is_some_and(|end| end == "py")
            && only.as_deref().is_none_or(|only| only == name_of(path))
    });
    // The long ones first, so that none is left alone at the end.
    programs.sort_by_cached_key(|path| {
        let length = path.metadata().map_or(0, |meta| meta.len());
        (std::cmp::Reverse(length), path.clone())
    });
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    let worker = || {
        while let Some(path) = programs.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(difference) = difference(&tools, &library, path) {
                failed
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(difference);
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(worker);
        }
    });
    let mut failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    failed.sort();
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}

fn name_of(path: &Path) -> &str {
    path.file_stem()
        .and_then(|stem| stem.to_str())
        .expect("a name")
}

/// Where a program says something else compiled than interpreted.
fn difference(tools: &Tools, library: &[PathBuf], path: &Path) -> Option<String> {
    let name = name_of(path);
    let text = std::fs::read_to_string(path).expect("readable");
    let outcome = std::panic::catch_unwind(|| {
        let built = build(tools, library, name, &text);
        (
            interpret(tools, name, path, None),
            interpret(tools, name, path, Some(&built)),
        )
    });
    match outcome {
        Ok((expected, _)) if expected.is_empty() => Some(format!("{name} says nothing")),
        Ok((expected, found)) if expected == found => None,
        Ok((expected, found)) => {
            let at = expected
                .lines()
                .zip(found.lines())
                .position(|(a, b)| a != b)
                .unwrap_or(expected.lines().count().min(found.lines().count()));
            Some(format!(
                "{name}: line {}\n  interpreted: {:?}\n  compiled:    {:?}",
                at + 1,
                expected.lines().nth(at),
                found.lines().nth(at)
            ))
        }
        Err(_) => Some(format!("{name}: not built or not run")),
    }
}
