//! Computes the area of a box about a token of the body. The box is near the token but does not cover it. The
//! completion picker and the info box are such boxes.

use ratatui::layout::Rect;

use crate::text::Span;
use crate::ui::screen::compose::{Compose, update::body_area};
use crate::ui::shared::SharedState;

/// The screen rows that the box must not cover, from `top` to `bottom` inclusive, and the column `x` at which the box
/// should start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PopupAnchor {
    pub x: u16,
    pub top: u16,
    pub bottom: u16,
}

/// Returns the area of a box about `token` of the open body, for a box of `width` × `height` cells including its
/// border. The box never covers the rows of the token, but it may cover other rows of the token's line: a line that is
/// wrapped over half of the screen would move the box far away from the token. `None` if the body or the token is not
/// on screen, or if there is no room for the box.
pub(crate) fn area_near(
    screen: &Compose,
    shared: &SharedState,
    token: Span,
    width: u16,
    height: u16,
) -> Option<Rect> {
    let text_area = body_area(screen)?;
    let view = screen.body_view(shared)?;
    let end = view.screen_of(text_area, token.end);
    let start = view.screen_of(text_area, token.start).or(end)?;
    let rows =
        PopupAnchor { x: start.x, top: start.y, bottom: end.map_or(start.y, |end| end.y.max(start.y)) };
    place(rows, width, height, shared.size)
}

/// Returns the area of a box of `width` × `height` cells, including its border, on a screen of `size`. The box goes
/// below the anchor's rows if it fits below them, or if there is at least as much room below as above. Otherwise, the
/// box goes above the anchor's rows. If the chosen side has too few rows, the box gets fewer rows than `height`. `None`
/// if the chosen side has no room for a row inside the border.
pub(crate) fn place(anchor: PopupAnchor, width: u16, height: u16, size: (u16, u16)) -> Option<Rect> {
    let width = width.min(size.0);
    let x = anchor.x.min(size.0 - width);
    // The box must not cover the screen's first line (the header) or its last line (the footer).
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
    fn a_popup_stays_on_screen_and_does_not_cover_its_anchor() {
        for size in [(80_u16, 24_u16), (60, 16), (24, 6), (10, 3)] {
            for y in 1..size.1.saturating_sub(1) {
                for x in 0..size.0 {
                    for height in [3, 5, 12, 40] {
                        let anchor = PopupAnchor { x, top: y, bottom: (y + 1).min(size.1 - 2) };
                        let Some(area) = place(anchor, 40, height, size) else { continue };
                        assert!(area.bottom() <= anchor.top || anchor.bottom < area.top(), "{size:?} {y}");
                        assert!(area.right() <= size.0 && area.bottom() < size.1 && 0 < area.y, "{size:?}");
                    }
                }
            }
        }
    }
}
