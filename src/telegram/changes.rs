//! Describes the changes that the server makes to a parsed text before it sends the text.

use super::class::{OverlapClass, TextStyle};
use super::clean::{CleanAction, clean_action, is_direction_mark};
use super::sent::{MAX_ENTITIES, TextChange};
use super::{Entity, EntityKind, FormattedText, repair};
use crate::diagnostic::Code;
use crate::text::Span;

// The number of described changes is limited. Nobody reads more of them, and a hostile text may have a change at every
// character.
const MAX_CHANGES: usize = 200;

pub(super) fn describe_changes(
    parsed: &FormattedText,
    sent: &FormattedText,
    n_dropped: usize,
) -> Vec<TextChange> {
    let alignment = Alignment::of(&parsed.text, &sent.text);
    let mut changes = characters(&parsed.text);
    changes.extend(alignment.trimmed(&parsed.text));
    changes.extend(repairs(parsed));
    if 0 < n_dropped {
        let span = Span::new(0, parsed.text.len());
        let message =
            format!("Telegram drops {n_dropped} entities: the limit is {MAX_ENTITIES} without custom emoji");
        changes.push(TextChange { code: Code::TooManyEntities, span, message });
    }
    changes.extend(found(sent, &alignment));
    changes.sort_by_key(|change| change.span);
    changes.truncate(MAX_CHANGES);
    changes
}

/// Describes replaced and removed characters. A run of characters with the same code is one change.
fn characters(text: &str) -> Vec<TextChange> {
    let mut changes: Vec<TextChange> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let is_followed_by_mark = chars.peek().is_some_and(|(_, next)| is_direction_mark(*next));
        let (code, message) = match clean_action(c) {
            CleanAction::ReplaceWithSpace if c == '\t' => {
                (Code::Tab, "Telegram replaces the tab with a space".to_owned())
            }
            CleanAction::ReplaceWithSpace if c != ' ' => {
                (Code::ControlCharacter, format!("Telegram replaces {} with a space", name(c)))
            }
            CleanAction::Remove if c == '\r' => {
                (Code::CarriageReturn, "Telegram removes the carriage return".to_owned())
            }
            CleanAction::Remove => (Code::InvisibleCharacter, format!("Telegram removes {}", name(c))),
            CleanAction::Keep if is_direction_mark(c) && is_followed_by_mark => {
                let message =
                    format!("Telegram replaces {} with U+200C: only the last mark of a run stays", name(c));
                (Code::DirectionMark, message)
            }
            _ => continue,
        };
        let span = Span::new(at, at + c.len_utf8());
        // A change that directly follows another change with the same code is joined to it. So a run of tabs is one
        // change, not one per tab.
        if let Some(last) = changes.last_mut().filter(|last| last.span.end == at && last.code == code) {
            last.span = last.span.join(span);
        } else if changes.len() < MAX_CHANGES {
            changes.push(TextChange { code, span, message });
        } else {
            break;
        }
    }
    changes
}

fn name(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// Maps byte offsets of the sent text to the parsed text. Between the two is the *cleaned text*: the parsed text
/// without the characters that the server removes, before trimming.
#[derive(Debug)]
pub(super) struct Alignment {
    /// Offsets in the cleaned text at which characters were removed. Each offset is paired with the offset in the
    /// parsed text directly after the removed character. The first pair, `(0, 0)`, is for the text before any removed
    /// character.
    jumps: Vec<(usize, usize)>,
    /// How many bytes were trimmed at the start of the cleaned text.
    start: usize,
    /// The byte offset in the cleaned text at which the sent text ends.
    end: usize,
}

impl Alignment {
    pub(super) fn of(parsed: &str, sent: &str) -> Self {
        let mut jumps = vec![(0, 0)];
        let (mut cleaned, mut leading, mut is_leading) = (0, 0, true);
        for (at, c) in parsed.char_indices() {
            if clean_action(c) == CleanAction::Remove {
                jumps.push((cleaned, at + c.len_utf8()));
                continue;
            }
            cleaned += c.len_utf8();
            is_leading &= clean_action(c) == CleanAction::ReplaceWithSpace || c == '\n';
            leading += usize::from(is_leading);
        }
        // Whitespace after the start of the first entity is not trimmed, so the sent text may begin with whitespace.
        // This whitespace is not counted as trimmed.
        let n_untrimmed = sent.bytes().take_while(|byte| matches!(byte, b' ' | b'\n')).count();
        let start = leading.saturating_sub(n_untrimmed);
        Self { jumps, start, end: start + sent.len() }
    }

    pub(super) fn parsed(&self, sent: usize) -> usize {
        self.parsed_from_cleaned(sent + self.start)
    }

    fn parsed_from_cleaned(&self, cleaned: usize) -> usize {
        let after = self.jumps.partition_point(|(at, _)| *at <= cleaned);
        let (at, parsed) = self.jumps[after.saturating_sub(1)];
        parsed + (cleaned - at)
    }

    fn trimmed(&self, parsed: &str) -> Vec<TextChange> {
        let change = |span, side| TextChange {
            code: Code::Trimmed,
            span,
            message: format!("Telegram removes the whitespace at the {side} of the text"),
        };
        let start = Span::new(0, self.parsed_from_cleaned(self.start).min(parsed.len()));
        let end = Span::new(self.parsed_from_cleaned(self.end).min(parsed.len()), parsed.len());
        let is_trimmed = |span: Span| {
            span.of(parsed).contains(|c| clean_action(c) == CleanAction::ReplaceWithSpace || c == '\n')
        };
        let both = [(start, "start"), (end, "end")];
        both.into_iter()
            .filter(|(span, _)| is_trimmed(*span))
            .map(|(span, side)| change(span, side))
            .collect()
    }
}

fn found(sent: &FormattedText, alignment: &Alignment) -> Vec<TextChange> {
    let index = Utf16Index::of(&sent.text);
    let all = sent.entities.iter().filter(|entity| entity.kind.is_auto_detected()).take(MAX_CHANGES);
    all.map(|entity| {
        let span = index.span(entity);
        TextChange {
            code: Code::Found,
            span: Span::new(alignment.parsed(span.start), alignment.parsed(span.end)),
            message: format!("Telegram detects {}: {}", with_article(&entity.kind), span.of(&sent.text)),
        }
    })
    .collect()
}

fn repairs(parsed: &FormattedText) -> Vec<TextChange> {
    let mut repaired = parsed.entities.clone();
    // The sent text already has repaired entities, but cleaning has shifted them. The described changes need offsets in
    // the parsed text. So the entities of the parsed text are repaired once more, without cleaning.
    repaired.retain(|entity| 0 < entity.length);
    repair::repair(&mut repaired);
    let offsets = Utf16Index::of(&parsed.text);
    let index = Repaired::of(&repaired);
    let all = parsed.entities.iter().filter(|entity| 0 < entity.length);
    let changed = all.filter_map(|entity| {
        let (code, message) = index.change_to(entity)?;
        Some(TextChange { code, span: offsets.span(entity), message })
    });
    changed.take(MAX_CHANGES).collect()
}

struct Repaired<'a> {
    /// All repaired entities except styles, sorted.
    others: Vec<&'a Entity>,
    /// The repaired entities of each style, sorted and disjoint.
    styles: [Vec<&'a Entity>; TextStyle::ALL.len()],
}

impl<'a> Repaired<'a> {
    fn of(entities: &'a [Entity]) -> Self {
        let mut all = Self { others: Vec::new(), styles: Default::default() };
        for entity in entities {
            match OverlapClass::of(&entity.kind) {
                OverlapClass::Style(style) => all.styles[style as usize].push(entity),
                _ => all.others.push(entity),
            }
        }
        all
    }

    fn change_to(&self, entity: &Entity) -> Option<(Code, String)> {
        match OverlapClass::of(&entity.kind) {
            OverlapClass::Style(style) => self.style_change(entity, style),
            _ => self.other_change(entity),
        }
    }

    /// Describes what the repair did to an entity with a style. The *pieces* are the repaired entities of this style.
    fn style_change(&self, entity: &Entity, style: TextStyle) -> Option<(Code, String)> {
        let pieces = &self.styles[style as usize];
        // The first piece that ends after the start of the entity. A binary search finds this piece, because a text may
        // have thousands of entities.
        let first = pieces.partition_point(|piece| piece.end() <= entity.offset);
        let label = entity.kind.label();
        let Some(piece) = pieces.get(first).filter(|piece| piece.offset < entity.end()) else {
            return Some((
                Code::DroppedStyle,
                format!("Telegram drops the {label}: code cannot contain other formatting"),
            ));
        };
        if piece.offset < entity.offset || entity.end() < piece.end() {
            // The piece extends beyond the entity, so the server has merged the entity with another entity of the same
            // style.
            let message = format!("Telegram merges the {label} with the {label} next to it");
            return Some((Code::MergedStyle, message));
        }
        let is_whole = piece.offset == entity.offset && piece.end() == entity.end();
        if is_whole || self.is_only_split(entity, pieces, first) {
            return None;
        }
        Some((Code::CutStyle, format!("Telegram cuts the {label}: code cannot contain other formatting")))
    }

    /// Returns whether the `pieces` from the index `first` on together cover all of `entity`. Then a reader sees no
    /// difference. The pieces are the repaired entities that have the style of `entity`.
    fn is_only_split(&self, entity: &Entity, pieces: &[&Entity], first: usize) -> bool {
        let mut covered = entity.offset;
        for piece in pieces[first..].iter().take_while(|piece| piece.offset < entity.end()) {
            if piece.offset != covered {
                return false;
            }
            covered = piece.end();
        }
        entity.end() <= covered
    }

    fn other_change(&self, entity: &Entity) -> Option<(Code, String)> {
        let same_range = |other: &&&Entity| other.offset == entity.offset && other.length == entity.length;
        let from = self.others.partition_point(|other| other.offset < entity.offset);
        let mut here = self.others[from..].iter().take_while(|other| other.offset == entity.offset);
        if here.any(|other| *other == entity) {
            return None;
        }
        let label = entity.kind.label();
        let earlier = self.others[..from].iter().rev().find(|other| entity.offset < other.end());
        let later = self.others[from..].iter().find(|other| other.offset < entity.end());
        // The message names an entity that the server kept and that overlaps the dropped entity. An entity with the
        // same range is preferred, then an entity that begins earlier, then an entity that begins later.
        let winner = self.others[from..].iter().find(same_range).or(earlier).or(later);
        let reason = winner.map_or_else(
            || "it overlaps another entity".to_owned(),
            |winner| format!("it overlaps {}", with_article(&winner.kind)),
        );
        Some((Code::DroppedEntity, format!("Telegram drops the {label}: {reason}")))
    }
}

/// For each UTF-16 code unit of a text, the byte offset at which its character starts. The last element is the length
/// of the text in bytes.
#[derive(Debug)]
pub(super) struct Utf16Index(Vec<usize>);

impl Utf16Index {
    pub(super) fn of(text: &str) -> Self {
        let mut offsets = Vec::with_capacity(text.len() + 1);
        for (at, c) in text.char_indices() {
            offsets.extend(std::iter::repeat_n(at, c.len_utf16()));
        }
        offsets.push(text.len());
        Self(offsets)
    }

    pub(super) fn span(&self, entity: &Entity) -> Span {
        let last = self.0.len() - 1;
        let at = |units: u32| self.0[(units as usize).min(last)];
        Span::new(at(entity.offset), at(entity.end()))
    }
}

fn with_article(kind: &EntityKind) -> String {
    let name = kind.label();
    match kind {
        EntityKind::Code => name.to_owned(),
        EntityKind::Email | EntityKind::ExpandableBlockquote => format!("an {name}"),
        _ => format!("a {name}"),
    }
}
