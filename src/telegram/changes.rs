//! What the server changed on the way from a parsed text to the sent one, in words.

use super::class::{Class, Style};
use super::clean::{Fate, fate, is_direction_mark};
use super::sent::{Change, MAX_ENTITIES};
use super::{Entity, EntityKind, FormattedText, repair};
use crate::diagnostic::Code;
use crate::text::Span;

const MAX_CHANGES: usize = 200;

pub(super) fn between(parsed: &FormattedText, sent: &FormattedText, n_dropped: usize) -> Vec<Change> {
    let alignment = Alignment::of(&parsed.text, &sent.text);
    let mut changes = characters(&parsed.text);
    changes.extend(alignment.trimmed(&parsed.text));
    changes.extend(repairs(parsed));
    if 0 < n_dropped {
        let span = Span::new(0, parsed.text.len());
        let message =
            format!("{n_dropped} entities were dropped: a message holds {MAX_ENTITIES} beside custom emoji");
        changes.push(Change { code: Code::TooManyEntities, span, message });
    }
    changes.extend(found(sent, &alignment));
    changes.sort_by_key(|change| change.span);
    changes.truncate(MAX_CHANGES);
    changes
}

/// Characters that were replaced or taken out, one change a run.
fn characters(text: &str) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let is_followed_by_mark = chars.peek().is_some_and(|(_, next)| is_direction_mark(*next));
        let (code, message) = match fate(c) {
            Fate::BecomesSpace if c == '\t' => (Code::Tab, "a tab became a space".to_owned()),
            Fate::BecomesSpace if c != ' ' => (Code::ControlCharacter, format!("{} became a space", name(c))),
            Fate::Vanishes if c == '\r' => (Code::CarriageReturn, "a carriage return was removed".to_owned()),
            Fate::Vanishes => (Code::InvisibleCharacter, format!("{} was removed", name(c))),
            Fate::Stays if is_direction_mark(c) && is_followed_by_mark => {
                (Code::DirectionMark, format!("{} became U+200C: only the last of a run stays", name(c)))
            }
            _ => continue,
        };
        let span = Span::new(at, at + c.len_utf8());
        if let Some(last) = changes.last_mut().filter(|last| last.span.end == at && last.code == code) {
            last.span = last.span.join(span);
        } else if changes.len() < MAX_CHANGES {
            changes.push(Change { code, span, message });
        } else {
            break;
        }
    }
    changes
}

fn name(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// Which byte of the parsed text each byte of the sent one was.
#[derive(Debug)]
pub(super) struct Alignment {
    /// Places in the cleaned text behind which characters were taken out, with the place in the parsed text there.
    jumps: Vec<(usize, usize)>,
    /// What was cut at the start of the cleaned text, and where the sent text ends in it.
    start: usize,
    end: usize,
}

impl Alignment {
    pub fn of(parsed: &str, sent: &str) -> Self {
        let mut jumps = vec![(0, 0)];
        let (mut cleaned, mut leading, mut is_leading) = (0, 0, true);
        for (at, c) in parsed.char_indices() {
            if fate(c) == Fate::Vanishes {
                jumps.push((cleaned, at + c.len_utf8()));
                continue;
            }
            cleaned += c.len_utf8();
            is_leading &= fate(c) == Fate::BecomesSpace || c == '\n';
            leading += usize::from(is_leading);
        }
        let kept = sent.bytes().take_while(|byte| matches!(byte, b' ' | b'\n')).count();
        let start = leading.saturating_sub(kept);
        Self { jumps, start, end: start + sent.len() }
    }

    pub fn parsed(&self, sent: usize) -> usize {
        self.of_cleaned(sent + self.start)
    }

    fn of_cleaned(&self, cleaned: usize) -> usize {
        let after = self.jumps.partition_point(|(at, _)| *at <= cleaned);
        let (at, parsed) = self.jumps[after.saturating_sub(1)];
        parsed + (cleaned - at)
    }

    fn trimmed(&self, parsed: &str) -> Vec<Change> {
        let change = |span, place| Change {
            code: Code::Trimmed,
            span,
            message: format!("whitespace at the {place} was removed"),
        };
        let start = Span::new(0, self.of_cleaned(self.start).min(parsed.len()));
        let end = Span::new(self.of_cleaned(self.end).min(parsed.len()), parsed.len());
        let is_trimmed =
            |span: Span| span.of(parsed).contains(|c| fate(c) == Fate::BecomesSpace || c == '\n');
        let both = [(start, "start"), (end, "end")];
        both.into_iter()
            .filter(|(span, _)| is_trimmed(*span))
            .map(|(span, place)| change(span, place))
            .collect()
    }
}

fn found(sent: &FormattedText, alignment: &Alignment) -> Vec<Change> {
    let places = Places::of(&sent.text);
    let all = sent.entities.iter().filter(|entity| entity.kind.is_found()).take(MAX_CHANGES);
    all.map(|entity| {
        let span = places.span(entity);
        Change {
            code: Code::Found,
            span: Span::new(alignment.parsed(span.start), alignment.parsed(span.end)),
            message: format!("{} was found: {}", with_article(&entity.kind), span.of(&sent.text)),
        }
    })
    .collect()
}

fn repairs(parsed: &FormattedText) -> Vec<Change> {
    let mut repaired = parsed.entities.clone();
    repaired.retain(|entity| 0 < entity.length);
    repair::repair(&mut repaired);
    let places = Places::of(&parsed.text);
    let index = Repaired::of(&repaired);
    let all = parsed.entities.iter().filter(|entity| 0 < entity.length);
    let changed = all.filter_map(|entity| {
        let (code, message) = index.what_became_of(entity)?;
        Some(Change { code, span: places.span(entity), message })
    });
    changed.take(MAX_CHANGES).collect()
}

struct Repaired<'a> {
    /// All but styles, sorted.
    others: Vec<&'a Entity>,
    /// By style, sorted and disjoint.
    styles: [Vec<&'a Entity>; Style::ALL.len()],
}

impl<'a> Repaired<'a> {
    fn of(entities: &'a [Entity]) -> Self {
        let mut all = Self { others: Vec::new(), styles: Default::default() };
        for entity in entities {
            match Class::of(&entity.kind) {
                Class::Style(style) => all.styles[style as usize].push(entity),
                _ => all.others.push(entity),
            }
        }
        all
    }

    fn what_became_of(&self, entity: &Entity) -> Option<(Code, String)> {
        match Class::of(&entity.kind) {
            Class::Style(style) => self.style_change(entity, style),
            _ => self.other_change(entity),
        }
    }

    fn style_change(&self, entity: &Entity, style: Style) -> Option<(Code, String)> {
        let pieces = &self.styles[style as usize];
        let first = pieces.partition_point(|piece| piece.end() <= entity.offset);
        let what = entity.kind.in_words();
        let Some(piece) = pieces.get(first).filter(|piece| piece.offset < entity.end()) else {
            return Some((
                Code::DroppedStyle,
                format!("the {what} was dropped: code holds no other formatting"),
            ));
        };
        if piece.offset < entity.offset || entity.end() < piece.end() {
            return Some((Code::MergedStyle, format!("the {what} was merged with the {what} beside it")));
        }
        let is_whole = piece.offset == entity.offset && piece.end() == entity.end();
        if is_whole || self.is_only_split(entity, pieces, first) {
            return None;
        }
        Some((Code::CutStyle, format!("the {what} was cut: code holds no other formatting")))
    }

    /// Whether the pieces from `first` on still cover all of `entity`: what a reader sees is the same.
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
        let same_place = |other: &&&Entity| other.offset == entity.offset && other.length == entity.length;
        let from = self.others.partition_point(|other| other.offset < entity.offset);
        let mut here = self.others[from..].iter().take_while(|other| other.offset == entity.offset);
        if here.any(|other| *other == entity) {
            return None;
        }
        let what = entity.kind.in_words();
        let before = self.others[..from].iter().rev().find(|other| entity.offset < other.end());
        let behind = self.others[from..].iter().find(|other| other.offset < entity.end());
        let winner = self.others[from..].iter().find(same_place).or(before).or(behind);
        let reason = winner.map_or_else(
            || "it overlaps another".to_owned(),
            |winner| format!("it overlaps {}", with_article(&winner.kind)),
        );
        Some((Code::DroppedEntity, format!("the {what} was dropped: {reason}")))
    }
}

/// Byte offsets by UTF-16 offset.
#[derive(Debug)]
pub(super) struct Places(Vec<usize>);

impl Places {
    pub fn of(text: &str) -> Self {
        let mut places = Vec::with_capacity(text.len() + 1);
        for (at, c) in text.char_indices() {
            places.extend(std::iter::repeat_n(at, c.len_utf16()));
        }
        places.push(text.len());
        Self(places)
    }

    pub fn span(&self, entity: &Entity) -> Span {
        let last = self.0.len() - 1;
        let at = |units: u32| self.0[(units as usize).min(last)];
        Span::new(at(entity.offset), at(entity.end()))
    }
}

fn with_article(kind: &EntityKind) -> String {
    let name = kind.in_words();
    match kind {
        EntityKind::Code => name.to_owned(),
        EntityKind::Email | EntityKind::ExpandableBlockquote => format!("an {name}"),
        _ => format!("a {name}"),
    }
}
