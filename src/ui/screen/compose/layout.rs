//! Computes the areas of the panes from the screen's state. Drawing and mouse handling both use the resulting layout.
//! The sizes in the diagram are those of the area between header and footer.
//!
//! ```text
//! from 106 × 16 cells          from 76 × 12 cells           smaller
//! ┌header──────────────────┐   ┌header───────────────┐      ┌header────┐
//! │campaigns│ body │preview│   │tabs of the panes    │      │tabs      │
//! │webhook  │      │       │   │ body or   │ preview │      │ the      │
//! │         │      │problem│   │ 1 and 2   │ problems│      │ focused  │
//! └footer──────────────────┘   └footer───────────────┘      └footer────┘
//! ```
//!
//! With two columns, the left column shows panes 1 and 2 (campaigns and webhook) while one of them has the focus, and
//! the body otherwise. A single column that is high enough shows the body above the preview while the body or the
//! preview has the focus. Otherwise, a single column shows only the focused pane. A zoomed screen always shows only the
//! focused pane, below the tabs.

use ratatui::layout::Rect;

use crate::ui::screen::compose::{
    Compose, Pane,
    pane::{problems, webhook},
};
use crate::ui::shared::SharedState;

/// The smallest width and height of the area, in cells, at which all panes are on screen.
const WIDE: (u16, u16) = (106, 16);

/// The smallest width and height of the area, in cells, at which there are two columns.
const TWO_COLUMNS: (u16, u16) = (76, 12);

/// The rows that the preview keeps while there are many problems and the column is high. Few messages need more.
const PREVIEW_ROWS: u16 = 24;

/// The smallest height of a single column, in cells, at which it shows the preview below the body.
const STACKED: u16 = 22;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PaneLayout {
    /// The area of the line with the names of the panes. `None` if all panes are on screen, so that the line is not
    /// needed, or if no pane is on screen.
    pub tabs: Option<Rect>,
    /// The panes on screen with their borders, in drawing order.
    pub panes: Vec<(Pane, Rect)>,
}

impl PaneLayout {
    pub fn pane(&self, pane: Pane) -> Option<Rect> {
        self.panes.iter().find(|(shown, _)| *shown == pane).map(|(_, area)| *area)
    }

    pub fn pane_at(&self, x: u16, y: u16) -> Option<Pane> {
        self.panes.iter().find(|(_, area)| area.contains((x, y).into())).map(|(pane, _)| *pane)
    }
}

/// Lays out the panes in `area`, the part of the terminal between header and footer. If the area is empty, no pane is
/// on screen.
pub(crate) fn layout(screen: &Compose, shared: &SharedState, area: Rect) -> PaneLayout {
    if area.is_empty() {
        return PaneLayout::default();
    }
    let is_wide = WIDE.0 <= area.width && WIDE.1 <= area.height && !screen.is_zoomed;
    let tabs = (!is_wide).then_some(Rect { height: 1, ..area });
    let below_tabs = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let panes = if screen.is_zoomed {
        vec![(screen.focus.pane, below_tabs)]
    } else if is_wide {
        wide(screen, shared, area)
    } else if TWO_COLUMNS.0 <= area.width && TWO_COLUMNS.1 <= area.height {
        two_columns(screen, shared, below_tabs)
    } else {
        one_column(screen, below_tabs)
    };
    PaneLayout { tabs, panes }
}

fn wide(screen: &Compose, shared: &SharedState, area: Rect) -> Vec<(Pane, Rect)> {
    // The widths do not depend on the focus. Otherwise, moving to another pane would wrap the message and the body at
    // another width.
    let left_width = 26.max(area.width / 6).min(34);
    let (left, rest) = split_x(area, left_width);
    let (body, right) = split_x(rest, rest.width - (rest.width * 45 / 100).clamp(34, 72));
    let webhook_height = webhook_height(screen, shared, left);
    let (campaigns, webhook) = split_y(left, left.height - webhook_height);
    let mut panes = vec![(Pane::Campaigns, campaigns), (Pane::Webhook, webhook), (Pane::Body, body)];
    panes.extend(preview_and_problems(screen, shared, right));
    panes
}

fn two_columns(screen: &Compose, shared: &SharedState, area: Rect) -> Vec<(Pane, Rect)> {
    let (left, right) = split_x(area, area.width * 54 / 100);
    let mut panes = match screen.focus.pane {
        Pane::Campaigns | Pane::Webhook => {
            let height = webhook_height(screen, shared, left);
            let (campaigns, webhook) = split_y(left, left.height - height);
            vec![(Pane::Campaigns, campaigns), (Pane::Webhook, webhook)]
        }
        Pane::Body | Pane::Preview | Pane::Problems => vec![(Pane::Body, left)],
    };
    panes.extend(preview_and_problems(screen, shared, right));
    panes
}

fn one_column(screen: &Compose, area: Rect) -> Vec<(Pane, Rect)> {
    let is_main = matches!(screen.focus.pane, Pane::Body | Pane::Preview);
    // A short column shows only the focused pane, because two panes of a few lines each would be useless.
    if is_main && STACKED <= area.height {
        let (body, preview) = split_y(area, area.height / 2);
        return vec![(Pane::Body, body), (Pane::Preview, preview)];
    }
    vec![(screen.focus.pane, area)]
}

fn preview_and_problems(screen: &Compose, shared: &SharedState, area: Rect) -> Vec<(Pane, Rect)> {
    // The pane of problems takes the height that it needs: up to half of the column while it has the focus, and up to a
    // third otherwise. With the focus, the pane needs more lines, because it then shows the chosen problem in full,
    // with the problem's help. In a high column, it may also take what the preview seldom needs.
    let is_focused = screen.focus.pane == Pane::Problems;
    let share = if is_focused { area.height / 2 } else { area.height / 3 };
    let max_height = share.max(area.height.saturating_sub(PREVIEW_ROWS));
    let lines = problems::line_count(
        screen,
        shared,
        area.width.saturating_sub(2),
        usize::from(max_height.saturating_sub(2)),
    );
    let height = u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(2).clamp(3, max_height.max(3));
    let (preview, below) = split_y(area, area.height.saturating_sub(height));
    vec![(Pane::Preview, preview), (Pane::Problems, below)]
}

// Returns the height of the webhook's pane in a column. The pane is as high as its summary, but it leaves lines for the
// list of campaigns: at least five lines while the webhook's pane has the focus, and at least half of the column
// otherwise. In a very short column, the list gets fewer lines.
fn webhook_height(screen: &Compose, shared: &SharedState, column: Rect) -> u16 {
    let available = column.height;
    let n_lines = webhook::n_lines(screen, shared, column.width.saturating_sub(2));
    let wanted = u16::try_from(n_lines).unwrap_or(u16::MAX).saturating_add(2);
    let is_focused = screen.focus.pane == Pane::Webhook;
    let max_height = if is_focused { available.saturating_sub(5) } else { available / 2 };
    wanted.min(max_height.max(3)).min(available)
}

fn split_x(area: Rect, left: u16) -> (Rect, Rect) {
    let left = left.min(area.width);
    (Rect { width: left, ..area }, Rect { x: area.x + left, width: area.width - left, ..area })
}

fn split_y(area: Rect, top: u16) -> (Rect, Rect) {
    let top = top.min(area.height);
    (Rect { height: top, ..area }, Rect { y: area.y + top, height: area.height - top, ..area })
}
