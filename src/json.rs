//! Reads JSON with source positions. A strict parser returns values with their spans, and each byte of a decoded string
//! maps back to the source. A lexer splits even unfinished JSON into tokens.
//!
//! serde_json reports where a text stops being JSON, but not where a value or a decoded character came from.
//! Diagnostics about a rendered body need the positions of values and characters. The parser follows RFC 8259 with
//! three exceptions. It accepts a comma after the last member of the top-level object, as the Bot API server does, and
//! returns the comma's span. It rejects nesting deeper than [`MAX_DEPTH`] and `\u` escapes of half a surrogate pair.
//! [`parse_leniently`] reads an argument's JSON as the Bot API server does. This module neither parses Liquid nor knows
//! the fields of the Bot API.

mod lexer;
mod parser;

use crate::text::Span;

pub use lexer::tokens;
pub(crate) use lexer::{JsonToken, JsonTokenKind, Quote, QuoteState, Tokens, is_escaped, is_key, is_literal};
pub(crate) use parser::{parse, parse_leniently};

/// The maximum nesting depth of arrays and objects. The Bot API server has the same limit.
pub(crate) const MAX_DEPTH: usize = 100;

#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub root: JsonNode,
    /// The comma after the last member of the top-level object, if there is one.
    pub trailing_comma: Option<Span>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct JsonNode {
    /// The bytes of the value, quotes and brackets included.
    pub span: Span,
    pub value: JsonValue,
}

/// A JSON value. An object keeps its members in source order, including several members with the same key.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonValue {
    Null,
    Boolean(bool),
    /// A number as written. Converting it to an f64 would round large integers.
    Number(String),
    String(JsonString),
    Array(Vec<JsonNode>),
    Object(Vec<Member>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub key: JsonString,
    pub value: JsonNode,
}

/// A decoded string. Each of its bytes maps to an offset in the source.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonString {
    pub decoded: String,
    /// The bytes in the source, quotes included.
    pub span: Span,
    // An offset for each byte would need more memory: most strings have no escapes and need only one `Break`.
    /// The starts of the string's segments, in order. Each escape is a segment, and so is each run of text without
    /// escapes.
    breaks: Vec<Break>,
}

/// The start of a segment of a decoded string. The segment extends to the next break. The byte at `offset` of the
/// decoded string is at `raw + (offset - decoded)` in the source. In an escape, every byte is at `raw`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Break {
    decoded: usize,
    raw: usize,
    is_escape: bool,
}

impl JsonString {
    /// Returns the offset in the source of the byte `at` of the decoded text.
    ///
    /// All bytes of an escaped character map to the backslash of the escape. An `at` at or after the end of the decoded
    /// text maps to the closing quote.
    pub fn raw_offset(&self, at: usize) -> usize {
        let at = at.min(self.decoded.len());
        // The first break is at 0, so a break at or before `at` always exists.
        let before = self.breaks.partition_point(|entry| entry.decoded <= at);
        let from = self.breaks[before - 1];
        if from.is_escape { from.raw } else { from.raw + (at - from.decoded) }
    }

    pub fn raw_span(&self, decoded: Span) -> Span {
        Span::new(self.raw_offset(decoded.start), self.raw_offset(decoded.end))
    }

    /// Converts a span in the source to a span in the decoded text. Returns `None` if the span does not overlap the
    /// text between the quotes.
    ///
    /// If the span covers only a part of an escape, the result still covers the whole escaped character.
    pub fn decoded_span(&self, raw: Span) -> Option<Span> {
        let inside = Span::new(self.span.start + 1, self.span.end - 1);
        if inside.end <= raw.start || raw.end <= inside.start {
            return None;
        }
        let start = self.decoded_offset(raw.start.max(inside.start), false);
        Some(Span::new(start, self.decoded_offset(raw.end.min(inside.end), true)))
    }

    fn decoded_offset(&self, raw: usize, is_end: bool) -> usize {
        let before = self.breaks.partition_point(|entry| entry.raw <= raw);
        let from = self.breaks[before - 1];
        match (from.is_escape, is_end && from.raw < raw) {
            (false, _) => from.decoded + (raw - from.raw),
            (true, false) => from.decoded,
            (true, true) => self.breaks.get(before).map_or(self.decoded.len(), |next| next.decoded),
        }
    }
}

impl JsonNode {
    pub fn as_object(&self) -> Option<&[Member]> {
        match &self.value {
            JsonValue::Object(members) => Some(members),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&JsonString> {
        match &self.value {
            JsonValue::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the value of the member `key`, or `None` if there is no such member or `self` is not an object. Of
    /// several members with this key, the first one is used, as in the Bot API server.
    pub fn get(&self, key: &str) -> Option<&JsonNode> {
        self.as_object()?.iter().find(|member| member.key.decoded == key).map(|member| &member.value)
    }

    pub fn at_path(&self, path: &[JsonStep]) -> Option<&JsonNode> {
        path.iter().try_fold(self, |node, step| match (step, &node.value) {
            (JsonStep::Key(key), _) => node.get(key),
            (JsonStep::Index(index), JsonValue::Array(items)) => items.get(*index),
            (JsonStep::Index(_), _) => None,
        })
    }

    /// Converts the value to serde_json's type. Of several members with the same key, only the last value is kept. A
    /// number that serde_json cannot represent becomes null.
    pub fn to_serde(&self) -> serde_json::Value {
        match &self.value {
            JsonValue::Null => serde_json::Value::Null,
            JsonValue::Boolean(value) => serde_json::Value::Bool(*value),
            // The parser has checked the number, but serde_json refuses a number outside the range of f64.
            JsonValue::Number(raw) => serde_json::from_str(raw).unwrap_or(serde_json::Value::Null),
            JsonValue::String(text) => serde_json::Value::String(text.decoded.clone()),
            JsonValue::Array(items) => items.iter().map(JsonNode::to_serde).collect(),
            JsonValue::Object(members) => serde_json::Value::Object(
                members.iter().map(|member| (member.key.decoded.clone(), member.value.to_serde())).collect(),
            ),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum JsonStep {
    Key(String),
    Index(usize),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SyntaxError {
    /// The text that is wrong. The span is empty if the input is empty or ends too early.
    pub span: Span,
    pub kind: SyntaxErrorKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SyntaxErrorKind {
    Empty,
    /// A bare word in place of a value: `NULL`, `undefined`, `Anna`, `@channel`.
    Word(String),
    Expected(Expected),
    /// The input ends inside a value. `opener` is the bracket or quote that is not closed, if there is one.
    UnexpectedEnd {
        opener: Option<Span>,
        expected: Expected,
    },
    ControlCharacter(char),
    /// An escape that JSON does not define.
    BadEscape,
    /// A `\u` escape that is half of a surrogate pair, without the other half.
    LoneSurrogate,
    /// A number that is not valid in JSON: `01`, `1.`, `+1`.
    BadNumber,
    /// A comma after the last item of an array, or after the last member of an object inside another value.
    TrailingComma,
    /// Text after the top-level value. The span covers the first line of the text after the value.
    TrailingText,
    TooDeep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    Value,
    Key,
    FirstKey,
    KeyOrBrace,
    Colon,
    CommaOrBrace,
    CommaOrBracket,
    Quote,
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Expected::Value => "a value",
            Expected::Key => "a key in quotes",
            Expected::FirstKey => "a key in quotes or `}`",
            Expected::KeyOrBrace => "a key or `}`",
            Expected::Colon => "`:` after the key",
            Expected::CommaOrBrace => "`,` or `}`",
            Expected::CommaOrBracket => "`,` or `]`",
            Expected::Quote => "`\"`",
        })
    }
}

impl SyntaxError {
    pub(crate) fn message(&self) -> String {
        match &self.kind {
            SyntaxErrorKind::Empty => "the text is empty".into(),
            SyntaxErrorKind::Word(word) => format!("`{word}` is not a JSON value"),
            SyntaxErrorKind::Expected(expected) => format!("expected {expected}"),
            SyntaxErrorKind::UnexpectedEnd { opener: Some(_), expected } => {
                format!("the text ends before this is closed: expected {expected}")
            }
            SyntaxErrorKind::UnexpectedEnd { opener: None, expected } => {
                format!("the text ends too early: expected {expected}")
            }
            SyntaxErrorKind::ControlCharacter('\n') => "a line break inside a JSON string".into(),
            SyntaxErrorKind::ControlCharacter(c) => {
                format!("the control character U+{:04X} inside a JSON string", *c as u32)
            }
            SyntaxErrorKind::BadEscape => "invalid escape sequence".into(),
            SyntaxErrorKind::LoneSurrogate => "half of a surrogate pair".into(),
            SyntaxErrorKind::BadNumber => "invalid number".into(),
            SyntaxErrorKind::TrailingComma => "a comma with nothing after it".into(),
            SyntaxErrorKind::TrailingText => "text after the end of the JSON value".into(),
            SyntaxErrorKind::TooDeep => format!("nested deeper than {MAX_DEPTH} levels"),
        }
    }
}

/// Returns `text` as a JSON string literal with its quotes.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    escape_into(&mut out, text);
    out.push('"');
    out
}

pub(crate) fn needs_escape(c: char) -> bool {
    matches!(c, '"' | '\\' | '\0'..='\x1f')
}

/// Appends `text` to `out`, escaped for the inside of a JSON string. Escapes only the characters that must be escaped
/// in JSON.
pub(crate) fn escape_into(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\x1f' => out.push_str(&format!("\\u{:04x}", c as u32)),
            _ => out.push(c),
        }
    }
}

#[cfg(test)]
pub(crate) mod arbitrary;
#[cfg(test)]
mod tests;
