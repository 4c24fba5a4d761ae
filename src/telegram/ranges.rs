//! Converts the ranges of entities from UTF-16 code units, in which Telegram counts, to bytes.

use std::ops::Range;

use super::FormattedText;

impl FormattedText {
    /// Returns the byte range of each entity, in the order of the entities.
    ///
    /// A start or end after the end of the text becomes the end of the text. A start or end inside a character becomes
    /// the start of that character.
    pub fn byte_ranges(&self) -> Vec<Range<usize>> {
        let ends = |entity: &super::Entity| [entity.offset, entity.end()];
        let mut units: Vec<u32> = self.entities.iter().flat_map(ends).collect();
        // With sorted offsets, one pass over the text is enough for any number of entities.
        units.sort_unstable();
        units.dedup();
        let bytes = bytes_of(&self.text, &units);
        let byte = |unit: u32| units.binary_search(&unit).map_or(0, |at| bytes[at]);
        let range = |entity: &super::Entity| byte(entity.offset)..byte(entity.end());
        self.entities.iter().map(range).collect()
    }
}

/// Returns the byte offset for each of the UTF-16 offsets `units`, which must be ascending.
fn bytes_of(text: &str, units: &[u32]) -> Vec<usize> {
    let mut bytes = Vec::with_capacity(units.len());
    let mut seen = 0_u32;
    for (at, c) in text.char_indices() {
        let after = seen.saturating_add(c.len_utf16() as u32);
        while units.get(bytes.len()).is_some_and(|unit| *unit < after) {
            bytes.push(at);
        }
        seen = after;
    }
    bytes.resize(units.len(), text.len());
    bytes
}

#[cfg(test)]
mod tests {
    use crate::telegram::{Entity, EntityKind, FormattedText};

    #[test]
    fn utf16_ranges_become_byte_ranges_even_out_of_bounds() {
        let bold = |offset, length| Entity { kind: EntityKind::Bold, offset, length };
        let entities = vec![bold(0, 1), bold(1, 2), bold(2, 1), bold(3, 9), bold(u32::MAX, 2)];
        let text = FormattedText { text: "é😀b".into(), entities };
        assert_eq!(text.byte_ranges(), [0..2, 2..6, 2..6, 6..7, 7..7]);
    }
}
