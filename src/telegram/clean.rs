//! Characters that the server replaces or takes out, with entities that follow, and what counts as empty.

use super::{Entity, FormattedText, TextError};

/// The server's limit on a text in bytes, checked before entities are looked at.
pub(super) const MAX_BYTES: usize = 35_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Stays,
    BecomesSpace,
    Vanishes,
}

/// Returns what becomes of `c`; runs of direction marks are another matter, see [`is_direction_mark`].
pub(super) fn fate(c: char) -> Fate {
    match c {
        '\n' => Fate::Stays,
        '\r' => Fate::Vanishes,
        '\0'..=' ' => Fate::BecomesSpace,
        '\u{2028}'..='\u{202e}' | '\u{0333}' | '\u{033f}' | '\u{030a}' => Fate::Vanishes,
        _ => Fate::Stays,
    }
}

/// Whether only the last of a run of these stays; the others become zero width non-joiners.
pub(super) fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}')
}

/// Cleans a text without entities; it ends where the server stops reading.
pub(super) fn clean_plain(text: &str) -> String {
    let mut clean = String::with_capacity(text.len().min(MAX_BYTES));
    for c in text.chars() {
        let c = match fate(c) {
            Fate::Vanishes => continue,
            Fate::BecomesSpace => ' ',
            Fate::Stays => c,
        };
        if MAX_BYTES - 4 <= clean.len() {
            break;
        }
        clean.push(c);
    }
    soften_direction_marks(clean)
}

/// Cleans a text and moves its entities along; they have to be sorted, and nested or disjoint.
pub(super) fn clean(formatted: FormattedText) -> Result<FormattedText, TextError> {
    let FormattedText { text, mut entities } = formatted;
    let mut clean = String::with_capacity(text.len());
    let mut marks = Marks { entities: &mut entities, next: 0, open: Vec::new(), units: 0, vanished: 0 };
    for (at, c) in text.char_indices() {
        marks.visit(at)?;
        marks.units += c.len_utf16() as u32;
        match fate(c) {
            Fate::Stays => clean.push(c),
            Fate::BecomesSpace => clean.push(' '),
            Fate::Vanishes => marks.vanished += 1,
        }
    }
    marks.visit(text.len())?;
    marks.finish()?;
    Ok(FormattedText { text: soften_direction_marks(clean), entities })
}

/// The edges of entities, met in the order of the text.
struct Marks<'a> {
    entities: &'a mut [Entity],
    next: usize,
    /// Entities that have begun, with the units that had vanished before each.
    open: Vec<(usize, u32)>,
    /// UTF-16 units read, and those of them that vanished.
    units: u32,
    vanished: u32,
}

impl Marks<'_> {
    /// Ends and begins entities at the character boundary at byte `at`.
    fn visit(&mut self, at: usize) -> Result<(), TextError> {
        let units = self.units;
        while let Some((idx, vanished_before)) =
            self.open.pop_if(|(idx, _)| self.entities[*idx].end() <= units)
        {
            let entity = &mut self.entities[idx];
            if entity.end() != units {
                return Err(TextError::EndsInsideCharacter { offset: entity.offset, byte: at });
            }
            entity.offset -= vanished_before;
            entity.length -= self.vanished - vanished_before;
        }
        while let Some(entity) = self.entities.get(self.next).filter(|entity| entity.offset <= units) {
            if entity.offset != units {
                return Err(TextError::BeginsInsideCharacter { byte: at });
            }
            self.open.push((self.next, self.vanished));
            self.next += 1;
        }
        Ok(())
    }

    fn finish(&self) -> Result<(), TextError> {
        if let Some(entity) = self.entities.get(self.next) {
            return Err(TextError::BeginsBehindEnd { offset: entity.offset });
        }
        match self.open.last() {
            Some((idx, _)) => {
                let entity = &self.entities[*idx];
                Err(TextError::EndsBehindEnd { offset: entity.offset, end: entity.end() })
            }
            None => Ok(()),
        }
    }
}

fn soften_direction_marks(text: String) -> String {
    if !text.contains(is_direction_mark) {
        return text;
    }
    let mut chars = text.chars().peekable();
    let mut soft = String::with_capacity(text.len());
    while let Some(c) = chars.next() {
        let is_followed = chars.peek().is_some_and(|next| is_direction_mark(*next));
        soft.push(if is_direction_mark(c) && is_followed { '\u{200c}' } else { c });
    }
    soft
}

/// Whether a text shows nothing: the server refuses it.
pub(super) fn is_empty(text: &str) -> bool {
    text.chars().all(is_invisible)
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\t' | '\n' | '\u{b}' | '\r' | '\0' | ' ' | '\u{a0}' | '\u{1680}' | '\u{180e}' | '\u{2000}'..='\u{200f}'
        | '\u{202e}' | '\u{202f}' | '\u{205f}' | '\u{2800}' | '\u{3000}' | '\u{feff}' | '\u{fffc}'
        | '\u{e0000}'..='\u{e007f}')
}
