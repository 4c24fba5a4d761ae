//! The box of a dialog: a frame with a title and the keys it knows.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::widget::draw;
use crate::ui::widget::theme::Theme;

/// Draws an empty dialog; returns the room inside, a cell of air on each side.
pub fn frame(buf: &mut Buffer, area: Rect, title: &str, keys: &str, theme: &Theme) -> Rect {
    draw::fill(buf, area, theme.popup);
    draw::border(buf, area, theme.popup.patch(theme.border_focused));
    let line = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area };
    draw::put_line(buf, line, area.y, &format!(" {title} "), theme.popup.patch(theme.title));
    if 0 < area.height {
        draw::put_line(buf, line, area.bottom() - 1, &format!(" {keys} "), theme.popup.patch(theme.key_hint));
    }
    room(area)
}

pub fn room(area: Rect) -> Rect {
    let room = draw::inside(area);
    Rect { x: room.x + 1, width: room.width.saturating_sub(2), ..room }
}

/// Returns the part of the screen that dialogs have: all but the first and the last line.
pub fn stage(screen: Rect) -> Rect {
    Rect { y: screen.y + 1, height: screen.height.saturating_sub(2), ..screen }
}
