//! A lexer for text that is meant to be JSON but may be unfinished, such as a body that is being typed.
//!
//! The lexer accepts any text. A string ends at its closing quote, or at the end of the text if there is no closing
//! quote. A string may contain raw line breaks; the Bot API server accepts them too. To end strings at line breaks,
//! pass one line at a time. To find the strings of JSON that contains Liquid, pass the text outside the Liquid to
//! `QuoteState`.

use crate::text::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonToken {
    pub span: Span,
    pub kind: JsonTokenKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonTokenKind {
    /// A string with its quotes. The last string of a text may have no closing quote.
    String,
    /// One of `{}[]:,`
    Punctuation(char),
    /// A digit or a minus sign, followed by characters that occur in numbers. The token need not be a valid number.
    Number,
    /// A letter, followed by letters and digits: `null`, `Anna`.
    Word,
    /// Any other single character.
    Other,
}

pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0 }
}

#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Tokens<'_> {
    type Item = JsonToken;

    fn next(&mut self) -> Option<JsonToken> {
        let rest = self.text[self.at..].trim_ascii_start();
        let (kind, length) = match rest.chars().next()? {
            '"' => (JsonTokenKind::String, string_length(rest)),
            c @ ('{' | '}' | '[' | ']' | ':' | ',') => (JsonTokenKind::Punctuation(c), 1),
            '0'..='9' | '-' => {
                let belongs = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
                (JsonTokenKind::Number, rest.find(|c| !belongs(c)).unwrap_or(rest.len()))
            }
            c if c.is_alphabetic() => {
                (JsonTokenKind::Word, rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len()))
            }
            c => (JsonTokenKind::Other, c.len_utf8()),
        };
        // `rest` extends to the end of the text, so its length gives its start.
        let start = self.text.len() - rest.len();
        self.at = start + length;
        Some(JsonToken { span: Span::new(start, self.at), kind })
    }
}

fn string_length(text: &str) -> usize {
    // Reading bytes is enough: quotes and backslashes are ASCII, and no byte of a multi-byte character is ASCII.
    let mut quoting = QuoteState::default();
    let end = text.bytes().position(|byte| quoting.read(byte) == Some(Quote::Closes));
    end.map_or(text.len(), |quote| quote + 1)
}

/// Whether the text read so far ends inside a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum QuoteState {
    #[default]
    Outside,
    Inside,
    /// Inside a string, right after a backslash that escapes the next character.
    Escaped,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quote {
    Opens,
    Closes,
}

impl QuoteState {
    /// Returns the state at the end of `text`, which must start outside strings.
    pub(crate) fn after(text: &str) -> Self {
        let mut quoting = Self::default();
        for byte in text.bytes() {
            quoting.read(byte);
        }
        quoting
    }

    pub(crate) fn is_inside(self) -> bool {
        self != QuoteState::Outside
    }

    /// Reads one character, or one byte of UTF-8. Returns whether the character opens or closes a string, or `None` if
    /// it does neither.
    pub(crate) fn read(&mut self, c: impl Into<char>) -> Option<Quote> {
        let (next, quote) = match (*self, c.into()) {
            (QuoteState::Outside, '"') => (QuoteState::Inside, Some(Quote::Opens)),
            (QuoteState::Inside, '"') => (QuoteState::Outside, Some(Quote::Closes)),
            (QuoteState::Inside, '\\') => (QuoteState::Escaped, None),
            // Outside strings, a backslash is a syntax error and does not escape the next quote.
            (QuoteState::Outside, _) => (QuoteState::Outside, None),
            (QuoteState::Inside | QuoteState::Escaped, _) => (QuoteState::Inside, None),
        };
        *self = next;
        quote
    }

    /// Skips a piece of Liquid. A backslash right before the Liquid escapes the first character of the Liquid's output.
    /// So the text after the Liquid is not escaped.
    pub(crate) fn skip_interpolation(&mut self) {
        if *self == QuoteState::Escaped {
            *self = QuoteState::Inside;
        }
    }
}

/// Returns whether a colon follows the string at `span`, which makes the string an object's key.
pub(crate) fn is_key(text: &str, span: Span) -> bool {
    text[span.end..].trim_ascii_start().starts_with(':')
}

pub(crate) fn is_literal(word: &str) -> bool {
    matches!(word, "true" | "false" | "null")
}

/// Returns whether the byte `at` of `text` is escaped. A byte is escaped if an odd number of backslashes precedes it
/// directly. The byte must be inside a JSON string.
pub(crate) fn is_escaped(text: &str, at: usize) -> bool {
    text[..at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}
