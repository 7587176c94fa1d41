//! Source files and places in them.

use std::sync::Arc;

/// A file's position in `Sources::files`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct FileId(pub u32);

/// A range of bytes in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// One Python file, named and read by the caller.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Dotted module name: `catalog.models`, or `catalog` for `catalog/__init__.py`.
    pub module: String,
    /// Path as shown to people and in tracebacks: relative to the project root, `/`-separated.
    pub path: String,
    /// Whether this is a package's `__init__.py`.
    pub is_package: bool,
    /// The text.
    pub text: Arc<str>,
    /// Byte offset of the start of each line.
    line_starts: Vec<u32>,
}

impl SourceFile {
    /// A file with its line table.
    pub fn new(module: &str, path: &str, is_package: bool, text: &str) -> SourceFile {
        let mut line_starts = vec![0];
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            // Python ends a line at \n, \r\n and a lone \r.
            if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                line_starts.push(at as u32 + 1);
            }
        }
        SourceFile {
            module: module.into(),
            path: path.into(),
            is_package,
            text: text.into(),
            line_starts,
        }
    }

    /// Line from 1 and column in bytes from 0 of a byte offset.
    pub fn line_column(&self, offset: u32) -> (u32, u32) {
        let line = self.line_starts.partition_point(|start| *start <= offset) - 1;
        (line as u32 + 1, offset - self.line_starts[line])
    }

    /// The text of a line, counted from 1, with the characters that end it.
    pub fn line_text(&self, line: u32) -> Option<&str> {
        let at = (line as usize).checked_sub(1)?;
        let start = *self.line_starts.get(at)? as usize;
        let end = self
            .line_starts
            .get(at + 1)
            .map_or(self.text.len(), |end| *end as usize);
        Some(&self.text[start..end])
    }
}

/// All files of a program.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Sorted by module name.
    pub files: Vec<SourceFile>,
}

impl Sources {
    /// The files, sorted by module name so that nothing depends on the order of discovery.
    pub fn new(mut files: Vec<SourceFile>) -> Sources {
        files.sort_by(|a, b| a.module.cmp(&b.module));
        Sources { files }
    }

    /// The file of a span.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The line on which a span starts, from 1.
    pub fn line(&self, span: Span) -> u32 {
        self.file(span.file).line_column(span.start).0
    }
}

#[cfg(test)]
mod tests {
    use super::SourceFile;

    #[test]
    fn lines_end_as_they_do_in_python() {
        let file = SourceFile::new("app", "app.py", false, "a\r\nb\rc\nd");
        let lines: Vec<_> = (0..6).map(|line| file.line_text(line)).collect();
        let found = ["a\r\n", "b\r", "c\n", "d"].map(Some);
        assert_eq!(lines, [[None].as_slice(), &found, &[None]].concat());
        assert_eq!(file.line_column(5), (3, 0));
    }
}
