//! The order of entities: by offset, the longer first, then by kind as the server ranks them.

use std::cmp::Reverse;

use super::{Entity, EntityKind};

/// Stretches up to this length are sorted by insertion.
const SHORT: usize = 16;

/// Sorts entities as the server does.
///
/// Which of two links over the same text comes first decides which of them stays, and the server's sort is not stable.
/// So it has to be the same one: C++'s introsort as GNU's library has it, down to how the pivot is chosen.
pub(super) fn sort(entities: &mut [Entity]) {
    if entities.is_sorted_by_key(key) {
        return;
    }
    let depth = 2 * entities.len().ilog2();
    partition_all(entities, depth);
    for sorted in 1..entities.len() {
        let mut at = sorted;
        while 0 < at && key(&entities[at]) < key(&entities[at - 1]) {
            entities.swap(at, at - 1);
            at -= 1;
        }
    }
}

/// Partitions until only short stretches are out of order; `depth` bounds how often.
fn partition_all(entities: &mut [Entity], mut depth: u32) {
    let mut end = entities.len();
    while SHORT < end {
        if depth == 0 {
            // Only inputs made against this very sort come here; their equals may come in another order.
            entities[..end].sort_by_key(key);
            return;
        }
        depth -= 1;
        let cut = partition(&mut entities[..end]);
        partition_all(&mut entities[cut..end], depth);
        end = cut;
    }
}

/// Moves the pivot to the front and what is less than it before what is more; returns where the latter starts.
fn partition(entities: &mut [Entity]) -> usize {
    let (mut low, mut high) = (1, entities.len());
    entities.swap(0, median(entities, 1, high / 2, high - 1));
    loop {
        while key(&entities[low]) < key(&entities[0]) {
            low += 1;
        }
        high -= 1;
        while key(&entities[0]) < key(&entities[high]) {
            high -= 1;
        }
        if high <= low {
            return low;
        }
        entities.swap(low, high);
        low += 1;
    }
}

fn median(entities: &[Entity], a: usize, b: usize, c: usize) -> usize {
    let is_less = |left: usize, right: usize| key(&entities[left]) < key(&entities[right]);
    match (is_less(a, b), is_less(b, c), is_less(a, c)) {
        (true, true, _) => b,
        (true, false, true) => c,
        (true, false, false) => a,
        (false, _, true) => a,
        (false, true, false) => c,
        (false, false, false) => b,
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
