//! F6: the message in each parse mode, side by side. Opening it changes nothing; Enter converts.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::diagnostic::Diagnostic;
use crate::service::{Compared, Converted};
use crate::telegram::ParseMode;
use crate::text;
use crate::ui::editor::highlight::{self, Grammar, Piece, StyledRow};
use crate::ui::shared::{Generation, Latest, Request, Taken, bubble};
use crate::ui::widget::{Theme, dialog::frame, draw};

/// Under this width the modes stand one after the other: a column of text wants some thirty cells.
const SIDE_BY_SIDE: u16 = 96;

#[derive(Debug, Clone)]
pub struct Compare {
    compared: Request<Latest<Compared>>,
    /// The colours of each mode's text, by its bytes; none before the mode's grammar is loaded.
    colours: Vec<Vec<Piece>>,
    pub chosen: usize,
    pub scroll: usize,
}

#[derive(Clone, Copy)]
pub struct Column<'a> {
    pub mode: ParseMode,
    pub outcome: &'a Result<Converted, Diagnostic>,
    colours: &'a [Piece],
}

impl Compare {
    /// Opens before the body is converted.
    pub fn asked(generation: Generation) -> Self {
        let colours = vec![Vec::new(); ParseMode::ALL.len()];
        Self { compared: Request::asked(generation), colours, chosen: 0, scroll: 0 }
    }

    /// Takes the converted bodies; the mode that the body is in is chosen.
    pub fn take(&mut self, generation: Generation, compared: &Latest<Compared>) {
        if self.compared.answer(generation, Ok(compared.clone())) == Taken::Latest {
            let is_now = |(mode, _): &(ParseMode, _)| Some(*mode) == compared.now;
            self.chosen = compared.modes.iter().position(is_now).unwrap_or(0);
        }
    }

    pub fn colour(&mut self, grammar: &Grammar) {
        let Some(compared) = self.compared.value() else { return };
        for ((mode, outcome), colours) in compared.modes.iter().zip(&mut self.colours) {
            if let Ok(converted) = outcome
                && grammar.markup == Some(*mode)
            {
                *colours = grammar.pieces_of_text(&converted.conversion.text);
            }
        }
    }

    /// Returns the mode that the body is in; none for no `parse_mode`.
    pub fn now(&self) -> Option<ParseMode> {
        self.compared.value()?.now
    }

    pub fn columns(&self) -> Vec<Column<'_>> {
        let modes = self.compared.value().map(|compared| compared.modes.as_slice()).unwrap_or_default();
        let modes = modes.iter().zip(&self.colours);
        modes.map(|((mode, outcome), colours)| Column { mode: *mode, outcome, colours }).collect()
    }

    pub fn column(&self) -> Option<Column<'_>> {
        self.columns().get(self.chosen).copied()
    }

    pub fn last_top(&self, room: Rect, theme: &Theme) -> usize {
        let columns = self.columns();
        let n = u16::try_from(columns.len()).unwrap_or(1).max(1);
        let (width, shown) = if SIDE_BY_SIDE <= room.width {
            ((room.width / n).saturating_sub(1), columns.as_slice())
        } else {
            (room.width, columns.get(self.chosen).map(std::slice::from_ref).unwrap_or_default())
        };
        let beyond = |column: &Column<'_>| {
            let n_lines = lines_of(*column, usize::from(width), theme).len();
            n_lines.saturating_sub(usize::from(markup_height(room.height, n_lines)))
        };
        shown.iter().map(beyond).max().unwrap_or(0)
    }

    pub fn draw(&self, buf: &mut Buffer, area: Rect, theme: &Theme) {
        let keys = "←→ mode · ↑↓ scroll · Enter converts the body (one undo step) · Esc";
        let room = frame(buf, area, "Parse modes", keys, theme);
        let columns = self.columns();
        if columns.is_empty() {
            draw::put_line(buf, room, room.y, "…", theme.popup.patch(theme.dim));
        } else if SIDE_BY_SIDE <= room.width {
            let n = u16::try_from(columns.len()).unwrap_or(1).max(1);
            let width = room.width / n;
            for (at, column) in columns.iter().enumerate() {
                let x = room.x + width * u16::try_from(at).unwrap_or(0);
                let area = Rect { x, width: width.saturating_sub(1), ..room };
                draw::put_line(
                    buf,
                    Rect { height: 1, ..area },
                    area.y,
                    &self.title(*column),
                    self.title_style(at, theme),
                );
                self.draw_column(buf, area, *column, theme);
            }
        } else if let Some(column) = self.column() {
            self.draw_tabs(buf, room, theme);
            self.draw_column(buf, room, column, theme);
        }
    }

    fn draw_tabs(&self, buf: &mut Buffer, room: Rect, theme: &Theme) {
        let mut x = room.x;
        for (at, column) in self.columns().iter().enumerate() {
            let title = self.title(*column);
            let rest = Rect { x, width: room.right().saturating_sub(x), ..room };
            draw::put_line(buf, rest, room.y, &title, self.title_style(at, theme));
            let wide = u16::try_from(text::width(&title)).unwrap_or(u16::MAX);
            x = x.saturating_add(wide).saturating_add(1).min(room.right());
        }
    }

    fn title(&self, column: Column<'_>) -> String {
        let now = if self.now() == Some(column.mode) { " · now" } else { "" };
        let state = match column.outcome {
            Err(_) => " ✘".to_owned(),
            Ok(Converted { conversion, .. }) if conversion.lost.is_empty() => String::new(),
            Ok(Converted { conversion, .. }) => format!(" · {} lost", conversion.lost.len()),
        };
        format!(" {}{now}{state} ", column.mode.as_str())
    }

    fn title_style(&self, at: usize, theme: &Theme) -> Style {
        if at == self.chosen { theme.popup_chosen } else { theme.popup.patch(theme.title) }
    }

    fn draw_column(&self, buf: &mut Buffer, area: Rect, column: Column<'_>, theme: &Theme) {
        let lines = lines_of(column, usize::from(area.width), theme);
        let below = area.height.saturating_sub(1);
        let above = markup_height(area.height, lines.len());
        let markup = Rect { y: area.y + 1, height: above, ..area };
        // A shorter column stops at its own end.
        let top = self.scroll.min(lines.len().saturating_sub(usize::from(above)));
        for (line, y) in lines.iter().skip(top).zip(markup.y..markup.bottom()) {
            let mut x = markup.x;
            for (text, style) in line {
                x = draw::put(buf, markup, x, y, text, theme.popup.patch(*style));
            }
        }
        let message = Rect { y: markup.bottom(), height: below - above, ..area };
        if message.height == 0 {
            return;
        }
        for x in message.x..message.right() {
            buf[(x, message.y)].set_symbol("─").set_style(theme.popup.patch(theme.border));
        }
        let room = Rect { y: message.y + 1, height: message.height - 1, ..message };
        if let Ok(converted) = column.outcome {
            bubble::draw(buf, room, &Latest::from(Arc::clone(&converted.composed)), theme);
        }
    }
}

/// How many rows the text of a column has: the message has half the room, and what the text leaves over.
fn markup_height(column: u16, n_lines: usize) -> u16 {
    (column.saturating_sub(1) / 2).min(u16::try_from(n_lines).unwrap_or(u16::MAX).max(3))
}

/// The lines above a column's message: what is lost first, since it decides.
fn lines_of(column: Column<'_>, width: usize, theme: &Theme) -> Vec<StyledRow> {
    let wrapped =
        |text: &str, style| draw::wrap(text, width).into_iter().map(move |line| vec![(line, style)]);
    match column.outcome {
        Err(refusal) => {
            let words = wrapped(&format!("✘ {}", refusal.message), theme.error);
            words.chain(wrapped(refusal.help.as_deref().unwrap_or_default(), theme.dim)).collect()
        }
        Ok(Converted { conversion, .. }) => {
            let lost =
                conversion.lost.iter().flat_map(|lost| wrapped(&format!("! lost: {lost}"), theme.warning));
            let rows = draw::wrap_words(&conversion.text, width).into_iter();
            lost.chain(rows.map(|row| highlight::row(&conversion.text, row, column.colours, theme))).collect()
        }
    }
}
