//! A list that the user filters by typing, for the palette, the help, profiles, chats, and starters.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::text::width;
use crate::ui::widget::draw;
use crate::ui::widget::input::{Mouse, MouseKind};
use crate::ui::widget::key::{Key, KeyCode};
use crate::ui::widget::text_field::TextField;
use crate::ui::widget::theme::Theme;

#[derive(Debug, Clone, PartialEq, Default)]
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
    matching: Matching,
    /// The indices of the matching rows, in display order.
    shown: Vec<usize>,
    /// The chosen row, as an index into `shown`.
    chosen: usize,
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
        let mut picker =
            Self { field: TextField::new(""), rows: Vec::new(), matching, shown: Vec::new(), chosen: 0 };
        picker.set_rows(rows);
        picker
    }

    /// Replaces the rows, and chooses the first row that is shown and is not a heading.
    pub fn set_rows(&mut self, rows: Vec<PickerRow>) {
        self.rows = rows;
        self.narrow();
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

    pub fn press(&mut self, key: Key) -> PickerOutcome {
        match key {
            Key { code: KeyCode::Enter, ctrl: false, alt: false, .. } => {
                return self
                    .chosen()
                    .map_or(PickerOutcome::Ignored, |row| PickerOutcome::Chosen(row.id.clone()));
            }
            // Ctrl-P and Ctrl-N work as in shells and fuzzy finders.
            Key { code: KeyCode::Up, .. } | Key { code: KeyCode::Char('p'), ctrl: true, .. } => self.step(-1),
            Key { code: KeyCode::Down, .. } | Key { code: KeyCode::Char('n'), ctrl: true, .. } => {
                self.step(1)
            }
            Key { code: KeyCode::PageUp, .. } => self.step(-10),
            Key { code: KeyCode::PageDown, .. } => self.step(10),
            key => {
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

    /// Filters the rows, and sorts the best match first. Without a query, or with [`Matching::External`], shows all
    /// rows in their own order. Then chooses the first row that is not a heading.
    fn narrow(&mut self) {
        let typed = self.field.text();
        self.shown = if typed.trim().is_empty() || self.matching == Matching::External {
            (0..self.rows.len()).collect()
        } else {
            let pattern = Pattern::parse(&typed, CaseMatching::Ignore, Normalization::Smart);
            let mut matcher = Matcher::new(Config::DEFAULT);
            let mut letters = Vec::new();
            let mut scored: Vec<(u32, usize)> = Vec::new();
            for (at, row) in self.rows.iter().enumerate().filter(|(_, row)| !row.is_heading) {
                // Details and keys are matched too, so that an action can be found by its key.
                let text = format!("{} {} {}", row.title, row.detail, row.right);
                if let Some(score) = pattern.score(Utf32Str::new(&text, &mut letters), &mut matcher) {
                    scored.push((score, at));
                }
            }
            // Rows with equal scores keep the order of the list.
            scored.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            scored.into_iter().map(|(_, at)| at).collect()
        };
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
            draw::fill(buf, line, base);
            let marker = if is_chosen { "› " } else { "  " };
            let right = u16::try_from(width(&row.right)).unwrap_or(0);
            let room = Rect { width: line.width.saturating_sub(right + 1), ..line };
            let x = draw::put_line(buf, room, y, &format!("{marker}{}", row.title), base);
            if !row.detail.is_empty() && x + 2 < room.right() {
                let rest = Rect { x: x + 2, width: room.right() - x - 2, ..room };
                draw::put_line(buf, rest, y, &row.detail, base.patch(theme.dim));
            }
            draw::put_right(buf, line, y, &row.right, base.patch(theme.key_hint));
        }
    }
}
