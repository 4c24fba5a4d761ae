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
    /// The members of the top-level object. Repeated names are kept. If the body is a string, it is the only member,
    /// with the name `content`.
    pub members: Vec<LenientMember>,
    /// The byte offset at which the server stopped reading. `None` if it read the whole body.
    pub stopped_at: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LenientMember {
    /// The key, decoded.
    pub name: String,
    /// The value as the server uses it: a string is decoded, and any other value is as written.
    pub text: String,
    /// Whether the value is a string.
    pub is_string: bool,
    /// Whether the value is valid UTF-8 and has no lone surrogate. If not, U+FFFD replaces what `text` cannot hold.
    pub is_utf8: bool,
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
    reader.skip_whitespace();
    let is_whole = match reader.peek() {
        Some(b'"') => reader.content(&mut members).is_some(),
        _ => reader.object(&mut members).is_some(),
    };
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
    let (string, end) = read_string(bytes, at, max)?;
    Some((string.text, end))
}

struct Decoded {
    text: String,
    is_utf8: bool,
}

fn read_string(bytes: &[u8], at: usize, max: usize) -> Option<(Decoded, usize)> {
    let content = bytes.get(at..)?.strip_prefix(b"\"")?;
    let mut quoting = QuoteState::Inside;
    // The module `destination` calls this function at every quote of a body, with a small fixed `max`. Each call reads
    // at most `max` + 1 bytes of the string, so the time for all calls is linear in the length of the body.
    let end = content.iter().take(max + 1).position(|byte| quoting.read(*byte) == Some(Quote::Closes))?;
    Some((decode(&content[..end])?, at + 1 + end + 1))
}

fn decode(mut raw: &[u8]) -> Option<Decoded> {
    let mut decoded = Vec::with_capacity(raw.len());
    let mut has_lone_surrogate = false;
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
                has_lone_surrogate |= char::from_u32(code).is_none();
                decoded.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            other => decoded.push(*other),
        }
    }
    let is_utf8 = !has_lone_surrogate && str::from_utf8(&decoded).is_ok();
    Some(Decoded { text: String::from_utf8_lossy(&decoded).into_owned(), is_utf8 })
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
    /// Reads a body that is a string. Not even whitespace may follow it.
    fn content(&mut self, members: &mut Vec<LenientMember>) -> Option<()> {
        let start = self.at;
        let Decoded { text, is_utf8 } = self.string()?;
        if self.at < self.bytes.len() {
            return None;
        }
        let span = Span::new(start, self.at);
        members.push(LenientMember { name: "content".into(), text, is_string: true, is_utf8, span });
        Some(())
    }

    fn object(&mut self, members: &mut Vec<LenientMember>) -> Option<()> {
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
            let name = self.string()?.text;
            self.skip_whitespace();
            self.expect(b':')?;
            self.skip_whitespace();
            let from = self.at;
            let is_string = self.peek() == Some(b'"');
            let value = if is_string { self.string()? } else { self.raw_value(from)? };
            let Decoded { text, is_utf8 } = value;
            members.push(LenientMember { name, text, is_string, is_utf8, span: Span::new(start, self.at) });
            self.skip_whitespace();
            // The server accepts a comma before the closing brace at the top level.
            if self.peek() != Some(b'}') {
                self.expect(b',')?;
            }
        }
    }

    fn string(&mut self) -> Option<Decoded> {
        let (string, end) = read_string(self.bytes, self.at, self.bytes.len())?;
        self.at = end;
        Some(string)
    }

    fn raw_value(&mut self, from: usize) -> Option<Decoded> {
        self.skip_value(0)?;
        let raw = &self.bytes[from..self.at];
        let text = String::from_utf8_lossy(raw).into_owned();
        Some(Decoded { is_utf8: str::from_utf8(raw).is_ok(), text })
    }

    /// Skips a value that is inside `depth` arrays and objects.
    fn skip_value(&mut self, depth: usize) -> Option<()> {
        // Recursion is bounded here, so a hostile body cannot overflow the stack.
        if MAX_DEPTH < depth {
            return None;
        }
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
        self.at += 1;
        self.skip_whitespace();
        if self.take(close) {
            return Some(());
        }
        loop {
            item(self, depth + 1)?;
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
    use proptest::prelude::*;

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
        for body in ["", "null", "[1]", "1", "\u{feff}{}", "\"x\" ", "\"x"] {
            check(body, " !");
        }
        check(r#" "x\!""#, "content=x!");
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
        assert_eq!(read_leniently(deep(101).as_bytes()).stopped_at, None);
        assert!(read_leniently(deep(102).as_bytes()).members.is_empty());
        check(&format!("{{\"a\":{}1{}}}", "[".repeat(101), "]".repeat(101)), " !");
    }

    #[test]
    fn text_that_is_not_utf8_is_marked() {
        let is_utf8 = |body: &[u8]| read_leniently(body).members.iter().all(|member| member.is_utf8);
        assert!(is_utf8(br#"{"a":"\ud83d\ude00","b":["\ud83d"]}"#));
        assert!(!is_utf8(br#"{"a":"\ud83d"}"#));
        assert!(!is_utf8(b"{\"a\":\"\xff\"}") && !is_utf8(b"{\"a\":[\"\xff\"]}"));
    }

    /// JSON of the characters that matter to the readers, mostly with balanced brackets.
    fn json_like() -> impl Strategy<Value = String> {
        let token = prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\"a\"",
            "\"\\q\t\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\u12\"",
            "1",
            "+1",
            ".5",
            "01",
            "true",
            "null",
            "True",
            " ",
            "\n",
            "\u{a0}",
            "é",
            "\\",
        ]);
        let leaf = token.prop_map(str::to_owned);
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
                prop::collection::vec(inner.clone(), 0..4).prop_map(|items| {
                    let members: Vec<String> = items.iter().map(|item| format!("\"k\":{item}")).collect();
                    format!("{{{}}}", members.join(","))
                }),
                prop::collection::vec(inner, 0..3).prop_map(|items| items.concat()),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn strict_json_is_read_alike(value in crate::json::arbitrary::object()) {
            let body = value.to_string();
            let read = read_leniently(body.as_bytes());
            prop_assert_eq!(read.stopped_at, None);
            let members: serde_json::Map<String, serde_json::Value> = read
                .members
                .into_iter()
                .map(|member| {
                    let value = match member.is_string {
                        true => serde_json::Value::String(member.text),
                        false => crate::json::parse_leniently(&member.text).unwrap().to_serde(),
                    };
                    (member.name, value)
                })
                .collect();
            prop_assert_eq!(serde_json::Value::Object(members), value);
        }

        #[test]
        fn a_value_is_skipped_if_and_only_if_it_can_be_parsed(value in json_like()) {
            let read = read_leniently(format!("{{\"a\":{value}}}").as_bytes());
            let whole = |member: &LenientMember| !member.is_string && member.text.trim() == value.trim();
            let is_skipped = read.stopped_at.is_none() && read.members.len() == 1 && whole(&read.members[0]);
            let parsed = crate::json::parse_leniently(&value);
            let is_text = matches!(&parsed, Ok(node) if node.as_text().is_some());
            prop_assert_eq!(is_skipped, parsed.is_ok() && !is_text, "{:?}", parsed);
        }
    }
}
