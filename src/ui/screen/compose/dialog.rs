//! What lies over the panes: one thing at a time, left with Esc.

pub mod compare;
pub mod confirm;
pub mod listing;
pub mod prompt;
pub mod settings;
pub mod test;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::screen::compose::layout::inside;
use crate::ui::widget::draw;
use crate::ui::widget::theme::Theme;

pub use compare::Compare;
pub use confirm::{Confirm, Decision};
pub use listing::Listing;
pub use prompt::{Prompt, Purpose};
pub use settings::Settings;
pub use test::TestDialog;

/// The dialogs.
#[derive(Debug, Clone)]
pub enum Dialog {
    /// A list to choose from: palette, help, profiles, starters, chats.
    Listing(Listing),
    /// One line to type: a name, a line's number.
    Prompt(Prompt),
    /// The campaign's settings.
    Settings(Box<Settings>),
    /// A question with a few answers.
    Confirm(Confirm),
    /// Preview and Test.
    Test(Box<TestDialog>),
    /// The parse modes side by side.
    Compare(Box<Compare>),
}

impl Dialog {
    /// Returns the dialog's box on a screen of this area; also where the mouse looks for it.
    pub fn area(&self, screen: Rect) -> Rect {
        let room = Rect { y: screen.y + 1, height: screen.height.saturating_sub(2), ..screen };
        match self {
            Dialog::Listing(listing) => {
                let height = (room.height * 3 / 4).clamp(8.min(room.height), 26);
                draw::centered(room, listing.width().min(room.width.saturating_sub(4)), height)
            }
            Dialog::Prompt(_) => draw::centered(room, 56, 5),
            Dialog::Settings(settings) => draw::centered(
                room,
                74,
                u16::try_from(settings.form.height()).unwrap_or(u16::MAX).saturating_add(4),
            ),
            Dialog::Confirm(confirm) => {
                let width = 64.min(room.width);
                draw::centered(room, width, confirm.height(usize::from(width.saturating_sub(4))))
            }
            Dialog::Test(_) => draw::centered(room, 96.min(room.width), room.height.min(30)),
            Dialog::Compare(_) => room,
        }
    }

    /// Takes back what was scrolled beyond the end.
    pub fn keep_in_sight(&mut self, screen: Rect, theme: &Theme) {
        let room = room(self.area(screen));
        match self {
            Dialog::Test(test) if 0 < test.scroll => {
                test.scroll = test.scroll.min(test.last_top(room, theme))
            }
            Dialog::Compare(compare) if 0 < compare.scroll => {
                compare.scroll = compare.scroll.min(compare.last_top(room, theme));
            }
            // What is chosen or focused in them is in sight.
            Dialog::Listing(_)
            | Dialog::Prompt(_)
            | Dialog::Settings(_)
            | Dialog::Confirm(_)
            | Dialog::Test(_)
            | Dialog::Compare(_) => {}
        }
    }

    /// Draws the dialog; returns the cursor's cell where it has a text field.
    pub fn draw(&self, buf: &mut Buffer, screen: Rect, theme: &Theme) -> Option<(u16, u16)> {
        let area = self.area(screen);
        match self {
            Dialog::Listing(listing) => listing.draw(buf, area, theme),
            Dialog::Prompt(prompt) => prompt.draw(buf, area, theme),
            Dialog::Settings(settings) => settings.draw(buf, area, theme),
            Dialog::Confirm(confirm) => {
                confirm.draw(buf, area, theme);
                None
            }
            Dialog::Test(test) => {
                test.draw(buf, area, theme);
                None
            }
            Dialog::Compare(compare) => {
                compare.draw(buf, area, theme);
                None
            }
        }
    }
}

/// Draws an empty dialog with a title and the keys it knows; returns the room inside, a cell of air on each side.
pub fn frame(buf: &mut Buffer, area: Rect, title: &str, keys: &str, theme: &Theme) -> Rect {
    draw::fill(buf, area, theme.popup);
    draw::border(buf, area, theme.popup.patch(theme.border_focused));
    let line = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area };
    draw::put_line(buf, line, area.y, &format!(" {title} "), theme.popup.patch(theme.title));
    if 0 < area.height {
        draw::put_line(buf, line, area.bottom() - 1, &format!(" {keys} "), theme.popup.patch(theme.key_hint));
    }
    room(area)
}

/// The room inside a dialog's frame.
fn room(area: Rect) -> Rect {
    let room = inside(area);
    Rect { x: room.x + 1, width: room.width.saturating_sub(2), ..room }
}
