//! Markup to formatted text, exactly as TDLib's `parseTextEntities`: nothing is cleaned, trimmed or found here.

use super::markup::{FirstProblem, Listener};
use super::{FormattedText, ParseError, ParseErrorKind, ParseMode, html, markdown, markdown_v2};
use crate::text::Span;

/// The most characters that Telegram parses.
const MAX_CHARS: usize = 65_536;

/// Parses `input` as Telegram does, into text and entities or Telegram's error.
///
/// Entities come out as they are marked up; [`sent`](super::sent) does what the server does to them afterwards.
///
/// ```
/// use telecast::telegram::{EntityKind, ParseMode, parse};
///
/// let parsed = parse(ParseMode::Html, "1 &lt; <b>2</b>").unwrap();
/// assert_eq!(parsed.text, "1 < 2");
/// assert_eq!((parsed.entities[0].offset, &parsed.entities[0].kind), (4, &EntityKind::Bold));
/// ```
pub fn parse(mode: ParseMode, input: &str) -> Result<FormattedText, ParseError> {
    parse_with(mode, input, &mut FirstProblem)
}

pub(super) fn parse_with(
    mode: ParseMode,
    input: &str,
    listener: &mut impl Listener,
) -> Result<FormattedText, ParseError> {
    if let Some((at, _)) = beyond_limit(input) {
        let kind = ParseErrorKind::TooLong;
        return Err(ParseError::nowhere(kind, Span::new(at, input.len())));
    }
    match mode {
        ParseMode::Html => html::parse(input, listener),
        ParseMode::Markdown => markdown::parse(input, listener),
        ParseMode::MarkdownV2 => markdown_v2::parse(input, listener),
    }
}

fn beyond_limit(input: &str) -> Option<(usize, char)> {
    if input.len() <= MAX_CHARS { None } else { input.char_indices().nth(MAX_CHARS) }
}
