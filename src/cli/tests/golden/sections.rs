//! Markdown files of cases: what a section holds, and the same section with other stages.
//!
//! In: the text of a file in tests/golden. Out: its sections in order. What holds: a section written back with the stages it
//! has is, byte for byte, what was read.

use std::ops::Range;

/// One fenced block.
#[derive(Clone, Debug)]
pub struct Fence {
    /// The first word behind the back ticks: `python`, `stdout`, `http`…
    pub kind: String,
    /// What follows it: a file, a function's name.
    pub about: String,
    /// The text between the fences, with its last line feed.
    pub text: String,
    /// Where that text stands in the file.
    at: Range<usize>,
    /// The line of the opening fence, from 1.
    pub line: usize,
}

impl Fence {
    /// The file that the block is, if it is one: Python, or anything with a name that has a dot.
    pub fn file(&self) -> Option<&str> {
        match (self.kind.as_str(), self.about.as_str()) {
            ("python", "") => Some("app.py"),
            ("python" | "text" | "toml" | "json", about) if about.contains('.') => Some(about),
            _ => None,
        }
    }
}

/// One case.
#[derive(Clone, Debug)]
pub struct Section {
    /// The sentence in the heading.
    pub name: String,
    /// Its blocks in order.
    pub fences: Vec<Fence>,
}

impl Section {
    /// The files of the program, in order; the first is the one to be built.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fences
            .iter()
            .filter_map(|fence| Some((fence.file()?, fence.text.as_str())))
    }

    /// The positions of the blocks that are stages.
    pub fn stages(&self) -> impl Iterator<Item = usize> {
        (0..self.fences.len()).filter(|&at| self.fences[at].file().is_none())
    }

    /// Whether a stage of a kind is given.
    pub fn has(&self, kind: &str) -> bool {
        self.stages().any(|at| self.fences[at].kind == kind)
    }
}

/// The sections of a file. Panics, with the line, at a block that is not closed or stands before the first heading.
pub fn sections(path: &str, text: &str) -> Vec<Section> {
    let mut found: Vec<Section> = Vec::new();
    let mut open: Option<(String, Fence)> = None;
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let (start, bare) = (at, line.trim_end_matches('\n'));
        at += line.len();
        if let Some((ticks, fence)) = &mut open {
            if bare == ticks {
                fence.at.end = start;
                fence.text = text[fence.at.clone()].to_owned();
                let section = found.last_mut().unwrap_or_else(|| {
                    panic!("{path}:{}: a block before the first heading", number + 1)
                });
                section.fences.push(fence.clone());
                open = None;
            }
            continue;
        }
        if let Some(name) = bare.strip_prefix("## ") {
            found.push(Section {
                name: name.trim().to_owned(),
                fences: Vec::new(),
            });
        } else if bare.starts_with("```") {
            let ticks: String = bare.chars().take_while(|&each| each == '`').collect();
            let (kind, about) = bare[ticks.len()..]
                .split_once(' ')
                .unwrap_or((&bare[ticks.len()..], ""));
            let fence = Fence {
                kind: kind.to_owned(),
                about: about.trim().to_owned(),
                text: String::new(),
                at: at..at,
                line: number + 1,
            };
            open = Some((ticks, fence));
        }
    }
    if let Some((_, fence)) = open {
        panic!("{path}:{}: the block is not closed", fence.line);
    }
    found
}

/// The text of a file with some blocks' texts replaced.
pub fn rewritten(text: &str, replaced: &[(Fence, String)]) -> String {
    let mut replaced: Vec<&(Fence, String)> = replaced.iter().collect();
    replaced.sort_by_key(|(fence, _)| fence.at.start);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (fence, new) in replaced {
        out.push_str(&text[done..fence.at.start]);
        out.push_str(new);
        if !new.is_empty() && !new.ends_with('\n') {
            out.push('\n');
        }
        done = fence.at.end;
    }
    out.push_str(&text[done..]);
    out
}
