//! Writes a text with entities as markup. Parsing the markup gives the same message again, provided that the parse mode
//! can express it.
//!
//! ```text
//! text + entities ──nesting──▶ open, close, and text events ──one writer per mode──▶ markup
//! ```
//!
//! Entities that the server detects itself (bare addresses, @mentions, …) need no markup and get none. Overlaps are
//! repaired first, as the server does.

mod html;
mod markdown;
mod markdown_v2;
mod nesting;
mod unparsed;

use std::collections::{HashMap, HashSet};

use super::{Entity, EntityKind, FormattedText, ParseMode, order, repair};

pub(crate) use unparsed::Unparsed;

/// Writes a text as markup of the given mode.
///
/// ```
/// use telecast::telegram::{ParseMode, parse, unparse};
///
/// let message = parse(ParseMode::Html, "<b>1.5</b> &lt; <u>2</u>").unwrap();
/// assert_eq!(unparse(&message, ParseMode::MarkdownV2).markup, "*1\\.5* < __2__");
/// assert_eq!(unparse(&message, ParseMode::Markdown).lost, ["underline on \"2\""]);
/// ```
pub fn unparse(text: &FormattedText, mode: ParseMode) -> Unparsed {
    let mut text = text.clone();
    text.entities.retain(|entity| 0 < entity.length && !entity.kind.is_auto_detected());
    // The writers rely on valid nesting, but a caller may pass any entities.
    repair::repair(&mut text.entities);
    join_styles(&mut text.entities);
    match mode {
        ParseMode::Html => html::write(&text),
        ParseMode::Markdown => markdown::write(&text),
        ParseMode::MarkdownV2 => markdown_v2::write(&text),
    }
}

/// Joins touching styles of the same kind, which makes the markup shorter.
fn join_styles(entities: &mut Vec<Entity>) {
    // Joining is safe because the server splits the joined style again wherever another entity begins or ends. There
    // are two exceptions: a joined style must not cross the edge of a quote, and it must not cover only a part of
    // another entity, such as a link. In both cases, the server would split the joined style at places other than the
    // original ones.
    let (mut end_by_start, mut start_by_end) = (HashMap::new(), HashMap::new());
    let mut quote_edges = HashSet::new();
    for entity in entities.iter().filter(|entity| !STYLES.contains(&entity.kind)) {
        let (start, end) = (entity.offset, entity.offset + entity.length);
        if matches!(entity.kind, EntityKind::Blockquote | EntityKind::ExpandableBlockquote) {
            quote_edges.extend([start, end]);
        } else {
            end_by_start.insert(start, end);
            start_by_end.insert(end, start);
        }
    }
    let is_edge =
        |at: &u32| quote_edges.contains(at) || end_by_start.contains_key(at) || start_by_end.contains_key(at);
    // The first pass joins styles only where no entity other than a style begins or ends. The second pass checks which
    // of the other entities a style covers. For this check, the first pass must have joined the pieces of the style.
    join(entities, |_, right| !is_edge(&right.offset));
    join(entities, |left, right| {
        let edge = right.offset;
        let covers_next = end_by_start.get(&edge).is_none_or(|end| *end <= edge + right.length);
        let covers_previous = start_by_end.get(&edge).is_none_or(|start| left.offset <= *start);
        !quote_edges.contains(&edge) && covers_next && covers_previous
    });
    order::sort(entities);
}

fn join(entities: &mut Vec<Entity>, may_join: impl Fn(&Entity, &Entity) -> bool) {
    let mut joined: Vec<Entity> = Vec::with_capacity(entities.len());
    let mut last_by_style: HashMap<&'static str, usize> = HashMap::new();
    for entity in entities.drain(..) {
        if !STYLES.contains(&entity.kind) {
            joined.push(entity);
            continue;
        }
        let last = last_by_style.get(entity.kind.name()).map(|last| &mut joined[*last]);
        match last {
            Some(last) if last.offset + last.length == entity.offset && may_join(last, &entity) => {
                last.length += entity.length;
            }
            _ => {
                last_by_style.insert(entity.kind.name(), joined.len());
                joined.push(entity);
            }
        }
    }
    *entities = joined;
}

const STYLES: [EntityKind; 5] = [
    EntityKind::Bold,
    EntityKind::Italic,
    EntityKind::Underline,
    EntityKind::Strikethrough,
    EntityKind::Spoiler,
];

#[cfg(test)]
pub(super) mod tests;
