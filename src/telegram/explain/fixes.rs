//! Building blocks of fixes for markup.

use crate::diagnostic::{Fix, TextEdit};
use crate::text::Span;

/// Returns the end of the word at the start of `span`.
pub(crate) fn word_end(input: &str, span: Span) -> usize {
    let word = span.of(input);
    span.start + word.find(char::is_whitespace).unwrap_or(word.len())
}

/// Makes a fix that is not safe to apply without a person's decision.
pub(crate) fn choice(title: impl Into<String>, edits: Vec<TextEdit>) -> Fix {
    Fix { title: title.into(), edits, safe: false }
}

pub(crate) fn edit(span: Span, replacement: impl Into<String>) -> TextEdit {
    TextEdit { span, replacement: replacement.into() }
}
