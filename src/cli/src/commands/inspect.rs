//! `check`, `explain`, `routes`, `--emit`: what the compiler knows, without building.

use std::path::Path;

use anyhow::Context;
use tayberry_compiler::app::Runs;
use tayberry_compiler::diagnostics::Format;
use tayberry_compiler::rules::RULES;
use tayberry_compiler::{check, fixes};

use crate::args::{CheckArguments, OutputFormat, RoutesArguments};
use crate::project::Project;
use crate::report::{Findings, colour, counted};

/// Prints diagnostics; 1 if there are errors.
pub fn run_check(arguments: &CheckArguments) -> anyhow::Result<u8> {
    let mut project = Project::discover(&arguments.file)?;
    let options = project.options(arguments.strict);
    let mut checked = check(&project.sources, &options);
    if arguments.fix {
        let mut mended = 0;
        // Mending one thing may show the next, inside of it.
        for _ in 0..10 {
            let (texts, count) = fixes::apply(&project.sources, &checked.diagnostics);
            if texts.is_empty() {
                break;
            }
            for (file, text) in texts {
                write_source(&project.root.join(&project.sources.file(file).path), &text)?;
            }
            mended += count;
            project = Project::discover(&arguments.file)?;
            checked = check(&project.sources, &options);
        }
        eprintln!("mended {}", counted(mended, "finding"));
    }
    let format = match arguments.output_format {
        OutputFormat::Full => Format::Full {
            colour: colour(&std::io::stdout()),
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

/// Writes a changed source; a byte order mark, which no text has, stays in the file.
fn write_source(path: &Path, text: &str) -> anyhow::Result<()> {
    let mark = "\u{feff}".as_bytes();
    let had_mark = std::fs::read(path).is_ok_and(|bytes| bytes.starts_with(mark));
    let mut bytes = if had_mark { mark.to_vec() } else { Vec::new() };
    bytes.extend_from_slice(text.as_bytes());
    std::fs::write(path, bytes).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Rules that are no findings in a program: code, name and page.
const ENVIRONMENT: [(&str, &str, &str); 3] = [
    (
        "TB901",
        "no-c-compiler",
        include_str!("../explained/TB901.md"),
    ),
    ("TB902", "c-refused", include_str!("../explained/TB902.md")),
    (
        "TB903",
        "c-compiler-broken",
        include_str!("../explained/TB903.md"),
    ),
];

/// Prints a rule's page, or the list of rules.
pub fn explain(code: Option<&str>) -> u8 {
    let rules = RULES
        .iter()
        .map(|rule| (rule.code, rule.name, rule.page))
        .chain(ENVIRONMENT);
    let Some(wanted) = code else {
        for (code, name, _) in rules {
            println!("{code}  {name}");
        }
        return 0;
    };
    for (code, name, page) in rules {
        if code.eq_ignore_ascii_case(wanted) || name == wanted {
            print!("{page}");
            return 0;
        }
    }
    eprintln!("error: there is no rule `{wanted}`; `tayberry explain` lists them");
    2
}

/// Prints the routes of an app.
pub fn routes(arguments: &RoutesArguments) -> anyhow::Result<u8> {
    let project = Project::discover(&arguments.file)?;
    let checked = check(&project.sources, &project.options(false));
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
    if rows.iter().any(|row| row[1].starts_with('…')) {
        println!("`…` stands for what only running the program tells: where it includes a router");
    }
    if !checked.app.hidden.is_empty() {
        println!(
            "not listed, as only running the program registers them: {}",
            checked.app.hidden.join(", ")
        );
    }
    Ok(0)
}
