//! `check`, `explain`, `routes`, `--emit`: what the compiler knows, without building.

use tayberry_compiler::app::Runs;
use tayberry_compiler::diagnostics::Format;
use tayberry_compiler::rules::{RULES, rule};
use tayberry_compiler::{Options, check};

use crate::args::{CheckArguments, OutputFormat, RoutesArguments};
use crate::project::Project;
use crate::report::Findings;

/// Prints diagnostics; 1 if there are errors.
pub fn run_check(arguments: &CheckArguments) -> anyhow::Result<u8> {
    let project = Project::discover(&arguments.file)?;
    let checked = check(
        &project.sources,
        &Options {
            strict: arguments.strict,
        },
    );
    let format = match arguments.output_format {
        OutputFormat::Full => Format::Full {
            colour: std::io::IsTerminal::is_terminal(&std::io::stdout()) && crate::report::colour(),
        },
        OutputFormat::Concise => Format::Concise,
        OutputFormat::Json => Format::Json,
        OutputFormat::Sarif => Format::Sarif,
    };
    Ok(
        if Findings::of(&checked, &project.sources).print_all(format) {
            0
        } else {
            1
        },
    )
}

/// Prints a rule's page, or the list of rules.
pub fn explain(code: Option<&str>) -> u8 {
    match code {
        None => {
            for rule in RULES {
                println!("{}  {}", rule.code, rule.name);
            }
            0
        }
        Some(code) => match rule(code) {
            Some(rule) => {
                print!("{}", rule.page);
                0
            }
            None => {
                eprintln!("error: there is no rule `{code}`; `tayberry explain` lists them");
                2
            }
        },
    }
}

/// Prints the routes of an app.
pub fn routes(arguments: &RoutesArguments) -> anyhow::Result<u8> {
    let project = Project::discover(&arguments.file)?;
    let checked = check(&project.sources, &Options::default());
    if !Findings::of(&checked, &project.sources).print_unless_hints() {
        return Ok(1);
    }
    let runs = |runs: Runs| match runs {
        Runs::Inline => "inline",
        Runs::Task => "task",
        Runs::Pool => "pool",
    };
    if arguments.json {
        let all: Vec<_> = checked
            .app
            .routes
            .iter()
            .map(|route| {
                serde_json::json!({"methods": route.methods, "path": route.path, "handler": route.handler,
                    "native": route.native.is_ok(), "runs": runs(route.runs), "why": route.why})
            })
            .collect();
        println!("{}", serde_json::to_string_pretty(&all)?);
        return Ok(0);
    }
    let rows: Vec<[String; 6]> =
        std::iter::once(["METHOD", "PATH", "HANDLER", "BODY", "RUNS", "WHY"].map(String::from))
            .chain(checked.app.routes.iter().map(|route| {
                [
                    route.methods.join(","),
                    route.path.clone(),
                    route.handler.clone(),
                    if route.native.is_ok() {
                        "native".into()
                    } else {
                        "interpreted".into()
                    },
                    runs(route.runs).to_owned(),
                    route.why.clone(),
                ]
            }))
            .collect();
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..6).map(width).collect();
    for row in &rows {
        let line: String = row
            .iter()
            .enumerate()
            .map(|(at, cell)| {
                format!(
                    "{cell:<width$}  ",
                    width = if at == 5 { 0 } else { widths[at] }
                )
            })
            .collect();
        println!("{}", line.trim_end());
    }
    Ok(0)
}
