//! Where entities lie in bytes of their text; Telegram counts in UTF-16 units.

use std::ops::Range;

use super::FormattedText;

impl FormattedText {
    /// Returns the bytes of each entity, in the order of the entities.
    ///
    /// What lies behind the end counts as the end, what lies inside a character as its start.
    pub fn byte_ranges(&self) -> Vec<Range<usize>> {
        let ends = |at: &super::Entity| [at.offset, at.offset.saturating_add(at.length)];
        let mut units: Vec<u32> = self.entities.iter().flat_map(ends).collect();
        units.sort_unstable();
        units.dedup();
        let bytes = bytes_of(&self.text, &units);
        let byte = |unit: u32| units.binary_search(&unit).map_or(0, |at| bytes[at]);
        let range = |at: &super::Entity| byte(at.offset)..byte(at.offset.saturating_add(at.length));
        self.entities.iter().map(range).collect()
    }
}

/// Returns the byte offset of each of the ascending UTF-16 offsets, in one walk over the text.
fn bytes_of(text: &str, units: &[u32]) -> Vec<usize> {
    let mut bytes = Vec::with_capacity(units.len());
    let mut seen = 0_u32;
    for (at, c) in text.char_indices() {
        let behind = seen.saturating_add(c.len_utf16() as u32);
        while units.get(bytes.len()).is_some_and(|unit| *unit < behind) {
            bytes.push(at);
        }
        seen = behind;
    }
    bytes.resize(units.len(), text.len());
    bytes
}

#[cfg(test)]
mod tests {
    use crate::telegram::{Entity, EntityKind, FormattedText};

    #[test]
    fn units_become_bytes_also_where_they_do_not_fit() {
        let bold = |offset, length| Entity { kind: EntityKind::Bold, offset, length };
        let entities = vec![bold(0, 1), bold(1, 2), bold(2, 1), bold(3, 9), bold(u32::MAX, 2)];
        let text = FormattedText { text: "é😀b".into(), entities };
        assert_eq!(text.byte_ranges(), [0..2, 2..6, 2..6, 6..7, 7..7]);
    }
}
