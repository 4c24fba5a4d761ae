//! Where a box goes that belongs to a token of the body: near it, never over its line.

use ratatui::layout::{Position, Rect};

/// The rows that must stay in sight, and the column at which a box about them begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// The column.
    pub x: u16,
    /// The first row.
    pub top: u16,
    /// The last row.
    pub bottom: u16,
}

impl Anchor {
    /// Anchors at `token`, with the row of `cursor` in sight as well.
    pub fn new(token: Position, cursor: Position) -> Self {
        Self { x: token.x, top: token.y.min(cursor.y), bottom: token.y.max(cursor.y) }
    }
}

/// Returns the place of a box of `width` × `height` cells with borders on a screen of `size`: below the rows where it
/// fits or there is more room, else above them; `None` where neither side has room for a row.
pub fn place(anchor: Anchor, width: u16, height: u16, size: (u16, u16)) -> Option<Rect> {
    let width = width.min(size.0);
    let x = anchor.x.min(size.0 - width);
    // The screen's last line is the footer, the first the header.
    let below = size.1.saturating_sub(anchor.bottom + 2);
    let above = anchor.top.saturating_sub(1);
    let (y, height) = match height <= below || above <= below {
        true => (anchor.bottom + 1, height.min(below)),
        false => (anchor.top - height.min(above), height.min(above)),
    };
    (3 <= height).then_some(Rect { x, y, width, height })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_covers_none_of_its_rows_and_stays_on_screen() {
        for size in [(80_u16, 24_u16), (60, 16), (24, 6), (10, 3)] {
            for y in 1..size.1.saturating_sub(1) {
                for x in 0..size.0 {
                    for height in [3, 5, 12, 40] {
                        let anchor = Anchor { x, top: y, bottom: (y + 1).min(size.1 - 2) };
                        let Some(area) = place(anchor, 40, height, size) else { continue };
                        assert!(area.bottom() <= anchor.top || anchor.bottom < area.top(), "{size:?} {y}");
                        assert!(area.right() <= size.0 && area.bottom() < size.1 && 0 < area.y, "{size:?}");
                    }
                }
            }
        }
    }
}
