//! Opens the dialogs in which the user creates, duplicates, renames, and deletes campaigns and webhooks. While the
//! webhook's pane has the focus, the dialogs are about the webhook. Otherwise, they are about the campaign. There is
//! one exception: if there is no webhook to duplicate, rename, or delete, the dialog is about the open campaign.

use crate::service;
use crate::ui::screen::compose::{
    Compose, ComposeConfirm, Decision, Dialog, ListKind, Pane, PromptPurpose,
    update::actions::{if_editable, open_list, open_prompt},
    update::keys,
};
use crate::ui::shared::{Action, AnswerStatus, Effect, Generation, SharedState, Task};
use crate::ui::widget::PickerRow;
use crate::workspace::Trashed;

/// While the webhook's pane has the focus, asks for the name of a new webhook. With the focus in any other pane, lists
/// the starters: ready-made bodies with which a new campaign can begin.
pub(crate) fn new(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    if_editable(screen, shared, |screen, _| {
        if screen.focus.pane == Pane::Webhook {
            return open_prompt(screen, PromptPurpose::NewWebhook, "Telegram bot");
        }
        let rows = service::starter::Starter::ALL.iter().enumerate().map(|(at, starter)| PickerRow {
            id: at.to_string(),
            title: starter.title().to_owned(),
            ..PickerRow::default()
        });
        let mut rows: Vec<PickerRow> = rows.collect();
        rows.push(PickerRow {
            id: "paste".into(),
            title: "From the clipboard: paste a body, e.g. from CleverTap".into(),
            ..PickerRow::default()
        });
        open_list(screen, ListKind::Starters, rows)
    })
}

pub(crate) fn duplicate(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    if_editable(screen, shared, |screen, shared| {
        match (screen.focus.pane, screen.webhook.stem.clone(), screen.open.clone()) {
            (Pane::Webhook, Some(stem), _) => {
                open_prompt(screen, PromptPurpose::DuplicateWebhook(stem.clone()), &format!("{stem} copy"))
            }
            (_, _, Some(stem)) => {
                let name = screen
                    .open_campaign(shared)
                    .map_or_else(String::new, |campaign| campaign.display_name().to_owned());
                open_prompt(screen, PromptPurpose::DuplicateCampaign(stem), &format!("{name} copy"))
            }
            _ => Vec::new(),
        }
    })
}

pub(crate) fn rename(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    if_editable(screen, shared, |screen, shared| {
        match (screen.focus.pane, screen.webhook.stem.clone(), screen.open.clone()) {
            (Pane::Webhook, Some(stem), _) if screen.webhook.is_modified() => {
                shared.only_error(format!("webhook {stem} has unsaved edits: save or revert them first"))
            }
            (Pane::Webhook, Some(stem), _) => {
                let name = screen.webhook.form.value("name");
                open_prompt(screen, PromptPurpose::RenameWebhook(stem), &name)
            }
            (_, _, Some(stem)) => {
                let name = screen
                    .open_campaign(shared)
                    .map_or_else(String::new, |campaign| campaign.display_name().to_owned());
                open_prompt(screen, PromptPurpose::RenameCampaign(stem), &name)
            }
            _ => Vec::new(),
        }
    })
}

/// Asks whether to delete the webhook or the open campaign.
pub(crate) fn delete(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    if_editable(screen, shared, |screen, shared| {
        let (what, decision) = match (screen.focus.pane, screen.webhook.stem.clone(), screen.open.clone()) {
            (Pane::Webhook, Some(stem), _) => {
                (format!("webhooks/{stem}.toml"), Decision::DeleteWebhook(stem))
            }
            (_, _, Some(stem)) => {
                (format!("the campaign {stem} with its body"), Decision::DeleteCampaign(stem))
            }
            _ => return Vec::new(),
        };
        let is_gone =
            matches!(&decision, Decision::DeleteCampaign(stem) if screen.is_deleted_on_disk(shared, stem));
        let text = match (&decision, is_gone) {
            (Decision::DeleteCampaign(stem), true) => {
                format!("The files of {stem} are already deleted. Delete its unsaved edits too?")
            }
            _ => {
                let undo = keys::way(screen, shared, Action::UndoDelete);
                let list = keys::way(screen, shared, Action::Trash);
                format!(
                    "Delete {what}? It is moved to the workspace's trash; {undo} restores it; {list} lists \
                     everything deleted."
                )
            }
        };
        let answers = vec![("Delete", decision), ("Keep", Decision::Stay)];
        // "Keep" is preselected, so that an Enter typed by reflex deletes nothing.
        let mut confirm = ComposeConfirm::new("Delete", text, answers);
        confirm.chosen = 1;
        // Unsaved edits are written as a draft now, because the draft goes to the trash together with the campaign.
        let stem = screen.open.clone().filter(|_| !is_gone);
        let draft = stem.and_then(|stem| screen.journal_now(shared, &stem));
        screen.dialog = Some(Dialog::Confirm(confirm));
        draft.into_iter().collect()
    })
}

/// Opens the list of deleted campaigns and webhooks. It is filled when the trash has been read.
pub(crate) fn list_trash(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    if screen.is_private_foreign {
        return shared.only_notice("the trash in .telecast was not made here; adopt .telecast first");
    }
    if_editable(screen, shared, |screen, _| {
        open_list(screen, ListKind::Trash, Vec::new());
        let generation = screen.trash.ask(screen.generations.fresh());
        vec![Effect::Task(Task::ListTrash(generation))]
    })
}

pub(crate) fn show_trash(
    screen: &mut Compose,
    shared: &mut SharedState,
    generation: Generation,
    found: Vec<Trashed>,
) {
    if screen.trash.answer(generation, Ok(found)) != AnswerStatus::Latest {
        return;
    }
    let zone = shared.workspace.time_zone();
    let row = |trashed: &Trashed| PickerRow {
        id: trashed.id.clone(),
        title: trashed.stem.clone(),
        detail: trashed.kind.as_str().to_owned(),
        right: trashed.deleted.map_or_else(String::new, |deleted| {
            deleted.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
        }),
        ..PickerRow::default()
    };
    let rows: Vec<PickerRow> = screen.trash.value().into_iter().flatten().map(row).collect();
    match &mut screen.dialog {
        Some(Dialog::Listing(listing)) if listing.kind == ListKind::Trash && rows.is_empty() => {
            screen.dialog = None;
            shared.show_notice("nothing was deleted: the trash is empty");
        }
        Some(Dialog::Listing(listing)) if listing.kind == ListKind::Trash => listing.picker.set_rows(rows),
        Some(_) | None => {}
    }
}
