//! What people see: findings in colour on a terminal, a progress line on long steps, the last word of a command.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tayberry_compiler::Checked;
use tayberry_compiler::diagnostics::{Diagnostic, Format, render};
use tayberry_compiler::rules::Level;
use tayberry_compiler::source::Sources;

/// A fault in the user's program that is not one of the checker's findings; the exit status is 1.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UserError(pub String);

/// Findings with their sources.
pub struct Findings<'a> {
    diagnostics: &'a [Diagnostic],
    sources: &'a Sources,
}

/// Whether to write colours to this stream: only to a terminal, and only if they are welcome.
pub fn colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && colour_is_welcome()
}

/// Whether neither `NO_COLOR` nor `TERM=dumb` asks for plain text.
pub fn colour_is_welcome() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|value| value != "dumb")
}

impl<'a> Findings<'a> {
    /// The findings of a check.
    pub fn of(checked: &'a Checked, sources: &'a Sources) -> Findings<'a> {
        Findings {
            diagnostics: &checked.diagnostics,
            sources,
        }
    }

    /// Prints errors and warnings on standard error; hints are counted. False if there is an error.
    pub fn print_unless_hints(&self) -> bool {
        let loud: Vec<Diagnostic> = self
            .diagnostics
            .iter()
            .filter(|each| each.level != Level::Hint)
            .cloned()
            .collect();
        eprint!(
            "{}",
            render(
                &loud,
                self.sources,
                Format::Full {
                    colour: colour(&std::io::stderr())
                }
            )
        );
        let errors = loud
            .iter()
            .filter(|each| each.level == Level::Error)
            .count();
        let interpreted =
            |each: &&Diagnostic| each.level == Level::Hint && each.code.starts_with("TB1");
        let hints = self.diagnostics.iter().filter(interpreted).count();
        if errors > 0 {
            eprintln!("{}", counted(errors, "error"));
        } else if hints > 0 {
            let these = if hints == 1 {
                "1 function or class stays".to_owned()
            } else {
                format!("{hints} functions and classes stay")
            };
            eprintln!("{these} interpreted; `tayberry check` shows why");
        }
        errors == 0
    }

    /// Prints everything on standard output in a format. False if there is an error.
    pub fn print_all(&self, format: Format) -> bool {
        print!("{}", render(self.diagnostics, self.sources, format));
        let errors = self
            .diagnostics
            .iter()
            .filter(|each| each.level == Level::Error)
            .count();
        if matches!(format, Format::Full { .. }) {
            let count = |level: Level| {
                self.diagnostics
                    .iter()
                    .filter(|each| each.level == level)
                    .count()
            };
            println!(
                "{}, {}, {} in {}",
                counted(errors, "error"),
                counted(count(Level::Warning), "warning"),
                counted(count(Level::Hint), "hint"),
                counted(self.sources.files.len(), "file")
            );
        }
        errors == 0
    }
}

/// `1 error`, `2 errors`
pub fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A line that shows on a terminal while something takes long.
pub struct Progress(ProgressBar);

impl Progress {
    /// Starts with a text.
    pub fn start(text: &str) -> Progress {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        bar.set_message(text.to_owned());
        bar.enable_steady_tick(Duration::from_millis(500));
        Progress(bar)
    }

    /// Changes the text.
    pub fn say(&self, text: &str) {
        self.0.set_message(text.to_owned());
    }

    /// Clears the line.
    pub fn end(self) {
        self.0.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
