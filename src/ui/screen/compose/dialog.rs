//! What lies over the panes: one thing at a time, left with Esc.

pub mod compare;
pub mod decision;
pub mod listing;
pub mod prompt;
pub mod settings;
pub mod test;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::service::BotStatus;
use crate::ui::shared::Request;
use crate::ui::widget::{
    Theme,
    dialog::{room, stage},
    draw,
};

pub use compare::Compare;
pub use decision::{Confirm, Decision};
pub use listing::{ListKind, Listing};
pub use prompt::{Prompt, Purpose, Start};
pub use settings::Settings;
pub use test::{TestDialog, TestState};

#[derive(Debug)]
pub enum Dialog {
    Listing(Listing),
    Prompt(Prompt),
    Settings(Box<Settings>),
    Confirm(Confirm),
    Test(Box<TestDialog>),
    Compare(Box<Compare>),
}

impl Dialog {
    pub fn area(&self, screen: Rect) -> Rect {
        let stage = stage(screen);
        match self {
            Dialog::Listing(listing) => listing.area(screen),
            Dialog::Prompt(_) => draw::centered(stage, 56, 5),
            Dialog::Settings(settings) => {
                let height = u16::try_from(settings.form.height()).unwrap_or(u16::MAX);
                draw::centered(stage, 74, height.saturating_add(4))
            }
            Dialog::Confirm(confirm) => confirm.area(screen),
            Dialog::Test(_) => draw::centered(stage, 96.min(stage.width), stage.height.min(30)),
            Dialog::Compare(_) => stage,
        }
    }

    /// Lays out what is long, once, and takes back what was scrolled beyond the end.
    pub fn follow(&mut self, screen: Rect, bot: &Request<BotStatus>, theme: &Theme) {
        let room = room(self.area(screen));
        match self {
            Dialog::Test(test) => test.follow(room, bot, theme),
            Dialog::Compare(compare) => compare.follow(room, theme),
            // What is chosen or focused in them is in sight.
            Dialog::Listing(_) | Dialog::Prompt(_) | Dialog::Settings(_) | Dialog::Confirm(_) => {}
        }
    }

    pub fn draw(
        &self,
        buf: &mut Buffer,
        screen: Rect,
        bot: &Request<BotStatus>,
        theme: &Theme,
    ) -> Option<(u16, u16)> {
        let area = self.area(screen);
        match self {
            Dialog::Listing(listing) => listing.draw(buf, screen, theme),
            Dialog::Prompt(prompt) => prompt.draw(buf, area, theme),
            Dialog::Settings(settings) => settings.draw(buf, area, theme),
            Dialog::Confirm(confirm) => {
                confirm.draw(buf, screen, theme);
                None
            }
            Dialog::Test(test) => {
                test.draw(buf, area, bot, theme);
                None
            }
            Dialog::Compare(compare) => {
                compare.draw(buf, area, theme);
                None
            }
        }
    }
}
