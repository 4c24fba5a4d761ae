//! Soft wrap: the rows a line is broken into where it is wider than the window.
//!
//! A row ends behind a blank or between signs where it can, else wherever it is full; the rows behind the first begin
//! under the line's first character. How a row ends depends on nothing before it and little behind it, so that a window
//! is drawn from any row onwards, and an edit leaves the rows before it as they are. Of long lines the beginnings of
//! rows are kept: a body in one line is edited as fast as any.

use crate::text::Span;

use super::cells::{self, Glyph};
use super::edit::Edit;
use super::{Editor, motion};

/// One row: a part of a line, the whole line where nothing is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The line, from 0.
    pub line: usize,
    /// Its bytes in the text, without the line's break.
    pub span: Span,
    /// The cell it begins in, from 0.
    pub column: usize,
    pub is_first: bool,
    pub is_last: bool,
}

#[derive(Debug, Clone, Copy)]
struct Layout {
    line: usize,
    span: Span,
    width: usize,
    /// The cell in which the rows behind the first begin.
    indent: usize,
}

/// The rows of shorter lines are found anew each time.
const KEPT_FROM: usize = 4 * 1024;

/// Of how many long lines the rows are kept.
const KEPT_LINES: usize = 4;

/// How many rows before an edit may be broken anew by it: a row's end depends on the word behind it, which fills three
/// rows at most.
const UNSETTLED_ROWS: usize = 4;

/// How much of a long line is read at once.
const READ: usize = 16 * 1024;

/// Where the rows of long lines begin, as far as anyone has asked.
#[derive(Debug, Clone, Default)]
pub struct RowCache {
    /// The latest last.
    lines: Vec<Kept>,
}

#[derive(Debug, Clone)]
struct Kept {
    /// The line's first byte.
    line: usize,
    /// Bytes of the line, ascending from 0.
    starts: Vec<usize>,
}

impl RowCache {
    /// Forgets what an edit may have changed; `width` is that of the rows.
    pub fn carry(&mut self, edit: &Edit, width: usize) {
        self.lines.retain_mut(|kept| kept.carry(edit, width));
    }

    pub fn clear(&mut self) {
        self.lines.clear();
    }

    fn take(&mut self, line: usize) -> Vec<usize> {
        let known = self.lines.iter().position(|kept| kept.line == line);
        known.map_or_else(|| vec![0], |known| self.lines.remove(known).starts)
    }

    fn keep(&mut self, line: usize, starts: Vec<usize>) {
        if self.lines.len() == KEPT_LINES {
            self.lines.remove(0);
        }
        self.lines.push(Kept { line, starts });
    }
}

impl Kept {
    /// Whether anything is left of it.
    fn carry(&mut self, edit: &Edit, width: usize) -> bool {
        let removed = edit.span();
        if removed.end < self.line {
            self.line = self.line - removed.len() + edit.inserted.len();
            return true;
        }
        let Some(at) = removed.start.checked_sub(self.line) else { return false };
        // The indentation is read off the first cells, and all rows begin with it.
        let rows = if at <= width { 0 } else { self.starts.partition_point(|start| *start <= at) };
        self.starts.truncate(rows.saturating_sub(UNSETTLED_ROWS).max(1));
        true
    }
}

impl Editor {
    /// Returns the width at which lines are broken into rows, in cells; `None` where they are not.
    pub fn wrap(&self) -> Option<usize> {
        self.wrap
    }

    /// Breaks lines into rows of `width` cells from now on, or not at all: vertical motions go by rows.
    pub fn set_wrap(&mut self, width: Option<usize>) {
        let width = width.map(|width| width.max(1));
        if self.wrap != width {
            self.wrap = width;
            self.rows.clear();
        }
    }

    /// Returns the row that begins at byte `start` of line `line`, and those behind it to the end of the text.
    ///
    /// Where no row begins there, the first one is what is left of it.
    pub fn rows_from(&self, line: usize, start: usize) -> impl Iterator<Item = Row> + '_ {
        let layout = self.layout_of(line.min(self.n_lines() - 1));
        let first = self.row_of(layout, layout.span.start + start.min(layout.span.len()));
        std::iter::successors(Some(first), |row| self.row_after(row))
    }

    /// Returns the row that holds the byte `at`; a line's end belongs to its last row.
    pub fn row_at(&mut self, at: usize) -> Row {
        let layout = self.layout_of(self.line_of(at));
        let at = at.clamp(layout.span.start, layout.span.end) - layout.span.start;
        let start = self.with_starts(layout, at, |starts| {
            starts[starts.partition_point(|start| *start <= at).saturating_sub(1)]
        });
        self.row_of(layout, layout.span.start + start)
    }

    pub fn row_before(&mut self, row: &Row) -> Option<Row> {
        if row.is_first {
            let before = row.line.checked_sub(1)?;
            return Some(self.row_at(self.line_span(before).end));
        }
        let layout = self.layout_of(row.line);
        let at = row.span.start.saturating_sub(layout.span.start);
        let start = self.with_starts(layout, at, |starts| {
            let before = starts.partition_point(|start| *start < at).saturating_sub(1);
            starts[before]
        });
        Some(self.row_of(layout, layout.span.start + start))
    }

    pub fn row_after(&self, row: &Row) -> Option<Row> {
        if !row.is_last {
            return Some(self.row_of(self.layout_of(row.line), row.span.end));
        }
        let layout = self.layout_of(Some(row.line + 1).filter(|below| *below < self.n_lines())?);
        Some(self.row_of(layout, layout.span.start))
    }

    pub fn column_in(&self, row: &Row, at: usize) -> usize {
        let text = self.slice(row.span);
        let at = at.saturating_sub(row.span.start);
        if row.column == 0 {
            return cells::column_of(&text, at);
        }
        let mut end = row.column;
        for glyph in cells::glyphs_at(&text, row.column) {
            if at < glyph.at + glyph.text.len() {
                return glyph.column;
            }
            end = glyph.column + glyph.width;
        }
        end
    }

    /// Returns the byte at a cell of a row; what is right of the row gives its last place, which is the line's end only
    /// in the line's last row.
    pub fn byte_in(&self, row: &Row, column: usize) -> usize {
        let text = self.slice(row.span);
        let glyphs = if row.column == 0 {
            cells::glyphs_from(&text, column)
        } else {
            cells::glyphs_at(&text, row.column)
        };
        let mut last = 0;
        for glyph in glyphs {
            if column < glyph.column + glyph.width {
                return row.span.start + glyph.at;
            }
            last = glyph.at;
        }
        row.span.start + if row.is_last { text.len() } else { last }
    }

    fn layout_of(&self, line: usize) -> Layout {
        let span = self.line_span(line);
        let Some(width) = self.wrap else { return Layout { line, span, width: 0, indent: 0 } };
        let most = width / 2;
        let beginning = self.slice(Span::new(span.start, span.end.min(span.start + most)));
        let blanks = motion::indentation(&beginning);
        let indent = cells::glyphs(blanks).last().map_or(0, |glyph| glyph.column + glyph.width);
        Layout { line, span, width, indent: indent.min(most) }
    }

    fn row_of(&self, layout: Layout, start: usize) -> Row {
        let Layout { line, span, .. } = layout;
        let is_first = start == span.start;
        if self.wrap.is_none() {
            return Row { line, span: Span::new(start, span.end), column: 0, is_first, is_last: true };
        }
        let column = if is_first { 0 } else { layout.indent };
        let mut length = 2 * layout.width + 16;
        loop {
            let end = span.end.min(start.saturating_add(length));
            let text = self.slice(Span::new(start, end));
            if let Some(end) = row_end(&text, column, layout.width, end == span.end) {
                let is_last = end == End::OfLine;
                let length = if let End::At(at) = end { at } else { text.len() };
                return Row { line, span: Span::new(start, start + length), column, is_first, is_last };
            }
            length *= 2;
        }
    }

    /// Calls `read` with where the rows of a line begin, up to the one that holds the byte `at` of the line.
    fn with_starts<T>(&mut self, layout: Layout, at: usize, read: impl FnOnce(&[usize]) -> T) -> T {
        let is_long = KEPT_FROM <= layout.span.len();
        let mut starts = if is_long { self.rows.take(layout.span.start) } else { vec![0] };
        self.find_starts(layout, at, &mut starts);
        let result = read(&starts);
        if is_long {
            self.rows.keep(layout.span.start, starts);
        }
        result
    }

    /// Goes on with the beginnings of rows until one is behind `at`, or the line ends.
    fn find_starts(&self, layout: Layout, at: usize, starts: &mut Vec<usize>) {
        let Layout { span, width, .. } = layout;
        let mut start = starts.last().copied().unwrap_or(0);
        let mut length = READ;
        while self.wrap.is_some() && start <= at {
            let end = span.end.min(span.start + start + length);
            let text = self.slice(Span::new(span.start + start, end));
            let read_from = start;
            while start <= at {
                let column = if start == 0 { 0 } else { layout.indent };
                match row_end(&text[start - read_from..], column, width, end == span.end) {
                    Some(End::At(length)) => start += length,
                    Some(End::OfLine) => return,
                    None => break,
                }
                starts.push(start);
            }
            // A row of more than what was read: graphemes of any length are met by reading more.
            length = if start == read_from { length * 2 } else { READ };
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Before this byte.
    At(usize),
    OfLine,
}

/// Finds the end of the row that begins with `text` in the cell `column`; `None` where `text` is not enough to tell.
///
/// The last cell is kept for a blank behind the last word and for the cursor behind the line.
fn row_end(text: &str, column: usize, width: usize, is_whole: bool) -> Option<End> {
    let room = (width - 1).max(1);
    let mut before: Option<Glyph<'_>> = None;
    let mut opportunity = None;
    for glyph in cells::glyphs_at(text, column) {
        let is_blank = matches!(glyph.text, " " | "\t");
        // What is read next may belong to this one still.
        if !is_whole && glyph.at + glyph.text.len() == text.len() {
            return None;
        }
        if before.is_some_and(|before| may_break(&before, &glyph)) {
            opportunity = Some(glyph.at);
        }
        let fits = if is_blank { glyph.column < width } else { glyph.column + glyph.width <= room };
        if !fits && 0 < glyph.at {
            return Some(End::At(opportunity.unwrap_or(glyph.at)));
        }
        before = Some(glyph);
    }
    if !is_whole {
        return None;
    }
    let end = before.map_or(column, |last| last.column + last.width);
    // Where the row is full, the cursor behind the line needs one more.
    Some(if end < width || text.is_empty() { End::OfLine } else { End::At(text.len()) })
}

fn may_break(before: &Glyph<'_>, after: &Glyph<'_>) -> bool {
    let (Some(last), Some(first)) = (before.text.chars().next_back(), after.text.chars().next()) else {
        return false;
    };
    match (last, first) {
        (_, ' ' | '\t') => false,
        (' ' | '\t', _) => true,
        (',' | ';', ',' | ';') => false,
        (',' | ';', _) => true,
        ('>' | '}' | ']' | ')', '<' | '{' | '[' | '(') => true,
        (_, '、' | '。' | '，' | '．' | '！' | '？' | '：' | '；' | '」' | '』' | '）') => false,
        _ => 1 < before.width || 1 < after.width,
    }
}

#[cfg(test)]
mod tests;
