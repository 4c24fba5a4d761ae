//! The rows of the JSON tab: the rendered body, colored and wrapped, with its problems underlined.
//!
//! The rows are computed once per composition and width, so drawing a frame takes time only for the visible rows.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use crate::compose::{Composed, Highlight};
use crate::diagnostic::Severity;
use crate::text::{Span, grapheme_width};
use crate::ui::editor::highlight::{self, SyntaxPiece};
use crate::ui::widget::{Theme, draw};

// A problem inside a loop is underlined in the output of each iteration, and there can be any number of iterations.
// More underlines than this would not help the reader.
const MAX_MARKS: usize = 500;

#[derive(Debug, Default)]
pub struct JsonRows {
    /// The byte spans of the rows in the rendered body. They cover the whole text except its line breaks.
    rows: Vec<Span>,
    pieces: Vec<SyntaxPiece>,
    marks: Vec<(Span, Severity)>,
}

impl JsonRows {
    pub fn new(composed: &Composed, width: usize) -> Self {
        let Some(rendered) = &composed.rendered else { return Self::default() };
        let problems = composed.diagnostics.iter().filter(|problem| problem.severity != Severity::Info);
        let marks = problems.flat_map(|problem| {
            composed.rendered_spans(problem.span).into_iter().map(|span| (span, problem.severity))
        });
        let mut marks: Vec<_> = marks.take(MAX_MARKS).collect();
        // A later mark is drawn over an earlier mark, so the marks with the worst severity come last.
        marks.sort_by_key(|(_, severity)| *severity);
        Self { rows: rows(rendered, width.max(1)), pieces: highlight::json_pieces(rendered), marks }
    }

    pub fn n_rows(&self) -> usize {
        self.rows.len()
    }

    pub fn row_of(&self, at: usize) -> usize {
        self.rows.partition_point(|row| row.start <= at).saturating_sub(1)
    }

    pub fn draw(
        &self,
        buf: &mut Buffer,
        area: Rect,
        rendered: &str,
        top: usize,
        highlight: &Highlight,
        theme: &Theme,
    ) {
        let top = top.min(self.rows.len().saturating_sub(1));
        for (row, y) in self.rows.iter().skip(top).zip(area.top()..area.bottom()) {
            let marks = self.marks.iter().filter(|(span, _)| overlap(*span, *row));
            // The highlighted spans are in ascending order, so a binary search skips the spans before the row.
            let first = highlight.rendered.partition_point(|span| span.end <= row.start);
            let highlighted = highlight.rendered[first..].iter().take_while(|span| span.start < row.end);
            let mut over: Vec<(Span, Style)> =
                marks.map(|(span, severity)| (*span, underline(theme, *severity))).collect();
            over.extend(highlighted.map(|span| (*span, theme.linked)));
            let mut x = area.x;
            for (at, grapheme) in row.of(rendered).grapheme_indices(true) {
                let at = row.start + at;
                let bytes = Span::new(at, at + grapheme.len());
                let here = over.iter().filter(|(span, _)| overlap(*span, bytes));
                let style = here.fold(self.color(at, theme), |style, (_, over)| style.patch(*over));
                x = draw::put(buf, area, x, y, grapheme, style);
            }
        }
    }

    /// Returns the byte offset in `rendered` of the character at column `column` of row `row`. `None` if the column is
    /// after the end of the row, or if there is no such row.
    pub fn byte_at(&self, rendered: &str, row: usize, column: usize) -> Option<usize> {
        let row = self.rows.get(row)?;
        let mut end = 0;
        for (at, grapheme) in row.of(rendered).grapheme_indices(true) {
            end += grapheme_width(grapheme);
            if column < end {
                return Some(row.start + at);
            }
        }
        None
    }

    fn color(&self, at: usize, theme: &Theme) -> Style {
        let n_started = self.pieces.partition_point(|(range, _)| range.start <= at);
        let piece = self.pieces[..n_started].last().filter(|(range, _)| range.contains(&at));
        piece.map_or(theme.text, |(_, class)| class.style(theme))
    }
}

fn overlap(one: Span, other: Span) -> bool {
    one.start < other.end && other.start < one.end
}

fn underline(theme: &Theme, severity: Severity) -> Style {
    match severity {
        Severity::Error => theme.error_underline,
        Severity::Warning => theme.warning_underline,
        Severity::Info => theme.info_underline,
    }
}

/// Wraps every line into rows of at most `width` cells, not counting one space at the end. A full row ends after its
/// last space or comma if this space or comma is in the second half of the row. Otherwise, it ends after the last
/// character that fits.
fn rows(text: &str, width: usize) -> Vec<Span> {
    let mut rows = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        let end = start + line.len();
        let mut row = Span::at(start);
        let (mut used, mut break_at, mut used_at_break) = (0, start, 0);
        for (at, grapheme) in line.grapheme_indices(true) {
            let at = start + at;
            let cells = grapheme_width(grapheme);
            // One space may extend past the edge of the row, so that the next row does not begin with it.
            let hangs = grapheme == " " && used == width;
            if width < used + cells && row.start < at && !hangs {
                let is_near = width < 2 * used_at_break && row.start < break_at;
                let next = if is_near { break_at } else { at };
                rows.push(Span::new(row.start, next));
                used -= if is_near { used_at_break } else { used };
                (row.start, break_at, used_at_break) = (next, next, 0);
            }
            used += cells;
            if matches!(grapheme, " " | ",") {
                (break_at, used_at_break) = (at + grapheme.len(), used);
            }
        }
        rows.push(Span::new(row.start, end));
        start = end + 1;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_rows(text: &str, width: usize, expected: &[&str]) {
        let found: Vec<&str> = rows(text, width).into_iter().map(|row| row.of(text)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn rows_break_at_spaces_near_the_end_or_anywhere() {
        check_rows("{\n \"a\": 1\n}", 20, &["{", " \"a\": 1", "}"]);
        check_rows("\"one two three\"", 10, &["\"one two ", "three\""]);
        check_rows("\"abc\", \"d\"", 6, &["\"abc\", ", "\"d\""]);
        check_rows("abcdefghijklm", 5, &["abcde", "fghij", "klm"]);
        check_rows("a bcdefghijkl", 8, &["a bcdefg", "hijkl"]);
        check_rows("漢字漢字", 5, &["漢字", "漢字"]);
        check_rows("漢字", 1, &["漢", "字"]);
        check_rows("", 5, &[""]);
    }
}
