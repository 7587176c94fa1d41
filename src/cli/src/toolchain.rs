//! The C compiler, and runtime-c built with it once for all projects.
//!
//! The sources of runtime-c are carried in this binary. The static library is kept in the cache folder under a hash of
//! them, the compiler, its flags and the interpreter.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use include_dir::{Dir, include_dir};

use crate::files::{hash, write_if_changed};
use crate::interpreter::{Interpreter, cache_folder};

static INCLUDE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../runtime-c/include");
static SOURCE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../runtime-c/src");

/// A working C compiler.
#[derive(Debug)]
pub struct Toolchain {
    /// The command and its own arguments (`CC="ccache gcc"`).
    command: Vec<String>,
    /// First line of `--version`.
    pub version: String,
    flags: Vec<String>,
    verbose: bool,
}

/// What can go wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum ToolchainError {
    /// None, or one that does not start.
    #[error(
        "error[TB901]: no C compiler: `{0}` cannot be run\nhelp: install gcc or clang (on Debian: apt-get install gcc), or set CC to one"
    )]
    NoCompiler(String),
    /// It refused generated code.
    #[error(
        "error[TB902]: the C compiler refused generated code; this is a bug in Tayberry, please report it\n  command: {command}\n{output}"
    )]
    Compile {
        /// What was run.
        command: String,
        /// What it said.
        output: String,
    },
    /// Files cannot be written.
    #[error("cannot write `{path}`: {reason}")]
    Write {
        /// Where.
        path: String,
        /// Why.
        reason: String,
    },
}

/// How one file is compiled.
pub struct Unit {
    /// The C file.
    pub source: PathBuf,
    /// The object to be made.
    pub object: PathBuf,
}

impl Toolchain {
    /// Finds the compiler by the rules of the `cc` crate (`CC`, `CFLAGS`, the platform's name for it).
    pub fn find(debug: bool, verbose: bool) -> Result<Toolchain, ToolchainError> {
        let target = concat!(env!("TAYBERRY_TARGET"));
        let mut build = cc::Build::new();
        build
            .cargo_metadata(false)
            .host(target)
            .target(target)
            .opt_level(if debug { 0 } else { 2 })
            .debug(debug)
            .pic(true)
            .std("gnu11");
        let tool = build
            .try_get_compiler()
            .map_err(|error| ToolchainError::NoCompiler(error.to_string()))?;
        let command = vec![tool.path().display().to_string()];
        let output = Command::new(tool.path())
            .arg("--version")
            .output()
            .map_err(|_| ToolchainError::NoCompiler(tool.path().display().to_string()))?;
        if !output.status.success() {
            return Err(ToolchainError::NoCompiler(
                tool.path().display().to_string(),
            ));
        }
        let version = String::from_utf8_lossy(&output.stdout)
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        let mut flags: Vec<String> = tool
            .args()
            .iter()
            .map(|each| each.to_string_lossy().into_owned())
            .collect();
        flags.extend(
            [
                "-fno-strict-aliasing",
                "-fvisibility=hidden",
                "-Wall",
                "-Wextra",
            ]
            .map(String::from),
        );
        Ok(Toolchain {
            command,
            version,
            flags,
            verbose,
        })
    }

    /// Everything that decides what an object looks like, besides its source.
    pub fn fingerprint(&self, interpreter: &Interpreter) -> String {
        let parts = [
            self.command.join(" "),
            self.version.clone(),
            self.flags.join(" "),
            format!("{interpreter:?}"),
        ];
        hash(parts.iter().map(String::as_bytes))
    }

    /// The folder of runtime-c's headers and its static library, built if it is not there yet.
    pub fn runtime(&self, interpreter: &Interpreter) -> Result<(PathBuf, PathBuf), ToolchainError> {
        let sources: Vec<_> = INCLUDE.files().chain(SOURCE.files()).collect();
        let mut parts: Vec<&[u8]> = sources.iter().map(|file| file.contents()).collect();
        let fingerprint = self.fingerprint(interpreter);
        parts.push(fingerprint.as_bytes());
        let folder = cache_folder().join(format!("runtime-c-{}", &hash(parts)[..16]));
        let library = folder.join("libtayberry.a");
        let write_error = |path: &Path, error: std::io::Error| ToolchainError::Write {
            path: path.display().to_string(),
            reason: error.to_string(),
        };
        if library.is_file() {
            return Ok((folder.join("include"), library));
        }
        std::fs::create_dir_all(folder.join("include"))
            .map_err(|error| write_error(&folder, error))?;
        let lock_path = folder.join("lock");
        let lock =
            std::fs::File::create(&lock_path).map_err(|error| write_error(&lock_path, error))?;
        lock.lock()
            .map_err(|error| write_error(&lock_path, error))?;
        if library.is_file() {
            return Ok((folder.join("include"), library));
        }
        std::fs::create_dir_all(folder.join("src")).map_err(|error| write_error(&folder, error))?;
        for (dir, name) in [(&INCLUDE, "include"), (&SOURCE, "src")] {
            for file in dir.files() {
                let path = folder.join(name).join(file.path());
                write_if_changed(&path, file.contents())
                    .map_err(|error| write_error(&path, error))?;
            }
        }
        let units: Vec<Unit> = SOURCE
            .files()
            .filter(|file| file.path().extension().is_some_and(|ending| ending == "c"))
            .map(|file| Unit {
                source: folder.join("src").join(file.path()),
                object: folder.join("src").join(file.path()).with_extension("o"),
            })
            .collect();
        self.compile(&units, &[folder.join("include")], interpreter)?;
        let unfinished = folder.join("libtayberry.a.new");
        let mut archive = Command::new("ar");
        archive
            .arg("crs")
            .arg(&unfinished)
            .args(units.iter().map(|unit| &unit.object));
        self.run(archive)?;
        std::fs::rename(&unfinished, &library).map_err(|error| write_error(&library, error))?;
        Ok((folder.join("include"), library))
    }

    /// Compiles files, as many at once as there are cores; stops at the first that fails.
    pub fn compile(
        &self,
        units: &[Unit],
        includes: &[PathBuf],
        interpreter: &Interpreter,
    ) -> Result<(), ToolchainError> {
        let next = AtomicUsize::new(0);
        let cores = std::thread::available_parallelism()
            .map_or(2, usize::from)
            .min(units.len().max(1));
        let results: Vec<Result<(), ToolchainError>> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..cores)
                .map(|_| {
                    scope.spawn(|| {
                        while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
                            let mut command = self.command();
                            command.args(&self.flags);
                            command.args(
                                includes
                                    .iter()
                                    .map(|folder| format!("-I{}", folder.display())),
                            );
                            command.arg(format!("-I{}", interpreter.include.display()));
                            let unfinished = unit.object.with_extension("o.new");
                            command
                                .arg("-c")
                                .arg(&unit.source)
                                .arg("-o")
                                .arg(&unfinished);
                            self.run(command)?;
                            std::fs::rename(&unfinished, &unit.object).map_err(|error| {
                                ToolchainError::Write {
                                    path: unit.object.display().to_string(),
                                    reason: error.to_string(),
                                }
                            })?;
                        }
                        Ok(())
                    })
                })
                .collect();
            workers
                .into_iter()
                .map(|worker| worker.join().unwrap_or(Ok(())))
                .collect()
        });
        results.into_iter().collect()
    }

    /// Links objects and runtime-c to an extension.
    pub fn link(
        &self,
        objects: &[PathBuf],
        runtime: &Path,
        library: &Path,
    ) -> Result<(), ToolchainError> {
        let unfinished = library.with_extension("so.new");
        let mut command = self.command();
        command.args(self.flags.iter().filter(|flag| {
            flag.starts_with("-O") || flag.starts_with("-g") || flag.starts_with("-m")
        }));
        command
            .arg("-shared")
            .args(objects)
            .arg(runtime)
            .arg("-lm")
            .arg("-o")
            .arg(&unfinished);
        self.run(command)?;
        std::fs::rename(&unfinished, library).map_err(|error| ToolchainError::Write {
            path: library.display().to_string(),
            reason: error.to_string(),
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]);
        command
    }

    fn run(&self, mut command: Command) -> Result<(), ToolchainError> {
        let shown = format!("{command:?}").replace('"', "");
        let begun = std::time::Instant::now();
        let output = command
            .output()
            .map_err(|error| ToolchainError::NoCompiler(format!("{shown}: {error}")))?;
        if self.verbose {
            eprintln!("{:6.2} s  {shown}", begun.elapsed().as_secs_f64());
        }
        if output.status.success() {
            return Ok(());
        }
        Err(ToolchainError::Compile {
            command: shown,
            output: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}
