//! The message in its bubble: the layout of [`crate::ui::shared::message`] in the theme's colours, and what is at a cell of it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::compose::{Composed, Lit, Part};
use crate::telegram::request::ButtonStyle;
use crate::ui::editor::highlight::Piece;
use crate::ui::shared::latest::Latest;
use crate::ui::shared::message;
use crate::ui::shared::message::{Line, Message, Role, Run, RunStyle};
use crate::ui::widget::{Address, Link, Theme, draw};

/// A phone shows lines of about this many cells.
const PHONE: u16 = 46;

/// The bubble's edge and a blank, on both sides.
const EDGES: u16 = 4;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    pub reveal_spoilers: bool,
    pub expand_quotes: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct Over<'a> {
    pub lit: &'a Lit,
    /// The colours of its code blocks, by bytes of the message's text, ascending.
    pub code: &'a [Piece],
}

#[derive(Debug)]
pub struct Bubble {
    message: Message,
    /// The message's text is what the runs show bytes of.
    composed: Latest<Composed>,
    width: u16,
}

enum Row<'a> {
    Top,
    Text(&'a Line),
    Bottom,
    Keys(&'a Line),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    Spoiler,
    Toggle,
    Part(Part),
}

impl Bubble {
    pub fn new(composed: &Latest<Composed>, width: u16, options: &Options) -> Option<Self> {
        let request = composed.request.as_ref()?;
        let width = width.min(PHONE);
        let options = message::Options {
            reveals_spoilers: options.reveal_spoilers,
            expands_quotes: options.expand_quotes,
            ..message::Options::new(usize::from(width.saturating_sub(EDGES)))
        };
        Some(Self { message: message::of_request(request, options), composed: composed.clone(), width })
    }

    fn text(&self) -> &str {
        let request = self.composed.request.as_ref();
        request.and_then(|request| request.text()).map_or("", |text| text.sent.text.as_str())
    }

    pub fn n_rows(&self) -> usize {
        self.message.body.len() + self.message.keyboard.len() + 2
    }

    pub fn first_lit(&self, lit: &Lit) -> Option<usize> {
        self.rows().position(|row| match row {
            Row::Top | Row::Bottom => false,
            Row::Text(line) | Row::Keys(line) => line.runs.iter().any(|run| {
                let has_text = || self.graphemes(run).any(|(bytes, _)| lit.has_text(bytes));
                run.part.is_some_and(|part| lit.parts.contains(&part)) || has_text()
            }),
        })
    }

    pub fn draw(&self, buf: &mut Buffer, area: Rect, top: usize, theme: &Theme, over: Over<'_>) {
        if self.width < EDGES + 2 {
            return;
        }
        let right = area.x + self.width - 1;
        for (row, y) in self.rows().skip(self.top(top)).zip(area.top()..area.bottom()) {
            let (left_edge, right_edge) = match row {
                Row::Top => ("╭", "╮"),
                Row::Bottom => ("╰", "╯"),
                Row::Text(_) => ("│", "│"),
                Row::Keys(_) => ("", ""),
            };
            draw::put(buf, area, area.x, y, left_edge, theme.bubble_border);
            draw::put(buf, area, right, y, right_edge, theme.bubble_border);
            match row {
                Row::Top | Row::Bottom => {
                    for x in area.x + 1..right {
                        buf[(x, y)].set_symbol("─").set_style(theme.bubble_border);
                    }
                }
                Row::Text(line) | Row::Keys(line) => {
                    self.draw_line(buf, self.line_area(&row, area, y), line, theme, over);
                }
            }
        }
    }

    pub fn hit(&self, area: Rect, top: usize, x: u16, y: u16) -> Option<Hit> {
        if !area.contains((x, y).into()) {
            return None;
        }
        let row = self.rows().nth(self.top(top) + usize::from(y - area.y))?;
        let (Row::Text(line) | Row::Keys(line)) = &row else { return None };
        let mut column = usize::from(x.checked_sub(self.line_area(&row, area, y).x)?);
        for run in &line.runs {
            let width = crate::text::width(&run.text);
            if column < width {
                return match run.style.role {
                    Role::Toggle => Some(Hit::Toggle),
                    Role::Spoiler if is_closed(run, self.text()) => Some(Hit::Spoiler),
                    _ => run.part_at(self.text(), column).map(Hit::Part),
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
            let (Row::Text(line) | Row::Keys(line)) = &row else { continue };
            let mut x = self.line_area(&row, area, y).x;
            for run in &line.runs {
                let start = x;
                let cells = u16::try_from(crate::text::width(&run.text)).unwrap_or(u16::MAX);
                x = x.saturating_add(cells).min(area.right());
                if let Some(address) = run.link.as_deref().and_then(Address::new) {
                    links.push(Link { y, columns: start..x, address });
                }
            }
        }
        links
    }

    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let text = self.message.body.iter().map(Row::Text);
        let keys = self.message.keyboard.iter().map(Row::Keys);
        std::iter::once(Row::Top).chain(text).chain([Row::Bottom]).chain(keys)
    }

    /// The last row is never scrolled away.
    fn top(&self, scroll: usize) -> usize {
        scroll.min(self.n_rows() - 1)
    }

    fn line_area(&self, row: &Row<'_>, area: Rect, y: u16) -> Rect {
        let edge = if matches!(row, Row::Keys(_)) { 0 } else { EDGES / 2 };
        Rect { x: area.x + edge, y, width: self.width.saturating_sub(2 * edge), height: 1 }
    }

    fn graphemes(&self, run: &Run) -> impl Iterator<Item = (crate::text::Span, std::ops::Range<usize>)> {
        run.graphemes(self.text())
    }

    fn draw_line(&self, buf: &mut Buffer, area: Rect, line: &Line, theme: &Theme, over: Over<'_>) {
        let mut x = area.x;
        for run in &line.runs {
            let start = x;
            x = draw::put(buf, area, x, area.y, &run.text, style_of(&run.style, theme));
            if run.part.is_some_and(|part| over.lit.parts.contains(&part)) {
                light(buf, start..x, area.y, theme.linked);
            }
            for (bytes, cells) in self.graphemes(run) {
                let cell = |column: usize| {
                    u16::try_from(column).map_or(x, |column| start.saturating_add(column)).min(x)
                };
                let cells = cell(cells.start)..cell(cells.end);
                if run.style.role == Role::Pre
                    && let Some(class) = class_at(over.code, bytes.start)
                {
                    light(buf, cells.clone(), area.y, class.style(theme));
                }
                if over.lit.has_text(bytes) {
                    light(buf, cells, area.y, theme.linked);
                }
            }
        }
    }
}

/// Whether a run shows other characters than those of the text.
fn is_closed(run: &Run, text: &str) -> bool {
    run.source.as_ref().is_some_and(|source| text.get(source.clone()).is_none_or(|shown| shown != run.text))
}

fn class_at(code: &[Piece], at: usize) -> Option<crate::ui::editor::highlight::Class> {
    let behind = code.partition_point(|(range, _)| range.start <= at);
    let (range, class) = code[..behind].last()?;
    range.contains(&at).then_some(*class)
}

fn light(buf: &mut Buffer, cells: std::ops::Range<u16>, y: u16, style: Style) {
    for x in cells {
        buf[(x, y)].set_style(style);
    }
}

fn style_of(run: &RunStyle, theme: &Theme) -> Style {
    let mut style = match run.role {
        Role::Text | Role::Emoji => theme.text,
        Role::Code | Role::Pre => theme.code,
        Role::PreFrame | Role::PreTitle => theme.pre_bar,
        Role::QuoteBar => theme.quote_bar,
        Role::Toggle => theme.accent,
        Role::Spoiler => theme.spoiler,
        Role::Link => theme.link,
        Role::Address => theme.dim,
        Role::Mention | Role::Time => theme.accent,
        Role::Attachment => theme.title,
        Role::Button(ButtonStyle::Danger) => theme.error,
        Role::Button(ButtonStyle::Success) => theme.success,
        Role::Button(_) => theme.button,
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
