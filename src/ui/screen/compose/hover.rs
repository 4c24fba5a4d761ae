//! Opens and draws the info box about a position in the body. The next key, paste, click, or turn of the mouse wheel
//! closes the box.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::complete::hover::{self, HoverNote};
use crate::diagnostic::Severity;
use crate::text::width;
use crate::ui::screen::compose::{Compose, popup};
use crate::ui::shared::SharedState;
use crate::ui::widget::{draw, draw::inside};

/// The maximum width of the text in the box, in cells.
const MAX_WIDTH: u16 = 64;

/// The maximum number of lines in the box.
const MAX_LINES: usize = 14;

#[derive(Debug, Clone, PartialEq)]
pub struct HoverBox {
    hover: hover::Hover,
    // The version of the body when the box was opened.
    version: u64,
}

/// Opens the box about the byte offset `at` of the open body. If there is no info to show, closes any open box and
/// returns false.
pub(crate) fn open(screen: &mut Compose, shared: &mut SharedState, at: usize) -> bool {
    screen.hover = screen.buffer().and_then(|buffer| {
        let body = buffer.editor.text();
        let found = hover::hover(
            &body,
            at,
            screen.composed().map(|composed| &**composed),
            &screen.completion_inputs(shared).context(),
        )?;
        Some(HoverBox { hover: found, version: buffer.editor.version() })
    });
    screen.hover.is_some()
}

/// Draws the box, unless a dialog covers the panes or the body has changed since the box was opened.
pub(crate) fn draw(screen: &Compose, shared: &SharedState, buf: &mut Buffer) {
    let Some(shown) = screen.hover.as_ref().filter(|_| screen.is_uncovered(shared)) else { return };
    if screen.buffer().is_none_or(|buffer| buffer.editor.version() != shown.version) {
        return;
    }
    let room = usize::from(MAX_WIDTH.min(shared.size.0.saturating_sub(4)));
    let mut lines = lines(shared, &shown.hover.notes, room);
    if MAX_LINES < lines.len() {
        lines.truncate(MAX_LINES - 1);
        lines.push(HoverLine { text: "…".to_owned(), style: shared.theme.dim });
    }
    let row_width = lines.iter().map(|line| width(&line.text)).max().unwrap_or(0) + 2;
    let row_width = u16::try_from(row_width).unwrap_or(MAX_WIDTH);
    let n_rows = u16::try_from(lines.len()).unwrap_or(0);
    let Some(area) = popup::area_near(screen, shared, shown.hover.span, row_width + 2, n_rows + 2) else {
        return;
    };
    draw::fill(buf, area, shared.theme.popup);
    draw::border(buf, area, shared.theme.popup.patch(shared.theme.border_focused));
    let room = inside(area);
    for (line, y) in lines.iter().zip(room.y..room.bottom()) {
        let room = Rect { x: room.x + 1, width: room.width.saturating_sub(2), ..room };
        draw::put_line(buf, room, y, &line.text, shared.theme.popup.patch(line.style));
    }
}

struct HoverLine {
    text: String,
    style: Style,
}

fn lines(shared: &SharedState, notes: &[HoverNote], room: usize) -> Vec<HoverLine> {
    let theme = &shared.theme;
    let mut lines = Vec::new();
    for note in notes {
        if !lines.is_empty() {
            lines.push(HoverLine { text: String::new(), style: theme.text });
        }
        let (mark, style) = match note.severity {
            None => ("", theme.title),
            Some(Severity::Error) => ("✘ ", theme.error),
            Some(Severity::Warning) => ("! ", theme.warning),
            Some(Severity::Info) => ("i ", theme.info),
        };
        let title = draw::wrap(&format!("{mark}{}", note.title), room);
        lines.extend(title.into_iter().map(|text| HoverLine { text, style }));
        let style = if note.severity.is_some() { theme.dim } else { theme.text };
        for line in &note.lines {
            lines.extend(draw::wrap(line, room).into_iter().map(|text| HoverLine { text, style }));
        }
    }
    lines
}
