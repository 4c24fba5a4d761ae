//! The terminal cells a line takes in the editor: what is drawn where, for painting, the mouse and vertical motions.
//!
//! Widths are [`text::grapheme_width`]'s, but a tab reaches to its stop, and nothing is narrower than a cell, so that
//! the cursor can be seen on each grapheme.

use unicode_segmentation::UnicodeSegmentation;

use crate::text;

/// The cells from one tab stop to the next.
pub const TAB_STOP: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyph<'a> {
    /// Its first byte in the line.
    pub at: usize,
    /// Its text as written, control characters included.
    pub text: &'a str,
    /// Its first cell, from 0.
    pub column: usize,
    /// The number of its cells, at least one.
    pub width: usize,
}

pub fn glyphs(line: &str) -> Glyphs<'_> {
    Glyphs { line, at: 0, column: 0 }
}

/// Returns the graphemes of a part of a line that is drawn from a cell on.
pub fn glyphs_at(part: &str, column: usize) -> Glyphs<'_> {
    Glyphs { line: part, at: 0, column }
}

/// Returns the graphemes of a line from about a column on: the first one is at or before it. Plain text before it is
/// skipped at once, so that lines of any length can be scrolled.
pub fn glyphs_from(line: &str, column: usize) -> Glyphs<'_> {
    let window = &line.as_bytes()[..column.min(line.len())];
    let plain = window.iter().position(|byte| !(b' '..=b'~').contains(byte)).unwrap_or(window.len());
    // What follows may join the last of them.
    let skipped = plain.saturating_sub(1);
    Glyphs { line, at: skipped, column: skipped }
}

#[derive(Debug, Clone)]
pub struct Glyphs<'a> {
    line: &'a str,
    at: usize,
    column: usize,
}

impl<'a> Iterator for Glyphs<'a> {
    type Item = Glyph<'a>;

    fn next(&mut self) -> Option<Glyph<'a>> {
        let rest = &self.line[self.at..];
        let text = if starts_plain(rest) { &rest[..1] } else { rest.graphemes(true).next()? };
        let width = match text {
            "\t" => TAB_STOP - self.column % TAB_STOP,
            _ if text.len() == 1 => 1,
            _ => text::grapheme_width(text).max(1),
        };
        let glyph = Glyph { at: self.at, text, column: self.column, width };
        self.at += text.len();
        self.column += width;
        Some(glyph)
    }
}

/// Whether the first character is a grapheme by itself without looking it up: ASCII before ASCII, or at the end.
fn starts_plain(rest: &str) -> bool {
    match rest.as_bytes() {
        [first] => first.is_ascii(),
        [first, second, ..] => *first != b'\r' && first.is_ascii() && second.is_ascii(),
        [] => false,
    }
}

/// Returns the first cell of the grapheme at the byte `at` of a line; the line's width at its end.
pub fn column_of(line: &str, at: usize) -> usize {
    let mut end = 0;
    for glyph in glyphs_from(line, at) {
        if at < glyph.at + glyph.text.len() {
            return glyph.column;
        }
        end = glyph.column + glyph.width;
    }
    end
}

/// Returns the byte of the grapheme that covers a cell; the line's end behind it.
pub fn byte_at(line: &str, column: usize) -> usize {
    glyphs_from(line, column)
        .find(|glyph| column < glyph.column + glyph.width)
        .map_or(line.len(), |glyph| glyph.at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn skipping_changes_nothing(line in "[ -~\t\u{301}\u{600}é漢👩\u{200d}🇩\u{1b}\r]{0,20}", column in 0..50usize) {
            let all: Vec<_> = glyphs(&line).collect();
            let mut rest = glyphs_from(&line, column);
            let first = rest.next();
            prop_assert!(first.is_none_or(|first| first.column <= column));
            if let Some(first) = first {
                let index = all.iter().position(|glyph| *glyph == first);
                prop_assert!(index.is_some());
                prop_assert_eq!(rest.collect::<Vec<_>>(), all[index.unwrap() + 1..].to_vec());
            }
        }
    }
}
