//! The message in its bubble, as a client lays it out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::compose::Composed;
use crate::ui::theme::Theme;

/// How a message is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// Whether spoilers are revealed.
    pub reveal_spoilers: bool,
    /// Whether long quotes are open.
    pub expand_quotes: bool,
}

/// Draws the message of a composition; returns whether there is one.
pub fn draw(
    buf: &mut Buffer,
    area: Rect,
    composed: &Composed,
    options: &Options,
    scroll: usize,
    theme: &Theme,
) -> bool {
    let Some(text) = composed.request.as_ref().and_then(|request| request.text()) else { return false };
    let _ = options;
    for (line, y) in crate::ui::draw::wrap(&text.sent.text, usize::from(area.width))
        .iter()
        .skip(scroll)
        .zip(area.y..area.bottom())
    {
        crate::ui::draw::put_line(buf, area, y, line, theme.text);
    }
    true
}
