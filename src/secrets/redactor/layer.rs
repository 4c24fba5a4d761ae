//! Decodes a text repeatedly. Each time, it decodes percent-encoding (`%41`), backslash escapes (`\u0041`, `\"`), and
//! character references (`&#65;`, `&quot;`).
//!
//! Decoding never fails: an invalid escape stays as it is. Every space becomes a `+`, in the text and in the values to
//! search for. A `+` means a space in form data and a plus sign elsewhere, and the text does not show which of the two
//! is meant.

// The number of nested encodings that are decoded: enough for JSON in form data in JSON, and one more.
const DEPTH: usize = 4;

// The named character references that HTML encoders write for ASCII characters. `nbsp` counts as a space, so it becomes
// `+`.
const REFERENCES: [(&str, u8); 24] = [
    ("amp", b'&'),
    ("apos", b'\''),
    ("ast", b'*'),
    ("colon", b':'),
    ("comma", b','),
    ("commat", b'@'),
    ("dollar", b'$'),
    ("equals", b'='),
    ("excl", b'!'),
    ("grave", b'`'),
    ("gt", b'>'),
    ("lowbar", b'_'),
    ("lpar", b'('),
    ("lt", b'<'),
    ("nbsp", b'+'),
    ("num", b'#'),
    ("percnt", b'%'),
    ("period", b'.'),
    ("plus", b'+'),
    ("quest", b'?'),
    ("quot", b'"'),
    ("rpar", b')'),
    ("semi", b';'),
    ("sol", b'/'),
];

/// A text, or the result of decoding it once or several times.
pub(super) struct Layer {
    bytes: Vec<u8>,
    /// For each byte of `bytes`, the range of the original text from which it was decoded. Empty if nothing was
    /// decoded: then each byte comes from the same offset of the text.
    origins: Vec<(usize, usize)>,
}

impl Layer {
    /// Returns the text itself and then its repeated decodings, at most [`DEPTH`] of them. Ends earlier if there is
    /// nothing left to decode.
    pub(super) fn all_of(text: &str) -> impl Iterator<Item = Layer> {
        let first = Layer { bytes: folded(text.as_bytes()), origins: Vec::new() };
        let mut next = Some(first);
        (0..=DEPTH).map_while(move |depth| {
            let layer = next.take()?;
            next = if depth < DEPTH { layer.decoded() } else { None };
            Some(layer)
        })
    }

    /// Returns the forms in which `value` can appear in a layer: the value itself, and the results of decoding it once
    /// or several times.
    // A value such as `100%41` contains what looks like an escape. Layers decode this escape too, and then contain only
    // the decoded form of the value.
    pub(super) fn forms(value: &[u8]) -> Vec<Vec<u8>> {
        let mut forms = vec![folded(value)];
        while forms.len() <= DEPTH
            && let Some(last) = forms.last()
            && is_encoded(last)
        {
            let mut next = Vec::with_capacity(last.len());
            decode(last, |bytes, _, _| next.extend_from_slice(bytes));
            if next == *last {
                break;
            }
            forms.push(next);
        }
        forms
    }

    /// Returns the layer without line breaks, control characters, and zero-width characters. Returns `None` if the
    /// layer contains no such characters.
    // MIME breaks base64 into lines, and a hostile server may put invisible characters between the letters of a secret.
    pub(super) fn without_invisible(&self) -> Option<Layer> {
        let mut layer = Layer { bytes: Vec::new(), origins: Vec::new() };
        let mut at = 0;
        while at < self.bytes.len() {
            let skipped = invisible_len(&self.bytes[at..]);
            if skipped == 0 {
                layer.bytes.push(self.bytes[at]);
                layer.origins.push(self.origins.get(at).copied().unwrap_or((at, at + 1)));
            }
            at += skipped.max(1);
        }
        (layer.bytes.len() < self.bytes.len()).then_some(layer)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the range of the original `text` from which this layer's bytes from `start` to `end` were decoded. The
    /// range is widened to whole characters.
    pub(super) fn origin(&self, text: &str, start: usize, end: usize) -> (usize, usize) {
        let origin = |at: usize| self.origins.get(at).copied().unwrap_or((at, at + 1));
        let (start, end) = (origin(start).0, origin(end.max(start + 1) - 1).1);
        (text.floor_char_boundary(start), text.ceil_char_boundary(end))
    }

    /// Returns the next layer, or `None` if decoding changes nothing.
    fn decoded(&self) -> Option<Layer> {
        // Most texts contain no escapes. This check avoids copying such a text.
        if !is_encoded(&self.bytes) {
            return None;
        }
        let mut layer = Layer {
            bytes: Vec::with_capacity(self.bytes.len()),
            origins: Vec::with_capacity(self.bytes.len()),
        };
        let origin = |at: usize| self.origins.get(at).copied().unwrap_or((at, at + 1));
        decode(&self.bytes, |bytes, start, end| {
            layer.bytes.extend_from_slice(bytes);
            let from = (origin(start).0, origin(end - 1).1);
            layer.origins.extend(bytes.iter().map(|_| from));
        });
        (layer.bytes != self.bytes).then_some(layer)
    }
}

/// Returns the length in bytes of the invisible character at the start of `text`; 0 if the first character is visible.
fn invisible_len(text: &[u8]) -> usize {
    match text {
        [0..=0x1f | 0x7f, ..] => 1,
        // C1 control characters and the soft hyphen.
        [0xc2, 0x80..=0x9f | 0xad, ..] => 2,
        // U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F, and the byte order mark.
        [0xe2, 0x80, 0x8b..=0x8f | 0xa8..=0xae, ..]
        | [0xe2, 0x81, 0xa0..=0xaf, ..]
        | [0xef, 0xbb, 0xbf, ..] => 3,
        _ => 0,
    }
}

fn is_encoded(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| matches!(byte, b'%' | b'\\' | b'&'))
}

fn folded(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| if *byte == b' ' { b'+' } else { *byte }).collect()
}

/// Splits `text` into escapes and single bytes. Calls `emit` for each of these pieces, with the piece's decoded bytes
/// and its start and end in `text`.
fn decode(text: &[u8], mut emit: impl FnMut(&[u8], usize, usize)) {
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let piece = match rest[0] {
            b'%' => percent(rest),
            b'\\' => backslash(rest),
            b'&' => reference(rest),
            _ => None,
        };
        let end = at + piece.as_ref().map_or(1, |(_, len)| *len);
        match piece {
            None => emit(&rest[..1], at, end),
            Some((Decoded::Byte(b' ') | Decoded::Char(' '), _)) => emit(b"+", at, end),
            Some((Decoded::Byte(byte), _)) => emit(&[byte], at, end),
            Some((Decoded::Char(c), _)) => emit(c.encode_utf8(&mut [0; 4]).as_bytes(), at, end),
        }
        at = end;
    }
}

enum Decoded {
    Byte(u8),
    Char(char),
}

/// Decodes `%41`, and the `%u0041` of JavaScript's `escape`.
fn percent(text: &[u8]) -> Option<(Decoded, usize)> {
    if text.get(1) == Some(&b'u') {
        let unit = hex(text.get(2..6)?)?;
        return Some((Decoded::Char(char::from_u32(unit)?), 6));
    }
    Some((Decoded::Byte(u8::try_from(hex(text.get(1..3)?)?).ok()?), 3))
}

/// Decodes the escapes of JSON, and `\x41`, `\u{41}`, and `\'` of other languages.
fn backslash(text: &[u8]) -> Option<(Decoded, usize)> {
    let byte = match text.get(1)? {
        b'u' if text.get(2) == Some(&b'{') => {
            let len = text.iter().take(10).position(|byte| *byte == b'}')?;
            return Some((Decoded::Char(char::from_u32(hex(&text[3..len])?)?), len + 1));
        }
        b'u' => {
            let unit = hex(text.get(2..6)?)?;
            if let Some(c) = char::from_u32(unit) {
                return Some((Decoded::Char(c), 6));
            }
            // The code unit is not a character, so it is half of a surrogate pair. JSON writes U+1F600 as
            // `\ud83d\ude00`.
            let low =
                text.get(6..8).filter(|escape| *escape == b"\\u").and_then(|_| hex(text.get(8..12)?))?;
            let c = char::decode_utf16([u16::try_from(unit).ok()?, u16::try_from(low).ok()?]).next()?.ok()?;
            return Some((Decoded::Char(c), 12));
        }
        b'x' => return Some((Decoded::Byte(u8::try_from(hex(text.get(2..4)?)?).ok()?), 4)),
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        byte @ (b'"' | b'\'' | b'\\' | b'/') => *byte,
        _ => return None,
    };
    Some((Decoded::Byte(byte), 2))
}

/// Decodes `&#65;`, `&#x41;`, and `&quot;`. The semicolon after a number may be missing, as HTML allows.
fn reference(text: &[u8]) -> Option<(Decoded, usize)> {
    // The maximum number of digits or letters that are read after an `&`. U+10FFFF has 7 decimal digits, and the limit
    // leaves room for leading zeros. With the limit, the time for each `&` does not depend on the length of the text.
    const LONGEST: usize = 12;
    let run = |from: usize, is_digit: fn(&u8) -> bool| {
        text.iter().skip(from).take(LONGEST).take_while(|byte| is_digit(byte)).count()
    };
    let (digits, base) = match text.get(1..3)? {
        [b'#', b'x' | b'X'] => (3..3 + run(3, u8::is_ascii_hexdigit), 16),
        [b'#', _] => (2..2 + run(2, u8::is_ascii_digit), 10),
        _ => {
            let name = &text[1..1 + run(1, u8::is_ascii_alphabetic)];
            let (_, byte) = REFERENCES.iter().find(|(known, _)| known.as_bytes() == name)?;
            let len = name.len() + 1;
            return (text.get(len) == Some(&b';')).then_some((Decoded::Byte(*byte), len + 1));
        }
    };
    let end = digits.end + usize::from(text.get(digits.end) == Some(&b';'));
    let number = u32::from_str_radix(str::from_utf8(&text[digits]).ok()?, base).ok()?;
    Some((Decoded::Char(char::from_u32(number)?), end))
}

fn hex(digits: &[u8]) -> Option<u32> {
    // `from_str_radix` alone would accept a sign.
    let is_hex = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    u32::from_str_radix(str::from_utf8(digits).ok().filter(|_| is_hex)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let layers: Vec<String> =
            Layer::all_of(text).map(|layer| String::from_utf8_lossy(&layer.bytes).into_owned()).collect();
        assert_eq!(layers, expected);
    }

    #[test]
    fn nested_encodings_are_decoded_layer_by_layer() {
        check("plain é", &["plain+é"]);
        check("%41%C3%a9+b%20", &["%41%C3%a9+b%20", "Aé+b+"]);
        check("%2541", &["%2541", "%41", "A"]);
        check(r#"\\u0041\/\""#, &[r#"\\u0041\/\""#, r#"\u0041/""#, r#"A/""#]);
        check(r"\ud83d\ude00\u{e9}\x41%u0042", &[r"\ud83d\ude00\u{e9}\x41%u0042", "😀éAB"]);
        check("&#65;&#x42&quot;&amp;lt;", &["&#65;&#x42&quot;&amp;lt;", "AB\"&lt;", "AB\"<"]);
    }

    #[test]
    fn invalid_escapes_stay_unchanged() {
        for text in
            ["%4", "%zz", "%+1", r"\u12", r"\ud83d", "&#;", "&#x;", "&nothing;", "&quot", r"\", "%", "&"]
        {
            let all: Vec<Layer> = Layer::all_of(text).collect();
            let last = all.last().map(|layer| String::from_utf8_lossy(&layer.bytes).into_owned()).unwrap();
            assert_eq!(last, text);
        }
    }

    #[test]
    fn decoded_bytes_map_back_to_the_text() {
        let text = "é%2541\\u00e9";
        let layer = Layer::all_of(text).last().unwrap();
        assert_eq!(String::from_utf8_lossy(&layer.bytes), "éAé");
        let origin = |start, end| {
            let (start, end) = layer.origin(text, start, end);
            &text[start..end]
        };
        assert_eq!([origin(0, 2), origin(2, 3), origin(3, 5), origin(1, 4)], ["é", "%2541", "\\u00e9", text]);
    }
}
