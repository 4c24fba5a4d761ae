//! F6: the message in each parse mode, side by side. Opening it changes nothing; Enter converts.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::compose::{Conversion, Lit};
use crate::diagnostic::Diagnostic;
use crate::service::{Compared, Converted};
use crate::telegram::ParseMode;
use crate::text;
use crate::ui::editor::highlight::{self, Grammar, Piece, StyledRow};
use crate::ui::screen::compose::derived::Kept;
use crate::ui::shared::bubble::{Bubble, Options, Over};
use crate::ui::shared::{Generation, Latest, Request, Taken};
use crate::ui::widget::{Theme, dialog::frame, draw};

/// Under this width the modes stand one after the other: a column of text wants some thirty cells.
const SIDE_BY_SIDE: u16 = 96;

/// So many bytes of a text are coloured: no message is as long, and the screen's thread does it.
const COLOURED: usize = 64 * 1024;

#[derive(Debug)]
pub struct Compare {
    compared: Request<Latest<Compared>>,
    /// The colours of each mode's text, by its bytes; none before the mode's grammar is loaded.
    colours: Vec<Vec<Piece>>,
    pub chosen: usize,
    pub scroll: usize,
    columns: Kept<LaidOut, Vec<Column>>,
}

/// What the columns are made of: the bodies, how many of them in colours, the cells of a column.
type LaidOut = (Option<Latest<Compared>>, usize, u16);

#[derive(Debug)]
struct Column {
    title: String,
    /// What is lost first, since it decides, then the text in its markup.
    lines: Vec<StyledRow>,
    message: Option<Bubble>,
}

impl Compare {
    /// Opens before the body is converted.
    pub fn asked(generation: Generation) -> Self {
        let colours = vec![Vec::new(); ParseMode::ALL.len()];
        let compared = Request::asked(generation);
        Self { compared, colours, chosen: 0, scroll: 0, columns: Kept::default() }
    }

    /// Takes the converted bodies; the mode that the body is in is chosen.
    pub fn take(&mut self, generation: Generation, compared: &Latest<Compared>) {
        if self.compared.answer(generation, Ok(compared.clone())) == Taken::Latest {
            let is_now = |(mode, _): &(ParseMode, _)| Some(*mode) == compared.now;
            self.chosen = compared.modes.iter().position(is_now).unwrap_or(0);
        }
    }

    pub fn colour(&mut self, grammar: &Grammar) {
        for ((mode, outcome), colours) in modes(&self.compared).iter().zip(&mut self.colours) {
            if let Ok(Converted { conversion: Conversion { text, .. }, .. }) = outcome
                && grammar.markup == Some(*mode)
            {
                *colours = grammar.pieces_of_text(&text[..text.floor_char_boundary(COLOURED)]);
            }
        }
    }

    /// Returns how many modes there are; none while they are made.
    pub fn n_modes(&self) -> usize {
        modes(&self.compared).len()
    }

    /// Returns the chosen mode, and what became of the body in it.
    pub fn chosen(&self) -> Option<&(ParseMode, Result<Converted, Diagnostic>)> {
        modes(&self.compared).get(self.chosen)
    }

    /// Returns the mode that the body is in; none for no `parse_mode`.
    pub fn now(&self) -> Option<ParseMode> {
        self.compared.value()?.now
    }

    /// Lays out the modes where they or the room are others, and takes back what was scrolled beyond the end.
    pub fn follow(&mut self, room: Rect, theme: &Theme) {
        let n = u16::try_from(self.n_modes()).unwrap_or(1).max(1);
        let is_wide = SIDE_BY_SIDE <= room.width;
        let width = if is_wide { (room.width / n).saturating_sub(1) } else { room.width };
        let n_coloured = self.colours.iter().filter(|colours| !colours.is_empty()).count();
        let (now, modes) = (self.now(), modes(&self.compared).iter().zip(&self.colours));
        self.columns.renew((self.compared.value().cloned(), n_coloured, width), |_| {
            let column = |((mode, outcome), colours): (&(ParseMode, _), &Vec<Piece>)| Column {
                title: title(now == Some(*mode), *mode, outcome),
                lines: lines_of(outcome, colours, usize::from(width), theme),
                message: message_of(outcome, width),
            };
            modes.map(column).collect()
        });
        let beyond = |column: &Column| {
            column.lines.len().saturating_sub(usize::from(markup_height(room.height, column.lines.len())))
        };
        let shown = self.columns.value.iter().enumerate().filter(|(at, _)| is_wide || *at == self.chosen);
        self.scroll = self.scroll.min(shown.map(|(_, column)| beyond(column)).max().unwrap_or(0));
    }

    pub fn draw(&self, buf: &mut Buffer, area: Rect, theme: &Theme) {
        let keys = "←→ mode · ↑↓ scroll · Enter converts the body (one undo step) · Esc";
        let room = frame(buf, area, "Parse modes", keys, theme);
        let columns = &self.columns.value;
        if columns.is_empty() {
            draw::put_line(buf, room, room.y, "…", theme.popup.patch(theme.dim));
        } else if SIDE_BY_SIDE <= room.width {
            let width = room.width / u16::try_from(columns.len()).unwrap_or(1).max(1);
            for (at, column) in columns.iter().enumerate() {
                let x = room.x + width * u16::try_from(at).unwrap_or(0);
                let area = Rect { x, width: width.saturating_sub(1), ..room };
                let line = Rect { height: 1, ..area };
                draw::put_line(buf, line, area.y, &column.title, self.title_style(at, theme));
                self.draw_column(buf, area, column, theme);
            }
        } else if let Some(column) = columns.get(self.chosen) {
            self.draw_tabs(buf, room, theme);
            self.draw_column(buf, room, column, theme);
        }
    }

    fn draw_tabs(&self, buf: &mut Buffer, room: Rect, theme: &Theme) {
        let mut x = room.x;
        for (at, Column { title, .. }) in self.columns.value.iter().enumerate() {
            let rest = Rect { x, width: room.right().saturating_sub(x), ..room };
            draw::put_line(buf, rest, room.y, title, self.title_style(at, theme));
            let wide = u16::try_from(text::width(title)).unwrap_or(u16::MAX);
            x = x.saturating_add(wide).saturating_add(1).min(room.right());
        }
    }

    fn title_style(&self, at: usize, theme: &Theme) -> Style {
        if at == self.chosen { theme.popup_chosen } else { theme.popup.patch(theme.title) }
    }

    fn draw_column(&self, buf: &mut Buffer, area: Rect, column: &Column, theme: &Theme) {
        let lines = &column.lines;
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
        if let Some(bubble) = &column.message {
            bubble.draw(buf, room, 0, theme, Over { lit: &Lit::default(), code: &[] });
        }
    }
}

fn modes(compared: &Request<Latest<Compared>>) -> &[(ParseMode, Result<Converted, Diagnostic>)] {
    compared.value().map(|compared| compared.modes.as_slice()).unwrap_or_default()
}

fn title(is_now: bool, mode: ParseMode, outcome: &Result<Converted, Diagnostic>) -> String {
    let now = if is_now { " · now" } else { "" };
    let state = match outcome {
        Err(_) => " ✘".to_owned(),
        Ok(Converted { conversion, .. }) if conversion.lost.is_empty() => String::new(),
        Ok(Converted { conversion, .. }) => format!(" · {} lost", conversion.lost.len()),
    };
    format!(" {}{now}{state} ", mode.as_str())
}

fn message_of(outcome: &Result<Converted, Diagnostic>, width: u16) -> Option<Bubble> {
    let composed = Arc::clone(&outcome.as_ref().ok()?.composed);
    Bubble::new(&Latest::from(composed), width, &Options::default())
}

/// How many rows the text of a column has: the message has half the room, and what the text leaves over.
fn markup_height(column: u16, n_lines: usize) -> u16 {
    (column.saturating_sub(1) / 2).min(u16::try_from(n_lines).unwrap_or(u16::MAX).max(3))
}

fn lines_of(
    outcome: &Result<Converted, Diagnostic>,
    colours: &[Piece],
    width: usize,
    theme: &Theme,
) -> Vec<StyledRow> {
    let wrapped =
        |text: &str, style| draw::wrap(text, width).into_iter().map(move |line| vec![(line, style)]);
    match outcome {
        Err(refusal) => {
            let words = wrapped(&format!("✘ {}", refusal.message), theme.error);
            words.chain(wrapped(refusal.help.as_deref().unwrap_or_default(), theme.dim)).collect()
        }
        Ok(Converted { conversion, .. }) => {
            let lost =
                conversion.lost.iter().flat_map(|lost| wrapped(&format!("! lost: {lost}"), theme.warning));
            let rows = draw::wrap_words(&conversion.text, width).into_iter();
            lost.chain(rows.map(|row| highlight::row(&conversion.text, row, colours, theme))).collect()
        }
    }
}
