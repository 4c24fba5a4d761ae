//! A dialog with a list. The user filters the list by typing, and chooses one of its rows.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::widget::dialog::{dialog_area, draw_frame};
use crate::ui::widget::draw;
use crate::ui::widget::input::Mouse;
use crate::ui::widget::key::Key;
use crate::ui::widget::picker::{Matching, Picker, PickerOutcome, PickerRow};
use crate::ui::widget::theme::Theme;

#[derive(Debug, Clone)]
pub struct ListDialog<K> {
    pub kind: K,
    pub picker: Picker,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListDialogLabels {
    pub title: &'static str,
    /// The keys, shown in the bottom border.
    pub keys: &'static str,
    /// The text to show if there are no rows.
    pub empty: &'static str,
    /// The preferred width in cells.
    pub width: u16,
}

/// In cells, with the border.
const MIN_HEIGHT: u16 = 8;
const MAX_HEIGHT: u16 = 26;

/// The height of the border, the text field, and the empty line below it.
const AROUND_ROWS: u16 = 4;

pub trait ListDialogKind: Copy {
    fn labels(self) -> ListDialogLabels;
}

impl<K: ListDialogKind> ListDialog<K> {
    pub fn new(kind: K, rows: Vec<PickerRow>, matching: Matching) -> Self {
        Self { kind, picker: Picker::new(rows, matching) }
    }

    pub fn area(&self, screen: Rect) -> Rect {
        let stage = dialog_area(screen);
        // The height does not depend on the number of rows that are shown, so that the dialog keeps its size while the
        // list is filtered.
        let most = (stage.height * 3 / 4).min(MAX_HEIGHT);
        let content = self
            .picker
            .n_rows_to_fit()
            .map_or(most, |n_rows| u16::try_from(n_rows).unwrap_or(u16::MAX).saturating_add(AROUND_ROWS));
        let height = content.min(most).max(MIN_HEIGHT);
        draw::centered(stage, self.kind.labels().width, height)
    }

    pub fn press(&mut self, key: Key, screen: Rect) -> PickerOutcome {
        let height = rows(self.area(screen)).height;
        self.picker.press(key, height)
    }

    pub fn point(&mut self, mouse: Mouse, screen: Rect) -> PickerOutcome {
        self.picker.point(mouse, rows(self.area(screen)))
    }

    /// Draws the dialog. Returns the cell of the cursor, or `None` if the dialog is too small for its content.
    pub fn draw(&self, buf: &mut Buffer, screen: Rect, theme: &Theme) -> Option<(u16, u16)> {
        let (area, labels) = (self.area(screen), self.kind.labels());
        let room = draw_frame(buf, area, labels.title, labels.keys, theme);
        // At least the text field, the empty line below it, and one row must fit.
        if room.height < 3 {
            return None;
        }
        let line = Rect { height: 1, ..room };
        let x = draw::put_line(buf, line, line.y, "› ", theme.popup.patch(theme.accent));
        let field = Rect { x, width: room.right().saturating_sub(x), ..line };
        let cursor = self.picker.field.draw(buf, field, theme.popup, theme.selection);
        self.picker.draw_rows(buf, rows(area), theme, labels.empty);
        Some(cursor)
    }
}

fn rows(area: Rect) -> Rect {
    let room = draw::inside(area);
    Rect {
        x: room.x + 1,
        y: room.y + 2,
        width: room.width.saturating_sub(2),
        height: room.height.saturating_sub(2),
    }
}
