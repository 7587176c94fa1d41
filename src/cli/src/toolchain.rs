//! The C compiler: finding it, telling one from another, compiling and linking.
//!
//! In: C files and where their objects go. Out: objects and a library, each put in its place only when it is whole. What
//! holds: what an error says is who is at fault, the environment (TB901, TB903, a disk) or generated code (TB902).

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};

use crate::files::{hash, unfinished};
use crate::interpreter::Interpreter;
use crate::{interrupt, processor};

/// What builds are made for: the choice between code that runs everywhere and code that is faster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// For this machine's processor alone.
    pub native: bool,
    /// For what a training program does.
    #[serde(default)]
    pub pgo: bool,
}

impl fmt::Display for Profile {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match (self.native, self.pgo) {
            (false, false) => "portable",
            (true, false) => "native",
            (false, true) => "pgo",
            (true, true) => "native-pgo",
        })
    }
}

/// Whether what is compiled counts how often it is run, or is compiled for such counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counts {
    Without,
    Made,
    Used,
}

/// A working C compiler.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// The command with its own arguments (`CC="ccache gcc"`).
    command: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    /// First line of `--version`.
    pub version: String,
    flags: Vec<OsString>,
    /// What the processor must have for what is compiled, by Linux's names.
    pub features: BTreeSet<String>,
    counts: Counts,
    /// Whether it takes `name.h.gch` for `name.h` by itself. A cache around a compiler cannot tell what is in such a file.
    takes_precompiled: bool,
    verbose: bool,
}

/// What can go wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum ToolchainError {
    /// None, or one that does not start.
    #[error(
        "error[TB901]: no C compiler: `{0}` cannot be run\nhelp: install gcc or clang (on Debian: apt-get install gcc libc6-dev), or set CC to one"
    )]
    NoCompiler(String),
    /// It refused generated code.
    #[error(
        "error[TB902]: the C compiler refused generated code; this is a bug in Tayberry, please report it\n  command: {command}\n{output}"
    )]
    Refused {
        /// What was run.
        command: String,
        /// What it said.
        output: String,
    },
    /// It cannot compile anything.
    #[error(
        "error[TB903]: the C compiler does not work: {why}\n  command: {command}\n{output}help: `tayberry explain TB903` names what it needs"
    )]
    Broken {
        /// In a clause.
        why: String,
        /// What was run.
        command: String,
        /// What it said.
        output: String,
    },
    /// This machine's processor cannot be compiled for.
    #[error(
        "--release-profile native: {0}\nhelp: leave it out; what is built without it runs on every processor of this kind"
    )]
    NoNative(String),
    /// It cannot compile for what a training program does.
    #[error(
        "--release-profile pgo needs GCC; the C compiler is {0}\nhelp: install gcc and set CC to it, or leave the option out"
    )]
    NoPgo(String),
    /// Files cannot be written.
    #[error("cannot write `{path}`: {reason}")]
    Write {
        /// Where.
        path: String,
        /// Why.
        reason: String,
    },
}

impl ToolchainError {
    /// A file that cannot be written.
    pub fn write(path: &Path, error: &std::io::Error) -> ToolchainError {
        ToolchainError::Write {
            path: path.display().to_string(),
            reason: error.to_string(),
        }
    }
}

/// How one file is compiled.
pub struct Unit {
    /// The C file.
    pub source: PathBuf,
    /// The object to be made.
    pub object: PathBuf,
}

/// Passes of GCC that take a seventh of its time and leave generated code as it is: what they find out about pointers, the
/// order of instructions and conditions that were decided before matters to other C, and to other processors.
const QUICK: [&str; 3] = [
    "-fno-tree-pta",
    "-fno-schedule-insns2",
    "-fno-tree-dominator-opts",
];

/// Compiles for this machine's processor, instructions and timing.
const NATIVE: &str = if cfg!(target_arch = "x86_64") {
    "-march=native"
} else {
    "-mcpu=native"
};

/// What every generated file includes first: where this does not compile, nothing would.
const SMALLEST: &str = "#include <Python.h>\n#include <stdatomic.h>\nint tb_smallest;\n";

impl Toolchain {
    /// Finds the compiler by the rules of the `cc` crate (`CC`, `CFLAGS`, the platform's name for it).
    pub fn find(debug: bool, profile: Profile, verbose: bool) -> Result<Toolchain, ToolchainError> {
        let target = concat!(env!("TAYBERRY_TARGET"));
        let mut build = cc::Build::new();
        build
            .cargo_metadata(false)
            .cargo_warnings(false)
            .host(target)
            .target(target)
            .opt_level(if debug { 0 } else { 2 })
            .debug(debug)
            .pic(true)
            .std("gnu11");
        if !debug {
            // CPython's headers assert what they inline: every read of a text's kind or of a number's size.
            build.define("NDEBUG", None);
        }
        let tool = build
            .try_get_compiler()
            .map_err(|error| ToolchainError::NoCompiler(error.to_string()))?;
        let whole = tool.to_command();
        let arguments: Vec<OsString> = whole.get_args().map(OsString::from).collect();
        // The compiler's flags come last; what stands before them belongs to the command.
        let own = arguments.len() - tool.args().len();
        let mut command = vec![whole.get_program().to_owned()];
        command.extend_from_slice(&arguments[..own]);
        let shown = join(&command);
        let output = Command::new(&command[0])
            .args(&command[1..])
            .arg("--version")
            .output()
            .map_err(|_| ToolchainError::NoCompiler(shown.clone()))?;
        if !output.status.success() {
            return Err(ToolchainError::NoCompiler(shown));
        }
        let version = String::from_utf8_lossy(&output.stdout)
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        let mut flags = tool.args().to_vec();
        flags.extend(
            [
                "-fno-strict-aliasing",
                "-fvisibility=hidden",
                "-Wall",
                "-Wextra",
                // A product and a sum are rounded twice, as the interpreter does, also where a processor could do both at once.
                "-ffp-contract=off",
            ]
            .map(OsString::from),
        );
        if tool.is_like_gnu() && !debug {
            flags.extend(QUICK.map(OsString::from));
        }
        let mut found = Toolchain {
            takes_precompiled: tool.is_like_gnu() && command.len() == 1,
            command,
            environment: tool
                .get_envs()
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
            version,
            flags,
            features: BTreeSet::new(),
            counts: Counts::Without,
            verbose,
        };
        if profile.pgo && !tool.is_like_gnu() {
            return Err(ToolchainError::NoPgo(found.version));
        }
        if profile.native {
            found.compile_for_this_processor()?;
        }
        Ok(found)
    }

    /// The compiler for code that counts how often each part of it is run. Counts are written where the objects are.
    pub fn counting(&self) -> Toolchain {
        self.with_counts(
            Counts::Made,
            &["-fprofile-generate", "-fprofile-update=prefer-atomic"],
        )
    }

    /// The compiler for code that is made for the counts beside its objects; what was never run is compiled as without.
    pub fn counted(&self) -> Toolchain {
        self.with_counts(
            Counts::Used,
            &[
                "-fprofile-use",
                "-fprofile-partial-training",
                "-fprofile-correction",
                "-Wno-missing-profile",
                "-Wno-coverage-mismatch",
            ],
        )
    }

    fn with_counts(&self, counts: Counts, flags: &[&str]) -> Toolchain {
        let mut made = self.clone();
        made.counts = counts;
        made.flags.extend(flags.iter().map(OsString::from));
        made
    }

    /// Adds the flags for this machine's processor and finds out what they make necessary.
    fn compile_for_this_processor(&mut self) -> Result<(), ToolchainError> {
        let here = processor::features();
        if here.is_empty() {
            return Err(ToolchainError::NoNative(
                "the system does not say what the processor can do (/proc/cpuinfo)".into(),
            ));
        }
        let plain = self.macros()?;
        self.flags.push(OsString::from(NATIVE));
        let native = self.macros()?;
        self.features = processor::needed(&plain, &native, &here);
        Ok(())
    }

    /// What the compiler defines by itself.
    fn macros(&self) -> Result<String, ToolchainError> {
        let mut command = self.command();
        command
            .args(&self.flags)
            .args(["-dM", "-E", "-x", "c", "/dev/null"]);
        match interrupt::output(&mut command) {
            Ok(output) if output.status.success() => {
                Ok(String::from_utf8_lossy(&output.stdout).into_owned())
            }
            Ok(output) => Err(ToolchainError::NoNative(format!(
                "the C compiler does not compile for it\n{}",
                said(&output).trim_end()
            ))),
            Err(error) => Err(ToolchainError::NoNative(error.to_string())),
        }
    }

    /// Everything that decides what an object looks like, besides its source.
    pub fn fingerprint(&self, interpreter: &Interpreter) -> String {
        let parts = [
            join(&self.command),
            self.version.clone(),
            join(&self.flags),
            // "For this processor" is another thing on another one.
            format!("{:?}", self.features),
            format!("{interpreter:?}"),
            interpreter.headers(),
        ];
        hash(parts.iter().map(String::as_bytes))
    }

    /// Compiles files, as many at once as there are cores; stops at the first that fails.
    pub fn compile(
        &self,
        units: &[Unit],
        include: &Path,
        interpreter: &Interpreter,
    ) -> Result<(), ToolchainError> {
        let next = AtomicUsize::new(0);
        let failed = AtomicBool::new(false);
        let one = |unit: &Unit| {
            // Counts are found by the name that the compiler is given.
            let unfinished = match self.counts {
                Counts::Without => unfinished(&unit.object),
                Counts::Made | Counts::Used => unit.object.clone(),
            };
            let mut command = self.command();
            command.args(&self.flags);
            for folder in [include, &interpreter.include] {
                command.arg(format!("-I{}", folder.display()));
            }
            command
                .arg("-c")
                .arg(&unit.source)
                .arg("-o")
                .arg(&unfinished);
            self.run(command, interpreter)?;
            put(&unfinished, &unit.object)
        };
        let worker = || {
            while !failed.load(Ordering::Relaxed)
                && let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed))
            {
                one(unit).inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
            }
            Ok(())
        };
        let cores = std::thread::available_parallelism()
            .map_or(2, usize::from)
            .min(units.len());
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..cores).map(|_| scope.spawn(worker)).collect();
            let results: Vec<Result<(), ToolchainError>> = workers
                .into_iter()
                .map(|each| match each.join() {
                    Ok(result) => result,
                    Err(panic) => std::panic::resume_unwind(panic),
                })
                .collect();
            results.into_iter().collect()
        })
    }

    /// Reads a header in advance, which saves a tenth of the time of every file that begins with it. Only a saving: where it
    /// cannot be done, the header itself is read.
    pub fn precompile(&self, header: &Path, include: &Path, interpreter: &Interpreter) {
        // What is counted is compiled once.
        if !self.takes_precompiled || self.counts != Counts::Without {
            return;
        }
        let mut place = header.as_os_str().to_owned();
        place.push(".gch");
        let place = PathBuf::from(place);
        let unfinished = unfinished(&place);
        let mut command = self.command();
        command
            .args(&self.flags)
            .arg(format!("-I{}", include.display()))
            .arg(format!("-I{}", interpreter.include.display()))
            .args(["-x", "c-header"])
            .arg(header)
            .arg("-o")
            .arg(&unfinished);
        let made = self.run(command, interpreter);
        if made.and_then(|()| put(&unfinished, &place)).is_err() {
            let _ = std::fs::remove_file(&unfinished);
        }
    }

    /// Makes a static library of objects.
    pub fn archive(
        &self,
        objects: &[PathBuf],
        library: &Path,
        interpreter: &Interpreter,
    ) -> Result<(), ToolchainError> {
        let unfinished = unfinished(library);
        // `ar` adds to what is there.
        let _ = std::fs::remove_file(&unfinished);
        let mut command = Command::new(std::env::var_os("AR").unwrap_or_else(|| "ar".into()));
        command.arg("crs").arg(&unfinished).args(objects);
        self.run(command, interpreter)?;
        put(&unfinished, library)
    }

    /// Links objects and runtime-c to an extension.
    pub fn link(
        &self,
        objects: &[PathBuf],
        runtime: &Path,
        library: &Path,
        interpreter: &Interpreter,
    ) -> Result<(), ToolchainError> {
        let unfinished = unfinished(library);
        let mut command = self.command();
        command.args(self.flags.iter().filter(|flag| {
            ["-O", "-g", "-m", "-fprofile-generate"]
                .iter()
                .any(|start| flag.to_string_lossy().starts_with(start))
        }));
        command
            .arg("-shared")
            .args(objects)
            .arg(runtime)
            .arg("-lm")
            .arg("-o")
            .arg(&unfinished);
        self.run(command, interpreter)?;
        put(&unfinished, library)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]);
        // So that what it says can be recognised.
        command.env("LC_ALL", "C");
        command.envs(self.environment.iter().map(|(key, value)| (key, value)));
        command
    }

    fn run(&self, mut command: Command, interpreter: &Interpreter) -> Result<(), ToolchainError> {
        let shown = shown(&command);
        let begun = std::time::Instant::now();
        let output = interrupt::output(&mut command).map_err(|error| ToolchainError::Broken {
            why: error.to_string(),
            command: shown.clone(),
            output: String::new(),
        })?;
        if self.verbose {
            eprintln!("{:6.2} s  {shown}", begun.elapsed().as_secs_f64());
        }
        if output.status.success() {
            return Ok(());
        }
        Err(self.blame(shown, &output, interpreter))
    }

    /// Whose fault a failed command is.
    fn blame(&self, command: String, output: &Output, interpreter: &Interpreter) -> ToolchainError {
        let said = said(output);
        let broken = |why: &str, output: String| ToolchainError::Broken {
            why: why.to_owned(),
            command: command.clone(),
            output,
        };
        if ["No space left", "File too large", "Disk quota exceeded"]
            .iter()
            .any(|each| said.contains(each))
        {
            return broken("the disk is full", said);
        }
        if output.status.code().is_none() || said.contains("Killed signal") {
            return broken(
                &format!(
                    "it was ended from outside ({}), as happens when memory runs out",
                    output.status
                ),
                said,
            );
        }
        match self.works(interpreter) {
            Ok(()) => ToolchainError::Refused {
                command,
                output: said,
            },
            Err(said) => broken("it cannot compile the smallest file", said),
        }
    }

    /// Compiles next to nothing; gives what the compiler said if it does not even do that.
    fn works(&self, interpreter: &Interpreter) -> Result<(), String> {
        let folder = tempfile::tempdir().map_err(|error| format!("{error}\n"))?;
        let source = folder.path().join("smallest.c");
        std::fs::write(&source, SMALLEST).map_err(|error| format!("{error}\n"))?;
        let mut command = self.command();
        command
            .args(&self.flags)
            .arg(format!("-I{}", interpreter.include.display()))
            .arg("-shared")
            .arg(&source)
            .arg("-o")
            .arg(folder.path().join("smallest.so"));
        match interrupt::output(&mut command) {
            Ok(output) if output.status.success() => Ok(()),
            Ok(output) => Err(said(&output)),
            Err(error) => Err(format!("{error}\n")),
        }
    }
}

fn put(unfinished: &Path, place: &Path) -> Result<(), ToolchainError> {
    std::fs::rename(unfinished, place).map_err(|error| ToolchainError::write(place, &error))
}

/// What a command wrote, each line ended.
fn said(output: &Output) -> String {
    let mut text = String::from_utf8_lossy(&output.stderr).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stdout));
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn join(words: &[OsString]) -> String {
    let words: Vec<_> = words.iter().map(|each| each.to_string_lossy()).collect();
    words.join(" ")
}

/// A command as one would type it.
fn shown(command: &Command) -> String {
    let quoted = |word: &std::ffi::OsStr| {
        let word = word.to_string_lossy().into_owned();
        let plain = word
            .chars()
            .all(|each| each.is_alphanumeric() || "-_=+./:,@%".contains(each));
        if plain && !word.is_empty() {
            word
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    };
    let words: Vec<String> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(quoted)
        .collect();
    words.join(" ")
}
