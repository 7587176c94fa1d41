//! `tayberry build`: check, generate C, embed bytecode, compile what changed, link.
//!
//! In: a project. Out: its `.tayberry/` folder, and what was done. What holds: the manifest is written last and the library
//! is put in its place whole, so an interrupted build leaves the one before or none; two builds at once take turns.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use tayberry_compiler::hir::Module as HirModule;
use tayberry_compiler::source::SourceFile;
use tayberry_compiler::{Checked, check, emit};

use super::train::{Pupil, Training, train};
use crate::embed::{embed, kept_name};
use crate::files::{hash, write_atomically, write_if_changed};
use crate::interpreter::Interpreter;
use crate::manifest::{Manifest, Module};
use crate::project::{Project, source_hash};
use crate::report::{Findings, Progress, counted};
use crate::runtime_c::RuntimeC;
use crate::toolchain::{Profile, Toolchain, Unit};

/// How to build.
#[derive(Clone, Debug, Default)]
pub struct BuildOptions {
    /// What stays interpreted is an error.
    pub strict: bool,
    /// `-O0 -g`
    pub debug: bool,
    /// What it is built for.
    pub profile: Profile,
    /// What a build that is trained is trained with.
    pub train: Option<PathBuf>,
    /// Print commands and times.
    pub verbose: bool,
}

/// What a build did.
pub struct Built {
    /// The manifest of the build.
    pub manifest: Manifest,
    /// How many C files were compiled; `None` if there was nothing to do at all.
    pub compiled: Option<usize>,
}

/// Builds a project; findings are printed. `None`: there are errors in the program.
pub fn build(project: &Project, options: &BuildOptions) -> anyhow::Result<Option<Built>> {
    let begun = Instant::now();
    let checked = check(&project.sources, &project.options(options.strict));
    if !Findings::of(&checked, &project.sources).print_unless_hints() {
        return Ok(None);
    }
    let interpreter = Interpreter::find()?;
    let toolchain = Toolchain::find(options.debug, options.profile, options.verbose)?;
    let training = options.train.as_deref().map(Training::of).transpose()?;
    let folder = project.build_folder();
    make_folders(&folder)?;
    let _lock = lock(&folder)?;
    let fingerprint = toolchain.fingerprint(&interpreter);
    // One that cannot be read is as good as none: everything is made again.
    if let Ok(old) = Manifest::read(&folder)
        && old.toolchain == fingerprint
        && old.strict == options.strict
        && old.features == toolchain.features
        && old.training == training
        && is_fresh(&old, project, &interpreter)?
        && old.verify(&folder).is_ok()
    {
        return Ok(Some(Built {
            manifest: old,
            compiled: None,
        }));
    }

    let progress = Progress::start("generating C");
    let program = project.program();
    let objects_folder = folder.join("obj");
    let files = generate(
        project,
        &checked,
        &program,
        &interpreter,
        Some(&objects_folder),
    )?;
    let c_folder = folder.join("c");
    for (name, text) in &files {
        write_if_changed(&c_folder.join(name), text.as_bytes())
            .with_context(|| format!("cannot write `{}`", c_folder.join(name).display()))?;
    }
    let way = match training.clone() {
        Some(training) => Way::Trained(training),
        None => Way::Plain(RuntimeC::provide(&toolchain, &interpreter)?),
    };
    let made_with = match &way {
        Way::Plain(runtime) => format!("{fingerprint} {}", runtime.identity),
        Way::Trained(_) => String::new(),
    };
    let objects = Objects::of(&files, &folder, &made_with);
    let modules = project.sources.files.iter().map(|file| {
        let object = format!("{}.o", emit::mangle(&file.module));
        let module = Module {
            path: file.path.clone(),
            is_package: file.is_package,
            source: source_hash(file.text.as_bytes()),
            c: objects.hash_of(&object),
            object: format!("obj/{object}"),
        };
        (file.module.clone(), module)
    });
    let mut manifest = Manifest {
        abi: tayberry_abi::ABI_VERSION,
        tayberry: this_binary()?,
        toolchain: fingerprint,
        compiler: toolchain.version.clone(),
        interpreter: interpreter.identity(),
        debug: options.debug,
        release_profile: options.profile,
        training,
        features: toolchain.features.clone(),
        strict: options.strict,
        suffix: interpreter.suffix.clone(),
        entry: project.entry.clone(),
        library_hash: String::new(),
        root: project.root.to_string_lossy().into_owned(),
        modules: modules.collect(),
        library: format!("lib/{program}{}", interpreter.suffix),
        program,
    };
    let space = folder.join("pgo");
    let (compiled, paths, runtime) = match way {
        Way::Trained(training) => {
            let pupil = Pupil {
                files: &files,
                c_folder: &c_folder,
                root: &project.root,
                space: &space,
                manifest: &manifest,
            };
            let trained = train(&pupil, &training, &toolchain, &interpreter, &progress)?;
            (trained.objects.len(), trained.objects, trained.runtime)
        }
        Way::Plain(runtime) => {
            let units = objects.stale(&c_folder);
            progress.say(&format!(
                "compiling {} of {}",
                units.len(),
                counted(objects.all.len(), "C file")
            ));
            toolchain.compile(&units, &runtime.include, &interpreter)?;
            objects.stamp()?;
            let _ = std::fs::remove_dir_all(&space);
            (units.len(), objects.paths(), runtime)
        }
    };
    progress.say("linking");
    let library = folder.join(&manifest.library);
    toolchain.link(&paths, &runtime.library, &library, &interpreter)?;
    let linked =
        std::fs::read(&library).with_context(|| format!("cannot read `{}`", library.display()))?;
    manifest.library_hash = hash([linked.as_slice()]);
    let text = serde_json::to_vec_pretty(&manifest)?;
    write_atomically(&folder.join("manifest.json"), &text)
        .with_context(|| format!("cannot write to `{}`", folder.display()))?;
    remove_others(&c_folder, &files.keys().cloned().collect());
    let mut kept = objects.names();
    kept.extend(manifest.modules.keys().map(|name| kept_name(name)));
    remove_others(&objects_folder, &kept);
    remove_others(&folder.join("lib"), &file_name(&manifest.library));
    progress.end();
    if options.verbose {
        let lines: usize = files.values().map(|text| text.lines().count()).sum();
        let python: usize = project
            .sources
            .files
            .iter()
            .map(|file| file.text.lines().count())
            .sum();
        let seconds = begun.elapsed().as_secs_f64();
        // An empty program has no rate.
        let thousands = python.max(1) as f64 / 1000.0;
        eprintln!(
            "{seconds:6.2} s  whole build: {python} lines of Python, {lines} lines of C, {} compiled",
            counted(compiled, "C file")
        );
        eprintln!(
            "{:6.2} s  and {:.0} lines of C for 1,000 lines of Python",
            seconds / thousands,
            lines as f64 / thousands
        );
    }
    Ok(Some(Built {
        manifest,
        compiled: Some(compiled),
    }))
}

/// Whether a build was made from these sources, by this compiler and for this interpreter.
pub fn is_fresh(
    old: &Manifest,
    project: &Project,
    interpreter: &Interpreter,
) -> anyhow::Result<bool> {
    Ok(old.abi == tayberry_abi::ABI_VERSION
        && old.entry == project.entry
        && old.interpreter == interpreter.identity()
        && old.tayberry == this_binary()?
        && old.modules.len() == project.sources.files.len()
        && project.sources.files.iter().all(|file| {
            old.modules.get(&file.module).is_some_and(|known| {
                known.path == file.path
                    && known.is_package == file.is_package
                    && known.source == source_hash(file.text.as_bytes())
            })
        }))
}

/// All C files of the program by name. `kept` is the folder for code that the next build may use again.
pub fn generate(
    project: &Project,
    checked: &Checked,
    program: &str,
    interpreter: &Interpreter,
    kept: Option<&Path>,
) -> anyhow::Result<BTreeMap<String, String>> {
    let pairs: Vec<(&HirModule, &SourceFile)> = checked
        .program
        .modules
        .iter()
        .zip(&project.sources.files)
        .collect();
    let codes = embed(interpreter, &pairs, kept)?;
    let code = pairs
        .iter()
        .zip(codes)
        .map(|((module, _), code)| (module.name.clone(), code))
        .collect();
    let options = emit::EmitOptions {
        program: program.to_owned(),
        code,
    };
    Ok(
        emit::emit_program(&checked.program, &checked.app, &project.sources, &options)
            .into_iter()
            .map(|file| (file.name, file.text))
            .collect(),
    )
}

/// How objects come about.
enum Way {
    /// Compiled if they are stale, and linked with the library that all projects share.
    Plain(RuntimeC),
    /// Compiled twice, together with a library of their own.
    Trained(Training),
}

/// The objects of a program. Beside each stands a stamp that says what it was compiled from.
struct Objects {
    folder: PathBuf,
    /// `app.o` → what its stamp must say and the hash of its C.
    all: BTreeMap<String, (String, String)>,
}

impl Objects {
    fn of(files: &BTreeMap<String, String>, folder: &Path, made_with: &str) -> Objects {
        let all = files
            .iter()
            .filter_map(|(name, text)| Some((name.strip_suffix(".c")?, text)))
            .map(|(stem, text)| {
                let hash = hash([text.as_bytes()]);
                (format!("{stem}.o"), (format!("{made_with} {hash}"), hash))
            });
        Objects {
            all: all.collect(),
            folder: folder.join("obj"),
        }
    }

    fn stale(&self, c_folder: &Path) -> Vec<Unit> {
        let is_stale = |name: &str, wanted: &str| {
            !self.folder.join(name).is_file()
                || !std::fs::read_to_string(self.stamp_of(name)).is_ok_and(|known| known == wanted)
        };
        self.all
            .iter()
            .filter(|(name, (wanted, _))| is_stale(name, wanted))
            .map(|(name, _)| {
                // Should this build be interrupted, the object is not to be taken for what the stamp says.
                let _ = std::fs::remove_file(self.stamp_of(name));
                Unit {
                    source: c_folder.join(name).with_extension("c"),
                    object: self.folder.join(name),
                }
            })
            .collect()
    }

    fn stamp(&self) -> anyhow::Result<()> {
        for (name, (wanted, _)) in &self.all {
            let path = self.stamp_of(name);
            write_if_changed(&path, wanted.as_bytes())
                .with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        Ok(())
    }

    fn stamp_of(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.hash"))
    }

    fn paths(&self) -> Vec<PathBuf> {
        self.all.keys().map(|name| self.folder.join(name)).collect()
    }

    fn hash_of(&self, name: &str) -> String {
        self.all
            .get(name)
            .map(|(_, hash)| hash.clone())
            .unwrap_or_default()
    }

    fn names(&self) -> BTreeSet<String> {
        self.all
            .keys()
            .flat_map(|name| [name.clone(), format!("{name}.hash")])
            .collect()
    }
}

fn make_folders(folder: &Path) -> anyhow::Result<()> {
    for part in ["c", "obj", "lib"] {
        std::fs::create_dir_all(folder.join(part)).with_context(|| {
            format!(
                "cannot write to `{}` (the build is kept beside the sources)",
                folder.display()
            )
        })?;
    }
    write_if_changed(&folder.join(".gitignore"), b"*\n")
        .with_context(|| format!("cannot write to `{}`", folder.display()))?;
    Ok(())
}

/// Held while one builds; freed by the system however the build ends.
fn lock(folder: &Path) -> anyhow::Result<File> {
    let file = File::create(folder.join("lock"))
        .with_context(|| format!("cannot write to `{}`", folder.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!("another build of this project is under way; waiting for it");
            file.lock()
                .with_context(|| format!("cannot lock `{}`", folder.display()))?;
        }
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock `{}`", folder.display()));
        }
    }
    Ok(file)
}

fn file_name(path: &str) -> BTreeSet<String> {
    path.rsplit('/')
        .next()
        .map(String::from)
        .into_iter()
        .collect()
}

/// What modules that are gone and interrupted builds left behind.
fn remove_others(folder: &Path, keep: &BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if !keep.contains(&*entry.file_name().to_string_lossy()) {
            // A leftover is only untidy.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// What tells this compiler from another: the modification time and size of the binary, kept short by hashing.
fn this_binary() -> anyhow::Result<String> {
    let meta = std::env::current_exe()
        .and_then(|binary| binary.metadata())
        .context("this command was replaced while it ran; run it again")?;
    let time = meta
        .modified()?
        .duration_since(std::time::UNIX_EPOCH)?
        .as_nanos();
    Ok(hash([
        env!("CARGO_PKG_VERSION").as_bytes(),
        &time.to_le_bytes(),
        &meta.len().to_le_bytes(),
    ])[..16]
        .to_owned())
}
