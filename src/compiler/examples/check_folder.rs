//! Checks every Python file below a folder, each as a program of its own, and prints what is found, one line each:
//! how false positives are looked for. Hints are left out.
//!
//!     cargo run -p tayberry-compiler --example check_folder -- FOLDER [together]
//!
//! With `together` the files are one program, so that names imported from each other are looked at too.

use std::path::{Path, PathBuf};

use tayberry_compiler::diagnostics::{Format, render};
use tayberry_compiler::rules::Level;
use tayberry_compiler::source::{SourceFile, Sources};
use tayberry_compiler::{Options, check};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next() else {
        eprintln!("usage: check_folder FOLDER [together]");
        std::process::exit(2);
    };
    let together = arguments.next().is_some();
    let worker = std::thread::Builder::new().stack_size(512 << 20);
    let done = worker.spawn(move || run(Path::new(&folder), together));
    let ended = done.map(std::thread::JoinHandle::join);
    std::process::exit(i32::from(!matches!(ended, Ok(Ok(())))));
}

fn run(root: &Path, together: bool) {
    let mut files = Vec::new();
    collect(root, &mut files);
    files.sort();
    let read: Vec<SourceFile> = files.iter().filter_map(|path| source(root, path)).collect();
    let count = read.len();
    let programs: Vec<Vec<SourceFile>> = if together {
        vec![read]
    } else {
        read.into_iter().map(|file| vec![file]).collect()
    };
    for program in programs {
        let sources = Sources::new(program);
        let mut checked = check(&sources, &Options::default());
        checked.diagnostics.retain(|each| each.level != Level::Hint);
        print!(
            "{}",
            render(&checked.diagnostics, &sources, Format::Concise)
        );
    }
    eprintln!("{count} files");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "py") {
            files.push(path);
        }
    }
}

fn source(root: &Path, path: &Path) -> Option<SourceFile> {
    let text = std::fs::read_to_string(path).ok()?;
    let shown = path.strip_prefix(root).ok()?.to_str()?.to_owned();
    let name = shown.trim_end_matches(".py").replace('/', ".");
    let package = name.strip_suffix(".__init__");
    let module = package.unwrap_or(&name);
    Some(SourceFile::new(module, &shown, package.is_some(), &text))
}
