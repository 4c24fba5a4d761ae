//! What becomes of a parsed text on its way into a message, and what was changed, in words.

use super::class::Class;
use super::fix::{FixOptions, TextError, fix};
use super::{Entity, EntityKind, FormattedText, changes, repair};
use crate::diagnostic::Code;
use crate::text::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// A message's text: 4,096 characters, at least one.
    Message,
    /// The caption of a photo or another medium: 1,024 characters, or none.
    Caption,
}

impl Limit {
    /// Returns the most characters (Unicode code points, for bots) after parsing and cleaning.
    pub fn max_chars(self) -> usize {
        match self {
            Limit::Message => 4096,
            Limit::Caption => 1024,
        }
    }

    pub(super) fn options(self) -> FixOptions {
        match self {
            Limit::Message => FixOptions::MESSAGE,
            Limit::Caption => FixOptions::CAPTION,
        }
    }

    fn error(self) -> TextError {
        match self {
            Limit::Message => TextError::MessageTooLong,
            Limit::Caption => TextError::CaptionTooLong,
        }
    }
}

/// The most entities that go with a message; custom emoji are not counted.
pub(super) const MAX_ENTITIES: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The text with the author's entities and those the server finds.
    pub text: FormattedText,
    /// What differs from the parsed text, in the order of the text.
    pub changes: Vec<Change>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub code: Code,
    /// The place in the parsed text, in bytes.
    pub span: Span,
    /// What was changed, in words; no full stop.
    pub message: String,
}

/// Does all that the server does to a parsed text: cleaning, repair, trimming, the limits, and finding links.
///
/// ```
/// use telecast::telegram::{Limit, ParseMode, parse, sent};
///
/// let parsed = parse(ParseMode::Html, " <code><b>x</b></code> ").unwrap();
/// let sent = sent(parsed, Limit::Message).unwrap();
/// assert_eq!(sent.text.text, "x");
/// assert_eq!(sent.text.entities.len(), 1);
/// assert_eq!(sent.changes[1].message, "the bold was dropped: code holds no other formatting");
/// ```
pub fn sent(mut parsed: FormattedText, limit: Limit) -> Result<Sent, TextError> {
    parsed.entities.retain(|entity| !entity.kind.is_found());
    let mut text = fix(parsed.clone(), limit.options())?;
    if limit.max_chars() < text.text.chars().count() {
        return Err(limit.error());
    }
    let n_dropped = drop_beyond_limit(&mut text.entities);
    let changes = changes::between(&parsed, &text, n_dropped);
    Ok(Sent { text, changes })
}

/// Keeps the first hundred entities of the author's as the server counts them; returns how many went.
///
/// All but styles are counted first; styles are counted behind them, merged and cut where they cross each other.
fn drop_beyond_limit(entities: &mut Vec<Entity>) -> usize {
    if entities.len() <= MAX_ENTITIES {
        return 0;
    }
    let is_style = |entity: &Entity| matches!(Class::of(&entity.kind), Class::Style(_));
    let (styles, mut kept): (Vec<_>, Vec<_>) = entities.iter().cloned().partition(is_style);
    let mut styles = repair::resplit(styles);
    let n_before = kept.len() + styles.len();
    let mut left = MAX_ENTITIES;
    kept.retain(|entity| is_uncounted(&entity.kind) || take_one(&mut left));
    styles.truncate(left);
    let n_dropped = n_before - kept.len() - styles.len();
    if 0 < n_dropped {
        kept.extend(styles);
        repair::repair(&mut kept);
        *entities = kept;
    }
    n_dropped
}

fn is_uncounted(kind: &EntityKind) -> bool {
    kind.is_found() || matches!(kind, EntityKind::CustomEmoji { .. })
}

fn take_one(left: &mut usize) -> bool {
    let has_one = 0 < *left;
    *left -= usize::from(has_one);
    has_one
}

#[cfg(test)]
mod tests;
