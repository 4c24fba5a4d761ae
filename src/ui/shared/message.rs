//! A message as a Telegram client would lay it out, as lines of styled runs: data, drawn elsewhere.
//!
//! ```text
//! text + entities ──style──▶ stretches ──block──▶ paragraphs, quotes, code blocks ──wrap──▶ lines
//! ```
//!
//! Knows no colours and no terminal. Right-to-left text stays in its logical order; what could drive a terminal is
//! shown as pictures.

mod block;
mod content;
mod keyboard;
mod style;
mod wrap;

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::compose::Part;
use crate::telegram::request::{Button, ButtonStyle};
use crate::telegram::{EntityKind, FormattedText};
use crate::text::{Span, grapheme_width};

pub use content::of_request;

/// How a message is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The cells of a line.
    pub width: usize,
    /// Spoilers are open.
    pub reveals_spoilers: bool,
    /// Expandable quotes are open.
    pub expands_quotes: bool,
    /// Only characters that every terminal has.
    pub is_ascii: bool,
}

impl Options {
    /// Makes options for a fresh message: spoilers and long quotes closed.
    pub fn new(width: usize) -> Self {
        Self { width: width.max(1), reveals_spoilers: false, expands_quotes: false, is_ascii: false }
    }

    fn narrower(self, by: usize) -> Self {
        Self { width: self.width.saturating_sub(by).max(1), ..self }
    }
}

/// A message laid out.
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
    /// From left to right.
    pub runs: Vec<Run>,
}

/// Neighbouring cells that look alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// What is shown; safe to print.
    pub text: String,
    /// How it looks.
    pub style: RunStyle,
    /// The bytes of the message's text it shows; `None` for what only the layout puts there.
    pub source: Option<Range<usize>>,
    /// The part of the message it stands for, where it shows none of its text.
    pub part: Option<Part>,
    /// The address it leads to.
    pub link: Option<String>,
}

/// How a run looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RunStyle {
    /// Heavier.
    pub bold: bool,
    /// Slanted.
    pub italic: bool,
    /// With a line below.
    pub underline: bool,
    /// With a line through.
    pub strike: bool,
    /// In a quote.
    pub in_quote: bool,
    /// What it is, for the colour.
    pub role: Role,
}

/// What a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Role {
    /// Text.
    #[default]
    Text,
    /// Code within a line.
    Code,
    /// The inside of a code block.
    Pre,
    /// The box around a code block.
    PreFrame,
    /// The language on the box.
    PreTitle,
    /// The bar of a quote.
    QuoteBar,
    /// What opens or closes a long quote.
    Toggle,
    /// A closed spoiler; also its text once it is open.
    Spoiler,
    /// A link.
    Link,
    /// An address listed below the text.
    Address,
    /// A mention, hashtag, command or the like.
    Mention,
    /// A custom emoji's stand-in.
    Emoji,
    /// A time that clients show in their own way.
    Time,
    /// A photo, poll or other thing that is not text.
    Attachment,
    /// A button.
    Button(ButtonStyle),
}

impl Line {
    /// Returns the line's text without its looks.
    pub fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }

    fn of(text: impl Into<String>, role: Role) -> Self {
        Self { runs: vec![Run::of(text, role)] }
    }

    /// Makes all of the line stand for a part that is not in the message's text.
    fn stand_for(&mut self, part: Part) {
        for run in &mut self.runs {
            (run.source, run.part) = (None, Some(part));
        }
    }
}

impl Run {
    fn of(text: impl Into<String>, role: Role) -> Self {
        let style = RunStyle { role, ..RunStyle::default() };
        Self { text: text.into(), style, source: None, part: None, link: None }
    }

    fn for_part(mut self, part: Part) -> Self {
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

    /// Returns the part of the message at a cell of the run.
    pub fn part_at(&self, message: &str, column: usize) -> Option<Part> {
        let shown = self.graphemes(message).find(|(_, cells)| cells.contains(&column));
        shown.map(|(bytes, _)| Part::Text(bytes)).or(self.part)
    }
}

/// Lays out a text and the buttons below it.
pub fn layout(text: &FormattedText, rows: &[Vec<Button>], options: Options) -> Message {
    let mut body = block::lines(text, options);
    body.extend(addresses(text, options));
    Message { body, keyboard: keyboard::lines(rows, options) }
}

/// Lists the addresses that are not to be seen in the text, each once, in full.
fn addresses(text: &FormattedText, options: Options) -> Vec<Line> {
    let mut listed: Vec<(String, Span)> = Vec::new();
    for (entity, range) in text.entities.iter().zip(text.byte_ranges()) {
        let address = match &entity.kind {
            EntityKind::TextLink { url } => url.clone(),
            EntityKind::TextMention { user_id } => format!("tg://user?id={user_id}"),
            _ => continue,
        };
        let is_listed = listed.iter().any(|(other, _)| *other == address);
        if text.text[range.clone()] != address && !is_listed {
            listed.push((address, range.into()));
        }
    }
    let arrow = if options.is_ascii { "-> " } else { "↗ " };
    let lines = listed.into_iter().flat_map(|(address, linked)| {
        let mut lines = wrap::address(arrow, &address, options.width);
        lines.iter_mut().for_each(|line| line.stand_for(Part::Text(linked)));
        lines
    });
    lines.collect()
}

#[cfg(test)]
mod tests;
