//! Comments that silence findings: `# tayberry: ignore[TB404]` on the line of a finding, or alone on the line before it,
//! and `# tayberry: ignore-file[TB101]` for a whole file.
//!
//! In: the findings of a check. Out: those that no comment silences, with findings about comments that name no rule (TB004) or
//! silence nothing (TB005). Syntax errors cannot be silenced.

use crate::diagnostics::Diagnostic;
use crate::parse::comments;
use crate::rules::rule;
use crate::source::{FileId, SourceFile, Sources, Span};

const MARK: &str = "tayberry: ignore";

/// One code in one comment.
struct Ignored {
    code: String,
    /// The lines it is for, from 1; the whole file if there are none.
    lines: Option<(u32, u32)>,
    place: Span,
    /// The comment with the space before it.
    comment: Span,
    /// How many codes the comment has.
    of: usize,
    used: bool,
}

/// Takes out what comments silence.
pub fn apply(sources: &Sources, diagnostics: &mut Vec<Diagnostic>) {
    for (at, file) in sources.files.iter().enumerate() {
        if !file.text.contains(MARK) {
            continue;
        }
        let id = FileId(at as u32);
        let mut ignored = ignored(id, file);
        diagnostics.retain(|finding| {
            let span = finding.labels[0].0;
            if span.file != id || finding.code.starts_with("TB0") {
                return true;
            }
            let (line, _) = file.line_column(span.start);
            let mut silenced = false;
            for each in &mut ignored {
                let fits = each
                    .lines
                    .is_none_or(|(first, last)| first <= line && line <= last);
                if fits && each.code.eq_ignore_ascii_case(finding.code) {
                    each.used = true;
                    silenced = true;
                }
            }
            !silenced
        });
        for each in ignored {
            if rule(&each.code).is_none() {
                diagnostics.push(Diagnostic::new(
                    "TB004",
                    format!("there is no rule `{}`", each.code),
                    each.place,
                    "silences nothing",
                ));
            } else if !each.used {
                let mut finding = Diagnostic::new(
                    "TB005",
                    format!("`{}` is not found here", each.code),
                    each.place,
                    "silences nothing",
                )
                .help("take the comment out");
                if each.of == 1 {
                    finding = finding.fix_replace(each.comment, "");
                }
                diagnostics.push(finding);
            }
        }
    }
}

fn ignored(id: FileId, file: &SourceFile) -> Vec<Ignored> {
    let mut all = Vec::new();
    for range in comments(&file.text) {
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        let text = &file.text[start..end];
        let Some(mark) = text.find(MARK) else {
            continue;
        };
        let rest = &text[mark + MARK.len()..];
        let (whole_file, rest) = match rest.strip_prefix("-file") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let Some(list) = rest
            .strip_prefix('[')
            .and_then(|rest| rest.split(']').next())
        else {
            continue;
        };
        let list_start = end - rest.len() + 1;
        let (line, column) = file.line_column(start as u32);
        let line_start = start - column as usize;
        let alone = file.text[line_start..start].trim().is_empty();
        let before = file.text[line_start..start]
            .trim_end_matches([' ', '\t'])
            .len();
        let comment = Span {
            file: id,
            start: (line_start + before) as u32,
            end: end as u32,
        };
        let last = if alone { line + 1 } else { line };
        let of = list.split(',').count();
        let mut from = list_start;
        for part in list.split(',') {
            let code = part.trim();
            let place = from + part.len() - part.trim_start().len();
            from += part.len() + 1;
            all.push(Ignored {
                code: code.to_owned(),
                lines: (!whole_file).then_some((line, last)),
                place: Span {
                    file: id,
                    start: place as u32,
                    end: (place + code.len().max(1)) as u32,
                },
                comment,
                of,
                used: false,
            });
        }
    }
    all
}
