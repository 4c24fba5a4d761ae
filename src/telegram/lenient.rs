//! Reads a JSON body as the Bot API server does: the members before the first syntax error count, and everything after
//! the error is ignored.
//!
//! The server logs a syntax error and continues with the arguments read so far. It accepts raw control characters in
//! strings and drops a backslash that begins no known escape (`"\chat\_id"` is `chat_id`). These rules are from TDLib's
//! `HttpReader` and `JsonBuilder`. JSON that people write is read by the strict reader [`crate::json`] instead.

use crate::json::{Quote, QuoteState};
use crate::text::Span;

/// The server's limit for how deeply arrays and objects are nested inside a member's value.
const MAX_DEPTH: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LenientObject {
    /// The members of the top-level object. Repeated names are kept.
    pub members: Vec<LenientMember>,
    /// The byte offset at which the server stopped reading. `None` if the whole body is one object.
    pub stopped_at: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LenientMember {
    /// The key, decoded.
    pub name: String,
    /// The value as the server uses it: a string is decoded, and any other value is as written.
    pub text: String,
    /// From the key's opening quote to the end of the value, in bytes.
    pub span: Span,
}

/// Reads a body as the server does.
///
/// ```
/// let read = telecast::telegram::read_leniently(br#"{"chat\u005fid": 5, "text": "Say "hi""}"#);
/// assert_eq!(read.members[0].name, "chat_id");
/// assert_eq!(read.members[1].text, "Say ");
/// assert!(read.stopped_at.is_some());
/// ```
pub fn read_leniently(body: &[u8]) -> LenientObject {
    let mut reader = LenientReader { bytes: body, at: 0 };
    let mut members = Vec::new();
    let is_whole = reader.object(&mut members).is_some();
    let stopped_at = if is_whole { None } else { Some(reader.at) };
    LenientObject { members, stopped_at }
}

/// Decodes the string whose opening quote is at `at`. Returns the decoded string and the offset after its closing
/// quote.
///
/// Returns `None` if there is no quote at `at`, or if the string has no closing quote. Also returns `None` if the
/// string, as written, is longer than `max` bytes, or if a `\u` in the string is not followed by four hexadecimal
/// digits.
pub(crate) fn lenient_string(bytes: &[u8], at: usize, max: usize) -> Option<(String, usize)> {
    let content = bytes.get(at..)?.strip_prefix(b"\"")?;
    let mut quoting = QuoteState::Inside;
    // The module `destination` calls this function at every quote of a body, with a small fixed `max`. Each call reads
    // at most `max` + 1 bytes of the string, so the time for all calls is linear in the length of the body.
    let end = content.iter().take(max + 1).position(|byte| quoting.read(*byte) == Some(Quote::Closes))?;
    Some((decode(&content[..end])?, at + 1 + end + 1))
}

fn decode(mut raw: &[u8]) -> Option<String> {
    let mut decoded = Vec::with_capacity(raw.len());
    while let [first, rest @ ..] = raw {
        if *first != b'\\' {
            decoded.push(*first);
            raw = rest;
            continue;
        }
        // A backslash before a quote escapes the quote, so the content of a string cannot end with a lone backslash.
        // But the compiler does not know this, so the case must be handled.
        let [escaped, rest @ ..] = rest else { return None };
        raw = rest;
        match escaped {
            b'b' => decoded.push(8),
            b'f' => decoded.push(12),
            b'n' => decoded.push(b'\n'),
            b'r' => decoded.push(b'\r'),
            b't' => decoded.push(b'\t'),
            b'u' => {
                let (code, rest) = code_point(raw)?;
                raw = rest;
                // The server keeps a lone surrogate, but a `String` cannot hold one, so U+FFFD replaces it. This cannot
                // hide an argument's name or a chat id, because neither contains a lone surrogate.
                let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                decoded.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            other => decoded.push(*other),
        }
    }
    Some(String::from_utf8_lossy(&decoded).into_owned())
}

/// Decodes the four digits after a `\u`. If these digits are half a surrogate pair and another `\u` with a second half
/// follows, decodes both halves into one code point. Returns the code point and the bytes after it.
fn code_point(raw: &[u8]) -> Option<(u32, &[u8])> {
    let (first, rest) = four_hex_digits(raw)?;
    if (0xd800..0xe000).contains(&first)
        && let Some(after) = rest.strip_prefix(b"\\u")
    {
        let (second, after) = four_hex_digits(after)?;
        // The server does not check which half comes first.
        if (0xd800..0xe000).contains(&second) {
            return Some((((first & 0x3ff) << 10 | (second & 0x3ff)) + 0x10000, after));
        }
    }
    Some((first, rest))
}

fn four_hex_digits(raw: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = raw.split_at_checked(4)?;
    let value =
        digits.iter().try_fold(0, |value, digit| Some(value << 4 | (*digit as char).to_digit(16)?))?;
    Some((value, rest))
}

struct LenientReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// The methods that read a part of the JSON return `None` at a syntax error. The members that were read before the
/// error stay in the result.
impl LenientReader<'_> {
    fn object(&mut self, members: &mut Vec<LenientMember>) -> Option<()> {
        self.skip_whitespace();
        self.expect(b'{')?;
        loop {
            self.skip_whitespace();
            if self.take(b'}') {
                self.skip_whitespace();
                // Text after the object is a syntax error, too. But all members come before this error, so all of them
                // count.
                return (self.at == self.bytes.len()).then_some(());
            }
            let start = self.at;
            let name = self.string()?;
            self.skip_whitespace();
            self.expect(b':')?;
            self.skip_whitespace();
            let from = self.at;
            let text = match self.peek() {
                Some(b'"') => self.string()?,
                _ => {
                    self.skip_value(MAX_DEPTH)?;
                    String::from_utf8_lossy(&self.bytes[from..self.at]).into_owned()
                }
            };
            members.push(LenientMember { name, text, span: Span::new(start, self.at) });
            self.skip_whitespace();
            // The server accepts a comma before the closing brace at the top level.
            if self.peek() != Some(b'}') {
                self.expect(b',')?;
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        let (text, end) = lenient_string(self.bytes, self.at, self.bytes.len())?;
        self.at = end;
        Some(text)
    }

    fn skip_value(&mut self, depth: usize) -> Option<()> {
        self.skip_whitespace();
        match self.peek()? {
            b'"' => self.string().map(|_| ()),
            b'{' => self.skip_container(b'}', depth, |reader, depth| {
                reader.string()?;
                reader.skip_whitespace();
                reader.expect(b':')?;
                reader.skip_value(depth)
            }),
            b'[' => self.skip_container(b']', depth, Self::skip_value),
            b'-' | b'+' | b'.' | b'0'..=b'9' => {
                // The server takes any run of these characters for a number, even `0999`.
                while self.peek().is_some_and(|byte| b"-+.eE0123456789".contains(&byte)) {
                    self.at += 1;
                }
                Some(())
            }
            _ => {
                let rest = &self.bytes[self.at..];
                let word = ["true", "false", "null"].iter().find(|word| rest.starts_with(word.as_bytes()))?;
                self.at += word.len();
                Some(())
            }
        }
    }

    fn skip_container(
        &mut self,
        close: u8,
        depth: usize,
        item: impl Fn(&mut Self, usize) -> Option<()>,
    ) -> Option<()> {
        // Recursion is bounded here, so a hostile body cannot overflow the stack.
        let depth = depth.checked_sub(1)?;
        self.at += 1;
        self.skip_whitespace();
        if self.take(close) {
            return Some(());
        }
        loop {
            item(self, depth)?;
            self.skip_whitespace();
            if self.take(close) {
                return Some(());
            }
            self.expect(b',')?;
            self.skip_whitespace();
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.take(byte).then_some(())
    }

    fn skip_whitespace(&mut self) {
        while self.peek().is_some_and(|byte| b" \t\r\n".contains(&byte)) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, expected: &str) {
        let read = read_leniently(body.as_bytes());
        let members: Vec<String> =
            read.members.iter().map(|member| format!("{}={}", member.name, member.text)).collect();
        let stop = read.stopped_at.map_or("", |_| " !");
        assert_eq!(format!("{}{stop}", members.join(" | ")), expected, "{body}");
    }

    #[test]
    fn members_before_a_syntax_error_are_read() {
        check(r#"{"chat_id":1001,"text":"Say "hi" now"}"#, "chat_id=1001 | text=Say  !");
        check(r#"{"chat_id":1001,"text":"a"} x"#, "chat_id=1001 | text=a !");
        check(r#"{"text":"a" "parse_mode":"HTML"}"#, "text=a !");
        check(r#"{"text":"x","protect_content":True}"#, "text=x !");
        check("{\"text\":\"a\tb\nc\"}", "text=a\tb\nc");
        check(r#"{"chat_id":+1001,"text":"x",}"#, "chat_id=+1001 | text=x");
        check(r#"{"chat_id":1001,"text":"cut off"#, "chat_id=1001 !");
        for body in ["", "null", "[1]", "1", "\"x\"", "\u{feff}{}"] {
            check(body, " !");
        }
    }

    #[test]
    fn keys_are_decoded_as_the_server_does() {
        check(r#"{"chat\u005fid":1,"\chat\_id":2,"chat\u005Fid":3}"#, "chat_id=1 | chat_id=2 | chat_id=3");
        check(r#"{"a\ud83d\ude00":1,"b\ud800":2}"#, "a😀=1 | b\u{fffd}=2");
        check(r#"{"\u00zz":1}"#, " !");
    }

    #[test]
    fn values_are_raw_text_with_limited_nesting() {
        check(r#"{"a": {"k" : ["}", -1.5e3, null]}, "b":true}"#, r#"a={"k" : ["}", -1.5e3, null]} | b=true"#);
        let deep = |n: usize| format!("{{\"a\":{}{}}}", "[".repeat(n), "]".repeat(n));
        assert_eq!(read_leniently(deep(100).as_bytes()).stopped_at, None);
        assert!(read_leniently(deep(102).as_bytes()).members.is_empty());
    }
}
