//! The rendered body in rows: coloured by its tokens, wrapped, its problems underlined.
//!
//! Read once for a composition and a width; a frame costs by the rows in sight.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use crate::compose::{Composed, Lit};
use crate::diagnostic::Severity;
use crate::text::{Span, grapheme_width};
use crate::ui::editor::highlight::{Class, Piece};
use crate::ui::widget::draw;
use crate::ui::widget::theme::Theme;

/// A problem in a loop may have printed any number of places; no reader wants to see more.
const MAX_MARKS: usize = 500;

/// A rendered body, ready to be drawn.
#[derive(Debug, Default)]
pub struct JsonRows {
    /// The rows, which leave out nothing but line breaks.
    rows: Vec<Span>,
    pieces: Vec<Piece>,
    marks: Vec<(Span, Severity)>,
}

impl JsonRows {
    /// Reads the rendered body of a composition for rows of `width` cells.
    pub fn new(composed: &Composed, width: usize) -> Self {
        let Some(rendered) = &composed.rendered else { return Self::default() };
        let problems = composed.diagnostics.iter().filter(|problem| problem.severity != Severity::Info);
        let marks = problems.flat_map(|problem| {
            composed.printed(problem.span).into_iter().map(|span| (span, problem.severity))
        });
        let mut marks: Vec<_> = marks.take(MAX_MARKS).collect();
        // What is worse is patched over the rest.
        marks.sort_by_key(|(_, severity)| *severity);
        Self { rows: rows(rendered, width.max(1)), pieces: pieces(rendered), marks }
    }

    /// Returns how many rows it has.
    pub fn n_rows(&self) -> usize {
        self.rows.len()
    }

    /// Returns the row that shows the byte `at`.
    pub fn row_of(&self, at: usize) -> usize {
        self.rows.partition_point(|row| row.start <= at).saturating_sub(1)
    }

    /// Draws the rows from `top` on.
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

/// Colours JSON, or what is not quite JSON yet: a string ends with its line at the latest.
fn pieces(text: &str) -> Vec<Piece> {
    let bytes = text.as_bytes();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let class = match bytes[at] {
            b'"' => {
                at = string_end(bytes, at);
                let behind = bytes[at..].iter().position(|byte| !byte.is_ascii_whitespace());
                let is_key = behind.is_some_and(|behind| bytes[at + behind] == b':');
                add_string(&mut pieces, bytes, start..at, if is_key { Class::Key } else { Class::String });
                continue;
            }
            b'0'..=b'9' | b'-' => {
                at = run_end(bytes, at, |byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
                Class::Number
            }
            byte if byte.is_ascii_alphabetic() => {
                at = run_end(bytes, at, |byte| byte.is_ascii_alphanumeric());
                match &bytes[start..at] {
                    b"true" | b"false" | b"null" => Class::Constant,
                    _ => Class::Plain,
                }
            }
            byte if b"{}[],:".contains(&byte) => {
                at += 1;
                Class::Punctuation
            }
            _ => {
                at += 1;
                Class::Plain
            }
        };
        if class != Class::Plain {
            pieces.push((start..at, class));
        }
    }
    pieces
}

/// Adds a string, its escapes by themselves.
fn add_string(pieces: &mut Vec<Piece>, bytes: &[u8], range: Range<usize>, class: Class) {
    let mut from = range.start;
    let mut at = range.start;
    while at < range.end {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        let length = if bytes.get(at + 1) == Some(&b'u') { 6 } else { 2 };
        let end = (at + length).min(range.end);
        if from < at {
            pieces.push((from..at, class));
        }
        pieces.push((at..end, Class::Escape));
        (from, at) = (end, end);
    }
    if from < range.end {
        pieces.push((from..range.end, class));
    }
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\n' => return at,
            b'\\' if bytes.get(at + 1).is_some_and(|byte| *byte != b'\n') => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn run_end(bytes: &[u8], at: usize, belongs: impl Fn(u8) -> bool) -> usize {
    bytes[at..].iter().position(|byte| !belongs(*byte)).map_or(bytes.len(), |length| at + length)
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

    #[track_caller]
    fn check_pieces(text: &str, expected: &[(&str, Class)]) {
        let found: Vec<(&str, Class)> =
            pieces(text).into_iter().map(|(range, class)| (&text[range], class)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn tokens_are_coloured_before_they_are_wrapped() {
        use Class::{Constant, Escape, Key, Number, Punctuation, String};
        check_pieces(
            r#"{"a" : "b\n\u00e9c", "d": [-1.5, null]}"#,
            &[
                ("{", Punctuation),
                ("\"a\"", Key),
                (":", Punctuation),
                ("\"b", String),
                ("\\n", Escape),
                ("\\u00e9", Escape),
                ("c\"", String),
                (",", Punctuation),
                ("\"d\"", Key),
                (":", Punctuation),
                ("[", Punctuation),
                ("-1.5", Number),
                (",", Punctuation),
                ("null", Constant),
                ("]", Punctuation),
                ("}", Punctuation),
            ],
        );
        check_pieces("\"open\n1 NULL é", &[("\"open", String), ("1", Number)]);
        check_pieces("\"a\\", &[("\"a", String), ("\\", Escape)]);
        check_pieces("\"a\\u00é", &[("\"a", String), ("\\u00é", Escape)]);
    }
}
