//! Finding a project's files: the entry, the folder that imports start from, and every local module it reaches.
//!
//! In: the path of the entry file. Out: `Project` with its root and `Sources`. What holds: only files below the root
//! are read, each once, and the result does not depend on the order of discovery.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

use tayberry_compiler::source::{SourceFile, Sources};
use tayberry_compiler::{Options, imports};

use crate::files::hash;

/// A program's files.
#[derive(Debug)]
pub struct Project {
    /// The folder that goes on `sys.path`.
    pub root: PathBuf,
    /// Dotted name of the entry module.
    pub entry: String,
    /// All local modules that the entry reaches.
    pub sources: Sources,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The entry is not there.
    #[error(
        "there is no file `{0}`\nhelp: name the Python file that makes the app, for example `tayberry build app.py`"
    )]
    Missing(String),
    /// The entry is not a Python file.
    #[error("`{0}` is not a Python file (its name does not end in .py)")]
    NotPython(String),
    /// A file cannot be read.
    #[error("cannot read `{path}`: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
}

impl Project {
    /// Reads the project of an entry file.
    pub fn discover(entry: &Path) -> Result<Project, ProjectError> {
        let shown = entry.display().to_string();
        let full = entry
            .canonicalize()
            .map_err(|_| ProjectError::Missing(shown.clone()))?;
        if full.is_dir() || full.extension().is_none_or(|ending| ending != "py") {
            return Err(ProjectError::NotPython(shown));
        }
        // Relative imports need the packages around the entry: the root is above the outermost `__init__.py`.
        let mut root = full.parent().unwrap_or(Path::new("/")).to_path_buf();
        let mut parts = vec![stem(&full)];
        while root.join("__init__.py").is_file() {
            parts.insert(
                0,
                root.file_name()
                    .and_then(|name| name.to_str())
                    .unwrap_or_default()
                    .to_owned(),
            );
            match root.parent() {
                Some(parent) => root = parent.to_path_buf(),
                None => break,
            }
        }
        if parts.last().is_some_and(|last| last == "__init__") {
            parts.pop();
        }
        let entry = parts.join(".");
        let mut found: BTreeMap<String, SourceFile> = BTreeMap::new();
        let mut pending = VecDeque::from([entry.clone()]);
        while let Some(name) = pending.pop_front() {
            // Importing `a.b` runs `a/__init__.py` too.
            if let Some((parent, _)) = name.rsplit_once('.')
                && !found.contains_key(parent)
            {
                pending.push_back(parent.to_owned());
            }
            if found.contains_key(&name) {
                continue;
            }
            let Some((path, is_package)) = locate(&root, &name) else {
                continue;
            };
            let relative = path
                .strip_prefix(&root)
                .unwrap_or(&path)
                .to_string_lossy()
                .replace('\\', "/");
            let bytes = std::fs::read(&path).map_err(|error| ProjectError::Unreadable {
                path: relative.clone(),
                reason: error.to_string(),
            })?;
            let text = std::str::from_utf8(&bytes).map_err(|_| ProjectError::Unreadable {
                path: relative.clone(),
                reason: "it is not UTF-8\nhelp: save it in UTF-8 and take out a declaration of another encoding, if it has one"
                    .into(),
            })?;
            let file = SourceFile::new(&name, &relative, is_package, without_mark(text));
            for import in imports(&file) {
                let Some(base) = absolute(&name, is_package, import.level, &import.module) else {
                    continue;
                };
                if !base.is_empty() {
                    pending.push_back(base.clone());
                }
                for member in import.names {
                    pending.push_back(if base.is_empty() {
                        member
                    } else {
                        format!("{base}.{member}")
                    });
                }
            }
            found.insert(name, file);
        }
        Ok(Project {
            root,
            entry,
            sources: Sources::new(found.into_values().collect()),
        })
    }

    /// How the compiler is to check it.
    pub fn options(&self, strict: bool) -> Options {
        Options {
            strict,
            importable: crate::importable::find(self),
        }
    }

    /// Where builds of this project are kept.
    pub fn build_folder(&self) -> PathBuf {
        self.root.join(".tayberry")
    }

    /// The program's name: the last part of the entry's, in letters that C takes (`my-app.py` can be a program, too).
    pub fn program(&self) -> String {
        let last = self.entry.rsplit('.').next().unwrap_or(&self.entry);
        tayberry_compiler::emit::mangle(last)
    }
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The hash by which a manifest knows a source.
pub fn source_hash(bytes: &[u8]) -> String {
    let mark = "\u{feff}".as_bytes();
    hash([bytes.strip_prefix(mark).unwrap_or(bytes)])
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
        .to_owned()
}

fn locate(root: &Path, name: &str) -> Option<(PathBuf, bool)> {
    let base = root.join(name.replace('.', "/"));
    let package = base.join("__init__.py");
    if package.is_file() {
        return Some((package, true));
    }
    let module = base.with_extension("py");
    module.is_file().then_some((module, false))
}

fn absolute(module: &str, is_package: bool, level: u32, target: &str) -> Option<String> {
    if level == 0 {
        return Some(target.to_owned());
    }
    let mut parts: Vec<&str> = module.split('.').collect();
    let up = level as usize - usize::from(is_package);
    parts.truncate(parts.len().checked_sub(up)?);
    if !target.is_empty() {
        parts.push(target);
    }
    Some(parts.join("."))
}
