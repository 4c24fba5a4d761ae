//! Links, mentions, hashtags and the like that the server finds in a text by itself.
//!
//! Phone numbers are found by the servers alone, by rules that are not public; they are left out here, and so are the
//! clients' media timestamps.

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

use address::Found;

/// Returns all that the server finds in a text (TDLib's `getTextEntities`).
///
/// ```
/// use telecast::telegram::{EntityKind, detect};
///
/// let found = detect("see example.com, #news");
/// assert_eq!((&found[0].kind, found[0].offset, found[0].length), (&EntityKind::Url, 4, 11));
/// assert_eq!(found[1].kind, EntityKind::Hashtag);
/// ```
pub fn detect(text: &str) -> Vec<Entity> {
    find(text, Commands::Found)
}

/// Whether `/commands` are looked for; they are not where no bot could hear them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Commands {
    Found,
    Ignored,
}

/// Finds everything; where two overlap, the earlier stays, and of two that start together the longer.
pub(super) fn find(text: &str, commands: Commands) -> Vec<Entity> {
    let mut found: Vec<Found> = Vec::new();
    let mut add = |kind: EntityKind, ranges: Vec<Range<usize>>| {
        found.extend(ranges.into_iter().map(|range| (range, kind.clone())));
    };
    add(EntityKind::Mention, tag::mentions(text));
    if commands == Commands::Found {
        add(EntityKind::BotCommand, tag::bot_commands(text));
    }
    add(EntityKind::Hashtag, tag::hashtags(text));
    add(EntityKind::Cashtag, tag::cashtags(text));
    add(EntityKind::BankCardNumber, card::numbers(text));
    add(EntityKind::Url, internal_url::urls(text));
    found.extend(url::candidates(text).into_iter().filter_map(|range| address::classify(text, range)));
    found.sort_by_key(|(range, _)| (range.start, Reverse(range.end)));
    to_entities(text, found)
}

/// Drops what overlaps something earlier, and counts in UTF-16 units.
fn to_entities(text: &str, found: Vec<Found>) -> Vec<Entity> {
    let mut entities = Vec::with_capacity(found.len());
    let (mut at, mut units) = (0, 0);
    for (range, kind) in found {
        if range.start < at {
            continue;
        }
        let offset = units + utf16_units(&text[at..range.start]);
        let length = utf16_units(&text[range.clone()]);
        entities.push(Entity { kind, offset, length });
        (at, units) = (range.end, offset + length);
    }
    entities
}
