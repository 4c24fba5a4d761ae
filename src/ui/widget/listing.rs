//! A dialog that is a list to choose from.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::widget::dialog::{frame, stage};
use crate::ui::widget::draw;
use crate::ui::widget::input::Mouse;
use crate::ui::widget::picker::{Matching, Picked, Picker, Row};
use crate::ui::widget::theme::Theme;

#[derive(Debug, Clone)]
pub struct Listing<K> {
    pub kind: K,
    pub picker: Picker,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Labels {
    pub title: &'static str,
    /// In the border below.
    pub keys: &'static str,
    /// In place of rows, where there are none.
    pub empty: &'static str,
    /// How many columns the dialog would like to have.
    pub width: u16,
}

pub trait Kind: Copy {
    fn labels(self) -> Labels;
}

impl<K: Kind> Listing<K> {
    pub fn new(kind: K, rows: Vec<Row>, matching: Matching) -> Self {
        Self { kind, picker: Picker::new(rows, matching) }
    }

    pub fn area(&self, screen: Rect) -> Rect {
        let stage = stage(screen);
        let height = (stage.height * 3 / 4).clamp(8.min(stage.height), 26);
        draw::centered(stage, self.kind.labels().width.min(stage.width.saturating_sub(4)), height)
    }

    pub fn point(&mut self, mouse: Mouse, screen: Rect) -> Picked {
        self.picker.point(mouse, rows(self.area(screen)))
    }

    pub fn draw(&self, buf: &mut Buffer, screen: Rect, theme: &Theme) -> Option<(u16, u16)> {
        let (area, labels) = (self.area(screen), self.kind.labels());
        let room = frame(buf, area, labels.title, labels.keys, theme);
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
