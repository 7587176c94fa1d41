//! What a program can import that is neither its own source nor the standard library.
//!
//! In: the project and the interpreter. Out: names of modules, by looking into the folders on its path; nothing is run. `None` where
//! that does not tell it: no interpreter, an archive on the path, a `.pth` file that runs code.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::interpreter::Interpreter;
use crate::project::Project;

/// The names, as `tayberry_compiler::Options` takes them.
pub fn find(project: &Project) -> Option<BTreeSet<String>> {
    let interpreter = Interpreter::find().ok()?;
    let mut folders = interpreter.paths;
    if let Some(further) = std::env::var_os("PYTHONPATH") {
        folders.extend(std::env::split_paths(&further));
    }
    folders.extend(std::env::current_dir());
    folders.push(project.root.clone());
    let mut found = BTreeSet::new();
    let mut at = 0;
    while at < folders.len() {
        if folders[at].is_file() {
            return None;
        }
        for entry in entries(&folders[at]) {
            if entry.extension().is_some_and(|ending| ending == "pth") {
                let added = added_folders(&entry)?;
                folders.extend(added.into_iter().filter(|each| each.exists()));
            }
            found.extend(module_name(&entry));
        }
        at += 1;
        if at > 200 {
            return None;
        }
    }
    for package in project.sources.files.iter().filter(|file| file.is_package) {
        let inside = project.root.join(&package.path);
        for entry in entries(inside.parent()?) {
            found.extend(module_name(&entry).map(|name| format!("{}.{name}", package.module)));
        }
    }
    Some(found)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// The module that an entry of a folder can be imported as: `a.py`, `a.cpython-314t-x86_64-linux-gnu.so`, a folder `a`.
fn module_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let stem = name.split('.').next()?;
    let is_module = match path.extension().and_then(|ending| ending.to_str()) {
        Some("py" | "pyc" | "so") => true,
        Some(_) => false,
        None => path.is_dir(),
    };
    let is_name = !stem.is_empty()
        && stem
            .chars()
            .all(|each| each == '_' || each.is_alphanumeric());
    (is_module && is_name).then(|| stem.to_owned())
}

/// The folders that a `.pth` file adds to the path; `None` if it runs code that may add others.
fn added_folders(file: &Path) -> Option<Vec<PathBuf>> {
    // What setuptools puts everywhere adds nothing.
    if file.file_name()? == "distutils-precedence.pth" {
        return Some(Vec::new());
    }
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let home = file.parent()?;
    lines
        .map(|line| {
            (!line.starts_with("import ") && !line.starts_with("import\t")).then(|| home.join(line))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_files_of_python_extensions_and_folders() {
        let folder = std::env::temp_dir();
        assert_eq!(
            module_name(Path::new("a/orders.py")).as_deref(),
            Some("orders")
        );
        assert_eq!(
            module_name(Path::new("a/_fast.cpython-314t-x86_64-linux-gnu.so")).as_deref(),
            Some("_fast")
        );
        assert_eq!(module_name(Path::new("a/orders-1.0.dist-info")), None);
        assert_eq!(module_name(Path::new("a/notes.txt")), None);
        assert!(module_name(&folder).is_some());
    }

    #[test]
    fn path_files_add_folders_unless_they_run_code() {
        let folder = std::env::temp_dir().join(format!("tayberry-pth-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        let file = folder.join("one.pth");
        std::fs::write(&file, "# more\nelsewhere\n/opt/there\n").expect("a file can be written");
        let added = added_folders(&file).expect("only folders are named");
        assert_eq!(
            added,
            [folder.join("elsewhere"), PathBuf::from("/opt/there")]
        );
        std::fs::write(&file, "import hooks; hooks.install()\n").expect("a file can be written");
        assert_eq!(added_folders(&file), None);
        std::fs::remove_dir_all(&folder).expect("the folder can be removed");
    }
}
