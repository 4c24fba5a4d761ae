//! Draws an editor: line numbers and text in layers. Also maps between cells and bytes.
//!
//! The layers, from bottom to top, are the cursor's line, the grammar's colors, Liquid tokens, the linked range (see
//! [`EditorView::linked`]), search matches, brackets, underlined problems, and the selection. The caller provides the
//! tokens, matches, and problems. The text is drawn row by row from the first visible row. So the time for a frame
//! depends on the size of the window and not on the length of the text.

mod inline_message;
mod layers;
mod viewport;
mod whitespace;

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::diagnostic::Severity;
use crate::editor::{Editor, PARAGRAPH_END, VisualRow, cells};
use crate::settings::Whitespace;
use crate::template::LiquidToken;
use crate::text::{Span, grapheme_width, picture};

use crate::ui::editor::highlight::Highlighter;
use crate::ui::widget::Theme;

use layers::RowLayers;
use whitespace::WhitespaceMarks;

pub(crate) use inline_message::InlineMessage;
pub(crate) use viewport::Viewport;

/// The span of a problem to underline, and the problem's severity.
pub(crate) type Mark = (Span, Severity);

#[derive(Debug, Clone, Copy)]
pub struct EditorView<'a> {
    pub editor: &'a Editor,
    pub viewport: Viewport,
    pub theme: &'a Theme,
    /// The grammar's colors; `None` draws plain text.
    pub highlighter: Option<&'a Highlighter>,
    /// The template's tokens, ascending; empty if they belong to another version of the text.
    pub liquid: &'a [LiquidToken],
    /// Problems to underline, in any order.
    pub problems: &'a [Mark],
    /// Matches of the search in the text, ascending.
    pub matches: &'a [Span],
    /// The tags of a Liquid block, if the cursor is on one of them. They are highlighted like brackets.
    pub block: &'a [Span],
    pub inline_message: Option<InlineMessage<'a>>,
    pub whitespace: Whitespace,
    /// The range of this text that corresponds to the position of the cursor in another pane.
    pub linked: Option<Span>,
    pub line_numbers: bool,
    /// Whether the editor has the focus. Only then are matching brackets and the cursor's line highlighted.
    pub is_focused: bool,
}

impl<'a> EditorView<'a> {
    /// Creates a view that has the focus, shows line numbers, and draws the text without colors and problems. Set other
    /// fields with struct update syntax.
    pub fn new(editor: &'a Editor, viewport: Viewport, theme: &'a Theme) -> Self {
        Self {
            editor,
            viewport,
            theme,
            highlighter: None,
            liquid: &[],
            problems: &[],
            matches: &[],
            block: &[],
            inline_message: None,
            whitespace: Whitespace::None,
            linked: None,
            line_numbers: true,
            is_focused: true,
        }
    }

    /// Draws every cell of `area`. Returns the cell of the cursor, if it is visible.
    pub fn draw(&self, area: Rect, buf: &mut Buffer) -> Option<Position> {
        // After a resize, `area` can still be from the old layout and extend past the buffer. It is cut to the buffer,
        // because writing outside the buffer panics.
        let area = area.intersection(buf.area);
        let brackets = self.brackets();
        let rows: Vec<VisualRow> = self.rows().take(area.height.into()).collect();
        // Only the problems of the lines with visible rows are kept. Each row goes through the list of problems several
        // times, which would be slow with the problems of the whole text.
        let problems = self.problems_of(&rows);
        let view = EditorView { problems: &problems, ..*self };
        let cursor = self.screen_of(area, self.editor.cursor());
        for y in area.top()..area.bottom() {
            let row = rows.get(usize::from(y - area.top()));
            // Of a wrapped line, only the cursor's row is highlighted. A message text is one line of many rows.
            let is_current = self.is_focused && cursor.is_some_and(|cursor| cursor.y == y);
            let line_style = if is_current { self.theme.cursor_line } else { Style::new() };
            clear_cells(buf, Rect { y, height: 1, ..area }, self.theme.screen.patch(line_style));
            if let Some(row) = row {
                view.draw_number(row, area, y, buf);
                view.draw_row(row, self.text_area(area), y, &brackets, buf);
            }
        }
        cursor
    }

    /// Returns the cell of the byte at `at`, if it is visible.
    pub fn screen_of(&self, area: Rect, at: usize) -> Option<Position> {
        let text_area = self.text_area(area);
        let mut rows = self.rows().zip(text_area.top()..text_area.bottom());
        let (row, y) = rows.find(|(row, _)| at < row.span.end || row.is_last && at == row.span.end)?;
        // The byte is before the first visible row.
        if at < row.span.start {
            return None;
        }
        let column = self.editor.column_in(&row, at).checked_sub(self.left_of(row.line))?;
        let x = text_area.x + u16::try_from(column).ok().filter(|column| *column < text_area.width)?;
        Some(Position { x, y })
    }

    /// Returns the offset of the byte under a cell. For a cell to the left of the text, after the end of a row, or
    /// below the text, returns the nearest offset.
    pub fn byte_at(&self, area: Rect, cell: Position) -> usize {
        let text_area = self.text_area(area);
        let index = usize::from(cell.y.saturating_sub(text_area.y));
        let Some(row) = self.rows().take(index + 1).last() else { return self.editor.len() };
        let column = self.left_of(row.line) + usize::from(cell.x.saturating_sub(text_area.x));
        self.editor.byte_in(&row, column)
    }

    fn rows(&self) -> impl Iterator<Item = VisualRow> + 'a {
        self.editor.rows_from(self.viewport.top, self.viewport.row_start)
    }

    fn problems_of(&self, rows: &[VisualRow]) -> Vec<Mark> {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Vec::new() };
        let lines = self.editor.line_span(first.line).join(self.editor.line_span(last.line));
        self.problems.iter().filter(|(span, _)| touches(lines, *span)).copied().collect()
    }

    fn brackets(&self) -> Vec<Span> {
        if !self.is_focused {
            return Vec::new();
        }
        if !self.block.is_empty() {
            return self.block.to_vec();
        }
        self.editor.matching_brackets().map_or_else(Vec::new, |(one, other)| vec![one, other])
    }

    /// Returns the part of `area` that shows text and no line numbers. The size of this part is needed for scrolling.
    pub fn text_area(&self, area: Rect) -> Rect {
        let gutter = self.gutter_width(area.width);
        Rect { x: area.x + gutter, width: area.width - gutter, ..area }
    }

    /// Returns the first visible cell of a line. Only the cursor's line scrolls sideways, so that the other lines stay
    /// readable.
    fn left_of(&self, line: usize) -> usize {
        if line == self.editor.line_of(self.editor.cursor()) { self.viewport.left } else { 0 }
    }

    /// Returns the width of the gutter: a severity sign, the line number, and a space. Returns 0 if line numbers are
    /// turned off or if the gutter would take half of `width` or more.
    fn gutter_width(&self, width: u16) -> u16 {
        let gutter = self.editor.n_lines().checked_ilog10().map_or(0, |digits| digits as u16) + 3;
        if self.line_numbers && gutter < width.div_ceil(2) { gutter } else { 0 }
    }

    fn draw_number(&self, row: &VisualRow, area: Rect, y: u16, buf: &mut Buffer) {
        let Some(digits) = self.gutter_width(area.width).checked_sub(2).map(usize::from) else { return };
        // Only the first row of a line shows the line's number.
        if !row.is_first {
            return;
        }
        let is_current = row.line == self.editor.line_of(self.editor.cursor());
        let style = if is_current { self.theme.gutter_current } else { self.theme.gutter };
        buf.set_string(area.x + 1, y, format!("{:>digits$}", row.line + 1), style);
        let line = self.editor.line_span(row.line);
        let severities =
            self.problems.iter().filter(|(span, _)| touches(line, *span)).map(|(_, severity)| *severity);
        if let Some(severity) = severities.max() {
            buf.set_string(area.x, y, sign(severity), severity_style(self.theme, severity));
        }
    }

    fn draw_row(&self, row: &VisualRow, area: Rect, y: u16, brackets: &[Span], buf: &mut Buffer) {
        let text = self.editor.slice(row.span);
        let layers = RowLayers::new(self, row, brackets);
        let marks = WhitespaceMarks::of(self.whitespace, self.editor, row.line);
        let left = self.left_of(row.line);
        let right = left + usize::from(area.width);
        let x_of =
            |column: usize| u16::try_from(column - left).map_or(area.right(), |offset| area.x + offset);
        // The loop starts near the left edge of the window, so that scrolling sideways in a very long line stays fast.
        let glyphs = match row.column {
            0 => cells::glyphs_from(&text, left),
            // The later rows of a wrapped line are indented like the line, and their tab stops depend on the column in
            // which they begin.
            column => cells::glyphs_at(&text, column),
        };
        let mut end = row.column;
        for glyph in glyphs {
            end = glyph.column + glyph.width;
            if right <= glyph.column {
                break;
            }
            if end <= left {
                continue;
            }
            let at = row.span.start + glyph.at;
            // The next paragraph starts on a row of its own, which already shows the line break. So the escape `\n` is
            // dimmed.
            let is_escape = row.ends_paragraph && row.span.end <= at + PARAGRAPH_END;
            let style = if is_escape { layers.symbol_style_at(at) } else { layers.style_at(at) };
            let shown = glyph.column.max(left)..end.min(right);
            for column in shown.clone() {
                buf[(x_of(column), y)].set_style(style);
            }
            if let Some(mark) = marks.mark(&glyph, at).filter(|_| left <= glyph.column) {
                buf[(x_of(glyph.column), y)].set_char(mark).set_style(layers.symbol_style_at(at));
            // A wide character that is cut by an edge is left blank, because half of it cannot be drawn.
            } else if shown.len() == glyph.width {
                put(buf, x_of(glyph.column), y, &glyph, || layers.symbol_style_at(at));
            }
        }
        // The cell after the text is styled too. It shows a selected line break, and a problem with an empty span at
        // the end of the line.
        if row.is_last && (left..right).contains(&end) {
            buf[(x_of(end), y)].set_style(layers.style_of_end(row.span.end));
            self.draw_inline_message(
                row,
                Rect { x: x_of(end), width: area.right() - x_of(end), y, height: 1 },
                buf,
            );
        }
        // With soft wrap, no text is to the left or right of the window.
        if self.editor.wrap().is_none() {
            self.draw_overflow(area, y, left, end, buf);
        }
    }

    fn draw_overflow(&self, area: Rect, y: u16, left: usize, end: usize, buf: &mut Buffer) {
        if area.width < 4 {
            return;
        }
        if 0 < left && 0 < end {
            buf.set_string(area.x, y, "…", self.theme.dim);
        }
        if left + usize::from(area.width) < end {
            let before = &mut buf[(area.right() - 2, y)];
            // If the `…` overwrites the right half of a wide character, the left half must be cleared too.
            if 1 < grapheme_width(before.symbol()) {
                before.set_symbol(" ");
            }
            buf.set_string(area.right() - 1, y, "…", self.theme.dim);
        }
    }
}

fn sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "✘",
        Severity::Warning => "!",
        Severity::Info => "i",
    }
}

fn severity_style(theme: &Theme, severity: Severity) -> Style {
    match severity {
        Severity::Error => theme.error,
        Severity::Warning => theme.warning,
        Severity::Info => theme.info,
    }
}

/// Whether `span` touches `line`, the span of a line or of a row. The offset at the end of `line` counts as part of
/// `line`.
fn touches(line: Span, span: Span) -> bool {
    // `line.start` is compared with the last byte of the span. If it were compared with the span's end, a problem that
    // ends with the line break of the previous line would mark this line too. An empty span has no last byte, so the
    // start of the span is compared instead.
    span.start <= line.end && line.start <= span.end.saturating_sub(1).max(span.start)
}

fn clear_cells(buf: &mut Buffer, area: Rect, style: Style) {
    for x in area.left()..area.right() {
        let cell = &mut buf[(x, area.y)];
        // The symbol is reset too: the cell may still contain the second half of a wide character that another screen
        // has drawn.
        cell.reset();
        cell.set_style(style);
    }
}

/// Draws one grapheme. Control characters and invisible characters are drawn as visible symbols in the style `symbol`.
fn put(buf: &mut Buffer, x: u16, y: u16, glyph: &cells::Glyph<'_>, symbol: impl FnOnce() -> Style) {
    let cell = &mut buf[(x, y)];
    // `set_symbol` would pass control characters on to the terminal, where a body from a stranger could garble the
    // screen.
    match glyph.text.chars().next().and_then(picture) {
        _ if glyph.text == "\t" => {}
        Some(shown) => {
            cell.set_char(shown).set_style(symbol());
        }
        // Without the `◌`, a combining mark that has no base character would combine with the character in the cell
        // before it.
        None if grapheme_width(glyph.text) == 0 => {
            cell.set_char('◌').set_style(symbol());
        }
        None => {
            cell.set_symbol(glyph.text);
        }
    }
}
