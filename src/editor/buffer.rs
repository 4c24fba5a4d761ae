//! Stores a text in a rope. Reads and replaces parts of the text, and finds its lines and grapheme boundaries. All
//! offsets are in bytes.
//!
//! A line ends at `\n`. A `\r` directly before the `\n` belongs to the line break. So Windows files keep their line
//! breaks.

use std::borrow::Cow;

use ropey::Rope;
use unicode_segmentation::{GraphemeCursor, GraphemeIncomplete};

use crate::text::Span;

use super::Edit;

/// A text of at most this many bytes is also kept as one string. Tests use a small limit to cover both
/// representations.
// The string makes queries fast. The rope of a small text has one leaf, and ropey recounts the lines and characters of
// this leaf in every query. Drawing a frame makes about 2,000 queries, which took two thirds of the time per keystroke.
const FLAT_LIMIT: usize = if cfg!(test) { 64 } else { 64 * 1024 };

#[derive(Debug, Clone)]
pub(crate) struct TextBuffer {
    rope: Rope,
    flat: Option<Box<FlatText>>,
    version: u64,
}

#[derive(Debug, Clone)]
struct FlatText {
    text: String,
    line_starts: Vec<usize>,
}

impl FlatText {
    fn of(rope: &Rope) -> Option<Box<Self>> {
        let text = (rope.len_bytes() <= FLAT_LIMIT).then(|| rope.to_string())?;
        let line_starts =
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        Some(Box::new(Self { line_starts: line_starts.collect(), text }))
    }
}

impl TextBuffer {
    pub(super) fn new(text: &str) -> Self {
        let rope = Rope::from_str(text);
        Self { flat: FlatText::of(&rope), rope, version: 0 }
    }

    pub(super) fn rope(&self) -> &Rope {
        &self.rope
    }

    pub(super) fn version(&self) -> u64 {
        self.version
    }

    pub(super) fn len(&self) -> usize {
        self.flat.as_ref().map_or_else(|| self.rope.len_bytes(), |flat| flat.text.len())
    }

    pub(super) fn n_lines(&self) -> usize {
        self.flat.as_ref().map_or_else(|| self.rope.len_lines(), |flat| flat.line_starts.len())
    }

    /// Returns the chunk that contains byte `at`, and the chunk's offset. A chunk is a stretch of the text that is
    /// stored as one `str`; a text with a `flat` copy is a single chunk. A character is never split between chunks.
    fn chunk(&self, at: usize) -> (&str, usize) {
        if let Some(flat) = &self.flat {
            return (&flat.text, 0);
        }
        let (chunk, start, ..) = self.rope.chunk_at_byte(at);
        (chunk, start)
    }

    fn byte(&self, at: usize) -> u8 {
        let (chunk, start) = self.chunk(at);
        chunk.as_bytes()[at - start]
    }

    /// Returns the line (from 0) that contains byte `at`, or the last line if `at` is after the end.
    pub(super) fn line_of(&self, at: usize) -> usize {
        match &self.flat {
            // The first line start is 0, so the partition point is at least 1.
            Some(flat) => flat.line_starts.partition_point(|start| *start <= at) - 1,
            None => self.rope.byte_to_line(at.min(self.len())),
        }
    }

    /// Returns the offset of a line's start, or the text's end if there is no such line.
    pub(super) fn line_start(&self, line: usize) -> usize {
        match &self.flat {
            Some(flat) => flat.line_starts.get(line).copied().unwrap_or(flat.text.len()),
            None if line < self.n_lines() => self.rope.line_to_byte(line),
            None => self.len(),
        }
    }

    pub(super) fn line_span(&self, line: usize) -> Span {
        let (start, next) = (self.line_start(line), self.line_start(line + 1));
        let mut end = next;
        if start < end && self.byte(end - 1) == b'\n' {
            // A `\r` belongs to the line break only if `\n` follows. A lone `\r` is text.
            end -= 1;
            if start < end && self.byte(end - 1) == b'\r' {
                end -= 1;
            }
        }
        Span::new(start, end)
    }

    /// Returns the text of a span. Offsets outside the text or inside a char move back to the nearest valid offset.
    pub(super) fn slice(&self, span: Span) -> Cow<'_, str> {
        let span = self.clamp(span);
        // ropey's `byte_slice` counts the lines and chars of the slice, which drawing a row does not need. Most spans
        // are in one chunk, from which a `&str` can be borrowed without counting.
        let (chunk, start) = self.chunk(span.start);
        match chunk.get(span.start - start..span.end - start) {
            Some(text) => Cow::Borrowed(text),
            None => Cow::from(self.rope.byte_slice(span.range())),
        }
    }

    pub(super) fn clamp(&self, span: Span) -> Span {
        Span::new(self.floor_char(span.start), self.floor_char(span.end))
    }

    /// Returns the char boundary at or before byte `at`.
    fn floor_char(&self, at: usize) -> usize {
        let at = at.min(self.len());
        let (chunk, start) = self.chunk(at);
        start + chunk.floor_char_boundary(at - start)
    }

    pub(super) fn char_after(&self, at: usize) -> Option<char> {
        self.rope.get_char(self.rope.byte_to_char(at.min(self.len())))
    }

    pub(super) fn char_before(&self, at: usize) -> Option<char> {
        self.rope.byte_to_char(at.min(self.len())).checked_sub(1).map(|before| self.rope.char(before))
    }

    pub(super) fn has_at(&self, at: usize, text: &str) -> bool {
        at + text.len() <= self.len() && self.slice(Span::new(at, at + text.len())) == text
    }

    pub(super) fn has_before(&self, at: usize, text: &str) -> bool {
        at.checked_sub(text.len()).is_some_and(|start| self.has_at(start, text))
    }

    /// Returns the line break for new lines. It is the same as the text's first line break, or `\n` if the text has no
    /// line break.
    pub(super) fn line_break(&self) -> &'static str {
        // In a file with mixed line breaks, the first one decides. The existing line breaks are never rewritten.
        let first = self.line_span(0);
        if self.has_at(first.end, "\r\n") { "\r\n" } else { "\n" }
    }

    /// Replaces a span, which must be within the text and on char boundaries.
    pub(super) fn replace(&mut self, span: Span, text: &str) -> Edit {
        let removed = self.slice(span).into_owned();
        // ropey removes and inserts by char index, but the offsets here are in bytes.
        let start = self.rope.byte_to_char(span.start);
        self.rope.remove(start..self.rope.byte_to_char(span.end));
        self.rope.insert(start, text);
        self.flat = FlatText::of(&self.rope);
        self.version += 1;
        Edit { at: span.start, removed, inserted: text.to_owned() }
    }

    /// Returns the grapheme boundary at or before byte `at`.
    pub(super) fn snap(&self, at: usize) -> usize {
        let at = self.floor_char(at);
        if self.is_boundary(at) { at } else { self.grapheme_before(at) }
    }

    fn is_boundary(&self, at: usize) -> bool {
        let mut cursor = GraphemeCursor::new(at, self.len(), true);
        let (mut chunk, mut start) = self.chunk(at);
        loop {
            match cursor.is_boundary(chunk, start) {
                Ok(answer) => return answer,
                // Whether there is a boundary between flags or joined emoji can depend on text before this chunk.
                Err(GraphemeIncomplete::PreContext(end)) => self.give_context(&mut cursor, end),
                Err(_) => (chunk, start) = self.chunk(at.saturating_sub(1)),
            }
        }
    }

    /// Returns the first grapheme boundary after byte `at`, or the text's end if there is none.
    pub(super) fn grapheme_after(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.len(), true);
        let (mut chunk, mut start) = self.chunk(at);
        loop {
            match cursor.next_boundary(chunk, start) {
                Ok(boundary) => return boundary.unwrap_or(self.len()),
                Err(GraphemeIncomplete::NextChunk) => {
                    (chunk, start) = self.chunk(start + chunk.len());
                }
                Err(GraphemeIncomplete::PreContext(end)) => self.give_context(&mut cursor, end),
                Err(_) => return self.len(),
            }
        }
    }

    /// Returns the last grapheme boundary before byte `at`, or 0 if there is none.
    pub(super) fn grapheme_before(&self, at: usize) -> usize {
        let mut cursor = GraphemeCursor::new(at, self.len(), true);
        let (mut chunk, mut start) = self.chunk(at);
        loop {
            match cursor.prev_boundary(chunk, start) {
                Ok(boundary) => return boundary.unwrap_or(0),
                Err(GraphemeIncomplete::PrevChunk) => {
                    (chunk, start) = self.chunk(start.saturating_sub(1));
                }
                Err(GraphemeIncomplete::PreContext(end)) => self.give_context(&mut cursor, end),
                Err(_) => return 0,
            }
        }
    }

    fn give_context(&self, cursor: &mut GraphemeCursor, end: usize) {
        let (chunk, start) = self.chunk(end.saturating_sub(1));
        // The context must end exactly at the requested offset.
        cursor.provide_context(&chunk[..end - start], start);
    }
}

/// Returns `text` as one line: line breaks become spaces, and other control characters are removed.
pub(crate) fn flattened(text: &str) -> String {
    unified(text, " ").chars().filter(|c| !c.is_control()).collect()
}

/// Returns `text` with every line break replaced by `line_break`, and without control characters except tabs.
pub(crate) fn unified(text: &str, line_break: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                // `\r\n` is one break, not two.
                chars.next_if_eq(&'\n');
                out.push_str(line_break);
            }
            '\n' => out.push_str(line_break),
            '\t' => out.push('\t'),
            // Raw control characters are invalid in a JSON string, and they are invisible in pasted text.
            _ if c.is_control() => {}
            _ => out.push(c),
        }
    }
    out
}
