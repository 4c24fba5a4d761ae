//! F6: the message in each parse mode, side by side. Opening it changes nothing; Enter converts.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::frame;
use crate::compose::{self, Composed, Conversion, Convertible};
use crate::telegram::ParseMode;
use crate::ui::draw;
use crate::ui::latest::Latest;
use crate::ui::pane::preview::message_lines;
use crate::ui::theme::Theme;

/// Under this width the modes stand one after the other.
const SIDE_BY_SIDE: u16 = 72;

/// The comparison.
#[derive(Debug, Clone)]
pub struct Compare {
    /// The mode the body is in now; none for no `parse_mode`.
    pub now: Option<ParseMode>,
    /// Each mode: the body converted to it, or why it cannot be.
    pub columns: Vec<Column>,
    /// The chosen column, from 0.
    pub chosen: usize,
    /// How far the columns are scrolled.
    pub scroll: usize,
}

/// One mode.
#[derive(Debug, Clone)]
pub struct Column {
    /// The mode.
    pub mode: ParseMode,
    /// The body converted to it, or why and where it is refused.
    pub conversion: Result<Conversion, crate::diagnostic::Diagnostic>,
    /// The message the converted body makes; none while it is made.
    pub composed: Option<Latest<Composed>>,
}

impl Compare {
    /// Converts a body to each mode; the messages are made elsewhere.
    pub fn of(source: &Convertible<'_>) -> Self {
        let body = source.body;
        let now = compose::parse_mode_of(body);
        let column = |mode: ParseMode| {
            let conversion = match now == Some(mode) {
                true => Ok(Conversion::unchanged(body)),
                false => compose::convert(source, mode),
            };
            Column { mode, conversion, composed: None }
        };
        let columns: Vec<Column> = ParseMode::ALL.into_iter().map(column).collect();
        let chosen = columns.iter().position(|column| now == Some(column.mode)).unwrap_or(0);
        Self { now, columns, chosen, scroll: 0 }
    }

    /// Returns the chosen column.
    pub fn column(&self) -> Option<&Column> {
        self.columns.get(self.chosen)
    }

    /// Draws it.
    pub fn draw(&self, buf: &mut Buffer, area: Rect, theme: &Theme) {
        let keys = "←→ mode · ↑↓ scroll · Enter converts the body (one undo step) · Esc";
        let room = frame(buf, area, "Parse modes", keys, theme);
        if SIDE_BY_SIDE <= room.width {
            let n = u16::try_from(self.columns.len()).unwrap_or(1).max(1);
            let width = room.width / n;
            for (at, column) in self.columns.iter().enumerate() {
                let x = room.x + width * u16::try_from(at).unwrap_or(0);
                let area = Rect { x, width: width.saturating_sub(1), ..room };
                self.draw_column(buf, area, column, at == self.chosen, theme);
            }
        } else if let Some(column) = self.column() {
            let tabs: Vec<&str> = self.columns.iter().map(|column| column.mode.as_str()).collect();
            draw::put_line(buf, room, room.y, &tabs.join("  "), theme.popup.patch(theme.dim));
            let below = Rect { y: room.y + 1, height: room.height.saturating_sub(1), ..room };
            self.draw_column(buf, below, column, true, theme);
        }
    }

    fn draw_column(&self, buf: &mut Buffer, area: Rect, column: &Column, is_chosen: bool, theme: &Theme) {
        let style = if is_chosen { theme.popup_chosen } else { theme.popup.patch(theme.title) };
        let mark = if self.now == Some(column.mode) { " · now" } else { "" };
        draw::put_line(
            buf,
            Rect { height: 1, ..area },
            area.y,
            &format!(" {}{mark} ", column.mode.as_str()),
            style,
        );
        let width = usize::from(area.width);
        let mut lines: Vec<(String, ratatui::style::Style)> = Vec::new();
        match &column.conversion {
            Err(refusal) => {
                lines.extend(
                    draw::wrap(&format!("✘ {}", refusal.message), width)
                        .into_iter()
                        .map(|line| (line, theme.error)),
                );
                let help = refusal.help.as_deref().unwrap_or("");
                lines.extend(draw::wrap(help, width).into_iter().map(|line| (line, theme.dim)));
            }
            Ok(conversion) => {
                let text = conversion.text.replace("\\n", "\\n\n");
                lines.extend(draw::wrap(&text, width).into_iter().map(|line| (line, theme.text)));
                for lost in &conversion.lost {
                    lines.push((String::new(), theme.text));
                    lines.extend(
                        draw::wrap(&format!("! {lost}"), width).into_iter().map(|line| (line, theme.warning)),
                    );
                }
            }
        }
        let half = area.height / 2;
        let markup = Rect { y: area.y + 1, height: half.saturating_sub(1), ..area };
        for ((line, style), y) in lines.iter().skip(self.scroll).zip(markup.y..markup.bottom()) {
            draw::put_line(buf, markup, y, line, theme.popup.patch(*style));
        }
        let message = Rect { y: area.y + half, height: area.height - half, ..area };
        for x in message.x..message.right() {
            buf[(x, message.y)].set_symbol("─").set_style(theme.popup.patch(theme.border));
        }
        let below = Rect { y: message.y + 1, height: message.height.saturating_sub(1), ..message };
        if let Some(composed) = &column.composed {
            message_lines::draw(buf, below, composed, theme);
        }
    }
}
