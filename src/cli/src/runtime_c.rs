//! runtime-c as a static library, built once for all projects.
//!
//! Its sources are carried in this binary. The library is kept in the cache folder under a hash of them, the compiler, its
//! flags and the interpreter; two builds at once make it once, and an interrupted one leaves nothing that looks whole.

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use crate::files::{hash, write_if_changed};
use crate::interpreter::{Interpreter, cache_folder};
use crate::toolchain::{Toolchain, ToolchainError, Unit};

static INCLUDE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../runtime-c/include");
static SOURCE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../runtime-c/src");

/// The library and what goes with it.
pub struct RuntimeC {
    /// Hash of all that it is made from. Objects compiled with other headers must not be linked with it.
    pub identity: String,
    /// The folder of its headers.
    pub include: PathBuf,
    /// `libtayberry.a`
    pub library: PathBuf,
}

impl RuntimeC {
    /// The library, built if it is not there yet.
    pub fn provide(
        toolchain: &Toolchain,
        interpreter: &Interpreter,
    ) -> Result<RuntimeC, ToolchainError> {
        let fingerprint = toolchain.fingerprint(interpreter);
        let contents = INCLUDE.files().chain(SOURCE.files());
        let parts = contents
            .map(include_dir::File::contents)
            .chain([fingerprint.as_bytes()]);
        let identity = hash(parts)[..16].to_owned();
        let folder = cache_folder().join(format!("runtime-c-{identity}"));
        let ready = RuntimeC {
            identity,
            include: folder.join("include"),
            library: folder.join("libtayberry.a"),
        };
        if ready.library.is_file() {
            return Ok(ready);
        }
        let sources = folder.join("src");
        for each in [&ready.include, &sources] {
            std::fs::create_dir_all(each).map_err(|error| cannot_write(each, &error))?;
        }
        let lock_path = folder.join("lock");
        let lock =
            std::fs::File::create(&lock_path).map_err(|error| cannot_write(&lock_path, &error))?;
        lock.lock()
            .map_err(|error| cannot_write(&lock_path, &error))?;
        if ready.library.is_file() {
            return Ok(ready);
        }
        for (from, to) in [(&INCLUDE, &ready.include), (&SOURCE, &sources)] {
            for file in from.files() {
                let path = to.join(file.path());
                write_if_changed(&path, file.contents())
                    .map_err(|error| cannot_write(&path, &error))?;
            }
        }
        let units: Vec<Unit> = SOURCE
            .files()
            .filter(|file| file.path().extension().is_some_and(|ending| ending == "c"))
            .map(|file| Unit {
                source: sources.join(file.path()),
                object: sources.join(file.path()).with_extension("o"),
            })
            .collect();
        toolchain.compile(&units, std::slice::from_ref(&ready.include), interpreter)?;
        let objects: Vec<PathBuf> = units.into_iter().map(|unit| unit.object).collect();
        toolchain.archive(&objects, &ready.library, interpreter)?;
        Ok(ready)
    }
}

fn cannot_write(path: &Path, error: &std::io::Error) -> ToolchainError {
    ToolchainError::Write {
        path: path.display().to_string(),
        reason: format!(
            "{error}\nhelp: what all projects share is kept there; set TAYBERRY_CACHE to another folder"
        ),
    }
}
