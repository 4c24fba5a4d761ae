//! JSON with places: a strict parser whose every value knows its bytes, and whose decoded strings lead back to them; and
//! a lexer for what is not JSON yet.
//!
//! serde_json says where a text stops being JSON, but not where a value or a decoded character came from; problems of
//! a rendered body need both. Strict as RFC 8259, but for one thing the Bot API server forgives and this parser
//! reports: a comma behind the last member of the top-level object. Knows nothing of Liquid and nothing of Telegram.

mod lexer;
mod parser;

use crate::text::Span;

pub use lexer::{Quote, Quoting, Token, TokenKind, Tokens, is_escaped, is_key, is_literal, tokens};
pub use parser::parse;

/// How deep arrays and objects may nest, as in the Bot API server.
pub const MAX_DEPTH: usize = 100;

#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub root: Node,
    /// The comma behind the last member of the top-level object, where there is one.
    pub trailing_comma: Option<Span>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// From the first to the last byte of the value, quotes and brackets included.
    pub span: Span,
    pub value: Value,
}

/// A JSON value; members keep the order of the text, duplicates included.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Boolean(bool),
    /// A number as written; it is never rounded.
    Number(String),
    String(Text),
    Array(Vec<Node>),
    Object(Vec<Member>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub key: Text,
    pub value: Node,
}

/// A decoded string that knows which raw byte each of its bytes came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub decoded: String,
    /// The bytes in the source, quotes included.
    pub span: Span,
    /// Where the distance between decoded and raw offsets changes: behind each escape, ascending.
    breaks: Vec<Break>,
}

/// From `decoded` on, until the next break, the raw offset is `raw + (offset - decoded)`, or `raw` within an escape.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Break {
    decoded: usize,
    raw: usize,
    is_escape: bool,
}

impl Text {
    /// Returns the byte in the source that the byte `at` of the decoded text came from.
    ///
    /// All bytes of an escaped character lead to its backslash; `at` behind the end leads to the closing quote.
    pub fn raw_offset(&self, at: usize) -> usize {
        let at = at.min(self.decoded.len());
        let before = self.breaks.partition_point(|entry| entry.decoded <= at);
        let from = self.breaks[before - 1];
        if from.is_escape { from.raw } else { from.raw + (at - from.decoded) }
    }

    pub fn raw_span(&self, decoded: Span) -> Span {
        Span::new(self.raw_offset(decoded.start), self.raw_offset(decoded.end))
    }

    /// Returns the bytes of the decoded text that bytes of the source became; `None` where they lie outside the quotes.
    ///
    /// A part of an escape counts as all of it.
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

impl Node {
    pub fn as_object(&self) -> Option<&[Member]> {
        match &self.value {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&Text> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the first member named `key` where it is an object, as the Bot API server reads duplicates.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_object()?.iter().find(|member| member.key.decoded == key).map(|member| &member.value)
    }

    pub fn at_path(&self, path: &[Step]) -> Option<&Node> {
        path.iter().try_fold(self, |node, step| match (step, &node.value) {
            (Step::Key(key), _) => node.get(key),
            (Step::Index(index), Value::Array(items)) => items.get(*index),
            (Step::Index(_), _) => None,
        })
    }

    /// Returns the value as serde_json holds it; the last of duplicate keys wins there.
    pub fn to_serde(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Boolean(value) => serde_json::Value::Bool(*value),
            Value::Number(raw) => serde_json::from_str(raw).unwrap_or(serde_json::Value::Null),
            Value::String(text) => serde_json::Value::String(text.decoded.clone()),
            Value::Array(items) => items.iter().map(Node::to_serde).collect(),
            Value::Object(members) => serde_json::Value::Object(
                members.iter().map(|member| (member.key.decoded.clone(), member.value.to_serde())).collect(),
            ),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    Key(String),
    Index(usize),
}

#[derive(Debug, Clone, PartialEq)]
pub struct SyntaxError {
    /// What is in the way; empty at the end of the text.
    pub span: Span,
    pub kind: SyntaxErrorKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum SyntaxErrorKind {
    Empty,
    /// A bare word where a value should be: `NULL`, `undefined`, `Anna`, `@channel`.
    Word(String),
    Expected(Expected),
    /// The text ends in the middle of a value; the span of the opener, and what was expected.
    UnexpectedEnd {
        opener: Option<Span>,
        expected: Expected,
    },
    ControlCharacter(char),
    /// An escape that JSON does not have, or half a surrogate pair.
    BadEscape,
    /// A number that JSON does not have: `01`, `1.`, `+1`.
    BadNumber,
    TrailingComma,
    /// Something behind the value; the place is its first line.
    TrailingText,
    TooDeep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
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
            Expected::Colon => "`:` behind the key",
            Expected::CommaOrBrace => "`,` or `}`",
            Expected::CommaOrBracket => "`,` or `]`",
            Expected::Quote => "`\"`",
        })
    }
}

impl SyntaxError {
    pub fn message(&self) -> String {
        match &self.kind {
            SyntaxErrorKind::Empty => "this is empty, not JSON".into(),
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
            SyntaxErrorKind::BadEscape => "an escape that JSON does not have".into(),
            SyntaxErrorKind::BadNumber => "not a number as JSON writes it".into(),
            SyntaxErrorKind::TrailingComma => "a comma with nothing behind it".into(),
            SyntaxErrorKind::TrailingText => "text behind the end of the JSON value".into(),
            SyntaxErrorKind::TooDeep => format!("nested deeper than {MAX_DEPTH}"),
        }
    }
}

/// Returns `text` as a JSON string literal with its quotes.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    escape_into(&mut out, text);
    out.push('"');
    out
}

pub fn needs_escape(c: char) -> bool {
    matches!(c, '"' | '\\' | '\0'..='\x1f')
}

/// Appends `text` to `out` escaped for the inside of a JSON string; nothing is escaped that need not be.
pub fn escape_into(out: &mut String, text: &str) {
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
mod tests;
