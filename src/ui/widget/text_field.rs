//! A text field of one line. It uses the same text model as the body's editor, [`crate::editor`]. A dialog or a list
//! draws it in one row, and a form wraps it, so that all of its text can be read.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::campaign::{find_password, find_token};
use crate::editor::{Command, Editor, Motion};
use crate::text::{Span, grapheme_width, width};
use crate::ui::widget::draw;
use crate::ui::widget::key::Key;
use crate::ui::widget::typing;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// The largest number of rows of a wrapped field. A longer text is scrolled or, in a field without focus, cut.
const MAX_ROWS: usize = 6;

/// What stands for a secret in a field without focus. The number of dots does not depend on the text, so that it does
/// not show the length of the secret.
const DOTS: &str = "••••••";

#[derive(Debug, Clone)]
pub struct TextField {
    editor: Editor,
    is_secret: bool,
}

/// A part of a field's text, for the clipboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldText {
    Empty,
    /// At least a part of the text is drawn as dots. It must not leave the field.
    Hidden,
    Visible(String),
}

/// A grapheme of a field as it is drawn.
#[derive(Debug, Clone, Copy)]
struct FieldCell<'t> {
    /// The offset of the grapheme in the field's text.
    at: usize,
    symbol: &'t str,
}

impl TextField {
    /// Creates a field with the cursor after `text`.
    pub fn new(text: &str) -> Self {
        let mut editor = Editor::single_line(text);
        editor.apply(Command::Move(Motion::LineEnd));
        Self { editor, is_secret: false }
    }

    /// Returns a text as a field has it: on one line, without control characters.
    pub fn flattened(text: &str) -> String {
        if text.contains(char::is_control) { Self::new(text).text() } else { text.to_owned() }
    }

    /// Creates a field for a secret: its text is drawn as dots. A reference such as `${BOT_TOKEN}` is not a secret, so
    /// it is shown.
    pub fn secret(text: &str) -> Self {
        Self { is_secret: true, ..Self::new(text) }
    }

    /// Sets whether the text is drawn as dots.
    pub fn set_secret(&mut self, is_secret: bool) {
        self.is_secret = is_secret;
    }

    /// Creates a field with all of `text` selected, so that typing replaces it.
    pub fn selected(text: &str) -> Self {
        let mut field = Self::new(text);
        field.editor.apply(Command::SelectAll);
        field
    }

    /// Replaces the text; the cursor moves to the end of the new text.
    pub fn set_text(&mut self, text: &str) {
        *self = Self { is_secret: self.is_secret, ..Self::new(text) };
    }

    pub fn text(&self) -> String {
        self.editor.text()
    }

    pub fn selected_text(&self) -> FieldText {
        self.text_in(self.editor.selection().span())
    }

    /// Returns the text that a cut removes: the selection, or the whole text if nothing is selected.
    pub fn text_to_cut(&self) -> FieldText {
        let selected = self.editor.selection().span();
        self.text_in(if selected.is_empty() { Span::new(0, self.editor.len()) } else { selected })
    }

    fn text_in(&self, span: Span) -> FieldText {
        let hidden = self.hidden(&self.text());
        match hidden.is_some_and(|hidden| hidden.start < span.end && span.start < hidden.end) {
            _ if span.is_empty() => FieldText::Empty,
            true => FieldText::Hidden,
            false => FieldText::Visible(self.editor.slice(span).into_owned()),
        }
    }

    /// Handles a key. Returns whether the field has used it.
    pub fn press(&mut self, key: Key) -> bool {
        let Some(command) = typing::field_command(key) else { return false };
        // These keys are left to the form or list that contains the field: Enter submits, and Tab and the vertical keys
        // move to another field or row.
        if matches!(command, Command::Newline | Command::Tab) {
            return false;
        }
        let is_vertical =
            matches!(&command, Command::Move(motion) | Command::Extend(motion) if is_vertical(*motion));
        if is_vertical {
            return false;
        }
        self.editor.apply(command);
        true
    }

    pub fn is_empty(&self) -> bool {
        self.editor.is_empty()
    }

    /// Replaces the text as one undo step, unlike [`TextField::set_text`]; the cursor moves to the end of the new text.
    pub fn replace(&mut self, text: &str) {
        self.editor.apply(Command::SelectAll);
        self.editor.apply(Command::Paste(text.to_owned()));
    }

    /// Returns whether the cursor is after the text, and nothing is selected.
    pub fn is_at_end(&self) -> bool {
        self.editor.selection().is_empty() && self.editor.cursor() == self.editor.len()
    }

    /// Inserts pasted text; line breaks in it become spaces.
    pub fn paste(&mut self, text: &str) {
        // Line breaks at the end are removed. Text that was copied as a whole line ends with a line break, which would
        // become a space.
        self.editor.apply(Command::Paste(text.trim_end_matches(['\r', '\n']).to_owned()));
    }

    /// Returns the part of the text that is drawn as dots.
    fn hidden(&self, text: &str) -> Option<Range<usize>> {
        if self.is_secret {
            return (!is_reference(text)).then_some(0..text.len());
        }
        // A URL that contains a bot token or a password may be pasted into any field by mistake, so both are hidden in
        // every field. What is between the two is hidden as well.
        match (find_password(text), find_token(text)) {
            (Some(password), Some(token)) => {
                Some(password.start.min(token.start)..password.end.max(token.end))
            }
            (password, token) => password.or(token).map(|secret| secret.range()),
        }
    }

    /// Draws the field without focus: the start of the text, shortened with `…` if it does not fit.
    pub fn draw_unfocused(&self, buf: &mut Buffer, area: Rect, style: Style) {
        let mut text = self.editor.text();
        if let Some(hidden) = self.hidden(&text).filter(|hidden| !hidden.is_empty()) {
            text.replace_range(hidden, DOTS);
        }
        draw::put_line(buf, Rect { height: area.height.min(1), ..area }, area.y, &text, style);
    }

    /// Draws the field with focus, scrolled so that the cursor is visible. Returns the cell of the cursor.
    pub fn draw(&self, buf: &mut Buffer, area: Rect, style: Style, selected: Style) -> (u16, u16) {
        draw::fill(buf, Rect { height: area.height.min(1), ..area }, style);
        let text = self.editor.text();
        let cursor = self.editor.cursor();
        let selection = self.editor.selection().span();
        let hidden = self.hidden(&text);
        let first = first_visible(&text, cursor, usize::from(area.width));
        let mut x = area.x;
        let mut cursor_x = area.x;
        for (at, grapheme) in text.grapheme_indices(true) {
            if at < first {
                continue;
            }
            if at == cursor {
                cursor_x = x;
            }
            // A secret is hidden even while the user types it.
            let is_hidden = hidden.as_ref().is_some_and(|hidden| hidden.contains(&at));
            let grapheme = if is_hidden { "•" } else { grapheme };
            let is_selected = selection.start <= at && at < selection.end;
            x = draw::put(buf, area, x, area.y, grapheme, if is_selected { selected } else { style });
        }
        // The loop does not find a cursor at the end of the text, because no grapheme begins there.
        if cursor == text.len() {
            cursor_x = x;
        }
        (cursor_x.min(area.right().saturating_sub(1)), area.y)
    }

    /// Returns the number of rows of the wrapped field, at least 1 and at most [`MAX_ROWS`].
    pub fn n_rows(&self, width: u16, is_focused: bool) -> usize {
        self.rows(&self.editor.text(), width, is_focused).len()
    }

    /// Draws the wrapped field in the columns of `area`, with its first row at line `top`, which may be above `area`.
    /// Only the rows inside `area` are drawn. `selected` is the style of selected text in a field with focus, and
    /// `None` draws a field without focus. Returns the cell of the cursor if the field has the focus.
    pub fn draw_wrapped(
        &self,
        buf: &mut Buffer,
        area: Rect,
        top: i32,
        style: Style,
        selected: Option<Style>,
    ) -> Option<(u16, u16)> {
        let text = self.editor.text();
        let rows = self.rows(&text, area.width, selected.is_some());
        let selection = self.editor.selection().span();
        let mut cursor = None;
        let n_rows = rows.len();
        for (n, (cells, line)) in rows.into_iter().zip(top..).enumerate() {
            let Some(y) = u16::try_from(line).ok().filter(|y| area.y <= *y && *y < area.bottom()) else {
                continue;
            };
            if selected.is_some() {
                draw::fill(buf, Rect { y, height: 1, ..area }, style);
            }
            let mut x = area.x;
            for cell in cells {
                if cell.at == self.editor.cursor() {
                    cursor = Some((x, y));
                }
                let is_selected = selection.start <= cell.at && cell.at < selection.end;
                let style = selected.filter(|_| is_selected).unwrap_or(style);
                x = draw::put(buf, area, x, y, cell.symbol, style);
            }
            if n + 1 == n_rows && self.editor.cursor() == text.len() {
                cursor = Some((x, y));
            }
        }
        cursor.filter(|_| selected.is_some())
    }

    /// Moves the cursor to column `x` (from 0) of row `row` (from 0) of the wrapped field.
    pub fn click(&mut self, x: u16, row: usize, width: u16, is_focused: bool) {
        let text = self.editor.text();
        let rows = self.rows(&text, width, is_focused);
        let mut column = 0;
        let cell = rows.get(row).and_then(|cells| {
            cells.iter().find(|cell| {
                column += grapheme_width(cell.symbol);
                usize::from(x) < column
            })
        });
        // A click after the end of a row goes before the first cell of the next row, which is the same offset.
        let next = rows.get(row + 1).and_then(|cells| cells.first());
        let at = cell.or(next).map_or(text.len(), |cell| cell.at);
        self.editor.apply(Command::Click(at));
    }

    /// Wraps the text into rows of `width` cells: after a space, or else at any grapheme. The rows are scrolled so that
    /// the cursor of a focused field is in one of them.
    fn rows<'t>(&self, text: &'t str, width: u16, is_focused: bool) -> Vec<Vec<FieldCell<'t>>> {
        let width = usize::from(width).max(1);
        let hidden = self.hidden(text).filter(|hidden| !hidden.is_empty());
        let hidden = hidden.unwrap_or(text.len()..text.len());
        let part = |range: Range<usize>| {
            let start = range.start;
            text[range].grapheme_indices(true).map(move |(at, symbol)| FieldCell { at: start + at, symbol })
        };
        // A secret is hidden even while the user types it.
        let dots: Vec<FieldCell<'t>> = if is_focused {
            part(hidden.clone()).map(|cell| FieldCell { symbol: "•", ..cell }).collect()
        } else {
            let dots = if hidden.is_empty() { "" } else { DOTS };
            dots.graphemes(true).map(|symbol| FieldCell { at: hidden.start, symbol }).collect()
        };
        let mut rows: Vec<Vec<FieldCell<'t>>> = Vec::new();
        let mut row: Vec<FieldCell<'t>> = Vec::new();
        let mut used = 0;
        for cell in part(0..hidden.start).chain(dots).chain(part(hidden.end..text.len())) {
            let wide = grapheme_width(cell.symbol);
            if width < used + wide && 0 < used {
                // A word that does not fit goes to the next row. It is broken only if it is wider than a row.
                let word =
                    row.iter().rposition(|cell| cell.symbol == " ").map_or(row.len(), |space| space + 1);
                let rest = row.split_off(word);
                used = rest.iter().map(|cell| grapheme_width(cell.symbol)).sum();
                rows.push(std::mem::replace(&mut row, rest));
            }
            used += wide;
            row.push(cell);
            // A field without focus shows its start, so the rest of a long text need not be wrapped.
            if !is_focused && MAX_ROWS < rows.len() {
                break;
            }
        }
        rows.push(row);
        if is_focused {
            // The cursor after a full row needs a row of its own.
            if self.editor.cursor() == text.len() && width <= used {
                rows.push(Vec::new());
            }
            let has_cursor =
                |row: &Vec<FieldCell<'_>>| row.iter().any(|cell| cell.at == self.editor.cursor());
            let cursor_row = rows.iter().position(has_cursor).unwrap_or(rows.len() - 1);
            rows.drain(..(cursor_row + 1).saturating_sub(MAX_ROWS));
        }
        let is_cut = MAX_ROWS < rows.len();
        rows.truncate(MAX_ROWS);
        if let Some(last) = rows.last_mut().and_then(|row| row.last_mut()).filter(|_| is_cut && !is_focused) {
            last.symbol = "…";
        }
        rows
    }
}

/// Returns the offset of the first byte to show, so that the cursor is visible in a field of `cells` cells.
fn first_visible(text: &str, cursor: usize, cells: usize) -> usize {
    let before = &text[..crate::text::floor_char_boundary(text, cursor)];
    if width(before) < cells {
        return 0;
    }
    // One cell is for the cursor itself.
    let mut used = 1;
    let mut first = before.len();
    for (at, grapheme) in before.grapheme_indices(true).rev() {
        used += grapheme_width(grapheme);
        if cells < used {
            break;
        }
        first = at;
    }
    first
}

/// Returns whether the text is a reference to a stored secret, such as `${BOT_TOKEN}`, or the start of a reference.
fn is_reference(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('$') else { return false };
    let name = rest.strip_prefix('{').unwrap_or(rest);
    let name = name.strip_suffix('}').unwrap_or(name);
    (rest.is_empty() || rest.starts_with('{')) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_vertical(motion: Motion) -> bool {
    matches!(
        motion,
        Motion::Up
            | Motion::Down
            | Motion::PageUp(_)
            | Motion::PageDown(_)
            | Motion::LinesUp(_)
            | Motion::LinesDown(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(field: &TextField, is_focused: bool) -> String {
        let area = Rect::new(0, 0, 24, 1);
        let mut buf = Buffer::empty(area);
        if is_focused {
            field.draw(&mut buf, area, Style::new(), Style::new());
        } else {
            field.draw_unfocused(&mut buf, area, Style::new());
        }
        (0..24).map(|x| buf[(x, 0)].symbol()).collect::<String>().trim_end().to_owned()
    }

    /// Draws a wrapped field of 10 cells.
    fn wrapped(field: &TextField, is_focused: bool) -> Vec<String> {
        let n_rows = u16::try_from(field.n_rows(10, is_focused)).unwrap();
        let area = Rect::new(0, 0, 10, n_rows);
        let mut buf = Buffer::empty(area);
        field.draw_wrapped(&mut buf, area, 0, Style::new(), is_focused.then(Style::new));
        let row = |y| (0..10).map(|x| buf[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
        (0..n_rows).map(row).collect()
    }

    #[test]
    fn a_password_and_a_token_in_one_text_are_both_hidden() {
        let field = TextField::new("https://u:pass@h/bot12:AbC/x");
        for is_focused in [false, true] {
            let shown = wrapped(&field, is_focused).concat();
            assert!(!shown.contains("pass") && !shown.contains("AbC"), "{shown}");
        }
    }

    #[test]
    fn a_wrapped_field_shows_its_whole_text_or_the_part_at_the_cursor() {
        let field = TextField::new("https://shop.example");
        assert_eq!(wrapped(&field, false), ["https://sh", "op.example"]);
        // The cursor is after the text, in a row of its own.
        assert_eq!(wrapped(&field, true), ["https://sh", "op.example", ""]);
        let mut field = TextField::new(&"0123456789".repeat(9));
        assert_eq!(wrapped(&field, false).last().unwrap(), "012345678…");
        assert_eq!(wrapped(&field, true), [["0123456789"; 5].as_slice(), &[""]].concat());
        field.press(Key::plain(crate::ui::widget::key::KeyCode::Home));
        assert_eq!(wrapped(&field, true), ["0123456789"; 6]);
        assert_eq!(
            wrapped(&TextField::new("a bc def ghijklmnopq r"), true),
            ["a bc def", "ghijklmnop", "q r"]
        );
        assert_eq!(wrapped(&TextField::new("漢字漢字漢字"), false), ["漢 字 漢 字 漢", "字"]);
        assert_eq!(wrapped(&TextField::new("a\u{1b}[2J\u{202e}b"), true), ["a[2J␤b"]);
    }

    #[test]
    fn a_wrapped_secret_is_dots() {
        let field = TextField::secret("correct horse");
        assert_eq!(wrapped(&field, false), ["••••••"]);
        assert_eq!(wrapped(&field, true), ["••••••••••", "•••"]);
        let field = TextField::new("https://ann:secret@h/");
        assert_eq!(wrapped(&field, false), ["https://an", "n:••••••@h", "/"]);
        let field = TextField::new("https://h/bot1:secret/sendMessage");
        assert_eq!(wrapped(&field, false), ["https://h/", "bot••••••/", "sendMessag", "e"]);
    }

    #[test]
    fn a_click_in_a_wrapped_field_moves_the_cursor_there() {
        let mut field = TextField::new("https://shop.example");
        field.click(2, 1, 10, false);
        field.press(Key::char('_'));
        assert_eq!(field.text(), "https://shop_.example");
        field.click(9, 7, 10, true);
        field.press(Key::char('!'));
        assert_eq!(field.text(), "https://shop_.example!");
    }

    #[test]
    fn a_secret_is_drawn_as_dots_and_a_reference_to_one_as_text() {
        for (text, focused, unfocused) in [
            ("hunter2", "•••••••", "••••••"),
            ("", "", ""),
            ("${BOT_TOKEN}", "${BOT_TOKEN}", "${BOT_TOKEN}"),
            ("${bot_token}", "${bot_token}", "${bot_token}"),
            ("${BOT", "${BOT", "${BOT"),
            ("$ecret", "••••••", "••••••"),
            ("${BOT_TOKEN}x", "•••••••••••••", "••••••"),
        ] {
            let field = TextField::secret(text);
            assert_eq!(
                (drawn(&field, true).as_str(), drawn(&field, false).as_str()),
                (focused, unfocused),
                "{text}"
            );
        }
    }
}
