//! Findings about the user's program, and how they are written: like rustc (`full`), one line each (`concise`),
//! or as data (`json`, `sarif`). The order of output depends on the sources only.

use annotate_snippets::{AnnotationKind, Level as Drawn, Renderer, Snippet};
use serde_json::json;

use crate::rules::{Level, rule};
use crate::source::{Sources, Span};

/// One finding: one cause, told once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its rule's code.
    pub code: &'static str,
    /// How serious it is here (`--strict` raises hints to errors).
    pub level: Level,
    /// One sentence without a full stop.
    pub message: String,
    /// Where; the first one is the place, the others explain. Each with a few words, which may be empty.
    pub labels: Vec<(Span, String)>,
    /// What to do about it.
    pub help: Option<String>,
    /// The changes of the source that `check --fix` makes; none where a person has to decide.
    pub fix: Vec<Edit>,
}

/// One change of a source: this text in the place of that range.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

impl Diagnostic {
    /// A finding of a rule at its usual level.
    pub fn new(
        code: &'static str,
        message: impl Into<String>,
        span: Span,
        label: impl Into<String>,
    ) -> Diagnostic {
        let level = rule(code).map_or(Level::Error, |rule| rule.level);
        Diagnostic {
            code,
            level,
            message: message.into(),
            labels: vec![(span, label.into())],
            help: None,
            fix: Vec::new(),
        }
    }

    /// The same as `new`, said where the rule is known to be an error.
    pub fn error(
        code: &'static str,
        message: impl Into<String>,
        span: Span,
        label: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            level: Level::Error,
            ..Diagnostic::new(code, message, span, label)
        }
    }

    /// With one more place.
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push((span, text.into()));
        self
    }

    /// With advice.
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help = Some(text.into());
        self
    }

    /// Fixed by another text in the place of a span.
    pub fn fix_replace(mut self, span: Span, text: &str) -> Diagnostic {
        self.fix.push(Edit {
            span,
            text: text.to_owned(),
        });
        self
    }

    /// Fixed by a text in front of a span.
    pub fn fix_insert(self, span: Span, text: &str) -> Diagnostic {
        let end = span.start;
        self.fix_replace(Span { end, ..span }, text)
    }

    /// Fixed by a text behind a span.
    pub fn fix_append(self, span: Span, text: &str) -> Diagnostic {
        let start = span.end;
        self.fix_replace(Span { start, ..span }, text)
    }

    /// Fixed by leaving out what stands between a byte and a span behind it.
    pub fn fix_remove(self, start: u32, before: Span) -> Diagnostic {
        let end = before.start;
        self.fix_replace(
            Span {
                start,
                end,
                ..before
            },
            "",
        )
    }

    fn position(&self, sources: &Sources) -> (String, u32, u32) {
        let span = self.labels[0].0;
        let file = sources.file(span.file);
        let (line, column) = file.line_column(span.start);
        let start = (span.start - column) as usize;
        let characters = file
            .text
            .get(start..span.start as usize)
            .map_or(column as usize, |text| text.chars().count());
        (file.path.clone(), line, characters as u32 + 1)
    }
}

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// With source lines and marks; `colour` adds terminal colours.
    Full {
        /// For a terminal.
        colour: bool,
    },
    /// `path:line:column: CODE message`
    Concise,
    /// One JSON array.
    Json,
    /// SARIF 2.1.0, for code hosts.
    Sarif,
}

/// Puts findings into source order and removes repetitions.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        (a.labels[0].0, a.code, &a.message).cmp(&(b.labels[0].0, b.code, &b.message))
    });
    diagnostics.dedup();
}

/// The findings as text.
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, format: Format) -> String {
    match format {
        Format::Full { colour } => diagnostics
            .iter()
            .map(|each| full(each, sources, colour) + "\n")
            .collect(),
        Format::Concise => diagnostics
            .iter()
            .map(|each| {
                let (path, line, column) = each.position(sources);
                format!("{path}:{line}:{column}: {} {}\n", each.code, each.message)
            })
            .collect(),
        Format::Json => {
            let all: Vec<_> = diagnostics
                .iter()
                .map(|each| as_json(each, sources))
                .collect();
            serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
        }
        Format::Sarif => sarif(diagnostics, sources),
    }
}

fn full(diagnostic: &Diagnostic, sources: &Sources, colour: bool) -> String {
    let level = match diagnostic.level {
        Level::Error => Drawn::ERROR,
        Level::Warning => Drawn::WARNING,
        Level::Hint => Drawn::NOTE.with_name("hint"),
    };
    let main = diagnostic.labels[0].0.file;
    let mut files: Vec<_> = diagnostic
        .labels
        .iter()
        .map(|(span, _)| span.file)
        .collect();
    files.sort_by_key(|file| (*file != main, *file));
    files.dedup();
    let mut group = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code)
        .elements(Vec::<Snippet<'_, annotate_snippets::Annotation<'_>>>::new());
    for id in files {
        let file = sources.file(id);
        let spans = diagnostic.labels.iter().map(|(span, _)| *span);
        let (start, end) = excerpt(&file.text, spans.filter(|span| span.file == id));
        let mut snippet = Snippet::source(&file.text[start..end])
            .line_start(file.line_column(start as u32).0 as usize)
            .path(file.path.as_str());
        for (at, (span, text)) in diagnostic.labels.iter().enumerate() {
            if span.file == id {
                let kind = if at == 0 {
                    AnnotationKind::Primary
                } else {
                    AnnotationKind::Context
                };
                let last = (span.end.max(span.start) as usize).min(end);
                let drawn = kind.span(span.start as usize - start..last - start);
                snippet = snippet.annotation(if text.is_empty() {
                    drawn
                } else {
                    drawn.label(text.as_str())
                });
            }
        }
        group = group.element(snippet);
    }
    let mut groups = vec![group];
    if let Some(help) = &diagnostic.help {
        groups.push(annotate_snippets::Group::with_title(
            Drawn::HELP.secondary_title(help.as_str()),
        ));
    }
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut text = renderer.render(&groups).to_string();
    text.push('\n');
    text
}

/// The lines that some spans are in, with one before and one after: what draws a finding looks through all that it is given,
/// and a file with many findings is long.
fn excerpt(text: &str, spans: impl Iterator<Item = Span>) -> (usize, usize) {
    let (mut first, mut last) = (text.len(), 0);
    for span in spans {
        first = first.min(span.start as usize);
        last = last.max(span.end.max(span.start) as usize);
    }
    let bytes = text.as_bytes();
    let ends = |part: &[u8]| part.iter().position(|byte| *byte == b'\n');
    let line = |at: usize| {
        let end = bytes[..at].iter().rposition(|byte| *byte == b'\n');
        end.map_or(0, |end| end + 1)
    };
    let start = line(line(first).saturating_sub(1));
    let after = |at: usize| ends(&bytes[at..]).map_or(bytes.len(), |end| at + end + 1);
    (start, after(after(last.min(bytes.len()))))
}

fn as_json(diagnostic: &Diagnostic, sources: &Sources) -> serde_json::Value {
    let (path, line, column) = diagnostic.position(sources);
    json!({
        "code": diagnostic.code,
        "name": rule(diagnostic.code).map(|rule| rule.name),
        "level": diagnostic.level,
        "message": diagnostic.message,
        "path": path,
        "line": line,
        "column": column,
        "labels": diagnostic.labels.iter().map(|(span, text)| {
            let file = sources.file(span.file);
            let (line, column) = file.line_column(span.start);
            json!({"path": file.path, "line": line, "byte_column": column, "start": span.start, "end": span.end, "text": text})
        }).collect::<Vec<_>>(),
        "help": diagnostic.help,
        "fix": diagnostic.fix.iter().map(|edit| {
            let path = &sources.file(edit.span.file).path;
            json!({"path": path, "start": edit.span.start, "end": edit.span.end, "text": edit.text})
        }).collect::<Vec<_>>(),
    })
}

fn sarif(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let results: Vec<_> = diagnostics
        .iter()
        .map(|each| {
            let (path, line, column) = each.position(sources);
            let level = match each.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Hint => "note",
            };
            json!({
                "ruleId": each.code,
                "level": level,
                "message": {"text": each.message},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": path}, "region": {"startLine": line, "startColumn": column}}}],
            })
        })
        .collect();
    let rules: Vec<_> = crate::rules::RULES
        .iter()
        .map(|rule| json!({"id": rule.code, "name": rule.name, "fullDescription": {"text": rule.page}}))
        .collect();
    let document = json!({
        "version": "2.1.0",
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "runs": [{"tool": {"driver": {"name": "tayberry", "rules": rules}}, "results": results}],
    });
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}
