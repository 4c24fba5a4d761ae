//! The dialog "Parse modes" (F6). It shows the body converted to each parse mode, and the resulting messages. The body
//! changes only when Enter converts it to the chosen mode.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::compose::{Conversion, Highlight};
use crate::diagnostic::Diagnostic;
use crate::service::{ConvertedMessage, ModePreviews};
use crate::telegram::ParseMode;
use crate::text;
use crate::ui::editor::highlight::{self, Grammar, StyledRow, SyntaxPiece};
use crate::ui::screen::compose::derived::Memo;
use crate::ui::shared::bubble::{Bubble, BubbleOptions, BubbleOverlay};
use crate::ui::shared::{AnswerStatus, Generation, PtrEq, Query};
use crate::ui::widget::{Theme, ThemeOrigin, dialog::draw_frame, draw};

/// The width between two columns, in cells: the marks for scrolling and a space.
const BETWEEN: u16 = 2;

// The smallest width, in cells, at which the three modes are side by side. A column of text needs about thirty cells.
const MIN_SIDE_BY_SIDE_WIDTH: u16 = 96;

// At most this many bytes of a text are colored, because the screen cannot react to keys while it colors a text. No
// message that Telegram accepts is longer.
const MAX_COLORED_BYTES: usize = 64 * 1024;

#[derive(Debug)]
pub struct CompareDialog {
    compared: Query<PtrEq<ModePreviews>>,
    /// The colored byte ranges of each mode's text. They are empty until the grammar of the mode is loaded.
    colors: Vec<Vec<SyntaxPiece>>,
    pub chosen: usize,
    pub scroll: usize,
    columns: Memo<ColumnsKey, Vec<ModeColumn>>,
}

/// The inputs of the columns: the converted bodies, the number of converted bodies that are colored, the width of a
/// column in cells, and the theme.
type ColumnsKey = (Option<PtrEq<ModePreviews>>, usize, u16, ThemeOrigin);

#[derive(Debug)]
struct ModeColumn {
    title: String,
    // Lines that list what the conversion would lose, followed by the converted text. In this order, the user sees the
    // losses before converting the body.
    lines: Vec<StyledRow>,
    message: Option<Bubble>,
}

impl CompareDialog {
    /// Creates the dialog for conversions that are still pending.
    pub fn pending(generation: Generation) -> Self {
        let colors = vec![Vec::new(); ParseMode::ALL.len()];
        let compared = Query::asked(generation);
        Self { compared, colors, chosen: 0, scroll: 0, columns: Memo::default() }
    }

    /// Stores the converted bodies and chooses the current parse mode of the body. Does nothing if the converted bodies
    /// do not answer the latest request.
    pub fn set_previews(&mut self, generation: Generation, compared: &PtrEq<ModePreviews>) {
        if self.compared.answer(generation, Ok(compared.clone())) == AnswerStatus::Latest {
            let is_current = |(mode, _): &(ParseMode, _)| Some(*mode) == compared.current_mode;
            self.chosen = compared.modes.iter().position(is_current).unwrap_or(0);
        }
    }

    pub fn color(&mut self, grammar: &Grammar) {
        for ((mode, outcome), colors) in modes(&self.compared).iter().zip(&mut self.colors) {
            if let Ok(ConvertedMessage { conversion: Conversion { text, .. }, .. }) = outcome
                && grammar.markup == Some(*mode)
            {
                *colors = grammar.pieces_of_text(&text[..text.floor_char_boundary(MAX_COLORED_BYTES)]);
            }
        }
    }

    /// Returns the number of modes, or 0 while the conversions are pending.
    pub fn n_modes(&self) -> usize {
        modes(&self.compared).len()
    }

    /// Returns the chosen mode and the result of converting the body to it. `None` while the conversions are pending.
    pub fn chosen(&self) -> Option<&(ParseMode, Result<ConvertedMessage, Diagnostic>)> {
        modes(&self.compared).get(self.chosen)
    }

    /// Returns the parse mode of the body. `None` while the conversions are pending, if the body has no `parse_mode`,
    /// or if the body cannot be read.
    pub fn current_mode(&self) -> Option<ParseMode> {
        self.compared.value()?.current_mode
    }

    /// Lays out the columns if the conversions, their colors, the width, or the theme have changed. Limits the scroll
    /// position, so that the longest column on screen is not scrolled past its end.
    pub fn follow(&mut self, room: Rect, theme: &Theme) {
        let n = u16::try_from(self.n_modes()).unwrap_or(1).max(1);
        let is_wide = MIN_SIDE_BY_SIDE_WIDTH <= room.width;
        let width = if is_wide { (room.width / n).saturating_sub(BETWEEN) } else { room.width };
        let n_colored = self.colors.iter().filter(|colors| !colors.is_empty()).count();
        let (current, modes) = (self.current_mode(), modes(&self.compared).iter().zip(&self.colors));
        self.columns.refresh((self.compared.value().cloned(), n_colored, width, theme.origin), |_| {
            let column = |((mode, outcome), colors): (&(ParseMode, _), &Vec<SyntaxPiece>)| ModeColumn {
                title: title(current == Some(*mode), *mode, outcome),
                lines: lines_of(outcome, colors, usize::from(width), theme),
                message: message_of(outcome, width),
            };
            modes.map(column).collect()
        });
        let n_hidden = |column: &ModeColumn| {
            column.lines.len().saturating_sub(usize::from(markup_height(room.height, column.lines.len())))
        };
        let shown = self.columns.value.iter().enumerate().filter(|(at, _)| is_wide || *at == self.chosen);
        self.scroll = self.scroll.min(shown.map(|(_, column)| n_hidden(column)).max().unwrap_or(0));
    }

    /// Returns by how many rows a page key scrolls the texts. `room` is the content area of the dialog.
    pub fn page(&self, room: Rect) -> usize {
        let longest = self.columns.value.iter().map(|column| column.lines.len()).max().unwrap_or(0);
        // Two pages have one row in common, so that the reader finds the place again.
        markup_height(room.height, longest).saturating_sub(1).into()
    }

    pub fn draw(&self, buf: &mut Buffer, area: Rect, theme: &Theme) {
        let keys = "←→ mode · ↑↓ scroll · Enter convert the body · Esc close";
        let room = draw_frame(buf, area, "Parse modes", keys, theme);
        let columns = &self.columns.value;
        if columns.is_empty() {
            draw::put_line(buf, room, room.y, "…", theme.popup.patch(theme.dim));
        } else if MIN_SIDE_BY_SIDE_WIDTH <= room.width {
            let width = room.width / u16::try_from(columns.len()).unwrap_or(1).max(1);
            for (at, column) in columns.iter().enumerate() {
                let x = room.x + width * u16::try_from(at).unwrap_or(0);
                let area = Rect { x, width: width.saturating_sub(BETWEEN), ..room };
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
        for (at, ModeColumn { title, .. }) in self.columns.value.iter().enumerate() {
            let rest = Rect { x, width: room.right().saturating_sub(x), ..room };
            draw::put_line(buf, rest, room.y, title, self.title_style(at, theme));
            let title_width = u16::try_from(text::width(title)).unwrap_or(u16::MAX);
            x = x.saturating_add(title_width).saturating_add(1).min(room.right());
        }
    }

    fn title_style(&self, at: usize, theme: &Theme) -> Style {
        if at == self.chosen { theme.popup_chosen } else { theme.popup.patch(theme.title) }
    }

    fn draw_column(&self, buf: &mut Buffer, area: Rect, column: &ModeColumn, theme: &Theme) {
        let lines = &column.lines;
        let below_title = area.height.saturating_sub(1);
        let text_height = markup_height(area.height, lines.len());
        let markup = Rect { y: area.y + 1, height: text_height, ..area };
        // All columns scroll together, but a shorter column stops when its last line is visible.
        let top = self.scroll.min(lines.len().saturating_sub(usize::from(text_height)));
        for (line, y) in lines.iter().skip(top).zip(markup.y..markup.bottom()) {
            let mut x = markup.x;
            for (text, style) in line {
                x = draw::put(buf, markup, x, y, text, theme.popup.patch(*style));
            }
        }
        let is_below = top + usize::from(text_height) < lines.len();
        draw::scroll_marks(buf, markup, 0 < top, is_below, theme.popup.patch(theme.accent));
        let message = Rect { y: markup.bottom(), height: below_title - text_height, ..area };
        if message.height == 0 {
            return;
        }
        for x in message.x..message.right() {
            buf[(x, message.y)].set_symbol("─").set_style(theme.popup.patch(theme.border));
        }
        let room = Rect { y: message.y + 1, height: message.height - 1, ..message };
        if let Some(bubble) = &column.message {
            bubble.draw(buf, room, 0, theme, BubbleOverlay { highlight: &Highlight::default(), code: &[] });
        }
    }
}

fn modes(compared: &Query<PtrEq<ModePreviews>>) -> &[(ParseMode, Result<ConvertedMessage, Diagnostic>)] {
    compared.value().map(|compared| compared.modes.as_slice()).unwrap_or_default()
}

fn title(is_current: bool, mode: ParseMode, outcome: &Result<ConvertedMessage, Diagnostic>) -> String {
    let current = if is_current { " · current" } else { "" };
    let state = match outcome {
        Err(_) => " ✘".to_owned(),
        Ok(ConvertedMessage { conversion, .. }) if conversion.lost.is_empty() => String::new(),
        Ok(ConvertedMessage { conversion, .. }) => format!(" · {} lost", conversion.lost.len()),
    };
    format!(" {}{current}{state} ", mode.as_str())
}

fn message_of(outcome: &Result<ConvertedMessage, Diagnostic>, width: u16) -> Option<Bubble> {
    let composed = Arc::clone(&outcome.as_ref().ok()?.composed);
    Bubble::new(&PtrEq::from(composed), width, &BubbleOptions::default())
}

/// Returns the number of rows in which a column shows its lines. This is the number of lines, but at least 3, and never
/// more than half of the rows below the title. The message gets the remaining rows.
fn markup_height(column_height: u16, n_lines: usize) -> u16 {
    (column_height.saturating_sub(1) / 2).min(u16::try_from(n_lines).unwrap_or(u16::MAX).max(3))
}

fn lines_of(
    outcome: &Result<ConvertedMessage, Diagnostic>,
    colors: &[SyntaxPiece],
    width: usize,
    theme: &Theme,
) -> Vec<StyledRow> {
    let wrapped =
        |text: &str, style| draw::wrap(text, width).into_iter().map(move |line| vec![(line, style)]);
    match outcome {
        Err(refusal) => {
            let message = wrapped(&format!("✘ {}", refusal.message), theme.error);
            message.chain(wrapped(refusal.help.as_deref().unwrap_or_default(), theme.dim)).collect()
        }
        Ok(ConvertedMessage { conversion, .. }) => {
            let lost =
                conversion.lost.iter().flat_map(|lost| wrapped(&format!("! lost: {lost}"), theme.warning));
            let rows = text::wrap_words(&conversion.text, width).into_iter();
            lost.chain(rows.map(|row| highlight::row(&conversion.text, row, colors, theme))).collect()
        }
    }
}
