//! The filters of the lists in two panes: the campaigns and the problems. A filter is typed in a line at the bottom of
//! its pane. Once it is kept, only the pane's title shows it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::text::grouped;
use crate::ui::screen::compose::{Compose, Pane};
use crate::ui::shared::KeyHints;
use crate::ui::widget::{FuzzyQuery, TextField, Theme, draw};

#[derive(Debug, Clone)]
pub struct ListFilter {
    pub field: TextField,
    /// Whether the filter line is open and has the keyboard. If not, the filter was kept and is only applied.
    pub is_typed: bool,
}

/// The keys of the filter line, for the footer.
pub(crate) const HINTS: KeyHints = &[("Enter", "keep"), ("↑↓", "choose"), ("Esc", "clear")];

impl Compose {
    /// Returns the pane whose filter is being typed. This pane has the focus.
    pub fn typed_filter(&self) -> Option<Pane> {
        let pane = self.focus.pane;
        self.filters.get(&pane).is_some_and(|filter| filter.is_typed).then_some(pane)
    }

    /// Returns the text of a pane's filter. It is empty if the list is not filtered.
    pub fn filter_text(&self, pane: Pane) -> String {
        self.filters.get(&pane).map_or_else(String::new, |filter| filter.field.text().trim().to_owned())
    }

    /// Closes the filter lines, and drops the filters without text.
    pub fn close_filter_lines(&mut self) {
        self.filters.retain(|_, filter| !filter.field.text().trim().is_empty());
        self.filters.values_mut().for_each(|filter| filter.is_typed = false);
    }

    /// Returns the area of a pane's list, and the area of the filter line below it if the filter is being typed.
    pub fn split_filter_line(&self, pane: Pane, room: Rect) -> (Rect, Option<Rect>) {
        if self.typed_filter() != Some(pane) || room.height == 0 {
            return (room, None);
        }
        let list = Rect { height: room.height - 1, ..room };
        (list, Some(Rect { y: list.bottom(), height: 1, ..room }))
    }

    /// Draws the filter line of a pane, and returns the cell of its cursor.
    pub fn draw_filter_line(
        &self,
        pane: Pane,
        line: Rect,
        theme: &Theme,
        buf: &mut Buffer,
    ) -> Option<(u16, u16)> {
        let filter = self.filters.get(&pane)?;
        let x = draw::put(buf, line, line.x, line.y, "/ ", theme.accent);
        let field = Rect { x, width: line.right().saturating_sub(x), ..line };
        Some(filter.field.draw(buf, field, theme.field_focused, theme.selection))
    }

    /// Returns the title of a pane with a list of `n_all` entries of which `n_shown` pass the filter.
    pub fn list_title(&self, pane: Pane, n_shown: usize, n_all: usize) -> String {
        let name = pane.title();
        let counts = || format!("{} of {}", grouped(n_shown), grouped(n_all));
        match (self.filters.contains_key(&pane), self.filter_text(pane)) {
            (false, _) if n_all == 0 || pane == Pane::Campaigns => name.to_owned(),
            (false, _) => format!("{name} {}", grouped(n_all)),
            (true, _) if self.typed_filter() == Some(pane) => format!("{name} {}", counts()),
            // The counts come first, because a long filter is cut off.
            (true, text) => format!("{name} {} /{text}", counts()),
        }
    }
}

/// Returns the indices of the entries that pass a filter, in the order of the list. All entries pass an empty filter.
pub(crate) fn passing(
    filter: &str,
    n_entries: usize,
    mut passes: impl FnMut(&mut FuzzyQuery, usize) -> bool,
) -> Vec<usize> {
    if filter.is_empty() {
        return (0..n_entries).collect();
    }
    let mut query = FuzzyQuery::new(filter);
    (0..n_entries).filter(|at| passes(&mut query, *at)).collect()
}

/// Returns the entry `by` steps after `from` among the shown entries, but does not go beyond the ends of the list. If
/// `from` itself is not shown, the first step leads to the nearest shown entry in that direction. Without `from`,
/// returns the first entry. `None` if no entry is shown.
pub(crate) fn step(shown: &[usize], from: Option<usize>, by: isize) -> Option<usize> {
    let last = shown.len().checked_sub(1)?;
    let at = match from.map(|from| shown.binary_search(&from)) {
        Some(Ok(at)) => at.saturating_add_signed(by),
        Some(Err(after)) if 0 < by => after.saturating_add_signed(by - 1),
        Some(Err(after)) => after.saturating_add_signed(by),
        None => 0,
    };
    shown.get(at.min(last)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_skip_hidden_entries_and_stop_at_the_ends() {
        let shown = [2, 5, 9];
        for (from, by, to) in [
            (Some(5), 1, 9),
            (Some(5), -1, 2),
            (Some(9), 1, 9),
            (Some(2), isize::MIN, 2),
            (Some(2), isize::MAX, 9),
            (Some(6), 1, 9),
            (Some(6), -1, 5),
            (Some(6), 2, 9),
            (Some(0), -1, 2),
            (Some(11), 1, 9),
            (Some(11), isize::MAX, 9),
            (None, 1, 2),
        ] {
            assert_eq!(step(&shown, from, by), Some(to), "{from:?} {by}");
        }
        assert_eq!(step(&[], Some(1), 1), None);
    }

    #[test]
    fn filtered_entries_keep_their_order() {
        let names = ["spring-sale", "welcome", "sale-reminder", "cart"];
        let found = |filter: &str| passing(filter, names.len(), |query, at| query.score(names[at]).is_some());
        assert_eq!(found("sale"), [0, 2]);
        assert_eq!(found("sar"), [2]);
        assert_eq!(found(""), [0, 1, 2, 3]);
        assert_eq!(found("zzz"), [0_usize; 0]);
    }
}
