//! The command line as clap reads it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::toolchain::Profile;

/// Builds typed Python web apps to native code and serves them.
#[derive(Debug, Parser)]
#[command(
    name = "tayberry",
    disable_version_flag = true,
    arg_required_else_help = true,
    after_help = "First steps:\n  tayberry new shop && cd shop     a project with tests and a Dockerfile\n  tayberry dev app.py              interpreted, starts again on every change\n  tayberry build app.py            to native code\n  tayberry run --workers 1         serve the build\n\nEnvironment: TAYBERRY_PYTHON names the interpreter, CC and CFLAGS the C compiler, TAYBERRY_CACHE the folder for what\nprojects share.\n\nExit status: 0 done, 1 findings in your program, 2 wrong use or environment, 101 a bug in Tayberry."
)]
pub struct Cli {
    /// Print the versions of Tayberry, its ABI and the interpreter
    #[arg(short = 'V', long)]
    pub version: bool,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compile an app and the local modules it imports to one native library in `.tayberry/`
    #[command(
        after_help = "Examples:\n  tayberry build app.py\n  tayberry build --strict shop/app.py     fail if anything stays interpreted\n  tayberry build --release-profile native app.py     for this machine's processor\n  tayberry build --release-profile pgo --train train.py app.py\n  tayberry build --emit hir app.py        print what the checker made of it"
    )]
    Build(BuildArguments),
    /// Serve the last build, building again first if a source changed
    #[command(
        after_help = "Examples:\n  tayberry run\n  tayberry run --workers 1 --port 9000\n  tayberry run --host 0.0.0.0 --workers 4 --no-build"
    )]
    Run(RunArguments),
    /// Serve an app interpreted, starting again on every change
    #[command(after_help = "Example:\n  tayberry dev app.py --port 9000")]
    Dev(DevArguments),
    /// Check types, names and routes; needs neither C compiler nor interpreter
    #[command(
        after_help = "Examples:\n  tayberry check app.py\n  tayberry check --fix app.py\n  tayberry check --output-format sarif app.py > findings.sarif"
    )]
    Check(CheckArguments),
    /// Explain a rule, or list all rules
    #[command(
        after_help = "Examples:\n  tayberry explain TB402\n  tayberry explain          all rules"
    )]
    Explain {
        /// The rule's code
        code: Option<String>,
    },
    /// List an app's routes: handler, native or interpreted, how it runs and why
    #[command(
        after_help = "Examples:\n  tayberry routes app.py\n  tayberry routes --json app.py | jq '.[] | select(.native | not)'"
    )]
    Routes(RoutesArguments),
    /// Make a new project that builds, with tests and a Dockerfile
    #[command(
        after_help = "Examples:\n  tayberry new shop\n  tayberry new .            in an empty folder"
    )]
    New {
        /// The folder to make; its last part names the project
        name: PathBuf,
    },
    /// Remove the build of a project
    #[command(after_help = "Examples:\n  tayberry clean\n  tayberry clean shop")]
    Clean {
        /// The project's folder
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct BuildArguments {
    /// The file that makes the app
    pub file: PathBuf,
    /// Fail if any function or class stays interpreted
    #[arg(long)]
    pub strict: bool,
    /// Print a stage of the compiler instead of building
    #[arg(long, value_enum, value_name = "STAGE")]
    pub emit: Option<Stage>,
    /// Compile without optimisation and with debug information
    #[arg(long)]
    pub debug: bool,
    /// What to build for
    #[arg(
        long,
        value_enum,
        value_name = "NAME",
        default_value_t = ProfileName::Portable,
        conflicts_with = "debug"
    )]
    pub release_profile: ProfileName,
    /// For `pgo`: a Python program that does with the app what it will do in production
    #[arg(
        long,
        value_name = "FILE",
        required_if_eq_any([("release_profile", "pgo"), ("release_profile", "native-pgo")])
    )]
    pub train: Option<PathBuf>,
    /// Print the commands that are run, with times
    #[arg(short, long)]
    pub verbose: bool,
}

impl BuildArguments {
    /// What to build for.
    pub fn profile(&self) -> Profile {
        Profile {
            native: matches!(
                self.release_profile,
                ProfileName::Native | ProfileName::NativePgo
            ),
            pgo: matches!(
                self.release_profile,
                ProfileName::Pgo | ProfileName::NativePgo
            ),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProfileName {
    /// For every processor of this kind
    Portable,
    /// For the processor of this machine; one that lacks an instruction is told so, and does not run the build
    Native,
    /// For what the program of --train does: built twice
    Pgo,
    /// Both
    NativePgo,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// The syntax tree
    Ast,
    /// The checked program
    Hir,
    /// The verified intermediate representation
    Ir,
    /// The generated C
    C,
}

#[derive(Debug, Args)]
pub struct RunArguments {
    /// Number of server processes
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub workers: u16,
    /// I/O threads of each process (0: one per core)
    #[arg(long, default_value_t = 0)]
    pub threads: u16,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub host: String,
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8000)]
    pub port: u16,
    /// Where the app is, as module:name (default: `app` in the module that was built)
    #[arg(long)]
    pub app: Option<String>,
    /// The folder with the build (default: here)
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Serve the build as it is, even if a source is newer
    #[arg(long)]
    pub no_build: bool,
    /// Log every request
    #[arg(long)]
    pub access_log: bool,
    /// Go on if an extension turns the global interpreter lock on
    #[arg(long)]
    pub allow_gil: bool,
}

#[derive(Debug, Args)]
pub struct DevArguments {
    /// The file that makes the app
    pub file: PathBuf,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub host: String,
    /// Port to listen on
    #[arg(long, default_value_t = 8000)]
    pub port: u16,
    /// Where the app is, as module:name
    #[arg(long)]
    pub app: Option<String>,
}

#[derive(Debug, Args)]
pub struct CheckArguments {
    /// The file that makes the app
    pub file: PathBuf,
    /// Report what stays interpreted as errors
    #[arg(long)]
    pub strict: bool,
    /// Write what can be mended without a decision, then check again
    #[arg(long)]
    pub fix: bool,
    /// How findings are written
    #[arg(long, value_enum, default_value_t = OutputFormat::Full)]
    pub output_format: OutputFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// With source lines
    Full,
    /// One line each
    Concise,
    /// A JSON array
    Json,
    /// SARIF 2.1.0
    Sarif,
}

#[derive(Debug, Args)]
pub struct RoutesArguments {
    /// The file that makes the app
    pub file: PathBuf,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}
