//! `tayberry run`: serves the last build with one or several worker processes, building again first if it is not fresh.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use socket2::{Domain, Protocol, Socket, Type};

use super::build::{BuildOptions, build, is_fresh};
use crate::args::RunArguments;
use crate::interpreter::Interpreter;
use crate::manifest::{Manifest, ManifestError};
use crate::package;
use crate::project::Project;
use crate::supervisor::supervise;

/// Serves until a signal; gives the exit status.
pub fn run(arguments: &RunArguments) -> anyhow::Result<u8> {
    let root = root(arguments)?;
    let folder = root.join(".tayberry");
    let interpreter = Interpreter::find()?;
    let Some(manifest) = servable(&root, &folder, &interpreter, arguments.no_build)? else {
        return Ok(1);
    };
    let app = arguments
        .app
        .clone()
        .unwrap_or_else(|| format!("{}:app", manifest.entry));
    let server = |port: u16| {
        let mut command = package::server(&interpreter);
        command.args(["--app", &app, "--host", &arguments.host]);
        command.args(["--port", &port.to_string()]);
        command.arg("--path").arg(&root);
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
        return replace(server(arguments.port));
    }
    let (_reserved, port) = reserve(&arguments.host, arguments.port)?;
    supervise(usize::from(arguments.workers), &|| {
        let mut command = server(port);
        command.env("TAYBERRY_REUSE_PORT", "1");
        command
    })
}

/// The project's folder, which has the build in `.tayberry`: the one named, or where `tayberry build` run here puts it.
fn root(arguments: &RunArguments) -> anyhow::Result<PathBuf> {
    let base = match &arguments.folder {
        Some(folder) => folder.clone(),
        None => std::env::current_dir()?,
    };
    let base = base
        .canonicalize()
        .with_context(|| format!("there is no folder `{}`", base.display()))?;
    if arguments.folder.is_some() || base.join(".tayberry").is_dir() {
        return Ok(base);
    }
    // Inside a package, whose modules are built in the folder that has the outermost one.
    let outside = base
        .ancestors()
        .find(|folder| !folder.join("__init__.py").is_file());
    Ok(outside.unwrap_or(&base).to_path_buf())
}

/// The build to serve, made again if need be. `None`: there are errors in the program.
fn servable(
    root: &Path,
    folder: &Path,
    interpreter: &Interpreter,
    no_build: bool,
) -> anyhow::Result<Option<Manifest>> {
    let manifest = Manifest::read(folder).map_err(|error| match error {
        ManifestError::Missing(_) => anyhow::anyhow!(
            "{error}\nhelp: type `tayberry build app.py` first (with the file that makes your app), or go to the folder that has the build"
        ),
        ManifestError::Damaged { .. } => anyhow::anyhow!(
            "{error}\nhelp: type `tayberry build app.py` again (with the file that makes your app)"
        ),
    })?;
    let again = format!("help: type `tayberry build {}`", manifest.entry_path());
    let entry = root.join(manifest.entry_path());
    if no_build {
        if manifest.abi != tayberry_abi::ABI_VERSION {
            anyhow::bail!(
                "the build in `{}` is for another version of Tayberry (ABI {}, this is {})\n{again}",
                folder.display(),
                manifest.abi,
                tayberry_abi::ABI_VERSION
            );
        }
        if manifest.suffix != interpreter.suffix {
            anyhow::bail!(
                "the build in `{}` is for another interpreter ({}, this is {})\n{again}",
                folder.display(),
                manifest.suffix,
                interpreter.suffix
            );
        }
        let lacking = manifest.lacking();
        if !lacking.is_empty() {
            anyhow::bail!(
                "the build in `{}` is for another processor ({}): this one lacks {}\n{again} on this machine, or without --release-profile native on any",
                folder.display(),
                manifest.release_profile,
                lacking.join(", ")
            );
        }
        manifest
            .verify(folder)
            .map_err(|error| anyhow::anyhow!("{error}\n{again}"))?;
        warn_of_changes(root, &manifest);
        return Ok(Some(manifest));
    }
    let project = Project::discover(&entry)?;
    let fits = manifest.lacking().is_empty();
    if fits && is_fresh(&manifest, &project, interpreter)? && manifest.verify(folder).is_ok() {
        return Ok(Some(manifest));
    }
    if fits {
        eprintln!("the build is not of these sources any more; building again");
    } else {
        eprintln!("the build is for another processor; building again for this one");
    }
    if let Some(training) = &manifest.training
        && !training.file.is_file()
    {
        anyhow::bail!(
            "the build was trained with `{}`, which is not there any more\n{again} with --train and the program that trains it, or `tayberry run --no-build` to serve it as it is",
            training.file.display()
        );
    }
    let options = BuildOptions {
        strict: manifest.strict,
        debug: manifest.debug,
        profile: manifest.release_profile,
        train: manifest.training.map(|training| training.file),
        verbose: false,
    };
    Ok(build(&project, &options)?.map(|built| built.manifest))
}

/// Says which sources differ from what was built. Sources that are gone are none of our business: a build may be served alone.
fn warn_of_changes(root: &Path, manifest: &Manifest) {
    let changed: Vec<&str> = manifest
        .modules
        .values()
        .filter(|module| {
            std::fs::read(root.join(&module.path))
                .is_ok_and(|bytes| crate::project::source_hash(&bytes) != module.source)
        })
        .map(|module| module.path.as_str())
        .collect();
    if !changed.is_empty() {
        let (has, is) = if changed.len() == 1 {
            ("has", "is")
        } else {
            ("have", "are")
        };
        eprintln!(
            "warning: {} {has} changed and {is} served as built; without --no-build it would be built again",
            changed.join(", ")
        );
    }
}

/// Becomes the server process, so that signals reach it directly.
fn replace(mut command: Command) -> anyhow::Result<u8> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(error).context("cannot start the server")
}

/// Takes the port for all workers, so that no other program gets it while one of them is started again; a free one for 0.
/// The socket is never listened on.
pub(super) fn reserve(host: &str, port: u16) -> anyhow::Result<(Socket, u16)> {
    let cannot = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AddrInUse => anyhow::anyhow!(
            "{host}:{port} is in use by another program; choose another with --port"
        ),
        std::io::ErrorKind::PermissionDenied => anyhow::anyhow!(
            "{host}:{port} may not be used: ports below 1024 need privileges; choose another with --port"
        ),
        _ => anyhow::anyhow!("cannot listen on {host}:{port}: {error}"),
    };
    let address = (host, port)
        .to_socket_addrs()
        .map_err(cannot)?
        .next()
        .with_context(|| format!("cannot listen on {host}:{port}: the host has no address"))?;
    let bound = |address: SocketAddr, shared: bool| -> std::io::Result<Socket> {
        let socket = Socket::new(
            Domain::for_address(address),
            Type::STREAM,
            Some(Protocol::TCP),
        )?;
        socket.set_reuse_address(true)?;
        socket.set_reuse_port(shared)?;
        socket.bind(&address.into())?;
        Ok(socket)
    };
    // Sharing is for our own workers: somebody else's server on this port is an error, even if it would share.
    let own = bound(address, false).map_err(cannot)?;
    let taken = own.local_addr().map_err(cannot)?;
    drop(own);
    let port = taken.as_socket().map_or(port, |address| address.port());
    let mut address = address;
    address.set_port(port);
    Ok((bound(address, true).map_err(cannot)?, port))
}
