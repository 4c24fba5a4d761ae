//! Parses markup exactly as TDLib's `parseTextEntities` does. Cleaning, trimming, and detection are in `fix`.

use super::markup::{ParseListener, StopAtFirst};
use super::{FormattedText, ParseError, ParseErrorKind, ParseMode, html, markdown, markdown_v2};
use crate::text::Span;

/// TDLib's limit for markup, in code points. A longer text is refused before parsing.
const MAX_CHARS: usize = 65_536;

/// Parses `input` into a text and entities, or returns the error that Telegram would return.
///
/// The result has only the entities that the markup creates. They may overlap in ways that the server repairs later,
/// see `repair`.
///
/// ```
/// use telecast::telegram::{EntityKind, ParseMode, parse};
///
/// let parsed = parse(ParseMode::Html, "1 &lt; <b>2</b>").unwrap();
/// assert_eq!(parsed.text, "1 < 2");
/// assert_eq!((parsed.entities[0].offset, &parsed.entities[0].kind), (4, &EntityKind::Bold));
/// ```
pub fn parse(mode: ParseMode, input: &str) -> Result<FormattedText, ParseError> {
    parse_with(mode, input, &mut StopAtFirst)
}

pub(super) fn parse_with(
    mode: ParseMode,
    input: &str,
    listener: &mut impl ParseListener,
) -> Result<FormattedText, ParseError> {
    if let Some((at, _)) = beyond_limit(input) {
        let kind = ParseErrorKind::TooLong;
        return Err(ParseError::without_offset(kind, Span::new(at, input.len())));
    }
    match mode {
        ParseMode::Html => html::parse(input, listener),
        ParseMode::Markdown => markdown::parse(input, listener),
        ParseMode::MarkdownV2 => markdown_v2::parse(input, listener),
    }
}

fn beyond_limit(input: &str) -> Option<(usize, char)> {
    // A text has no more characters than bytes, so a text of at most `MAX_CHARS` bytes is never too long. The
    // characters of most inputs therefore need not be counted.
    if input.len() <= MAX_CHARS { None } else { input.char_indices().nth(MAX_CHARS) }
}
