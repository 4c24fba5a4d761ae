//! A form: labeled fields, one per line. The problem of a field is shown on the line below the field.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::text::width;
use crate::ui::widget::draw;
use crate::ui::widget::input::{Mouse, MouseKind};
use crate::ui::widget::key::{Key, KeyCode};
use crate::ui::widget::text_field::TextField;
use crate::ui::widget::theme::Theme;

#[derive(Debug, Clone, Default)]
pub struct Form {
    pub fields: Vec<FormField>,
    pub focus: usize,
}

#[derive(Debug, Clone)]
pub struct FormField {
    pub id: String,
    pub label: String,
    pub value: FieldValue,
    /// An error or a hint, shown below the field.
    pub problem: Option<String>,
    /// Whether the problem is an error, which prevents saving.
    pub is_error: bool,
}

#[derive(Debug, Clone)]
pub enum FieldValue {
    Text(TextField),
    Choice { options: Vec<String>, chosen: usize },
    Button,
    Note(String),
}

impl FormField {
    pub fn text(id: &str, label: &str, text: &str) -> Self {
        Self::new(id, label, FieldValue::Text(TextField::new(text)))
    }

    /// Creates a text field with a proposed text, which is selected, so that typing replaces it.
    pub fn proposal(id: &str, label: &str, text: &str) -> Self {
        Self::new(id, label, FieldValue::Text(TextField::selected(text)))
    }

    /// Creates a text field whose text is drawn as dots, see [`TextField::secret`].
    pub fn secret(id: &str, label: &str, text: &str) -> Self {
        Self::new(id, label, FieldValue::Text(TextField::secret(text)))
    }

    /// Creates a field for choosing one of `options`. At first, `option` is chosen, or the first of `options` if they
    /// do not contain `option`.
    pub fn choice(id: &str, label: &str, options: Vec<String>, option: &str) -> Self {
        let chosen = options.iter().position(|other| other == option).unwrap_or(0);
        Self::new(id, label, FieldValue::Choice { options, chosen })
    }

    pub fn button(id: &str, label: &str) -> Self {
        Self::new(id, label, FieldValue::Button)
    }

    pub fn note(id: &str, label: &str, text: &str) -> Self {
        Self::new(id, label, FieldValue::Note(text.to_owned()))
    }

    fn new(id: &str, label: &str, value: FieldValue) -> Self {
        Self { id: id.to_owned(), label: label.to_owned(), value, problem: None, is_error: false }
    }

    fn can_focus(&self) -> bool {
        !matches!(self.value, FieldValue::Note(_))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormOutcome {
    Ignored,
    /// The focus or the cursor moved.
    Moved,
    Changed,
    /// A button was pressed. Contains the id of its field.
    Pressed(String),
    /// Enter was pressed in a field other than a button.
    Submitted,
}

impl Form {
    /// Creates a form with the focus on the first field that is not a note.
    pub fn new(fields: Vec<FormField>) -> Self {
        let focus = fields.iter().position(FormField::can_focus).unwrap_or(0);
        Self { fields, focus }
    }

    /// Returns the text or the chosen option of a field. The result is empty for buttons, notes, and unknown ids.
    pub fn value(&self, id: &str) -> String {
        match self.fields.iter().find(|field| field.id == id).map(|field| &field.value) {
            Some(FieldValue::Text(field)) => field.text(),
            Some(FieldValue::Choice { options, chosen }) => options.get(*chosen).cloned().unwrap_or_default(),
            Some(FieldValue::Button | FieldValue::Note(_)) | None => String::new(),
        }
    }

    pub fn focus_on(&mut self, id: &str) {
        if let Some(at) = self.fields.iter().position(|field| field.id == id) {
            self.focus = at;
        }
    }

    /// Returns the text field that has the focus, if it is one.
    pub fn text_field(&self) -> Option<&TextField> {
        match &self.focused()?.value {
            FieldValue::Text(field) => Some(field),
            FieldValue::Choice { .. } | FieldValue::Button | FieldValue::Note(_) => None,
        }
    }

    pub fn focused(&self) -> Option<&FormField> {
        self.fields.get(self.focus)
    }

    /// Sets or clears a hint that does not prevent saving.
    pub fn set_warning(&mut self, id: &str, problem: Option<String>) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.id == id) {
            field.problem = problem;
            field.is_error = false;
        }
    }

    /// Sets or clears an error that prevents saving.
    pub fn set_error(&mut self, id: &str, problem: Option<String>) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.id == id) {
            field.is_error = problem.is_some();
            field.problem = problem;
        }
    }

    pub fn first_error(&self) -> Option<&FormField> {
        self.fields.iter().find(|field| field.is_error)
    }

    /// Replaces the text of a text field; the cursor moves to the end of the new text.
    pub fn set_text(&mut self, id: &str, text: &str) {
        if let Some(FieldValue::Text(field)) =
            self.fields.iter_mut().find(|field| field.id == id).map(|field| &mut field.value)
        {
            field.set_text(text);
        }
    }

    pub fn press(&mut self, key: Key) -> FormOutcome {
        // These keys change the focus in every kind of field, so the field itself never gets them.
        match (key.code, key.shift) {
            (KeyCode::Up, false) | (KeyCode::Tab, true) => return self.step(-1),
            (KeyCode::Down, false) | (KeyCode::Tab, false) => return self.step(1),
            _ => {}
        }
        let Some(field) = self.fields.get_mut(self.focus) else { return FormOutcome::Ignored };
        match (&mut field.value, key.code) {
            (FieldValue::Button, KeyCode::Enter | KeyCode::Char(' ')) => {
                FormOutcome::Pressed(field.id.clone())
            }
            (_, KeyCode::Enter) => FormOutcome::Submitted,
            (FieldValue::Text(text), _) => {
                let before = text.text();
                match (text.press(key), text.text() == before) {
                    (true, true) => FormOutcome::Moved,
                    (true, false) => FormOutcome::Changed,
                    (false, _) => FormOutcome::Ignored,
                }
            }
            (FieldValue::Choice { options, chosen }, KeyCode::Right | KeyCode::Char(' ')) => {
                *chosen = (*chosen + 1) % options.len().max(1);
                FormOutcome::Changed
            }
            (FieldValue::Choice { options, chosen }, KeyCode::Left) => {
                *chosen = (*chosen + options.len().saturating_sub(1)) % options.len().max(1);
                FormOutcome::Changed
            }
            (FieldValue::Choice { options, chosen }, KeyCode::Char(c)) => {
                // A letter selects the first option that starts with it, like a select box in a browser.
                let starts = |option: &String| option.to_lowercase().starts_with(c.to_ascii_lowercase());
                match options.iter().position(starts) {
                    Some(at) => {
                        *chosen = at;
                        FormOutcome::Changed
                    }
                    None => FormOutcome::Ignored,
                }
            }
            (FieldValue::Choice { .. } | FieldValue::Button | FieldValue::Note(_), _) => FormOutcome::Ignored,
        }
    }

    pub fn paste(&mut self, pasted: &str) -> FormOutcome {
        match self.fields.get_mut(self.focus).map(|field| &mut field.value) {
            Some(FieldValue::Text(text)) => {
                text.paste(pasted);
                FormOutcome::Changed
            }
            Some(FieldValue::Choice { .. } | FieldValue::Button | FieldValue::Note(_)) | None => {
                FormOutcome::Ignored
            }
        }
    }

    /// Handles a mouse event; `area` is the area in which the form was drawn.
    pub fn point(&mut self, mouse: Mouse, area: Rect) -> FormOutcome {
        let MouseKind::Down { .. } = mouse.kind else { return FormOutcome::Ignored };
        let rows = self.rows(area);
        let Some(at) = rows.iter().position(|row| row.contains((mouse.x, mouse.y).into())) else {
            return FormOutcome::Ignored;
        };
        if !self.fields[at].can_focus() {
            return FormOutcome::Ignored;
        }
        self.focus = at;
        let field = &mut self.fields[at];
        match &mut field.value {
            FieldValue::Button => FormOutcome::Pressed(field.id.clone()),
            FieldValue::Choice { options, chosen } => {
                *chosen = (*chosen + 1) % options.len().max(1);
                FormOutcome::Changed
            }
            FieldValue::Text(_) | FieldValue::Note(_) => FormOutcome::Moved,
        }
    }

    fn step(&mut self, by: isize) -> FormOutcome {
        let n = self.fields.len();
        // The focus wraps around and skips notes. The search ends after one round, so that it also ends in a form that
        // contains only notes.
        for distance in 1..=n {
            let at = if by < 0 { (self.focus + n - distance) % n } else { (self.focus + distance) % n };
            if self.fields[at].can_focus() {
                self.focus = at;
                break;
            }
        }
        FormOutcome::Moved
    }

    /// Returns the height of the form in lines. A field with a problem takes two lines.
    pub fn height(&self) -> usize {
        self.fields.iter().map(|field| 1 + usize::from(field.problem.is_some())).sum()
    }

    /// Returns the area of each field's line, scrolled so that the focused field is visible. A field that is scrolled
    /// out of view has the height 0.
    fn rows(&self, area: Rect) -> Vec<Rect> {
        let mut top = 0_i32;
        let mut tops = Vec::with_capacity(self.fields.len());
        for field in &self.fields {
            tops.push(top);
            top += 1 + i32::from(field.problem.is_some());
        }
        let height = i32::from(area.height);
        let focused = tops.get(self.focus).copied().unwrap_or(0);
        // The focused field counts as two lines, so that its problem is also visible.
        let scroll = (focused + 2 - height).clamp(0, (top - height).max(0));
        tops.iter()
            .map(|top| {
                let line = top - scroll;
                match u16::try_from(line) {
                    Ok(line) if line < area.height => Rect { y: area.y + line, height: 1, ..area },
                    _ => Rect { height: 0, ..area },
                }
            })
            .collect()
    }

    pub fn draw(
        &self,
        buf: &mut Buffer,
        area: Rect,
        theme: &Theme,
        has_keyboard: bool,
    ) -> Option<(u16, u16)> {
        let label_width = self.fields.iter().map(|field| width(&field.label)).max().unwrap_or(0) + 2;
        // Labels take at most half of the width, so that long labels leave room for the values.
        let label_width = u16::try_from(label_width).unwrap_or(0).min(area.width / 2);
        let mut cursor = None;
        for (at, (field, row)) in self.fields.iter().zip(self.rows(area)).enumerate() {
            if row.height == 0 {
                continue;
            }
            let is_focused = has_keyboard && at == self.focus;
            let value = Rect { x: row.x + label_width, width: row.width.saturating_sub(label_width), ..row };
            let label = Rect { width: label_width.saturating_sub(1), ..row };
            let label_style = if is_focused { theme.accent } else { theme.dim };
            match &field.value {
                FieldValue::Button => {
                    let style = if is_focused { theme.popup_chosen } else { theme.accent };
                    draw::put_line(buf, row, row.y, &format!("[ {} ]", field.label), style);
                }
                FieldValue::Text(text) => {
                    draw::put_line(buf, label, row.y, &field.label, label_style);
                    if is_focused {
                        cursor = Some(text.draw(buf, value, theme.field_focused, theme.selection));
                    } else {
                        text.draw_unfocused(buf, value, theme.field);
                    }
                }
                FieldValue::Choice { options, chosen } => {
                    draw::put_line(buf, label, row.y, &field.label, label_style);
                    let option = options.get(*chosen).map_or("", String::as_str);
                    let style = if is_focused { theme.field_focused } else { theme.field };
                    draw::put_line(buf, value, row.y, &format!("‹ {option} ›"), style);
                }
                FieldValue::Note(text) => {
                    draw::put_line(buf, label, row.y, &field.label, label_style);
                    draw::put_line(buf, value, row.y, text, theme.text);
                }
            }
            if let Some(problem) = field.problem.as_ref().filter(|_| row.y + 1 < area.bottom()) {
                let style = if field.is_error { theme.error } else { theme.warning };
                // The problem's text starts below the value. If it is too wide for that, it starts further to the left.
                let needed = u16::try_from(width(problem)).unwrap_or(u16::MAX);
                let indent = label_width.min(row.width.saturating_sub(needed));
                let room = Rect { x: row.x + indent, y: row.y + 1, width: row.width - indent, ..row };
                draw::put_line(buf, room, room.y, problem, style);
            }
        }
        cursor
    }
}
