//! The dialogs of the Compose screen, which cover its panes. At most one of them is on screen. This module lays out and
//! draws the dialogs, and `update::dialogs` handles their input.

pub(crate) mod compare;
pub(crate) mod decision;
pub(crate) mod listing;
pub mod past_test;
pub(crate) mod profile;
pub(crate) mod prompt;
pub(crate) mod settings;
pub mod setup;
pub mod test;
pub(crate) mod webhook;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::service::BotStatus;
use crate::ui::screen::compose::Compose;
use crate::ui::shared::Query;
use crate::ui::widget::{
    TextField, Theme,
    dialog::{content_area, dialog_area},
    draw,
};

pub(crate) use compare::CompareDialog;
pub(crate) use decision::{ComposeConfirm, Decision};
pub(crate) use listing::{ComposeList, ListKind};
pub(crate) use past_test::{PastTest, PastTestView};
pub(crate) use profile::ProfileDialog;
pub(crate) use prompt::{InitialBody, Prompt, PromptPurpose};
pub(crate) use settings::SettingsDialog;
pub(crate) use setup::SetupDialog;
pub(crate) use test::{TestDialog, TestState};

#[derive(Debug)]
pub enum Dialog {
    Listing(ComposeList),
    Prompt(Prompt),
    Settings(Box<SettingsDialog>),
    /// The form of the webhook, which is in [`Compose::webhook`].
    Webhook,
    Profile(Box<ProfileDialog>),
    Confirm(ComposeConfirm),
    Test(Box<TestDialog>),
    PastTest(Box<PastTest>),
    Compare(Box<CompareDialog>),
    Setup(Box<SetupDialog>),
}

impl Dialog {
    pub fn area(&self, screen: Rect) -> Rect {
        let stage = dialog_area(screen);
        match self {
            Dialog::Listing(listing) => listing.area(screen),
            Dialog::Prompt(prompt) => prompt.area(stage),
            Dialog::Settings(settings) => settings.area(stage),
            Dialog::Webhook => webhook::area(screen),
            Dialog::Profile(_) => profile::area(screen),
            Dialog::Confirm(confirm) => confirm.area(screen),
            Dialog::Test(_) | Dialog::PastTest(_) => {
                draw::centered(stage, 96.min(stage.width), stage.height.min(30))
            }
            Dialog::Compare(_) => stage,
            Dialog::Setup(setup) => setup.area(stage),
        }
    }

    /// Shows why the dialog's change has failed. Returns whether the dialog can show it.
    pub fn show_error(&mut self, error: &str) -> bool {
        match self {
            Dialog::Prompt(prompt) => prompt.problem = Some(error.to_owned()),
            Dialog::Settings(settings) => settings.error = Some(error.to_owned()),
            Dialog::Listing(_)
            | Dialog::Confirm(_)
            | Dialog::Test(_)
            | Dialog::PastTest(_)
            | Dialog::Compare(_)
            | Dialog::Webhook
            | Dialog::Profile(_)
            // The guide shows the result of its changes itself.
            | Dialog::Setup(_) => return false,
        }
        true
    }

    pub fn text_field(&self) -> Option<&TextField> {
        match self {
            Dialog::Listing(listing) => Some(&listing.picker.field),
            Dialog::Prompt(prompt) => Some(&prompt.field),
            Dialog::Settings(settings) => settings.form.text_field(),
            Dialog::Setup(setup) => setup.form.text_field(),
            Dialog::Profile(profile) => profile.form.text_field(),
            // The field is in the webhook's form, which is part of the screen.
            Dialog::Webhook
            | Dialog::Confirm(_)
            | Dialog::Test(_)
            | Dialog::PastTest(_)
            | Dialog::Compare(_) => None,
        }
    }

    /// Lays out the content of a scrollable dialog (tests, comparison, or form) if it has changed, and limits the
    /// scroll position to the content.
    pub fn follow(&mut self, screen: Rect, bot: &Query<BotStatus>, theme: &Theme) {
        let area = self.area(screen);
        let room = content_area(area);
        match self {
            Dialog::Test(test) => test.follow(room, bot, theme),
            Dialog::PastTest(test) => test.follow(room, theme),
            Dialog::Compare(compare) => compare.follow(room, theme),
            Dialog::Settings(settings) => settings.follow(area),
            Dialog::Setup(setup) => setup.follow(area, bot),
            Dialog::Profile(profile) => profile.form.follow(room),
            // A list keeps its chosen row in view when it is drawn. The webhook's form is part of the screen, so
            // `dialog::webhook` scrolls it.
            Dialog::Listing(_) | Dialog::Prompt(_) | Dialog::Webhook | Dialog::Confirm(_) => {}
        }
    }

    pub fn draw(
        &self,
        buf: &mut Buffer,
        screen_area: Rect,
        screen: &Compose,
        theme: &Theme,
    ) -> Option<(u16, u16)> {
        let area = self.area(screen_area);
        match self {
            Dialog::Listing(listing) => listing.draw(buf, screen_area, theme),
            Dialog::Prompt(prompt) => prompt.draw(buf, area, theme),
            Dialog::Settings(settings) => settings.draw(buf, area, theme),
            Dialog::Webhook => webhook::draw(buf, screen_area, screen, theme),
            Dialog::Profile(profile) => profile.draw(buf, area, theme),
            Dialog::Confirm(confirm) => {
                confirm.draw(buf, screen_area, theme);
                None
            }
            Dialog::Test(test) => {
                test.draw(buf, area, &screen.bot, theme);
                None
            }
            Dialog::PastTest(test) => {
                test.draw(buf, area, theme);
                None
            }
            Dialog::Compare(compare) => {
                compare.draw(buf, area, theme);
                None
            }
            Dialog::Setup(setup) => setup.draw(buf, area, &screen.bot, theme),
        }
    }
}
