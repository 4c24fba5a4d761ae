//! New, copied, renamed and deleted campaigns and webhooks.

use crate::service;
use crate::ui::screen::compose::{
    Compose, Confirm, Decision, Dialog, ListKind, Pane, Purpose,
    update::actions::{editing, list, prompt},
};
use crate::ui::shared::{Effect, Shared};
use crate::ui::widget::Row;

/// Offers what a new campaign begins with, or asks for the name of a new webhook.
pub fn new(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    editing(screen, shared, |screen, _| {
        if screen.focus.pane == Pane::Webhook {
            return prompt(screen, Purpose::NewWebhook, "Telegram bot");
        }
        let rows = service::starter::Starter::ALL.iter().enumerate().map(|(at, starter)| Row {
            id: at.to_string(),
            title: starter.title().to_owned(),
            ..Row::default()
        });
        let mut rows: Vec<Row> = rows.collect();
        rows.push(Row {
            id: "paste".into(),
            title: "From the clipboard: paste a body here, from CleverTap for example".into(),
            ..Row::default()
        });
        list(screen, ListKind::Starters, rows)
    })
}

pub fn duplicate(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    editing(screen, shared, |screen, shared| {
        match (screen.focus.pane, screen.webhook.stem.clone(), screen.open.clone()) {
            (Pane::Webhook, Some(stem), _) => {
                prompt(screen, Purpose::DuplicateWebhook(stem.clone()), &format!("{stem} copy"))
            }
            (_, _, Some(stem)) => {
                let name = screen
                    .open_campaign(shared)
                    .map_or_else(String::new, |campaign| campaign.display_name().to_owned());
                prompt(screen, Purpose::DuplicateCampaign(stem), &format!("{name} copy"))
            }
            _ => Vec::new(),
        }
    })
}

pub fn rename(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    editing(screen, shared, |screen, shared| {
        match (screen.focus.pane, screen.webhook.stem.clone(), screen.open.clone()) {
            (Pane::Webhook, Some(stem), _) => {
                let name = screen.webhook.form.value("name");
                prompt(screen, Purpose::RenameWebhook(stem), &name)
            }
            (_, _, Some(stem)) => {
                let name = screen
                    .open_campaign(shared)
                    .map_or_else(String::new, |campaign| campaign.display_name().to_owned());
                prompt(screen, Purpose::RenameCampaign(stem), &name)
            }
            _ => Vec::new(),
        }
    })
}

/// Asks whether the campaign or webhook is to go.
pub fn delete(screen: &mut Compose, shared: &mut Shared) -> Vec<Effect> {
    editing(screen, shared, |screen, shared| {
        let (what, decision) = match (screen.focus.pane, screen.webhook.stem.clone(), screen.open.clone()) {
            (Pane::Webhook, Some(stem), _) => {
                (format!("webhooks/{stem}.toml"), Decision::DeleteWebhook(stem))
            }
            (_, _, Some(stem)) => {
                (format!("the campaign {stem} with its body"), Decision::DeleteCampaign(stem))
            }
            _ => return Vec::new(),
        };
        let is_gone = matches!(&decision, Decision::DeleteCampaign(stem) if screen.is_gone(shared, stem));
        let text = match (&decision, is_gone) {
            (Decision::DeleteCampaign(stem), true) => {
                format!("The files of {stem} are deleted already. Delete the unsaved edits of {stem} too?")
            }
            _ => format!("Delete {what}? It goes into the workspace's trash, and u brings it back."),
        };
        let answers = vec![("Delete", decision), ("Keep", Decision::Stay)];
        let mut confirm = Confirm::new("Delete", text, answers);
        confirm.chosen = 1;
        screen.dialog = Some(Dialog::Confirm(confirm));
        Vec::new()
    })
}
