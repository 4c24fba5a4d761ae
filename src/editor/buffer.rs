//! The rope with its version, read and changed by byte offsets; lines and grapheme boundaries.
//!
//! A line ends at `\n`; a `\r` before it belongs to the break, so that files from Windows stay as they are.

use std::borrow::Cow;

use ropey::Rope;
use unicode_segmentation::{GraphemeCursor, GraphemeIncomplete};

use crate::text::Span;

use super::Edit;

/// Up to so many bytes a text is kept in one piece as well. The rope counts the lines and characters of a small text anew
/// for every question, and a frame asks some 2,000: that was two thirds of it. Tests meet both.
const FLAT: usize = if cfg!(test) { 64 } else { 64 * 1024 };

#[derive(Debug, Clone)]
pub struct Buffer {
    rope: Rope,
    flat: Option<Box<Flat>>,
    version: u64,
}

#[derive(Debug, Clone)]
struct Flat {
    text: String,
    line_starts: Vec<usize>,
}

impl Flat {
    fn of(rope: &Rope) -> Option<Box<Self>> {
        let text = (rope.len_bytes() <= FLAT).then(|| rope.to_string())?;
        let line_starts =
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        Some(Box::new(Self { line_starts: line_starts.collect(), text }))
    }
}

impl Buffer {
    pub fn new(text: &str) -> Self {
        let rope = Rope::from_str(text);
        Self { flat: Flat::of(&rope), rope, version: 0 }
    }

    pub fn rope(&self) -> &Rope {
        &self.rope
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    pub fn len(&self) -> usize {
        self.flat.as_ref().map_or_else(|| self.rope.len_bytes(), |flat| flat.text.len())
    }

    pub fn n_lines(&self) -> usize {
        self.flat.as_ref().map_or_else(|| self.rope.len_lines(), |flat| flat.line_starts.len())
    }

    /// The piece of the text that holds a byte, and where it begins. A character is whole in its piece.
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

    /// The line (from 0) of a byte; the last one for what is behind the end.
    pub fn line_of(&self, at: usize) -> usize {
        match &self.flat {
            Some(flat) => flat.line_starts.partition_point(|start| *start <= at) - 1,
            None => self.rope.byte_to_line(at.min(self.len())),
        }
    }

    /// Where a line starts; the text's end for lines behind the last.
    pub fn line_start(&self, line: usize) -> usize {
        match &self.flat {
            Some(flat) => flat.line_starts.get(line).copied().unwrap_or(flat.text.len()),
            None if line < self.n_lines() => self.rope.line_to_byte(line),
            None => self.len(),
        }
    }

    pub fn line_span(&self, line: usize) -> Span {
        let (start, next) = (self.line_start(line), self.line_start(line + 1));
        let mut end = next;
        if start < end && self.byte(end - 1) == b'\n' {
            end -= 1;
            if start < end && self.byte(end - 1) == b'\r' {
                end -= 1;
            }
        }
        Span::new(start, end)
    }

    /// The text of a span, moved into the text and to char boundaries first.
    pub fn slice(&self, span: Span) -> Cow<'_, str> {
        let span = self.clamp(span);
        let (chunk, start) = self.chunk(span.start);
        match chunk.get(span.start - start..span.end - start) {
            Some(text) => Cow::Borrowed(text),
            None => Cow::from(self.rope.byte_slice(span.range())),
        }
    }

    pub fn clamp(&self, span: Span) -> Span {
        Span::new(self.floor(span.start), self.floor(span.end))
    }

    /// The char boundary at or before a byte.
    fn floor(&self, at: usize) -> usize {
        let at = at.min(self.len());
        let (chunk, start) = self.chunk(at);
        start + chunk.floor_char_boundary(at - start)
    }

    pub fn char_after(&self, at: usize) -> Option<char> {
        self.rope.get_char(self.rope.byte_to_char(at.min(self.len())))
    }

    pub fn char_before(&self, at: usize) -> Option<char> {
        self.rope.byte_to_char(at.min(self.len())).checked_sub(1).map(|before| self.rope.char(before))
    }

    pub fn has_at(&self, at: usize, text: &str) -> bool {
        at + text.len() <= self.len() && self.slice(Span::new(at, at + text.len())) == text
    }

    pub fn has_before(&self, at: usize, text: &str) -> bool {
        at.checked_sub(text.len()).is_some_and(|start| self.has_at(start, text))
    }

    /// The line break this document uses, told by its first one.
    pub fn line_break(&self) -> &'static str {
        let first = self.line_span(0);
        if self.has_at(first.end, "\r\n") { "\r\n" } else { "\n" }
    }

    /// Replaces a span that lies within the text on char boundaries.
    pub fn replace(&mut self, span: Span, text: &str) -> Edit {
        let removed = self.slice(span).into_owned();
        let start = self.rope.byte_to_char(span.start);
        self.rope.remove(start..self.rope.byte_to_char(span.end));
        self.rope.insert(start, text);
        self.flat = Flat::of(&self.rope);
        self.version += 1;
        Edit { at: span.start, removed, inserted: text.to_owned() }
    }

    /// The grapheme boundary at or before a byte.
    pub fn snap(&self, at: usize) -> usize {
        let at = self.floor(at);
        if self.is_boundary(at) { at } else { self.grapheme_before(at) }
    }

    fn is_boundary(&self, at: usize) -> bool {
        let mut cursor = GraphemeCursor::new(at, self.len(), true);
        let (mut chunk, mut start) = self.chunk(at);
        loop {
            match cursor.is_boundary(chunk, start) {
                Ok(answer) => return answer,
                Err(GraphemeIncomplete::PreContext(end)) => self.give_context(&mut cursor, end),
                Err(_) => (chunk, start) = self.chunk(at.saturating_sub(1)),
            }
        }
    }

    /// The next grapheme boundary behind a byte; the text's end at the end.
    pub fn grapheme_after(&self, at: usize) -> usize {
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

    /// The last grapheme boundary before a byte; 0 at the start.
    pub fn grapheme_before(&self, at: usize) -> usize {
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
        cursor.provide_context(&chunk[..end - start], start);
    }
}

/// `text` on one line: line breaks become spaces, other control characters are left out.
pub fn flattened(text: &str) -> String {
    unified(text, " ").chars().filter(|c| !c.is_control()).collect()
}

/// `text` with every line break as `line_break`, and without control characters but the tab.
pub fn unified(text: &str, line_break: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                out.push_str(line_break);
            }
            '\n' => out.push_str(line_break),
            '\t' => out.push('\t'),
            _ if c.is_control() => {}
            _ => out.push(c),
        }
    }
    out
}
