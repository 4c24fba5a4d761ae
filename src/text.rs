//! Describes positions in text, measures and wraps text in terminal cells, and makes control characters visible.
//!
//! Every position in the crate is a byte offset into UTF-8 unless its name says otherwise. This module converts byte
//! offsets to and from lines and columns, and to and from UTF-16 code units, which Telegram uses for entities.

mod line_diff;
mod uncertain_width;

use std::borrow::Cow;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

pub(crate) use line_diff::{DiffLine, line_diff};
pub(crate) use uncertain_width::is_width_uncertain;

/// A half-open range of bytes in one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    pub start: usize,
    /// The offset after the last byte. It must not be less than `start`.
    pub end: usize,
}

impl Span {
    /// Returns the span from `start` to `end`, or an empty span at `start` if `end` is less than `start`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }

    pub fn at(at: usize) -> Self {
        Self { start: at, end: at }
    }

    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    pub fn len(self) -> usize {
        self.end - self.start
    }

    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Returns whether `at` is in the span or at its end, so that a cursor after the last character counts as inside.
    pub fn touches(self, at: usize) -> bool {
        self.start <= at && at <= self.end
    }

    pub fn join(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    pub fn shifted(self, by: usize) -> Span {
        Span { start: self.start + by, end: self.end + by }
    }

    /// Returns the part of `text` that the span covers. Returns the empty string if the span extends beyond `text`, or
    /// if the start or end of the span is inside a character.
    pub fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or("")
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Span::new(range.start, range.end)
    }
}

/// A line and a column as shown in `file:line:column`. Both count from 1. The column counts Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineColumn {
    pub line: usize,
    pub column: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<usize>,
    // Counting the characters from the line's start for each problem would take minutes if a body is one line of
    // megabytes with a problem at each word.
    /// For each byte offset that is a multiple of [`STRIDE`], the number of chars that start before the offset.
    chars: Vec<usize>,
}

/// The number of bytes between two entries of `LineIndex::chars`. `chars_before` reads fewer bytes than this.
const STRIDE: usize = 256;

impl LineIndex {
    /// Indexes `text`. Only `\n` ends a line.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1));
        let mut n_before = 0;
        let counts = text.as_bytes().chunks(STRIDE).map(|chunk| {
            let before = n_before;
            n_before += char_starts(chunk);
            before
        });
        let mut chars: Vec<usize> = counts.collect();
        // The end of the text needs an entry if the length of the text is a multiple of `STRIDE`. No chunk starts
        // there, so the entry is added separately.
        chars.push(n_before);
        Self { starts, chars }
    }

    fn chars_before(&self, text: &str, at: usize) -> usize {
        let (chunk, rest) = (at / STRIDE, at % STRIDE);
        let counted = self.chars.get(chunk).copied().unwrap_or_default();
        counted + char_starts(&text.as_bytes()[at - rest..at])
    }

    /// Returns the number of lines; a text that ends in `\n` has an empty last line.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// Returns the line (from 0) that contains the byte `at`.
    pub fn line_of(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at) - 1
    }

    /// Returns the offset of the first byte of line `line` (from 0), or `None` if there is no such line.
    pub fn start_of(&self, line: usize) -> Option<usize> {
        self.starts.get(line).copied()
    }

    /// Returns the line and column of the byte `at` in `text`, which must be the text that this index was built from.
    ///
    /// An offset after the end counts as the end, and an offset inside a character counts as the character's start.
    pub fn position(&self, text: &str, at: usize) -> LineColumn {
        let at = floor_char_boundary(text, at);
        let line = self.line_of(at);
        let column = self.chars_before(text, at) - self.chars_before(text, self.starts[line]) + 1;
        LineColumn { line: line + 1, column }
    }

    /// Returns the byte offset of a line and column of `text`, which must be the text that this index was built from.
    ///
    /// A line after the last one counts as the last line, and a column after the line's end counts as the line's end.
    pub fn offset(&self, text: &str, position: LineColumn) -> usize {
        let line = position.line.saturating_sub(1).min(self.lines() - 1);
        let start = self.starts[line];
        // The next line starts after `\n`, which is not part of this line.
        let end = self.starts.get(line + 1).map_or(text.len(), |next| next - 1);
        let wanted = position.column.saturating_sub(1);
        text[start..end].char_indices().nth(wanted).map_or(end, |(at, _)| start + at)
    }
}

fn char_starts(bytes: &[u8]) -> usize {
    // Continuation bytes of UTF-8 are 10xxxxxx. Counting all other bytes also works if a chunk splits a character.
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

pub(crate) fn floor_char_boundary(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}

/// Returns the length of `text` in UTF-16 code units, the unit of Telegram's entity offsets and lengths.
pub(crate) fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Returns the byte offset of the UTF-16 offset `units`, or `None` if it is after the end or inside a character.
pub(crate) fn utf16_to_byte(text: &str, units: usize) -> Option<usize> {
    let mut seen = 0;
    for (at, c) in text.char_indices() {
        if seen == units {
            return Some(at);
        }
        if seen > units {
            return None;
        }
        seen += c.len_utf16();
    }
    (seen == units).then_some(text.len())
}

/// Returns the number of terminal cells that `text` takes when ratatui draws it.
pub fn width(text: &str) -> usize {
    // Widths are added by grapheme cluster, not by char: an emoji of a family is two cells wide, even though it
    // consists of several emoji that are two cells wide each.
    text.graphemes(true).map(grapheme_width).sum()
}

/// Returns the number of cells of one grapheme cluster. A cluster whose first character has a [`picture`] counts as one
/// cell, because only the picture of that character is drawn.
pub(crate) fn grapheme_width(grapheme: &str) -> usize {
    match grapheme.chars().next() {
        Some(c) if picture(c).is_some() => 1,
        _ => grapheme.width(),
    }
}

/// Returns the visible character that is drawn in place of `c` if `c` could control or confuse a terminal. Returns
/// `None` if `c` is drawn as it is.
///
/// Unicode has a picture for each C0 control and for DEL. The C1 controls share one replacement, the bidirectional
/// controls share a second, and some other invisible characters share a third. The zero-width joiner and variation
/// selectors are not replaced, because emoji need them.
pub fn picture(c: char) -> Option<char> {
    // Text can come from strangers, so an escape sequence or a change of direction in a name must not reach the
    // terminal.
    match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + c as u32),
        '\x7f' => Some('\u{2421}'),
        '\u{80}'..='\u{9f}' => Some('\u{fffd}'),
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{061c}' => {
            Some('\u{2424}')
        }
        '\u{2028}'
        | '\u{2029}'
        | '\u{feff}'
        | '\u{200b}'
        | '\u{2060}'..='\u{2065}'
        | '\u{fff9}'..='\u{fffb}' => Some('\u{2423}'),
        _ => None,
    }
}

/// Replaces each character that has a [`picture`] with its picture. Line breaks and tabs have one too.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| picture(c).is_some()) {
        Cow::Owned(text.chars().map(|c| picture(c).unwrap_or(c)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Like [`visible`], but keeps `\n` and `\t`, for terminal output of several lines.
pub(crate) fn visible_lines(text: &str) -> Cow<'_, str> {
    let drawn = |c: char| if matches!(c, '\n' | '\t') { None } else { picture(c) };
    if text.chars().any(|c| drawn(c).is_some()) {
        Cow::Owned(text.chars().map(|c| drawn(c).unwrap_or(c)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Returns the digits of `n` with a comma as the thousands separator, for screens. Machine-readable output and copied
/// text have plain digits.
pub(crate) fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if 0 < at && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Returns the first `max` characters of `text`, followed by `…` if `text` has more characters.
pub(crate) fn shorten(text: &str, max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Wraps code into lines of at most `cells` terminal cells, and returns the byte range of each line. Spaces at the end
/// of a line do not count.
///
/// Lines break only at line breaks and spaces, so that tags and variable names stay whole. A word that is wider than a
/// line is the only exception.
pub(crate) fn wrap_words(text: &str, cells: usize) -> Vec<Range<usize>> {
    let cells = cells.max(1);
    let mut lines = Vec::new();
    let mut at = 0;
    for paragraph in text.split('\n') {
        wrap_paragraph(paragraph, at, cells, &mut lines);
        at += paragraph.len() + 1;
    }
    lines
}

/// Wraps `text`, which contains no line breaks, and adds its lines to `lines`. `offset` is added to all byte offsets.
fn wrap_paragraph(text: &str, offset: usize, cells: usize, lines: &mut Vec<Range<usize>>) {
    let (mut start, mut used) = (0, 0);
    let mut word = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        let wide = grapheme_width(grapheme);
        // A space at the end of a line may exceed the line's width, because it is not visible.
        if cells < used + wide && grapheme != " " && start < at {
            let next = if start < word { word } else { at };
            lines.push(offset + start..offset + start + text[start..next].trim_end_matches(' ').len());
            start = next;
            used = width(&text[start..at]);
        }
        used += wide;
        if grapheme == " " {
            word = at + 1;
        }
    }
    lines.push(offset + start..offset + text.len());
}

/// Returns `text` with `\n` for every line break. Terminals send a line break in pasted text as `\r`, and text that was
/// copied from Windows has `\r\n`.
pub fn with_line_feeds(text: &str) -> Cow<'_, str> {
    if !text.contains('\r') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_comma_every_three_digits() {
        for (n, shown) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(n), shown);
        }
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(shorten("größe", 3), "grö…");
        assert_eq!(shorten("größe", 5), "größe");
    }

    #[test]
    fn columns_count_chars_and_convert_back_to_offsets() {
        let text = "a\nGrüße 👋!\n";
        let index = LineIndex::new(text);
        let at = text.find('!').unwrap();
        assert_eq!(index.position(text, at), LineColumn { line: 2, column: 8 });
        assert_eq!(index.offset(text, LineColumn { line: 2, column: 8 }), at);
        assert_eq!(index.position(text, 99), LineColumn { line: 3, column: 1 });
        assert_eq!(index.offset(text, LineColumn { line: 1, column: 50 }), 1);
    }

    #[test]
    fn columns_of_a_long_line_are_counted_from_its_start() {
        let text = format!("é\n{}", "aé😀\u{301}".repeat(STRIDE));
        let index = LineIndex::new(&text);
        for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            let start = text[..at].rfind('\n').map_or(0, |found| found + 1);
            let expected = text[start..at].chars().count() + 1;
            assert_eq!(index.position(&text, at).column, expected, "{at}");
        }
    }

    #[test]
    fn utf16_offsets_inside_a_surrogate_pair_have_no_byte() {
        assert_eq!(utf16_to_byte("a😀b", 1), Some(1));
        assert_eq!(utf16_to_byte("a😀b", 2), None);
        assert_eq!(utf16_to_byte("a😀b", 3), Some(5));
        assert_eq!(utf16_to_byte("a😀b", 4), Some(6));
        assert_eq!(utf16_len("a😀b"), 4);
    }

    #[test]
    fn terminal_control_characters_are_replaced() {
        assert_eq!(visible("\x1b[31m\u{9b}2J\u{202e}x"), "␛[31m\u{fffd}2J\u{2424}x");
        assert_eq!(visible_lines("a\n\tb\r"), "a\n\tb␍");
        assert_eq!(width("a👩‍👩‍👧‍👦b漢"), 6);
    }

    #[test]
    fn code_breaks_only_at_spaces() {
        let check = |text: &str, cells: usize, expected: &[&str]| {
            let lines = wrap_words(text, cells);
            assert_eq!(lines.into_iter().map(|line| &text[line]).collect::<Vec<&str>>(), expected);
        };
        check("Hi {{ Profile.name }}, <b>x</b>", 12, &["Hi {{", "Profile.name", "}}, <b>x</b>"]);
        check("a bcdefghij k", 4, &["a", "bcde", "fghi", "j k"]);
        check("ab   cd\n\n漢字", 3, &["ab", "cd", "", "漢", "字"]);
        check("", 3, &[""]);
        check("a       ", 3, &["a       "]);
    }
}
