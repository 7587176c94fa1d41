//! Primitive JSON text: strings, integers and floats, byte for byte as Python writes them.
//!
//! In: UTF-8 text and machine numbers. Out: bytes appended to anything that takes them. No Python objects here.

/// A growing run of bytes.
pub trait Sink {
    /// Appends bytes.
    fn append(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn append(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// For each byte: 0 as it is, `u` as `\u00XX`, else the letter of its short escape.
const ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = b'u';
        byte += 1;
    }
    table[0x08] = b'b';
    table[0x09] = b't';
    table[0x0a] = b'n';
    table[0x0c] = b'f';
    table[0x0d] = b'r';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
};

/// Appends text as a JSON string with quotes and escapes.
pub fn write_string(out: &mut impl Sink, text: &str) {
    out.append(b"\"");
    write_escaped(out, text.as_bytes());
    out.append(b"\"");
}

/// Appends UTF-8 text with JSON's escapes and without quotes.
pub fn write_escaped(out: &mut impl Sink, bytes: &[u8]) {
    let mut start = 0;
    let mut index = 0;
    while index < bytes.len() {
        // Eight bytes at a time while none of them needs an escape.
        while let Some(chunk) = bytes[index..].first_chunk::<8>() {
            if has_special(u64::from_le_bytes(*chunk)) {
                break;
            }
            index += 8;
        }
        let Some(byte) = bytes.get(index) else { break };
        let escape = ESCAPES[usize::from(*byte)];
        if escape != 0 {
            out.append(&bytes[start..index]);
            if escape == b'u' {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                let high = HEX[usize::from(byte >> 4)];
                let low = HEX[usize::from(byte & 15)];
                out.append(&[b'\\', b'u', b'0', b'0', high, low]);
            } else {
                out.append(&[b'\\', escape]);
            }
            start = index + 1;
        }
        index += 1;
    }
    out.append(&bytes[start..]);
}

/// Whether one of eight bytes is a quote, a backslash or a control character.
pub(super) fn has_special(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let zero = |x: u64| x.wrapping_sub(ONES) & !x & HIGHS;
    let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
    (control | zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c))) != 0
}

/// Appends an integer in decimal.
pub fn write_integer(out: &mut impl Sink, value: i64) {
    out.append(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends a float as Python's `repr` writes it; false, and nothing appended, for NaN and the infinities.
pub fn write_float(out: &mut impl Sink, value: f64) -> bool {
    if !value.is_finite() {
        return false;
    }
    let mut buffer = zmij::Buffer::new();
    let printed = buffer.format_finite(value);
    // In this range both write plain decimals; zmij goes on a little further on both sides.
    let size = value.abs();
    if (1e-4..1e15).contains(&size) || size == 0.0 {
        out.append(printed.as_bytes());
        return true;
    }
    out.append(repr_of(printed).as_bytes());
    true
}

/// Rewrites shortest digits by the rules of Python's `repr`: an exponent (at least two digits, signed) if the decimal
/// point would stand more than 16 digits to the right or more than 3 zeros to the left of the digits.
fn repr_of(printed: &str) -> String {
    let (sign, printed) = printed
        .strip_prefix('-')
        .map_or(("", printed), |rest| ("-", rest));
    let (mantissa, exponent) = printed.split_once(['e', 'E']).unwrap_or((printed, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let leading = all.len() - all.trim_start_matches('0').len();
    let digits = all.trim_matches('0');
    // The value is 0.DIGITS × 10^point.
    let point = whole.len() as i32 + exponent - leading as i32;
    if (-3..=16).contains(&point) {
        let count = digits.len() as i32;
        if point <= 0 {
            return format!("{sign}0.{}{digits}", "0".repeat((-point) as usize));
        }
        if point >= count {
            return format!("{sign}{digits}{}.0", "0".repeat((point - count) as usize));
        }
        let (before, after) = digits.split_at(point as usize);
        return format!("{sign}{before}.{after}");
    }
    let (first, rest) = digits.split_at(1);
    let dot = if rest.is_empty() { "" } else { "." };
    let power = point - 1;
    let minus = if power < 0 { '-' } else { '+' };
    format!("{sign}{first}{dot}{rest}e{minus}{:02}", power.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn float(value: f64) -> String {
        let mut out = Vec::new();
        assert!(write_float(&mut out, value));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn floats_look_as_in_python() {
        for (value, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (123456789012345680.0, "1.2345678901234568e+17"),
            (9007199254740993.0, "9007199254740992.0"),
            (0.0001, "0.0001"),
            (0.00012345, "0.00012345"),
            (0.00001, "1e-05"),
            (-1.5e-7, "-1.5e-07"),
            (1e100, "1e+100"),
            (5e-324, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
        ] {
            assert_eq!(float(value), expected);
        }
        assert!(!write_float(&mut Vec::new(), f64::NAN));
        assert!(!write_float(&mut Vec::new(), f64::INFINITY));
    }

    #[test]
    fn strings_are_escaped_wherever_the_special_character_stands() {
        for position in 0..20 {
            for (special, escaped) in [
                ("\"", "\\\""),
                ("\\", "\\\\"),
                ("\n", "\\n"),
                ("\u{1}", "\\u0001"),
                ("\u{1f}", "\\u001f"),
                ("é", "é"),
                ("\u{7f}", "\u{7f}"),
            ] {
                let before = "a".repeat(position);
                let mut out = Vec::new();
                write_string(&mut out, &format!("{before}{special}tail"));
                assert_eq!(
                    String::from_utf8(out).unwrap(),
                    format!("\"{before}{escaped}tail\"")
                );
            }
        }
    }
}
