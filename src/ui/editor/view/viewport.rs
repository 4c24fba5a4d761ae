//! Which part of a text is seen, and how it follows the cursor.

use crate::editor::{Editor, Row, cells};

/// How near the cursor comes to the upper and lower edge before the text scrolls, in rows.
const MARGIN_ROWS: usize = 2;

/// How near it comes to the left and right edge, in cells.
const MARGIN_CELLS: usize = 6;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Viewport {
    /// The line at the top, from 0.
    pub top: usize,
    /// Where in that line the row at the top begins, in bytes of the line; 0 where lines are not wrapped.
    pub row: usize,
    /// The cell at the left of the cursor's line, from 0; all other lines begin at their first. 0 where lines are wrapped.
    pub left: usize,
}

impl Viewport {
    /// Scrolls as little as brings the cursor into sight, with some room around it; `width` and `height` are those of
    /// the text without its line numbers.
    pub fn scroll_to_cursor(&mut self, editor: &mut Editor, width: u16, height: u16) {
        if editor.wrap().is_some() {
            self.left = 0;
            self.follow_rows(editor, usize::from(height));
            return;
        }
        let line = editor.line_of(editor.cursor());
        let text = editor.line(line);
        let column = cells::column_of(&text, editor.cursor() - editor.line_span(line).start);
        self.row = 0;
        self.top = followed(self.top, line, editor.n_lines() - 1, usize::from(height), MARGIN_ROWS);
        self.left = followed(
            self.left,
            column,
            cells::column_of(&text, text.len()),
            usize::from(width),
            MARGIN_CELLS,
        );
    }

    /// Scrolls by rows as the mouse wheel does, without the cursor; stops at the first and the last row.
    pub fn scroll_by(&mut self, editor: &mut Editor, rows: isize, height: u16) {
        if editor.wrap().is_none() {
            let last = editor.n_lines().saturating_sub(usize::from(height).max(1));
            self.top = self.top.saturating_add_signed(rows).min(last);
            return;
        }
        let from = self.first_row(editor);
        let to = if rows < 0 { above(editor, from, rows.unsigned_abs()) } else { below(editor, from, rows) };
        let end = editor.row_at(editor.len());
        let last = above(editor, end, usize::from(height).saturating_sub(1));
        self.begin_with(editor, if last.span.start < to.span.start { last } else { to });
    }

    fn follow_rows(&mut self, editor: &mut Editor, height: usize) {
        let margin = MARGIN_ROWS.min(height.saturating_sub(1) / 2);
        let at = editor.row_at(editor.cursor());
        let n_below =
            (0..margin).scan(at, |row, _| editor.row_after(row).inspect(|next| *row = *next)).count();
        let highest = above(editor, at, margin);
        let lowest = above(editor, at, height.saturating_sub(1 + n_below));
        let now = self.first_row(editor);
        let top = if now.span.start < lowest.span.start {
            lowest
        } else if highest.span.start < now.span.start {
            highest
        } else {
            now
        };
        self.begin_with(editor, top);
    }

    /// The row at the top, or the one that holds its place since the text or its width changed.
    fn first_row(&self, editor: &mut Editor) -> Row {
        let line = editor.line_span(self.top.min(editor.n_lines() - 1));
        editor.row_at(line.start + self.row.min(line.len()))
    }

    fn begin_with(&mut self, editor: &Editor, row: Row) {
        self.top = row.line;
        self.row = row.span.start - editor.line_span(row.line).start;
    }
}

fn above(editor: &mut Editor, mut row: Row, by: usize) -> Row {
    for _ in 0..by {
        let Some(before) = editor.row_before(&row) else { break };
        row = before;
    }
    row
}

fn below(editor: &Editor, mut row: Row, by: isize) -> Row {
    for _ in 0..by {
        let Some(after) = editor.row_after(&row) else { break };
        row = after;
    }
    row
}

/// Where the visible stretch of a length begins after it followed `at`; nothing is behind `last`.
fn followed(from: usize, at: usize, last: usize, length: usize, margin: usize) -> usize {
    let margin = margin.min(length.saturating_sub(1) / 2);
    let highest = at.saturating_sub(margin);
    let lowest = ((at + margin).min(last) + 1).saturating_sub(length).min(at);
    from.clamp(lowest.min(highest), lowest.max(highest))
}
