//! One request's input, read by C decoders and by the table-driven one alike (`tb_reader` of the contract).
//!
//! In: the JSON body and the source and name of the parameter that is being decoded. Out: values without Python
//! objects, and rejections with their places. What holds: a value that is rejected (`Invalid`) has been passed over, so
//! the reader stands where it would stand after a good one; after `Fatal` no more can be read; nesting is counted here,
//! so that every way through a document meets the same limit.

use super::place::{Place, WHOLE};
use super::problem::Problem;
use super::rejection::{Decoded, Failure, Rejections, Source};
use super::scan::{Kind, Number, Scanner, Syntax, Text};
use tayberry_abi::Rejection;

/// How deep arrays and objects may be nested.
pub const DEPTH: u32 = 128;
/// How many bytes may be read again in any document, besides its size times `DEPTH`.
const REREAD: usize = 1 << 16;
/// How many digits an integer may have, as in Python.
pub const DIGITS: usize = 4300;

/// The message of `int_too_large`.
pub(crate) fn too_large() -> String {
    format!("an integer may have at most {DIGITS} digits")
}

/// The reader.
#[derive(Debug)]
pub struct Reader<'a> {
    scanner: Scanner<'a>,
    depth: u32,
    source: Source,
    name: &'a str,
    rejections: Rejections,
    // Keys with escapes, kept so that a key that was lent stays valid as long as the reader.
    keys: Vec<Box<str>>,
    // Bytes gone back over.
    reread: usize,
}

/// A place to come back to.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    index: usize,
    depth: u32,
    rejections: u32,
}

impl Mark {
    /// As the contract's two words.
    pub fn words(self) -> [usize; 2] {
        [
            self.index,
            ((self.depth as usize) << 32) | self.rejections as usize,
        ]
    }

    /// From the contract's two words.
    pub fn from_words(words: [usize; 2]) -> Mark {
        Mark {
            index: words[0],
            depth: (words[1] >> 32) as u32,
            rejections: words[1] as u32,
        }
    }
}

impl<'a> Reader<'a> {
    /// A reader without a document, for parameters given as text.
    pub fn new() -> Reader<'a> {
        let scanner = Scanner::new(b"").unwrap_or_else(|_| unreachable!("no bytes are valid"));
        Reader {
            scanner,
            depth: 0,
            source: Source::Body,
            name: "",
            rejections: Rejections::default(),
            keys: Vec::new(),
            reread: 0,
        }
    }

    /// The document.
    pub fn document(&self) -> &'a [u8] {
        self.scanner.data()
    }

    /// Says which parameter is decoded next. `name` is its name on the wire, empty for a body.
    pub fn enter(&mut self, source: Source, name: &'a str) {
        self.source = source;
        self.name = name;
    }

    /// Starts on a JSON document and enters the body.
    pub fn open(&mut self, document: &'a [u8]) -> Decoded<()> {
        self.enter(Source::Body, "");
        self.depth = 0;
        match Scanner::new(document) {
            Ok(scanner) => {
                self.scanner = scanner;
                Ok(())
            }
            Err(error) => Err(self.syntax_in(document, error)),
        }
    }

    /// After the document's value: nothing but white space may follow.
    pub fn finish(&mut self) -> Decoded<()> {
        self.scanner.finish().map_err(|error| self.syntax(error))
    }

    /// The answer to the request if anything was rejected.
    pub fn problem(&mut self) -> Option<Problem> {
        self.rejections.problem()
    }

    /// Whether nothing was rejected so far.
    pub fn is_clean(&self) -> bool {
        self.rejections.is_empty()
    }

    /// Remembers the position.
    pub fn mark(&self) -> Mark {
        Mark {
            index: self.scanner.index(),
            depth: self.depth,
            rejections: self.rejections.count() as u32,
        }
    }

    /// Goes back, forgetting the rejections since. A document that makes this happen too often is given up, since
    /// unions in unions could take time without end: whatever is read next is `Fatal`.
    pub fn rewind(&mut self, mark: Mark) {
        // A rejection made in vain costs as much as its place is long.
        let steps = self.depth.max(mark.depth) as usize;
        self.reread += self.scanner.index().saturating_sub(mark.index) + 16 * steps;
        self.scanner.seek(mark.index);
        self.depth = mark.depth;
        self.rejections.truncate(mark.rejections as usize);
        let size = self.scanner.data().len();
        if self.reread > REREAD + size.saturating_mul(DEPTH as usize) {
            let message = "too many alternatives to try".into();
            self.rejections
                .end(422, self.source, self.name, Rejection::TooDeep, message);
            self.scanner.seek(size);
        }
    }

    /// Records a rejection at a place, without passing over anything.
    pub(crate) fn reject(
        &mut self,
        place: *const Place,
        kind: Rejection,
        message: impl Into<String>,
    ) -> Failure {
        // SAFETY: places are built by decoders on their stacks, innermost first, and outlive the calls made with them;
        // keys point into the document, into `self.keys` or into static names.
        unsafe {
            self.rejections
                .add(self.source, self.name, place, kind, message.into())
        };
        Failure::Invalid
    }

    /// Records that the current parameter is absent.
    pub fn reject_missing(&mut self) -> Failure {
        self.reject(WHOLE, Rejection::Missing, "a value is required")
    }

    /// Records that the next value is of the wrong kind ("expected an integer, got a string") and passes over it.
    pub fn reject_kind(&mut self, place: *const Place, kind: Rejection, expected: &str) -> Failure {
        match self.kind() {
            Ok(got) => {
                self.reject(
                    place,
                    kind,
                    format!("expected {expected}, got {}", got.noun()),
                );
                self.pass(Failure::Invalid)
            }
            Err(failure) => failure,
        }
    }

    /// Passes over the next value; `failure`, unless that fails.
    pub fn pass(&mut self, failure: Failure) -> Failure {
        self.skip().err().unwrap_or(failure)
    }

    fn syntax(&mut self, error: Syntax) -> Failure {
        self.syntax_in(self.scanner.data(), error)
    }

    fn syntax_in(&mut self, document: &[u8], error: Syntax) -> Failure {
        let (line, column) = Scanner::position(document, error.at);
        let message = format!(
            "invalid JSON at line {line}, column {column}: {}",
            error.what
        );
        self.rejections
            .end(400, self.source, self.name, Rejection::JsonInvalid, message);
        Failure::Fatal
    }

    fn deeper(&mut self) -> Decoded<()> {
        if self.depth >= DEPTH {
            let message = format!("nested more than {DEPTH} levels deep");
            self.rejections
                .end(422, self.source, self.name, Rejection::TooDeep, message);
            return Err(Failure::Fatal);
        }
        self.depth += 1;
        Ok(())
    }

    /// The next byte after white space.
    pub(super) fn byte(&mut self) -> Option<u8> {
        self.scanner.next_byte()
    }

    /// The kind of the next value, not consumed.
    pub fn kind(&mut self) -> Decoded<Kind> {
        self.scanner.peek().map_err(|error| self.syntax(error))
    }

    /// Reads `null`.
    pub fn null(&mut self, place: *const Place) -> Decoded<()> {
        if self.byte() != Some(b'n') {
            return Err(self.reject_kind(place, Rejection::NoneRequired, "null"));
        }
        self.scanner.null().map_err(|error| self.syntax(error))
    }

    /// Reads `true` or `false`.
    pub fn boolean(&mut self, place: *const Place) -> Decoded<bool> {
        if !matches!(self.byte(), Some(b't' | b'f')) {
            return Err(self.reject_kind(place, Rejection::BoolType, "a boolean"));
        }
        self.scanner.boolean().map_err(|error| self.syntax(error))
    }

    /// Reads a number of either kind.
    pub fn number(&mut self) -> Decoded<Number> {
        self.scanner.number().map_err(|error| self.syntax(error))
    }

    /// Reads an integer: its digits with the sign, at most `DIGITS` of them.
    pub fn integer(&mut self, place: *const Place) -> Decoded<&'a [u8]> {
        if !matches!(self.byte(), Some(b'-' | b'0'..=b'9')) {
            return Err(self.reject_kind(place, Rejection::IntType, "an integer"));
        }
        let number = self.number()?;
        if !number.integer {
            return Err(self.reject(
                place,
                Rejection::IntType,
                "expected an integer, got a number",
            ));
        }
        self.digits(place, &number)
    }

    /// The digits of an integer just read, if there are not too many.
    pub fn digits(&mut self, place: *const Place, number: &Number) -> Decoded<&'a [u8]> {
        let digits = &self.scanner.data()[number.range.clone()];
        if digits.len() > DIGITS && digits.len() - usize::from(digits[0] == b'-') > DIGITS {
            return Err(self.reject_too_large(place));
        }
        Ok(digits)
    }

    /// Records that an integer has too many digits.
    pub fn reject_too_large(&mut self, place: *const Place) -> Failure {
        self.reject(place, Rejection::IntTooLarge, too_large())
    }

    /// Reads a number as a float; integers are accepted.
    pub fn float(&mut self, place: *const Place) -> Decoded<f64> {
        if !matches!(self.byte(), Some(b'-' | b'0'..=b'9')) {
            return Err(self.reject_kind(place, Rejection::FloatType, "a number"));
        }
        let number = self.number()?;
        self.float_of(place, &number)
    }

    /// The value of a number just read.
    pub fn float_of(&mut self, place: *const Place, number: &Number) -> Decoded<f64> {
        let bytes = &self.scanner.data()[number.range.clone()];
        // JSON's numbers are ASCII and a part of Rust's, which are read to the nearest double, ties to even, as Python's.
        let value = std::str::from_utf8(bytes)
            .ok()
            .and_then(|text| text.parse::<f64>().ok())
            .unwrap_or(f64::INFINITY);
        if value.is_finite() {
            // `-0` is an integer, and the integer is zero.
            return Ok(if number.integer { value + 0.0 } else { value });
        }
        Err(self.reject(
            place,
            Rejection::FloatParsing,
            "the number is too large for a float",
        ))
    }

    /// Reads a string; its text until the next call.
    pub fn string(&mut self, place: *const Place) -> Decoded<&str> {
        self.string_as(place, Rejection::StringType, "a string")
    }

    /// Reads a string where its absence has another name.
    pub fn string_as(
        &mut self,
        place: *const Place,
        kind: Rejection,
        expected: &str,
    ) -> Decoded<&str> {
        if self.byte() != Some(b'"') {
            return Err(self.reject_kind(place, kind, expected));
        }
        let text = self.scanner.string().map_err(|error| self.syntax(error))?;
        if text == Text::Lone {
            return Err(self.reject(
                place,
                Rejection::StringUnicode,
                "the text is not valid Unicode (a lone surrogate)",
            ));
        }
        Ok(self.scanner.text(&text))
    }

    /// Enters an array (the next byte is `[`) or goes on after an element; false at its end.
    pub fn next_item(&mut self, first: bool) -> Decoded<bool> {
        if first {
            if self.byte() != Some(b'[') {
                return Err(self.syntax_here("expected `[`"));
            }
            self.deeper()?;
        }
        let more = if first {
            self.scanner.array_first()
        } else {
            self.scanner.array_next()
        };
        let more = more.map_err(|error| self.syntax(error))?;
        self.depth -= u32::from(!more);
        Ok(more)
    }

    /// Enters an object (the next byte is `{`) or goes on after a value: the next key, valid as long as the reader;
    /// none at its end.
    pub fn next_key(&mut self, first: bool) -> Decoded<Option<Key>> {
        if first {
            if self.byte() != Some(b'{') {
                return Err(self.syntax_here("expected `{`"));
            }
            self.deeper()?;
        }
        let key = if first {
            self.scanner.object_first()
        } else {
            self.scanner.object_next()
        };
        let Some(key) = key.map_err(|error| self.syntax(error))? else {
            self.depth -= 1;
            return Ok(None);
        };
        let lent = match &key {
            Text::Input(_) => self.scanner.text(&key),
            Text::Scratch | Text::Lone => {
                self.keys.push(self.scanner.text(&key).into());
                &self.keys[self.keys.len() - 1]
            }
        };
        Ok(Some(Key {
            data: lent.as_ptr(),
            length: lent.len(),
        }))
    }

    fn syntax_here(&mut self, what: &'static str) -> Failure {
        let at = self.scanner.index();
        self.syntax(Syntax { at, what })
    }

    /// Passes over the next value, whatever it is.
    pub fn skip(&mut self) -> Decoded<()> {
        match self.byte() {
            Some(b'{') => {
                let mut more = self.next_key(true)?.is_some();
                while more {
                    self.skip()?;
                    more = self.next_key(false)?.is_some();
                }
                Ok(())
            }
            Some(b'[') => {
                let mut more = self.next_item(true)?;
                while more {
                    self.skip()?;
                    more = self.next_item(false)?;
                }
                Ok(())
            }
            Some(b'"') => self
                .scanner
                .string()
                .map(drop)
                .map_err(|error| self.syntax(error)),
            Some(b't' | b'f') => self
                .scanner
                .boolean()
                .map(drop)
                .map_err(|error| self.syntax(error)),
            Some(b'n') => self.scanner.null().map_err(|error| self.syntax(error)),
            Some(b'-' | b'0'..=b'9') => self.number().map(drop),
            _ => self.kind().map(drop),
        }
    }
}

impl Default for Reader<'_> {
    fn default() -> Self {
        Reader::new()
    }
}

/// A key lent by a reader.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    data: *const u8,
    length: usize,
}

impl Key {
    /// The key's first byte and length.
    pub fn parts(self) -> (*const u8, usize) {
        (self.data, self.length)
    }

    /// The key.
    ///
    /// # Safety
    /// The reader that lent it must not have been dropped, nor be dropped while the text is in use.
    pub unsafe fn text<'k>(self) -> &'k str {
        // SAFETY: the bytes are in the document or in the reader's `keys`, which only grow, and were read as UTF-8.
        unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(self.data, self.length)) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::place::{indexed, keyed};
    use super::*;

    fn detail(reader: &mut Reader<'_>) -> (u16, String) {
        let problem = reader.problem().unwrap();
        (problem.status, problem.detail.unwrap())
    }

    #[test]
    fn a_rejected_value_is_passed_over_and_reading_goes_on() {
        let mut reader = Reader::new();
        reader.open(br#"[{"a":[1,{}]}, 2]"#).unwrap();
        assert_eq!(reader.next_item(true), Ok(true));
        assert_eq!(reader.integer(&indexed(WHOLE, 0)), Err(Failure::Invalid));
        assert_eq!(reader.next_item(false), Ok(true));
        assert_eq!(reader.integer(WHOLE), Ok(&b"2"[..]));
        assert_eq!(reader.next_item(false), Ok(false));
        reader.finish().unwrap();
        assert_eq!(
            detail(&mut reader),
            (422, "body: [0]: expected an integer, got an object".into())
        );
    }

    #[test]
    fn a_key_with_escapes_stays_valid_while_its_value_is_read() {
        let mut reader = Reader::new();
        reader.open(br#"{"\u0061\n":"\t"}"#).unwrap();
        let key = reader.next_key(true).unwrap().unwrap();
        assert_eq!(reader.string(WHOLE), Ok("\t"));
        // SAFETY: the reader lives to the end of this test.
        assert_eq!(unsafe { key.text() }, "a\n");
    }

    #[test]
    fn a_syntax_error_replaces_all_rejections() {
        let mut reader = Reader::new();
        reader.open(b"[1,\n x]").unwrap();
        reader.next_item(true).unwrap();
        assert_eq!(reader.boolean(WHOLE), Err(Failure::Invalid));
        reader.next_item(false).unwrap();
        assert_eq!(reader.skip(), Err(Failure::Fatal));
        assert_eq!(
            detail(&mut reader),
            (
                400,
                "body: invalid JSON at line 2, column 2: expected a value".into()
            )
        );
    }

    #[test]
    fn nesting_is_limited_to_128_levels() {
        let document =
            |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth)).into_bytes();
        let (good, bad) = (document(128), document(129));
        let mut reader = Reader::new();
        reader.open(&good).unwrap();
        assert_eq!(reader.skip(), Ok(()));
        reader.open(&bad).unwrap();
        assert_eq!(reader.skip(), Err(Failure::Fatal));
        assert_eq!(
            detail(&mut reader),
            (422, "body: nested more than 128 levels deep".into())
        );
    }

    #[test]
    fn a_mark_brings_back_position_depth_and_rejections() {
        let mut reader = Reader::new();
        reader.open(b"[[1]]").unwrap();
        reader.next_item(true).unwrap();
        let mark = Mark::from_words(reader.mark().words());
        reader.next_item(true).unwrap();
        assert_eq!(reader.boolean(&keyed(WHOLE, b"x")), Err(Failure::Invalid));
        reader.rewind(mark);
        assert!(reader.is_clean());
        reader.skip().unwrap();
        assert_eq!(reader.next_item(false), Ok(false));
        reader.finish().unwrap();
    }

    #[test]
    fn floats_must_be_finite_and_negative_zero_follows_python() {
        for (text, expected) in [
            ("-0", Some(0.0)),
            ("-0.0", Some(-0.0)),
            ("1e308", Some(1e308)),
            ("1e309", None),
        ] {
            let mut reader = Reader::new();
            reader.open(text.as_bytes()).unwrap();
            assert_eq!(
                reader.float(WHOLE).ok().map(f64::to_bits),
                expected.map(f64::to_bits),
                "{text}"
            );
        }
    }
}
