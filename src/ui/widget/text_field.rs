//! A text field of one line. It uses the same text model as the body's editor, [`crate::editor`].

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::campaign::find_token;
use crate::editor::{Command, Editor, Motion};
use crate::text::{Span, grapheme_width, width};
use crate::ui::widget::draw;
use crate::ui::widget::key::Key;
use crate::ui::widget::typing;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

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

impl TextField {
    /// Creates a field with the cursor after `text`.
    pub fn new(text: &str) -> Self {
        let mut editor = Editor::single_line(text);
        editor.apply(Command::Move(Motion::LineEnd));
        Self { editor, is_secret: false }
    }

    /// Creates a field for a secret: its text is drawn as dots. A reference such as `${BOT_TOKEN}` is not a secret, so
    /// it is shown.
    pub fn secret(text: &str) -> Self {
        Self { is_secret: true, ..Self::new(text) }
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
        let Some(command) = typing::command(key) else { return false };
        // These keys are left to the form or list that contains the field: Enter submits, and Tab and the vertical keys
        // move to another field or row.
        if matches!(command, Command::Newline | Command::Tab | Command::Outdent) {
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
        // A URL that contains a bot token may be pasted into any field by mistake, so the token is hidden in every
        // field.
        find_token(text).map(|token| token.range())
    }

    /// Draws the field without focus: the start of the text, shortened with `…` if it does not fit.
    pub fn draw_unfocused(&self, buf: &mut Buffer, area: Rect, style: Style) {
        let mut text = self.editor.text();
        // The number of dots does not depend on the text, so that it does not show the length of the secret.
        if let Some(hidden) = self.hidden(&text).filter(|hidden| !hidden.is_empty()) {
            text.replace_range(hidden, "••••••");
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
    (rest.is_empty() || rest.starts_with('{'))
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
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

    #[test]
    fn a_secret_is_drawn_as_dots_and_a_reference_to_one_as_text() {
        for (text, focused, unfocused) in [
            ("hunter2", "•••••••", "••••••"),
            ("", "", ""),
            ("${BOT_TOKEN}", "${BOT_TOKEN}", "${BOT_TOKEN}"),
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
