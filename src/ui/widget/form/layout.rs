//! Lays out a form in an area, draws it, and finds the field under the mouse.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::text::width;
use crate::ui::widget::draw;
use crate::ui::widget::form::table::{PairColumn, PairRow, PairTable};
use crate::ui::widget::form::{FieldProblem, FieldValue, Form, FormField, FormOutcome, NoteTone};
use crate::ui::widget::input::Mouse;
use crate::ui::widget::theme::Theme;

/// The lines of a field, or of one row of a table.
struct Block {
    /// The index of the field.
    field: usize,
    /// The index of the table's row; 0 for other fields.
    row: usize,
    /// The first line, counted from the start of the form.
    top: usize,
    n_value_lines: usize,
    /// The lines of the problem, below those of the value.
    problem: Vec<String>,
    is_error: bool,
}

impl Block {
    fn bottom(&self) -> usize {
        self.top + self.n_value_lines + self.problem.len()
    }
}

/// The columns of a table, as widths in cells.
struct TableColumns {
    name: u16,
    value: u16,
    note: u16,
}

const GAP: u16 = 2;

impl Form {
    /// Lays the form out in `area`, and scrolls it: limits the scroll position to the content, and shows the focused
    /// field unless the user has scrolled away from it.
    pub fn follow(&mut self, area: Rect) {
        let size = (area.width, area.height);
        self.reveals_focus |= self.size != size;
        self.size = size;
        let blocks = self.blocks(area.width);
        let height = usize::from(area.height);
        if self.reveals_focus
            && let Some(at) = blocks.iter().position(|block| self.is_focused(block))
        {
            // A note cannot be focused, so it is shown with the field before it.
            let is_note = |block: &&Block| matches!(self.fields[block.field].value, FieldValue::Note { .. });
            let last = blocks[at + 1..].iter().take_while(is_note).last().unwrap_or(&blocks[at]);
            self.top = self.top.max(last.bottom().saturating_sub(height)).min(blocks[at].top);
        }
        let n_lines = blocks.last().map_or(0, Block::bottom);
        self.top = self.top.min(n_lines.saturating_sub(height));
    }

    /// Returns the number of lines of the form at a width of `width` cells.
    pub fn height(&self, width: u16) -> usize {
        self.blocks(width).last().map_or(0, Block::bottom)
    }

    fn is_focused(&self, block: &Block) -> bool {
        let is_row = match self.fields.get(self.focus).map(|field| &field.value) {
            Some(FieldValue::Table(table)) => table.focused().0 == block.row,
            _ => true,
        };
        block.field == self.focus && is_row
    }

    /// Returns the width of the labels' column. Labels take at most half of the width, so that long labels leave room
    /// for the values.
    fn label_width(&self, total: u16) -> u16 {
        let shown = self.fields.iter().filter(|field| !field.is_hidden);
        let widest = shown.map(|field| width(&field.label)).max().unwrap_or(0) + 2;
        u16::try_from(widest).unwrap_or(u16::MAX).min(total / 2)
    }

    fn blocks(&self, total: u16) -> Vec<Block> {
        let value_width = total - self.label_width(total);
        let mut blocks = Vec::new();
        let mut top = 0;
        let mut add = |field: usize, row: usize, n_value_lines: usize, problem: Option<&FieldProblem>| {
            let lines = problem.map(|problem| draw::wrap(&problem.marked_text(), usize::from(value_width)));
            let block = Block {
                field,
                row,
                top,
                n_value_lines,
                problem: lines.unwrap_or_default(),
                is_error: problem.is_some_and(|problem| problem.is_error),
            };
            top = block.bottom();
            blocks.push(block);
        };
        for (at, field) in self.fields.iter().enumerate().filter(|(_, field)| !field.is_hidden) {
            let problem = field.problem.as_ref();
            match &field.value {
                FieldValue::Text(text) => add(at, 0, text.n_rows(value_width, at == self.focus), problem),
                FieldValue::Choice { .. } | FieldValue::Button => add(at, 0, 1, problem),
                FieldValue::Note { text, .. } => {
                    add(at, 0, draw::wrap(text, usize::from(value_width)).len(), problem);
                }
                FieldValue::Table(table) => {
                    let columns = columns(table, value_width);
                    let last = table.rows.len() - 1;
                    for (n, row) in table.rows.iter().enumerate() {
                        let is_focused = |column| at == self.focus && table.focused() == (n, column);
                        let n_lines = row
                            .name
                            .n_rows(columns.name, is_focused(PairColumn::Name))
                            .max(row.value.n_rows(columns.value, is_focused(PairColumn::Value)));
                        // The problem of the table itself is below its last row, unless that row has its own problem.
                        let own = table.problem(n);
                        add(at, n, n_lines, own.or(problem.filter(|_| n == last)));
                    }
                }
            }
        }
        blocks
    }

    pub fn draw(
        &self,
        buf: &mut Buffer,
        area: Rect,
        theme: &Theme,
        has_keyboard: bool,
    ) -> Option<(u16, u16)> {
        let label_width = self.label_width(area.width);
        let mut cursor = None;
        let bottom = self.top + usize::from(area.height);
        let is_visible = |block: &Block| self.top < block.bottom() && block.top < bottom;
        let blocks = self.blocks(area.width);
        let end = blocks.last().map_or(0, Block::bottom);
        for block in blocks.into_iter().filter(is_visible) {
            let field = &self.fields[block.field];
            let line = self.line(area, block.top);
            let is_focused = has_keyboard && self.is_focused(&block);
            let value =
                Rect { x: area.x + label_width, width: area.width.saturating_sub(label_width), ..area };
            if block.row == 0
                && !matches!(field.value, FieldValue::Button)
                && let Some(y) = on_screen(area, line)
            {
                let label = Rect { width: label_width.saturating_sub(1), ..area };
                let has_focus = has_keyboard && block.field == self.focus;
                let style = if has_focus { theme.accent } else { theme.dim };
                draw::put_line(buf, label, y, &field.label, style);
            }
            cursor = cursor.or(draw_value(buf, area, value, line, (field, &block), is_focused, theme));
            let problem_style = if block.is_error { theme.error } else { theme.warning };
            let lines = block.problem.iter().zip(line + lines(block.n_value_lines)..);
            for (text, line) in lines {
                if let Some(y) = on_screen(area, line) {
                    draw::put_line(buf, value, y, text, problem_style);
                }
            }
        }
        draw::scroll_marks(buf, area, 0 < self.top, bottom < end, theme.accent);
        cursor
    }

    pub(super) fn click(&mut self, mouse: Mouse, area: Rect) -> FormOutcome {
        if !area.contains((mouse.x, mouse.y).into()) {
            return FormOutcome::Ignored;
        }
        let line = usize::from(mouse.y - area.y) + self.top;
        let is_at = |block: &Block| block.top <= line && line < block.bottom();
        let Some(block) = self.blocks(area.width).into_iter().find(is_at) else {
            return FormOutcome::Ignored;
        };
        let at = block.field;
        if !self.fields[at].can_focus() {
            return FormOutcome::Ignored;
        }
        let had_focus = self.focus == at;
        self.focus = at;
        self.reveals_focus = true;
        let label_width = self.label_width(area.width);
        let (x, value_width) =
            (mouse.x.saturating_sub(area.x + label_width), area.width.saturating_sub(label_width));
        let row_line = (line - block.top).min(block.n_value_lines.saturating_sub(1));
        let field = &mut self.fields[at];
        match &mut field.value {
            FieldValue::Button => return FormOutcome::Pressed(field.id.clone()),
            FieldValue::Choice { options, chosen } => {
                *chosen = (*chosen + 1) % options.len().max(1);
                return FormOutcome::Changed;
            }
            FieldValue::Text(text) => text.click(x, row_line, value_width, had_focus),
            FieldValue::Table(table) => {
                let columns = columns(table, value_width);
                let before = table.focused();
                let column = if x < columns.name + GAP { PairColumn::Name } else { PairColumn::Value };
                table.focus_on(block.row, column);
                let had_focus = had_focus && before == table.focused();
                let row = &mut table.rows[block.row];
                match column {
                    PairColumn::Name => row.name.click(x, row_line, columns.name, had_focus),
                    PairColumn::Value => {
                        row.value.click(x - columns.name - GAP, row_line, columns.value, had_focus);
                    }
                }
            }
            FieldValue::Note { .. } => {}
        }
        FormOutcome::Moved
    }

    /// Converts a line of the form to a line of the screen, which may be outside `area`.
    fn line(&self, area: Rect, line: usize) -> i32 {
        i32::from(area.y) + lines(line) - lines(self.top)
    }
}

fn lines(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// Returns the line of the screen as a row, if it is inside `area`.
fn on_screen(area: Rect, line: i32) -> Option<u16> {
    u16::try_from(line).ok().filter(|y| area.y <= *y && *y < area.bottom())
}

fn columns(table: &PairTable, total: u16) -> TableColumns {
    let note = table.rows.iter().map(|row| width(&row.note)).max().unwrap_or(0);
    let note = u16::try_from(note).unwrap_or(u16::MAX).min(total / 4);
    let note_with_gap = if note == 0 { 0 } else { note + GAP };
    let name = (total / 3).clamp(8.min(total), 28);
    TableColumns { name, value: total.saturating_sub(name + GAP + note_with_gap), note }
}

/// Draws the value of a field, or one row of a table, beginning at line `line` of the screen. Returns the cell of the
/// cursor, if it is in this value.
fn draw_value(
    buf: &mut Buffer,
    area: Rect,
    value: Rect,
    line: i32,
    (field, block): (&FormField, &Block),
    is_focused: bool,
    theme: &Theme,
) -> Option<(u16, u16)> {
    let style = if is_focused { theme.field_focused } else { theme.field };
    match &field.value {
        FieldValue::Text(text) => {
            return text.draw_wrapped(buf, value, line, style, is_focused.then_some(theme.selection));
        }
        FieldValue::Table(table) => {
            return draw_row(buf, value, line, table, block.row, is_focused, theme);
        }
        FieldValue::Button => {
            let style = if is_focused { theme.popup_chosen } else { theme.accent };
            if let Some(y) = on_screen(area, line) {
                draw::put_line(buf, area, y, &format!("[ {} ]", field.label), style);
            }
        }
        FieldValue::Choice { options, chosen } => {
            let option = options.get(*chosen).map_or("", String::as_str);
            if let Some(y) = on_screen(area, line) {
                draw::put_line(buf, value, y, &format!("‹ {option} ›"), style);
            }
        }
        FieldValue::Note { text, tone } => {
            let style = match tone {
                NoteTone::Plain => theme.text,
                NoteTone::Good => theme.success,
                NoteTone::Warning => theme.warning,
                NoteTone::Bad => theme.error,
            };
            for (text, line) in draw::wrap(text, usize::from(value.width)).iter().zip(line..) {
                if let Some(y) = on_screen(area, line) {
                    draw::put_line(buf, value, y, text, style);
                }
            }
        }
    }
    None
}

fn draw_row(
    buf: &mut Buffer,
    area: Rect,
    line: i32,
    table: &PairTable,
    at: usize,
    is_focused: bool,
    theme: &Theme,
) -> Option<(u16, u16)> {
    let columns = columns(table, area.width);
    let row: &PairRow = &table.rows[at];
    let name = Rect { width: columns.name, ..area };
    // In a very narrow form, the columns are wider than the area.
    let value = Rect { x: area.x + columns.name + GAP, width: columns.value, ..area }.intersection(area);
    let mut cursor = None;
    let cells =
        [(PairColumn::Name, &row.name, name, "name…"), (PairColumn::Value, &row.value, value, "value…")];
    for (column, text, area, placeholder) in cells {
        let is_focused = is_focused && table.focused().1 == column;
        let style = match (is_focused, row.is_fixed && column == PairColumn::Value) {
            (true, _) => theme.field_focused,
            (false, true) => theme.dim,
            (false, false) => theme.field,
        };
        if text.is_empty() && !is_focused {
            if let Some(y) = on_screen(area, line) {
                draw::put_line(buf, area, y, placeholder, theme.dim);
            }
            continue;
        }
        let selected = is_focused.then_some(theme.selection);
        cursor = cursor.or(text.draw_wrapped(buf, area, line, style, selected));
    }
    if let Some(y) = on_screen(area, line) {
        let note = Rect { x: value.right() + GAP, width: columns.note, ..area }.intersection(area);
        draw::put_line(buf, note, y, &row.note, theme.dim);
    }
    cursor
}
