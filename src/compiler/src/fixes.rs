//! Findings that carry edits, applied to the sources: what `check --fix` writes.
//!
//! In: sources and their findings. Out: the changed texts. What holds: edits of one finding are made together or not at all,
//! and no two findings change the same place; what collides is left for the next round.

use std::collections::BTreeMap;

use crate::diagnostics::{Diagnostic, Edit};
use crate::source::{FileId, Sources};

/// The changed files, and how many findings were mended in them.
pub fn apply(sources: &Sources, diagnostics: &[Diagnostic]) -> (BTreeMap<FileId, String>, usize) {
    let mut chosen: Vec<&Edit> = Vec::new();
    let mut mended = 0;
    for finding in diagnostics.iter().filter(|each| !each.fix.is_empty()) {
        let collides = finding.fix.iter().any(|edit| {
            chosen.iter().any(|other| {
                edit.span.file == other.span.file
                    && edit.span.start <= other.span.end
                    && other.span.start <= edit.span.end
            })
        });
        if !collides {
            chosen.extend(&finding.fix);
            mended += 1;
        }
    }
    chosen.sort();
    let mut texts: BTreeMap<FileId, String> = BTreeMap::new();
    // From the end, so that the places before stay where they are.
    for edit in chosen.into_iter().rev() {
        let text = texts
            .entry(edit.span.file)
            .or_insert_with(|| sources.file(edit.span.file).text.to_string());
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    (texts, mended)
}

#[cfg(test)]
mod tests {
    use super::apply;
    use crate::source::{FileId, SourceFile, Sources};

    fn fixed(text: &str) -> String {
        let sources = Sources::new(vec![SourceFile::new("app", "app.py", false, text)]);
        let checked = crate::check(&sources, &crate::Options::default());
        let (mut texts, _) = apply(&sources, &checked.diagnostics);
        texts.remove(&FileId(0)).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn a_fix_leaves_everything_else_as_it_is() {
        let text =
            "def f(a: str = None) -> str:\r\n    # käse\r\n    return a is \"ü\" and a or \"\"\r\n";
        assert_eq!(
            fixed(text),
            "def f(a: str | None = None) -> str:\r\n    # käse\r\n    return a == \"ü\" and a or \"\"\r\n"
        );
    }

    #[test]
    fn findings_in_one_expression_are_mended_one_after_the_other() {
        let text = "def f(a: str) -> bool:\n    return (a is \"x\") is \"y\"\n";
        let once = fixed(text);
        assert_ne!(once, text);
        assert_eq!(
            fixed(&once),
            "def f(a: str) -> bool:\n    return (a == \"x\") == \"y\"\n"
        );
        assert_eq!(fixed(&fixed(&once)), fixed(&once));
    }

    #[test]
    fn an_unused_comment_is_taken_out_with_the_space_before_it() {
        assert_eq!(
            fixed("a = 1  # tayberry: ignore[TB319] old\nb = 2\n"),
            "a = 1\nb = 2\n"
        );
    }

    #[test]
    fn a_fix_of_a_call_goes_around_it() {
        let text =
            "def f(a: list[int]) -> int:\n    for b in len(a):\n        return b\n    return 0\n";
        assert!(fixed(text).contains("for b in range(len(a)):"));
    }
}
