//! `tayberry dev`: serves the app interpreted, again after every change, with the checker's findings beside the log.

use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::Context;
use notify_debouncer_full::{DebounceEventResult, new_debouncer, notify::RecursiveMode};
use tayberry_compiler::{Options, check};

use crate::args::DevArguments;
use crate::interpreter::Interpreter;
use crate::package;
use crate::project::Project;
use crate::report::Findings;

/// Serves until a signal.
pub fn dev(arguments: &DevArguments) -> anyhow::Result<u8> {
    let interpreter = Interpreter::find()?;
    let project = Project::discover(&arguments.file)?;
    let root = project.root.clone();
    let app = arguments
        .app
        .clone()
        .unwrap_or_else(|| format!("{}:app", project.entry));
    let mut server = package::server(&interpreter);
    server.args([
        "--app",
        &app,
        "--path",
        &root.to_string_lossy(),
        "--host",
        &arguments.host,
        "--port",
        &arguments.port.to_string(),
        "--debug",
    ]);
    let (send, changes) = channel();
    let mut watcher = new_debouncer(
        Duration::from_millis(150),
        None,
        move |result: DebounceEventResult| {
            let relevant = result.is_ok_and(|events| {
                events.iter().any(|event| {
                    event.kind.is_access().eq(&false)
                        && event.paths.iter().any(|path| {
                            path.extension().is_some_and(|ending| ending == "py")
                                && !path
                                    .components()
                                    .any(|part| part.as_os_str() == ".tayberry")
                        })
                })
            });
            if relevant {
                // The receiver ends only with the process.
                let _ = send.send(());
            }
        },
    )
    .context("cannot watch files")?;
    watcher
        .watch(&root, RecursiveMode::Recursive)
        .with_context(|| format!("cannot watch `{}`", root.display()))?;
    let mut signals = signal_hook::iterator::Signals::new([
        signal_hook::consts::SIGINT,
        signal_hook::consts::SIGTERM,
    ])?;
    show(&arguments.file);
    let mut child = Some(server.spawn().context("cannot start the server")?);
    loop {
        match changes.recv_timeout(Duration::from_millis(100)) {
            Ok(()) => {
                eprintln!("changed; starting again");
                stop(&mut child)?;
                if show(&arguments.file) {
                    child = Some(server.spawn().context("cannot start the server")?);
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(2),
        }
        if signals.pending().next().is_some() {
            stop(&mut child)?;
            return Ok(0);
        }
        if let Some(running) = &mut child
            && let Some(status) = running.try_wait()?
        {
            eprintln!("the server ended ({status}); waiting for a change");
            child = None;
        }
    }
}

/// Checks and prints; false if the program cannot even be read.
fn show(file: &Path) -> bool {
    match Project::discover(file) {
        Ok(project) => {
            let checked = check(&project.sources, &Options::default());
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

fn stop(child: &mut Option<Child>) -> anyhow::Result<()> {
    if let Some(mut running) = child.take() {
        // It may just have ended by itself.
        let _ = Command::new("kill")
            .args(["-TERM", &running.id().to_string()])
            .status();
        running.wait()?;
    }
    Ok(())
}
