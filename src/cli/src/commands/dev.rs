//! `tayberry dev`: serves the app interpreted, again after every change, with the checker's findings beside the log.
//!
//! What holds: nothing in the program ends it (a port that is in use does, before anything is served). A program that cannot be read, a server that does not start or that dies
//! leave it waiting for the next change; a signal ends it and its server.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::Context;
use notify_debouncer_full::notify::{RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{
    DebounceEventResult, DebouncedEvent, Debouncer, RecommendedCache, new_debouncer,
};
use tayberry_compiler::check;

use crate::args::DevArguments;
use crate::interpreter::Interpreter;
use crate::package;
use crate::project::Project;
use crate::report::Findings;
use crate::supervisor::Server;

/// How long a server may take to finish its requests before a new one takes its place.
const PATIENCE: Duration = Duration::from_secs(3);

/// Serves until a signal.
pub fn dev(arguments: &DevArguments) -> anyhow::Result<u8> {
    let interpreter = Interpreter::find()?;
    let project = Project::discover(&arguments.file)?;
    let app = arguments
        .app
        .clone()
        .unwrap_or_else(|| format!("{}:app", project.entry));
    let command = || {
        let mut command = package::server(&interpreter);
        command.args(["--app", &app, "--host", &arguments.host, "--debug"]);
        command.args(["--port", &arguments.port.to_string()]);
        command.arg("--path").arg(&project.root);
        command
    };
    // No change of the program would help against a port that another one has.
    drop(super::run::reserve(&arguments.host, arguments.port)?);
    let mut watch = Watch::start(&project.root)?;
    let mut signals = signal_hook::iterator::Signals::new([
        signal_hook::consts::SIGINT,
        signal_hook::consts::SIGTERM,
    ])?;
    let mut server = start(&arguments.file, &command)?;
    let mut announced = false;
    loop {
        if watch.changed(Duration::from_millis(100))? {
            eprintln!("changed; starting again");
            if let Some(old) = server.take() {
                old.stop(PATIENCE)?;
            }
            server = start(&arguments.file, &command)?;
            announced = false;
        }
        if signals.pending().next().is_some() {
            if let Some(running) = server.take() {
                running.stop(PATIENCE)?;
            }
            return Ok(0);
        }
        let Some(running) = &mut server else { continue };
        if !announced && let Some(said) = running.ready() {
            eprintln!("{said}");
            announced = true;
        }
        if let Some(status) = running.ended()? {
            eprintln!("the server ended ({status}); waiting for a change");
            server = None;
        }
    }
}

/// Starts a server, unless the program cannot even be read.
fn start(file: &Path, command: &dyn Fn() -> Command) -> anyhow::Result<Option<Server>> {
    if show(file) {
        return Server::start(command()).map(Some);
    }
    eprintln!("waiting for a change");
    Ok(None)
}

/// Checks and prints; false if the program cannot even be read.
fn show(file: &Path) -> bool {
    match Project::discover(file) {
        Ok(project) => {
            let checked = check(&project.sources, &project.options(false));
            Findings::of(&checked, &project.sources).print_unless_hints();
            !checked
                .diagnostics
                .iter()
                .any(|each| each.code.starts_with("TB0"))
        }
        Err(error) => {
            eprintln!("error: {error}");
            false
        }
    }
}

/// The folders in which the program's modules may be, and what happens there.
struct Watch {
    root: PathBuf,
    debouncer: Debouncer<RecommendedWatcher, RecommendedCache>,
    watched: BTreeSet<PathBuf>,
    events: Receiver<Vec<DebouncedEvent>>,
}

impl Watch {
    fn start(root: &Path) -> anyhow::Result<Watch> {
        let (send, events) = channel();
        let debouncer = new_debouncer(
            Duration::from_millis(150),
            None,
            move |result: DebounceEventResult| {
                // The receiver ends only with the process.
                let _ = send.send(result.unwrap_or_default());
            },
        )
        .context("cannot watch files")?;
        let mut watch = Watch {
            root: root.to_owned(),
            debouncer,
            watched: BTreeSet::new(),
            events,
        };
        watch.follow()?;
        Ok(watch)
    }

    /// Waits for a change to a Python file, at most so long.
    fn changed(&mut self, at_most: Duration) -> anyhow::Result<bool> {
        let mut events = match self.events.recv_timeout(at_most) {
            Ok(events) => events,
            Err(RecvTimeoutError::Timeout) => return Ok(false),
            Err(RecvTimeoutError::Disconnected) => anyhow::bail!("the file watcher ended"),
        };
        // What came in the meantime is one change with it.
        events.extend(self.events.try_iter().flatten());
        for event in events.iter().filter(|event| !event.kind.is_access()) {
            // A folder that is made again under its old name is another folder.
            for path in &event.paths {
                self.watched.remove(path);
            }
        }
        let new_folders = self.follow()?;
        Ok(new_folders
            || events.iter().any(|event| {
                !event.kind.is_access() && event.paths.iter().any(|path| is_python(path))
            }))
    }

    /// Watches the folders that are not watched yet; says whether one of them has a Python file.
    fn follow(&mut self) -> anyhow::Result<bool> {
        let now = folders(&self.root);
        let mut news = false;
        for folder in &now {
            if self.watched.contains(folder) {
                continue;
            }
            if let Err(error) = self.debouncer.watch(folder, RecursiveMode::NonRecursive) {
                if folder.is_dir() {
                    return Err(error)
                        .with_context(|| format!("cannot watch `{}`", folder.display()));
                }
                // It is gone already.
                continue;
            }
            news = news || entries(folder).iter().any(|path| is_python(path));
        }
        self.watched = now;
        Ok(news)
    }
}

fn is_python(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "py")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect()
}

/// The root and the folders below it, but for those that hold no sources of the program: hidden ones, caches, environments.
fn folders(root: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut pending = vec![root.to_owned()];
    while let Some(folder) = pending.pop() {
        for path in entries(&folder) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let skipped = name.starts_with('.')
                || ["__pycache__", "node_modules"].contains(&&*name)
                || path.is_symlink()
                || path.join("pyvenv.cfg").exists();
            if path.is_dir() && !skipped {
                pending.push(path);
            }
        }
        found.insert(folder);
    }
    found
}
