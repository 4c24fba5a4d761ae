//! The order of entities: by offset, the longer first, then by kind as the server ranks them.

use std::cmp::Reverse;

use super::{Entity, EntityKind};

/// Sorts entities as the server does.
pub(super) fn sort(entities: &mut [Entity]) {
    if !entities.is_sorted_by_key(key) {
        entities.sort_by_key(key);
    }
}

pub(super) fn key(entity: &Entity) -> (u32, Reverse<u32>, u8) {
    (entity.offset, Reverse(entity.length), rank(&entity.kind))
}

/// Which of two entities over the same text comes first: blocks, then what excludes others, then styles.
fn rank(kind: &EntityKind) -> u8 {
    match kind {
        EntityKind::Blockquote | EntityKind::ExpandableBlockquote => 0,
        EntityKind::Pre { language: Some(_) } => 10,
        EntityKind::Pre { language: None } => 11,
        EntityKind::Code => 20,
        EntityKind::DateTime { .. } => 30,
        EntityKind::TextLink { .. } | EntityKind::TextMention { .. } => 49,
        EntityKind::Mention
        | EntityKind::Hashtag
        | EntityKind::BotCommand
        | EntityKind::Url
        | EntityKind::Email
        | EntityKind::Cashtag
        | EntityKind::PhoneNumber
        | EntityKind::BankCardNumber => 50,
        EntityKind::Bold => 90,
        EntityKind::Italic => 91,
        EntityKind::Underline => 92,
        EntityKind::Strikethrough => 93,
        EntityKind::Spoiler => 94,
        EntityKind::CustomEmoji { .. } => 99,
    }
}
