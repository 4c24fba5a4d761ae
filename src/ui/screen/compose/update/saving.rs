//! Lists what is unsaved, and returns the effects that save bodies and the webhook. The functions themselves write no
//! file.

use crate::ui::screen::compose::{Compose, Focus, Pane, update::actions::if_editable};
use crate::ui::shared::{Effect, JournalEntry, SharedState, Task, WorkspaceChange};

pub(crate) fn save(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    if_editable(screen, shared, |screen, shared| {
        if screen.focus.pane == Pane::Webhook && screen.webhook.is_modified() {
            // While the webhook's pane has the focus, an edited webhook is saved without the body, which may have
            // unsaved edits too.
            return if report_invalid_webhook(screen, shared) { Vec::new() } else { save_webhook(screen) };
        }
        let mut effects = save_webhook(screen);
        // Only the open body is saved here. Before quitting, `save_all` saves the other bodies too.
        let stems: Vec<String> = screen.open.iter().cloned().collect();
        effects.extend(stems.iter().filter_map(|stem| save_body(screen, shared, stem, false)));
        if effects.is_empty() && !report_invalid_webhook(screen, shared) {
            shared.show_notice("nothing to save");
        }
        effects
    })
}

/// Returns whether the webhook's form has an error. If so, shows the error and moves the focus to its field.
fn report_invalid_webhook(screen: &mut Compose, shared: &mut SharedState) -> bool {
    let Some(message) = screen.webhook.validation_error() else { return false };
    screen.focus = Focus::enter(Pane::Webhook);
    screen.webhook.focus_on_error();
    shared.show_error(format!("webhook not saved: {message}"));
    true
}

fn save_webhook(screen: &mut Compose) -> Vec<Effect> {
    let (Some(webhook), Some(stem), Some(expected)) =
        (screen.webhook.start_saving(), screen.webhook.stem.clone(), screen.webhook.expected)
    else {
        return Vec::new();
    };
    vec![Effect::Task(Task::Change(WorkspaceChange::SaveWebhook {
        stem,
        webhook: Box::new(webhook),
        expected,
    }))]
}

/// Returns the effect that saves a body. `None` if the body was not opened, or if it does not differ from its file. If
/// `overwrite` is true, an opened body is always saved, even over a change by another program.
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
    unsaved_bodies(screen).into_iter().chain(webhook.map(|stem| format!("webhook {stem}"))).collect()
}

/// Saves the webhook and all unsaved bodies. If the webhook is not valid, saves nothing, shows the error, and cancels
/// quitting.
pub(crate) fn save_all(screen: &mut Compose, shared: &mut SharedState) -> Vec<Effect> {
    if report_invalid_webhook(screen, shared) {
        shared.is_quitting = false;
        return Vec::new();
    }
    let mut effects = save_webhook(screen);
    for stem in unsaved_bodies(screen) {
        effects.extend(save_body(screen, shared, &stem, false));
    }
    effects
}
