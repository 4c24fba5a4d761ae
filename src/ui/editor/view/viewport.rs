//! Determines which part of a text is visible, and scrolls it when the cursor moves.

use crate::editor::{Editor, VisualRow, cells};

/// If fewer rows than this are between the cursor and the upper or lower edge of the window, the text scrolls.
const MARGIN_ROWS: usize = 2;

/// If fewer cells than this are between the cursor and the left or right edge of the window, the cursor's line scrolls.
const MARGIN_CELLS: usize = 6;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Viewport {
    /// The line at the top, from 0.
    pub top: usize,
    /// The offset in the line `top`, in bytes, at which the top row begins. Always 0 if lines are not wrapped.
    pub row_start: usize,
    /// The first visible cell of the cursor's line, from 0; all other lines are shown from their first cell. Always 0
    /// if lines are wrapped.
    pub left: usize,
}

impl Viewport {
    /// Scrolls as little as is necessary to show the cursor with a margin around it. `width` and `height` are those of
    /// the text area, without line numbers.
    pub fn scroll_to_cursor(&mut self, editor: &mut Editor, width: u16, height: u16) {
        if editor.wrap().is_some() {
            self.left = 0;
            self.follow_rows(editor, usize::from(height));
            return;
        }
        let line = editor.line_of(editor.cursor());
        let text = editor.line(line);
        let column = cells::column_of(&text, editor.cursor() - editor.line_span(line).start);
        // If lines were wrapped before, `row_start` may still be the offset of a wrapped row. That offset has no
        // meaning now.
        self.row_start = 0;
        self.top = scrolled_start(self.top, line, editor.n_lines() - 1, usize::from(height), MARGIN_ROWS);
        self.left = scrolled_start(
            self.left,
            column,
            cells::column_of(&text, text.len()),
            usize::from(width),
            MARGIN_CELLS,
        );
    }

    /// Scrolls by rows without moving the cursor, as the mouse wheel does. Stops when the first or the last row is
    /// visible.
    pub fn scroll_by(&mut self, editor: &mut Editor, rows: isize, height: u16) {
        if editor.wrap().is_none() {
            let last = editor.n_lines().saturating_sub(usize::from(height).max(1));
            self.top = self.top.saturating_add_signed(rows).min(last);
            return;
        }
        let from = self.first_row(editor);
        let to = match rows {
            // The ends of the text are found directly, because counting the rows of a large body takes long.
            isize::MIN => editor.row_at(0),
            isize::MAX => editor.row_at(editor.len()),
            rows if rows < 0 => above(editor, from, rows.unsigned_abs()),
            rows => below(editor, from, rows),
        };
        // The last possible top row is found by counting rows backward from the end of the text. Counting from the
        // start would take longer the longer the text is.
        let end = editor.row_at(editor.len());
        let last = above(editor, end, usize::from(height).saturating_sub(1));
        self.begin_with(editor, if last.span.start < to.span.start { last } else { to });
    }

    fn follow_rows(&mut self, editor: &mut Editor, height: usize) {
        let margin = MARGIN_ROWS.min(height.saturating_sub(1) / 2);
        let cursor_row = editor.row_at(editor.cursor());
        // Near the end of the text, the number of rows below the cursor can be smaller than the margin.
        let n_below =
            (0..margin).scan(cursor_row, |row, _| editor.row_after(row).inspect(|next| *row = *next)).count();
        // The top row must be between `earliest` and `latest`. Both rows are found by counting rows from the cursor, so
        // that the rows between the cursor and the old top row need not be laid out.
        let latest = above(editor, cursor_row, margin);
        let earliest = above(editor, cursor_row, height.saturating_sub(1 + n_below));
        let current = self.first_row(editor);
        let top = if current.span.start < earliest.span.start {
            earliest
        } else if latest.span.start < current.span.start {
            latest
        } else {
            current
        };
        self.begin_with(editor, top);
    }

    /// Returns the top row. If the text or the width has changed, the row that now contains the offset `row_start` is
    /// the top row.
    fn first_row(&self, editor: &mut Editor) -> VisualRow {
        let line = editor.line_span(self.top.min(editor.n_lines() - 1));
        editor.row_at(line.start + self.row_start.min(line.len()))
    }

    fn begin_with(&mut self, editor: &Editor, row: VisualRow) {
        self.top = row.line;
        self.row_start = row.span.start - editor.line_span(row.line).start;
    }
}

fn above(editor: &mut Editor, mut row: VisualRow, by: usize) -> VisualRow {
    for _ in 0..by {
        let Some(before) = editor.row_before(&row) else { break };
        row = before;
    }
    row
}

fn below(editor: &Editor, mut row: VisualRow, by: isize) -> VisualRow {
    for _ in 0..by {
        let Some(after) = editor.row_after(&row) else { break };
        row = after;
    }
    row
}

/// Returns the new start of a visible range of `length` rows or cells that began at `from`. The range moves as little
/// as is necessary to show `at` with the margin on both sides. At the start and the end of the text, the margin may be
/// smaller. `last` is the last row or cell of the text.
fn scrolled_start(from: usize, at: usize, last: usize, length: usize, margin: usize) -> usize {
    let margin = margin.min(length.saturating_sub(1) / 2);
    let latest = at.saturating_sub(margin);
    // Without `min(at)`, a `length` of 0 would put `earliest` after `at`.
    let earliest = ((at + margin).min(last) + 1).saturating_sub(length).min(at);
    // `clamp` panics if `earliest` is after `latest`. A `length` of at least 1 has room for two margins and for the row
    // or cell `at` between them.
    from.clamp(earliest, latest)
}
