//! The input and the result of the layout: its options, and lines of styled runs.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::compose::MessagePart;
use crate::telegram::request::ButtonStyle;
use crate::text::{Span, grapheme_width};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LayoutOptions {
    /// The width of a line in cells.
    pub width: usize,
    /// The width of a row of buttons in cells. Buttons are outside the border of the message, so that their rows can be
    /// wider than its lines.
    pub keyboard_width: usize,
    pub reveals_spoilers: bool,
    pub expands_quotes: bool,
    pub is_ascii: bool,
}

impl LayoutOptions {
    /// Creates the options for a message as a client first shows it: spoilers are hidden, and long quotes are
    /// collapsed.
    pub(crate) fn new(width: usize) -> Self {
        let width = width.max(1);
        Self { width, keyboard_width: width, reveals_spoilers: false, expands_quotes: false, is_ascii: false }
    }

    pub(super) fn narrower(self, by: usize) -> Self {
        Self { width: self.width.saturating_sub(by).max(1), ..self }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct MessageLayout {
    /// The text, the addresses that its links hide, the address of the link preview, and a line for each medium,
    /// location, or option of a poll.
    pub body: Vec<MessageLine>,
    /// The buttons of the keyboard, one line per row of buttons.
    pub keyboard: Vec<MessageLine>,
}

/// One line on the screen. A line of the body has at most [`LayoutOptions::width`] cells, and a row of buttons has at
/// most [`LayoutOptions::keyboard_width`] cells, unless these widths are only a few cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct MessageLine {
    pub runs: Vec<StyledRun>,
}

/// Neighboring cells with the same style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StyledRun {
    /// The text that is shown. Control characters are already replaced by visible symbols, so the text is safe to
    /// print.
    pub text: String,
    pub style: RunStyle,
    /// The byte range of the message's text that the run shows, or that it hides as a spoiler. `None` if the run shows
    /// none of that text, for example because it is a bar or part of a frame.
    pub source: Option<Range<usize>>,
    /// The part of the message that the run belongs to. `None` if `source` is set, or if the run belongs to no part.
    pub part: Option<MessagePart>,
    pub link: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct RunStyle {
    pub bold: bool,
    pub italic: bool,
    pub underline: bool,
    pub strike: bool,
    pub in_quote: bool,
    pub role: RunRole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum RunRole {
    #[default]
    Text,
    /// Inline code.
    Code,
    Pre,
    PreFrame,
    /// The language in the frame of a code block.
    PreTitle,
    QuoteBar,
    Toggle,
    /// A hidden spoiler, or the plain text of a revealed one.
    Spoiler,
    Link,
    Address,
    /// A mention, hashtag, command, or a similar entity.
    Mention,
    Emoji,
    /// A time, which each Telegram client formats for its user.
    Time,
    /// A photo, a poll's option, or other content that is not text.
    Attachment,
    Button(ButtonStyle),
}

impl MessageLine {
    #[cfg(test)]
    pub(crate) fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }

    pub(super) fn of(text: impl Into<String>, role: RunRole) -> Self {
        Self { runs: vec![StyledRun::of(text, role)] }
    }

    /// Assigns the whole line to `part`. The line's runs then no longer refer to the message's text: their `source` is
    /// `None`.
    pub(super) fn set_part(&mut self, part: MessagePart) {
        for run in &mut self.runs {
            (run.source, run.part) = (None, Some(part));
        }
    }
}

impl StyledRun {
    pub(super) fn of(text: impl Into<String>, role: RunRole) -> Self {
        let style = RunStyle { role, ..RunStyle::default() };
        Self { text: text.into(), style, source: None, part: None, link: None }
    }

    pub(super) fn for_part(mut self, part: MessagePart) -> Self {
        self.part = Some(part);
        self
    }

    /// Returns each grapheme of `message` (the message's text) that the run shows: its bytes in `message`, and its
    /// cells in the run.
    pub(crate) fn graphemes(&self, message: &str) -> impl Iterator<Item = (Span, Range<usize>)> {
        let source = self.source.clone().unwrap_or_default();
        let shown = message.get(source.clone()).unwrap_or("");
        // Widths come from the message's text, not from what is shown: a hidden spoiler takes as many cells as its text
        // would take.
        let mut column = 0;
        shown.grapheme_indices(true).map(move |(at, grapheme)| {
            let from = column;
            column += grapheme_width(grapheme);
            let at = source.start + at;
            (Span::new(at, at + grapheme.len()), from..column)
        })
    }

    pub(crate) fn part_at(&self, message: &str, column: usize) -> Option<MessagePart> {
        let shown = self.graphemes(message).find(|(_, cells)| cells.contains(&column));
        shown.map(|(bytes, _)| MessagePart::Text(bytes)).or(self.part)
    }
}
