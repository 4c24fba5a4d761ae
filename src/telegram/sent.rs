//! Processes a parsed text into the text that the server sends, checks the length limits, and describes each change.

use super::class::OverlapClass;
use super::fix::{FixOptions, TextError, fix};
use super::{Entity, EntityKind, FormattedText, changes, repair};
use crate::diagnostic::Code;
use crate::text::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// A message's text: 1 to 4,096 characters.
    Message,
    /// The caption of a photo or other media: 0 to 1,024 characters.
    Caption,
}

impl Limit {
    /// The limit in Unicode code points, after parsing and cleaning.
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

/// The server's limit for the number of entities in a message (TDLib, `MAX_USER_ENTITY_COUNT`). Custom emoji and
/// detected entities do not count toward it.
pub(super) const MAX_ENTITIES: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentText {
    /// The text with the author's entities and the detected ones.
    pub text: FormattedText,
    /// The differences between the parsed text and the sent text, in the order of the parsed text.
    pub changes: Vec<TextChange>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextChange {
    pub code: Code,
    /// The range in the parsed text, in bytes.
    pub span: Span,
    /// One sentence without a full stop.
    pub message: String,
}

/// Processes a parsed text completely, as the server does: cleans, repairs, and trims it, detects entities, and applies
/// the limits.
///
/// ```
/// use telecast::telegram::{Limit, ParseMode, parse, process_text};
///
/// let parsed = parse(ParseMode::Html, " <code><b>x</b></code> ").unwrap();
/// let sent = process_text(parsed, Limit::Message).unwrap();
/// assert_eq!(sent.text.text, "x");
/// assert_eq!(sent.text.entities.len(), 1);
/// assert_eq!(sent.changes[1].message, "Telegram drops the bold: code cannot contain other formatting");
/// ```
pub fn process_text(mut parsed: FormattedText, limit: Limit) -> Result<SentText, TextError> {
    // The server detects some kinds of entities itself, such as hashtags. If a call contains entities of these kinds,
    // the server ignores them.
    parsed.entities.retain(|entity| !entity.kind.is_auto_detected());
    let mut text = fix(parsed.clone(), limit.options())?;
    // For bots, TDLib counts code points, even though many libraries count UTF-16 code units.
    if limit.max_chars() < text.text.chars().count() {
        return Err(limit.error());
    }
    let n_dropped = drop_beyond_limit(&mut text.entities);
    let changes = changes::describe_changes(&parsed, &text, n_dropped);
    Ok(SentText { text, changes })
}

/// Drops the author's entities beyond the server's limit and returns how many were dropped.
fn drop_beyond_limit(entities: &mut Vec<Entity>) -> usize {
    if entities.len() <= MAX_ENTITIES {
        return 0;
    }
    let is_style = |entity: &Entity| matches!(OverlapClass::of(&entity.kind), OverlapClass::Style(_));
    let (styles, mut others): (Vec<_>, Vec<_>) = entities.iter().cloned().partition(is_style);
    // The server counts styles, such as bold, last, so they are the first entities to be dropped. Touching styles of
    // one kind count as one style. A style is split where another style begins, and each piece counts:
    // `<b>a<i>b</i></b>` has two pieces of bold. Links, code, and quotes do not split a style for this count.
    let mut styles = repair::resplit(styles);
    let n_before = others.len() + styles.len();
    let mut left = MAX_ENTITIES;
    others.retain(|entity| is_uncounted(&entity.kind) || take_one(&mut left));
    styles.truncate(left);
    let n_dropped = n_before - others.len() - styles.len();
    if 0 < n_dropped {
        others.extend(styles);
        // `resplit` ignored all entities that are not styles, so the styles must now be split at the edges of the
        // entities that stay.
        repair::repair(&mut others);
        *entities = others;
    }
    n_dropped
}

/// Returns how many of a text's entities count toward the server's limit. As in the server, touching and equal styles
/// of one kind count as one style.
pub(super) fn count_entities(entities: &[Entity]) -> usize {
    let mut entities: Vec<Entity> = entities.iter().filter(|entity| 0 < entity.length).cloned().collect();
    repair::repair(&mut entities);
    let is_style = |entity: &Entity| matches!(OverlapClass::of(&entity.kind), OverlapClass::Style(_));
    let (styles, others): (Vec<_>, Vec<_>) = entities.into_iter().partition(is_style);
    let n_others = others.iter().filter(|entity| !is_uncounted(&entity.kind)).count();
    n_others + repair::resplit(styles).len()
}

fn is_uncounted(kind: &EntityKind) -> bool {
    kind.is_auto_detected() || matches!(kind, EntityKind::CustomEmoji { .. })
}

fn take_one(left: &mut usize) -> bool {
    let has_one = 0 < *left;
    *left -= usize::from(has_one);
    has_one
}

#[cfg(test)]
mod tests;
