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

use crate::telegram::request::{Button, ButtonStyle};
use crate::telegram::{EntityKind, FormattedText};

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
}

impl Run {
    fn of(text: impl Into<String>, role: Role) -> Self {
        let style = RunStyle { role, ..RunStyle::default() };
        Self { text: text.into(), style, source: None, link: None }
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
    let mut listed: Vec<String> = Vec::new();
    for (entity, range) in text.entities.iter().zip(text.byte_ranges()) {
        let address = match &entity.kind {
            EntityKind::TextLink { url } => url.clone(),
            EntityKind::TextMention { user_id } => format!("tg://user?id={user_id}"),
            _ => continue,
        };
        if text.text[range] != address && !listed.contains(&address) {
            listed.push(address);
        }
    }
    let arrow = if options.is_ascii { "-> " } else { "↗ " };
    let lines = listed.into_iter().flat_map(|address| wrap::address(arrow, &address, options.width));
    lines.collect()
}

#[cfg(test)]
mod tests;
