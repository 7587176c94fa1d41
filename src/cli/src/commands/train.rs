//! Builds for what a program really does: built once to count, run by a training program, and built again with the counts.
//!
//! In: the C of a program and a Python file that does with it what it will do later. Out: objects and a C library compiled for
//! that. What holds: everything is in a folder of its own, made anew every time, in which both times the same objects have
//! the same places, as that is how the compiler finds the counts; the build that is served is not touched.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::files::{hash, write_atomically};
use crate::interpreter::Interpreter;
use crate::interrupt;
use crate::manifest::Manifest;
use crate::package;
use crate::report::{Progress, UserError};
use crate::runtime_c::RuntimeC;
use crate::toolchain::{Toolchain, Unit};

/// The program that a build was trained with.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Training {
    /// Where it is.
    pub file: PathBuf,
    /// SHA-256 of its text.
    pub hash: String,
}

impl Training {
    /// Reads the file.
    pub fn of(file: &Path) -> anyhow::Result<Training> {
        let bytes = std::fs::read(file).with_context(|| {
            format!(
                "cannot read the training program `{}` (--train)",
                file.display()
            )
        })?;
        Ok(Training {
            file: file.canonicalize()?,
            hash: hash([bytes.as_slice()]),
        })
    }
}

/// What is trained.
pub struct Pupil<'a> {
    /// The C files by name, which are in `c_folder`.
    pub files: &'a BTreeMap<String, String>,
    /// Their folder.
    pub c_folder: &'a Path,
    /// The folder of the sources.
    pub root: &'a Path,
    /// The folder for all of this.
    pub space: &'a Path,
    /// What the loader is to know of the build that counts.
    pub manifest: &'a Manifest,
}

/// Objects of the program and the C library, ready to be linked.
pub struct Trained {
    /// The program's.
    pub objects: Vec<PathBuf>,
    /// The library.
    pub runtime: RuntimeC,
}

/// Builds twice, with a training run in between.
pub fn train(
    pupil: &Pupil,
    training: &Training,
    toolchain: &Toolchain,
    interpreter: &Interpreter,
    progress: &Progress,
) -> anyhow::Result<Trained> {
    let space = pupil.space;
    // Counts of another build would be taken for this one's.
    let _ = std::fs::remove_dir_all(space);
    for part in ["obj", "lib"] {
        std::fs::create_dir_all(space.join(part))
            .with_context(|| format!("cannot write to `{}`", space.display()))?;
    }
    let units: Vec<Unit> = pupil
        .files
        .keys()
        .filter_map(|name| name.strip_suffix(".c"))
        .map(|stem| Unit {
            source: pupil.c_folder.join(format!("{stem}.c")),
            object: space.join("obj").join(format!("{stem}.o")),
        })
        .collect();
    let objects: Vec<PathBuf> = units.iter().map(|unit| unit.object.clone()).collect();
    let compiled = |toolchain: &Toolchain| -> anyhow::Result<RuntimeC> {
        let runtime = RuntimeC::make_for_one(&space.join("runtime-c"), toolchain, interpreter)?;
        toolchain.compile(&units, &runtime.include, interpreter)?;
        Ok(runtime)
    };
    progress.say("compiling a build that counts");
    let counting = toolchain.counting();
    let runtime = compiled(&counting)?;
    let library = space.join(&pupil.manifest.library);
    counting.link(&objects, &runtime.library, &library, interpreter)?;
    let text = serde_json::to_vec_pretty(pupil.manifest)?;
    write_atomically(&space.join("manifest.json"), &text)
        .with_context(|| format!("cannot write to `{}`", space.display()))?;
    progress.say("training");
    run(pupil, training, interpreter)?;
    if !objects
        .iter()
        .any(|object| object.with_extension("gcda").is_file())
    {
        return Err(UserError(format!(
            "the training program `{}` did not import any module of the app, or did not end by itself",
            training.file.display()
        ))
        .into());
    }
    progress.say("compiling with what was counted");
    let runtime = compiled(&toolchain.counted())?;
    Ok(Trained { objects, runtime })
}

/// Runs the training program; what it says is shown if it fails.
fn run(pupil: &Pupil, training: &Training, interpreter: &Interpreter) -> anyhow::Result<()> {
    let mut command = package::module(interpreter, "tayberry._train");
    command.arg("--build").arg(pupil.space);
    command.arg("--path").arg(pupil.root);
    command.arg(&training.file);
    command.current_dir(pupil.root);
    let output = interrupt::output(&mut command).context("cannot run the training program")?;
    if output.status.success() {
        return Ok(());
    }
    Err(UserError(format!(
        "the training program `{}` failed ({})\n{}{}",
        training.file.display(),
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr).trim_end()
    ))
    .into())
}
