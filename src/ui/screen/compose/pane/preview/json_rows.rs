//! The rendered body in rows: coloured by its tokens, wrapped, its problems underlined.
//!
//! Read once for a composition and a width; a frame costs by the rows in sight.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use crate::compose::{Composed, Lit};
use crate::diagnostic::Severity;
use crate::text::{Span, grapheme_width};
use crate::ui::editor::highlight::{self, Piece};
use crate::ui::widget::{Theme, draw};

/// A problem in a loop may have printed any number of places; no reader wants to see more.
const MAX_MARKS: usize = 500;

#[derive(Debug, Default)]
pub struct JsonRows {
    /// The rows, which leave out nothing but line breaks.
    rows: Vec<Span>,
    pieces: Vec<Piece>,
    marks: Vec<(Span, Severity)>,
}

impl JsonRows {
    pub fn new(composed: &Composed, width: usize) -> Self {
        let Some(rendered) = &composed.rendered else { return Self::default() };
        let problems = composed.diagnostics.iter().filter(|problem| problem.severity != Severity::Info);
        let marks = problems.flat_map(|problem| {
            composed.printed(problem.span).into_iter().map(|span| (span, problem.severity))
        });
        let mut marks: Vec<_> = marks.take(MAX_MARKS).collect();
        // What is worse is patched over the rest.
        marks.sort_by_key(|(_, severity)| *severity);
        Self { rows: rows(rendered, width.max(1)), pieces: highlight::json_pieces(rendered), marks }
    }

    pub fn n_rows(&self) -> usize {
        self.rows.len()
    }

    pub fn row_of(&self, at: usize) -> usize {
        self.rows.partition_point(|row| row.start <= at).saturating_sub(1)
    }

    pub fn draw(&self, buf: &mut Buffer, area: Rect, rendered: &str, top: usize, lit: &Lit, theme: &Theme) {
        let top = top.min(self.rows.len().saturating_sub(1));
        for (row, y) in self.rows.iter().skip(top).zip(area.top()..area.bottom()) {
            let marks = self.marks.iter().filter(|(span, _)| meet(*span, *row));
            // What is lit is ascending.
            let first = lit.rendered.partition_point(|span| span.end <= row.start);
            let lit = lit.rendered[first..].iter().take_while(|span| span.start < row.end);
            let mut over: Vec<(Span, Style)> =
                marks.map(|(span, severity)| (*span, underline(theme, *severity))).collect();
            over.extend(lit.map(|span| (*span, theme.linked)));
            let mut x = area.x;
            for (at, grapheme) in row.of(rendered).grapheme_indices(true) {
                let at = row.start + at;
                let bytes = Span::new(at, at + grapheme.len());
                let here = over.iter().filter(|(span, _)| meet(*span, bytes));
                let style = here.fold(self.colour(at, theme), |style, (_, over)| style.patch(*over));
                x = draw::put(buf, area, x, y, grapheme, style);
            }
        }
    }

    /// Returns the byte at a cell; none behind a row's end and below the last one.
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

    fn colour(&self, at: usize, theme: &Theme) -> Style {
        let behind = self.pieces.partition_point(|(range, _)| range.start <= at);
        let piece = self.pieces[..behind].last().filter(|(range, _)| range.contains(&at));
        piece.map_or(theme.text, |(_, class)| class.style(theme))
    }
}

fn meet(one: Span, other: Span) -> bool {
    one.start < other.end && other.start < one.end
}

fn underline(theme: &Theme, severity: Severity) -> Style {
    match severity {
        Severity::Error => theme.error_underline,
        Severity::Warning => theme.warning_underline,
        Severity::Info => theme.info_underline,
    }
}

/// Breaks every line at a width: behind a blank or a comma where one is near enough to the end, else anywhere.
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
            // One blank may stand beyond the edge: no row begins with it.
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
    fn rows_break_at_blanks_near_the_end_and_anywhere_else() {
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
