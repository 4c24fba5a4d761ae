//! From a message as it is sent back to the markup it was made of.

use super::changes::{Alignment, Places};
use super::fix::fix;
use super::markup::Everything;
use super::parse::parse_with;
use super::{Entity, FormattedText, Limit, ParseMode, Sent, sent};
use crate::text::Span;

#[derive(Debug)]
pub struct Traced {
    pub sent: Sent,
    heard: Everything,
    has_markup: bool,
    alignment: Alignment,
    places: Places,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overflow {
    /// How many characters (Unicode code points) the message would have.
    pub used: usize,
    pub limit: usize,
    /// The markup from the first character too many to the end, in bytes.
    pub markup: Span,
}

pub fn overflow(mode: Option<ParseMode>, markup: &str, limit: Limit) -> Option<Overflow> {
    let mut heard = Everything::default();
    let parsed = match mode {
        Some(mode) => parse_with(mode, markup, &mut heard).ok()?,
        None => FormattedText { text: markup.to_owned(), entities: Vec::new() },
    };
    let cleaned = fix(parsed.clone(), limit.options()).ok()?.text;
    let (first, _) = cleaned.char_indices().nth(limit.max_chars())?;
    let alignment = Alignment::of(&parsed.text, &cleaned);
    let excess = Span::new(alignment.parsed(first), alignment.parsed(cleaned.len()));
    let markup = if mode.is_some() { heard.origins.input(excess) } else { excess };
    Some(Overflow { used: cleaned.chars().count(), limit: limit.max_chars(), markup })
}

/// Parses a text and does what the server does to it, keeping the way back; `None` where Telegram would refuse it.
///
/// ```
/// use telecast::telegram::{Limit, ParseMode, trace};
///
/// let markup = " a <b>b</b>";
/// let traced = trace(Some(ParseMode::Html), markup, Limit::Message).unwrap();
/// let bold = &traced.sent.text.entities[0];
/// assert_eq!((bold.offset, traced.markup_of(bold).of(markup)), (2, "b"));
/// ```
pub fn trace(mode: Option<ParseMode>, markup: &str, limit: Limit) -> Option<Traced> {
    let mut heard = Everything::default();
    let parsed = match mode {
        Some(mode) => parse_with(mode, markup, &mut heard).ok()?,
        None => FormattedText { text: markup.to_owned(), entities: Vec::new() },
    };
    if !heard.problems.is_empty() {
        return None;
    }
    let alignment_of = |sent: &Sent| Alignment::of(&parsed.text, &sent.text.text);
    let sent = sent(parsed.clone(), limit).ok()?;
    let (alignment, places) = (alignment_of(&sent), Places::of(&sent.text.text));
    Some(Traced { sent, heard, has_markup: mode.is_some(), alignment, places })
}

impl Traced {
    pub fn markup(&self, sent: Span) -> Span {
        let parsed = Span::new(self.alignment.parsed(sent.start), self.alignment.parsed(sent.end));
        if self.has_markup { self.heard.origins.input(parsed) } else { parsed }
    }

    pub fn text_of(&self, entity: &Entity) -> Span {
        self.places.span(entity)
    }

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
    fn entities_lead_back_to_their_markup() {
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
    fn what_is_too_much_begins_behind_the_last_character_that_fits() {
        let markup = format!(" <b>{}&lt;</b>é<i>x</i> ", "a".repeat(4095));
        let excess = overflow(Some(ParseMode::Html), &markup, Limit::Message).unwrap();
        assert_eq!((excess.used, excess.limit, excess.markup.of(&markup)), (4098, 4096, "é<i>x"));
        assert_eq!(overflow(None, "a", Limit::Caption), None);
        assert_eq!(overflow(None, &"é".repeat(1025), Limit::Caption).unwrap().markup, Span::new(2048, 2050));
    }

    #[test]
    fn what_telegram_refuses_has_no_trace() {
        assert!(trace(Some(ParseMode::Html), "<b>", Limit::Message).is_none());
        assert!(trace(None, " ", Limit::Message).is_none());
    }
}
