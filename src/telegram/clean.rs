//! Replaces and removes characters as the server does, shifts the entities accordingly, and decides which texts are
//! empty.

use super::{Entity, FormattedText, TextError};

/// TDLib's limit for a cleaned text, in bytes. A longer text is cut without an error.
pub(super) const MAX_BYTES: usize = 35_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CleanAction {
    Keep,
    ReplaceWithSpace,
    Remove,
}

/// Returns what the server does with `c` (TDLib, `clean_input_string`). Direction marks are kept here, but
/// `soften_direction_marks` replaces some of them afterwards.
pub(super) fn clean_action(c: char) -> CleanAction {
    match c {
        '\n' => CleanAction::Keep,
        '\r' => CleanAction::Remove,
        '\0'..=' ' => CleanAction::ReplaceWithSpace,
        '\u{2028}'..='\u{202e}' | '\u{0333}' | '\u{033f}' | '\u{030a}' => CleanAction::Remove,
        _ => CleanAction::Keep,
    }
}

/// Whether `c` is a direction mark. In a run of direction marks, all but the last become zero-width non-joiners.
pub(super) fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}')
}

/// Cleans a text without entities and cuts it at the server's limit.
pub(super) fn clean_plain(text: &str) -> String {
    let mut clean = String::with_capacity(text.len().min(MAX_BYTES));
    for c in text.chars() {
        let c = match clean_action(c) {
            CleanAction::Remove => continue,
            CleanAction::ReplaceWithSpace => ' ',
            CleanAction::Keep => c,
        };
        // TDLib stops four bytes before the limit, however short the next character is.
        if MAX_BYTES - 4 <= clean.len() {
            break;
        }
        clean.push(c);
    }
    soften_direction_marks(clean)
}

/// Cleans a text and shifts its entities. The entities must be sorted, and any two of them must be nested or disjoint.
///
/// Returns an error if an entity begins or ends inside a character, or after the end of the text.
pub(super) fn clean(formatted: FormattedText) -> Result<FormattedText, TextError> {
    let FormattedText { text, mut entities } = formatted;
    let mut clean = String::with_capacity(text.len());
    // The byte limit is not applied here: `fix` cuts a text with entities later, after trimming.
    let mut shifter =
        EntityShifter { entities: &mut entities, next: 0, open: Vec::new(), units: 0, removed: 0 };
    for (at, c) in text.char_indices() {
        shifter.visit(at)?;
        shifter.units += c.len_utf16() as u32;
        match clean_action(c) {
            CleanAction::Keep => clean.push(c),
            CleanAction::ReplaceWithSpace => clean.push(' '),
            // Every character that is removed is one UTF-16 code unit long.
            CleanAction::Remove => shifter.removed += 1,
        }
    }
    shifter.visit(text.len())?;
    shifter.finish()?;
    Ok(FormattedText { text: soften_direction_marks(clean), entities })
}

/// Shifts entities while the text is read from its start to its end.
struct EntityShifter<'a> {
    entities: &'a mut [Entity],
    next: usize,
    /// The indexes of the entities that have begun but not ended, each with the number of code units removed before the
    /// entity.
    open: Vec<(usize, u32)>,
    /// UTF-16 code units read so far.
    units: u32,
    /// How many of the code units read so far were removed.
    removed: u32,
}

impl EntityShifter<'_> {
    /// Handles the entities that end or begin at the current position. `at` is the byte offset of that position, which
    /// is a character boundary.
    fn visit(&mut self, at: usize) -> Result<(), TextError> {
        let units = self.units;
        while let Some((idx, removed_before)) =
            self.open.pop_if(|(idx, _)| self.entities[*idx].end() <= units)
        {
            let entity = &mut self.entities[idx];
            // If the entity does not end exactly at this position, it ends between the two code units of the character
            // that was read last.
            if entity.end() != units {
                return Err(TextError::EndsInsideCharacter { offset: entity.offset, byte: at });
            }
            entity.offset -= removed_before;
            entity.length -= self.removed - removed_before;
        }
        while let Some(entity) = self.entities.get(self.next).filter(|entity| entity.offset <= units) {
            if entity.offset != units {
                return Err(TextError::BeginsInsideCharacter { byte: at });
            }
            self.open.push((self.next, self.removed));
            self.next += 1;
        }
        Ok(())
    }

    fn finish(&self) -> Result<(), TextError> {
        if let Some(entity) = self.entities.get(self.next) {
            return Err(TextError::BeginsAfterEnd { offset: entity.offset });
        }
        match self.open.last() {
            Some((idx, _)) => {
                let entity = &self.entities[*idx];
                Err(TextError::EndsAfterEnd { offset: entity.offset, end: entity.end() })
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
        // The direction marks and U+200C have the same length in UTF-8 and in UTF-16, so offsets do not change.
        soft.push(if is_direction_mark(c) && is_followed { '\u{200c}' } else { c });
    }
    soft
}

/// Whether the text has no visible character. The server treats such a text as empty.
pub(super) fn is_empty(text: &str) -> bool {
    text.chars().all(is_invisible)
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\t' | '\n' | '\u{b}' | '\r' | '\0' | ' ' | '\u{a0}' | '\u{1680}' | '\u{180e}' | '\u{2000}'..='\u{200f}'
        | '\u{202e}' | '\u{202f}' | '\u{205f}' | '\u{2800}' | '\u{3000}' | '\u{feff}' | '\u{fffc}'
        | '\u{e0000}'..='\u{e007f}')
}
