//! What a message is laid out as: lines of styled runs.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::compose::Part;
use crate::telegram::request::ButtonStyle;
use crate::text::{Span, grapheme_width};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The cells of a line.
    pub width: usize,
    pub reveals_spoilers: bool,
    pub expands_quotes: bool,
    pub is_ascii: bool,
}

impl Options {
    /// Makes options for a fresh message: spoilers and long quotes closed.
    pub fn new(width: usize) -> Self {
        Self { width: width.max(1), reveals_spoilers: false, expands_quotes: false, is_ascii: false }
    }

    pub(super) fn narrower(self, by: usize) -> Self {
        Self { width: self.width.saturating_sub(by).max(1), ..self }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// The text, then the addresses that links hide.
    pub body: Vec<Line>,
    /// The buttons below it, a line a row.
    pub keyboard: Vec<Line>,
}

/// One line on the screen, never wider than asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    pub runs: Vec<Run>,
}

/// Neighbouring cells that look alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// What is shown; safe to print.
    pub text: String,
    pub style: RunStyle,
    /// The bytes of the message's text it shows; `None` for what only the layout puts there.
    pub source: Option<Range<usize>>,
    /// The part of the message it stands for, where it shows none of its text.
    pub part: Option<Part>,
    pub link: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RunStyle {
    pub bold: bool,
    pub italic: bool,
    pub underline: bool,
    pub strike: bool,
    pub in_quote: bool,
    pub role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Role {
    #[default]
    Text,
    /// Code within a line.
    Code,
    Pre,
    PreFrame,
    /// The language on the box.
    PreTitle,
    QuoteBar,
    Toggle,
    /// A closed spoiler; also its text once it is open.
    Spoiler,
    Link,
    Address,
    /// A mention, hashtag, command or the like.
    Mention,
    Emoji,
    /// A time that clients show in their own way.
    Time,
    /// A photo, poll or other thing that is not text.
    Attachment,
    Button(ButtonStyle),
}

impl Line {
    pub fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }

    pub(super) fn of(text: impl Into<String>, role: Role) -> Self {
        Self { runs: vec![Run::of(text, role)] }
    }

    /// Makes all of the line stand for a part that is not in the message's text.
    pub(super) fn stand_for(&mut self, part: Part) {
        for run in &mut self.runs {
            (run.source, run.part) = (None, Some(part));
        }
    }
}

impl Run {
    pub(super) fn of(text: impl Into<String>, role: Role) -> Self {
        let style = RunStyle { role, ..RunStyle::default() };
        Self { text: text.into(), style, source: None, part: None, link: None }
    }

    pub(super) fn for_part(mut self, part: Part) -> Self {
        self.part = Some(part);
        self
    }

    /// Returns the graphemes of `message`, the message's text, that it shows: their bytes, and their cells in the run.
    pub fn graphemes(&self, message: &str) -> impl Iterator<Item = (Span, Range<usize>)> {
        let source = self.source.clone().unwrap_or_default();
        let shown = message.get(source.clone()).unwrap_or("");
        let mut column = 0;
        shown.grapheme_indices(true).map(move |(at, grapheme)| {
            let from = column;
            column += grapheme_width(grapheme);
            let at = source.start + at;
            (Span::new(at, at + grapheme.len()), from..column)
        })
    }

    pub fn part_at(&self, message: &str, column: usize) -> Option<Part> {
        let shown = self.graphemes(message).find(|(_, cells)| cells.contains(&column));
        shown.map(|(bytes, _)| Part::Text(bytes)).or(self.part)
    }
}
