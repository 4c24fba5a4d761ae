//! A table of two columns, name and value, as a field of a form. Its last row is always empty, for a new pair. Rows are
//! added and removed only at the end, so the row that the user types into stays where it is. A pair is deleted by
//! emptying its name.

use crate::ui::widget::form::{FieldProblem, FormOutcome, press_in_text};
use crate::ui::widget::key::Key;
use crate::ui::widget::text_field::TextField;

/// Invariant: the last row is empty, and the focus is on one of the rows.
#[derive(Debug, Clone)]
pub struct PairTable {
    pub(super) rows: Vec<PairRow>,
    /// The problem of each row, by the row's index.
    problems: Vec<Option<FieldProblem>>,
    /// The index of the focused row.
    row: usize,
    column: PairColumn,
    /// The character between the name and the value of a pair that is written as one text, such as `X-Api: 5`. If it
    /// is typed after a name, the focus moves to the value. A pasted pair fills both cells.
    separator: Option<char>,
}

#[derive(Debug, Clone)]
pub struct PairRow {
    pub name: TextField,
    pub value: TextField,
    /// Shown dimmed after the value.
    pub note: String,
    /// Whether the value cannot be edited.
    pub is_fixed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairColumn {
    Name,
    Value,
}

impl PairRow {
    pub fn new(name: &str, value: &str) -> Self {
        Self {
            name: TextField::new(name),
            value: TextField::new(value),
            note: String::new(),
            is_fixed: false,
        }
    }

    /// Creates a row with a value that is shown, but cannot be edited.
    pub fn fixed(name: &str, value: &str) -> Self {
        Self { is_fixed: true, ..Self::new(name, value) }
    }

    fn is_empty(&self) -> bool {
        !self.is_fixed && self.name.is_empty() && self.value.is_empty()
    }
}

impl PairTable {
    pub fn new(rows: Vec<PairRow>, separator: Option<char>) -> Self {
        let mut table = Self { rows, problems: Vec::new(), row: 0, column: PairColumn::Name, separator };
        table.fit_rows();
        table
    }

    /// Returns the texts of all rows, including empty rows.
    pub fn pairs(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.rows.iter().map(|row| (row.name.text(), row.value.text()))
    }

    /// Replaces all rows. The focus stays on the same row, or moves to the last row if there are fewer rows.
    pub fn set_pairs<'p>(&mut self, pairs: impl IntoIterator<Item = (&'p str, &'p str)>) {
        self.rows = pairs.into_iter().map(|(name, value)| PairRow::new(name, value)).collect();
        self.fit_rows();
    }

    /// Returns the problem of each row, by the row's index. The last rows may have no entry.
    pub(super) fn problems(&self) -> &[Option<FieldProblem>] {
        &self.problems
    }

    pub(super) fn problem(&self, row: usize) -> Option<&FieldProblem> {
        self.problems.get(row)?.as_ref()
    }

    /// Replaces the problems of all rows. A row without an entry has no problem.
    pub fn set_problems(&mut self, problems: Vec<Option<FieldProblem>>) {
        self.problems = problems;
        self.problems.truncate(self.rows.len());
    }

    /// Draws the values of some rows as dots, see [`TextField::secret`]; `are_secret` has an item for each row.
    pub fn hide_values(&mut self, are_secret: impl Iterator<Item = bool>) {
        for (row, is_secret) in self.rows.iter_mut().zip(are_secret) {
            row.value.set_secret(is_secret);
        }
    }

    pub fn set_note(&mut self, row: usize, note: &str) {
        if let Some(row) = self.rows.get_mut(row) {
            note.clone_into(&mut row.note);
        }
    }

    /// Returns the cell that has the focus.
    pub fn text_field(&self) -> &TextField {
        let row = &self.rows[self.row];
        match self.column {
            PairColumn::Name => &row.name,
            PairColumn::Value => &row.value,
        }
    }

    /// Returns the focused row and column.
    pub fn focused(&self) -> (usize, PairColumn) {
        (self.row, self.column)
    }

    /// Moves the focus to a cell. Does nothing if there is no such row.
    pub fn focus_on(&mut self, row: usize, column: PairColumn) {
        if row < self.rows.len() {
            (self.row, self.column) = (row, column);
        }
    }

    pub(super) fn focus_on_error(&mut self) {
        let is_error = |problem: &Option<FieldProblem>| problem.as_ref().is_some_and(|found| found.is_error);
        if let Some(row) = self.problems.iter().position(is_error) {
            self.focus_on(row, PairColumn::Name);
        }
    }

    /// Moves the focus into the table: to its first row, or to its last row if the focus comes from below.
    pub(super) fn enter(&mut self, by: isize) {
        self.focus_on(if by < 0 { self.rows.len() - 1 } else { 0 }, PairColumn::Name);
    }

    /// Moves the focus to the next cell, or to the previous one if `by` is negative. Returns false if there is none.
    pub(super) fn step_cell(&mut self, by: isize) -> bool {
        match (self.column, by < 0) {
            (PairColumn::Name, false) => self.column = PairColumn::Value,
            (PairColumn::Value, true) => self.column = PairColumn::Name,
            (PairColumn::Value, false) if self.row + 1 < self.rows.len() => {
                self.focus_on(self.row + 1, PairColumn::Name);
            }
            (PairColumn::Name, true) if 0 < self.row => self.focus_on(self.row - 1, PairColumn::Value),
            (PairColumn::Value, false) | (PairColumn::Name, true) => return false,
        }
        true
    }

    /// Moves the focus to the next row, or to the previous one if `by` is negative. Returns false if there is none.
    pub(super) fn step_row(&mut self, by: isize) -> bool {
        let row = self.row.checked_add_signed(by).filter(|row| *row < self.rows.len());
        self.row = row.unwrap_or(self.row);
        row.is_some()
    }

    pub(super) fn press(&mut self, key: Key) -> FormOutcome {
        let row = &mut self.rows[self.row];
        let outcome = match self.column {
            PairColumn::Name if key.typed().is_some_and(|c| Some(c) == self.separator) => {
                // After a complete name, the separator means that the user goes on with the value.
                if row.name.is_at_end() && !row.name.is_empty() {
                    self.column = PairColumn::Value;
                    return FormOutcome::Moved;
                }
                press_in_text(&mut row.name, key)
            }
            PairColumn::Name => press_in_text(&mut row.name, key),
            PairColumn::Value if row.is_fixed => {
                // The key is tried on a copy, so that the cursor can move in a value that cannot be edited.
                let mut copy = row.value.clone();
                match press_in_text(&mut copy, key) {
                    FormOutcome::Moved => row.value = copy,
                    _ => return FormOutcome::Ignored,
                }
                FormOutcome::Moved
            }
            PairColumn::Value => press_in_text(&mut row.value, key),
        };
        self.fit_rows();
        outcome
    }

    pub(super) fn paste(&mut self, text: &str) -> FormOutcome {
        let row = &mut self.rows[self.row];
        match self.column {
            PairColumn::Name if row.name.is_empty() && !row.is_fixed => {
                match self.separator.and_then(|separator| split_pairs(text, separator)) {
                    Some(pairs) => self.fill(&pairs),
                    None => row.name.paste(text),
                }
            }
            PairColumn::Name => row.name.paste(text),
            PairColumn::Value if row.is_fixed => return FormOutcome::Ignored,
            PairColumn::Value => row.value.paste(text),
        }
        self.fit_rows();
        FormOutcome::Changed
    }

    /// Puts the first pair into the focused row, and the other pairs into new rows.
    fn fill(&mut self, pairs: &[(String, String)]) {
        for (n, (name, value)) in pairs.iter().enumerate() {
            self.row = if n == 0 { self.row } else { self.rows.len() - 1 };
            self.column = PairColumn::Value;
            let row = &mut self.rows[self.row];
            row.name.replace(name);
            row.value.replace(value);
            self.fit_rows();
        }
    }

    /// Adds or removes rows at the end, so that the last row is empty and the row before it is not.
    fn fit_rows(&mut self) {
        while self.rows.len() >= 2 && self.rows.iter().rev().take(2).all(PairRow::is_empty) {
            self.rows.pop();
        }
        if self.rows.last().is_none_or(|last| !last.is_empty()) {
            self.rows.push(PairRow::new("", ""));
        }
        self.row = self.row.min(self.rows.len() - 1);
        self.problems.truncate(self.rows.len());
    }
}

/// Splits a text with one pair per line. A line may be written as an option of curl, such as `-H 'X-Api: 5' \`. `None`
/// if there are no lines, or if a line is not a pair. Blank lines are ignored.
fn split_pairs(text: &str, separator: char) -> Option<Vec<(String, String)>> {
    let pair = |line: &str| {
        let line = line.trim_end_matches('\\').trim();
        let line = line.strip_prefix("-H").or(line.strip_prefix("--header")).map_or(line, str::trim_start);
        let quoted = |quote: char| line.strip_prefix(quote)?.strip_suffix(quote);
        let line = quoted('\'').or(quoted('"')).unwrap_or(line);
        let (name, value) = line.split_once(separator)?;
        let is_name = !name.is_empty() && !name.contains(char::is_whitespace);
        is_name.then(|| (name.to_owned(), value.trim().to_owned()))
    };
    let pairs: Option<Vec<_>> = text.lines().filter(|line| !line.trim().is_empty()).map(pair).collect();
    pairs.filter(|pairs| !pairs.is_empty())
}
