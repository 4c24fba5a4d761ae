//! Finds the cells to write again after grapheme clusters that leave wrong cells in some terminals.
//!
//! Terminals disagree about the width of some clusters. If a terminal draws such a cluster wider than telecast expects,
//! the cluster covers the cells after it. Cells that have not changed since the last frame are not written, so they
//! would stay covered. Therefore, after each frame, some of the written rows are written again, from the cluster to the
//! end of the row: those that contain such a cluster now, or contained one in the last frame.
//!
//! If a character of one cell replaces the first half of a wide cluster, urxvt does not redraw the second half. So a
//! row in which a wide cluster was replaced is written again, from this place to the end of the row.

use std::collections::{BTreeMap, BTreeSet};

use ratatui::buffer::Buffer;

use crate::text::is_width_uncertain;
use crate::ui::widget::hyperlinks::columns_of;

/// The uncertain and the wide clusters of the last frame, by row. A row without such clusters has no entry.
#[derive(Debug, Default)]
pub(crate) struct UncertainRows(BTreeMap<u16, RowClusters>);

/// The clusters of one row, each as its first column.
#[derive(Debug, Default)]
struct RowClusters {
    uncertain: Option<u16>,
    /// All clusters of two columns, in ascending order.
    wide: Vec<u16>,
}

impl UncertainRows {
    /// Returns the rows to write again, each with the column from which to write. `written` has the rows in which cells
    /// were written for `frame`.
    pub(crate) fn update(&mut self, written: BTreeSet<u16>, frame: &Buffer) -> Vec<(u16, u16)> {
        let rows = written.into_iter().filter(|y| frame.area.top() <= *y && *y < frame.area.bottom());
        let repair = |y| {
            let before = self.0.remove(&y).unwrap_or_default();
            let now = RowClusters::of(frame, y);
            let replaced = before.wide.into_iter().find(|x| now.wide.binary_search(x).is_err());
            let from = [now.uncertain, before.uncertain, replaced].into_iter().flatten().min();
            if now.uncertain.is_some() || !now.wide.is_empty() {
                self.0.insert(y, now);
            }
            Some((y, from?))
        };
        rows.filter_map(repair).collect()
    }
}

impl RowClusters {
    fn of(frame: &Buffer, y: u16) -> Self {
        let mut clusters = Self::default();
        let mut x = frame.area.left();
        while x < frame.area.right() {
            let cell = &frame[(x, y)];
            if clusters.uncertain.is_none() && is_width_uncertain(cell.symbol()) {
                clusters.uncertain = Some(x);
            }
            let columns = columns_of(cell);
            if columns == 2 {
                clusters.wide.push(x);
            }
            x = x.saturating_add(columns);
        }
        clusters
    }
}

#[cfg(test)]
mod tests;
