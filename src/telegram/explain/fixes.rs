//! What fixes of markup are made of.

use crate::diagnostic::{Fix, TextEdit};
use crate::text::Span;

pub fn word_end(input: &str, span: Span) -> usize {
    let word = span.of(input);
    span.start + word.find(char::is_whitespace).unwrap_or(word.len())
}

/// Makes a fix of several edits that a person has to choose.
pub fn choice(title: impl Into<String>, edits: Vec<TextEdit>) -> Fix {
    Fix { title: title.into(), edits, safe: false }
}

pub fn edit(span: Span, replacement: impl Into<String>) -> TextEdit {
    TextEdit { span, replacement: replacement.into() }
}
