//! The tokens of a text that is meant to be JSON, whole or not: for what reads bodies while they are typed.
//!
//! Nothing is an error here. A string ends at its quote, else with the text: raw line breaks belong to it, as they do to
//! the Bot API server. Whoever wants strings to end with their lines reads line by line; whoever reads around Liquid
//! gives what is between the holes to [`Quoting`].

use crate::text::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub span: Span,
    pub kind: TokenKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A string with its quotes; the last one of a text may have no closing quote.
    String,
    /// One of `{}[]:,`
    Punctuation(char),
    /// What begins as a number and has only what numbers have.
    Number,
    /// Letters and digits: `null`, `Anna`.
    Word,
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
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let rest = self.text[self.at..].trim_ascii_start();
        let (kind, length) = match rest.chars().next()? {
            '"' => (TokenKind::String, string_length(rest)),
            c @ ('{' | '}' | '[' | ']' | ':' | ',') => (TokenKind::Punctuation(c), 1),
            '0'..='9' | '-' => {
                let belongs = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
                (TokenKind::Number, rest.find(|c| !belongs(c)).unwrap_or(rest.len()))
            }
            c if c.is_alphabetic() => {
                (TokenKind::Word, rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len()))
            }
            c => (TokenKind::Other, c.len_utf8()),
        };
        let start = self.text.len() - rest.len();
        self.at = start + length;
        Some(Token { span: Span::new(start, self.at), kind })
    }
}

fn string_length(text: &str) -> usize {
    let mut quoting = Quoting::default();
    let end = text.bytes().position(|byte| quoting.read(byte) == Some(Quote::Closes));
    end.map_or(text.len(), |quote| quote + 1)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quoting {
    #[default]
    Outside,
    Inside,
    Escaped,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quote {
    Opens,
    Closes,
}

impl Quoting {
    /// Returns where the end of `text` is, which begins outside of strings.
    pub fn after(text: &str) -> Self {
        let mut quoting = Self::default();
        for byte in text.bytes() {
            quoting.read(byte);
        }
        quoting
    }

    pub fn is_inside(self) -> bool {
        self != Quoting::Outside
    }

    /// Goes on by a character, or by a byte of UTF-8; returns which quote it is, where it is one.
    pub fn read(&mut self, c: impl Into<char>) -> Option<Quote> {
        let (next, quote) = match (*self, c.into()) {
            (Quoting::Outside, '"') => (Quoting::Inside, Some(Quote::Opens)),
            (Quoting::Inside, '"') => (Quoting::Outside, Some(Quote::Closes)),
            (Quoting::Inside, '\\') => (Quoting::Escaped, None),
            (Quoting::Outside, _) => (Quoting::Outside, None),
            (Quoting::Inside | Quoting::Escaped, _) => (Quoting::Inside, None),
        };
        *self = next;
        quote
    }

    /// Goes on by a piece of Liquid, whatever it prints: a backslash before it escapes nothing after it.
    pub fn pass_hole(&mut self) {
        if *self == Quoting::Escaped {
            *self = Quoting::Inside;
        }
    }
}

/// Whether the string at `span` is followed by a colon.
pub fn is_key(text: &str, span: Span) -> bool {
    text[span.end..].trim_ascii_start().starts_with(':')
}

pub fn is_literal(word: &str) -> bool {
    matches!(word, "true" | "false" | "null")
}

/// Whether an odd number of backslashes is before the byte `at`; for what looks back from a place in a string.
pub fn is_escaped(text: &str, at: usize) -> bool {
    text[..at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}
