//! `.tayberry/manifest.json`: what a build was made from. Written last, so that it speaks only of finished builds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::commands::train::Training;
use crate::files::hash;
use crate::processor;
use crate::toolchain::Profile;

/// The file's content.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Manifest {
    /// Version of the contract between generated code and the runtime.
    pub abi: u32,
    /// Hash of this binary: another compiler makes other code.
    pub tayberry: String,
    /// Hash of C compiler, flags and interpreter.
    pub toolchain: String,
    /// First line of what the C compiler says of itself, for the reader.
    pub compiler: String,
    /// The interpreter's path and version.
    pub interpreter: String,
    /// Whether it was built with `--debug`.
    pub debug: bool,
    /// What it was built for.
    #[serde(default)]
    pub release_profile: Profile,
    /// What it was trained with, if it was.
    #[serde(default)]
    pub training: Option<Training>,
    /// What a processor must have to run it, by Linux's names; for a build for one processor.
    #[serde(default)]
    pub features: BTreeSet<String>,
    /// Whether it was built with `--strict`.
    pub strict: bool,
    /// Its `EXT_SUFFIX`.
    pub suffix: String,
    /// Dotted name of the entry module.
    pub entry: String,
    /// `lib/<program><suffix>`, relative to the build folder.
    pub library: String,
    /// SHA-256 of the library.
    pub library_hash: String,
    /// The library's name without suffixes.
    pub program: String,
    /// Absolute path of the project's root when it was built, for the reader: a build may be moved with its sources.
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
    /// SHA-256 of the generated C of the module.
    pub c: String,
    /// The object, relative to the build folder.
    pub object: String,
}

/// Why a build cannot be served as it is.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// There is none.
    #[error("there is no build in `{0}`")]
    Missing(String),
    /// Not what a build writes.
    #[error("the build in `{folder}` is damaged: {why}")]
    Damaged {
        /// The build folder.
        folder: String,
        /// In a clause.
        why: String,
    },
}

impl Manifest {
    /// The manifest in a build folder.
    pub fn read(folder: &Path) -> Result<Manifest, ManifestError> {
        let path = folder.join("manifest.json");
        let damaged = |why: String| ManifestError::Damaged {
            folder: folder.display().to_string(),
            why,
        };
        let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
                ManifestError::Missing(folder.display().to_string())
            }
            _ => damaged(format!("manifest.json cannot be read ({error})")),
        })?;
        let found: Manifest = serde_json::from_slice(&bytes).map_err(|error| {
            damaged(format!(
                "manifest.json is not what a build writes ({error})"
            ))
        })?;
        if !found.modules.contains_key(&found.entry) {
            return Err(damaged(format!(
                "manifest.json lacks the module `{}`",
                found.entry
            )));
        }
        Ok(found)
    }

    /// Whether the library is there and as it was when it was linked.
    pub fn verify(&self, folder: &Path) -> Result<(), ManifestError> {
        let damaged = |why: &str| ManifestError::Damaged {
            folder: folder.display().to_string(),
            why: format!("{} {why}", self.library),
        };
        let bytes =
            std::fs::read(folder.join(&self.library)).map_err(|_| damaged("cannot be read"))?;
        if hash([bytes.as_slice()]) != self.library_hash {
            return Err(damaged("is not what was linked"));
        }
        Ok(())
    }

    /// What this machine's processor lacks of what the build needs.
    pub fn lacking(&self) -> Vec<String> {
        if self.features.is_empty() {
            return Vec::new();
        }
        (&self.features - &processor::features())
            .into_iter()
            .collect()
    }

    /// The entry module's source, relative to the root.
    pub fn entry_path(&self) -> &str {
        self.modules
            .get(&self.entry)
            .map_or("app.py", |module| &module.path)
    }
}
