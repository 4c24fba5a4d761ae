//! From a message as it is sent back to the markup it was made of.

use super::changes::{Alignment, Places};
use super::markup::Everything;
use super::parse::parse_with;
use super::{Entity, FormattedText, Limit, ParseMode, Sent, sent};
use crate::text::Span;

/// A text as it is sent, with the way back to its markup.
#[derive(Debug)]
pub struct Traced {
    /// The text and what was changed on the way.
    pub sent: Sent,
    heard: Everything,
    has_markup: bool,
    alignment: Alignment,
    places: Places,
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
    /// Returns the markup that bytes of the sent text come from.
    pub fn markup(&self, sent: Span) -> Span {
        let parsed = Span::new(self.alignment.parsed(sent.start), self.alignment.parsed(sent.end));
        if self.has_markup { self.heard.origins.input(parsed) } else { parsed }
    }

    /// Returns the bytes of the sent text that an entity covers.
    pub fn text_of(&self, entity: &Entity) -> Span {
        self.places.span(entity)
    }

    /// Returns the markup that an entity's text comes from.
    pub fn markup_of(&self, entity: &Entity) -> Span {
        self.markup(self.text_of(entity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shows each entity with the markup its text comes from.
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
    fn what_telegram_refuses_has_no_trace() {
        assert!(trace(Some(ParseMode::Html), "<b>", Limit::Message).is_none());
        assert!(trace(None, " ", Limit::Message).is_none());
    }
}
