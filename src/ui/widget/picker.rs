//! A list that the user filters by typing, for the palette, the help, profiles, chats, and starters.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::text::width;
use crate::ui::widget::draw;
use crate::ui::widget::fuzzy::FuzzyQuery;
use crate::ui::widget::input::{Mouse, MouseKind};
use crate::ui::widget::key::{Key, KeyCode};
use crate::ui::widget::text_field::TextField;
use crate::ui::widget::theme::Theme;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PickerRow {
    pub id: String,
    pub title: String,
    /// An explanation, shown dimmed after the title.
    pub detail: String,
    /// Keys, types, or counts, shown at the right edge.
    pub right: String,
    /// A heading cannot be chosen, and is hidden while the list is filtered.
    pub is_heading: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// The picker filters its rows with a fuzzy match and shows the best match first.
    Fuzzy,
    /// The picker's owner filters the rows, and calls [`Picker::set_rows`] when the query changes. This variant is for
    /// lists that are too long to be loaded as a whole.
    External,
}

#[derive(Debug, Clone)]
pub struct Picker {
    pub field: TextField,
    rows: Vec<PickerRow>,
    /// The number of rows that belong to the list itself. The rows after them were found by a search that the picker's
    /// owner runs, see [`Picker::set_found`].
    n_own: usize,
    matching: Matching,
    /// The indices of the matching rows, in display order.
    shown: Vec<usize>,
    /// The chosen row, as an index into `shown`.
    chosen: usize,
    /// Whether the user has chosen a row since the query changed.
    has_chosen: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PickerOutcome {
    Ignored,
    Moved,
    /// The query changed. With [`Matching::External`], the owner must now set new rows.
    Typed,
    /// A row was confirmed. Contains its id.
    Chosen(String),
}

impl Picker {
    pub fn new(rows: Vec<PickerRow>, matching: Matching) -> Self {
        let mut picker = Self {
            field: TextField::new(""),
            rows: Vec::new(),
            n_own: 0,
            matching,
            shown: Vec::new(),
            chosen: 0,
            has_chosen: false,
        };
        picker.set_rows(rows);
        picker
    }

    /// Replaces the rows, and chooses the first row that is shown and is not a heading.
    pub fn set_rows(&mut self, rows: Vec<PickerRow>) {
        self.n_own = rows.len();
        self.rows = rows;
        self.narrow();
    }

    /// Shows rows that a search has found for the current query. They replace the rows of the last search. They are
    /// shown below the list's own rows that contain the query, but above those that contain only its letters. A row
    /// that the user has chosen stays chosen if it is still there.
    pub fn set_found(&mut self, found: Vec<PickerRow>) {
        let chosen = self.chosen().filter(|_| self.has_chosen).map(|row| row.id.clone());
        self.rows.truncate(self.n_own);
        self.rows.extend(found);
        let typed = self.field.text();
        let own = self.shown.iter().copied().filter(|row| *row < self.n_own);
        let (literal, scattered): (Vec<usize>, Vec<usize>) =
            own.partition(|row| contains(&searched_text(&self.rows[*row]), &typed));
        let found = self.n_own..self.rows.len();
        self.shown = literal.into_iter().chain(found).chain(scattered).collect();
        self.choose_first();
        if let Some(id) = chosen {
            self.choose(&id);
        }
    }

    /// Returns the number of rows of the unfiltered list; `None` if the picker's owner filters it, and the number is
    /// therefore not known.
    pub(crate) fn n_rows_to_fit(&self) -> Option<usize> {
        match self.matching {
            Matching::Fuzzy => Some(self.n_own),
            Matching::External => None,
        }
    }

    /// Chooses the row with this id if it is shown and is not a heading.
    pub fn choose(&mut self, id: &str) {
        if let Some(at) =
            self.shown.iter().position(|row| self.rows[*row].id == id && !self.rows[*row].is_heading)
        {
            self.chosen = at;
        }
    }

    pub fn chosen(&self) -> Option<&PickerRow> {
        self.shown.get(self.chosen).map(|row| &self.rows[*row]).filter(|row| !row.is_heading)
    }

    /// Whether no row is shown.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// Handles a key; `height` is the number of rows that fit on screen.
    pub fn press(&mut self, key: Key, height: u16) -> PickerOutcome {
        match key {
            Key { code: KeyCode::Enter, ctrl: false, alt: false, .. } => {
                return self
                    .chosen()
                    .map_or(PickerOutcome::Ignored, |row| PickerOutcome::Chosen(row.id.clone()));
            }
            // Ctrl-P and Ctrl-N work as in shells and fuzzy finders.
            Key { code: KeyCode::Char('p'), ctrl: true, .. } => self.step(-1),
            Key { code: KeyCode::Char('n'), ctrl: true, .. } => self.step(1),
            // In other programs, `/` begins a search. Here, typing searches at once, so a `/` typed by habit is
            // ignored. Later in the query, `/` is a character like any other.
            key if key == Key::char('/') && self.field.text().is_empty() => return PickerOutcome::Ignored,
            key => {
                // With Shift, these keys select text in the field.
                if let Some(rows) = key.code.rows(height.into()).filter(|_| !key.shift) {
                    self.step(rows);
                    return PickerOutcome::Moved;
                }
                let before = self.field.text();
                if !self.field.press(key) {
                    return PickerOutcome::Ignored;
                }
                return self.typed(&before);
            }
        }
        PickerOutcome::Moved
    }

    pub fn paste(&mut self, text: &str) -> PickerOutcome {
        let before = self.field.text();
        self.field.paste(text);
        self.typed(&before)
    }

    /// Handles a mouse event; `list` is the area in which the rows were drawn.
    pub fn point(&mut self, mouse: Mouse, list: Rect) -> PickerOutcome {
        match mouse.kind {
            MouseKind::Scroll(lines) => {
                self.step(lines.into());
                PickerOutcome::Moved
            }
            MouseKind::Down { .. } if list.contains((mouse.x, mouse.y).into()) => {
                let at = self.top(list.height) + usize::from(mouse.y - list.y);
                match self.shown.get(at).map(|row| &self.rows[*row]).filter(|row| !row.is_heading) {
                    Some(row) => PickerOutcome::Chosen(row.id.clone()),
                    None => PickerOutcome::Ignored,
                }
            }
            MouseKind::Down { .. } | MouseKind::RightDown | MouseKind::Drag | MouseKind::Up => {
                PickerOutcome::Ignored
            }
        }
    }

    fn typed(&mut self, before: &str) -> PickerOutcome {
        // If only the cursor has moved, the rows are not filtered again, because that would reset the chosen row.
        if self.field.text() == before {
            return PickerOutcome::Moved;
        }
        if self.matching == Matching::Fuzzy {
            self.narrow();
        }
        PickerOutcome::Typed
    }

    fn step(&mut self, by: isize) {
        self.has_chosen = true;
        let mut at = self.chosen;
        // The loop moves one row at a time, because headings do not count.
        for _ in 0..by.unsigned_abs() {
            let next = if by < 0 {
                (0..at).rev().find(|at| self.can_choose(*at))
            } else {
                (at + 1..self.shown.len()).find(|at| self.can_choose(*at))
            };
            let Some(next) = next else { break };
            at = next;
        }
        self.chosen = at;
    }

    fn can_choose(&self, at: usize) -> bool {
        self.shown.get(at).is_some_and(|row| !self.rows[*row].is_heading)
    }

    /// Filters the rows, and puts the best match first. Without a query, or with [`Matching::External`], shows all rows
    /// in their own order. Then chooses the first row that is not a heading.
    ///
    /// Rows that contain the query come before those that contain only its letters, and the found rows are between
    /// them. Until the search for the new query has an answer, the found rows are those of the last query that also
    /// match the new one.
    fn narrow(&mut self) {
        let typed = self.field.text();
        self.shown = if typed.trim().is_empty() || self.matching == Matching::External {
            (0..self.rows.len()).collect()
        } else {
            let mut query = FuzzyQuery::new(&typed);
            let mut scored: Vec<(u8, std::cmp::Reverse<u32>, usize)> = Vec::new();
            for (at, row) in self.rows.iter().enumerate().filter(|(_, row)| !row.is_heading) {
                let text = searched_text(row);
                let rank = if self.n_own <= at { 1 } else { 2 * u8::from(!contains(&text, &typed)) };
                scored.extend(query.score(&text).map(|score| (rank, std::cmp::Reverse(score), at)));
            }
            // Rows with equal scores keep the order of the list.
            scored.sort_unstable();
            scored.into_iter().map(|(.., at)| at).collect()
        };
        self.has_chosen = false;
        self.choose_first();
    }

    fn choose_first(&mut self) {
        self.chosen = (0..self.shown.len()).find(|at| self.can_choose(*at)).unwrap_or(0);
    }

    /// Returns the index in `shown` of the first visible row if `height` rows fit. In a long list, the chosen row stays
    /// in the middle, except near the start and the end of the list.
    fn top(&self, height: u16) -> usize {
        let height = usize::from(height);
        self.chosen.saturating_sub(height / 2).min(self.shown.len().saturating_sub(height))
    }

    /// Draws the rows, or the text `empty` if none match.
    pub fn draw_rows(&self, buf: &mut Buffer, area: Rect, theme: &Theme, empty: &str) {
        if self.shown.is_empty() {
            draw::put_line(buf, area, area.y, empty, theme.dim);
            return;
        }
        let visible =
            self.shown.iter().enumerate().skip(self.top(area.height)).take(usize::from(area.height));
        for (line, (at, row)) in visible.enumerate() {
            let y = area.y + u16::try_from(line).unwrap_or(0);
            let row = &self.rows[*row];
            let line = Rect { y, height: 1, ..area };
            if row.is_heading {
                draw::put_line(buf, line, y, &row.title, theme.title);
                continue;
            }
            let is_chosen = at == self.chosen;
            let base = if is_chosen { theme.popup_chosen } else { theme.popup };
            // All of the chosen row has one style. In a reversed row, a faint part would look like a gray box.
            let faint = if is_chosen { base } else { base.patch(theme.dim) };
            draw::fill(buf, line, base);
            let marker = if is_chosen { "› " } else { "  " };
            let right = u16::try_from(width(&row.right)).unwrap_or(0);
            let room = Rect { width: line.width.saturating_sub(right + 1), ..line };
            let x = draw::put_line(buf, room, y, &format!("{marker}{}", row.title), base);
            if !row.detail.is_empty() && x + 2 < room.right() {
                let rest = Rect { x: x + 2, width: room.right() - x - 2, ..room };
                draw::put_line(buf, rest, y, &row.detail, faint);
            }
            draw::put_right(buf, line, y, &row.right, faint);
        }
    }
}

/// Returns the text of a row that a query is compared with. It contains details and keys too, so that an action can be
/// found by its key.
fn searched_text(row: &PickerRow) -> String {
    format!("{} {} {}", row.title, row.detail, row.right)
}

fn contains(text: &str, typed: &str) -> bool {
    text.to_lowercase().contains(&typed.trim().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(names: &[&str]) -> Vec<PickerRow> {
        let row = |name: &&str| PickerRow {
            id: (*name).to_owned(),
            title: (*name).to_owned(),
            is_heading: name.starts_with('#'),
            ..PickerRow::default()
        };
        names.iter().map(row).collect()
    }

    /// Presses keys in a picker of four rows, and returns the shown rows with a mark at the chosen one.
    fn shown(picker: &mut Picker, keys: &[&str]) -> String {
        for key in keys {
            picker.press(key.parse().unwrap(), 4);
        }
        let mark = |(at, row): (usize, &usize)| {
            let mark = if at == picker.chosen { ">" } else { "" };
            format!("{mark}{}", picker.rows[*row].title)
        };
        picker.shown.iter().enumerate().map(mark).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn page_keys_step_by_the_height_and_skip_headings() {
        let mut picker = Picker::new(rows(&["#x", "a", "b", "#y", "c", "d", "e", "f", "g"]), Matching::Fuzzy);
        assert_eq!(shown(&mut picker, &["pagedown"]), "#x a b #y c d >e f g");
        assert_eq!(shown(&mut picker, &["end"]), "#x a b #y c d e f >g");
        assert_eq!(shown(&mut picker, &["pageup", "up"]), "#x a >b #y c d e f g");
        assert_eq!(shown(&mut picker, &["home", "up"]), "#x >a b #y c d e f g");
    }

    #[test]
    fn a_slash_is_ignored_only_as_the_first_character() {
        let mut picker = Picker::new(rows(&["a/b", "ab"]), Matching::Fuzzy);
        assert_eq!(shown(&mut picker, &["/", "/", "a", "/"]), ">a/b");
        assert_eq!(picker.field.text(), "a/");
    }

    #[test]
    fn found_rows_follow_the_lists_own_rows_and_keep_the_choice() {
        let mut picker = Picker::new(rows(&["anchor", "bank"]), Matching::Fuzzy);
        assert_eq!(shown(&mut picker, &["a", "n"]), ">anchor bank");
        picker.set_found(rows(&["Anna", "Hans", "Zoe"]));
        assert_eq!(shown(&mut picker, &["down", "down"]), "anchor bank >Anna Hans Zoe");
        picker.set_found(rows(&["Hans", "Anna"]));
        assert_eq!(shown(&mut picker, &[]), "anchor bank Hans >Anna");
        // Until the next answer, only the found rows that also match the new query are shown.
        assert_eq!(shown(&mut picker, &["s"]), ">Hans");
        picker.set_found(Vec::new());
        assert!(picker.is_empty());
        assert_eq!(picker.press("enter".parse().unwrap(), 4), PickerOutcome::Ignored);
    }
}
