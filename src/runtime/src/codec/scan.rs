//! The JSON scanner: bytes to tokens, exactly RFC 8259.
//!
//! In: a document whose bytes were found to be UTF-8. Out: kinds, ranges of numbers, texts of strings; or a `Syntax`
//! error with the byte where it stands. What holds: the position only moves forward except by `seek`, nothing
//! recurses, and each function leaves the position behind what it read. Depth is the caller's.

use super::write::has_special;
use std::cell::Cell;
use std::ops::Range;

/// What is wrong with a document, and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Syntax {
    /// Byte offset.
    pub at: usize,
    /// In words: "expected a value".
    pub what: &'static str,
}

/// The kind of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Null,
    Bool,
    /// A number without fraction or exponent.
    Int,
    /// A number with a fraction or exponent.
    Float,
    String,
    Array,
    Object,
}

impl Kind {
    /// With its article: "a string".
    pub fn noun(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Bool => "a boolean",
            Kind::Int => "an integer",
            Kind::Float => "a number",
            Kind::String => "a string",
            Kind::Array => "an array",
            Kind::Object => "an object",
        }
    }
}

/// Where the text of a string is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// In the document: it has no escapes.
    Input(Range<usize>),
    /// In the scratch memory, until the next string is read.
    Scratch,
    /// Nowhere: an escape `\uD800`–`\uDFFF` stands alone, which no UTF-8 can say.
    Lone,
}

/// A number's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// In the document.
    pub range: Range<usize>,
    /// Neither a fraction nor an exponent.
    pub integer: bool,
}

/// Memory beyond this is not kept.
const KEPT: usize = 4096;

thread_local! {
    /// Memory for strings with escapes, for the next document that has one.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Where strings with escapes are put together.
#[derive(Clone, Debug, Default)]
struct Scratch(Vec<u8>);

impl Scratch {
    /// The memory, to be put back.
    fn take(&mut self) -> Vec<u8> {
        match self.0.capacity() {
            0 => SPARE.try_with(Cell::take).unwrap_or_default(),
            _ => std::mem::take(&mut self.0),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if (1..=KEPT).contains(&self.0.capacity()) {
            let memory = std::mem::take(&mut self.0);
            // A thread that ends keeps nothing.
            let _ = SPARE.try_with(|spare| spare.set(memory));
        }
    }
}

/// The scanner.
#[derive(Debug)]
pub struct Scanner<'a> {
    data: &'a [u8],
    index: usize,
    scratch: Scratch,
}

type Scanned<T> = Result<T, Syntax>;

impl<'a> Scanner<'a> {
    /// A scanner at the start of a document, or the place of its first byte that is not UTF-8.
    pub fn new(data: &'a [u8]) -> Result<Scanner<'a>, Syntax> {
        match std::str::from_utf8(data) {
            Ok(_) => Ok(Scanner {
                data,
                index: 0,
                scratch: Scratch(Vec::new()),
            }),
            Err(error) => Err(Syntax {
                at: error.valid_up_to(),
                what: "the bytes are not UTF-8",
            }),
        }
    }

    /// The document.
    pub fn data(&self) -> &'a [u8] {
        self.data
    }

    /// The position.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Goes to a position taken from `index` before.
    pub fn seek(&mut self, index: usize) {
        self.index = index.min(self.data.len());
    }

    /// The text of a string just read; empty for a lone surrogate.
    pub fn text<'s>(&'s self, text: &Text) -> &'s str {
        let bytes = match text {
            Text::Input(range) => &self.data[range.clone()],
            Text::Scratch => &self.scratch.0,
            Text::Lone => &[],
        };
        // SAFETY: `new` checked the document; ranges start and end at quotes, which are ASCII; the scratch memory is
        // filled with whole runs of the document and with encoded `char`s.
        unsafe { std::str::from_utf8_unchecked(bytes) }
    }

    /// The next byte after white space, not consumed.
    #[inline]
    pub fn next_byte(&mut self) -> Option<u8> {
        loop {
            let byte = *self.data.get(self.index)?;
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Some(byte);
            }
            self.index += 1;
        }
    }

    /// The kind of the next value, not consumed; a number is looked through to its end.
    pub fn peek(&mut self) -> Scanned<Kind> {
        match self.next_byte() {
            Some(b'"') => Ok(Kind::String),
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b't' | b'f') => Ok(Kind::Bool),
            Some(b'n') => Ok(Kind::Null),
            Some(b'-' | b'0'..=b'9') => {
                let rest = &self.data[self.index + 1..];
                let end = rest.iter().find(|byte| !byte.is_ascii_digit());
                Ok(if matches!(end, Some(b'.' | b'e' | b'E')) {
                    Kind::Float
                } else {
                    Kind::Int
                })
            }
            _ => Err(self.unexpected()),
        }
    }

    fn unexpected(&self) -> Syntax {
        let what = match self.data.get(self.index) {
            None => "expected a value, got the end",
            Some(b'N' | b'I') => "NaN and Infinity are not JSON",
            Some(_) => "expected a value",
        };
        Syntax {
            at: self.index,
            what,
        }
    }

    fn literal(&mut self, word: &'static [u8]) -> Scanned<()> {
        if self.data[self.index..].starts_with(word) {
            self.index += word.len();
            return Ok(());
        }
        Err(Syntax {
            at: self.index,
            what: "expected a value",
        })
    }

    /// Reads `null`.
    pub fn null(&mut self) -> Scanned<()> {
        self.literal(b"null")
    }

    /// Reads `true` or `false`.
    pub fn boolean(&mut self) -> Scanned<bool> {
        if self.data.get(self.index) == Some(&b't') {
            return self.literal(b"true").map(|()| true);
        }
        self.literal(b"false").map(|()| false)
    }

    /// Reads a number; the position is at its first byte.
    pub fn number(&mut self) -> Scanned<Number> {
        let start = self.index;
        let mut at = start;
        let digit = |at: usize| self.data.get(at).is_some_and(u8::is_ascii_digit);
        if self.data.get(at) == Some(&b'-') {
            at += 1;
        }
        match self.data.get(at) {
            Some(b'0') => {
                at += 1;
                if digit(at) {
                    return Err(Syntax {
                        at: start,
                        what: "a number must not begin with 0",
                    });
                }
            }
            Some(b'1'..=b'9') => {
                while digit(at) {
                    at += 1;
                }
            }
            Some(b'I') => {
                return Err(Syntax {
                    at: start,
                    what: "NaN and Infinity are not JSON",
                });
            }
            _ => {
                return Err(Syntax {
                    at,
                    what: "expected a digit",
                });
            }
        }
        let mut integer = true;
        if self.data.get(at) == Some(&b'.') {
            integer = false;
            at += 1;
            if !digit(at) {
                return Err(Syntax {
                    at,
                    what: "expected a digit",
                });
            }
            while digit(at) {
                at += 1;
            }
        }
        if matches!(self.data.get(at), Some(b'e' | b'E')) {
            integer = false;
            at += 1;
            if matches!(self.data.get(at), Some(b'+' | b'-')) {
                at += 1;
            }
            if !digit(at) {
                return Err(Syntax {
                    at,
                    what: "expected a digit",
                });
            }
            while digit(at) {
                at += 1;
            }
        }
        self.index = at;
        Ok(Number {
            range: start..at,
            integer,
        })
    }

    /// Reads a string; the position is at its opening quote.
    pub fn string(&mut self) -> Scanned<Text> {
        let opening = self.index;
        let start = opening + 1;
        let end = self.plain_run(start);
        if self.data.get(end) == Some(&b'"') {
            self.index = end + 1;
            return Ok(Text::Input(start..end));
        }
        let mut lone = false;
        let mut scratch = self.scratch.take();
        scratch.clear();
        let mut at = start;
        let result = loop {
            let end = self.plain_run(at);
            scratch.extend_from_slice(&self.data[at..end]);
            match self.data.get(end) {
                None => {
                    break Err(Syntax {
                        at: opening,
                        what: "the string is not closed",
                    });
                }
                Some(b'"') => {
                    self.index = end + 1;
                    break Ok(if lone { Text::Lone } else { Text::Scratch });
                }
                Some(b'\\') => match self.escape(end + 1, &mut scratch) {
                    Ok((next, ok)) => {
                        at = next;
                        lone |= !ok;
                    }
                    Err(error) => break Err(error),
                },
                Some(_) => {
                    break Err(Syntax {
                        at: end,
                        what: "a control character in a string must be escaped",
                    });
                }
            }
        };
        self.scratch.0 = scratch;
        result
    }

    /// The end of the run of bytes from `at` that are neither a quote, nor a backslash, nor a control character.
    #[inline]
    fn plain_run(&self, mut at: usize) -> usize {
        while let Some(chunk) = self.data[at..].first_chunk::<8>() {
            if has_special(u64::from_le_bytes(*chunk)) {
                break;
            }
            at += 8;
        }
        while let Some(byte) = self.data.get(at) {
            if *byte < 0x20 || *byte == b'"' || *byte == b'\\' {
                break;
            }
            at += 1;
        }
        at
    }

    /// Reads what follows a backslash; gives the position after it and false for a lone surrogate.
    fn escape(&self, at: usize, out: &mut Vec<u8>) -> Scanned<(usize, bool)> {
        let plain = match self.data.get(at) {
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(byte @ (b'"' | b'\\' | b'/')) => *byte,
            Some(b'u') => {
                let first = self.hex(at + 1)?;
                let mut next = at + 5;
                let mut code = first;
                if (0xd800..0xdc00).contains(&first) && self.data[next..].starts_with(b"\\u") {
                    let second = self.hex(next + 2)?;
                    if (0xdc00..0xe000).contains(&second) {
                        code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                        next += 6;
                    }
                }
                return Ok(match char::from_u32(code) {
                    Some(character) => {
                        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                        (next, true)
                    }
                    None => (next, false),
                });
            }
            _ => {
                return Err(Syntax {
                    at: at - 1,
                    what: "an unknown escape in a string",
                });
            }
        };
        out.push(plain);
        Ok((at + 1, true))
    }

    fn hex(&self, at: usize) -> Scanned<u32> {
        let wrong = Syntax {
            at: at - 2,
            what: "an unknown escape in a string",
        };
        let digits = self.data.get(at..at + 4).ok_or(wrong)?;
        let mut code = 0;
        for byte in digits {
            code = code * 16 + char::from(*byte).to_digit(16).ok_or(wrong)?;
        }
        Ok(code)
    }

    /// Consumes the opening bracket of an array; true if an element follows, false if it is empty (and consumed).
    pub fn array_first(&mut self) -> Scanned<bool> {
        self.index += 1;
        if self.next_byte() == Some(b']') {
            self.index += 1;
            return Ok(false);
        }
        Ok(true)
    }

    /// After an element: true if another follows, false at the end of the array.
    pub fn array_next(&mut self) -> Scanned<bool> {
        match self.next_byte() {
            Some(b',') => {
                self.index += 1;
                Ok(true)
            }
            Some(b']') => {
                self.index += 1;
                Ok(false)
            }
            _ => Err(Syntax {
                at: self.index,
                what: "expected `,` or `]`",
            }),
        }
    }

    /// Consumes the opening brace of an object; the first key, its colon consumed too, or none.
    pub fn object_first(&mut self) -> Scanned<Option<Text>> {
        self.index += 1;
        match self.next_byte() {
            Some(b'}') => {
                self.index += 1;
                Ok(None)
            }
            Some(b'"') => self.key().map(Some),
            _ => Err(Syntax {
                at: self.index,
                what: "expected a key or `}`",
            }),
        }
    }

    /// After a value: the next key, its colon consumed too, or none at the end of the object.
    pub fn object_next(&mut self) -> Scanned<Option<Text>> {
        match self.next_byte() {
            Some(b',') => {
                self.index += 1;
                if self.next_byte() == Some(b'"') {
                    return self.key().map(Some);
                }
                Err(Syntax {
                    at: self.index,
                    what: "expected a key",
                })
            }
            Some(b'}') => {
                self.index += 1;
                Ok(None)
            }
            _ => Err(Syntax {
                at: self.index,
                what: "expected `,` or `}`",
            }),
        }
    }

    fn key(&mut self) -> Scanned<Text> {
        let at = self.index;
        let key = self.string()?;
        if key == Text::Lone {
            return Err(Syntax {
                at,
                what: "a key is not valid Unicode",
            });
        }
        if self.next_byte() != Some(b':') {
            return Err(Syntax {
                at: self.index,
                what: "expected `:`",
            });
        }
        self.index += 1;
        Ok(key)
    }

    /// Reads what may follow a document: white space.
    pub fn finish(&mut self) -> Scanned<()> {
        match self.next_byte() {
            None => Ok(()),
            Some(_) => Err(Syntax {
                at: self.index,
                what: "there is more after the value",
            }),
        }
    }

    /// Line and column of a byte, both from 1; columns count characters.
    pub fn position(data: &[u8], at: usize) -> (usize, usize) {
        let before = &data[..at.min(data.len())];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |newline| newline + 1);
        let column = before[start..]
            .iter()
            .filter(|byte| **byte & 0xc0 != 0x80)
            .count()
            + 1;
        (line, column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_grammar() {
        for (text, length, integer) in [
            ("0", 1, true),
            ("-0", 2, true),
            ("12,", 2, true),
            ("-1.5e+3]", 7, false),
            ("1E5", 3, false),
            ("0.25", 4, false),
        ] {
            let mut scanner = Scanner::new(text.as_bytes()).unwrap();
            assert_eq!(
                scanner.number(),
                Ok(Number {
                    range: 0..length,
                    integer
                }),
                "{text}"
            );
        }
        for text in ["01", "-", "1.", ".5", "1e", "1e+", "+1", "-Infinity"] {
            assert!(
                Scanner::new(text.as_bytes()).unwrap().number().is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn escapes_become_text_and_lone_surrogates_are_told() {
        for (text, expected) in [
            (
                r#""plain and long enough for two words""#,
                Some("plain and long enough for two words"),
            ),
            (r#""a\n\t\"\\\/\b\f\r""#, Some("a\n\t\"\\/\u{8}\u{c}\r")),
            (r#""\u00e9\ud83d\ude00""#, Some("é😀")),
            (r#""\ud800""#, None),
            (r#""\udc00x""#, None),
            (r#""\ud800\ud800""#, None),
            (r#""\ud800\u0041""#, None),
        ] {
            let mut scanner = Scanner::new(text.as_bytes()).unwrap();
            let read = scanner.string().unwrap();
            assert_eq!(
                (read != Text::Lone).then(|| scanner.text(&read)),
                expected,
                "{text}"
            );
            assert_eq!(scanner.index(), text.len());
        }
        for text in [r#"""#, r#""\x""#, r#""\u12""#, "\"\n\"", r#""\ud800\u12""#] {
            assert!(
                Scanner::new(text.as_bytes()).unwrap().string().is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn positions_count_lines_and_characters() {
        assert_eq!(Scanner::position("a\né!".as_bytes(), 4), (2, 2));
        assert_eq!(Scanner::position(b"", 0), (1, 1));
        assert_eq!(Scanner::new(b"ab\xff").unwrap_err().at, 2);
    }
}
