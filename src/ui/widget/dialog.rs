//! Draws the frame of a dialog, with a title in the top border and the keys in the bottom border.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::widget::draw;
use crate::ui::widget::theme::Theme;

/// Draws an empty dialog. Returns the area for its content, which has a padding of one cell on the left and on the
/// right.
pub(crate) fn draw_frame(buf: &mut Buffer, area: Rect, title: &str, keys: &str, theme: &Theme) -> Rect {
    draw::fill(buf, area, theme.popup);
    draw::border(buf, area, theme.popup.patch(theme.border_focused));
    let line = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area };
    draw::put_line(buf, line, area.y, &format!(" {title} "), theme.popup.patch(theme.title));
    // The keys are in the bottom border, so that they take no line of the content.
    if 0 < area.height {
        draw::put_line(buf, line, area.bottom() - 1, &format!(" {keys} "), theme.popup.patch(theme.key_hint));
    }
    content_area(area)
}

/// Returns the content area of a dialog that fills `area`.
pub(crate) fn content_area(area: Rect) -> Rect {
    let room = draw::inside(area);
    Rect { x: room.x + 1, width: room.width.saturating_sub(2), ..room }
}

/// Returns the part of the screen for dialogs: everything except the header and the footer, which have one line each.
pub(crate) fn dialog_area(screen: Rect) -> Rect {
    Rect { y: screen.y + 1, height: screen.height.saturating_sub(2), ..screen }
}
