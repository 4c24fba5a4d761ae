//! Types that the three markup parsers share: the input, the text that a parser builds, and the listener to which a
//! parser reports problems.

use super::link::BadLink;
use super::{Entity, EntityKind, FormattedText, ParseError};
use crate::text::Span;

/// Whether TDLib treats the byte as whitespace in markup: NUL counts, but form feed does not.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0 | 0x0b)
}

/// The bytes of the input. Reads after the end return NUL, as in the C strings that TDLib parses.
#[derive(Clone, Copy)]
pub(super) struct MarkupInput<'a> {
    pub text: &'a str,
    bytes: &'a [u8],
}

impl<'a> MarkupInput<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes() }
    }

    pub(super) fn len(self) -> usize {
        self.bytes.len()
    }

    pub(super) fn at(self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    pub(super) fn starts_with_at(self, at: usize, prefix: &[u8]) -> bool {
        self.bytes.get(at..).is_some_and(|rest| rest.starts_with(prefix))
    }

    /// Returns the offset of the first byte at or after `at` that satisfies `fits`, or the end of the input.
    pub(super) fn find(self, at: usize, fits: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(at..).unwrap_or(&[]);
        rest.iter().position(|byte| fits(*byte)).map_or(self.len(), |found| at + found)
    }

    /// Returns the text between two byte offsets, both at character boundaries.
    pub(super) fn slice(self, start: usize, end: usize) -> &'a str {
        Span::new(start, end).of(self.text)
    }
}

#[derive(Default)]
pub(super) struct TextBuilder {
    pub text: String,
    /// The length of `text` in UTF-16 code units.
    pub units: u32,
    pub entities: Vec<Entity>,
}

impl TextBuilder {
    pub(super) fn with_capacity(len: usize) -> Self {
        Self { text: String::with_capacity(len), ..Self::default() }
    }

    pub(super) fn push(&mut self, c: char) {
        self.text.push(c);
        self.units += c.len_utf16() as u32;
    }

    pub(super) fn push_str(&mut self, text: &str) {
        self.text.push_str(text);
        self.units += utf16_units(text);
    }

    pub(super) fn close(&mut self, kind: EntityKind, offset: u32) {
        self.entities.push(Entity { kind, offset, length: self.units - offset });
    }

    /// Returns the text with its entities in TDLib's order.
    pub(super) fn finish(mut self) -> FormattedText {
        super::order::sort(&mut self.entities);
        FormattedText { text: self.text, entities: self.entities }
    }
}

pub(super) fn utf16_units(text: &str) -> u32 {
    // Instead of decoding, this counts the first byte of each character. A first byte of 0xf0 or more counts twice,
    // because it begins a four-byte character, which has two UTF-16 code units.
    let count = |byte: &u8| u32::from(byte & 0xc0 != 0x80) + u32::from(0xf0 <= *byte);
    text.as_bytes().iter().map(count).sum()
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ParseNote {
    DroppedLink {
        address: String,
        reason: BadLink,
        span: Span,
    },
    /// An HTML reference that Telegram does not decode.
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
    /// HTML: a `tg-time` whose time is not positive. Telegram creates no entity from it.
    DroppedTime {
        span: Span,
    },
    /// Both Markdown modes: a `[text]` without an address. Telegram uses the text as the address; `makes_link` is
    /// whether that address is valid.
    BareBrackets {
        span: Span,
        makes_link: bool,
    },
    /// Legacy Markdown: an address without a closing `)`, which therefore runs to the end of the input.
    AddressToEnd {
        span: Span,
    },
}

/// A format that authors apply to a part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFormat {
    Bold,
    Italic,
    Underline,
    Strikethrough,
    Spoiler,
    Code,
    Quote,
    Link,
}

/// The markup of one entity: its opening and closing delimiters or tags, and what is between them. It may make no
/// entity, for example if nothing is between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MarkupElement {
    /// `None` for markup that is not a [`TextFormat`], such as a code block or a custom emoji.
    pub format: Option<TextFormat>,
    /// The opening delimiter in the input.
    pub open: Span,
    /// The closing delimiter in the input, including the address of a link. Empty for a quote of MarkdownV2, which ends
    /// with its line.
    pub close: Span,
    /// The range of the output, in bytes.
    pub text: Span,
}

pub(super) trait ParseListener {
    /// Reports an error. `Err` ends the parse; after `Ok` the parser recovers and continues.
    fn problem(&mut self, error: ParseError) -> Result<(), ParseError>;
    /// Records something that Telegram accepts but changes or drops without an error. The closure runs only if notes
    /// are kept.
    fn note(&mut self, note: impl FnOnce() -> ParseNote);
    /// Records that a piece of the output comes from `input`. The piece begins where the last recorded piece ends, and
    /// it ends at the byte offset `output_end`.
    fn record_origin(&mut self, output_end: usize, input: Span);
    /// Records an element at its end, so inner elements come before outer ones.
    fn record_element(&mut self, element: MarkupElement);
}

/// Stops at the first problem, as Telegram does.
pub(super) struct StopAtFirst;

impl ParseListener for StopAtFirst {
    fn problem(&mut self, error: ParseError) -> Result<(), ParseError> {
        Err(error)
    }

    fn note(&mut self, _: impl FnOnce() -> ParseNote) {}

    fn record_origin(&mut self, _: usize, _: Span) {}

    fn record_element(&mut self, _: MarkupElement) {}
}

/// Collects problems and notes, and lets the parser recover and continue up to a limit of problems.
#[derive(Debug, Default)]
pub(super) struct CollectAll {
    pub problems: Vec<ParseError>,
    pub notes: Vec<ParseNote>,
    pub origins: OffsetMap,
    pub elements: Vec<MarkupElement>,
}

impl CollectAll {
    // This bounds the work on hostile texts, in which every byte may be a problem.
    const MAX: usize = 200;
}

impl ParseListener for CollectAll {
    fn problem(&mut self, error: ParseError) -> Result<(), ParseError> {
        if self.problems.len() == Self::MAX {
            return Err(error);
        }
        self.problems.push(error);
        Ok(())
    }

    fn note(&mut self, note: impl FnOnce() -> ParseNote) {
        if self.notes.len() < Self::MAX {
            self.notes.push(note());
        }
    }

    fn record_origin(&mut self, output_end: usize, input: Span) {
        self.origins.0.push((output_end, input));
    }

    fn record_element(&mut self, element: MarkupElement) {
        self.elements.push(element);
    }
}

/// Maps byte ranges of the output to the input. For each piece of the output, the map has the end of the piece and the
/// input that the piece comes from.
#[derive(Debug, Default)]
pub(super) struct OffsetMap(Vec<(usize, Span)>);

impl OffsetMap {
    pub(super) fn input(&self, output: Span) -> Span {
        let first = self.0.partition_point(|(end, _)| *end <= output.start);
        let start = self.input_offset(first, output.start, |origin| origin.start);
        if output.is_empty() {
            return Span::at(start);
        }
        let last = self.0.partition_point(|(end, _)| *end < output.end);
        Span::new(start, self.input_offset(last, output.end, |origin| origin.end))
    }

    /// Returns the output that comes from a part of the input. If the part contains only markup, returns the empty
    /// range at the corresponding place in the output. A part of an escape or reference counts as the whole character.
    pub(super) fn output(&self, input: Span) -> Span {
        let first = self.0.partition_point(|(_, origin)| origin.end <= input.start);
        let last = self.0.partition_point(|(_, origin)| origin.start < input.end);
        let output_start = |idx: usize| idx.checked_sub(1).map_or(0, |before| self.0[before].0);
        let is_copied = |idx: usize| self.0[idx].0 - output_start(idx) == self.0[idx].1.len();
        let start = match self.0.get(first) {
            Some((_, origin)) if is_copied(first) => {
                output_start(first) + input.start.saturating_sub(origin.start)
            }
            _ => output_start(first),
        };
        let end = match last.checked_sub(1) {
            Some(last) if is_copied(last) => {
                let (end, origin) = self.0[last];
                end - origin.end.saturating_sub(input.end)
            }
            Some(last) => self.0[last].0,
            None => 0,
        };
        Span::new(start, end.max(start))
    }

    /// Returns the markup at an offset of the output: the part of the input between the character before the offset and
    /// the character after it. `input_len` is the length of the input.
    pub(super) fn markup_at(&self, output: usize, input_len: usize) -> Span {
        let output_len = self.0.last().map_or(0, |(end, _)| *end);
        let start = output.checked_sub(1).map_or(0, |before| self.input(Span::new(before, output)).end);
        let end =
            if output < output_len { self.input(Span::new(output, output + 1)).start } else { input_len };
        Span::new(start, end.max(start))
    }

    fn input_offset(&self, idx: usize, at: usize, edge: impl Fn(Span) -> usize) -> usize {
        // An offset at the end of the output is after the last piece. It maps to the end of that piece's input.
        let Some((end, origin)) = self.0.get(idx) else {
            return self.0.last().map_or(0, |(_, origin)| origin.end);
        };
        let start = idx.checked_sub(1).and_then(|before| self.0.get(before)).map_or(0, |(end, _)| *end);
        // A copied piece has the same length as its input. An offset inside the piece maps to the same distance from
        // the start of the input. An escape or a reference has a different length, so only the start and the end have a
        // counterpart.
        if end - start == origin.len() { origin.start + at.saturating_sub(start) } else { edge(*origin) }
    }
}
