//! Finds the cells to write again after grapheme clusters on whose width terminals disagree.
//!
//! A terminal that draws such a cluster wider than the frame has it covers the cells after it, also those that have not
//! changed since the last frame and are therefore not written. So after each frame, the written rows that contain such a
//! cluster, or contained one before, are written again from the cluster to their end.

use std::collections::{BTreeMap, BTreeSet};

use ratatui::buffer::Buffer;

use crate::text::is_width_uncertain;
use crate::ui::widget::hyperlinks::columns_of;

/// The first column with an uncertain cluster in each row that has one, in the last frame.
#[derive(Debug, Default)]
pub(crate) struct UncertainRows(BTreeMap<u16, u16>);

impl UncertainRows {
    /// Takes the rows that were written for `frame`. Returns the rows to write again, each with the column from which to
    /// write.
    pub(crate) fn update(&mut self, written: BTreeSet<u16>, frame: &Buffer) -> Vec<(u16, u16)> {
        let rows = written.into_iter().filter(|y| frame.area.top() <= *y && *y < frame.area.bottom());
        let repair = |y| {
            let now = first_uncertain(frame, y);
            let before = match now {
                Some(x) => self.0.insert(y, x),
                None => self.0.remove(&y),
            };
            Some((y, now.into_iter().chain(before).min()?))
        };
        rows.filter_map(repair).collect()
    }
}

fn first_uncertain(frame: &Buffer, y: u16) -> Option<u16> {
    let mut x = frame.area.left();
    while x < frame.area.right() {
        let cell = &frame[(x, y)];
        if is_width_uncertain(cell.symbol()) {
            return Some(x);
        }
        x = x.saturating_add(columns_of(cell));
    }
    None
}

#[cfg(test)]
mod tests;
