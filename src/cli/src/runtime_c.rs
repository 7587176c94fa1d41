//! runtime-c as a static library, and its header as the compiler wants to read it, built once for all projects.
//!
//! Its sources are carried in this binary. The library is kept in the cache folder under a hash of them, the compiler, its
//! flags and the interpreter; two builds at once make it once, and an interrupted one leaves nothing that looks whole.
//! Libraries of compilers that nobody has used of late are removed, never one that a build is using.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use include_dir::{Dir, include_dir};

use crate::files::{hash, unfinished, write_if_changed};
use crate::interpreter::{Interpreter, cache_folder};
use crate::toolchain::{Toolchain, ToolchainError, Unit};

static INCLUDE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../runtime-c/include");
static SOURCE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../runtime-c/src");

/// So many libraries stay, those that were used last; and each that was used within `YOUNG`.
const KEPT: usize = 6;
const YOUNG: Duration = Duration::from_secs(3600);

/// The library and what goes with it.
pub struct RuntimeC {
    /// Hash of all that it is made from. Objects compiled with other headers must not be linked with it.
    pub identity: String,
    /// The folder of its headers.
    pub include: PathBuf,
    /// `libtayberry.a`
    pub library: PathBuf,
    /// Held, shared, while the library is used; `None` where it cannot be removed either, as the folder is not writable.
    _lock: Option<File>,
}

impl RuntimeC {
    /// A library of its own for one build, in a folder that is no other's.
    pub fn make_for_one(
        folder: &Path,
        toolchain: &Toolchain,
        interpreter: &Interpreter,
    ) -> Result<RuntimeC, ToolchainError> {
        let include = folder.join("include");
        let library = folder.join("libtayberry.a");
        make(folder, &include, &library, toolchain, interpreter)?;
        Ok(RuntimeC {
            identity: String::new(),
            include,
            library,
            _lock: None,
        })
    }

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
        let include = folder.join("include");
        let library = folder.join("libtayberry.a");
        let mut made = false;
        let lock = loop {
            let lock = match Lock::of(&folder) {
                Ok(lock) => lock,
                Err(_) if library.is_file() => break None,
                Err(error) => return Err(cannot_write(&folder, &error)),
            };
            // While it is shared nobody removes the library.
            lock.file
                .lock_shared()
                .map_err(|error| cannot_write(&lock.path, &error))?;
            if lock.is_valid() && library.is_file() {
                lock.mark_as_used();
                break Some(lock.file);
            }
            lock.file
                .lock()
                .map_err(|error| cannot_write(&lock.path, &error))?;
            if lock.is_valid() && !library.is_file() {
                make(&folder, &include, &library, toolchain, interpreter)?;
                made = true;
            }
        };
        if made {
            remove_old(&cache_folder(), &folder);
        }
        Ok(RuntimeC {
            identity,
            include,
            library,
            _lock: lock,
        })
    }
}

/// Compiles the library; the lock on its folder is held.
fn make(
    folder: &Path,
    include: &Path,
    library: &Path,
    toolchain: &Toolchain,
    interpreter: &Interpreter,
) -> Result<(), ToolchainError> {
    let sources = folder.join("src");
    for (from, to) in [(&INCLUDE, include), (&SOURCE, sources.as_path())] {
        std::fs::create_dir_all(to).map_err(|error| cannot_write(to, &error))?;
        for file in from.files() {
            let path = to.join(file.path());
            write_if_changed(&path, file.contents())
                .map_err(|error| cannot_write(&path, &error))?;
        }
    }
    toolchain.precompile(&include.join("tb.h"), include, interpreter);
    let units: Vec<Unit> = SOURCE
        .files()
        .filter(|file| file.path().extension().is_some_and(|ending| ending == "c"))
        .map(|file| Unit {
            source: sources.join(file.path()),
            object: sources.join(file.path()).with_extension("o"),
        })
        .collect();
    toolchain.compile(&units, include, interpreter)?;
    let objects: Vec<PathBuf> = units.into_iter().map(|unit| unit.object).collect();
    toolchain.archive(&objects, library, interpreter)
}

/// The lock of a library's folder: shared by those who use the library, exclusive for who makes or removes it.
/// When it was last used is the file's time.
struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    fn of(folder: &Path) -> std::io::Result<Lock> {
        let path = folder.join("lock");
        // Reading is enough where somebody else has made it.
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(_) => {
                std::fs::create_dir_all(folder)?;
                File::options().append(true).create(true).open(&path)?
            }
        };
        Ok(Lock { path, file })
    }

    /// Whether this is the lock still, and not that of a folder removed in the meantime.
    fn is_valid(&self) -> bool {
        match (self.file.metadata(), self.path.metadata()) {
            (Ok(held), Ok(there)) => held.ino() == there.ino() && held.dev() == there.dev(),
            _ => false,
        }
    }

    fn mark_as_used(&self) {
        // Where that is not allowed, neither is removing.
        let _ = self.file.set_modified(SystemTime::now());
    }
}

/// Removes the libraries that were used longest ago, but those that somebody is using; what cannot be removed stays.
fn remove_old(cache: &Path, own: &Path) {
    let mut others: Vec<(SystemTime, PathBuf)> = std::fs::read_dir(cache)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .starts_with("runtime-c-")
        })
        .map(|entry| entry.path())
        .filter(|path| path != own)
        .map(|path| {
            let used = path.join("lock").metadata().or_else(|_| path.metadata());
            let used = used.and_then(|meta| meta.modified());
            (used.unwrap_or(SystemTime::UNIX_EPOCH), path)
        })
        .collect();
    others.sort();
    others.truncate(others.len().saturating_sub(KEPT - 1));
    for (used, folder) in others {
        // A time in the future is young.
        if used.elapsed().is_ok_and(|age| age > YOUNG)
            && let Ok(lock) = Lock::of(&folder)
            && lock.file.try_lock().is_ok()
            && lock.is_valid()
        {
            // Away at once, as a build may want it anew while its files go.
            let away = unfinished(&folder);
            let _ = std::fs::rename(&folder, &away);
            let _ = std::fs::remove_dir_all(&away);
        }
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
