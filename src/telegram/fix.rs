//! What the server does to any text with entities before it becomes a message: cleaning, repair, trimming, finding.

use super::detect::{Commands, find};
use super::link::{self, BadLink};
use super::{Entity, EntityKind, FormattedText, clean, order, repair};

/// Why the server refuses a text that parsed, or one with entities of its own; the words are Telegram's own.
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
        /// The address, cleaned.
        address: String,
        reason: BadLink,
    },
    #[error("Invalid custom emoji identifier specified")]
    CustomEmoji,
    /// A time before 1970.
    #[error("Invalid date specified")]
    Date,
    /// An entity that starts beyond what the server reads.
    #[error("Receive an entity with incorrect offset {0}")]
    Offset(i64),
    /// An entity longer than the server reads.
    #[error("Receive an entity with incorrect length {0}")]
    Length(i64),
    /// An entity that begins in the middle of a surrogate pair.
    #[error("Entity begins in a middle of a UTF-16 symbol at byte offset {byte}")]
    BeginsInsideCharacter {
        /// The end of that character in the text.
        byte: usize,
    },
    #[error(
        "Entity beginning at UTF-16 offset {offset} ends in a middle of a UTF-16 symbol at byte offset {byte}"
    )]
    EndsInsideCharacter {
        /// Where the entity begins, in UTF-16 units.
        offset: u32,
        /// The end of that character in the text.
        byte: usize,
    },
    #[error("Entity begins after the end of the text at UTF-16 offset {offset}")]
    BeginsBehindEnd {
        /// Where the entity begins, in UTF-16 units.
        offset: u32,
    },
    #[error(
        "Entity beginning at UTF-16 offset {offset} ends after the end of the text at UTF-16 offset {end}"
    )]
    EndsBehindEnd {
        /// Where the entity begins, in UTF-16 units.
        offset: u32,
        end: u32,
    },
}

/// The largest offset and length of an entity that the server reads.
const MAX_OFFSET: u32 = 1_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixOptions {
    pub empty: Empty,
    pub find: Find,
    pub trim: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    Refused,
    Cleared,
    /// It becomes the empty text if it is only whitespace, and stays if it is other invisible characters.
    Kept,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Find {
    Nothing,
    AllButCommands,
    All,
}

impl FixOptions {
    /// Cleans and repairs, and no more: the stage `fixed`.
    pub const CLEAN_AND_REPAIR: Self = Self { empty: Empty::Kept, find: Find::Nothing, trim: false };
    pub const MESSAGE: Self = Self { empty: Empty::Refused, find: Find::All, trim: true };
    /// All that is done to a caption, which may be empty.
    pub const CAPTION: Self = Self { empty: Empty::Kept, find: Find::All, trim: true };
}

/// Cleans, repairs, trims and searches a text, in the server's order.
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
    let Some(end) = visible_end(&fixed.text) else {
        return match options.empty {
            Empty::Refused => Err(TextError::Empty),
            Empty::Cleared | Empty::Kept => Ok(FormattedText::default()),
        };
    };
    repair::repair(&mut fixed.entities);
    if options.trim {
        trim_end(&mut fixed, end);
        trim_start(&mut fixed);
    }
    if clean::is_empty(&fixed.text) {
        match options.empty {
            Empty::Refused => return Err(TextError::Empty),
            Empty::Cleared => fixed = FormattedText::default(),
            Empty::Kept => {}
        }
    }
    cut(&mut fixed);
    let found = match options.find {
        Find::Nothing => Vec::new(),
        Find::AllButCommands => find(&fixed.text, Commands::Ignored),
        Find::All => find(&fixed.text, Commands::Found),
    };
    repair::add_found(&mut fixed.entities, found);
    Ok(fixed)
}

fn clean_and_repair(mut text: FormattedText) -> Result<FormattedText, TextError> {
    for entity in &mut text.entities {
        check_data(&mut entity.kind)?;
    }
    if text.entities.is_empty() {
        return Ok(FormattedText { text: clean::clean_plain(&text.text), entities: Vec::new() });
    }
    check_ranges(&text.entities)?;
    remove_empty(&mut text.entities);
    repair::repair(&mut text.entities);
    let mut cleaned = clean::clean(text)?;
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
    entities.retain(|entity| {
        let is_nobody =
            matches!(entity.kind, EntityKind::TextMention { user_id } if !link::is_user_id(user_id));
        0 < entity.length && !is_nobody
    });
}

fn is_trimmed(c: char) -> bool {
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
    order::sort(&mut formatted.entities);
}

/// Cuts whitespace before the first visible character or the first entity, whichever comes first.
fn trim_start(formatted: &mut FormattedText) {
    let first_entity = formatted.entities.first().map_or(u32::MAX, |entity| entity.offset);
    let spaces = formatted.text.bytes().take_while(|byte| is_trimmed(char::from(*byte))).count();
    // Only ASCII is cut, so that bytes are UTF-16 units here.
    let cut = spaces.min(first_entity as usize);
    formatted.text.drain(..cut);
    for entity in &mut formatted.entities {
        entity.offset -= cut as u32;
    }
}

/// Cuts what is beyond the server's limit in bytes, and the entities that reach beyond it.
fn cut(formatted: &mut FormattedText) {
    if formatted.text.len() <= clean::MAX_BYTES {
        return;
    }
    formatted.text.truncate(formatted.text.floor_char_boundary(clean::MAX_BYTES));
    let units = super::markup::utf16_units(&formatted.text);
    formatted.entities.retain(|entity| entity.end() <= units);
}
