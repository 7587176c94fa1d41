//! The free-threaded interpreter that builds are made for and that serves them.
//!
//! Looked for in `$TAYBERRY_PYTHON`, in the active environment, on `PATH`, and in the cache folder of `scripts/python`. Asking an interpreter about itself
//! takes tens of milliseconds, so the answer is kept in the cache folder until the binary changes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

/// What is known of an interpreter.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Interpreter {
    /// The binary.
    pub path: PathBuf,
    /// `3.14.7`
    pub version: String,
    /// The folder of `Python.h`.
    pub include: PathBuf,
    /// `.cpython-314t-x86_64-linux-gnu.so`
    pub suffix: String,
    /// Whether it is a free-threaded build.
    pub free_threaded: bool,
    /// The folders that modules are imported from.
    pub paths: Vec<PathBuf>,
    /// Modification time and size of the binary.
    stamp: (u64, u64),
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum InterpreterError {
    /// Nowhere.
    #[error(
        "no free-threaded Python 3.14 found\nhelp: run `scripts/python` (it builds one), `uv python install 3.14t`, or set TAYBERRY_PYTHON to the path of a python3.14t"
    )]
    Missing,
    /// Set, but not to an interpreter.
    #[error("TAYBERRY_PYTHON is `{0}`, which cannot be run as a Python interpreter")]
    NotPython(String),
    /// With the GIL, or another version.
    #[error(
        "`{path}` is Python {version}{gil}, but Tayberry needs a free-threaded Python 3.14\nhelp: set TAYBERRY_PYTHON to a python3.14t, or run `scripts/python` to get one"
    )]
    Unsuitable {
        /// The binary.
        path: String,
        /// Its version.
        version: String,
        /// Said if it has the GIL.
        gil: String,
    },
    /// Without headers.
    #[error("`{0}` has no Python.h; install its development files")]
    NoHeaders(String),
}

/// The folder for what all projects share.
pub fn cache_folder() -> PathBuf {
    if let Some(folder) = std::env::var_os("TAYBERRY_CACHE") {
        return folder.into();
    }
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
    base.unwrap_or_else(std::env::temp_dir).join("tayberry")
}

impl Interpreter {
    /// Finds one and checks it.
    pub fn find() -> Result<Interpreter, InterpreterError> {
        if let Some(named) = std::env::var_os("TAYBERRY_PYTHON").filter(|named| !named.is_empty()) {
            let path = on_path(&named.to_string_lossy()).unwrap_or_else(|| PathBuf::from(&named));
            let found = Interpreter::probe(&path)
                .ok_or_else(|| InterpreterError::NotPython(named.to_string_lossy().into_owned()))?;
            return found.checked();
        }
        // An environment has no `python3.14t`, so one elsewhere on the path would hide an environment that is active.
        let mut candidates: Vec<PathBuf> = std::env::var_os("VIRTUAL_ENV")
            .map(|folder| Path::new(&folder).join("bin/python"))
            .filter(|path| path.is_file())
            .into_iter()
            .collect();
        candidates.extend(
            ["python3.14t", "python3.14", "python3"]
                .iter()
                .filter_map(|name| on_path(name)),
        );
        if let Ok(entries) = std::fs::read_dir(cache_folder()) {
            let mut cached: Vec<PathBuf> = entries
                .flatten()
                .filter(|entry| {
                    entry.file_name().to_string_lossy().ends_with("-plain")
                        || entry.file_name().to_string_lossy().ends_with("-optimized")
                })
                .map(|entry| entry.path().join("bin/python3.14"))
                .filter(|path| path.is_file())
                .collect();
            cached.sort();
            candidates.extend(cached);
        }
        candidates
            .iter()
            .filter_map(|path| Interpreter::probe(path))
            .find_map(|found| found.checked().ok())
            .ok_or(InterpreterError::Missing)
    }

    /// What a build for it depends on, for its manifest.
    pub fn identity(&self) -> String {
        format!("{} {}", self.path.display(), self.version)
    }

    /// Which headers they are: those that a rebuild writes anew, by time and size, so that one which leaves the binary's path,
    /// time and size as they were is noticed.
    pub fn headers(&self) -> String {
        let all = [
            "Python.h",
            "patchlevel.h",
            "pyconfig.h",
            "cpython/pystate.h",
        ];
        let stamps = all.map(|name| stamp(&self.include.join(name)));
        format!("{stamps:?}")
    }

    fn checked(self) -> Result<Interpreter, InterpreterError> {
        if !self.free_threaded || !self.version.starts_with("3.14.") {
            let gil = if self.free_threaded {
                ""
            } else {
                " with the global interpreter lock"
            };
            return Err(InterpreterError::Unsuitable {
                path: self.path.display().to_string(),
                version: self.version,
                gil: gil.into(),
            });
        }
        if !self.include.join("Python.h").is_file() {
            return Err(InterpreterError::NoHeaders(self.path.display().to_string()));
        }
        Ok(self)
    }

    fn probe(path: &Path) -> Option<Interpreter> {
        let stamp = stamp(path)?;
        let notes = cache_folder().join("interpreters.json");
        let mut known: Vec<Interpreter> = std::fs::read(&notes)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        if let Some(found) = known
            .iter()
            .find(|each| each.path == path && each.stamp == stamp)
        {
            return Some(found.clone());
        }
        let script = "import json, platform, site, sys, sysconfig; print(json.dumps([platform.python_version(), sysconfig.get_path('include'), \
                      sysconfig.get_config_var('EXT_SUFFIX'), bool(sysconfig.get_config_var('Py_GIL_DISABLED')), \
                      [*sys.path, *site.getsitepackages(), site.getusersitepackages()]]))";
        let output = Command::new(path)
            .args(["-I", "-c", script])
            .output()
            .ok()?;
        type Answer = (String, PathBuf, String, bool, Vec<PathBuf>);
        let (version, include, suffix, free_threaded, paths): Answer =
            serde_json::from_slice(&output.stdout).ok()?;
        let found = Interpreter {
            path: path.to_path_buf(),
            version,
            include,
            suffix,
            free_threaded,
            paths,
            stamp,
        };
        known.retain(|each| each.path != path);
        known.push(found.clone());
        if std::fs::create_dir_all(cache_folder()).is_ok()
            && let Ok(text) = serde_json::to_vec_pretty(&known)
        {
            // Only a saving of time: a cache that cannot be written is asked again next time.
            let _ = crate::files::write_atomically(&notes, &text);
        }
        Some(found)
    }
}

fn stamp(path: &Path) -> Option<(u64, u64)> {
    let meta = std::fs::metadata(path).ok()?;
    let time = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((time.as_nanos() as u64, meta.len()))
}

fn on_path(name: &str) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(PathBuf::from(name)).filter(|path| path.is_file());
    }
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_were_exchanged_are_other_headers() {
        let folder = tempfile::tempdir().unwrap();
        let interpreter = Interpreter {
            path: folder.path().join("python3.14t"),
            version: "3.14.7".into(),
            include: folder.path().into(),
            suffix: ".so".into(),
            free_threaded: true,
            paths: Vec::new(),
            stamp: (0, 0),
        };
        let none = interpreter.headers();
        std::fs::write(folder.path().join("pyconfig.h"), "#define A 1\n").unwrap();
        let plain = interpreter.headers();
        assert_ne!(none, plain);
        assert_eq!(plain, interpreter.headers());
        std::fs::write(folder.path().join("pyconfig.h"), "#define A 1\n#define B\n").unwrap();
        assert_ne!(plain, interpreter.headers());
    }
}
