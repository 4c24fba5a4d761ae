//! A dialog that is a list to choose from.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::screen::compose::dialog::frame;
use crate::ui::widget::draw;
use crate::ui::widget::picker::Picker;
use crate::ui::widget::theme::Theme;

/// A titled picker; what is chosen means what its kind says.
#[derive(Debug, Clone)]
pub struct Listing {
    /// What is chosen from.
    pub kind: ListKind,
    /// The list.
    pub picker: Picker,
}

/// What a list is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// Every action; Enter does it.
    Palette,
    /// The actions with their keys, those of the place first; Enter does it.
    Help,
    /// The profile of the preview.
    Profiles,
    /// What a new campaign begins with.
    Starters,
    /// The test chat.
    Chats,
    /// Earlier tests; Enter sends one again.
    History,
    /// The fixes of a problem.
    Fixes,
    /// The sample event of a campaign.
    Samples,
    /// The webhook of a campaign.
    Webhooks,
}

impl Listing {
    fn title(&self) -> &'static str {
        match self.kind {
            ListKind::Palette => "Actions",
            ListKind::Help => "Help",
            ListKind::Profiles => "Profile of the preview",
            ListKind::Starters => "New campaign",
            ListKind::Chats => "Test chat",
            ListKind::History => "Earlier tests",
            ListKind::Fixes => "Fix",
            ListKind::Samples => "Sample event",
            ListKind::Webhooks => "Webhook",
        }
    }

    fn keys(&self) -> &'static str {
        match self.kind {
            ListKind::Palette | ListKind::Help => "type to search · Enter does it · Esc",
            ListKind::Profiles => "type to search all · Enter chooses · Esc",
            ListKind::Starters | ListKind::Chats | ListKind::Samples | ListKind::Webhooks => {
                "Enter chooses · Esc"
            }
            ListKind::History => "Enter sends it again · Esc",
            ListKind::Fixes => "Enter applies · Esc",
        }
    }

    fn empty(&self) -> &'static str {
        match self.kind {
            ListKind::Palette | ListKind::Help => "no such action",
            ListKind::Profiles => "no such profile: `telecast profiles import FILE` brings some in",
            ListKind::Starters => "nothing by that name",
            ListKind::Chats => "no test chat yet: Esc, then c captures yours, or type one",
            ListKind::History => "nothing was sent yet",
            ListKind::Fixes => "no fix by that name",
            ListKind::Samples => "no sample by that name",
            ListKind::Webhooks => "no webhook by that name",
        }
    }

    /// Returns how wide the dialog would like to be.
    pub fn width(&self) -> u16 {
        match self.kind {
            ListKind::Palette | ListKind::Help => 76,
            ListKind::Profiles | ListKind::History | ListKind::Samples => 88,
            ListKind::Starters | ListKind::Chats | ListKind::Fixes | ListKind::Webhooks => 66,
        }
    }

    /// Returns where the rows are in the dialog's box.
    pub fn rows(area: Rect) -> Rect {
        let room = crate::ui::screen::compose::dialog::inside(area);
        Rect {
            x: room.x + 1,
            y: room.y + 2,
            width: room.width.saturating_sub(2),
            height: room.height.saturating_sub(2),
        }
    }

    /// Draws it; returns the cursor's cell.
    pub fn draw(&self, buf: &mut Buffer, area: Rect, theme: &Theme) -> Option<(u16, u16)> {
        let room = frame(buf, area, self.title(), self.keys(), theme);
        if room.height < 3 {
            return None;
        }
        let line = Rect { height: 1, ..room };
        let x = draw::put_line(buf, line, line.y, "› ", theme.popup.patch(theme.accent));
        let field = Rect { x, width: room.right().saturating_sub(x), ..line };
        let cursor = self.picker.field.draw(buf, field, theme.popup, theme.selection);
        self.picker.draw_rows(buf, Self::rows(area), theme, self.empty());
        Some(cursor)
    }
}
