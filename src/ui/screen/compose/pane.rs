//! The panes: what each shows, and the state that only it has.

pub mod body;
pub mod campaigns;
pub mod preview;
pub mod problems;
pub mod webhook;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::screen::compose::focus::Pane;
use crate::ui::screen::compose::layout::inside;
use crate::ui::screen::compose::state::App;
use crate::ui::widget::draw;

/// Draws a pane's border with its number and title; returns the room inside.
pub fn frame(app: &App, pane: Pane, title: &str, area: Rect, buf: &mut Buffer) -> Rect {
    let has_focus = app.focus.pane == pane && app.dialog.is_none();
    let border = if has_focus { app.theme.border_focused } else { app.theme.border };
    draw::border(buf, area, border);
    let line = Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area };
    let number = format!("{} ", pane.number());
    let x = draw::put(
        buf,
        line,
        line.x,
        line.y,
        &number,
        if has_focus { app.theme.accent } else { app.theme.dim },
    );
    let rest = Rect { x, width: line.right().saturating_sub(x), ..line };
    draw::put_line(
        buf,
        rest,
        line.y,
        &format!("{title} "),
        if has_focus { app.theme.title } else { app.theme.text },
    );
    inside(area)
}
