//! `.tayberry/manifest.json`: what a build was made from. Written last, so that it speaks only of finished builds.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// The file's content.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Manifest {
    /// Version of the contract between generated code and the runtime.
    pub abi: u32,
    /// Hash of this binary: another compiler makes other code.
    pub tayberry: String,
    /// Hash of C compiler, flags and interpreter.
    pub toolchain: String,
    /// The interpreter's path, for the reader.
    pub interpreter: String,
    /// Its `EXT_SUFFIX`.
    pub suffix: String,
    /// Dotted name of the entry module.
    pub entry: String,
    /// `lib/<program><suffix>`, relative to the build folder.
    pub library: String,
    /// The library's name without suffixes.
    pub program: String,
    /// Absolute path of the project's root when it was built.
    pub root: String,
    /// By dotted name.
    pub modules: BTreeMap<String, Module>,
}

/// One module.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Module {
    /// Relative to the root.
    pub path: String,
    /// Whether it is a package.
    pub is_package: bool,
    /// SHA-256 of the source.
    pub source: String,
    /// SHA-256 of the generated C of the module and of `program.h`.
    pub c: String,
    /// The object, relative to the build folder.
    pub object: String,
}

impl Manifest {
    /// The manifest in a build folder, if there is a readable one.
    pub fn read(folder: &Path) -> Option<Manifest> {
        serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).ok()?).ok()
    }
}
