//! Lists what is unsaved, and returns the effects that save bodies and the webhook. The functions themselves write no
//! file.

use crate::ui::screen::compose::{Compose, Dialog, Pane, WebhookForm, update::actions::if_editable};
use crate::ui::shared::{Effect, JournalEntry, SharedState, Task, WorkspaceChange};

pub(crate) fn save(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    if_editable(screen, shared, |screen, shared| {
        if screen.focus.pane == Pane::Webhook && screen.webhook.is_modified() {
            // While the webhook's pane has the focus, an edited webhook is saved without the body, which may have
            // unsaved edits too.
            return save_webhook_form(screen, shared);
        }
        let mut effects: Vec<Effect> = save_webhook(&mut screen.webhook).into_iter().collect();
        // Only the open body is saved here. Before quitting, `save_all` saves the other bodies too.
        let stems: Vec<String> = screen.open.iter().cloned().collect();
        effects.extend(stems.iter().filter_map(|stem| save_body(screen, shared, stem, false)));
        if effects.is_empty() && !report_invalid_webhook(screen, shared) {
            shared.show_notice("nothing to save");
        }
        effects
    })
}

/// Saves the webhook without the body.
pub(crate) fn save_webhook_form(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    if_editable(screen, shared, |screen, shared| {
        if !screen.webhook.is_modified() {
            return shared.only_notice("the webhook has no edits to save");
        }
        if report_invalid_webhook(screen, shared) {
            return Vec::new();
        }
        save_webhook(&mut screen.webhook).into_iter().collect()
    })
}

/// Returns whether the webhook's form has an error. If so, shows the error, and opens the form at the field with the
/// error.
fn report_invalid_webhook(screen: &mut Compose, shared: &mut SharedState) -> bool {
    let Some(message) = screen.webhook.validation_error() else { return false };
    screen.webhook.form.focus_on_error();
    screen.dialog = Some(Dialog::Webhook);
    shared.show_error(format!("webhook not saved: {message}"));
    true
}

/// Returns the effect that saves a webhook. `None` if it has no edits or is not valid, or if another save is pending.
pub(crate) fn save_webhook(form: &mut WebhookForm) -> Option<Effect> {
    let (stem, expected) = (form.stem.clone()?, form.expected?);
    let webhook = Box::new(form.start_saving()?);
    Some(Effect::Task(Task::Change(WorkspaceChange::SaveWebhook { stem, webhook, expected })))
}

/// Returns the effect that saves a body. `None` if the body was not opened, or if it has a file and does not differ
/// from it. If `overwrite` is true, an opened body is always saved, even over a change by another program.
pub(crate) fn save_body(
    screen: &mut Compose,
    shared: &mut SharedState,
    stem: &str,
    overwrite: bool,
) -> Option<Effect> {
    let buffer =
        screen.buffers.get_mut(stem).filter(|buffer| overwrite || buffer.is_modified() || buffer.is_new())?;
    let text = buffer.start_saving();
    // One or both files of the campaign were deleted on disk, so both are written again.
    if buffer.is_deleted {
        let campaign = Box::new(shared.workspace.campaign(stem)?.clone());
        return Some(Effect::Task(Task::Change(WorkspaceChange::RemakeCampaign {
            campaign,
            body: text.to_string(),
        })));
    }
    // Without an expected fingerprint, saving does not check whether another program has changed the file.
    let expected = (!overwrite).then_some(buffer.saved);
    Some(Effect::Journal(JournalEntry::SaveBody {
        stem: stem.to_owned(),
        text: text.to_string(),
        version: buffer.editor.version(),
        expected,
    }))
}

fn unsaved_bodies(screen: &Compose) -> Vec<String> {
    screen.buffers.iter().filter(|(_, buffer)| buffer.is_modified()).map(|(stem, _)| stem.clone()).collect()
}

pub(crate) fn unsaved(screen: &Compose) -> Vec<String> {
    let webhook = screen.webhook.stem.iter().filter(|_| screen.webhook.is_modified());
    let webhooks = webhook.chain(screen.edited_webhooks.keys());
    unsaved_bodies(screen).into_iter().chain(webhooks.map(|stem| format!("webhook {stem}"))).collect()
}

/// Saves all edited webhooks and all unsaved bodies. If a webhook is not valid, saves nothing, shows the error, and
/// cancels quitting.
pub(crate) fn save_all(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    let invalid = |(stem, form): (&String, &WebhookForm)| Some((stem.clone(), form.validation_error()?));
    let other = screen.edited_webhooks.iter().find_map(invalid);
    if report_invalid_webhook(screen, shared) {
        shared.is_quitting = false;
        return Vec::new();
    }
    if let Some((stem, message)) = other {
        shared.is_quitting = false;
        return shared
            .only_error(format!("webhook {stem} not saved: {message}; open a campaign that uses it"));
    }
    let forms = std::iter::once(&mut screen.webhook).chain(screen.edited_webhooks.values_mut());
    let mut effects: Vec<Effect> = forms.filter_map(save_webhook).collect();
    for stem in unsaved_bodies(screen) {
        effects.extend(save_body(screen, shared, &stem, false));
    }
    effects
}
