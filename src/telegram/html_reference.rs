//! `&lt;` and its like: four names and numbers, the semicolon optional.

use super::markup::Input;

/// Names that HTML knows and Telegram does not, with what their authors mean.
const FOREIGN: [(&str, &str); 16] = [
    ("apos", "'"),
    ("bull", "•"),
    ("copy", "©"),
    ("euro", "€"),
    ("hellip", "…"),
    ("laquo", "«"),
    ("ldquo", "“"),
    ("lsquo", "‘"),
    ("mdash", "—"),
    ("nbsp", " "),
    ("ndash", "–"),
    ("raquo", "»"),
    ("rdquo", "”"),
    ("reg", "®"),
    ("rsquo", "’"),
    ("trade", "™"),
];

/// The longest numeric reference, without its semicolon, that is still read.
const MAX_NUMERIC_LEN: usize = 9;

/// Decodes the reference at the `&` at `at`; returns its code point, which may be half a surrogate pair, and the place
/// behind it. `None` where Telegram leaves the text as it is.
pub(super) fn decode(input: Input<'_>, at: usize) -> Option<(u32, usize)> {
    let (code, end) =
        if input.at(at + 1) == b'#' { decode_number(input, at)? } else { decode_name(input, at)? };
    Some((code, if input.at(end) == b';' { end + 1 } else { end }))
}

fn decode_number(input: Input<'_>, at: usize) -> Option<(u32, usize)> {
    let is_hex = matches!(input.at(at + 2), b'x' | b'X');
    let (start, radix) = if is_hex { (at + 3, 16) } else { (at + 2, 10) };
    let end = input.find(start, |byte| !char::from(byte).is_digit(radix));
    if MAX_NUMERIC_LEN < end - at {
        return None;
    }
    let code = u32::from_str_radix(input.slice(start, end), radix).ok()?;
    (0 < code && code < 0x0010_ffff).then_some((code, end))
}

fn decode_name(input: Input<'_>, at: usize) -> Option<(u32, usize)> {
    let end = input.find(at + 1, |byte| !byte.is_ascii_alphabetic());
    let c = match input.slice(at + 1, end) {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        _ => return None,
    };
    Some((u32::from(c), end))
}

/// Returns the end of what at `at` looks like a reference but is none for Telegram: a known name of HTML, or a number.
pub(super) fn looks_like_one(input: Input<'_>, at: usize) -> Option<usize> {
    let is_number = input.at(at + 1) == b'#';
    let start = if is_number { at + 2 } else { at + 1 };
    let end = input.find(start, |byte| !byte.is_ascii_alphanumeric());
    let is_one = input.at(end) == b';'
        && start < end
        && (is_number || input.at(start).is_ascii_alphabetic())
        && end - start <= 32;
    is_one.then_some(end + 1)
}

/// Returns what a reference that Telegram does not know stands for in a browser, where it is a common one.
pub(super) fn meaning(reference: &str) -> Option<&'static str> {
    let name = reference.trim_start_matches('&').trim_end_matches(';').to_ascii_lowercase();
    FOREIGN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
