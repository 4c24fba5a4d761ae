//! Processes a parsed text as the server does before sending: cleans the text, repairs the entities, trims the text,
//! and detects further entities (TDLib, `fix_formatted_text`). The module `sent` then checks the length limits of
//! messages and captions.

use super::detect::{CommandDetection, detect_entities};
use super::link::{self, BadLink};
use super::{Entity, EntityKind, FormattedText, clean, order, repair};

/// The reason why the server refuses a text after parsing. The messages are Telegram's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("Text must be non-empty")]
    Empty,
    #[error("Message is too long")]
    MessageTooLong,
    #[error("Message caption is too long")]
    CaptionTooLong,
    #[error("Entity URL '{address}' is invalid: {reason}")]
    Link {
        /// The address after cleaning.
        address: String,
        reason: BadLink,
    },
    #[error("Invalid custom emoji identifier specified")]
    CustomEmoji,
    /// A Unix time that is zero or negative.
    #[error("Invalid date specified")]
    Date,
    /// An entity whose offset is above the server's limit.
    #[error("Receive an entity with incorrect offset {0}")]
    Offset(i64),
    /// An entity whose length is above the server's limit.
    #[error("Receive an entity with incorrect length {0}")]
    Length(i64),
    /// An entity that begins in the middle of a surrogate pair.
    #[error("Entity begins in a middle of a UTF-16 symbol at byte offset {byte}")]
    BeginsInsideCharacter {
        /// The end of the character in which the entity begins, in bytes.
        byte: usize,
    },
    #[error(
        "Entity beginning at UTF-16 offset {offset} ends in a middle of a UTF-16 symbol at byte offset {byte}"
    )]
    EndsInsideCharacter {
        /// The start of the entity, in UTF-16 code units.
        offset: u32,
        /// The end of the character in which the entity ends, in bytes.
        byte: usize,
    },
    #[error("Entity begins after the end of the text at UTF-16 offset {offset}")]
    BeginsAfterEnd {
        /// The start of the entity, in UTF-16 code units.
        offset: u32,
    },
    #[error(
        "Entity beginning at UTF-16 offset {offset} ends after the end of the text at UTF-16 offset {end}"
    )]
    EndsAfterEnd {
        /// The start of the entity, in UTF-16 code units.
        offset: u32,
        end: u32,
    },
}

/// TDLib's limit for the offset and the length of an entity.
const MAX_OFFSET: u32 = 1_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixOptions {
    pub empty: EmptyTextPolicy,
    pub detect: DetectionScope,
    pub trim: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmptyTextPolicy {
    Refused,
    Cleared,
    /// A text of only spaces and line breaks becomes the empty text. A text of other invisible characters is not
    /// changed.
    Kept,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DetectionScope {
    Nothing,
    AllButCommands,
    All,
}

impl FixOptions {
    /// Only cleans and repairs. These options are used for the quote in a reply, and for the stage `fixed` of the
    /// command `debug entities`.
    pub const CLEAN_AND_REPAIR: Self =
        Self { empty: EmptyTextPolicy::Kept, detect: DetectionScope::Nothing, trim: false };
    pub const MESSAGE: Self =
        Self { empty: EmptyTextPolicy::Refused, detect: DetectionScope::All, trim: true };
    /// The same as for a message, except that a caption may be empty.
    pub const CAPTION: Self = Self { empty: EmptyTextPolicy::Kept, detect: DetectionScope::All, trim: true };
}

/// Cleans, repairs, and trims a text, and then detects entities in it, in the server's order.
///
/// ```
/// use telecast::telegram::{Entity, EntityKind, FixOptions, FormattedText, fix};
///
/// let bold = |offset, length| Entity { kind: EntityKind::Bold, offset, length };
/// let text = FormattedText { text: " a\tb ".into(), entities: vec![bold(1, 2), bold(3, 1)] };
/// let fixed = fix(text, FixOptions::MESSAGE).unwrap();
/// assert_eq!(fixed, FormattedText { text: "a b".into(), entities: vec![bold(0, 3)] });
/// ```
pub fn fix(text: FormattedText, options: FixOptions) -> Result<FormattedText, TextError> {
    let mut fixed = clean_and_repair(text)?;
    // A text of only spaces and line breaks counts as empty, even if `options` does not ask for trimming. So this check
    // is separate from the trimming below.
    let Some(end) = visible_end(&fixed.text) else {
        return match options.empty {
            EmptyTextPolicy::Refused => Err(TextError::Empty),
            EmptyTextPolicy::Cleared | EmptyTextPolicy::Kept => Ok(FormattedText::default()),
        };
    };
    repair::repair(&mut fixed.entities);
    // The start is trimmed only up to the first entity. `trim_end` may drop that entity, so `trim_end` must run first.
    if options.trim {
        trim_end(&mut fixed, end);
        trim_start(&mut fixed);
    }
    // Invisible characters other than spaces and line breaks are not trimmed, but to the server a text of only such
    // characters is empty, too. So a second check is necessary.
    if clean::is_empty(&fixed.text) {
        match options.empty {
            EmptyTextPolicy::Refused => return Err(TextError::Empty),
            EmptyTextPolicy::Cleared => fixed = FormattedText::default(),
            EmptyTextPolicy::Kept => {}
        }
    }
    // The cut comes before detection because the server detects entities only in the text that it keeps.
    cut(&mut fixed);
    let found = match options.detect {
        DetectionScope::Nothing => Vec::new(),
        DetectionScope::AllButCommands => detect_entities(&fixed.text, CommandDetection::Ignored),
        DetectionScope::All => detect_entities(&fixed.text, CommandDetection::Found),
    };
    repair::add_found(&mut fixed.entities, found);
    Ok(fixed)
}

fn clean_and_repair(mut text: FormattedText) -> Result<FormattedText, TextError> {
    for entity in &mut text.entities {
        check_data(&mut entity.kind)?;
    }
    if text.entities.is_empty() {
        // Without entities, there are no offsets to adjust, so the simpler `clean_plain` is enough. It also cuts the
        // text at the server's limit in bytes.
        return Ok(FormattedText { text: clean::clean_plain(&text.text), entities: Vec::new() });
    }
    check_ranges(&text.entities)?;
    remove_empty(&mut text.entities);
    // `clean` requires that any two entities are nested or disjoint, and `repair` ensures this.
    repair::repair(&mut text.entities);
    let mut cleaned = clean::clean(text)?;
    // Entities that covered only removed characters are empty now.
    remove_empty(&mut cleaned.entities);
    Ok(cleaned)
}

fn check_data(kind: &mut EntityKind) -> Result<(), TextError> {
    match kind {
        EntityKind::TextLink { url } => {
            let address = clean::clean_plain(url);
            *kind = link::entity_kind(&address).map_err(|reason| TextError::Link { address, reason })?;
        }
        EntityKind::Pre { language } => {
            *language = language.take().map(|name| clean::clean_plain(&name)).filter(|name| !name.is_empty());
        }
        EntityKind::CustomEmoji { custom_emoji_id: 0 } => return Err(TextError::CustomEmoji),
        EntityKind::DateTime { unix_time, .. } if *unix_time <= 0 => return Err(TextError::Date),
        _ => {}
    }
    Ok(())
}

fn check_ranges(entities: &[Entity]) -> Result<(), TextError> {
    for entity in entities {
        if MAX_OFFSET < entity.offset {
            return Err(TextError::Offset(i64::from(entity.offset)));
        }
        if MAX_OFFSET < entity.length {
            return Err(TextError::Length(i64::from(entity.length)));
        }
    }
    Ok(())
}

fn remove_empty(entities: &mut Vec<Entity>) {
    // TDLib silently drops mentions with an impossible user id. An invalid link, in contrast, is an error, which
    // `check_data` returns.
    entities.retain(|entity| {
        let has_invalid_user =
            matches!(entity.kind, EntityKind::TextMention { user_id } if !link::is_user_id(user_id));
        0 < entity.length && !has_invalid_user
    });
}

fn is_trimmed(c: char) -> bool {
    // After cleaning, the space and the line break are the only characters up to U+0020 in the text. No-break spaces
    // are not trimmed.
    matches!(c, ' ' | '\n')
}

fn visible_end(text: &str) -> Option<usize> {
    Some(text.trim_end_matches(is_trimmed).len()).filter(|end| 0 < *end)
}

fn trim_end(formatted: &mut FormattedText, end: usize) {
    formatted.text.truncate(end);
    let units = super::markup::utf16_units(&formatted.text);
    while formatted.entities.pop_if(|entity| units <= entity.offset).is_some() {}
    for entity in &mut formatted.entities {
        entity.length = entity.length.min(units - entity.offset);
    }
    // Entities that were shortened to the new end of the text may now have equal ranges. Such entities are ordered by
    // their kinds, so the list is sorted again.
    order::sort(&mut formatted.entities);
}

/// Removes spaces and line breaks at the start, but only up to the first entity.
fn trim_start(formatted: &mut FormattedText) {
    let first_entity = formatted.entities.first().map_or(u32::MAX, |entity| entity.offset);
    let spaces = formatted.text.bytes().take_while(|byte| is_trimmed(char::from(*byte))).count();
    // Spaces and line breaks are ASCII, so their number is the same in bytes and in UTF-16 code units.
    let cut = spaces.min(first_entity as usize);
    formatted.text.drain(..cut);
    for entity in &mut formatted.entities {
        entity.offset -= cut as u32;
    }
}

/// Cuts the text at the server's limit in bytes and drops the entities that extend past the cut.
fn cut(formatted: &mut FormattedText) {
    if formatted.text.len() <= clean::MAX_BYTES {
        return;
    }
    formatted.text.truncate(formatted.text.floor_char_boundary(clean::MAX_BYTES));
    let units = super::markup::utf16_units(&formatted.text);
    formatted.entities.retain(|entity| entity.end() <= units);
}
