//! Helpers that build the fixes for problems in markup.

use crate::diagnostic::{Fix, TextEdit};
use crate::text::Span;

/// Returns the byte offset of the first whitespace in `span`, or the end of `span` if it has none.
pub(crate) fn word_end(input: &str, span: Span) -> usize {
    let word = span.of(input);
    span.start + word.find(char::is_whitespace).unwrap_or(word.len())
}

/// Creates a fix that a person must choose. It is never applied automatically.
pub(crate) fn choice(title: impl Into<String>, edits: Vec<TextEdit>) -> Fix {
    Fix { title: title.into(), edits, safe: false }
}

/// Returns the delimiter with a backslash before each of its characters, as in `\|\|`.
pub(crate) fn escaped(delimiter: &str) -> String {
    delimiter.chars().flat_map(|c| ['\\', c]).collect()
}

/// Quotes a delimiter for a message. Backticks are not quoted in backticks.
pub(crate) fn quoted(delimiter: &str) -> String {
    if delimiter.contains('`') { format!("'{delimiter}'") } else { format!("`{delimiter}`") }
}
