//! A text with its parse mode or entities: `text`, `caption`, a poll's `question`, a quote.

use super::Refused;
use crate::telegram::api_error::Place;
use crate::telegram::{FormattedText, ParseMode};

/// The most bytes of a text before it is parsed.
const MAX_INPUT_BYTES: usize = 1 << 15;

/// A text as it was marked up and as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MarkedText {
    /// How it was marked up.
    pub parse_mode: Option<ParseMode>,
    /// What parsing gave, before cleaning and repair.
    pub parsed: FormattedText,
    /// What is sent: cleaned, repaired, trimmed, links found.
    pub sent: FormattedText,
}

/// A text as the server takes it before it knows anything else.
pub(super) struct Input<'a> {
    pub text: &'a str,
    pub parse_mode: &'a str,
    pub place: Place,
    pub mode_place: Place,
}

/// Parses a text by its mode.
pub(super) fn parse(input: &Input<'_>) -> Result<MarkedText, Refused> {
    if MAX_INPUT_BYTES < input.text.len() {
        return Err(Refused::at(input.place.clone(), "Text is too long"));
    }
    if input.text.is_empty() {
        return Ok(MarkedText::default());
    }
    let Ok(parse_mode) = ParseMode::from_argument(input.parse_mode) else {
        return Err(Refused::at(input.mode_place.clone(), "Unsupported parse_mode"));
    };
    let parsed = FormattedText { text: input.text.to_owned(), entities: Vec::new() };
    Ok(MarkedText { parse_mode, sent: parsed.clone(), parsed })
}
