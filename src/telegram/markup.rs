//! What the three parsers share: reading bytes past the end, the text they build, and who hears of problems.

use super::link::BadLink;
use super::{Entity, EntityKind, FormattedText, ParseError};
use crate::text::Span;

/// The whitespace of Telegram's markup; NUL counts, form feed does not.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0 | 0x0b)
}

/// Input bytes; behind the end there is a NUL, as in the C strings that Telegram parses.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    pub text: &'a str,
    bytes: &'a [u8],
}

impl<'a> Input<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes() }
    }

    pub fn len(self) -> usize {
        self.bytes.len()
    }

    pub fn at(self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    pub fn has(self, at: usize, prefix: &[u8]) -> bool {
        self.bytes.get(at..).is_some_and(|rest| rest.starts_with(prefix))
    }

    /// Returns the first place from `at` on whose byte fits, or the end.
    pub fn find(self, at: usize, fits: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(at..).unwrap_or(&[]);
        rest.iter().position(|byte| fits(*byte)).map_or(self.len(), |found| at + found)
    }

    /// Returns the text between two places that were found at ASCII characters.
    pub fn slice(self, start: usize, end: usize) -> &'a str {
        Span::new(start, end).of(self.text)
    }
}

#[derive(Default)]
pub(super) struct Output {
    pub text: String,
    pub units: u32,
    pub entities: Vec<Entity>,
}

impl Output {
    pub fn with_capacity(len: usize) -> Self {
        Self { text: String::with_capacity(len), ..Self::default() }
    }

    pub fn push(&mut self, c: char) {
        self.text.push(c);
        self.units += c.len_utf16() as u32;
    }

    pub fn push_str(&mut self, text: &str) {
        self.text.push_str(text);
        self.units += utf16_units(text);
    }

    pub fn close(&mut self, kind: EntityKind, offset: u32) {
        self.entities.push(Entity { kind, offset, length: self.units - offset });
    }

    /// Returns what was built, with the entities in Telegram's order.
    pub fn finish(mut self) -> FormattedText {
        super::order::sort(&mut self.entities);
        FormattedText { text: self.text, entities: self.entities }
    }
}

pub(super) fn utf16_units(text: &str) -> u32 {
    let count = |byte: &u8| u32::from(byte & 0xc0 != 0x80) + u32::from(0xf0 <= *byte);
    text.as_bytes().iter().map(count).sum()
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Note {
    DroppedLink {
        address: String,
        reason: BadLink,
        span: Span,
    },
    /// An HTML reference that stays as it was typed.
    UnknownReference {
        span: Span,
    },
    EmptyEntity {
        span: Span,
    },
    IgnoredAttribute {
        tag: String,
        span: Span,
    },
    /// A `tg-time` whose time is not positive: no entity.
    DroppedTime {
        span: Span,
    },
    /// Markdown: `[text]` without an address behind it, whose text was taken for one.
    BareBrackets {
        span: Span,
        makes_link: bool,
    },
    /// Legacy Markdown: an address that runs to the end of the input.
    AddressToEnd {
        span: Span,
    },
}

pub(super) trait Listener {
    /// Takes an error; `Err` ends the parse, `Ok` makes the parser recover.
    fn problem(&mut self, error: ParseError) -> Result<(), ParseError>;
    /// Takes a note; the closure runs only where notes are kept.
    fn note(&mut self, note: impl FnOnce() -> Note);
    /// Learns that the bytes of the output that end at `output_end` come from the bytes `input`.
    fn came_from(&mut self, output_end: usize, input: Span);
}

/// Telegram's own way: the first problem is the answer.
pub(super) struct FirstProblem;

impl Listener for FirstProblem {
    fn problem(&mut self, error: ParseError) -> Result<(), ParseError> {
        Err(error)
    }

    fn note(&mut self, _: impl FnOnce() -> Note) {}

    fn came_from(&mut self, _: usize, _: Span) {}
}

#[derive(Debug, Default)]
pub(super) struct Everything {
    pub problems: Vec<ParseError>,
    pub notes: Vec<Note>,
    pub origins: Origins,
}

impl Everything {
    const MAX: usize = 200;
}

impl Listener for Everything {
    fn problem(&mut self, error: ParseError) -> Result<(), ParseError> {
        if self.problems.len() == Self::MAX {
            return Err(error);
        }
        self.problems.push(error);
        Ok(())
    }

    fn note(&mut self, note: impl FnOnce() -> Note) {
        if self.notes.len() < Self::MAX {
            self.notes.push(note());
        }
    }

    fn came_from(&mut self, output_end: usize, input: Span) {
        self.origins.0.push((output_end, input));
    }
}

/// Where in the input each stretch of the output comes from, by the stretch's end in the output.
#[derive(Debug, Default)]
pub(super) struct Origins(Vec<(usize, Span)>);

impl Origins {
    pub fn input(&self, output: Span) -> Span {
        let first = self.0.partition_point(|(end, _)| *end <= output.start);
        let start = self.place(first, output.start, |origin| origin.start);
        if output.is_empty() {
            return Span::at(start);
        }
        let last = self.0.partition_point(|(end, _)| *end < output.end);
        Span::new(start, self.place(last, output.end, |origin| origin.end))
    }

    /// Returns the place of the output's `at` in the stretch `idx`: the same distance from its start where it was copied,
    /// an edge of the whole where it was written otherwise (an escape, a reference).
    fn place(&self, idx: usize, at: usize, edge: impl Fn(Span) -> usize) -> usize {
        let Some((end, origin)) = self.0.get(idx) else {
            return self.0.last().map_or(0, |(_, origin)| origin.end);
        };
        let start = idx.checked_sub(1).and_then(|before| self.0.get(before)).map_or(0, |(end, _)| *end);
        if end - start == origin.len() { origin.start + at.saturating_sub(start) } else { edge(*origin) }
    }
}
