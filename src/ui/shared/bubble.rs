//! Draws a message as a bubble in the theme's colors. [`crate::ui::shared::message`] lays out the message. This module
//! also finds what the user has clicked, and which cells are links.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::compose::{Composed, Highlight, MessagePart};
use crate::telegram::request::ButtonStyle;
use crate::ui::editor::highlight::SyntaxPiece;
use crate::ui::shared::message;
use crate::ui::shared::message::{MessageLayout, MessageLine, RunRole, RunStyle, StyledRun};
use crate::ui::shared::ptr_eq::PtrEq;
use crate::ui::widget::{Address, Link, Theme, draw};

/// The largest width of the bubble in cells. This is about the width of a message on a phone.
const MAX_WIDTH: u16 = 46;

/// The number of cells in a row that are not text: a border and a space on each side.
const EDGES: u16 = 4;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BubbleOptions {
    pub reveal_spoilers: bool,
    pub expand_quotes: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct BubbleOverlay<'a> {
    pub highlight: &'a Highlight,
    /// The colors of the code blocks, by byte ranges of the message's text, in ascending order.
    pub code: &'a [SyntaxPiece],
}

#[derive(Debug)]
pub struct Bubble {
    message: MessageLayout,
    /// The composed message. The runs in `message` refer to the text of `composed` by byte ranges.
    composed: PtrEq<Composed>,
    width: u16,
}

enum BubbleRow<'a> {
    Top,
    Text(&'a MessageLine),
    Bottom,
    Keys(&'a MessageLine),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BubbleHit {
    Spoiler,
    Toggle,
    Part(MessagePart),
}

impl Bubble {
    pub fn new(composed: &PtrEq<Composed>, width: u16, options: &BubbleOptions) -> Option<Self> {
        let request = composed.request.as_ref()?;
        let width = width.min(MAX_WIDTH);
        let options = message::LayoutOptions {
            reveals_spoilers: options.reveal_spoilers,
            expands_quotes: options.expand_quotes,
            keyboard_width: usize::from(width),
            ..message::LayoutOptions::new(usize::from(width.saturating_sub(EDGES)))
        };
        let message = message::layout_request(request, composed.repeated.as_deref(), options);
        Some(Self { message, composed: composed.clone(), width })
    }

    fn text(&self) -> &str {
        let request = self.composed.request.as_ref();
        request.and_then(|request| request.text()).map_or("", |text| text.sent.text.as_str())
    }

    pub fn n_rows(&self) -> usize {
        // The 2 stands for the borders above and below the text. The keyboard has no border, as in Telegram's clients.
        self.message.body.len() + self.message.keyboard.len() + 2
    }

    pub fn first_highlighted_row(&self, highlight: &Highlight) -> Option<usize> {
        self.rows().position(|row| match row {
            BubbleRow::Top | BubbleRow::Bottom => false,
            BubbleRow::Text(line) | BubbleRow::Keys(line) => line.runs.iter().any(|run| {
                let has_text = || self.graphemes(run).any(|(bytes, _)| highlight.has_text(bytes));
                run.part.is_some_and(|part| highlight.parts.contains(&part)) || has_text()
            }),
        })
    }

    pub fn draw(&self, buf: &mut Buffer, area: Rect, top: usize, theme: &Theme, over: BubbleOverlay<'_>) {
        if self.width < EDGES + 2 {
            return;
        }
        let right = area.x + self.width - 1;
        for (row, y) in self.rows().skip(self.top(top)).zip(area.top()..area.bottom()) {
            let (left_edge, right_edge) = match row {
                BubbleRow::Top => ("╭", "╮"),
                BubbleRow::Bottom => ("╰", "╯"),
                BubbleRow::Text(_) => ("│", "│"),
                BubbleRow::Keys(_) => ("", ""),
            };
            draw::put(buf, area, area.x, y, left_edge, theme.bubble_border);
            draw::put(buf, area, right, y, right_edge, theme.bubble_border);
            match row {
                BubbleRow::Top | BubbleRow::Bottom => {
                    for x in area.x + 1..right {
                        buf[(x, y)].set_symbol("─").set_style(theme.bubble_border);
                    }
                }
                BubbleRow::Text(line) | BubbleRow::Keys(line) => {
                    self.draw_line(buf, self.line_area(&row, area, y), line, theme, over);
                }
            }
        }
    }

    pub fn hit(&self, area: Rect, top: usize, x: u16, y: u16) -> Option<BubbleHit> {
        if !area.contains((x, y).into()) {
            return None;
        }
        let row = self.rows().nth(self.top(top) + usize::from(y - area.y))?;
        let (BubbleRow::Text(line) | BubbleRow::Keys(line)) = &row else { return None };
        let mut column = usize::from(x.checked_sub(self.line_area(&row, area, y).x)?);
        for run in &line.runs {
            let width = crate::text::width(&run.text);
            if column < width {
                return match run.style.role {
                    RunRole::Toggle => Some(BubbleHit::Toggle),
                    // A click on a revealed spoiler goes to the text in the body, like a click on any other text.
                    RunRole::Spoiler if is_hidden(run, self.text()) => Some(BubbleHit::Spoiler),
                    _ => run.part_at(self.text(), column).map(BubbleHit::Part),
                };
            }
            column -= width;
        }
        None
    }

    pub fn links(&self, area: Rect, top: usize) -> Vec<Link> {
        let mut links = Vec::new();
        if self.width < EDGES + 2 {
            return links;
        }
        for (row, y) in self.rows().skip(self.top(top)).zip(area.top()..area.bottom()) {
            let (BubbleRow::Text(line) | BubbleRow::Keys(line)) = &row else { continue };
            let mut x = self.line_area(&row, area, y).x;
            for run in &line.runs {
                let start = x;
                let cells = u16::try_from(crate::text::width(&run.text)).unwrap_or(u16::MAX);
                x = x.saturating_add(cells).min(area.right());
                // `Address::new` accepts only known schemes, and percent-encodes everything but visible ASCII, so that
                // a link cannot contain an escape sequence.
                if let Some(address) = run.link.as_deref().and_then(Address::new) {
                    links.push(Link { y, columns: start..x, address });
                }
            }
        }
        links
    }

    fn rows(&self) -> impl Iterator<Item = BubbleRow<'_>> {
        let text = self.message.body.iter().map(BubbleRow::Text);
        let keys = self.message.keyboard.iter().map(BubbleRow::Keys);
        std::iter::once(BubbleRow::Top).chain(text).chain([BubbleRow::Bottom]).chain(keys)
    }

    /// Limits a scroll position, so that at least the last row is visible.
    fn top(&self, scroll: usize) -> usize {
        scroll.min(self.n_rows() - 1)
    }

    fn line_area(&self, row: &BubbleRow<'_>, area: Rect, y: u16) -> Rect {
        // Buttons use the full width of the bubble, because they are outside its border.
        let edge = if matches!(row, BubbleRow::Keys(_)) { 0 } else { EDGES / 2 };
        Rect { x: area.x + edge, y, width: self.width.saturating_sub(2 * edge), height: 1 }
    }

    fn graphemes(
        &self,
        run: &StyledRun,
    ) -> impl Iterator<Item = (crate::text::Span, std::ops::Range<usize>)> {
        run.graphemes(self.text())
    }

    fn draw_line(
        &self,
        buf: &mut Buffer,
        area: Rect,
        line: &MessageLine,
        theme: &Theme,
        over: BubbleOverlay<'_>,
    ) {
        let mut x = area.x;
        for run in &line.runs {
            let start = x;
            x = draw::put(buf, area, x, area.y, &run.text, style_of(&run.style, theme));
            if run.part.is_some_and(|part| over.highlight.parts.contains(&part)) {
                set_style(buf, start..x, area.y, theme.linked);
            }
            for (bytes, cells) in self.graphemes(run) {
                let cell = |column: usize| {
                    u16::try_from(column).map_or(x, |column| start.saturating_add(column)).min(x)
                };
                let cells = cell(cells.start)..cell(cells.end);
                // The run is already drawn in its base style. The code's colors are drawn over the base style, and the
                // highlight is drawn over the colors.
                if run.style.role == RunRole::Pre
                    && let Some(class) = class_at(over.code, bytes.start)
                {
                    set_style(buf, cells.clone(), area.y, class.style(theme));
                }
                if over.highlight.has_text(bytes) {
                    set_style(buf, cells, area.y, theme.linked);
                }
            }
        }
    }
}

/// Whether the characters that a run shows differ from the message's text in the range `run.source`. They differ if the
/// run is a hidden spoiler.
fn is_hidden(run: &StyledRun, text: &str) -> bool {
    run.source.as_ref().is_some_and(|source| text.get(source.clone()).is_none_or(|shown| shown != run.text))
}

fn class_at(code: &[SyntaxPiece], at: usize) -> Option<crate::ui::editor::highlight::SyntaxClass> {
    let n_starting_before = code.partition_point(|(range, _)| range.start <= at);
    let (range, class) = code[..n_starting_before].last()?;
    range.contains(&at).then_some(*class)
}

fn set_style(buf: &mut Buffer, cells: std::ops::Range<u16>, y: u16, style: Style) {
    for x in cells {
        buf[(x, y)].set_style(style);
    }
}

fn style_of(run: &RunStyle, theme: &Theme) -> Style {
    let mut style = match run.role {
        RunRole::Text | RunRole::Emoji => theme.text,
        RunRole::Code | RunRole::Pre => theme.code,
        RunRole::PreFrame | RunRole::PreTitle => theme.pre_bar,
        RunRole::QuoteBar => theme.quote_bar,
        RunRole::Toggle => theme.accent,
        RunRole::Spoiler => theme.spoiler,
        RunRole::Link => theme.link,
        RunRole::Address => theme.dim,
        RunRole::Mention | RunRole::Time => theme.accent,
        RunRole::Attachment => theme.title,
        RunRole::Button(ButtonStyle::Danger) => theme.error,
        RunRole::Button(ButtonStyle::Success) => theme.success,
        RunRole::Button(_) => theme.button,
    };
    for (is_on, modifier) in [
        (run.bold, Modifier::BOLD),
        (run.italic, Modifier::ITALIC),
        (run.underline, Modifier::UNDERLINED),
        (run.strike, Modifier::CROSSED_OUT),
    ] {
        if is_on {
            style = style.add_modifier(modifier);
        }
    }
    style
}
