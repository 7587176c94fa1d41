//! Where the Python package `tayberry` is: beside this binary in a wheel, or in the checkout the binary was built in.

use std::path::PathBuf;
use std::process::Command;

use crate::interpreter::Interpreter;

/// The folder to put on `PYTHONPATH` for `import tayberry`; none if the interpreter has it installed anyway.
pub fn folder() -> Option<PathBuf> {
    let binary = std::env::current_exe().ok()?.canonicalize().ok()?;
    binary.ancestors().skip(1).find_map(|folder| {
        // A wheel: <site-packages>/tayberry/_bin/tayberry. A checkout: <root>/target/release/tayberry.
        let installed = folder.join("_bin").is_dir() && folder.join("_loader.py").is_file();
        if installed {
            return folder.parent().map(PathBuf::from);
        }
        let checkout = folder.join("python");
        checkout
            .join("tayberry/__init__.py")
            .is_file()
            .then_some(checkout)
    })
}

/// A command that runs `python -m tayberry._serve`.
pub fn server(interpreter: &Interpreter) -> Command {
    module(interpreter, "tayberry._serve")
}

/// A command that runs a module of the package.
pub fn module(interpreter: &Interpreter, name: &str) -> Command {
    let mut command = Command::new(&interpreter.path);
    if let Some(folder) = folder() {
        let mut path = vec![folder];
        path.extend(
            std::env::var_os("PYTHONPATH")
                .iter()
                .flat_map(std::env::split_paths),
        );
        if let Ok(joined) = std::env::join_paths(path) {
            command.env("PYTHONPATH", joined);
        }
    }
    // It imports what it needs itself before it looks into the app's folder: an app may well have a `profile.py`.
    command.arg("-P");
    // Not `-X gil=0`: it would load extensions that need the lock without a word; the server names them instead.
    command.args(["-m", name]);
    command
}
