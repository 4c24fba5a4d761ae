//! Draws the frame of a dialog, with a title in the top border and the keys in the bottom border.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::text;
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
        let keys = fitting_keys(keys, usize::from(line.width.saturating_sub(2)));
        draw::put_line(buf, line, area.bottom() - 1, &format!(" {keys} "), theme.popup.patch(theme.key_hint));
    }
    content_area(area)
}

/// Leaves out the key hints that do not fit into `width` cells. The hints are separated by ` · `. The last one stays,
/// because it says how to leave the dialog.
fn fitting_keys(keys: &str, width: usize) -> Cow<'_, str> {
    const GAP: &str = " · ";
    if text::width(keys) <= width {
        return Cow::Borrowed(keys);
    }
    let Some((first, last)) = keys.rsplit_once(GAP) else { return Cow::Borrowed(keys) };
    let mut shown = String::new();
    for hint in first.split(GAP) {
        if width < text::width(&shown) + text::width(hint) + text::width(last) + text::width(GAP) {
            break;
        }
        shown += hint;
        shown += GAP;
    }
    Cow::Owned(shown + last)
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

#[cfg(test)]
mod tests {
    use super::fitting_keys;

    #[test]
    fn key_hints_that_do_not_fit_are_left_out_before_the_last_one() {
        let keys = "Enter send · c chat · g capture · Esc close";
        assert_eq!(fitting_keys(keys, 43), keys);
        assert_eq!(fitting_keys(keys, 42), "Enter send · c chat · Esc close");
        assert_eq!(fitting_keys(keys, 24), "Enter send · Esc close");
        assert_eq!(fitting_keys(keys, 5), "Esc close");
    }
}
