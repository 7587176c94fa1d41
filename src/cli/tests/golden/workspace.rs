//! A section's files on disk, and the commands that run on them.
//!
//! In: a section. Out: what commands print, with the places, times and addresses taken out. What holds: the folder keeps its
//! build from one run to the next, so that only what changed is compiled; a command that hangs is ended after a minute (sanitized or looking for leaks: five).

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::sections::Section;

/// What all sections share.
pub struct Tools {
    root: PathBuf,
    python: String,
    work: PathBuf,
    bin: PathBuf,
    sanitizers: Option<Sanitizers>,
}

/// How programs are compiled and run with `GOLDEN_SANITIZE=1`.
struct Sanitizers {
    flags: &'static str,
    libraries: String,
}

impl Sanitizers {
    /// Finds what has to be loaded before an interpreter that is not built with them.
    fn find() -> Result<Sanitizers, String> {
        let mut libraries = String::new();
        for name in ["libasan.so", "libubsan.so"] {
            let found = Command::new("gcc")
                .arg(format!("-print-file-name={name}"))
                .output();
            let found = found.map_err(|error| format!("gcc: {error}"))?;
            libraries.push_str(String::from_utf8_lossy(&found.stdout).trim());
            libraries.push(' ');
        }
        Ok(Sanitizers {
            flags: "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer",
            libraries,
        })
    }
}

/// Flags of the C compiler otherwise.
const UNSANITIZED: &str = "-Werror";

/// What a command said.
#[derive(Debug, PartialEq, Eq)]
pub struct Output {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// Exit status, or the signal that ended it, negative.
    pub status: i32,
}

impl Output {
    /// Both streams.
    pub fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

impl Tools {
    /// Finds the interpreter and the folders.
    pub fn new() -> Result<Tools, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let root = root.canonicalize().map_err(|error| error.to_string())?;
        let found = Command::new(root.join("scripts/python")).output();
        let found = found.map_err(|error| format!("scripts/python: {error}"))?;
        let python = String::from_utf8_lossy(&found.stdout).trim().to_owned();
        if python.is_empty() {
            return Err(String::from_utf8_lossy(&found.stderr).into_owned());
        }
        let runtime =
            std::fs::read_dir(root.join("python/tayberry")).map_err(|error| error.to_string())?;
        if !runtime.flatten().any(|file| {
            file.file_name()
                .to_string_lossy()
                .starts_with("_runtime.cpython")
        }) {
            return Err("the runtime is not built: run scripts/build".into());
        }
        let sanitizers = match std::env::var_os("GOLDEN_SANITIZE") {
            Some(_) => Some(Sanitizers::find()?),
            None => None,
        };
        let folder = if sanitizers.is_some() {
            "golden-sanitized"
        } else {
            "golden"
        };
        let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
        std::fs::create_dir_all(&work).map_err(|error| error.to_string())?;
        let bin = Path::new(env!("CARGO_BIN_EXE_tayberry"))
            .parent()
            .map(Path::to_path_buf);
        Ok(Tools {
            root,
            python,
            work,
            bin: bin.unwrap_or_default(),
            sanitizers,
        })
    }

    /// The folder of the cases.
    pub fn cases(&self) -> PathBuf {
        self.root.join("tests/golden")
    }
}

/// The folder of one section.
pub struct Workspace<'a> {
    tools: &'a Tools,
    folder: PathBuf,
    files: Vec<(String, String)>,
}

impl<'a> Workspace<'a> {
    /// Writes the section's files.
    pub fn new(tools: &'a Tools, name: &str, section: &Section) -> Result<Workspace<'a>, String> {
        let files: Vec<(String, String)> = section
            .files()
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
            .collect();
        let space = Workspace {
            tools,
            folder: tools.work.join(name),
            files,
        };
        let names: Vec<&str> = space.files.iter().map(|(path, _)| path.as_str()).collect();
        let names = names.join("\n");
        let list = space.folder.join(".files");
        if std::fs::read_to_string(&list).ok().as_ref() != Some(&names) {
            // Files of another version of the section would be imported.
            let _ = std::fs::remove_dir_all(&space.folder);
            write(&list, &names)?;
        }
        space.copy_to(&space.folder)?;
        Ok(space)
    }

    fn copy_to(&self, folder: &Path) -> Result<(), String> {
        for (path, text) in &self.files {
            let path = folder.join(path);
            if std::fs::read_to_string(&path).ok().as_ref() != Some(text) {
                write(&path, text)?;
            }
        }
        Ok(())
    }

    /// Builds the app; fails with what the command said.
    pub fn build(&self) -> Result<(), String> {
        let output = self.tayberry(&["build", "app.py"])?;
        if output.status == 0 {
            Ok(())
        } else {
            Err(format!("the build failed:\n{}", output.text()))
        }
    }

    /// All generated C, the entry's first.
    pub fn generated(&self) -> Result<String, String> {
        let folder = self.folder.join(".tayberry/c");
        let mut names: Vec<PathBuf> = std::fs::read_dir(&folder)
            .map_err(|error| error.to_string())?
            .flatten()
            .map(|file| file.path())
            .filter(|path| path.extension().is_some_and(|end| end == "c"))
            .collect();
        names.sort_by_key(|path| (!path.ends_with("app.c"), path.clone()));
        let texts: Result<Vec<String>, _> = names.iter().map(std::fs::read_to_string).collect();
        Ok(texts.map_err(|error| error.to_string())?.concat())
    }

    /// Runs the command line in the folder.
    pub fn tayberry(&self, arguments: &[&str]) -> Result<Output, String> {
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_tayberry")), &self.folder);
        command.args(arguments);
        self.output(command, "", &self.folder)
    }

    /// Runs the case's module by tests/golden/drive.py.
    pub fn run(&self, what: &str, mode: &str, input: &str) -> Result<Output, String> {
        let mut command = self.command(Path::new(&self.tools.python), &self.folder);
        command
            .arg(self.tools.cases().join("drive.py"))
            .args([what, mode]);
        if mode == "compiled"
            && let Some(sanitizers) = &self.tools.sanitizers
        {
            command
                .env("LD_PRELOAD", &sanitizers.libraries)
                .env("ASAN_OPTIONS", "detect_leaks=0:abort_on_error=1")
                .env("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1");
        }
        let output = self.output(command, input, &self.folder)?;
        if output.status < 0 || output.status > 1 {
            return Err(format!(
                "{mode}: exit status {}\n{}",
                output.status,
                output.text()
            ));
        }
        Ok(output)
    }

    /// Runs the lines `$ command` of a console block in a fresh copy of the folder, and gives the block as it is now.
    pub fn console(&self, block: &str) -> Result<String, String> {
        let folder = self.folder.join("console");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        self.copy_to(&folder)?;
        let mut text = String::new();
        for line in block.lines().filter(|line| line.starts_with("$ ")) {
            let mut command = self.command(Path::new("sh"), &folder);
            // What a command starts has no sanitizers loaded before it.
            command.env("CFLAGS", UNSANITIZED);
            command
                .arg("-c")
                .arg(format!("{{ {} ; }} 2>&1", &line[2..]));
            let output = self.output(command, "", &folder)?;
            text.push_str(&format!("{line}\n{}", output.stdout));
            if !text.ends_with('\n') {
                text.push('\n');
            }
            if output.status != 0 {
                text.push_str(&format!("[exit status {}]\n", output.status));
            }
        }
        Ok(text)
    }

    /// A command, with a limit on its time, in an environment that is the same everywhere.
    fn command(&self, program: &Path, folder: &Path) -> Command {
        let takes_long =
            self.tools.sanitizers.is_some() || std::env::var_os("GOLDEN_LEAKS").is_some();
        let limit = if takes_long { "300" } else { "60" };
        let mut command = Command::new("timeout");
        command
            .args(["--signal=KILL", limit])
            .arg(program)
            .current_dir(folder);
        let path = std::env::var("PATH").unwrap_or_default();
        let flags = match &self.tools.sanitizers {
            Some(sanitizers) => sanitizers.flags,
            None => UNSANITIZED,
        };
        command
            .env("PATH", format!("{}:{path}", self.tools.bin.display()))
            .env("TAYBERRY_PYTHON", &self.tools.python)
            .env("PYTHONPATH", self.tools.root.join("python"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONHASHSEED", "0")
            .env("PYTHONNODEBUGRANGES", "1")
            .env("CFLAGS", flags)
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100")
            .env_remove("UPDATE");
        command
    }

    fn output(&self, mut command: Command, input: &str, folder: &Path) -> Result<Output, String> {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .map_err(|error| format!("{command:?}: {error}"))?;
        if let Some(mut pipe) = child.stdin.take() {
            // A program that does not read its input says what is wrong itself.
            let _ = pipe.write_all(input.as_bytes());
        }
        let output = child
            .wait_with_output()
            .map_err(|error| error.to_string())?;
        let status = output.status.code().unwrap_or_else(|| {
            -std::os::unix::process::ExitStatusExt::signal(&output.status).unwrap_or_default()
        });
        // `timeout` is ended by the signal that it sends.
        if status == 137 || status == -9 {
            return Err(format!("{command:?}: not done in time"));
        }
        let status = if status > 128 { 128 - status } else { status };
        let text = |bytes: &[u8]| self.neutral(&String::from_utf8_lossy(bytes), folder);
        Ok(Output {
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            status,
        })
    }

    /// A text without places, times and addresses.
    fn neutral(&self, text: &str, folder: &Path) -> String {
        let text = text
            .replace(&format!("{}/", folder.display()), "")
            .replace(&folder.display().to_string(), ".")
            .replace(&self.tools.python, "python3.14t")
            .replace(&format!("{}/", self.tools.root.display()), "");
        without_numbers(&text)
    }
}

/// `0x7f12ab` → `0x…`; `in 0.52 s`, `(0.52 s)` → `in … s`, `(… s)`.
fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|each: char| each.is_ascii_digit()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let hex = rest.strip_prefix("0x").map_or(0, |tail| {
            tail.bytes()
                .take_while(|each| each.is_ascii_hexdigit())
                .count()
        });
        let number = rest
            .bytes()
            .take_while(|each| each.is_ascii_digit() || *each == b'.')
            .count();
        if hex >= 8 {
            out.push_str("0x…");
            rest = &rest[2 + hex..];
        } else if rest[number..].starts_with(" s") && rest[..number].contains('.') {
            out.push('…');
            rest = &rest[number..];
        } else {
            let word = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
            out.push_str(&rest[..word]);
            rest = &rest[word..];
        }
    }
    out.push_str(rest);
    out
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| format!("{}: {error}", path.display()))
}
