//! The JSON parser, with the rules of RFC 8259 or those of the Bot API server. It uses recursive descent over bytes,
//! with one function for each kind of value.

use super::{
    Break, Document, Expected, JsonNode, JsonString, JsonValue, MAX_DEPTH, Member, SyntaxError,
    SyntaxErrorKind,
};
use crate::text::Span;

pub(crate) fn parse(text: &str) -> Result<Document, SyntaxError> {
    parse_with(Rules::Strict, text)
}

/// Parses the JSON of one argument, such as `reply_markup`, as the Bot API server does. A string may contain raw
/// control characters and a backslash before any character. Any run of digits, signs, dots, and `e` is a number. The
/// rules are those of `do_json_decode` in TDLib.
///
/// A lone surrogate becomes U+FFFD, because a `String` cannot hold it.
pub(crate) fn parse_leniently(text: &str) -> Result<JsonNode, SyntaxError> {
    parse_with(Rules::BotApi, text).map(|document| document.root)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rules {
    Strict,
    BotApi,
}

fn parse_with(rules: Rules, text: &str) -> Result<Document, SyntaxError> {
    let mut parser =
        JsonParser { text, bytes: text.as_bytes(), at: 0, depth: 0, trailing_comma: None, rules };
    parser.skip_whitespace();
    if parser.at == text.len() {
        return Err(SyntaxError { span: Span::at(0), kind: SyntaxErrorKind::Empty });
    }
    let root = parser.value(None)?;
    parser.skip_whitespace();
    if parser.at < text.len() {
        return Err(SyntaxError {
            // Only the first line is marked. The text after the value can be almost the whole body, and a mark that
            // long would not show where to look.
            span: Span::new(parser.at, parser.at + line_at(&text[parser.at..]).len()),
            kind: SyntaxErrorKind::TrailingText,
        });
    }
    Ok(Document { root, trailing_comma: parser.trailing_comma })
}

fn line_at(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_end()
}

struct JsonParser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    trailing_comma: Option<Span>,
    rules: Rules,
}

type Parsed<T> = Result<T, SyntaxError>;

impl JsonParser<'_> {
    fn value(&mut self, opener: Option<Span>) -> Parsed<JsonNode> {
        let start = self.at;
        // The server counts every value inside a container as one level, so only an empty container may be the deepest.
        if self.rules == Rules::BotApi && MAX_DEPTH < self.depth {
            return Err(SyntaxError { span: Span::at(start), kind: SyntaxErrorKind::TooDeep });
        }
        let value = match self.peek() {
            Some(b'{') => self.object()?,
            Some(b'[') => self.array()?,
            Some(b'"') => JsonValue::String(self.string()?),
            // `+1` is not valid JSON, but reading it as a number gives a better error: an invalid number, not an
            // invalid word.
            Some(b'-' | b'+' | b'0'..=b'9') => self.number()?,
            Some(b'.') if self.rules == Rules::BotApi => self.number()?,
            Some(_) => self.word()?,
            None => return Err(self.unexpected_end(opener, Expected::Value)),
        };
        Ok(JsonNode { span: Span::new(start, self.at), value })
    }

    fn object(&mut self) -> Parsed<JsonValue> {
        let opener = Span::new(self.at, self.at + 1);
        self.enter(opener)?;
        let mut members = Vec::new();
        loop {
            self.skip_whitespace();
            match self.peek() {
                Some(b'}') => break,
                Some(b'"') => {}
                Some(_) if members.is_empty() => return Err(self.expected(Expected::FirstKey)),
                Some(_) => return Err(self.expected(Expected::Key)),
                None => return Err(self.unexpected_end(Some(opener), Expected::KeyOrBrace)),
            }
            let key = self.string()?;
            self.skip_whitespace();
            self.expect(b':', opener, Expected::Colon)?;
            self.skip_whitespace();
            let value = self.value(Some(opener))?;
            members.push(Member { key, value });
            self.skip_whitespace();
            let Some(comma) = self.comma() else { break };
            if self.peek() == Some(b'}') {
                // The Bot API server accepts a trailing comma in the object that is the body, but not in an argument.
                if self.depth != 1 || self.rules == Rules::BotApi {
                    return Err(SyntaxError { span: comma, kind: SyntaxErrorKind::TrailingComma });
                }
                self.trailing_comma = Some(comma);
            }
        }
        self.expect(b'}', opener, Expected::CommaOrBrace)?;
        self.depth -= 1;
        Ok(JsonValue::Object(members))
    }

    fn comma(&mut self) -> Option<Span> {
        let comma = Span::new(self.at, self.at + 1);
        (self.peek() == Some(b',')).then(|| {
            self.at += 1;
            self.skip_whitespace();
            comma
        })
    }

    fn array(&mut self) -> Parsed<JsonValue> {
        let opener = Span::new(self.at, self.at + 1);
        self.enter(opener)?;
        let mut items = Vec::new();
        self.skip_whitespace();
        while self.peek() != Some(b']') {
            items.push(self.value(Some(opener))?);
            self.skip_whitespace();
            let Some(comma) = self.comma() else { break };
            if self.peek() == Some(b']') {
                return Err(SyntaxError { span: comma, kind: SyntaxErrorKind::TrailingComma });
            }
        }
        self.expect(b']', opener, Expected::CommaOrBracket)?;
        self.depth -= 1;
        Ok(JsonValue::Array(items))
    }

    fn string(&mut self) -> Parsed<JsonString> {
        let start = self.at;
        self.at += 1;
        let mut decoded = String::new();
        let mut breaks = vec![Break { decoded: 0, raw: self.at, is_escape: false }];
        loop {
            let from = self.at;
            let lowest = if self.rules == Rules::Strict { 0x20 } else { 0 };
            while self.peek().is_some_and(|byte| byte != b'"' && byte != b'\\' && lowest <= byte) {
                self.at += 1;
            }
            decoded.push_str(&self.text[from..self.at]);
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    // The first break maps all decoded bytes of the escape to its backslash. The second break ends the
                    // escape.
                    breaks.push(Break { decoded: decoded.len(), raw: self.at, is_escape: true });
                    decoded.push(self.escape()?);
                    breaks.push(Break { decoded: decoded.len(), raw: self.at, is_escape: false });
                }
                Some(control) => {
                    let span = Span::new(self.at, self.at + 1);
                    return Err(SyntaxError {
                        span,
                        kind: SyntaxErrorKind::ControlCharacter(control as char),
                    });
                }
                None => return Err(self.unexpected_end(Some(Span::new(start, start + 1)), Expected::Quote)),
            }
        }
        self.at += 1;
        // If there is no text between two escapes or before the first escape, two breaks have the same decoded offset.
        // Only the later of the two is kept.
        breaks.dedup_by(|later, earlier| {
            let same = later.decoded == earlier.decoded;
            if same {
                *earlier = *later;
            }
            same
        });
        Ok(JsonString { decoded, span: Span::new(start, self.at), breaks })
    }

    fn escape(&mut self) -> Parsed<char> {
        let start = self.at;
        self.at += 2;
        if self.rules == Rules::BotApi {
            return self.bot_api_escape(start);
        }
        let c = match self.bytes.get(start + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(start),
            _ => return Err(self.bad_escape(start, start + 2)),
        };
        Ok(c)
    }

    fn bot_api_escape(&mut self, start: usize) -> Parsed<char> {
        let Some(c) = self.text[start + 1..].chars().next() else {
            return Err(self.unexpected_end(None, Expected::Quote));
        };
        self.at = start + 1 + c.len_utf8();
        match c {
            'b' => return Ok('\u{8}'),
            'f' => return Ok('\u{c}'),
            'n' => return Ok('\n'),
            'r' => return Ok('\r'),
            't' => return Ok('\t'),
            'u' => {}
            other => return Ok(other),
        }
        let is_surrogate = |code: &u16| (0xd800..0xe000).contains(code);
        let Some(first) = self.four_hex_digits() else { return Err(self.bad_escape(start, start + 6)) };
        let mut code = u32::from(first);
        if is_surrogate(&first) && self.bytes[self.at..].starts_with(b"\\u") {
            let end = self.at;
            self.at += 2;
            let Some(second) = self.four_hex_digits() else { return Err(self.bad_escape(end, end + 6)) };
            // The server does not check which half comes first.
            if is_surrogate(&second) {
                code = (((code & 0x3ff) << 10) | (u32::from(second) & 0x3ff)) + 0x10000;
            } else {
                self.at = end;
            }
        }
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn unicode_escape(&mut self, start: usize) -> Parsed<char> {
        let Some(first) = self.four_hex_digits() else { return Err(self.bad_escape(start, start + 6)) };
        let half = SyntaxError { span: Span::new(start, self.at), kind: SyntaxErrorKind::LoneSurrogate };
        // A character above U+FFFF is written as two escapes, a high and a low surrogate. Half of such a pair is not a
        // character, and `char::from_u32` below refuses it.
        let mut code = u32::from(first);
        if (0xd800..0xdc00).contains(&first) && self.bytes[self.at..].starts_with(b"\\u") {
            self.at += 2;
            let second = self.at - 2;
            let Some(low) = self.four_hex_digits() else { return Err(self.bad_escape(second, second + 6)) };
            if !(0xdc00..0xe000).contains(&low) {
                return Err(half);
            }
            code = 0x10000 + ((u32::from(first) - 0xd800) << 10) + (u32::from(low) - 0xdc00);
        }
        char::from_u32(code).ok_or(half)
    }

    fn four_hex_digits(&mut self) -> Option<u16> {
        let digits = self.bytes.get(self.at..self.at + 4)?;
        let value =
            digits.iter().try_fold(0, |value, digit| Some(value << 4 | (*digit as char).to_digit(16)?))?;
        self.at += 4;
        u16::try_from(value).ok()
    }

    fn number(&mut self) -> Parsed<JsonValue> {
        let start = self.at;
        if self.rules == Rules::BotApi {
            while self.peek().is_some_and(|byte| byte.is_ascii_digit() || b"-+.eE".contains(&byte)) {
                self.at += 1;
            }
            return Ok(JsonValue::Number(self.text[start..self.at].to_owned()));
        }
        // The loop also takes characters that no number contains, so that the error covers all of `0x1F` or `1_000`.
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte)) {
            self.at += 1;
        }
        let raw = &self.text[start..self.at];
        if is_number(raw.as_bytes()) {
            return Ok(JsonValue::Number(raw.to_owned()));
        }
        Err(SyntaxError { span: Span::new(start, self.at), kind: SyntaxErrorKind::BadNumber })
    }

    fn word(&mut self) -> Parsed<JsonValue> {
        let start = self.at;
        let rest = &self.text[start..];
        // The word extends to the next delimiter, so that the error names `@channel` or `Anna` as a whole.
        let stop = |c: char| c.is_whitespace() || ",:{}[]\"".contains(c);
        let whole = &rest[..rest.find(stop).unwrap_or(rest.len())];
        // The server accepts a known word without looking at what follows it.
        let known = ["null", "true", "false"].into_iter().find(|known| whole.starts_with(known));
        // In `true;` or `null// note`, the error is what follows the value.
        let is_apart = |known: &&str| {
            let next = whole[known.len()..].chars().next();
            next.is_some_and(|next| ";=/#'".contains(next) || !next.is_ascii() && !next.is_alphanumeric())
        };
        let word = known.filter(|known| self.rules == Rules::BotApi || is_apart(known)).unwrap_or(whole);
        let value = match word {
            "null" => JsonValue::Null,
            "true" => JsonValue::Boolean(true),
            "false" => JsonValue::Boolean(false),
            "" => return Err(self.expected(Expected::Value)),
            _ => {
                let span = Span::new(start, start + word.len());
                return Err(SyntaxError { span, kind: SyntaxErrorKind::Word(word.to_owned()) });
            }
        };
        self.at += word.len();
        Ok(value)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_whitespace(&mut self) {
        while self.peek().is_some_and(|byte| b" \t\r\n".contains(&byte)) {
            self.at += 1;
        }
    }

    fn enter(&mut self, opener: Span) -> Parsed<()> {
        if self.depth == MAX_DEPTH && self.rules == Rules::Strict {
            return Err(SyntaxError { span: opener, kind: SyntaxErrorKind::TooDeep });
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    fn expect(&mut self, byte: u8, opener: Span, expected: Expected) -> Parsed<()> {
        match self.peek() {
            Some(found) if found == byte => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(self.expected(expected)),
            None => Err(self.unexpected_end(Some(opener), expected)),
        }
    }

    /// Returns the error for the character at the current position. The span covers all bytes of the character, because
    /// a span that ends inside a character cannot slice the text.
    fn expected(&self, expected: Expected) -> SyntaxError {
        let len = self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        SyntaxError { span: Span::new(self.at, self.at + len), kind: SyntaxErrorKind::Expected(expected) }
    }

    fn unexpected_end(&self, opener: Option<Span>, expected: Expected) -> SyntaxError {
        let end = Span::at(self.text.len());
        SyntaxError { span: end, kind: SyntaxErrorKind::UnexpectedEnd { opener, expected } }
    }

    fn bad_escape(&self, start: usize, end: usize) -> SyntaxError {
        // `end` may be in the middle of a multi-byte character, but a span must end at a boundary.
        let end = self.text.ceil_char_boundary(end.min(self.text.len()));
        SyntaxError { span: Span::new(start, end), kind: SyntaxErrorKind::BadEscape }
    }
}

/// Returns whether `raw` matches RFC 8259's `[ minus ] int [ frac ] [ exp ]`.
fn is_number(raw: &[u8]) -> bool {
    let rest = raw.strip_prefix(b"-").unwrap_or(raw);
    let integer = digits(rest);
    if integer == 0 || (1 < integer && rest[0] == b'0') {
        return false;
    }
    let mut rest = &rest[integer..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let n = digits(fraction);
        if n == 0 {
            return false;
        }
        rest = &fraction[n..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = exponent.strip_prefix(b"+").or(exponent.strip_prefix(b"-")).unwrap_or(exponent);
        let n = digits(exponent);
        return n != 0 && n == exponent.len();
    }
    rest.is_empty()
}

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}
