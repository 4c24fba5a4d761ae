//! Detects links, mentions, hashtags, and similar entities in a text, as the server does (TDLib, `find_entities`).
//!
//! Phone numbers are not detected because only Telegram's remote servers detect them, by rules that are not public.
//! Media timestamps are not detected because only Telegram's apps detect them.

mod address;
mod card;
mod chars;
mod internal_url;
mod tag;
mod unicode;
mod url;

use std::cmp::Reverse;
use std::ops::Range;

use super::markup::utf16_units;
use super::{Entity, EntityKind};

use address::DetectedRange;

/// Detects entities in a text, including bot commands (TDLib, `getTextEntities`). The result is sorted, and no two
/// entities overlap.
///
/// ```
/// use telecast::telegram::{EntityKind, detect};
///
/// let found = detect("see example.com, #news");
/// assert_eq!((&found[0].kind, found[0].offset, found[0].length), (&EntityKind::Url, 4, 11));
/// assert_eq!(found[1].kind, EntityKind::Hashtag);
/// ```
pub fn detect(text: &str) -> Vec<Entity> {
    detect_entities(text, CommandDetection::Found)
}

/// Whether to detect `/commands`. The server does not detect them in chats without bots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CommandDetection {
    Found,
    Ignored,
}

/// Detects entities, with or without bot commands. The result is sorted, and no two entities overlap.
pub(super) fn detect_entities(text: &str, commands: CommandDetection) -> Vec<Entity> {
    let mut found: Vec<DetectedRange> = Vec::new();
    let mut add = |kind: EntityKind, ranges: Vec<Range<usize>>| {
        found.extend(ranges.into_iter().map(|range| (range, kind.clone())));
    };
    add(EntityKind::Mention, tag::mentions(text));
    if commands == CommandDetection::Found {
        add(EntityKind::BotCommand, tag::bot_commands(text));
    }
    add(EntityKind::Hashtag, tag::hashtags(text));
    add(EntityKind::Cashtag, tag::cashtags(text));
    add(EntityKind::BankCardNumber, card::numbers(text));
    add(EntityKind::Url, internal_url::urls(text));
    found.extend(url::candidates(text).into_iter().filter_map(|range| address::classify(text, range)));
    // Of two ranges that overlap, `to_entities` keeps the range that is sorted first. The range with the earlier start
    // is sorted first. If both ranges have the same start, the longer range is sorted first. The sort is stable, so
    // between equal ranges, the order of the calls of `add` above decides.
    found.sort_by_key(|(range, _)| (range.start, Reverse(range.end)));
    to_entities(text, found)
}

/// Drops ranges that overlap an earlier one, and converts bytes to UTF-16 code units.
fn to_entities(text: &str, found: Vec<DetectedRange>) -> Vec<Entity> {
    let mut entities = Vec::with_capacity(found.len());
    let (mut at, mut units) = (0, 0);
    for (range, kind) in found {
        if range.start < at {
            continue;
        }
        // The code units are counted from the end of the last entity. Counting from the start of the text each time
        // would take quadratic time.
        let offset = units + utf16_units(&text[at..range.start]);
        let length = utf16_units(&text[range.clone()]);
        entities.push(Entity { kind, offset, length });
        (at, units) = (range.end, offset + length);
    }
    entities
}
