//! `tayberry run`: serves the last build with one or several worker processes.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::Context;

use super::build::{BuildOptions, build};
use crate::args::RunArguments;
use crate::interpreter::Interpreter;
use crate::manifest::Manifest;
use crate::package;
use crate::project::Project;

/// Serves until a signal; gives the exit status.
pub fn run(arguments: &RunArguments) -> anyhow::Result<u8> {
    let folder = build_folder(arguments)?;
    let mut manifest = Manifest::read(&folder).with_context(|| {
        format!("there is no build in `{}`\nhelp: run `tayberry build app.py` first, or go to the folder that has one", folder.display())
    })?;
    if !arguments.no_build {
        let entry = Path::new(&manifest.root).join(
            &manifest
                .modules
                .get(&manifest.entry)
                .context("the build lacks its entry module; build again")?
                .path,
        );
        let project = Project::discover(&entry)?;
        match build(&project, &BuildOptions::default())? {
            Some(built) => manifest = built.manifest,
            None => return Ok(1),
        }
    }
    if manifest.abi != tayberry_abi::ABI_VERSION {
        anyhow::bail!(
            "the build in `{}` is for another version of Tayberry (ABI {}, this is {})\nhelp: run `tayberry build {}`",
            folder.display(),
            manifest.abi,
            tayberry_abi::ABI_VERSION,
            manifest
                .modules
                .get(&manifest.entry)
                .map_or("app.py", |module| &module.path)
        );
    }
    let interpreter = Interpreter::find()?;
    let app = arguments
        .app
        .clone()
        .unwrap_or_else(|| format!("{}:app", manifest.entry));
    let server = || {
        let mut command = package::server(&interpreter);
        command.args([
            "--app",
            &app,
            "--path",
            &manifest.root,
            "--host",
            &arguments.host,
            "--port",
            &arguments.port.to_string(),
        ]);
        command.arg("--build").arg(&folder);
        if arguments.threads > 0 {
            command.args(["--threads", &arguments.threads.to_string()]);
        }
        for (set, flag) in [
            (arguments.access_log, "--access-log"),
            (arguments.allow_gil, "--allow-gil"),
        ] {
            if set {
                command.arg(flag);
            }
        }
        command
    };
    if arguments.workers == 1 {
        return Ok(replace(server()));
    }
    supervise(arguments.workers, &server)
}

fn build_folder(arguments: &RunArguments) -> anyhow::Result<PathBuf> {
    let base = match &arguments.folder {
        Some(folder) => folder.clone(),
        None => std::env::current_dir()?,
    };
    let here = base
        .canonicalize()
        .with_context(|| format!("there is no folder `{}`", base.display()))?;
    Ok(here.join(".tayberry"))
}

/// Becomes the server process, so that signals reach it directly.
fn replace(mut command: Command) -> u8 {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    eprintln!("error: cannot start the server: {error}");
    2
}

/// Runs several servers on one port; a worker that dies is started again, ever more slowly if it keeps dying.
fn supervise(workers: u16, server: &dyn Fn() -> Command) -> anyhow::Result<u8> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    let start = || -> anyhow::Result<(Child, Instant)> {
        let mut command = server();
        command.env("TAYBERRY_REUSE_PORT", "1");
        Ok((
            command.spawn().context("cannot start a worker")?,
            Instant::now(),
        ))
    };
    let mut running: Vec<(Child, Instant)> =
        (0..workers).map(|_| start()).collect::<Result<_, _>>()?;
    let mut pause = Duration::from_millis(100);
    loop {
        if signals.pending().next().is_some() {
            for (child, _) in &mut running {
                // A worker that is already gone needs no signal.
                let _ = Command::new("kill")
                    .args(["-TERM", &child.id().to_string()])
                    .status();
            }
            for (child, _) in &mut running {
                child.wait()?;
            }
            return Ok(0);
        }
        for at in 0..running.len() {
            if let Some(status) = running[at].0.try_wait()? {
                let lived = running[at].1.elapsed();
                if lived < Duration::from_secs(2)
                    && status.code().is_some_and(|code| code == 1 || code == 2)
                {
                    // It could not even start: so could no other one.
                    for (child, _) in &mut running {
                        let _ = child.kill();
                        child.wait()?;
                    }
                    return Ok(status.code().unwrap_or(1) as u8);
                }
                eprintln!("worker {} ended ({status}); starting another", at + 1);
                pause = if lived < Duration::from_secs(10) {
                    (pause * 2).min(Duration::from_secs(10))
                } else {
                    Duration::from_millis(100)
                };
                std::thread::sleep(pause);
                running[at] = start()?;
            }
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
