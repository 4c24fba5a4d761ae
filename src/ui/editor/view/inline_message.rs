//! Shows a problem of the cursor's line after the text of the line, if there is room.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::diagnostic::Severity;
use crate::editor::VisualRow;
use crate::ui::widget::draw;

use crate::ui::editor::view::{EditorView, severity_style, sign};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InlineMessage<'a> {
    pub severity: Severity,
    pub text: &'a str,
}

/// The number of cells between the line's text and the message.
const GAP: u16 = 3;

/// A message is not shown in less room, because its first few letters would say nothing.
const MIN_WIDTH: u16 = 20;

impl EditorView<'_> {
    /// Draws the message after `row` if the cursor is on the row's line. `row` must be the last row of its line, and
    /// `room` is the area from the end of the row's text to the right edge of the window.
    pub(super) fn draw_inline_message(&self, row: &VisualRow, room: Rect, buf: &mut Buffer) {
        let Some(message) = self.inline_message else { return };
        if room.width < GAP + MIN_WIDTH || row.line != self.editor.line_of(self.editor.cursor()) {
            return;
        }
        let style = severity_style(self.theme, message.severity);
        let room = Rect { x: room.x + GAP, width: room.width - GAP, ..room };
        draw::put_line(buf, room, room.y, &format!("{} {}", sign(message.severity), message.text), style);
    }
}
