//! Soft wrap: breaks a line that is wider than the window into rows.
//!
//! If possible, a row ends after a space, at certain punctuation, or next to a wide character. If that is not possible,
//! the row ends where it is full. In message text, a row also ends after the escape `\n`, which makes paragraphs look
//! like paragraphs. No escape of message text is split. The rows after the first are indented like the line, but at
//! most by half of the width.
//!
//! Apart from this indentation, a row's end depends on no text before the row, and on little text after it. A window
//! can therefore be drawn from any row. An edit that does not change the indentation changes at most a few of the rows
//! before the edit. For long lines, the offsets at which rows start are cached. Without the cache, each keystroke in a
//! body that is one long line would lay out the whole line again.

use crate::text::Span;

use super::cells::{self, Glyph};
use super::edit::Edit;
use super::prose::Prose;
use super::{Editor, motion};

/// One row: a part of a line, or the whole line if nothing is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisualRow {
    /// The line number, from 0.
    pub line: usize,
    /// The row's bytes in the text, without the line break.
    pub span: Span,
    /// The cell in which the row begins, from 0.
    pub column: usize,
    pub is_first: bool,
    pub is_last: bool,
    /// Whether the row ends with the escape `\n` of message text.
    pub ends_paragraph: bool,
}

/// The number of bytes of the escape `\n`.
pub(crate) const PARAGRAPH_END: usize = 2;

#[derive(Debug, Clone, Copy)]
struct LineLayout {
    line: usize,
    span: Span,
    width: usize,
    /// The cell in which the rows after the first begin.
    indent: usize,
}

/// The rows of lines shorter than this, in bytes, are not cached but computed each time.
const MIN_CACHED_LENGTH: usize = 4 * 1024;

/// The maximum number of long lines whose rows are cached.
const MAX_CACHED_LINES: usize = 4;

/// An edit can change at most this many row starts before it. A row's end depends on the text up to the first grapheme
/// that does not fit into the row. The row may end long before that grapheme, because a row ends at a space if
/// possible. The next rows may be only half as wide as the row, because they are indented. So the grapheme may be up to
/// three rows further on, and an edit there can still change the row's end.
const UNSETTLED_ROWS: usize = 4;

/// The number of bytes of a long line that are read at a time.
const READ_STEP: usize = 16 * 1024;

/// The offsets at which the rows of long lines start. For each line, they are computed only up to the last row that
/// was needed.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowCache {
    /// The most recently used line is the last.
    lines: Vec<CachedRows>,
}

#[derive(Debug, Clone)]
struct CachedRows {
    /// The offset of the line's first byte.
    line: usize,
    /// Row starts as offsets in the line, ascending from 0.
    starts: Vec<usize>,
}

impl RowCache {
    /// Drops the rows that an edit may have changed; `width` is the rows' width in cells.
    pub(super) fn apply_edit(&mut self, edit: &Edit, width: usize) {
        self.lines.retain_mut(|cached| cached.apply_edit(edit, width));
    }

    pub(super) fn clear(&mut self) {
        self.lines.clear();
    }

    /// Drops the rows that end after byte `at` of the text. Also drops the few rows before them that may depend on the
    /// text after `at`.
    pub(super) fn drop_from(&mut self, at: usize, width: usize) {
        let nothing = Edit { at, removed: String::new(), inserted: String::new() };
        self.lines.retain_mut(|cached| cached.line <= at && cached.apply_edit(&nothing, width));
    }

    fn take(&mut self, line: usize) -> Vec<usize> {
        // The line is removed here and appended again by `keep`. So the first line in `lines` is the least recently
        // used, and `keep` drops the first line if the cache is full.
        let cached_at = self.lines.iter().position(|cached| cached.line == line);
        cached_at.map_or_else(|| vec![0], |cached_at| self.lines.remove(cached_at).starts)
    }

    fn keep(&mut self, line: usize, starts: Vec<usize>) {
        if self.lines.len() == MAX_CACHED_LINES {
            self.lines.remove(0);
        }
        self.lines.push(CachedRows { line, starts });
    }
}

impl CachedRows {
    /// Drops the row starts that an edit may have changed. Returns false if the whole line has to be dropped from the
    /// cache.
    fn apply_edit(&mut self, edit: &Edit, width: usize) -> bool {
        let removed = edit.span();
        // Not `<=`: an edit that ends at the line's start may join the line with the previous line.
        if removed.end < self.line {
            self.line = self.line - removed.len() + edit.inserted.len();
            return true;
        }
        let Some(at) = removed.start.checked_sub(self.line) else { return false };
        // An edit in the first `width` bytes may change the line's indentation, which affects all of its rows.
        let rows = if at <= width { 0 } else { self.starts.partition_point(|start| *start <= at) };
        self.starts.truncate(rows.saturating_sub(UNSETTLED_ROWS).max(1));
        true
    }
}

impl Editor {
    /// Returns the width in cells at which lines are broken into rows; `None` if they are not wrapped.
    pub fn wrap(&self) -> Option<usize> {
        self.wrap
    }

    /// Sets the width of rows in cells, or turns wrapping off. Vertical motions move by rows.
    pub fn set_wrap(&mut self, width: Option<usize>) {
        let width = width.map(|width| width.max(1));
        if self.wrap != width {
            self.wrap = width;
            self.rows.clear();
        }
    }

    /// Returns the row that begins at byte `start` of line `line`, and all rows after it to the end of the text.
    ///
    /// If no row begins at that byte, the first item is laid out as if a row began there.
    pub fn rows_from(&self, line: usize, start: usize) -> impl Iterator<Item = VisualRow> + '_ {
        let layout = self.layout_of(line.min(self.n_lines() - 1));
        let first = self.row_of(layout, layout.span.start + start.min(layout.span.len()));
        std::iter::successors(Some(first), |row| self.row_after(row))
    }

    /// Returns the row that contains byte `at`; a line's end belongs to its last row.
    pub fn row_at(&mut self, at: usize) -> VisualRow {
        let layout = self.layout_of(self.line_of(at));
        let at = at.clamp(layout.span.start, layout.span.end) - layout.span.start;
        let start = self.with_starts(layout, at, |starts| {
            starts[starts.partition_point(|start| *start <= at).saturating_sub(1)]
        });
        self.row_of(layout, layout.span.start + start)
    }

    pub fn row_before(&mut self, row: &VisualRow) -> Option<VisualRow> {
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

    pub fn row_after(&self, row: &VisualRow) -> Option<VisualRow> {
        if !row.is_last {
            return Some(self.row_of(self.layout_of(row.line), row.span.end));
        }
        let layout = self.layout_of(Some(row.line + 1).filter(|below| *below < self.n_lines())?);
        Some(self.row_of(layout, layout.span.start))
    }

    pub fn column_in(&self, row: &VisualRow, at: usize) -> usize {
        let text = self.slice(row.span);
        let at = at.saturating_sub(row.span.start);
        // `column_of` treats byte offsets as columns while it skips printable ASCII. That is correct only for a row
        // that begins in cell 0.
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

    /// Returns the byte offset at a cell of a row. For a cell to the right of the row's text, returns the offset of the
    /// row's last grapheme, or the line's end if the row is the last of its line. For a cell in an escape of message
    /// text, such as `\n`, returns the escape's start.
    pub fn byte_in(&self, row: &VisualRow, column: usize) -> usize {
        let text = self.slice(row.span);
        let glyphs = if row.column == 0 {
            cells::glyphs_from(&text, column)
        } else {
            cells::glyphs_at(&text, row.column)
        };
        let mut last = 0;
        for glyph in glyphs {
            last = glyph.at;
            if column < glyph.column + glyph.width {
                return self.before_escape(row.span.start + last);
            }
        }
        if row.is_last { row.span.end } else { self.before_escape(row.span.start + last) }
    }

    fn layout_of(&self, line: usize) -> LineLayout {
        let span = self.line_span(line);
        let Some(width) = self.wrap else { return LineLayout { line, span, width: 0, indent: 0 } };
        // A deep indentation would leave no room for the text, so the indentation takes at most half of the width.
        let max_indent = width / 2;
        let line_start = self.slice(Span::new(span.start, span.end.min(span.start + max_indent)));
        let indent_text = motion::indentation(&line_start);
        let indent = cells::glyphs(indent_text).last().map_or(0, |glyph| glyph.column + glyph.width);
        LineLayout { line, span, width, indent: indent.min(max_indent) }
    }

    fn row_of(&self, layout: LineLayout, start: usize) -> VisualRow {
        let LineLayout { line, span, .. } = layout;
        let is_first = start == span.start;
        if self.wrap.is_none() {
            let span = Span::new(start, span.end);
            return VisualRow { line, span, column: 0, is_first, is_last: true, ends_paragraph: false };
        }
        let column = if is_first { 0 } else { layout.indent };
        // This many bytes are enough for a row of mostly ASCII. A row of longer graphemes needs more iterations.
        let mut length = 2 * layout.width + 16;
        loop {
            let end = span.end.min(start.saturating_add(length));
            let text = self.slice(Span::new(start, end));
            let text = RowText { text: &text, start, is_whole: end == span.end, prose: &self.prose };
            if let Some(end) = row_end(text, column, layout.width) {
                let is_last = end == RowEnd::OfLine;
                let ends_paragraph = matches!(end, RowEnd::AfterParagraph(_));
                let span = Span::new(start, start + end.length(text));
                return VisualRow { line, span, column, is_first, is_last, ends_paragraph };
            }
            length *= 2;
        }
    }

    /// Calls `read` with the row starts of a line, at least up to the row that contains byte `at` of the line.
    fn with_starts<T>(&mut self, layout: LineLayout, at: usize, read: impl FnOnce(&[usize]) -> T) -> T {
        let is_long = MIN_CACHED_LENGTH <= layout.span.len();
        let mut starts = if is_long { self.rows.take(layout.span.start) } else { vec![0] };
        self.find_starts(layout, at, &mut starts);
        let result = read(&starts);
        if is_long {
            self.rows.keep(layout.span.start, starts);
        }
        result
    }

    /// Appends row starts until the last one is after byte `at` of the line, or until the line ends.
    fn find_starts(&self, layout: LineLayout, at: usize, starts: &mut Vec<usize>) {
        let LineLayout { span, width, .. } = layout;
        let mut start = starts.last().copied().unwrap_or(0);
        let mut length = READ_STEP;
        while self.wrap.is_some() && start <= at {
            let end = span.end.min(span.start + start + length);
            let text = self.slice(Span::new(span.start + start, end));
            let read_from = start;
            while start <= at {
                let column = if start == 0 { 0 } else { layout.indent };
                let rest = &text[start - read_from..];
                let is_whole = end == span.end;
                let rest = RowText { text: rest, start: span.start + start, is_whole, prose: &self.prose };
                match row_end(rest, column, width) {
                    Some(RowEnd::OfLine) => return,
                    Some(end) => start += end.length(rest),
                    None => break,
                }
                starts.push(start);
            }
            // If the bytes that were read are too few for even one row, twice as many are read next. No fixed number is
            // always enough, because a grapheme can have any length.
            length = if start == read_from { length * 2 } else { READ_STEP };
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowEnd {
    /// The row ends before this byte of [`RowText`]'s `text`.
    At(usize),
    /// The row ends before this byte, directly after the escape `\n`.
    AfterParagraph(usize),
    /// The row ends where the line ends.
    OfLine,
}

impl RowEnd {
    fn length(self, row: RowText<'_>) -> usize {
        match self {
            RowEnd::At(at) | RowEnd::AfterParagraph(at) => at,
            RowEnd::OfLine => row.text.len(),
        }
    }
}

/// The text of a line from the start of a row on.
#[derive(Debug, Clone, Copy)]
struct RowText<'a> {
    text: &'a str,
    /// The offset of `text` in the whole text.
    start: usize,
    /// Whether `text` extends to the end of the line.
    is_whole: bool,
    prose: &'a Prose,
}

impl RowText<'_> {
    /// Returns whether the backslash at byte `at` and the character after it are an escape of message text. The
    /// backslash itself must not be escaped.
    fn has_escape(&self, at: usize) -> bool {
        self.prose.part_at(self.start + at).is_some_and(|part| self.start + at + 1 < part.end)
    }
}

/// Finds the end of the row that starts at the start of `row` and in cell `column`; `None` if the text is too short to
/// decide.
///
/// The last cell is reserved for a space after the last word and for the cursor at the line's end.
fn row_end(row: RowText<'_>, column: usize, width: usize) -> Option<RowEnd> {
    let room = (width - 1).max(1);
    let mut before: Option<Glyph<'_>> = None;
    let mut opportunity = None;
    // The start of the escape whose second character comes next.
    let mut escape = None;
    for glyph in cells::glyphs_at(row.text, column) {
        let end = glyph.at + glyph.text.len();
        // The last grapheme of the text may be incomplete.
        if !row.is_whole && end == row.text.len() {
            return None;
        }
        let starts_unit = escape.is_none();
        if starts_unit && before.is_some_and(|before| may_break(&before, &glyph)) {
            opportunity = Some(glyph.at);
        }
        let is_space = matches!(glyph.text, " " | "\t");
        let fits = if is_space { glyph.column < width } else { glyph.column + glyph.width <= room };
        // A row has at least one grapheme or escape, even if that is wider than the window. An empty row would be
        // followed by another empty row at the same place, and so on forever.
        let unit = escape.unwrap_or(glyph.at);
        if !fits && 0 < unit {
            return Some(RowEnd::At(opportunity.unwrap_or(unit)));
        }
        if !starts_unit && glyph.text == "n" {
            return Some(RowEnd::AfterParagraph(end));
        }
        escape = (starts_unit && glyph.text == "\\" && row.has_escape(glyph.at)).then_some(glyph.at);
        before = Some(glyph);
    }
    if !row.is_whole {
        return None;
    }
    let end = before.map_or(column, |last| last.column + last.width);
    // If the row is full, the cursor at the line's end needs one more row.
    Some(if end < width || row.text.is_empty() { RowEnd::OfLine } else { RowEnd::At(row.text.len()) })
}

fn may_break(before: &Glyph<'_>, after: &Glyph<'_>) -> bool {
    let (Some(last), Some(first)) = (before.text.chars().next_back(), after.text.chars().next()) else {
        return false;
    };
    match (last, first) {
        // A row never ends before a space, because the next row should begin with a word. The exception is a row that
        // is full before the spaces end.
        (_, ' ' | '\t') => false,
        (' ' | '\t', _) => true,
        (',' | ';', ',' | ';') => false,
        // With this arm, JSON that is written without spaces can still break between its values.
        (',' | ';', _) => true,
        ('>' | '}' | ']' | ')', '<' | '{' | '[' | '(') => true,
        // CJK text breaks next to any wide character, except before this punctuation.
        (_, '、' | '。' | '，' | '．' | '！' | '？' | '：' | '；' | '」' | '』' | '）') => false,
        _ => 1 < before.width || 1 < after.width,
    }
}

#[cfg(test)]
mod tests;
