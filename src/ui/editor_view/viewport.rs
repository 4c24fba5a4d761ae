//! Which part of a text is seen, and how it follows the cursor.

use crate::editor::{Editor, cells};

/// How near the cursor comes to the upper and lower edge before the text scrolls, in lines.
const MARGIN_LINES: usize = 2;

/// How near it comes to the left and right edge, in cells.
const MARGIN_CELLS: usize = 6;

/// The first line and column that are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Viewport {
    /// The line at the top, from 0.
    pub top: usize,
    /// The cell at the left of the cursor's line, from 0; all other lines begin at their first.
    pub left: usize,
}

impl Viewport {
    /// Scrolls as little as brings the cursor into sight, with some room around it; `width` and `height` are those of
    /// the text without its line numbers.
    pub fn scroll_to_cursor(&mut self, editor: &Editor, width: u16, height: u16) {
        let line = editor.line_of(editor.cursor());
        let text = editor.line(line);
        let column = cells::column_of(&text, editor.cursor() - editor.line_span(line).start);
        self.top = followed(self.top, line, editor.n_lines() - 1, usize::from(height), MARGIN_LINES);
        self.left = followed(
            self.left,
            column,
            cells::column_of(&text, text.len()),
            usize::from(width),
            MARGIN_CELLS,
        );
    }

    /// Scrolls by lines as the mouse wheel does, without the cursor; stops at the first and the last line.
    pub fn scroll_by(&mut self, editor: &Editor, lines: isize, height: u16) {
        let last = editor.n_lines().saturating_sub(usize::from(height).max(1));
        self.top = self.top.saturating_add_signed(lines).min(last);
    }
}

/// Where the visible stretch of a length begins after it followed `at`; nothing is behind `last`.
fn followed(from: usize, at: usize, last: usize, length: usize, margin: usize) -> usize {
    let margin = margin.min(length.saturating_sub(1) / 2);
    let highest = at.saturating_sub(margin);
    let lowest = ((at + margin).min(last) + 1).saturating_sub(length).min(at);
    from.clamp(lowest.min(highest), lowest.max(highest))
}
