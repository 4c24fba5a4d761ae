//! Finds the cells to write again after grapheme clusters that leave wrong cells in some terminals.
//!
//! Terminals disagree about the width of some clusters. A terminal that draws such a cluster wider than the frame has
//! it covers the cells after it, also those that have not changed since the last frame and are therefore not written.
//! So after each frame, the written rows that contain such a cluster, or contained one before, are written again from
//! the cluster to their end.
//!
//! If a character of one cell replaces the first half of a wide cluster, urxvt leaves the second half as it is. The row
//! is then written again from this place.

use std::collections::{BTreeMap, BTreeSet};

use ratatui::buffer::Buffer;

use crate::text::is_width_uncertain;
use crate::ui::widget::hyperlinks::columns_of;

/// The clusters of the last frame, by row. Rows without such clusters are left out.
#[derive(Debug, Default)]
pub(crate) struct UncertainRows(BTreeMap<u16, RowClusters>);

/// Clusters of a row, by their first columns in ascending order.
#[derive(Debug, Default)]
struct RowClusters {
    uncertain: Option<u16>,
    /// All clusters of two columns.
    wide: Vec<u16>,
}

impl UncertainRows {
    /// Takes the rows that were written for `frame`. Returns the rows to write again, each with the column from which
    /// to write.
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
