//! `tayberry new`: a project that builds, from the templates carried in this binary.

use std::path::Path;

use anyhow::Context;
use include_dir::{Dir, include_dir};
use minijinja::{Environment, context};

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// Makes the folder; refuses if anything is there.
pub fn new(folder: &Path) -> anyhow::Result<u8> {
    // `tayberry new .` in an empty folder names the project after it.
    let named = match folder.file_name() {
        Some(_) => folder.to_owned(),
        None => folder.canonicalize().unwrap_or_else(|_| folder.to_owned()),
    };
    let name = named
        .file_name()
        .and_then(|name| name.to_str())
        .context("name a folder for the project")?;
    let valid = name
        .chars()
        .all(|each| each.is_ascii_alphanumeric() || each == '-' || each == '_')
        && name.starts_with(|each: char| each.is_ascii_alphabetic());
    anyhow::ensure!(
        valid,
        "`{name}` cannot name a project: use letters, digits, `-` and `_`, a letter first"
    );
    if folder
        .read_dir()
        .is_ok_and(|mut entries| entries.next().is_some())
        || folder.is_file()
    {
        anyhow::bail!(
            "`{}` is there already; nothing was written",
            folder.display()
        );
    }
    let environment = Environment::new();
    let mut written = Vec::new();
    for file in TEMPLATES
        .files()
        .chain(TEMPLATES.dirs().flat_map(Dir::files))
    {
        let relative = file.path().with_extension("");
        let target = folder.join(match relative.to_str() {
            // Templates with these names would be heeded where they stand.
            Some("gitignore") => Path::new(".gitignore"),
            Some("dockerignore") => Path::new(".dockerignore"),
            _ => &relative,
        });
        let text = file.contents_utf8().context("a template is not text")?;
        let rendered = environment.render_str(
            text,
            context! { name, version => env!("CARGO_PKG_VERSION") },
        )?;
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)
                .with_context(|| format!("cannot write to `{}`", parent.display()))?;
        }
        std::fs::write(&target, rendered + "\n")
            .with_context(|| format!("cannot write `{}`", target.display()))?;
        written.push(target.display().to_string());
    }
    written.sort();
    println!(
        "{}\n\nNext:\n  cd {}\n  tayberry dev app.py",
        written.join("\n"),
        folder.display()
    );
    Ok(0)
}
