//! Draws an editor: line numbers, text with its layers, and the way back from a cell to a byte.
//!
//! Layers from below: the cursor's line, the grammar's colours, Liquid's own tokens, what is linked, matches of the
//! search, brackets, underlined problems, the selection. Draws only; everything it shows is given to it.

mod layers;
mod viewport;

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::diagnostic::Severity;
use crate::editor::{Editor, cells};
use crate::template::Token;
use crate::text::{Span, grapheme_width, picture};

use super::highlight::Highlighter;
use super::theme::Theme;

use layers::LineLayers;

pub use viewport::Viewport;

/// A problem's place and how bad it is.
pub type Mark = (Span, Severity);

/// All that an editor's picture is made of.
#[derive(Debug, Clone, Copy)]
pub struct EditorView<'a> {
    /// The text and the cursor.
    pub editor: &'a Editor,
    /// Which part of it is seen.
    pub viewport: Viewport,
    /// The styles.
    pub theme: &'a Theme,
    /// The grammar's colours; `None` draws plain text.
    pub highlighter: Option<&'a Highlighter>,
    /// The template's tokens, ascending; empty where they are of another version of the text.
    pub liquid: &'a [Token],
    /// Problems to underline, in any order.
    pub problems: &'a [Mark],
    /// Matches of the search, ascending.
    pub matches: &'a [Span],
    /// The place that belongs to the cursor's in another pane.
    pub linked: Option<Span>,
    /// Whether lines have numbers.
    pub line_numbers: bool,
    /// Whether keys go here: brackets are matched only then.
    pub is_focused: bool,
}

impl<'a> EditorView<'a> {
    /// Makes the plain picture of an editor; set the other fields by struct update.
    pub fn new(editor: &'a Editor, viewport: Viewport, theme: &'a Theme) -> Self {
        Self {
            editor,
            viewport,
            theme,
            highlighter: None,
            liquid: &[],
            problems: &[],
            matches: &[],
            linked: None,
            line_numbers: true,
            is_focused: true,
        }
    }

    /// Draws into `area`, every cell of it, and returns where the terminal's cursor belongs, if that is in sight.
    pub fn draw(&self, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let area = area.intersection(buf.area);
        let brackets = self.is_focused.then(|| self.editor.matching_brackets()).flatten();
        for row in 0..area.height {
            let line = self.viewport.top + usize::from(row);
            let y = area.y + row;
            blank(buf, Rect { y, height: 1, ..area }, self.theme.text);
            if line < self.editor.n_lines() {
                self.draw_number(line, area, y, buf);
                self.draw_line(line, self.text_area(area), y, brackets, buf);
            }
        }
        self.screen_of(area, self.editor.cursor())
    }

    /// Returns the cell of the byte `at`, where it is in sight: for popups.
    pub fn screen_of(&self, area: Rect, at: usize) -> Option<Position> {
        let text_area = self.text_area(area);
        let line = self.editor.line_of(at);
        let row = line.checked_sub(self.viewport.top)?;
        let column = cells::column_of(&self.editor.line(line), at - self.editor.line_span(line).start);
        let column = column.checked_sub(self.left_of(line))?;
        let in_sight = row < usize::from(text_area.height) && column < usize::from(text_area.width);
        let offset = |cells: usize| u16::try_from(cells).ok();
        in_sight.then_some(())?;
        Some(Position { x: text_area.x + offset(column)?, y: text_area.y + offset(row)? })
    }

    /// Returns the byte under a cell; left of the text, behind a line and below the text the nearest one.
    pub fn byte_at(&self, area: Rect, cell: Position) -> usize {
        let text_area = self.text_area(area);
        let row = usize::from(cell.y.saturating_sub(text_area.y));
        let line = (self.viewport.top + row).min(self.editor.n_lines() - 1);
        let column = self.left_of(line) + usize::from(cell.x.saturating_sub(text_area.x));
        self.editor.line_span(line).start + cells::byte_at(&self.editor.line(line), column)
    }

    /// Returns the part of `area` that shows text: what scrolling must be told.
    pub fn text_area(&self, area: Rect) -> Rect {
        let gutter = self.gutter_width(area.width);
        Rect { x: area.x + gutter, width: area.width - gutter, ..area }
    }

    /// The first cell of a line that is seen: only the cursor's line goes sideways, the others stay to be read.
    fn left_of(&self, line: usize) -> usize {
        if line == self.editor.line_of(self.editor.cursor()) { self.viewport.left } else { 0 }
    }

    /// A sign, the number, a blank; nothing where that would be half of the width.
    fn gutter_width(&self, width: u16) -> u16 {
        let gutter = self.editor.n_lines().checked_ilog10().map_or(0, |digits| digits as u16) + 3;
        if self.line_numbers && gutter < width.div_ceil(2) { gutter } else { 0 }
    }

    fn draw_number(&self, line: usize, area: Rect, y: u16, buf: &mut Buffer) {
        let Some(digits) = self.gutter_width(area.width).checked_sub(2).map(usize::from) else { return };
        let is_current = line == self.editor.line_of(self.editor.cursor());
        let style = if is_current { self.theme.gutter_current } else { self.theme.gutter };
        buf.set_string(area.x + 1, y, format!("{:>digits$}", line + 1), style);
        let span = self.editor.line_span(line);
        let worst =
            self.problems.iter().filter(|(place, _)| touches(span, *place)).map(|(_, severity)| *severity);
        if let Some(severity) = worst.max() {
            buf.set_string(area.x, y, sign(severity), severity_style(self.theme, severity));
        }
    }

    fn draw_line(&self, line: usize, area: Rect, y: u16, brackets: Option<(Span, Span)>, buf: &mut Buffer) {
        let text = self.editor.line(line);
        let layers = LineLayers::new(self, line, brackets);
        let left = self.left_of(line);
        let right = left + usize::from(area.width);
        let x_of =
            |column: usize| u16::try_from(column - left).map_or(area.right(), |offset| area.x + offset);
        let mut end = 0;
        for glyph in cells::glyphs_from(&text, left) {
            end = glyph.column + glyph.width;
            if right <= glyph.column {
                break;
            }
            if end <= left {
                continue;
            }
            let style = layers.style_at(glyph.at);
            let shown = glyph.column.max(left)..end.min(right);
            for column in shown.clone() {
                buf[(x_of(column), y)].set_style(style);
            }
            if shown.len() == glyph.width {
                put(buf, x_of(glyph.column), y, &glyph, self.theme);
            }
        }
        if (left..right).contains(&end) {
            buf[(x_of(end), y)].set_style(layers.style_of_end(text.len()));
        }
        self.draw_overflow(area, y, left, end, buf);
    }

    /// Marks that a line goes on beyond the edges.
    fn draw_overflow(&self, area: Rect, y: u16, left: usize, end: usize, buf: &mut Buffer) {
        if area.width < 4 {
            return;
        }
        if 0 < left && 0 < end {
            buf.set_string(area.x, y, "…", self.theme.dim);
        }
        if left + usize::from(area.width) < end {
            let half = &mut buf[(area.right() - 2, y)];
            if 1 < grapheme_width(half.symbol()) {
                half.set_symbol(" ");
            }
            buf.set_string(area.right() - 1, y, "…", self.theme.dim);
        }
    }
}

/// What stands for a severity where there is no room for the word.
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

/// Whether a problem's place lies in a line, its end included.
fn touches(line: Span, place: Span) -> bool {
    place.start <= line.end && line.start <= place.end.saturating_sub(1).max(place.start)
}

/// Empties cells: the screen's other half of a wide character that stood there goes too.
fn blank(buf: &mut Buffer, area: Rect, style: Style) {
    for x in area.left()..area.right() {
        let cell = &mut buf[(x, area.y)];
        cell.reset();
        cell.set_style(style);
    }
}

/// Draws one grapheme whole; what would drive the terminal, or cannot be seen, as a picture.
fn put(buf: &mut Buffer, x: u16, y: u16, glyph: &cells::Glyph<'_>, theme: &Theme) {
    let cell = &mut buf[(x, y)];
    match glyph.text.chars().next().and_then(picture) {
        _ if glyph.text == "\t" => {}
        Some(shown) => {
            cell.set_char(shown).set_style(theme.dim);
        }
        None if grapheme_width(glyph.text) == 0 => {
            cell.set_char('◌').set_style(theme.dim);
        }
        None => {
            cell.set_symbol(glyph.text);
        }
    }
}
