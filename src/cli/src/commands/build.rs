//! `tayberry build`: check, generate C, embed bytecode, compile what changed, link.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use tayberry_compiler::hir::Module as HirModule;
use tayberry_compiler::source::SourceFile;
use tayberry_compiler::{Checked, Options, check, emit};

use crate::embed::embed;
use crate::files::{hash, write_atomically, write_if_changed};
use crate::interpreter::Interpreter;
use crate::manifest::{Manifest, Module};
use crate::project::Project;
use crate::report::{Findings, Progress};
use crate::toolchain::{Toolchain, Unit};

/// How to build.
#[derive(Clone, Debug, Default)]
pub struct BuildOptions {
    /// What stays interpreted is an error.
    pub strict: bool,
    /// `-O0 -g`
    pub debug: bool,
    /// Print commands and times.
    pub verbose: bool,
}

/// What a build did.
pub struct Built {
    /// The manifest of the build.
    pub manifest: Manifest,
    /// How many modules were compiled.
    pub compiled: usize,
}

/// Builds a project; findings are printed. `None`: there are errors in the program.
pub fn build(project: &Project, options: &BuildOptions) -> anyhow::Result<Option<Built>> {
    let begun = Instant::now();
    let checked = check(
        &project.sources,
        &Options {
            strict: options.strict,
        },
    );
    if !Findings::of(&checked, &project.sources).print_unless_hints() {
        return Ok(None);
    }
    let interpreter = Interpreter::find()?;
    let toolchain = Toolchain::find(options.debug, options.verbose)?;
    let folder = project.build_folder();
    make_folders(&folder)?;
    let lock = std::fs::File::create(folder.join("lock"))
        .with_context(|| format!("cannot write to `{}`", folder.display()))?;
    lock.lock()
        .with_context(|| format!("cannot lock `{}`", folder.display()))?;

    let tayberry = this_binary()?;
    let fingerprint = toolchain.fingerprint(&interpreter);
    let old = Manifest::read(&folder).filter(|old| {
        old.tayberry == tayberry
            && old.toolchain == fingerprint
            && old.abi == tayberry_abi::ABI_VERSION
    });
    let program = project.program().to_owned();
    let library = format!("lib/{program}{}", interpreter.suffix);
    if let Some(old) = &old
        && old.entry == project.entry
        && old.root == project.root.to_string_lossy()
        && folder.join(&old.library).is_file()
        && unchanged(project, old)
    {
        return Ok(Some(Built {
            manifest: Manifest::read(&folder).context("the manifest vanished")?,
            compiled: 0,
        }));
    }

    let progress = Progress::start("generating C");
    let files = generate(project, &checked, &program, &interpreter)?;
    let c_folder = folder.join("c");
    for (name, text) in &files {
        write_if_changed(&c_folder.join(name), text.as_bytes())
            .with_context(|| format!("cannot write `{}`", c_folder.join(name).display()))?;
    }
    remove_others(&c_folder, |name| files.contains_key(name));
    let (include, runtime) = toolchain.runtime(&interpreter)?;
    let headers: Vec<&[u8]> = files
        .iter()
        .filter(|(name, _)| name.ends_with(".h"))
        .map(|(_, text)| text.as_bytes())
        .collect();
    let mut units = Vec::new();
    let mut objects: Vec<PathBuf> = Vec::new();
    let mut hashes: BTreeMap<String, String> = BTreeMap::new();
    for (name, text) in files.iter().filter(|(name, _)| name.ends_with(".c")) {
        let object = format!("obj/{}.o", name.trim_end_matches(".c"));
        let hash = hash(headers.iter().copied().chain([text.as_bytes()]));
        let built_before = old.as_ref().is_some_and(|old| {
            old.modules
                .values()
                .any(|module| module.object == object && module.c == hash)
        });
        let stamp = folder.join(format!("{object}.hash"));
        let same = std::fs::read_to_string(&stamp)
            .is_ok_and(|known| known == format!("{fingerprint} {hash}"));
        if !(folder.join(&object).is_file() && (built_before || same)) {
            units.push(Unit {
                source: c_folder.join(name),
                object: folder.join(&object),
            });
        }
        objects.push(folder.join(&object));
        hashes.insert(object, hash);
    }
    progress.say(&format!(
        "compiling {} of {} C files",
        units.len(),
        objects.len()
    ));
    toolchain.compile(&units, &[include, c_folder.clone()], &interpreter)?;
    for unit in &units {
        if let Ok(relative) = unit.object.strip_prefix(&folder) {
            let name = relative.to_string_lossy().into_owned();
            if let Some(hash) = hashes.get(&name) {
                write_atomically(
                    &folder.join(format!("{name}.hash")),
                    format!("{fingerprint} {hash}").as_bytes(),
                )?;
            }
        }
    }
    progress.say("linking");
    toolchain.link(&objects, &runtime, &folder.join(&library))?;
    let modules = project.sources.files.iter().map(|file| {
        let object = format!("obj/{}.o", emit::mangle(&file.module));
        let module = Module {
            path: file.path.clone(),
            is_package: file.is_package,
            source: hash([file.text.as_bytes()]),
            c: hashes.get(&object).cloned().unwrap_or_default(),
            object,
        };
        (file.module.clone(), module)
    });
    let manifest = Manifest {
        abi: tayberry_abi::ABI_VERSION,
        tayberry,
        toolchain: fingerprint,
        interpreter: interpreter.path.display().to_string(),
        suffix: interpreter.suffix.clone(),
        entry: project.entry.clone(),
        library,
        program,
        root: project.root.to_string_lossy().into_owned(),
        modules: modules.collect(),
    };
    let text = serde_json::to_vec_pretty(&manifest)?;
    write_atomically(&folder.join("manifest.json"), &text)
        .with_context(|| format!("cannot write to `{}`", folder.display()))?;
    progress.end();
    if options.verbose {
        let lines: usize = files.values().map(|text| text.lines().count()).sum();
        let python: usize = project
            .sources
            .files
            .iter()
            .map(|file| file.text.lines().count())
            .sum();
        eprintln!(
            "{:6.2} s  whole build: {python} lines of Python, {lines} lines of C, {} modules compiled",
            begun.elapsed().as_secs_f64(),
            units.len()
        );
    }
    Ok(Some(Built {
        manifest,
        compiled: units.len(),
    }))
}

/// All C files of the program by name.
pub fn generate(
    project: &Project,
    checked: &Checked,
    program: &str,
    interpreter: &Interpreter,
) -> anyhow::Result<BTreeMap<String, String>> {
    let pairs: Vec<(&HirModule, &SourceFile)> = checked
        .program
        .modules
        .iter()
        .zip(&project.sources.files)
        .collect();
    let codes = embed(interpreter, &pairs)?;
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

fn unchanged(project: &Project, old: &Manifest) -> bool {
    old.modules.len() == project.sources.files.len()
        && project.sources.files.iter().all(|file| {
            old.modules.get(&file.module).is_some_and(|known| {
                known.path == file.path
                    && known.is_package == file.is_package
                    && known.source == hash([file.text.as_bytes()])
            })
        })
}

fn make_folders(folder: &Path) -> anyhow::Result<()> {
    for part in ["c", "obj", "lib"] {
        std::fs::create_dir_all(folder.join(part))
            .with_context(|| format!("cannot write to `{}`\nhelp: the build is kept beside the sources; make that folder writable", folder.display()))?;
    }
    write_if_changed(&folder.join(".gitignore"), b"*\n")
        .with_context(|| format!("cannot write to `{}`", folder.display()))?;
    Ok(())
}

fn remove_others(folder: &Path, keep: impl Fn(&str) -> bool) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if !keep(&entry.file_name().to_string_lossy()) {
            // A leftover is only untidy.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// What tells this compiler from another: the modification time and size of the binary, kept short by hashing.
fn this_binary() -> anyhow::Result<String> {
    let meta = std::env::current_exe()?.metadata()?;
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
