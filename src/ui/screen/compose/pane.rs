//! Draws the panes. Each module here draws one pane, and has the state that only this pane needs, if any.

pub(crate) mod body;
pub(crate) mod campaigns;
pub(crate) mod preview;
pub(crate) mod problems;
pub(crate) mod webhook;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::screen::compose::{Compose, Pane};
use crate::ui::shared::SharedState;
use crate::ui::widget::{draw, draw::inside};

/// Draws the border, number, and title of a pane, and returns the area inside the border.
pub(crate) fn frame(
    screen: &Compose,
    shared: &SharedState,
    pane: Pane,
    title: &str,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let has_focus = screen.focus.pane == pane && screen.is_uncovered(shared);
    let border = if has_focus { shared.theme.border_focused } else { shared.theme.border };
    draw::border(buf, area, border);
    let line = Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area };
    let number = format!("{} ", pane.number());
    let x = draw::put(
        buf,
        line,
        line.x,
        line.y,
        &number,
        if has_focus { shared.theme.accent } else { shared.theme.dim },
    );
    let rest = Rect { x, width: line.right().saturating_sub(x), ..line };
    draw::put_line(
        buf,
        rest,
        line.y,
        // A title that just fits needs no space after it.
        &if crate::text::width(title) < usize::from(rest.width) {
            format!("{title} ")
        } else {
            title.to_owned()
        },
        if has_focus { shared.theme.title } else { shared.theme.dim },
    );
    inside(area)
}
