//! What is wrong on the cursor's line, said behind it in the room that is left.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use crate::diagnostic::Severity;
use crate::editor::Row;
use crate::ui::widget::draw;

use crate::ui::editor::view::{EditorView, severity_style, sign};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remark<'a> {
    pub severity: Severity,
    pub words: &'a str,
}

/// The cells between a line and what is said behind it.
const GAP: u16 = 3;

const LEAST: u16 = 12;

impl EditorView<'_> {
    /// Draws the remark into the cells behind the last row of the cursor's line; the first is the line's end.
    pub(super) fn draw_remark(&self, row: &Row, room: Rect, buf: &mut Buffer) {
        let Some(remark) = self.remark else { return };
        if room.width < GAP + LEAST || row.line != self.editor.line_of(self.editor.cursor()) {
            return;
        }
        let style = severity_style(self.theme, remark.severity).add_modifier(Modifier::DIM);
        let room = Rect { x: room.x + GAP, width: room.width - GAP, ..room };
        draw::put_line(buf, room, room.y, &format!("{} {}", sign(remark.severity), remark.words), style);
    }
}
