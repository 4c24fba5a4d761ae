//! A dialog that asks for one line of text, such as a name. `update::dialogs` checks and uses the answer.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::compose::clevertap::PastedBody;
use crate::service::starter::Starter;
use crate::ui::widget::{
    TextField, Theme,
    dialog::{content_area, draw_frame},
    draw,
};

#[derive(Debug, Clone)]
pub struct Prompt {
    pub purpose: PromptPurpose,
    pub field: TextField,
    /// Why the last answer was not accepted.
    pub problem: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum PromptPurpose {
    NewCampaign(InitialBody),
    DuplicateCampaign(String),
    RenameCampaign(String),
    NewWebhook,
    DuplicateWebhook(String),
    RenameWebhook(String),
    GoToLine,
    CommandLine,
}

#[derive(Debug, Clone, PartialEq)]
pub enum InitialBody {
    Starter(Starter),
    Pasted(Box<PastedBody>),
}

impl PromptPurpose {
    fn title(&self) -> &'static str {
        match self {
            PromptPurpose::NewCampaign(_) => "Name of the new campaign",
            PromptPurpose::DuplicateCampaign(_) | PromptPurpose::DuplicateWebhook(_) => "Name of the copy",
            PromptPurpose::RenameCampaign(_) => "New name of the campaign",
            PromptPurpose::RenameWebhook(_) => "New name of the webhook",
            PromptPurpose::NewWebhook => "Name of the new webhook",
            PromptPurpose::GoToLine => "Go to line",
            PromptPurpose::CommandLine => ":",
        }
    }
}

impl Prompt {
    /// Creates a prompt with a proposed answer. The answer is selected, so that typing replaces it.
    pub fn new(purpose: PromptPurpose, proposed: &str) -> Self {
        Self { purpose, field: TextField::selected(proposed), problem: None }
    }

    pub fn area(&self, stage: Rect) -> Rect {
        let area = draw::centered(stage, 56, 5);
        let n_lines = u16::try_from(self.problem_lines(content_area(area).width).len()).unwrap_or(u16::MAX);
        draw::centered(stage, 56, n_lines.saturating_add(4).max(5))
    }

    fn problem_lines(&self, width: u16) -> Vec<String> {
        draw::wrap_error(self.problem.as_deref(), usize::from(width))
    }

    pub fn draw(&self, buf: &mut Buffer, area: Rect, theme: &Theme) -> Option<(u16, u16)> {
        let room = draw_frame(buf, area, self.purpose.title(), "Enter confirm · Esc cancel", theme);
        let line = Rect { y: room.y + u16::from(2 < room.height), height: room.height.min(1), ..room };
        let cursor = self.field.draw(buf, line, theme.field_focused, theme.selection);
        for (problem, y) in self.problem_lines(room.width).iter().zip(line.y + 1..room.bottom()) {
            draw::put_line(buf, room, y, problem, theme.popup.patch(theme.error));
        }
        Some(cursor)
    }
}
