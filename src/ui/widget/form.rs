//! A form: labeled fields one below the other, with the problem of each field below it. A form that is taller than its
//! area is scrolled.
//!
//! The fields of a form are fixed when it is created. A field that does not apply at the moment is hidden and keeps its
//! value, so the field that the user types into is never replaced by another one.

mod layout;
mod table;

pub(crate) use table::{PairColumn, PairRow, PairTable};

use ratatui::layout::Rect;

use crate::ui::widget::input::{Mouse, MouseKind};
use crate::ui::widget::key::{Key, KeyCode};
use crate::ui::widget::text_field::TextField;

#[derive(Debug, Clone, Default)]
pub struct Form {
    fields: Vec<FormField>,
    /// The index of the focused field.
    focus: usize,
    /// The first line of the form that is on screen, counted from 0.
    top: usize,
    /// The width and the height of the area in which the form was last laid out.
    size: (u16, u16),
    /// Whether the next layout scrolls the focused field into view. False after the user has scrolled.
    reveals_focus: bool,
}

#[derive(Debug, Clone)]
pub struct FormField {
    pub id: String,
    pub label: String,
    pub value: FieldValue,
    pub problem: Option<FieldProblem>,
    /// A hidden field is neither drawn nor focused, but keeps its value.
    pub is_hidden: bool,
}

#[derive(Debug, Clone)]
pub enum FieldValue {
    Text(TextField),
    Choice { options: Vec<String>, chosen: usize },
    Button,
    Note { text: String, tone: NoteTone },
    Table(PairTable),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteTone {
    Plain,
    Good,
    Warning,
    Bad,
}

/// An error or a warning, shown below the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    pub text: String,
    /// Whether the problem prevents saving.
    pub is_error: bool,
}

impl FieldProblem {
    pub fn error(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_error: true }
    }

    pub fn warning(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_error: false }
    }

    /// Returns the text with a mark, so that errors and warnings do not differ by color alone.
    pub(super) fn marked_text(&self) -> String {
        format!("{} {}", if self.is_error { "✘" } else { "!" }, self.text)
    }
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

    /// Creates a field for choosing one of `options`. Initially, `option` is chosen, or the first of `options` if they
    /// do not contain `option`.
    pub fn choice(id: &str, label: &str, options: Vec<String>, option: &str) -> Self {
        let chosen = options.iter().position(|other| other == option).unwrap_or(0);
        Self::new(id, label, FieldValue::Choice { options, chosen })
    }

    pub fn button(id: &str, label: &str) -> Self {
        Self::new(id, label, FieldValue::Button)
    }

    pub fn note(id: &str, label: &str, text: &str) -> Self {
        Self::new(id, label, FieldValue::Note { text: text.to_owned(), tone: NoteTone::Plain })
    }

    pub fn table(id: &str, label: &str, table: PairTable) -> Self {
        Self::new(id, label, FieldValue::Table(table))
    }

    fn new(id: &str, label: &str, value: FieldValue) -> Self {
        Self { id: id.to_owned(), label: label.to_owned(), value, problem: None, is_hidden: false }
    }

    fn can_focus(&self) -> bool {
        !self.is_hidden && !matches!(self.value, FieldValue::Note { .. })
    }

    /// Returns the error of the field or of one of its rows. A hidden field has none.
    fn error(&self) -> Option<&str> {
        let own = self.problem.iter();
        let rows = match &self.value {
            FieldValue::Table(table) => table.problems(),
            _ => &[],
        };
        let error = own.chain(rows.iter().flatten()).find(|problem| problem.is_error && !self.is_hidden)?;
        Some(&error.text)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormOutcome {
    Ignored,
    /// The focus or the cursor moved, or the form was scrolled.
    Moved,
    Changed,
    /// A button was pressed. Contains the id of its field.
    Pressed(String),
    /// Enter was pressed in a field other than a button.
    Submitted,
}

impl Form {
    /// Creates a form with the focus on the first field that can be focused.
    pub fn new(fields: Vec<FormField>) -> Self {
        let focus = fields.iter().position(FormField::can_focus).unwrap_or(0);
        Self { fields, focus, reveals_focus: true, ..Self::default() }
    }

    /// Returns the text or the chosen option of a field. The result is empty for all other fields and for unknown ids.
    pub fn value(&self, id: &str) -> String {
        match self.field(id).map(|field| &field.value) {
            Some(FieldValue::Text(field)) => field.text(),
            Some(FieldValue::Choice { options, chosen }) => options.get(*chosen).cloned().unwrap_or_default(),
            Some(FieldValue::Button | FieldValue::Note { .. } | FieldValue::Table(_)) | None => String::new(),
        }
    }

    /// Returns the table of a field. `None` if there is no such field, or if it is not a table.
    pub fn table(&self, id: &str) -> Option<&PairTable> {
        match &self.field(id)?.value {
            FieldValue::Table(table) => Some(table),
            _ => None,
        }
    }

    pub fn table_mut(&mut self, id: &str) -> Option<&mut PairTable> {
        match &mut self.field_mut(id)?.value {
            FieldValue::Table(table) => Some(table),
            _ => None,
        }
    }

    fn field(&self, id: &str) -> Option<&FormField> {
        self.fields.iter().find(|field| field.id == id)
    }

    fn field_mut(&mut self, id: &str) -> Option<&mut FormField> {
        self.fields.iter_mut().find(|field| field.id == id)
    }

    pub fn focus_on(&mut self, id: &str) {
        if let Some(at) = self.fields.iter().position(|field| field.id == id && field.can_focus()) {
            self.focus = at;
            self.reveals_focus = true;
        }
    }

    /// Returns the focused text field, or the focused cell of a table. `None` if the focus is on another kind of field.
    pub fn text_field(&self) -> Option<&TextField> {
        match &self.focused()?.value {
            FieldValue::Text(field) => Some(field),
            FieldValue::Table(table) => Some(table.text_field()),
            FieldValue::Choice { .. } | FieldValue::Button | FieldValue::Note { .. } => None,
        }
    }

    pub fn focused(&self) -> Option<&FormField> {
        self.fields.get(self.focus)
    }

    /// Moves the focus to the first field with an error, and to the row of the error if the field is a table.
    pub fn focus_on_error(&mut self) {
        let Some(at) = self.fields.iter().position(|field| field.error().is_some()) else { return };
        self.focus = at;
        self.reveals_focus = true;
        if let FieldValue::Table(table) = &mut self.fields[at].value {
            table.focus_on_error();
        }
    }

    /// Sets or clears the problem of a field.
    pub fn set_problem(&mut self, id: &str, problem: Option<FieldProblem>) {
        if let Some(field) = self.field_mut(id) {
            field.problem = problem;
        }
    }

    /// Returns the first error, with the label of its field.
    pub fn first_error(&self) -> Option<String> {
        self.fields.iter().find_map(|field| Some(format!("{}: {}", field.label, field.error()?)))
    }

    /// Replaces the text of a text field; the cursor moves to the end of the new text.
    pub fn set_text(&mut self, id: &str, text: &str) {
        if let Some(FieldValue::Text(field)) = self.field_mut(id).map(|field| &mut field.value) {
            field.set_text(text);
        }
    }

    /// Chooses an option of a choice. Does nothing if the choice does not have this option.
    pub fn choose(&mut self, id: &str, option: &str) {
        if let Some(FieldValue::Choice { options, chosen }) = self.field_mut(id).map(|field| &mut field.value)
        {
            *chosen = options.iter().position(|other| other == option).unwrap_or(*chosen);
        }
    }

    /// Replaces the options of a choice, and chooses `option`, or the first if `option` is not among them.
    pub fn set_options(&mut self, id: &str, options: Vec<String>, option: &str) {
        if let Some(field) = self.field_mut(id) {
            let chosen = options.iter().position(|other| other == option).unwrap_or(0);
            field.value = FieldValue::Choice { options, chosen };
        }
    }

    pub fn set_note(&mut self, id: &str, text: &str, tone: NoteTone) {
        if let Some(field) = self.field_mut(id) {
            field.value = FieldValue::Note { text: text.to_owned(), tone };
        }
    }

    /// Hides or shows a field. If the focused field is hidden, the focus moves to the next field.
    pub fn hide(&mut self, id: &str, is_hidden: bool) {
        if let Some(field) = self.field_mut(id) {
            field.is_hidden = is_hidden;
        }
        if self.focused().is_some_and(|field| !field.can_focus()) {
            self.step(1);
        }
    }

    pub fn press(&mut self, key: Key) -> FormOutcome {
        self.reveals_focus = true;
        // These keys change the focus or the scroll position in every kind of field, so the field itself never gets
        // them.
        let page = isize::try_from(self.size.1.saturating_sub(1).max(1)).unwrap_or(1);
        match (key.code, key.shift) {
            (KeyCode::Up, false) => return self.step_row(-1),
            (KeyCode::Down, false) => return self.step_row(1),
            (KeyCode::Tab, true) => return self.step(-1),
            (KeyCode::Tab, false) => return self.step(1),
            (KeyCode::PageUp, _) => return self.scroll(-page),
            (KeyCode::PageDown, _) => return self.scroll(page),
            _ => {}
        }
        let Some(field) = self.fields.get_mut(self.focus) else { return FormOutcome::Ignored };
        match (&mut field.value, key.code) {
            (FieldValue::Button, KeyCode::Enter | KeyCode::Char(' ')) => {
                FormOutcome::Pressed(field.id.clone())
            }
            (_, KeyCode::Enter) => FormOutcome::Submitted,
            (FieldValue::Text(text), _) => press_in_text(text, key),
            (FieldValue::Table(table), _) => table.press(key),
            (FieldValue::Choice { options, chosen }, KeyCode::Right | KeyCode::Char(' ')) => {
                *chosen = (*chosen + 1) % options.len().max(1);
                FormOutcome::Changed
            }
            (FieldValue::Choice { options, chosen }, KeyCode::Left) => {
                *chosen = (*chosen + options.len().saturating_sub(1)) % options.len().max(1);
                FormOutcome::Changed
            }
            (FieldValue::Choice { options, chosen }, KeyCode::Char(c)) => {
                // A letter selects the next option that starts with it, like a select box in a browser.
                let starts = |at: &usize| options[*at].to_lowercase().starts_with(c.to_ascii_lowercase());
                let next = (1..=options.len()).map(|step| (*chosen + step) % options.len()).find(starts);
                match next {
                    Some(at) => {
                        *chosen = at;
                        FormOutcome::Changed
                    }
                    None => FormOutcome::Ignored,
                }
            }
            (FieldValue::Choice { .. } | FieldValue::Button | FieldValue::Note { .. }, _) => {
                FormOutcome::Ignored
            }
        }
    }

    pub fn paste(&mut self, pasted: &str) -> FormOutcome {
        self.reveals_focus = true;
        match self.fields.get_mut(self.focus).map(|field| &mut field.value) {
            Some(FieldValue::Text(text)) => {
                text.paste(pasted);
                FormOutcome::Changed
            }
            Some(FieldValue::Table(table)) => table.paste(pasted),
            Some(FieldValue::Choice { .. } | FieldValue::Button | FieldValue::Note { .. }) | None => {
                FormOutcome::Ignored
            }
        }
    }

    /// Handles a mouse event; `area` is the area in which the form was drawn.
    pub fn point(&mut self, mouse: Mouse, area: Rect) -> FormOutcome {
        match mouse.kind {
            MouseKind::Down { .. } => self.click(mouse, area),
            MouseKind::Scroll(lines) => self.scroll(lines.into()),
            MouseKind::RightDown | MouseKind::Drag | MouseKind::Up => FormOutcome::Ignored,
        }
    }

    /// Moves the focus to the next field or cell, or to the previous one if `by` is negative.
    pub fn step(&mut self, by: isize) -> FormOutcome {
        self.move_focus(by, |table| table.step_cell(by))
    }

    fn step_row(&mut self, by: isize) -> FormOutcome {
        self.move_focus(by, |table| table.step_row(by))
    }

    /// Moves the focus within the focused table with `step`. If `step` returns false, or the focused field is not a
    /// table, moves the focus to the next field, or to the previous one if `by` is negative.
    fn move_focus(&mut self, by: isize, step: impl FnOnce(&mut PairTable) -> bool) -> FormOutcome {
        self.reveals_focus = true;
        if let Some(FieldValue::Table(table)) = self.fields.get_mut(self.focus).map(|field| &mut field.value)
            && step(table)
        {
            return FormOutcome::Moved;
        }
        let n = self.fields.len();
        // The focus wraps around and skips the fields that cannot be focused. The search ends after one round, even if
        // no other field can be focused.
        for distance in 1..=n {
            let at = if by < 0 { (self.focus + n - distance) % n } else { (self.focus + distance) % n };
            if self.fields[at].can_focus() {
                self.focus = at;
                if let FieldValue::Table(table) = &mut self.fields[at].value {
                    table.enter(by);
                }
                break;
            }
        }
        FormOutcome::Moved
    }

    /// Scrolls the form by `lines`. The next layout limits the scroll position to the content.
    fn scroll(&mut self, lines: isize) -> FormOutcome {
        self.top = self.top.saturating_add_signed(lines);
        self.reveals_focus = false;
        FormOutcome::Moved
    }
}

fn press_in_text(text: &mut TextField, key: Key) -> FormOutcome {
    let before = text.text();
    match (text.press(key), text.text() == before) {
        (true, true) => FormOutcome::Moved,
        (true, false) => FormOutcome::Changed,
        (false, _) => FormOutcome::Ignored,
    }
}

#[cfg(test)]
mod tests;
