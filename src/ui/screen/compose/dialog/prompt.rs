//! A dialog of one line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::compose::clevertap::Pasted;
use crate::service::starter::Starter;
use crate::ui::widget::{TextField, Theme, dialog::frame, draw};

#[derive(Debug, Clone)]
pub struct Prompt {
    pub purpose: Purpose,
    pub field: TextField,
    pub problem: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Purpose {
    NewCampaign(Start),
    DuplicateCampaign(String),
    RenameCampaign(String),
    NewWebhook,
    DuplicateWebhook(String),
    RenameWebhook(String),
    TestChat,
    GoToLine,
    CommandLine,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    Starter(Starter),
    Pasted(Box<Pasted>),
}

impl Purpose {
    fn title(&self) -> &'static str {
        match self {
            Purpose::NewCampaign(_) => "Name of the new campaign",
            Purpose::DuplicateCampaign(_) | Purpose::DuplicateWebhook(_) => "Name of the copy",
            Purpose::RenameCampaign(_) => "New name of the campaign",
            Purpose::RenameWebhook(_) => "New name of the webhook",
            Purpose::NewWebhook => "Name of the new webhook",
            Purpose::TestChat => "Chat id or @name to test in",
            Purpose::GoToLine => "Line",
            Purpose::CommandLine => ":",
        }
    }
}

impl Prompt {
    /// Asks, with an answer proposed that typing replaces.
    pub fn new(purpose: Purpose, proposed: &str) -> Self {
        Self { purpose, field: TextField::selected(proposed), problem: None }
    }

    pub fn draw(&self, buf: &mut Buffer, area: Rect, theme: &Theme) -> Option<(u16, u16)> {
        let room = frame(buf, area, self.purpose.title(), "Enter · Esc", theme);
        let line = Rect { y: room.y + u16::from(2 < room.height), height: room.height.min(1), ..room };
        let cursor = self.field.draw(buf, line, theme.field_focused, theme.selection);
        if let Some(problem) = &self.problem {
            draw::put_line(buf, room, line.y + 1, problem, theme.popup.patch(theme.error));
        }
        Some(cursor)
    }
}
