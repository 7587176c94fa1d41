//! Scalars from text: path segments, query values, headers, cookies and keys of objects.
//!
//! In: raw bytes. Out: a machine value, or the rejection's kind and message. No Python objects here.

use super::objects::small;
use super::reader::DIGITS;
use tayberry_abi::Rejection;

/// A rejection that has no place yet.
pub type Wrong = (Rejection, String);

/// Bytes as a message shows them: quoted, at most 40 characters.
pub fn show(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut shown: String = text.chars().take(40).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("\"{shown}\"")
}

/// A rejection's message for text that should have been something else.
pub fn wrong(kind: Rejection, expected: &str, bytes: &[u8]) -> Wrong {
    (kind, format!("expected {expected}, got {}", show(bytes)))
}

/// Checks `^[+-]?[0-9]+$` and the number of digits; the same bytes.
pub fn integer(bytes: &[u8]) -> Result<&[u8], Wrong> {
    let digits = match bytes {
        [b'+' | b'-', rest @ ..] => rest,
        rest => rest,
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(wrong(Rejection::IntParsing, "an integer", bytes));
    }
    if digits.len() > DIGITS {
        return Err((
            Rejection::IntTooLarge,
            format!("an integer may have at most {DIGITS} digits"),
        ));
    }
    Ok(bytes)
}

/// Python's `float()` without white space, underscores, `nan` and `inf`; too large a number is refused too.
pub fn float(bytes: &[u8]) -> Result<f64, Wrong> {
    let refuse = || wrong(Rejection::FloatParsing, "a number", bytes);
    if !is_decimal(bytes) {
        return Err(refuse());
    }
    if bytes.len() < 16 && bytes.iter().all(u8::is_ascii_digit) {
        return Ok(small(bytes).unwrap_or(0) as f64);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| refuse())?;
    let value: f64 = text.parse().map_err(|_| refuse())?;
    if value.is_finite() {
        Ok(value)
    } else {
        Err((
            Rejection::FloatParsing,
            "the number is too large for a float".into(),
        ))
    }
}

/// Whether bytes are a decimal number: sign, digits with at most one point, exponent.
pub fn is_decimal(bytes: &[u8]) -> bool {
    let unsigned = match bytes {
        [b'+' | b'-', rest @ ..] => rest,
        rest => rest,
    };
    let (mantissa, exponent) = match unsigned.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let exponent_ok = exponent.is_none_or(|exponent| {
        let digits = match exponent {
            [b'+' | b'-', rest @ ..] => rest,
            rest => rest,
        };
        !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
    });
    let points = mantissa.iter().filter(|byte| **byte == b'.').count();
    let digits = mantissa.iter().filter(|byte| byte.is_ascii_digit()).count();
    exponent_ok && points <= 1 && digits > 0 && digits + points == mantissa.len()
}

/// true/false, 1/0, yes/no, on/off, t/f, y/n in any case.
pub fn boolean(bytes: &[u8]) -> Result<bool, Wrong> {
    let is = |words: [&[u8]; 6]| words.iter().any(|word| bytes.eq_ignore_ascii_case(word));
    if is([b"true", b"1", b"yes", b"on", b"t", b"y"]) {
        return Ok(true);
    }
    if is([b"false", b"0", b"no", b"off", b"f", b"n"]) {
        return Ok(false);
    }
    Err(wrong(Rejection::BoolParsing, "a boolean", bytes))
}

/// UTF-8.
pub fn string(bytes: &[u8]) -> Result<&str, Wrong> {
    std::str::from_utf8(bytes).map_err(|_| {
        (
            Rejection::StringUnicode,
            "the text is not valid UTF-8".into(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_a_sign_and_digits_only() {
        for good in ["0", "+7", "-0012", &"9".repeat(4300)] {
            assert!(integer(good.as_bytes()).is_ok(), "{good}");
        }
        for bad in ["", "+", "1_000", " 1", "1.0", "0x1", "１"] {
            assert_eq!(
                integer(bad.as_bytes()).unwrap_err().0,
                Rejection::IntParsing,
                "{bad}"
            );
        }
        assert_eq!(
            integer("9".repeat(4301).as_bytes()).unwrap_err().0,
            Rejection::IntTooLarge
        );
    }

    #[test]
    fn floats_are_pythons_without_the_odd_ones() {
        for (text, value) in [
            ("1", 1.0),
            ("-1.5e3", -1500.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("+0", 0.0),
            ("123456789012345", 123456789012345.0),
        ] {
            assert_eq!(float(text.as_bytes()), Ok(value), "{text}");
        }
        assert_eq!(float(b"-0").unwrap().to_bits(), (-0.0f64).to_bits());
        for bad in [
            "",
            ".",
            "nan",
            "inf",
            "-Infinity",
            "1_0",
            " 1",
            "1e",
            "e5",
            "1.2.3",
            "1e999",
        ] {
            assert_eq!(
                float(bad.as_bytes()).unwrap_err().0,
                Rejection::FloatParsing,
                "{bad}"
            );
        }
    }

    #[test]
    fn booleans_are_words_in_any_case() {
        assert_eq!(boolean(b"TRUE"), Ok(true));
        assert_eq!(boolean(b"Off"), Ok(false));
        assert_eq!(
            boolean(b"maybe").unwrap_err().1,
            "expected a boolean, got \"maybe\""
        );
        assert!(boolean(b"").is_err());
    }
}
