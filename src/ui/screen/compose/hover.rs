//! What is said of a place of the body, in a small box near it; the next key closes it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::complete::hover::{self, Note};
use crate::diagnostic::Severity;
use crate::text::width;
use crate::ui::screen::compose::{Compose, popup};
use crate::ui::shared::Shared;
use crate::ui::widget::{draw, draw::inside};

/// The widest it gets inside its border.
const MAX_WIDTH: u16 = 64;

/// The most lines inside its border.
const MAX_LINES: usize = 14;

#[derive(Debug, Clone, PartialEq)]
pub struct HoverBox {
    hover: hover::Hover,
    /// The edit of the body it was said of.
    version: u64,
}

/// Says what stands at the byte `at` of the open body; returns whether there is anything to say.
pub fn open(screen: &mut Compose, shared: &mut Shared, at: usize) -> bool {
    screen.hover = screen.buffer().and_then(|buffer| {
        let body = buffer.editor.text();
        let found = hover::hover(
            &body,
            at,
            screen.composed().map(|composed| &**composed),
            &screen.knowledge(shared).context(),
        )?;
        Some(HoverBox { hover: found, version: buffer.editor.version() })
    });
    screen.hover.is_some()
}

/// Draws the box, unless the body is another one by now.
pub fn draw(screen: &Compose, shared: &Shared, buf: &mut Buffer) {
    let Some(shown) = screen.hover.as_ref().filter(|_| screen.is_in_front(shared)) else { return };
    if screen.buffer().is_none_or(|buffer| buffer.editor.version() != shown.version) {
        return;
    }
    let room = usize::from(MAX_WIDTH.min(shared.size.0.saturating_sub(4)));
    let mut lines = lines(shared, &shown.hover.notes, room);
    if MAX_LINES < lines.len() {
        lines.truncate(MAX_LINES - 1);
        lines.push(Line { text: "…".to_owned(), style: shared.theme.dim });
    }
    let wide = lines.iter().map(|line| width(&line.text)).max().unwrap_or(0) + 2;
    let (wide, tall) = (u16::try_from(wide).unwrap_or(MAX_WIDTH), u16::try_from(lines.len()).unwrap_or(0));
    let Some(area) = popup::near(screen, shared, shown.hover.span, wide + 2, tall + 2) else { return };
    draw::fill(buf, area, shared.theme.popup);
    draw::border(buf, area, shared.theme.popup.patch(shared.theme.border_focused));
    let room = inside(area);
    for (line, y) in lines.iter().zip(room.y..room.bottom()) {
        let room = Rect { x: room.x + 1, width: room.width.saturating_sub(2), ..room };
        draw::put_line(buf, room, y, &line.text, shared.theme.popup.patch(line.style));
    }
}

struct Line {
    text: String,
    style: Style,
}

fn lines(shared: &Shared, notes: &[Note], room: usize) -> Vec<Line> {
    let theme = &shared.theme;
    let mut lines = Vec::new();
    for note in notes {
        if !lines.is_empty() {
            lines.push(Line { text: String::new(), style: theme.text });
        }
        let (mark, style) = match note.severity {
            None => ("", theme.title),
            Some(Severity::Error) => ("✘ ", theme.error),
            Some(Severity::Warning) => ("! ", theme.warning),
            Some(Severity::Info) => ("i ", theme.info),
        };
        let title = draw::wrap(&format!("{mark}{}", note.title), room);
        lines.extend(title.into_iter().map(|text| Line { text, style }));
        let style = if note.severity.is_some() { theme.dim } else { theme.text };
        for line in &note.lines {
            lines.extend(draw::wrap(line, room).into_iter().map(|text| Line { text, style }));
        }
    }
    lines
}
