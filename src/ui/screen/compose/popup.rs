//! Where a box goes that belongs to a token of the body: near it, never over its line.

use ratatui::layout::Rect;

use crate::text::Span;
use crate::ui::screen::compose::{Compose, update::body_area};
use crate::ui::shared::Shared;

/// The rows that must stay in sight, and the column at which a box about them begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    pub x: u16,
    pub top: u16,
    pub bottom: u16,
}

/// How many rows of a box are worth more than the rest of a long line that is broken into rows.
const ENOUGH: u16 = 7;

/// Returns the place of a box about `token` of the open body, which covers neither the token's line, as far as that
/// leaves room, nor in any case the token's own rows.
pub fn near(screen: &Compose, shared: &Shared, token: Span, width: u16, height: u16) -> Option<Rect> {
    let text = body_area(screen)?;
    let view = screen.body_view(shared)?;
    let editor = &screen.buffer()?.editor;
    let end = view.screen_of(text, token.end);
    let start = view.screen_of(text, token.start).or(end)?;
    let rows = Anchor { x: start.x, top: start.y, bottom: end.map_or(start.y, |end| end.y.max(start.y)) };
    let line = editor.line_span(editor.line_of(token.start));
    let row_of = |at| view.screen_of(text, at).map(|cell| cell.y);
    let line_end = editor.line_span(editor.line_of(token.end)).end;
    let whole = Anchor {
        top: row_of(line.start).map_or(rows.top, |y| y.min(rows.top)),
        bottom: row_of(line_end).map_or(rows.bottom, |y| y.max(rows.bottom)),
        ..rows
    };
    let beside_line =
        place(whole, width, height, shared.size).filter(|area| height.min(ENOUGH) <= area.height);
    beside_line.or_else(|| place(rows, width, height, shared.size))
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
