//! The `tayberry` command. Exit status: 0 done, 1 findings in the user's program, 2 wrong use or environment, 101 our bug.

mod args;
mod commands;
mod embed;
mod files;
mod importable;
mod interpreter;
mod interrupt;
mod manifest;
mod package;
mod processor;
mod project;
mod report;
mod runtime_c;
mod supervisor;
mod toolchain;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use anyhow::Context;
use args::{BuildArguments, Cli, Command, Stage};
use clap::{CommandFactory, FromArgMatches};
use commands::{build, dev, inspect, new, run};
use project::Project;
use report::counted;

/// Deep syntax trees are walked recursively.
const STACK: usize = 256 * 1024 * 1024;

fn main() -> ExitCode {
    end_when_output_cannot_be_written();
    let cli = match parse() {
        Ok(cli) => cli,
        // `--help` comes here, too.
        Err(said) => {
            let status = match said.print() {
                Ok(()) => said.exit_code(),
                Err(error) => cannot_print(error.kind() == ErrorKind::BrokenPipe, &error),
            };
            return ExitCode::from(u8::try_from(status).unwrap_or(2));
        }
    };
    let worker = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || dispatch(cli));
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(status))) => ExitCode::from(status),
        Ok(Ok(Err(error))) => {
            let text = format!("{error:#}");
            let start = if text.starts_with("error") {
                ""
            } else {
                "error: "
            };
            eprintln!("{start}{text}");
            ExitCode::from(status_of(&error))
        }
        Ok(Err(_)) => {
            eprintln!(
                "error: this is a bug in Tayberry; please report it with the lines above and the source"
            );
            ExitCode::from(101)
        }
        Err(error) => {
            eprintln!("error: cannot start a thread: {error}");
            ExitCode::from(2)
        }
    }
}

/// Reads the command line. Left alone, clap would write colours to a dumb terminal where the variable `CI` is set.
fn parse() -> Result<Cli, clap::Error> {
    let colour = match report::colour_is_welcome() {
        true => clap::ColorChoice::Auto,
        false => clap::ColorChoice::Never,
    };
    Cli::from_arg_matches(&Cli::command().color(colour).try_get_matches()?)
}

/// Whose fault an error is: the user's program's, ours, or the environment's.
fn status_of(error: &anyhow::Error) -> u8 {
    if error.is::<report::UserError>() {
        return 1;
    }
    match error.downcast_ref() {
        Some(toolchain::ToolchainError::Refused { .. }) => 101,
        _ => 2,
    }
}

/// Printing panics when the output cannot be written, which is no bug of ours.
fn end_when_output_cannot_be_written() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let message = panic.payload_as_str().unwrap_or_default();
        if let Some(reason) = message.strip_prefix("failed printing to std") {
            let reason = reason.split_once(": ").map_or(reason, |(_, why)| why);
            std::process::exit(cannot_print(reason.contains("Broken pipe"), &reason));
        }
        report(panic);
    }));
}

/// The exit status when output cannot be written. `tayberry routes app.py | head -n 1` does not want the rest: 128 + SIGPIPE,
/// as shells say it.
fn cannot_print(nobody_reads: bool, reason: &dyn std::fmt::Display) -> i32 {
    if nobody_reads {
        return 141;
    }
    // Standard error may be what failed.
    let _ = writeln!(
        std::io::stderr(),
        "error: cannot write the output: {reason}"
    );
    2
}

fn dispatch(cli: Cli) -> anyhow::Result<u8> {
    if cli.version {
        return Ok(version());
    }
    match cli.command {
        None => Ok(2),
        Some(Command::Build(arguments)) => build_command(&arguments),
        Some(Command::Run(arguments)) => run::run(&arguments),
        Some(Command::Dev(arguments)) => dev::dev(&arguments),
        Some(Command::Check(arguments)) => inspect::run_check(&arguments),
        Some(Command::Explain { code }) => Ok(inspect::explain(code.as_deref())),
        Some(Command::Routes(arguments)) => inspect::routes(&arguments),
        Some(Command::New { name }) => new::new(&name),
        Some(Command::Clean { folder }) => {
            let build = folder.join(".tayberry");
            if build.is_dir() {
                std::fs::remove_dir_all(&build)
                    .with_context(|| format!("cannot remove `{}`", build.display()))?;
                println!("removed {}", build.display());
            }
            Ok(0)
        }
    }
}

fn version() -> u8 {
    println!(
        "tayberry {} (ABI {})",
        env!("CARGO_PKG_VERSION"),
        tayberry_abi::ABI_VERSION
    );
    match interpreter::Interpreter::find() {
        Ok(found) => println!(
            "Python {} free-threaded, {}",
            found.version,
            found.path.display()
        ),
        Err(_) => println!("no free-threaded Python 3.14 found"),
    }
    match toolchain::Toolchain::find(false, toolchain::Profile::default(), false) {
        Ok(found) => println!("{}", found.version),
        Err(_) => println!("no C compiler found"),
    }
    0
}

fn build_command(arguments: &BuildArguments) -> anyhow::Result<u8> {
    let begun = std::time::Instant::now();
    let project = Project::discover(&arguments.file)?;
    if arguments.train.is_some() && !arguments.profile().pgo {
        anyhow::bail!("--train is for --release-profile pgo and native-pgo");
    }
    if let Some(stage) = arguments.emit {
        return emit(&project, stage, arguments.strict);
    }
    let options = build::BuildOptions {
        strict: arguments.strict,
        debug: arguments.debug,
        profile: arguments.profile(),
        train: arguments.train.clone(),
        verbose: arguments.verbose,
    };
    let Some(built) = build::build(&project, &options)? else {
        return Ok(1);
    };
    let modules = counted(built.manifest.modules.len(), "module");
    let seconds = begun.elapsed().as_secs_f64();
    match built.compiled {
        None => println!("{modules}, nothing changed ({seconds:.2} s)"),
        Some(compiled) => {
            let library = project.build_folder().join(&built.manifest.library);
            println!(
                "built {} from {modules} in {seconds:.2} s ({} compiled)",
                library.display(),
                counted(compiled, "C file")
            );
        }
    }
    Ok(0)
}

fn emit(project: &Project, stage: Stage, strict: bool) -> anyhow::Result<u8> {
    let checked = tayberry_compiler::check(&project.sources, &project.options(strict));
    if !report::Findings::of(&checked, &project.sources).print_unless_hints() {
        return Ok(1);
    }
    match stage {
        Stage::Ast => print!("{}", tayberry_compiler::ast_text(&project.sources)),
        Stage::Hir => println!("{:#?}", checked.program),
        Stage::Ir => print!(
            "{}",
            tayberry_compiler::emit::ir_text(&checked.program, &project.sources)
        ),
        Stage::C => {
            let interpreter = interpreter::Interpreter::find()?;
            for (name, text) in
                build::generate(project, &checked, &project.program(), &interpreter, None)?
            {
                println!("/* ── {name} ── */\n{text}");
            }
        }
    }
    Ok(0)
}
