//! Decodes HTML references such as `&lt;` and `&#60;`. Telegram knows only four names. The semicolon is optional.

use super::markup::MarkupInput;

/// Common names that Telegram does not decode, with the text that a browser would show.
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

/// The longest numeric reference that TDLib decodes, in bytes from the `&` to the last digit.
const MAX_NUMERIC_LEN: usize = 9;

/// Decodes the reference whose `&` is at `at`. Returns its code point, which may be half a surrogate pair, and the byte
/// offset after the reference. Returns `None` if Telegram does not decode the text.
pub(super) fn decode(input: MarkupInput<'_>, at: usize) -> Option<(u32, usize)> {
    let (code, end) =
        if input.at(at + 1) == b'#' { decode_number(input, at)? } else { decode_name(input, at)? };
    Some((code, if input.at(end) == b';' { end + 1 } else { end }))
}

fn decode_number(input: MarkupInput<'_>, at: usize) -> Option<(u32, usize)> {
    // TDLib 1.8.67 decodes `&#x` but not `&#X`. TDLib 1.8.69, which telecast follows, decodes both.
    let is_hex = matches!(input.at(at + 2), b'x' | b'X');
    let (start, radix) = if is_hex { (at + 3, 16) } else { (at + 2, 10) };
    let end = input.find(start, |byte| !char::from(byte).is_digit(radix));
    if MAX_NUMERIC_LEN < end - at {
        return None;
    }
    let code = u32::from_str_radix(input.slice(start, end), radix).ok()?;
    // TDLib does not decode U+10FFFF even though it is a valid code point.
    (0 < code && code < 0x0010_ffff).then_some((code, end))
}

fn decode_name(input: MarkupInput<'_>, at: usize) -> Option<(u32, usize)> {
    // All letters after the `&` are part of the name. So `&ltx` has the unknown name `ltx` and is text, but `&lt=` is
    // `<=`.
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

/// Returns the end of the text at `at` if it looks like a reference, such as `&name;` or `&#1;`. Used only for
/// warnings.
pub(super) fn reference_like_end(input: MarkupInput<'_>, at: usize) -> Option<usize> {
    let is_number = input.at(at + 1) == b'#';
    let start = if is_number { at + 2 } else { at + 1 };
    let end = input.find(start, |byte| !byte.is_ascii_alphanumeric());
    // HTML's longest name has 31 letters, so 32 characters are enough. The semicolon is required here, because
    // `?a=1&b=2` should get no warning.
    let is_like_reference = input.at(end) == b';'
        && start < end
        && (is_number || input.at(start).is_ascii_alphabetic())
        && end - start <= 32;
    is_like_reference.then_some(end + 1)
}

/// Returns the text that a browser would show for a reference that Telegram does not decode, or `None` if `FOREIGN`
/// does not have the reference.
pub(super) fn meaning(reference: &str) -> Option<&'static str> {
    let name = reference.trim_start_matches('&').trim_end_matches(';').to_ascii_lowercase();
    FOREIGN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
