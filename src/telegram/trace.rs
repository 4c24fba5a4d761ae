//! Maps ranges of a sent text back to the markup from which it was parsed.

use super::changes::{Alignment, Utf16Index};
use super::fix::fix;
use super::markup::CollectAll;
use super::parse::parse_with;
use super::{Entity, FormattedText, Limit, ParseMode, SentText, process_text};
use crate::text::Span;

#[derive(Debug)]
pub struct TracedText {
    pub sent: SentText,
    collected: CollectAll,
    has_markup: bool,
    alignment: Alignment,
    utf16_index: Utf16Index,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Overflow {
    /// The length of the text in Unicode code points.
    pub used: usize,
    pub limit: usize,
    /// The range of the markup from the first character over the limit to the end of the text, in bytes.
    pub markup: Span,
}

/// Returns how long the text is and which markup is over the limit. Markup errors are skipped, as far as the parser
/// recovers from them. Returns `None` if the text fits. Also returns `None` if the parser or `fix` refuses the text,
/// for example because the text is too long to be parsed.
pub(crate) fn overflow(mode: Option<ParseMode>, markup: &str, limit: Limit) -> Option<Overflow> {
    let mut collected = CollectAll::default();
    let parsed = match mode {
        Some(mode) => parse_with(mode, markup, &mut collected).ok()?,
        None => FormattedText { text: markup.to_owned(), entities: Vec::new() },
    };
    // `process_text` cannot be used here because it refuses a text that is too long.
    let cleaned = fix(parsed.clone(), limit.options()).ok()?.text;
    let (first, _) = cleaned.char_indices().nth(limit.max_chars())?;
    let alignment = Alignment::of(&parsed.text, &cleaned);
    let excess = Span::new(alignment.parsed(first), alignment.parsed(cleaned.len()));
    let markup = if mode.is_some() { collected.origins.input(excess) } else { excess };
    Some(Overflow { used: cleaned.chars().count(), limit: limit.max_chars(), markup })
}

/// Parses and processes a text, and keeps the mapping back to its markup. Returns `None` if Telegram would refuse the
/// text.
///
/// ```
/// use telecast::telegram::{Limit, ParseMode, trace};
///
/// let markup = " a <b>b</b>";
/// let traced = trace(Some(ParseMode::Html), markup, Limit::Message).unwrap();
/// let bold = &traced.sent.text.entities[0];
/// assert_eq!((bold.offset, traced.markup_of(bold).of(markup)), (2, "b"));
/// ```
pub fn trace(mode: Option<ParseMode>, markup: &str, limit: Limit) -> Option<TracedText> {
    let mut collected = CollectAll::default();
    let parsed = match mode {
        Some(mode) => parse_with(mode, markup, &mut collected).ok()?,
        None => FormattedText { text: markup.to_owned(), entities: Vec::new() },
    };
    // With `CollectAll`, the parser recovers from problems, but Telegram would have refused the text.
    if !collected.problems.is_empty() {
        return None;
    }
    let alignment_of = |sent: &SentText| Alignment::of(&parsed.text, &sent.text.text);
    let sent = process_text(parsed.clone(), limit).ok()?;
    let (alignment, utf16_index) = (alignment_of(&sent), Utf16Index::of(&sent.text.text));
    Some(TracedText { sent, collected, has_markup: mode.is_some(), alignment, utf16_index })
}

impl TracedText {
    /// Maps a byte range of the sent text to a byte range of the markup.
    pub(crate) fn markup(&self, sent: Span) -> Span {
        let parsed = Span::new(self.alignment.parsed(sent.start), self.alignment.parsed(sent.end));
        if self.has_markup { self.collected.origins.input(parsed) } else { parsed }
    }

    /// Returns the byte range of an entity in the sent text.
    pub(crate) fn text_of(&self, entity: &Entity) -> Span {
        self.utf16_index.span(entity)
    }

    /// Returns the byte range of an entity's text in the markup, without the entity's own delimiters or tags.
    pub fn markup_of(&self, entity: &Entity) -> Span {
        self.markup(self.text_of(entity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(mode: Option<ParseMode>, markup: &str, expected: &[(&str, &str)]) {
        let traced = trace(mode, markup, Limit::Message).unwrap();
        let entities = traced.sent.text.entities.iter();
        let found: Vec<_> =
            entities.map(|entity| (entity.kind.name(), traced.markup_of(entity).of(markup))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn entities_map_back_to_their_markup() {
        check(
            Some(ParseMode::Html),
            "  &lt; <b>é <i>x</i></b>\u{200e}",
            &[("bold", "é "), ("bold", "x"), ("italic", "x")],
        );
        check(
            Some(ParseMode::MarkdownV2),
            "a\\. *b* https://a\\.de/",
            &[("bold", "b"), ("url", "https://a\\.de/")],
        );
        check(None, "\n see a.de", &[("url", "a.de")]);
    }

    #[test]
    fn overflow_begins_after_the_last_character_that_fits() {
        let markup = format!(" <b>{}&lt;</b>é<i>x</i> ", "a".repeat(4095));
        let excess = overflow(Some(ParseMode::Html), &markup, Limit::Message).unwrap();
        assert_eq!((excess.used, excess.limit, excess.markup.of(&markup)), (4098, 4096, "é<i>x"));
        assert_eq!(overflow(None, "a", Limit::Caption), None);
        assert_eq!(overflow(None, &"é".repeat(1025), Limit::Caption).unwrap().markup, Span::new(2048, 2050));
    }

    #[test]
    fn refused_markup_has_no_trace() {
        assert!(trace(Some(ParseMode::Html), "<b>", Limit::Message).is_none());
        assert!(trace(None, " ", Limit::Message).is_none());
    }
}
