//! The panes: what each shows, and the state that only it has.

pub mod body;
pub mod campaigns;
pub mod preview;
pub mod problems;
pub mod webhook;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::screen::compose::{Compose, Pane};
use crate::ui::shared::Shared;
use crate::ui::widget::{draw, draw::inside};

pub fn frame(
    screen: &Compose,
    shared: &Shared,
    pane: Pane,
    title: &str,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let has_focus = screen.focus.pane == pane && screen.is_in_front(shared);
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
        &format!("{title} "),
        if has_focus { shared.theme.title } else { shared.theme.text },
    );
    inside(area)
}
